"""What has appeared since a day, and the same as an Atom feed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from kg.identifiers import iri
from kg.model import KgError
from kg.query.periods import days
from kg.query.since import since
from kg.store.contents import load_entries
from kg.store.file import StoreFile
from kg.text import one_line
from kg.views.network import cleaned
from kg.views.profile.paper_profile import described
from kg.views.words import PageWords
from kg.web.asked import MEDIA, Asked, Reply, Shown

if TYPE_CHECKING:
    from kg.api import Graph

_ATOM = "http://www.w3.org/2005/Atom"
_SHOWN, _DAYS, _LONG = 100, 14, 1500
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def new(graph: Graph, asked: Asked) -> Shown | Reply:
    """The papers since a day, newest first; without one, those of the last two weeks that the graph has."""
    latest = graph.store.latest()[:10]
    since = _since(graph, asked, latest) or _before(latest)
    sql = "SELECT curie FROM papers WHERE appeared >= ? ORDER BY appeared DESC, curie LIMIT ?"
    papers = [curie for (curie,) in graph.store.rows(sql, since, _SHOWN)]
    number = int(graph.store.rows("SELECT count(*) FROM papers WHERE appeared >= ?", since)[0][0])
    listed = described(graph, papers)
    if asked.form == "atom":
        return _atom(graph.store, asked, listed, latest)
    words = PageWords(asked.lang)
    columns = ("id", "title", "date", "venue", "kind", "authors", "link")
    data = {"since": since, "latest": latest, "total": number, "papers": listed}
    rows = [[one[name] for name in columns] for one in listed]
    forms = {"atom": asked.here("atom")}
    return Shown("new.html.jinja", words("web.new_since", day=since), data, {}, (columns, rows), 200, forms)


def _since(graph: Graph, asked: Asked, latest: str) -> str:
    """The day that the address names: "2026-06-01", or in words ("last week")."""
    said = asked.one("since", most=60)
    if not said or _DAY.fullmatch(said):
        return said
    now = days(latest)
    if now is None:
        raise KgError(asked.error("undated", said=said[:40]))
    try:
        return since(said, graph.lexicon(), now[0]).isoformat()
    except KgError:
        raise KgError(asked.error("since", said=said)) from None


def _before(latest: str) -> str:
    try:
        return (date.fromisoformat(latest) - timedelta(_DAYS)).isoformat()
    except ValueError:
        return latest[:4]


def _atom(store: StoreFile, asked: Asked, listed: list[dict[str, Any]], latest: str) -> Reply:
    """The same as a feed (RFC 4287): an entry a paper, with its abstract.

    Links are relative to the address of the feed. Ids do not depend on it: a paper keeps its own at another port.
    """
    words = PageWords(asked.lang)
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", iri(f"kg:new-{store.said('id')}"))
    _add(feed, "title", words("web.feed"))
    _add(feed, "updated", _time(latest))
    _add(feed, "link", href=asked.here("atom"), rel="self")
    _add(feed, "link", href=asked.url("/new"), rel="alternate")
    read = load_entries(store, (one["id"] for one in listed))
    for one in listed:
        entry = _add(feed, "entry")
        _add(entry, "id", iri(f"paper:{one['id']}"))
        _add(entry, "title", one["title"])
        _add(entry, "updated", _time(one["date"]))
        _add(entry, "link", href=asked.lead(one["id"]))
        for author in one["authors"] or ["-"]:
            _add(_add(entry, "author"), "name", author)
        texts = read[one["id"]][0].texts
        if "A" in texts:
            _add(entry, "summary", one_line(texts["A"].text)[:_LONG])
    body = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return Reply(body, MEDIA["atom"])


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    made.text = cleaned(text) or None
    return made


def _time(day: str) -> str:
    """A date as RFC 3339 has it.

    >>> _time("2026-06"), _time("2026-06-11T10:00:00Z")
    ('2026-06-01T00:00:00Z', '2026-06-11T00:00:00Z')
    """
    return (
        f"{(day[:10] + '-01-01')[:10] if len(day) != 7 else day + '-01'}T00:00:00Z" if day else "1970-01-01T00:00:00Z"
    )


PAGES = {"new": new}
