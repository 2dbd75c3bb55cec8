"""A lexicon with a few names of a graph, and a small graph made by hand."""

from __future__ import annotations

import pytest

from kg.query import Lexicon
from kg.query.lexicon import Named
from kg.vocabulary import Vocabulary

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
def vocabulary() -> Vocabulary:
    return Vocabulary.load()


@pytest.fixture(scope="session")
def lexicon(vocabulary: Vocabulary) -> Lexicon:
    return Lexicon(vocabulary, (Named(c, label, at == 0) for c, ls in NAMES.items() for at, label in enumerate(ls)))
