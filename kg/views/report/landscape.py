"""The technique landscape: techniques grouped by broader concept."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from kg.model import ROLES, Paper
from kg.query.leading import enough
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, cited, own, section
from kg.views.selection import Selection

#: Maximum size of a family; a larger one is split into its narrower concepts.
_SMALLEST, _SHARE = 6, 5
#: Groups without a common concept come after the others.
_PLACE = {"own_names": 1, "no_family": 2}


def techniques(shown: Selection, part: Part) -> dict[str, Any]:
    """Techniques by family that papers surely have: those of the vocabulary, and those that several papers name."""
    words = shown.words
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    papers: dict[str, list[Paper]] = defaultdict(list)
    named: set[str] = set()
    for paper in shown.papers:
        named.add(own(shown, paper))
        for thing in shown.things(paper, "technique", sure=True):
            roles[thing.concept][thing.role or "mentioned"] += 1
            papers[thing.concept].append(paper)
    listed = [c for c in papers if c in shown.graph.vocabulary or len(papers[c]) > 1]
    rows = {c: _row(shown, c, papers[c], roles[c]) for c in listed}
    groups = []
    for family, members in _families(shown, listed, named).items():
        together = {paper.id: paper for c in members for paper in papers[c]}
        found = sorted((rows[c] for c in members), key=lambda row: _weight(row, named))
        label = shown.label(family) if ":" in family else words(f"report.{family}")
        groups.append((len(together), Group(found, label, words.count("count.paper", len(together)), family)))
    groups.sort(key=lambda item: (_PLACE.get(item[1].mark, 0), -item[0], item[1].label.casefold(), item[1].mark))
    note = words("report.techniques_note")
    placed = sum(bool(shown.institutions(paper)) for paper in shown.papers)
    if enough("institution", placed, len(shown.papers)):
        note += words("report.sentence_gap") + words("report.techniques_support")
    else:  # of papers whose institutions are not known none can be said to support another
        part = replace(part, columns=tuple(one for one in part.columns if one != "support"))
    if len(papers) > len(listed):
        note += words("report.sentence_gap") + words("report.wordings", n=f"{len(papers) - len(listed):,}")
    return section(shown, part, _bounded([group for _, group in groups], part.most), note)


def _row(shown: Selection, concept: str, papers: list[Paper], roles: Counter[str]) -> Row:
    return {
        "concept": concept,
        "technique": {"concept": concept, "label": shown.label(concept)},
        "count": len(papers),
        "support": shown.support(papers),
        "roles": {role: roles[role] for role in ROLES if roles[role]},
        "papers": cited(papers),
    }


def _weight(row: Row, named: set[str]) -> tuple[Any, ...]:
    return (
        -row["count"],
        -row["support"],
        row["concept"] not in named,
        row["technique"]["label"].casefold(),
        row["concept"],
    )


def _bounded(groups: list[Group], most: int) -> list[Group]:
    """Limit the number of lines: those with most papers over all groups are kept, not only the first groups."""
    lines = [(-row["count"], at, n) for at, group in enumerate(groups) for n, row in enumerate(group.rows)]
    kept = {(at, n) for _, at, n in sorted(lines)[:most]}
    return [
        Group([row for n, row in enumerate(g.rows) if (at, n) in kept] or g.rows[:0], g.label, g.note, g.mark, g.all)
        for at, g in enumerate(groups)
    ]


def _families(shown: Selection, concepts: list[str], named: set[str]) -> dict[str, list[str]]:
    """Concepts by their broadest ancestor that contains several of them, but not too many.

    A concept without such an ancestor goes to "own_names" if a paper proposes it under this name, else to "no_family".
    """
    vocabulary = shown.graph.vocabulary
    above = {c: [c, *vocabulary.broader(c)] for c in concepts if c in vocabulary}
    size = Counter(family for chain in above.values() for family in chain)
    room = max(_SMALLEST, len(concepts) // _SHARE)
    found: dict[str, list[str]] = defaultdict(list)
    for concept in concepts:
        chain = [family for family in above.get(concept, ()) if size[family] > 1]
        fitting = [family for family in chain if size[family] <= room]
        best = max(fitting, key=lambda f: (size[f], -chain.index(f)), default="")
        found[best or min(chain, key=lambda f: (size[f], chain.index(f)), default="")].append(concept)
    out: dict[str, list[str]] = defaultdict(list)
    for family, members in found.items():
        for concept in members:
            alone = "own_names" if concept in named else "no_family"
            out[family if family and len(members) > 1 else alone].append(concept)
    return out
