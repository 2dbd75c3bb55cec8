"""Abstracts in which the hardware alone was annotated: what the judges of hardware learn from beside the other papers.

data/gold/hardware.jsonl names them by their arXiv ids; their texts are in $KG_SHARED/data/arxiv-corpus.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from pathlib import Path

from annotated import ROOT, SHARED, Paper

from kg.sources import read

FILE = ROOT / "data" / "gold" / "hardware.jsonl"
CORPORA = ("efficient-ai-2025-2026", "arxiv-daily-2025-03_2026-07")


def hardware_papers() -> list[Paper]:
    """The abstracts with their annotations, which hold nothing but "hardware", in the order of the file."""
    gold = {r["id"]: r for r in map(json.loads, FILE.read_text("utf-8").splitlines())}
    rows: dict[str, str] = {}
    for corpus in CORPORA:
        with gzip.open(SHARED / "data" / "arxiv-corpus" / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["id"] in gold and row["id"] not in rows:
                    rows[row["id"]] = json.dumps({k: row[k] for k in ("id", "title", "abstract")})
    if len(rows) < len(gold):
        sys.exit(f"{FILE}: {len(gold) - len(rows)} of its abstracts are not in $KG_SHARED/data/arxiv-corpus.")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hardware.jsonl"
        file.write_text("\n".join(rows[name] for name in gold), "utf-8")
        documents = {d.id: d for d in read(file).documents}
    return [(documents[name], record) for name, record in gold.items()]
