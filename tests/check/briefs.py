"""A paper with a brief, and what its record does not support of it."""

from __future__ import annotations

from functools import cache

from kg.build.pipeline import Pipeline
from kg.check import Briefs, Checked
from kg.model import Document, Text

TEXTS = {
    "T": "ZapKV: Query-Aware KV Cache Eviction",
    "A": "Long-context inference suffers from the memory bottleneck of the KV cache. We propose ZapKV, a query-aware "
    "cache eviction method. On LongBench with Llama-3-8B, ZapKV is 2.3x faster than SnapKV. It cuts memory by 40%.",
    "I": "Tsinghua University",
}


@cache
def _briefs() -> Briefs:
    return Briefs(Pipeline(fast=True))


def checked(brief: str) -> Checked:
    """The claims of a brief on the paper."""
    texts = {field: Text(said, said) for field, said in (TEXTS | {"B": brief}).items()}
    return _briefs().of_document(Document("x-1", "x", 1, texts))


def unsupported(brief: str) -> list[str]:
    """The words of the claims that are contradicted or not found."""
    return [one.claim.words for one in checked(brief).verdicts if one.status != "supported"]
