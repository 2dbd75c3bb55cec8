"""What the sections of a report say: takeaways, methods, what can be compared, who beats whom."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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
        "models": [{"surface": "Qwen3-8B", "in": "A", "canonical": "Qwen3-8B"}] if "Qwen3" in abstract else [],
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


def _rows(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [row for group in data[name]["groups"] for row in group["rows"]]


def test_results_are_compared_only_with_one_baseline_model_and_device(stated: Graph) -> None:
    data = _data(stated)["results"]
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
    contrary, agreed = _data(stated)["wins"]["groups"]
    entries = stated.entries()
    found = {row["winner"]["label"]: row for row in contrary["rows"]}
    assert {name: row["papers"] for name, row in found.items()} == {"Zorvex": entries[:1], "Quandle": entries[2:3]}
    assert found["Quandle"]["quote"][0]["quote"] == "Quandle outperforms Zorvex"
    assert {row["winner"]["label"] for row in agreed["rows"]} == {"Brimble", "Tassock"}
    assert all([loser["label"] for loser in row["loser"]] == ["Quandle"] for row in agreed["rows"])
    assert (agreed["label"], agreed["mark"]) == ("speed", "speed")
    assert {row["by"][0] for row in agreed["rows"]} == {
        "30% higher speed (with Qwen3-8B; A100)",
        "15% higher speed (with Qwen3-8B; H100)",
    }


def _wins_of(folder: Path, said: str, made: dict[str, Any], lang: str = "en") -> list[dict[str, Any]]:
    """The rows of who beats whom of one paper with this abstract, of which a record is `made`."""
    paper, record = folder / "paper.jsonl", folder / "record.jsonl"
    paper.write_text(json.dumps({"id": "p", "title": made["title"], "abstract": said}) + "\n")
    with kg.open(str(folder / "p.kg")) as graph:
        graph.add(paper, fast=True)
        record.write_text(json.dumps(made | {"id": graph.entries()[0]}) + "\n")
        graph.add(records=record)
        return _rows(_data(graph, lang), "wins")


def _won(
    folder: Path, said: str, beaten: dict[str, str], own: Sequence[str] = (), lang: str = "en"
) -> list[dict[str, Any]]:
    """The rows of who beats whom of a paper on Zorvex, from those that it beats, each with the evidence.

    `own`: what it proposes beside.
    """
    named = [("Zorvex", "T", "proposed"), *((one, "A", "baseline") for one in beaten)]
    named += [(one, "A", "proposed") for one in own]
    made: dict[str, Any] = {"title": "Zorvex: a paper", "name": "Zorvex", "topics": []}
    made["techniques"] = [{"surface": s, "in": i, "canonical": s, "role": r} for s, i, r in named]
    made["relations"] = [
        {"head": "Zorvex", "type": "outperforms", "tail": tail, "evidence": words} for tail, words in beaten.items()
    ]
    return _wins_of(folder, said, made, lang)


@pytest.mark.parametrize(
    ("said", "tail", "loser"),
    [
        ("Zorvex outperforms Quandle.", "Quandle", "Quandle"),
        ("Zorvex outperforms recent cache eviction methods.", "cache eviction", "methods"),
        ("Zorvex matches or outperforms Quandle.", "Quandle", ""),
        ("Zorvex matches or even outperforms Quandle.", "Quandle", ""),
        ("Zorvex did not improve over Quandle.", "Quandle", ""),
        ("Zorvex may improve over Quandle.", "Quandle", ""),
        ("Zorvex not only outperforms Quandle.", "Quandle", "Quandle"),
        ("Zorvex outperforms models without Quandle.", "Quandle", ""),
        ("We test Quandle. Zorvex outperforms Corvid.", "Quandle", ""),
        ("Zorvex outperforms baselines such as VQ-EMA.", "EMA", ""),
        ("Zorvex outperforms adaptive Quandle variants.", "adaptive", ""),
        ("Zorvex outperforms the SOTA.", "SOTA", ""),
        ("Zorvex accelerates Quandle by 48%.", "Quandle", ""),
        ("Zorvex outperforms systems built on Quandle.", "Quandle", ""),
        ("Zorvex outperforms Quandle with a warm start.", "Quandle", ""),
        ("Zorvex outperforms Quandle on several tasks.", "Quandle", ""),
        ("Zorvex outperforms Quandle on 9 of 12 tasks.", "Quandle", ""),
        ("Zorvex needs what Quandle has, and outperforms Quandle on 9 of 12 tasks.", "Quandle", ""),
        ("Zorvex outperforms a gate rule (Quandle)-based variants.", "Quandle", ""),
        ("Zorvex outperforms Quandle with 9% less memory.", "Quandle", "Quandle"),
        ("Zorvex outperforms plain LMs as well as others.", "plain LMs as", ""),
        ("Zorvex outperforms the Quandle 4-step Corvid.", "Quandle", ""),
        ("Zorvex outperforms token eviction (Quandle).", "token eviction", ""),
        ("Zorvex outperforms CNN-, GAN-, and other denoisers.", "GAN", ""),
        ("Zorvex wins by 3% over Quandle, and Corvid achieving 5%.", "Corvid", ""),
        ("Zorvex outperforms K-means discretization.", "K-means", "clustering"),
        ("Zorvex outperforms baselines in Critical Success Index (CSI).", "CSI", ""),
        ("Zorvex outperforms rules surpassing Quandle.", "rules surpassing Quandle", ""),
        ("Zorvex outperforms rules at Quandle and Corvid precision.", "Corvid", ""),
        ("Zorvex outperforms caching systems built on rules.", "caching systems", ""),
        ("Zorvex outperforms prior best results, including rules like Quandle.", "Quandle", ""),
        ("Our gate kernel outperforms Quandle.", "Quandle", ""),
        ("Zorvex outperforms a Quandle method, Corvid.", "Quandle", ""),
        ("Zorvex outperforms baseline learning methods.", "baseline learning methods", ""),
        ("Zorvex cuts 4x costs compared to Quandle.", "Quandle", ""),
        ("The 7B and 30B models outperform Quandle.", "Quandle", ""),
        ("Zorvex outperforms the teacher model.", "teacher model", ""),
        ("Zorvex outperforms all gates except Quandle.", "Quandle", ""),
        ("A study reveals when Zorvex improves over Quandle.", "Quandle", ""),
        ("Zorvex outperforms Quandle, including Wren, in some scenarios.", "Quandle", ""),
        ("Zorvex outperforms other biased gates.", "other biased gates", "gates"),
        ("Zorvex outperforms the baseline of tuning a plain Quandle.", "Quandle", ""),
        ("Zorvex has 8% recall over Quandle, surpassing others.", "Quandle", ""),
        ("Compared to Quandle, Zorvex outperforms in recall.", "Quandle", "Quandle"),
        ("Zorvex has a 2/8 win rate and outperforms Quandle.", "Quandle", ""),
        ("Zorvex outperforms Low-Rank Adaptation(LoRA)-tuned nets.", "Low-Rank Adaptation", ""),
        ("Zorvex is 2x and 3x faster than Quandle and Corvid.", "Quandle", ""),
    ],
)
def test_a_loser_is_what_the_words_say_that_it_is(tmp_path: Path, said: str, tail: str, loser: str) -> None:
    own = ["gate kernel"] if "gate kernel" in said else []
    rows = _won(tmp_path, said, {tail: said.split(". ")[-1]}, own)
    assert [row["loser"][0]["label"].split()[-1] for row in rows] == ([loser] if loser else [])


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("Zorvex gives up to 1,024x speedup over Quandle.", ["“up to 1,024x speedup over Quandle”"]),
        ("Zorvex saves 9% and is 2.5x faster than Quandle.", ["“2.5x faster than Quandle”"]),
        ("Zorvex outperforms Quandle by 9%.", ["“by 9%”"]),
        ("Zorvex outperforms Quandle and Wren in recall by 9%, and is fast.", ["“in recall by 9%”"]),
        ("Zorvex has better recall than Quandle.", ["“better recall”"]),
        ("Zorvex outperforms Quandle.", ["as quoted"]),
        (
            "Zorvex has an average 9% improvement over Quandle on long tasks.",
            ["“an average 9% improvement over Quandle on long tasks”"],
        ),
        ("Zorvex has a 9% improvement over old gates while surpassing Quandle.", ["as quoted"]),
        ("On Plover, Zorvex outperforms Quandle by 9%.", ["“On Plover … by 9%”"]),
        ("Zorvex has 1 4% gains compared to Quandle.", None),
        ("Zorvex has 4% gains over Quandle, with a 12% gain over Wren.", ["“4% gains over Quandle”"]),
        ("Zorvex is 2x faster than the Quandle baseline on maps.", ["“2x faster than the Quandle baseline”"]),
        ("Across nine tests, Zorvex outperforms Quandle by 9% on Tarn.", ["“by 9% on Tarn”"]),
        ("Zorvex outperforms Quandle by 9% and Wren by 3%.", ["“by 9%”"]),
        ("For instance, Zorvex outperforms Quandle by 9%.", ["“by 9%”"]),
        ("On Plover, Wren, and Tarn, Zorvex outperforms Quandle by 9%.", ["as quoted"]),
        ("Across Plover (a set), Zorvex outperforms Quandle by 9%.", ["as quoted"]),
        ("Zorvex is good on long tasks, where it outperforms Quandle by 9%.", ["as quoted"]),
        ("Zorvex outperforms all gates, cutting costs by 9x compared to Quandle.", None),
        ("Zorvex has a 9% reduction in recall compared to Quandle.", None),
    ],
)
def test_a_win_by_a_number_alone_is_told_with_it(tmp_path: Path, said: str, by: list[str] | None) -> None:
    rows = _won(tmp_path, said, {"Quandle": said})
    assert [row["by"] for row in rows] == ([] if by is None else [by])


@pytest.mark.parametrize(
    ("baseline", "metric", "by"),
    [
        ("dense Quandle", "memory usage", []),
        ("FP16 Quandle", "memory usage", []),
        ("Quandle", "memory usage", ["41% lower memory usage"]),
        ("dense Quandle", "latency", ["41% lower latency"]),
    ],
)
def test_less_memory_than_the_plain_form_of_a_thing_is_no_win(
    tmp_path: Path, baseline: str, metric: str, by: list[str]
) -> None:
    said = f"Zorvex has a 41% lower {metric} than {baseline}."
    made = _record("", "Zorvex", said, baseline, f"41% lower {metric}")
    made["results"][0] |= {"metric": metric, "change": "decrease"}
    assert [one for row in _wins_of(tmp_path, said, made) for one in row["by"]] == by


def test_a_winner_is_not_called_by_the_short_form_of_another(tmp_path: Path) -> None:
    said = "We propose Grouped-Tied Attention (GTA). Grouped Latent Attention outperforms Quandle."
    named = (("GTA", "proposed"), ("Grouped Latent Attention", "proposed"), ("Quandle", "baseline"))
    made: dict[str, Any] = {"title": "Attention: a paper", "name": "GTA", "topics": []}
    made["techniques"] = [{"surface": one, "in": "A", "canonical": one, "role": role} for one, role in named]
    win = {"head": "Grouped Latent Attention", "type": "outperforms", "tail": "Quandle"}
    made["relations"] = [win | {"evidence": "Grouped Latent Attention outperforms Quandle"}]
    (row,) = _wins_of(tmp_path, said, made)
    assert row["winner"]["label"].casefold() == "grouped latent attention"


def test_chinese_quotes_only_figures_of_a_win_and_what_it_has_no_words_for(tmp_path: Path) -> None:
    said = "Zorvex outperforms frobnic zed gates in terms of recall."
    (row,) = _won(tmp_path, said, {"frobnic zed gates": said}, lang="zh")
    assert ([one["label"] for one in row["loser"]], row["by"]) == (["“frobnic zed gates”"], ["见引文"])
    said = "Zorvex outperforms Quandle by 9%."
    (row,) = _won(tmp_path, said, {"Quandle": said}, lang="zh")
    assert row["by"] == ["“by 9%”"]


def test_what_two_are_beaten_in_is_told_of_both(tmp_path: Path) -> None:
    said = "Zorvex outperforms Quandle and idle gates in both recall and cost."
    (row,) = _won(tmp_path, said, {"Quandle": said, "idle gates": said})
    assert (len(row["loser"]), row["by"]) == (2, ["“in both recall and cost”"])


def test_a_rival_and_its_kind_are_told_once(tmp_path: Path) -> None:
    said = "Zorvex outperforms a Quandle probe, and beats Quandle."
    rows = _won(tmp_path, said, {"Quandle": "beats Quandle", "Quandle probe": "Zorvex outperforms a Quandle probe"})
    assert [[one["label"] for one in row["loser"]] for row in rows] == [["Quandle probe"]]
    said = "Zorvex is 2x faster than the Quandle baseline, and 2x faster than Quandle."
    both = {"Quandle": "2x faster than Quandle", "Quandle baseline": "2x faster than the Quandle baseline"}
    assert [[one["label"] for one in row["loser"]] for row in _won(tmp_path, said, both)] == [["Quandle baseline"]]


@pytest.mark.parametrize(
    ("said", "tail", "loser"),
    [
        ("Zorvex outperforms previous gate pruning.", "gate pruning", "previous gate pruning"),
        ("Zorvex outperforms standard FL on three tasks.", "FL", "standard federated learning"),
        ("Zorvex outperforms pruning mRAG systems.", "pruning mRAG systems", "pruning mRAG systems"),
        ("Zorvex outperforms vanilla Quandle.", "Quandle", "vanilla Quandle"),
        ("Zorvex outperforms the popular Quandle.", "Quandle", "Quandle"),
        ("Zorvex, of xQuandle, outperforms vanilla Quandle.", "Quandle", "vanilla Quandle"),
        ("Zorvex outperforms the baseline Quandle.", "Quandle", "Quandle"),
        ("Zorvex outperforms the W4A16 baseline.", "W4A16", "W4A16 baseline"),
    ],
)
def test_a_loser_in_its_plain_form_is_told_so(tmp_path: Path, said: str, tail: str, loser: str) -> None:
    (row,) = _won(tmp_path, said, {tail: said})
    assert row["loser"][0]["label"].replace("FL", "federated learning") == loser


def test_of_several_losers_each_has_its_figure(tmp_path: Path) -> None:
    said = "Zorvex is 41% faster than Quandle. Zorvex is 9% faster than Corvid."
    made = _record("", "Zorvex", said, "Quandle", "41% faster")
    made["techniques"].append({"surface": "Corvid", "in": "A", "canonical": "Corvid", "role": "baseline"})
    made["results"].append(made["results"][0] | {"surface": "9% faster", "value": 9, "baseline": "Corvid"})
    (row,) = _wins_of(tmp_path, said, made)
    assert sorted(row["by"]) == ["41% higher speed (vs. Quandle)", "9% higher speed (vs. Corvid)"]
    said = said.replace("Corvid.", "Corvid on dusk maps.")
    made["results"][1]["setting"] = "on dusk maps"
    (tmp_path / "placed").mkdir()
    (row,) = _wins_of(tmp_path / "placed", said, made)
    assert sorted(row["by"])[1] == "9% higher speed (on dusk maps; vs. Corvid)"


def test_a_takeaway_counts_papers_and_quotes_one_in_the_middle(stated: Graph) -> None:
    first = _data(stated)["takeaways"]["rows"][0]
    assert "4 papers" in first["text"]
    assert (
        "each in its own setting; one of them is Brimble: 30% higher speed (vs. Quandle; with Qwen3-8B; A100)"
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
    with kg.open(str(folder / "p.kg")) as graph:
        graph.add(papers, fast=True)
        made = [_record(e, "", text, "", text[-11:-1]) for e, text in zip(graph.entries(), texts, strict=True)]
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
    with kg.open(str(tmp_path / "own.kg")) as graph:
        graph.add(papers, fast=True)
        row = _data(graph)["takeaways"]["rows"][0]
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
    assert said[0] == "至少3篇论文给出了内存占用的降幅（各在自己的实验设置下），例如Paper 1：内存占用降至原来的1/40。"


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


def test_a_table_says_what_a_paper_proposes_and_not_a_part_with_a_problem(tmp_path: Path) -> None:
    text = "They face slow starts and drift. We propose Zorvex, a pruning gate that skips the idle blocks of a map."
    paper = tmp_path / "paper.jsonl"
    paper.write_text(json.dumps({"id": "p", "title": "Zorvex: a paper", "abstract": text}) + "\n")
    with kg.open(str(tmp_path / "p.kg")) as graph:
        graph.add(paper)
        (row,) = _rows(_data(graph), "methods")
        (chinese,) = _rows(json.loads(str(graph.report("", "zh").render("json"))), "methods")
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
    with kg.open(str(tmp_path / "p.kg")) as graph:
        graph.add(paper, fast=True)
        (row,) = _rows(_data(graph), "methods")
    assert row["does"] == "skips the idle blocks of a map and keeps all of its other blocks"


def test_a_line_of_the_table_says_what_a_paper_gains_and_on_what(stated: Graph) -> None:
    row = next(row for row in _rows(_data(stated), "methods") if row["method"].startswith("Tassock"))
    assert row["gain"] == "15% higher speed (vs. Quandle; with Qwen3-8B; H100)"
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
    with kg.open(str(tmp_path / "own.kg")) as graph:
        graph.add(paper, fast=True)
        made = _record(graph.entries()[0], "Zorvex", said, "Zorvex", "12x speedup")
        made["results"][0] |= {"value": 12, "unit": "x"}
        made["techniques"] = made["techniques"][:1]
        record.write_text(json.dumps(made) + "\n")
        graph.add(records=record)
        assert not _rows(_data(graph), "methods")[0]["gain"]


@pytest.mark.parametrize(
    ("end", "quality"),
    [
        (" without sacrificing accuracy", "“without sacrificing accuracy”"),
        (", while keeping high visual fidelity on maps", "“keeping high visual fidelity on maps”"),
        (", while keeping their accuracy", ""),  # whose?
        (" without quantization of all maps", ""),
        (" while keeping the overall drop below three points", ""),
    ],
)
def test_what_a_gain_leaves_of_the_quality_is_quoted(tmp_path: Path, end: str, quality: str) -> None:
    paper, record = tmp_path / "paper.jsonl", tmp_path / "record.jsonl"
    said = f"Zorvex achieves a 12x speedup over Quandle{end}."
    paper.write_text(json.dumps({"id": "p", "title": "Zorvex: a paper", "abstract": said}) + "\n")
    with kg.open(str(tmp_path / "kept.kg")) as graph:
        graph.add(paper, fast=True)
        made = _record(graph.entries()[0], "Zorvex", said, "Quandle", "12x speedup")
        made["results"][0] |= {"value": 12, "unit": "x"}
        record.write_text(json.dumps(made) + "\n")
        graph.add(records=record)
        assert _rows(_data(graph), "methods")[0]["quality"] == quality


def test_techniques_stand_under_a_broader_concept(built: Graph) -> None:
    groups = json.loads(str(built.report("KV cache compression").render("json")))["techniques"]["groups"]
    rows = {group["mark"]: {row["concept"] for row in group["rows"]} for group in groups}
    assert {"technique:kv-cache-compression", "technique:kv-cache-eviction"} <= rows["technique:kv-cache-compression"]
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
    with kg.open(str(tmp_path / "p.kg")) as graph:
        graph.add(papers, fast=True)
        rows = json.loads(str(graph.report("pruning").render("json")))["chart"]["rows"]
    assert [(row["period"], row["partial"]) for row in rows] == [
        ("2025-06", False),
        ("2025-07", False),
        ("2025-08", True),
    ]
    assert max(row["level"] for row in rows if not row["partial"]) == 100


def test_an_empty_section_says_that_nothing_was_found(stated: Graph) -> None:
    assert _data(stated)["problems"]["note"] == "Nothing of this was found in these papers."


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
    with kg.open(str(tmp_path / "p.kg")) as graph:
        graph.add(papers, fast=True)
        record = {"id": graph.entries()[0], "title": "Zorvex: a paper", "name": "Zorvex", "hardware": hardware}
        records.write_text(json.dumps(record))
        graph.add(records=records)
        (row,) = _rows(_data(graph), "methods")
    assert [one["label"] for one in row["hardware"]] == ["NVIDIA A100"]
