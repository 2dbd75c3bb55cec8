"""The words of papers that show the conditions of a filter, and how central each condition is to a paper."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import product, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from kg.model import FIELDS
from kg.query.answer import Quote, Row
from kg.query.columns import ROLE
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase
from kg.query.lexicon import Lexicon
from kg.query.shown import context, quotes, words
from kg.query.sparql import USUAL, is_acronym, phrase_regex, shown_by
from kg.text import fold

if TYPE_CHECKING:
    import numpy.typing as npt

#: How much it says of a paper that a thing is named in a text.
_FIELD = {"T": 1.0, "H": 0.9, "A": 0.8, "B": 0.75, "K": 0.7, "I": 0.7, "": 0.5}
#: Quotes shown for one condition of one entry.
_SHOWN = 6
#: The address in a text that may be broken by spaces ("https: //github. com/...").
_ADDRESS = re.compile(
    r"(?:https?\s*:\s*/\s*/\s*)?(?:www\.)?[\w-]+(?:\s?\.\s?[\w-]+)*\s?\.\s?\w{2,}\s?/[\w./~%-]+", re.ASCII
)


class Evidence:
    """The quotes for some papers of an answer, and the scores that follow from them."""

    def __init__(
        self, corpus: Corpus, lexicon: Lexicon, wanted: Filter, papers: Iterable[int], language: str = "en"
    ) -> None:
        """`language` is that of the names of what the words show."""
        self.corpus, self.lexicon, self.wanted = corpus, lexicon, wanted
        self._label = partial(lexicon.label, language=language)
        self.entries = np.array([n for paper in papers for n in corpus.entry_numbers(paper)], np.int32)
        self.rows = corpus.mentions_in(self.entries)
        self.things, self.entry, self.order, self.role = (
            corpus.columns["mentions", column][self.rows] for column in ("thing", "entry", "order", "role")
        )
        self.quotes: dict[tuple[int, int], dict[Quote, float]] = defaultdict(dict)  # entry, condition -> weights
        for n, condition in enumerate(wanted.conditions):
            if not condition.negated:
                self._mentioned(n, condition)
                self._reported(n, condition)
                self._related(n, condition)
        self._search([(n, one) for n, one in enumerate(wanted.conditions) if not one.negated and _is_searched(one)])

    def row(self, paper: int) -> Row:
        """A paper with the words that show it."""
        entries = self.corpus.entry_numbers(paper)
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
        said = dict.fromkeys(quote for turn in turns for quote in turn if quote is not None)
        return replace(self.corpus.row(paper), score=round(score, 3), evidence=tuple(said))

    def _centrality(self, condition: Condition, entries: list[int], weights: list[float]) -> float:
        """How central a condition is to a paper: its best quote, how often it is shown, the place of a topic."""
        shown = 0.75 * max(weights, default=0.4) + 0.05 * min(len(weights), 5)
        wanted = {term.concept for term in condition.any_of if term.field == "topic"}
        places = [place for entry in entries for place in self._places(entry, wanted)] if wanted else []
        return (shown + 1 - 0.15 * min(min(places), 4)) / 2 if places else shown

    def _places(self, entry: int, wanted: set[str]) -> list[int]:
        """At which places among an entry's topics some topics stand."""
        first, last = self.corpus.columns.things.span("topic:")
        own = (self.entry == entry) & (self.things >= first) & (self.things < last)
        topics = self.corpus.columns.things.names(self.things[own][np.argsort(self.order[own])])
        return [place for place, topic in enumerate(topics) if topic in wanted]

    # What the graph has mentions of

    def _mentioned(self, n: int, condition: Condition) -> None:
        """The words of mentions."""
        at = {int(self.rows[at]): at for term in condition.any_of for at in np.flatnonzero(self._naming(term)).tolist()}
        named = {row: self._label(self.corpus.columns.things.name(int(self.things[at[row]]))) for row in at}
        for row, quote in words(self.corpus, "mentions", named).items():
            extra = 0.1 if self.role[at[row]] == ROLE["proposed"] else 0.0
            self._weigh(int(self.entry[at[row]]), n, quote, extra)

    def _reported(self, n: int, condition: Condition) -> None:
        """The words of results."""
        columns = self.corpus.columns
        for term in condition.any_of:
            if isinstance(term, Outcome):
                rows = self._own("results", self.corpus.reporting(term))
                named = {row: columns.texts.name(int(columns["results", "wording"][row])) for row in rows}
                for row, quote in words(self.corpus, "results", named).items():
                    self._weigh(int(columns["results", "entry"][row]), n, quote, 0.0)

    def _naming(self, term: object) -> npt.NDArray[np.bool_]:
        """Which of the mentions show a term."""
        number = self.corpus.columns.things.number
        if isinstance(term, Entity):
            own = np.isin(self.things, [number(concept) for concept in term.concepts])
            if term.field == "technique":
                own &= np.isin(self.role, [ROLE[role] for role in term.roles or USUAL])
            shows = shown_by(term, self.lexicon) - set(term.concepts)
            return own | np.isin(self.things, [number(concept) for concept in shows]) if shows else own
        if isinstance(term, Fact) and term.field == "country":
            return np.isin(self.things, self.corpus.institutions_in(term.value))
        return np.zeros(len(self.things), bool)

    def _related(self, n: int, condition: Condition) -> None:
        """The words of relations."""
        columns = self.corpus.columns
        for term in condition.any_of:
            if isinstance(term, Link):
                other = columns["relations", "tail" if term.side == "head" else "head"]
                entry, label = {}, {}
                for row in self._own("relations", self.corpus.relating(term)):
                    node = self.corpus.node("relations", row)
                    entry[node] = int(columns["relations", "entry"][row])
                    label[node] = self._label(columns.things.name(int(other[row])))
                for node, quote in quotes(self.corpus.store, label).items():
                    self._weigh(entry[node], n, quote, 0.0)

    def _own(self, table: str, right: npt.NDArray[np.bool_]) -> list[int]:
        """Rows of the papers among those that are right."""
        rows = np.flatnonzero(right)
        own: list[int] = rows[np.isin(self.corpus.columns[table, "entry"][rows], self.entries)].tolist()
        return own

    def _weigh(self, entry: int, n: int, quote: Quote, extra: float) -> None:
        known = self.quotes[entry, n]
        known[quote] = max(min(_FIELD.get(quote.field, 0.5) + extra, 1.0), known.get(quote, 0.0))

    def _search(self, conditions: list[tuple[int, Condition]]) -> None:
        """The words for facts and phrases, which the graph has no mention of."""
        columns = self.corpus.columns
        places = product(self.entries.tolist(), range(len(FIELDS))) if conditions else ()
        for (entry, field), raw in sorted(self.corpus.texts(places).items()):
            source, url = (
                columns.entries.name(entry)[len("entry:") :],
                columns.texts.name(columns["entries", "code"][entry]),
            )
            for n, condition in conditions:
                for start, end, label in _said(condition, raw, url):
                    quote = Quote(source, FIELDS[field], raw[start:end], start, end, label, context(raw, start, end))
                    self._weigh(entry, n, quote, 0.0)


def _is_searched(condition: Condition) -> bool:
    return any(isinstance(term, Phrase) or term.field in ("kind", "code") for term in condition.any_of)


def _said(condition: Condition, raw: str, url: str) -> list[tuple[int, int, str]]:
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


def by_title(corpus: Corpus, lexicon: Lexicon, wanted: Filter, papers: list[int]) -> list[int]:
    """Papers by how many conditions their titles name, the most first."""
    named = []
    for condition in wanted.conditions:
        entities = (term for term in condition.any_of if isinstance(term, Entity))
        labels = {fold(label) for term in entities for label in lexicon.labels(term.concept)}
        if labels and not condition.negated:
            named.append(re.compile("|".join(f" {re.escape(label)} " for label in sorted(labels))))
    titles = [(paper, corpus.titled(paper)) for paper in papers]
    count = Counter(paper for pattern in named for paper, said in titles if pattern.search(said))
    return sorted(papers, key=lambda paper: -count[paper])


def _first(pattern: str, raw: str, flags: re.RegexFlag = re.IGNORECASE) -> list[re.Match[str]]:
    match = re.search(pattern, raw, flags)
    return [match] if match else []


def _letters(address: str) -> str:
    return re.sub(r"^https?|[^a-z0-9]", "", address.lower())
