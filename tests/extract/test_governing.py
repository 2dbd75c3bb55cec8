"""Which way a number points: what its governing word says of the metric that it is of."""

from __future__ import annotations

import pytest

from kg.extract.governing import Grammar
from kg.extract.numbers import quantities
from kg.extract.outcomes import Stated, outcome_lexicon
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Its inference latency is 3x slower than Plover.", ("increase", "inference latency")),
        ("The latency (about 2600x slower than Plover) is long.", ("increase", "latency")),
        ("It is 2x slower than Plover.", ("decrease", "inference speed")),
        ("It has a perplexity degradation of 2%.", ("increase", "perplexity")),
    ],
)
def test_a_word_for_worse_says_that_what_should_be_low_rises(text: str, expected: tuple[str, str]) -> None:
    lexicon = outcome_lexicon(Vocabulary.load())
    metrics = [
        (m.start, m.end, lexicon.vocabulary[m.concept]) for m in lexicon.vocabulary.match(text) if m.type == "metric"
    ]
    (found,) = Grammar(lexicon).governed(Stated(text, quantities(text), lexicon.cues(text), metrics, {}, ""))
    assert (found.readings[0].change, found.readings[0].metric) == expected
