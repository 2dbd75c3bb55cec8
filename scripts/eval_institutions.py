"""Measure institution linking on strings of affiliations with ROR ids: precision, recall and strings a second.

    KG_SHARED=FOLDER python scripts/eval_institutions.py [--misses 20]

Reads S2AFF's test part and the ROR API's own test sets in FOLDER/data/affiliation-gold; ids that the register lacks are
left out of the gold.
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
from kg.link.institutions import Register

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
        measure(name, list(read(folder / f"{name}.jsonl.gz")), register, arguments.misses)
    return 0


def read(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Strings with their gold ids; of a set with parts only the test part."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("split", "test") == "test":
                yield row["aff"], set(row["ror"])


def measure(name: str, rows: list[tuple[str, set[str]]], register: Register, misses: int) -> None:
    start = time.perf_counter()
    found = [{f.concept.removeprefix("ror:") for f in organisations(text, register) if f.concept} for text, _ in rows]
    seconds = time.perf_counter() - start
    right = predicted = wanted = 0
    for (text, gold), ids in zip(rows, found, strict=True):
        known = {i for i in gold if f"ror:{i}" in register}
        ids = {i for i in ids if not i.startswith("institution:")}
        right, predicted, wanted = right + len(known & ids), predicted + len(ids), wanted + len(known)
        if misses and known != ids and (gold == known):
            misses -= 1
            wrong, missed = (
                [register[f"ror:{i}"].name for i in side] for side in (sorted(ids - gold), sorted(known - ids))
            )
            print(f"  {text!r}\n    wrong {wrong} missed {missed}")
    speed = len(rows) / seconds
    print(f"{name:<28}{len(rows):>8}{right / max(1, predicted):>11.3f}{right / max(1, wanted):>8.3f}{speed:>11.0f}")


if __name__ == "__main__":
    sys.exit(main())
