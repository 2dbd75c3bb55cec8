"""The sentence on a paper."""

from __future__ import annotations

import re

import pytest

from kg.api import Graph
from kg.model import Brief, Document, Evidence, KgError, Mention, Paper, Record, Result, Text
from kg.views.brief import brief
from kg.views.outcome import phrase
from kg.views.selection import Selection

ABSTRACT = "We propose foo routing. It cuts latency by up to 41% vs. chunked prefill and is 2.1x faster. Memory walls."


def _paper(**parts: object) -> Paper:
    """A paper of one entry; `parts` fill its record."""
    document = Document("t-1", "t", 1, {"T": Text("", ""), "A": Text(ABSTRACT, ABSTRACT)})
    return Paper("paper:t-1", [(document, Record("t-1", paper="paper:t-1", **parts))])  # type: ignore[arg-type]


def _result(**parts: object) -> Result:
    values = {"metric": "latency", "value": 41.0, "unit": "%", "change": "decrease"} | parts
    return Result(Evidence("41%", "A", 44, 47), metric_concept="metric:latency", **values)  # type: ignore[arg-type]


FULL = {
    "name": "Foo",
    "institutions": [
        Mention("institution", "", "Baidu", concept="ror:03vs3wt56", field="I"),
        Mention("institution", "", "Nowhere Lab", concept="institution:nowhere-lab", field="I"),
    ],
    "techniques": [
        Mention("technique", "Foo", "Foo", "T", role="proposed"),
        Mention("technique", "foo routing", "foo routing", "A", role="proposed"),
        Mention("technique", "pruning", "pruning", "A", role="used", concept="technique:pruning"),
    ],
    "problems": [Mention("problem", "Memory walls", "memory walls", "A")],
    "results": [_result(bound="up_to", baseline="chunked prefill")],
}


def test_english_sentence_has_every_slot(built: Graph) -> None:
    said = brief(built, _paper(**FULL), "en")
    assert said == (
        "Baidu and nowhere-lab present Foo, which uses foo routing to address memory walls, "
        "achieving up to 41% lower latency (vs. chunked prefill)."
    )


def test_chinese_sentence_is_in_the_reports_form(built: Graph) -> None:
    said = brief(built, _paper(**FULL), "zh")
    start = "百度和nowhere-lab发布了《Foo》论文，使用了foo routing技术，解决了memory walls问题，达成了将"
    assert said.startswith(start)
    assert said.endswith("最高降低41%（较chunked prefill）的效果。")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("slot", ["institutions", "techniques", "problems", "results"])
def test_unknown_slots_are_left_out(built: Graph, lang: str, slot: str) -> None:
    said = brief(built, _paper(**(FULL | {slot: []})), lang)
    words = {"institutions": "Baidu|百度", "techniques": "routing", "problems": "walls", "results": "41"}
    assert not re.search(words[slot], said)
    assert all(re.search(word, said) for name, word in words.items() if name != slot)
    assert said.endswith("." if lang == "en" else "。")


def test_a_record_that_knows_nothing_makes_no_claim(built: Graph) -> None:
    assert brief(built, _paper(), "zh") == "一篇论文。"
    assert brief(built, _paper(), "en") == "A paper."


def test_chinese_slots_of_the_source_are_taken_unless_only_the_abstract_counts(built: Graph) -> None:
    paper = _paper(**FULL, brief=Brief(name="Foo", technique="富路由", problem="内存墙"))
    assert "使用了富路由技术，解决了内存墙问题，达成了将" in brief(built, paper, "zh")
    assert "富路由" not in brief(built, paper, "zh", origin="abstract")
    assert "富路由" not in brief(built, paper, "en")


def test_endings_of_a_slot_are_not_said_twice(built: Graph) -> None:
    paper = _paper(name="Foo", brief=Brief(name="Foo", technique="路由方法（分层）", problem="内存瓶颈"))
    assert brief(built, paper, "zh") == "《Foo》论文使用了路由方法（分层），解决了内存瓶颈。"


@pytest.mark.parametrize(
    ("parts", "en", "zh"),
    [
        ({"bound": "up_to"}, "up to 41% lower latency", "最高降低41%"),
        ({"bound": "about"}, "about 41% lower latency", "降低约41%"),
        ({"bound": "at_least"}, "over 41% lower latency", "降低41%以上"),
        ({"change": "increase", "value": 2.1, "unit": "x"}, "2.1x higher latency", "提升至2.1倍"),
        ({"change": "increase", "value": 3.0}, "3% higher latency", "增加3%"),
        ({"change": "absolute", "value": 30.0, "unit": "ms"}, "latency of 30 ms", "为30 ms"),
        ({"value": (1.5, 2.0), "unit": "x"}, "1.5–2x lower latency", "降低1.5–2倍"),
        ({"setting": "H100"}, "41% lower latency (H100)", "降低41%（H100）"),
    ],
)
def test_numbers_have_unit_direction_and_bound(built: Graph, parts: dict[str, object], en: str, zh: str) -> None:
    assert phrase(Selection.of(built, [], "en"), _result(**parts)) == en
    assert phrase(Selection.of(built, [], "zh"), _result(**parts)).endswith(zh)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_number_is_said_that_the_entry_lacks(built: Graph, lang: str) -> None:
    for paper in built.papers():
        said = brief(built, paper, lang)
        known = " ".join(text.raw + text.text for document, _ in paper.entries for text in document.texts.values())
        known += " ".join(built.label(m.concept, lang) for _, r in paper.entries for m in _mentions(r) if m.concept)
        known += " ".join(f"{r.value} {r.baseline} {r.setting}" for _, record in paper.entries for r in record.results)
        known += " ".join(record.title + record.name for _, record in paper.entries)
        digits = set(re.findall(r"\d+", known))
        assert set(re.findall(r"\d+", said)) <= digits, (paper.id, said)


def _mentions(record: Record) -> list[Mention]:
    return [*record.institutions, *record.techniques, *record.problems]


def test_every_report_paper_has_a_sentence_with_its_name(built: Graph) -> None:
    for paper in built.papers():
        name = next((record.name for _, record in paper.entries if record.name), "")
        assert name in built.brief(paper.id, "zh")
        assert "\n" not in built.brief(paper.id, "en")


def test_an_unknown_language_is_told(built: Graph) -> None:
    with pytest.raises(KgError, match="choose one of en, zh"):
        built.brief(built.entries()[0], "fr")
