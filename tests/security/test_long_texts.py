"""Texts that repeat one pattern: reading and extracting them takes time that grows with their length."""
# ruff: noqa: E501

from __future__ import annotations

import sys

import pytest

from kg import limits
from kg.build.pipeline import Pipeline
from kg.build.workers import Workers
from kg.model import KgError
from kg.sources.body.bodyparts import BodyLimit, Builder
from kg.sources.body.latexbody import LatexBody
from kg.sources.body.roles import measures, settings
from kg.sources.paper_rows import document
from kg.sources.repair import repair
from kg.wordcounts import WordCounts

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="limits need a fork"), pytest.mark.timeout(900)]

RESPECTIVELY = "our method beats X, Y and Z by 3.2%, 4.1% and 5.0% on A, B and C, respectively; "
PATTERNS = [
    RESPECTIVELY, "(A) ", "[1], ", "et al., ", "1", "12 ", "2x ", "by 3% ", "3.5x faster than B, ", "、", "我们提出了A、B和C，",
    "分别提高了3%、4%和5%，", "$a$ ", "\\frac{", "{", "}", "-", "a-", "and ", "X than Y by 2x, ", "\u200b", "a\u0301",
    "http://", "a@b.c, ", "A, ", "A; ", "Fox, A., ", "(", "((", "[", "[[", '"', "'", "“", "„", "<", "<a>", "&amp;", "&",
    "%", "# ", "* ", "| ", "\\", "\\cite{a} ", "a b ", "Ab ", "AB ", "ABC (A Big Cat) ", "A. ", "A.B.", "... ", ": ",
    "; ", ", ", "? ", "\n", "\n\n", "\t", "  ", "1,2,3 ", "10^3 ", "2-3% ", "from 1 to 2 ", "up to 3x ", "over A and B, ",
    "compared to A, ", "such as A, ", "University of X, ", "Department of A, B University, C; ", "1 MIT 2 ", "a1 b2 ",
    "ＡＢ", "，", "（", "é", "🙂", "\u202e", "\xa0", "not ", "of ", "_a_ ", "**a** ", "~", "^", "=", "+", "/", "A-B-C ",
    "H100 ", "LLaMA-7B ", "outperforms A by 3% and B by 4%, ", "reduces memory by 2x and latency by 3x while ",
]  # fmt: skip
FIELDS = ("title", "abstract", "authors", "keywords", "institutions")
WHOLE = 100_000


class _Text(str):
    """A text of a field, named for a message."""

    id = ""
    weight = 1


def _named(field: str, pattern: str, size: int) -> _Text:
    text = _Text((pattern * (size // len(pattern) + 1))[:size])
    text.id = f"{field}: {pattern[:20]!r}"
    return text


def _read(text: _Text) -> KgError | None:
    field = text.id.partition(":")[0]
    row = {"id": "long", "title": "A study of caches", "abstract": "We propose A."} | {field: str(text)}
    try:
        with limits.step():
            _PIPELINE.ready(repair(document(row, "s", 1), WordCounts.load()))
    except limits.OverLimit:
        return KgError(text.id)
    return None


_PIPELINE = Pipeline(fast=True)


def slow(texts: list[_Text], seconds: float, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which texts take more processor time than that, in one process."""
    made = limits.Limits(seconds, 2 << 30, 4 * seconds, 600)
    monkeypatch.setattr(limits, "limits", lambda: made)
    WordCounts.load()
    with Workers(_read, 1) as workers:
        return [str(one) for one in workers.map(texts, _PIPELINE.load) if one]  # type: ignore[arg-type]


@pytest.mark.parametrize("field", FIELDS)
def test_no_repeated_pattern_takes_long(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is as long as a text may be."""
    texts = [_named(field, pattern, WHOLE) for pattern in PATTERNS]
    assert slow(texts, 5, monkeypatch) == []


@pytest.mark.timeout(60)
def test_numbers_without_end_are_counted_in_one_pass() -> None:
    assert measures("1" * 200_000 + " 2.5 and 3.1x") == (4, 0, 2)


def test_time_of_a_body_is_looked_at_within_a_paragraph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings()["limits"], "seconds", -1.0)
    builder = Builder(is_tex=True)
    with pytest.raises(BodyLimit, match="to read"):
        LatexBody(builder).whole("\\label{a}\\ref{b}" * 100)
    assert builder.labels == {}
