"""Names in other words: brackets, acronyms, word order, framing words, spaces; and what stays apart."""

from __future__ import annotations

import pytest

from kg.link.concepts import ConceptLinker
from kg.link.wordings import Wordings
from kg.model import Mention
from kg.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def wordings() -> Wordings:
    return Wordings(Vocabulary.load())


@pytest.mark.parametrize(
    ("name", "kind", "label"),
    [
        ("vision-language-action (VLA) models", "technique", "vision-language-action model"),
        ("Flash Attention", "technique", "FlashAttention"),
        ("auto-regressive decoding", "technique", "autoregressive decoding"),
        ("standard diffusion transformers (DiTs)", "technique", "diffusion transformer"),
        ("speculative decoding methods", "technique", "speculative decoding"),
        ("pruning experts", "technique", "expert pruning"),
        ("inference of large language models (LLMs)", "task", "LLM inference"),
        ("time series forecasting tasks", "task", "time series forecasting"),
        ("catastrophic forgetting phenomenon", "problem", "catastrophic forgetting"),
        ("significant memory overhead", "problem", "high memory consumption"),
        ("memory footprint of the KV cache", "problem", "KV cache memory growth"),
    ],
)
def test_wording_is_seen_through(wordings: Wordings, name: str, kind: str, label: str) -> None:
    found = wordings.find(name, kind, {})
    assert found is not None
    assert found[0].label["en"] == label
    assert "of the vocabulary" in found[1]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hybrid wobble attention methods", "technique"),
        ("KV cache (H2O)", "technique"),
        ("methods", "technique"),
        ("sampling temperature", "technique"),
        ("", "technique"),
        ("(((((", "technique"),
        ("of of of of", "technique"),
        ("quantization " * 50, "technique"),
    ],
)
def test_what_says_something_else_is_left(wordings: Wordings, name: str, kind: str) -> None:
    assert wordings.find(name, kind, {}) is None


def test_acronym_inside_a_name_is_the_papers_own_before_the_vocabularys(wordings: Wordings) -> None:
    found = wordings.find("KD schemes", "technique", {"kd": "kernel decomposition"})
    assert found is None or found[0].curie == "technique:knowledge-distillation"
    found = wordings.find("efficient SD", "technique", {"sd": "speculative decoding"})
    assert found is None
    found = wordings.find("standard SD", "technique", {"sd": "speculative decoding"})
    assert found is not None
    assert found[0].curie == "technique:speculative-decoding"


def test_the_papers_own_work_is_known_by_its_name_alone() -> None:
    linker = ConceptLinker(Vocabulary.load())
    own = Mention("technique", "Pruning Framework", "Pruning Framework", role="proposed")
    assert linker.mention(own, "Pruning Framework", {}).concept == "technique:pruning-framework"
    used = Mention("technique", "pruning framework", "pruning framework", role="used")
    assert linker.mention(used, "Pruning Framework", {}).concept == "technique:pruning"
