"""Answers to questions, narrowed by facets; the list of all papers is the answer to no question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kg.identifiers import is_curie
from kg.query import Answer, Entity, Filter, Query, Row
from kg.query.answer import Cell
from kg.query.condition_evidence import AnswerEvidence
from kg.query.corpus import Corpus, Papers
from kg.views.answer_page import column_values, paper_names
from kg.views.answers import (
    as_shown,
    column,
    conclusion,
    conditions,
    ignored,
    is_number,
    lacking,
    sentences,
    short,
    shown_columns,
    text,
    what_was_read,
)
from kg.views.export.some import MOST
from kg.views.profile.paper_profile import described
from kg.views.words import PageWords
from kg.web.asked import Asked, Shown
from kg.web.facets import LISTS, facets, flags_of, named
from kg.web.pages.views import has_report

if TYPE_CHECKING:
    from kg.api import Graph

ORDERS = ("best", "new", "old", "title")
_FIRST = ("bibtex", "csv")  # of the forms of an export: what most readers want
_PAGE, _PAGES, _LINES, _WHOLE = 20, 50, 200, 1000
_SQL = {
    "new": "p.appeared DESC, p.curie",
    "old": "p.appeared = '', p.appeared, p.curie",
    "title": "p.title = '', lower(p.title), p.curie",
}


def ask(graph: Graph, asked: Asked) -> Shown:
    """The page of a question with its conditions."""
    words = PageWords(asked.lang)
    question, flags = asked.one("q", most=1000), flags_of(asked)
    is_whole = asked.form == "csv"
    at = asked.number("page", 1, _PAGES)
    size = _WHOLE if is_whole else asked.number("limit", _PAGE, 200)
    order = asked.choice("order", (*ORDERS, *asked.args.get("order", ())[:1]), "best")
    after = asked.args.get("after", ())
    most = max(_WHOLE if is_whole else _LINES, at * size)  # lines of a table, or papers
    answer = Answer("", Query(), read=Corpus.of(graph.store).read())
    if question or flags:
        answer = graph.ask(question, most, filter=flags or None, lang=asked.lang, after=after)
    shown, corpus = as_shown(answer), Corpus.of(graph.store)
    papers = corpus.holding(answer.filter) if answer.filter.conditions else Papers()
    is_table, is_versus = answer.table is not None, answer.query.kind == "comparison"
    chosen = (
        [] if is_table else _chosen(graph, answer, papers, order if order in ORDERS else "best", at, size, asked.lang)
    )
    total = answer.total if answer.filter.conditions or question or flags else len(corpus)
    given = {name: value if isinstance(value, list | tuple) else [value] for name, value in flags.items()}
    chips = [named(graph, asked, name, str(value)) for name, values in given.items() for value in values]
    title = question or ", ".join(chip["label"] for chip in chips) or words("web.all_papers")
    known = {one["paper"]: one for one in described(graph, [row.paper for row in (*chosen, *answer.partly)])}
    lines = listed(shown, asked, words, order) if is_table else []
    is_exported = bool(total) and not is_table and bool(papers.sql or not (question or flags))
    is_lost = not (is_table or total or papers.sql or answer.partly)  # nothing was understood: begin elsewhere
    verdict, noted = conclusion(replace(shown, pools=()))  # the page links to pools
    values: dict[str, Any] = {
        "chips": chips,
        "facets": facets(graph, asked, corpus, papers) if papers.sql or not (is_table or is_lost) else [],
        "browse": facets(graph, replace(asked, page="", args={}), corpus, papers) if is_lost else [],
        "before": [*answer.after, question] if question else [],
        "understood": _understood(answer, asked, words) if question else [],
        "notes": _notes(shown, noted, words),
        "verdict": verdict,
        "pools": pool_links(shown, asked),
        "read": what_was_read(answer.read, words),
        "count": "" if is_versus or is_lost else words.count("count.paper", total),
        "tabs": [] if is_lost else _tabs(asked, answer, words),
        "sorts": [] if is_table or total < 2 else [(key, words(f"web.sort_{key}")) for key in ORDERS],
        "order": order,
        "kept": [
            (name, value) for name, values in asked.args.items() for value in values if name not in ("order", "page")
        ],
        "columns": columns(shown, asked, words, order) if is_table else [],
        "lines": lines,
        "is_headed": any(line["heading"] for line in lines),
        "papers": [
            (known[row.paper], sentences(row.evidence, "entity", words)) for row in chosen if row.paper in known
        ],
        "start": (at - 1) * size + 1,
        "partly": [(known[row.paper], lacking(row, words)) for row in answer.partly if row.paper in known],
        "partly_said": words.count("count.partly", len(answer.partly)),
        "pager": None if is_table else _pager(asked, words, at, size, total, len(chosen)),
        "leads": []
        if is_table or not total or answer.after
        else _leads(graph, asked, question, [c["label"] for c in chips]),
        "exports": _exports(asked) if is_exported and total <= MOST else [],
        "too_many": words("web.too_many", most=f"{MOST:,}") if is_exported and total > MOST else "",
    }
    data = answer.to_json() | {"total": total, "page": at, "facets": values["facets"]}
    data["papers"] = [row.to_json() | known.get(row.paper, {}) for row in chosen]
    return Shown("ask.html.jinja", short(title, 200), data, values, _csv(answer, chosen, known))


def _chosen(graph: Graph, answer: Answer, papers: Papers, order: str, at: int, size: int, lang: str) -> Sequence[Row]:
    """The papers of a page, each with the words that show it."""
    first = (at - 1) * size
    is_all = not answer.filter.conditions
    if is_all and not answer.rows and (answer.question or answer.notes):
        return ()
    if order == "best" and not is_all:
        rows = answer.rows[first : first + size]
        if at == 1:
            return rows
        curies = [row.paper for row in rows]
    else:
        where = papers.of("p.id")
        sql = f"SELECT p.curie FROM papers p WHERE {where.sql} ORDER BY {_SQL.get(order, _SQL['new'])} LIMIT ? OFFSET ?"
        curies = [curie for (curie,) in graph.store.rows(sql, *where.given, size, first)]
    found = AnswerEvidence(Corpus.of(graph.store), graph.lexicon(), answer.filter, curies, lang)
    return [found.row(curie) for curie in curies if curie in found.rows]


def pool_links(answer: Answer, asked: Asked) -> list[tuple[str, str]]:
    """The pages of what the tables of an answer's papers print side by side."""
    return [
        (" · ".join(filter(None, pool)), asked.url("/tables", dataset=pool[0], metric=pool[1], pool="1"))
        for pool in answer.pools
    ]


def _notes(answer: Answer, noted: Iterable[str], words: PageWords) -> list[str]:
    notes = [short(note, 600) for note in noted]
    return [*filter(None, [ignored(answer, words)]), *notes]


def _understood(answer: Answer, asked: Asked, words: PageWords) -> list[tuple[str, str]]:
    """The things and conditions, each with the address of the page of what it names; "" for what has none."""
    out = [(short(thing.label), asked.lead(thing.concept)) for thing in answer.query.things if is_curie(thing.concept)]
    for one in answer.filter.conditions:
        named = next((t.concept for t in one.any_of if isinstance(t, Entity) and is_curie(t.concept)), "")
        alone = replace(answer, query=Query(filter=Filter((one,))))
        out += [(line, asked.lead(named) if named else "") for line in conditions(alone, words)]
    return out


def _tabs(asked: Asked, answer: Answer, words: PageWords) -> list[dict[str, Any]]:
    """What may be listed in the place of papers."""
    wanted = asked.one("list")
    if answer.query.kind not in ("papers", "entities") or (answer.table and not wanted):
        return []
    named = [("", words("web.nav_ask")), *((kind, column(words, kind)) for kind in LISTS)]
    return [
        {"name": name, "url": asked.here(list=kind, page="", order=""), "is_on": kind == wanted} for kind, name in named
    ]


def columns(answer: Answer, asked: Asked, words: PageWords, order: str) -> list[dict[str, Any]]:
    """The columns of a table, each with the address of the page that is sorted by it."""
    out = []
    assert answer.table is not None
    for n in shown_columns(answer):
        name, values = answer.table.columns[n], column_values(answer, n)
        is_up = order == name
        out.append(
            {
                "name": short(column(words, name), 60),
                "hint": words(f"web.hint_{name}") if words.has(f"web.hint_{name}") else "",
                "is_number": is_number(values),
                "is_seldom": 2 * sum(map(bool, map(text, values))) < len(values),
                "url": asked.here(order=f"-{name}" if is_up else name),
                "direction": "ascending" if is_up else "descending" if order == f"-{name}" else "",
            }
        )
    return out


def listed(answer: Answer, asked: Asked, words: PageWords, order: str) -> list[dict[str, Any]]:
    """The lines of a table, in the order of a column where one is named, with where their cells lead."""
    assert answer.table is not None
    at, lines, names = shown_columns(answer), list(answer.table.lines), paper_names(answer)
    entries = {entry for row in answer.known for entry in row.sources}
    wanted = order.removeprefix("-")
    if wanted in answer.table.columns:
        values = column_values(answer, answer.table.columns.index(wanted))
        if wanted == "value":
            values = [cell if line.amount is None else line.amount for cell, line in zip(values, lines, strict=True)]
        ranked = sorted(zip(values, lines, strict=True), key=lambda one: _ordered(one[0]), reverse=order[:1] == "-")
        lines = [replace(line, heading="") for _, line in ranked]
    out = []
    for line in lines:
        cells = []
        for place, n in enumerate(at):
            said = text(line.values[n])
            leads = line.concept if place == 0 and is_curie(line.concept) else said if said in entries else ""
            url, own = asked.lead(leads) if leads else "", said if said in names else ""
            cells.append({"text": names.get(said, said), "id": own, "url": url})
        said_ = sentences(line.evidence, "source", words)
        out.append({"cells": cells, "said": [asked.cited(one, names) for one in said_], "heading": line.heading})
    return out


def _ordered(cell: Cell) -> tuple[int, float, str]:
    if isinstance(cell, int | float):
        return 0, float(cell), ""
    said = text(cell)
    return (1, 0.0, said.casefold()) if said else (2, 0.0, "")


def _pager(asked: Asked, words: PageWords, at: int, size: int, total: int, shown: int) -> dict[str, str] | None:
    if total <= size and at == 1:
        return None
    first = (at - 1) * size + 1
    return {
        "before": asked.here(page=at - 1 if at > 2 else "") if at > 1 else "",
        "after": asked.here(page=at + 1) if at * size < total and at < _PAGES else "",
        "said": words("web.pages", first=f"{first:,}", last=f"{first + shown - 1:,}", n=f"{total:,}"),
    }


def _leads(graph: Graph, asked: Asked, question: str, labels: list[str]) -> list[dict[str, str]]:
    """The picture and the report of what a page is asked for, where its words alone find papers too."""
    said = question or " ".join(labels)
    if labels and said and not has_report(graph, asked, said):
        return []
    words = PageWords(asked.lang)
    return [
        {"name": words(f"web.{key}"), "url": asked.url(path, q=said)}
        for key, path in (("nav_graph", "/graph"), ("report", "/report"))
    ]


def _exports(asked: Asked) -> list[dict[str, str]]:
    from kg.views.export.formats import formats

    args = {name: list(values) for name, values in asked.args.items() if name not in ("page", "order", "lang")}
    return [
        {"name": name, "about": made.about, "url": asked.url("/export", **args, format=name)}
        for name, made in sorted(formats().items(), key=lambda one: one[0] not in _FIRST)
    ]


def _csv(answer: Answer, chosen: Iterable[Row], listed: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    if answer.table is not None:
        columns = [*answer.table.columns, "concept", "entries"]
        return columns, [[*line.values, line.concept, list(line.papers)] for line in answer.table.lines]
    columns = ["id", "title", "date", "venue", "kind", "authors", "link", "score", "evidence"]
    rows = []
    for row in chosen:
        one = listed[row.paper]
        said = [f"{q.entity}: “{q.quote}”" if q.quote else q.entity for q in row.evidence]
        rows.append([row.id, *(one[name] for name in columns[1:7]), row.score, said])
    return columns, rows


PAGES = {"ask": ask}
