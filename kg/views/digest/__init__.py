"""A digest in the form of the reports: a header, one composed sentence per paper, then the details of each paper.

The `digest` reader restores the same titles, institutions, author counts and abstracts. The sentences are marked as
derived and never serve as evidence. Dates come from the papers, not from the clock, so that the same selection gives
the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.model import Document, KgError, Paper
from kg.query import Lexicon
from kg.query import since as periods
from kg.query.corpus import ALL, Corpus
from kg.query.periods import days
from kg.query.sayings import Sayings
from kg.query.topic import only_naming
from kg.safe_output import json_text
from kg.views.brief import ORIGINS, parts, sentence
from kg.views.render import render
from kg.views.rendered import View
from kg.views.selection import Selection, ids, link

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Markup of the format at the beginning of a text; it is escaped by a backslash.
_MARK = re.compile(r"\\*(?:#|---|\*\*)")
#: What is left out of texts, so that all else is read back as it was.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)")
_MOST_HEADING = 80  # characters of a selection in the heading


@dataclass(frozen=True, slots=True)
class DigestSentence:
    """The sentence on a paper, its author, and a note if it is not the requested kind."""

    text: str
    by: str = "composed"  # or "llm:MODEL"
    note: str = ""


class Digest(View):
    """A digest with notes for the user, one sentence each."""

    def __init__(
        self, title: str, forms: Mapping[str, Callable[[], str | bytes]], papers: int, notes: list[str]
    ) -> None:
        super().__init__(title, forms, papers)
        self.notes = notes


#: Writes the sentence on a paper of a selection.
Writer = Callable[[Selection, Paper], DigestSentence]


def composed(shown: Selection, paper: Paper) -> DigestSentence:
    """The sentence that kg composes from the record, without what a source's own sentence says."""
    return DigestSentence(sentence(shown.words, parts(shown, paper, fields=ORIGINS["abstract"])))


def digest(
    graph: GraphReader,
    selection: str | Iterable[str] = "",
    lang: str = "zh",
    *,
    since: str = "",
    now: str = "",
    writer: Writer = composed,
) -> Digest:
    """A digest of the papers of a selection, optionally of those since a date.

    A selection may end in a period ("KV cache since last week"). `now` is an ISO date, by default that of the latest
    paper or source of the graph. Raises KgError for an invalid period or date.
    """
    found = chosen(graph, selection, lang, since, now)
    made = of(found.shown, found.shown.name, now=now, period=found.period, undated=found.undated, writer=writer)
    made.notes += notes_on(graph, found, made.papers)
    return made


class ChosenPapers(NamedTuple):
    """The papers of a selection, the words that name them ("" for all of the graph), and the period they are of."""

    shown: Selection
    names: str | list[str]
    period: periods.Period | None
    undated: int  # papers that were left out and may belong to the period


def chosen(graph: GraphReader, selection: str | Iterable[str], lang: str, since: str, now: str) -> ChosenPapers:
    """The papers that a selection and a period name; raises KgError for an invalid period or date."""
    names = selection if isinstance(selection, str) else list(selection)
    said = _day(now) if now else None
    period, lexicon = None, Lexicon(graph.vocabulary)
    if since or is_since(graph, names):  # reading dates takes time
        last = said or _needed(_latest(graph))
        first = periods.since(since, lexicon, last) if since else last
        if isinstance(names, str) and not since:
            names, told = periods.split(names, lexicon, last)
            first = told or last
        period = periods.Period(first, last)
        names = "" if isinstance(names, str) and _are_all(graph, names) else names
    if period and not names:
        papers, undated = _appeared(graph, period)
        return ChosenPapers(Selection.of(graph, papers, lang), names, period, undated)
    return ChosenPapers(Selection(graph, names, lang), names, period, 0)


def is_since(graph: GraphReader, names: str | list[str]) -> bool:
    """Whether a selection ends in a period ("KV cache since last week")."""
    return isinstance(names, str) and bool(periods.split(names, Lexicon(graph.vocabulary), date.today())[1])


def notes_on(graph: GraphReader, found: ChosenPapers, papers: int) -> list[str]:
    """What to tell of a question: papers that only name its subject, or why it finds none."""
    if not found.names or not isinstance(found.names, str):
        return []
    answer, lang, period = graph.ask(found.names, limit=1), found.shown.lang, found.period
    naming = Selection.of(graph, graph.papers(only_naming(Corpus.of(graph.store), answer.filter)), lang)
    n = sum(period is None or bool(period.has(naming.date(paper))) for paper in naming.papers)
    return [Sayings(lang)("answer.naming", n)] if n else [] if papers else list(answer.notes)


def _are_all(graph: GraphReader, selection: str) -> bool:
    """Whether words ask for papers and set no condition: "new papers"."""
    query = (found := graph.ask(selection, limit=1)).query
    return query.kind == "papers" and not query.filter.conditions and not found.ignored


def of(
    shown: Selection,
    heading: str = "",
    *,
    now: str = "",
    period: periods.Period | None = None,
    undated: int = 0,
    writer: Writer = composed,
) -> Digest:
    """A digest of selected papers; `undated` counts papers left out that may belong to the period."""
    data = contents(shown, heading, now, period, writer)
    data["undated"] += undated
    lang = shown.lang
    return Digest(
        data["title"],
        {
            "md": lambda: text(shown, data),
            "txt": lambda: text(shown, data),
            "html": lambda: render("digest.html.jinja", lang, digest=data),
            "json": lambda: json_text(data),
        },
        papers=data["papers"],
        notes=notes(data),
    )


def contents(
    shown: Selection, heading: str, now: str, period: periods.Period | None, writer: Writer = composed
) -> dict[str, Any]:
    """The content of a digest as plain data."""
    inside = {paper.id: period.has(shown.date(paper)) if period else True for paper in shown.papers}
    papers = [paper for paper in shown.papers if inside[paper.id]]
    rows = [row(shown, paper, number, writer(shown, paper)) for number, paper in enumerate(papers, 1)]
    name = _line(heading)[:_MOST_HEADING].rstrip()
    models = sorted({one["brief"]["by"].partition(":")[2] for one in rows if one["brief"]["by"] != "composed"})
    words = shown.words
    return {
        "title": words("digest.title", selection=name) if name else words("digest.title_all"),
        "selection": heading,
        "lang": shown.lang,
        "time": _time(shown, papers, now),
        "period": {"first": str(period.first), "last": str(period.last)} if period else None,
        "undated": sum(has is None for has in inside.values()),
        "papers": len(rows),
        "derived": True,  # the briefs are not evidence
        "derived_note": words("digest.fluent", model=", ".join(models)) if models else words("digest.derived"),
        "entries": rows,
    }


def row(shown: Selection, paper: Paper, number: int, sentence: DigestSentence) -> dict[str, Any]:
    """The details of one paper, each from its first source that has it, and the sentence."""
    documents = [document for document, _ in paper.entries]
    return {
        "number": number,
        "entries": ids(paper),
        "paper": paper.id,
        "title": _text(documents, "T"),
        "institutions": _text(documents, "I"),
        "author_count": next((n for d in documents if (n := _authors(d)) is not None), None),
        "abstract": _text(documents, "A"),
        "date": shown.date(paper),
        "link": link(paper),
        "brief": {"text": _line(sentence.text), "derived": True, "by": sentence.by, "note": sentence.note},
    }


def text(shown: Selection, data: dict[str, Any]) -> str:
    """The digest in the form of the reports, which the `digest` reader parses."""
    words = shown.words
    header = [f"# {data['title']}"]
    header.append(words("digest.time", time=data["time"] or words("digest.unknown")))
    header.append(words("digest.papers", n=data["papers"]))
    if data["period"]:
        header.append(words("digest.period", **data["period"]))
    header.append(data["derived_note"])
    out = ["\n".join(header), f"## {words('digest.briefs')}"]
    out += (f"### {one['number']}. {one['title']}\n\n{_escaped(one['brief']['text'])}" for one in data["entries"])
    out.append(f"## {words('digest.details')}")
    for one in data["entries"]:
        count = one["author_count"]
        authors = words("digest.unknown") if count is None else words("digest.count", n=count)
        out.append(
            f"### {one['number']}. {one['title']}\n\n"
            f"**{words('digest.institutions')}**: {one['institutions']}\n"
            f"**{words('digest.authors')}**: {authors}\n\n"
            f"**{words('digest.abstract')}**:\n{_escaped(one['abstract'])}"
        )
    return "\n\n".join(out) + "\n"


def _text(documents: list[Document], field: str) -> str:
    said = (_line(d.texts[field].text) for d in documents if field in d.texts)
    return next(filter(None, said), "")


def _line(said: str) -> str:
    """A text on one line, without control and bidirectional characters."""
    return " ".join(_CONTROL.sub("", said).split())


def _escaped(said: str) -> str:
    return f"\\{said}" if _MARK.match(said) else said


def _authors(document: Document) -> int | None:
    return document.author_count if document.author_count is not None else len(document.authors) or None


def _time(shown: Selection, papers: list[Paper], now: str) -> str:
    """The time of the digest: as given, else the latest of its papers and their sources, "" if none is known."""
    if now:
        return now.replace("T", " ")
    documents = [document for paper in papers for document, _ in paper.entries]
    known = {d.date for d in documents} | {shown.source_dates.get(d.source, "") for d in documents}
    exact = [said for said in known if (span := days(said[:10])) and span[0] == span[1]]
    latest = max(exact, default="")
    match = _TIME.match(latest)
    return f"{match[1]} {match[2]}" if match else latest[:10]


def _appeared(graph: GraphReader, period: periods.Period) -> tuple[list[Paper], int]:
    """The papers of a graph that appeared in a period, and how many others may have; other papers are not loaded."""
    dated = Corpus.of(graph.store).dated(ALL)
    has = {when: period.has(when) for _, when in dated}
    found = graph.papers(paper for paper, when in dated if has[when])
    found.sort(key=lambda paper: [(d.source, d.number, d.id) for d, _ in paper.entries[:1]])
    return found, sum(has[when] is None for _, when in dated)


def _latest(graph: GraphReader) -> date | None:
    """The latest date of a paper or source of a graph."""
    said = [*graph.dates(), *(source.date for source in graph.sources())]
    spans = (days(when) for when in said if when)
    return max((span[0] for span in spans if span), default=None)


def _day(now: str) -> date:
    span = days(now)
    if span is None or span[0] != span[1]:
        raise KgError(f'"{now[:60]}" is no day to count from: write it as 2025-10-17.')
    return span[0]


def _needed(latest: date | None) -> date:
    if latest is None:
        raise KgError("Nothing here bears a date, so no period can be told: give a day to count from with --now.")
    return latest


def notes(data: dict[str, Any]) -> list[str]:
    """Notes for the user, one sentence each."""
    out = []
    if data["period"]:
        undated = f"; {data['undated']} without a date that tells were left out" if data["undated"] else ""
        out.append(f"The period is {data['period']['first']} to {data['period']['last']}, both in it{undated}.")
    out += (
        f"{one['entries'][0]}: {one['brief']['note']}" for one in data["entries"] if one.get("brief", {}).get("note")
    )
    return out


def view(graph: GraphReader, selection: str, lang: str) -> View:
    """A digest of a selection."""
    return digest(graph, selection, lang)


VIEW = view
