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
