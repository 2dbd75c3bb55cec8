"""Annotated records of short papers, and the rows of reports, as several test modules use them."""

from __future__ import annotations

import json
from typing import Any

from kg.api import Graph


def record_of(entry: str, name: str, abstract: str, baseline: str, result: str) -> dict[str, Any]:
    """An annotated record of a paper that beats a baseline with one result."""
    device = next((word for word in ("A100", "H100") if word in abstract), "")
    other = baseline or "Zorvex"
    at = abstract.rfind(baseline)
    spans = {"baseline": [[at, at + len(baseline), 0.9]]} if baseline else {}
    return {
        "id": entry,
        "title": f"{name}: a paper",
        "name": name,
        "topics": ["pruning"],
        "techniques": [
            {"surface": name, "in": "T", "canonical": name, "role": "proposed"},
            {"surface": other, "in": "A", "canonical": other, "role": "baseline"},
        ],
        "hardware": [{"surface": device, "in": "A", "canonical": f"NVIDIA {device}"}] if device else [],
        "models": [{"surface": "Qwen3-8B", "in": "A", "canonical": "Qwen3-8B"}] if "Qwen3" in abstract else [],
        "results": [
            {"surface": result, "in": "A", "metric": "inference speed", "value": int(result[:2]), "unit": "%"}
            | {"change": "increase", "bound": "exact", "baseline": baseline, "setting": ""}
            | {"spans": spans, "marks": ["part"] if device == "H100" else []}
        ],
        "relations": [{"head": name, "type": "outperforms", "tail": other, "evidence": f"{name} outperforms {other}"}]
        if "outperforms" in abstract
        else [],
    }


def report_data(graph: Graph, lang: str = "en") -> dict[str, Any]:
    """All that a report on a whole graph holds."""
    return dict(json.loads(str(graph.report("", lang).render("json"))))


def section_rows(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of all groups of one of its sections."""
    return [row for group in data[name]["groups"] for row in group["rows"]]
