"""A graph on a network disk is refused when it is to be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import KgError
from kg.store import lite
from kg.store.file import StoreFile


@pytest.mark.parametrize(("kind", "is_refused"), [("nfs4", True), ("cifs", True), ("ext4", False)])
def test_a_network_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, is_refused: bool
) -> None:
    place = tmp_path / "my disk"
    mounts = tmp_path / "mounts"
    escaped = str(place).replace(" ", "\\040")
    mounts.write_text(f"overlay / overlay rw 0 0\nserver:/x {escaped} {kind} rw 0 0\n")
    monkeypatch.setattr(lite, "_MOUNTS", mounts)
    if is_refused:
        with pytest.raises(KgError, match=rf"network disk \({kind}\).*kg backup"):
            StoreFile(place / "papers.kg")
        assert not (place / "papers.kg").exists()
    else:
        StoreFile(place / "papers.kg").close()
        StoreFile(place / "papers.kg", read_only=True).close()
