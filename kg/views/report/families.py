"""The families of methods of a topic: how many papers each has, and one of them with its main result."""

from __future__ import annotations

import re
from typing import Any

from kg.model import Paper
from kg.query import method_families
from kg.query.corpus import Corpus
from kg.query.patterns import any_regex
from kg.views.brief import main_results, source_words
from kg.views.report.layout import Section
from kg.views.report.report_parts import Group, Row, cited, is_loss, lit, section
from kg.views.selection import Selection, ids, key_quote, key_sentences, title
from kg.views.statement import ResultRow
from kg.views.words import settings

#: Families by concept: the papers (CURIEs) of each, and whether it proposes a technique of the family.
Families = dict[str, dict[str, bool]]
_READ = 3  # papers of a family that are named


def families_of(shown: Selection, about: set[str]) -> Families:
    """The families of a selection's papers; `about`: the concepts that all of them are on."""
    graph, papers = shown.graph, [paper.id for paper in shown.papers]
    return method_families.families(Corpus.of(graph.store), graph.lexicon(), papers, about)


def families(shown: Selection, part: Section, found: Families, free: list[Paper]) -> dict[str, Any]:
    """A line a family, largest first; a paper may have several. `free`: the papers that need no training."""
    papers, untrained = {paper.id: paper for paper in shown.papers}, {paper.id for paper in free}
    rows, used = list[Row](), set[str]()
    for concept, own in list(found.items())[: part.most]:
        rows.append(_row(shown, concept, {one: papers[one] for one in own}, own, used))
        rows[-1]["training_free"] = len(untrained & own.keys())
    return section(shown, part, [Group(rows, all=len(found))], shown.words("report.families_note"))


def _row(shown: Selection, concept: str, papers: dict[str, Paper], own: dict[str, bool], used: set[str]) -> Row:
    """A family with the main result of one paper, a new one where it can be, and the sentence that states it."""
    main = {paper.id: main_gain(shown, paper) for paper in papers.values()}
    order = sorted(papers.values(), key=lambda one: (main[one.id] is None, one.id in used, not own[one.id], one.id))
    first = order[0]
    used.add(first.id)
    result = main[first.id]
    said = result.quote if result else key_quote(first, "result") or key_quote(first, "proposes")
    return {
        "technique": {"concept": concept, "label": shown.label(concept)},
        "count": len(papers),
        "proposing": sum(own.values()),
        "example": ids(first)[0],
        "metric": result.metric if result else "",
        "value": result.change if result else "",
        "papers": cited(order[:_READ]),
        "all_papers": cited(papers.values()),
        "quote": lit([said], [result] if result else []) if said else [],
        "summary": source_words(shown, first, "S"),
    }


def main_gain(shown: Selection, paper: Paper) -> ResultRow | None:
    """The largest sure gain among the main results of a paper that it obtained itself, in all cases."""
    found = [one for one in main_results(shown, paper) if one.result.sure and not one.result.marks]
    gains = [one for one in found if one.factor and one.result.metric_concept and not is_loss(shown, one)]
    return max(gains, key=lambda one: one.factor, default=None)


def training_free(shown: Selection) -> list[Paper]:
    """The papers that have a technique which needs no training, or name it in their title or proposal."""
    concept, known = settings()["report"]["training_free"], shown.graph.vocabulary
    own, said = known.narrower(concept), re.compile(any_regex(tuple(known[concept].labels())))
    texts = {paper.id: f"{title(paper)} {key.quote if (key := key_sentences(paper).get('proposes')) else ''}"
             for paper in shown.papers}  # fmt: skip
    having = ((paper, {thing.concept for thing in shown.things(paper, "technique")}) for paper in shown.papers)
    return [paper for paper, things in having if own & things or said.search(texts[paper.id])]
