"""Measure briefs composed from title, institutions and abstract alone against the five reports' own sentences.

    python scripts/eval_brief.py [-v] [--lang en]

All 133 papers, read twice: by the tagger that ships, which was trained on 80 of them, and as if no annotated paper had
been seen (kg.extract.folds). -v shows every brief, with what its reference says and it does not. `--lang en` shows the
English ones; these have no references.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from brief_score import BriefScore, Scorer, summary

import kg
from kg.api import Graph
from kg.cli.base import progress
from kg.evaluation.components import reader
from kg.link.linker import Linker
from kg.model import Document, Paper
from kg.views.brief import ORIGINS, compose
from kg.views.selection import Selection
from kg.vocabulary import Vocabulary

REPORTS = Path(__file__).resolve().parent.parent / "data" / "reports"
TARGETS = {"name": 0.80, "institutions": 0.85, "numbers": 0.75, "foreign": 0, "chinese": 0.60}


def main() -> None:
    """Compose, score and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-v", "--verbose", action="store_true", help="show every brief and what it misses")
    parser.add_argument("--lang", default="zh", choices=["zh", "en"], help="language of the briefs that -v shows")
    arguments = parser.parse_args()
    scorer = Scorer(Linker(Vocabulary.load()))
    with tempfile.TemporaryDirectory() as folder, kg.open(str(Path(folder) / "papers.kg")) as graph:
        with progress("Reading") as tell:
            graph.add(REPORTS, progress=tell)
        for name, unseen in (("shipped", False), ("unseen", True)):
            scores = []
            for document, brief in briefs(graph, unseen, "zh"):
                scores.append(scorer.score(document, brief))
                if arguments.verbose and unseen and arguments.lang == "zh":
                    print(told(scores[-1]))
            found = summary(scores)
            for figure, value in found.items():
                target = f"  (wanted: {TARGETS[figure]:g})" if figure in TARGETS else ""
                print(f"{name:8} {figure:14} {value:.3f}{target}")
        if arguments.verbose and arguments.lang == "en":
            print("\n".join(f"{document.id} {brief}" for document, brief in briefs(graph, True, "en")))


def briefs(graph: Graph, unseen: bool, lang: str) -> Iterator[tuple[Document, str]]:
    """Every entry with its brief from title, institutions and abstract; `unseen`: by taggers that do not know it."""
    read = reader()
    for paper in graph.papers():
        for document, record in paper.entries:
            one = Paper(paper.id, [(document, record)])
            if unseen:
                texts = {name: text for name, text in document.texts.items() if name in ORIGINS["abstract"]}
                bare = replace(document, texts=texts)
                one = Paper(paper.id, [(bare, read(bare))])
            yield document, compose(Selection.of(graph, [one], lang), one, "abstract")


def told(score: BriefScore) -> str:
    """A brief with its misses, a line each."""
    lines = [f"{score.id} {score.brief}"]
    if score.name is False:
        lines.append(f"    name: {score.reference_name}")
    lines += [f"    institution: {name}" for name, hit in score.institutions.items() if not hit]
    lines += [f"    number: {number}" for number, hit in score.numbers.items() if not hit]
    lines += [f"    not in the paper: {word}" for word in score.foreign]
    if score.chinese < TARGETS["chinese"]:
        lines.append(f"    Chinese: {score.chinese:.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
