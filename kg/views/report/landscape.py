"""The technique landscape: techniques grouped by broader concept, and the relations between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kg.model import ROLES, Evidence, Paper, Relation
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, cited, identity, own, said, section
from kg.views.selection import EntryQuote, Selection, quoted

#: Relations between techniques, and the end that is the subject of a line: "vLLM is used by ...", "A outperforms ...".
_LINES = {"outperforms": "head", "uses": "tail", "part_of": "tail"}
#: Types of the ends of a relation between techniques.
_KINDS = ("technique:", "model:")
#: Maximum size of a family; a larger one is split into its narrower concepts.
_SMALLEST, _SHARE = 6, 5
#: Groups without a common concept come after the others.
_PLACE = {"own_names": 1, "no_family": 2}
_RELATED = 10  # entities at the other end that a line names


def techniques(shown: Selection, part: Part) -> dict[str, Any]:
    """Techniques by family: those of the vocabulary, those that several papers name, and those that papers propose."""
    words = shown.words
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    papers: dict[str, list[Paper]] = defaultdict(list)
    named: set[str] = set()
    for paper in shown.papers:
        named.add(own(shown, paper))
        for thing in shown.things(paper, "technique"):
            roles[thing.concept][thing.role or "mentioned"] += 1
            papers[thing.concept].append(paper)
    listed = [c for c in papers if c in shown.graph.vocabulary or c in named or len(papers[c]) > 1]
    rows = {c: _row(shown, c, papers[c], roles[c]) for c in listed}
    groups = []
    for family, members in _families(shown, listed, named).items():
        together = {paper.id: paper for c in members for paper in papers[c]}
        found = sorted((rows[c] for c in members), key=lambda row: _weight(row, named))
        label = shown.label(family) if ":" in family else words(f"report.{family}")
        groups.append((len(together), Group(found, label, words.count("count.paper", len(together)), family)))
    groups.sort(key=lambda item: (_PLACE.get(item[1].mark, 0), -item[0], item[1].label.casefold(), item[1].mark))
    note = words("report.techniques_note")
    if len(papers) > len(listed):
        note += words("report.sentence_gap") + words("report.wordings", n=f"{len(papers) - len(listed):,}")
    return section(shown, part, _bounded([group for _, group in groups], part.most), note)


def _row(shown: Selection, concept: str, papers: list[Paper], roles: Counter[str]) -> Row:
    return {
        "concept": concept,
        "technique": shown.label(concept),
        "count": len(papers),
        "support": shown.support(papers),
        "roles": {role: roles[role] for role in ROLES if roles[role]},
        "papers": cited(papers),
    }


def _weight(row: Row, named: set[str]) -> tuple[Any, ...]:
    return -row["count"], -row["support"], row["concept"] not in named, row["technique"].casefold(), row["concept"]


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


@dataclass(slots=True)
class _Line:
    """The relations of one technique."""

    related: dict[str, list[Paper]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, str] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    quotes: list[Callable[[], EntryQuote]] = field(default_factory=list)


def relations(shown: Selection, part: Part) -> dict[str, Any]:
    """Relations between techniques: what outperforms, is used by, and is part of what; each with its papers."""
    groups = []
    for kind, side in _LINES.items():
        lines: dict[str, _Line] = defaultdict(_Line)
        for paper, relation, quote in _stated(shown, kind):
            ends = _ends(shown, relation)
            (key, label), (other, other_label) = ends if side == "head" else ends[::-1]
            if key != other:
                line = lines[key]
                line.labels |= {key: label, other: other_label}
                line.related[other].append(paper)
                line.papers[paper.id] = paper
                line.quotes.append(quote)
        order = sorted(
            lines, key=lambda c: (-len(lines[c].papers), -len(lines[c].related), lines[c].labels[c].casefold(), c)
        )
        share = max(1, part.most // len(_LINES))
        rows = [_told(concept, lines[concept]) for concept in order[:share]]
        label, note = shown.words(f"report.{kind}"), shown.words(f"report.{kind}_note")
        groups.append(Group(rows, label, note, kind, len(order)))
    return section(shown, part, groups, shown.words("report.relations_note"))


def _told(concept: str, line: _Line) -> Row:
    order = sorted(line.related, key=lambda c: (-len(line.related[c]), line.labels[c].casefold(), c))
    return {
        "concept": concept,
        "technique": line.labels[concept],
        "related": [
            {"concept": c, "label": line.labels[c], "papers": cited(line.related[c])} for c in order[:_RELATED]
        ],
        "more": max(0, len(order) - _RELATED),
        "papers": cited(line.papers.values()),
        "quote": said(quote() for quote in line.quotes[:20]),
    }


def _stated(shown: Selection, kind: str) -> Iterator[tuple[Paper, Relation, Callable[[], EntryQuote]]]:
    """Relations of a type between techniques, each with its paper and a function that returns its quote."""
    for paper in shown.papers:
        for document, record in paper.entries:
            for relation in record.relations:
                ends = (relation.head_concept, relation.tail_concept)
                is_told = relation.type == kind and relation.sure
                if is_told and all(end.startswith(_KINDS) or not end for end in ends):
                    evidence: Evidence = relation.evidence
                    yield paper, relation, lambda d=document, e=evidence: quoted(d, e)  # type: ignore[misc]


def _ends(shown: Selection, relation: Relation) -> tuple[tuple[str, str], tuple[str, str]]:
    """Head and tail, each as identity and label."""
    head = identity(relation.head_concept, relation.head)
    tail = identity(relation.tail_concept, relation.tail)
    return (head, shown.label(head, relation.head)), (tail, shown.label(tail, relation.tail))
