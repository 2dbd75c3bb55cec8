"""Papers in order of how much they are about the question, each with the words that show it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice, zip_longest
from typing import Any

from kg.query.answer import Answer, Quote, Row
from kg.query.empty import any_institution, any_role, nothing_understood, why_empty
from kg.query.filter import Condition, Entity, Fact, Filter, Phrase, Query, Term
from kg.query.lexicon import Lexicon, Selects, kind_of
from kg.query.sayings import Sayings
from kg.query.shown import context
from kg.query.sparql import (
    is_acronym,
    phrase_regex,
    select_entries,
    select_evidence,
    select_papers,
    select_texts,
)
from kg.text import fold

#: How much it says of a paper that a thing is named in a text.
_FIELD = {"T": 1.0, "H": 0.9, "A": 0.8, "B": 0.75, "K": 0.7, "I": 0.7, "": 0.5}
#: Papers of one answer whose words are looked up.
_READ = 20
#: Papers of one answer whose titles are looked at.
_TITLES = 200
#: Papers of an answer that are all listed; of more the first `_READ` are.
_MOST = 500
#: Quotes shown for one condition of one entry.
_SHOWN = 6
#: The address in a text that may be broken by spaces ("https: //github. com/...").
_ADDRESS = re.compile(
    r"(?:https?\s*:\s*/\s*/\s*)?(?:www\.)?[\w-]+(?:\s?\.\s?[\w-]+)*\s?\.\s?\w{2,}\s?/[\w./~%-]+", re.ASCII
)


def answer(store: Selects, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The papers that a filter lets through, at most `limit`."""
    wanted = query.filter
    if not wanted.conditions:
        return _nothing_understood(lexicon, question, wanted)
    papers = papers_of(store, wanted)
    if not papers:
        wider = any_role(wanted)
        papers = papers_of(store, wider) if wider != wanted else []
        wanted = wider if papers else wanted
    if not papers:
        either = any_institution(wanted, Sayings.of(question))
        papers = papers_of(store, either) if either != wanted else []
        wanted = either if papers else wanted
    if not papers:
        nearer = _nearer(lexicon, wanted, Sayings.of(question))
        papers = papers_of(store, nearer) if nearer != wanted else []
        wanted = nearer if papers else wanted
    if not papers and all(isinstance(term, Phrase) for one in wanted.conditions for term in one.any_of):
        words = tuple(term.label for condition in wanted.conditions for term in condition.any_of)
        return _nothing_understood(lexicon, question, replace(wanted, conditions=(), ignored=(*words, *wanted.ignored)))
    if not papers:
        return Answer(question, query, (), (*wanted.notes, why_empty(store, wanted, lexicon, Sayings.of(question))))
    rows = _rows(store, lexicon, wanted, papers, limit)
    if len(rows) < len(papers) and limit is None:
        note = Sayings.of(question)("answer.first", shown=len(rows), n=len(papers))
        wanted = replace(wanted, notes=(*wanted.notes, note))
    return Answer(question, replace(query, filter=wanted), rows, wanted.notes)


def papers_of(store: Selects, wanted: Filter) -> list[str]:
    """The papers (CURIEs) that a filter lets through, sorted."""
    # Concepts have topics too: to leave them out here takes half the time of asking what is a paper.
    found = (str(row["paper"]) for row in store.select(select_papers(wanted, is_paper=False)))
    return sorted(name for name in found if name.startswith("paper:"))


def _nearer(lexicon: Lexicon, wanted: Filter, say: Sayings) -> Filter:
    """The filter with the concept nearest in meaning in the place of each phrase that is near enough to one."""
    conditions, notes = [], list(wanted.notes)
    for condition in wanted.conditions:
        terms: list[Term] = []
        for term in condition.any_of:
            near = lexicon.nearest_concept(term.label) if isinstance(term, Phrase) else None
            if near is None:
                terms.append(term)
                continue
            concept, similarity = near
            label, kind = lexicon.label(concept, say.language), kind_of(concept)
            among = (concept,) if kind == "topic" else lexicon.family(concept)
            terms.append(Entity(kind, concept, label, among))
            notes.append(say("near.instead", words=repr(term.label), label=label, similarity=f"{similarity:.2f}"))
        conditions.append(replace(condition, any_of=tuple(terms)))
    return replace(wanted, conditions=tuple(conditions), notes=tuple(notes))


def _rows(store: Selects, lexicon: Lexicon, wanted: Filter, papers: list[str], limit: int | None) -> tuple[Row, ...]:
    """At most `limit` papers, best first; 0 for all, None for what is usual.

    Where there are many, the words are looked up only of those whose titles name the most of what is asked for, among
    those with the last identifiers, which are the newest; the others follow from the newest on.
    """
    most = limit or (len(papers) if limit == 0 or len(papers) <= _MOST else _READ)
    papers = sorted(papers, reverse=True)[: max(most, _TITLES)]
    entries = entries_of(store, papers)
    if len(papers) > _READ:
        papers = _by_title(lexicon, wanted, papers, entries)
    found = _Evidence(store, lexicon, wanted, [entry for paper in papers[:_READ] for entry in entries[paper]])
    best = sorted((found.row(paper, entries[paper]) for paper in papers[:_READ]), key=lambda row: (-row.score, row.id))
    others = (_row(paper, entries[paper]) for paper in papers[_READ:])
    return tuple(islice(chain(best, others), most))


def _by_title(lexicon: Lexicon, wanted: Filter, papers: list[str], entries: dict[str, dict[str, str]]) -> list[str]:
    """Papers with the first `_TITLES` of them by how many conditions their titles name."""
    named = [
        {f" {fold(label)} " for t in condition.any_of if isinstance(t, Entity) for label in lexicon.labels(t.concept)}
        for condition in wanted.conditions
        if not condition.negated
    ]
    count: dict[str, int] = {}
    for paper in papers[:_TITLES]:
        titles = " | ".join(f" {fold(title)} " for title in entries[paper].values())
        count[paper] = sum(any(label in titles for label in labels) for labels in named)
    return sorted(papers[:_TITLES], key=lambda paper: -count[paper]) + papers[_TITLES:]


def entries_of(store: Selects, papers: Iterable[str]) -> dict[str, dict[str, str]]:
    """The entries of papers with their titles, by paper."""
    out: dict[str, dict[str, str]] = defaultdict(dict)
    for row in store.select(select_entries(papers)):
        out[str(row["paper"])][str(row["entry"])] = str(row["title"] or "")
    return out


def _row(paper: str, titles: dict[str, str]) -> Row:
    """A paper whose words were not looked up."""
    entries = sorted(titles, key=_local)
    title = next((titles[entry] for entry in entries if titles[entry]), "")
    return Row(_local(entries[0]), paper, title, tuple(map(_local, entries)), 0.0, ())


def _nothing_understood(lexicon: Lexicon, question: str, wanted: Filter) -> Answer:
    note = nothing_understood(lexicon, Sayings.of(question), wanted.ignored)
    return Answer(question, Query(filter=wanted), (), (*wanted.notes, note))


class _Evidence:
    """The quotes for all papers of an answer, and the scores that follow from them."""

    def __init__(self, store: Selects, lexicon: Lexicon, wanted: Filter, entries: Iterable[str]) -> None:
        self.lexicon = lexicon
        self.wanted = wanted
        self.topics: dict[str, list[tuple[int, str]]] = defaultdict(list)  # entry -> (order, topic)
        self.quotes: dict[tuple[str, int], dict[Quote, float]] = defaultdict(dict)  # entry, condition -> weights
        names = sorted(entries)
        texts = store.select(select_texts(names))
        self.raw = {str(row["text"]): str(row["raw"]) for row in texts}
        for row in store.select(select_evidence(wanted, names, lexicon)):
            self._take(row)
        for n, condition in enumerate(wanted.conditions):
            if not condition.negated and any(isinstance(term, Phrase | Fact) for term in condition.any_of):
                for row in texts:
                    self._search(n, condition, row)

    def row(self, paper: str, titles: dict[str, str]) -> Row:
        """A paper with its entries' titles by entry."""
        entries = sorted(titles, key=_local)
        shown: list[list[Quote]] = []
        scores = []
        for n, condition in enumerate(self.wanted.conditions):
            weights = {q: w for entry in entries for q, w in self.quotes.get((entry, n), {}).items()}
            best = sorted(weights.items(), key=lambda item: (-item[1], item[0].source, item[0].field, item[0].start))
            shown.append([quote for quote, _ in best[: _SHOWN * len(entries)]])
            if not condition.negated:
                scores.append(self._centrality(condition, entries, [weight for _, weight in best]))
        score = sum(scores) / len(scores) if scores else 0.0
        turns = zip_longest(*shown)  # the best quote of each condition, then the second best
        quotes = dict.fromkeys(quote for turn in turns for quote in turn if quote is not None)
        return replace(_row(paper, titles), score=round(score, 3), evidence=tuple(quotes))

    def _centrality(self, condition: Condition, entries: list[str], weights: list[float]) -> float:
        """How central a condition is to a paper: its best quote, how often it is shown, the place of a topic."""
        shown = 0.75 * max(weights, default=0.4) + 0.05 * min(len(weights), 5)
        places = [place for entry in entries for place in self._places(entry, condition)]
        return (shown + 1 - 0.15 * min(min(places), 4)) / 2 if places else shown

    def _places(self, entry: str, condition: Condition) -> list[int]:
        topics = [topic for _, topic in sorted(self.topics[entry])]
        wanted = {term.concept for term in condition.any_of if term.field == "topic"}
        return [place for place, topic in enumerate(topics) if topic in wanted]

    def _take(self, row: dict[str, Any]) -> None:
        """A mention, result or relation that the graph has."""
        if row["n"] == -1:
            self.topics[row["entry"]].append((row["order"] or 0, row["entity"]))
        elif row["quote"]:
            name = row["label"] or (self.lexicon.label(row["entity"]) if row["entity"] else "")
            start, end = (-1, -1) if row["start"] is None else (int(row["start"]), int(row["end"]))
            said = context(self.raw.get(row["text"] or "", ""), start, end)
            quote = Quote(_local(row["entry"]), row["field"] or "", row["quote"], start, end, name, said)
            self._weigh(row["entry"], row["n"], quote, 0.1 if row["role"] == "proposed" else 0.0)

    def _search(self, n: int, condition: Condition, row: dict[str, Any]) -> None:
        """The words for a fact or a phrase, which the graph has no mention of."""
        raw = row["raw"]
        for start, end, label in self._spans(condition, raw, row["url"] or ""):
            said = context(raw, start, end)
            quote = Quote(_local(row["entry"]), row["field"], raw[start:end], start, end, label, said)
            self._weigh(row["entry"], n, quote, 0.0)

    def _weigh(self, entry: str, n: int, quote: Quote, extra: float) -> None:
        known = self.quotes[entry, n]
        known[quote] = max(min(_FIELD.get(quote.field, 0.5) + extra, 1.0), known.get(quote, 0.0))

    def _spans(self, condition: Condition, raw: str, url: str) -> list[tuple[int, int, str]]:
        """Where a text says what a fact or a phrase asks for."""
        out = []
        for term in condition.any_of:
            if isinstance(term, Phrase):
                flags = re.NOFLAG if is_acronym(term.label) else re.IGNORECASE
                out += [(m.start(), m.end(), term.label) for m in _first(phrase_regex(term.label), raw, flags)]
            elif isinstance(term, Fact) and term.field == "kind":
                for words in term.words:
                    out += [(m.start(), m.end(), term.value) for m in _first(phrase_regex(words), raw)]
            elif isinstance(term, Fact) and term.field == "code":
                wanted = _letters(url)
                for match in _ADDRESS.finditer(raw):
                    address = _letters(match.group())
                    if address and wanted and (address in wanted or wanted in address):
                        out.append((match.start(), match.end(), url))
        return out


def _first(pattern: str, raw: str, flags: re.RegexFlag = re.IGNORECASE) -> list[re.Match[str]]:
    match = re.search(pattern, raw, flags)
    return [match] if match else []


def _letters(address: str) -> str:
    return re.sub(r"^https?|[^a-z0-9]", "", address.lower())


def _local(curie: str) -> str:
    return curie.partition(":")[2]
