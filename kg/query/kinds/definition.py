"""What something is: the sentences of papers that say what it is, what it does, or what it is an example of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from kg.identifiers import kind_of
from kg.query.answer import Answer, Grid, Line, Quote, Row
from kg.query.conditions import marks
from kg.query.corpus import Corpus, Papers
from kg.query.filter import Condition, Entity, Filter, Phrase, Query
from kg.query.lexicon import Lexicon
from kg.query.question_words import QuestionWords
from kg.query.sayings import Sayings
from kg.store.file import StoreFile
from kg.text import fold, has_han, sentence_at

#: How a text may say it, the plainest first: meanings of words whose kg:stated has the forms.
_WAYS = ("says-what", "says-does", "says-kind")
_KEYS = ("what", "does", "kind", "named")
#: How often a text names what it tells of, though it does not say what that is.
_OFTEN = 2
#: Lines where nobody says how many; sentences of the plainer ways from which examples are left out; papers shown apart.
_SHOWN, _ENOUGH, _NEAREST = 10, 3, 5
#: Texts that are read, and letters of a sentence that is quoted.
_TEXTS, _LONGEST = 3000, 600
#: Names of a kind of things that are looked for in texts.
_LABELS = 4
#: Papers of which the newest are looked at on a page.
_NEWEST = 400
#: Letters of brackets between a name and what is said of it: "EAGLE (Li et al., 2024) is".
_ASIDE = 80
#: Letters before a name that are looked at, and names of one text, so that no text takes long.
_BEFORE, _PLACES = 300, 50
_FIELDS = ("T", "H", "A", "B")


class _Defining(NamedTuple):
    """A sentence that says it."""

    way: int  # its place in _WAYS
    is_own: bool  # its paper proposes the thing
    when: str
    quote: Quote
    paper: str


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The sentences that say what the things of a query are, at most `limit` (10), one a paper."""
    return _Definition(store, lexicon, question, query).answer(limit)


def sentences(store: StoreFile, lexicon: Lexicon, thing: Entity, most: int) -> list[Quote]:
    """The words of papers that say what a thing is or does, at most so many, one a paper; examples of it are none.

    Where very many have it, those are looked at that propose it, and the newest.
    """
    found = _Definition(store, lexicon, thing.label, Query("definition", things=(thing,), language="en"))
    papers = found._papers()
    if found.corpus.count(papers) > _NEWEST:
        papers = found._newest(papers)
    return [said.quote for said in found.once(papers) if said.way < len(_WAYS) - 1][:most]


class _Definition:
    def __init__(self, store: StoreFile, lexicon: Lexicon, question: str, query: Query) -> None:
        self.store, self.lexicon, self.question, self.query = store, lexicon, question, query
        self.say = Sayings(query.language)
        self.corpus = Corpus.of(store)
        self.label = query.words or (query.things[0].label if query.things else question)

    def answer(self, limit: int | None) -> Answer:
        say, notes = self.say, list(self.query.filter.notes)
        papers = self._papers()
        once = self.once(papers) or self.once(papers, often=_OFTEN)
        plain = [one for one in once if one.way < len(_WAYS) - 1]
        shown = (plain if len(plain) >= _ENOUGH else once)[: limit or self.query.most or _SHOWN]
        label = say("empty.quoted", words=self.label)
        own = self._proposing()
        if not own and any(kind_of(thing.concept) == "technique" for thing in self.query.things):
            notes.append(say("definition.not_proposed", thing=label))
        if not shown:
            count = self.corpus.count(papers)
            notes.insert(0, say("definition.none" if count else "definition.unknown", count, thing=label))
            return Answer(self.question, self.query, (), tuple(notes), nearest=self._nearest(papers, own))
        lines = tuple(
            Line((source, say(f"definition.{_KEYS[one.way]}"), one.quote.context), (source,), (one.quote,))
            for one in shown
            for source in (one.quote.source,)
        )
        kind = ("definition.some", "definition.only", "definition.only", "definition.none")[shown[0].way]
        verdict = say(kind, sum(one.way == shown[0].way for one in once), thing=label, said=lines[0].values[1])
        if len(shown) < len(once):
            notes.append(say("definition.cut", len(once), shown=len(shown)))
        return Answer(self.question, self.query, (), tuple(notes), Grid(("paper", "claim", "quote"), lines, verdict))

    def once(self, papers: Papers, often: int = 0) -> list[_Defining]:
        """The sentences, the plainest first, one a paper; with `often` those of texts that name it so often, too."""
        said = sorted(self._said(papers, often), key=lambda one: (one.way, not one.is_own, one.when, one.quote.source))
        return list({one.paper: one for one in reversed(said)}.values())[::-1]

    # The papers

    def _papers(self) -> Papers:
        """The papers that name it in any role; those with its words where the graph does not know it, or a kind."""
        named = tuple(thing for thing in self.query.things if thing.field != "metric")
        labels = tuple(dict.fromkeys(label for label in self._names() if label.islower()))[:_LABELS]
        phrase = Phrase(self.label, labels)
        terms: tuple[Entity | Phrase, ...] = (*named, phrase) if labels or not named else named
        return self.corpus.holding(Filter((*self.query.filter.conditions, Condition(self.label, terms))))

    def _newest(self, papers: Papers) -> Papers:
        """Of a set of papers the newest, and those that propose it."""
        among, own = papers.of("p.id"), self.corpus.those(self._proposing())
        newest = f"SELECT p.id FROM papers p WHERE {among.sql} ORDER BY p.appeared DESC, p.id LIMIT {_NEWEST}"
        return Papers(f"SELECT id FROM ({newest}) n UNION {own.sql}", (*among.given, *own.given))

    def _proposing(self) -> set[str]:
        """The papers that propose it."""
        things = sorted({concept for thing in self.query.things for concept in thing.concepts})
        if not things:
            return set()
        sql = f"""SELECT DISTINCT p.curie FROM mentions x JOIN concepts c ON c.id = x.concept
            JOIN papers p ON p.id = x.paper WHERE x.role = 'proposed' AND c.curie IN ({marks(things)})"""
        return {paper for (paper,) in self.store.rows(sql, *things)}

    def _nearest(self, papers: Papers, own: set[str]) -> tuple[Row, ...]:
        """Papers that have it, though no sentence says what it is: those that propose it, then the newest."""
        order = sorted(self.corpus.dated(papers), key=lambda paper: paper.when, reverse=True)
        first = sorted(order, key=lambda paper: paper.curie not in own)[:_NEAREST]
        known = {row.paper: row for row in self.corpus.rows(paper.curie for paper in first)}
        return tuple(known[paper.curie] for paper in first if paper.curie in known)

    # The sentences

    def _said(self, papers: Papers, often: int = 0) -> Iterator[_Defining]:
        """The plainest sentence of each text that says what it is, or names it in its title or so `often`."""
        own, names = self._proposing(), self._names()
        named = re.compile("|".join(_written(name) for name in sorted(names, key=lambda name: -len(name))))
        among = papers.of("p.id")
        where = " OR ".join("instr(lower(t.raw), ?) > 0" for _ in names)
        # Cross joins keep SQLite from going through all texts.
        sql = f"""SELECT e.name, e.paper, p.appeared, t.field, t.raw
            FROM papers p CROSS JOIN entries e CROSS JOIN texts t
            WHERE t.field IN ({marks(_FIELDS)}) AND {among.sql} AND ({where}) AND e.paper = p.curie AND t.entry = e.id
            ORDER BY e.name, t.field LIMIT {_TEXTS}"""
        given = (*_FIELDS, *among.given, *(name.split()[0].lower() for name in names))
        for entry, paper, when, field, raw in self.store.rows(sql, *given):
            places = list(islice(named.finditer(raw), _PLACES))
            found = ((way, place) for place in places if (way := self._way(raw, place)) is not None)
            best = min(found, key=lambda pair: pair[0], default=None)
            if not best and often and (len(places) >= often or (places and field == "T")):
                best = (len(_WAYS), places[0])
            if best:
                way, place = best
                first, last = sentence_at(raw, place.start(), place.end())
                quote = Quote(
                    entry, field, place.group(), *place.span(), self.label, " ".join(raw[first:last].split())[:_LONGEST]
                )
                yield _Defining(way, paper in own, when or "9", quote, paper)

    def _names(self) -> tuple[str, ...]:
        """What texts may call it: the words of the question, and the labels of what these mean."""
        labels = (label for thing in self.query.things for label in self.lexicon.labels(thing.concept))
        return tuple(dict.fromkeys(label for label in (self.label, *labels) if label.strip()))

    def _way(self, raw: str, place: re.Match[str]) -> int | None:
        """How a text says at a place what is named there is; None where it does not, or names something longer."""
        start, end = place.span()
        if re.match(r"[-–]?\d|\.\d", raw[end:]):  # a version: "EAGLE-3"
            return None
        first = sentence_at(raw, start, end)[0]
        before, behind = raw[max(first, start - _BEFORE) : start], raw[end : end + 2 * _ASIDE]
        behind = re.sub(rf"^\s*\([^()]{{1,{_ASIDE}}}\)", "", behind)
        for way, (leads, follows) in enumerate(_forms(self.lexicon.words)):
            said = follows.match(behind)
            if said and (way == len(_WAYS) - 1 or self._begins(before, said.group()[0].isalpha())):
                return way
            if leads.search(before):
                return way
        return None

    def _begins(self, before: str, is_verb: bool) -> bool:
        """Whether a name behind these words of its sentence is its subject, and no end of "Budget EAGLE".

        What stands beside a name ("EAGLE, a method") says what it is of an example ("such as") or a new thing too.
        """
        said = before.rstrip()
        if not said or (is_verb and said[-1] in ",;:，；：。"):
            return True
        last = re.search(r"[\w-]+$", said)
        words = self.lexicon.words.bearing(fold(last.group())) if last and before[-1:].isspace() else []
        if is_verb and " " not in said and any("frame" in word.means for word in words):  # "The KV cache is"
            return True
        leads = (
            any("propose" in word.means for word in words)
            or _forms(self.lexicon.words)[-1][0].search(before) is not None
        )
        return leads and not is_verb


def _written(name: str) -> str:
    """A pattern for a name: in its own case where it has capitals beyond the first letter, else in any."""
    pieces = [re.escape(piece) for piece in re.findall(r"[^\W_]+", name)]
    if has_han(name):
        return r"\s*".join(pieces)
    said = r"[\W_]{1,2}".join(pieces)
    own = name[1:] != name[1:].lower()
    return rf"(?<![\w-]){said}(?![^\W\d_])" if own else rf"(?<![\w-])(?i:{said})(?:s|es)?(?!\w)"


@cache
def _forms(words: QuestionWords) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """For each way what may stand right before a name that is said so, and what right behind it."""
    out = []
    for way in _WAYS:
        forms = [form for word in words.meaning(way) for form in word.facts["stated"]]
        leads = _either(form.removesuffix("{n}") for form in forms if form.endswith("{n}"))
        follows = _either(form.removeprefix("{n}") for form in forms if form.startswith("{n}"))
        listed = r"(?:[\w.+-]+(?:\s?\([^()]*\))?,\s(?:and\s|or\s)?){0,3}$"  # "such as Medusa, Hydra, "
        out.append((re.compile(f"(?:{leads})\\s*{listed}", re.I), re.compile(follows, re.I)))
    return out


def _either(forms: Iterable[str]) -> str:
    """A pattern for any of some forms; none fits where there are none."""
    ranked = sorted((form for form in forms if form), key=lambda form: (-len(form), form))
    ends = (
        re.escape(form).replace(r"\ ", r"\s+") + (r"\b" if form[-1].isalpha() and form[-1].isascii() else "")
        for form in ranked
    )
    return "|".join(ends) or "x^"
