"""What a file is that no reader knows, as data (`foreign.toml`), and what helps."""

from __future__ import annotations

import re
from functools import cache

from kg.files import toml_file

_ANY = "give papers as PDF, LaTeX, BibTeX, RIS, CSV, Excel, JSON, XML, HTML or Markdown"


def told(head: bytes, is_binary: bool) -> str:
    """Half a sentence on a file that no reader knows, from its first bytes.

    >>> told(b"version https://git-lfs.github.com/spec/v1", False)
    'is a pointer of Git LFS, not the file itself: fetch that (git lfs pull)'
    """
    said = next((said for pattern, said in _known() if pattern.match(head)), "")
    if said:
        return said
    return f"{'is a binary file' if is_binary else 'has a format'} that no reader knows: {_ANY}"


@cache
def _known() -> tuple[tuple[re.Pattern[bytes], str], ...]:
    files = toml_file(__file__, "foreign.toml")["file"]
    return tuple((re.compile(one["bytes"].encode(), re.S | re.I), one["told"]) for one in files)
