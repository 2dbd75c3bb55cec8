"""Briefs in four parts: who presented what, with which technique, against which problem, with which effect."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from kg.model import KEY_ROLES, Document, Evidence, KgError, Mention, Paper, Record, Relation, Result, Text, Topic
from kg.text import has_han
from kg.views.brief import ORIGINS, PARTS, brief, parts, reread, view, who
from kg.views.selection import Selection, own_words, title
from kg.views.words import PageWords
from tests.views.pages import is_of_source

TITLE = "Foo: Gates at Dusk"
ABSTRACT = "We propose Foo plus block routing. It cuts latency by up to 41% vs. chunked prefill. Memory costs are high."


def _paper(**values: Any) -> Paper:
    """A paper of one entry; `values` fill its record."""
    document = Document("t-1", "t", 1, {"T": Text(TITLE, TITLE), "A": Text(ABSTRACT, ABSTRACT)})
    document.authors = values.pop("authors", ())
    return Paper("paper:t-1", [(document, Record("t-1", title=TITLE, paper="paper:t-1", **values))])


def _mention(kind: str, surface: str, role: str = "", concept: str = "", sure: bool = True) -> Mention:
    at = ABSTRACT.find(surface)
    return Mention(kind, surface, surface, "A", at, at + len(surface), role=role, concept=concept, sure=sure)


FULL: dict[str, Any] = {
    "name": "Foo",
    "institutions": [
        Mention("institution", "", "Baidu", concept="ror:03vs3wt56", field="I"),
        Mention("institution", "", "Nowhere Lab", concept="institution:nowhere-lab", field="I"),
    ],
    "techniques": [_mention("technique", "Foo", "proposed"), _mention("technique", "block routing", "proposed")],
    "problems": [_mention("problem", "Memory costs")],
    "results": [
        Result(
            Evidence("up to 41%", "A", 54, 63),
            metric="latency",
            value=41.0,
            unit="%",
            change="decrease",
            bound="up_to",
            baseline="chunked prefill",
            metric_concept="metric:latency",
            sure=True,
        )
    ],
}


def test_an_english_brief_has_four_parts(built: Graph) -> None:
    found = parts(Selection.of(built, [], "en"), _paper(**FULL))
    assert found.who == "Baidu, nowhere-lab"
    assert found.technique == "block routing"  # its own name is in the title
    assert found.problem == "Memory costs"
    assert found.effect == "latency ↓ up to 41% (vs. chunked prefill)"


def test_a_chinese_brief_is_in_the_form_of_the_reports(built: Graph) -> None:
    assert brief(built, _paper(**FULL), "zh") == (
        "百度、nowhere-lab发布了《Foo: Gates at Dusk》论文，使用了Foo技术，达成了延迟最高降低41%的效果。"
    )


@pytest.mark.parametrize("part", ["techniques", "problems", "results"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_nothing_fills_is_left_out(built: Graph, lang: str, part: str) -> None:
    text = brief(built, _paper(**{**FULL, part: []}), lang)
    frame = {"techniques": "technique", "problems": "problem", "results": "effect"}[part]
    marker = PageWords(lang)(f"brief.{frame}_part", value="|").partition("|")[0]
    assert marker not in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("authors", "en", "zh"),
    [
        (("Wei Chen", "Ada Byron"), "Wei Chen et al.", "Wei Chen等"),
        (("Chen, Wei", "Ada Byron"), "Wei Chen et al.", "Wei Chen等"),
        (("Ada Byron",), "Ada Byron", "Ada Byron"),
        ((), "", ""),
    ],
)
def test_a_paper_without_institutions_is_its_first_author_s(
    built: Graph, authors: tuple[str, ...], en: str, zh: str
) -> None:
    paper = _paper(authors=authors)
    for lang, said in (("en", en), ("zh", zh)):
        assert parts(Selection.of(built, [], lang), paper).who == said


def test_who_is_the_first_author_in_full_with_the_institutions(built: Graph) -> None:
    paper = _paper(**FULL, authors=("Byron, Ada", "Wei Chen"))
    assert who(Selection.of(built, [], "en"), paper) == "Ada Byron et al. (Baidu, nowhere-lab)"
    assert brief(built, paper, "zh").startswith("Ada Byron等（百度、nowhere-lab）")


def test_problem_without_a_name_is_left_to_the_paper_s_sentence(built: Graph) -> None:
    at = ABSTRACT.find("We propose")
    key = {"proposes": Evidence("We propose Foo plus block routing.", "A", at, at + 34)}
    text = brief(built, _paper(**FULL, key=key), "en")
    assert "problem" not in text
    assert "“We propose Foo plus block routing.”" in text


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("To end this gap, we propose Foo.", "We propose Foo."),
        ("We propose Foo, which closes this gap.", "Foo needs no training."),
        ("This gap is what Bar closes.", "Foo needs no training."),
    ],
)
def test_sentence_that_refers_back_is_cut_or_another_one_stands_for_it(key: str, said: str) -> None:
    abstract = f"Gates are slow. {key} It has two parts. Foo needs no training. Code is available at https://a.b."
    document = Document("t-1", "t", 1, {"A": Text(abstract, abstract)})
    place = Evidence(key, "A", 16, 16 + len(key))
    code = Evidence("Code is available at https://a.b.", "A", abstract.find("Code"), len(abstract))
    paper = Paper("paper:t-1", [(document, Record("t-1", name="Foo", key={"proposes": place, "result": code}))])
    assert own_words(paper, "proposes") == said
    assert own_words(paper, "result") == ""


def test_kind_is_one_that_the_proposal_names(built: Graph) -> None:
    text, places = "We propose Foo, a pruning method.", {"quantization": 0, "pruning": 17}
    topics = [Topic(name, Evidence(name, "T", at, at + 7), sure=True) for name, at in places.items()]
    paper = _paper(**FULL | {"topics": topics, "key": {"proposes": Evidence(text, "A", 0, 33)}})
    assert "Foo (pruning)" in brief(built, paper, "en")


@pytest.mark.parametrize(("lang", "said"), [("en", "outperforms Bar"), ("zh", "优于Bar")])
def test_what_is_beaten_is_said_where_no_number_is(built: Graph, lang: str, said: str) -> None:
    beaten = Relation("Foo", "outperforms", "Bar", Evidence("", "A", 0, 5), sure=True)
    doubtful = Relation("Foo", "outperforms", "Baz", Evidence("", "A", 0, 5))
    paper = _paper(**FULL | {"results": [], "relations": [beaten, doubtful]})
    assert said in brief(built, paper, lang)
    assert "Baz" not in brief(built, paper, lang)
    assert said not in brief(built, _paper(**FULL | {"relations": [beaten]}), lang)


@pytest.mark.parametrize(("metric", "said"), [("latency", "至少降至1/4"), ("compression-ratio", "至少为4倍")])
def test_fall_by_a_factor_is_a_fraction_and_a_ratio_is_a_level(built: Graph, metric: str, said: str) -> None:
    fall = replace(FULL["results"][0], value=4.0, unit="x", bound="at_least", metric_concept=f"metric:{metric}")
    assert said in brief(built, _paper(**FULL | {"results": [fall]}), "zh")


def test_english_holds_no_chinese_term(built: Graph) -> None:
    record = {"problems": [Mention("problem", "显存占用高", "显存占用高", "B", 0, 5, sure=True)]}
    assert parts(Selection.of(built, [], "en"), _paper(**record)).problem == ""
    assert parts(Selection.of(built, [], "zh"), _paper(**record)).problem == "显存占用高"


def test_in_chinese_the_sentence_of_a_source_is_quoted_unless_only_the_abstract_counts(built: Graph) -> None:
    own = next(d.texts["B"].raw for d, _ in built.paper("002-22").entries if "B" in d.texts)
    assert own.rstrip("。") in built.brief("002-22", "zh").replace("‘", "“").replace("’", "”")
    assert own.rstrip("。") not in built.brief("002-22", "zh", origin="abstract")
    assert not has_han(built.brief("002-22", "en"))


def test_every_report_paper_has_a_brief_of_one_line(built: Graph) -> None:
    for lang in ("en", "zh"):
        lines = str(view(built, "", lang).render("txt")).splitlines()
        assert len(lines) == len(built.papers())
        assert all("\n" not in line and line for line in lines)


def test_most_briefs_from_abstracts_name_technique_and_problem(built: Graph) -> None:
    shown = Selection.of(built, built.papers(), "zh")
    found = [parts(shown, paper, fields=ORIGINS["abstract"]) for paper in shown.papers]
    for part, least in (("technique", 0.9), ("problem", 0.85), ("effect", 0.35)):
        assert sum(bool(getattr(one, part)) for one in found) >= least * len(found), part


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_text_is_of_the_template_a_label_a_number_or_a_source(built: Graph, lang: str) -> None:
    shown = Selection.of(built, built.papers(), lang)
    for paper in shown.papers:
        found = parts(shown, paper)
        for part in ("technique", "problem"):
            for term in filter(None, getattr(found, part).split(PageWords(lang)("brief.join"))):
                assert is_of_source(shown, paper, term), (paper.id, part, term)
        assert title(paper) or not found.title
        assert not found.key or is_of_source(shown, paper, found.key)


def test_from_the_abstract_other_texts_are_not_read(built: Graph) -> None:
    paper = reread(built, built.paper("002-22"), ORIGINS["abstract"])
    assert {field for document, _ in paper.entries for field in document.texts} <= {"T", "A", "I"}


def test_json_has_parts_and_key_sentences(built: Graph) -> None:
    rows = json.loads(str(view(built, "KV cache compression", "en").render("json")))
    assert rows
    for row in rows:
        assert set(row["parts"]) == {"who", *PARTS}
        assert row["text"]
        assert set(row["key"]) <= set(KEY_ROLES)


def test_an_unknown_origin_or_language_is_an_error(built: Graph) -> None:
    with pytest.raises(KgError, match="record, abstract"):
        built.brief("002-22", "en", origin="body")
    with pytest.raises(KgError, match="en, zh"):
        built.brief("002-22", "fr")


def test_a_name_in_the_text_is_not_markup(hostile: Graph) -> None:
    text = hostile.brief(hostile.entries()[0], "en")
    assert "\u202e" not in text
    assert not re.search(r"[\x00-\x1f]", text)


def test_what_a_source_says_in_chinese_is_shown_as_its_words(tmp_path: Path) -> None:
    said = {"tldr": "Foo提出了一种门。", "method": "使用门控。"}
    papers = [
        {"id": "p-1", "title": TITLE, "abstract": ABSTRACT, "zh": said},
        {"id": "p-2", "title": "Bar: Slow Gates", "abstract": ABSTRACT, "tldr_zh": "A text in English"},
    ]
    file = tmp_path / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, papers)), "utf-8")
    with kg.open(str(tmp_path / "g.kg"), create=True) as graph:
        assert "summary (1)" in graph.add(file, fast=True).losses[0]
        assert graph.brief("p-1", "zh").endswith("Foo提出了一种门。")
        assert "We propose" not in graph.brief("p-1", "zh")
        assert not has_han(graph.brief("p-1", "en"))
        document, record = graph.paper("p-1").entries[0]
        assert document.texts["S"].raw == "tldr: Foo提出了一种门。\nmethod: 使用门控。"
        assert not [one for one in record.techniques if one.field == "S"]
