"""An empty answer says why: which conditions leave nothing, how many papers are left without them, what is near."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

from kg.identifiers import kind_of
from kg.model import ROLES
from kg.query.conditions import is_namesake, relating, reporting
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.query.naming import Naming
from kg.query.sayings import Sayings
from kg.store.file import StoreFile
from kg.text import fold

#: Conditions that are looked at one by one, things that are named as near, and things that may be.
_LOOKED_AT, _NAMED, _CANDIDATES = 8, 3, 120
#: Conflicts of two conditions that are told.
_PAIRS = 2


def nothing_understood(lexicon: Lexicon, say: Sayings, words: tuple[str, ...]) -> str:
    """What is said where a question names nothing: the labels nearest to its words."""
    near = lexicon.nearest(" ".join(words))
    hint = say("empty.between") + say("empty.labels", labels=say("list.comma").join(near)) if near else ""
    return say("empty.unknown") + hint


def why_empty(store: StoreFile, wanted: Filter, lexicon: Lexicon | None = None, say: Sayings | None = None) -> str:
    """Why no paper fulfils all conditions of a filter, in a few sentences; with a lexicon also what is near."""
    say = say or Sayings("en")
    return say("empty.between").join(_Empty(store, lexicon, say).told(wanted.conditions[:_LOOKED_AT]))


def any_role(wanted: Filter, say: Sayings) -> Filter:
    """As `naming`, for what no paper works on; texts that have the question's words for a topic count too."""
    wider = tuple(replace(c, any_of=(*c.any_of, Phrase(c.text))) if c.named else c for c in naming(wanted).conditions)
    notes = (*wanted.notes, say("empty.any_role"))
    return wanted if wider == wanted.conditions else replace(wanted, conditions=wider, notes=notes)


def naming(wanted: Filter) -> Filter:
    """The filter with what only names a topic, and with techniques in any role, where the question says none."""
    conditions = []
    for one in wanted.conditions:
        things = [term for term in one.any_of if isinstance(term, Entity)]
        topics = [term for term in things if term.is_topic]
        names = {name for topic in topics for name in topic.titles if len(wanted.conditions) == 1}
        wider: dict[Term, Term] = {t: replace(t, roles=t.roles or ROLES) for t in things if t.field == "technique"}
        terms = tuple(wider.get(term, term) for term in one.any_of if not is_namesake(term, names))
        conditions.append(one if one.negated else replace(one, any_of=terms, named=bool(topics)))
    return replace(wanted, conditions=tuple(conditions))


def by_words(wanted: Filter, say: Sayings) -> Filter:
    """The filter with the words of each compound counting too, wherever titles and abstracts have all of them."""
    own = [one for one in wanted.conditions if one.by_words and not one.negated]
    if not own:
        return wanted
    wider = (replace(one, any_of=(*one.any_of, *one.by_words)) if one in own else one for one in wanted.conditions)
    note = say("empty.by_words", words=say.listed([say("empty.quoted", words=one.text) for one in own]))
    return replace(wanted, conditions=tuple(wider), notes=(*wanted.notes, note))


def not_having(wanted: Filter, say: Sayings) -> Filter:
    """The filter with papers that do not have a thing, where none states that it does without: "no expert pruning".

    Another thing must be named: all that has a word and not the thing is no answer.
    """
    own = [one for one in wanted.conditions if one.having and not one.negated]
    others = (one for one in wanted.conditions if not (one.having or one.negated))
    if not own or all(isinstance(term, Phrase) for one in others for term in one.any_of):
        return wanted
    without = (Condition(one.text, one.having, negated=True) if one in own else one for one in wanted.conditions)
    note = say("empty.not_having", words=say.listed([say("empty.quoted", words=one.text) for one in own]))
    return replace(wanted, conditions=tuple(without), notes=(*wanted.notes, note))


def fitting(corpus: Corpus, wanted: Filter) -> tuple[Filter, list[str]] | None:
    """The most conditions that papers fulfil together, with the words of those left out; None where one is all."""
    conditions = wanted.conditions[:_LOOKED_AT]
    for size in range(len(conditions) - 1, 0, -1):
        some = [Filter(one) for one in combinations(conditions, size) if any(not c.negated for c in one)]
        counts = [corpus.count(corpus.holding(one)) for one in some]
        if any(counts):
            fits = some[min((n, at) for at, n in enumerate(counts) if n)[1]]
            return fits, [one.text for one in wanted.conditions if one not in fits.conditions]
    return None


def any_listed(wanted: Filter, say: Sayings) -> Filter:
    """The filter with one of things that "and" joined, where no paper has all: "IBM和微软的论文", Mamba的量化和剪枝."""
    conditions: list[Condition] = []
    for one in wanted.conditions:
        last = conditions[-1] if conditions else None
        if last and one.listed and not (one.negated or last.negated):
            terms = tuple(dict.fromkeys((*last.any_of, *one.any_of)))
            conditions[-1] = replace(last, text=f"{last.text} / {one.text}", any_of=terms)
        else:
            conditions.append(one)
    if len(conditions) == len(wanted.conditions) or (len(conditions) == 1 and not _is_place(conditions[0])):
        return wanted
    return replace(wanted, conditions=tuple(conditions), notes=(*wanted.notes, say("empty.any_listed")))


def _is_place(one: Condition) -> bool:
    return all(term.field == "institution" for term in one.any_of)


class _Empty:
    def __init__(self, store: StoreFile, lexicon: Lexicon | None, say: Sayings) -> None:
        self.corpus, self.say = Corpus.of(store), say
        self.near = _Near(store, lexicon, say, self._named) if lexicon else None

    def told(self, conditions: tuple[Condition, ...]) -> tuple[str, ...]:
        """The sentences."""
        alone = [self._count(one) for one in conditions]
        nothing = [condition for condition, papers in zip(conditions, alone, strict=True) if not papers]
        if nothing:
            return self._nothing(conditions, nothing)
        if len(conditions) == 2:
            one, other = map(self._named, conditions)
            counts = {"n_one": self._papers(alone[0]), "n_other": self._papers(alone[1])}
            return (self.say("empty.both", one=one, other=other, **counts),)
        return self._conflict(conditions)

    def _nothing(self, conditions: tuple[Condition, ...], nothing: list[Condition]) -> tuple[str, ...]:
        """Conditions that no paper fulfils: what is near each, and how many papers fulfil the others."""
        out = []
        for condition in nothing:
            others_have = self._unproposed(condition)
            out.append(others_have or self.say("empty.none", condition=self._named(condition)))
            near = "" if others_have or condition.negated or self.near is None else self.near.told(condition)
            out += [near] if near else []
        others = [condition for condition in conditions if condition not in nothing]
        rest = self._count(*others) if others else 0
        if rest:
            out.append(self.say("empty.rest" if len(nothing) == 1 else "empty.rest_of", rest))
        elif others:
            out += self.told(tuple(others))
        return tuple(out)

    def _unproposed(self, condition: Condition) -> str:
        """That no paper proposes a technique which papers have; "" where that is not why there is nothing."""
        own = [
            replace(t, roles=ROLES, by="")
            for t in condition.any_of
            if isinstance(t, Entity) and t.roles == ("proposed",)
        ]
        have = self._count(replace(condition, any_of=tuple(own))) if len(own) == len(condition.any_of) else 0
        return self.say("empty.unproposed", have, condition=self._named(condition)) if have else ""

    def _conflict(self, conditions: tuple[Condition, ...]) -> tuple[str, ...]:
        """Conditions that papers fulfil, but not together: how many are left without each, and which two conflict."""
        left = {n: self._count(*conditions[:n], *conditions[n + 1 :]) for n in range(len(conditions))}
        told = [
            self.say("empty.without", count, condition=self._named(conditions[n])) for n, count in left.items() if count
        ]
        every = (
            self.say("empty.every", left=self.say("list.semicolon").join(told)) if told else self.say("empty.whichever")
        )
        needed = {n for n, count in left.items() if count}  # a conflict of two has all of these in it
        pairs = (pair for pair in combinations(range(len(conditions)), 2) if needed <= set(pair))
        found = [(one, other) for one, other in pairs if not self._count(conditions[one], conditions[other])]
        named = ((self._named(conditions[one]), self._named(conditions[other])) for one, other in found[:_PAIRS])
        return (every, *(self.say("empty.pair", one=one, other=other) for one, other in named))

    def _count(self, *conditions: Condition) -> int:
        return self.corpus.count(self.corpus.holding(Filter(conditions)))

    def _papers(self, n: int) -> str:
        return self.say("empty.papers", n)

    def _named(self, condition: Condition) -> str:
        words = self.say("empty.quoted", words=condition.text)
        return self.say("empty.not", condition=words) if condition.negated else words


class _Near:
    """What is near a condition that no paper fulfils."""

    def __init__(self, store: StoreFile, lexicon: Lexicon, say: Sayings, named: Callable[[Condition], str]) -> None:
        self.store, self.lexicon, self.say, self.named = store, lexicon, say, named
        self.corpus = Corpus.of(store)

    def told(self, condition: Condition) -> str:
        """One sentence on what is near a condition and has papers; "" where nothing is."""
        for term in condition.any_of:
            found = self._term(condition, term)
            if found:
                return found
        return ""

    def _term(self, condition: Condition, term: Term) -> str:
        if isinstance(term, Entity):
            return self._listed("empty.near", self._things(term.field, term.concept, term.label), condition)
        if isinstance(term, Outcome):
            return self._value(term) or self._listed(
                "empty.near", self._things("metric", term.concept, term.label), condition
            )
        if isinstance(term, Link):
            where = relating(replace(term, concepts=(), others=()))
            sql = f"""SELECT c.curie, count(*) FROM relations x JOIN concepts c ON c.id = x.{term.side}
                WHERE {where.sql} GROUP BY c.curie ORDER BY 2 DESC, 1 LIMIT ?"""
            rows = self.store.rows(sql, *where.given, _NAMED)
            named = [(self._label(concept), count) for concept, count in rows]
            return self._listed("empty.standing", named)
        if isinstance(term, Phrase):
            near = self.lexicon.nearest(term.label)
            return self.say("empty.labels", labels=self.say("list.comma").join(near)) if near else ""
        return self._facts(term) if isinstance(term, Fact) else ""

    def _listed(self, key: str, near: list[tuple[str, int]], condition: Condition | None = None) -> str:
        """Things with how many papers they have; "" where there are none."""
        if not near:
            return ""
        named = [self.say("empty.with_papers", n, label=label) for label, n in near]
        values = {"condition": self.named(condition)} if condition else {}
        return self.say(key, near=self.say("list.comma").join(named), **values)

    def _things(self, kind: str, concept: str, label: str) -> list[tuple[str, int]]:
        """Things that have papers: of a name that is near, then those that stand beside a thing, most papers first."""
        spelled = {sense.concept: -1 for sense in Naming(self.lexicon, self.store).near(kind, label)}
        places = {
            c: place for c, place in (self._related(concept) | spelled).items() if kind_of(c) == kind and c != concept
        }
        candidates = sorted(places, key=lambda c: (places[c], c))[:_CANDIDATES]
        narrower = self.lexicon.vocabulary.narrower
        families = {c: sorted(narrower(c)) if kind not in ("topic", "institution") else (c,) for c in candidates}
        papers = self.corpus.having(kind, families)
        ranked = sorted(papers, key=lambda c: (places[c], -papers[c], c))
        return [(self._label(c), papers[c]) for c in ranked[:_NAMED]]

    def _related(self, concept: str) -> dict[str, int]:
        """Things by how far they are: what shares the nearest broader thing, that thing, what shares the next."""
        known = self.lexicon.vocabulary
        out: dict[str, int] = {}
        for at, parent in enumerate(known.broader(concept)):
            for one in sorted(known.narrower(parent) - {parent}):
                out.setdefault(one, 2 * at)
            out[parent] = 2 * at + 1
        return out

    def _label(self, concept: str) -> str:
        return self.lexicon.label(concept, self.say.language)

    def _value(self, term: Outcome) -> str:
        """The reported value that is nearest to a threshold."""
        if term.value is None:
            return ""
        end, best = ("low", "min") if term.op in ("<=", "<") else ("high", "max")
        where = reporting(replace(term, value=None, limit=None))
        found = self.store.rows(f"SELECT {best}(x.{end}) FROM results x WHERE {where.sql}", *where.given)[0][0]
        if found is None:
            return ""
        near = replace(term, op="=", value=float(found), limit=None)
        return self.say("empty.value", metric=replace(term, value=None, limit=None).said or "", value=_number(near))

    def _facts(self, fact: Fact) -> str:
        """What papers of the graph have instead of a kind, country, venue, author, source or date."""
        if fact.field in ("date", "year"):
            first, last = self.corpus.period()
            return self.say("empty.dates", first=first[:10], last=last[:10]) if first else ""
        kind = {"source": "report"}.get(fact.field, fact.field)
        if kind == "author":
            parts = sorted(re.findall(r"[^\W_]{2,}", fact.value.lower()))
            alike = [one for one in self.corpus.most(kind)[0] if any(part in one[0].lower() for part in parts)]
            values = sorted(alike[:_CANDIDATES], key=lambda found: (-_likeness(found[0], fact.value), found[0]))
        elif kind in ("kind", "country", "venue", "report"):
            values = [(name.removeprefix("source:"), n) for name, n in self.corpus.most(kind, number=_NAMED)[0]]
        else:
            return ""
        return self._listed("empty.values", values[:_NAMED])


def _likeness(one: str, other: str) -> float:
    from rapidfuzz import fuzz

    return float(fuzz.token_sort_ratio(fold(one), fold(other)))


def _number(term: Outcome) -> str:
    space = "" if term.unit in ("x", "%") else " "
    return f"{term.value:g}{space}{term.unit}".strip()
