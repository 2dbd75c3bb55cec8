"""What a question or flags were taken to mean: as a tree, as SQL that runs as it is, and what was ignored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kg.query.answer import Answer
from kg.query.conditions import each_holding
from kg.query.filter import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Term

_WORDS = re.compile(r"""(?:'(?:[^']|'')*'|"[^"]*"|[^\s'"])+""", re.DOTALL)
_WIDTH = 110
#: What of a query is told beside its conditions.
_PARTS = ("wants", "over", "most", "words", "like")


def explained(answer: Answer) -> dict[str, Any]:
    """The query of an answer in JSON: its kind and conditions, its SQL, and what was ignored."""
    query = answer.query
    return {
        "question": answer.question,
        "kind": query.kind,
        **{part: said for part in _PARTS if (said := getattr(query, part))},
        **({"order": query.order} if query.kind == "ranking" or query.order == "newest" else {}),
        **({"things": [_term(thing) for thing in query.things]} if query.things else {}),
        **({"link": _term(query.link)} if query.link else {}),
        **({"metric": _term(query.metric)} if query.metric else {}),
        **({"among": _term(query.among)} if query.among else {}),
        "conditions": [_condition(condition) for condition in query.filter.conditions],
        "ignored": list(query.filter.ignored),
        "notes": list(answer.notes),
        "sql": sql(query.filter),
    }


def _condition(condition: Condition) -> dict[str, Any]:
    terms = [_term(term) for term in condition.any_of]
    return {"text": condition.text, "negated": condition.negated, "any_of": terms}


def _term(term: Term) -> dict[str, Any]:
    """A term: what type it is of, the concept and label, and what counts as it."""
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
    """The query as a tree, a line a condition, and the words that were ignored."""
    found = explained(answer)
    under: list[tuple[str, list[str]]] = [(f"{part}: {found[part]}", []) for part in _PARTS if part in found]
    under += [(f"thing: {_told(thing)}", []) for thing in found.get("things", ())]
    named = (("relation", "link"), ("metric", "metric"), ("among", "among"))
    under += [(f"{name}: {_told(found[key])}", []) for name, key in named if key in found]
    under += [(f"order: {found['order']}", [])] if "order" in found else []
    for one in found["conditions"]:
        told, words = [f"{term['type']}: {_told(term)}" for term in one["any_of"]], f'  from "{one["text"]}"'
        if len(told) == 1:
            under.append((("not " if one["negated"] else "") + told[0] + words, []))
        else:
            under.append((("none of" if one["negated"] else "any of") + words, told))
    tree: list[str] = [answer.query.kind]
    for at, (text, parts) in enumerate(under):
        is_last = at == len(under) - 1
        tree.append(("└─ " if is_last else "├─ ") + text)
        ends = ["├─ "] * (len(parts) - 1) + ["└─ "]
        tree += [("   " if is_last else "│  ") + end + part for end, part in zip(ends, parts, strict=False)]
    return [*tree, f"ignored: {', '.join(found['ignored'])}"] if found["ignored"] else tree


def _told(term: dict[str, Any]) -> str:
    """A term with its concept and how many concepts count as it."""
    parts = [term["concept"]] if term["concept"] else []
    parts += [" or ".join(term["roles"])] if "roles" in term else []
    parts += [f"as the {term['side']}"] if "side" in term else []
    count = len(term.get("counts", ()))
    parts += [f"{count} concepts count as it"] if count > 1 else []
    return str(term["label"]) + (f" ({', '.join(parts)})" if parts else "")


def sql(wanted: Filter) -> str:
    """The papers that a filter lets through, as a SELECT for `kg sql`."""
    tests = [f"  {'AND' if at else 'WHERE'} {one.written()}" for at, one in enumerate(each_holding(wanted))]
    return "\n".join(("SELECT p.curie, p.title FROM papers p", *(part for line in tests for part in _wrapped(line))))


def _wrapped(line: str) -> Iterator[str]:
    """A line in as many as it needs, broken where a space parts two words of SQL."""
    words = _WORDS.findall(line)
    indent = " " * (len(line) - len(line.lstrip()))
    out = indent + words[0]
    for word in words[1:]:
        if len(out) + len(word) >= _WIDTH:
            yield out
            out = f"{indent}    {word}"
        else:
            out += f" {word}"
    yield out
