"""A filter becomes SPARQL: one SELECT for the papers, one for the words that show it.

IRIs go through `kg.names.iri`, literals through pyoxigraph's own spelling: no word of a question becomes syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

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
#: How far "about 2x" reaches.
_ABOUT = 0.1


def literal(text: str) -> str:
    """A string as a SPARQL literal."""
    return str(ox.Literal(text))


def select_papers(wanted: Filter) -> str:
    """The papers that a filter lets through: ?paper ?entry ?title, a row an entry."""
    conditions = "\n".join(_condition(condition, f"c{n}") for n, condition in enumerate(wanted.conditions))
    return f"""SELECT DISTINCT ?paper ?entry ?title WHERE {{
{conditions}
  ?paper a kg:Paper ; kg:entry ?entry .
  OPTIONAL {{ GRAPH ?entry {{ ?paper kg:title ?title }} }}
}}"""


def select_evidence(wanted: Filter, entries: Iterable[str], lexicon: Lexicon) -> str:
    """What shows that entries (CURIEs) fulfil the conditions that are not negated.

    ?n is the place of the condition, ?entity or ?label what is named; ?quote at [?start, ?end) of ?text, which is the
    text of ?field; ?role, ?order as for mentions. ?n is -1 for the topics of the entries, which tell how central a
    topic is.
    """
    among = f"VALUES ?entry {{ {_iris(entries)} }}"
    blocks = [f'{among} ?entry kg:mentions ?node . ?node kg:type "topic" ; kg:entity ?entity . BIND(-1 AS ?n)']
    for n, condition in enumerate(wanted.conditions):
        if not condition.negated:
            for term in condition.any_of:
                blocks += [f"{among} {shown} BIND({n} AS ?n)" for shown in _shown(term, lexicon)]
    union = " UNION\n".join(f"  {{ {block} }}" for block in blocks)
    return f"""SELECT DISTINCT ?n ?entry ?entity ?label ?field ?quote ?start ?end ?role ?order ?text WHERE {{
{union}
  OPTIONAL {{ ?node kg:quote ?quote }}
  OPTIONAL {{ ?node kg:field ?field }}
  OPTIONAL {{ ?node kg:role ?role }}
  OPTIONAL {{ ?node kg:order ?order }}
  OPTIONAL {{ ?node kg:start ?start ; kg:end ?end ; kg:text ?text }}
}}"""


def select_texts(entries: Iterable[str]) -> str:
    """The raw texts of entries (CURIEs) and the address of their paper's code: ?entry ?text ?field ?raw ?url."""
    return f"""SELECT ?entry ?text ?field ?raw ?url WHERE {{
  VALUES ?entry {{ {_iris(entries)} }} ?entry kg:text ?text . ?text kg:raw ?raw ; kg:field ?field .
  OPTIONAL {{ GRAPH ?entry {{ ?paper kg:codeUrl ?url }} }}
}}"""


def _condition(condition: Condition, name: str) -> str:
    parts = [_pattern(term, f"{name}t{n}") for n, term in enumerate(condition.any_of)]
    if condition.negated:
        return "\n".join(f"  FILTER NOT EXISTS {{ {part} }}" for part in parts)
    if len(parts) == 1:
        return f"  {{ {parts[0]} }}"
    return "  " + " UNION ".join(f"{{ {part} }}" for part in parts)


def _pattern(term: Term, name: str) -> str:
    """What holds of ?paper; the other variables bear the term's name."""
    if isinstance(term, Entity):
        path = f"kg:{term.field}"
        if term.field == "technique":
            path = "|".join(f"kg:{LINKS[role]}" for role in term.roles or USUAL)
        return f"VALUES ?{name} {{ {_iris(term.concepts)} }} ?paper {path} ?{name} ."
    if isinstance(term, Outcome):
        return f"?paper kg:result ?{name}node . {_outcome(term, name)}"
    if isinstance(term, Link):
        return f"?paper kg:entry ?{name}entry . ?{name}entry kg:relation ?{name}node . {_link(term, name)}"
    if isinstance(term, Phrase):
        said = f"?{name}text kg:raw ?{name}raw {_says(term.label, name)}"
        return f"?paper kg:entry ?{name}entry . ?{name}entry kg:text ?{name}text . {said}"
    return _fact(term, name)


def _fact(fact: Fact, name: str) -> str:
    if fact.field == "kind":
        return f"?paper kg:kind {literal(fact.value)} ."
    if fact.field == "code":
        return f"?paper kg:codeUrl ?{name} . FILTER(CONTAINS(LCASE(STR(?{name})), {literal(fact.value.lower())}))"
    if fact.field == "country":
        return f"?paper kg:institution ?{name} . ?{name} kg:country {literal(fact.value)} ."
    if fact.field == "source":
        return f"?paper kg:entry ?{name} . ?{name} kg:source {_iri(fact.concept)} ."
    if fact.field == "paper":
        return f"?paper kg:entry {_iri(fact.concept)} ."
    any_year = fact.value.startswith("--")
    value = fact.value.removeprefix("--")
    date = f"STR(COALESCE(?{name}d, ?{name}y, ?{name}s))"
    places = f"OPTIONAL {{ ?paper kg:date ?{name}d }} OPTIONAL {{ ?paper kg:year ?{name}y }}"
    source = f"OPTIONAL {{ ?paper kg:entry ?{name}e . ?{name}e kg:source ?{name}o . ?{name}o kg:date ?{name}s }}"
    part = f"BIND(SUBSTR({date}, {6 if any_year else 1}, {len(value)}) AS ?{name}p)"
    known = f"(?{name}p = {literal(value)} || !STRSTARTS({literal(value)}, ?{name}p))"  # 2025 is not before 2025-10
    return f"?paper a kg:Paper . {places} {source} {part} FILTER(?{name}p {fact.op} {literal(value)} && {known})"


def _outcome(term: Outcome, v: str = "") -> str:
    parts = []
    scales = kin(term.unit) if term.value is not None else {term.unit: 1.0}
    if term.unit and len(scales) == 1:
        parts.append(f"?{v}node kg:unit {literal(term.unit)} .")
    if term.change:
        parts.append(f"?{v}node kg:change {literal(term.change)} .")
    if term.value is not None:
        test = _compared(term, term.value, v)
        if len(scales) > 1:  # "under 50 ms" is also said in seconds
            parts.append(f"?{v}node kg:unit ?{v}unit .")
            scaled = ((unit, _scaled(term, term.value, factor, v)) for unit, factor in scales.items())
            test = " || ".join(f"(?{v}unit = {literal(unit)} && {test})" for unit, test in scaled)
        parts.append(f"?{v}node kg:low ?{v}low ; kg:high ?{v}high . FILTER({test})")
    tests = [f"?{v}metric IN ({', '.join(map(_iri, term.metrics))})"] if term.metrics else []
    tests += [f"REGEX(?{v}wording, {literal(_regex(words))}, 'i')" for words in term.words]
    if tests:
        parts.append(f"OPTIONAL {{ ?{v}node kg:metric ?{v}metric }} OPTIONAL {{ ?{v}node kg:metricText ?{v}wording }}")
        parts.append(f"FILTER({' || '.join(f'COALESCE({test}, false)' for test in tests)})")
    return " ".join(parts)


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
    values = f"VALUES ?{v}entity {{ {_iris(term.concepts)} }}"
    return f"{values} ?{v}node kg:relationType {predicate} ; kg:{term.side} ?{v}entity ."


def _shown(term: Term, lexicon: Lexicon) -> list[str]:
    """The patterns that lead from ?entry to a ?node with the words that show a term."""
    if isinstance(term, Entity):
        return _mentioned(term, lexicon)
    if isinstance(term, Outcome):
        label = "?node kg:metricText ?label ."
        return [f"?paper kg:entry ?entry . ?paper kg:result ?node . {_of_entry('result')} {_outcome(term)} {label}"]
    if isinstance(term, Link):
        other = "tail" if term.side == "head" else "head"
        return [f"?entry kg:relation ?node . {_link(term)} OPTIONAL {{ ?node kg:{other}Text ?label }}"]
    if isinstance(term, Fact) and term.field == "country":
        country = f"?node kg:entity ?entity . ?entity kg:country {literal(term.value)} ."
        return [f"?entry kg:mentions ?node . {country}"]
    return []


def _mentioned(term: Entity, lexicon: Lexicon) -> list[str]:
    mention = "?entry kg:mentions ?node . ?node kg:entity ?entity ."
    out = [f"VALUES ?entity {{ {_iris(term.concepts)} }} {mention} ?node kg:type {literal(term.field)} ."]
    if term.field == "technique":
        out[0] += f" VALUES ?role {{ {' '.join(map(literal, term.roles or USUAL))} }} ?node kg:role ?role ."
    if term.field == "topic":
        shows = sorted(lexicon.indicators(term.concept))
        if shows:
            out.append(f"VALUES ?entity {{ {_iris(shows)} }} {mention}")
    return out


def _of_entry(part: str) -> str:
    """Only the results of the entry itself, where a paper has several."""
    return f"FILTER(STRSTARTS(STR(?node), CONCAT(STR(?entry), '/{part}/')))"


def _says(words: str, v: str = "") -> str:
    return f"FILTER(REGEX(?{v}raw, {literal(phrase_regex(words))}, '{'' if is_acronym(words) else 'i'}'))"


def is_acronym(words: str) -> bool:
    """Whether a phrase is matched in capitals only ("US", which is not the pronoun)."""
    return bool(re.fullmatch(r"[A-Z]{1,5}", words))


def phrase_regex(words: str) -> str:
    """A regular expression for words as they may be written: hyphens and spaces alike, a plural."""
    pieces = [re.escape(piece) for piece in re.findall(r"[^\W_]+", words)]
    if not pieces:
        return r"\A\z.\A"  # nothing
    han = re.fullmatch(r"[\u3400-\u9fff]+", "".join(pieces))
    return r"\s*".join(pieces) if han else r"\b" + r"[\W_]+".join(pieces) + r"(?:s|es)?\b"


def _regex(folded: str) -> str:
    """A regular expression for a folded phrase inside a metric's wording: each word, or one that begins with it."""
    words = [re.escape(word) for word in folded.split(" ")]
    if re.search(r"[\u3400-\u9fff]", folded):
        return "".join(words)
    return r"\b" + r"[\s-]+".join(word + r"\w*" for word in words)


def _iri(curie: str) -> str:
    return f"<{iri(curie)}>"


def _iris(curies: Iterable[str]) -> str:
    return " ".join(map(_iri, curies))
