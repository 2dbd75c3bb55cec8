"""Results on shared ground: gains on one metric and one model, over the original model or over other methods.

What counts as the original model, and which metrics count as one, is in `comparable.toml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

from kg.model import OBTAINED
from kg.query.comparable import Block, Measured, first_of_each, in_one_unit, settings
from kg.text import fold

_Said = TypeVar("_Said")
_MODEL = OBTAINED.index("model")


class Ground(NamedTuple):
    """The gains that papers report of one metric on one model, the best of each paper, best first."""

    block: Block
    model: str  # CURIE
    is_original: bool  # over the original model or a baseline that was not recognized; else over other methods
    rows: list[Measured[Any]]

    @property
    def unnamed(self) -> int:
        """Of how many of them no baseline was recognized."""
        return sum(not one.baseline for one in self.rows)


def shared_ground(
    found: Iterable[Measured[_Said]], is_loss: Callable[[Block], bool], least: int | None = None
) -> list[Ground]:
    """The tables of at least `least` papers each (the usual number if None), those of most papers first."""
    groups: dict[tuple[Block, str, bool], list[Measured[_Said]]] = defaultdict(list)
    same = settings()["shared"]["same"]
    for one in in_one_unit(found):
        if one.block.change == "absolute" or ":" not in one.block.metric or is_loss(one.block):
            continue
        block = one.block._replace(metric=same.get(one.block.metric, one.block.metric))
        for model in one.on[_MODEL]:
            if ":" in model:
                groups[block, model, _is_original(one)].append(one)
    made = [Ground(*key, first_of_each(some, is_loss)) for key, some in groups.items()]
    enough = settings()["shared"]["least"] if least is None else least
    kept = [one for one in made if len(one.rows) >= enough]
    return sorted(kept, key=lambda one: (-len(one.rows), not one.is_original, one.model, one.block))


def _is_original(one: Measured[Any]) -> bool:
    """Whether a result is a gain over the model itself without the method, or names no baseline."""
    known, words = settings()["shared"], fold(one.baseline.partition(":")[2] or one.baseline).replace("-", " ")
    is_itself = one.baseline in one.on[_MODEL] or one.baseline in known["original"]
    return not words or is_itself or words in known["words"] or words.startswith(tuple(known["begins"]))
