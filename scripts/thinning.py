"""Encoders with fewer heads of attention and fewer inner neurons: which are missed least, and leaving the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

_INNER = ("attention.output", "intermediate")  # what its heads go into, and what its neurons come from


def missed(encoder: Any, texts: list[list[int]]) -> tuple[list[Any], list[Any]]:
    """What the last layer loses by each head and each neuron, by layer: (heads,) and (neurons,)."""
    gates: list[Any] = []
    hooks = []
    for layer in encoder.encoder.layer:
        own = layer.attention.self
        heads = torch.ones(own.num_attention_heads, requires_grad=True)
        neurons = torch.ones(layer.intermediate.dense.out_features, requires_grad=True)
        gates += [heads, neurons]
        for product, gate, size in (
            (layer.attention.output.dense, heads, own.attention_head_size),
            (layer.output.dense, neurons, 1),
        ):
            hooks.append(
                product.register_forward_pre_hook(
                    lambda _, x, gate=gate, size=size: (x[0] * gate.repeat_interleave(size),)
                )
            )
    sums = [torch.zeros_like(gate) for gate in gates]
    for pieces in texts:
        hidden = encoder(input_ids=torch.tensor([pieces])).last_hidden_state
        slopes = torch.autograd.grad((hidden * torch.randn_like(hidden)).sum(), gates)
        for total, slope in zip(sums, slopes, strict=True):
            total += slope.square()
    for hook in hooks:
        hook.remove()
    return sums[::2], sums[1::2]


def shape(encoder: Any, weights: Mapping[str, Any]) -> None:
    """Leave each layer of an encoder as many heads and neurons as its weights in a file have."""
    for number, layer in enumerate(encoder.encoder.layer):
        seen, inner = (weights[f"encoder.layer.{number}.{name}.dense.weight"] for name in _INNER)
        size = layer.attention.self.attention_head_size
        keep(layer, torch.arange(seen.shape[1] // size), torch.arange(inner.shape[0]))


def keep(layer: Any, heads: Any, neurons: Any) -> None:
    """Leave a layer these heads of its attention and these neurons between its two products."""
    own = layer.attention.self
    size = own.attention_head_size
    rows = (heads[:, None] * size + torch.arange(size)).flatten()
    for name in ("query", "key", "value"):
        setattr(own, name, _part(getattr(own, name), rows, 0))
    layer.attention.output.dense = _part(layer.attention.output.dense, rows, 1)
    own.num_attention_heads, own.all_head_size = len(heads), len(rows)
    layer.intermediate.dense = _part(layer.intermediate.dense, neurons, 0)
    layer.output.dense = _part(layer.output.dense, neurons, 1)


def _part(linear: Any, kept: Any, dim: int) -> Any:
    """A linear layer with some of its outputs (dim 0) or inputs (dim 1) alone."""
    weight = linear.weight.detach().index_select(dim, kept)
    out = nn.Linear(weight.shape[1], weight.shape[0])
    out.weight = nn.Parameter(weight)
    out.bias = nn.Parameter(linear.bias.detach()[kept] if dim == 0 else linear.bias.detach())
    return out
