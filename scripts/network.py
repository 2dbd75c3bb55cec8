"""A BERT encoder and what stands on it as an ONNX graph of few, fast operators, in whole numbers or in int8.

Written operator by operator: what torch exports has three times the operators, and a mask for texts that are padded,
which none is; and the fusions of onnxruntime choose a SkipLayerNormalization that takes ten times an Add and a
LayerNormalization.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

OPSET, FUSED = 17, "com.microsoft"
IR = 9  # the file format: read by every onnxruntime since 1.17
TOP = 64.0  # of a weight: 255 * 64 * 2 fits 16 bits, in which processors without VNNI add up
TOP_WORD = 127.0  # of a word's vector, which is only looked up


class Graph:
    """Collects operators; `values` are the numbers that they keep. Names of tensors are those of what makes them."""

    def __init__(self, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[Any] = []
        self.values: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}

    def value(self, name: str, array: Any) -> str:
        self.values[name] = np.ascontiguousarray(array)
        return name

    def add(self, operator: str, inputs: list[str], name: str, domain: str = "", **options: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=domain, **options))
        return name

    def split(self, x: str, names: list[str], sizes: list[int]) -> list[str]:
        at = self.value(f"{names[0]} sizes", np.array(sizes, np.int64))
        self.nodes.append(helper.make_node("Split", [x, at], names, name=f"{names[0]} split", axis=2))
        return names

    def linear(self, x: str, name: str, weight: Any, bias: Any, int8: bool = True) -> str:
        """x (1, pieces, in) times a weight (out, in), plus a bias; int8 has a scale for each number that comes out."""
        bias = self.value(f"{name} bias", bias)
        if not (self.int8 and int8):
            product = self.add("MatMul", [x, self.value(f"{name} weight", weight.T)], f"{name} product")
            return self.add("Add", [product, bias], name)
        small, scale = rounded(weight, TOP)
        values = [self.value(f"{name} weight", small.T), self.value(f"{name} scale", scale)]
        return self.add("DynamicQuantizeMatMul", [x, *values, "", bias], name, FUSED)

    def looked_up(self, ids: str, name: str, table: Any) -> str:
        """The rows of a table (words, size) for ids (1, pieces); int8 has a scale for each row."""
        if not self.int8:
            return self.add("Gather", [self.value(f"{name} table", table), ids], name)
        small, scale = rounded(table, TOP_WORD)
        rows = self.add("Gather", [self.value(f"{name} table", small), ids], f"{name} rows")
        scales = self.add("Gather", [self.value(f"{name} scale", scale[:, None]), ids], f"{name} scales")
        return self.add("Mul", [self.add("Cast", [rows], f"{name} cast", to=TensorProto.FLOAT), scales], name)

    def norm(self, x: str, y: str, name: str, layer: Any) -> str:
        """The layer's norm of x + y."""
        weight, bias = (self.value(f"{name} {part}", array(getattr(layer, part))) for part in ("weight", "bias"))
        total = self.add("Add", [x, y], f"{name} sum")
        return self.add("LayerNormalization", [total, weight, bias], name, epsilon=layer.eps)

    def output(self, name: str, *shape: int | str) -> None:
        self.outputs[name] = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def write(self, out: Path, names: list[str]) -> None:
        """Write the graph with the outputs `names`."""
        ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "pieces"])
        values = [numpy_helper.from_array(value, name) for name, value in self.values.items()]
        graph = helper.make_graph(self.nodes, "network", [ids], [self.outputs[name] for name in names], values)
        domains = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        onnx.save(helper.make_model(graph, opset_imports=domains, ir_version=IR, producer_name="kg"), str(out))


def array(tensor: Any) -> Any:
    return tensor.detach().float().numpy()


def rounded(rows: Any, top: float) -> tuple[Any, Any]:
    """Rows in int8, and the scale of each: (rows, size) and (rows,)."""
    scale = np.maximum(np.abs(rows).max(1), 1e-12) / np.float32(top)
    return np.rint(rows / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def encoder(graph: Graph, model: Any) -> str:
    """The last layer of a BERT for ids (1, pieces) without padding: (1, pieces, size)."""
    embeddings = model.embeddings
    # All pieces are of the first segment; the first places are those of the text's pieces.
    places = array(embeddings.position_embeddings.weight) + array(embeddings.token_type_embeddings.weight)[0]
    x = embedded(graph, array(embeddings.word_embeddings.weight), places, embeddings.LayerNorm)
    for number, layer in enumerate(model.encoder.layer):
        own, after = layer.attention.self, layer.attention.output
        parts = (own.query, own.key, own.value, after.dense, after.LayerNorm)
        x = _layer(graph, x, f"layer {number}", layer, parts, own.attention_head_size)
    return x


def embedded(graph: Graph, words: Any, places: Any, norm: Any) -> str:
    """What comes into the first layer, from the tables of words and of places."""
    rows = graph.looked_up("ids", "word", words)
    length = graph.add("Shape", ["ids"], "length", start=1)
    zero, axis = graph.value("zero", np.array([0], np.int64)), graph.value("axis", np.array([0], np.int64))
    place = graph.add("Slice", [graph.value("places", places), zero, length, axis], "place")
    return graph.norm(rows, place, "embedding", norm)


def cut_mpnet(graph: Graph, model: Any) -> str:
    """The last layer of neural.Encoder for ids (1, pieces) without padding: (1, pieces, size)."""
    x = embedded(graph, array(model.words.weight), array(model.places.weight), model.norm)
    apart = _apart(graph, model)
    for number, layer in enumerate(model.layer):
        own = layer.attention.attn
        parts = (own.q, own.k, own.v, own.o, layer.attention.LayerNorm)
        x = _layer(graph, x, f"layer {number}", layer, parts, own.attention_head_size, apart)
    return x


def _apart(graph: Graph, model: Any) -> str:
    """What is added to the attention of two pieces for how far apart they stand: (1, heads, pieces, pieces).

    A tape of all distances, laid end to end and cut into rows one shorter than itself, has in
    each row what belongs to the next piece: copies in a row, which are faster than looking up every pair.
    """
    most = model.places.num_embeddings
    by_distance = array(model.by_distance(torch.arange(1 - most, most + 1))).T  # (heads, distances)
    heads = graph.value("heads in all", np.array([len(by_distance)], np.int64))
    one, two = (graph.value(name, np.array([n], np.int64)) for name, n in (("one", 1), ("two", 2)))
    middle, rest = graph.value("middle", np.array([most], np.int64)), graph.value("rest", np.array([-1], np.int64))
    ends = [graph.add(kind, [middle, "length"], f"tape {kind}") for kind in ("Sub", "Add")]
    tape = graph.add("Slice", [graph.value("distances", by_distance), *ends, one], "tape")
    twice = graph.add("Mul", ["length", two], "twice")
    shorter = graph.add("Sub", [twice, one], "shorter")
    every = graph.add("Concat", [heads, "length", twice], "tapes shape", axis=0)
    tapes = graph.add("Expand", [graph.add("Unsqueeze", [tape, one], "tape of each"), every], "tapes")
    flat = graph.add("Reshape", [tapes, graph.add("Concat", [heads, rest], "flat shape", axis=0)], "flat")
    cut = graph.add("Slice", [flat, "zero", graph.add("Mul", [shorter, "length"], "cut length"), one], "cut")
    rows = graph.add("Concat", [heads, "length", shorter], "rows shape", axis=0)
    shifted = graph.add("Reshape", [cut, rows], "shifted")
    first = graph.add("Sub", ["length", one], "first")
    found = graph.add("Slice", [shifted, first, shorter, two], "apart of heads")
    return graph.add("Unsqueeze", [found, "axis"], "apart")


def _layer(graph: Graph, x: str, name: str, layer: Any, parts: Any, head: int, *apart: str) -> str:
    query, key, value, dense, norm = parts
    size = query.out_features
    asked = graph.linear(x, f"{name} asked", *_together((query, key, value)))
    three = graph.split(asked, [f"{name} {kind}" for kind in ("query", "key", "value")], [size] * 3)
    unused = ["", "", *apart] if apart else []  # neither a bias nor a mask
    seen = graph.add("MultiHeadAttention", three + unused, f"{name} seen", FUSED, num_heads=size // head)
    y = _linear(graph, seen, f"{name} attention", dense)
    x = graph.norm(x, y, f"{name} attention norm", norm)
    wide = graph.add("Gelu", [_linear(graph, x, f"{name} wide", layer.intermediate.dense)], f"{name} gelu", FUSED)
    y = _linear(graph, wide, f"{name} output", layer.output.dense)
    return graph.norm(x, y, f"{name} norm", layer.output.LayerNorm)


def _together(layers: Sequence[Any]) -> tuple[Any, Any]:
    """Weight and bias of linear layers side by side."""
    weights, biases = [array(layer.weight) for layer in layers], [array(layer.bias) for layer in layers]
    return np.concatenate(weights), np.concatenate(biases)


def _linear(graph: Graph, x: str, name: str, layer: Any) -> str:
    return graph.linear(x, name, array(layer.weight), array(layer.bias))


def heads(graph: Graph, x: str, model: Any) -> None:
    """What a TaggerNet says of each piece and of the text, from the encoder's last layer; as its forward does."""
    parts = (model.bio, model.role, model.outcome, model.sides, model.points)
    said = graph.linear(x, "heads", *_together(parts), int8=False)
    sizes = [part.out_features for part in parts]
    bio, role, outcome, *_ = graph.split(
        said, ["bio logits", "role logits", "outcome logits", "sides", "points"], sizes
    )
    types = graph.value("bio shape", np.array([1, -1, model.types, 3], np.int64))
    graph.add("Softmax", [graph.add("Reshape", [bio, types], "bio by type")], "bio", axis=-1)
    graph.add("Softmax", [role], "role", axis=-1)
    graph.add("Softmax", [outcome], "outcome", axis=-1)
    mean = graph.add("ReduceMean", ["embedding"], "mean", axes=[1], keepdims=0)
    topic = graph.linear(mean, "topic logits", array(model.topic.weight), array(model.topic.bias), int8=False)
    graph.add("Sigmoid", [topic], "topic")
    graph.output("bio", 1, "pieces", model.types, 3)
    for name, size in zip(("role", "outcome", "sides", "points"), sizes[1:], strict=True):
        graph.output(name, 1, "pieces", size)
    graph.output("topic", 1, model.topic.out_features)
