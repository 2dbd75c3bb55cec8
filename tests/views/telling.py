"""What a sentence may tell of the result of a text, as tests of several modules ask it."""

from __future__ import annotations

from typing import Any

from kg.api import Graph
from kg.model import Document, Evidence, Mention, Record, Result, Text
from kg.views.borne import borne_out
from kg.views.outcome import phrase
from kg.views.selection import EntryResult, Selection


def said_of(built: Graph, text: str, number: str, lang: Any = "en", name: Any = "Brindle", **parts: Any) -> str:
    """The phrase on a result of a sentence of a paper with this name, "" if it may not be told."""
    at = text.index(number)
    values = {"metric": "latency", "metric_concept": "metric:latency", "unit": "%", "change": "decrease", **parts}
    result = Result(Evidence(number, "A", at, at + len(number)), sure=True, **values)
    record = Record(
        "t-1", name=name, datasets=[Mention("dataset", "Plover", "Plover", "A", sure=True)], results=[result]
    )
    record.techniques.append(Mention("technique", "key-aware self-tuning", "", "A", role="proposed", sure=True))
    shown = Selection.of(built, [], lang)
    told = borne_out(shown, EntryResult(Document("t-1", "t", 1, {"A": Text(text, text)}), record, result))
    return phrase(shown, told) if told else ""
