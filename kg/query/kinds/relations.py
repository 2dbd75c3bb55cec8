"""The other end of a relation: what outperforms a thing, what it builds on, what addresses it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Literal

from kg.identifiers import kind_of
from kg.query.answer import Answer, Cell, Grid
from kg.query.conditions import Where, relating
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Entity, Filter, Link, Query
from kg.query.lexicon import Lexicon
from kg.query.result_table import line_of
from kg.query.sayings import Sayings
from kg.query.shown import Related, entry_of, quotes, stated
from kg.query.stating import improvement
from kg.query.support import support
from kg.query.tally import TYPES, without
from kg.rdf.triples import RELATIONS
from kg.store.file import StoreFile
from kg.trust import LIKELY, ruled_relations

_SHOWN, _QUOTES = 20, 3
#: Symmetric relations.
_MUTUAL = ("compared_with",)
_COMPARISONS = ("outperforms", "compared_with")


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The things at the other end of the query's link: sure ones first, then by number of papers."""
    say, link = Sayings(query.language), query.link
    if link is None:
        return Answer(question, query, (), (*query.filter.notes, say("relations.no_link")))
    wanted = without(query.filter, [link.concept])
    related = _found(store, wanted, link, query.wants)
    found = {thing: {node: one.paper for node, one in nodes.items()} for thing, nodes in related.items()}
    kind = query.wants or "thing"
    if not found:
        why = _why(store, say, wanted, link, kind)
        return _beside(store, lexicon, question, query, limit, why) or Answer(
            question, query, (), (*query.filter.notes, why)
        )
    unsure = {node for nodes in related.values() for node, one in nodes.items() if not one.sure}
    papers = {paper for nodes in found.values() for paper in nodes.values()}
    known = Corpus.of(store).backers(papers)
    behind = {
        thing: [known[one] for one in sorted(set(nodes.values())) if one in known] for thing, nodes in found.items()
    }
    backing = {thing: support(own) for thing, own in behind.items()}
    label = {thing: lexicon.label(thing, say.language) for thing in found}

    def place(thing: str) -> tuple[object, ...]:
        """Sure ones first, then by number of papers and independent support."""
        is_sure = not found[thing].keys() <= unsure
        return not is_sure, -len(behind[thing]), -backing[thing], label[thing].casefold(), thing

    shown = sorted(found, key=place)[: limit or query.most or _SHOWN]
    first = {thing: _first(found[thing]) for thing in shown}
    words = quotes(store, {node: label[thing] for thing, nodes in first.items() for node in nodes})
    columns, lines = (kind, "papers", "support", "relation"), []
    for thing in shown:
        ends = {one.head if one.tail == thing else one.tail for one in related[thing].values()}
        cells: dict[str, Cell] = {kind: label[thing], "papers": len(behind[thing]), "support": backing[thing]}
        cells["relation"] = _said(say, link, _meant(lexicon, say, link, ends))
        entries = sorted({entry_of(node) for node, paper in found[thing].items() if paper in known})
        evidence = [words[node] for node in first[thing] if node in words]
        lines.append(line_of(columns, cells, entries, evidence, concept=thing))
    number = say("number.paper", len(papers))
    verdict = say("relations.verdict", things=say(f"number.{kind}", len(found)), papers=number)
    verdict += say("tally.cut", len(shown)) if len(shown) < len(found) else ""
    return Answer(question, query, (), query.filter.notes, Grid(columns, tuple(lines), verdict))


def _beside(
    store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None, why: str
) -> Answer | None:
    """If no sentence states a relation: what its paper uses, or what papers that name its other end have.

    Not for comparisons: two things in one paper do not show which is better; a result over the other does.
    """
    from kg.query.kinds import entities, papers

    link = query.link
    wants = query.wants or "technique"
    if link is not None and link.gains:
        better = papers.answer(store, lexicon, question, replace(query, kind="papers"), limit)
        note = Sayings(query.language)("relations.better", thing=link.label)
        return replace(better, notes=(*better.notes, note)) if better.rows else None
    if link is None or link.relation in _COMPARISONS or wants not in TYPES:
        return None
    kind = kind_of(link.concept)
    roles = ("proposed",) if kind == "technique" and link.side == "head" else ()
    is_built_on = kind == "technique" and (link.relation, link.side, query.wants) == ("uses", "tail", "")
    also = improvement(link.concept, link.label, lexicon, query.language) if is_built_on else ()
    condition = Condition(link.label, (Entity(kind, link.concept, link.label, link.concepts, roles), *also))
    rest = without(query.filter, [link.concept])
    wanted = replace(rest, conditions=(*rest.conditions, condition))
    if is_built_on:
        on = papers.answer(store, lexicon, question, Query("papers", wanted, language=query.language), limit)
        return (
            replace(on, query=query, notes=(why, *on.notes, Sayings(query.language)("relations.on", thing=link.label)))
            if on.rows
            else None
        )
    asked = Query("entities", wanted, wants, most=query.most, language=query.language)
    found = entities.answer(store, lexicon, question, asked, limit)
    if found.table is None:
        return None
    note = Sayings(query.language)("relations.beside", thing=link.label)
    return replace(found, query=query, notes=(why, *found.notes, note))


def _found(store: StoreFile, wanted: Filter, link: Link, wants: str) -> dict[str, dict[str, Related]]:
    """The things at the other end, with their relations by node."""
    out: dict[str, dict[str, Related]] = defaultdict(dict)
    own = set(link.concepts)
    corpus = Corpus.of(store)
    among = corpus.holding(wanted).of("x.paper")
    sides: tuple[Literal["head", "tail"], ...] = ("head", "tail") if link.relation in _MUTUAL else (link.side,)
    for side in sides:
        where = relating(replace(link, side=side, others=()))
        for one in stated(store, Where(f"{where.sql} AND {among.sql}", (*where.given, *among.given))):
            thing = one.tail if side == "head" else one.head
            if thing not in own and wants in ("", kind_of(thing)):
                out[thing][one.node] = one
    return out


def _meant(lexicon: Lexicon, say: Sayings, link: Link, ends: set[str]) -> str:
    """The thing of a link, or those of its kinds that are meant, or that alone have statements: "QLoRA"."""
    own = lexicon.namesakes(link.concept, ends)
    names = [*([link.label] if own else []), *sorted(lexicon.label(end, say.language) for end in ends - own)]
    return say.first(names, _QUOTES)


def _first(nodes: dict[str, str]) -> list[str]:
    """The nodes to quote: one from each paper, then others."""
    order = sorted(nodes, key=lambda node: (entry_of(node), len(node), node))
    once = list({nodes[node]: node for node in reversed(order)}.values())[::-1]
    return [*once, *(node for node in order if node not in once)][:_QUOTES]


def _said(say: Sayings, link: Link, thing: str = "") -> str:
    """The relation from the thing of a line, as text: "outperforms Quest"."""
    way = "forward" if link.side == "tail" or link.relation in _MUTUAL else "back"
    return say("relations.said", verb=say(f"path.{RELATIONS[link.relation]}_{way}"), thing=thing or link.label)


def _why(store: StoreFile, say: Sayings, wanted: Filter, link: Link, kind: str) -> str:
    """Why the answer is empty: no such statement, or none among the papers that fulfil the other conditions."""
    things = say(f"things.{kind}")
    if wanted.conditions:
        others = len(_found(store, Filter(), link, "" if kind == "thing" else kind))
        if others:
            return say("relations.none_here", others, things=things, said=_said(say, link))
    why = say("relations.none", things=things, said=_said(say, link))
    rules = (
        "SELECT count(DISTINCT paper) FROM entries WHERE way = 'fast'"  # fast entries lack what is seldom read right
    )
    unread = store.rows(rules)[0][0] if ruled_relations()[link.relation] < LIKELY else 0
    return why + say("relations.by_rules", unread) if unread else why
