"""What speaks for a combination: papers of each side with their words, and what resembles a side and is combined."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from kg.query.patterns import stem
from kg.query.shown import context
from kg.store.rows import USUAL
from kg.text import Remembered
from kg.views.gaps.combined import Field
from kg.views.gaps.forecast import Candidates
from kg.views.readable import as_text, excerpt
from kg.views.selection import Selection, clean, ids, link, name, title

_LETTERS = 400  # of a sentence that is quoted
#: Papers that are quoted of a side, and neighbours that are shown.
_QUOTED, _NEIGHBOURS, _SHARED = 2, 2, 5
#: Of resemblances, 0 to 1, that count.
_ALIKE = 0.2
_stem = lru_cache(maxsize=1 << 16)(stem)
_SENTENCE = re.compile(r"[.;!?]\s|[。；！？+]")
_APART = re.compile(r"[^\w+]+|_")
_ASCII_APART = {code: " " for code in range(128) if _APART.match(chr(code))}  # many times as fast


class Texts:
    """The kept texts of papers, in which labels are looked for: what a paper names but was not read as naming."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._texts: dict[str, str] = {}
        self._said: dict[int, list[frozenset[str]]] = {}
        self._stems = Remembered(_stemmed)

    def name(self, i: int, j: int, before: int) -> bool:
        """Whether a paper before a day that has one of two concepts says the other in a sentence.

        It does with all words of one of its labels, in whatever order and form: "prunes tokens" is token pruning.
        """
        for one, other in ((i, j), (j, i)):
            places = self.field.having[one]
            texts = self._of(self.field.papers[at] for at in places[self.field.day[places] < before])
            if any(self._says(text, stems) for stems in self._labels(other) for text in texts):
                return True
        return False

    def _says(self, text: str, stems: frozenset[str]) -> bool:
        if not all(stem in text for stem in stems):  # which is quick, and most texts lack one
            return False
        return not all(map(str.isascii, stems)) or any(stems <= sentence for sentence in self._stems[text])

    def _of(self, papers: Iterable[str]) -> list[str]:
        wanted = list(papers)
        new = [paper for paper in wanted if paper not in self._texts]
        found: dict[str, list[str]] = defaultdict(list)
        sql = "SELECT e.paper, t.raw FROM entries e JOIN texts t ON t.entry = e.id WHERE e.paper IN ({}) ORDER BY t.id"
        for paper, raw in self.field.graph.store.some(sql, new):
            found[paper].append(raw.lower())
        self._texts.update((paper, " + ".join(found[paper])) for paper in new)
        return [self._texts[paper] for paper in wanted]

    def _labels(self, at: int) -> list[frozenset[str]]:
        """The stems of the words of each label of a concept; in Chinese the label.

        A label that has all words of another is left out: what lacks "pruning" lacks "model pruning" too.
        """
        if at not in self._said:
            concept = self.field.concepts[at]
            known = self.field.graph.vocabulary
            labels = known[concept].labels() if concept in known else [self.field.graph.label(concept)]
            told: list[frozenset[str]] = []
            for label in sorted(labels, key=lambda one: (len(one.split()), one)):
                stems = frozenset(map(_stem, _words(label)) if label.isascii() else [label.lower()])
                if stems and not any(own <= stems for own in told):
                    told.append(stems)
            self._said[at] = told
        return self._said[at]


def _words(text: str) -> list[str]:
    low = text.lower()
    return (low.translate(_ASCII_APART) if low.isascii() else _APART.sub(" ", low)).split()


def _stemmed(text: str) -> list[frozenset[str]]:
    """The stems of the words of each sentence.

    >>> [{"token", "prun"} <= stems for stems in _stemmed("It prunes tokens. Various tokens are read.")]
    [True, False]
    """
    return [frozenset(map(_stem, _words(sentence))) for sentence in _SENTENCE.split(text)]


def side(field: Field, at: int, until: int, span: int, own: Set[str] = frozenset()) -> dict[str, Any]:
    """A concept of a combination: its papers, those of the last span and the one before, and the newest sure words.

    Papers that are a selection's `own` are quoted first.
    """
    concept = field.concepts[at]
    counts = [field.count(until, since)[at] for since in (0, until - span)]
    return {
        "concept": concept,
        "papers": int(counts[0]),
        "recent": int(counts[1]),
        "before": int(field.count(until - span, until - 2 * span)[at]),
        "quotes": _quotes(field, concept, until, own),
    }


def _quotes(field: Field, concept: str, until: int, own: Set[str]) -> list[dict[str, Any]]:
    usual = ", ".join(f"'{role}'" for role in USUAL)
    sql = f"""SELECT p.curie, t.raw, m.start, m."end", m.sure, m.field
        FROM concepts c JOIN mentions m ON m.concept = c.id JOIN papers p ON p.id = m.paper
        JOIN texts t ON t.entry = m.entry AND t.field = m.field
        WHERE c.curie IN ({{}}) AND m.start >= 0 AND (c.type <> 'technique' OR m.role IN ({usual}))
        AND m.field IN ('A', 'T')"""
    kinds = sorted(field.graph.vocabulary.narrower(concept) if concept in field.graph.vocabulary else {concept})
    found: dict[str, tuple[Any, ...]] = {}
    for paper, raw, start, end, sure, where in field.graph.store.some(sql, kinds):
        day = int(field.day[field.place[paper]]) if paper in field.place else until
        if day < until:
            order = (-sure, paper not in own, -day, where, paper, start)
            quote = (order, raw, start, end, sure)
            found[paper] = min(found.get(paper, quote), quote)
    best = sorted(found.values())[:_QUOTED]
    return [
        {"paper": key[4], "sentence": sentence, "words": as_text(words), "sure": bool(sure)}
        for key, raw, *at, sure in best
        for words in [clean(raw[slice(*at)])]
        for sentence in [excerpt(clean(context(raw, *at)), [words], _LETTERS)]
    ]


def neighbours(field: Field, found: Candidates, i: int, j: int) -> list[dict[str, Any]]:
    """What resembles one side and has been combined with the other: most alike first, each with its newest paper."""
    past = found.past
    place = {int(at): number for number, at in enumerate(past.concepts)}
    out: list[tuple[float, int, int, int]] = []
    for one, other in ((i, j), (j, i)):
        alike, both = found.resemblance[place[one]], past.combined[place[other]]
        out += [
            (float(alike[k]), one, int(past.concepts[k]), other)
            for k in np.flatnonzero((alike >= _ALIKE) & (both > 0))
            if not field.kin[past.concepts[k], other] and field.kind[past.concepts[k]] == field.kind[one]
        ]
    shown: dict[int, int] = defaultdict(int)
    rows = []
    for _, one, like, other in sorted(out, key=lambda row: (-round(row[0], 9), row[2])):
        if shown[one] < _NEIGHBOURS:
            shown[one] += 1
            papers = field.combining(like, other, past.before)
            names = {key: field.concepts[at] for key, at in (("like", one), ("concept", like), ("with", other))}
            rows.append({**names, "papers": len(papers), "paper": papers[0]})
    return rows


def shared(field: Field, found: Candidates, i: int, j: int) -> tuple[list[str], int]:
    """Concepts that have been combined with both sides, the most telling first, and how many there are."""
    past = found.past
    place = {int(at): number for number, at in enumerate(past.concepts)}
    both = np.minimum(past.weighted[place[i]], past.weighted[place[j]])
    telling = both / np.log(2 + (past.combined > 0).sum(1))
    order = [at for at in np.argsort(-np.round(telling, 9), kind="stable") if both[at] > 0]
    return [field.concepts[past.concepts[at]] for at in order[:_SHARED]], len(order)


def papers(field: Field, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """What papers are called: by the name of their method, else their title; entry, date and address."""
    shown = Selection.of(field.graph, field.graph.papers(sorted(set(names))))
    return {
        paper.id: {
            "entry": ids(paper)[0],
            "name": name(paper) or title(paper) or ids(paper)[0],
            "title": title(paper),
            "date": shown.date(paper)[:10],
            "link": link(paper),
        }
        for paper in shown.papers
    }


def said(day: int) -> str:
    """A day (ordinal) as ISO 8601."""
    return date.fromordinal(day).isoformat()
