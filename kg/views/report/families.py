"""The families of methods of a topic: how many papers, how far their results reach, and what to read first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container
from typing import Any, NamedTuple

from kg.model import Paper
from kg.query import families as query_families
from kg.query.corpus import Corpus
from kg.query.patterns import any_regex
from kg.views.brief import main_results
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, Row, cited, said, section
from kg.views.selection import Selection, key_quote, key_sentences, title
from kg.views.statement import ResultRow, rows, spread
from kg.views.words import settings

_READ, _QUOTED = 3, 1  # papers of a family to read first, and of these quoted


class Family(NamedTuple):
    """Papers that propose or use techniques under one broader concept."""

    concept: str
    papers: dict[str, Paper]
    proposing: set[str]  # papers that propose one


def families(shown: Selection, part: Section, about: set[str]) -> dict[str, Any]:
    """A line a family, largest first; `about`: the concepts that the report is on, which are no family of it.

    A family is a concept of the vocabulary that papers surely propose or use techniques of. Papers may have several.
    """
    found = _families(shown, about)
    free = {paper.id for paper in shown.papers if _is_training_free(shown, paper)}
    rows_ = [_row(shown, one, free) for one in found[: part.most]]
    return section(shown, part, [Group(rows_, all=len(found))], shown.words("report.families_note"))


def _families(shown: Selection, about: set[str]) -> list[Family]:
    graph, papers = shown.graph, {paper.id: paper for paper in shown.papers}
    found = query_families.families(Corpus.of(graph.store), graph.lexicon(), papers, about)
    return [
        Family(concept, {one: papers[one] for one in papers if one in own}, {one for one in own if own[one]})
        for concept, own in found.items()
    ]


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
