"""Who beats whom: pairs of techniques or models, each with the papers that say which one wins, and their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kg.model import Paper, Relation
from kg.text import fold
from kg.views import outcome
from kg.views.borne import borne_out
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, cited, identity, own, said, section
from kg.views.selection import EntryQuote, Selection, quoted

_KINDS = ("technique:", "model:")
_NEAR = 5  # words before a loser


@dataclass(frozen=True, slots=True)
class WinClaim:
    """A paper's claim about a pair: which of the two wins, and by which metric, if stated."""

    winner: str
    loser: str
    paper: Paper
    quote: EntryQuote
    metric: str = ""


def claims(shown: Selection) -> Iterator[WinClaim]:
    """All claims of who outperforms whom: stated relations, and results against a baseline."""
    for paper in shown.papers:
        for document, record in paper.entries:
            for relation in record.relations:
                ends = (relation.head_concept, relation.tail_concept)
                wins = relation.type == "outperforms" and relation.sure
                if wins and ends[0] != ends[1] and all(e.startswith(_KINDS) for e in ends) and _is_won(shown, relation):
                    yield WinClaim(*ends, paper, quoted(document, relation.evidence))
        yield from _by_numbers(shown, paper)


def _is_won(shown: Selection, relation: Relation) -> bool:
    """Whether the words of a win say nothing else: no draw ("matches or outperforms"), no loss before the loser."""
    cues = shown.graph.vocabulary.cues
    words = fold(relation.evidence.quote).split()
    if not cues("equate").isdisjoint(words):
        return False
    before = fold(relation.evidence.quote.partition(relation.tail)[0]).split()
    losses = cues("outcome-loss") | cues("outcome-drop")
    return not any(word in losses or word.removesuffix("s") in losses for word in before[-_NEAR:])


def _by_numbers(shown: Selection, paper: Paper) -> Iterator[WinClaim]:
    """A result against a baseline is a win of what the paper proposes, or a loss if the metric gets worse."""
    name = own(shown, paper)
    if not name.startswith(_KINDS):
        return
    for found in shown.outcomes(paper):
        result = borne_out(shown, found)
        if result is None:
            continue
        other = identity(result.baseline_concept, result.baseline)
        if result.change == "absolute" or not other.startswith(_KINDS) or other == name:
            continue
        pair = (other, name) if outcome.gets_worse(shown, result) else (name, other)
        yield WinClaim(*pair, paper, quoted(found.document, result.evidence), outcome.metric(shown, result))


def wins(shown: Selection, part: Part) -> dict[str, Any]:
    """Pairs with their winner: first those of which papers disagree who wins, then those that most papers tell."""
    words = shown.words
    found: dict[tuple[str, str], list[WinClaim]] = defaultdict(list)
    for claim in claims(shown):
        found[claim.winner, claim.loser].append(claim)
    contrary = {pair for pair in found if pair[::-1] in found and _disagree(found[pair], found[pair[::-1]])}

    def weight(pair: tuple[str, str]) -> tuple[Any, ...]:
        return -len({claim.paper.id for claim in found[pair]}), *(shown.label(side).casefold() for side in pair), pair

    disputed = sorted(contrary, key=lambda pair: (weight(min(pair, pair[::-1], key=weight)), weight(pair)))
    agreed: dict[str, list[WinClaim]] = defaultdict(list)
    for pair in sorted(found.keys() - contrary, key=weight):
        agreed[pair[0]] += found[pair]
    order = sorted(agreed, key=lambda winner: (-len({c.loser for c in agreed[winner]}), shown.label(winner).casefold()))
    groups = [
        Group(
            [_row(shown, found[p]) for p in disputed], words("report.contrary"), words("report.contrary_note"), "not"
        ),
        Group([_row(shown, agreed[one]) for one in order], words("report.agreed") if disputed else "", "", "agreed"),
    ]
    return section(shown, part, groups, words("report.wins_note"))


def _disagree(first: list[WinClaim], second: list[WinClaim]) -> bool:
    """Whether two papers disagree; one paper with two metrics reports a trade-off."""
    return any(
        one.paper.id != other.paper.id or (one.metric and one.metric == other.metric)
        for one in first
        for other in second
    )


def _row(shown: Selection, made: list[WinClaim]) -> Row:
    return {
        "concept": made[0].winner,
        "winner": {"concept": made[0].winner, "label": shown.label(made[0].winner)},
        "loser": [{"concept": c, "label": shown.label(c)} for c in dict.fromkeys(claim.loser for claim in made)],
        "metric": sorted({claim.metric for claim in made if claim.metric}),
        "papers": cited(claim.paper for claim in made),
        "quote": said(claim.quote for claim in made),
    }
