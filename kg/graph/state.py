"""Whether the data of a store's folder may have changed, told from its files without reading them."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Files of RocksDB that hold data: tables, the log of what is in no table yet, and the list of what counts.
_DATA = re.compile(r"[0-9]+\.(?:sst|log)|MANIFEST-[0-9]+")


def state_of(data: Path | None) -> bytes:
    """The files of a database that hold data, with their lengths: RocksDB appends to them and writes new ones.

    Each write goes to the log first, and no number of a file is given twice; IDENTITY tells one database from another.
    What says only how the database works (LOG, OPTIONS, LOCK) is left out. b"" where there are none, or no folder.
    """
    if data is None:
        return b""
    try:
        files = ((file.name, file.stat().st_size) for file in os.scandir(data) if _DATA.fullmatch(file.name))
        return repr((sorted(files), (data / "IDENTITY").read_bytes())).encode()
    except OSError:  # no database yet, or a file that the writer has just taken away
        return b""
