"""Features for the second judge of relations: the first judge's likelihoods of neighbouring pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from kg.extract.pairs import LEAST, PairTable, lead
from kg.model import RELATION_TYPES

COMPANY: tuple[str, ...] = (
    *(f"own {kind}" for kind in ("none", *RELATION_TYPES)),
    *(f"back {kind}" for kind in ("none", *RELATION_TYPES)),
    *(f"lead {kind}" for kind in RELATION_TYPES),
    *(f"main {kind}" for kind in ("none", *RELATION_TYPES)),
    *(f"mates {kind}" for kind in ("none", *RELATION_TYPES)),
    *(f"in all {kind}" for kind in RELATION_TYPES),
    *("has mates", "second in all", "first in all", "first rank", "first is main", "lead any", "second leads"),
)


def company(likely: Any, told: PairTable) -> Any:
    """The first judge's likelihoods of each pair and of its neighbours: (pairs, COMPANY).

    `likely`: (pairs, 1 + types). The neighbours of a pair (head, tail) are its reverse, the other heads of its tail,
    the head with most relations in the paper, and the other members of the tail's list.
    """
    i, j, many = told.first, told.second, len(told.mates)
    if not len(i):
        return np.zeros((0, len(COMPANY)), np.float32)
    logs = np.log(np.maximum(likely, LEAST))
    all_of = np.full((many, many, logs.shape[1]), np.log(LEAST), np.float32)
    all_of[:, :, 0] = 0
    all_of[i, j] = logs
    chances = np.zeros((many, many, logs.shape[1]), np.float32)
    chances[i, j] = likely
    related = np.zeros((many, many), np.float32)
    related[i, j] = 1 - likely[:, 0]
    busy = related.sum(1)
    main = int(busy.argmax())
    mates = told.mates.astype(np.float32)
    count = mates.sum(1)[j]
    beside = np.einsum("ijk,mj->imk", all_of, mates)[i, j] / np.maximum(count, 1)[:, None]
    any_of = np.log(np.maximum(related, LEAST))
    return np.concatenate(
        [
            logs,
            all_of[j, i],
            lead(all_of[:, :, 1:])[i, j],
            all_of[main, j],
            np.where(count[:, None] > 0, beside, logs),
            chances.sum(0)[j][:, 1:],
            np.stack(
                [
                    count > 0,
                    related.sum(0)[j],
                    busy[i] / 5,
                    (busy > busy[i][:, None]).sum(1) / 5,
                    i == main,
                    lead(any_of[:, :, None])[i, j, 0],
                    busy[j] / 5,
                ],
                1,
            ),
        ],
        1,
    ).astype(np.float32)
