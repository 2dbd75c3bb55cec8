"""Fit gradient-boosted trees to rows of features (LightGBM; Ke et al., 2017), as kg/extract/judge.py reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

ROUNDS, RATE, LEAVES = 160, 0.06, 15
LEAST = 40  # rows of a leaf
SETTINGS = {
    **{"num_leaves": LEAVES, "min_data_in_leaf": LEAST, "lambda_l2": 5.0},
    **{"feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1},
    **{"seed": 0, "deterministic": True, "num_threads": 2, "verbose": -1},
}


def boosted(
    names: Sequence[str],
    table: Any,
    wanted: Any,
    labels: Sequence[str],
    threshold: float,
    weights: Any = None,
    steps: float = 1,
) -> dict[str, Any]:
    """What is told of a judge that is fitted to features (rows, names) and numbers of labels (rows,); trees in ONNX.

    `steps` times as many rounds are gone, each so much shorter.
    """
    import lightgbm

    of_two = len(labels) == 2
    kind = {"objective": "binary"} if of_two else {"objective": "multiclass", "num_class": len(labels)}
    rows = lightgbm.Dataset(table, wanted, weight=weights)
    trees = lightgbm.train({**SETTINGS, **kind, "learning_rate": RATE / steps}, rows, round(ROUNDS * steps))
    return {
        "labels": list(labels),
        "threshold": threshold,
        "features": list(names),
        "trees": as_onnx(trees, len(names)),
    }


def as_onnx(trees: Any, width: int) -> bytes:
    """Trees of LightGBM over rows of `width` features in ONNX, without the label that is likeliest."""
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    model = convert_lightgbm(trees, initial_types=[("rows", FloatTensorType([None, width]))], zipmap=False)
    told = [output for output in model.graph.output if output.name == "probabilities"]
    del model.graph.output[:]
    model.graph.output.extend(told)
    return bytes(model.SerializeToString(deterministic=True))
