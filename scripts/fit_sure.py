"""Fit the thresholds from which claims are sure: data/models/sure.json.

    python scripts/train.py judges        # keeps build/held-out.jsonl, the annotated papers as if nobody had seen them
    python scripts/fit_results.py         # the same of their results: build/held-out-results.jsonl
    python scripts/fit_sure.py GOLD... --records build/held-out.jsonl build/held-out-results.jsonl [--check]

GOLD are annotated papers (JSON lines), the records those that were made of them by judges that had not seen them; what
a later file says of a paper takes the place of what an earlier one does, list by list. Of each type the threshold is
the lowest score at which the share of right claims, by the lower end of its interval (Wilson, 1927), reaches what is
wanted; a type that never reaches it gets none, and institutions, of which a register knows, keep theirs. The types of
relations share a threshold, for their scores mean the same; a type that is right too seldom there has none. Prints
figures by type, of thresholds fitted to four fifths of the papers and tried on the rest; `--check` writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

from kg.cli.core import console, note, table
from kg.evaluation.matching import Json
from kg.evaluation.printed import trust_table
from kg.evaluation.trust_scores import FULL, Claims, claims, figures
from kg.model import RELATION_TYPES, KgError
from kg.records import read_records

FILE = Path(__file__).resolve().parent.parent / "data" / "models" / "sure.json"
FOLDS = 5
#: The share of sure claims that is to be right, by the list of a record.
WANTED = {
    "techniques": 0.935,  # readers find fewer right than annotations do: of these 86 % have the right role too
    "problems": 0.86,
    "tasks": 0.9,
    "hardware": 0.9,
    "models": 0.93,
    "datasets": 0.9,
    "results": 0.8,
    "topics": 0.88,
    "kind": 0.92,
}
#: The same of relations of all types together, and of each by itself.
RELATED, OF_TYPE = 0.87, 0.8
#: By how many standard errors a share has to be beyond doubt: what looks good by luck is to be no threshold.
DOUBT = 0.7
FEW = 30  # claims from which a share is told


def threshold(found: Claims, wanted: float) -> float | None:
    """The lowest score from which on claims are right as often as wanted, None where there is none."""
    best, right = None, 0
    ordered = sorted(found.said, key=lambda one: -one.score)
    for n, one in enumerate(ordered, 1):
        right += one.right
        is_last = n == len(ordered) or ordered[n].score < one.score  # those of one score stand or fall together
        if is_last and n >= FEW and lower_end(right, n) >= wanted:
            best = round(one.score, 3)
    return best


def lower_end(right: int, n: int) -> float:
    """The lower end of Wilson's interval of a share."""
    share, spread = right / n, DOUBT**2 / n
    return (share + spread / 2 - DOUBT * sqrt(share * (1 - share) / n + spread / (4 * n))) / (1 + spread)


def fitted(found: Mapping[str, Claims]) -> dict[str, float]:
    """The thresholds by type."""
    made = {key: threshold(found[_judged_as(key)], w) for key, w in WANTED.items() if _judged_as(key) in found}
    kinds = [kind for kind in RELATION_TYPES if kind in found]
    while kinds:
        least = threshold(Claims([one for kind in kinds for one in found[kind].said]), RELATED)
        right = [kind for kind in kinds if least is not None and _share(found[kind], least) >= OF_TYPE]
        if right == kinds:
            made |= dict.fromkeys(kinds, least)
        kinds = right if right != kinds else []
    return {key: least for key, least in made.items() if least is not None}


def _share(found: Claims, least: float) -> float:
    """The share of claims that are right, of those from a score on; 1 without any."""
    said = [one.right for one in found.said if one.score >= least]
    return sum(said) / len(said) if said else 1.0


def _judged_as(key: str) -> str:
    """The type of claims by which those of a type are judged: a result must be right in full."""
    return FULL if key == "results" else key


def tried(parts: Sequence[Mapping[str, Claims]]) -> dict[str, Claims]:
    """All claims, sure by thresholds that were fitted without the part that they are of."""
    out: dict[str, Claims] = {}
    for at, part in enumerate(parts):
        least = fitted(joined(other for n, other in enumerate(parts) if n != at))
        every = Claims()
        for key in (*WANTED, *RELATION_TYPES):
            found = part.get(_judged_as(key), Claims())
            said = [one._replace(sure=key in least and one.score >= least[key]) for one in found.said]
            again = Claims(said, found.wanted)
            _add(out, key, again)
            if key in RELATION_TYPES:
                _add({"": every}, "", again)
        _add(out, "relations", every)
    return out


def joined(parts: Iterable[Mapping[str, Claims]]) -> dict[str, Claims]:
    """The claims of several parts by type."""
    out: dict[str, Claims] = {}
    for part in parts:
        for key, found in part.items():
            _add(out, key, found)
    return out


def _add(to: dict[str, Claims], key: str, found: Claims) -> None:
    known = to.setdefault(key, Claims())
    known.said += found.said
    known.wanted += found.wanted


def merged(files: Iterable[Path]) -> dict[str, Json]:
    """The records of files by paper; what a later file says takes the place of what an earlier one does."""
    out: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, record in read_records(file).items():
            out.setdefault(name, {}).update(record)
    return dict(out)


def show(title: str, parts: Sequence[Mapping[str, Claims]], least: Mapping[str, float]) -> None:
    """Print the figures of claims that are sure by thresholds of other papers, and the thresholds of all."""
    shown = trust_table({key: figures(found) for key, found in tried(parts).items()})
    rows = [[*row[:-1], f"{least[row[0]]:g}" if row[0] in least else ""] for row in shown.rows]
    console().print(table(title, [*shown.columns[:-1], "threshold"], rows))


def main() -> int:
    """Fit, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+", help="annotated papers")
    parser.add_argument("--records", type=Path, nargs="+", required=True, help="records of papers held out")
    parser.add_argument("--check", action="store_true", help="print the figures alone")
    given = parser.parse_args()
    try:
        gold, records = merged(given.gold), merged(given.records)
        names = sorted(gold.keys() & records.keys())
        if not names:
            raise KgError("The records are of none of the annotated papers: give those that were made of them.")
        parts = [
            claims({name: gold[name] for name in names[fold::FOLDS]}, records) for fold in range(min(FOLDS, len(names)))
        ]
    except KgError as error:
        note(str(error))
        return 2
    least = fitted(joined(parts))
    show(f"{len(names)} papers", parts, least)
    if not given.check:
        others = {key: value for key, value in json.loads(FILE.read_text("utf-8")).items() if key not in WANTED}
        kept = dict(sorted((others | least).items()))
        FILE.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
