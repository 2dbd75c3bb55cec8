"""The digest reports, read, named, repaired and given back."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path

import pytest

from kg.entity_types import data_folder
from kg.model import Batch, Document, KgError
from kg.sources import expand, read
from kg.text import raw_span, tokens

REPORTS = sorted((data_folder("data") / "reports").glob("*.txt"))
HEAD = "# AI推理加速技术论文分析报告\n生成时间: 2025-10-17 10:56:25\n分析论文数量: {}篇\n\n## 论文技术简报\n\n"
DETAILS = "## 论文详细信息\n\n"


def brief(number: int, title: str = "A Title") -> str:
    return f"### {number}. {title}\n\n清华大学发布了{title}论文，使用剪枝技术。\n\n"


def detail(number: int, title: str = "A Title") -> str:
    return (
        f"### {number}. {title}\n\n**主要机构**: Tsinghua University\n**作者数量**: 3人\n\n"
        f"**摘要**:\nWe prune models number {number}.\n\n"
    )


def made(tmp_path: Path, text: str, name: str = "007_abc.txt") -> Batch:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return read(path)


def given_back(batch: Batch) -> str:
    texts = {d.id: d.texts for d in batch.documents}
    return "".join(p if isinstance(p, str) else texts[p[0]][p[1]].raw for p in batch.source.skeleton)


@pytest.fixture(scope="module")
def batches() -> dict[Path, Batch]:
    return {path: read(path) for path in REPORTS}


@pytest.fixture(scope="module")
def documents(batches: dict[Path, Batch]) -> dict[str, Document]:
    return {d.id: d for batch in batches.values() for d in batch.documents}


def test_reports_hold_133_papers_and_nothing_is_skipped(batches, documents):
    assert len(documents) == 133
    assert [len(list(b.documents)) for b in batches.values()] == [20, 28, 39, 25, 21]
    assert [b.skipped for b in batches.values()] == [[]] * 5
    assert next(iter(batches.values())).source.date == "2025-10-17T10:56:25"
    assert documents["002-22"].author_count == 15


def test_every_report_is_given_back_byte_for_byte(batches):
    for path, batch in batches.items():
        assert given_back(batch).encode() == path.read_bytes()
        assert batch.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_raw_texts_are_those_that_annotators_saw(shared, documents):
    rows = run_path(str(shared / "gold" / "seeds.py"))["load"](str(REPORTS[0].parent))
    for entry, document in documents.items():
        row = rows[entry]
        raw = {field: text.raw for field, text in document.texts.items()}
        wanted = {"T": "title", "A": "abstract", "I": "institutions", "B": "brief", "H": "brief_title"}
        assert raw == {field: row[key] for field, key in wanted.items()}, entry
        assert document.author_count == row["authors"]


def test_titles_are_those_of_the_gold(shared, documents):
    rows = [json.loads(line) for line in (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    right = made = gold = 0
    for row in rows:
        wanted, got = row["title"], documents[row["id"]].texts["T"].text
        gold, made = gold + bool(wanted), made + bool(got)
        right += bool(wanted and got) and difflib.SequenceMatcher(None, wanted, got).ratio() >= 0.95
    assert 2 * right / (gold + made) >= 0.97


def test_words_of_repaired_texts_lead_back_to_the_raw_text(documents):
    repaired = 0
    for document in documents.values():
        for field, text in document.texts.items():
            for token in tokens(text.text) if text.edits else ():
                start, end = raw_span(text, token.start, token.end)
                raw = text.raw[start:end]
                assert 0 <= start <= end <= len(text.raw)
                if not any((s < end and start < e) or (s == e and start <= s <= end) for s, e, _ in text.edits):
                    assert raw == text.text[token.start : token.end], (document.id, field)
            repaired += bool(text.edits)
            assert applied(text.raw, text.edits) == text.text
    assert repaired > 80


def applied(raw: str, edits: tuple[tuple[int, int, str], ...]) -> str:
    for start, end, new in reversed(edits):
        raw = raw[:start] + new + raw[end:]
    return raw


def test_every_repaired_text_is_told(documents):
    for document in documents.values():
        changed = sum(bool(text.edits) for text in document.texts.values())
        assert len(document.repairs) >= changed
        assert all(sentence.endswith(".") and "{" not in sentence for sentence in document.repairs)


def test_entries_are_named_by_the_digits_before_the_first_underscore(tmp_path):
    text = HEAD.format(1) + brief(1) + DETAILS + detail(1)
    assert [d.id for d in made(tmp_path, text, "123_x_y.txt").documents] == ["123-01"]
    assert [d.id for d in made(tmp_path, text, "weekly.txt").documents] == ["weekly-01"]
    assert [d.id for d in read(tmp_path / "weekly.txt", "w1").documents] == ["w1-01"]


def test_odd_white_space_line_ends_and_stray_text_are_given_back(tmp_path):
    text = "\ufeff" + (
        HEAD.format(2) + "stray\n" + brief(1) + "---\n\n" + brief(2, "") + DETAILS + detail(1) + detail(2)
    )
    text = text.replace("\n", "\r\n") + "---\r\n \t"
    batch = made(tmp_path, text)
    assert given_back(batch) == text
    documents = list(batch.documents)
    assert documents[1].texts["A"].raw == "We prune models number 2."
    assert documents[0].texts["B"].raw.endswith("技术。")
    assert batch.skipped == []


def skipped(batch: Batch) -> str:
    assert len(batch.skipped) == 1, batch.skipped
    return batch.skipped[0]


def test_second_paper_of_a_number_is_skipped_with_its_line(tmp_path):
    text = HEAD.format(2) + brief(1) + brief(2) + DETAILS + detail(1) + detail(2) + detail(2, "Another Title")
    batch = made(tmp_path, text)
    assert [d.texts["T"].raw for d in batch.documents] == ["A Title", "A Title"]
    assert given_back(batch) == text
    assert "007_abc.txt: line 33: paper 2 occurs twice" in skipped(batch)
    assert '"Another Title"' in skipped(batch)


def test_missing_number_is_told_and_the_others_are_read(tmp_path):
    text = HEAD.format(3) + brief(1) + brief(3) + DETAILS + detail(1) + detail(3)
    batch = made(tmp_path, text)
    assert [d.id for d in batch.documents] == ["007-01", "007-03"]
    assert "paper 2 is missing" in skipped(batch)


@pytest.mark.parametrize(
    ("heading", "instead", "told"),
    [
        ("### 2.", "###", 'line 25: the heading "Lost" has no number'),
        ("### 2. Lost\n", "", "a paper without a heading follows paper 1"),
    ],
)
def test_damaged_heading_is_told_and_its_text_goes_to_no_other_paper(tmp_path, heading, instead, told):
    text = HEAD.format(2) + brief(1) + brief(2) + DETAILS + detail(1) + detail(2, "Lost").replace(heading, instead)
    batch = made(tmp_path, text)
    assert [d.texts["A"].raw for d in batch.documents] == ["We prune models number 1.", ""]
    assert told in batch.skipped[0]
    assert given_back(batch) == text


def test_paper_without_details_is_read_from_its_brief(tmp_path):
    text = HEAD.format(2) + brief(1) + brief(2, "The Name of It") + DETAILS + detail(1)
    batch = made(tmp_path, text)
    second = list(batch.documents)[1]
    assert (second.texts["T"].raw, second.texts["T"].text) == ("", "The Name of It")
    assert "The empty title was restored from the title above the brief." in second.repairs
    assert "paper 2 is without details" in skipped(batch)
    assert given_back(batch) == text


def test_report_cut_within_the_details_is_told_with_its_last_paper(tmp_path):
    whole = HEAD.format(3) + brief(1) + brief(2) + brief(3) + DETAILS + detail(1) + detail(2) + detail(3)
    batch = made(tmp_path, whole[: whole.rindex("### 3")])
    assert "paper 3 is without details" in skipped(batch)
    assert ["may be cut short" in " ".join(d.repairs) for d in batch.documents] == [False, True, False]
    cut = made(tmp_path, HEAD.format(3) + DETAILS + detail(1) + detail(2)[:-9])
    assert "after paper 2 of the 3 announced" in skipped(cut)
    assert "may be cut short" in list(cut.documents)[1].repairs[0]


def test_report_cut_within_the_briefs_is_told(tmp_path):
    batch = made(tmp_path, HEAD.format(3) + brief(1) + brief(2))
    assert [d.id for d in batch.documents] == ["007-01", "007-02"]
    assert "ends before the details of its 3 papers" in skipped(batch)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_real_report_cut_anywhere_is_read_as_far_as_it_goes(tmp_path, share):
    data = REPORTS[0].read_bytes()
    batch = made(tmp_path, data[: int(len(data) * share)].decode(errors="ignore"))
    assert list(batch.documents)
    assert batch.skipped


def test_report_without_papers_is_an_error(tmp_path):
    with pytest.raises(KgError, match=r"007_abc.txt: the report holds no paper"):
        made(tmp_path, HEAD.format(20))


def test_invalid_utf8_is_named_with_its_byte(tmp_path):
    path = tmp_path / "007_abc.txt"
    path.write_bytes((HEAD.format(1) + brief(1)).encode() + b"\xff" + DETAILS.encode())
    with pytest.raises(KgError, match=r"007_abc.txt: byte 2\d\d \(line 11\) is not valid UTF-8"):
        read(path)


@pytest.mark.timeout(60)
def test_ten_megabytes_on_one_line_are_refused_in_little_time(tmp_path):
    text = HEAD.format(2) + brief(1) + brief(2) + DETAILS + detail(1) + detail(2).replace("number", "x " * 5_000_000)
    batch = made(tmp_path, text)
    assert next(iter(batch.documents)).texts["A"].raw
    assert "more than 30,000" in batch.skipped[0]
    assert given_back(batch) == text


def test_control_characters_stay_in_the_raw_text_only(tmp_path):
    text = HEAD.format(1) + brief(1) + DETAILS + detail(1, "A \x00\x07Ti\u200btle").replace("prune", "pr\x00une")
    batch = made(tmp_path, text)
    [document] = batch.documents
    assert document.texts["T"].text == "A Title"
    assert document.texts["A"].text == "We prune models number 1."
    assert given_back(batch) == text


def cut_points() -> Iterator[int]:
    yield from range(0, REPORTS[4].stat().st_size, 3001)


def test_no_cut_of_a_report_raises_anything_but_a_sentence(tmp_path):
    data = REPORTS[4].read_bytes()
    path = tmp_path / "004_x.txt"
    for at in cut_points():
        path.write_bytes(data[:at])
        problem = ""
        try:
            assert given_back(read(path)).encode() == data[:at]
        except KgError as error:
            problem = str(error)
        assert not problem or problem.startswith(f"{path}: ")


def test_reports_are_found_in_natural_order():
    paths, problems, _ = expand([str(REPORTS[0].parent)])
    assert [p.name[:3] for p in paths] == ["000", "001", "002", "003", "004"]
    assert problems == []


@pytest.mark.timeout(60)
def test_many_faults_of_a_report_take_little_time_and_few_sentences(tmp_path):
    headings = "### Lost\nx\n" * 100_000 + detail(1) * 1000
    batch = made(tmp_path, HEAD.format(1) + brief(1) + DETAILS + headings)
    assert len(batch.skipped) == 91
    assert batch.skipped[-1].endswith("100,909 more of its parts were skipped.")
