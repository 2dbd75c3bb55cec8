"""What is open in a topic: limits and losses that papers state."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from kg.model import Evidence, Paper
from kg.query.answer import Quote
from kg.query.comparable import settings
from kg.query.stated_limits import stated_limits
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, Row, is_loss, lit, said, section
from kg.views.selection import EntryQuote, Selection, ids, key_quote, quoted
from kg.views.statement import rows


def limits(shown: Selection, part: Section, found: list[Row]) -> dict[str, Any]:
    """The sentences in which papers state a limit, an open question or a loss."""
    return section(shown, part, [Group(found)], shown.words("report.limits_note"))


def limits_of(shown: Selection, about: set[str]) -> list[Row]:
    """A limit or loss of each paper that states one and is on `about` by its title or proposal, newest first."""
    quality = {one for root in settings()["columns"]["quality"] for one in shown.graph.lexicon().family(root)}
    papers = [paper for paper in shown.papers if _is_on(shown, paper, about)]
    found = stated_limits(shown.graph.store, [paper.id for paper in papers])
    papers.sort(key=lambda paper: (shown.date(paper), paper.id), reverse=True)
    return [row for paper in papers for row in _limit(shown, paper, found.get(paper.id), quality)]


def _limit(shown: Selection, paper: Paper, stated: Quote | None, quality: Container[str]) -> Iterator[Row]:
    """The key sentence on limits, else one that states them, else the largest loss of quality."""
    own = (quoted(document, one) for document, record in paper.entries for one in record.limitations)
    quote = key_quote(paper, "limits")
    if quote is None and stated is not None:
        document = next(document for document, _ in paper.entries if document.id == stated.source)
        quote = quoted(document, Evidence(stated.quote, stated.field, stated.start, stated.end))
    quote = quote or next(own, None)
    least = settings()["columns"]["least_loss"]
    losses = [one for one in rows(shown, paper, sure=True) if one.result.metric_concept in quality]
    losses = [one for one in losses if not one.result.marks and one.high >= least and is_loss(shown, one)]
    if quote is not None:
        yield _row(paper, quote, shown.words("report.kind_limit"))
    elif losses:
        loss = max(losses, key=lambda one: one.high)
        yield _row(paper, loss.quote, shown.words("report.kind_loss")) | {"quote": lit([loss.quote], [loss])}


def _row(paper: Paper, quote: EntryQuote, kind: str) -> Row:
    found = {"sentence": quote.sentence, "paper": ids(paper)[0], "papers": ids(paper)[:1], "quote": said([quote])}
    return found | {"kind": kind}


def _is_on(shown: Selection, paper: Paper, about: set[str]) -> bool:
    """Whether a paper has one of some concepts, or a narrower one, in its title, or proposes it."""
    known = {one for concept in about for one in shown.graph.vocabulary.narrower(concept)}
    things = (thing for kind in ("topic", "technique", "task") for thing in shown.things(paper, kind))
    return not about or any(one.concept in known and ("T" in one.fields or one.role == "proposed") for one in things)
