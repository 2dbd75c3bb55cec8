"""What an entry was made from, as a hash."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kg.model import Document, Text
from kg.store.fingerprints import fingerprint, seal, sealed
from tests.store.graph_demo import demo_document


@pytest.mark.parametrize(
    "change",
    [
        *({"texts": {}}, {"texts": {"T": Text("LongDemo", "LongDemo")}}, {"year": 2024}, {"authors": ("Wu",)}),
        *({"number": 2}, {"repairs": ()}, {"doi": "10.1/x"}, {"id": "demo-02"}, {"author_count": None}),
    ],
)
def test_fingerprint_and_seal_tell_every_change(change: dict[str, Any]):
    document = demo_document()
    changed = replace(document, **change)
    assert fingerprint(document, "1") == fingerprint(demo_document(), "1")
    assert fingerprint(document, "1") != fingerprint(changed, "1")
    assert seal(document) != seal(changed)


def test_fingerprint_tells_the_program_and_ends_in_the_seal():
    document = demo_document()
    assert fingerprint(document, "1") != fingerprint(document, "2")
    assert sealed(fingerprint(document, "1")) == sealed(fingerprint(document, "2")) == seal(document)
    assert sealed("") == ""


def test_an_entry_that_gets_the_name_of_its_source_is_the_same():
    """Where another source has an entry of that id, the name changes, and nothing is read again."""
    renamed = replace(demo_document(), id="demo-01@demo")
    assert fingerprint(renamed, "1") == fingerprint(demo_document(), "1")


def test_entries_of_older_graphs_keep_their_seal():
    """What is known of a paper only since the category was read changes no seal where it is not known."""
    document = Document("900-1", "900", 1, {"T": Text("A title", "A title")}, ("Ada Fox",), year=2025)
    assert seal(document) == "2f578c6fe596d761bb6704c0879f922f"
    assert seal(replace(document, category="cs.LG")) != seal(replace(document, origin="cs.LG")) != seal(document)
