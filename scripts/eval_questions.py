"""Score the answers to questions about the five reports and 3,146 papers on efficient AI: precision, recall, time.

    KG_SHARED=FOLDER python scripts/eval_questions.py [--whole] [--graph GRAPH] [--questions FILE] [--write PAGE]

Asks data/gold/questions.eff.jsonl and the questions of FOLDER/gold, or only those of FILE. Without --graph, it builds
one from the reports and FOLDER/data/arxiv-corpus, which takes some minutes.

--whole asks data/gold/questions.whole.jsonl of a graph of the papers in FOLDER/data/fulltext; without --graph, it
builds one. Paper ids are the names of their files or folders there. "answer" is then a value or the first words of
sentences: its score is the share of them found in the cells or the first quotes of the answer, number by number
if they have numbers. "place" is right if a quote is in a section or table with that number or heading.

A question has expected papers ("expected") and borderline ones ("also_ok"), which are neither hit nor miss; or a
range for a count ("number"); or things and words ("expected_things", "answer") that are printed for manual judgement
and do not count. Precision is over the first twenty papers, recall over all; an answer without papers has no
precision, and both are 1 if none is expected. Report and arXiv ids of the same work are merged. For questions in
two languages ("pair"), the share with the same papers in both is printed.

For questions that are answered by papers, it compares the first tier, both tiers, BM25 and embeddings alone:
P@10, the right papers among the first ten, and R@20, those among the first twenty, each relative to the best
possible number; borderline papers are skipped.

--write puts both tables into the page, between its markers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import statistics
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from marked import put

import kg
from kg.api import Graph
from kg.cli.core import progress
from kg.encoder import encoder
from kg.query import Answer, Filter, Query, respond
from kg.query.corpus import Corpus
from kg.query.nearness import in_english
from kg.query.tiers import worded

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "data" / "gold" / "questions.eff.jsonl"
BLIND = ROOT / "data" / "gold" / "questions.blind.jsonl"
FRESH = ROOT / "data" / "gold" / "questions.fresh.jsonl"
WHOLE = ROOT / "data" / "gold" / "questions.whole.jsonl"
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))
ALL, FIRST = 1000, 20  # papers that an answer may list, and those that its precision is taken of
FULLTEXT = Path("data", "fulltext")  # of KG_SHARED: whole papers
QUOTES = 12  # of an answer, in which a value may stand
#: Question sets that are reported separately: little or nothing was tuned on them.
SETS = ("new", "asked once")
HEAD = ("| questions | n | precision | recall |", "|---|---:|---:|---:|")
Json = dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """The scores of an answer, between 0 and 1, or None for what does not count; its papers, its seconds."""

    asked: Json
    precision: float | None
    recall: float | None
    note: str
    papers: tuple[str, ...] = ()
    seconds: float = 0.0
    partly: tuple[str, ...] = ()  # the second tier
    value: float | None = None
    place: float | None = None


def score(asked: Json, said: Json, same: dict[str, str], seconds: float = 0.0) -> Scored:
    """Score an answer in the form of `kg ask --format json` against the truth of its question."""
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
    partly = tuple(same.get(paper["id"], paper["id"]) for paper in said.get("partly") or [])
    return Scored(asked, precision, recall, note, got, seconds, partly)


def held(asked: Json, said: Json, headings: dict[tuple[str, str], str]) -> tuple[float | None, float | None]:
    """The share of the expected value or sentences that an answer contains, and whether one of its places is right.

    `headings` are the headings of the parts of full papers, by entry and part.
    """
    if not asked.get("answer"):
        return None, None
    lines = (said.get("table") or {}).get("lines", [])
    quotes = [quote for one in (*lines, *(said.get("papers") or [])) for quote in one.get("evidence", ())]
    shown = [*{(one["source"], one["field"], one["quote"]): one for one in quotes}.values()][:QUOTES]
    cells = [f"{cell}" for line in lines[:QUOTES] for name, cell in line.items() if name not in ("evidence", "entries")]
    told = _plain(" | ".join((*cells, *(f"{one['quote']} | {one['context']}" for one in shown))))
    wanted = asked["answer"] if isinstance(asked["answer"], list) else [asked["answer"]]
    places = asked.get("place") or []
    stands = [f" {_section(one['field'])} {_plain(headings.get((one['source'], one['field']), ''))} " for one in shown]
    right = [name for place in ([places] if isinstance(places, str) else places) for name in _places(place)]
    found = any(name in one for name in right for one in stands)
    return _mean(_share(_plain(one), told) for one in wanted), float(found) if right else None


def _share(wanted: str, told: str) -> float:
    """1 if a text has the words, else the share of their numbers that it has."""
    numbers = re.findall(r"[a-z]*\d[\d.:]*[a-z%]*", wanted)
    has = [re.search(rf"(?<![\d.]){re.escape(one.rstrip('.'))}(?!\.?\d)", told) is not None for one in numbers]
    return 1.0 if wanted in told else _mean(map(float, has)) if has else 0.0


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace(",", "").split())


def _section(field: str) -> str:
    """ "s3.3/p2" as "3.3", "t2/r5c1" as "table 2"."""
    part = field.partition("/")[0]
    return f"table {part[1:]}" if part.startswith("t") else f"figure {part[1:]}" if part.startswith("f") else part[1:]


def _places(place: str) -> list[str]:
    """Patterns that match a quote's place: " 3.3 ", "table 2", or the words of a heading."""
    said = _plain(place)
    numbers = [f" {one} " for one in re.findall(r"(?:table|figure) \d+|\b\d+(?:\.\d+)+\b", said)]
    words = re.sub(r"\(.*|^[\d. ]+", "", said).strip()
    return [*numbers, *([words] if len(words) > 3 and not re.search(r"\d", words) else [])]


def _numbers(said: Json) -> list[float]:
    """The candidate counts in an answer: the total and the cells of its table."""
    lines = (said.get("table") or {}).get("lines", [])
    cells = [cell for line in lines for cell in (line.values() if isinstance(line, dict) else line)]
    return [n for n in [said.get("total"), *cells] if isinstance(n, int | float) and not isinstance(n, bool)]


def ask(graph: Graph, questions: Iterable[Json], same: dict[str, str], whole: bool = False) -> list[Scored]:
    """Ask all questions of one open graph, whose names are already loaded; full papers give values too."""
    graph.ask("GPU")
    scores = []
    sql = "SELECT entry, id, headings FROM parts"
    headings = {(entry, part): said or "" for entry, part, said in graph.store.rows(sql)} if whole else {}
    answers: dict[str, Answer] = {}  # by id: a question with "after" goes on from that one
    for asked in questions:
        start = time.perf_counter()
        try:
            answer = graph.ask(asked["question"], ALL, after=answers.get(asked.get("after", ""), ()))
            answers[asked["id"]], said = answer, answer.to_json()
        except kg.KgError as error:
            said = {"papers": [], "notes": [str(error)]}
        seconds = time.perf_counter() - start
        value, place = held(asked, said, headings) if whole else (None, None)
        scores.append(replace(score(asked, said, same, seconds), value=value, place=place))
    return scores


def by_file(graph: Graph, folder: Path) -> dict[str, str]:
    """The works of a graph by the names of the files that they were read from, or of a folder of them, and by entry."""
    names = {}
    for path in sorted(path for path in folder.glob("*/**/*") if path.suffix in (".tex", ".pdf", ".xml", ".nxml")):
        kind, first, *_ = path.relative_to(folder).parts
        named = first if kind == "tex" else path.name.removesuffix(path.suffix).removesuffix(".tei")
        names[hashlib.sha256(path.read_bytes()).hexdigest()] = named
    sql = "SELECT s.said ->> '$.sha256', e.name, e.paper FROM entries e JOIN sources s ON s.name = e.source"
    same: dict[str, str] = {}
    for sha256, entry, paper in graph.store.rows(sql):
        same |= {entry: paper, names.get(sha256, entry): paper}
    return same


def papers_of(folder: Path) -> list[Path]:
    """The full papers in a folder; for LaTeX, the files that are documents of their own."""
    tex = (
        path for path in sorted(folder.glob("tex/**/*.tex")) if "\\documentclass" in path.read_text("utf-8", "replace")
    )
    return [*tex, *(folder / name for name in ("pdf", "jats", "tei"))]


def means(scores: Iterable[Scored]) -> tuple[float, float]:
    """Mean precision and mean recall of those that count; nan if none does."""
    pairs = [(one.precision, one.recall) for one in scores]
    return _mean(p for p, _ in pairs if p is not None), _mean(r for _, r in pairs if r is not None)


def _mean(values: Iterable[float]) -> float:
    return statistics.mean(listed) if (listed := list(values)) else float("nan")


def pairs_alike(scores: Iterable[Scored]) -> tuple[int, int]:
    """The number of question pairs in two languages with the same papers, and the number of pairs."""
    by_pair: dict[Any, list[set[str]]] = defaultdict(list)
    for one in scores:
        if "pair" in one.asked:
            by_pair[one.asked["pair"]].append(set(one.papers))
    whole = [papers for papers in by_pair.values() if len(papers) == 2]
    return sum(first == second for first, second in whole), len(whole)


def early(asked: Json, got: Iterable[str], same: dict[str, str]) -> tuple[float, float]:
    """P@10 and R@20 of papers in order."""
    core = {same.get(i, i) for i in asked["expected"]}
    borderline = {same.get(i, i) for i in asked.get("also_ok") or []} - core
    order = [paper for paper in dict.fromkeys(got) if paper not in borderline]
    precision, recall = (len(core.intersection(order[:n])) / min(n, len(core)) for n in (10, FIRST))
    return precision, recall


def side_by_side(graph: Graph, scores: Iterable[Scored], same: dict[str, str]) -> str:
    """P@10 and R@20 of each way to find papers, by language."""
    corpus, lexicon, encoder_there = Corpus.of(graph.store), graph.lexicon(), bool(encoder())
    groups: dict[tuple[str, ...], list[tuple[float, float]]] = defaultdict(list)
    for one in scores:
        asked = one.asked
        if not asked.get("expected") or asked.get("number") or asked.get("after"):
            continue
        text = in_english(asked["question"], graph.vocabulary)
        words = worded(corpus, lexicon, Filter(), text)
        found = {
            "kg, first tier": one.papers,
            "kg, both tiers": (*one.papers, *one.partly),
            "BM25": _ids(corpus, sorted(words, key=lambda paper: (-words[paper], paper))[: 2 * FIRST], same),
        }
        if encoder_there:
            near = respond(graph.store, lexicon, text, Query("near", words=text), 2 * FIRST)
            found["embeddings"] = tuple(same.get(row.id, row.id) for row in near.rows)
        language = "en" if asked["lang"] == "en" else "zh, mixed"
        for name, papers in found.items():
            groups[own_set(asked) or "in view", name, language].append(early(asked, papers, same))
    rows = [
        f"| {' | '.join(names)} | {len(own)} | {_mean(p for p, _ in own):.2f} | {_mean(r for _, r in own):.2f} |"
        for names, own in groups.items()
    ]
    head = ["| questions | what finds papers | language | n | P@10 | R@20 |", "|---|---|---|---:|---:|---:|"]
    return "\n".join([*head, *rows])


def own_set(asked: Json) -> str:
    """The set of a question that is reported separately, "" for others."""
    return asked["split"] if asked.get("split") in SETS else ""


def _ids(corpus: Corpus, papers: list[str], same: dict[str, str]) -> tuple[str, ...]:
    known = {row.paper: row.id for row in corpus.rows(papers)}
    return tuple(same.get(known[paper], known[paper]) for paper in papers if paper in known)


def table(scores: Iterable[Scored], whole: bool = False) -> str:
    """Mean precision and recall by class as Markdown; for full papers, also the share of right values and places."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scores:
        groups[own_set(one.asked) or one.asked["class"]].append(one)
    rows = []
    in_view = [one for name, listed in groups.items() if name not in SETS for one in listed]
    ordered = sorted(groups.items(), key=lambda group: (group[0] in SETS, group[0]))
    for name, listed in (*ordered, ("all in view", in_view)):
        told = (_mean(v for one in listed if (v := getattr(one, by)) is not None) for by in ("value", "place"))
        now = [f"{mean:.2f}".replace("nan", "–") for mean in (*means(listed), *(told if whole else ()))]
        rows.append(" | ".join([name, str(len(listed)), *now]))
    head = [
        f"{line}{more if whole else ''}" for line, more in zip(HEAD, (" value | place |", "---:|---:|"), strict=True)
    ]
    return "\n".join([*head, *(f"| {row} |" for row in rows)]) + "\n"


def read(path: Path) -> list[Json]:
    """The questions of a file, one JSON object per line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def show(scores: list[Scored]) -> None:
    """A line for each question, then means by class, by language and over all, the pairs and the median time."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scores:
        shares = " ".join(
            f"{letter} {'   –' if value is None else f'{value:.2f}'}"
            for letter, value in (("P", one.precision), ("R", one.recall))
        )
        told = (
            "" if one.value is None else f"value {one.value:.2f} place {'–' if one.place is None else int(one.place)}  "
        )
        print(f"{one.asked['id']:>4}  {shares}  {told}{one.asked['question']}   ({one.note})")
        for key in (one.asked["class"], one.asked["lang"]):
            groups[key].append(one)
    for key, listed in (*sorted(groups.items()), ("all", scores)):
        precision, recall = means(listed)
        values, places = (
            _mean(v for v in got if v is not None)
            for got in zip(*((one.value, one.place) for one in listed), strict=True)
        )
        told = "" if values != values else f"  value {values:.2f}  place {places:.2f}"
        print(f"{key:22} n {len(listed):3}  precision {precision:.2f}  recall {recall:.2f}{told}")
    alike, pairs = pairs_alike(scores)
    print(f"{alike} of {pairs} pairs of questions in two languages give the same papers")
    print(f"median {1000 * statistics.median(one.seconds for one in scores):.1f} ms a question")


def main() -> int:
    """Ask, score, print, and write into a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--graph", help="a graph that holds the reports and the papers")
    parser.add_argument("--whole", action="store_true", help="ask about whole papers, of a graph of these")
    parser.add_argument("--questions", type=Path, help="questions, instead of the own ones and those of KG_SHARED")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the means into this page")
    arguments = parser.parse_args()
    corpus = SHARED / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
    aliases = SHARED / "gold" / "eff-aliases.json"
    if not aliases.is_file() or not (arguments.graph or corpus.is_file()):
        print("KG_SHARED does not name the folder that holds the papers asked about: nothing is measured.")
        return 0
    given = [WHOLE] if arguments.whole else [OWN, SHARED / "gold" / "questions.eff.dev.jsonl", FRESH]
    files = [arguments.questions] if arguments.questions else given
    questions = [asked for file in files for asked in read(file)]
    with (
        tempfile.TemporaryDirectory() as folder,
        kg.open(arguments.graph or Path(folder) / "papers.kg", create=not arguments.graph) as graph,
    ):
        if not arguments.graph:
            with progress("Reading") as tell:
                added = papers_of(SHARED / FULLTEXT) if arguments.whole else [ROOT / "data" / "reports", corpus]
                graph.add(*added, jobs=None, progress=tell)
        same = by_file(graph, SHARED / FULLTEXT) if arguments.whole else json.loads(aliases.read_text("utf-8"))
        scores = ask(graph, questions, same, arguments.whole)
        beside = "" if arguments.whole else side_by_side(graph, scores, same)
    show(scores)
    print(beside)
    if arguments.write:
        put(arguments.write, "whole questions" if arguments.whole else "questions", table(scores, arguments.whole))
        if beside:
            put(arguments.write, "side by side", beside + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
