"""Folding, repairs with a way back, sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text import fold, raw_span, repaired, sentence_at, sentences, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KV-cache", "key-value caches"),
        ("Llama3", "LLaMA-3"),
        ("quantisation", "Quantization"),
        ("GPT‐4o", "GPT-4o"),
        ("Université", "universite"),
    ],
)
def test_spellings_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("H100", "H200"), ("L40", "L40S"), ("LoRA", "LoRA+"), ("A100", "A 100")])
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_tokens_point_at_their_words(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert at <= token.start < token.end <= len(text)
        assert token.fold
        at = token.end


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, str]]]:
    raw = draw(st.text(min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(raw)), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return raw, [(a, b, draw(st.text(max_size=5))) for a, b in pairs]


@given(edited())
def test_what_no_edit_touches_maps_back_to_itself(case: tuple[str, list[tuple[int, int, str]]]) -> None:
    raw, edits = case
    text = repaired(raw, edits)
    shift, at = 0, 0
    for start, end, new in [*edits, (len(raw), len(raw), "")]:
        kept = raw[at:start]
        if kept:
            begin = at - shift
            assert text.text[begin : begin + len(kept)] == kept
            assert raw_span(text, begin, begin + len(kept)) == (at, start)
        shift += (end - start) - len(new)
        at = end


def test_a_repaired_word_maps_to_the_raw_one() -> None:
    text = repaired("the STRATE-GIES of", [(10, 11, "")])
    assert text.text == "the STRATEGIES of"
    start, end = raw_span(text, 4, 14)
    assert text.raw[start:end] == "STRATE-GIES"


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        repaired("abc", [(0, 2, "x"), (1, 3, "y")])


def test_sentences_of_both_languages() -> None:
    text = "We use e.g. LoRA. It is 2.5x faster (Fig. 3). 我们提出了方法。效果很好！"
    assert [text[s:e] for s, e in sentences(text)] == [
        "We use e.g. LoRA.",
        "It is 2.5x faster (Fig. 3).",
        "我们提出了方法。",
        "效果很好！",
    ]
    text = "We propose dInfer. vLLM (e.g. vLLM 2) is slower."
    assert [text[s:e] for s, e in sentences(text)] == ["We propose dInfer.", "vLLM (e.g. vLLM 2) is slower."]


def test_a_sentence_is_found_by_a_place_in_it() -> None:
    text = "We use e.g. LoRA. It is 2.5x faster (Fig. 3). It is small."
    start, end = sentence_at(text, text.index("faster"), text.index("faster") + 6)
    assert text[start:end] == "It is 2.5x faster (Fig. 3)."
