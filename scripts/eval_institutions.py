"""Measure institution linking on strings of affiliations with ROR ids: precision, recall and strings a second.

    KG_SHARED=FOLDER python scripts/eval_institutions.py [--misses 20]

Reads S2AFF's test part and the ROR API's own test sets in FOLDER/data/affiliation-gold, to which nothing was fitted.
What counts: the ids of the organisations that are read in a string against the ids of its gold, added up over all
strings of a set (micro average). An id is right when it stands in the string's gold, and wrong otherwise: a parent, a
child, a successor or a namesake of the right one is wrong, and so is any id for a string whose gold is empty. Ids that
the register lacks are left out of the gold and their strings stay: what is linked there instead is wrong.
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

from kg.link.affiliations import organisations
from kg.link.register import Register

SETS = ("s2aff_gold", "rorapi_test_springer", "rorapi_test_crossref_2024")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--misses", type=int, default=0, help="how many wrong strings of each set to show")
    arguments = parser.parse_args()
    folder = Path(os.environ.get("KG_SHARED", "")) / "data" / "affiliation-gold"
    if not folder.is_dir():
        print("KG_SHARED does not name the folder that holds data/affiliation-gold: nothing is measured.")
        return 0
    register = Register.load()
    print(f"{'set':<28}{'strings':>8}{'precision':>11}{'recall':>8}{'strings/s':>11}")
    for name in SETS:
        measure(name, list(read(folder / f"{name}.jsonl.gz")), arguments.misses, register)
    return 0


def read(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Strings with their gold ids; of a set with parts only the test part."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("split", "test") == "test":
                yield row["aff"], {f"ror:{one}" for one in row["ror"]}


def measure(name: str, rows: list[tuple[str, set[str]]], misses: int, register: Register) -> None:
    """Print the figures of a set, and some of its strings that are wrong."""
    start = time.process_time()
    found = [{one.concept for one in organisations(text, register) if one.concept} for text, _ in rows]
    speed = len(rows) / (time.process_time() - start)
    gold = [{one for one in ids if one in register} for _, ids in rows]
    right = sum(len(f & g) for f, g in zip(found, gold, strict=True))
    precision, recall = (right / max(1, sum(map(len, side))) for side in (found, gold))
    print(f"{name:<28}{len(rows):>8}{precision:>11.3f}{recall:>8.3f}{speed:>11.0f}")
    wrong = [(text, f, g) for (text, _), f, g in zip(rows, found, gold, strict=True) if f != g]
    for text, f, g in wrong[:misses]:
        sides = ([register[curie].name for curie in sorted(side)] for side in (f - g, g - f))
        print("  {!r}\n    wrong {} missed {}".format(text, *sides))


if __name__ == "__main__":
    sys.exit(main())
