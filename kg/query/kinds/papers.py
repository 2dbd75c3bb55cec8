"""Papers in order of how much they are about the question, each with the words that show it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from kg.model import ROLES
from kg.query.answer import Answer, Quote, Row
from kg.query.filter import Condition, Entity, Fact, Filter, Phrase, Query, Term
from kg.query.lexicon import Lexicon, Selects
from kg.query.sparql import is_acronym, phrase_regex, select_evidence, select_papers, select_texts
from kg.text import sentence_at

#: How much it says of a paper that a thing is named in a text.
_FIELD = {"T": 1.0, "H": 0.9, "A": 0.8, "B": 0.75, "K": 0.7, "I": 0.7, "": 0.5}
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
    entries = _entries(store, wanted)
    if not entries:
        wider = _any_role(wanted)
        entries = _entries(store, wider) if wider != wanted else {}
        wanted = wider if entries else wanted
    if not entries and all(isinstance(term, Phrase) for one in wanted.conditions for term in one.any_of):
        words = tuple(term.label for condition in wanted.conditions for term in condition.any_of)
        return _nothing_understood(lexicon, question, replace(wanted, conditions=(), ignored=(*words, *wanted.ignored)))
    if not entries:
        return Answer(question, query, (), (*wanted.notes, _why_empty(store, wanted)))
    found = _Evidence(store, lexicon, wanted, [entry for papers in entries.values() for entry in papers])
    rows = sorted((found.row(paper, titles) for paper, titles in entries.items()), key=lambda r: (-r.score, r.id))
    return Answer(question, replace(query, filter=wanted), tuple(rows[:limit]), wanted.notes)


def _entries(store: Selects, wanted: Filter) -> dict[str, dict[str, str]]:
    """The papers that a filter lets through, each with its entries' titles by entry."""
    out: dict[str, dict[str, str]] = defaultdict(dict)
    for row in store.select(select_papers(wanted)):
        out[str(row["paper"])][str(row["entry"])] = str(row["title"] or "")
    return out


def _any_role(wanted: Filter) -> Filter:
    """The filter with techniques in any role, where the question says none and nothing proposes or uses them."""
    note = "No paper proposes or uses it; these papers compare with it or mention it."
    conditions = []
    for condition in wanted.conditions:
        terms: list[Term] = []
        for term in condition.any_of:
            widens = isinstance(term, Entity) and term.field == "technique" and not term.roles
            terms.append(replace(term, roles=ROLES) if isinstance(term, Entity) and widens else term)
        conditions.append(condition if condition.negated else replace(condition, any_of=tuple(terms)))
    if tuple(conditions) == wanted.conditions:
        return wanted
    return replace(wanted, conditions=tuple(conditions), notes=(*wanted.notes, note))


def _nothing_understood(lexicon: Lexicon, question: str, wanted: Filter) -> Answer:
    near = lexicon.nearest(" ".join(wanted.ignored))
    hint = f" The nearest labels are: {', '.join(near)}." if near else ""
    note = f"No word of the question names something the graph knows.{hint}"
    return Answer(question, Query(filter=wanted), (), (*wanted.notes, note))


def _why_empty(store: Selects, wanted: Filter) -> str:
    """Which condition empties the set."""
    if len(wanted.conditions) > 1:
        for n, condition in enumerate(wanted.conditions):
            others = Filter((*wanted.conditions[:n], *wanted.conditions[n + 1 :]))
            rest = {row["paper"] for row in store.select(select_papers(others))}
            if rest:
                papers = "paper fulfils" if len(rest) == 1 else "papers fulfil"
                return f"No paper fulfils every condition; without {condition.text!r} {len(rest)} {papers} the rest."
    text = " and ".join(repr(condition.text) for condition in wanted.conditions)
    return f"No paper of the graph fulfils {text}."


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
        names = tuple(_local(entry) for entry in entries)
        title = next((titles[entry] for entry in entries if titles[entry]), "")
        turns = zip_longest(*shown)  # the best quote of each condition, then the second best
        quotes = dict.fromkeys(quote for turn in turns for quote in turn if quote is not None)
        return Row(names[0], paper, title, names, round(score, 3), tuple(quotes))

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
            context = _context(self.raw.get(row["text"] or "", ""), start, end)
            quote = Quote(_local(row["entry"]), row["field"] or "", row["quote"], start, end, name, context)
            self._weigh(row["entry"], row["n"], quote, 0.1 if row["role"] == "proposed" else 0.0)

    def _search(self, n: int, condition: Condition, row: dict[str, Any]) -> None:
        """The words for a fact or a phrase, which the graph has no mention of."""
        raw = row["raw"]
        for start, end, label in self._spans(condition, raw, row["url"] or ""):
            context = _context(raw, start, end)
            quote = Quote(_local(row["entry"]), row["field"], raw[start:end], start, end, label, context)
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


def _context(raw: str, start: int, end: int) -> str:
    """The sentence around a place, white space folded."""
    if not raw or start < 0:
        return ""
    first, last = sentence_at(raw, start, end)
    return " ".join(raw[first:last].split())


def _local(curie: str) -> str:
    return curie.partition(":")[2]
