"""The figures that scripts/contract.py holds: each part is a function that measures its figures by name."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import eval_pdf
import eval_questions
from arxiv_gold import of_arxiv
from eval_questions import SHARED, means, pairs_alike

import kg
from kg.api import Graph
from kg.build.pipeline import Pipeline
from kg.evaluation.components import reader
from kg.evaluation.matching import HEADLINE, RESULT_SLOTS, distinct, pairs, same_field, same_result
from kg.evaluation.scores import records, score
from kg.evaluation.trust_scores import FULL, WINS, trust
from kg.model import Document
from kg.records import read_records
from kg.sources import read
from kg.wordcounts import WordCounts

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "data" / "reports"
CORPUS = SHARED / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"
RESULT_FIELDS = ("value", "unit", "change", "bound", *RESULT_SLOTS)

Json = Mapping[str, Any]


class Figure(NamedTuple):
    """A figure, by how much a change may worsen it, and whether less is better."""

    value: float
    tolerance: float
    less_is_better: bool = False


Figures = dict[str, Figure]


def _share(right: float, items: int, less_is_better: bool = False) -> Figure:
    """A share of so many items; it may worsen by 0.01, or by two items where these are more."""
    return Figure(right / max(1, items), _tolerance(items), less_is_better)


def _tolerance(items: int) -> float:
    return max(0.01, math.ceil(2000 / max(1, items)) / 1000)


def dev() -> Figures:
    """The 80 annotated papers of the five reports, read by a tagger that was not trained on them."""
    gold = read_records(ROOT / "data" / "gold" / "dev.jsonl")
    documents = [document for file in sorted(REPORTS.glob("*.txt")) for document in read(file).documents]
    return of_papers(gold, documents)


def unseen() -> Figures:
    """The 400 annotated abstracts to which nothing was fitted."""
    papers = of_arxiv("unseen")
    return of_papers({document.id: record for document, record in papers}, [document for document, _ in papers])


def of_papers(gold: Mapping[str, Json], documents: Iterable[Document]) -> Figures:
    """The figures of annotated papers; types that they do not have are left out, of the headline too."""
    found = records(gold, documents, reader())
    scores = {kind: one for kind, one in score(gold, found).items() if one.gold}
    headline = [scores[kind].f1 for kind in HEADLINE if kind in scores]
    out = {"headline": Figure(sum(headline) / len(headline), 0.005)}
    out |= {f"{kind} F1": Figure(one.f1, _tolerance(one.gold)) for kind, one in scores.items() if kind != "headline"}
    trusted = trust(gold, found)
    out["results in full F1"] = Figure(trusted[FULL].f1, _tolerance(trusted[FULL].gold))
    wins = trusted[WINS]
    out["wins precision"] = Figure(wins.precision, _tolerance(wins.predicted))
    out["wins recall"] = Figure(wins.recall, _tolerance(wins.gold))
    out["false winners"] = Figure(wins.false_winners or 0.0, _tolerance(wins.predicted), less_is_better=True)
    for kind in (*HEADLINE, FULL):
        if kind in scores or kind == FULL:
            one = trusted[kind]
            out[f"sure {kind} precision"] = Figure(one.sure_precision, _tolerance(one.sure))
            out[f"sure {kind} recall"] = Figure(one.sure_recall, _tolerance(one.gold))
    return out | field_truth(gold, found)


def field_truth(gold: Mapping[str, Json], found: Mapping[str, Json]) -> Figures:
    """The share of sure results that are right in each field; of baseline and setting also the share of those shown.

    A result is judged beside the annotated one of the same value that is most similar to it.
    """
    right, shown = dict.fromkeys(RESULT_FIELDS, 0), dict.fromkeys(RESULT_FIELDS, 0)
    right_shown, sure = dict(shown), 0
    for name, annotated in gold.items():
        wanted, said = annotated["results"], distinct(found.get(name, {}).get("results"))
        partners = {j: wanted[i] for i, j in pairs(wanted, said, _similarity, 1)}
        for j, one in enumerate(said):
            if not one["sure"]:
                continue
            sure += 1
            for field in RESULT_FIELDS:
                is_right = j in partners and same_field(field, partners[j], one)
                right[field] += is_right
                shown[field] += bool(one[field])
                right_shown[field] += is_right and bool(one[field])
    out = {f"sure results, {field} right": _share(right[field], sure) for field in RESULT_FIELDS}
    for field in ("baseline", "setting"):
        out[f"sure results, {field} right where shown"] = _share(right_shown[field], shown[field])
        out[f"sure results, {field} right and shown"] = _share(right_shown[field], sure)
    return out


def _similarity(a: Json, b: Json) -> float:
    """1 or more for two results with the same value; those with the same unit and change come first."""
    if not same_field("value", a, b):
        return 0.0
    return 1 + same_result(a, b) + 0.3 * same_field("unit", a, b) + 0.2 * same_field("change", a, b)


def reports(graph: Graph) -> Figures:
    """The five reports: given back byte for byte, and questions about their papers, asked of a graph of these alone."""
    files = sorted(REPORTS.glob("*.txt"))
    given_back = sum(graph.export("digest", file.name.partition("_")[0]) == file.read_bytes() for file in files)
    out = {"reports given back byte for byte": Figure(given_back, 0)}
    known = {document.id for paper in graph.papers() for document, _ in paper.entries}
    same = json.loads((SHARED / "gold" / "eff-aliases.json").read_text("utf-8"))
    there = known | {same[name] for name in known if name in same}
    questions = []
    for asked in _questions():
        expected = [name for name in asked.get("expected") or () if name in there]
        if not asked.get("number") and (expected or asked["class"] == "no answer"):
            questions.append({**asked, "expected": expected})
    return out | _asked(graph, questions, same) | {"development questions F1": _development(graph)}


def _questions() -> list[dict[str, Any]]:
    return [*eval_questions.read(eval_questions.OWN), *eval_questions.read(SHARED / "gold" / "questions.eff.dev.jsonl")]


def _development(graph: Graph) -> Figure:
    """Mean F1 of the development questions over the annotated papers."""
    annotated = read_records(ROOT / "data" / "gold" / "dev.jsonl").keys()
    f1s = []
    for asked in eval_questions.read(SHARED / "gold" / "questions.dev.jsonl"):
        papers = graph.ask(asked["q"], eval_questions.ALL).to_json()["papers"]
        got = annotated & {name for paper in papers for name in (paper["id"], *paper.get("sources", ()))}
        wanted = set(asked["answer"])
        f1s.append(2 * len(got & wanted) / max(1, len(got) + len(wanted)))
    return Figure(sum(f1s) / len(f1s), 0.005)


def questions(graph: Graph) -> Figures:
    """All questions, asked of a graph of the reports and the 3,146 papers on efficient AI."""
    return _asked(graph, _questions(), json.loads((SHARED / "gold" / "eff-aliases.json").read_text("utf-8")))


def _asked(graph: Graph, asked: list[dict[str, Any]], same: dict[str, str]) -> Figures:
    scores = eval_questions.ask(graph, asked, same)
    precision, recall = means(scores)
    alike, pairs = pairs_alike(scores)
    return {
        "questions precision": Figure(precision, 0.005),
        "questions recall": Figure(recall, 0.005),
        "pairs of questions answered alike": _share(alike, pairs),
    }


def pdf() -> Figures:
    """Titles, abstracts, author counts and institutions of PDFs: conference papers, and the pages of the tests."""
    WordCounts.load()
    pipeline, samples = Pipeline(fast=True), SHARED / "data" / "samples"
    known = [
        eval_pdf.score(samples / name / one["file"], one, pipeline)
        for name in eval_pdf.SETS
        for one in eval_pdf.gold(samples / name)
    ]
    out = {}
    for name, scores in (("conference papers", known), ("pages of the tests", eval_pdf.of_tests(pipeline))):
        *shares, f1 = eval_pdf.shares(scores)
        for field, text in zip(("title", "abstract", "authors"), shares, strict=True):
            right, _, items = text.partition("/")
            out[f"{name}, {field}"] = Figure(int(right) / int(items), 0.02)
        out[f"{name}, institutions F1"] = Figure(float(f1), 0.01)
    return out


@contextmanager
def graph_of(*patterns: str | Path) -> Iterator[Graph]:
    """A graph of some files, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder, kg.open(str(Path(folder) / "papers.kg"), create=True) as graph:
        graph.add(*patterns, jobs=None)
        yield graph


#: The parts by name; those of GRAPHS need a graph of the files beside them.
PAPERS: dict[str, Callable[[], Figures]] = {"dev": dev, "unseen": unseen, "pdf": pdf}
GRAPHS: dict[str, tuple[Callable[[Graph], Figures], tuple[Path, ...]]] = {
    "reports": (reports, (REPORTS,)),
    "questions": (questions, (REPORTS, CORPUS)),
}
