"""Embeddings by a model of the user's choice: kept in the graph, ranked by nearness, names proposed as one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kg.api import Graph
from kg.link.overrides import Overrides
from kg.model import KgError
from kg.query.user_embeddings import FOLDER
from kg.store.embeddings import EmbeddingModel, digest, digests, keep, model_of, vectors
from kg.views.alike_names import Cluster, Name, clusters, turtle

PAPERS = (
    ("Pruning of Caches", "We prune caches of keys and values.", "2501.00001"),
    ("Drafting of Tokens", "Speculative drafts of tokens are verified.", "2501.00002"),
    ("剪枝缓存", "我们对缓存剪枝。", "2501.00003"),
)


def add(graph: Graph, folder: Path, *papers: tuple[str, str, str]) -> None:
    lines = (json.dumps({"title": t, "abstract": a, "arxiv": i}, ensure_ascii=False) + "\n" for t, a, i in papers)
    file = folder / f"of {papers[0][2]}.jsonl"
    file.write_text("".join(lines), "utf-8")
    graph.add(file, fast=True)


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    with Graph(tmp_path / "papers.kg", create=True) as opened:
        add(opened, tmp_path, *PAPERS)
        yield opened


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of sentence-transformers that has a vector for each of a few words, and their mean for a text."""
    library = pytest.importorskip("sentence_transformers")
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    said = "[UNK] We prune pruning Pruning of caches Caches keys and values Speculative drafts Drafting tokens Tokens"
    words = said.split()
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    weights = np.random.default_rng(1).normal(size=(len(words), 12)).astype(np.float32)
    weights[0] = 0.01
    folder = tmp_path_factory.mktemp("model")
    library.SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)]).save(str(folder))
    return folder


def test_papers_are_embedded_once_and_ranked(
    graph: Graph, tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    graph.close()
    options = ["--model", str(tiny), "--batch", "2", "--graph", str(tmp_path / "papers.kg")]
    command = [sys.executable, "-m", "kg", "embed", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True
    )  # as a user starts it: spaCy sees no torch
    assert done.stdout.startswith(f"Embedded 3 papers with {tiny} (12 numbers each)")
    graph = Graph(tmp_path / "papers.kg", create=True)
    request.addfinalizer(graph.close)
    assert graph.embed(str(tiny))[1] == 0
    add(graph, tmp_path, ("Values of Tokens", "Values and tokens.", "2501.00004"))
    assert graph.embed()[1] == 1  # by the model that the graph names
    papers, rows = vectors(graph.store)
    assert len(papers) == 4
    assert np.allclose(np.linalg.norm(rows[[0, 1, 3]], axis=1), 1, atol=0.01)
    near = {"near": "drafts tokens Speculative"}
    assert "cannot be used here" in " ".join(graph.ask(filter=near).notes)  # no folder is loaded for what a graph says
    monkeypatch.setenv(FOLDER, str(tiny))
    found = graph.ask(filter=near)
    assert found.rows[0].title == "Drafting of Tokens"
    model = model_of(graph.store)
    assert model
    assert f"reach the cosine of {model.threshold:g}" in found.notes[-1]


def test_names_that_are_near_are_proposed_as_comments(graph: Graph, tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "papers.overrides.ttl"
    file.write_text(graph.alike_names(str(tiny), 0.5) or "# none\n", "utf-8")
    assert all(line.startswith(("#", "@prefix")) for line in file.read_text("utf-8").splitlines() if line)
    assert not Overrides.read([file])


def test_model_that_is_not_there_is_told_in_a_sentence(graph: Graph, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(KgError, match="cannot be loaded"):
        graph.embed(str(tmp_path / "nothing"))
    assert model_of(graph.store) is None


def test_embeddings_follow_the_papers_and_go(graph: Graph) -> None:
    model = EmbeddingModel("some model", 4, 0.5)
    papers = [paper for (paper,) in graph.store.rows("SELECT curie FROM papers ORDER BY curie")]
    made = {paper: (digest(paper), np.eye(4, dtype=np.float32)[n]) for n, paper in enumerate(papers)}
    keep(graph.store, model, made, papers)
    assert vectors(graph.store)[1].tolist() == np.eye(4)[:3].tolist()
    (answer,) = [graph.ask("papers similar to 2501.00001")]  # with the vectors, though the model is not there
    assert answer.query.like == "2501.00001"
    (first, *_) = graph.entries()
    graph.remove(first)
    assert vectors(graph.store)[0] == papers[1:]
    keep(graph.store, EmbeddingModel("another", 4, 0.5), {}, ())
    assert digests(graph.store) == {}
    graph.drop_embeddings()
    assert model_of(graph.store) is None


def test_clusters_are_of_one_type_and_of_the_same_digits(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["FP4 pruning", "FP16 pruning", "cache pruning", "pruning of caches"]
    held = [Name(f"technique:n{n}", label, 4 - n, False) for n, label in enumerate(names)]
    monkeypatch.setattr("kg.views.alike_names._names", lambda store, kind, papers: held if kind == "technique" else [])
    rows = np.array([[1, 0], [1, 0], [0.99, 0.14], [0.98, 0.2]], np.float32)
    found = list(clusters(graph.store, lambda labels: rows, 0.9))
    assert found == [Cluster(held[2], ((held[3], 0.998),))]
    told = turtle(found, "a\nkg:merges model", 0.9)
    assert "# technique:n2 kg:merges technique:n3 .  # 1.00: pruning of caches (1)" in told
    assert all(line.startswith(("#", "@prefix")) for line in told.splitlines() if line)
