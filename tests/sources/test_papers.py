"""Papers as JSON lines: fields, names, bad lines, size."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from kg.model import Batch, Document
from kg.sources import inputs, read


def made(tmp_path: Path, *rows: Any, name: str = "papers.jsonl") -> Batch:
    path = tmp_path / name
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    data = b"\n".join(lines) + b"\n"
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return read(path)


def one(tmp_path: Path, **row: Any) -> Document:
    [document] = made(tmp_path, row).documents
    return document


PAPER = {"id": "p1", "title": "Pruning", "abstract": "We prune."}


def test_all_fields_are_read(tmp_path):
    document = one(
        tmp_path,
        **PAPER,
        institutions="Tsinghua University, Baidu",
        authors=["Ada Lovelace", {"name": "Alan Turing"}],
        venue="ICLR",
        year="2025",
        date="2025-10-15T08:00:00Z",
        arxiv="arXiv:2510.01234v2",
        doi="https://doi.org/10.1145/1234.5678",
        url="https://example.org/p1",
        brief="清华大学发布了论文",
        keywords=["pruning", "LLM"],
    )
    assert {k: t.raw for k, t in document.texts.items()} == {
        "T": "Pruning",
        "A": "We prune.",
        "I": "Tsinghua University, Baidu",
        "B": "清华大学发布了论文",
        "K": "pruning; LLM",
    }
    assert (document.authors, document.author_count) == (("Ada Lovelace", "Alan Turing"), 2)
    assert (document.venue, document.year, document.date) == ("ICLR", 2025, "2025-10-15T08:00:00Z")
    assert (document.arxiv, document.doi, document.url) == ("2510.01234", "10.1145/1234.5678", "https://example.org/p1")


def test_other_usual_names_of_fields_are_read(tmp_path):
    document = one(
        tmp_path,
        id="2510.01234",
        title="Pruning",
        summary="We prune.",
        affiliations=["University of Oxford+Google", "Google"],
        num_authors=4,
        published="2025-10-15",
    )
    assert document.texts["A"].raw == "We prune."
    assert document.texts["I"].raw == "University of Oxford; Google"
    assert (document.author_count, document.date, document.year, document.arxiv) == (
        4,
        "2025-10-15",
        2025,
        "2510.01234",
    )


def test_a_title_or_an_abstract_is_enough(tmp_path):
    batch = made(tmp_path, {"title": "Only a Title"}, {"abstract": "Only an abstract."}, {"id": "empty", "title": " "})
    assert [d.id for d in batch.documents] == ["papers-01", "papers-02"]
    assert batch.skipped == [
        f"{tmp_path}/papers.jsonl: line 3 was skipped: it has neither title nor abstract: give it one of them."
    ]


def test_numbers_as_authors_and_unknown_dates(tmp_path):
    assert one(tmp_path, **PAPER, authors=7).author_count == 7
    assert one(tmp_path, **PAPER, date="yesterday").date == ""
    assert one(tmp_path, **PAPER, date="2025-13-40").date == ""
    assert one(tmp_path, **PAPER, date="2025-10").date == "2025-10"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1, 2]", "it is not a JSON object"),
        (b'{"id": "x", "title": ', "it is not JSON"),
        (b'{"title": "\xff"}', "byte 12 of the line is not valid UTF-8"),
        (b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"title": "x", "year": ' + b"9" * 10_000 + b"}", "too many digits"),
        (b'{"title": [{"b": "text"}]}', "neither title nor abstract"),
        (b'{"title": "' + b"x" * 200_000 + b'"}', "more than 100,000"),
        (b'{"title": "' + b"x" * 5_000_000 + b'"}', "the line is longer than 4096 KB"),
        (b'{"id": "p1", "title": "PRUNING."}', 'the id "p1" is already used in line 1 for the same paper'),
        (b'{"id": "a\\u0000b", "title": "Again"}', "characters that do not print"),
        (b"\x00\x01\x02", "it is not JSON"),
    ],
)
def test_bad_line_is_skipped_with_its_number_and_reason(tmp_path, line, reason):
    batch = made(tmp_path, PAPER, b"", line, {"id": "p2", "title": "Next"})
    assert [d.id for d in batch.documents] == ["p1", "p2"]
    [sentence] = batch.skipped
    assert f"{tmp_path}/papers.jsonl: line 3 was skipped: " in sentence
    assert reason in sentence


def test_lone_surrogates_and_controls_do_not_reach_the_repaired_text(tmp_path):
    document = one(tmp_path, title="A \ud800 Title\u0000", abstract="Two\nlines\twith  space.")
    document.texts["T"].raw.encode()
    assert document.texts["T"].text == "A \ufffd Title"
    assert document.texts["A"].text == "Two lines with space."


def test_many_bad_lines_are_counted(tmp_path):
    batch = made(tmp_path, PAPER, *[b"nothing"] * 500)
    assert len(list(batch.documents)) == 1
    assert len(batch.skipped) == 91
    assert batch.skipped[-1].endswith("410 more records were skipped.")


def test_gzip_is_read_whatever_its_name(tmp_path):
    made(tmp_path, PAPER, name="papers.jsonl.gz")
    (tmp_path / "odd").write_bytes((tmp_path / "papers.jsonl.gz").read_bytes())
    assert [d.source for d in read(tmp_path / "papers.jsonl.gz").documents] == ["papers"]
    assert [d.source for d in read(tmp_path / "odd").documents] == ["odd"]


def test_cut_gzip_gives_what_it_holds_and_says_so(tmp_path):
    rows = [{"id": str(i), "title": f"Paper {i} {hash(str(i))}"} for i in range(20_000)]
    made(tmp_path, *rows, name="p.gz")
    path = tmp_path / "p.gz"
    path.write_bytes(path.read_bytes()[:-30_000])
    batch = read(path)
    assert 100 < len(list(batch.documents)) < 20_000
    assert "damaged or ends early" in batch.skipped[-1]


def test_gzip_bomb_is_read_to_the_limit_only(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "LIMIT", 1 << 20)
    rows = [{"id": str(i), "title": "x" * 1000} for i in range(5000)]
    batch = made(tmp_path, *rows, name="p.gz")
    assert 500 < len(list(batch.documents)) < 1100
    assert "holds more than 1 MB" in batch.skipped[-1]


@pytest.mark.timeout(60)
def test_one_line_of_ten_megabytes_takes_little_time(tmp_path):
    batch = made(tmp_path, b'{"title": "' + b"word " * 2_000_000 + b'"}', PAPER)
    assert [d.id for d in batch.documents] == ["p1"]


def test_papers_come_while_the_file_is_read(tmp_path):
    batch = made(tmp_path, *[{"id": str(i), "title": "T"} for i in range(1000)])
    documents = iter(batch.documents)
    assert next(documents).id == "0"
    assert batch.skipped == []


def test_annotated_papers_keep_their_texts(shared):
    path = shared / "gold" / "papers.jsonl"
    rows = {row["id"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    batch = read(path)
    for document in batch.documents:
        row = rows.pop(document.id)
        assert document.texts["T"].raw == row["title"]
        assert document.texts["A"].raw == row["abstract"]
        assert (document.texts["I"].raw if "I" in document.texts else "") == row["institutions"]
        assert document.author_count == row["authors"]
        assert document.arxiv == row.get("arxiv", "")
    assert not rows
    assert not batch.skipped


@pytest.mark.parametrize(
    "name",
    [
        "arxiv-corpus/arxiv-daily-2025-03_2026-07.jsonl.gz",
        "arxiv-corpus/efficient-ai-2025-2026.jsonl.gz",
        "arxiv-corpus/efficient-ai-zh-parallel-2022-2024.jsonl.gz",
        "conferences/cvpr-iclr-neurips-2023-2025.jsonl.gz",
        "conferences/icml-2023-2025.jsonl.gz",
        "conferences/other-venues-with-affiliations.jsonl.gz",
    ],
)
def test_corpora_are_read(shared, name):
    batch = read(shared / "data" / name)
    documents = list(itertools.islice(batch.documents, 500))
    assert len(documents) == 500
    assert not batch.skipped
    assert all(d.texts["T"].text for d in documents)
    if name.startswith("conferences"):
        assert all(d.venue and d.year for d in documents)
    elif "daily" in name:
        assert all(d.arxiv == d.id and d.date for d in documents)


@pytest.mark.parametrize(("date", "kept"), [("2025-02-31", ""), ("2024-02-29", "2024-02-29"), ("2025-13", "")])
def test_a_day_that_no_calendar_has_is_no_date(tmp_path: Path, date: str, kept: str) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text(json.dumps({"title": "A Title", "date": date}) + "\n", "utf-8")
    assert [document.date for document in read(path).documents] == [kept]


def test_et_al_leaves_the_number_of_authors_unknown(tmp_path):
    document = one(tmp_path, **PAPER, authors=["Ada Lovelace", "et al."], num_authors=7)
    assert (document.authors, document.author_count) == (("Ada Lovelace",), 7)


@pytest.mark.parametrize("odd", ["\x01", "\x1b", "\x9b", "\u202e", "\ufffe", "\uffff"])
def test_names_and_identifiers_hold_no_character_that_an_export_cannot_write(tmp_path, odd):
    document = one(tmp_path, title="A Title", doi=f"10.1000/a{odd}b", authors=[f"Ada{odd} Fox"], venue=f"ICLR{odd}")
    assert (document.authors, document.venue) == (("Ada Fox",), "ICLR")
    assert document.doi == "10.1000/ab"


def test_a_long_abstract_is_read_to_its_limit_and_the_paper_says_so(tmp_path):
    path = tmp_path / "long.json"
    path.write_text(json.dumps({"title": "A study of caches", "abstract": "We propose A. " * 4000}), "utf-8")
    (paper,) = read(path).documents
    assert len(paper.texts["A"].raw) <= 30_000
    assert paper.repairs == ("The abstract has 56,000 characters; its first 30,000 are read.",)
