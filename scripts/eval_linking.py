"""Measure the linking of names to concepts: how many merges are false, by their way.

    python scripts/eval_linking.py [--wrong]

data/gold/merges.tsv holds pairs of a name and the concept that the linker took it for, drawn at random by their way
from 833 papers (700 on efficient AI of 2025 and 2026, and the reports), each judged by reading: is it the same thing?
A narrower thing is not its broader one. `pairs` is how many pairs of that way there were. What was false when the
pairs were drawn is printed beside what the present linker still merges; since mistakes seen here may have been mended,
the former says more about other papers.

data/gold/namesakes.tsv holds pairs that bear one name: two papers that both claim it, a paper that only says it and one
that claims it, or a paper that claims it and a concept of the vocabulary. Each was judged by reading the abstracts,
which stand in KG_SHARED (data/arxiv-corpus): are the two one thing? A pair is linked as if the graph held it alone.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kg import sources
from kg.build.pipeline import Pipeline
from kg.identifiers import plain
from kg.link.coined_names import Use, claims, meanings
from kg.link.concepts import ConceptLinker, local_name
from kg.model import Document, Record
from kg.query.statistics import wilson
from kg.text import fold
from kg.vocabulary import Vocabulary

GOLD = Path(__file__).resolve().parent.parent / "data" / "gold"
CORPUS = Path(os.environ.get("KG_SHARED", GOLD.parents[2] / "shared")) / "data" / "arxiv-corpus"


class Pair(NamedTuple):
    """A name and a concept or label, judged."""

    name: str
    label: str
    type: str
    right: bool
    how: str = ""
    of: int = 0  # pairs of this way that the sample was drawn from


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wrong", action="store_true", help="show the false merges")
    arguments = parser.parse_args()
    vocabulary = Vocabulary.load()
    merges(read(GOLD / "merges.tsv"), ConceptLinker(vocabulary), arguments.wrong)
    namesakes(vocabulary, arguments.wrong)
    return 0


def read(path: Path) -> list[Pair]:
    """The judged pairs of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Pair(
            row["name"],
            row.get("concept") or row["label"],
            row["type"],
            row["right"] == "1",
            row.get("how", ""),
            int(row.get("pairs", 0)),
        )
        for row in rows
    ]


def merges(pairs: list[Pair], linker: ConceptLinker, show: bool) -> None:
    """Print the false-merge rate of each way of merging, of all, and of all as the ways are in the papers."""
    print(
        f"{'way':<12}{'judged':>7}{'false':>7}{'rate':>7}{'now':>6}{'false':>7}{'rate':>7}  95 % interval of both rates"
    )
    kept = [pair for pair in pairs if is_merged(pair, linker)]
    ways = list(dict.fromkeys(pair.how.partition(":")[0] for pair in pairs))
    share: dict[str, tuple[float, float, float, float]] = {}  # way -> pairs in the papers and rate, then and now
    for way in (*ways, "all"):
        of = [p for p in pairs if way in ("all", p.how.partition(":")[0])]
        held = [p for p in of if p in kept]
        drawn, wrong = [p for p in of if not p.right], [p for p in held if not p.right]
        rate = len(wrong) / max(1, len(held))
        then, now = (f"{len(w):>7}{len(w) / max(1, len(n)):>7.3f}" for w, n in ((drawn, of), (wrong, held)))
        spans = (
            f"{low:.3f} to {high:.3f}" for low, high in (wilson(len(drawn), len(of)), wilson(len(wrong), len(held)))
        )
        print(f"{way:<12}{len(of):>7}{then}{len(held):>6}{now}  {', '.join(spans)}")
        if way != "all":
            share[way] = (of[0].of, len(drawn) / len(of), of[0].of * len(held) / len(of), rate)
        for pair in wrong if show and way != "all" else ():
            print(f"    {pair.type}: {pair.name!r} taken for {pair.label!r}")
    for when, at in (("then", 0), ("now", 2)):
        total = sum(counts[at] for counts in share.values())
        rate = sum(counts[at] * counts[at + 1] for counts in share.values()) / total
        print(f"weighted as the ways are in the papers, {when}: {rate:.3f}")


def is_merged(pair: Pair, linker: ConceptLinker) -> bool:
    """Whether the linker takes a name for a concept, given the acronym that the paper explains."""
    way, _, expansion = pair.how.partition(": ")
    expansions = {fold(pair.name): expansion} if way == "acronym" else {}
    if pair.type == "metric":
        found = linker.vocabulary.find(pair.name, "metric")
        return found is not None and found.label.get("en") == pair.label
    link = next(linker.candidates([pair.name], pair.type, expansions), None)
    return link is not None and linker.vocabulary[link.concept].label.get("en") == pair.label


def namesakes(vocabulary: Vocabulary, show: bool) -> None:
    """Print how many pairs of one name are taken for one thing, of those that are and of those that are two."""
    with (GOLD / "namesakes.tsv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file, delimiter="\t"))
    papers = records({pair[end] for pair in pairs for end in ("paper", "other")})
    print(f"\none name\n{'way':<12}{'one thing':>12}{'joined':>8}{'two':>8}{'joined':>8}{'unread':>8}")
    for way in dict.fromkeys(pair["how"] for pair in pairs):
        of = [(pair, is_joined(pair, papers, vocabulary)) for pair in pairs if pair["how"] == way]
        one, two = ([joined for pair, joined in of if pair["same"] == same and joined is not None] for same in "10")
        unread = sum(joined is None for _, joined in of)
        print(f"{way:<12}{len(one):>12}{sum(one):>8}{len(two):>8}{sum(two):>8}{unread:>8}")
        for pair, joined in of if show else ():
            if joined is None or joined != (pair["same"] == "1"):
                what = "unread" if joined is None else "joined" if joined else "apart"
                print(f"    {pair['name']}: {pair['paper']} and {pair['other']} are {what}")


def is_joined(pair: dict[str, str], papers: dict[str, tuple[Document, Record]], vocabulary: Vocabulary) -> bool | None:
    """Whether a pair of one name is taken for one thing; None where the name is not read, or a paper is missing."""
    name = f"technique:{local_name(pair['name'])}"
    ends = [papers[pair[end]] for end in ("paper", "other") if pair[end] in papers]
    if pair["how"] == "vocabulary":
        meant = {m.concept for _, record in ends for m in record.techniques if plain(m.concept) == name}
        return pair["other"] in meant if meant else None
    uses = [
        Use(record.paper, claim, frozenset(topic.id for topic in record.topics))
        for document, record in ends
        for claim in claims(document, record)
        if claim.concept == name
    ]
    return len(set(meanings(name, set(uses), name in vocabulary).values())) == 1 if len(uses) == 2 else None


def records(wanted: set[str]) -> dict[str, tuple[Document, Record]]:
    """Papers of the corpus and what is read of them, by arXiv id."""
    found: dict[str, str] = {}
    for path in sorted(CORPUS.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for said in map(json.loads, file):
                if said.get("id") in wanted and said.get("abstract"):
                    of = {key: said[key] for key in ("id", "title", "abstract")} | {"arxiv": said["id"]}
                    found.setdefault(said["id"], json.dumps(of) + "\n")
    pipeline = Pipeline(Vocabulary.load())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "papers.jsonl"
        path.write_text("".join(found[name] for name in sorted(found)), "utf-8")
        return {document.id: (document, pipeline.record(document)) for document in sources.read(path).documents}


def said(right: Iterable[bool]) -> str:
    """ "12 of 15 = 0.800"."""
    judged = list(right)
    return f"{sum(judged)} of {len(judged)} = {sum(judged) / max(1, len(judged)):.3f}"


if __name__ == "__main__":
    sys.exit(main())
