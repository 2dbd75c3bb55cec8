"""Papers counted by the labels and phrases of a lexicon, in a graph and in files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from kg.api import Graph
from kg.model import KgError
from kg.views.trends import TrendLexicon, trend, trend_of_files
from kg.views.trends.trend_tables import matched_words, matches_csv

from .hostile import EVIL, FORMULA

LEXICON = """
protect: [diffusion tensor imaging]
labels:
  vlm: {en: Vision-language models, zh: 视觉语言模型, terms: [vision-language model, VLM], broader: [multimodal]}
  multimodal: {terms: [multimodal]}
  diffusion: {en: Diffusion, terms: [diffusion]}
  speed: {terms: [fast, one-step], with: [diffusion]}
  splatting: {en: Splatting, terms: [Gaussian splatting]}
"""


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    path = tmp_path / "lexicon.yml"
    path.write_text(LEXICON)
    return path


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    titles = [
        ("Fast diffusion by distillation", 2023),
        ("Vision-Language Models see", 2023),
        ("VLMs without diffusion tensor imaging", 2024),
        ("Fast reading", 2024),
        ("3D Gaussian Splatting", 2025),
        ("3D gaussian splatting", 2025),  # the same work in another spelling
        (EVIL, 2025),
        (FORMULA + " diffusion", 2025),
    ]
    rows = [{"id": f"p{n}", "title": t, "venue": "ICLR", "year": y} for n, (t, y) in enumerate(titles)]
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_files_are_counted_by_a_lexicon_with_phrases_protected(papers: Path, lexicon: Path) -> None:
    found = trend_of_files([papers], lexicon=lexicon)
    assert found.index == ["ICLR 2023", "ICLR 2024", "ICLR 2025"]
    assert found.corpus.tolist() == [2, 2, 3]
    counts = {label: found.frame[label].tolist() for label in found.frame}
    assert counts["Vision-language models"] == [1, 1, 0]
    assert counts["multimodal"] == [1, 1, 0]  # by what is narrower
    assert counts["Diffusion"] == [1, 0, 1]  # not in "diffusion tensor imaging"
    assert counts["speed"] == [1, 0, 0]  # not without diffusion
    assert counts["Splatting"] == [0, 0, 1]


def test_the_words_that_were_counted_are_on_record(papers: Path, lexicon: Path) -> None:
    found = trend_of_files([papers], lexicon=lexicon)
    assert matched_words(found)["vlm"] == {"vision-language models": 1, "vlms": 1}
    rows = list(csv.DictReader(io.StringIO(matches_csv(found))))
    assert {row["words"] for row in rows if row["label"] == "speed"} == {"Fast"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]
    said = json.loads(str(found.render("json")))
    assert said["words"]["Splatting"] == {"gaussian splatting": 1}
    assert {match["title"] for match in said["matches"] if match["label"] == "splatting"} == {"3D Gaussian Splatting"}


def test_a_graph_and_its_files_are_counted_alike(built: Graph, reports: Path, lexicon: Path) -> None:
    graph, files = (
        trend(built, over="report", lexicon=lexicon),
        trend_of_files([reports], over="report", lexicon=lexicon),
    )
    assert graph.frame.to_dict() == files.frame.to_dict()
    assert graph.frame["Diffusion"].sum() > 10


def test_without_a_lexicon_files_are_counted_by_the_vocabulary(reports: Path) -> None:
    found = trend_of_files([reports], "technique", "report")
    assert found.frame["quantization"].sum() > 10
    with pytest.raises(KgError, match="kg add"):
        trend_of_files([reports], "institution")


def test_abstracts_that_are_missing_are_told(tmp_path: Path, lexicon: Path) -> None:
    rows = [{"id": f"p{n}", "title": f"On {n}", "venue": "A", "year": 2023 + n % 2} for n in range(40)]
    for row in rows[::2]:
        row["abstract"] = "A diffusion model."
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert (
        "Abstracts are there for 0% of A 2024 and 100% of A 2023" in trend_of_files([path], lexicon=lexicon).notes[-1]
    )
    assert not trend_of_files([path], lexicon=lexicon, texts="title").notes


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("labels: [", "line 1 is not YAML"),
        ("terms: [a]", "has no labels"),
        ("labels: {a: {en: x}}", "'a' has no terms"),
        ("labels: {a: {terms: [on, [x]]}}", "holds what is no phrase"),
        ("labels: {a: {terms: [x], colour: red}}", "has 'colour'"),
        ("labels: {a: {terms: [x], with: [b]}}", "names 'b'"),
        ("labels: {a: {terms: [x], broader: [b]}, b: {terms: [y], broader: [a]}}", "break the circle"),
        ("!!python/object/apply:os.system [echo]", "is not YAML"),
    ],
)
def test_a_wrong_lexicon_is_told(tmp_path: Path, said: str, told: str) -> None:
    path = tmp_path / "lexicon.yml"
    path.write_text(said)
    with pytest.raises(KgError, match=told) as error:
        TrendLexicon.load(path)
    assert str(path) in str(error.value)


def test_the_lexicon_that_ships_is_sound() -> None:
    found = TrendLexicon.load(Path(__file__).parent.parent.parent / "data" / "lexicons" / "vision-venues.yml")
    assert {key for key, *_ in found.find("Diffusion MRI of the brain")} <= {"medical"}
    shown = {key for key, *_ in found.find("One-step text-to-image diffusion")}
    assert {"diffusion", "diffusion-speed"} <= found.whole(shown)
    assert "3d" in found.whole(key for key, *_ in found.find("NeRFs in the wild"))
    assert "diffusion-speed" not in found.whole(key for key, *_ in found.find("Fast NeRFs"))
