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
    words = graph.looked_up("ids", "word", array(embeddings.word_embeddings.weight))
    # All pieces are of the first segment; the first places are those of the text's pieces.
    places = array(embeddings.position_embeddings.weight) + array(embeddings.token_type_embeddings.weight)[0]
    length = graph.add("Shape", ["ids"], "length", start=1)
    zero, axis = graph.value("zero", np.array([0], np.int64)), graph.value("axis", np.array([0], np.int64))
    place = graph.add("Slice", [graph.value("places", places), zero, length, axis], "place")
    x = graph.norm(words, place, "embedding", embeddings.LayerNorm)
    for number, layer in enumerate(model.encoder.layer):
        x = _layer(graph, x, f"layer {number}", layer)
    return x


def _layer(graph: Graph, x: str, name: str, layer: Any) -> str:
    own = layer.attention.self
    size, count = own.query.out_features, own.query.out_features // own.attention_head_size
    asked = graph.linear(x, f"{name} asked", *_together((own.query, own.key, own.value)))
    three = graph.split(asked, [f"{name} {kind}" for kind in ("query", "key", "value")], [size] * 3)
    seen = graph.add("MultiHeadAttention", three, f"{name} seen", FUSED, num_heads=count)
    y = _linear(graph, seen, f"{name} attention", layer.attention.output.dense)
    x = graph.norm(x, y, f"{name} attention norm", layer.attention.output.LayerNorm)
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
