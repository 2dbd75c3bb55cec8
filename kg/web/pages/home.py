"""The first page: search, what is new, what rises, and where to begin; and the names that searching suggests."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from kg.identifiers import kind_of
from kg.query.corpus import Corpus, Papers
from kg.text import fold, is_kind
from kg.views.overview import contents
from kg.views.selection import clean
from kg.views.trends import trend
from kg.views.trends.trend_tables import percent, points_of
from kg.views.words import PageWords
from kg.web.asked import Asked, Shown
from kg.web.facets import facets
from kg.web.pages.new import new

if TYPE_CHECKING:
    from kg.api import Graph

_NEW, _RISING, _FIRST, _SUGGESTED, _HOLDING, _RIVALS = 5, 8, 6, 10, 400, 100
#: CURIE, English and Chinese label, and how many papers name it.
_Counted = tuple[str, str, str, int]


def home(graph: Graph, asked: Asked) -> Shown:
    """The first page."""
    corpus, words = Corpus.of(graph.store), PageWords(asked.lang)
    held, week = contents(graph, asked.lang), cast(Shown, new(graph, asked))
    data: dict[str, Any] = {
        "scope": held["scope"],
        "read": held["read"],
        "examples": _examples(graph, corpus, words),
        "points": week.data["week"]["points"],
        "new": week.data["papers"][:_NEW],
        "facets": facets(graph, asked, corpus, Papers()),
        **rising(graph, asked.lang),
    }
    return Shown("home.html.jinja", "kg", data, week.values)


def rising(graph: Graph, lang: str) -> dict[str, Any]:
    """What rises, and what is seen for the first time of late, with the test's own words where nothing can be said."""
    found = trend(graph, "topic", "month", "", lang)
    if found.silence or not found.keys:
        return {"rising": [], "first": [], "silence": found.silence_in(lang) if found.silence else "", "between": ""}
    rows = [
        {
            "concept": one.label,
            "label": found.labels[one.label],
            "early": percent(one.early),
            "late": percent(one.late),
            "by": points_of(one.by),
        }
        for one in found.rising()[:_RISING]
    ]
    first = [
        {"concept": one.label, "label": found.labels[one.label], "period": one.period} for one in found.first[:_FIRST]
    ]
    early, late = found.ends_said()
    return {"rising": rows, "first": first, "silence": "", "between": f"{early} → {late}"}


def _examples(graph: Graph, corpus: Corpus, words: PageWords) -> list[str]:
    """Questions that this graph can answer, made of what most of its papers have."""
    topics = [graph.label(one, words.lang) for one, _ in corpus.most("topic", number=2)[0]]
    known, hardware = graph.vocabulary, corpus.most("hardware", number=20)[0]
    devices = [one for one, _ in hardware if one in known and known[one].facts.get("maker")] or [c for c, _ in hardware]
    rivals = [graph.label(curie, words.lang) for curie in _rivals(graph)]
    out = []
    if topics and devices:
        out.append(words("web.example_on", topic=topics[0], hardware=graph.label(devices[0], words.lang)))
    if topics:
        out.append(words("web.example_techniques", topic=topics[-1]))
    if len(rivals) == 2:
        out.append(words("web.example_compare", one=rivals[0], other=rivals[1]))
    return [clean(one) for one in out]


def _rivals(graph: Graph) -> tuple[str, ...]:
    """The two methods with names of their own that most papers measure themselves against, one beside the other."""
    sql = """SELECT a.curie, b.curie FROM mentions x JOIN mentions y ON y.paper = x.paper AND y.concept > x.concept
        JOIN concepts a ON a.id = x.concept AND a.type = 'technique'
        JOIN concepts b ON b.id = y.concept AND b.type = 'technique'
        WHERE x.role = 'baseline' AND y.role = 'baseline' GROUP BY 1, 2
        ORDER BY count(DISTINCT x.paper) DESC, 1, 2 LIMIT ?"""
    known, label = graph.vocabulary, graph.label
    for pair in graph.store.rows(sql, _RIVALS):
        is_named = not any(is_kind(label(one, "en")) for one in pair)
        if is_named and not any(other in known.narrower(one) for one, other in (pair, pair[::-1])):
            return tuple(pair)
    return ()


def _named(graph: Graph) -> list[tuple[_Counted, str]]:
    """What is suggested, that of most papers first, each with its names in small letters: what more papers than one
    name, and what the vocabulary knows."""
    sql = """SELECT c.curie, c.label, c.label_zh, n.papers FROM counts n JOIN concepts c ON c.id = n.concept
        WHERE n.role = '' AND (n.papers > 1 OR c.known = 1) ORDER BY n.papers DESC, c.curie"""
    return [(row, f"{row[1]}\n{row[2]}".lower()) for row in graph.store.rows(sql)]


def suggest(graph: Graph, asked: Asked) -> Shown:
    """The names that begin with, or hold, what was typed; in both languages, those of most papers first."""
    text, words = asked.one("q", most=80), PageWords(asked.lang)
    kind, low = asked.one("type", most=20), text.lower()
    folded = fold(text)
    named = Corpus.of(graph.store).kept("named", "", lambda: _named(graph))
    holding = (row for row, names in named if low in names) if text else iter(())
    rows = list(islice((row for row in holding if not kind or kind_of(row[0]) == kind), _HOLDING))
    known = {sense.concept for sense in graph.lexicon().senses(folded)} if folded else set()
    known = {curie for curie in known if not kind or kind_of(curie) == kind}
    if missing := known - {curie for curie, *_ in rows}:
        more = """SELECT c.curie, c.label, c.label_zh, n.papers FROM counts n JOIN concepts c ON c.id = n.concept
            WHERE n.role = '' AND c.curie IN ({})"""
        rows += graph.store.some(more, missing)
    found = []
    for curie, english, chinese, papers in rows:
        label = (chinese or english) if asked.lang == "zh" else (english or chinese)
        starts = any(name.lower().startswith(low) for name in (english, chinese) if name)
        shown = (
            english
            if low in english.lower() and low not in (chinese or "").lower()
            else chinese
            if low in (chinese or "").lower()
            else label
        )
        rank = (curie not in known, not starts, -papers, curie)
        other = english if shown == chinese else chinese
        said = " · ".join(
            filter(None, (clean(other) if other != shown else "", words(f"type.{kind_of(curie)}"), f"{papers:,}"))
        )
        found.append((rank, {"concept": curie, "label": clean(shown or label), "said": said, "papers": papers}))
    best = [one for _, one in sorted(found, key=lambda pair: pair[0])]
    each = {one["label"]: one for one in reversed(best)}
    names = [one for one in best if each[one["label"]] is one][:_SUGGESTED]
    rows_ = [[one["concept"], one["label"], one["papers"]] for one in names]
    return Shown("suggest.html.jinja", text, {"names": names}, {}, (("concept", "label", "papers"), rows_))


PAGES = {"": home, "suggest": suggest}
