"""The entities of papers (techniques, institutions, datasets, ...), by number of papers and by independent support."""

from __future__ import annotations

from dataclasses import replace

from kg.query.answer import Answer, Grid
from kg.query.filter import Filter, Outcome, Query
from kg.query.kinds import count, ranking, relations
from kg.query.lexicon import Lexicon
from kg.query.sayings import Sayings
from kg.query.tally import TYPES, Count, Tally, nothing, widened
from kg.store.file import StoreFile

#: The default number of lines.
SHOWN = 20
_ROLES = ("proposed", "used", "baseline")
#: In independent support, all papers of an institution count as one.
_ALONE = ("support", "institution")


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The entities of a type that most papers of a filter have, at most `limit` (20)."""
    if query.link is not None:
        return relations.answer(store, lexicon, question, query, limit)
    if query.wants not in TYPES:
        return count.answer(store, lexicon, question, replace(query, over=query.wants, wants="paper"), limit)
    if query.wants == "technique" and (asked := _outcome(query.filter)):
        return ranking.answer(store, lexicon, question, replace(query, metric=asked), limit)
    say = Sayings(query.language)
    wanted = query.filter
    among = set(query.among.concepts) - {query.among.concept} if query.among else set()
    tally = Tally(store, lexicon, wanted, say.language, among)
    number = limit or (query.most if tally.corpus.leads(query.wants, tally.papers) else 0) or SHOWN
    things, total = tally.first(query.wants, number)
    if not things and (wider := widened(store, wanted, say)) != wanted:
        wanted, tally = wider, Tally(store, lexicon, wider, say.language, among)
        things, total = tally.first(query.wants, number)
    if not things:
        return Answer(question, query, (), (*wanted.notes, nothing(store, lexicon, wanted, say, query.wants)))
    roles = _ROLES if query.wants == "technique" else ()
    columns = tuple(name for name in (query.wants, "papers", "support", *roles) if (name, query.wants) != _ALONE)
    lines = tally.lines(query.wants, things, columns)
    table = Grid(columns, lines, _verdict(tally, say, query.wants, things, total))
    told = "tally.among" if query.among and query.among.concept else "tally.of_kind"  # no companies are a concept
    notes = (*wanted.notes, *([say(told, thing=query.among.label)] if query.among else []))
    if tally.left_out:
        first, papers = tally.left_out[0]
        papers_said = say("number.paper", papers)
        notes = (*notes, say("tally.bearers", len(tally.left_out), first=tally.label(first), papers=papers_said))
    asides = {"author": "who.homonyms", "problem": "tally.problems"}
    notes = (*notes, *([say(asides[query.wants])] if query.wants in asides else []))
    return Answer(question, replace(query, filter=wanted), (), notes, table)


def _verdict(tally: Tally, say: Sayings, kind: str, things: list[Count], total: int) -> str:
    number = say(f"number.{kind}", total)
    first, others = things[0], things[1:]
    if leaderless := tally.leaderless(kind, say, number):
        said = leaderless
    elif others and others[0].papers < first.papers:
        papers = say("number.paper", first.papers)
        said = say("tally.first", number=number, first=tally.label(first.thing), papers=papers)
    else:
        said = say("tally.level", number=number)
    return said + (say("tally.cut", len(things)) if total > len(things) else "")


def _outcome(wanted: Filter) -> Outcome | None:
    """The only result that a filter asks for: it belongs to the papers' own methods, not to all that they use."""
    found = [term for one in wanted.conditions if not one.negated for term in one.any_of if isinstance(term, Outcome)]
    return found[0] if len(found) == 1 and found[0].change else None
