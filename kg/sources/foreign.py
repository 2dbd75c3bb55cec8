"""What a file is that no reader knows, as data (`foreign.toml`), and what helps."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec

from kg.files import toml_file

_ANY = "give papers as PDF, LaTeX, BibTeX, RIS, CSV, Excel, JSON, XML, HTML or Markdown"


def told(head: bytes, is_binary: bool) -> str:
    """Half a sentence on a file that no reader knows, from its first bytes.

    >>> told(b"version https://git-lfs.github.com/spec/v1", False)
    'is a pointer of Git LFS, not the file itself: fetch that (git lfs pull)'
    """
    if said := _first(_known(False), head):
        return said
    return f"{'is a binary file' if is_binary else 'has a format'} that no reader knows: {_ANY}"


def unplugged(head: bytes) -> str:
    """Half a sentence on a file whose reader is in a plug-in that is not installed; "" for other files."""
    return _first(_known(True), head)


def _first(known: tuple[tuple[re.Pattern[bytes], str], ...], head: bytes) -> str:
    return next((said for pattern, said in known if pattern.match(head)), "")


@cache
def _known(of_plugins: bool) -> tuple[tuple[re.Pattern[bytes], str], ...]:
    """The forms that no reader knows, or those of plug-ins that are not installed."""
    files = toml_file(__file__, "foreign.toml")["file"]
    wanted = [one for one in files if ("plugin" in one) == of_plugins]
    missing = [one for one in wanted if not of_plugins or find_spec(one["plugin"]) is None]
    return tuple((re.compile(one["bytes"].encode(), re.S | re.I), one["told"]) for one in missing)
