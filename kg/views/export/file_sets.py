"""Forms of the graph that are several files: their names, their texts, and the archive that holds them."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kg.text import one_line

#: Files as (path, content); paths are relative, with "/", and each stands once.
Files = Iterator[tuple[str, bytes]]


class Format(NamedTuple):
    """A form of the whole graph: the ending of its files, what it is for, and what writes it: one file, at once or in
    pieces, or several.
    """

    ending: str
    about: str
    write: Callable[..., bytes] | None = None
    pieces: Callable[..., Iterator[bytes]] | None = None
    files: Callable[..., Files] | None = None
    is_chosen: bool = False  # whether `files` also takes of what things it is, and the least papers of one


#: What Windows, Obsidian's links or a shell take for something else.
_NOT_IN_NAMES = re.compile(r"[\\/:*?\"<>|#^\[\]%`$!;&={}~\u2028\u2029\ue000-\uf8ff]|\s")
#: Names of devices of Windows, with any ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_MOST_BYTES = 120  # with an ending and the folders above, within the 255 of a file system
#: The earliest time that an archive can hold: the time of writing is no part of the content.
_TIME = (1980, 1, 1, 0, 0, 0)


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Files as one archive; the same files are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files:
            member = zipfile.ZipInfo(path, _TIME)
            member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(member, content)
    return out.getvalue()


def file_name(text: str) -> str:
    """A text as the name of a file, without its ending, that every system takes; never empty.

    >>> file_name("../KV: a <b>|c"), file_name("con"), file_name("...")
    ('KV a b c', '_con', '_')
    """
    name = " ".join(_NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", one_line(text))).split())
    name = name.encode()[:_MOST_BYTES].decode(errors="ignore").strip(". -'@+")
    return f"_{name}" if not name or _DEVICE.match(name) else name


def file_names(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A name of a file for each (CURIE, text), no two alike even where case does not count, whatever their order.

    What would be called the same gets its kind; where that is not enough, a hash of its CURIE.

    >>> file_names([("topic:kv", "KV cache"), ("technique:kv", "KV cache"), ("task:chat", "chat")])
    {'topic:kv': 'KV cache (topic)', 'technique:kv': 'KV cache (technique)', 'task:chat': 'chat'}
    """
    names = {key: file_name(text) for key, text in texts}
    by_kind = True
    while alike := _alike(names):
        for key in alike:
            mark = f"({key.partition(':')[0]})" if by_kind else hashlib.sha256(key.encode()).hexdigest()[:12]
            names[key] += f" {mark}"
        by_kind = False
    return names


def spaced(predicate: str) -> str:
    """A relation in words.

    >>> spaced("mentionsTechnique"), spaced("part_of")
    ('mentions technique', 'part of')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", predicate).lower()


def _alike(names: dict[str, str]) -> list[str]:
    """The keys whose name another has too."""
    counts = Counter(map(_folded, names.values()))
    return [key for key, name in names.items() if counts[_folded(name)] > 1]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
