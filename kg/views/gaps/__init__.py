"""Combinations that are likely next: of a technique with a task, hardware or another technique, never yet in one paper.

Each with what makes it likely, and with what the same method would have listed a while ago beside what came since.
docs/gaps.md says how often it is right. Depends on the graph only, and is byte-identical on every run.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kg.model import KgError
from kg.query.occurrence import Chosen
from kg.query.sayings import Sayings
from kg.safe_output import csv_text, json_text
from kg.views.gaps import gap_evidence
from kg.views.gaps.combined import KINDS, Field, Flags, Past, day_of
from kg.views.gaps.forecast import Forecast, Trial, chances
from kg.views.render import render
from kg.views.rendered import View
from kg.views.selection import clean
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

_MONTH = 365.25 / 12  # days
_COLUMNS = ("rank", "technique", "technique_id", "other", "other_id", "type", "chance", "technique_papers",
            "technique_recent", "other_papers", "other_recent", "neighbours", "came")  # fmt: skip


def gaps(
    graph: GraphReader, selection: str = "", lang: str = "en", *, until: str = "", months: int = 3, top: int = 20
) -> View:
    """The combinations likely in the `months` after a day; saves itself as .html, .md, .json or .csv.

    A selection (a topic, question or technique) keeps those with a side that at least half of the papers with it have
    in the selection. `until` ("2026-04", "2026-04-15") is the first day that is not known yet; the day after the
    newest paper without it. Raises KgError for a day that is none.
    """
    data = contents(graph, selection, lang, until=until, months=months, top=top)
    return View(
        data["title"],
        {
            "html": lambda: render("gaps.html.jinja", lang, page=data),
            "md": lambda: render("gaps.md.jinja", lang, page=data),
            "json": lambda: json_text(data),
            "csv": lambda: csv_text(_COLUMNS, map(_row, data["rows"])),
        },
        papers=len(data["rows"]),
    )


def contents(
    graph: GraphReader,
    selection: str = "",
    lang: str = "en",
    *,
    until: str = "",
    months: int = 3,
    top: int = 20,
) -> dict[str, Any]:
    """The content of the page as plain data."""
    words, field, span = PageWords(lang), Field.of(graph), round(months * _MONTH)
    last = int(field.day.max()) + 1 if len(field.day) else 0
    day = _day(until) if until else last
    texts, topic = gap_evidence.Texts(field), _Topic(graph, selection)
    forecast = Forecast(field, span, lambda day: topic.concepts(field, day))
    weights = forecast.weights(day) if len(field.day) else None
    rows: list[dict[str, Any]] = []
    trial = None
    if weights is not None:
        found, _ = forecast.after(day)
        scores = chances(found, weights)
        for rank, at in enumerate(forecast.likely(day, scores, top, partial(texts.name, before=day)), 1):
            i, j = int(found.one[at]), int(found.other[at])
            beside, many = gap_evidence.shared(field, found, i, j)
            rows.append(
                {
                    "rank": rank,
                    "chance": round(float(scores[at]), 4),
                    "sides": [gap_evidence.side(field, one, day, span, topic.papers) for one in (i, j)],
                    "neighbours": gap_evidence.neighbours(field, found, i, j),
                    "shared": beside,
                    "shared_all": many,
                    "came": field.combining(i, j, day + span, day),
                }
            )
        trial = forecast.trial(day, top, partial(texts.name, before=day - span))
    name = topic.name(lang)
    return {
        "title": words("gaps.title", selection=name) if name else words("gaps.title_all"),
        "selection": name,
        "lang": lang,
        "papers": field.total(day),
        "working": len(topic.papers),
        "mentioning": topic.naming,
        "undated": field.undated,
        "months": months,
        "until": gap_evidence.said(day) if day else "",
        "is_past": day < last,
        "tried": _tried(trial),
        "among": _among(topic, field, forecast.after(day)[0].past, words, name) if rows and name else "",
        "fared": fared(_tried(trial), words) if rows else "",
        "why": "" if rows else words("gaps.young" if weights is None else "gaps.none"),
        "rows": _labelled(field, rows, lang),
    }


def _among(topic: _Topic, field: Field, past: Past, words: PageWords, name: str) -> str:
    """What a topic keeps, and which of its own concepts is left out because too many papers have it."""
    counted = {field.concepts[at] for at in past.concepts}
    generic = [one for one in topic.named if one in field.at and one not in counted]
    said = [words("gaps.among", selection=name), words.count("gaps.working", len(topic.papers))]
    said += [Sayings(words.lang)("answer.naming", topic.naming)] if topic.naming else []
    for one in generic:
        label, papers = clean(field.graph.label(one, words.lang)), int(field.count(past.before)[field.at[one]])
        said.append(words("gaps.generic", label=label, papers=papers))
    return words("report.sentence_gap").join(said)


class _Topic:
    """What a selection keeps."""

    def __init__(self, graph: GraphReader, selection: str) -> None:
        self.graph, self.selection = graph, selection.strip()
        chosen = Chosen(graph.store, graph.vocabulary, self.selection) if self.selection else None
        self.papers = frozenset(chosen.papers if chosen else ())
        self.naming = len(chosen.naming) if chosen else 0  # papers that only name what those of the selection work on
        known = graph.vocabulary
        named = (known.find(self.selection, kind) for kind in (*KINDS, "topic")) if self.selection else ()
        self.named = [concept.curie for concept in named if concept]

    def concepts(self, field: Field, before: int) -> Flags | None:
        """The concepts of a topic as papers before a day have them; None without a topic."""
        if not self.selection:
            return None
        out = field.belonging(self.papers, before)
        for name in self.named:
            out[[field.at[one] for one in self.graph.vocabulary.narrower(name) if one in field.at]] = True
        return out

    def name(self, lang: str) -> str:
        """Its label; a question as written."""
        return clean(self.graph.label(self.named[-1], lang) if self.named else self.selection)


def _tried(trial: Trial | None) -> dict[str, Any] | None:
    if trial is None or not trial.came:
        return None
    return {
        "since": gap_evidence.said(trial.since),
        "until": gap_evidence.said(trial.until),
        "listed": len(trial.came),
        "came": sum(n > 0 for n in trial.came.values()),
        "came_twice": sum(n > 1 for n in trial.came.values()),
        "popular": sum(n > 0 for n in trial.popular.values()),
        "thought": round(100 * sum(trial.chances) / len(trial.chances)),
        "random": round(trial.share * len(trial.came), 2),
        "ahead": [round(end, 4) for end in trial.ahead()],
    }


def fared(tried: dict[str, Any] | None, words: PageWords) -> str:
    """How the method fared on the span before, as a sentence."""
    if tried is None:
        return words("gaps.untried")
    listed = words.count("gaps.pair", tried["listed"])
    said = words("gaps.tried", **{**tried, "listed": listed, "twice": tried["came_twice"]})
    low, high = (round(100 * end) for end in tried["ahead"])
    key = "better" if low > 0 else "unclear" if tried["came"] > tried["popular"] else "no_better"
    return said + words("report.sentence_gap") + words(f"gaps.{key}", low=low, high=high)


def _labelled(field: Field, rows: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Rows with the labels of their concepts, and their papers as they are called."""

    def label(concept: str) -> str:
        return clean(field.graph.label(concept, lang))

    quoted = [quote for row in rows for one in row["sides"] for quote in one["quotes"]]
    met = [one for row in rows for one in row["neighbours"]]
    came = [paper for row in rows for paper in row["came"]]
    called = gap_evidence.papers(field, [*(one["paper"] for one in (*quoted, *met)), *came])
    for one in (*quoted, *met):
        one["paper"] = called[one["paper"]]
    for one in met:
        one |= {f"{key}_label": label(one[key]) for key in ("concept", "with", "like")}
    for row in rows:
        for side in row["sides"]:
            side |= {"label": label(side["concept"]), "type": KINDS[field.kind[field.at[side["concept"]]]]}
        row["shared"] = [{"concept": concept, "label": label(concept)} for concept in row["shared"]]
        row["came"] = [called[paper] for paper in row["came"]]
    return rows


def _row(row: dict[str, Any]) -> list[Any]:
    one, other = row["sides"]
    return [
        row["rank"], one["label"], one["concept"], other["label"], other["concept"], other["type"], row["chance"],
        one["papers"], one["recent"], other["papers"], other["recent"], len(row["neighbours"]), len(row["came"]),
    ]  # fmt: skip


def _day(until: str) -> int:
    text = f"{until}-01" if len(until) == 7 else until
    if (found := day_of(text)) is None or len(text) != 10:
        raise KgError(f"{until}: there is no such day: write it as 2026-04-15 or 2026-04.")
    return found


VIEW = gaps
