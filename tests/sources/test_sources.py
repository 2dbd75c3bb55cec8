"""The entrance to the sources: which files, which reader, what is refused."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from kg.model import KgError
from kg.sources import expand, read, readers


def test_built_in_readers_are_found_once():
    names = [reader.name for reader in readers()]
    assert {"digest", "papers"} <= set(names)
    assert len(names) == len(set(names))


def test_files_globs_and_folders_in_natural_order_each_once(tmp_path):
    for name in ("p10.txt", "p2.txt", "sub/p1.txt", ".hidden", "sub/.git/config"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    paths, problems, _ = expand([tmp_path / "p10.txt", str(tmp_path / "*.txt"), tmp_path])
    assert paths == [tmp_path / name for name in ("p10.txt", "p2.txt", "sub/p1.txt")]
    assert problems == []


def test_what_names_no_file_is_told_and_the_rest_goes_on(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("x")
    named = [tmp_path / name for name in ("empty", "gone.txt", "a.txt", "*.pdf")]
    paths, problems, _ = expand([*named, "a\0b", "[", "x" * 300])
    assert [p.name for p in paths] == ["a.txt"]
    assert len(problems) == 6
    assert "empty: the folder holds no file" in problems[0]
    assert "gone.txt: there is no such file" in problems[1]
    assert "*.pdf: no file fits the pattern" in problems[2]


def test_glob_finds_a_file_whose_own_name_has_brackets(tmp_path):
    (tmp_path / "a[1].txt").write_text("x")
    assert [p.name for p in expand([tmp_path / "a[1].txt"])[0]] == ["a[1].txt"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file is empty"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (bytes(range(256)) * 50, "is a binary file that no reader knows"),
        (b"\x1f\x8bnot gzip at all", "the gzip data is damaged"),
        (b"just words\n", "has a format that no reader knows"),
        (b"{\n" * 100_000, "is JSON in a format that no reader knows"),
        (b"x" * 10_000_000, "has a format that no reader knows"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", r"git lfs pull"),
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "is a web page of no paper"),
        (b"{\\rtf1 A paper}", "save it as PDF"),
        (b'{"cells": [], "metadata": {}, "nbformat": 4}', "is a notebook"),
        (b"A paper,Ada Fox,2024\nB paper,Bo Lee,2023\n", "name its columns in the first row"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "is a picture"),
        (
            "{Reference Type}: Journal Article\n{Title}: 缓存\n".encode(),
            "an export of NoteExpress without a whole paper",
        ),
        ("[1]张三.缓存压缩[J].软件学报,2024.\n[2]李四.缓存[D].浙江大学,2024.\n".encode(), "is a list of references"),
        (b"# Caches\n\n## Ours\n- Keeping less of it, by the lab\n", "list in Markdown without a link"),
        (b"\nTI- Keeping Less\n  of the Cache\nAU- Fox, Ada\n", "whose tags no reader knows"),
        (b"TI:  Keeping Less\nAU:  Fox-A\n", "whose tags no reader knows"),
        (b"<12>\nAuthor\n  Ada Fox\n", "whose tags no reader knows"),
        (b"<feed><x/></feed>", "is XML in a format that no reader knows"),
    ],
)
def test_file_that_cannot_be_read_is_refused_in_a_sentence(tmp_path, data, reason):
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(KgError, match=reason) as error:
        read(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def test_missing_file_folder_and_pipe_are_refused(tmp_path):
    with pytest.raises(KgError, match=r"gone: there is no such file"):
        read(tmp_path / "gone")
    with pytest.raises(KgError, match="is a folder"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KgError, match="is not a regular file"):
        read(tmp_path / "pipe")
    with pytest.raises(KgError, match=r"cannot be read|no such file"):
        read(Path("a\0b"))


def test_form_is_told_by_content_not_by_name(tmp_path):
    path = tmp_path / "001_report.txt"
    path.write_text('{"id": "a", "title": "T"}\n')
    batch = read(path)
    assert batch.source.form == "papers"
    assert (batch.source.name, batch.source.file) == ("001", "001_report.txt")
    assert read(path, "mine").source.name == "mine"


def test_no_name_and_no_readable_name_are_refused(tmp_path):
    assert expand(["", " "]) == ([], ["A file's name is empty: name files, globs or folders."] * 2, {})
    (tmp_path / "a.jsonl").write_text('{"title": "A Title"}\n')
    for name in ("x" * 100_000, "\x1b[31m"):
        with pytest.raises(KgError, match="the name for it is too long or holds characters that do not print"):
            read(tmp_path / "a.jsonl", name)


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="needs a file of the system that has no end")
@pytest.mark.timeout(20)
def test_file_that_waits_for_data_is_not_waited_for():
    with pytest.raises(KgError):
        list(read(Path("/proc/kmsg")).documents)


def test_identifiers_hold_no_control_characters(tmp_path):
    row = '{"title": "A", "doi": "10.1000/a\\u0001\\u202eb", "url": "https://a.org/\\u009b31m", "venue": "J\\u0000"}\n'
    (tmp_path / "a.jsonl").write_text(row)
    [document] = read(tmp_path / "a.jsonl").documents
    assert (document.doi, document.url, document.venue) == ("10.1000/ab", "https://a.org/31m", "J")
