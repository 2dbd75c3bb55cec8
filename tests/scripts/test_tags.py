"""What scripts/tags.py leaves out of a lexicon changes no tag."""

from __future__ import annotations

from pathlib import Path

import pytest
import tags

from kg.extract.speech import tag_of

LEXICON = """;;; a comment
# #
$200 CD
1990 CD
A100 NNP
Bayes NNP
Bush NNP
Both DT
NASA NNP
THE DT
U.S. NNP
Us PRP
both DT
bush NN
don't VB
kernel NN JJ
models NNS/VBZ
to TO
"""


@pytest.fixture
def lexicon(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "en-lexicon.txt"
    path.write_text(LEXICON, "utf-8")
    return tags.read(path)


def test_a_word_has_its_first_tag(lexicon: dict[str, str]) -> None:
    assert (lexicon["kernel"], lexicon["models"]) == ("NN", "NNS")
    assert ";;;" not in lexicon


def test_what_the_form_tells_is_left_out(lexicon: dict[str, str]) -> None:
    kept = tags.needed(lexicon)
    assert not {"#", "$200", "1990", "A100", "Bayes", "NASA", "U.S."} & kept.keys()
    assert {"Bush", "THE", "Us", "both", "don't", "kernel", "to"} <= kept.keys()


def test_every_word_keeps_its_tag_in_all_its_spellings(lexicon: dict[str, str]) -> None:
    kept = tags.needed(lexicon)
    words = {form for word in lexicon for form in (word, word.lower(), word.upper(), word.title())}
    for word in filter(tags.is_one_word, words):
        for begins in (False, True):
            assert tag_of(word, kept, begins) == tag_of(word, lexicon, begins), word
