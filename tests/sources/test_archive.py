"""Archives and standard input: every plain file in one is read, nothing leads out of it, bombs end in a sentence."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import stat
import struct
import sys
import tarfile
import tracemalloc
import zipfile
from pathlib import Path
from typing import Literal

import pytest

import kg
from kg.model import Batch, KgError
from kg.sources import archive, each, expand, inputs, packed, read
from tests.cli.command import run

ONE, TWO, THREE = (
    f"@article{{k{n}, title={{On the {word} of caches}}, year={{2024}}}}\n".encode()
    for n, word in enumerate(("size", "cost", "age"))
)


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: Literal["w", "w:gz", "w:bz2", "w:xz"] = "w") -> Path:
    with tarfile.open(path, mode) as made:
        for name, data in files.items():
            put(made, name, data)
    return path


def put(made: tarfile.TarFile, name: str, data: bytes = b"", **more: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    made.addfile(info, io.BytesIO(data))


def all_of(*patterns: Path | str, name: str | None = None) -> tuple[list[Batch], list[str]]:
    """Batches with their documents, and what was told."""
    paths, told, _ = expand(patterns)
    batches = []
    for path in each(paths):
        try:
            batch = read(path, name)
            batch.documents = list(batch.documents)
            batches.append(batch)
        except KgError as error:
            told.append(str(error))
    return batches, told


def titles(batches: list[Batch]) -> list[str]:
    return [d.texts["T"].text for batch in batches for d in batch.documents]


MADE = {
    "papers.zip": lambda path, files: zipped(path, files),
    "stored.zip": lambda path, files: zipped(path, files, zipfile.ZIP_STORED),
    "lzma.zip": lambda path, files: zipped(path, files, zipfile.ZIP_LZMA),
    "papers.tar": lambda path, files: tarred(path, files),
    "papers.tar.gz": lambda path, files: tarred(path, files, "w:gz"),
    "papers.tgz": lambda path, files: tarred(path, files, "w:gz"),
    "papers.tar.bz2": lambda path, files: tarred(path, files, "w:bz2"),
    "papers.tar.xz": lambda path, files: tarred(path, files, "w:xz"),
    "no-ending": lambda path, files: tarred(path, files, "w:gz"),
}


@pytest.mark.parametrize("name", MADE)
def test_each_file_of_an_archive_is_a_file_to_read(tmp_path, name):
    files = {"set/p2.bib": TWO, "set/p10.bib": ONE, "set/deep/x.jsonl": b'{"id": "j", "title": "Lines"}\n'}
    path = MADE[name](tmp_path / name, files)
    batches, told = all_of(path)
    assert told == []
    assert sorted(titles(batches)) == ["Lines", "On the cost of caches", "On the size of caches"]
    assert {b.source.name for b in batches} == {"p2", "p10", "x"}
    assert {b.source.file for b in batches} == {f"{name}:{inner}" for inner in files}
    assert {d.id for b in batches for d in b.documents} == {"p2-k1", "p10-k0", "j"}


def test_members_are_the_same_as_files_on_disk(tmp_path):
    (tmp_path / "p.bib").write_bytes(ONE)
    [alone], _ = all_of(tmp_path / "p.bib")
    [member], _ = all_of(zipped(tmp_path / "a.zip", {"p.bib": ONE}))
    assert (member.source.sha256, member.source.name) == (alone.source.sha256, alone.source.name)
    assert member.documents == alone.documents


def test_packed_members_and_packed_files_of_every_kind(tmp_path):
    forms = {"a.bib.gz": gzip.compress(ONE), "b.bib.bz2": bz2.compress(TWO), "c.bib.xz": lzma.compress(THREE)}
    batches, told = all_of(zipped(tmp_path / "a.zip", forms))
    assert told == []
    assert [b.source.name for b in batches] == ["a", "b", "c"]
    for name, data in forms.items():
        (tmp_path / name).write_bytes(data)
    again, told = all_of(*(tmp_path / name for name in forms))
    assert told == []
    assert titles(again) == titles(batches)


def test_streams_after_one_another_and_padding_are_one_file(tmp_path):
    path = tmp_path / "p.bib.gz"
    path.write_bytes(gzip.compress(ONE) + gzip.compress(TWO) + b"\0" * 1000)
    assert len(titles(all_of(path)[0])) == 2


def test_members_of_one_name_are_told_apart_by_archive_and_folders(tmp_path):
    path = zipped(tmp_path / "acl.zip", {"a/refs.bib": ONE, "b/refs.bib": TWO, "b/c/refs.bib": THREE})
    batches, told = all_of(path)
    assert told == []
    assert [b.source.name for b in batches] == ["refs", "acl-b-c-refs", "acl-b-refs"]


def test_a_name_given_stands_before_those_of_members(tmp_path):
    path = zipped(tmp_path / "acl.zip", {"a.bib": ONE, "b.bib": TWO})
    assert [b.source.name for b in all_of(path, name="mine")[0]] == ["mine-a", "mine-b"]


def test_zip_members_come_in_natural_order_without_hidden_ones(tmp_path):
    files = {f"p{n}.bib": ONE for n in (10, 9, 1)} | {"__MACOSX/._p1.bib": b"x", ".git/config": b"x", "sub/": b""}
    batches, told = all_of(zipped(tmp_path / "a.zip", files))
    assert told == []
    assert [b.source.name for b in batches] == ["p1", "p9", "p10"]


def test_what_leads_out_and_what_is_no_file_is_left_out(tmp_path):
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as made:
        put(made, "../up.bib", ONE)
        put(made, str(tmp_path / "absolute.bib"), ONE)
        put(made, "a/../../b.bib", ONE)
        put(made, "..\\windows.bib", ONE)
        put(made, "C:\\windows.bib", ONE)
        put(made, "link.bib", type=tarfile.SYMTYPE, linkname="/etc/passwd")
        put(made, "hard.bib", type=tarfile.LNKTYPE, linkname="good.bib")
        put(made, "null", type=tarfile.CHRTYPE)
        put(made, "pipe", type=tarfile.FIFOTYPE)
        put(made, "good.bib", TWO)
    before = sorted(tmp_path.rglob("*"))
    batches, told = all_of(path)
    assert titles(batches) == ["On the cost of caches"]
    assert len(told) == 9
    assert all(sentence.startswith(f"{path}:") and sentence.endswith(".") for sentence in told)
    assert [s for s in told if "leads out of the archive" in s] == told[:5]
    assert sorted(tmp_path.rglob("*")) == before


def test_zip_with_links_and_paths_outside(tmp_path):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as made:
        link = zipfile.ZipInfo("link.bib")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("../../up.bib", ONE)
        made.writestr("good.bib", TWO)
    batches, told = all_of(path)
    assert titles(batches) == ["On the cost of caches"]
    assert sorted("is a link" in sentence for sentence in told) == [False, True]


def test_names_of_members_cannot_forge_messages(tmp_path):
    [sentence] = all_of(tarred(tmp_path / "a.tar", {"x\n\x1b[31mkg: all is well": b"\0\1"}))[1]
    assert "\n" not in sentence
    assert "\x1b" not in sentence


def test_documents_that_are_zip_files_are_not_unpacked(tmp_path):
    for name, inside in (("a.docx", "[Content_Types].xml"), ("b.odt", "mimetype")):
        path = zipped(tmp_path / name, {inside: b"x", "p.bib": ONE})
        batches, [sentence] = all_of(path)
        assert batches == []
        assert sentence.startswith(f"{path}: is a binary file that no reader knows")


def test_archives_in_archives_are_refused(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"p.bib": ONE}).read_bytes()
    packed_tar = tarred(tmp_path / "inner.tgz", {"p.bib": ONE}, "w:gz").read_bytes()
    batches, told = all_of(tarred(tmp_path / "a.tar", {"in.zip": inner, "in.tgz": packed_tar, "ok.bib": ONE}))
    assert len(batches) == 1
    assert len(told) == 2
    assert all("is an archive inside an archive" in sentence for sentence in told)
    with pytest.raises(KgError, match="is an archive of files"):
        read(tmp_path / "inner.zip")


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_what_stands_before_a_cut_is_read_and_the_cut_told(tmp_path, name, kept):
    dice = random.Random(name)
    filler = {f"n{n}.bib": ONE + b"%" + dice.randbytes(3000).hex().encode() for n in range(20)}
    path = MADE[name](tmp_path / name, filler)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    batches, told = all_of(path)
    assert len(batches) < 20
    assert told
    assert all("damaged" in sentence and "fetch" in sentence for sentence in told)


@pytest.mark.parametrize("name", ["papers.zip", "papers.tar", "papers.tar.gz", "papers.tar.xz"])
def test_damage_anywhere_ends_in_sentences(tmp_path, name):
    dice = random.Random(7)
    path = MADE[name](tmp_path / name, {f"n{n}.bib": ONE for n in range(5)})
    whole = path.read_bytes()
    for _ in range(150):
        harmed = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            harmed[dice.randrange(len(harmed))] = dice.randrange(256)
        path.write_bytes(harmed)
        batches, told = all_of(path)
        assert batches or told
        assert all(sentence.startswith(str(path)) and "\n" not in sentence for sentence in told)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_of_a_zip_costs_itself_alone(tmp_path, method):
    path = zipped(tmp_path / "a.zip", {"a.bib": ONE + random.Random(7).randbytes(500), "b.bib": TWO}, method)
    data = bytearray(path.read_bytes())
    data[100:300] = bytes(one ^ 0x5A for one in data[100:300])
    path.write_bytes(data)
    batches, [told] = all_of(path)
    assert [batch.source.name for batch in batches] == ["b"]
    assert "a.bib: is damaged in the archive" in told


def test_archive_without_files_is_told(tmp_path):
    for path in (zipped(tmp_path / "a.zip", {}), tarred(tmp_path / "a.tar", {"d/.hidden": b"x"})):
        assert "the archive holds no file" in all_of(path)[1][0]


def test_encrypted_member_is_told(tmp_path):
    path = zipped(tmp_path / "a.zip", {"p.bib": ONE})
    data = bytearray(path.read_bytes())
    for at in (data.index(b"PK\3\4") + 6, data.index(b"PK\1\2") + 8):
        data[at] |= 1
    path.write_bytes(data)
    assert "a.zip:p.bib: is encrypted" in all_of(path)[1][0]


# --- bombs ------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(60)
def test_a_bomb_beside_papers_is_told_and_they_are_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.bib": ONE, "b.txt": bytes(packed.FREE + 1), "c.bib": TWO})
    batches, [sentence] = all_of(path)
    assert len(batches) == 2
    assert sentence.startswith(f"{path}:b.txt: it unpacks to more than 100 times its size")


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_packed_tar_bomb(tmp_path, mode):
    path = tarred(tmp_path / "a.tar", {"a.bib": ONE, "b.txt": bytes(2 * packed.FREE), "c.bib": TWO}, mode)
    batches, [sentence] = all_of(path)
    assert titles(batches) == ["On the size of caches"]
    assert "unpacks to more than 100 times its size" in sentence


def test_many_members_that_share_their_bytes_stop_the_archive(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_FREE", 1 << 20)
    path = zipped(tmp_path / "a.zip", {f"m{n}.txt": bytes(200_000) for n in range(20)})
    told = all_of(path)[1]
    assert 3 < len(told) < 10
    assert told[-1].startswith(f"{path}: the archive unpacks to more than 100 times its size")


def test_member_of_the_most_bytes_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LIMIT", 1 << 20)
    files = {"a.bib": ONE, "b.txt": random.Random(1).randbytes(2 << 20), "c.bib": TWO}
    for path in (zipped(tmp_path / "a.zip", files), tarred(tmp_path / "a.tar", files)):
        batches, [sentence] = all_of(path)
        assert len(batches) == 2
        assert sentence.startswith(f"{path}:b.txt: holds more than 1 MB")


def test_many_members_and_many_sentences_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_MOST", 150)
    told = all_of(tarred(tmp_path / "a.tar", {f"../{n}": b"x" for n in range(200)}))[1]
    assert len(told) == 92
    assert "more than 150 files" in told[-2]
    assert told[-1].endswith("60 more of its members were left out.")


def test_headers_without_end_take_no_memory(tmp_path):
    """A name of 500 MB, and a sparse file of which the map is as long."""
    path = tmp_path / "a.tar"
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 500 << 20
    with path.open("wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        file.truncate(512 + info.size + 4096)
    tracemalloc.start()
    batches, [sentence] = all_of(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert batches == []
    assert "the archive is damaged" in sentence
    assert most < 50 << 20


@pytest.mark.timeout(60)
def test_sparse_member_of_no_bytes_and_large_size_is_bounded(tmp_path):
    info = tarfile.TarInfo("holes.bib")
    info.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[386:483] = bytes(97)
    block[483:495] = b"%011o\0" % (1 << 32)
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    (tmp_path / "a.tar").write_bytes(bytes(block) + bytes(1024))
    told = all_of(tmp_path / "a.tar")[1]
    assert "holds more than 200 MB" in told[0]


def test_list_of_members_without_end_is_not_loaded(tmp_path):
    """A zip file whose end says that its list takes 64 MB."""
    size = 64 << 20
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.write(b"PK\3\4" + bytes(100))
        file.seek(104 + size)
        file.write(b"PK\5\6" + struct.pack("<4H2IH", 0, 0, 65535, 65535, size, 104, 0))
    assert "list of members takes more than 32 MB" in all_of(path)[1][0]


# --- standard input ---------------------------------------------------------------------------------------------------


class _Input:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_standard_input_is_a_file(monkeypatch, pack):
    monkeypatch.setattr(sys, "stdin", _Input(pack(ONE)))
    [batch], told = all_of("-", "-")
    assert told == []
    assert (batch.source.name, batch.source.file) == ("stdin", "stdin")
    monkeypatch.setattr(sys, "stdin", _Input(pack(ONE)))
    assert all_of("-", name="mine")[0][0].source.name == "mine"


def test_standard_input_may_be_an_archive(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "stdin", _Input(tarred(tmp_path / "a", {"a/p.bib": ONE, "b/p.bib": TWO}).read_bytes()))
    batches, told = all_of("-")
    assert told == []
    assert [(b.source.name, b.source.file) for b in batches] == [("p", "stdin:a/p.bib"), ("stdin-b-p", "stdin:b/p.bib")]


def test_standard_input_empty_missing_or_too_long(monkeypatch):
    monkeypatch.setattr(sys, "stdin", _Input(b""))
    assert all_of("-")[1] == ["stdin: the file is empty: give a file with papers."]
    monkeypatch.setattr(sys, "stdin", None)
    assert "stdin: the file is empty" in all_of("-")[1][0]
    monkeypatch.setattr(archive, "LIMIT", 1000)
    monkeypatch.setattr(sys, "stdin", _Input(ONE * 100))
    assert "stdin: holds more than" in all_of("-")[1][0]


def test_standard_input_on_the_command_line(tmp_path):
    data = gzip.compress(tarred(tmp_path / "a.tar", {"a/p.bib": ONE, "b/p.bib": TWO}).read_bytes())
    done = run("read", "-", stdin=data)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["p-k0", "stdin-b-p-k1"]
    done = run("add", "-", "--as", "mine", "--fast", stdin=ONE, graph=tmp_path / "g")
    assert "Added 1 entry" in done.stdout
    with kg.open(str(tmp_path / "g"), read_only=True) as graph:
        assert graph.entries() == ["mine-k0"]
        assert [(s.name, s.file) for s in graph.sources()] == [("mine", "stdin")]


def test_a_file_called_dash_is_reached_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes(ONE)
    assert titles(all_of(os.path.join(".", "-"))[0]) == ["On the size of caches"]


# --- what is held -----------------------------------------------------------------------------------------------------


def test_large_members_lie_on_disk_and_several_read_one(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "_IN_MEMORY", 100)
    path = zipped(tmp_path / "a.zip", {"p.jsonl": b"".join(b'{"id": "%d", "title": "T"}\n' % n for n in range(5000))})
    [held] = each([path])
    one, other = read(held), read(held)
    pairs = list(zip(one.documents, other.documents, strict=True))
    assert len(pairs) == 5000
    assert all(a.id == b.id for a, b in pairs)


def test_members_outlive_their_archive(tmp_path):
    path = zipped(tmp_path / "a.zip", {f"p{n}.bib": ONE for n in range(3)})
    held = list(each([path]))
    path.unlink()
    assert len([d for h in held for d in read(h).documents]) == 3


def test_a_deep_folder_of_all_kinds(tmp_path):
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "one.bib").write_bytes(ONE)
    (deep / "notes.md").write_text("# Notes\n")
    (tmp_path / "a" / "two.bib.gz").write_bytes(gzip.compress(TWO))
    zipped(tmp_path / "a" / "b" / "z.zip", {"sub/three.bib": THREE, "readme": b"nothing here\n"})
    batches, told = all_of(tmp_path)
    assert sorted(titles(batches)) == ["On the age of caches", "On the cost of caches", "On the size of caches"]
    assert len(told) == 2
    assert any(f"{tmp_path}/a/b/z.zip:readme: has a format that no reader knows" in sentence for sentence in told)


def test_empty_and_unreadable_members_are_told_in_fewer_than_a_hundred_sentences(tmp_path):
    from kg.build.pipeline import Added, Pipeline

    zipped(tmp_path / "a.zip", {f"e{n}.txt": b"" for n in range(1000)} | {"p.bib": ONE})
    batches, told = all_of(tmp_path / "a.zip")
    assert titles(batches) == ["On the size of caches"]
    assert (len(told), told[-1]) == (91, f"{tmp_path}/a.zip: 910 more of its members were left out.")
    report = Added()
    zipped(tmp_path / "b.zip", {f"e{n}.txt": b"just words" for n in range(300)} | {"p.bib": ONE})
    [batch] = Pipeline().batches([str(tmp_path / "b.zip")], None, report, strict=False)
    assert (batch.source.name, len(report.skipped)) == ("p", 91)
    assert report.skipped[-1] == f"{tmp_path}/b.zip: 210 more of its files could not be read."
