"""Papers of a few words, and what may be told of them, as tests of several modules ask it."""

from __future__ import annotations

import json
from typing import Any

from kg.api import Graph
from kg.model import Document, Evidence, Mention, Paper, Record, Result, Text
from kg.views.borne import borne_out
from kg.views.brief import in_words
from kg.views.outcome import phrase
from kg.views.selection import EntryResult, Selection
from kg.views.slots import doing

SPEED = {"metric": "inference speed", "metric_concept": "metric:inference-speed", "unit": "x", "change": "increase"}


def said_of(
    built: Graph, text: str, number: str, lang: Any = "en", name: Any = "Brindle", model: Any = "", **parts: Any
) -> str:
    """The phrase on a result of a sentence of a paper with this name that names a model, "" if it may not be told."""
    at = text.index(number)
    values = {"metric": "latency", "metric_concept": "metric:latency", "unit": "%", "change": "decrease", **parts}
    result = Result(Evidence(number, "A", at, at + len(number)), sure=True, **values)
    record = Record(
        "t-1", name=name, datasets=[Mention("dataset", "Plover", "Plover", "A", sure=True)], results=[result]
    )
    record.techniques.append(Mention("technique", "key-aware self-tuning", "", "A", role="proposed", sure=True))
    record.models.append(Mention("model", model, model, "A", sure=True))
    shown = Selection.of(built, [], lang)
    told = borne_out(shown, EntryResult(Document("t-1", "t", 1, {"A": Text(text, text)}), record, result))
    return phrase(shown, told) if told else ""


def record_parts(built: Graph, paper: Paper, lang: str = "en") -> str:
    """What a paper's record says that it does, as a sentence without what only the paper's own words say."""
    shown = Selection.of(built, [paper], lang)
    return in_words(shown.words, doing(shown, paper))


def titled(text: str, title: str = "Foo: Gates at Dusk", name: str = "Foo") -> Paper:
    """A paper of a title and an abstract, with a name."""
    document = Document("t-1", "t", 1, {"T": Text(title, title), "A": Text(text, text)})
    return Paper("paper:t-1", [(document, Record("t-1", title=title, name=name))])


def stated(text: str, **parts: Any) -> Paper:
    """A paper named Foo of an abstract; `parts` fill its record."""
    return Paper("paper:t-1", [(Document("t-1", "t", 1, {"A": Text(text, text)}), Record("t-1", name="Foo", **parts))])


def record_of(entry: str, name: str, abstract: str, baseline: str, result: str) -> dict[str, Any]:
    """An annotated record of a paper that beats a baseline with one result."""
    device = next((word for word in ("A100", "H100") if word in abstract), "")
    other = baseline or "Zorvex"
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
