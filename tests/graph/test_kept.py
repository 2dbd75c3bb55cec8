"""The log of what a graph was made from: it gives back what was put in, and damage costs what it hits."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from kg.graph.kept import Kept, held, unread

from kg.graph import kept
from kg.graph.store import SOURCES
from kg.model import Document, Source, Text


def _document(name: str, raw: str = "Some text") -> Document:
    return Document(name, "s", 1, {"T": Text(raw, raw)}, authors=("Ada Lee",), year=2025)


def _said(folder: Path) -> dict[str, str]:
    return {d.id: d.texts["T"].raw for _, entries in held(folder) for d, _ in entries}


def test_log_gives_back_what_was_put_in(tmp_path: Path):
    log = Kept(tmp_path)
    source = Source("s", "s.txt", "digest", skeleton=("a", ("e", "T")), skipped=("line 3",))
    text = Text("Sp ace \udc80 汉字", "Space \udc80 汉字", ((2, 3, ""),))
    document = Document("e@s", "s", 7, {"T": text}, repairs=("joined",), author_count=3)
    log.put_source(source)
    log.put(document, {"id": "e", "kind": "method"})
    log.close()
    [(found, entries)] = held(tmp_path)
    assert found == source
    document.id = "e"
    assert list(entries) == [(document, {"id": "e", "kind": "method"})]


def test_log_keeps_the_last_and_nothing_twice(tmp_path: Path):
    for raw in ("old", "new", "new"):
        log = Kept(tmp_path)
        log.put(_document("e", raw), "full")
        log.close()
    size = (tmp_path / SOURCES).stat().st_size
    log = Kept(tmp_path)
    log.put(_document("e", "new"), "full")
    log.drop((), {"other": "s"})
    assert (tmp_path / SOURCES).stat().st_size == size
    assert _said(tmp_path) == {"e": "new"}
    log.drop(["s"], {"e": "s"})
    assert _said(tmp_path) == {}
    log.put(_document("e", "new"), "full")
    log.close()
    assert _said(tmp_path) == {"e": "new"}


def test_log_that_is_not_needed_is_not_made(tmp_path: Path):
    Kept(tmp_path).drop(["s"], {"e": "s"})
    assert not (tmp_path / SOURCES).exists()
    assert list(held(tmp_path)) == []
    assert unread(tmp_path) == 0


@pytest.mark.parametrize("seed", range(20))
def test_damage_to_the_log_costs_what_it_hits(tmp_path: Path, seed: int):
    dice = random.Random(seed)
    log = Kept(tmp_path)
    texts = {f"e{n}": f"{n} {dice.random()}" * dice.randrange(1, 9) for n in range(30)}
    for name, text in texts.items():
        log.put(_document(name, text), "full")
    log.close()
    path = tmp_path / SOURCES
    data = bytearray(path.read_bytes())
    if seed % 2:
        del data[dice.randrange(len(data)) :]  # a killed program, or a disk that was full
    for _ in range(3):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data)
    log = Kept(tmp_path)
    log.put(_document("later", "after it"), "full")
    log.close()
    found = _said(tmp_path)
    assert found.pop("later") == "after it"
    assert found.items() <= texts.items()
    assert unread(tmp_path) > 0
    if not seed % 2:
        assert len(found) >= 27


def test_damage_to_the_head_of_a_frame_makes_nothing_else_of_it(tmp_path: Path):
    log = Kept(tmp_path)
    log.put_source(Source("s", "s.txt", "digest"))
    for name in ("a", "b"):
        log.put(_document(name), "full")
    log.drop((), {"a": "s"})
    log.close()
    path = tmp_path / SOURCES
    whole = path.read_bytes()
    heads = [frame.at - kept._HEAD.size for frame in kept._frames(path)]
    assert len(heads) == 4
    for at in (head + n for head in heads for n in range(kept._HEAD.size)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert len([source.name for source, _ in held(tmp_path)]) == 1
        assert unread(tmp_path) > 0
        assert _said(tmp_path) in ({"b": "Some text"}, {}, {"a": "Some text", "b": "Some text"})


def test_logs_whose_checksums_are_of_the_text_alone_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    log = Kept(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(kept, "_checksum", lambda _, body: kept.zlib.crc32(body))
        log.put(_document("a"), "full")
    log.put(_document("b"), "full")
    log.close()
    assert _said(tmp_path) == {"a": "Some text", "b": "Some text"}
    assert unread(tmp_path) == 0
