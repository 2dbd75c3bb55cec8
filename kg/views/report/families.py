"""The families of methods of a topic: how many papers, how far their results reach, and what to read first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from kg.model import Paper
from kg.query.patterns import any_regex
from kg.views.brief import main_results
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, Row, cited, said, section
from kg.views.selection import Selection, key_quote, key_sentences, title
from kg.views.statement import ResultRow, rows, spread
from kg.views.words import settings

_READ, _QUOTED = 3, 1  # papers of a family to read first, and of these quoted
_ROLES = ("proposed", "used")
_SHARE = 0.6  # of a family's papers: what shares more of them with a listed family says nothing new


@dataclass(slots=True)
class Family:
    """Papers that propose or use techniques under one broader concept."""

    concept: str
    papers: dict[str, Paper] = field(default_factory=dict)
    proposing: set[str] = field(default_factory=set)  # papers that propose one


def families(shown: Selection, part: Section, about: set[str]) -> dict[str, Any]:
    """A line a family, largest first; `about`: the concepts that the report is on, which are no family of it.

    A family is a concept of the vocabulary that papers surely propose or use techniques of. Papers may have several.
    """
    found = _families(shown, about)
    free = {paper.id for paper in shown.papers if _is_training_free(shown, paper)}
    rows_ = [_row(shown, one, free) for one in found[: part.most]]
    return section(shown, part, [Group(rows_, all=len(found))], shown.words("report.families_note"))


def _families(shown: Selection, about: set[str]) -> list[Family]:
    vocabulary = shown.graph.vocabulary
    made: dict[str, Family] = {}
    for paper in shown.papers:
        for thing in shown.things(paper, "technique", sure=True):
            if thing.role not in _ROLES or thing.concept not in vocabulary:
                continue
            for concept in (thing.concept, *vocabulary.broader(thing.concept)):
                one = made.setdefault(concept, Family(concept))
                one.papers[paper.id] = paper
                if thing.role == "proposed":
                    one.proposing.add(paper.id)
    labels = {shown.label(concept) for concept in about}  # a technique has the label of its topic
    named = about | {concept for concept in made if shown.label(concept) in labels}
    named = named.union(*map(vocabulary.broader, named))
    kept = [one for one in made.values() if one.concept not in named and len(one.papers) > 1]
    kept = [one for one in kept if _is_typical(shown, one)]
    kept.sort(key=lambda one: (-len(one.papers), -len(one.proposing), one.concept))
    out: list[Family] = []
    for one in kept:  # a concept whose papers are mostly those of a listed family says nothing new
        if not any(_is_same(one, other) for other in out):
            out.append(one)
    return out


def _is_typical(shown: Selection, one: Family) -> bool:
    """Whether the topic's papers have the concept more often than others do; the topic may be most of the graph."""
    share = len(shown.papers) / max(1, shown.graph.entry_count())
    often: float = min(settings()["report"]["typical"], share**-0.5)
    return len(one.papers) >= often * share * len(shown.graph.papers_with(one.concept))


def _is_same(one: Family, other: Family) -> bool:
    both = one.papers.keys() & other.papers.keys()
    return len(both) > _SHARE * min(len(one.papers), len(other.papers)) and len(both) > _SHARE * len(one.papers)


def _row(shown: Selection, one: Family, training_free: Container[str]) -> Row:
    papers = list(one.papers.values())
    metric, span, count = _commonest(shown, papers)
    first = _first(shown, one)
    quotes = [
        quote for paper in first[:_QUOTED] if (quote := key_quote(paper, "result") or key_quote(paper, "proposes"))
    ]
    return {
        "technique": {"concept": one.concept, "label": shown.label(one.concept)},
        "count": len(papers),
        "proposing": len(one.proposing),
        "metric": metric,
        "value": span,
        "results": count,
        "training_free": sum(paper.id in training_free for paper in papers),
        "papers": cited(first),
        "quote": said(quotes),
    }


def _is_training_free(shown: Selection, paper: Paper) -> bool:
    """Whether a paper has a technique that needs no training, or says so of what it proposes."""
    concept, vocabulary = settings()["report"]["training_free"], shown.graph.vocabulary
    if vocabulary.narrower(concept) & {thing.concept for thing in shown.things(paper, "technique")}:
        return True
    key = key_sentences(paper).get("proposes")
    said = f"{title(paper)} {key.quote if key else ''}"
    return re.search(any_regex(tuple(vocabulary[concept].labels())), said) is not None


def _commonest(shown: Selection, papers: list[Paper]) -> tuple[str, str, int]:
    """The metric, unit and direction that most papers report a change of, and the span of these changes."""
    found: dict[tuple[str, str, str], dict[str, ResultRow]] = defaultdict(dict)
    for paper in papers:
        for one in rows(shown, paper, sure=True):
            if one.result.change != "absolute" and one.result.metric_concept:
                key = (one.result.metric_concept, one.result.unit, one.result.change)
                known = found[key].get(paper.id)
                if known is None or one.high > known.high:
                    found[key][paper.id] = one
    if not found:
        return "", "", 0
    best = max(found, key=lambda key: (len(found[key]), key))
    listed = list(found[best].values())
    return listed[0].metric, spread(shown.words, listed), len(listed)


def _first(shown: Selection, one: Family) -> list[Paper]:
    """The papers to read first: that propose a technique of the family, have a result, and share most with others."""
    shares: Counter[str] = Counter()
    for paper in one.papers.values():
        shares.update({t.concept for t in shown.things(paper, "technique", sure=True)})

    def rank(paper: Paper) -> tuple[Any, ...]:
        common = sum(shares[t.concept] - 1 for t in shown.things(paper, "technique", sure=True))
        return paper.id not in one.proposing, not main_results(shown, paper), -common, paper.id

    return sorted(one.papers.values(), key=rank)[:_READ]
