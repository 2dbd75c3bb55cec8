"""What is likely next in a report's topic, after `kg.views.gaps`, with how often such guesses came true before."""

from __future__ import annotations

from typing import Any

from kg.views.gaps import contents
from kg.views.report.layout import Part
from kg.views.report.table import Group, section
from kg.views.selection import Selection


def upcoming(shown: Selection, part: Part, selection: str) -> dict[str, Any]:
    """Combinations that no paper makes yet and that are likely, with similar ones that papers have made."""
    papers = [paper.id for paper in shown.papers]
    found = contents(shown.graph, selection, shown.lang, top=part.most, papers=papers)
    rows = [
        {
            "technique": _thing(row["sides"][0]),
            "other": _thing(row["sides"][1]),
            "chance": f"{row['chance']:.0%}",
            "near": [_near(shown, one) for one in row["neighbours"]],
        }
        for row in found["rows"]
    ]
    note = shown.words("report.sentence_gap").join(
        filter(None, (found["among"], found["fared"], shown.words("gaps.likely")))
    )
    out = section(shown, part, [Group(rows)], note)
    return out if rows else out | {"note": found["why"]}


def _near(shown: Selection, one: dict[str, Any]) -> str:
    pair = f"{one['concept_label']} × {one['with_label']}"
    return shown.words("statement.aside", effect=pair, notes=one["papers"])


def _thing(side: dict[str, Any]) -> dict[str, str]:
    return {"concept": side["concept"], "label": side["label"]}
