"""Sentences of abstracts that state a limit or a negative finding, by the words of `stated_limits.toml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import partial

from kg.files import toml_file
from kg.query.answer import Quote
from kg.query.patterns import any_regex
from kg.store.file import StoreFile
from kg.text import sentences

_words = partial(toml_file, __file__, "stated_limits.toml")
_SQL = """SELECT e.name, e.paper, t.raw, e.record ->> '$.key' FROM entries e
    JOIN texts t ON t.entry = e.id AND t.field = 'A' WHERE e.paper IN ({}) ORDER BY e.name"""


def stated_limits(store: StoreFile, papers: Iterable[str]) -> dict[str, Quote]:
    """The first such sentence behind the proposal of each paper (CURIE) that has one, from its first entry."""
    says, others = (re.compile(any_regex(tuple(_words()[name]))) for name in ("says", "others"))
    out: dict[str, Quote] = {}
    for entry, paper, raw, key in store.some(_SQL, sorted(set(papers))):
        proposed = json.loads(key or "{}").get("proposes") or {}
        begin = proposed["end"] if proposed.get("field") == "A" else len(raw) // 2  # a study may propose nothing
        for start, end in sentences(raw):
            said = raw[start:end].replace("-", " ")
            found = says.search(said) if start >= begin else None
            if found and not others.search(said):
                at = start + found.start(), start + found.end()
                out.setdefault(paper, Quote(entry, "A", raw[slice(*at)], *at, "", raw[start:end]))
                break
    return out
