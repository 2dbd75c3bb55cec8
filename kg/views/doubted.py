"""Which results of an answer its own sentences do not bear out: they are shown as not sure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kg.query.corpus import Corpus
from kg.views.borne import borne_out
from kg.views.selection import EntryResult, Selection

if TYPE_CHECKING:
    from kg.query import Answer, Quote
    from kg.views.reader import GraphReader

#: Kinds of answers whose tables tell results.
_TELLING = ("ranking", "comparison")

_Place = tuple[str, str, int, int]


def doubted(graph: GraphReader, answer: Answer) -> Answer:
    """An answer in which results are not sure that a composed sentence could not tell; see `kg.views.borne`."""
    table = answer.table
    if table is None or answer.query.kind not in _TELLING:
        return answer
    sure = frozenset(_place(quote) for line in table.lines for quote in line.evidence if quote.sure)
    refused = Corpus.of(graph.store).kept("refused", sure, lambda: _refused(graph, sure))

    def marked(quotes: tuple[Quote, ...]) -> tuple[Quote, ...]:
        return tuple(replace(quote, sure=False) if _place(quote) in refused else quote for quote in quotes)

    lines = tuple(replace(line, evidence=marked(line.evidence)) for line in table.lines)
    rows = tuple(replace(row, evidence=marked(row.evidence)) for row in answer.rows)
    return replace(answer, table=replace(table, lines=lines), rows=rows)


def _refused(graph: GraphReader, places: frozenset[_Place]) -> set[_Place]:
    """Those of the places at which a result stands that its sentence does not bear out."""
    papers = graph.papers(sorted(set(graph.store.papers_of({entry for entry, *_ in places}).values())))
    shown, out = Selection.of(graph, papers), set()
    for document, record in (entry for paper in papers for entry in paper.entries):
        for result in record.results:
            said = result.evidence
            place = (document.id, said.field, said.start, said.end)
            if place in places and borne_out(shown, EntryResult(document, record, result)) is None:
                out.add(place)
    return out


def _place(quote: Quote) -> _Place:
    return quote.source, quote.field, quote.start, quote.end
