"""The annotated papers with their texts, and what the tagger learns from one."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from neural import Example

from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.extract.tagger import Tagger, Tags, text_of
from kg.model import LISTS, RELATION_TYPES, ROLES, Document
from kg.sources import read
from kg.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))
TYPES = ["technique", "problem", "task", "model", "dataset", "hardware"]
HEADS = ("technique", "model")  # what a relation may begin with
FOLDS = 5
MOST_ENTITIES = 40  # of a text that a teacher labels

Paper = tuple[Document, dict[str, Any]]


def annotated() -> list[Paper]:
    """All annotated papers, the reports' and the others, by id."""
    reports = sorted((ROOT / "data/reports").glob("*.txt"))
    gold = SHARED / "gold"
    found = _read(ROOT / "data/gold/dev.jsonl", reports)
    for name in ("", ".hard"):
        found += _read(gold / f"train{name}.jsonl", [gold / f"papers{name}.jsonl"])
    return sorted(found, key=lambda paper: paper[0].id)


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
    return make_doc(pipeline(), document, Vocabulary.load())


def example(doc: Any, record: dict[str, Any], tokenizer: Any) -> Example:
    """Word pieces and labels of a paper; every occurrence of an annotated form is labelled."""
    text, _ = text_of(doc)
    encoded = tokenizer.encode(text)
    labels = np.zeros((len(TYPES), len(encoded.ids)), int)
    roles = np.full(len(encoded.ids), -100)
    entities: list[tuple[int, list[int]]] = []
    by_form: dict[str, int] = {}
    for k, kind in enumerate(TYPES):
        for entity in record[LISTS[kind]]:
            forms = [entity["surface"], *(entity.get("aliases") or [])]
            every: list[int] = []
            for start, end in (span for form in forms for span in places(text, form)):
                found = [i for i, (s, e) in enumerate(encoded.offsets) if s < end and e > start]
                every += found
                if found and not labels[k, found].any():
                    labels[k, found] = 2
                    labels[k, found[0]] = 1
                    if kind == "technique":
                        roles[found] = ROLES.index(entity["role"])
            if every:
                for form in (*forms, entity.get("canonical") or entity["surface"]):
                    by_form.setdefault(form.lower(), len(entities))
                entities.append((k, sorted(set(every))))
    known = topics()
    return Example(
        record["id"],
        encoded.ids,
        labels,
        roles,
        entities,
        _pairs(record, entities, by_form),
        [float(t in record["topics"]) for t in known],
    )


def _pairs(
    record: dict[str, Any], entities: list[tuple[int, list[int]]], by_form: dict[str, int]
) -> list[tuple[int, int, int]]:
    """All pairs of entities that a relation may hold between, with the relation's number; 0 for none."""
    related = {}
    for relation in record["relations"]:
        ends = by_form.get(relation["head"].lower()), by_form.get(relation["tail"].lower())
        if None not in ends:
            related[ends] = RELATION_TYPES.index(relation["type"]) + 1
    heads = [i for i, (k, _) in enumerate(entities) if TYPES[k] in HEADS]
    return [(i, j, related.get((i, j), 0)) for i in heads for j in range(len(entities)) if i != j]


def annotated_by(teacher: Tagger, text: str, encoded: Any) -> Example:
    """A text with what a tagger says of it: likelihoods in the place of labels (see `Example`)."""
    output = teacher.output(None, encoded.ids)
    tags = Tags(teacher.card, encoded.offsets, output, text)
    found = [(kind, span) for kind in TYPES for span in tags.spans(kind)]
    entities = [(TYPES.index(kind), list(range(*tags.pieces(*span)))) for kind, span in found][:MOST_ENTITIES]
    heads = [i for i, (k, _) in enumerate(entities) if TYPES[k] in HEADS]
    made = [(i, j, 0) for i in heads for j in range(len(entities)) if i != j]
    sides = [tags.side(kind, [span]) for kind, span in found[:MOST_ENTITIES]]
    likely = np.zeros((0, len(RELATION_TYPES) + 1), np.float32)
    if made:
        likely = tags.relations(
            np.stack([sides[i][0] for i, _, _ in made]), np.stack([sides[j][1] for _, j, _ in made])
        )
    return Example(text[:40], encoded.ids, output.bio, output.role, entities, made, likely=likely)


def places(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Where a form stands in a text, as whole words; in any case when its own does not occur."""
    if len(form) > 1:
        pattern = rf"(?<!\w){re.escape(form)}(?!\w)" if form[0].isalnum() and form[-1].isalnum() else re.escape(form)
        found = [m.span() for m in re.finditer(pattern, text)]
        yield from found or [m.span() for m in re.finditer(pattern, text, re.IGNORECASE)]
