"""Count the words of paper abstracts into data/words.tsv.gz, by which the sources repair broken words and capitals.

    python scripts/words.py ARXIV.jsonl.gz ... -o data/words.tsv.gz

One line a word: lower case, number of abstracts that have it, and, where most writers give it inner or full capitals
("LoRA", "GPU", "ImageNet"), that spelling. Counts only, made from arXiv metadata (CC0).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")


def count(paths: list[Path]) -> tuple[Counter[str], Counter[str]]:
    """Number of abstracts by word in lower case, and by spelling."""
    words: Counter[str] = Counter()
    spellings: Counter[str] = Counter()
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                found = {m.group() for m in WORD.finditer(json.loads(line).get("abstract") or "")}
                words.update({w.lower() for w in found})
                spellings.update(found)
    return words, spellings


def rows(
    words: Counter[str], spellings: Counter[str], least: int, least_compound: int, share: float = 0.6
) -> Iterator[str]:
    """The lines of the table, by word."""
    best: dict[str, tuple[int, str]] = {}
    for spelling, number in spellings.items():
        best[spelling.lower()] = max(best.get(spelling.lower(), (0, "")), (number, spelling))
    for word, number in sorted(words.items()):
        if number >= (least_compound if "-" in word else least):
            times, spelling = best[word]
            is_special = spelling[1:] != spelling[1:].lower() and times >= share * number
            yield f"{word}\t{number}" + (f"\t{spelling}" if is_special else "") + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="JSON lines with an abstract each, gzip")
    parser.add_argument("-o", "--output", type=Path, default=Path("data/words.tsv.gz"))
    parser.add_argument("--least", type=int, default=8, help="abstracts that must have a word (default 8)")
    parser.add_argument("--least-compound", type=int, default=5, help="and a word with hyphens (default 5)")
    options = parser.parse_args()
    table = "".join(rows(*count(options.files), options.least, options.least_compound))
    options.output.write_bytes(gzip.compress(table.encode(), 9, mtime=0))
    print(f"{options.output}: {table.count(chr(10))} words, {options.output.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
