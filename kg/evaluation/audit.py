"""Draw claims of each type from a graph for manual judgement, as sheets that `kg.evaluation.judged` scores.

Claims are ranked by a hash of their content and the seed; the first of each type are drawn. Therefore the same graph
and seed give the same claims in whatever order papers were added, a larger sheet contains the smaller one, and claims
that two program versions have in common are drawn for both.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.entity_types import LISTS, TABLE
from kg.model import RELATION_TYPES, Document, Evidence, KgError, Mention, Paper, Record, Relation, Result, Topic
from kg.records import to_json
from kg.text import sentence_at

if TYPE_CHECKING:
    from kg.build.pipeline import Progress
    from kg.views.reader import GraphReader

Json = dict[str, Any]
Claim = Mention | Result | Relation | Topic

#: The types of claims, in the order of a sheet.
TYPES = (*LISTS.values(), "results", *RELATION_TYPES, "topics")
#: Correct; correct in substance but wrong in a detail; wrong; undecidable from the paper's words.
JUDGEMENTS = ("right", "loose", "wrong", "unclear")
_STATEMENTS = {one.list: one.text("claim", "en") for one in TABLE.values() if one.list} | {
    "proposed": "The paper proposes {name}.",
    "used": "The paper uses {name} as a building block.",
    "baseline": "The paper compares its work with {name} as a baseline.",
    "mentioned": "The paper mentions the technique {name} as background.",
    "uses": "{head} uses {tail} (which existed before).",
    "part_of": "{head} is a part of {tail}.",
    "outperforms": "{head} outperforms {tail}.",
    "compared_with": "{head} is compared with {tail} (no winner is named).",
    "addresses": "{head} addresses the problem: {tail}.",
    "evaluated_on": "{head} is evaluated on {tail}.",
    "applied_to": "{head} is applied to {tail}.",
    "runs_on": "{head} runs on {tail}.",
    "topics": "The paper is about {name}.",
}
_BOUNDS = {"exact": "", "up_to": "up to ", "at_least": "at least ", "about": "about "}
_VERBS = {"increase": "rises by", "decrease": "falls by", "absolute": "is"}


class _Found(NamedTuple):
    """A claim of a paper with its identity; `rank` orders the claims of its type."""

    rank: str
    id: str
    document: Document
    record: Record
    claim: Claim
    said: Json


def draw(graph: GraphReader, number: int, seed: int = 0, progress: Progress | None = None) -> list[Json]:
    """Draw `number` claims of a graph as lines of a sheet, distributed evenly over the types as far as possible.

    Raises KgError for a graph without claims.
    """
    kept: dict[str, list[_Found]] = {kind: [] for kind in TYPES}
    counts: Counter[str] = Counter()
    for done, paper in enumerate(graph, 1):
        for kind, found in _claims(paper, seed):
            counts[kind] += 1
            kept[kind].append(found)
            if len(kept[kind]) > 2 * number:
                kept[kind] = _first(kept[kind], number)
        if progress:
            progress("", done)
    if not counts:
        raise KgError("The graph holds no claim to judge: add papers with `kg add FILE...`.")
    shares = _shares([counts[kind] for kind in TYPES], number)
    return [
        _line(graph, kind, found, counts[kind])
        for kind, share in zip(TYPES, shares, strict=True)
        for found in _first(kept[kind], share)
    ]


def _first(found: list[_Found], number: int) -> list[_Found]:
    return sorted(found, key=lambda one: one.rank)[:number]


def _shares(counts: Sequence[int], number: int) -> list[int]:
    """Distribute `number` items over groups of the given sizes, one at a time in turn.

    >>> _shares([9, 0, 1, 9], 6)
    [3, 0, 1, 2]
    """
    out = [0] * len(counts)
    while number and (some := [at for at, count in enumerate(counts) if out[at] < count]):
        for at in some[:number]:
            out[at] += 1
        number -= len(some[:number])
    return out


def _claims(paper: Paper, seed: int) -> Iterator[tuple[str, _Found]]:
    """Yield the claims of a paper with their types; a claim made by several of its entries is one claim."""
    seen: set[str] = set()
    for document, record in paper.entries:
        written = to_json(record)
        for key in (*LISTS.values(), "results", "relations", "topics"):
            for claim, item in zip(getattr(record, key), written[key], strict=True):
                said = {"topic": item} if key == "topics" else {k: v for k, v in item.items() if k not in _APART}
                if isinstance(claim, Mention):
                    said["canonical"] = claim.canonical
                kind = said.pop("type") if key == "relations" else key
                name = _hash(paper.id, kind, [said.get(k) for k in _TELLING])[:16]
                if name not in seen:
                    seen.add(name)
                    yield kind, _Found(_hash(seed, name), name, document, record, claim, said)


#: Fields of a line that are not part of the claim, and fields that identify a claim within its paper and type.
_APART = ("in", "evidence", "score", "sure")
_TELLING = (
    *("canonical", "role", "head", "tail", "topic"),
    *("metric", "value", "unit", "change", "bound", "baseline", "setting"),
)


def _hash(*parts: Any) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()


def _line(graph: GraphReader, kind: str, found: _Found, count: int) -> Json:
    document, claim = found.document, found.claim
    topic = graph.label(f"topic:{claim.id}") if isinstance(claim, Topic) else ""
    sentence, at, quote = _words(document, claim)
    return {
        "id": f"{kind}-{found.id}",
        "type": kind,
        "statement": _statement(kind, found.said, topic),
        "said": found.said,
        "quote": quote,
        "sentence": sentence,
        "at": at,
        "paper": document.id,
        "title": found.record.title or (document.texts["T"].raw if "T" in document.texts else ""),
        "abstract": document.texts["A"].raw if "A" in document.texts else "",
        "score": claim.confidence,
        "sure": getattr(claim, "sure", None),
        "of": count,
        "judgement": "",
        "reason": "",
    }


def _words(document: Document, claim: Claim) -> tuple[str, int, str]:
    """The sentence that shows a claim, the offset of the quote in it, and the quote."""
    place = (
        Evidence(claim.surface, claim.field, claim.start, claim.end) if isinstance(claim, Mention) else claim.evidence
    )
    text = document.texts.get(place.field) if place else None
    if place is None or text is None or place.start < 0:
        return ("", 0, "") if place is None else (place.quote, 0, place.quote)
    start, end = sentence_at(text.raw, place.start, place.end)
    return text.raw[start:end], place.start - start, place.quote


def _statement(kind: str, said: Json, topic: str) -> str:
    """A claim as one sentence that names everything to be judged."""
    if kind == "results":
        return _outcome(said)
    if kind in RELATION_TYPES:
        return _STATEMENTS[kind].format(**{end: f"“{said[end]}”" for end in ("head", "tail")})
    if kind == "topics":
        return _STATEMENTS[kind].format(name=f"“{topic}”")
    name = f"“{said['canonical']}”"
    if said.get("aliases"):
        name += f" (also called {', '.join(f'“{alias}”' for alias in said['aliases'])})"
    return _STATEMENTS[said.get("role", "mentioned") if kind == "techniques" else kind].format(name=name)


def _outcome(said: Json) -> str:
    """A result with all its fields: "latency falls by up to 11.2% against Quest (setting: Qwen3-8B)."."""
    values = said["value"] if isinstance(said["value"], list) else [said["value"]]
    value = f"{_BOUNDS[said['bound']]}{' to '.join(f'{value:.12g}' for value in values)}"
    if said["unit"] in ("%", "x"):
        value += said["unit"]
    elif said["unit"]:
        value += f" {said['unit']}"
    verb = _VERBS[said["change"]]
    if said["unit"] == "x" and said["change"] != "absolute":
        verb, value = f"{verb} a factor of", value.removesuffix("x")
    baseline = f" against “{said['baseline']}”" if said["baseline"] else ""
    setting = f" (setting: {said['setting']})" if said["setting"] else ""
    return f"{said['metric'] or 'An outcome without a metric'} {verb} {value}{baseline}{setting}."
