"""Who beats whom in a report: the loser, by how much, and what is no win."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from tests.views.telling import record_of, report_data, section_rows


def _wins_of(folder: Path, said: str, made: dict[str, Any], lang: str = "en") -> list[dict[str, Any]]:
    """The rows of who beats whom of one paper with this abstract, of which a record is `made`."""
    paper, record = folder / "paper.jsonl", folder / "record.jsonl"
    paper.write_text(json.dumps({"id": "p", "title": made["title"], "abstract": said}) + "\n")
    with kg.open(str(folder / "p.kg"), create=True) as graph:
        graph.add(paper, fast=True)
        record.write_text(json.dumps(made | {"id": graph.entries()[0]}) + "\n")
        graph.add(records=record)
        return section_rows(report_data(graph, lang), "wins")


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
        ("Zorvex outperforms a gate rule (Quandle)-based variants.", "Quandle", ""),
        ("Zorvex outperforms Quandle with 9% less memory.", "Quandle", "Quandle"),
        ("Zorvex outperforms plain LMs as well as others.", "plain LMs as", ""),
        ("Zorvex outperforms the Quandle 4-step Corvid.", "Quandle", ""),
        ("Zorvex outperforms token eviction (Quandle).", "token eviction", ""),
        ("Zorvex outperforms CNN-, GAN-, and other denoisers.", "GAN", ""),
        ("Zorvex outperforms CNN- and GAN-based denoisers.", "GAN-based denoisers", ""),
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
        ("Zorvex outperforms other biased gates.", "other biased gates", "gates"),
        ("Zorvex outperforms the baseline of tuning a plain Quandle.", "Quandle", ""),
        ("Zorvex has 8% recall over Quandle, surpassing others.", "Quandle", ""),
        ("Compared to Quandle, Zorvex outperforms in recall.", "Quandle", "Quandle"),
        ("Zorvex has a 2/8 win rate and outperforms Quandle.", "Quandle", ""),
        ("Zorvex outperforms Low-Rank Adaptation(LoRA)-tuned nets.", "Low-Rank Adaptation", ""),
        ("Zorvex is 2x and 3x faster than Quandle and Corvid.", "Quandle", ""),
        ("Zorvex seeks to exceed Quandle.", "Quandle", ""),
        ("Zorvex outperforms Quandle alone.", "Quandle", ""),
        ("Zorvex-guided pruning outperforms Quandle.", "Quandle", ""),
        ("Gates are slow. Zorvex consistently outperforms Quandle", "Quandle", ""),  # cut
        ("Zorvex outperforms old RNNs networks.", "old RNNs", "RNNs"),
        ("Theoretically, Zorvex outperforms Quandle.", "Quandle", ""),
        ("Late tags help, enabling Zorvex to outperform Quandle.", "Quandle", ""),
        ("Zorvex outperforms gate pruning and rank cutting methods.", "gate pruning", "methods"),
        ("Our final system outperforms Zorvex and Quandle.", "Quandle", ""),
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
        ("Zorvex outperforms Quandle with fewer recall errors.", ["as quoted"]),
        ("Zorvex outperforms Quandle in recall tasks.", ["as quoted"]),
        ("Zorvex outperforms Quandle across recall tasks, with gains.", ["as quoted"]),
        ("Zorvex outperforms Quandle.", ["metric not stated"]),
        ("Zorvex outperforms Quandle, as its recall says.", ["as quoted"]),
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
        ("Zorvex outperforms Quandle by 7.76.", ["as quoted"]),
        ("Zorvex has a recall of 9%, outperforming Quandle with 2x faster maps.", ["as quoted"]),
        ("Zorvex gives 9% fewer maps than the many old and dense idle gates and Quandle.", None),
        ("Zorvex outperforms Quandle by 7.76 recall points.", ["“by 7.76 recall points”"]),
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
    made = record_of("", "Zorvex", said, baseline, f"41% lower {metric}")
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


def test_chinese_quotes_what_a_win_is_in_and_what_it_has_no_words_for(tmp_path: Path) -> None:
    said = "Zorvex outperforms frobnic zed gates in terms of recall."
    (row,) = _won(tmp_path, said, {"frobnic zed gates": said}, lang="zh")
    assert ([one["label"] for one in row["loser"]], row["by"]) == (["“frobnic zed gates”"], ["“in terms of recall”"])
    said = "Zorvex outperforms Quandle by 9%."
    (row,) = _won(tmp_path, said, {"Quandle": said}, lang="zh")
    assert row["by"] == ["“by 9%”"]


def test_what_two_are_beaten_in_is_told_of_both(tmp_path: Path) -> None:
    said = "Zorvex outperforms Quandle and idle gates in both recall and cost."
    (row,) = _won(tmp_path, said, {"Quandle": said, "idle gates": said})
    assert (len(row["loser"]), row["by"]) == (2, ["“in both recall and cost”"])


def test_members_of_a_class_are_told_without_it(tmp_path: Path) -> None:
    said = "Zorvex outperforms recent idle gates such as Quandle by 9%."
    (row,) = _won(tmp_path, said, {"Quandle": said, "recent idle gates": said})
    assert [one["label"] for one in row["loser"]] == ["Quandle"]


def test_chinese_spells_out_what_the_paper_does(tmp_path: Path) -> None:
    said = "Self-supervised learning (SSL) is slow. Zorvex outperforms SSL encoders in recall."
    (row,) = _won(tmp_path, said, {"SSL encoders": "Zorvex outperforms SSL encoders"}, lang="zh")
    assert row["loser"][0]["label"] == "自监督学习编码器"


def test_chinese_tells_a_short_form_with_its_full_one(tmp_path: Path) -> None:
    said = "Zorvex outperforms SFT in recall."
    (row,) = _won(tmp_path, said, {"SFT": said}, lang="zh")
    assert row["loser"][0]["label"].endswith("（SFT）")


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
    made = record_of("", "Zorvex", said, "Quandle", "41% faster")
    made["techniques"].append({"surface": "Corvid", "in": "A", "canonical": "Corvid", "role": "baseline"})
    made["results"].append(made["results"][0] | {"surface": "9% faster", "value": 9, "baseline": "Corvid"})
    (row,) = _wins_of(tmp_path, said, made)
    assert sorted(row["by"]) == ["41% higher speed (vs. Quandle)", "9% higher speed (vs. Corvid)"]
    said = said.replace("Corvid.", "Corvid on dusk maps.")
    made["results"][1]["setting"] = "on dusk maps"
    (tmp_path / "placed").mkdir()
    (row,) = _wins_of(tmp_path / "placed", said, made)
    assert sorted(row["by"])[1] == "9% higher speed (on dusk maps; vs. Corvid)"


def test_an_example_of_a_kind_is_beaten_with_the_others(built: Graph) -> None:
    for lang, loser in (("en", "existing methods such as MGLD-VSR"), ("zh", "MGLD-VSR等现有方法")):
        rows = section_rows(report_data(built, lang), "wins")
        assert [row["loser"][0]["label"] for row in rows if row["papers"] == ["003-12"]] == [loser]
