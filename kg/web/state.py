"""What tells whether the graph has changed: looked at before every page, so it must be quick."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from kg.link.overrides import overrides_of
from kg.store.place import is_address


def state_of(location: str) -> tuple[object, ...] | None:
    """What differs when the graph's file, its log or people's decisions do; None where that is not known."""
    if is_address(location):
        return None
    out: list[object] = []
    for path in (Path(location), Path(f"{location}-wal"), overrides_of(Path(location))):
        with suppress(OSError):
            found = os.stat(path)
            out.append((path.name, found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size))
    return tuple(out)


def place_of(location: str) -> tuple[object, ...]:
    """What differs when another file was put in the place of the graph, or people decided otherwise on names."""
    if is_address(location):
        return ()
    out: list[object] = []
    with suppress(OSError):
        found = os.stat(location)
        out += [found.st_dev, found.st_ino]
    with suppress(OSError):
        found = os.stat(overrides_of(Path(location)))
        out += [found.st_mtime_ns, found.st_size]
    return tuple(out)
