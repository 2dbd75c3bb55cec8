"""What has appeared since a day, and the same as an Atom feed."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from kg.identifiers import iri
from kg.model import KgError
from kg.query.periods import days
from kg.query.since import Period, since
from kg.store.contents import load_entries
from kg.store.file import StoreFile
from kg.text import one_line
from kg.views.digest import ChosenPapers
from kg.views.main_topics import main_topics
from kg.views.network import cleaned
from kg.views.profile.paper_profile import described
from kg.views.selection import Selection, clean
from kg.views.week import contents, paged
from kg.views.words import PageWords
from kg.web.asked import MEDIA, Asked, Reply, Shown

if TYPE_CHECKING:
    from kg.api import Graph

_ATOM = "http://www.w3.org/2005/Atom"
_SHOWN, _DAYS, _LONG = 200, 6, 1500  # six days before the newest one make a week
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def new(graph: Graph, asked: Asked) -> Shown | Reply:
    """The page of the papers since a day, by default of the last week that the graph has, of all topics or of one."""
    latest = graph.store.latest()[:10]
    since = _since(graph, asked, latest) or _before(latest)
    sql = "SELECT curie FROM papers WHERE appeared >= ? ORDER BY appeared DESC, curie LIMIT ?"
    papers = [curie for (curie,) in graph.store.rows(sql, since, _SHOWN)]
    number = int(graph.store.rows("SELECT count(*) FROM papers WHERE appeared >= ?", since)[0][0])
    listed = described(graph, papers)
    if asked.form == "atom":
        return _atom(graph.store, asked, listed, latest)
    columns = ("id", "title", "date", "venue", "kind", "authors", "link")
    of_each = main_topics(graph, papers)
    counts, chosen = Counter(of_each.values()), asked.one("topic", most=100)
    page = _page(graph, asked, [one for one in papers if chosen in ("", of_each.get(one))], since, latest, chosen)
    data = {"since": since, "latest": latest, "total": number, "papers": listed, "week": page["week"]}
    rows = [[one[name] for name in columns] for one in listed]
    topics = [
        {"topic": topic, "label": clean(graph.label(topic, asked.lang)), "papers": n, "url": asked.here(topic=topic)}
        for topic, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
    values = page | {"chosen": chosen, "topics": topics, "whole": asked.here(topic=[])}
    title, forms = data["week"]["title"], {"atom": asked.here("atom")}
    return Shown("new.html.jinja", title, data, values, (columns, rows), 200, forms)


def _page(graph: Graph, asked: Asked, papers: list[str], since: str, latest: str, topic: str) -> dict[str, Any]:
    """What the page shows of papers (CURIEs): of one topic each with a summary, of all in short."""
    spans = days(since), days(latest)
    period = Period(spans[0][0], spans[1][1]) if spans[0] and spans[1] and not topic else None
    shown = Selection.of(graph, graph.papers(papers), asked.lang)
    each = _SHOWN if topic else 0
    return paged(contents(graph, ChosenPapers(shown, "", period, 0), each=each))


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
