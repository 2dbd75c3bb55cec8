# Two commands set everything up: `make demo` and `make test`. Each makes and fills .venv itself.
PYTHON ?= python3
BIN := .venv/bin
DEMO := demo
GRAPH := papers.kg
# Those that need no other program are for all; the tests need each.
PLUGINS := plugins/exports plugins/formats plugins/publish
EVERY_PLUGIN := $(wildcard plugins/*)

PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# uv is several times as fast as pip, which installs where uv is missing or fails; nothing needs it afterwards. Python
# compiles what is used, at its first use.
INSTALL = $(PIP) -c constraints.txt uv; install() { \
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt "$$@" || $(PIP) -c constraints.txt "$$@"; \
}; install

.PHONY: demo test pytest lint format docs torture clean

.venv:
	$(PYTHON) -m venv .venv

# What a user installs, at the versions that are tested.
.venv/installed: pyproject.toml $(PLUGINS:=/pyproject.toml) constraints.txt | .venv
	$(INSTALL) -e ".[serve,mcp]" $(PLUGINS:%=-e %)
	-$(BIN)/python -m pip uninstall --quiet --yes uv
	touch $@

.venv/tested: pyproject.toml $(EVERY_PLUGIN:=/pyproject.toml) constraints.txt | .venv
	$(INSTALL) -e ".[serve,mcp,test]" $(EVERY_PLUGIN:%=-e %)
	touch .venv/installed $@

demo: .venv/installed
	mkdir -p $(DEMO)
	$(BIN)/kg add data/reports --graph $(GRAPH)
	$(BIN)/kg ask "KV-cache compression papers on H100" --graph $(GRAPH)
	$(BIN)/kg ask "在H100上做KV缓存压缩的论文" --graph $(GRAPH)
	$(BIN)/kg brief 002-22 --graph $(GRAPH)
	$(BIN)/kg report "KV cache compression" --graph $(GRAPH) -o $(DEMO)/kv-cache-compression.html
	$(BIN)/kg draw "KV cache compression" --graph $(GRAPH) -o $(DEMO)/kv-cache-compression-graph.html
	@echo "Look at $(DEMO)/kv-cache-compression.html and $(DEMO)/kv-cache-compression-graph.html. The graph is $(GRAPH), which kg takes where no other is named:"
	@echo "  . .venv/bin/activate"
	@echo "  kg show \"KV cache compression\""

test: .venv/tested
	$(MAKE) --no-print-directory --jobs=2 lint pytest

# Tests start hundreds of processes: Python is to keep what it has compiled, once before all of them need it. Some wait
# for servers and browsers, so that three are run for two processors; each more would take 12 s to collect them all.
pytest: .venv/tested
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 || true
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $$($(BIN)/python -c "import os; print((os.cpu_count() or 2) * 3 // 2)") --dist worksteal

lint: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: .venv/tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The pages of docs/ as a site in build/site; a link that leads nowhere stops it.
docs: .venv/installed
	$(INSTALL) -e ".[docs]"
	$(BIN)/mkdocs build --strict
	@echo "The site is in build/site; look at build/site/index.html."

# Kills, full disks, two writers, damaged data: takes about ten minutes.
torture: .venv/tested
	$(BIN)/python scripts/torture.py

clean:
	rm -rf .venv $(DEMO) build dist *.egg-info
