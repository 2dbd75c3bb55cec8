"""Papers from arXiv's metadata as JSON lines, the format of the snapshot hosted by Kaggle.

Specification: https://www.kaggle.com/datasets/Cornell-University/arxiv
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from kg.latex import bare
from kg.sources.dates import mailed, submitted
from kg.sources.inputs import InputFile
from kg.sources.json_records import keys, objects, rows, text
from kg.sources.paper_rows import RowReader

_REFERENCE = re.compile(r"(?:[\d\W]|and)*")  # "1 and 2": to a list that is not given
_OWN = {"authors_parsed", "update_date", "submitter", "report-no", "versions"}


def _sniff(file: InputFile) -> float:
    found = keys(file)
    return 0.9 if {"id", "title", "abstract"} <= found and len(found & _OWN) > 1 else 0.0


def _row(paper: Any) -> dict[str, Any]:
    name = text(paper.get("id"))
    parsed, versions = paper.get("authors_parsed"), objects(paper.get("versions"))
    people = [list(map(text, one)) for one in parsed if isinstance(one, list)] if isinstance(parsed, list) else []
    return {
        "id": name,
        "title": " ".join(text(paper.get("title")).split()),
        "abstract": " ".join(text(paper.get("abstract")).split()),
        "authors": [bare(_name(one)) for one in people] if isinstance(parsed, list) else paper.get("authors"),
        "institutions": list(
            dict.fromkeys(bare(place) for one in people for place in one[3:] if not _REFERENCE.fullmatch(place))
        ),
        "venue": bare(text(paper.get("journal-ref"))),
        "comment": text(paper.get("comments")),
        "date": (mailed(text(versions[0].get("created"))) if versions else "") or submitted(name),
        "arxiv": name,
        "doi": paper.get("doi"),
        "url": f"https://arxiv.org/abs/{name}" if name else "",
    }


def _name(parts: list[str]) -> str:
    """A name from its surname, forenames and suffix; affiliations stand behind these."""
    return " ".join(filter(None, (*parts[1:2], *parts[:1], *parts[2:3])))


#: An entry is named by its arXiv id, "0704.0001".
READER = RowReader("arxivmeta", _sniff, partial(rows, row=_row))
