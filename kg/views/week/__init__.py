"""The papers of a period as a page to forward: what matters on top, then by topic, and a line for each other paper.

In: a selection and a period of a graph. Out: a view as HTML, Markdown, mail and JSON. What is said of a paper is in
`week_papers`; which topic it stands under, and how many papers a topic had before, in `week_topics`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from kg.query.periods import days
from kg.safe_output import json_text
from kg.views.digest import ChosenPapers, Digest, chosen, notes, notes_on, text
from kg.views.digest import contents as reports_form
from kg.views.main_topics import main_topics
from kg.views.render import render
from kg.views.week.mail import mail
from kg.views.week.week_papers import week_paper
from kg.views.week.week_topics import counted, interesting
from kg.views.words import PageWords, settings

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

Items = list[dict[str, Any]]


def week(
    graph: GraphReader, selection: str | Iterable[str] = "", lang: str = "en", *, since: str = "", now: str = "",
    interests: Iterable[str] = (),
) -> Digest:  # fmt: skip
    """The page of the papers of a selection since a day, or of all papers that are named.

    `interests`: names of topics, techniques and the like, whose papers come first. Raises KgError for an invalid
    period or date.
    """
    found = chosen(graph, selection, lang, since, now)
    data = contents(graph, found, interests)
    values, shown = paged(data), found.shown

    def page(template: str) -> str:
        return render(template, lang, **values)

    made = Digest(
        data["title"],
        {
            "md": lambda: _spaced(page("week.md.jinja")),
            "html": lambda: page("week.html.jinja"),
            "eml": lambda: mail(data["title"], _spaced(page("week.md.jinja")), page("week.mail.html.jinja")),
            "json": lambda: json_text(data),
            "txt": lambda: text(shown, reports_form(shown, shown.name, now, found.period)),
        },
        data["papers"],
        notes(data),
    )
    made.notes += notes_on(graph, found, made.papers)
    return made


def _spaced(text: str) -> str:
    """A text whose paragraphs stand one empty line apart."""
    return "\n\n".join(filter(None, map(str.strip, text.split("\n\n")))) + "\n"


def contents(graph: GraphReader, found: ChosenPapers, interests: Iterable[str] = (), each: int = 0) -> dict[str, Any]:
    """The content of the page as plain data; groups name papers by their first entry.

    `each`: how many papers of a topic and in all have a summary, if others than usual.
    """
    shown, period, every = found.shown, found.period, found.shown.papers
    question = shown.name if isinstance(found.names, str) else ""  # listed papers have no name together
    inside = {paper.id: period.has(shown.date(paper)) if period else True for paper in every}
    shown.papers = [paper for paper in every if inside[paper.id]]
    shown.learn_labels()
    topics = main_topics(graph, [paper.id for paper in shown.papers])
    interest = interesting(graph, shown, interests)
    entries = []
    for paper in shown.papers:
        one = week_paper(shown, paper)
        one["strength"] += interest[paper.id] * settings()["week"]["interest"]
        entries.append({"id": one["entries"][0], **one, "topic": topics.get(paper.id, "")})
    ranked = sorted(entries, key=lambda one: (-one["strength"], one["id"]))
    off = [one["id"] for one in ranked if not one["topic"] and not question]
    groups = _groups([one for one in ranked if one["topic"]], each)
    points = _points([one for one in ranked if one["id"] not in off])
    told = {point["entry"]: "".join(said for said, _ in point["pieces"]) for point in points}
    for one in entries:
        whole = "".join(said for said, _ in one["summary"])
        if (said := told.get(one["id"])) and said in whole:
            one["summary"] = [(one["other"], False)]
    grouped = {one for group in groups for one in group["entries"]}
    return {
        "title": _title(shown.words, question, _span(found, entries)),
        "selection": question,
        "lang": shown.lang,
        "period": {"first": str(period.first), "last": str(period.last)} if period else None,
        "undated": found.undated + sum(has is None for has in inside.values()),
        "papers": len(entries),
        "derived": True,  # texts of our own are no evidence
        "points": points,
        "topics": [{"label": shown.label(group["concept"]), **group} for group in groups],
        "further": [one["id"] for one in ranked if one["id"] not in grouped and one["id"] not in off],
        "off_subject": off,
        "chart": counted(graph, found, every, topics),
        "entries": entries,
    }


def paged(data: dict[str, Any]) -> dict[str, Any]:
    """What templates need beside the content: its entries by name, and the lines that are not shown."""
    values = {"week": data, "entry": {one["id"]: one for one in data["entries"]}, "counts": _counts(data)}
    return values | {"most": settings()["week"]["lines"], "mail": settings()["mail"]}


def _counts(data: dict[str, Any]) -> list[str]:
    """The numbers of papers of topics, those of one paper together with those off the subject."""
    words = PageWords(data["lang"])
    several = [topic for topic in data["topics"] if topic["papers"] > 1] or data["topics"]
    counts = [words("week.counted", label=topic["label"], n=topic["papers"]) for topic in several]
    left = data["papers"] - sum(topic["papers"] for topic in several)
    return [*counts, words("week.counted", label=words("week.other"), n=left)] if left else counts


def _groups(ranked: Items, each: int) -> Items:
    """Topics by weight: interest, number of papers, best paper; with the papers that have a summary."""
    limits = settings()["week"]
    by_topic: dict[str, Items] = {}
    for one in ranked:
        by_topic.setdefault(one["topic"], []).append(one)
    able = [one for own in by_topic.values() for one in own[: each or limits["of_topic"]]]
    able = [one for one in able if one["summary"] or one["figure"]]
    able.sort(key=lambda one: (-one["strength"], -len(by_topic[one["topic"]]), one["id"]))
    shown = {one["id"] for one in able[: each or limits["papers"]]}

    def weight(topic: str) -> tuple[object, ...]:
        best = by_topic[topic][0]["strength"]
        return best < limits["interest"], -len(by_topic[topic]), -best, topic

    out = []
    for topic in sorted(by_topic, key=weight):
        names = [one["id"] for one in by_topic[topic]]
        out.append({"concept": topic, "papers": len(names), "entries": [name for name in names if name in shown]})
    return out


def _points(ranked: Items) -> Items:
    """What stands on top: the strongest findings of different topics, and a negative result where there is one."""
    least, most = settings()["week"]["points"]
    found: Items = []
    best = sorted(ranked, key=lambda one: -one["strength"] * (1 if one["is_cited"] else settings()["week"]["composed"]))
    for is_new in (True, False):  # other papers of the same topics only to have enough
        for one in best:
            is_known = one["topic"] in {point["topic"] for point in found}
            if one["finding"] and one not in found and len(found) < (most if is_new else least) and is_known != is_new:
                found.append(one)
    bad = next((one for one in ranked if one["negative"]), None)
    told = [(one, one["finding"]) for one in found if one is not bad]
    if bad is not None:
        told = [*told[: most - 1], (bad, [(bad["negative"], False)])]
    return [
        {"entry": one["id"], "topic": one["topic"], "pieces": pieces, "is_negative": one is bad} for one, pieces in told
    ]


def _span(found: ChosenPapers, entries: Items) -> tuple[date, date] | None:
    """The first and last day of the period, else of the papers."""
    if found.period:
        return found.period.first, found.period.last
    spans = [span for one in entries if (span := days(one["date"]))]
    return (min(span[0] for span in spans), max(span[1] for span in spans)) if spans else None


def _title(words: PageWords, selection: str, span: tuple[date, date] | None) -> str:
    name = words("week.about", selection=selection) if selection else words("week.new")
    if span is None:
        return name
    said = {}
    for name_of, day in zip(("first", "last"), span, strict=True):
        said[f"{name_of}_day"] = words("week.day", day=day.day, month=words(f"month.{day.month}"))
        said[name_of] = words("week.date", day=said[f"{name_of}_day"], year=day.year)
    if span[0] == span[1]:
        return words("week.title_day", name=name, day=said["last"])
    return words("week.title_year" if span[0].year == span[1].year else "week.title", name=name, **said)
