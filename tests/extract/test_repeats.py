"""A text within the limits is read in time in proportion to its length, whatever it repeats."""

import pytest

from kg.extract import extract
from kg.extract.component import SpanIndex
from kg.link.linker import Linker
from kg.model import Document, Text
from kg.vocabulary import Vocabulary

#: Fields, what they repeat, and their length: work that grew with its square took two to twenty seconds of each.
REPEATS = [
    *(("A", said, 40_000) for said in ("NVIDIA H100 ", "We propose ", "We propose X (Y) ", "github.com/a/b ", "模")),
    *(("A", said, 40_000) for said in ("8 x A100 GPUs ", "7 ", "GPT-4 ", "on MMLU ", "1/2 ", "problem of ", "$x_")),
    *(("I", said, 16_000) for said in ("模", "A ", "Google Inc ", "University of X, ", "Lab, MIT, ")),
    ("T", "模", 40_000),
    *(("A", said, 100_000) for said in ("Ours 97.1 ", "CUDA ")),
]


def read(field: str, repeated: str, length: int, fast: bool) -> None:
    """Extracts and links an entry with such a field."""
    raw = {"T": "A title", "A": "We propose Foo.", field: (repeated * length)[:length]}
    document = Document("x", "s", 1, {name: Text(text, text) for name, text in raw.items()})
    Linker(Vocabulary.load()).link(document, extract(document, fast=fast))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("field", "repeated", "length"), REPEATS)
def test_repeated_words_take_no_time_that_grows_with_their_square(field: str, repeated: str, length: int) -> None:
    read(field, repeated, length, fast=True)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("repeated", ["GPT-4 ", "NVIDIA H100 "])
def test_repeated_names_take_no_such_time_with_the_tagger_either(repeated: str) -> None:
    read("A", repeated, 16_000, fast=False)


def test_spans_are_found_by_place() -> None:
    spans = SpanIndex([(0, 5), (60, 200), (100, 110)])
    assert spans.touching(64, 105) == {(60, 200), (100, 110)}
    assert spans.touching(5, 60) == set()
    assert spans.holds(101, 110)
    assert not spans.holds(3, 6)
    spans.remove(60, 200)
    assert spans.touching(64, 105) == {(100, 110)}
    assert not spans.holds(150, 160)
