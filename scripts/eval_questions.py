"""Score the answers to questions about the five reports and 3,146 papers on efficient AI: precision, recall, time.

    KG_SHARED=FOLDER python scripts/eval_questions.py [--graph GRAPH] [--questions FILE] [--write PAGE]

Asks data/gold/questions.eff.jsonl and the questions of FOLDER/gold, or those of FILE alone. Without --graph, one is
made of the reports and FOLDER/data/arxiv-corpus: some minutes.

A question has papers that are its answer ("expected") and borderline ones ("also_ok"), which are neither hit nor miss;
or a range that a count must lie in ("number"); or things and words ("expected_things", "answer") that are printed to
be judged by reading and do not count. Precision is that of the first twenty papers, recall that of all; an answer
without papers has no precision, and both are 1 where none is expected. Ids of reports and of arXiv that are one work
are one. Of questions in two languages ("pair"), the share that gives the same papers in both is printed.

--write puts the means into the page, between its marks: the "before" columns stay as they are once they are filled.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marked import between, put

import kg
from kg.api import Graph
from kg.cli.core import progress

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "data" / "gold" / "questions.eff.jsonl"
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))
ALL, FIRST = 1000, 20  # papers that an answer may list, and those that its precision is taken of
HEAD = (
    "| questions | language | n | precision before | recall before | precision | recall |\n"
    "|---|---|---:|---:|---:|---:|---:|"
)
Json = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """How good an answer is, between 0 and 1 or None for what does not count; its papers, its seconds."""

    asked: Json
    precision: float | None
    recall: float | None
    note: str
    papers: tuple[str, ...] = ()
    seconds: float = 0.0


def score(asked: Json, said: Json, same: dict[str, str], seconds: float = 0.0) -> Scored:
    """An answer in the form of `kg ask --format json`, by the truth of its question."""
    got = tuple(dict.fromkeys(same.get(paper["id"], paper["id"]) for paper in said.get("papers") or []))
    core = {same.get(i, i) for i in asked.get("expected") or []}
    borderline = {same.get(i, i) for i in asked.get("also_ok") or []} - core
    precision: float | None = None
    recall: float | None = None
    if asked.get("number"):
        least, most = asked["number"]
        numbers = [len(got), *_numbers(said)]
        precision = recall = float(any(least <= number <= most for number in numbers))
        note = f"wanted {least} to {most}, {len(got)} papers"
    elif asked.get("expected_things"):
        note = f"read for {', '.join(asked['expected_things'])}"
    elif core or asked["class"] == "no answer":
        counted = [paper for paper in got[:FIRST] if paper not in borderline]
        if counted or not core:
            precision = sum(paper in core for paper in counted) / len(counted) if counted else 1.0
        recall = len(core & set(got)) / len(core) if core else float(not got)
        note = f"{len(got)} papers for {len(core)}" + (f"; read for {asked['answer']}" if asked.get("answer") else "")
    else:
        note = f"read for {asked.get('answer', '')}"
    return Scored(asked, precision, recall, note, got, seconds)


def _numbers(said: Json) -> list[float]:
    """The numbers of an answer that may be its count: the total and the cells of its table."""
    lines = (said.get("table") or {}).get("lines", [])
    cells = [cell for line in lines for cell in (line.values() if isinstance(line, dict) else line)]
    return [n for n in [said.get("total"), *cells] if isinstance(n, int | float) and not isinstance(n, bool)]


def ask(graph: Graph, questions: Iterable[Json], same: dict[str, str]) -> list[Scored]:
    """All questions asked of one open graph, which has loaded what names mean before."""
    graph.ask("GPU")
    scores = []
    for asked in questions:
        start = time.perf_counter()
        answer = graph.ask(asked["question"], ALL)
        seconds = time.perf_counter() - start
        scores.append(score(asked, answer.to_json(), same, seconds))
    return scores


def means(scores: Iterable[Scored]) -> tuple[float, float]:
    """Mean precision and mean recall of those that count; nan where none does."""
    pairs = [(one.precision, one.recall) for one in scores]
    return _mean(p for p, _ in pairs if p is not None), _mean(r for _, r in pairs if r is not None)


def _mean(values: Iterable[float]) -> float:
    return statistics.mean(listed) if (listed := list(values)) else float("nan")


def pairs_alike(scores: Iterable[Scored]) -> tuple[int, int]:
    """How many pairs of questions in two languages give the same papers, and how many there are."""
    by_pair: dict[Any, list[set[str]]] = defaultdict(list)
    for one in scores:
        if "pair" in one.asked:
            by_pair[one.asked["pair"]].append(set(one.papers))
    whole = [papers for papers in by_pair.values() if len(papers) == 2]
    return sum(first == second for first, second in whole), len(whole)


def table(scores: Iterable[Scored], page: str = "") -> str:
    """Means by set and language as Markdown; "before" are the figures of a page's table, else the same ones."""
    earlier = {tuple(row[:2]): row[3:5] for row in map(_cells, page.splitlines()) if len(row) == 7}
    groups: dict[tuple[str, str], list[Scored]] = defaultdict(list)
    for one in scores:
        name = f"ours, {one.asked['split']}" if "split" in one.asked else "given, dev"
        for language in (one.asked["lang"], "all"):
            groups[name, language].append(one)
    rows = []
    for (name, language), listed in sorted(groups.items(), key=lambda g: (g[0][0], g[0][1] == "all", g[0][1])):
        now = [f"{mean:.2f}".replace("nan", "–") for mean in means(listed)]
        rows.append([name, language, str(len(listed)), *earlier.get((name, language), now), *now])
    return "\n".join([HEAD, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| ").split("|")] if line.startswith("|") else []


def read(path: Path) -> list[Json]:
    """The questions of a file, one JSON object a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def show(scores: list[Scored]) -> None:
    """A line a question, then means by class, by language and over all, the pairs and the median time."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scores:
        shares = " ".join(
            f"{letter} {'   –' if value is None else f'{value:.2f}'}"
            for letter, value in (("P", one.precision), ("R", one.recall))
        )
        print(f"{one.asked['id']:>4}  {shares}  {one.asked['question']}   ({one.note})")
        for key in (one.asked["class"], one.asked["lang"]):
            groups[key].append(one)
    for key, listed in (*sorted(groups.items()), ("all", scores)):
        precision, recall = means(listed)
        print(f"{key:22} n {len(listed):3}  precision {precision:.2f}  recall {recall:.2f}")
    alike, pairs = pairs_alike(scores)
    print(f"{alike} of {pairs} pairs of questions in two languages give the same papers")
    print(f"median {1000 * statistics.median(one.seconds for one in scores):.1f} ms a question")


def main() -> int:
    """Ask, score, print, and write into a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--graph", help="a graph that holds the reports and the papers")
    parser.add_argument("--questions", type=Path, help="questions, instead of the own ones and those of KG_SHARED")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the means into this page")
    arguments = parser.parse_args()
    corpus = SHARED / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
    aliases = SHARED / "gold" / "eff-aliases.json"
    if not aliases.is_file() or not (arguments.graph or corpus.is_file()):
        print("KG_SHARED does not name the folder that holds the papers asked about: nothing is measured.")
        return 0
    files = [arguments.questions] if arguments.questions else [OWN, SHARED / "gold" / "questions.eff.dev.jsonl"]
    questions = [asked for file in files for asked in read(file)]
    with (
        tempfile.TemporaryDirectory() as folder,
        kg.open(arguments.graph or Path(folder) / "papers.kg", create=not arguments.graph) as graph,
    ):
        if not arguments.graph:
            with progress("Reading") as tell:
                graph.add(ROOT / "data" / "reports", corpus, jobs=None, progress=tell)
        scores = ask(graph, questions, json.loads(aliases.read_text("utf-8")))
    show(scores)
    if arguments.write:
        page = arguments.write.read_text("utf-8")
        put(arguments.write, "questions", table(scores, between(page, "questions")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
