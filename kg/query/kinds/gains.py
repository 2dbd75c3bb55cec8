"""The metrics in which papers on something surely report a change: for the better, an increase or a decrease."""

from __future__ import annotations

from collections import defaultdict

from kg.query.answer import Answer
from kg.query.conditions import Where
from kg.query.corpus import Corpus
from kg.query.filter import Query
from kg.query.kinds.relations import stated_by
from kg.query.lexicon import Lexicon
from kg.query.measures import Block, Measures
from kg.query.nodes import reported
from kg.query.sayings import Sayings
from kg.query.setups import Obtained
from kg.query.tally import found_any, nothing
from kg.store.file import StoreFile


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The metrics that have the query's `change`, by how many papers report it, at most `limit` (20)."""
    say, wanted, corpus = Sayings(query.language), query.filter, Corpus.of(store)
    measures, among = Measures(lexicon, say), corpus.holding(wanted).of("x.paper")
    sql = f"x.metric IS NOT NULL AND x.sure = 1 AND x.change <> 'absolute' AND {among.sql}"
    found: dict[str, dict[str, str]] = defaultdict(dict)
    obtained = Obtained(corpus, lexicon, wanted)
    for one in obtained.among(reported(store, Where(sql, among.given))):
        told = measures.as_level(one)  # "34x compression" is a gain, and no decrease
        is_gain = not measures.is_loss(Block(told.metric, told.unit, told.change))
        if told.change == query.change or (query.change == "improve" and is_gain):
            found[one.metric][one.node] = one.paper
    if not found:
        is_any = found_any(store, wanted)
        why = say("gains.none") if is_any else nothing(store, lexicon, wanted, say, "metric")
        return Answer(question, query, (), (*wanted.notes, why, *obtained.notes(say)))
    table = stated_by(store, lexicon, say, "metric", found, limit or query.most)
    return Answer(question, query, (), (*wanted.notes, say(f"gains.{query.change}"), *obtained.notes(say)), table)
