"""Reading, choosing and scoring of SciERC's spans, as scripts/eval_scierc.py does it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scierc


class Halves:
    """A tokenizer that gives a mark at either end and cuts words of more than four letters in two."""

    def encode(self, words: list[str], is_pretokenized: bool) -> Any:
        assert is_pretokenized
        self.words = words
        self.word_ids = [None, *(k for k, word in enumerate(words) for _ in range(1 + (len(word) > 4))), None]
        self.ids = list(range(len(self.word_ids)))
        return self


ROW = {
    "sentences": [["A", "neural", "parser", "-LRB-", "NP", "-RRB-"], ["It", "parses", "."]],
    "ner": [[[1, 2, "Method"], [4, 4, "Method"]], [[6, 6, "Generic"]]],
    "relations": [[[4, 4, 1, 2, "PART-OF"]], []],
    "clusters": [[[1, 2], [6, 6]]],
}


def test_an_abstract_has_every_span_inside_its_sentences() -> None:
    tokenizer = Halves()
    abstract = scierc.abstract(ROW, ["Generic", "Method"], ["PART-OF"], tokenizer)
    assert tokenizer.words[3] == "("
    assert abstract.first[:4] == [1, 2, 4, 6]
    assert abstract.last[:4] == [1, 3, 5, 6]
    spans = [tuple(map(int, s)) for s in abstract.spans]
    assert len(spans) == 6 * 7 // 2 + 3 * 4 // 2
    assert (5, 6) not in spans
    assert {s: int(n) for s, n in zip(spans, abstract.labels, strict=True) if n} == {(1, 2): 2, (4, 4): 2, (6, 6): 1}
    kinds = {(spans[a], spans[b]): kind for a, b, kind in abstract.pairs}
    assert kinds == {((4, 4), (1, 2)): 1, ((1, 2), (4, 4)): 0, ((1, 2), (6, 6)): 2}


def test_the_surest_of_overlapping_spans_stands() -> None:
    spans = np.array([(0, 0), (0, 1), (1, 2), (3, 3)])
    logits = np.array([[0.0, 2.0, 1.0], [0.0, 1.0, 3.0], [0.0, 2.5, 0.0], [0.5, 0.0, 0.2]])
    assert scierc.decode(logits, spans) == {(0, 1): 1}
    assert scierc.decode(logits, spans, bias=0.4) == {(0, 1): 1, (3, 3): 1}


def test_a_span_of_another_type_or_width_is_wrong() -> None:
    gold = [{(0, 1): "Task", (4, 4): "Metric"}, {(2, 3): "Task"}]
    found = [{(0, 1): "Task", (4, 5): "Metric"}, {(2, 3): "Method"}]
    scores = scierc.scores(found, gold)
    assert (scores["Task"].precision, scores["Task"].recall) == (1.0, 0.5)
    assert scores["Metric"].f1 == scores["Method"].f1 == 0.0
    assert scores["all"].f1 == pytest.approx(1 / 3)
    assert scores["all"].wanted == 3


def test_nothing_found_scores_nought() -> None:
    assert scierc.scores([{}], [{(0, 0): "Task"}])["all"].f1 == 0.0
