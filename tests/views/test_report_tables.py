"""What the sections of a report say: takeaways, methods, what can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from kg.model import Evidence, Mention, Result
from kg.views.borne import KEPT
from kg.views.outcome import phrase
from kg.views.report.methods import Told, is_gain, is_quality
from kg.views.report.obtained import named_there
from kg.views.report.table import said
from kg.views.selection import EntryQuote, EntryResult, Selection
from tests.views.telling import record_of, report_data, section_rows

#: Name, its abstract, its baseline, and the words of its result.
_PAPERS = [
    (
        "Zorvex",
        "Zorvex outperforms Quandle. It is 41% faster than Quandle with Qwen3-8B on an A100.",
        "Quandle",
        "41% faster",
    ),
    ("Brimble", "Brimble is 30% faster than Quandle with Qwen3-8B on an A100.", "Quandle", "30% faster"),
    ("Quandle", "Quandle outperforms Zorvex. Our system is 20% faster.", "", "20% faster"),
    ("Tassock", "Tassock is 15% faster than Quandle with Qwen3-8B on an H100.", "Quandle", "15% faster"),
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
    with kg.open(str(folder / "stated.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        made = [record_of(entry, *paper) for entry, paper in zip(graph.entries(), _PAPERS, strict=True)]
        records.write_text("".join(json.dumps(record) + "\n" for record in made))
        graph.add(records=records)
        yield graph


def test_results_are_compared_only_with_one_baseline_model_and_device(stated: Graph) -> None:
    data = report_data(stated)["results"]
    together, apart = data["groups"]
    assert [(row["number"], [one["label"] for one in row["hardware"]]) for row in together["rows"]] == [
        (41, ["NVIDIA A100"]),
        (30, ["NVIDIA A100"]),
    ]
    assert "Qwen3-8B" in together["label"]
    assert "Quandle" in together["label"]
    assert {row["number"] for row in apart["rows"]} == {20, 15}
    assert data["comparable"] == 1


def test_every_group_of_a_real_report_is_of_one_setup(built: Graph) -> None:
    groups = json.loads(str(built.report(sections=["results"]).render("json")))["results"]["groups"]
    assert groups[-1]["mark"] == "apart"
    for group in groups[:-1]:
        rows = group["rows"]
        assert len({row["paper"] for row in rows}) > 1
        setups = {json.dumps([row[k] for k in ("metric", "baseline", "hardware", "model", "dataset")]) for row in rows}
        assert len(setups) == 1
        assert rows[0]["baseline"]


def test_opposite_winners_of_a_pair_are_told_with_both_papers(stated: Graph) -> None:
    contrary, agreed = report_data(stated)["wins"]["groups"]
    entries = stated.entries()
    found = {row["winner"]["label"]: row for row in contrary["rows"]}
    assert {name: row["papers"] for name, row in found.items()} == {"Zorvex": entries[:1], "Quandle": entries[2:3]}
    assert found["Quandle"]["quote"][0]["quote"] == "Quandle outperforms Zorvex"
    assert {row["winner"]["label"] for row in agreed["rows"]} == {"Brimble", "Tassock"}
    assert all([loser["label"] for loser in row["loser"]] == ["Quandle"] for row in agreed["rows"])
    assert (agreed["label"], agreed["mark"]) == ("speed", "speed")
    assert {row["by"][0] for row in agreed["rows"]} == {
        "30% higher speed (with Qwen3-8B; on an A100)",
        "15% higher speed (with Qwen3-8B; on an H100)",
    }


def test_a_takeaway_counts_papers_and_quotes_one_in_the_middle(stated: Graph) -> None:
    first = report_data(stated)["takeaways"]["rows"][0]
    assert "4 papers" in first["text"]
    assert (
        "each in its own setting; one of them is Brimble: 30% higher speed (vs. Quandle; with Qwen3-8B; on an A100)"
        in first["text"]
    )
    assert first["quote"][0]["quote"] == "30% faster"
    assert len(first["papers"]) == 4


def _takeaways(folder: Path, texts: list[str], lang: Any = "en", **parts: Any) -> list[str]:
    """The takeaways on pruning of papers with the result at the end of their texts; only the first three are on it."""
    folder.mkdir(exist_ok=True)
    papers, records = folder / "papers.jsonl", folder / "records.jsonl"
    lines = [{"id": f"p{n}", "title": f"Paper {n}", "abstract": text} for n, text in enumerate(texts)]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(folder / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        made = [record_of(e, "", text, "", text[-11:-1]) for e, text in zip(graph.entries(), texts, strict=True)]
        for n, record in enumerate(made):
            own = {name: value if n < 3 else [] for name, value in parts.items()}
            record |= {"topics": ["pruning"] if n < 3 else [], "techniques": [], "title": f"Paper {n}", **own}
        records.write_text("".join(json.dumps(record) + "\n" for record in made))
        graph.add(records=records)
        data = json.loads(str(graph.report("pruning", lang).render("json")))
        return [row["text"] for row in data["takeaways"]["rows"]]


def test_the_usual_form_of_a_technique_does_not_stand_out(tmp_path: Path) -> None:
    text = "with full attention or a gating mechanism it is 41% faster."
    used = [
        {"surface": u, "in": "A", "canonical": u, "role": "proposed"} for u in ("full attention", "gating mechanism")
    ]
    said = _takeaways(tmp_path, [f"By pruning, {text}"] * 3 + [text] * 15, techniques=used)
    assert said[0].startswith(
        "A technique typical of these papers: gating mechanism (at least 3 of 3 papers propose or use it, at"
    )
    assert not [one for one in said if "ull attention" in one]
    common = _takeaways(tmp_path / "common", [f"By pruning, {text}"] * 3 + [text] * 6, techniques=used)
    assert not [one for one in common if "its share" in one]  # a third of the graph has it


def test_papers_without_a_figure_are_quoted(tmp_path: Path) -> None:
    said = "We propose a pruning method that drops half of the layers of LG models"
    papers = tmp_path / "papers.jsonl"
    papers.write_text(
        json.dumps({"id": "p", "title": "Pruning layers", "abstract": f"Late gate (LG) models idle. {said}."}) + "\n"
    )
    with kg.open(str(tmp_path / "own.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        row = report_data(graph)["takeaways"]["rows"][0]
        assert row["text"] == "In the words of “Pruning layers”:"
        assert row["short_forms"] == "LG: late gate"
        assert "layers of LG models” (LG: late gate)" in str(graph.report().render("md"))
        quote = row["quote"][0]
        raw = graph.paper(quote["entry"]).entries[0][0].texts[quote["field"]].raw
        assert raw[quote["start"] : quote["end"]] == quote["quote"] == said


def test_chinese_says_what_is_left_of_what_is_so_many_times_lower(tmp_path: Path) -> None:
    texts = [f"{made} pruning, its memory usage is cut 40x in all." for made in ("By", "With", "Through")]
    result = {"surface": "cut 40x", "in": "A", "metric": "memory usage", "value": 40, "unit": "x"}
    said = _takeaways(tmp_path, texts, "zh", results=[result | {"change": "decrease", "bound": "exact"}])
    assert said[0] == "至少3篇论文报告了内存占用的降低（实验设置各不相同），例如Paper 1：内存占用降至原来的1/40。"


def test_of_few_papers_those_that_gain_much_come_first(tmp_path: Path) -> None:
    said = _takeaways(tmp_path, ["By pruning it is 05% faster.", "By pruning it is 41% faster."])
    assert ["41%" in one for one in said] == [True, False]


def test_a_speed_many_times_higher_is_a_gain_and_no_quality(stated: Graph) -> None:
    result = Result(Evidence("5x"), "performance", 5.0, "x", "increase", metric_concept="metric:accuracy")
    shown = Selection.of(stated, [])
    assert (is_gain(shown, result), is_quality(shown, result)) == (True, False)
    result = replace(result, metric="model quality")
    assert (is_gain(shown, result), is_quality(shown, result)) == (False, True)
    assert not is_gain(shown, replace(result, metric="fairness metric", unit="%", metric_concept=""))
    error = replace(result, metric="dusk error rate", unit="%", change="decrease", metric_concept="")
    assert (is_gain(shown, error), is_quality(shown, error)) == (False, True)


def test_a_table_says_what_a_paper_proposes_and_not_a_part_with_a_problem(tmp_path: Path) -> None:
    text = "They face slow starts and drift. We propose Zorvex, a pruning gate that skips the idle blocks of a map."
    paper = tmp_path / "paper.jsonl"
    paper.write_text(json.dumps({"id": "p", "title": "Zorvex: a paper", "abstract": text}) + "\n")
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(paper)
        (row,) = section_rows(report_data(graph), "methods")
        (chinese,) = section_rows(json.loads(str(graph.report("", "zh").render("json"))), "methods")
    assert (row["does"], row["is_quote"]) == ("a pruning gate that skips the idle blocks of a map", False)
    assert chinese["is_quote"]
    assert chinese["does"].startswith("We propose Zorvex")


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Zorvex: a paper", "Zorvex,"),
        ("Zorvex Gates for Maps", "Zorvex Gates (ZG),"),
        ("On Zorvex Gates", "Zorvex Gates"),
        ("ZG: a paper", "Zorvex Late Gates (ZG),"),
    ],
)
def test_a_table_says_what_a_method_does_without_its_name(tmp_path: Path, title: str, named: str) -> None:
    text = f"We propose {named} which skips the idle blocks of a map and keeps all of its other blocks."
    paper = tmp_path / "paper.jsonl"
    paper.write_text(json.dumps({"id": "p", "title": title, "abstract": text}) + "\n")
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(paper, fast=True)
        (row,) = section_rows(report_data(graph), "methods")
    assert row["does"] == "skips the idle blocks of a map and keeps all of its other blocks"


def test_a_line_of_the_table_says_what_a_paper_gains_and_on_what(stated: Graph) -> None:
    row = next(row for row in section_rows(report_data(stated), "methods") if row["method"].startswith("Tassock"))
    assert row["gain"] == "15% higher speed (vs. Quandle; with Qwen3-8B; on an H100)"
    assert row["factor"] == 1.15
    named = [one for column in ("model", "hardware") for one in row[column]]
    assert named == [
        {"concept": "model:qwen3-8b", "label": "Qwen3-8B"},
        {"concept": "hardware:nvidia-h100", "label": "NVIDIA H100"},
    ]


@pytest.mark.parametrize(
    ("metric", "concept", "quality", "factor"),
    [("accuracy", "metric:accuracy", True, 0), ("visual tokens", "metric:visual-tokens", False, 4)],
)
def test_what_is_kept_of_tokens_is_compression(
    stated: Graph, metric: str, concept: str, quality: bool, factor: float
) -> None:
    shown = Selection.of(stated, stated.papers())
    result = Result(Evidence("25%"), metric, 25.0, "%", KEPT, metric_concept=concept)
    assert is_quality(shown, result) is quality
    assert is_gain(shown, result) is not quality
    if factor:
        document, record = shown.papers[0].entries[0]
        assert Told(shown.papers[0], EntryResult(document, record, result), result).factor == factor


def test_a_sentence_is_quoted_once() -> None:
    quotes = [EntryQuote("p", "A", n, n + 2, f"{n}x", "It is 1x and 2x.") for n in (1, 2)]
    quotes.append(EntryQuote("r", "A", 1, 3, "2x", "It is 1x and 2x."))
    other = EntryQuote("q", "A", 0, 2, "It", "It is so.")
    assert [q["quote"] for q in said([*quotes, other])] == ["1x", "It"]


def test_a_gain_over_what_the_paper_proposes_is_another_ones(tmp_path: Path) -> None:
    paper, record = tmp_path / "paper.jsonl", tmp_path / "record.jsonl"
    said = "LayerSkip achieves a 12x speedup over Zorvex."
    paper.write_text(json.dumps({"id": "p", "title": "Zorvex: a paper", "abstract": said}) + "\n")
    with kg.open(str(tmp_path / "own.kg"), create=True) as graph:
        graph.add(paper, fast=True)
        made = record_of(graph.entries()[0], "Zorvex", said, "Zorvex", "12x speedup")
        made["results"][0] |= {"value": 12, "unit": "x"}
        made["techniques"] = made["techniques"][:1]
        record.write_text(json.dumps(made) + "\n")
        graph.add(records=record)
        assert not section_rows(report_data(graph), "methods")[0]["gain"]


@pytest.mark.parametrize(
    ("end", "quality"),
    [
        (" without sacrificing accuracy", "“without sacrificing accuracy”"),
        (", while keeping high visual fidelity on maps", "“keeping high visual fidelity on maps”"),
        (", while keeping their accuracy", ""),  # whose?
        (
            " with negligible performance loss in reading, writing, and counting tasks",
            "“with negligible performance loss”",
        ),
        (" without quantization of all maps", ""),
        (" while keeping the overall drop below three points", ""),
    ],
)
def test_what_a_gain_leaves_of_the_quality_is_quoted(tmp_path: Path, end: str, quality: str) -> None:
    paper, record = tmp_path / "paper.jsonl", tmp_path / "record.jsonl"
    said = f"Zorvex achieves a 12x speedup over Quandle{end}."
    paper.write_text(json.dumps({"id": "p", "title": "Zorvex: a paper", "abstract": said}) + "\n")
    with kg.open(str(tmp_path / "kept.kg"), create=True) as graph:
        graph.add(paper, fast=True)
        made = record_of(graph.entries()[0], "Zorvex", said, "Quandle", "12x speedup")
        made["results"][0] |= {"value": 12, "unit": "x"}
        record.write_text(json.dumps(made) + "\n")
        graph.add(records=record)
        assert section_rows(report_data(graph), "methods")[0]["quality"] == quality


def test_techniques_stand_under_a_broader_concept(built: Graph) -> None:
    groups = json.loads(str(built.report("KV cache compression").render("json")))["techniques"]["groups"]
    rows = {group["mark"]: {row["concept"] for row in group["rows"]} for group in groups}
    family = rows["technique:kv-cache-compression"]
    assert "technique:kv-cache-compression" in family
    assert len(family) > 1
    for document, record in (entry for paper in built.papers() for entry in paper.entries):
        unsure = {m.concept for m in record.techniques if not m.sure} - {m.concept for m in record.techniques if m.sure}
        shown = (row for group in groups for row in group["rows"] if row["concept"] in unsure)
        assert all(document.id not in row["papers"] for row in shown)
    for group in groups:
        if ":" in group["mark"]:
            assert all(row["concept"] in built.vocabulary.narrower(group["mark"]) for row in group["rows"])


def test_the_chart_counts_papers_by_month_and_marks_those_held_in_part(built: Graph) -> None:
    rows = json.loads(str(built.report("KV cache compression").render("json")))["chart"]["rows"]
    assert sum(row["count"] for row in rows) <= sum(row["all"] for row in rows)
    assert all(row["share"] == f"{100 * row['count'] / row['all']:.1f}%" for row in rows if row["all"])
    assert rows[-1]["partial"]


def test_months_of_few_papers_set_no_scale(tmp_path: Path) -> None:
    days = ["2024-01-05", *(f"2025-{month}-{day}" for month in ("06", "07") for day in range(11, 23)), "2025-08-02"]
    lines = [
        {"id": f"p{n}", "date": day, "title": f"{'Pruning' if n % 4 == 0 else 'Caching'} of models, part {n}"}
        for n, day in enumerate(days)
    ]
    papers = tmp_path / "papers.jsonl"
    papers.write_text("".join(json.dumps(line | {"abstract": line["title"]}) + "\n" for line in lines))
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        rows = json.loads(str(graph.report("pruning").render("json")))["chart"]["rows"]
    assert [(row["period"], row["partial"]) for row in rows] == [
        ("2025-06", False),
        ("2025-07", False),
        ("2025-08", True),
    ]
    assert max(row["level"] for row in rows if not row["partial"]) == 100


def test_an_empty_section_says_that_nothing_was_found(stated: Graph) -> None:
    assert report_data(stated)["problems"]["note"] == "Nothing of this was found in these papers."


def test_chinese_quotes_a_result_that_it_has_no_words_for(stated: Graph) -> None:
    quote, said = "up to 1.7x higher drawer ratios", "It has up to 1.7x higher drawer ratios than Wren."
    result = Result(Evidence(quote), "drawer ratios", 1.7, "x", "increase", "up_to")
    chinese = Selection.of(stated, [], "zh")
    assert phrase(chinese, result, sentence=said) == f"“{quote}”"
    assert phrase(Selection.of(stated, []), result, sentence=said) == quote
    known = replace(result, evidence=Evidence("up to 1.7x"), metric="throughput", metric_concept="metric:throughput")
    assert phrase(chinese, known, sentence=said) == "吞吐量最高提升至1.7倍"
    bare = replace(result, evidence=Evidence("1.7x and 2x"))  # its own words say nothing
    assert phrase(chinese, bare, sentence="It has 1.7x and 2x higher drawer ratios.") == ""


def test_the_memory_of_a_device_is_no_device(stated: Graph) -> None:
    gpu = Mention("hardware", "GPU", "GPU", concept="hardware:gpu")
    shown = Selection.of(stated, [])
    assert not named_there(shown, [" it takes less gpu memory "], [gpu])
    assert named_there(shown, [" it takes less gpu memory on one gpu "], [gpu]) == {"hardware:gpu": "GPU"}
    cpu = Mention("hardware", "CPU", "CPU", concept="hardware:cpu")
    assert named_there(shown, [" cpu ", " 2x on cpu and 3x on gpu "], [gpu, cpu]) == {"hardware:cpu": "CPU"}


def test_a_device_of_the_background_is_not_one_of_the_paper(tmp_path: Path) -> None:
    papers, records = tmp_path / "papers.jsonl", tmp_path / "records.jsonl"
    text = "Chips such as the H100 are costly. We propose Zorvex, which runs on an A100."
    papers.write_text(json.dumps({"id": "p", "title": "Zorvex: a paper", "abstract": text}))
    hardware = [{"surface": one, "in": "A", "canonical": f"NVIDIA {one}"} for one in ("H100", "A100")]
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        record = {"id": graph.entries()[0], "title": "Zorvex: a paper", "name": "Zorvex", "hardware": hardware}
        records.write_text(json.dumps(record))
        graph.add(records=records)
        (row,) = section_rows(report_data(graph), "methods")
    assert [one["label"] for one in row["hardware"]] == ["NVIDIA A100"]
