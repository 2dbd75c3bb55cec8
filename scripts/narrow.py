"""Takes the inner neurons out of an encoder's layers that the others can stand in for, to make it faster.

The neurons of a layer go one by one, each time the one without which the layer's output changes least on texts of the
field, once those that are left make up for it: the optimal brain surgeon (Hassibi and Stork, 1993) for whole neurons
(Kurtic et al., 2023). Nothing is trained again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import nn

DAMPING = 1e-3  # of the mean square of a neuron, added to each for the inversion


@torch.no_grad()  # type: ignore[untyped-decorator]
def narrow(encoder: Any, texts: Sequence[list[int]], left: int) -> Iterator[float]:
    """Leave so many inner neurons in each layer of a neural.Encoder in eval mode, by the word pieces of texts.

    Gives layer by layer how much of the variance of its output is lost.
    """
    hidden = [encoder.embeddings(torch.tensor([pieces])) for pieces in texts]
    for layer in encoder.layer:
        attended = [encoder.attended(layer, x, encoder.apart(x.shape[1])) for x in hidden]
        yield _narrow(layer, attended, left)
        hidden = [layer.output(layer.intermediate(x), x) for x in attended]


def _narrow(layer: Any, attended: Sequence[Any], left: int) -> float:
    wide, output = layer.intermediate.dense, layer.output.dense
    size = wide.out_features
    moments = torch.zeros(size + 1, size + 1)  # of the neurons, and of one that is always 1: the bias
    for x in attended:
        inner = layer.intermediate(x)[0]
        inner = torch.cat([inner, torch.ones(len(inner), 1)], 1)
        moments += inner.T @ inner
    moments = moments.double() / sum(x.shape[1] for x in attended)
    added = torch.full((size + 1,), DAMPING * float(moments.diagonal()[:-1].mean()), dtype=moments.dtype)
    added[-1] = 0
    damped = moments + added.diag()
    weights = torch.cat([output.weight.T, output.bias[None]]).double()
    kept = torch.cat([_kept(damped, weights, left), torch.tensor([size])])
    told = torch.linalg.solve(damped[kept][:, kept], damped[kept] @ weights)
    layer.intermediate.dense = _linear(wide.weight[kept[:-1]], wide.bias[kept[:-1]])
    layer.output.dense = _linear(told[:-1].T, told[-1])
    missing = weights.clone()
    missing[kept] -= told
    variance = (weights * (moments @ weights)).sum() - (moments[-1] @ weights).square().sum()
    return float((missing * (moments @ missing)).sum() / variance)


def _kept(moments: Any, weights: Any, left: int) -> Any:
    """The neurons that stay, in order."""
    inverse, weights = torch.linalg.inv(moments).float(), weights.float()
    gone = torch.zeros(len(weights), dtype=torch.bool)
    gone[-1] = True  # the bias is none of them
    for _ in range(len(weights) - 1 - left):
        costs = weights.square().sum(1) / inverse.diagonal()
        one = int(costs.masked_fill(gone, torch.inf).argmin())
        column = inverse[one] / inverse[one, one]
        weights.addr_(column, weights[one].clone(), alpha=-1)
        inverse.addr_(column, inverse[one].clone(), alpha=-1)
        inverse[one, one] = 1  # its row and column are zeros: it is never divided by
        gone[one] = True
    return (~gone).nonzero()[:, 0]


def _linear(weight: Any, bias: Any) -> Any:
    out = nn.Linear(weight.shape[1], weight.shape[0])
    out.weight.copy_(weight)
    out.bias.copy_(bias)
    return out
