"""How often two entries are rightly taken for one work: precision and recall over data/gold/works.jsonl.

python scripts/eval_works.py             # both parts, by kind of pair
python scripts/eval_works.py --wrong     # and the pairs of the part to tune on that are decided wrongly
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from kg.link.works import Described, Verdict, described, keys, same_work
from kg.model import Document, Mention, Record, Text
from kg.sources.repair import repair
from kg.sources.words import Words
from kg.vocabulary import data_folder

PAIRS = data_folder("data") / "gold" / "works.jsonl"


def side(said: dict[str, Any], name: str, words: Words) -> Described:
    """One side of a pair as an entry that was read and repaired."""
    texts = {field: Text(said[key], said[key]) for field, key in (("T", "title"), ("A", "abstract")) if said.get(key)}
    document = Document(name, "pairs", 1, texts, authors=tuple(said.get("authors", ())))
    document.author_count = said.get("author_count")
    document.arxiv, document.doi = said.get("arxiv", ""), said.get("doi", "")
    document = repair(document, words)
    places = [Mention("institution", place, place) for place in said.get("institutions", ())]
    title = document.texts["T"].text if "T" in document.texts else ""
    return described(document, Record(name, title=title, institutions=places))


def decided(path: Path = PAIRS) -> list[tuple[dict[str, Any], Verdict]]:
    """The pairs of a file with what is decided on each."""
    words = Words.load()
    pairs = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(pair, _found(side(pair["a"], "a", words), side(pair["b"], "b", words))) for pair in pairs]


def _found(a: Described, b: Described) -> Verdict:
    """The verdict in a graph, where entries are only compared when they have a key in common."""
    return same_work(a, b) if set(keys(a)) & set(keys(b)) else Verdict(0, "no key in common")


def scores(found: list[tuple[dict[str, Any], Verdict]]) -> tuple[float, float]:
    """Precision and recall of "one work"."""
    right = sum(pair["same"] and verdict.same for pair, verdict in found)
    said = sum(verdict.same for _, verdict in found)
    return right / max(1, said), right / max(1, sum(pair["same"] for pair, _ in found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="show wrong decisions of the part to tune on")
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    options = parser.parse_args()
    found = decided(options.pairs)
    for part, held_out in (("tune", False), ("held out", True)):
        some = [(pair, verdict) for pair, verdict in found if pair["held_out"] is held_out]
        precision, recall = scores(some)
        print(f"{part}: {len(some)} pairs, precision {precision:.4f}, recall {recall:.4f}")
        totals = Counter((not pair["same"], pair["kind"]) for pair, _ in some)
        right = Counter((not pair["same"], pair["kind"]) for pair, verdict in some if pair["same"] == verdict.same)
        for kind, total in sorted(totals.items()):
            print(f"  {'two works' if kind[0] else 'one work ':9}  {kind[1]:28}{right[kind]:4} of {total}")
    if options.wrong:
        for pair, verdict in found:
            if not pair["held_out"] and pair["same"] != verdict.same:
                print(pair["id"], pair["kind"], verdict, *(json.dumps(pair[s], ensure_ascii=False)[:260] for s in "ab"))


if __name__ == "__main__":
    main()
