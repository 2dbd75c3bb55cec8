"""Train the question reader (kg/query/slot_model.py): data/models/slots.npz, from data/gold/slots.jsonl.

    python scripts/train_slots.py                # the weights
    python scripts/train_slots.py --folds 5      # cross-validated accuracy
    python scripts/train_slots.py --unseen       # accuracy of the shipped weights on data/gold/slots.unseen.jsonl

A row is a question with its kind and slots, as described in data/models/README.md; `names` are names known only to
a graph, with their concepts, so that no graph is needed. Each question is read with these names and with the
vocabulary alone, and with and without the names of things. The weights are averaged perceptrons; the same rows give
the same file. Takes two minutes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kg.entity_types import data_folder
from kg.query import Lexicon
from kg.query.filter import ORDERS
from kg.query.question_items import Item
from kg.query.question_reader import asked_type, parsed
from kg.query.slot_model import (
    FILE,
    SIZE,
    Seen,
    Slot,
    SlotModel,
    SlotWeights,
    after,
    is_condition,
    joined_after,
    seen_in,
)
from kg.text import has_han
from kg.vocabulary import Vocabulary
from tests.query.named import Named, labels_of

GOLD = data_folder("data") / "gold" / "slots.jsonl"
UNSEEN = GOLD.with_name("slots.unseen.jsonl")
SEED, EPOCHS, KIND_EPOCHS, GUESSED = 5, 10, 12, 3
#: How often training uses the correct history of a piece, and the fewest questions that a feature must occur in.
RIGHT, LEAST = 0.7, 2
#: The largest weight in the file.
FULL = 2000
#: The relations of a thing, as named in the file.
OF_THINGS = {
    "outperforms_it": "outperforms", "it_outperforms": "outperformed_by", "uses_it": "uses tail",
    "it_uses": "uses head", "builds_on_it": "uses tail", "it_builds_on": "uses head",
    "addresses_it": "addresses tail", "it_addresses": "addresses head", "compared_with_it": "compared_with tail",
    "it_runs_on": "runs_on head",
}  # fmt: skip
#: Slots in the file that are conditions of a piece by itself.
OWN = ("property", "builds_on", "cites", "words")
FACTS = ("kind", "code", "country", "source", "date", "by", "author", "venue")
WORK = {"technique", "topic", "task", "problem"}

Json = dict[str, Any]


class Example(NamedTuple):
    """A question as pieces, with its correct kind and slots."""

    question: str
    kind: str
    slots: list[Slot]
    seen: list[Seen]


def main() -> None:
    """Write the weights, or print the accuracy."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--folds", type=int, help="print scores by cross-validation instead")
    parser.add_argument("--unseen", action="store_true", help="print scores of what ships on other questions")
    arguments = parser.parse_args()
    file = UNSEEN if arguments.unseen else GOLD
    examples = list(in_pieces([json.loads(line) for line in file.read_text("utf-8").splitlines()]))
    if arguments.unseen:
        print(told(read_right(SlotModel.load(), examples)))
    elif arguments.folds:
        print(told(crossed(examples, arguments.folds)))
    else:
        write(trained(examples), FILE)


def in_pieces(rows: Sequence[Json]) -> Iterator[Example]:
    """The questions in pieces, each with the names of graphs and with the vocabulary alone."""
    vocabulary = Vocabulary.load()
    called = {
        (name, concept) for row in rows for name, concepts in row.get("names", {}).items() for concept in concepts
    }
    lexicons = [Lexicon(vocabulary, labels_of(Named(concept, name, True) for name, concept in sorted(called)))]
    for row in rows:
        for lexicon in (*lexicons, Lexicon(vocabulary)):
            text, items = (parser := parsed(row["question"], lexicon)).text, parser.items
            seen = [seen_in(text, items, lexicon, names) for names in (True, False)]
            kind = " ".join(part for part in (row["kind"], row.get("order", "")) if part != ORDERS[2]).strip()
            seen = [one._replace(allowed=[some | {""} for some in one.allowed]) for one in seen]  # of pieces in no span
            yield Example(row["question"], kind, labels(row, text, items, seen[0].allowed), seen)


# Labels


def labels(row: Json, text: str, items: Sequence[Item], allowed: Sequence[frozenset[str]]) -> list[Slot]:
    """The slots of pieces, from the spans of a row."""
    out = [Slot("measure" if not item.text.strip() or item.start == item.end else "") for item in items]
    spans = spans_in(row["question"], text, [slot["span"] for slot in row["slots"]])
    for slot, span in zip(row["slots"], spans, strict=True):
        inside = [at for at, item in enumerate(items) if _is_in(item, span)]
        either, conditions = bool(slot.get("or")), 0
        for at in inside:
            exact = (items[at].start, items[at].end) == span
            name = label(row, slot, items[at], allowed[at], exact)
            if name is None or out[at].name:
                continue
            counts = is_condition(name)
            joined = either if not conditions else any(i.means("or") or i.text in "/、" for i in items[inside[0] : at])
            out[at] = Slot(name, bool(slot.get("not")) and counts, joined and counts)
            conditions += counts
        if slot["slot"] == "number":
            _measure(row, slot, text, items, allowed, out, inside)
    for field, name in (("over", "over"), ("wants", "asked")):
        if not any(one.name == name for one in out):
            fits = (at for at, one in enumerate(out) if not one.name and name in allowed[at])
            for at in islice((at for at in fits if asked_type(items[at]) == row.get(field)), 1):
                out[at] = Slot(name)
    return out


def label(row: Json, slot: Json, item: Item, allowed: frozenset[str], exact: bool) -> str | None:
    """The slot of one piece within a span; None if it has none."""
    name = slot["slot"]
    if name == "metric" and "metric" in allowed:
        others = len(row["slots"]) > 1 and row["kind"] == "papers"
        if item.is_speed and not item.senses and others:
            name = "about" if "about" in allowed else "idle"  # "faster", which texts state
        else:
            name = f"metric {slot.get('direction', '')}".strip() if exact or item.types <= {"metric"} else "about"
    elif name == "thing" and row["kind"] in ("claims", "relations"):
        name = OF_THINGS.get(slot.get("relation", ""), "about")
    elif item.is_unknown and name not in allowed:
        is_name = item.text[:1].isupper() and not has_han(item.text) and name != "words"
        name = "about" if is_name or (exact and slot.get("or")) else "words" if exact else "told"
    elif name == "words" and "metric" in item.types:
        name = "idle"
    elif name in (*OWN, "metric", "lacks", *FACTS) and name not in allowed:
        name = "about"
    name = "about" if item.fact and name == "idle" else name
    if name == "asked" and not asked_type(item):
        return None
    if name == "about" and not (exact or item.senses or item.is_unknown or _says(item, slot["slot"])):
        return None
    if name in ("used", "on", "named") and item.senses and not item.types & {*WORK, "institution"}:
        name = "about"  # implied for hardware, models and data sets
    return name if name in allowed else None


def _says(item: Item, slot: str) -> bool:
    """Whether a word within a span is a condition by itself."""
    is_stated = item.means("stated", "code") or any("stated" in word.facts for word in item.words)
    return bool(item.fact) or is_stated or slot in FACTS or item.of("kind:") == "survey"


def _is_in(item: Item, span: tuple[int, int] | None) -> bool:
    """Whether a piece is mostly within a span."""
    if span is None or item.mark or not (item.start < span[1] and span[0] < item.end):
        return False
    shared = min(item.end, span[1]) - max(item.start, span[0])
    return bool(item.senses) or shared >= min(2, span[1] - span[0])


def _measure(
    row: Json,
    slot: Json,
    text: str,
    items: Sequence[Item],
    allowed: Sequence[frozenset[str]],
    out: list[Slot],
    inside: list[int],
) -> None:
    """Mark the pieces that a number measures: its metric, and the nearest word for a change or a speed-up."""
    [span] = spans_in(row["question"], text, [slot["metric"]]) if slot.get("metric") else [None]
    free = [at for at in range(len(items)) if "measure" in allowed[at]]
    for at in (at for at in free if _is_in(items[at], span) and out[at].name in ("", "about")):
        out[at] = Slot("about measure" if out[at].name else "measure", *out[at][1:])
    for number in (at for at in inside[:1] if out[at].name == "number"):
        near = sorted((at for at in free if 0 < abs(at - number) <= 4), key=lambda at: abs(at - number))
        says = (at for at in near if items[at].means("increase", "decrease", "improve") or items[at].is_speed)
        says = (at for at in says if not (out[at].name or items[at].senses))
        for at in islice((at for at in says if not any(i.mark for i in items[min(at, number) : max(at, number)])), 1):
            if "op" in slot:
                out[at] = Slot("measure")


def spans_in(question: str, text: str, words: Iterable[str]) -> list[tuple[int, int] | None]:
    """The positions of words of a question, in order, in the text after normalisation."""
    found: list[tuple[int, int] | None] = []
    at = 0
    for said in words:
        start = next((n for n in (question.find(said, at), question.lower().find(said.lower())) if n >= 0), -1)
        at = max(at, start + len(said))
        found.append((start, start + len(said)) if start >= 0 else None)
    if text == question:
        return found
    place: dict[int, int] = {}
    for begin, other, size in SequenceMatcher(None, question, text, autojunk=False).get_matching_blocks():
        place |= {begin + n: other + n for n in range(size + 1) if begin + n not in place}
    starts = [max((n for n in place if n <= span[0]), default=0) if span else 0 for span in found]
    ends = [min((n for n in place if n >= span[1]), default=len(question)) if span else 0 for span in found]
    moved = zip(found, starts, ends, strict=True)
    return [span and (place.get(start, 0), place.get(end, len(text))) for span, start, end in moved]


# Learning


class Learner(SlotWeights):
    """Weights during training: each update moves them towards the correct label, and away from the predicted one."""

    def __init__(self, labels: Sequence[str], features: Iterable[np.ndarray[Any, Any]]) -> None:
        counts = np.zeros(SIZE, np.int32)
        for one in features:
            np.add.at(counts, one, 1)
        keys = np.flatnonzero(counts >= LEAST)
        super().__init__(labels, keys, np.zeros((len(keys), len(labels)), np.float32))
        self.place = np.full(SIZE, -1, np.int32)
        self.place[keys] = np.arange(len(keys))
        self.sums, self.steps = np.zeros_like(self.values), 1

    def rows(self, features: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The rows of the known features."""
        found: np.ndarray[Any, Any] = self.place[features]
        return found[found >= 0]

    def scores(self, features: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The sum of the features' weights for each label."""
        found: np.ndarray[Any, Any] = self.values[self.rows(features)].sum(0)
        return found

    def learn(self, features: np.ndarray[Any, Any], right: int, said: int) -> None:
        """Count a decision, and correct it if it is wrong."""
        self.steps += 1
        if right != said:
            rows = self.rows(features)
            for label, by in ((right, 1), (said, -1)):
                self.values[rows, label] += by
                self.sums[rows, label] += by * self.steps

    def averaged(self) -> SlotWeights:
        """The mean of the weights over all steps, in whole numbers; empty rows are left out."""
        mean = self.values - self.sums / self.steps
        whole = np.rint(mean / max(float(np.abs(mean).max()), 1e-9) * FULL).astype(np.int16)
        kept = np.flatnonzero(whole.any(1))
        return SlotWeights(self.labels, self.keys[kept].astype(np.int32), whole[kept])


def trained(examples: Sequence[Example]) -> SlotModel:
    """The weights of kinds and slots; the kinds used to learn slots are predicted with weights from other rows."""
    rng = random.Random(SEED)
    parts = parted(examples, GUESSED, rng)
    guesses: dict[int, str] = {}
    for part in range(GUESSED):
        weights = kinds_of([one for n, one in enumerate(examples) if parts[n] != part], KIND_EPOCHS // 2, rng)
        for n, one in enumerate(examples):
            if parts[n] == part:
                guesses[n] = best(weights, one.seen[0].whole).partition(" ")[0]
    return SlotModel(kinds_of(examples, KIND_EPOCHS, rng), *slots_of(examples, guesses, rng))


def parted(examples: Sequence[Example], parts: int, rng: random.Random) -> list[int]:
    """A part for each example; all examples of a question are in the same one."""
    questions = sorted({one.question for one in examples})
    rng.shuffle(questions)
    part = {question: n % parts for n, question in enumerate(questions)}
    return [part[one.question] for one in examples]


def best(weights: SlotWeights, features: np.ndarray[Any, Any]) -> str:
    """The label with the highest score."""
    return weights.labels[int(weights.scores(features).argmax())]


def kinds_of(examples: Sequence[Example], epochs: int, rng: random.Random) -> SlotWeights:
    """The weights of kinds."""
    out = Learner(sorted({one.kind for one in examples}), (seen.whole for one in examples for seen in one.seen))
    rows = [(seen.whole, out.labels.index(one.kind)) for one in examples for seen in one.seen]
    for _ in range(epochs):
        rng.shuffle(rows)
        for features, right in rows:
            out.learn(features, right, int(out.scores(features).argmax()))
    return out.averaged()


def slots_of(
    examples: Sequence[Example], kinds: dict[int, str], rng: random.Random
) -> tuple[SlotWeights, SlotWeights, SlotWeights]:
    """The weights of slots, of negation and of "or"."""
    names = sorted({slot.name for one in examples for slot in one.slots})
    rows = [(one, seen, kinds[n]) for n, one in enumerate(examples) for seen in one.seen]
    known = [step for one, seen, kind in rows for step in _steps(one, seen, kind)]
    slots = Learner(names, (features for features, _ in known))
    flags = [Learner(["", name], (joints for _, joints in known if joints is not None)) for name in ("not", "or")]
    allowed = {
        some: np.array([0 if name in some else -np.inf for name in names])
        for _, seen, _ in rows
        for some in seen.allowed
    }
    for _ in range(EPOCHS):
        rng.shuffle(rows)
        for one, seen, kind in rows:
            before, earlier, last = "^", "^", ""
            for at, right in enumerate(one.slots):
                features = np.concatenate([seen.pieces[at], after(seen.kinds[at], kind, before, earlier, last)])
                said = int((slots.scores(features) + allowed[seen.allowed[at]]).argmax())
                slots.learn(features, names.index(right.name), said)
                name = right.name if rng.random() < RIGHT else names[said]
                if is_condition(name):
                    joints = np.concatenate([seen.joints[at], joined_after(name, last)])
                    for flag, wanted in (
                        zip(flags, (right.negated, right.either), strict=True) if is_condition(right.name) else ()
                    ):
                        flag.learn(joints, int(wanted), int(flag.scores(joints).argmax()))
                    last = ("not " if right.negated else "") + name
                before, earlier = name, before
    return slots.averaged(), flags[0].averaged(), flags[1].averaged()


def _steps(one: Example, seen: Seen, kind: str) -> Iterator[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]]:
    """The features of each decision, given that all earlier ones are correct."""
    before, earlier, last = "^", "^", ""
    for at, slot in enumerate(one.slots):
        features = np.concatenate([seen.pieces[at], after(seen.kinds[at], kind, before, earlier, last)])
        joints = np.concatenate([seen.joints[at], joined_after(slot.name, last)]) if is_condition(slot.name) else None
        yield features, joints
        last = ("not " if slot.negated else "") + slot.name if is_condition(slot.name) else last
        before, earlier = slot.name, before


def write(model: SlotModel, path: Path) -> None:
    """Write the weights."""
    parts = {"kinds": model.kinds, "slots": model.slots, "negated": model.negated, "either": model.either}
    arrays: dict[str, Any] = {f"{name}.keys": part.keys for name, part in parts.items()}
    arrays |= {f"{name}.values": part.values for name, part in parts.items()}
    said = json.dumps({name: part.labels for name, part in parts.items()})
    np.savez_compressed(path, labels=np.array(said), **arrays)


def crossed(examples: Sequence[Example], folds: int) -> Counter[str]:
    """How much is predicted as in the rows, by cross-validation."""
    parts, found = parted(examples, folds, random.Random(SEED)), Counter[str]()
    for fold in range(folds):
        model = trained([one for n, one in enumerate(examples) if parts[n] != fold])
        found += read_right(model, [one for n, one in enumerate(examples) if parts[n] == fold])
    return found


def read_right(model: SlotModel, examples: Iterable[Example]) -> Counter[str]:
    """How many questions and slots there are, and how many kinds, slots and whole questions are predicted correctly."""
    found = Counter[str]()
    for one in examples:
        said = best(model.kinds, one.seen[0].whole)
        slots = list(model.decided(one.seen[0], said.partition(" ")[0]))
        found.update(questions=1, kinds=said == one.kind, slots=len(slots), whole=slots == one.slots)
        found.update(right=sum(map(tuple.__eq__, slots, one.slots)))
    return found


def told(found: Counter[str]) -> str:
    """The accuracy for kinds, slots and whole questions."""
    kinds, whole = (found[name] / found["questions"] for name in ("kinds", "whole"))
    return f"kinds {kinds:.3f}, slots {found['right'] / found['slots']:.3f}, whole questions {whole:.3f}"


if __name__ == "__main__":
    main()
