"""Files as programs and people write them: one small file a case, and what a record must have of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import formats
import pytest

from kg.model import Batch, Document
from kg.sources import each, read, readers
from tests.sources.usual_files import FILES, Case


def test_every_reader_has_a_case_and_the_page_of_formats_counts_them(tmp_path):
    assert {case.form for case in FILES} | {"pdf"} == {reader.name for reader in readers()}
    page = formats.PAGE.read_text("utf-8")
    assert formats.written(page) == page, "run scripts/formats.py --write"


def read_all(folder: Path, name: str, data: str | bytes) -> tuple[list[Document], Batch]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    [file] = each([path])
    batch = read(file)
    return list(batch.documents), batch


def fields(document: Document) -> dict[str, Any]:
    """A document by the names of its fields, as the cases write it."""
    texts = {"title": "T", "abstract": "A", "institutions": "I", "keywords": "K"}
    found = {name: document.texts[key].text for name, key in texts.items() if key in document.texts}
    for name in ("authors", "venue", "year", "date", "arxiv", "doi", "url", "id"):
        found[name] = getattr(document, name)
    return found | {"authors": list(document.authors)}


@pytest.mark.parametrize("case", FILES, ids=lambda case: f"{case.form}: {case.what}")
def test_a_file_gives_its_papers_with_all_their_fields(tmp_path, case: Case):
    documents, batch = read_all(tmp_path, case.name, case.data)
    assert batch.source.form == case.form
    assert [{key: fields(d)[key] for key in wanted} for d, wanted in zip(documents, case.papers, strict=False)] == [
        *case.papers
    ]
    assert len(documents) == len(case.papers)
    assert [case.skipped in s for s in batch.skipped] == [True] * bool(case.skipped)
    assert [case.lost in s for s in batch.losses] == [True] * bool(case.lost)


def test_a_translation_behind_a_title_is_the_title_in_another_language_and_unknown_is_no_institution(tmp_path):
    text = "1. **Less of Each Cache（少存缓存）** [[pdf](https://arxiv.org/abs/2405.00001)]\n  - Institutions: Unknown"
    [document], batch = read_all(tmp_path, "list.md", text)
    assert {key: text.text for key, text in document.texts.items() if text.text} == {
        "T": "Less of Each Cache",
        "H": "少存缓存",
    }
    assert batch.losses == []


def test_every_loss_of_a_file_stands_in_one_line_of_bounded_length(tmp_path):
    rows = [{"title": f"Title {n}", "id": "same", **{f"odd{k}": 1 for k in range(50)}} for n in range(300)]
    documents, batch = read_all(tmp_path, "p.json", json.dumps(rows))
    assert [documents[0].id, documents[1].id, documents[299].id] == ["same", "same-2", "same-300"]
    [sentence] = batch.losses
    assert sentence.startswith(f"{tmp_path}/p.json: no rule reads the fields odd0 (300), odd1 (300), ")
    assert "and 38 more, which no record has" in sentence
    assert sentence.endswith(
        "299 papers have the id of another one and got a number (same-2, same-3, same-4): see the ids."
    )
    assert len(sentence) < 600


def test_a_name_that_another_paper_took_is_given_to_none_again(tmp_path):
    rows = [{"title": f"Title {n}", "id": name} for n, name in enumerate(("a-2", "a", "a", "a-2", "a"))]
    documents, _ = read_all(tmp_path, "p.json", json.dumps(rows))
    assert [d.id for d in documents] == ["a-2", "a", "a-3", "a-2-2", "a-4"]
