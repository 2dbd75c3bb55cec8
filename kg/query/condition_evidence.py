"""The quotes that show the conditions of a filter."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from itertools import zip_longest

from kg.query.answer import Quote, Row
from kg.query.conditions import CITED, Where, citing, gaining, marks, relating, reporting, using
from kg.query.corpus import Corpus
from kg.query.filter import USED_BY_NAME, Compound, Entity, Fact, Filter, Link, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.query.patterns import any_regex, phrase_regex
from kg.query.shown import NamedEntity, context, namings, quotes, reported, stated
from kg.text import fold

#: The weight of a mention by the field of the text that it is in.
_FIELD = {"T": 1.0, "H": 0.9, "A": 0.8, "B": 0.75, "K": 0.7, "I": 0.7, "S": 0.5, "": 0.5}
#: The weight of a passage in a body that states a use, by its level.
_FIELD |= {
    "abstract": 0.8,
    "caption": 0.72,
    "cell": 0.72,
    "setup": 0.66,
    "footnote": 0.62,
    "results": 0.6,
    "appendix": 0.45,
}
#: Added to the weight for the role of the thing: other people's work is only mentioned in passing.
_ROLE = {"proposed": 0.1, "mentioned": -0.1, "baseline": -0.1}
#: Subtracted for the parts of a compound, relative to the compound itself.
_IN_PARTS = 0.3
#: Subtracted as well if no sentence has all parts.
_APART = 0.25
#: The number of opening words that may point to earlier work, and of words before a name that may negate it.
_OPENING, _DENIED = 3, 2
#: Quotes shown for each condition of an entry.
_SHOWN = 6
#: The address in a text, which may be broken by spaces ("https: //github. com/...").
_ADDRESS = re.compile(
    r"(?:https?\s*:\s*/\s*/\s*)?(?:www\.)?[\w-]+(?:\s?\.\s?[\w-]+)*\s?\.\s?\w{2,}\s?/[\w./~%-]+", re.ASCII
)


class AnswerEvidence:
    """The quotes for some papers of an answer."""

    def __init__(
        self, corpus: Corpus, lexicon: Lexicon, wanted: Filter, papers: Iterable[str], language: str = "en"
    ) -> None:
        """`papers` are CURIEs, `language` is that of the labels of the quotes."""
        self.corpus, self.lexicon, self.wanted, self.store = corpus, lexicon, wanted, corpus.store
        self._label = partial(lexicon.label, language=language)
        self.rows = {row.paper: row for row in corpus.rows(papers)}
        self._papers = corpus.those(self.rows)
        self.namings: dict[str, list[NamedEntity]] = defaultdict(list)  # by entry
        for one in namings(self.store, self.rows):
            self.namings[one.entry].append(one)
        sql = """SELECT e.name, x.part, x.level FROM entries e JOIN uses x ON x.entry = e.id
            WHERE x.use <> 'mentioned' AND x.level <> '' AND e.paper IN ({})"""
        self.levels = {(entry, part): level for entry, part, level in self.store.some(sql, self.rows)}
        self.quotes: dict[tuple[str, int], dict[Quote, float]] = defaultdict(dict)  # entry, condition -> weights
        for n, condition in enumerate(wanted.conditions):
            for term in condition.any_of if not condition.negated else ():
                for quote, extra in self._told(term):
                    self._weigh(n, quote, extra)
            for is_named in (False, True) if not condition.negated else ():
                for quote in self._searched(
                    n, [one for one in condition.any_of if _is_searched(one, is_named)], is_named
                ):
                    self._weigh(n, quote, 0.0)

    def row(self, paper: str) -> Row:
        """A paper with its quotes."""
        entries = self.rows[paper].sources
        shown: list[list[Quote]] = []
        for n, condition in enumerate(self.wanted.conditions):
            weights = {q: w for entry in entries for q, w in self.quotes.get((entry, n), {}).items()}
            best = [quote for quote, _ in sorted(weights.items(), key=_best)]
            if any(term.field == "topic" for term in condition.any_of):
                best = [quote for quote in best if not self._is_aside(quote)] or best
            shown.append(best[: _SHOWN * len(entries)])
        turns = zip_longest(*shown)  # the best quote of each condition, then the second best
        said = dict.fromkeys(quote for turn in turns for quote in turn if quote is not None)
        return replace(self.rows[paper], evidence=tuple(said))

    def _is_aside(self, quote: Quote) -> bool:
        """Whether a sentence negates its mention ("without retraining"), or is about other work ("Prior works")."""
        if quote.field == "T":
            return False
        before = quote.context.partition(" ".join(quote.quote.split()) or "\n")[0]
        words = re.findall(r"\w+", before.lower())
        opening = re.sub(r"^\w+, ", "", before)  # "However, "
        known = self.lexicon.vocabulary.cues
        denies = known("without") | set(self.lexicon.words.folds("averting"))
        is_prior = "," not in opening and known("prior").intersection(fold(opening).split()[:_OPENING])
        return bool(is_prior or denies.intersection(words[-_DENIED:]))

    # What the graph has mentions of

    def _told(self, term: Term) -> Iterator[tuple[Quote, float]]:
        """The quotes of mentions, results and relations for a term, and the weight of their role."""
        if isinstance(term, Compound):
            yield from self._in_parts(term)
        if isinstance(term, Fact) and term.field in (*USED_BY_NAME, *CITED):
            yield from self._used(term)
        labels, roles = {}, {}
        if isinstance(term, Link):
            found = stated(self.store, self._own(relating(term)))
            labels = {one.node: self._label(one.tail if term.side == "head" else one.head) for one in found}
        own = reporting(term) if isinstance(term, Outcome) else gaining(term) if isinstance(term, Link) else None
        labels |= {one.node: one.wording for one in reported(self.store, self._own(own))} if own else {}
        if isinstance(term, Entity | Fact):
            shows = self._shows(term)
            shown = [one for entry in self.namings.values() for one in entry if shows(one)]
            labels = {one.node: self._label(one.concept) for one in shown}
            roles = {one.node: one.role for one in shown}
        for node, quote in quotes(self.store, labels).items():
            yield quote, _ROLE.get(roles.get(node, ""), 0.0)

    def _in_parts(self, term: Compound) -> Iterator[tuple[Quote, float]]:
        """The quotes for the parts of a compound, from one sentence with all of them; else from the whole paper."""
        joint = self.corpus.joint(term, self._papers)
        apart = self.corpus.joint(term, self._papers, apart=True) if len(joint) < len(self.rows) else joint
        sql = f"""SELECT t.entry, t.field, e.name, t.raw FROM texts t JOIN entries e ON e.id = t.entry
            WHERE {self._papers.of("t.paper").sql}"""
        texts = {(entry, field): said for entry, field, *said in self.store.rows(sql, *self._papers.given)}
        for one in (one for paper, own in apart.items() for one in joint.get(paper, own)):
            if one.start >= 0 and (one.entry, one.field) in texts:
                entry, raw = texts[one.entry, one.field]
                quote = _quote(entry, one.field, raw, (one.start, one.end), one.label)
                quote = replace(quote, score=round(one.score, 4), sure=bool(one.sure))
                yield quote, -_IN_PARTS - (0.0 if one.paper in joint else _APART)

    def _shows(self, term: Entity | Fact) -> Callable[[NamedEntity], bool]:
        """Whether a mention is evidence for a term."""
        if isinstance(term, Entity):
            own = set(term.concepts)
            # A topic is also shown by mentions of its indicators.
            others = self.lexicon.indicators(term.concept) if term.field == "topic" else frozenset()
            return lambda one: one.concept in others or (one.concept in own and one.role in (term.roles or (one.role,)))
        sql = "SELECT curie FROM concepts WHERE country = ? AND country <> ''"
        places = {curie for (curie,) in self.store.rows(sql, term.value)} if term.field == "country" else set()
        return lambda one: one.concept in places

    def _used(self, term: Fact) -> Iterator[tuple[Quote, float]]:
        """The quotes of software and baselines of full papers, and of citations of a work."""
        table, where = ("citations", citing(term)) if term.field in CITED else ("uses", using(term))
        where = self._own(where)
        sql = f"""SELECT e.name, x.part, x.start, x.quote, x.name, x.score FROM {table} x
            JOIN entries e ON e.id = x.entry WHERE x.quote <> '' AND {where.sql}"""
        for entry, part, start, said, name, score in self.store.rows(sql, *where.given):
            at = said.lower().find(name.lower()) if name else -1
            first, last = (at, at + len(name)) if at >= 0 else (0, len(said))
            place = start + first, start + last
            yield Quote(entry, part, said[first:last], *place, term.label, " ".join(said.split()), score), 0.0

    def _own(self, where: Where) -> Where:
        """A condition on rows of the papers."""
        papers = list(self.rows)  # by their entries, by which results and relations are stored
        return Where(f"x.entry IN (SELECT id FROM entries WHERE paper IN ({marks(papers)})) AND {where.sql}",
                     (*papers, *where.given))  # fmt: skip

    def _weigh(self, n: int, quote: Quote, extra: float) -> None:
        known = self.quotes[quote.source, n]
        level = self.levels.get((quote.source, quote.field), quote.field)
        weight = max(min(_FIELD.get(level, 0.5) + extra, 1.0), known.get(quote, 0.0))
        same = next((one for one in known if one == quote), quote)  # if a span shows two claims, the surer counts
        known.pop(same, None)
        known[max(quote, same, key=lambda one: one.score)] = weight

    @cached_property
    def _texts(self) -> list[tuple[str, str, str, str, str]]:
        """The texts of the papers, each with its paper, its entry, its field and the address of the code."""
        sql = """SELECT e.paper, e.name, t.field, t.raw, coalesce(e.record ->> '$.code_url', '') FROM entries e
            JOIN texts t ON t.entry = e.id WHERE e.paper IN ({})"""
        return sorted(self.store.some(sql, self.rows))

    def _searched(self, n: int, terms: list[Term], is_named: bool) -> Iterator[Quote]:
        """The text matches for terms that the graph does not mention; with `is_named`, of papers without quotes."""
        shown = {entry for entry, at in self.quotes if at == n and self.quotes[entry, at]} if is_named else set()
        for paper, entry, field, raw, url in self._texts if terms else ():
            if shown.isdisjoint(self.rows[paper].sources):
                found = (one for term in terms for one in _said(term, raw, field, url))
                yield from (_quote(entry, field, raw, (start, end), label) for start, end, label in found)


def _quote(entry: str, field: str, raw: str, place: tuple[int, int], label: str) -> Quote:
    start, end = place
    return Quote(entry, field, raw[start:end], start, end, label, context(raw, start, end))


def _best(weighed: tuple[Quote, float]) -> tuple[object, ...]:
    quote, weight = weighed
    return -weight, quote.source, quote.field, quote.start, -quote.score, quote.end


def _is_searched(term: Term, is_named: bool) -> bool:
    """Whether texts are searched for a term; with `is_named`, only if nothing else shows the condition."""
    if isinstance(term, Phrase):
        return bool(term.concept) == is_named
    if isinstance(term, Entity):
        return bool(term.titles if is_named else term.owners)
    told = term.told if isinstance(term, Outcome) else term.field in ("kind", "code")
    return bool(told) and not is_named


def _said(term: Term, raw: str, field: str, url: str) -> Iterator[tuple[int, int, str]]:
    """Where a text states a term: start, end, and the name of it."""
    patterns = [(term.told, term.label)] if isinstance(term, Outcome) else []
    if isinstance(term, Phrase):
        patterns = [(any_regex(term.said), term.label)]
    elif isinstance(term, Fact) and term.field == "kind":
        patterns = [(phrase_regex(words), term.value) for words in term.words]
    elif isinstance(term, Entity) and term.titles and field == "T":
        patterns = [(any_regex(term.titles), term.label)]
    for pattern, label in patterns:
        if match := re.search(pattern, raw):
            yield *match.span(), label
    if term.field == "code" or (isinstance(term, Entity) and any(one in url.lower() for one in term.owners)):
        wanted = _letters(url)
        for match in _ADDRESS.finditer(raw):
            address = _letters(match.group())
            if address and wanted and (address in wanted or wanted in address):
                yield *match.span(), url


def _letters(address: str) -> str:
    return re.sub(r"^https?|[^a-z0-9]", "", address.lower())
