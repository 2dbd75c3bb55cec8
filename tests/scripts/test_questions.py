"""The questions over papers on efficient AI, and their scoring by scripts/eval_questions.py."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import eval_questions
import pytest
from eval_questions import OWN, Scored, held, means, pairs_alike, read, score, table

SAME = {"000-01": "2510.00001"}


def asked(**fields: Any) -> dict[str, Any]:
    return {"id": "X", "question": "?", "lang": "en", "class": "compound", **fields}


def said(*papers: str, **more: Any) -> dict[str, Any]:
    return {"papers": [{"id": paper} for paper in papers], **more}


def test_every_question_has_a_truth_in_one_form() -> None:
    questions = read(OWN)
    pairs = defaultdict(list)
    for one in questions:
        truth = [*one.get("expected", ()), *one.get("also_ok", ())]
        assert one.keys() >= {"id", "question", "lang", "class", "split", "truth"}
        assert (one.get("expected") or one["class"] == "no answer") or one.keys() & {
            "answer",
            "number",
            "expected_things",
        }
        assert len(truth) == len(set(truth)), one["id"]
        assert len(one.get("expected", ())) <= 40
        assert all(re.fullmatch(r"\d{3}-\d{2}|\d{4}\.\d{5}", paper) for paper in truth), one["id"]
        assert not (truth and one["class"] == "no answer")
        if "pair" in one:
            pairs[one["pair"]].append(one)
    assert len({one["id"] for one in questions}) == len({one["question"] for one in questions}) == len(questions)
    assert {one["lang"] for one in questions} == {"en", "zh", "mixed"}
    assert sum(one["class"] == "no answer" for one in questions) > len(questions) / 6
    assert len(pairs) > 20
    for english, chinese in pairs.values():
        assert (english["lang"], chinese["lang"]) == ("en", "zh")
        assert all(english.get(key) == chinese.get(key) for key in ("expected", "also_ok", "answer", "split"))


@pytest.mark.parametrize(
    ("question", "answer", "precision", "recall"),
    [
        (asked(expected=["A", "B"], also_ok=["C"]), said("A", "C", "D"), 0.5, 0.5),  # C neither helps nor harms
        (asked(expected=["000-01"]), said("2510.00001", "000-01"), 1, 1),  # one work under both its ids
        (asked(expected=["A"]), said(*map(str, range(20)), "A"), 0, 1),  # found, but past the twentieth
        (asked(expected=["A"]), said(), None, 0),
        (asked(expected=["A"], also_ok=["C"]), said("C"), None, 0),
        ({**asked(expected=[]), "class": "no answer"}, said(), 1, 1),
        ({**asked(expected=[]), "class": "no answer"}, said("A"), 0, 0),
        (asked(number=[2, 3]), said("A", "B", "C"), 1, 1),
        (asked(number=[7, 8]), said("A", total=8), 1, 1),
        (asked(number=[7, 8]), said("A", table={"lines": [{"count": 7}]}), 1, 1),
        (asked(number=[7, 8]), said("A", table={"lines": [{"count": 9, "sure": True}]}), 0, 0),
        (asked(expected_things=["H100"]), said("A"), None, None),
        (asked(answer="rising"), said("A"), None, None),
    ],
)
def test_an_answer_is_scored_by_its_truth(question: Any, answer: Any, precision: Any, recall: Any) -> None:
    scored = score(question, answer, SAME)
    assert (scored.precision, scored.recall) == (precision, recall)


def test_means_leave_out_what_does_not_count() -> None:
    shares = ((0.5, 0.0), (None, 1.0), (None, None))
    scores = [Scored(asked(), precision, recall, "") for precision, recall in shares]
    assert means(scores) == (0.5, 0.5)


def test_a_pair_is_alike_when_both_give_the_same_papers() -> None:
    answers = [(1, ("A", "B")), (1, ("B", "A")), (2, ("A",)), (2, ()), (3, ("A",))]
    assert pairs_alike(Scored(asked(pair=pair), 1, 1, "", papers) for pair, papers in answers) == (1, 2)


def test_a_table_has_the_means_of_each_class() -> None:
    scores = [
        Scored(asked(), 0.25, 0.5, ""),
        Scored(asked(), 0.75, 1.0, ""),
        Scored(asked(**{"class": "date"}), None, 0.0, ""),
    ]
    assert table(scores).splitlines()[2:] == [
        "| compound | 2 | 0.50 | 0.75 |",
        "| date | 1 | – | 0.00 |",
        "| all in view | 3 | 0.50 | 0.50 |",
    ]


def test_values_of_whole_papers_are_sought_in_cells_and_quotes() -> None:
    quotes = [{"source": "P", "field": field, "quote": quote, "context": quote} for field, quote in (
        ("s3.3/p2", "The batch size is 2,048 until 200B tokens."), ("t2/r1c1", "81.6"))]  # fmt: skip
    answer = said("P", table={"lines": [{"value": "FP8", "evidence": quotes}]})
    headings = {("P", "s3.3/p2"): "3 Training > 3.3 Pretraining with Muon"}
    truths = [("2048 until 200B tokens, then 4096", "3.3 Pretraining", 2 / 3, 1), ("FP8", "Table 2", 1, 1)]
    truths += [("81.60", "Pretraining with Muon", 0, 1), ("the batch size is", "4.1", 1, 0)]
    for wanted, place, share, right in truths:
        assert held(asked(answer=wanted, place=place), answer, headings) == pytest.approx((share, right))
    head, _, row, _ = table([Scored(asked(), 1, 1, "", value=0.5)], whole=True).splitlines()
    assert head.endswith("| value | place |")
    assert row == "| compound | 1 | 1.00 | 1.00 | 0.50 | – |"


def test_nothing_is_measured_without_the_papers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(eval_questions, "SHARED", tmp_path)
    monkeypatch.setattr("sys.argv", ["eval_questions.py"])
    assert eval_questions.main() == 0
    assert "nothing is measured" in capsys.readouterr().out
