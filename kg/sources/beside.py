"""What an item of a list says beside what its row holds: remarks, notes, a summary of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kg.sources.links import IMAGE, LINK

_ADDRESS = re.compile(r"(?:\b\w[\w ]{0,20}:\s*)?<?https?://\S+|\b(?:arxiv|doi):\s*\S+", re.I)
_WORD = re.compile(r"[\u4e00-\u9fff]|[^\W\d_\u4e00-\u9fff]{2,}")
_TEXTS = ("title", "brief_title", "abstract", "venue", "institutions", "keywords", "authors", "date")
_LEAST = 3  # words that say something
_HAN = 2  # characters of Chinese that make a word


def is_noted(text: str, row: Mapping[str, Any]) -> bool:
    """Whether a text says more than a row holds, than its links, addresses and a word or two.

    >>> is_noted("Title [code](https://a.org) (oral)\\n> A neat trick: drops words by surprisal.", {"title": "Title"})
    True
    >>> is_noted("Ada Fox. *Keeping less*, Caches 2020 [code](https://a.org) (oral)", {"title": "Keeping less",
    ... "authors": ["Ada Fox"], "venue": "Caches"})
    False
    """
    held = {word for key in _TEXTS for word in _words(_joined(row.get(key)))}
    more = [word for word in _words(_ADDRESS.sub(" ", LINK.sub(" ", IMAGE.sub(" ", text)))) if word not in held]
    han = sum(len(word) == 1 for word in more)
    return len(more) - han + han / _HAN >= _LEAST


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _joined(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
