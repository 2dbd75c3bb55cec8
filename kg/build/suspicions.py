"""Papers that may be one or several by mistake, and why two entries are one paper or are not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from kg.link.titles import letters
from kg.link.works import Verdict, described, same_work
from kg.store.contents import works_named
from kg.store.file import StoreFile

_MOST_ENTRIES = 10  # of a paper that are compared


class Suspicion(NamedTuple):
    """Papers (CURIEs) that have an id or a title in common and were kept apart."""

    common: str
    papers: tuple[str, ...]


def suspicions(store: StoreFile) -> Iterator[Suspicion]:
    """The groups of papers with a common id, then those with a common title, each in the order of what they share."""
    rows = store.rows("SELECT paper, document ->> '$.arxiv', document ->> '$.doi' FROM entries")
    by_id: dict[str, set[str]] = {}
    for paper, arxiv, doi in rows:
        for own in filter(None, (arxiv and f"arXiv:{arxiv}", doi and f"DOI {doi}")):
            by_id.setdefault(own, set()).add(paper)
    yield from _shared(by_id)
    by_title: dict[str, set[str]] = {}
    named: dict[str, str] = {}
    for paper, title in store.rows("SELECT curie, title FROM papers WHERE title <> '' ORDER BY curie"):
        by_title.setdefault(letters(title), set()).add(paper)
        named.setdefault(letters(title), title)
    yield from _shared({f"title “{named[key]}”": papers for key, papers in by_title.items() if key})


def _shared(groups: dict[str, set[str]]) -> Iterator[Suspicion]:
    return (Suspicion(common, tuple(sorted(papers))) for common, papers in sorted(groups.items()) if len(papers) > 1)


class JudgedPair(NamedTuple):
    """Whether two names mean one paper of a graph, and the rule that decided for each pair of their entries."""

    is_one: bool
    rules: tuple[str, ...]


def judged(store: StoreFile, one: str, other: str) -> JudgedPair | None:
    """Why two papers (entries or CURIEs) are one, or are not; None where a name means no paper."""
    works = [works_named(store, [name]) for name in (one, other)]
    if not all(works):
        return None
    (paper, entries), (second, others) = (next(iter(work.items())) for work in works)
    if entry_pair := [(one, other)] if one in entries and other in others else []:
        pairs = entry_pair
    elif paper == second:
        pairs = list(combinations(entries[:_MOST_ENTRIES], 2))
    else:
        pairs = [(a, b) for a in entries[:_MOST_ENTRIES] for b in others[:_MOST_ENTRIES]]
    stored = store.entries({name for pair in pairs for name in pair})
    rules = []
    for a, b in pairs:
        verdict: Verdict = same_work(*(described(stored[name].document, stored[name].record) for name in (a, b)))
        decision = "one work" if verdict.same else "two works" if verdict.weight < 0 else "not told by these two"
        rules.append(f"{a} and {b}: {decision}, {verdict.reason}")
    return JudgedPair(paper == second, tuple(rules))
