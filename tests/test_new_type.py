"""A type that is added as docs/extend.md says is found in every command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAPERS = [
    {
        "title": "ZapKV: Serving Language Models with a Small Cache",
        "abstract": "We propose ZapKV, a KV cache eviction method. We implement it in vLLM and PyTorch. "
        "On an A100, ZapKV reduces latency by 40% on Qwen3-8B.",
        "date": "2025-03-04",
        "institutions": ["Tsinghua University"],
    },
    {
        "title": "MiniDraft: Speculative Decoding with Few Drafts",
        "abstract": "We propose MiniDraft, a speculative decoding method. It is built on vLLM.",
        "date": "2025-04-05",
        "institutions": ["Stanford University"],
    },
]
#: Runs commands one after the other in one process, and gives their exit statuses and outputs as JSON.
RUN = """
import io, json, sys
import kg
import typer
from kg.cli import application
from kg.extract.llm import schema
app, out, told = typer.main.get_command(application()), sys.stdout, []
for call in json.loads(sys.argv[1]):
    sys.stdout = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    try:
        app(call)
    except SystemExit as end:
        told.append([end.code, sys.stdout.buffer.getvalue().decode()])
    if call[0] == "extract":  # a record to score by
        open("gold.jsonl", "w", encoding="utf-8").write(told[-1][1].splitlines()[0] + "\\n")
sys.stdout = out
kinds = schema()["properties"]["mentions"]["items"]["properties"]["type"]
print(json.dumps({"kg": kg.__file__, "told": told, "kinds": kinds}))
"""
CALLS = {
    "extract": ["extract", "papers.jsonl"],
    "add": ["add", "papers.jsonl", "--fast"],
    "show": ["show", "framework:vllm"],
    "entry": ["show", "papers-01", "--format", "json"],
    "question": ["ask", "which frameworks are used", "--format", "csv"],
    "chinese": ["ask", "有哪些框架", "--format", "md"],
    "used": ["ask", "which frameworks does ZapKV use?", "--format", "csv"],
    "count": ["ask", "how many frameworks are there", "--format", "md"],
    "flag": ["ask", "--framework", "vLLM", "--format", "json"],
    "explain": ["ask", "--framework", "PyTorch", "--explain"],
    "list": ["ask", "--list", "framework", "--format", "csv"],
    "claims": ["ask", "what is said about ZapKV", "--format", "csv"],
    "trends": ["trends", "--of", "framework", "--format", "csv"],
    "draw": ["draw", "--types", "framework,hardware", "--colour", "type", "--format", "json"],
    "legend": ["draw", "--format", "svg", "--types", "framework,hardware", "--colour", "type"],
    "report": ["report"],
    "csv": ["export", "--format", "csv"],
    "triples": ["sparql", "SELECT ?of { ?paper kg:framework ?of . ?of a kg:Framework }", "--format", "csv"],
    "sql": ["sql", "SELECT label, count(*) FROM paper_entities WHERE type = 'framework' GROUP BY label ORDER BY label",
            "--format", "csv"],
    "verify": ["verify"],
    "eval": ["eval", "gold.jsonl", "--papers", "papers.jsonl", "--format", "json"],
    "help": ["ask", "--help"],
    "before": ["add", "before.jsonl", "--fast", "--graph", "before.kg"],
    "diff": ["diff", "before.kg", "papers.kg"],
    "diff back": ["diff", "papers.kg", "before.kg"],
    "quality": ["doctor", "--report", "quality.html"],
}  # fmt: skip

Told = Callable[[str], str]


class Answers(NamedTuple):
    """What the commands of a package with another type say, and what it asks a language model for."""

    told: dict[str, tuple[int | None, str]]  # exit status and output by name
    kinds: dict[str, Any]  # of a JSON schema


def _copied(to: Path) -> None:
    """The package with the type of the manual: its class and concepts in the ontology, its component."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "kg", to / "kg", ignore=ignored)
    shutil.copytree(ROOT / "ontology", to / "ontology", ignore=ignored)
    (to / "data").symlink_to(ROOT / "data")
    manual = (ROOT / "docs" / "extend.md").read_text("utf-8").partition("## An entity type\n")[2].partition("\n## ")[0]
    for block in re.findall(r"```(?:turtle|python)\n(.*?)```", manual, re.DOTALL):
        path = to / block.splitlines()[0].removeprefix("# ")
        with path.open("a", encoding="utf-8") as file:
            file.write(block)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, own_cache: Callable[..., Path]) -> Answers:
    folder = tmp_path_factory.mktemp("new-type")
    _copied(folder)
    (folder / "papers.jsonl").write_text("".join(f"{json.dumps(paper)}\n" for paper in PAPERS), "utf-8")
    (folder / "before.jsonl").write_text(json.dumps({"title": "Drafting with a Tree", "abstract": "A study."}), "utf-8")
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "XDG_CACHE_HOME": str(own_cache(folder / "cache", folder / "kg")),
        "COLUMNS": "200",
    }

    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps([*CALLS.values()])],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["kg"].startswith(str(folder))
    told = dict(zip(CALLS, found["told"], strict=True))
    told["quality"][1] = (folder / "quality.html").read_text("utf-8")
    return Answers({name: (code, text) for name, (code, text) in told.items()}, found["kinds"])


@pytest.fixture
def told(answers: Answers) -> Told:
    """What a command says, which must have done its work."""

    def output(name: str) -> str:
        code, text = answers.told[name]
        assert code == 0, (name, text)
        return text

    return output


def test_records_hold_the_mentions_beside_those_of_the_known_types(told: Told) -> None:
    record = json.loads(told("extract").splitlines()[0])
    keys = list(record)
    assert keys[keys.index("datasets") : keys.index("topics")] == ["datasets", "frameworks", "relations"]
    found = [(m["surface"], m["in"], m["canonical"], m["concept"]) for m in record["frameworks"]]
    assert found == [("vLLM", "A", "vLLM", "framework:vllm"), ("PyTorch", "A", "PyTorch", "framework:pytorch")]


def test_graphs_hold_and_show_them(told: Told) -> None:
    assert "2 entries" in told("add")
    assert all(f"papers-0{n}" in told("show") for n in (1, 2))
    assert "PyTorch" in told("entry")
    assert told("sql").splitlines()[1:] == ["PyTorch,1", "vLLM,2"]


def test_questions_and_flags_ask_for_them(told: Told) -> None:
    assert [line.split(",")[:2] for line in told("question").splitlines()[1:]] == [["vLLM", "2"], ["PyTorch", "1"]]
    assert told("list") == told("question")
    assert "2个框架" in told("chinese")
    assert "2 frameworks in 2 papers: vLLM (2) and PyTorch (1)." in told("count")
    found = json.loads(told("flag"))["papers"]
    assert {source for paper in found for source in paper["sources"]} == {"papers-01", "papers-02"}
    assert "framework:pytorch" in told("explain")
    assert "vLLM" in told("used")
    assert "A framework." in told("help")


def test_claims_name_them(told: Told) -> None:
    assert "ZapKV,names framework,PyTorch" in told("claims")


def test_views_show_them_in_their_colour(told: Told) -> None:
    assert "PyTorch,framework:pytorch,2025-03,1" in told("trends")
    nodes = {node["id"]: node for node in json.loads(told("draw"))["nodes"]}
    assert nodes["framework:vllm"]["color"] == "#c75d9c"
    assert {"#c75d9c", "framework"} <= set(re.findall(r"#c75d9c|framework", told("legend")))
    assert "framework" not in told("report")  # no paper lacks one


def test_differences_and_the_quality_page_name_them(told: Told) -> None:
    assert "New frameworks (2)" in told("diff")
    assert "Frameworks no longer named (2)" in told("diff back")
    assert '<th scope="row">frameworks</th>' in told("quality")


def test_exports_have_a_column_and_a_property(told: Told) -> None:
    head, *rows = told("csv").splitlines()
    assert "datasets,frameworks,topics" in head
    assert any("vLLM; PyTorch" in row for row in rows)
    assert {line.rpartition("/")[2] for line in told("triples").splitlines()[1:]} == {"pytorch", "vllm"}


def test_checks_scores_and_language_models_know_them(told: Told, answers: Answers) -> None:
    assert "0 faults" in told("verify")
    assert json.loads(told("eval"))["frameworks"]["f1"] == 1.0
    assert "framework" in answers.kinds["enum"]
    assert "framework: A named software framework" in answers.kinds["description"]
