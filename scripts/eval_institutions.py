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
from collections.abc import Iterator
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
    columns = f"{'strings':>8}{'precision':>11}{'recall':>8}{'kept':>8}{'complete':>10}{'first':>8}{'strings/s':>11}"
    print(f"{'set':<28}{columns}")
    for name in SETS:
        rows = list(read(folder / f"{name}.jsonl.gz"))
        measure(name, rows, arguments.misses)
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


def measure(name: str, rows: Rows, misses: int) -> None:
    start = time.process_time()
    found = [ids(text) for text, _ in rows]
    speed = len(rows) / (time.process_time() - start)
    gold = [known(ids_) for _, ids_ in rows]
    right = sum(len(g.intersection(f)) for g, f in zip(gold, found, strict=True))
    precision = right / max(1, sum(map(len, found)))
    recall = right / max(1, sum(map(len, gold)))
    kept = right / max(1, sum(len(f) for (_, all_), g, f in zip(rows, gold, found, strict=True) if g or not all_))
    whole = [(g, f) for (_, all_), g, f in zip(rows, gold, found, strict=True) if all_ and g == all_]
    complete = sum(len(g.intersection(f)) for g, f in whole) / max(1, sum(len(f) for _, f in whole))
    judged = [(text, g) for (text, _), g in zip(rows, gold, strict=True) if g]
    first = sum(bool(g.intersection(ids(text, UNSURE)[:1])) for text, g in judged) / max(1, len(judged))
    shares = f"{precision:>11.3f}{recall:>8.3f}{kept:>8.3f}{complete:>10.3f}{first:>8.3f}"
    print(f"{name:<28}{len(rows):>8}{shares}{speed:>11.0f}")
    wrong = ((text, g, set(f)) for (text, _), g, f in zip(rows, gold, found, strict=True) if g != set(f))
    for (text, g, f), _ in zip(wrong, range(misses), strict=False):
        sides = ([names().register[f"ror:{i}"].name for i in sorted(side)] for side in (f - g, g - f))
        print("  {!r}\n    wrong {} missed {}".format(text, *sides))


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
