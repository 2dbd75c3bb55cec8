"""A graph on a disk of a network, or one without locks, is refused when it is to be written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

import kg
from kg.model import KgError
from kg.serving.scratch import scratch
from kg.store import lite
from kg.store.file import StoreFile
from tests.store.graph_demo import demo_entry


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


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_disk_that_keeps_no_locks_is_told_to_writers_and_readers_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "g.kg"
    with StoreFile(path) as file:
        file.put_entry(demo_entry(1))

    def flock(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(KgError, match=f"The disk of the graph {path} keeps no locks"):
        StoreFile(path)
    with kg.open(str(path), read_only=True) as graph:
        assert len(graph.entries()) == 1
        assert graph.sparql("ASK { ?a ?b ?c }")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert scratch("kg-run-")[0].is_dir()
