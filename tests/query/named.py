"""Labels for a lexicon without a graph."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from kg.link.called_names import folded_name_rows
from kg.query.graph_labels import Labels
from kg.text import has_han


class Named(NamedTuple):
    """A label of the graph's own: an institution's, or that of a thing the vocabulary does not know."""

    concept: str
    label: str
    preferred: bool


def labels_of(named: Iterable[Named]) -> Labels:
    """Labels that stand in no graph; of several preferred ones in a language the first counts."""
    db = sqlite3.connect(":memory:", check_same_thread=False)
    db.executescript(
        "CREATE TABLE concepts (id INTEGER PRIMARY KEY, curie TEXT UNIQUE, label TEXT, label_zh TEXT);"
        "CREATE TABLE names (concept, form, preferred, backwards, size); CREATE TABLE broader (concept, broader);"
    )
    things: dict[str, list[Named]] = {}
    for one in named:
        things.setdefault(one.concept, []).append(one)
    for number, (concept, said) in enumerate(things.items(), 1):
        best = {has_han(one.label): one.label for one in reversed(said) if one.preferred}
        db.execute(
            "INSERT INTO concepts VALUES (?, ?, ?, ?)", (number, concept, best.get(False, ""), best.get(True, ""))
        )
        rows = folded_name_rows((one.label, one.preferred) for one in said)
        db.executemany("INSERT INTO names VALUES (?, ?, ?, ?, ?)", ((number, *row) for row in rows))
    return Labels(lambda sql, *given: db.execute(sql, given).fetchall())
