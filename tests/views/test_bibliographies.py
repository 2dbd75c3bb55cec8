"""Exports for reference managers: what was read from a bibliography comes back, in BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
import rdflib

import kg
from kg.api import Graph
from kg.model import Document, KgError, Paper, Record
from kg.sources import read
from kg.views.export.bibliographies import ListedWork, bibtex_entry, csl_item, reference, ris_record

SHARED = Path(os.environ.get("KG_SHARED", "/nowhere"))
WRITTEN = r"""@inproceedings{Own:Key_1,
  title = {{BERT} in {$O(n \log n)$} Time and 50\% Less},
  author = {Garc{\'i}a M{\'a}rquez, Gabriel and {World Health Organization} and O'Neil, Jr., Eric and Lee, Bo},
  booktitle = {Proceedings of Tests}, year = 2023, month = jul, pages = {1--9}, eprint = {2307.90001},
  mynote = {kept \emph{as it is}}}
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("bibliographies")
    (folder / "own.bib").write_text(WRITTEN)
    papers = [
        {"title": "张量测试", "authors": ["张三"], "year": 2026, "venue": "计算机学报"},
        {"title": "Caches of All Kinds", "authors": ["Ada Fox", "Bo van Lee"], "year": 2025},
    ]
    (folder / "list.json").write_text(json.dumps(papers))
    with kg.open(folder / "t.kg", create=True) as made:
        made.add(folder / "own.bib", folder / "list.json", fast=True)
        yield made


def test_an_entry_of_bibtex_is_given_back_as_it_was(graph: Graph) -> None:
    made = graph.export("bibtex", "own").decode()
    assert made.startswith("@inproceedings{Own:Key_1,")
    for value in (
        r"{{BERT} in {$O(n \log n)$} Time and 50\% Less}",
        r"{Garc{\'i}a M{\'a}rquez, Gabriel and {World Health Organization} and O'Neil, Jr., Eric and Lee, Bo}",
        "= {Proceedings of Tests}",
        "= jul",
        "{1--9}",
        r"{kept \emph{as it is}}",
    ):
        assert value in made


def test_keys_of_other_papers_have_latin_letters(graph: Graph) -> None:
    made = graph.export("bibtex", "list").decode()
    assert "{zhang2026," in made
    assert "{vanlee2025caches," not in made
    assert "{fox2025caches," in made


def test_names_and_fields_in_ris_and_csl(graph: Graph) -> None:
    lines = graph.export("ris", "own").decode().split("\n")
    assert lines[:3] == ["TY  - CONF", "ID  - Own:Key_1", "AU  - García Márquez, Gabriel"]
    assert {"AU  - World Health Organization", "AU  - O'Neil, Eric, Jr.", "SP  - 1", "EP  - 9"} <= set(lines)
    [item] = json.loads(graph.export("csl", "own"))
    assert item["author"][:2] == [
        {"family": "García Márquez", "given": "Gabriel"},
        {"literal": "World Health Organization"},
    ]
    assert (item["type"], item["page"], item["issued"]) == ("paper-conference", "1–9", {"date-parts": [[2023, 7]]})


def test_a_selection_is_a_source_a_name_or_a_question(graph: Graph) -> None:
    def chosen(selection: str) -> list[str]:
        return [row["title"] for row in csv.DictReader(io.StringIO(graph.export("csv", selection).decode()))]

    assert len(chosen("")) == 3
    assert len(chosen("list")) == 2
    assert chosen("own-Own:Key_1") == ["BERT in $O(n \\log n)$ Time and 50% Less"]
    assert chosen("papers of 2025") == ["Caches of All Kinds"]
    with pytest.raises(KgError, match="No paper"):
        graph.export("jsonl", "papers of 1999")
    for form in ("turtle", "graphml", "jsonl", "ris"):
        assert len(graph.export(form, "own")) < len(graph.export(form))


def test_authors_of_tables_labels_of_networks_and_one_graph_of_json_ld(graph: Graph) -> None:
    rows = list(csv.DictReader(io.StringIO(graph.export("csv").decode())))
    assert [row["authors"] for row in rows if row["year"] == "2025"] == ["Ada Fox; Bo van Lee"]
    assert b'attr.name="label"' in graph.export("graphml")
    made = rdflib.Graph().parse(data=graph.export("jsonld", "own"), format="json-ld")
    assert len(made) == len(rdflib.Graph().parse(data=graph.export("turtle", "own"), format="turtle"))


def facts(document: Document) -> tuple[object, ...]:
    texts = {name: text.text for name, text in document.texts.items() if name in "TAK"}
    date = "" if document.date == str(document.year) else document.date
    return texts, document.authors, document.venue, document.year, date, document.arxiv, document.doi, document.url


@pytest.mark.skipif(not SHARED.is_dir(), reason="KG_SHARED holds no bibliographies")
@pytest.mark.parametrize(("form", "most"), [("bibtex", 5), ("ris", 8), ("csl", 8)])
def test_real_bibliographies_come_back(tmp_path: Path, form: str, most: int) -> None:
    seen = different = 0
    for path in sorted((SHARED / "data").rglob("*.bib")):
        keys: set[str] = set()
        documents = [one for one in read(path).documents if one.as_written]
        listed = [reference(Paper("paper:x", [(one, Record(one.id))]), keys) for one in documents]
        if not listed:
            continue
        out = tmp_path / f"{path.stem}.{form}"
        out.write_text(written(form, listed), "utf-8")
        back = {one.as_written["ID"]: facts(one) for one in read(out).documents}
        seen += len(listed)
        different += sum(facts(one) != back.get(made.key) for one, made in zip(documents, listed, strict=True))
    assert seen > 400
    assert different <= most


def written(form: str, listed: list[ListedWork]) -> str:
    if form == "csl":
        return json.dumps(list(map(csl_item, listed)))
    return "\n".join(map(bibtex_entry if form == "bibtex" else ris_record, listed))
