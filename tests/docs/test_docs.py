"""The documentation is true: whole, up to date with the program, and every example in it runs (after sqlite-utils)."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from typer.core import TyperGroup

import kg.entity_types
import kg.sources
import kg.sources.inputs
import kg.views
import kg.views.rendered
from kg import cli
from kg.api import Graph
from kg.cli import application, main
from kg.model import Document, Text
from kg.text import fold
from kg.vocabulary import Concept, Vocabulary, read_concepts
from tests.fetch.services import Arxiv, Lists, Query, Repository, serving
from tests.rdf.sparql_server import SparqlServer

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [README, *DOCS]
LINKING = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"]
CHANGING = ("kg fetch", "kg add", "kg remove", "kg backup", "kg extract", "kg publish", "echo")
SERVER = "http://store:8890/sparql"  # as the documentation calls a SPARQL server
SCRIPT = ROOT / "scripts" / "docs.py"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^## (.*?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """The commands of a section of a page, in their order."""

    page: str
    section: str
    lines: list[str]

    def __str__(self) -> str:
        return f"{self.page}: {self.section}"


def sections(page: Path) -> dict[str, str]:
    return dict(_SECTION.findall(page.read_text("utf-8")))


def blocks(text: str, language: str) -> list[str]:
    return [body for name, body in _FENCE.findall(text) if name == language]


def examples() -> list[Example]:
    """What stands behind a prompt in any fenced block; what only reads and stands on two pages runs once."""
    found = []
    seen: set[str] = set()
    for page in PAGES:
        for section, text in sections(page).items():
            prompts = [line[2:] for _, body in _FENCE.findall(text) for line in body.splitlines() if line[:2] == "$ "]
            lines = [re.sub(r"\s{2,}# .*", "", line) for line in prompts]
            fresh = [line for line in lines if line not in seen or line.startswith(CHANGING)]
            seen.update(lines)
            if fresh:
                found.append(Example(page.name, section, fresh))
    return found


@pytest.fixture(scope="module")
def few_gold(reports: Path, few_reports: Path) -> str:
    """The annotations of the papers that stand whole in `few_reports`."""
    lines = (ROOT / "data" / "gold" / "dev.jsonl").read_text("utf-8").splitlines(keepends=True)
    few = {d.id: d.texts for batch in map(kg.sources.read, few_reports.iterdir()) for d in batch.documents}
    whole = {d.id: d.texts for batch in map(kg.sources.read, reports.iterdir()) for d in batch.documents}
    return "".join(line for line in lines if (paper := json.loads(line)["id"]) in few and few[paper] == whole[paper])


@pytest.fixture
def workplace(
    tmp_path: Path, few_reports: Path, few_gold: str, few_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The current folder of an example: data/ with few papers, a graph of them in papers.kg; gone afterwards."""
    place = tmp_path / "workplace"
    (place / "data" / "gold").mkdir(parents=True)
    for path in (ROOT / "data").iterdir():
        if path.name != "gold":
            (place / "data" / path.name).symlink_to(few_reports if path.name == "reports" else path)
    (place / "data" / "gold" / "dev.jsonl").write_text(few_gold, "utf-8")
    shipped = kg.entity_types.data_folder
    monkeypatch.setattr(
        "kg.entity_types.data_folder", lambda name: place / name if (place / name).exists() else shipped(name)
    )
    shutil.copy(few_file, place / "papers.kg")
    monkeypatch.chdir(place)
    monkeypatch.delenv("KG_GRAPH", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    made: dict[str, Callable[[Query], str]] = {
        "ARXIV": Arxiv(3),
        "OAI": Repository(80),
        "OPENALEX": Lists("openalex", 3),
    }
    with ExitStack() as running:  # nobody outside is asked
        for name, usual in made.items():
            monkeypatch.setenv(f"KG_{name}_URL", running.enter_context(serving(usual)).url)
        monkeypatch.setenv("KG_FETCH_INTERVAL", "0")
        yield place
    shutil.rmtree(place)


def status(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status of a command line: a plain call of kg in this process, all else in a shell."""
    pieces = shlex.shlex(line, posix=True, punctuation_chars="|<>;&")
    pieces.whitespace_split = True
    words = list(pieces)
    if words[:2] == ["kg", "serve"]:  # until it is interrupted
        return ended_when_open([sys.executable, "-m", *words])
    if words[0] != "kg" or any(set(word) <= set("|<>;&") for word in words if word):
        shell = f'set -euo pipefail; kg() {{ "$KG_PYTHON" -m kg "$@"; }}; {line}'
        return subprocess.run(
            ["bash", "-c", shell], env=os.environ | {"KG_PYTHON": sys.executable}, check=False
        ).returncode
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def ended_when_open(command: list[str]) -> int:
    """The exit status of a server that is interrupted as soon as it has said where it listens."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert process.stderr.readline().startswith("Open http://")
        process.send_signal(signal.SIGINT)
        return process.wait(60)


# --- whole ------------------------------------------------------------------------------------------------------------


def test_every_command_has_a_section_in_the_order_of_the_help() -> None:
    named = [name.removeprefix("kg ") for name in sections(ROOT / "docs" / "commands.md") if name.startswith("kg ")]
    assert named == list(cli.every())


@pytest.mark.parametrize("command", cli.every())
def test_a_command_is_documented_with_an_example_its_statuses_and_its_help(command: str) -> None:
    text = sections(ROOT / "docs" / "commands.md")[f"kg {command}"]
    assert re.search(rf"^\$ kg {command}\b", text, re.MULTILINE), "no example"
    assert re.search(r"^Exit status: 0 ", text, re.MULTILINE), "no exit statuses"
    assert f"<!-- help {command} -->\n```text\n Usage: kg {command} " in text, "no help"


@pytest.mark.parametrize("command", cli.every())
def test_every_command_argument_and_option_has_help(command: str) -> None:
    group = typer.main.get_command(application(cli.every()))
    assert isinstance(group, TyperGroup)
    found = group.commands[command]
    assert found.help
    assert [p.name for p in found.params if not getattr(p, "help", None)] == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert {page.name for page in DOCS} == {"README.md", *re.findall(r"\]\(([\w.]+)\)", index)}


def prose(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text("utf-8")))


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in links: folded words, joined by hyphens."""
    headings = re.findall(r"^#+ (.*)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKING, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_lead_to_files_and_headings(page: Path) -> None:
    missing = []
    for link, anchor in re.findall(r"\]\(([^)#:]*)#?([^):]*)\)", prose(page)):
        to = page.parent / link if link else page
        if not to.exists() or (anchor and anchor not in anchors(to)):
            missing.append(f"{link}#{anchor}")
    text = page.read_text("utf-8")
    invented = set(re.findall(r"^# (kg/\S+)$", text, re.MULTILINE))
    paths = re.findall(r"`((?:kg|ontology|docs|tests|scripts|data)/[\w./]+)`", text)
    missing += [path for path in paths if path not in invented and not (ROOT / path).exists()]
    assert missing == []


def test_a_heading_is_called_by_its_words() -> None:
    assert {"a-format", "an-entity-type"} <= anchors(ROOT / "docs" / "extend.md")
    assert "kg-ask" in anchors(ROOT / "docs" / "commands.md")


# --- up to date -------------------------------------------------------------------------------------------------------


def refresh(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | environment,
        check=False,
    )


def test_what_is_generated_is_up_to_date_whatever_the_terminal(built_file: Path) -> None:
    done = refresh("--check", "--graph", built_file, COLUMNS="40", TERMINAL_WIDTH="40", FORCE_COLOR="1")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_out_of_date_is_named_and_refreshed(built_file: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = sections(ROOT / "docs" / "commands.md")["kg export"] + (ROOT / "docs" / "rdf.md").read_text("utf-8")
    stale = text
    for generated in ("restores a report byte for byte", "kg:proposes technique:longlive"):
        assert generated in text
        stale = stale.replace(generated, "Something else")
    page.write_text(stale, "utf-8")
    told = refresh("--check", "--graph", built_file, page)
    assert told.returncode == 1
    assert str(page) in told.stdout
    assert refresh("--graph", built_file, page).returncode == 0
    score = r"(?<=kg:confidence )\S+|(?<=mention\\/)\d+"  # the last digit, and what it lets in, are the processor's
    assert re.sub(score, "", page.read_text("utf-8")) == re.sub(score, "", text)


def test_the_table_of_formats_has_a_row_a_reader() -> None:
    table = re.search(
        r"<!-- formats -->\n(.*?)<!-- /formats -->", (ROOT / "docs" / "formats.md").read_text("utf-8"), re.DOTALL
    )
    assert table
    rows = re.findall(r"^\| `(\w+)` \| \S.* \|$", table[1], re.MULTILINE)
    assert rows == [reader.name for reader in kg.sources.readers()]


# --- examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", examples(), ids=str)
def test_examples_run(example: Example, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SparqlServer() as server:
        for line in example.lines:
            assert status(line.replace(SERVER, server.url), monkeypatch) == 0, line
        server.shutdown()


def test_statuses_are_those_of_the_table(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = (ROOT / "docs" / "commands.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d) \|.*\| `(kg .*)` \|$", table, re.MULTILINE)
    assert [int(number) for number, _ in rows] == [0, 1, 2, 3]
    assert [(status(line, monkeypatch), line) for _, line in rows] == [(int(n), line) for n, line in rows]


def test_the_python_of_the_readme_runs(workplace: Path) -> None:
    (block,) = blocks(README.read_text("utf-8"), "python")
    said: dict[str, Any] = {}
    exec(compile(block, README.name, "exec"), said)
    assert len(said["answer"].papers) == 2
    assert (workplace / "kv.html").stat().st_size > 1000
    assert (workplace / "kv-graph.html").stat().st_size > 1000


QUERIES = blocks((ROOT / "docs" / "rdf.md").read_text("utf-8"), "sparql")


def test_there_are_queries() -> None:
    assert len(QUERIES) >= 3


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.split("{")[0].strip())
def test_queries_give_rows(built: Graph, query: str) -> None:
    rows = built.store.select(query)
    assert len(rows) > 1
    assert all(value not in (None, "") for row in rows for value in row.values())


# --- extending --------------------------------------------------------------------------------------------------------

EXTEND = sections(ROOT / "docs" / "extend.md")


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The readers and views of docs/extend.md in the folders where the package looks for them."""
    caches = (kg.sources.readers, kg.views.rendered.views)
    names = []
    for text in EXTEND.values():
        for block in blocks(text, "python"):
            path = tmp_path / block.splitlines()[0].removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block, "utf-8")
            names.append(f"{path.parent.parent.name}.{path.parent.name}.{path.stem}")
    for package in (kg.sources, kg.views, importlib.import_module("kg.extract")):
        folder = tmp_path.joinpath(*package.__name__.split("."))
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    for made in caches:
        made.cache_clear()
    yield
    for made in caches:
        made.cache_clear()
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("added")
def test_the_reader_of_the_manual_is_found_and_reads(tmp_path: Path) -> None:
    assert "titles" in {reader.name for reader in kg.sources.readers()}
    file = tmp_path / "some.list"
    file.write_text("# titles\nPruning the KV cache\n\nDrafting with a tree\n", "utf-8")
    batch = kg.sources.read(file)
    assert batch.source.form == "titles"
    assert [(d.id, d.texts["T"].text) for d in batch.documents] == [
        ("some-01", "Pruning the KV cache"),
        ("some-02", "Drafting with a tree"),
    ]


@pytest.mark.usefixtures("added")
def test_the_view_of_the_manual_is_found_and_saves_itself(built: Graph, tmp_path: Path) -> None:
    view = kg.views.rendered.views()["titles"](built, "KV-cache compression papers on H100", "en")
    assert view.papers == 2
    assert "LongLive" in view.save(tmp_path / "titles.txt").read_text("utf-8")
    assert "LongLive" in view.save(tmp_path / "titles.json").read_text("utf-8")


@pytest.mark.usefixtures("added")
def test_the_component_of_the_manual_finds_its_entities() -> None:
    import spacy

    from kg.extract.component import bilingual_tokenizer, make_doc

    module = importlib.import_module("kg.extract.frameworks")
    vocabulary = Vocabulary([Concept("framework:pytorch", "framework", {"en": "PyTorch", "zh": "PyTorch"})])
    nlp = spacy.blank("xx")
    nlp.tokenizer = bilingual_tokenizer()(nlp)
    title = "Serving in PyTorch"
    doc = make_doc(nlp, Document("a-1", "a", 1, {"T": Text(title, title)}), vocabulary)
    found = module.Frameworks(vocabulary)(doc)._.mentions
    assert [(m.type, m.surface, m.start) for m in found] == [("framework", "PyTorch", 11)]


def test_the_concept_of_the_manual_may_join_the_vocabulary(tmp_path: Path) -> None:
    (block,) = blocks(EXTEND["A concept"], "turtle")
    file = tmp_path / "more.ttl"
    file.write_text(block, "utf-8")
    (concept,) = read_concepts([file])
    vocabulary = Vocabulary.load()
    assert set(concept.label) == {"en", "zh"}
    assert concept.curie not in vocabulary
    assert not [label for label in concept.labels() if vocabulary.find(label, concept.type)]
    assert all(name in vocabulary for name in (*concept.broader, *concept.topics))
    assert fold(concept.label["en"]) == "zigzag cache folding"
