"""A digest in the reports' own form: read back to the same values, derived briefs that never serve as evidence."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.api
from kg.api import Graph
from kg.cli.digest import of_files
from kg.model import Document, KgError, Paper, Record, Source, Text
from kg.sources import read
from kg.sources.digest_reader import LEFT_OUT
from kg.views.digest import Digest, DigestSentence, of
from kg.views.reader import GraphReader
from kg.views.selection import Selection
from kg.vocabulary import Vocabulary

from .pages import Page

REPORT = Path(__file__).resolve().parents[2] / "data" / "reports" / "004_0fbc9a575173bebf.txt"
MARKS = (
    *(
        "### 3.",
        "### 3. Another",
        "---",
        "-----",
        "## 论文详细信息",
        "## Paper details",
        "# x",
        "**主要机构**: Nowhere",
    ),
    *(
        "**摘要**:",
        "**作者数量**: 9人",
        "**Abstract**: y",
        "\\### z",
        "\\\\---",
        "简报来源: x (derived)",
        "生成时间: 1999-01-01",
    ),
    *("<b>&amp;", "$x_1$", "\u202e", "\x00", "\r\n", "\u2028", "\ufeff", "清华", "a"),
)
LINES = st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=12)), max_size=6).flatmap(
    lambda pieces: st.sampled_from(["\n", " ", "\n\n", ""]).map(lambda joint: joint.join(pieces))
)


class Held:
    """What a digest of papers needs of a graph."""

    vocabulary = Vocabulary.load()

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self._sources = sources

    def sources(self) -> list[Source]:
        return list(self._sources)


def digest_of(documents: list[Document], lang: str = "zh", sources: tuple[Source, ...] = (), says: str = "") -> Digest:
    papers = [Paper(d.id, [(d, Record(d.id))]) for d in documents]
    shown = Selection.of(cast("GraphReader", Held(sources)), papers, lang)

    def writer(_shown: Selection, _paper: Paper) -> DigestSentence:
        return DigestSentence(says or "清华大学发布了A论文，加速2倍。")

    return of(shown, writer=writer)


def document(number: int, title: str = "", abstract: str = "", line: str = "", authors: int | None = None) -> Document:
    texts = {"T": title, "A": abstract, "I": line}
    held = {field: Text(text, text) for field, text in texts.items()}
    return Document(f"x-{number:02d}", "x", number, held, author_count=authors)


def clean(text: str) -> str:
    """What stands of a text on one line of a file."""
    kept = re.sub(r"[\x00-\x08\x0e-\x1b\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", text)
    return " ".join(kept.split())


@settings(max_examples=150)
@given(
    papers=st.lists(st.tuples(LINES, LINES, LINES, st.none() | st.integers(0, 999)), min_size=1, max_size=4),
    says=LINES,
    lang=st.sampled_from(["zh", "en"]),
)
def test_whatever_texts_hold_is_read_back_the_same(tmp_path, papers, says, lang):
    documents = [document(i, *one) for i, one in enumerate(papers, 1)]
    path = tmp_path / "made.md"
    digest_of(documents, lang, says=says or "x").save(path)
    batch = read(path)
    again = list(batch.documents)
    assert batch.source.form == "digest"
    assert batch.skipped == []
    assert [
        (d.texts["T"].text, d.texts["A"].text, d.texts["I"].text, d.author_count, sorted(d.texts)) for d in again
    ] == [(clean(t), clean(a), clean(i), n, ["A", "I", "T"]) for t, a, i, n in papers]


def test_the_form_is_that_of_the_reports(tmp_path):
    """Line by line the same shapes as in a report, but for the line that says where the briefs are from."""
    view, _ = of_files([str(REPORT)], fast=True)

    def shape(text: str) -> list[str]:
        marks = r"^(#.*?分析报告|生成时间: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d|分析论文数量: \d+篇|## \S+|### \d+\. )"
        lines = [re.match(marks + r"|(\*\*\S+\*\*: ?)(?:\d+人)?|(\S?)", line) for line in text.splitlines()]
        return [re.sub("^# .*", "#", m[1] or m[2] or ("text" if m[3] else "")) for m in lines if m]

    made, given = shape(str(view.render("md"))), shape(REPORT.read_text("utf-8"))
    assert made[:3] == given[:3]
    assert made[4:] == given[3:]
    assert "(derived)" in str(view).splitlines()[3]


def test_real_papers_are_read_back_and_their_briefs_are_no_evidence(tmp_path):
    path = tmp_path / "005_made.txt"
    of_files([str(REPORT)], fast=True)[0].save(path)
    before, batch = list(read(REPORT).documents), read(path)
    after = list(batch.documents)
    assert batch.source.date == "2025-10-17T11:36:03"
    for one, other in zip(before, after, strict=True):
        assert [other.texts[f].text for f in "TIA"] == [one.texts[f].text for f in "TIA"]
        assert other.author_count == one.author_count
        assert set(other.texts) == set("TAI")
        assert LEFT_OUT in other.repairs
    with kg.open(str(tmp_path / "g.kg"), create=True) as graph:
        assert len(graph.add(path, fast=True).added) == 21
        fields = {q["f"].value for q in graph.sparql("SELECT DISTINCT ?f { ?s kg:field ?f }")}
        assert fields
        assert not fields & {"B", "H"}
        assert graph.export("digest", "005") == path.read_bytes()


def test_english_digest_is_read_back(tmp_path):
    path = tmp_path / "en.md"
    of_files([str(REPORT)], "en", fast=True)[0].save(path)
    assert path.read_text("utf-8").startswith("# Paper digest\nGenerated: 2025-10-17 11:36:03\nPapers analysed: 21\n")
    texts = [d.texts["A"].text for d in read(path).documents]
    assert texts == [d.texts["A"].text for d in read(REPORT).documents]


def test_the_same_files_give_the_same_bytes():
    one, other = (of_files([str(REPORT)], fast=True)[0] for _ in range(2))
    for form in one.forms:
        assert one.render(form) == other.render(form)


def test_time_is_the_latest_of_the_papers_or_what_is_given():
    papers = [document(1, "A"), document(2, "B")]
    papers[1].date = "2024-02-03"
    assert "生成时间: 2024-02-03\n" in str(digest_of(papers))
    sources = (Source("x", "x.txt", "digest", "2025-01-02T03:04:05"),)
    assert "生成时间: 2025-01-02 03:04:05\n" in str(digest_of(papers, sources=sources))
    assert "生成时间: 未知\n" in str(digest_of([document(1, "A")]))


def test_json_and_html_say_that_briefs_are_derived():
    view = digest_of([document(1, "<script>alert(1)</script>", "a & b", authors=3)], says="<img src=x onerror=y>")
    said = json.loads(view.render("json"))
    assert said["derived"] is True
    assert said["entries"][0]["brief"] == {
        "text": "<img src=x onerror=y>",
        "derived": True,
        "by": "composed",
        "note": "",
    }
    page = str(view.render("html"))
    assert 'data-derived="true"' in page
    assert '<meta name="kg:briefs" content="derived">' in page
    assert "<script" not in page
    assert "<img" not in page
    assert html.escape("<img src=x onerror=y>", quote=False) in page
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert Page(page).unbalanced == []


def test_a_digest_is_called_in_its_language(built: Graph) -> None:
    assert built.digest("pruning", lang="zh").title.startswith("剪枝")


def test_selection_of_nothing_is_an_empty_digest():
    view = digest_of([])
    assert view.papers == 0
    assert "没有论文" in str(view.render("html"))


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph of papers with days, a month and a year, and one without."""
    folder = tmp_path_factory.mktemp("dated")
    days = ["2025-10-17", "2025-10-11", "2025-10-09", "2025-10", "2024", ""]
    rows = [
        {"id": f"p-{i}", "title": f"Pruning of Models Part {i}", "abstract": "We prune models.", "date": day}
        for i, day in enumerate(days)
    ]
    (folder / "p.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with kg.open(str(folder / "d.kg"), create=True) as graph:
        graph.add(folder / "p.jsonl", fast=True)
    return folder / "d.kg"


@pytest.fixture
def graph(dated: Path) -> Graph:
    return kg.open(str(dated), read_only=True)


def entries(view: Digest) -> list[str]:
    return [one["entries"][0] for one in json.loads(view.render("json"))["entries"]]


@pytest.mark.parametrize(
    ("ask", "wanted"),
    [
        (lambda g: g.digest("since last week"), ["p-0", "p-1"]),
        (lambda g: g.digest(since="last week"), ["p-0", "p-1"]),
        (lambda g: g.digest(since="2025-10-09"), ["p-0", "p-1", "p-2"]),
        (lambda g: g.digest("最近7天"), ["p-0", "p-1"]),
        (lambda g: g.digest(since="2025-10-01"), ["p-0", "p-1", "p-2", "p-3"]),
        (lambda g: g.digest(since="2024"), ["p-0", "p-1", "p-2", "p-3", "p-4"]),
        (lambda g: g.digest(since="last week", now="2025-10-15"), ["p-1", "p-2"]),
        (lambda g: g.digest("p-3"), ["p-3"]),
        (lambda g: g.digest(["p-4", "p-1"]), ["p-4", "p-1"]),
    ],
)
def test_period_is_told_by_the_papers_dates(graph: Graph, ask: Callable[[Graph], Digest], wanted: list[str]):
    assert entries(ask(graph)) == wanted


def test_which_period_was_taken_is_said(graph: Graph):
    view = graph.digest("since last week")
    assert view.notes == [
        "The period is 2025-10-11 to 2025-10-17, both in it; 2 without a date that tells were left out."
    ]
    assert "涵盖期间: 2025-10-11至2025-10-17\n" in str(view.render("txt"))


def test_papers_of_a_period_stand_in_the_order_of_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    row = '{{"id": "{0}", "title": "Pruning {0}", "abstract": "We prune models.", "date": "2025-10-17"}}\n'
    for file, names in (("b", ("m-2", "m-1")), ("a", ("z-1", "m-3"))):
        (tmp_path / f"{file}.jsonl").write_text("".join(map(row.format, names)), "utf-8")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(tmp_path / "*.jsonl", fast=True)
        monkeypatch.setattr(kg.api, "_AT_ONCE", 3)
        assert entries(graph.digest(since="2025")) == ["z-1", "m-3", "m-2", "m-1"]
        assert [paper.id for paper in graph] == [paper.id for paper in graph.papers()]


@pytest.mark.parametrize("wrong", ["the dawn of time", "2025-13-01", "last 99999999 days", ""])
def test_what_tells_no_period_is_an_error(graph: Graph, wrong: str):
    with pytest.raises(KgError, match="no day"):
        graph.digest(since=wrong) if wrong else graph.digest(now="2025")
