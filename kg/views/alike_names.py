"""Names that may mean one thing: clusters of names that only papers have, by the nearness of a model, for a person.

Each cluster becomes lines for a file of decisions (ontology/overrides.ttl), all of them comments: nothing is merged
before someone takes the mark away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kg.identifiers import PREFIXES
from kg.query.user_embeddings import SentenceModel, name_of
from kg.store.file import StoreFile
from kg.text import one_line

if TYPE_CHECKING:
    from kg.store.embeddings import Vectors

#: Types of concepts whose names say what they do.
TYPES = ("technique", "problem", "task", "metric")
#: Names of one type that are compared, the commonest first, and rows that are compared at once.
_MOST, _ROWS = 8000, 1024
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_HEAD = """\
# Names that {model} finds near one another (cosine {least:g} or more).
# Nothing of this holds: take away the mark before a line that is right, and put it into the graph's file of decisions.
"""


class Name(NamedTuple):
    """A concept with its name and papers."""

    concept: str  # CURIE
    label: str
    papers: int
    known: bool  # it stands in the vocabulary


class Cluster(NamedTuple):
    """A name, and others that may mean the same, each with its cosine to it."""

    first: Name
    others: tuple[tuple[Name, float], ...]


def alike(store: StoreFile, model: str, least: float, papers: int, batch: int, device: str | None) -> str:
    """The clusters of a graph as `turtle` writes them; "" for none. Raises KgError where the model cannot be had."""
    name = name_of(store, model)
    found = list(clusters(store, SentenceModel(name, batch, device), least, papers))
    return turtle(found, name, least) if found else ""


def clusters(
    store: StoreFile, encode: Callable[[list[str]], Vectors], least: float, papers: int = 1
) -> Iterator[Cluster]:
    """Clusters of names in `papers` papers or more: around the vocabulary's, then around the commonest name.

    A name stands in one cluster at most; names with other digits ("FP4", "FP16") are never near.
    """
    for kind in TYPES:
        names = _names(store, kind, papers)
        if len(names) > 1:
            yield from _clustered(names, encode([name.label for name in names]), least)


def _names(store: StoreFile, kind: str, papers: int) -> list[Name]:
    """The concepts of a type that papers have, the vocabulary's first, then by papers."""
    sql = """SELECT c.curie, c.label, n.papers, c.known FROM counts n JOIN concepts c ON c.id = n.concept
        WHERE c.type = ? AND n.role = '' AND n.papers >= ? AND c.label <> ''
        ORDER BY c.known DESC, n.papers DESC, c.curie LIMIT ?"""
    return [Name(concept, label, n, bool(known)) for concept, label, n, known in store.rows(sql, kind, papers, _MOST)]


def _clustered(names: list[Name], rows: Vectors, least: float) -> Iterator[Cluster]:
    digits = [_DIGITS.findall(name.label) for name in names]
    taken: set[int] = set()
    for at in range(0, len(names), _ROWS):
        near = rows[at : at + _ROWS] @ rows.T
        for first in range(at, min(at + _ROWS, len(names))):
            if first in taken:
                continue
            likely = np.flatnonzero(near[first - at] >= least)
            others = [
                int(n)
                for n in likely
                if n > first and n not in taken and not names[n].known and digits[n] == digits[first]
            ]
            if others:
                taken.update(others)
                ranked = sorted(others, key=lambda n: (-near[first - at][n], names[n].concept))
                yield Cluster(names[first], tuple((names[n], round(float(near[first - at][n]), 3)) for n in ranked))


def turtle(found: list[Cluster], model: str, least: float) -> str:
    """Clusters as Turtle in which every statement is a comment."""
    lines = [_HEAD.format(model=one_line(model)[:100], least=least)]
    kinds = sorted({cluster.first.concept.partition(":")[0] for cluster in found})
    lines += [f"@prefix {kind}: <{PREFIXES[kind]}> ." for kind in ("kg", *kinds)]
    for cluster in found:
        lines += ["", f"# {_said(cluster.first)}"]
        lines += [
            f"# {cluster.first.concept} kg:merges {other.concept} .  # {cosine:.2f}: {_said(other)}"
            for other, cosine in cluster.others
        ]
    return "\n".join(lines) + "\n"


def _said(name: Name) -> str:
    return f"{one_line(name.label)[:100]} ({name.papers})"
