"""Match annotated and predicted records, by the protocol of the scorer of the annotated papers.

Entities are paired one to one by token overlap or name, results by value, unit and change, relations by type and both
ends. The protocol is described in data/gold/GUIDELINES.md; the numbers equal those of its scorer.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from kg.entity_types import LISTS, NAMED, TABLE
from kg.model import KgError
from kg.text import unaccented

Json = Mapping[str, Any]
Similarity = Callable[[Any, Any], float]

#: The least token overlap of entities that are known by what they say, and of those that have names.
_OVERLAPPING = {one.list: 0.5 for one in TABLE.values() if one.list and "phrase" in one.matching}
_NAMED = {LISTS[kind]: 0.75 for kind in NAMED}
_ENTITIES = _OVERLAPPING | _NAMED
_SLOTS = ("technique", "problem", "effect", "institution")
_ALIASES = 3  # number of aliases per entity that are used
_STOP = re.compile(r"an?|the|of|for|and|in|on|to|with|based|via|by|using|s")
_SUFFIX = re.compile(r"(?<=....)(?:ization|isation|ations|ation|izing|ising|ized|ised|ings|ing|ies|es|ed|s)$")
_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[\u4e00-\u9fff]")
_PART = re.compile(r"[a-z]*\d+(?:\.\d+)?[a-z]*|[a-z]+|[\u4e00-\u9fff]")
_COMPANY = re.compile(r"\b(?:the|inc|ltd|llc|corp|corporation|co|company|group|limited|gmbh)\b")
_UNITS = {
    "×": "x",
    "times": "x",
    "fold": "x",
    "percent": "%",
    "percentage points": "points",
    "point": "points",
    "pp": "points",
    "point(s)": "points",
}


#: The lists of an annotation, whose scores make the headline; those of other types may be missing.
HEADLINE = (
    *("institutions", "techniques", "problems", "tasks", "results"),
    *("hardware", "models", "datasets", "relations", "topics"),
)


#: The fields of a result that hold words.
RESULT_SLOTS = ("metric", "baseline", "setting")


class Pairing(NamedTuple):
    """Items of one type in one paper: annotated, predicted, and the matching index pairs (annotated, predicted)."""

    type: str
    gold: Sequence[Any]
    found: Sequence[Any]
    pairs: Sequence[tuple[int, int]]


def paired(gold: Json, found: Json) -> Iterator[Pairing]:
    """Yield the pairings of one paper by type; both records must be valid (see `check`)."""
    yield _pairing("institutions", gold, found, lambda a, b: float(_organisation(a) == _organisation(b)), 1)
    for key, least in _ENTITIES.items():
        entities = _pairing(key, gold, found, same_name if key in _NAMED else overlap, least)
        yield entities
        if key == "techniques":
            yield _also("technique role", entities, lambda a, b: bool(a.get("role") == b.get("role")))
    results = _pairing("results", gold, found, same_result, 1)
    yield results
    for slot in RESULT_SLOTS:
        yield _also(f"result {slot}", results, partial(same_field, slot))
    yield _pairing("relations", gold, found, lambda a, b: same_relation(gold, a, found, b), 0.5)
    yield _pairing("topics", gold, found, lambda a, b: float(a == b), 1)
    for key in ("kind", "name", "code_url"):
        yield _single(key, gold, found, lambda a, b: float(_fold(a).rstrip("/") == _fold(b).rstrip("/")))
    yield _single("title", gold, found, _same_title)
    said, meant = gold.get("brief") or {}, found.get("brief") or {}
    for slot in _SLOTS:
        pairing = _single(slot, said, meant, lambda a, b: float(f1(Counter(a), Counter(b)) >= 0.8))
        yield pairing._replace(type=f"brief {slot}")


def _pairing(key: str, gold: Json, found: Json, same: Similarity, least: float) -> Pairing:
    if key == "institutions":  # institutions are given as names
        g, p = gold.get(key) or [], distinct(found.get(key), by=lambda e: e.get("name"))
        return Pairing(key, g, p, pairs([e.get("name") for e in g], [e.get("name") for e in p], same, least))
    if key not in gold:  # nobody annotated this type
        return Pairing(key, (), (), ())
    g, p = gold.get(key) or [], distinct(found.get(key))
    return Pairing(key, g, p, pairs(g, p, same, least))


def _also(key: str, pairing: Pairing, same: Callable[[Json, Json], bool]) -> Pairing:
    """Keep the pairs that also agree according to `same`."""
    kept = [(i, j) for i, j in pairing.pairs if same(pairing.gold[i], pairing.found[j])]
    return Pairing(key, pairing.gold, pairing.found, kept)


def _single(key: str, gold: Json, found: Json, same: Similarity) -> Pairing:
    g, p = ([x for x in (side if isinstance(side, list) else [side]) if x] for side in (gold.get(key), found.get(key)))
    return Pairing(key, g, p, pairs(g, p, same, 1))


def _same_title(a: str, b: str) -> float:
    matcher = difflib.SequenceMatcher(None, a, b)
    close = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)  # each an upper bound of the next
    return float(all(ratio() >= 0.95 for ratio in close))


def pairs(gold: Sequence[Any], found: Sequence[Any], same: Similarity, least: float) -> list[tuple[int, int]]:
    """One-to-one pairs (gold, found) by descending similarity, down to `least`."""
    ranked = sorted(((same(g, p), i, j) for i, g in enumerate(gold) for j, p in enumerate(found)), reverse=True)
    out: list[tuple[int, int]] = []
    taken_gold: set[int] = set()
    taken_found: set[int] = set()
    for similarity, i, j in ranked:
        if similarity < least:
            break
        if i not in taken_gold and j not in taken_found:
            taken_gold.add(i)
            taken_found.add(j)
            out.append((i, j))
    return out


def f1(a: Counter[str], b: Counter[str]) -> float:
    """F1 over the items of two bags."""
    if a.keys().isdisjoint(b):  # as most are
        return 0.0
    return 2 * sum((a & b).values()) / (sum(a.values()) + sum(b.values()))


def overlap(a: Json, b: Json) -> float:
    """The highest token overlap between any form of one entity and any form of the other."""
    return max((f1(words(x), words(y)) for x in _forms(a) for y in _forms(b)), default=0.0)


def same_name(a: Json, b: Json) -> float:
    """The highest overlap of names; tokens with digits must be equal (A100 is not H100)."""
    return max((_name_overlap(x, y) for x in _forms(a) for y in _forms(b)), default=0.0)


def same_result(a: Json, b: Json) -> float:
    """1 or more for results with the same value, unit and change; higher for the same metric."""
    if not all(same_field(field, a, b) for field in ("value", "unit", "change")):
        return 0.0
    return 1.0 + 0.1 * overlap({"surface": a.get("metric", "")}, {"surface": b.get("metric", "")})


def same_field(field: str, a: Json, b: Json) -> bool:
    """Whether a field of two results agrees: half of the words of a text, the same number or unit in any form."""
    x, y = a.get(field), b.get(field)
    if field in RESULT_SLOTS:
        return same_slot(x, y)
    if field != "value":
        return bool(_unit(x) == _unit(y) if field == "unit" else x == y)
    try:
        return _number(x) == _number(y)
    except (TypeError, ValueError):
        return False


def same_slot(a: str | None, b: str | None) -> bool:
    """Whether two values of a slot agree; two empty ones do."""
    return overlap({"surface": a}, {"surface": b}) >= 0.5 or not (a or b)


def same_relation(gold: Json, a: Json, found: Json, b: Json) -> float:
    """Similarity of the ends of two relations of one type, each in its own record."""
    if a.get("type") != b.get("type"):
        return 0.0
    ends = ((_known_forms(gold, a.get(end) or ""), _known_forms(found, b.get(end) or "")) for end in ("head", "tail"))
    return min(overlap(x, y) for x, y in ends)


def _known_forms(record: Json, name: str) -> Json:
    """All forms of a relation's end in its record; the first three count as aliases."""
    out = [name]
    for key in _ENTITIES:
        for entity in record.get(key) or []:
            if name in _forms(entity):
                out += _forms(entity)
    return {"surface": name, "aliases": out}


def _forms(entity: Json) -> list[str]:
    named = (
        entity.get("surface"),
        entity.get("canonical"),
        entity.get("name"),
        *(entity.get("aliases") or [])[:_ALIASES],
    )
    return [x for x in named if x]


def _fold(text: Any) -> str:
    return unaccented(str(text or "")).lower()


@lru_cache(maxsize=100_000)
def words(text: str) -> Counter[str]:
    text = _fold(text).replace("key-value", "kv").replace("key value", "kv")
    found = _WORD.findall(re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text))
    return Counter(_SUFFIX.sub("", w) for w in found if not _STOP.fullmatch(w)) or Counter(found)


def _name_overlap(a: str, b: str) -> float:
    if re.sub(r"\W", "", _fold(a)) == re.sub(r"\W", "", _fold(b)):
        return 1.0
    p, q = Counter(_PART.findall(_fold(a))), Counter(_PART.findall(_fold(b)))
    return f1(p, q) if _digits(p) == _digits(q) else 0.0


def _digits(words: Counter[str]) -> set[str]:
    return {w for w in words if any(c.isdigit() for c in w)}


def _organisation(name: Any) -> list[str]:
    name = _fold(name)
    closed = name.rfind(")") + 1  # a later opening bracket is never closed
    name = re.sub(r"\([^)]*\)", " ", name[:closed]) + name[closed:]
    return _COMPANY.sub(" ", re.sub(r"[^a-z0-9\u4e00-\u9fff]+", " ", name)).split()


def _number(value: Any) -> tuple[float, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(sorted(round(abs(float(x)), 4) for x in values if x is not None))


def _unit(unit: Any) -> str:
    folded = _fold(unit).strip()
    return _UNITS.get(folded, folded)


def distinct(items: Any, by: Callable[[Any], Any] = lambda item: item) -> list[Any]:
    """The distinct items, in order."""
    out: dict[str, Any] = {}
    for item in items or []:
        out.setdefault(json.dumps(by(item), sort_keys=True, ensure_ascii=False), item)
    return list(out.values())


#: The keys of a record that hold lists of objects, and those that hold a text.
_OBJECTS = ("institutions", *_ENTITIES, "results", "relations")
_TEXTS = ("title", "name", "kind", "code_url")
#: The fields of these objects that are compared as text.
_PARTS = ("surface", "canonical", "name", *RESULT_SLOTS, "head", "tail")


def beside(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> Iterator[tuple[str, Json, Json]]:
    """Each annotated paper with its record, which is empty where it is missing: the id, what is right, what was found.

    Raises KgError for an invalid record.
    """
    for name, annotated in gold.items():
        found = predicted.get(name, {})
        check(annotated, f"The annotated paper {name}", annotated=True)
        check(found, f"The record {name}")
        yield name, annotated, found


def check(record: Json, where: str, annotated: bool = False) -> None:
    """Raise KgError for a record with an invalid structure, or one that is `annotated` but incomplete."""
    for key in (*_OBJECTS, "topics", *_TEXTS, "brief"):
        said = record.get(key)
        if said is None and not (annotated and key in (*HEADLINE, *_TEXTS, "brief")):
            continue
        if key not in record:
            raise KgError(f"{where} has no {key}: give a file of annotated papers, as data/gold/GUIDELINES.md says.")
        if not _sound(key, said):
            raise KgError(f"{where}: {key} is not in the format of data/gold/GUIDELINES.md: correct it.")


def _sound(key: str, said: Any) -> bool:
    if key in _OBJECTS:
        return isinstance(said, list) and all(isinstance(item, dict) and _comparable(item) for item in said)
    if key == "topics":
        return _is_texts(said)
    if key == "brief":
        return isinstance(said, dict) and all(_is_text(said.get(s)) or _is_texts(said.get(s)) for s in _SLOTS)
    return _is_text(said)


def _comparable(item: Json) -> bool:
    aliases = item.get("aliases")
    return all(_is_text(item.get(part)) for part in _PARTS) and (aliases is None or _is_texts(aliases))


def _is_text(said: Any) -> bool:
    return said is None or isinstance(said, str)


def _is_texts(said: Any) -> bool:
    return isinstance(said, list) and all(isinstance(text, str) for text in said)
