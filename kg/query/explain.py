"""The interpretation of a question or of flags: as a tree, as SQL that can be run, and with the ignored words."""

from __future__ import annotations

from typing import Any

from kg.query.answer import Answer
from kg.query.conditions import each_holding
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Query, Term
from kg.query.tiers import is_hard

#: The parts of a query that are shown beside its conditions.
_PARTS = ("wants", "over", "most", "words", "like")


def explained(answer: Answer) -> dict[str, Any]:
    """The query of an answer in JSON: its kind and conditions, its SQL, and what was ignored."""
    query = answer.query
    return {
        "question": answer.question,
        "kind": query.kind,
        **_parts(query),
        **({"things": [_term(thing) for thing in query.things]} if query.things else {}),
        **{name: _term(term) for name in ("link", "metric", "among") if (term := getattr(query, name))},
        "conditions": [_condition(condition) for condition in query.filter.conditions],
        "ignored": list(query.filter.ignored),
        "notes": list(answer.notes),
        "tiers": {"first": answer.total, "second": {row.id: list(row.lacks) for row in answer.partly}},
        "sql": sql(query.filter),
    }


def _parts(query: Query) -> dict[str, Any]:
    """The parts of the query that are words or numbers."""
    names = (*_PARTS, *(["order"] if query.kind == "ranking" or query.order == "newest" else []))
    return {name: said for name in names if (said := getattr(query, name))}


def _condition(condition: Condition) -> dict[str, Any]:
    terms = [_term(term) for term in condition.any_of]
    return {"text": condition.text, "negated": condition.negated, "hard": is_hard(condition), "any_of": terms}


def _term(term: Term) -> dict[str, Any]:
    """A term: its type, concept and label, and the concepts that it includes."""
    out: dict[str, Any] = {"type": term.field, "concept": term.concept, "label": said(term)}
    if isinstance(term, Entity | Link):
        out["counts"] = list(term.concepts)
    if isinstance(term, Entity) and term.roles:
        out["roles"] = list(term.roles)
    if isinstance(term, Link):
        out |= {"side": term.side} | ({"others": list(term.others)} if term.others else {})
    if isinstance(term, Outcome):
        out |= {"counts": list(term.metrics), "wordings": list(term.words)}
        out |= {"change": term.change, "op": term.op, "value": term.value, "unit": term.unit}
        out |= {"limit_op": term.limit_op, "limit": term.limit} if term.limit is not None else {}
    if isinstance(term, Fact):
        out |= {"op": term.op, "value": term.value}
    return out


def said(term: Term) -> str:
    """A term in a few words: "inference speed ↑ ≥ 2x"."""
    if isinstance(term, Outcome | Fact):
        return term.said or "any"
    return f'"{term.label}"' if isinstance(term, Phrase) else term.label


def lines(answer: Answer) -> list[str]:
    """The query: its kind, then a line for each part and condition, the ignored words, and the tiers."""
    query = answer.query
    asked = [*_parts(query).items(), *((name, _told(term)) for name, term in query.terms())]
    out = [query.kind, *(f"  {name}: {said}" for name, said in asked)]
    for condition in query.filter.conditions:
        told = " | ".join(f"{term.field}: {_told(term)}" for term in condition.any_of)
        out.append(f'  {"not " * condition.negated}{told}  from "{condition.text}"')
    out += [f"ignored: {', '.join(query.filter.ignored)}"] if query.filter.ignored else []
    hard = ", ".join(f'"{one.text}"' for one in query.filter.conditions if is_hard(one)) or "nothing"
    out += [f"first tier: {answer.total} papers"] if query.filter.conditions else []
    return [*out, *([f"second tier: {len(answer.partly)} papers; hard: {hard}"] if answer.partly else [])]


def _told(term: Term) -> str:
    """A term with its concept and the number of concepts that it includes."""
    parts = [term.concept] if term.concept else []
    if isinstance(term, Entity) and term.roles:
        parts.append(" or ".join(term.roles))
    if isinstance(term, Link):
        parts.append(f"as the {term.side}")
    counts = term.metrics if isinstance(term, Outcome) else getattr(term, "concepts", ())
    if len(counts) > 1:
        parts.append(f"{len(counts)} concepts count as it")
    return said(term) + (f" ({', '.join(parts)})" if parts else "")


def sql(wanted: Filter) -> str:
    """The papers that pass a filter, as a SELECT for `kg sql`."""
    tests = [f"  {'AND' if at else 'WHERE'} {one.written()}" for at, one in enumerate(each_holding(wanted))]
    return "\n".join(("SELECT p.curie, p.title FROM papers p", *tests))
