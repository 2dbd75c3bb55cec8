"""What the tables of a report say: what can be compared, who contradicts whom, and which empty cells are likely."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from kg.views.report.layout import Layout
from kg.views.report.matrices import Sides, gathered, missing
from kg.views.selection import Selection

#: Name, its abstract, its baseline, and the words of its result.
_PAPERS = [
    ("Zorvex", "Zorvex outperforms Quandle: it is 41% faster than Quandle on an A100.", "Quandle", "41% faster"),
    ("Brimble", "Brimble is 30% faster than Quandle on an A100.", "Quandle", "30% faster"),
    ("Quandle", "Quandle outperforms Zorvex. Our system is 20% faster.", "", "20% faster"),
    ("Tassock", "Tassock is 15% faster than Quandle on an H100.", "Quandle", "15% faster"),
]


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Four annotated papers that measure one thing; two of them contradict each other."""
    folder = tmp_path_factory.mktemp("stated")
    papers, records = folder / "papers.jsonl", folder / "records.jsonl"
    lines = [
        {"id": f"p{n}", "title": f"{name}: a paper", "abstract": said} for n, (name, said, *_) in enumerate(_PAPERS)
    ]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(folder / "stated.kg")) as graph:
        graph.add(papers, fast=True)
        made = [_record(entry, *paper) for entry, paper in zip(graph.entries(), _PAPERS, strict=True)]
        records.write_text("".join(json.dumps(record) + "\n" for record in made))
        graph.add(records=records)
        yield graph


def _record(entry: str, name: str, abstract: str, baseline: str, result: str) -> dict[str, Any]:
    device = next((word for word in ("A100", "H100") if word in abstract), "")
    other = baseline or "Zorvex"
    return {
        "id": entry,
        "title": f"{name}: a paper",
        "name": name,
        "topics": ["pruning"],
        "techniques": [
            {"surface": name, "in": "T", "canonical": name, "role": "proposed"},
            {"surface": other, "in": "A", "canonical": other, "role": "baseline"},
        ],
        "hardware": [{"surface": device, "in": "A", "canonical": f"NVIDIA {device}"}] if device else [],
        "results": [
            {"surface": result, "in": "A", "metric": "inference speed", "value": int(result[:2]), "unit": "%"}
            | {"change": "increase", "bound": "exact", "baseline": baseline, "setting": ""}
        ],
        "relations": [{"head": name, "type": "outperforms", "tail": other, "evidence": f"{name} outperforms {other}"}]
        if "outperforms" in abstract
        else [],
    }


def _data(graph: Graph, lang: str = "en") -> dict[str, Any]:
    return dict(json.loads(str(graph.report("", lang).render("json"))))


def test_results_share_a_letter_only_with_one_baseline_on_one_device(stated: Graph) -> None:
    (group,) = _data(stated)["results"]["groups"]
    marks = [(row["number"], row["mark"], row["hardware"]) for row in group["rows"]]
    assert marks == [
        (41, "A", ["NVIDIA A100"]),
        (30, "A", ["NVIDIA A100"]),
        (20, "", []),
        (15, "", ["NVIDIA H100"]),
    ]
    assert "1 without a baseline" in group["note"]
    assert "1 with a baseline or setup of its own" in group["note"]
    assert "4 results from 4 papers" in group["note"]


@pytest.mark.parametrize("name", ["built", "stated"])
def test_a_letter_is_shared_by_results_of_two_papers_with_one_setup(name: str, request: pytest.FixtureRequest) -> None:
    graph: Graph = request.getfixturevalue(name)
    groups = json.loads(str(graph.report(sections=["results"]).render("json")))["results"]["groups"]
    sets: dict[str, list[dict[str, Any]]] = {}
    for group in groups:
        for row in group["rows"]:
            assert row["mark"] or row["why"] or group["mark"] == "once"
            if row["mark"]:
                sets.setdefault(row["mark"], []).append(row)
    assert sets or name == "built"
    for rows in sets.values():
        assert len({row["paper"] for row in rows}) > 1
        setups = {json.dumps([row["baseline"], row["hardware"], row["model"], row["dataset"]]) for row in rows}
        assert len(setups) == 1
        said = sum(bool(rows[0][part]) for part in ("baseline", "hardware", "model", "dataset"))
        assert rows[0]["baseline"] if rows[0]["change"] != "absolute" else said >= 2


def test_opposite_winners_of_a_pair_are_told_with_both_papers(stated: Graph) -> None:
    table = _data(stated)["contradictions"]
    (group,) = table["groups"]
    found = {row["winner"]: row for row in group["rows"]}
    assert set(found) == {"Zorvex", "Quandle"}
    entries = stated.entries()
    assert found["Zorvex"]["papers"] == [entries[0]]
    assert found["Quandle"]["papers"] == [entries[2]]
    assert found["Quandle"]["quote"][0]["quote"] == "Quandle outperforms Zorvex"
    assert table["contrary"] == 1
    assert table["pairs"] == 3  # Zorvex, Brimble and Tassock, each with Quandle


#: Name, its abstract, its baseline, the words and the metric of its result, and who wins over whom.
_KINDS = [
    ("Zorvex", "Zorvex outperforms quantization on an A100.", "quantization", "", ""),
    ("Brimble", "AWQ outperforms Zorvex on an A100.", "", "AWQ", "Zorvex"),
    ("Tassock", "Tassock outperforms quantization on an A100.", "quantization", "", ""),
    ("Quandle", "AWQ outperforms Tassock on an H100.", "", "AWQ", "Tassock"),
    ("Wimple", "AWQ outperforms quantization.", "quantization", "AWQ", "quantization"),
]


def test_an_opposite_winner_of_a_narrower_pair_is_told_as_such(tmp_path: Path) -> None:
    papers, records = tmp_path / "papers.jsonl", tmp_path / "records.jsonl"
    lines = [
        {"id": f"p{n}", "title": f"{name}: a paper", "abstract": said} for n, (name, said, *_) in enumerate(_KINDS)
    ]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(tmp_path / "kinds.kg")) as graph:
        graph.add(papers, fast=True)
        made = [_winning(entry, *paper) for entry, paper in zip(graph.entries(), _KINDS, strict=True)]
        records.write_text("".join(json.dumps(record) + "\n" for record in made))
        graph.add(records=records)
        table, entries = _data(graph)["contradictions"], graph.entries()
    assert (table["contrary"], table["broader"]) == (0, 1)  # the setup explains Tassock's, and a kind is its family
    (group,) = table["groups"]
    assert group["note"] == "Broader: AWQ is a kind of quantization."
    assert [(row["winner"], row["papers"]) for row in group["rows"]] == [
        ("Zorvex over quantization", [entries[0]]),
        ("AWQ over Zorvex", [entries[1]]),
    ]
    assert "broader" in table["note"]


def _winning(entry: str, name: str, abstract: str, baseline: str, winner: str, loser: str) -> dict[str, Any]:
    head, tail = winner or name, loser or baseline
    named = {name: "proposed", head: "used", tail: "baseline"} | {name: "proposed"}
    device = next((word for word in ("A100", "H100") if word in abstract), "")
    return {
        "id": entry,
        "title": f"{name}: a paper",
        "name": name,
        "topics": ["pruning"],
        "techniques": [
            {"surface": one, "in": "T" if one == name else "A", "role": role} for one, role in named.items()
        ],
        "hardware": [{"surface": device, "in": "A", "canonical": f"NVIDIA {device}"}] if device else [],
        "relations": [{"head": head, "type": "outperforms", "tail": tail, "evidence": f"{head} outperforms {tail}"}],
    }


def test_no_contradiction_is_said(built: Graph) -> None:
    table = json.loads(str(built.report("KV cache compression").render("json")))["contradictions"]
    assert table["groups"] == []
    assert table["note"].startswith("None:")


def test_relations_stand_beside_the_technique_that_they_are_about(stated: Graph) -> None:
    group = next(g for g in _data(stated)["relations"]["groups"] if g["mark"] == "outperforms")
    told = {row["technique"]: [one["label"] for one in row["related"]] for row in group["rows"]}
    assert told == {"Zorvex": ["Quandle"], "Quandle": ["Zorvex"]}


def test_an_empty_cell_is_listed_with_the_number_that_makes_it_likely(built: Graph) -> None:
    shown = Selection(built, "", "en")
    part = next(part for part in Layout.usual().parts if part.name == "missing")
    rows = missing(shown, part, Sides(shown))["groups"][0]["rows"]
    techniques, others = gathered(shown, "technique"), {k: gathered(shown, k) for k in ("problem", "hardware")}
    assert rows
    for row in rows:
        kind = "problem" if "problem" in row else "hardware"
        down, across = techniques[row["technique"]], others[kind][row[kind]]
        assert not down & across
        expected = len(down) * len(across) / len(shown.papers)
        assert expected >= part.least
        assert row["expected"] == f"{expected:.1f}"
        assert row["why"] == f"{len(down)} × {len(across)} / {len(shown.papers)}"
    assert [float(row["expected"]) for row in rows] == sorted((float(r["expected"]) for r in rows), reverse=True)


def test_a_cell_counts_the_papers_that_have_both(built: Graph) -> None:
    table = json.loads(str(built.report().render("json")))["technique_hardware"]
    shown, narrower = Selection(built, "", "en"), built.vocabulary.narrower
    for row in table["rows"][:3]:
        for column, cell in zip(table["columns"], row["cells"], strict=True):
            down, across = narrower(row["concept"]), narrower(column["concept"])
            both = [
                paper
                for paper in shown.papers
                if any(t.concept in down and t.role in ("proposed", "used") for t in shown.things(paper, "technique"))
                and any(t.concept in across for t in shown.things(paper, "hardware"))
            ]
            assert cell["count"] == len(both)
            assert len(cell["papers"]) == len(both)


def test_techniques_stand_under_a_broader_concept(built: Graph) -> None:
    groups = json.loads(str(built.report("KV cache compression").render("json")))["techniques"]["groups"]
    family = next(group for group in groups if group["mark"] == "technique:model-compression")
    assert {"technique:kv-cache-eviction", "technique:gui-kv"} <= {row["concept"] for row in family["rows"]}
    for group in groups:
        if ":" in group["mark"]:
            assert all(row["concept"] in built.vocabulary.narrower(group["mark"]) for row in group["rows"])


def test_a_problem_in_the_papers_words_counts_as_what_the_vocabulary_finds_there(built: Graph) -> None:
    shown = Selection(built, "KV cache compression", "en")
    named = {t.concept for paper in shown.papers for t in shown.things(paper, "problem")}
    found = gathered(shown, "problem")
    assert "problem:memory-bottleneck" in found
    assert len(found["problem:high-memory-consumption"]) > sum(n == "problem:high-memory-consumption" for n in named)


def test_empty_slots_are_told_with_their_papers(stated: Graph) -> None:
    rows = _data(stated)["unread"]["groups"][0]["rows"]
    told = {row["mark"]: row["papers"] for row in rows}
    assert told["hardware"] == [stated.entries()[2]]
    assert len(told["institution"]) == 4
    assert "result" not in told


def test_an_empty_section_says_that_nothing_was_found(stated: Graph) -> None:
    data = _data(stated)
    assert data["institutions"]["note"] == "Nothing of this was found in these papers."
    assert data["missing"]["note"].startswith("No empty cell")
    assert data["technique_problem"]["note"] == data["institutions"]["note"]
    assert not data["technique_problem"]["left_out"]
