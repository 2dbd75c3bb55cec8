"""Who works on something: the authors and the institutions of the papers, by papers, and how many papers name any."""

from __future__ import annotations

from dataclasses import replace

from kg.query.answer import Answer, Grid, Line
from kg.query.filter import Query
from kg.query.kinds import papers
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.tally import Tally, found_any, nothing, widened
from kg.store.file import StoreFile

#: The types, in order, and the default number of lines for each.
_TYPES, _SHOWN = ("author", "institution"), 10
_COLUMNS = ("name", "type", "papers")


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The authors with most papers of a filter, then the institutions, at most `limit` (10) of each."""
    say = Sayings(query.language)
    wanted = widened(store, query.filter, say)
    tally = Tally(store, lexicon, wanted, say.language)
    lines: list[Line] = []
    told, notes = [], list(wanted.notes)
    for kind in _TYPES:
        first, total = tally.first(kind, limit or query.most or _SHOWN)
        if not first:
            continue
        for line, count in zip(tally.lines(kind, first, (kind,)), first, strict=True):
            cells = (tally.label(count.thing), say(f"who.{kind}"), count.papers)
            lines.append(Line(cells, line.papers, line.evidence, line.concept))
        number = say(f"number.{kind}", total)
        if leaderless := tally.leaderless(kind, say, number):
            told.append(leaderless.removesuffix(say("list.full_stop")))
            continue
        key = "who.most" if len(first) == 1 or first[0].papers > first[1].papers else "who.number"
        most = say("number.paper", first[0].papers)
        told.append(say(key, number=number, first=tally.label(first[0].thing), papers=most))
        if kind == "author":
            notes.append(say("who.homonyms"))
    if not lines:
        note = nothing(store, lexicon, wanted, say, "author" if found_any(store, wanted) else "paper")
        found = papers.answer(store, lexicon, question, replace(query, kind="papers"), limit)
        return replace(found, notes=(*notes, note)) if found.rows else Answer(question, query, (), (*notes, note))
    verdict = say("list.semicolon").join(told) + say("list.full_stop")
    return Answer(question, query, (), tuple(notes), Grid(_COLUMNS, tuple(lines), verdict))
