"""The annotated papers with their texts, and what the tagger learns from one."""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from arxiv_gold import ROOT, SHARED, Paper, of_arxiv

from kg.entity_types import LISTS
from kg.evaluation.matching import same_result, words
from kg.extract import pipeline
from kg.extract.component import make_doc
from kg.extract.numbers import plain, quantities
from kg.extract.tagger import AHEAD, APART, BEHIND, CHANGES, EVALUATED, PIECE_ROLES, Tagger, Tags, place, text_of
from kg.model import RELATION_TYPES, Document
from kg.sources import read
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from neural import Example  # which needs torch

BUILD = ROOT / "build"
HELD_OUT = BUILD / "folds.npz"  # what taggers say of papers that they have not seen
TYPES = ["technique", "problem", "task", "model", "dataset", "hardware"]
HEADS = ("technique", "model")  # what a relation may begin with
#: The sets of annotated papers by the beginnings of their ids; those of arXiv begin with the year.
SETS = {"reports": ("0",), "others": ("x-", "y-"), "hard": ("z-",), "further": ("1", "2")}
FOLDS = 5
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")

Run = tuple[int, int]


def annotated() -> list[Paper]:
    """All annotated papers, the reports', those that were supplied and the further ones of arXiv, by id."""
    reports = sorted((ROOT / "data/reports").glob("*.txt"))
    gold = SHARED / "gold"
    found = _read(ROOT / "data/gold/dev.jsonl", reports)
    for name in ("", ".hard"):
        found += _read(gold / f"train{name}.jsonl", [gold / f"papers{name}.jsonl"])
    return sorted(found + of_arxiv("arxiv"), key=lambda paper: paper[0].id)


def is_of(paper: str, *sets: str) -> bool:
    """Whether the paper with an id belongs to one of some SETS."""
    return paper.startswith(tuple(begin for name in sets for begin in SETS[name]))


def _read(gold: Path, texts: list[Path]) -> list[Paper]:
    if not gold.is_file():
        sys.exit(f"{gold}: there are no annotated papers: set KG_SHARED to the folder of the data that does not ship.")
    records = {r["id"]: r for r in map(json.loads, gold.read_text("utf-8").splitlines())}
    return [(d, records[d.id]) for file in texts for d in read(file).documents if d.id in records]


def keep_records(records: Iterable[dict[str, Any]], file: Path) -> None:
    """Write records, a line each: those of papers held out, for scripts/fit_sure.py."""
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")


def fold_of(number: int) -> int:
    """The fold in which the paper at a place of `annotated()` is held out."""
    return number % FOLDS


def topics() -> list[str]:
    """The ids of all topics."""
    return sorted(c.partition(":")[2] for c in Vocabulary.load().concepts if c.startswith("topic:"))


def doc_of(document: Document) -> Any:
    """The Doc of a paper before any component."""
    doc = make_doc(pipeline(), document, Vocabulary.load())
    doc.user_data["entry"] = document.id
    return doc


def example(doc: Any, record: dict[str, Any], tokenizer: Any) -> Example:
    """Word pieces and labels of a paper; every occurrence of an annotated form is labelled."""
    from neural import Example

    text, fields = text_of(doc)
    encoded = tokenizer.encode(text)
    labels = np.zeros((len(TYPES), len(encoded.ids)), int)
    roles = np.full(len(encoded.ids), -1)
    model_roles = _model_roles(record)
    entities: list[tuple[int, list[Run]]] = []
    by_form: dict[str, int] = {}
    for k, kind in enumerate(TYPES):
        for entity in record[LISTS[kind]]:
            forms = [entity["surface"], *(entity.get("aliases") or [])]
            every: list[Run] = []
            for start, end in (span for form in forms for span in places(text, form)):
                found = [i for i, (s, e) in enumerate(encoded.offsets) if s < end and e > start]
                if not found:
                    continue
                every.append((found[0], found[-1] + 1))
                if not labels[k, found].any():
                    labels[k, found] = 2
                    labels[k, found[0]] = 1
                    if kind == "technique":
                        roles[found] = PIECE_ROLES.index(entity["role"])
                    elif kind == "model" and (role := _role_of(entity, model_roles)):
                        roles[found] = PIECE_ROLES.index(role)
            if every:
                for form in (*forms, entity.get("canonical") or entity["surface"]):
                    by_form.setdefault(form.lower(), len(entities))
                entities.append((k, sorted(set(every))))
    spots = [place(fields, s, e) for s, e in encoded.offsets]
    sentences = _sentences(doc, spots)
    pairs = _pairs(record, [k for k, _ in entities], by_form)
    outcomes, numbers = _numbers(doc, record, spots, sentences)
    known = topics()
    return Example(
        record["id"],
        encoded.ids,
        _sure(labels, 3),
        _sure(roles, len(PIECE_ROLES)),
        _sure(outcomes, len(CHANGES)),
        [(k, _inside(runs)) for k, runs in entities],
        [(i, j) for i, j, _ in pairs],
        _sure(np.array([kind for *_, kind in pairs], int), len(RELATION_TYPES) + 1),
        [_between(entities[i][1], entities[j][1], sentences) for i, j, _ in pairs],
        numbers,
        [float(t in record["topics"]) for t in known],
    )


def silver(doc: Any, tagger: Tagger) -> Example:
    """What a tagger says of a text that nobody annotated, as the next one learns it."""
    from neural import Example

    text, fields = text_of(doc)
    encoded = tagger.tokenizer.encode(text)
    output = tagger.output(doc, encoded.ids)
    bio, role, outcome = output.bio, output.role, output.outcome
    spots = [place(fields, s, e) for s, e in encoded.offsets]
    sentences = _sentences(doc, spots)
    entities = [(k, runs) for k in range(len(TYPES)) for runs in _named_alike(bio[:, k].argmax(1), encoded.ids)]
    heads = [i for i, (k, _) in enumerate(entities) if TYPES[k] in HEADS]
    pairs = [(i, j) for i in heads for j in range(len(entities)) if i != j]
    roles, outcomes = np.zeros_like(role), np.zeros_like(outcome)
    for i in heads:
        inside = _inside(entities[i][1])
        roles[inside] = role[inside]
    numbers = []
    for number, (start, end) in enumerate(doc._.sentences):
        for quantity in quantities(plain(doc._.text[start:end])):
            if found := _pieces(spots, start + quantity.number, start + quantity.end):
                outcomes[found] = outcome[found]
                if outcome[found].mean(0).argmax():
                    window = _window(sentences, spots, number)
                    numbers.append((found, window, np.zeros((window[1] - window[0], 2), np.float32)))
    out = Example(
        doc.user_data["entry"],
        encoded.ids,
        bio.swapaxes(0, 1).astype(np.float16),
        roles.astype(np.float16),
        outcomes.astype(np.float16),
        [(k, _inside(runs)) for k, runs in entities],
        pairs,
        None,
        [_between(entities[i][1], entities[j][1], sentences) for i, j in pairs],
        numbers,
    )
    tags = Tags(tagger.card, spots, output, doc._.text)
    if pairs:
        out.related = related(tags, out)
    for pieces, (start, end), points in numbers:
        points[:] = tags.pointed(tags.starts[pieces[0]], tags.ends[pieces[-1]])[start:end]
    return out


def related(tags: Any, wanted: Example) -> Any:
    """What a tagger says of the pairs of an example: likelihoods of no relation and of each, (pairs, 1 + relations)."""
    width = tags.sides.shape[1] // 2
    means = [(kind, tags.sides[pieces].mean(0)) for kind, pieces in wanted.entities]
    kinds = tags.card.kinds
    first = np.stack([mean[:width] + kinds[kind] for kind, mean in means])
    second = np.stack([mean[width:] + kinds[kind + len(TYPES)] for kind, mean in means])
    one, other = np.array(wanted.pairs).T
    words = tags.between_pieces(*np.array(wanted.between).T)
    return tags.relations(first[one], second[other], words)


def _named_alike(labels: Any, pieces: list[int]) -> list[list[Run]]:
    """The spans of one type by their BIO labels; those of the same word pieces stand together."""
    out: dict[tuple[int, ...], list[Run]] = {}
    for start, end in bio_spans(labels):
        out.setdefault(tuple(pieces[start:end]), []).append((start, end))
    return list(out.values())


def bio_spans(labels: Sequence[int]) -> Iterator[Run]:
    """The spans of BIO labels (0 outside, 1 begins, 2 goes on), in order; a 2 after a 0 begins one too.

    >>> list(bio_spans([0, 1, 2, 1, 0, 2, 2]))
    [(1, 3), (3, 4), (5, 7)]
    """
    at = 0
    while at < len(labels):
        end = at + 1
        if labels[at]:
            while end < len(labels) and labels[end] == 2:
                end += 1
            yield at, end
        at = end


def _pieces(spots: list[Run], start: int, end: int) -> list[int]:
    """The pieces that touch a span of the Doc."""
    return [i for i, (s, e) in enumerate(spots) if s < end and e > start]


def _window(sentences: list[int], spots: list[Run], number: int) -> Run:
    """The pieces of a sentence and of the one before it."""
    inside = [i for i, n in enumerate(sentences) if number - 1 <= n <= number and spots[i][1] > spots[i][0]]
    return inside[0], inside[-1] + 1


def _inside(runs: Sequence[Run]) -> list[int]:
    return sorted({i for start, end in runs for i in range(start, end)})


def _sure(labels: Any, kinds: int) -> Any:
    """Labels as likelihoods of 0 and 1, one row each; a label of -1 says nothing."""
    return np.vstack([np.eye(kinds, dtype=np.float32), np.zeros((1, kinds), np.float32)])[labels]


def _model_roles(record: dict[str, Any]) -> dict[str, str]:
    """The roles that the annotated relations give to names that are their tails, the one that says most first."""
    out: dict[str, str] = {}
    for wanted, role in (
        (("outperforms", "compared_with"), "baseline"),
        (("uses",), "used"),
        (("applied_to",), EVALUATED),
    ):
        for relation in record["relations"]:
            if relation["type"] in wanted:
                out.setdefault(relation["tail"].lower(), role)
    return out


def _role_of(entity: dict[str, Any], roles: dict[str, str]) -> str:
    forms = (entity["surface"], entity.get("canonical") or "", *(entity.get("aliases") or []))
    return next((roles[form.lower()] for form in forms if form.lower() in roles), "")


def _sentences(doc: Any, spots: list[Run]) -> list[int]:
    """The number of the sentence that each piece stands in; of pieces outside the Doc, that of the piece before."""
    starts = [start for start, _ in doc._.sentences]
    out: list[int] = []
    for start, end in spots:
        out.append(bisect_right(starts, start) - 1 if end > start else out[-1] if out else 0)
    return out


def _between(first: list[Run], second: list[Run], sentences: list[int]) -> tuple[int, int, int]:
    """The order of two entities where they stand nearest in one sentence, and the pieces between them."""
    near = [
        (max(a[0], b[0]) - min(a[1], b[1]), a, b) for a in first for b in second if sentences[a[0]] == sentences[b[0]]
    ]
    if not near:
        return APART, 0, 0
    _, a, b = min(near)
    low, high = min(a[1], b[1]), max(a[0], b[0])
    return (AHEAD if a[0] < b[0] else BEHIND), min(low, high), high


def _numbers(
    doc: Any, record: dict[str, Any], spots: list[Run], sentences: list[int]
) -> tuple[Any, list[tuple[list[int], Run, Any]]]:
    """Which quantities are outcomes of the paper and of what change, by piece, and what each points at."""
    outcomes, numbers = np.full(len(spots), -1), []
    left = list(record["results"])
    for number, (start, end) in enumerate(doc._.sentences):
        for quantity in quantities(plain(doc._.text[start:end])):
            found = _pieces(spots, start + quantity.number, start + quantity.end)
            if not found:
                continue
            right = next((r for r in left if _agrees(r, quantity)), None)
            outcomes[found] = CHANGES.index(right["change"] if right else "")
            if right:
                left.remove(right)
                window = _window(sentences, spots, number)
                numbers.append((found, window, _pointed(doc, record, right, window, spots)))
    return outcomes, numbers


def _agrees(result: dict[str, Any], quantity: Any) -> bool:
    value = list(quantity.value) if isinstance(quantity.value, tuple) else quantity.value
    units = {result["unit"], quantity.unit}
    unit = quantity.unit if "" not in units and "x" not in units else result["unit"]
    return same_result(result, {**result, "value": value, "unit": unit}) >= 1


def _pointed(doc: Any, record: dict[str, Any], result: dict[str, Any], window: Run, spots: list[Run]) -> Any:
    """For each piece of a window: whether it is of a word of the result's metric, and of a name of its baseline."""
    out = np.zeros((window[1] - window[0], 2), np.float32)
    low, high = spots[window[0]][0], spots[window[1] - 1][1]
    text = doc._.text
    metric = words(result["metric"])
    spans = [(m.start() + low, m.end() + low, 0) for m in WORD.finditer(text[low:high]) if words(m[0]) & metric]
    if baseline := result["baseline"]:
        entities = [e for kind in ("techniques", "models") for e in record[kind]]
        forms = [f for e in entities if baseline.lower() in map(str.lower, forms_of(e)) for f in forms_of(e)]
        for form in dict.fromkeys((baseline, *forms)):
            spans += [(s + low, e + low, 1) for s, e in places(text[low:high], form)]
    for start, end, column in spans:
        for i in range(*window):
            if spots[i][0] < end and spots[i][1] > start:
                out[i - window[0], column] = 1
    return out


def forms_of(entity: dict[str, Any]) -> list[str]:
    """All names that annotators gave an entity."""
    return [f for f in (entity["surface"], entity.get("canonical"), *(entity.get("aliases") or [])) if f]


def _pairs(record: dict[str, Any], kinds: list[int], by_form: dict[str, int]) -> list[tuple[int, int, int]]:
    """All pairs of entities that a relation may hold between, with the relation's number; 0 for none."""
    related = {}
    for relation in record["relations"]:
        ends = by_form.get(relation["head"].lower()), by_form.get(relation["tail"].lower())
        if None not in ends:
            related[ends] = RELATION_TYPES.index(relation["type"]) + 1
    heads = [i for i, k in enumerate(kinds) if TYPES[k] in HEADS]
    return [(i, j, related.get((i, j), 0)) for i in heads for j in range(len(kinds)) if i != j]


def places(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Where a form stands in a text, as whole words; in any case when its own does not occur."""
    if len(form) > 1:
        pattern = rf"(?<!\w){re.escape(form)}(?!\w)" if form[0].isalnum() and form[-1].isalnum() else re.escape(form)
        found = [m.span() for m in re.finditer(pattern, text)]
        yield from found or [m.span() for m in re.finditer(pattern, text, re.IGNORECASE)]
