"""The page of a week: what sources say of its papers, in the reader's language, with sure figures, ready to forward."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import html

import kg
from kg.api import Graph
from kg.views.week.week_papers import marked
from kg.views.words import LANGUAGES

from .hostile import EVIL
from .pages import Page

FORMS = ("html", "md", "eml")


def paper(name: str, day: str, title: str, abstract: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "day": day, "title": title, "abstract": abstract, "authors": ["Ada Fox", "Bo Li"], **more}


def summary(text: str, result: str = "", **more: str) -> dict[str, str]:
    return {"tldr": text, "motivation": "推理太慢。", "method": "按重要性保留。", "result": result, **more}


PAPERS = [
    paper(
        "w-1",
        "2026-06-30",
        "Okapi: KV Cache Compression for Long Contexts",
        "We propose Okapi, a KV cache compression method for large language models. Okapi reduces GPU memory by 62.5% "
        "over the full KV cache on an NVIDIA H100 GPU. Code: https://github.com/okapi/okapi",
        zh=summary("Okapi是一种KV缓存压缩方法，将显存降低62.5%。", "在H100上显存降低62.5%。"),
    ),
    paper(
        "w-2",
        "2026-06-29",
        "Gazelle: KV Cache Eviction by Entropy",
        "We propose Gazelle, a KV cache eviction method for large language models. Gazelle achieves a 2.5x speedup.",
        zh=summary("Gazelle是一种KV缓存驱逐方法。", "解码加速2.5倍。"),
    ),
    paper(
        "w-3",
        "2026-06-28",
        "Does Pruning Transfer? A Study of Pruned Language Models",
        "We study pruning of large language models. Pruning at 50% sparsity is accurate on English, but fails on 12 of "
        "20 other languages.",
        zh=summary("研究语言模型的剪枝。", "英语上准确，但在20种语言中的12种上失败。"),
    ),
    paper(
        "w-4",
        "2026-06-28",
        "Quokka: Quantization of Large Language Models",
        "We propose Quokka, a post-training quantization method. Quokka achieves a 3.1x speedup over FP16.",
    ),
    paper("w-5", "2026-06-27", "A Chronicle of Village Wells", "Wells of 40 villages are described."),
    *(
        paper(f"o-{n}", day, f"Older Part {n} on KV Cache Compression", "We compress the KV cache.")
        for n, day in enumerate(["2026-06-20", "2026-06-12", "2026-06-11"])
    ),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder = tmp_path_factory.mktemp("week")
    (folder / "w.jsonl").write_text("".join(json.dumps(one) + "\n" for one in PAPERS), "utf-8")
    with kg.open(str(folder / "w.kg"), create=True) as opened:
        opened.add(folder / "w.jsonl")
        yield opened


@pytest.fixture(scope="module")
def data(graph: Graph) -> dict[str, Any]:
    return of(graph, "zh")


def of(graph: Graph, lang: str, form: str = "json", **more: Any) -> Any:
    made = graph.digest("", lang, since="last week", **more).render(form)
    return json.loads(made) if form == "json" else made


def entry(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in data["entries"] if one["id"].endswith(name))


def said(pieces: list[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in pieces)


def test_summary_is_the_source_s_own_in_its_language_and_the_abstract_s_in_english(graph: Graph, data: dict[str, Any]):
    assert entry(data, "w-2")["origin"] == "source"
    assert said(entry(data, "w-2")["summary"]) == "Gazelle是一种KV缓存驱逐方法。"
    english = entry(of(graph, "en"), "w-2")
    assert english["origin"] == "abstract"
    assert said(english["summary"]) in PAPERS[1]["abstract"]


def test_points_bear_a_number_of_their_paper_and_differ_in_topic(data: dict[str, Any]):
    points = [point for point in data["points"] if not point["is_negative"]]
    assert points
    for point in points:
        figure = next(text for text, is_figure in point["pieces"] if is_figure)
        abstract = next(one["abstract"] for one in PAPERS if point["entry"].endswith(one["id"]))
        assert re.findall(r"[\d.]+", figure)[0] in abstract
    topics = [point["topic"] for point in points]
    assert len(set(topics)) == len({one["topic"] for one in data["entries"] if one["finding"]})


def test_negative_result_is_named_as_such(graph: Graph):
    for lang in LANGUAGES:
        bad = [point for point in of(graph, lang)["points"] if point["is_negative"]]
        assert [point["entry"] for point in bad] == [entry(of(graph, lang), "w-3")["id"]]
        assert "12" in said(bad[0]["pieces"])


def test_figure_is_shown_once(data: dict[str, Any]):
    for one in data["entries"]:
        assert not (one["figure"] and any(is_figure for _, is_figure in one["summary"]))


@pytest.mark.parametrize(
    ("text", "value", "unit", "figure"),
    [
        ("加速9.1-28.0倍。", (9.1, 28.0), "x", "9.1-28.0倍"),
        ("is 4.20× faster on 4 GPUs", 4.2, "x", "4.20×"),
        ("保留97%", 97.0, "x", ""),
        ("a 1,000x cut", 1000.0, "x", "1,000x"),
        ("over 3 times faster, a 4-fold cut", 4.0, "x", "4-fold"),
        ("a length of 5.92 and a 4x cut", 5.92, "", "5.92"),
    ],
)
def test_number_of_a_result_is_marked_with_its_unit(text: str, value: Any, unit: str, figure: str):
    best: Any = SimpleNamespace(result=SimpleNamespace(value=value, unit=unit))
    pieces = marked(text, best)
    assert said(pieces) == text
    assert [piece for piece, is_figure in pieces if is_figure] == ([figure] if figure else [])


def test_paper_off_the_subject_stands_apart(data: dict[str, Any]):
    assert [name[-3:] for name in data["off_subject"]] == ["w-5"]


def test_topics_come_by_number_of_papers_and_are_compared_with_the_weeks_before(data: dict[str, Any]):
    assert [topic["papers"] for topic in data["topics"]] == sorted((t["papers"] for t in data["topics"]), reverse=True)
    assert data["topics"][0]["concept"] == "topic:kv-cache-compression"
    row = next(row for row in data["chart"] if row["concept"] == "topic:kv-cache-compression")
    assert (row["papers"], row["before"]) == (2, 1.5)


def test_interests_come_first(graph: Graph):
    assert of(graph, "en", interests=["quantization"])["topics"][0]["concept"] == "topic:quantization"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_each_paper_stands_in_every_form_with_its_link_and_nothing_is_empty(graph: Graph, form: str, lang: str):
    made = of(graph, lang, form)
    page = made.decode() if isinstance(made, bytes) else made
    if form == "eml":
        page = str(body(made, "html").get_content())
    if form == "md":
        assert not re.search(r"\n\n\n|[:：]\s*\n|\*\*\*\*|\(\)", page)
        return
    tree = html.fromstring(page)
    for tag in ("li", "td", "h2", "p", "span", "b", "ul", "details"):
        assert all(node.text_content().strip() or node.xpath(".//svg|.//div") for node in tree.iter(tag)), tag
    titles = [one["title"] for one in PAPERS[:5]]
    shown = tree.text_content()
    assert all(shown.count(title) == 1 or form == "eml" for title in titles)
    assert all(title.partition(":")[0] in shown for title in titles)
    assert Page(page).unbalanced == []


def test_abstracts_are_folded_and_left_out_of_text_and_mail(graph: Graph):
    tree = html.fromstring(of(graph, "zh", "html"))
    for one in PAPERS[:4]:
        holding = tree.xpath("//*[@lang='en'][contains(., $words)]", words=one["abstract"][:40])
        assert all(node.xpath("ancestor::details") for node in holding)
    assert "We propose" not in of(graph, "zh", "md")
    assert "We propose" not in body(of(graph, "zh", "eml"), "html").get_content()


def body(made: bytes, kind: str) -> EmailMessage:
    message = message_from_bytes(made, policy=policy.default)
    assert isinstance(message, EmailMessage)
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_mail_is_text_and_html_that_needs_no_style_sheet(graph: Graph, lang: str):
    made = of(graph, lang, "eml")
    message = message_from_bytes(made, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert message["Subject"] == of(graph, lang)["title"]
    assert len(made) < 100_000
    page = body(made, "html").get_content()
    assert not re.search(r"<style|<script|<svg|<details|var\(|class=|src=", page)
    assert "Okapi" in body(made, "plain").get_content()
    assert made == of(graph, lang, "eml")


def test_hostile_names_are_escaped_in_every_form(hostile: Graph):
    made = hostile.week("", "en")
    for form in ("html", "eml"):
        page = made.render(form)
        page = body(page, "html").get_content() if isinstance(page, bytes) else page
        assert EVIL not in page
        tree = html.fromstring(page)
        assert not [url for url in tree.xpath("//@href") if str(url).startswith("javascript")]
        assert not tree.xpath("//script|//img")


def test_named_papers_without_a_period_are_a_page_too(graph: Graph, tmp_path: Path):
    names = [one["id"] for one in of(graph, "zh")["entries"]][:2]
    made = graph.week(names, "zh")
    assert made.papers == 2
    assert "2026" in made.title
    assert names[0] not in made.title
    assert json.loads(made.render("json"))["chart"] == []
    assert made.save(tmp_path / "new.eml").read_bytes().startswith(b"Subject: ")
