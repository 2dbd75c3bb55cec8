"""The words of papers that show the conditions of a filter, and how central each condition is to a paper."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import zip_longest

from kg.query.answer import Quote, Row
from kg.query.conditions import CITED, Where, citing, gaining, marks, relating, reporting, using
from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Compound, Condition, Entity, Fact, Filter, Link, Outcome, Phrase
from kg.query.lexicon import Lexicon
from kg.query.nodes import NamedEntity, namings, reported, stated
from kg.query.patterns import any_regex, phrase_regex
from kg.query.shown import context, entry_of, quotes
from kg.text import fold

#: How much it says of a paper that a thing is named in a text.
_FIELD = {"T": 1.0, "H": 0.9, "A": 0.8, "B": 0.75, "K": 0.7, "I": 0.7, "S": 0.5, "": 0.5}
#: The same of a place in a body that says what is used there, by its level.
_FIELD |= {
    "abstract": 0.8,
    "caption": 0.72,
    "cell": 0.72,
    "setup": 0.66,
    "footnote": 0.62,
    "results": 0.6,
    "appendix": 0.45,
}
#: How much more or less it says with the role of the thing: what others do is named in passing.
_ROLE = {"proposed": 0.1, "mentioned": -0.1, "baseline": -0.1}
#: How much less the parts of a compound say of a paper than the compound itself.
_IN_PARTS = 0.3
#: How much less they say where no sentence has all of them.
_APART = 0.25
#: Words that open a sentence on earlier work, and those before a name that deny it: "without any retraining".
_OPENING, _DENIED = 3, 2
#: Quotes shown for one condition of one entry.
_SHOWN = 6
#: The address in a text that may be broken by spaces ("https: //github. com/...").
_ADDRESS = re.compile(
    r"(?:https?\s*:\s*/\s*/\s*)?(?:www\.)?[\w-]+(?:\s?\.\s?[\w-]+)*\s?\.\s?\w{2,}\s?/[\w./~%-]+", re.ASCII
)


#: Gives where a text shows a condition: start, end, and what is named; its third argument is an address, or the field.
Telling = Callable[[Condition, str, str], list[tuple[int, int, str]]]


class AnswerEvidence:
    """The quotes for some papers of an answer, and the scores that follow from them."""

    def __init__(
        self, corpus: Corpus, lexicon: Lexicon, wanted: Filter, papers: Iterable[str], language: str = "en"
    ) -> None:
        """`papers` are CURIEs, `language` is that of the names of what the words show."""
        self.corpus, self.lexicon, self.wanted, self.store = corpus, lexicon, wanted, corpus.store
        self._label = partial(lexicon.label, language=language)
        self.rows = {row.paper: row for row in corpus.rows(papers)}
        self.namings: dict[str, list[NamedEntity]] = defaultdict(list)  # by entry
        for one in namings(self.store, self.rows):
            self.namings[one.entry].append(one)
        sql = """SELECT e.name, x.part, x.level FROM entries e JOIN uses x ON x.entry = e.id
            WHERE x.use <> 'mentioned' AND x.level <> '' AND e.paper IN ({})"""
        self.levels = {(entry, part): level for entry, part, level in self.store.some(sql, self.rows)}
        self.quotes: dict[tuple[str, int], dict[Quote, float]] = defaultdict(dict)  # entry, condition -> weights
        self.sentences: dict[tuple[str, int], set[str]] = defaultdict(set)  # entry, part of a compound -> sentences
        for n, condition in enumerate(wanted.conditions):
            if not condition.negated:
                self._mentioned(n, condition)
                self._reported(n, condition)
                self._related(n, condition)
                self._used(n, condition)
        own = [(n, wants) for n, wants in enumerate(wanted.conditions) if not wants.negated]
        self._search([(n, wants) for n, wants in own if _is_searched(wants)], self.rows, _said)
        for n, wants in own:
            unshown = [paper for paper, row in self.rows.items() if not any(self.quotes[e, n] for e in row.sources)]
            if unshown and _is_named(wants):
                self._search([(n, wants)], unshown, _named)

    def row(self, paper: str) -> Row:
        """A paper with the words that show it."""
        entries = self.rows[paper].sources
        shown: list[list[Quote]] = []
        scores = []
        for n, condition in enumerate(self.wanted.conditions):
            weights = {q: w for entry in entries for q, w in self.quotes.get((entry, n), {}).items()}
            best = sorted(weights.items(), key=_best)
            if any(term.field == "topic" for term in condition.any_of):
                best = [one for one in best if not self._is_aside(one[0])] or best
            shown.append([quote for quote, _ in best[: _SHOWN * len(entries)]])
            if not condition.negated:
                central = self._centrality(condition, entries, [weight for _, weight in best])
                scores.append(central - (_APART if self._is_apart(condition, entries) else 0.0))
        score = sum(scores) / len(scores) if scores else 0.0
        turns = zip_longest(*shown)  # the best quote of each condition, then the second best
        said = dict.fromkeys(quote for turn in turns for quote in turn if quote is not None)
        return replace(self.rows[paper], score=round(score, 3), evidence=tuple(said))

    def _is_aside(self, quote: Quote) -> bool:
        """Whether a sentence denies what it names ("without retraining"), or says it of others ("Prior works")."""
        if quote.field == "T":
            return False
        before = quote.context.partition(" ".join(quote.quote.split()) or "\n")[0]
        words = re.findall(r"\w+", before.lower())
        opening = re.sub(r"^\w+, ", "", before)  # "However, "
        known = self.lexicon.vocabulary.cues
        denies = known("without") | set(self.lexicon.words.folds("averting"))
        is_prior = "," not in opening and known("prior").intersection(fold(opening).split()[:_OPENING])
        return bool(is_prior or denies.intersection(words[-_DENIED:]))

    def _is_apart(self, condition: Condition, entries: Iterable[str]) -> bool:
        """Whether a paper has a compound's parts only in sentences of their own, and nothing else that shows it."""
        own = list(entries)
        whole = [self._shows(term) for term in condition.any_of]
        compounds = [term for term in condition.any_of if isinstance(term, Compound)]
        if not compounds or any(test(one) for entry in own for one in self.namings[entry] for test in whole):
            return False
        said = [
            set.intersection(*(self.sentences[entry, id(part)] for part in term.parts))
            for term in compounds
            for entry in own
        ]
        return not any(said)

    def _centrality(self, condition: Condition, entries: Iterable[str], weights: list[float]) -> float:
        """How central a condition is to a paper: its best quote, how often it is shown, the place of a topic."""
        shown = 0.75 * max(weights, default=0.4) + 0.05 * min(len(weights), 5)
        wanted = {term.concept for term in condition.any_of if term.field == "topic"}
        places = [place for entry in entries for place in self._places(entry, wanted)] if wanted else []
        return (shown + 1 - 0.15 * min(min(places), 4)) / 2 if places else shown

    def _places(self, entry: str, wanted: set[str]) -> list[int]:
        """At which places among an entry's topics some topics stand."""
        topics = (one.concept for one in self.namings[entry] if one.concept.startswith("topic:"))
        return [place for place, topic in enumerate(topics) if topic in wanted]

    # What the graph has mentions of

    def _mentioned(self, n: int, condition: Condition) -> None:
        """The words of mentions."""
        whole = [self._shows(term) for term in condition.any_of]
        tests = [self._shows(term) for term in condition.terms]
        own = (one for entry in self.namings.values() for one in entry)
        shown = {one.node: one for one in own if any(test(one) for test in tests)}
        named = {one.entry for one in shown.values() if any(test(one) for test in whole)}
        is_compound = len(tests) > len(whole)
        parts = [(id(part), [self._shows(term) for term in part]) for part in _parts(condition)]
        for node, quote in quotes(self.store, {node: self._label(one.concept) for node, one in shown.items()}).items():
            for part, shows in parts:
                if any(test(shown[node]) for test in shows):
                    self.sentences[shown[node].entry, part].add(quote.context)
            extra = _ROLE.get(shown[node].role, 0.0)
            in_parts = is_compound and shown[node].entry not in named
            self._weigh(shown[node].entry, n, quote, extra - (_IN_PARTS if in_parts else 0.0))

    def _reported(self, n: int, condition: Condition) -> None:
        """The words of results."""
        for term in condition.terms:
            if isinstance(term, Outcome):
                found = reported(self.store, self._own(reporting(term)))
                for node, quote in quotes(self.store, {one.node: one.wording for one in found}).items():
                    self._told(entry_of(node), condition, term, quote)
                    self._weigh(entry_of(node), n, quote, 0.0)

    def _told(self, entry: str, condition: Condition, term: object, quote: Quote) -> None:
        """Take down the sentence in which a text shows a term that is a part of a compound."""
        for part in _parts(condition):
            if term in part:
                self.sentences[entry, id(part)].add(quote.context)

    def _shows(self, term: object) -> Callable[[NamedEntity], bool]:
        """Whether a mention shows a term."""
        if isinstance(term, Entity):
            own = set(term.concepts)
            # A topic is also shown by what is about it.
            others = self.lexicon.indicators(term.concept) if term.field == "topic" else frozenset()
            return lambda one: one.concept in others or (one.concept in own and one.role in (term.roles or (one.role,)))
        if isinstance(term, Fact) and term.field == "country":
            sql = "SELECT curie FROM concepts WHERE country = ? AND country <> ''"
            places = {concept for (concept,) in self.store.rows(sql, term.value)}
            return lambda one: one.concept in places
        return lambda one: False

    def _related(self, n: int, condition: Condition) -> None:
        """The words of relations."""
        for term in condition.any_of:
            if isinstance(term, Link):
                found = stated(self.store, self._own(relating(term)))
                label = {one.node: self._label(one.tail if term.side == "head" else one.head) for one in found}
                better = gaining(term)
                label |= {one.node: one.wording for one in reported(self.store, self._own(better))} if better else {}
                for node, quote in quotes(self.store, label).items():
                    self._weigh(entry_of(node), n, quote, 0.0)

    def _used(self, n: int, condition: Condition) -> None:
        """The words of software and baselines of whole papers, and those that cite a work."""
        for term in condition.any_of:
            if isinstance(term, Fact) and term.field in (*USED_BY_NAME, *CITED):
                table, where = ("citations", citing(term)) if term.field in CITED else ("uses", using(term))
                where = self._own(where)
                sql = f"""SELECT e.name, x.part, x.start, x.quote, x.name, x.score FROM {table} x
                    JOIN entries e ON e.id = x.entry WHERE x.quote <> '' AND {where.sql}"""
                for entry, part, start, said, name, score in self.store.rows(sql, *where.given):
                    at = said.lower().find(name.lower()) if name else -1
                    first, last = (at, at + len(name)) if at >= 0 else (0, len(said))
                    place = start + first, start + last
                    quote = Quote(entry, part, said[first:last], *place, term.label, " ".join(said.split()), score)
                    self._weigh(entry, n, quote, 0.0)

    def _own(self, where: Where) -> Where:
        """A condition on rows of the papers."""
        papers = list(self.rows)  # by their entries, by which results and relations are stored
        return Where(f"x.entry IN (SELECT id FROM entries WHERE paper IN ({marks(papers)})) AND {where.sql}",
                     (*papers, *where.given))  # fmt: skip

    def _weigh(self, entry: str, n: int, quote: Quote, extra: float) -> None:
        known = self.quotes[entry, n]
        level = self.levels.get((entry, quote.field), quote.field)
        weight = max(min(_FIELD.get(level, 0.5) + extra, 1.0), known.get(quote, 0.0))
        same = next((one for one in known if one == quote), quote)  # words that show two claims are those of the surer
        known.pop(same, None)
        known[max(quote, same, key=lambda one: one.score)] = weight

    def _search(self, conditions: list[tuple[int, Condition]], papers: Iterable[str], told: Telling) -> None:
        """The words of papers for what the graph has no mention of."""
        sql = """SELECT e.name, t.field, t.raw, coalesce(e.record ->> '$.code_url', '') FROM entries e
            JOIN texts t ON t.entry = e.id WHERE e.paper IN ({})"""
        texts = sorted(self.store.some(sql, papers)) if conditions else []
        for entry, field, raw, url in texts:
            for n, condition in conditions:
                is_compound = len(condition.terms) > len(condition.any_of)
                for start, end, label in told(condition, raw, url if told is _said else field):
                    quote = Quote(entry, field, raw[start:end], start, end, label, context(raw, start, end))
                    for term in condition.terms if is_compound else ():
                        if isinstance(term, Phrase) and term.label == label:
                            self._told(entry, condition, term, quote)
                    self._weigh(entry, n, quote, -_IN_PARTS if is_compound else 0.0)


def _parts(condition: Condition) -> list[tuple[object, ...]]:
    return [part for term in condition.any_of if isinstance(term, Compound) for part in term.parts]


def _best(weighed: tuple[Quote, float]) -> tuple[object, ...]:
    quote, weight = weighed
    return -weight, quote.source, quote.field, quote.start, -quote.score, quote.end


def _is_searched(condition: Condition) -> bool:
    return any(
        (isinstance(t, Phrase) and not t.concept)
        or t.field in ("kind", "code")
        or (isinstance(t, Outcome) and t.told)
        or (isinstance(t, Entity) and t.owners)
        for t in condition.terms
    )


def _is_named(condition: Condition) -> bool:
    return any((isinstance(t, Entity) and t.titles) or (isinstance(t, Phrase) and t.concept) for t in condition.terms)


def _named(condition: Condition, raw: str, field: str) -> list[tuple[int, int, str]]:
    """Where a text names what a condition asks for, which the graph has no mention of: a title, or a sentence."""
    out = []
    for term in condition.terms:
        if isinstance(term, Entity) and term.titles and field == "T":
            out += [(m.start(), m.end(), term.label) for m in _first(any_regex(term.titles), raw)]
        elif isinstance(term, Phrase) and term.concept:
            out += [(m.start(), m.end(), term.label) for m in _first(any_regex(term.said), raw)]
    return out


def _said(condition: Condition, raw: str, url: str) -> list[tuple[int, int, str]]:
    """Where a text says what a fact or a phrase asks for."""
    out = []
    for term in condition.terms:
        if isinstance(term, Outcome) and term.told:
            out += [(m.start(), m.end(), term.label) for m in _first(term.told, raw)]
        elif isinstance(term, Phrase) and not term.concept:
            out += [(m.start(), m.end(), term.label) for m in _first(any_regex(term.said), raw)]
        elif isinstance(term, Fact) and term.field == "kind":
            for words in term.words:
                out += [(m.start(), m.end(), term.value) for m in _first(phrase_regex(words), raw)]
        elif (isinstance(term, Fact) and term.field == "code") or (
            isinstance(term, Entity) and any(address in url.lower() for address in term.owners)
        ):
            wanted = _letters(url)
            for match in _ADDRESS.finditer(raw):
                address = _letters(match.group())
                if address and wanted and (address in wanted or wanted in address):
                    out.append((match.start(), match.end(), url))
    return out


def _first(pattern: str, raw: str) -> list[re.Match[str]]:
    match = re.search(pattern, raw)
    return [match] if match else []


def _letters(address: str) -> str:
    return re.sub(r"^https?|[^a-z0-9]", "", address.lower())
