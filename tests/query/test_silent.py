"""No piece of a question is dropped in silence: it is a condition, an instruction, a function word, or ignored."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.query import Lexicon, Query, read
from kg.query.question_reader import parsed
from kg.query.slot_model import SlotModel, is_function
from kg.query.unnamed import is_essential
from kg.text import fold

GOLD = Path(__file__).parents[2] / "data" / "gold"
#: Every n-th question of each file is read; all are by `EVERY = 1`.
EVERY = 9
FOREIGN = ("zorblax", "Vexatron", "quuxified", "紫貔貅", "never", "7319")


def _questions(every: int = EVERY) -> list[str]:
    files = (*sorted(GOLD.glob("questions.*.jsonl")), *sorted(GOLD.glob("slots*.jsonl")))
    lines = [line for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [asked for line in lines[::every] if (asked := json.loads(line).get("question"))]


def _names(query: Query) -> str:
    """All words of the question that a query says that it uses or ignores."""
    texts = [name for one in query.filter.conditions for name in (one.text, *(term.label for term in one.any_of))]
    texts += [term.label for _, term in query.terms()]
    return fold(" ".join((*texts, *query.filter.ignored, *query.filter.notes, query.like, query.words)))


def _silent(question: str, lexicon: Lexicon) -> Iterator[str]:
    """The pieces that have no slot though they carry meaning, and those that are to be ignored, but are not told."""
    query, parser = read(question, lexicon), parsed(question, lexicon)
    if query.kind == "refused":
        return
    for item, slot in zip(parser.items, SlotModel.load().read(parser.text, parser.items, lexicon).slots, strict=True):
        is_word = bool(item.words) and not item.senses
        is_instruction = item.value is not None or item.fact is not None
        if slot.name == "" and not (item.mark or is_word or is_function(item) or is_instruction):
            yield from [item.text] if fold(item.text) not in _names(query) else []
        if slot.name in ("words", "told", "idle") and fold(item.text) not in _names(query):
            yield item.text


def test_every_piece_is_used_or_told(lexicon: Lexicon) -> None:
    """Over the questions at hand, in both languages."""
    asked = _questions()
    silent = {question: found for question in asked if (found := list(_silent(question, lexicon)))}
    assert len(asked) > 500
    assert not silent


def test_a_foreign_word_is_never_dropped(lexicon: Lexicon) -> None:
    """A made word, name, negation or number anywhere in a question is in a condition or told."""
    rng = random.Random(7)
    dropped = []
    for n, question in enumerate(rng.sample(_questions(1), 500)):
        word = FOREIGN[n % len(FOREIGN)]
        places = [at for at, char in enumerate(question) if char == " "] or [len(question)]
        at = rng.choice(places)
        made = f"{question[:at]} {word}{question[at:]}"
        query = read(made, lexicon)
        is_told = fold(word) in _names(query) or (word == "never" and any(c.negated for c in query.filter.conditions))
        if query.kind not in ("refused", "definition", "near") and not is_told:
            dropped.append((word, made))
    assert not dropped, (len(dropped), dropped[:8])


@pytest.mark.parametrize(
    ("words", "essential"),
    [
        ("3 bits", True),
        ("replaces", True),
        ("ICLR", True),
        ("without", True),
        ("nowadays", False),
        ("quite", False),
        ("紫貔貅", True),
    ],
)
def test_what_makes_an_answer_one_to_a_part(words: str, essential: bool) -> None:
    """Numbers, verbs, names and negations."""
    assert is_essential(words) is essential
