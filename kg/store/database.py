"""The connection to a graph's database: `kg.store.lite` for a file; other packages register some under "kg.stores"."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

Table = tuple[list[str], list[tuple[object, ...]]]  # columns and rows


class Database(Protocol):
    """A connection, whose methods raise KgError; statements are SQLite's.

    `is_shared`: several may write at once. `path` and `place`: the file, if it is one, and what messages call it.
    `LISTED`, `COUNTED` and `RANKED` are the statements of `kg.store.lite.Lite` in its dialect, `TEXTS_INDEX` those
    that index texts.
    """

    is_shared: bool
    path: Path | None
    LISTED: str
    COUNTED: str
    RANKED: str

    @property
    def place(self) -> str: ...

    @property
    def TEXTS_INDEX(self) -> tuple[str, ...]: ...

    def execute(self, sql: str, given: Any = (), /) -> Any: ...

    def executemany(self, sql: str, rows: Any, /) -> Any: ...

    def begin(self) -> None: ...

    def close(self) -> None: ...

    def cache(self, graph: str) -> Path | None: ...

    def version(self) -> int | None: ...

    def create(self) -> None: ...

    def index_texts(self, texts: Iterable[tuple[int, str]], entries: Iterable[int], /) -> None: ...

    def unindex_texts(self, texts: Iterable[tuple[int, str]], entry: int, /) -> None: ...

    def holding(self, wanted: Iterable[tuple[str, ...]]) -> tuple[str, list[str]]: ...

    def damage(self) -> list[str]: ...

    def check_schema(self) -> None: ...

    def copy_to(self, place: Path) -> None: ...

    def asked(self, query: str, seconds: float, rows: int, size: int) -> Table: ...
