"""A lexicon with a few names of a graph, and a small graph made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from kg.link.linker import Linker
from kg.model import Document, Record, Source, Text
from kg.query import Lexicon
from kg.rdf.store import Store
from kg.records import from_json
from kg.vocabulary import Vocabulary
from tests.query.named import Named, labels_of

from .stored import put

NAMES = {
    "ror:03cve4549": ["Tsinghua University", "清华大学"],
    "ror:02v51f717": ["Peking University", "北京大学"],
    "ror:034t30j35": ["Chinese Academy of Sciences", "中国科学院"],
    "ror:00a2xv884": ["Zhejiang University", "浙江大学"],
    "ror:03wkvpx79": ["Shanghai Artificial Intelligence Laboratory", "上海人工智能实验室"],
    "ror:05x2bcf33": ["Carnegie Mellon University", "CMU"],
    "technique:dinfer": ["dInfer"],
    "technique:asyncspade": ["AsyncSpade"],
    "model:qwen-image": ["Qwen-Image"],
}


@pytest.fixture(scope="session")
def lexicon(vocabulary: Vocabulary) -> Lexicon:
    named = (Named(c, label, at == 0) for c, ls in NAMES.items() for at, label in enumerate(ls))
    return Lexicon(vocabulary, labels_of(named))


_PLAIN = ("problems", "tasks", "models", "datasets")
TEXTS = {
    "900-01": {
        "title": "LongDemo: Real-Time Long Video Generation",
        "A": "LongDemo refreshes the KV cache when prompts switch. It runs at 20.7 FPS on a single NVIDIA H100. "
        "It is 2-12x faster than SkyDemo. Code is at https://github.com/demo/longdemo .",
        "I": "Tsinghua University",
        "techniques": [
            ("LongDemo", "LongDemo", "proposed"),
            ("KV cache", "KV cache", "used"),
            ("SkyDemo", "SkyDemo", "baseline"),
        ],
        "hardware": ["NVIDIA H100"],
        "topics": ["kv-cache-compression", "video-generation"],
        "results": [("2-12x faster than SkyDemo", "inference speed", [2, 12], "x", "increase", "SkyDemo")],
        "relations": [("LongDemo", "outperforms", "SkyDemo", "2-12x faster than SkyDemo")],
        "code_url": "https://github.com/demo/longdemo",
    },
    "900-02": {
        "title": "A Survey of Speculative Decoding",
        "A": "This survey covers speculative decoding. We mention LoRA and the KV cache in passing.",
        "I": "Peking University",
        "techniques": [("speculative decoding", "speculative decoding", "used"), ("LoRA", "LoRA", "mentioned")],
        "topics": ["speculative-decoding", "survey"],
        "kind": "survey",
    },
    "900-03": {
        "title": "Tiny LoRA with Reinforcement Learning",
        "A": "We train LoRA with reinforcement learning on an A100, cutting latency by up to 45%.",
        "I": "Peking University",
        "techniques": [("LoRA", "LoRA", "used"), ("reinforcement learning", "reinforcement learning", "used")],
        "hardware": ["NVIDIA A100"],
        "topics": ["parameter-efficient-finetuning", "reinforcement-learning"],
        "results": [("cutting latency by up to 45%", "latency", 45, "%", "decrease", "")],
    },
}


@pytest.fixture(scope="session")
def made(vocabulary: Vocabulary) -> Iterator[Callable[[dict[str, Any]], Store]]:
    """A store in memory from papers told like those of TEXTS, linked as the program links them, of a source "900"."""
    with ExitStack() as open_stores:

        def make(texts: dict[str, Any]) -> Store:
            linker = Linker(vocabulary)
            store = open_stores.enter_context(Store(None))
            store.put_source(Source("900", "900_demo.txt", "digest", "2025-10-15T15:43:59"))
            for number, (name, said) in enumerate(texts.items(), 1):
                put(store, linker, *_paper(name, number, said))
            return store

        yield make


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, made: Callable[[dict[str, Any]], Store], store: Store) -> Store:
    """The papers that a module names PAPERS, else the three of `store`."""
    return made(request.module.PAPERS) if hasattr(request.module, "PAPERS") else store


@pytest.fixture(scope="module")
def own(world: Store, vocabulary: Vocabulary) -> Lexicon:
    """What names mean in these papers."""
    return Lexicon.of(world, vocabulary)


@pytest.fixture(scope="session")
def store(made: Callable[[dict[str, Any]], Store]) -> Store:
    """Three papers."""
    return made(TEXTS)


def _paper(name: str, number: int, said: dict[str, Any]) -> tuple[Document, Record]:
    texts = {field: Text(said[key], said[key]) for field, key in (("T", "title"), ("A", "A"), ("I", "I"))}
    rest = {"bound": "exact", "setting": ""}
    document = Document(name, "900", number, texts, date=said.get("date", ""))
    own = {kind: [{"surface": s, "in": "A", "canonical": s} for s in said.get(kind, ())] for kind in _PLAIN}
    record = from_json(
        {
            "id": name,
            "title": said["title"],
            "name": said["title"].partition(":")[0] if ":" in said["title"] else "",
            "kind": said.get("kind", "method"),
            "institutions": [{"surface": said["I"], "in": "I", "name": said["I"]}],
            "techniques": [{"surface": s, "in": "A", "canonical": c, "role": r} for s, c, r in said["techniques"]],
            "hardware": [{"surface": s.split()[-1], "in": "A", "canonical": s} for s in said.get("hardware", ())],
            "results": [
                {"surface": s, "in": "A", "metric": m, "value": v, "unit": u, "change": c, "baseline": b}
                | rest
                | dict(more)
                for s, m, v, u, c, b, *more in said.get("results", ())
            ],
            "relations": [
                {"head": h, "type": kind, "tail": t, "evidence": e} | dict(more)
                for h, kind, t, e, *more in said.get("relations", ())
            ],
            "topics": said["topics"],
            "code_url": said.get("code_url", ""),
            **own,
        },
        document,
    )
    return document, record
