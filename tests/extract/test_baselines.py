"""What outcomes are compared with."""

from __future__ import annotations

import pytest

from kg.extract.baselines import Baselines
from kg.extract.outcomes import OutcomeLexicon
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "It outperforms models such as Ardea, Pica and Sturnus.",
            ["Ardea, Pica and Sturnus", "Ardea", "Pica", "Sturnus"],
        ),
        ("It beats baselines, including Ardea 1.5 and Pica.", ["Ardea 1.5 and Pica", "Ardea 1.5", "Pica"]),
        ("It has 6.7 perplexity, compared to 55.8 for Ardea.", ["Ardea"]),
        ("It is faster than a 670B teacher.", ["670B teacher"]),
        ("It gains 33% over Ardea and +54% over Pica.", ["Ardea", "Pica"]),
        ("It keeps 93% of the Ardea's accuracy.", ["Ardea"]),
        ("It saves over 30% compared to Ardea.", ["Ardea"]),
        ("It matches the image quality achieved by the dense Ardea.", ["dense Ardea"]),
        ("It gains 2x frames than reported via an Ardea pipeline.", ["an Ardea pipeline"]),
        ("It keeps 95% of Ardea accuracy even with fewer tokens.", ["Ardea accuracy"]),
        ("It gains 2x over the strongest baseline, Ardea, on text.", ["Ardea", "strongest baseline"]),
        ("It gains 2x over the strongest baseline, Ardea by 3x.", ["Ardea", "strongest baseline"]),
        ("It gains 2x over the strongest baseline, Pica gains 3x.", ["strongest baseline"]),
        ("It gains 2x over strong baselines, Ardea, on text.", ["strong baselines"]),
    ],
)
def test_what_words_of_comparison_introduce(text: str, names: list[str]) -> None:
    found = Baselines(OutcomeLexicon(Vocabulary.load())).compared(text)
    assert [other.text for other in found] == names
