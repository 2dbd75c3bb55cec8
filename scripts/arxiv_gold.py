"""Abstracts of arXiv that were annotated for this project: data/gold names them by their ids.

- arxiv.jsonl: in full; tagger and judges learn from them, beside the papers of the reports and those that were supplied
- hardware.jsonl: the hardware alone, from which its judges learn besides
- unseen.jsonl: in full; nothing is fitted to them (docs/evaluation.md)
- key-sentences.jsonl, key-sentences.unseen.jsonl: the acceptable key sentences by role, the best one first, to which
  the choice of scripts/train_keys.py is fitted, and to which nothing is fitted

Their texts are in $KG_SHARED/data/arxiv-corpus.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from kg.model import Document
from kg.sources import read

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))
CORPORA = ("efficient-ai-2025-2026", "arxiv-daily-2025-03_2026-07")

Paper = tuple[Document, dict[str, Any]]


def of_arxiv(name: str, folder: Path = ROOT / "data" / "gold") -> list[Paper]:
    """The papers of a file of data/gold, or of another folder, with their annotations, in its order."""
    gold = folder / f"{name}.jsonl"
    records = {r["id"]: r for r in map(json.loads, gold.read_text("utf-8").splitlines())}
    rows: dict[str, str] = {}
    for corpus in CORPORA:
        with gzip.open(SHARED / "data" / "arxiv-corpus" / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["id"] in records:
                    rows.setdefault(row["id"], json.dumps({k: row[k] for k in ("id", "title", "abstract")}))
    if missing := records.keys() - rows.keys():
        sys.exit(f"{gold}: {len(missing)} of its abstracts are not in {SHARED}/data/arxiv-corpus: set KG_SHARED.")
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "papers.jsonl"
        file.write_text("\n".join(rows[key] for key in records), "utf-8")
        documents = {d.id: d for d in read(file).documents}
    return [(documents[key], record) for key, record in records.items()]
