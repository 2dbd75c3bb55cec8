"""A filter becomes SPARQL: one SELECT for the papers, one for the words that show it.

IRIs go through `kg.names.iri`, literals through pyoxigraph's own spelling: no word of a question becomes syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from math import prod

import pyoxigraph as ox

from kg.names import iri
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Op, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.rdf.triples import LINKS, RELATIONS
from kg.text import HAN, has_han
from kg.units import kin

#: The roles that count where a question names none.
USUAL = ("proposed", "used")
#: Operators on numbers by the variable that a threshold is compared with: the better end of a range.
END: dict[Op, str] = {">=": "high", ">": "high", "<=": "low", "<": "low", "=": "high"}
_HAN = re.compile(f"[{HAN}]+")
#: A regular expression that no text fits.
_NOTHING = r"\b\B"
#: Links that concepts have too.
_SHARED = {"topic", "task", "metric"}
#: Groups that a query is spread over at most, where conditions have several terms.
_MOST_GROUPS = 24
#: How far "about 2x" reaches.
ABOUT = 0.1


def literal(text: str) -> str:
    """A string as a SPARQL literal."""
    return str(ox.Literal(text))


def select_papers(wanted: Filter) -> str:
    """The papers that a filter lets through: ?paper."""
    return f"SELECT DISTINCT ?paper WHERE {{\n{_fulfilling(wanted)}\n}}"


def _fulfilling(wanted: Filter) -> str:
    """What holds of ?paper where a filter lets it through, in an order that does not depend on the filter's.

    Everything stands side by side in one group, for Oxigraph finds a good order within a group only; where terms are
    joined by "or", in one group for each of them.
    """
    positive = _ordered(condition for condition in wanted.conditions if not condition.negated)
    negative = _ordered(condition for condition in wanted.conditions if condition.negated)
    choices = [_choices(condition, f"c{n}", len(positive) == 1) for n, condition in enumerate(positive)]
    if prod(map(len, choices)) <= _MOST_GROUPS:
        groups = [_joined(chosen) for chosen in product(*choices)]
    else:
        unions = (" UNION ".join(f"{{ {_closed(group, True)} }}" for group in choice) for choice in choices)
        groups = [_Group([f"{{ {union} }}" for union in unions])]
    closed = [_closed(group, True) for group in groups]
    without = (
        f"MINUS {{ {_closed(group, not group.triples)} }}"
        for n, one in enumerate(negative)
        for group in _choices(one, f"n{n}")
    )
    return "\n".join((closed[0] if len(closed) == 1 else "UNION\n".join(f"{{ {one} }}" for one in closed), *without))


def _ordered(conditions: Iterable[Condition]) -> list[Condition]:
    """Conditions, each once, by what they say."""
    said = {tuple(str(group) for group in _choices(condition, "c")): condition for condition in conditions}
    return [said[key] for key in sorted(said)]


def path_of(kind: str) -> str:
    """The path from a paper to the things of a type that it has; techniques in the usual roles."""
    if kind == "technique":
        return "|".join(f"kg:{LINKS[role]}" for role in USUAL)
    return "kg:result/kg:metric" if kind == "metric" else f"kg:{kind}"


@dataclass(slots=True)
class _Group:
    """What stands in a group: triples first, then what may be there, then tests; ?paper is a paper."""

    triples: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    is_paper: bool = False  # only papers fulfil it

    def __str__(self) -> str:
        return " ".join((*self.triples, *self.options, *self.tests))


def _joined(groups: Iterable[_Group]) -> _Group:
    """One group of several, in which all hold."""
    out = _Group()
    for group in groups:
        out.triples += group.triples
        out.options += group.options
        out.tests += group.tests
        out.is_paper = out.is_paper or group.is_paper
    return out


def _closed(group: _Group, is_paper: bool) -> str:
    """A group that is about papers, if need be: concepts have topics too."""
    return str(_joined([group, _Group(["?paper a kg:Paper ."] if is_paper and not group.is_paper else [])]))


def _choices(condition: Condition, name: str, alone: bool = False) -> list[_Group]:
    """The groups of which one must hold; things are one group, for the concept says by which link it is had.

    `alone`: no other condition says where to begin. Their order is that of what they say, whatever that of the terms.
    """
    things = [term for term in condition.any_of if isinstance(term, Entity)]
    others = [term for term in condition.any_of if not isinstance(term, Entity)]
    out: list[_Group] = []
    for roles in sorted({thing.roles for thing in things}):
        same = [thing for thing in things if thing.roles == roles]
        out.append(_has(same, f"{name}e{len(out)}"))
    for n, term in enumerate(sorted(others, key=lambda term: [str(group) for group in _groups(term, "t")])):
        out += _groups(term, f"{name}t{n}", alone)
    return out


def _groups(term: Term, name: str, alone: bool = False) -> list[_Group]:
    """The groups of which one must hold where a term does."""
    if isinstance(term, Phrase) and alone:  # all texts, then their papers: a fifth of the time of the other way round
        texts = f"{{ SELECT ?{name}text WHERE {{ ?{name}text kg:raw ?{name}raw {_says(term.label, name)} }} }}"
        return [_Group([f"{texts} ?{name}entry kg:text ?{name}text . ?paper kg:entry ?{name}entry ."], is_paper=True)]
    return _dated(term, name) if isinstance(term, Fact) and term.field == "date" else [_pattern(term, name)]


def _has(things: list[Entity], name: str) -> _Group:
    """One of some things of the same roles."""
    paths = {"|".join(f"kg:{LINKS[role]}" for role in thing.roles) or path_of(thing.field) for thing in things}
    concepts = sorted({concept for thing in things for concept in thing.concepts})
    path = "|".join(sorted(paths))
    is_paper = not _SHARED & {thing.field for thing in things}
    if len(concepts) == 1:
        return _Group([f"?paper {path} {iri_token(concepts[0])} ."], is_paper=is_paper)
    return _Group([f"{values(name, concepts)} ?paper {path} ?{name} ."], is_paper=is_paper)


def _pattern(term: Term, name: str) -> _Group:
    """What holds of ?paper; the other variables bear the term's name."""
    if isinstance(term, Entity):
        return _has([term], name)
    if isinstance(term, Outcome):
        outcome = _outcome(term, name)
        return _Group([f"?paper kg:result ?{name}node .", *outcome.triples], outcome.options, outcome.tests, True)
    if isinstance(term, Link):
        said = f"?paper kg:entry ?{name}entry . ?{name}entry kg:relation ?{name}node . {_link(term, name)}"
        return _Group([said], is_paper=True)
    if isinstance(term, Phrase):
        text = f"?paper kg:entry ?{name}entry . ?{name}entry kg:text ?{name}text . ?{name}text kg:raw ?{name}raw ."
        return _Group([text], [], [_says(term.label, name)], True)
    out = _fact(term, name)
    out.is_paper = bool(out.triples)
    return out


def _fact(fact: Fact, name: str) -> _Group:
    if fact.field == "kind":
        return _Group([f"?paper kg:kind {literal(fact.value)} ."])
    if fact.field == "code":
        test = f"FILTER(CONTAINS(LCASE(STR(?{name})), {literal(fact.value.lower())}))"
        return _Group([f"?paper kg:codeUrl ?{name} ."], tests=[test] if fact.value else [])
    if fact.field == "country":
        return _Group([f"?paper kg:institution ?{name} . ?{name} kg:country {literal(fact.value)} ."])
    if fact.field == "source":
        return _Group([f"?paper kg:entry ?{name} . ?{name} kg:source {iri_token(fact.concept)} ."])
    if fact.field == "paper":
        return _Group([f"?paper kg:entry {iri_token(fact.concept)} ."])
    if fact.field == "author":
        tests = [f"REGEX(?{name}, {literal(part)}, 'i')" for part in name_regexes(fact.value)]
        return _Group([f"?paper kg:author ?{name} ."], tests=[f"FILTER({' && '.join(tests)})"])
    if fact.field == "venue":
        tests = [f"REGEX(?{name}, {literal(phrase_regex(said))}, 'i')" for said in sorted({fact.value, *fact.words})]
        return _Group([f"?paper kg:venue ?{name} ."], tests=[f"FILTER({' || '.join(tests)})"])
    if fact.field == "year":
        return _Group([f"?paper kg:year ?{name} ."], tests=[f"FILTER(STR(?{name}) {fact.op} {literal(fact.value)})"])
    if fact.field == "recent":
        newest = f"SELECT ?{name} {{ ?{name} a kg:Source ; kg:date ?{name}d }} ORDER BY DESC(?{name}d) DESC(?{name})"
        return _Group(
            [f"{{ {newest} LIMIT {int(fact.value)} }} ?paper kg:entry ?{name}e . ?{name}e kg:source ?{name} ."]
        )
    raise ValueError(f"no paper has a {fact.field}")


def _in_time(fact: Fact, date: str, name: str) -> str:
    """The test of a date, as far as it is known."""
    any_year = fact.value.startswith("--")
    value = fact.value.removeprefix("--")
    part = f"BIND(SUBSTR(STR({date}), {6 if any_year else 1}, {len(value)}) AS ?{name}p)"
    known = f"(?{name}p = {literal(value)} || !STRSTARTS({literal(value)}, ?{name}p))"  # 2025 is not before 2025-10
    return f"{part} FILTER(?{name}p {fact.op} {literal(value)} && {known})"


def _dated(fact: Fact, v: str) -> list[_Group]:
    """The papers of a time, by what dates them: their own date, else their year, else the date of a source.

    Three groups rather than one of OPTIONALs, each of which Oxigraph would look through for all papers.
    """
    undated, no_year = (f"FILTER NOT EXISTS {{ ?paper kg:{name} ?{v}{name[0]} }}" for name in ("date", "year"))
    source = f"?{v}o a kg:Source . ?{v}o kg:date ?{v}n . ?{v}e kg:source ?{v}o . ?paper kg:entry ?{v}e ."
    test = _in_time(fact, f"?{v}n", v)
    return [
        _Group([f"?paper kg:date ?{v}n ."], [], [test]),
        _Group([f"?paper kg:year ?{v}n ."], [], [undated, test]),
        _Group([source], [], [undated, no_year, test], True),
    ]


def _outcome(term: Outcome, v: str = "") -> _Group:
    out = _Group()
    scales = kin(term.unit) if term.value is not None else {term.unit: 1.0}
    if term.unit and len(scales) == 1:
        out.triples.append(f"?{v}node kg:unit {literal(term.unit)} .")
    if term.change:
        out.triples.append(f"?{v}node kg:change {literal(term.change)} .")
    if term.value is not None:
        test = _compared(term, term.value, v)
        if len(scales) > 1:  # "under 50 ms" is also said in seconds
            out.triples.append(f"?{v}node kg:unit ?{v}unit .")
            scaled = ((unit, _scaled(term, term.value, factor, v)) for unit, factor in scales.items())
            test = " || ".join(f"(?{v}unit = {literal(unit)} && {test})" for unit, test in scaled)
        out.triples.append(f"?{v}node kg:low ?{v}low . ?{v}node kg:high ?{v}high .")
        out.tests.append(f"FILTER({test})")
    tests = [f"?{v}metric IN ({', '.join(map(iri_token, term.metrics))})"] if term.metrics else []
    tests += [f"REGEX(?{v}wording, {literal(wording_regex(words))}, 'i')" for words in term.words]
    if tests:
        out.options.append(f"OPTIONAL {{ ?{v}node kg:metric ?{v}metric }}")
        out.options.append(f"OPTIONAL {{ ?{v}node kg:metricText ?{v}wording }}")
        out.tests.append(f"FILTER({' || '.join(f'COALESCE({test}, false)' for test in tests)})")
    return out


def _scaled(term: Outcome, value: float, factor: float, v: str) -> str:
    limit = None if term.limit is None else term.limit * factor
    return _compared(replace(term, limit=limit), value * factor, v)


def _compared(term: Outcome, value: float, v: str) -> str:
    if term.op == "=":
        return f"?{v}high >= {value * (1 - ABOUT)!r} && ?{v}low <= {value * (1 + ABOUT)!r}"
    end = f"?{v}{END[term.op]}"
    limit = "" if term.limit is None else f" && {end} {term.limit_op} {term.limit!r}"
    return f"{end} {term.op} {value!r}{limit}"


def _link(term: Link, v: str = "") -> str:
    predicate = f"kg:{RELATIONS[term.relation]}"
    named = values(f"{v}entity", term.concepts)
    said = f"{named} ?{v}node kg:relationType {predicate} ; kg:{term.side} ?{v}entity ."
    if not term.others:
        return said
    other = "tail" if term.side == "head" else "head"
    return f"{said} {values(f'{v}other', term.others)} ?{v}node kg:{other} ?{v}other ."


def shown_by(term: Entity, lexicon: Lexicon) -> frozenset[str]:
    """The concepts whose mention shows a term: of a topic also those that are about it."""
    return frozenset(term.concepts) | (lexicon.indicators(term.concept) if term.field == "topic" else frozenset())


def _says(words: str, v: str = "") -> str:
    return f"FILTER(REGEX(?{v}raw, {literal(phrase_regex(words))}, '{'' if is_acronym(words) else 'i'}'))"


def is_acronym(words: str) -> bool:
    """Whether a phrase is matched in capitals only ("US", which is not the pronoun)."""
    return bool(re.fullmatch(r"[A-Z]{1,5}", words))


def phrase_regex(words: str) -> str:
    """A regular expression for words as they may be written: hyphens and spaces alike, a plural."""
    pieces = [re.escape(piece) for piece in re.findall(r"[^\W_]+", words)]
    if not pieces:
        return _NOTHING
    han = _HAN.fullmatch("".join(pieces))
    return r"\s*".join(pieces) if han else r"\b" + r"[\W_]+".join(pieces) + r"(?:s|es)?\b"


def name_regexes(name: str) -> list[str]:
    """Regular expressions for a person's name, whose parts must all be found; an initial is any part that begins so."""
    parts = re.findall(r"[^\W_]+", name)
    latin = (rf"\b{re.escape(part)}" + (r"\b" if len(part) > 1 else "") for part in parts)
    return [part if _HAN.fullmatch(part) else said for part, said in zip(parts, latin, strict=True)] or [_NOTHING]


def wording_regex(folded: str) -> str:
    """A regular expression for a folded phrase inside a metric's wording: each word, or one that begins with it."""
    words = [re.escape(word) for word in folded.split(" ")]
    if has_han(folded):
        return "".join(words)
    return r"\b" + r"[\s-]+".join(word + r"\w*" for word in words)


@lru_cache(maxsize=20_000)
def iri_token(curie: str) -> str:
    """A CURIE's IRI as SPARQL has it."""
    return f"<{iri(curie)}>"


def iris(curies: Iterable[str]) -> str:
    """CURIEs as the inside of a VALUES block."""
    return " ".join(map(iri_token, curies))


def values(variable: str, curies: Iterable[str]) -> str:
    """The VALUES block that binds a variable to each of some CURIEs."""
    return f"VALUES ?{variable} {{ {iris(curies)} }}"
