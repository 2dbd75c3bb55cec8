"""Queries in one line, for tests to compare."""

from __future__ import annotations

from kg.query import Condition, Entity, Fact, Filter, Link, Outcome, Query, Term
from kg.query.filter import Compound


def shown(query: Query) -> str:
    """A query in one line: "relations wants technique link uses tail technique:lora : technique:lora"."""
    parts: list[str] = [query.kind]
    parts += [f"wants {query.wants}"] if query.wants else []
    parts += ["things " + ", ".join(thing.concept for thing in query.things)] if query.things else []
    parts += [f"link {query.link.relation} {query.link.side} {query.link.concept}"] if query.link else []
    parts += ["metric " + _term(query.metric).removeprefix("result ")] if query.metric else []
    parts += [f"order {query.order}"] if query.kind == "ranking" or query.order != "best" else []
    parts += [f"over {query.over}"] if query.over else []
    parts += [f"among {query.among.concept}"] if query.among else []
    parts += [f"like {query.like}"] if query.like else []
    parts += [f"most {query.most}"] if query.most is not None else []
    return " : ".join(part for part in (" ".join(parts), said(query.filter)) if part)


def said(found: Filter) -> str:
    """A filter in one line."""
    return " & ".join(_condition(condition) for condition in found.conditions)


def _condition(condition: Condition) -> str:
    terms = " | ".join(_term(term) for term in condition.any_of)
    if not condition.negated:
        return terms
    return f"not ({terms})" if len(condition.any_of) > 1 else f"not {terms}"


def _term(term: Term) -> str:
    if isinstance(term, Entity):
        return term.concept + (f"[{' '.join(term.roles)}]" if term.roles else "")
    if isinstance(term, Outcome):
        number = f"{term.op} {term.value:g} {term.unit}" if term.value is not None else ""
        number += f" over {term.against.concept}" if term.against else ""
        number += f" {term.limit_op} {term.limit:g}" if term.limit is not None else ""
        return " ".join(part for part in ("result", term.concept, term.change, number) if part)
    if isinstance(term, Link):
        return f"{term.relation} {term.side} {term.concept}"
    if isinstance(term, Fact):
        return f"{term.field} {term.op} {term.value}" if term.value else term.field
    return f"parts {term.label}" if isinstance(term, Compound) else f"text {term.label}"
