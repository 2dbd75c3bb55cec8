"""The scorer inside the product: records against annotated papers, by type.

The protocol is that of the annotated papers' own scorer (data/gold): entities pair one to one by token overlap or name,
results by value, unit and change, relations by type and both ends; the headline is the mean F1 of ten types.
"""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Json = Mapping[str, Any]
Similarity = Callable[[Any, Any], float]

HEADLINE = (
    "institutions",
    "techniques",
    "problems",
    "tasks",
    "results",
    "hardware",
    "models",
    "datasets",
    "relations",
    "topics",
)
_OVERLAPPING = {"techniques": 0.5, "problems": 0.5, "tasks": 0.5}  # least token overlap
_NAMED = {"hardware": 0.75, "models": 0.75, "datasets": 0.75}
_ENTITIES = _OVERLAPPING | _NAMED
_SLOTS = ("technique", "problem", "effect", "institution")
_ALIASES = 3  # aliases that count for each entity
_IN_RELATIONS = ("techniques", "problems", "tasks", "models", "datasets", "hardware")
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


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 with the numbers of items that they rest on."""

    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int

    def as_dict(self) -> dict[str, float]:
        """The score as plain JSON."""
        return asdict(self)


def score(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> dict[str, Score]:
    """Scores by type, with "headline"; a paper missing from `predicted` counts as an empty record."""
    counts: dict[str, list[int]] = {}
    for name, annotated in gold.items():
        for key, right, found, wanted in _paper(annotated, predicted.get(name, {})):
            tally = counts.setdefault(key, [0, 0, 0])
            tally[0] += right
            tally[1] += found
            tally[2] += wanted
    out = {key: _score(*tally) for key, tally in counts.items()}
    mean = sum(out[key].f1 for key in HEADLINE) / len(HEADLINE) if out else 0.0
    out["headline"] = Score(mean, mean, mean, sum(s.gold for s in out.values()), sum(s.predicted for s in out.values()))
    return out


def _score(right: int, found: int, wanted: int) -> Score:
    precision, recall = right / found if found else 0.0, right / wanted if wanted else 0.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0, wanted, found)


def _paper(gold: Json, found: Json) -> Iterable[tuple[str, int, int, int]]:
    """(type, right, predicted, annotated) of one paper."""
    g_names = [e["name"] for e in gold["institutions"]]
    p_names = _distinct([e.get("name") for e in found.get("institutions") or []])
    yield (
        "institutions",
        len(pairs(g_names, p_names, lambda a, b: float(_organisation(a) == _organisation(b)), 1)),
        len(p_names),
        len(g_names),
    )
    for key, least in _ENTITIES.items():
        g, p = gold[key], _distinct(found.get(key))
        paired = pairs(g, p, same_name if key in _NAMED else overlap, least)
        yield key, len(paired), len(p), len(g)
        if key == "techniques":
            yield "technique role", sum(g[i]["role"] == p[j].get("role") for i, j in paired), len(p), len(g)
    g, p = gold["results"], _distinct(found.get("results"))
    paired = pairs(g, p, same_result, 1)
    yield "results", len(paired), len(p), len(g)
    for key, slot in (("result metric", "metric"), ("result baseline", "baseline")):
        right = sum(_same_slot(g[i].get(slot, ""), p[j].get(slot, "")) for i, j in paired)
        yield key, right, len(p), len(g)
    g, p = gold["relations"], _distinct(found.get("relations"))
    yield "relations", len(pairs(g, p, lambda a, b: _same_relation(gold, a, found, b), 0.5)), len(p), len(g)
    g, p = gold["topics"], _distinct(found.get("topics"))
    yield "topics", len(pairs(g, p, lambda a, b: float(a == b), 1)), len(p), len(g)
    for key in ("kind", "name", "code_url"):
        yield key, *_single(gold[key], found.get(key), lambda a, b: float(_fold(a).rstrip("/") == _fold(b).rstrip("/")))
    yield (
        "title",
        *_single(
            gold["title"], found.get("title"), lambda a, b: float(difflib.SequenceMatcher(None, a, b).ratio() >= 0.95)
        ),
    )
    for slot in _SLOTS:
        said = (found.get("brief") or {}).get(slot)
        yield (
            f"brief {slot}",
            *_single(gold["brief"][slot], said, lambda a, b: float(f1(Counter(a), Counter(b)) >= 0.8)),
        )


def _single(gold: Any, found: Any, same: Similarity) -> tuple[int, int, int]:
    g = [x for x in (gold if isinstance(gold, list) else [gold]) if x]
    p = [x for x in (found if isinstance(found, list) else [found]) if x]
    return len(pairs(g, p, same, 1)), len(p), len(g)


def pairs(gold: Sequence[Any], found: Sequence[Any], same: Similarity, least: float) -> list[tuple[int, int]]:
    """One-to-one pairs (gold, found) by similarity, best first, down to `least`."""
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
    """Overlap of two bags: F1 over their items."""
    shared = sum((a & b).values())
    return 2 * shared / (sum(a.values()) + sum(b.values())) if shared else 0.0


def overlap(a: Json, b: Json) -> float:
    """The best token overlap of any form of one entity with any of the other."""
    return max((f1(_words(x), _words(y)) for x in _forms(a) for y in _forms(b)), default=0.0)


def same_name(a: Json, b: Json) -> float:
    """The best overlap of names; tokens with digits must be the same (A100 is not H100)."""
    return max((_name_overlap(x, y) for x in _forms(a) for y in _forms(b)), default=0.0)


def same_result(a: Json, b: Json) -> float:
    """1 and more for results with the same value, unit and change, more for the same metric."""
    try:
        if _number(a.get("value")) != _number(b.get("value")) or _unit(a.get("unit")) != _unit(b.get("unit")):
            return 0.0
    except (TypeError, ValueError):
        return 0.0
    if a.get("change") != b.get("change"):
        return 0.0
    return 1.0 + 0.1 * overlap({"surface": a.get("metric", "")}, {"surface": b.get("metric", "")})


def _same_slot(a: str, b: str) -> bool:
    return overlap({"surface": a}, {"surface": b}) >= 0.5 or not (a or b)


def _same_relation(gold: Json, a: Json, found: Json, b: Json) -> float:
    if a.get("type") != b.get("type"):
        return 0.0
    ends = ((_known_forms(gold, a[end]), _known_forms(found, b.get(end, ""))) for end in ("head", "tail"))
    return min(overlap(x, y) for x, y in ends)


def _known_forms(record: Json, name: str) -> Json:
    """Every form by which a relation's end is known in its record; as aliases the first three count."""
    out = [name]
    for key in _IN_RELATIONS:
        for entity in record.get(key) or []:
            if name in _forms(entity):
                out += _forms(entity)
    return {"surface": name, "aliases": out}


def _forms(entity: Json | str) -> list[str]:
    if isinstance(entity, str):
        return [entity]
    named = (
        entity.get("surface"),
        entity.get("canonical"),
        entity.get("name"),
        *(entity.get("aliases") or [])[:_ALIASES],
    )
    return [x for x in named if x]


def _fold(text: Any) -> str:
    text = unicodedata.normalize("NFKD", str(text or "")).lower()
    return "".join(c for c in text if not unicodedata.combining(c))


def _words(text: str) -> Counter[str]:
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
    name = re.sub(r"[^a-z0-9\u4e00-\u9fff]+", " ", re.sub(r"\([^)]*\)", " ", _fold(name)))
    return _COMPANY.sub(" ", name).split()


def _number(value: Any) -> tuple[float, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(sorted(round(abs(float(x)), 4) for x in values if x is not None))


def _unit(unit: Any) -> str:
    folded = _fold(unit).strip()
    return _UNITS.get(folded, folded)


def _distinct(items: Any) -> list[Any]:
    out = {json.dumps(x, sort_keys=True, ensure_ascii=False): x for x in items or []}
    return list(out.values())
