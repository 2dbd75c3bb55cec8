"""The vocabulary concepts of a title, which are the same in Chinese and in English."""

from __future__ import annotations

from functools import lru_cache

from kg.vocabulary import Vocabulary


@lru_cache(maxsize=4096)
def terms(title: str) -> frozenset[str]:
    """The concepts (CURIEs) that a title names, in any language.

    >>> "technique:kv-cache-quantization" in terms("KV cache quantization") & terms("KV缓存量化")
    True
    """
    return frozenset(match.concept for match in Vocabulary.load().match(title))
