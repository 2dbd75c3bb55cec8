"""Similar papers: by the entities and the words that two papers share; rare ones count most."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import hypot, log
from typing import NamedTuple

from kg.identifiers import kind_of
from kg.link.paper_ids import arxiv_of, doi_of
from kg.model import Reference
from kg.query.conditions import marks
from kg.query.corpus import Corpus
from kg.query.shown import namings
from kg.store.file import StoreFile
from kg.text import fold
from kg.wordcounts import WordCounts

#: The weight of an entity that a paper only mentions, relative to one that it proposes, uses or is about.
_MENTIONED = 0.3
#: Candidates whose entities are all read: the papers that share most with the given one.
_READ = 300
_WORD = re.compile(r"[a-z][a-z0-9-]{2,}")
#: Numbers of papers by which words are weighed: all, those with an uninformative word, those with an unseen word.
_ALL, _PLAIN, _NEW = 80_000, 8_000, 3
#: Entities in more than this share of the papers carry no information.
_COMMON = 0.2


class Alike(NamedTuple):
    """A paper that is similar to another."""

    paper: str  # CURIE
    similarity: float  # cosine over the shared entities, 0 to 1
    shared: tuple[str, ...]  # CURIEs, most informative first


def paper_of(store: StoreFile, said: str) -> str | None:
    """The paper (CURIE) meant by an id, its address, a title, or the name of its proposal; None if there is none.

    A name shared by several papers means none of them.
    """
    words = said.strip()
    one, other = Reference("", "", arxiv=words), Reference("", "", doi=words)
    sql = """SELECT paper FROM entries WHERE lower(name) = lower(?) UNION SELECT curie FROM papers
        WHERE curie = ? OR (arxiv <> '' AND arxiv IN (?, ?)) OR (doi <> '' AND lower(doi) = ?)"""
    found = store.rows(sql, words, words, arxiv_of(one), arxiv_of(other), doi_of(other))
    if found:
        return str(found[0][0])
    first = max(words.split(), key=len, default="")
    rows = store.rows("SELECT curie, title, name FROM papers WHERE instr(lower(title), ?) > 0", first.lower())
    folded = fold(words)
    for each in (
        [paper for paper, title, _ in rows if fold(title) == folded],
        [paper for paper, _, name in rows if fold(name) == folded],
        [paper for paper, title, _ in rows if fold(title).startswith(f"{folded} ") and len(folded) > _LONG],
    ):
        if len(each) == 1:
            return str(each[0])
    return None


#: The shortest prefix that identifies a title, in letters.
_LONG = 15


def alike(store: StoreFile, paper: str, number: int) -> list[Alike]:
    """The papers that share most with a given one, most similar first, at most `number`."""
    corpus = Corpus.of(store)
    own = _had(store, [paper]).get(paper, {})
    weights = _weights(store, own, len(corpus))
    shared: dict[str, float] = defaultdict(float)
    for other, thing in _with(store, weights):
        shared[other] += weights[thing] ** 2
    first = sorted(shared, key=lambda one: (-shared[one], one))
    first = [one for one in first if one != paper][:_READ]
    had = _had(store, first)
    known = _weights(store, {thing for things in had.values() for thing in things}, len(corpus)) | weights
    out = []
    for other in first:
        both = sorted(own.keys() & had[other].keys() & known.keys(), key=lambda thing: (-known[thing], thing))
        out.append(Alike(other, _cosine(own, had[other], known), tuple(thing for thing in both if known[thing])))
    return sorted(out, key=lambda one: (-one.similarity, one.paper))[:number]


def worded(store: StoreFile, paper: str, others: Iterable[str]) -> dict[str, float]:
    """The similarity of the titles and abstracts of some papers to those of one: a cosine, 0 to 1."""
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    sql = """SELECT e.paper, t.raw FROM entries e JOIN texts t ON t.entry = e.id
        WHERE t.field IN ('T', 'A') AND e.paper IN ({})"""
    for one, raw in store.some(sql, sorted({paper, *others})):
        texts[one].update(_WORD.findall(raw.lower()))
    known = WordCounts.load().count
    counts = {word: known.get(word, _NEW) for text in texts.values() for word in text}
    weights = {word: log(_ALL / count) for word, count in counts.items() if count < _PLAIN}
    shares = {
        one: {word: 1 + log(n) for word, n in text.items() if word in weights} for one, text in sorted(texts.items())
    }
    own = shares.pop(paper, {})
    return {one: _cosine(own, words, weights) for one, words in shares.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The weighted similarity of two papers by their entities, 0 to 1."""
    first, last = ({thing: share * weights.get(thing, 0.0) for thing, share in some.items()} for some in (one, other))
    size = hypot(*first.values()) * hypot(*last.values())
    return sum(first[thing] * last[thing] for thing in sorted(first.keys() & last.keys())) / size if size else 0.0


def _had(store: StoreFile, papers: Iterable[str]) -> dict[str, dict[str, float]]:
    """The entities of papers, and the weight of each."""
    wanted = list(papers)
    out: dict[str, dict[str, float]] = {paper: {} for paper in wanted}
    for one in namings(store, wanted):
        if kind_of(one.concept) != "institution":
            share = _MENTIONED if one.role in ("mentioned", "baseline") else 1.0
            out[one.paper][one.concept] = max(out[one.paper].get(one.concept, 0.0), share)
    return out


def _weights(store: StoreFile, things: Iterable[str], papers: int) -> dict[str, float]:
    """The weight of each entity: the log inverse share of papers that have it; none for very common ones."""
    sql = """SELECT c.curie, max(n.papers) FROM counts n JOIN concepts c ON c.id = n.concept
        WHERE c.curie IN ({}) GROUP BY c.curie"""
    counts = dict(store.some(sql, things))
    return {thing: log(papers / n) for thing, n in counts.items() if 0 < n <= max(_COMMON * papers, 2)}


def _with(store: StoreFile, things: Iterable[str]) -> list[tuple[str, str]]:
    """The papers that have some entities, each pair once."""
    named = sorted(things)
    sql = f"""SELECT DISTINCT p.curie, c.curie FROM concepts c JOIN mentions x ON x.concept = c.id
        JOIN papers p ON p.id = x.paper WHERE c.curie IN ({marks(named)})
        UNION SELECT p.curie, c.curie FROM concepts c JOIN topics x ON x.topic = c.id
        JOIN papers p ON p.id = x.paper WHERE c.curie IN ({marks(named)})"""
    return [(paper, thing) for paper, thing in store.rows(sql, *named, *named)]
