"""Which results can be compared: those that measure the same thing against the same baseline, on the same setup."""

from __future__ import annotations

from collections.abc import Iterable

from kg.query.measures import Block


def comparable(block: Block, node: str, baseline: str, setup: Iterable[tuple[str, ...]]) -> tuple[object, ...]:
    """What results share that may be compared: what they measure, the baseline, and what they were obtained on.

    A change against something that is not said is like no other: its `node` stands for it.
    """
    return block, baseline or ("" if block.change == "absolute" else node), *setup
