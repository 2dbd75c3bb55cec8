"""The learned reader of questions: its file, and the rows that it is made from."""

from __future__ import annotations

import json
from pathlib import Path

from train_slots import GOLD, best, in_pieces, trained, write

from kg.query.slot_model import SlotModel

ROWS = [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]


def test_the_weights_that_ship_are_those_of_the_rows() -> None:
    model = SlotModel.load()
    some = list(in_pieces(ROWS[::60]))
    kinds = [best(model.kinds, one.seen[0].whole) == one.kind for one in some]
    slots = [list(model.decided(one.seen[0], one.kind.partition(" ")[0])) == one.slots for one in some]
    assert min(sum(kinds), sum(slots)) > 0.9 * len(some)


def test_the_same_rows_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one.npz", "other.npz"):
        write(trained(list(in_pieces(ROWS[:30]))), tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()
