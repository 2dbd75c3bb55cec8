"""Cross-tabulation of things of two types: how many papers have both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.query.filter import Filter
from kg.query.lexicon import Lexicon
from kg.query.question_reader import read
from kg.query.tally import Tally
from kg.rdf.triples import language_of
from kg.store.file import StoreFile

if TYPE_CHECKING:
    import pandas


def matrix(
    store: StoreFile, lexicon: Lexicon, down: str, across: str, question: str = "", most: int = 20
) -> pandas.DataFrame:
    """How many papers have both: at most `most` rows and columns, in the order of `Tally.first`.

    Over the papers that fulfil the conditions of a question, or all. KgError for a type that is not counted.
    """
    import pandas

    wanted = read(question, lexicon).filter if question.strip() else Filter()
    tally = Tally(store, lexicon, wanted, language_of(question))
    rows, columns = ([count.thing for count in tally.first(kind, most)[0]] for kind in (down, across))
    found = tally.corpus.both(down, rows, across, columns, tally.papers)
    return pandas.DataFrame(
        [[found.get((row, column), 0) for column in columns] for row in rows],
        index=pandas.Index([tally.label(thing) for thing in rows], name=down),
        columns=pandas.Index([tally.label(thing) for thing in columns], name=across),
        dtype=int,
    )
