"""Facets: what most of the papers of an answer have, each value with the address that narrows the answer to it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kg.identifiers import is_curie
from kg.query.corpus import Corpus, Papers
from kg.query.flags import CONDITIONS
from kg.query.question_words import QuestionWords
from kg.views.answers import column
from kg.views.selection import clean
from kg.views.words import PageWords
from kg.web.asked import Asked

if TYPE_CHECKING:
    from kg.api import Graph

#: What papers are narrowed by, in the order of the page, and how many values are shown.
FACETS = ("year", "topic", "technique", "hardware", "model", "dataset", "institution", "venue", "kind", "country")
_SHOWN, _SELDOM = 6, 3  # values, and values where each is one paper's
#: What may be listed in the place of papers.
LISTS = ("technique", "problem", "task", "hardware", "model", "dataset", "institution", "venue", "author")
#: Flags that say something of their own beside conditions.
_ALSO = ("role", "not", "list", "top")


def flags_of(asked: Asked) -> dict[str, Any]:
    """The flags of `kg ask` that an address holds."""
    found = {name: list(asked.args[name]) for name in (*CONDITIONS, *_ALSO) if name in asked.args}
    if found.get("code") in (["yes"], ["no"]):
        return found | {"code": found["code"] == ["yes"]}
    return found


def facets(graph: Graph, asked: Asked, corpus: Corpus, papers: Papers) -> list[dict[str, Any]]:
    """The facets of a set of papers; those that narrow nothing are left out, but for what is chosen."""
    words, number = PageWords(asked.lang), corpus.count(papers)
    out = []
    most = corpus.most_of_each(papers, _SHOWN) if papers.sql else {}
    for kind in FACETS:
        if kind == "year":
            counted = _years(corpus, papers)
        else:
            counted = most[kind] if kind in most else corpus.most(kind, papers, _SHOWN)[0]
        chosen = asked.args.get(kind, ())
        if not (chosen or asked.page or corpus.leads(kind, papers)):
            continue  # the first page would rank what few papers name
        often = [one for one in counted if one[1] > 1] or counted[:_SELDOM]
        values = [_value(graph, asked, kind, thing, count) for thing, count in often[:_SHOWN] if thing]
        if not corpus.leads(kind, papers):
            values.sort(key=lambda one: one["label"].casefold())
        if values and (kind == "year" or chosen or any(one["papers"] < number for one in values)):
            out.append({"facet": kind, "name": column(words, kind), "choices": values})
    return out


def _years(corpus: Corpus, papers: Papers) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for day, number in corpus.days(papers)[""].items():
        counts[day[:4]] += number
    return sorted(((year, n) for year, n in counts.items() if year), reverse=True)


def _value(graph: Graph, asked: Asked, kind: str, thing: str, papers: int) -> dict[str, Any]:
    value = short_name(kind, thing)
    chosen = list(asked.args.get(kind, ()))
    is_on = value in chosen or thing in chosen
    rest = [one for one in chosen if one not in (value, thing)] if is_on else [*chosen, value]
    url = asked.here(page="", **{kind: rest}) if asked.page == "ask" else asked.url("/ask", **{kind: rest})
    return {"value": value, "label": label(graph, asked, kind, thing), "papers": papers, "is_on": is_on, "url": url}


def short_name(kind: str, thing: str) -> str:
    """A thing as an address names it: "nvidia-h100" for "hardware:nvidia-h100", a topic by its whole id."""
    return thing if kind == "topic" else thing.removeprefix(f"{kind}:")


def label(graph: Graph, asked: Asked, kind: str, thing: str) -> str:
    """What a value of a facet is called."""
    words = PageWords(asked.lang)
    if kind == "kind" and words.has(f"kind.{thing}"):
        return words(f"kind.{thing}")
    if kind == "country":
        return QuestionWords.load().called(f"country:{thing}", asked.lang) or clean(thing)
    named = thing if is_curie(thing) else f"{kind}:{thing}"
    return (
        clean(graph.label(named, asked.lang)) if is_curie(named) and kind not in ("venue", "author") else clean(thing)
    )


def named(graph: Graph, asked: Asked, flag: str, value: str) -> dict[str, str]:
    """A condition of an address as a chip that takes it away."""
    said = column(PageWords(asked.lang), flag)
    rest = [one for one in asked.args.get(flag, ()) if one != value]
    return {"name": said, "label": label(graph, asked, flag, value), "without": asked.here(page="", **{flag: rest})}
