"""Papers whose texts hold control and bidirectional characters, which all that is printed or exported escapes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.text import HARMFUL
from tests.cli.command import run

#: The bell, a colour, a title of the window, C1, and marks that turn the direction of a text.
EVIL = "\x07\x1b[31m\x1b]0;owned\x9b5m\u202e\u2066\u200f"
TITLE = f"Zebra{EVIL}fish: A Pruning Method for Large Models"
ABSTRACT = f"We propose Zebrafish, a pruning method. It is 2x faster than LoRA{EVIL} on an NVIDIA H100."


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of papers that say such things in all that they have."""
    folder = tmp_path_factory.mktemp("hostile")
    paper = {
        "title": TITLE,
        "abstract": ABSTRACT,
        "authors": [f"Ada{EVIL} Lovelace", "Bo Li"],
        "venue": f"Venue{EVIL}",
        "date": "2025-05-06",
        "url": "https://example.org/a\u202eb",
    }
    rows = [{"id": f"h-{number}", **paper, "title": f"{number} {TITLE}"} for number in range(3)]
    (folder / "hostile.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    graph = folder / "papers.kg"
    assert run("add", folder / "hostile.jsonl", "--fast", "-j", "1", graph=graph).returncode == 0
    return graph


@pytest.mark.parametrize(
    "command",
    [
        "show",
        "show h-0",
        "show h-0 -f json",
        "show hardware:nvidia-h100",
        "sql|SELECT title FROM papers",
        "sql -f csv|SELECT title, curie FROM papers",
        "sql -f json|SELECT title FROM papers",
        "sql|SELECT 1 AS '[/evil]'",
        "sparql|SELECT ?t { ?p kg:title ?t }",
        "sparql -f csv|SELECT ?t { ?p kg:title ?t }",
        "sparql -f json|SELECT ?t { ?p kg:title ?t }",
        "sparql -f turtle|CONSTRUCT { ?p kg:title ?t } { ?p kg:title ?t }",
        "ask|LoRA",
        "ask -f csv|LoRA",
        "ask -f json|LoRA",
        "brief|LoRA",
        "digest|LoRA",
        "report|LoRA",
        "trends",
        "verify",
        "doctor",
        *(f"export -f {form}" for form in ("turtle", "nquads", "jsonld", "jsonl", "csv", "evidence-csv", "bibtex")),
        *(f"export -f {form}" for form in ("graphml", "gexf", "cytoscape")),
        "read|{file}",
        "extract --fast -j 1|{file}",
        "show|no\x1b[31msuch\u202e",
        "ask|" + EVIL,
        "add --fast|{folder}/no\x1b[31msuch\nfile",
    ],
)
def test_output_has_no_character_that_a_terminal_obeys(hostile: Path, command: str) -> None:
    words, bar, last = command.partition("|")
    last = last.replace("{file}", f"{hostile.with_name('hostile.jsonl')}").replace("{folder}", f"{hostile.parent}")
    done = run(*words.split(), *([last] if bar else []), graph=hostile)
    assert done.returncode in (0, 1, 2, 3), done.stderr
    assert "fault of kg" not in done.stderr
    printed = (done.stdout + done.stderr).replace("\r\n", "\n")
    assert printed.strip()
    assert not HARMFUL.findall(printed)


def test_texts_of_exports_are_the_same_after_parsing(hostile: Path) -> None:
    records = [json.loads(line) for line in run("export", "-f", "jsonl", graph=hostile).stdout.splitlines()]
    stored = records[0]["title"]
    assert "\u202e" in stored
    for form, kind in (
        ("turtle", ox.RdfFormat.TURTLE),
        ("nquads", ox.RdfFormat.N_QUADS),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ):
        said = run("export", "-f", form, graph=hostile).stdout
        titles = {
            one.object.value
            for one in ox.parse(said.encode(), format=kind)
            if isinstance(one.object, ox.Literal) and one.predicate.value.endswith("title")
        }
        assert stored in titles, form


def test_table_shows_what_it_escapes(hostile: Path) -> None:
    query = "SELECT 'KV' || char(7, 27, 155, 8238) || 'cache' AS name"
    expected = r"KV\u0007\u001b\u009b\u202ecache"
    assert list(csv.reader(io.StringIO(run("sql", "-f", "csv", query, graph=hostile).stdout)))[1] == [expected]
    assert expected in run("sql", query, graph=hostile).stdout


def test_name_of_a_file_prints_no_line_of_its_own(tmp_path: Path) -> None:
    evil = tmp_path / "a\nkg: all is well\x1b[31m.bib"
    evil.write_text("@article{a, title = {Open")
    done = run("add", evil, "--fast", "-j", "1", graph=tmp_path / "g.kg")
    assert "\nkg: all is well" not in done.stderr
    assert not HARMFUL.findall(done.stderr)
