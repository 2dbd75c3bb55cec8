"""Count the mistakes of the extraction by type and cause, over all annotated papers: the table of docs/errors.md.

    python scripts/errors.py [RECORDS] [--write] [--show WORDS]

RECORDS is a file of `kg extract`; without it that of papers held out, which `scripts/train.py judges` keeps in build/.
`--write` puts the table into the page, `--show` prints up to 60 mistakes, drawn with a fixed seed, of the causes that
hold these words. Causes are computed from forms and offsets alone: what needs a reader's eye is said in the page's
prose. Needs $KG_SHARED for the papers beside the reports'.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from annotated import BUILD, annotated, is_of
from arxiv_gold import ROOT
from marked import put

from kg.evaluation.matching import Pairing, overlap, paired, same_name
from kg.records import read_records

PAGE = ROOT / "docs" / "errors.md"
ENTITIES = ("techniques", "problems", "tasks", "hardware", "models", "datasets")
LEAST = {"techniques": 0.5, "problems": 0.5, "tasks": 0.5}  # overlap of two that are one; else a name's
NAME = 0.75
NEAR, OTHER = 0.25, 0.6  # overlaps of spans with another boundary, and of one thing under two types
SAMPLE = 60

Json = Mapping[str, Any]


class Mistake(NamedTuple):
    """What is wrong in one paper: type, whether it is missed or wrong, by which cause, and in which words."""

    type: str
    side: str
    cause: str
    paper: str
    words: str


def mistakes(paper: str, gold: Json, found: Json) -> Iterator[Mistake]:
    """The mistakes of one record against the annotated one."""
    by_type = {pairing.type: pairing for pairing in paired(gold, found)}
    for kind in ENTITIES:
        for side, cause, words in _entities(kind, by_type[kind], gold, found):
            yield Mistake(kind, side, cause, paper, words)
    parts = (
        ("technique role", _roles(by_type["techniques"])),
        ("results", _results(by_type["results"])),
        ("result metric", _slot("metric", by_type)),
        ("result baseline", _slot("baseline", by_type)),
        ("relations", _relations(by_type["relations"], gold, found)),
        ("topics", _plain(by_type["topics"], str)),
        ("institutions", _plain(by_type["institutions"], lambda e: e["name"])),
    )
    for kind, told in parts:
        for side, cause, words in told:
            yield Mistake(kind, side, cause, paper, words)


Told = Iterator[tuple[str, str, str]]


def _left(pairing: Pairing) -> tuple[list[Any], list[Any]]:
    """What is annotated and not found, and what is found and not annotated."""
    gold, found = {i for i, _ in pairing.pairs}, {j for _, j in pairing.pairs}
    missed = [e for i, e in enumerate(pairing.gold) if i not in gold]
    return missed, [e for j, e in enumerate(pairing.found) if j not in found]


def _best(entity: Json, others: Any, alike: Callable[[Json, Json], float]) -> float:
    return max((alike(entity, other) for other in others), default=0.0)


def _elsewhere(entity: Json, kind: str, record: Json) -> str:
    """The other type under which a record has the same thing, "" for none."""
    near = [(_best(entity, record.get(other) or [], overlap), other) for other in ENTITIES if other != kind]
    most, other = max(near)
    return other if most >= OTHER else ""


def _entities(kind: str, pairing: Pairing, gold: Json, found: Json) -> Told:
    least, alike = LEAST.get(kind, NAME), overlap if kind in LEAST else same_name
    missed, wrong = _left(pairing)
    for what, left, rest, there, record, twice, named in (
        ("wrong", wrong, missed, pairing.gold, gold, "second form of one that is right", "annotated"),
        ("missed", missed, wrong, pairing.found, found, "two annotated, one found", "found"),
    ):
        for entity in left:
            other = _elsewhere(entity, kind, record)
            if _best(entity, there, alike) >= least:
                cause = twice
            elif _best(entity, rest, overlap) >= NEAR:
                cause = f"other boundary than a {'missed' if what == 'wrong' else 'wrong'} one"
            elif _best(entity, there, overlap) >= NEAR:
                cause = "part of a right one, wider or narrower"
            else:
                cause = f"{named} as {other}" if other else f"not {named}"
            yield what, cause, entity["surface"]


def _roles(pairing: Pairing) -> Told:
    for i, j in pairing.pairs:
        meant, said = pairing.gold[i].get("role"), pairing.found[j].get("role")
        if meant != said:
            yield "wrong", f"{meant} taken for {said}", pairing.gold[i]["surface"]


def _values(result: Json) -> set[float]:
    value = result.get("value")
    return set(value) if isinstance(value, list) else {value} if isinstance(value, int | float) else set()


def _results(pairing: Pairing) -> Told:
    missed, wrong = _left(pairing)
    for side, here, there in (("missed", missed, wrong), ("wrong", wrong, missed)):
        for result in here:
            same = [other for other in there if _values(other) == _values(result)]
            if same:
                unit = any(other.get("change") == result.get("change") for other in same)
                cause = "right value, other unit" if unit else "right value, other change"
            elif any(_values(other) & _values(result) for other in there):
                cause = "one end of a range"
            else:
                cause = "not found" if side == "missed" else "not annotated"
            yield side, cause, result["surface"]


def _slot(slot: str, by_type: Mapping[str, Pairing]) -> Told:
    right, pairing = set(by_type[f"result {slot}"].pairs), by_type["results"]
    for i, j in pairing.pairs:
        if (i, j) in right:
            continue
        meant, said = (r.get(slot) or "" for r in (pairing.gold[i], pairing.found[j]))
        if not meant or not said:
            cause = "none annotated" if said else "left empty"
        else:
            cause = "part of it" if overlap({"surface": meant}, {"surface": said}) else "another one"
        yield "wrong", cause, f"{meant} / {said} ({pairing.gold[i]['surface']})"


class Ends:
    """The forms by which a record knows the ends of its relations."""

    def __init__(self, record: Json) -> None:
        self.forms: dict[str, Json] = {}
        for kind in ENTITIES:
            for entity in record.get(kind) or []:
                forms = [entity["surface"], entity.get("canonical") or "", *(entity.get("aliases") or [])]
                for form in forms:
                    self.forms.setdefault(form, {"surface": forms[0], "aliases": forms[1:]})
        self.forms.setdefault(record.get("name") or "", {"surface": record.get("name") or ""})

    def __getitem__(self, name: str) -> Json:
        return self.forms.get(name, {"surface": name})

    def has(self, entity: Json) -> bool:
        """Whether the record has a thing that is this one."""
        return any(overlap(entity, known) >= LEAST["techniques"] for known in self.forms.values())


def _relations(pairing: Pairing, gold: Json, found: Json) -> Told:
    missed, wrong = _left(pairing)
    sides = (
        ("missed", missed, Ends(gold), pairing.found, Ends(found)),
        ("wrong", wrong, Ends(found), pairing.gold, Ends(gold)),
    )
    for side, here, own, others, theirs in sides:
        for relation in here:
            head, tail = own[relation["head"]], own[relation["tail"]]
            cause = _of_relation(relation, head, tail, others, theirs, side)
            yield side, cause, f"{relation['head']} {relation['type']} {relation['tail']}"


def _of_relation(relation: Json, head: Json, tail: Json, others: Any, theirs: Ends, side: str) -> str:
    least = LEAST["techniques"]
    if not (theirs.has(head) and theirs.has(tail)):
        return "an end is not found" if side == "missed" else "an end is no annotated thing"
    ends = [
        (
            o["type"] == relation["type"],
            overlap(head, theirs[o["head"]]) >= least,
            overlap(tail, theirs[o["tail"]]) >= least,
        )
        for o in others
    ]
    if any(h and t and not same for same, h, t in ends):
        return "the same pair, another type"
    if any(h and t for _, h, t in ends):
        return "the same twice"
    turned = (overlap(head, theirs[o["tail"]]) >= least <= overlap(tail, theirs[o["head"]]) for o in others)
    if any(turned):
        return "the other way round"
    if any(same and t for same, _, t in ends):
        return "another head"
    return "both ends found, no relation" if side == "missed" else "pair not annotated"


def _plain(pairing: Pairing, name: Callable[[Any], str]) -> Told:
    for side, items in zip(("missed", "wrong"), _left(pairing), strict=True):
        for item in items:
            yield side, name(item), name(item)


def table(found: list[Mistake], most: int = 10) -> str:
    """The commonest causes by type as Markdown."""
    lines = ["| type | mistake | cause | count | share |", "|---|---|---|---:|---:|"]
    for kind in dict.fromkeys(m.type for m in found):
        count = Counter((m.side, m.cause) for m in found if m.type == kind)
        for (side, cause), n in count.most_common(most):
            lines.append(f"| {kind} | {side} | {cause} | {n} | {n / count.total():.0%} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read or take records, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="?", type=Path, default=BUILD / "held-out.jsonl")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--show", default="")
    told = parser.parse_args()
    papers = [paper for paper in annotated() if is_of(paper[0].id, "reports", "others", "hard")]
    records = read_records(told.records)
    found = [m for d, gold in papers if d.id in records for m in mistakes(d.id, gold, records[d.id])]
    if told.show:
        chosen = [m for m in found if told.show in f"{m.type} {m.side} {m.cause}"]
        for mistake in random.Random(0).sample(chosen, min(SAMPLE, len(chosen))):
            print(*mistake, sep="\t")
        return
    made = table(found)
    print(made, end="")
    if told.write:
        put(PAGE, "mistakes", made)


if __name__ == "__main__":
    main()
