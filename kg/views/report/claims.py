"""Contradictions: pairs of things of which one paper says that the first wins, and another that the second does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kg.model import Paper
from kg.views import outcome
from kg.views.report.layout import Part
from kg.views.report.table import Group, cited, identity, own, said, section
from kg.views.selection import Quote, Selection, quoted

_KINDS = ("technique:", "model:")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a paper says of a pair: which of the two wins, and by which metric where it says that."""

    winner: str
    loser: str
    paper: Paper
    quote: Quote
    metric: str = ""


def claims(shown: Selection) -> Iterator[Claim]:
    """Who wins over whom: as papers state it, and by their numbers against a baseline."""
    for paper in shown.papers:
        for document, record in paper.entries:
            for relation in record.relations:
                ends = (relation.head_concept, relation.tail_concept)
                if relation.type == "outperforms" and ends[0] != ends[1] and all(e.startswith(_KINDS) for e in ends):
                    yield Claim(*ends, paper, quoted(document, relation.evidence))
        yield from _by_numbers(shown, paper)


def _by_numbers(shown: Selection, paper: Paper) -> Iterator[Claim]:
    """A number against a baseline says that what the paper proposes wins, or loses where the number is a loss."""
    name = own(shown, paper)
    if not name.startswith(_KINDS):
        return
    for found in shown.outcomes(paper):
        result = found.result
        other = identity(result.baseline_concept, result.baseline)
        if result.change == "absolute" or not other.startswith(_KINDS) or other == name:
            continue
        pair = (other, name) if outcome.gets_worse(shown, result) else (name, other)
        yield Claim(*pair, paper, quoted(found.document, result.evidence), outcome.metric(shown, result))


def contradictions(shown: Selection, part: Part) -> dict[str, Any]:
    """Pairs with opposite winners in different papers, or by one metric; each side with its papers and words."""
    words = shown.words
    by_pair: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims(shown):
        by_pair[min(claim.winner, claim.loser), max(claim.winner, claim.loser)].append(claim)
    groups = []
    for pair, made in by_pair.items():
        sides = {winner: [claim for claim in made if claim.winner == winner] for winner in pair}
        if _is_contrary(*sides.values()):
            rows = [_row(shown, winner, sides[winner]) for winner in sorted(pair, key=lambda w: (-len(sides[w]), w))]
            label = words("report.versus", one=rows[0]["winner"], other=rows[1]["winner"])
            groups.append(Group(rows, label, "", " ".join(pair)))
    groups.sort(key=lambda g: (-sum(len(row["papers"]) for row in g.rows), g.label.casefold(), g.mark))
    papers = len({claim.paper.id for made in by_pair.values() for claim in made})
    pairs = words.count("report.pair", len(by_pair))
    told = {"pairs": pairs, "papers": words.count("count.paper", papers)}
    note = words("report.contradictions_note" if groups else "report.no_contradiction", **told)
    return section(shown, part, groups, note) | {"pairs": len(by_pair), "contrary": len(groups)}


def _is_contrary(first: list[Claim], second: list[Claim]) -> bool:
    """Whether two papers disagree; one paper with two metrics tells of a trade-off."""
    return any(
        one.paper.id != other.paper.id or (one.metric and one.metric == other.metric)
        for one in first
        for other in second
    )


def _row(shown: Selection, winner: str, made: list[Claim]) -> dict[str, Any]:
    return {
        "concept": winner,
        "winner": shown.label(winner),
        "metric": sorted({claim.metric for claim in made if claim.metric}),
        "papers": cited(claim.paper for claim in made),
        "quote": said(claim.quote for claim in made),
    }
