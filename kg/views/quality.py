"""The quality page: what was repaired, skipped, unmatched, empty, implausible or unsure in a graph, and what to do.

Depends on the graph only, is byte-identical on every run, and is self-contained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kg.names import PREFIXES
from kg.tables import json_text
from kg.text import has_han
from kg.trust import LIKELY
from kg.views.base import View
from kg.views.examine import SLOTS, Quality, Suggestion, Unmatched, examine
from kg.views.render import render
from kg.views.selection import clean
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Lines of a table on the page; the number left out is stated, and the JSON format has all.
MOST = 500
_READINGS = ("full", "fast", "partial", "other")
_HEADER = "# To settle a name, take away the # before the line that is right.\n"


def quality(graph: GraphReader, lang: str = "en") -> View:
    """The quality page of a graph; saves itself as .html or .json."""
    data = contents(examine(graph.store), lang)
    return View(
        data["title"],
        {
            "html": lambda: render("quality.html.jinja", lang, page=data, most=MOST, slots=(*SLOTS, "brief")),
            "json": lambda: json_text(data),
        },
        papers=data["papers"],
    )


def contents(found: Quality, lang: str) -> dict[str, Any]:
    """The content of the page as plain data; lists are in the order of sources and entries, or by count."""
    words = PageWords(lang)
    return {
        "title": words("quality.title"),
        "lang": lang,
        "papers": found.papers,
        "entries": found.entries,
        "sources": found.sources,
        "unread": [{"source": name, "file": file, "said": list(said)} for name, file, said in found.unread],
        "unmatched": [_institution(one) for one in found.unmatched],
        "unlisted": [clean(name) for name in found.unlisted],
        "overrides": overrides(found.unmatched),
        "empty": [{"entries": names, "title": clean(t), "slots": slots} for names, t, slots in found.empty],
        "empty_slots": {slot: sum(slot in slots for *_, slots in found.empty) for slot in (*SLOTS, "brief")},
        "odd": [{"entry": e, "title": clean(t), "what": what, "value": value} for e, t, what, value in found.odd],
        "readings": {name: found.readings[name] for name in _READINGS if found.readings.get(name)},
        "confidence_below": LIKELY,
        "confidence": [
            {"annotation": name, "unsure": low, "all": every, "share": round(low / every, 4)}
            for name, (low, every) in sorted(found.confidence.items())
            if every
        ],
        "shared": [
            {"paper": paper, "title": clean(title), "entries": [{"entry": e, "source": s} for e, s in entries]}
            for paper, title, entries in found.shared
        ],
        "repairs": [
            {"kind": clean(kind), "count": count}
            for kind, count in sorted(found.repairs.items(), key=lambda item: (-item[1], item[0]))
        ],
        "repaired": [
            {"entry": entry, "title": clean(title), "said": [clean(sentence) for sentence in said]}
            for entry, title, said in found.repaired
        ],
    }


def overrides(unmatched: Sequence[Unmatched]) -> str:
    """Suggested statements for the overrides of a graph, commented out; "" if there are none."""
    lines = [_line(one, suggestion) for one in unmatched for suggestion in one.suggestions]
    if not lines:
        return ""
    prefixes = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("kg", "ror"))
    return _HEADER + prefixes + "\n" + "\n".join(lines) + "\n"


def _line(one: Unmatched, suggestion: Suggestion) -> str:
    import pyoxigraph as ox

    name = ox.Literal(clean(one.name), language="zh" if has_han(one.name) else "en")
    return f"# {suggestion.concept} kg:merges {name} .  # {_said(suggestion)}"


def _said(suggestion: Suggestion) -> str:
    place = f" ({suggestion.country})" if suggestion.country else ""
    return f"{clean(suggestion.name)}{place}"


def _institution(one: Unmatched) -> dict[str, Any]:
    return {
        "name": clean(one.name),
        "concept": one.concept,
        "count": len(one.entries),
        "entries": one.entries,
        "suggestions": [
            {
                "concept": suggestion.concept,
                "name": clean(suggestion.name),
                "country": suggestion.country,
                "has_name": suggestion.bears,
                "probability": round(suggestion.probability, 3),
            }
            for suggestion in one.suggestions
        ],
    }
