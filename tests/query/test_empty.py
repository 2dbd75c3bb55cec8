"""An empty answer says which conditions leave nothing, what is left without them, and what is near."""

from __future__ import annotations

import pytest

from kg.query import answer
from kg.query.kinds import respond
from kg.query.lexicon import Lexicon
from kg.query.question_reader import read
from kg.rdf.store import Store
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "KV cache compression on A100",
            "No paper fulfils both 'KV cache compression' and 'A100': 1 paper alone, 1 paper alone.",
        ),
        ("在A100上做KV缓存压缩的论文", "没有论文同时符合“A100”和“KV缓存压缩”：单独符合的分别有1篇和1篇。"),
        (
            "KV cache compression on H100 from Peking University",
            "No paper fulfils every condition: without 'Peking University' 1 paper fulfils the rest. "
            "It is 'KV cache compression' and 'Peking University' that no paper has together. "
            "It is 'H100' and 'Peking University' that no paper has together.",
        ),
        (
            "LoRA on A100 from Peking University with code",
            "No paper fulfils every condition: without 'code' 1 paper fulfils the rest. "
            "It is 'LoRA' and 'code' that no paper has together. It is 'A100' and 'code' that no paper has together.",
        ),
        ("LoRA papers on RTX 4090", "No paper of the graph fulfils 'RTX 4090'. Near 'RTX 4090', with papers: "),
        ("LoRA papers on RTX 4090", "Without it 1 paper fulfils the rest."),
        ("speedup of at least 20x", "The nearest value that a paper reports for inference speed ↑ is 12x."),
        ("papers before 2020", "The papers are dated from 2025-10-15 to 2025-10-15."),
        ("theory papers", "The graph has: method (2), survey (1)."),
        ("report 901", "The graph has: 900 (3)."),
        ("papers that outperform LongDemo", "In that place stand: SkyDemo (1)."),
    ],
)
def test_why_there_is_nothing(question: str, told: str, store: Store, vocabulary: Vocabulary) -> None:
    lexicon = Lexicon.of(store, vocabulary)
    query = read(question, lexicon)
    found = respond(store, lexicon, question, query)
    assert found.empty
    assert told in " ".join(found.notes)


def test_three_conditions_without_a_conflict_of_two(store: Store, vocabulary: Vocabulary) -> None:
    note, *_ = answer(store, vocabulary, "LoRA from Peking University on H100").notes
    assert "'H100'" in note
    assert "'LoRA' and 'Peking University' that" not in note


def test_negated_condition_is_named_so(store: Store, vocabulary: Vocabulary) -> None:
    note, *_ = answer(store, vocabulary, "speculative decoding without surveys").notes
    assert "not 'surveys'" in note


def test_refused_question_names_three_that_work(store: Store, vocabulary: Vocabulary) -> None:
    found = answer(store, vocabulary, "write me a poem about pruning")
    assert found.query.kind == "refused"
    assert found.notes[-1].count("?") == 3
