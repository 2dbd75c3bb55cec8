"""The key sentences of an abstract: verbatim, the same with and without the tagger, none where the text has none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kg.entity_types import data_folder
from kg.evaluation.keys import acceptable, key_scores
from kg.extract import extract
from kg.records import to_json
from kg.sources import read
from kg.text import repaired
from tests.extract.conftest import entry, misplaced

TITLE = "FooServe: Serving Long Prompts"
ABSTRACT = (
    "Large language models serve long prompts. However, existing systems waste GPU memory on idle caches. "
    "To address this, we propose FooServe, a serving system that pages idle caches to disk. "
    "FooServe predicts which pages are needed next. "
    "Experiments show that FooServe improves throughput by 2.3x over vLLM with no loss of accuracy. "
    "Its predictor does not generalize to short prompts. Code is available at https://example.org/foo."
)
CHINESE = (
    "大语言模型需要处理很长的提示。然而，现有方法的缓存占用大量显存，导致吞吐受限。"
    "为了解决这一问题，我们提出了FooServe，一种把空闲缓存换到磁盘的推理系统。FooServe预测接下来需要的页。"
    "实验结果表明，FooServe的吞吐比vLLM提高了2.3倍。该方法的局限性在于不适合短提示。"
)


@pytest.mark.parametrize(("abstract", "starts"), [
    (ABSTRACT, {"proposes": "To address", "problem": "However", "result": "Experiments", "limits": "Its predictor"}),
    (CHINESE, {"proposes": "为了解决", "problem": "然而", "result": "实验结果", "limits": "该方法的局限"}),
])  # fmt: skip
def test_sentences_are_chosen_by_role_and_verbatim(abstract: str, starts: dict[str, str]) -> None:
    document = entry(abstract, TITLE)
    record = extract(document, fast=True)
    assert not misplaced(document, record)
    key = to_json(record)["key"]
    assert {role: quote[: len(starts[role])] for role, quote in key.items()} == starts
    assert all(quote in abstract for quote in key.values())


def test_tagger_changes_no_key_sentence() -> None:
    document = entry(ABSTRACT, TITLE)
    assert extract(document).key == extract(document, fast=True).key


def test_offsets_count_in_the_raw_text_of_a_repaired_abstract() -> None:
    raw = ABSTRACT.replace("a serving system", "aserving system")
    at = raw.index("aserving") + 1
    document = entry(repaired(raw, [(at, at, " ")]), TITLE)
    record = extract(document, fast=True)
    assert not misplaced(document, record)
    assert "aserving" in record.key["proposes"].quote


@pytest.mark.parametrize("abstract", ["", "Hello.", "。" * 5_000, "We propose Foo. " * 1_000, "a" * 200_000])
def test_any_text_is_read(abstract: str) -> None:
    document = entry(abstract, TITLE)
    record = extract(document, fast=True)
    assert not misplaced(document, record)
    assert bool(record.key) <= bool(abstract)


def _floors(shared: Path, gold: Path, folder: Path, floors: dict[str, tuple[float, float]]) -> None:
    rows = {row["id"]: row for row in map(json.loads, gold.read_text("utf-8").splitlines())}
    file = folder / "papers.jsonl"
    with gzip.open(
        shared / "data" / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        papers = [row for row in map(json.loads, lines) if row["id"] in rows]
    file.write_text("".join(json.dumps({k: row[k] for k in ("id", "title", "abstract")}) + "\n" for row in papers))
    found = {document.id: to_json(extract(document, fast=True)) for document in read(file).documents}
    assert found.keys() == rows.keys()
    scores = key_scores({name: acceptable(row) for name, row in rows.items()}, found)
    for role, (either, best) in floors.items():
        assert scores[role]["acceptable"] >= either, (role, scores[role])
        assert scores[role]["best"] >= best, (role, scores[role])


def test_sixty_papers_in_view(shared: Path, tmp_path: Path) -> None:
    wanted = {"proposes": (0.97, 0.94), "problem": (0.95, 0.87), "result": (0.95, 0.80)}
    _floors(shared, shared / "gold" / "key-sentences.dev.jsonl", tmp_path, wanted)


def test_forty_papers_to_which_nothing_was_fitted(shared: Path, tmp_path: Path) -> None:
    wanted = {"proposes": (0.97, 0.95), "problem": (0.87, 0.77), "result": (0.90, 0.80)}
    _floors(shared, data_folder("data") / "gold" / "key-sentences.unseen.jsonl", tmp_path, wanted)
