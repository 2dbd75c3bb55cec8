"""Contradictions: pairs of techniques or models of which different papers name different winners.

A pair also counts if one of its sides is a broader or narrower concept in the other paper: "A beats quantization" and
"AWQ beats A". Such pairs are marked, and left out if different metrics or setups explain them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kg.model import Paper, Record, Relation, Result
from kg.views import outcome
from kg.views.borne import borne_out
from kg.views.report.layout import Part
from kg.views.report.table import Group, cited, identity, named_there, own, padded, said, section
from kg.views.selection import EntryQuote, Selection, quoted

_KINDS = ("technique:", "model:")


@dataclass(frozen=True, slots=True)
class WinClaim:
    """A paper's claim about a pair: which of the two wins, and by which metric and on what, if stated."""

    winner: str
    loser: str
    paper: Paper
    quote: EntryQuote
    metric: str = ""
    setup: frozenset[str] = frozenset()  # hardware, models and datasets named in its sentence

    @property
    def pair(self) -> tuple[str, str]:
        return min(self.winner, self.loser), max(self.winner, self.loser)


#: Claims with the same winner and loser.
_Side = list[WinClaim]


def claims(shown: Selection) -> Iterator[WinClaim]:
    """All claims of who outperforms whom: stated relations, and results against a baseline."""
    for paper in shown.papers:
        for document, record in paper.entries:
            for relation in record.relations:
                ends = (relation.head_concept, relation.tail_concept)
                wins = relation.type == "outperforms" and relation.sure
                if wins and ends[0] != ends[1] and all(e.startswith(_KINDS) for e in ends):
                    quote = quoted(document, relation.evidence)
                    yield WinClaim(*ends, paper, quote, setup=_setup(shown, record, relation, quote))
        yield from _by_numbers(shown, paper)


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
        quote = quoted(found.document, result.evidence)
        setup = _setup(shown, found.record, result, quote)
        yield WinClaim(*pair, paper, quote, outcome.metric(shown, result), setup)


def _setup(shown: Selection, record: Record, one: Relation | Result, quote: EntryQuote) -> frozenset[str]:
    """The setup of a claim; a model that is one of the two sides does not count."""
    places = (padded(quote.sentence), padded(one.setting if isinstance(one, Result) else ""))
    sides = {one.baseline_concept} if isinstance(one, Result) else {one.head_concept, one.tail_concept}
    named = named_there(shown, places, [*record.hardware, *record.models, *record.datasets])
    return frozenset(named.keys() - sides)


def contradictions(shown: Selection, part: Part) -> dict[str, Any]:
    """Pairs with opposite winners in different papers, or by the same metric; each side with its papers and quotes."""
    words = shown.words
    sides: dict[tuple[str, str], _Side] = defaultdict(list)
    for claim in claims(shown):
        sides[claim.winner, claim.loser].append(claim)
    alike = _ordered(_group(shown, *pair) for pair in _opposite(sides))
    broader = _ordered(_broader_group(shown, *pair) for pair in _broader(shown, sides))
    made = [claim for side in sides.values() for claim in side]
    count = len({claim.pair for claim in made})
    papers = words.count("count.paper", len({claim.paper.id for claim in made}))
    told = {"pairs": words.count("report.pair", count), "papers": papers}
    note = words("report.contradictions_note" if alike else "report.no_contradiction", **told)
    if broader:
        note += words("report.broader_added")
    found = {"pairs": count, "contrary": len(alike), "broader": len(broader)}
    return section(shown, part, [*alike, *broader], note) | found


def _ordered(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda g: (-sum(len(row["papers"]) for row in g.rows), g.label.casefold(), g.mark))


def _opposite(sides: dict[tuple[str, str], _Side]) -> Iterator[tuple[_Side, _Side]]:
    """Both sides of the pairs with two winners, the one with more claims first."""
    for winner, loser in sides:
        if winner < loser and (loser, winner) in sides:
            first, second = sides[winner, loser], sides[loser, winner]
            if _is_contrary(first, second):
                yield (second, first) if len(second) > len(first) else (first, second)


def _is_contrary(first: _Side, second: _Side) -> bool:
    """Whether two papers disagree; a paper with two metrics reports a trade-off."""
    return any(
        one.paper.id != other.paper.id or (one.metric and one.metric == other.metric)
        for one in first
        for other in second
    )


def _broader(shown: Selection, sides: dict[tuple[str, str], _Side]) -> Iterator[tuple[_Side, _Side]]:
    """The claims on a pair, and the opposite claims on a pair with one narrower side."""
    vocabulary = shown.graph.vocabulary
    for (winner, loser), general in sides.items():
        for broad, same in ((winner, loser), (loser, winner)):
            if broad in vocabulary.narrower(same) or same in vocabulary.narrower(broad):
                continue  # a concept and its own kind
            for narrow in sorted(vocabulary.narrower(broad) - {broad, same}):
                contrary = sides.get((same, narrow) if broad == winner else (narrow, same), [])
                unlike = {(one.paper.id, other.paper.id) for one, other in _unexplained(general, contrary)}
                if any(one != other for one, other in unlike):
                    yield general, contrary


def _unexplained(first: _Side, second: _Side) -> Iterator[tuple[WinClaim, WinClaim]]:
    """Pairs of claims of two sides that neither different metrics nor different setups explain."""
    for one in first:
        for other in second:
            differ = one.metric and other.metric and one.metric != other.metric
            if not differ and (one.setup & other.setup or not (one.setup and other.setup)):
                yield one, other


def _group(shown: Selection, first: _Side, second: _Side) -> Group:
    rows = [_row(shown, first), _row(shown, second)]
    label = shown.words("report.versus", one=rows[0]["winner"], other=rows[1]["winner"])
    return Group(rows, label, "", " ".join(first[0].pair))


def _broader_group(shown: Selection, general: _Side, special: _Side) -> Group:
    """A pair with the opposite pair that has a narrower side; each line states who wins."""
    words = shown.words
    rows = [_row(shown, side) for side in (general, special)]
    label = words("report.versus", one=rows[0]["winner"], other=rows[0]["loser"])
    for row in rows:
        row["winner"] = words("report.over", winner=row["winner"], loser=row["loser"])
    (broad,), (narrow,) = set(general[0].pair) - set(special[0].pair), set(special[0].pair) - set(general[0].pair)
    note = words("report.broader_note", narrow=shown.label(narrow), broad=shown.label(broad))
    return Group(rows, label, note, " ".join(("broader", *general[0].pair, narrow)))


def _row(shown: Selection, made: _Side) -> dict[str, Any]:
    return {
        "concept": made[0].winner,
        "winner": shown.label(made[0].winner),
        "loser": shown.label(made[0].loser),
        "metric": sorted({claim.metric for claim in made if claim.metric}),
        "papers": cited(claim.paper for claim in made),
        "quote": said(claim.quote for claim in made),
    }
