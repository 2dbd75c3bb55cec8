"""A filter becomes SPARQL: one SELECT for the papers, one for the words that show it.

IRIs go through `kg.names.iri`, literals through pyoxigraph's own spelling: no word of a question becomes syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from math import prod

import pyoxigraph as ox

from kg.graph.rdf import LINKS, RELATIONS
from kg.names import iri
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Op, Outcome, Phrase, Term
from kg.query.lexicon import Lexicon
from kg.units import kin

#: The roles that count where a question names none.
USUAL = ("proposed", "used")
#: Operators on numbers by the variable that a threshold is compared with: the better end of a range.
_END: dict[Op, str] = {">=": "high", ">": "high", "<=": "low", "<": "low", "=": "high"}
_HAN = re.compile(r"[\u3400-\u9fff]+")
#: A regular expression that no text fits.
_NOTHING = r"\A\z.\A"
#: Links that concepts have too.
_SHARED = {"topic", "task", "metric"}
#: Groups that a query is spread over at most, where conditions have several terms.
_MOST_GROUPS = 24
#: How far "about 2x" reaches.
_ABOUT = 0.1


def literal(text: str) -> str:
    """A string as a SPARQL literal."""
    return str(ox.Literal(text))


def select_papers(wanted: Filter, *, is_paper: bool = True) -> str:
    """The papers that a filter lets through: ?paper; without `is_paper` also what only looks like a paper."""
    return f"SELECT DISTINCT ?paper WHERE {{\n{_fulfilling(wanted, is_paper)}\n}}"


def count_papers(wanted: Filter) -> str:
    """How many papers a filter lets through: ?n."""
    return f"SELECT (COUNT(DISTINCT ?paper) AS ?n) WHERE {{\n{_fulfilling(wanted)}\n}}"


def where(wanted: Filter, *, is_paper: bool = True) -> str:
    """The pattern that binds ?paper to each paper that a filter lets through, once.

    Without `is_paper`, what the conditions bind is taken for papers: for patterns behind it that only papers fulfil.
    """
    return f"{{ SELECT DISTINCT ?paper WHERE {{\n{_fulfilling(wanted, is_paper)}\n}} }}"


def _fulfilling(wanted: Filter, is_paper: bool = True) -> str:
    """What holds of ?paper where a filter lets it through, in an order that does not depend on the filter's.

    Everything stands side by side in one group, for Oxigraph finds a good order within a group only; where terms are
    joined by "or", in one group for each of them.
    """
    positive = _ordered(condition for condition in wanted.conditions if not condition.negated)
    negative = _ordered(condition for condition in wanted.conditions if condition.negated)
    is_paper = is_paper or not positive
    choices = [_choices(condition, f"c{n}", len(positive) == 1) for n, condition in enumerate(positive)]
    if prod(map(len, choices)) <= _MOST_GROUPS:
        groups = [_joined(chosen) for chosen in product(*choices)]
    else:
        unions = (" UNION ".join(f"{{ {_closed(group, is_paper)} }}" for group in choice) for choice in choices)
        groups = [_Group([f"{{ {union} }}" for union in unions])]
    closed = [_closed(group, is_paper) for group in groups]
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


def select_entries(papers: Iterable[str]) -> str:
    """The entries of papers (CURIEs) with their titles: ?paper ?entry ?title."""
    return f"""SELECT ?paper ?entry ?title WHERE {{
  {values("paper", papers)} ?paper kg:entry ?entry OPTIONAL {{ GRAPH ?entry {{ ?paper kg:title ?title }} }}
}}"""


def select_evidence(wanted: Filter, entries: Iterable[str], lexicon: Lexicon) -> str:
    """What shows that entries (CURIEs) fulfil the conditions that are not negated.

    ?n is the place of the condition, ?entity or ?label what is named; ?quote at [?start, ?end) of ?text, which is the
    text of ?field; ?role, ?order as for mentions. ?n is -1 for the topics of the entries, which tell how central a
    topic is.
    """
    among = values("entry", entries)
    terms = [
        (n, term) for n, condition in enumerate(wanted.conditions) if not condition.negated for term in condition.any_of
    ]
    shown = [(n, pattern) for n, term in terms for pattern in _shown(term, lexicon)]
    if any(term.field == "topic" for _, term in terms):
        shown.append((-1, 'GRAPH ?entry { ?node kg:type "topic" . ?node kg:entity ?entity }'))
    blocks = [f"{among} {pattern} BIND({n} AS ?n)" for n, pattern in shown] or ["FILTER(false)"]
    union = " UNION\n".join(f"  {{ {block} }}" for block in blocks)
    return f"""SELECT DISTINCT ?n ?entry ?entity ?label ?field ?quote ?start ?end ?role ?order ?text WHERE {{
{union}
  OPTIONAL {{ ?node kg:quote ?quote }}
  OPTIONAL {{ ?node kg:field ?field }}
  OPTIONAL {{ ?node kg:role ?role }}
  OPTIONAL {{ ?node kg:order ?order }}
  OPTIONAL {{ ?node kg:start ?start }}
  OPTIONAL {{ ?node kg:end ?end }}
  OPTIONAL {{ ?node kg:text ?text }}
}}"""


def select_texts(entries: Iterable[str]) -> str:
    """The raw texts of entries (CURIEs) and the address of their paper's code: ?entry ?text ?field ?raw ?url."""
    return f"""SELECT ?entry ?text ?field ?raw ?url WHERE {{
  {values("entry", entries)} GRAPH ?entry {{ ?text kg:raw ?raw . ?text kg:field ?field }}
  OPTIONAL {{ GRAPH ?entry {{ ?paper kg:codeUrl ?url }} }}
}}"""


def path_of(kind: str) -> str:
    """The path from a paper to the things of a type that it has; techniques in the usual roles."""
    if kind == "technique":
        return "|".join(f"kg:{LINKS[role]}" for role in USUAL)
    return "kg:result/kg:metric" if kind == "metric" else f"kg:{kind}"


def counted(path: str, families: Mapping[str, Iterable[str]]) -> str:
    """How many papers have one of a family of things (CURIEs), for each that has any: ?c ?n."""
    pairs = " ".join(f"({iri_token(c)} {iri_token(one)})" for c, family in families.items() for one in family)
    found = f"VALUES (?c ?m) {{ {pairs} }} ?paper {path} ?m"
    return f"SELECT ?c (COUNT(DISTINCT ?paper) AS ?n) WHERE {{ {found} }} GROUP BY ?c"


def select_extreme(term: Outcome) -> str:
    """The reported value that comes nearest to a threshold, in its unit: ?best."""
    end = "low" if term.op in ("<=", "<") else "high"
    best = "MIN" if end == "low" else "MAX"
    pattern = _outcome(replace(term, value=None, limit=None))
    return f"SELECT ({best}(?{end}) AS ?best) WHERE {{ ?paper kg:result ?node . {pattern} ?node kg:{end} ?{end} }}"


def select_standing(link: Link, number: int) -> str:
    """What most often stands at the end of relations that a link names: ?c ?n."""
    said = f"?node kg:relationType kg:{RELATIONS[link.relation]} ; kg:{link.side} ?c . ?entry kg:relation ?node"
    return (
        f"SELECT ?c (COUNT(DISTINCT ?entry) AS ?n) WHERE {{ {said} }} GROUP BY ?c ORDER BY DESC(?n) ?c LIMIT {number}"
    )


def select_dates() -> str:
    """The first and the last date of papers, or of their sources: ?first ?last."""
    years = "?paper kg:year ?d FILTER NOT EXISTS { ?paper kg:date ?known }"
    either = " UNION ".join(f"{{ {one} }}" for one in ("?paper kg:date ?d", years, "?s a kg:Source . ?s kg:date ?d"))
    return f"SELECT (MIN(STR(?d)) AS ?first) (MAX(STR(?d)) AS ?last) WHERE {{ {either} }}"


def select_values(fact: Fact, number: int) -> str:
    """What papers have in the place of a fact, most papers first; of authors those who share a name with it: ?v ?n."""
    paths = {"kind": "kg:kind", "country": "kg:institution/kg:country", "venue": "kg:venue", "author": "kg:author"}
    path = (paths | {"source": "kg:entry/kg:source"}).get(fact.field)
    if path is None:
        return ""
    parts = (
        sorted(re.findall(r"[^\W_]{2,}", fact.value.lower()), key=len, reverse=True) if fact.field == "author" else []
    )
    alike = f"FILTER({' || '.join(f'CONTAINS(LCASE(?v), {literal(part)})' for part in parts)})" if parts else ""
    found = f"?paper {path} ?v {alike}"
    return (
        f"SELECT ?v (COUNT(DISTINCT ?paper) AS ?n) WHERE {{ {found} }} GROUP BY ?v ORDER BY DESC(?n) ?v LIMIT {number}"
    )


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
        tests = [f"REGEX(?{name}, {literal(part)}, 'i')" for part in _name_regexes(fact.value)]
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
    tests += [f"REGEX(?{v}wording, {literal(_regex(words))}, 'i')" for words in term.words]
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
        return f"?{v}high >= {value * (1 - _ABOUT)!r} && ?{v}low <= {value * (1 + _ABOUT)!r}"
    end = f"?{v}{_END[term.op]}"
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


def _shown(term: Term, lexicon: Lexicon) -> list[str]:
    """The patterns that lead from ?entry to a ?node with the words that show a term."""
    if isinstance(term, Entity):
        return _mentioned(term, lexicon)
    if isinstance(term, Outcome):
        outcome = _outcome(term)
        triples = " ".join(("?paper kg:result ?node .", *outcome.triples, "?node kg:metricText ?label ."))
        return [" ".join((f"GRAPH ?entry {{ {triples} }}", *outcome.options, *outcome.tests))]
    if isinstance(term, Link):
        other = "tail" if term.side == "head" else "head"
        return [f"GRAPH ?entry {{ {_link(term)} }} OPTIONAL {{ ?node kg:{other}Text ?label }}"]
    if isinstance(term, Fact) and term.field == "country":
        return [f"GRAPH ?entry {{ ?node kg:entity ?entity . ?entity kg:country {literal(term.value)} }}"]
    return []


def _mentioned(term: Entity, lexicon: Lexicon) -> list[str]:
    out = [f"GRAPH ?entry {{ ?node kg:entity ?entity . ?node kg:type {literal(term.field)} }} {_among(term.concepts)}"]
    if term.field == "technique":
        roles = ", ".join(map(literal, term.roles or USUAL))
        out[0] += f" OPTIONAL {{ ?node kg:role ?role }} FILTER(?role IN ({roles}))"
    if shows := sorted(shown_by(term, lexicon) - set(term.concepts)):
        out.append(f"GRAPH ?entry {{ ?node kg:entity ?entity }} {_among(shows)}")
    return out


def _among(concepts: Iterable[str]) -> str:
    """The test that ?entity is one of some: less work than to look for each of them in each entry."""
    return f"FILTER(?entity IN ({', '.join(map(iri_token, concepts))}))"


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


def _name_regexes(name: str) -> list[str]:
    """Regular expressions for a person's name, whose parts must all be found; an initial is any part that begins so."""
    parts = re.findall(r"[^\W_]+", name)
    latin = (rf"\b{re.escape(part)}" + (r"\b" if len(part) > 1 else "") for part in parts)
    return [part if _HAN.fullmatch(part) else said for part, said in zip(parts, latin, strict=True)] or [_NOTHING]


def _regex(folded: str) -> str:
    """A regular expression for a folded phrase inside a metric's wording: each word, or one that begins with it."""
    words = [re.escape(word) for word in folded.split(" ")]
    if re.search(r"[\u3400-\u9fff]", folded):
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
