"""Measure institution linking on strings of affiliations with ROR ids: precision, recall and strings a second.

    KG_SHARED=FOLDER python scripts/eval_institutions.py [--misses 20] [--curve]

Reads S2AFF's test part and the ROR API's own test sets in FOLDER/data/affiliation-gold, which
scripts/fit_institutions.py does not see. What counts: the ids predicted for a string against the ids of its gold,
added up over all strings of a set (micro average). An id is right when it stands in the string's gold, and wrong
otherwise: a parent, a child, a successor or a namesake of the right one is wrong, and so is any id for a string whose
gold is empty. Ids that the register lacks are left out of the gold and their strings stay: what is predicted for them
instead is wrong. So is what a gold of one id leaves out of a string that names two.

"kept" is the precision when strings that lose all their ids so are left out (the recall is the same, for they have
none to find); it is the reading of "labels absent from the register removed" that asks nothing of strings without
labels. "complete" is the precision over strings that have gold and whose gold is wholly in the register: what is left
when neither the register's gaps nor organisations that ROR took in after the gold was made are to blame.

"dated" is the precision when records without a GRID id, those that ROR took in since 2021, are left out on both sides:
no label of S2AFF is one of them (they are half of the register that ships), so that whatever is linked to one counts
as wrong there, the right ones too. It needs FOLDER/data/ror.

"first" is precision@1, by which S2AFF publishes 0.957 at 2 strings/s: of the strings with gold in the register, the
share whose best candidate, however unsure, is in the gold. It needs no decision to say nothing, and strings with empty
gold do not count. Seconds are those of one core, one process, everything loaded.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.link.ror import UNIT, identified, ids
from kg.link.spellings import names

SETS = ("s2aff_gold", "rorapi_test_springer", "rorapi_test_crossref_2024")
CURVE = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # probabilities of the curve
UNSURE = -50 * UNIT  # a threshold that every candidate passes
Rows = list[tuple[str, set[str]]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--misses", type=int, default=0, help="how many wrong strings of each set to show")
    parser.add_argument("--curve", action="store_true", help="precision and recall at other thresholds too")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("KG_SHARED", "")) / "data" / "affiliation-gold"
    if not folder.is_dir():
        print("KG_SHARED does not name the folder that holds data/affiliation-gold: nothing is measured.")
        return 0
    ids("")
    young = taken_in_since_grid(folder.parent / "ror" / "ror_records.jsonl.gz")
    shares = f"{'precision':>11}{'recall':>8}{'kept':>8}{'complete':>10}{'dated':>8}{'first':>8}"
    columns = f"{'strings':>8}{shares}{'strings/s':>11}"
    print(f"{'set':<28}{columns}")
    for name in SETS:
        rows = list(read(folder / f"{name}.jsonl.gz"))
        measure(name, rows, arguments.misses, young)
        if arguments.curve:
            curve(rows)
    return 0


def read(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Strings with their gold ids; of a set with parts only the test part."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("split", "test") == "test":
                yield row["aff"], set(row["ror"])


def taken_in_since_grid(path: Path) -> set[str]:
    """The ids of the records that never had a GRID id."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {record["id"] for record in map(json.loads, lines) if not record.get("grid")}


def measure(name: str, rows: Rows, misses: int, young: set[str]) -> None:
    start = time.process_time()
    found = [ids(text) for text, _ in rows]
    speed = len(rows) / (time.process_time() - start)
    gold = [known(ids_) for _, ids_ in rows]
    pairs = [(g, set(f)) for g, f in zip(gold, found, strict=True)]
    recall = precision((f, g) for g, f in pairs)
    kept = precision(pair for (_, all_), pair in zip(rows, pairs, strict=True) if pair[0] or not all_)
    complete = precision(pair for (_, all_), pair in zip(rows, pairs, strict=True) if all_ and pair[0] == all_)
    dated = precision((g, f - young) for g, f in pairs)
    judged = [(text, g) for (text, _), g in zip(rows, gold, strict=True) if g]
    first = sum(bool(g.intersection(ids(text, UNSURE)[:1])) for text, g in judged) / max(1, len(judged))
    shares = f"{precision(pairs):>11.3f}{recall:>8.3f}{kept:>8.3f}{complete:>10.3f}{dated:>8.3f}{first:>8.3f}"
    print(f"{name:<28}{len(rows):>8}{shares}{speed:>11.0f}")
    wrong = ((text, g, f) for (text, _), (g, f) in zip(rows, pairs, strict=True) if g != f)
    for (text, g, f), _ in zip(wrong, range(misses), strict=False):
        sides = ([names().register[f"ror:{i}"].name for i in sorted(side)] for side in (f - g, g - f))
        print("  {!r}\n    wrong {} missed {}".format(text, *sides))


def precision(pairs: Iterable[tuple[set[str], set[str]]]) -> float:
    """The share of the second sets' ids that stand in the first."""
    counts = [(len(gold & found), len(found)) for gold, found in pairs]
    return sum(right for right, _ in counts) / max(1, sum(all_ for _, all_ in counts))


def known(gold: set[str]) -> set[str]:
    """The ids that the register has."""
    return {i for i in gold if f"ror:{i}" in names().register}


def curve(rows: Rows) -> None:
    """Precision, recall and precision without strings that lose all their ids, at several probabilities."""
    found = [(one, gold) for text, gold in rows for one in identified(text, UNSURE)]
    wanted = sum(len(known(gold)) for _, gold in rows)
    for least in CURVE:
        sure = [(one.organisation.curie[4:] in gold, gold) for one, gold in found if one.probability >= least]
        right = sum(is_right for is_right, _ in sure)
        kept = right / max(1, sum(not gold or bool(known(gold)) for _, gold in sure))
        print(f"  at {least:.1f}{right / max(1, len(sure)):>38.3f}{right / max(1, wanted):>8.3f}{kept:>8.3f}")


if __name__ == "__main__":
    sys.exit(main())
