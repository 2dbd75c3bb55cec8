"""List the alternative labels of the vocabulary that may name another thing than their concept.

    python scripts/vocabulary_suspects.py [--company ABSTRACTS.jsonl.gz] [--all]

Four signs are looked for: a label that two concepts of one type share; a label whose meaning is nearer to another
concept's preferred label than to its own; a modifier in the place of its opposite ("static pruning" under "dynamic
pruning", data/contrasts.tsv); a word of common English, or an acronym that is one in lower case (data/words.tsv.gz).
`--company` adds labels whose abstracts mention other concepts than those of the concept's other labels do.
Accepted labels are in data/gold/labels-accepted.tsv with the reason; a test fails on a suspect that nobody accepted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kg.entity_types import CONCEPT_TYPES, data_folder
from kg.query.nearness import shipped
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary

ACCEPTED = "gold/labels-accepted.tsv"
FAR, NEARER = 0.35, 0.25  # cosine to the own preferred label at most; how much nearer another one is
COMMON = 400  # abstracts that have a word of common English at least
FEW = 5  # abstracts with a label at least before its company is looked at
APART = 0.15  # cosine of the company of two labels of one concept, at most
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|[\u3400-\u9fff]+")


class Suspect(NamedTuple):
    """A label that may not name its concept."""

    concept: str
    label: str
    why: str


def suspects(vocabulary: Vocabulary) -> list[Suspect]:
    """All suspects but those of company, sorted."""
    found = (*shared(vocabulary), *far(vocabulary), *contrary(vocabulary), *common(vocabulary))
    return sorted(set(found))


def accepted() -> set[tuple[str, str]]:
    """Concept and label of what somebody has looked at and found right."""
    lines = (data_folder("data") / ACCEPTED).read_text("utf-8").splitlines()
    return {(line.split("\t")[0], line.split("\t")[1]) for line in lines if line}


def _alternatives(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for concept in vocabulary.concepts.values():
        if concept.type in CONCEPT_TYPES:
            yield from ((concept.curie, label) for labels in concept.alt.values() for label in labels)


def shared(vocabulary: Vocabulary) -> Iterator[Suspect]:
    """Labels that two concepts of one type bear."""
    bearers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for concept in vocabulary.concepts.values():
        for label in (*concept.labels(), *concept.hidden):
            bearers[concept.type, fold(label)].add(concept.curie)
    for name, label in _alternatives(vocabulary):
        others = bearers[name.partition(":")[0], fold(label)] - {name}
        if others:
            yield Suspect(name, label, f"is a label of {min(others)} too")


def far(vocabulary: Vocabulary) -> Iterator[Suspect]:
    """Labels far from their preferred label and nearer to another, by the vectors of data/models/labels.npz."""
    vectors = shipped()
    if vectors is None:
        return
    rows = vectors.rows
    at = {(name, text): n for n, (name, text) in enumerate(vectors.keys)}
    for kind in ("technique", "problem", "task"):
        named = [c for c in vocabulary.concepts.values() if c.type == kind and (c.curie, c.label["en"]) in at]
        place = {c.curie: n for n, c in enumerate(named)}
        asked = [
            (name, label)
            for name, label in _alternatives(vocabulary)
            if name in place and (name, label) in at and not _abbreviates(label)
        ]
        if not asked:
            continue
        preferred = rows[[at[c.curie, c.label["en"]] for c in named]]
        likeness = rows[[at[pair] for pair in asked]] @ preferred.T
        for (name, label), row, best in zip(asked, likeness, likeness.argmax(1).tolist(), strict=True):
            mine, nearest = float(row[place[name]]), named[best].curie
            if mine < FAR and row[best] - mine > NEARER and nearest not in vocabulary.broader(name):
                yield Suspect(name, label, f"is nearer to {nearest}")


def _abbreviates(label: str) -> bool:
    return label != label.lower() and len(label) <= 8


def contrary(vocabulary: Vocabulary) -> Iterator[Suspect]:
    """Labels that have a modifier where their preferred label has its opposite."""
    lines = (data_folder("data") / "contrasts.tsv").read_text("utf-8").splitlines()
    pairs = [tuple(line.split("\t")) for line in lines if line]
    for name, label in _alternatives(vocabulary):
        preferred = vocabulary[name].label["zh" if has_han(label) else "en"]
        here, there = set(_WORD.findall(label.lower())), set(_WORD.findall(preferred.lower()))
        for one, other in (*pairs, *[pair[::-1] for pair in pairs]):
            if has_han(label) and has_han(one):
                opposed = one in label and other in preferred and one not in preferred and other not in label
            else:
                opposed = one in here - there and other in there - here
            if opposed:
                yield Suspect(name, label, f"{one}, not {other}")


def common(vocabulary: Vocabulary) -> Iterator[Suspect]:
    """Labels of one word that abstracts often have in lower case, where no name stands in them."""
    with gzip.open(data_folder("data") / "words.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    often = {row[0]: int(row[1]) for row in rows if len(row) == 2 and int(row[1]) >= COMMON}
    for name, label in _alternatives(vocabulary):
        if label.isalpha() and label.isascii() and label.lower() in often:
            yield Suspect(name, label, f"a common word ({often[label.lower()]} abstracts)")


def company(vocabulary: Vocabulary, abstracts: Path) -> Iterator[Suspect]:
    """Labels whose mentions stand beside other concepts than those of the concept's other labels."""
    beside: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    with gzip.open(abstracts, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line).get("abstract") or ""
            found = vocabulary.match(text)
            names = {m.concept for m in found}
            for m in {(m.concept, fold(text[m.start : m.end])) for m in found}:
                beside[m].update(names - {m[0]})
                beside[m]["papers"] += 1
    by_concept: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    for (name, label), counts in beside.items():
        if counts["papers"] >= FEW:
            by_concept[name][label] = counts
    for name, labels in by_concept.items():
        for label, counts in labels.items():
            others = sum((c for other, c in labels.items() if other != label), Counter())
            if others and _alike(counts, others) < APART:
                yield Suspect(name, label, "keeps other company")


def _alike(one: Counter[str], other: Counter[str]) -> float:
    product = sum(one[k] * other[k] for k in one if k != "papers")
    lengths = [sum(n * n for k, n in c.items() if k != "papers") ** 0.5 for c in (one, other)]
    return product / (lengths[0] * lengths[1]) if all(lengths) else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--company", type=Path, help="abstracts (JSON lines, gzip) to see what labels stand beside")
    parser.add_argument("--all", action="store_true", help="list accepted ones too")
    options = parser.parse_args()
    vocabulary = Vocabulary.load()
    found = suspects(vocabulary)
    if options.company:
        found += sorted(company(vocabulary, options.company))
    known = set() if options.all else accepted()
    for suspect in found:
        if suspect[:2] not in known:
            print("\t".join(suspect))


if __name__ == "__main__":
    main()
