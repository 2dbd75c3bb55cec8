"""Amounts that texts state beside their results count for thresholds on how much smaller something gets."""

from __future__ import annotations

import re

import pytest

from kg.query import Lexicon, Outcome, read


def told(question: str, lexicon: Lexicon) -> str:
    (found,) = (t for c in read(question, lexicon).filter.conditions for t in c.any_of if isinstance(t, Outcome))
    return found.told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("It keeps 96% of the performance after pruning 88.9\\% of visual tokens.", True),
        ("Using only 11.1% of the original visual tokens, it is quick.", True),
        ("It is a 10$\\times$ token reduction.", True),
        ("90% of the tokens are pruned.", True),
        ("It reduces tokens by over 85%.", True),
        ("It prunes 77.8% of visual tokens.", False),
        ("It retains 96% of visual tokens.", False),
        ("Pruning helps. Accuracy is 88.9% with all tokens.", False),
        ("It drops accuracy by 90% of what is lost; tokens stay.", False),
        ("It needs 2.10x tokens and removes none.", False),
    ],
)
def test_share_that_is_left_out_is_told_in_any_of_its_forms(lexicon: Lexicon, text: str, says: bool) -> None:
    for question in ("visual token pruning that removes more than 80% of tokens", "剪掉80%以上token的方法"):
        assert bool(re.search(told(question, lexicon), text)) == says, question


def test_what_does_not_get_smaller_is_not_looked_for(lexicon: Lexicon) -> None:
    assert not told("accuracy improved by at least 80%", lexicon)
    assert not told("papers that cut latency by 80%", lexicon)  # no share of it is kept
    assert not told("reduce memory by at least 10%", lexicon)  # any number could be that
