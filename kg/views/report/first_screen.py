"""The first screen of a report: what the topic is, what can be counted, and which papers to read first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from statistics import median
from typing import Any

from kg.model import Paper
from kg.query.key_papers import naming_papers
from kg.query.shared_ground import Ground
from kg.views.brief import source_words
from kg.views.report.families import Families, families_of, main_gain, training_free
from kg.views.report.layout import Section
from kg.views.report.open_questions import limits_of
from kg.views.report.report_parts import Row, cited
from kg.views.report.report_results import Win, claims, grounds, over
from kg.views.selection import Selection, clean, code, ids
from kg.views.statement import ResultRow, amount, spread

_GROUNDS = 2  # statements on tables, where there are others
_SMALL = 4  # times smaller than the largest family: no statement before others


class Counted:
    """What a report counts, each once: sections show it, and the first screen says how much it is."""

    def __init__(self, shown: Selection, about: set[str]) -> None:
        self.shown, self.about = shown, about

    @cached_property
    def families(self) -> Families:
        return families_of(self.shown, self.about)

    @cached_property
    def grounds(self) -> list[Ground]:
        return grounds(self.shown)

    @cached_property
    def claims(self) -> list[Win]:
        return list(claims(self.shown))

    @cached_property
    def training_free(self) -> list[Paper]:
        return training_free(self.shown)

    @cached_property
    def limits(self) -> list[Row]:
        return limits_of(self.shown, self.about)


def overview(part: Section, found: Counted, sections: Mapping[str, int]) -> dict[str, Any]:
    """Definition, statements and papers to read first; statements lead to those of `sections` that list the same.

    `sections` are the lengths of tables.
    """
    shown = found.shown
    said = list(_statements(found, sections.get("families", 0)))
    for one in said:
        one["section"] = one["section"] if one["section"] in sections else ""
    return {
        "kind": "overview",
        "title": shown.words("report.overview"),
        "note": shown.words("report.overview_note"),
        "definition": _definition(shown, found.about),
        "rows": said[: part.most],
        "reading": _reading(found),
        "left_out": "",
    }


def _definition(shown: Selection, about: set[str]) -> str:
    """What the vocabulary says of the thing that the report is on; "" where it says nothing."""
    known = shown.graph.vocabulary
    named = [known[one] for one in about if shown.label(one) == shown.name]
    return next((clean(said) for one in named if (said := one.definition.get(shown.lang))), "")


def _statements(found: Counted, listed: int) -> Iterator[Row]:
    """Sentences with a number each, the most telling first; `papers` are those that the number counts."""
    shown, words = found.shown, found.shown.words
    papers, every = {paper.id: paper for paper in shown.papers}, len(shown.papers)

    def said(key: str, counted: Iterable[Paper], section: str, **values: object) -> Row:
        own = cited(counted)
        text = words.count(f"report.said_{key}", len(own), all=f"{every:,}", **values)
        return {"text": text, "by": key, "section": section, "count": len(own), "papers": own}

    def family(concept: str, own: dict[str, bool]) -> Row:
        return said("family", (papers[one] for one in own), "families", family=shown.label(concept))

    def ground(one: Ground) -> Row:
        rows, block = [row.said for row in one.rows], one.block
        kind = f"{block.change}_times" if block.unit == "x" else block.change
        span = spread(words, rows).lstrip("↑↓ ")
        metric, model = shown.label(block.metric), shown.label(one.model)
        other = words(f"report.over_{over(one)}")
        return said(f"ground_{kind}", (row.paper for row in rows), "results", metric=metric, model=model, span=span,
                    over=other)  # fmt: skip

    every_family = list(found.families.items())[:listed]
    own = [family(*one) for one in every_family if not one[0].startswith("topic:")]
    shared = [family(*one) for one in every_family if one[0].startswith("topic:")]
    tables = [ground(one) for one in found.grounds[:_GROUNDS]]
    if own and shared and _SMALL * own[0]["count"] < shared[0]["count"]:
        own, shared = own[:0], [*shared, *own]
    yield from (*own[:1], *shared[:1], *tables, *_beaten(found, said), *_gain(found, said))
    yield from (*_others(found, said), *own[1:], *shared[1:])


_Said = Callable[..., Row]


def _beaten(found: Counted, said: _Said) -> Iterator[Row]:
    """What most papers report to outperform."""
    losers: dict[str, dict[str, Paper]] = defaultdict(dict)
    for win in found.claims:
        losers[win.loser][win.paper.id] = win.paper
    most = max(losers, key=lambda one: (len(losers[one]), one), default="")
    if most and len(losers[most]) > 1:
        yield said("beaten", losers[most].values(), "wins", thing=found.shown.label(most))


def _gain(found: Counted, said: _Said) -> Iterator[Row]:
    """The metric on which most papers report a gain in one unit, and the median of these."""
    gains: dict[tuple[str, str, str], list[ResultRow]] = defaultdict(list)
    for paper in found.shown.papers:
        if one := main_gain(found.shown, paper):
            gains[one.result.metric_concept, one.result.unit, one.result.change].append(one)
    key = max(gains, key=lambda key: (len(gains[key]), key), default=("", "", ""))
    if len(gains[key]) > 2:
        middle = amount(found.shown.words, round(median(one.high for one in gains[key]), 2), key[1])
        kind = f"{key[2]}_times" if key[1] == "x" else key[2]
        papers = [one.paper for one in gains[key]]
        yield said(f"gain_{kind}", papers, "methods", metric=found.shown.label(key[0]), median=middle)


def _others(found: Counted, said: _Said) -> Iterator[Row]:
    """How many state limits, need no training, and give their code."""
    if found.limits:
        papers = {ids(paper)[0]: paper for paper in found.shown.papers}
        yield said("limits", (papers[one["paper"]] for one in found.limits), "limits")
    if len(found.training_free) > 2:
        yield said("training_free", found.training_free, "families")
    if coded := [paper for paper in found.shown.papers if code(paper)]:
        yield said("code", coded, "bibliography")


def _reading(found: Counted) -> list[Row]:
    """The paper that most others name, the one that beats most, and the one with most families."""
    shown = found.shown
    named = naming_papers(shown.graph.store, [paper.id for paper in shown.papers])
    beaten, has = defaultdict[str, set[str]](set), Counter[str]()
    for win in found.claims:
        beaten[win.paper.id].add(win.loser)
    for own in found.families.values():
        has.update(own.keys())
    counts = {"named": Counter({one: len(some) for one, some in named.items()}),
              "wins": Counter({one: len(some) for one, some in beaten.items()}), "families": has}  # fmt: skip
    papers, total = {paper.id: paper for paper in shown.papers}, len(found.families)
    out: dict[str, Row] = {}
    for reason in (*counts, *counts):  # the first by each count, then the next ones, up to three
        others = [counts[name] for name in counts if name != reason]
        order = sorted(papers, key=lambda one: (-counts[reason][one], *(-other[one] for other in others), one))
        best = next((one for one in order if one not in out and counts[reason][one] > 1), None)
        if best is not None and len(out) < len(counts):
            why = shown.words(f"report.read_{reason}", n=counts[reason][best], all=total)
            out[best] = {"paper": ids(papers[best])[0], "papers": cited([papers[best]]), "reason": why, "by": reason,
                         "count": counts[reason][best], "summary": source_words(shown, papers[best], "S")}  # fmt: skip
    return list(out.values())
