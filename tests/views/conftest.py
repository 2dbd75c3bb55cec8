"""What tests of views share: a browser, and a graph of papers that wish it ill."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import kg
from kg.api import Graph

from .hostile import EVIL, FORMULA


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """A graph of two annotated papers whose every name is markup, a formula or 300 characters long."""
    folder = tmp_path_factory.mktemp("hostile")
    abstract = f"We use {EVIL} with {FORMULA} on \u202eH100 for {'x' * 300}. It is 41% faster than {FORMULA}."
    papers, records = folder / "evil.jsonl", folder / "records.jsonl"
    paper = {"id": "evil-1", "title": f"{EVIL} | `code` *bold* [x](javascript:alert(1))", "abstract": abstract}
    named = {
        "techniques": [
            {"surface": EVIL, "in": "A", "canonical": EVIL, "role": "proposed"},
            {"surface": FORMULA, "in": "A", "canonical": FORMULA, "role": "used"},
        ],
        "problems": [{"surface": "x" * 300, "in": "A", "canonical": "x" * 300}],
        "hardware": [{"surface": "\u202eH100", "in": "A", "canonical": "\u202eH100"}],
        "results": [
            {
                "surface": f"41% faster than {FORMULA}",
                "in": "A",
                "metric": EVIL,
                "value": 41,
                "unit": "%",
                "change": "increase",
                "bound": "exact",
                "baseline": FORMULA,
                "setting": EVIL,
            }
        ],
        "code_url": "javascript:alert(1)",
    }
    papers.write_text(json.dumps(paper | {"institutions": [EVIL]}) + "\n")
    with kg.open(str(folder / "evil.kg"), create=True) as graph:
        graph.add(papers)  # learn what the reader calls the entry
        name = graph.entries()[0]
        records.write_text(json.dumps({"id": name, "title": paper["title"], "name": EVIL} | named) + "\n")
        graph.add(records=records)
        yield graph
