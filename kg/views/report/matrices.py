"""Matrices of techniques against problems and hardware: papers with both, and empty cells that are unexpected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from kg.entity_types import LISTS
from kg.model import Paper
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, by_label, cited, left_out, section
from kg.views.selection import Selection, Thing, code

#: The roles by which a technique is part of a paper's own method.
OWN = ("proposed", "used")
#: The type of the columns of each matrix.
ACROSS = {"technique_problem": "problem", "technique_hardware": "hardware"}
#: Concepts of each side that are checked for missing combinations.
_LOOKED = 60

#: The papers of each concept, by index in the selection.
Held = dict[str, frozenset[int]]


def gathered(shown: Selection, kind: str) -> Held:
    """The papers of each concept of a type, including its narrower concepts, most papers first.

    The concepts are those that papers name and, except for techniques, their broader ones; a concept with the same
    papers as a narrower one is left out. A problem in a paper's own words counts for the vocabulary concepts found in
    it.
    """
    vocabulary = shown.graph.vocabulary
    named = [_named(shown, paper, kind) for paper in shown.papers]
    every = set().union(*named)
    above_them = {up for c in every if c in vocabulary for up in vocabulary[c].broader}
    candidates = every | above_them if kind != "technique" else every
    above = {c: [up for up in vocabulary.broader(c) if up in candidates] for c in every}
    papers: dict[str, set[int]] = defaultdict(set)
    for at, concepts in enumerate(named):
        for concept in concepts:
            for held in (concept, *above[concept]):
                papers[held].add(at)
    below: dict[str, set[str]] = defaultdict(set)
    for concept in papers:
        for up in vocabulary.broader(concept):
            below[up].add(concept)
    kept = [c for c in papers if not any(papers[narrow] == papers[c] for narrow in below[c] - {c})]
    kept = [c for c in kept if c in vocabulary or len(papers[c]) > 1]
    return {c: frozenset(papers[c]) for c in sorted(kept, key=lambda c: (-len(papers[c]), *by_label(shown, c)))}


def _named(shown: Selection, paper: Paper, kind: str) -> set[str]:
    """The concepts of a type that a paper names."""
    found = set()
    for thing in shown.things(paper, kind):
        if kind == "technique" and thing.role not in OWN:
            continue
        found |= {thing.concept} if thing.concept in shown.graph.vocabulary else _in_words(shown, thing, kind)
    return found


def _in_words(shown: Selection, thing: Thing, kind: str) -> set[str]:
    """The vocabulary concepts in the words of a problem that has none itself; other entities are kept."""
    if kind != "problem":
        return {thing.concept}
    matches = shown.graph.vocabulary.match(thing.label)
    return {match.concept for match in matches if match.type == kind} or {thing.concept}


class Sides:
    """The two sides of a matrix, each gathered once."""

    def __init__(self, shown: Selection) -> None:
        self.shown = shown
        self._held: dict[str, Held] = {}

    def __getitem__(self, kind: str) -> Held:
        if kind not in self._held:
            self._held[kind] = gathered(self.shown, kind)
        return self._held[kind]


def matrix(shown: Selection, part: Part, sides: Sides) -> dict[str, Any]:
    """The number of papers with both: techniques as rows, entities of another type as columns."""
    other = ACROSS[part.name]
    across = list(sides[other].items())[: part.across]
    rows = []
    for technique, papers in sides["technique"].items():
        both = [papers & columns for _, columns in across]
        if any(both):
            rows.append((technique, both))
    rows.sort(key=lambda row: (-sum(map(len, row[1])), *by_label(shown, row[0])))
    kept = rows[: part.most]
    most = max((len(cell) for _, both in kept for cell in both), default=1)
    used = [n for n in range(len(across)) if any(both[n] for _, both in kept)]
    cut = [left_out(shown, len(kept), len(rows)), _left_out_columns(shown, len(used), len(sides[other]))]
    return {
        "kind": "matrix",
        "title": shown.words(f"report.{part.name}"),
        "note": shown.words("report.matrix_note" if kept else "report.nothing"),
        "corner": shown.words("report.technique"),
        "columns": [{"concept": across[n][0], "label": shown.label(across[n][0])} for n in used],
        "rows": [_cells(shown, technique, [both[n] for n in used], most) for technique, both in kept],
        "shown": len(kept),
        "all": len(rows),
        "left_out": " ".join(filter(None, cut)) if kept else "",
    }


def _left_out_columns(shown: Selection, listed: int, every: int) -> str:
    return shown.words("report.left_out_columns", shown=listed, all=f"{every:,}") if listed < every else ""


def _cells(shown: Selection, technique: str, both: list[frozenset[int]], most: int) -> Row:
    """A row; the level of a cell is its number of papers relative to the maximum, from 0 to 4."""
    return {
        "concept": technique,
        "label": shown.label(technique),
        "cells": [
            {"count": len(cell), "level": -(-4 * len(cell) // most), "papers": _at(shown, cell)} for cell in both
        ],
        "papers": _at(shown, frozenset().union(*both)),
    }


def _at(shown: Selection, places: Iterable[int]) -> list[str]:
    return cited(shown.papers[at] for at in sorted(places))


@dataclass(frozen=True, slots=True)
class _Gap:
    """An empty cell whose row and column both have many papers."""

    technique: str
    other: str
    kind: str
    down: int  # papers of the technique
    across: int  # papers of the column
    expected: float  # papers with both if the two were independent
    chance: float  # probability of none if the two were independent


def missing(shown: Selection, part: Part, sides: Sides) -> dict[str, Any]:
    """Unexpected empty cells: with r papers on a technique and c on a problem of n, r * c / n are expected."""
    words, n = shown.words, len(shown.papers)
    gaps = [gap for kind in ACROSS.values() for gap in _gaps(shown, sides["technique"], sides[kind], kind, part.least)]
    gaps.sort(key=lambda gap: (-gap.expected, *by_label(shown, gap.technique), *by_label(shown, gap.other)))
    rows = []
    for gap in _unlike(shown, gaps):
        technique, other = shown.label(gap.technique), shown.label(gap.other)
        behind = sides["technique"][gap.technique] | sides[gap.kind][gap.other]
        sums = {"down": gap.down, "across": gap.across, "n": n, "technique": technique, "other": other}
        rows.append(
            {
                "cell": words("report.cell", technique=technique, other=other),
                "technique": gap.technique,
                gap.kind: gap.other,
                "expected": f"{gap.expected:.1f}",
                "chance": _percent(gap.chance),
                "row_total": gap.down,
                "column_total": gap.across,
                "why": words("report.expectation", **sums),
                "papers": _at(shown, behind),
            }
        )
    note = words("report.missing_note" if rows else "report.no_missing", n=n, least=f"{part.least:g}")
    return section(shown, part, [Group(rows)], note)


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f}%" if chance >= 0.01 else "<1%"


def _gaps(shown: Selection, down: Held, across: Held, kind: str, least: float) -> list[_Gap]:
    n = len(shown.papers)
    out = []
    for technique, rows in list(down.items())[:_LOOKED]:
        for other, columns in list(across.items())[:_LOOKED]:
            expected = len(rows) * len(columns) / n
            if expected < least:
                break  # the columns are sorted
            if not rows & columns:
                r, c = len(rows), len(columns)
                chance = prod((n - r - i) / (n - i) for i in range(c)) if r + c <= n else 0.0
                out.append(_Gap(technique, other, kind, r, c, expected, chance))
    return out


def _unlike(shown: Selection, gaps: Iterable[_Gap]) -> list[_Gap]:
    """Each gap once: not repeated for a broader or narrower technique with a broader or narrower problem."""
    vocabulary = shown.graph.vocabulary
    kin: Mapping[str, set[str]] = _Kin(vocabulary)
    out: list[_Gap] = []
    for gap in gaps:
        if not any(gap.technique in kin[told.technique] and gap.other in kin[told.other] for told in out):
            out.append(gap)
    return out


class _Kin(dict[str, set[str]]):
    """A concept with its broader and narrower concepts."""

    def __init__(self, vocabulary: Any) -> None:
        super().__init__()
        self.vocabulary = vocabulary

    def __missing__(self, concept: str) -> set[str]:
        self[concept] = {concept, *self.vocabulary.broader(concept), *self.vocabulary.narrower(concept)}
        return self[concept]


def unread(shown: Selection, part: Part) -> dict[str, Any]:
    """The slots that papers leave empty, which the report cannot cover."""
    words = shown.words
    without: dict[str, list[Paper]] = defaultdict(list)
    for paper in shown.papers:
        for slot in _empty(shown, paper):
            without[slot].append(paper)
    order = Counter({slot: len(papers) for slot, papers in without.items()}).most_common()
    rows = [
        {"slot": words(f"report.slot_{slot}"), "mark": slot, "count": count, "papers": cited(without[slot])}
        for slot, count in order
    ]
    return section(shown, part, [Group(rows)], words("report.unread_note"))


def _empty(shown: Selection, paper: Paper) -> Iterable[str]:
    """The empty slots of a paper, in the order of a record."""
    if not any(text.raw.strip() for document, _ in paper.entries for f, text in document.texts.items() if f == "A"):
        yield "abstract"
    for kind in (kind for kind in LISTS if kind != "task"):
        if not shown.things(paper, kind):
            yield kind
    if not any(record.results for _, record in paper.entries):
        yield "result"
    if not shown.date(paper):
        yield "date"
    if not code(paper):
        yield "code"
    if any(record.partial for _, record in paper.entries):
        yield "partial"
