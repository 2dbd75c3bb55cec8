"""The words behind nodes of the graph (mentions, results, relations), and the papers that lines of a table rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from kg.graph.rdf import place_of
from kg.model import FIELDS
from kg.query.answer import Line, Quote, Row
from kg.query.columns import WHOLE
from kg.query.corpus import Corpus
from kg.query.lexicon import Selects
from kg.query.sparql import values
from kg.text import sentence_at

#: Nodes that a query names at most.
_BATCH = 300


def entry_of(node: str) -> str:
    """The entry ("002-22") whose graph says a node ("entry:002-22/mention/3")."""
    return node.partition(":")[2].rsplit("/", 2)[0]


def quotes(store: Selects, named: Mapping[str, str]) -> dict[str, Quote]:
    """The words of each node (CURIE), by node; `named` gives the label of what they name."""
    out: dict[str, Quote] = {}
    for found in _batched(
        store,
        named,
        """SELECT ?node ?quote ?span ?score ?sure WHERE {{ {values} ?node kg:quote ?quote
  OPTIONAL {{ ?node kg:span ?span }} OPTIONAL {{ ?node kg:confidence ?score }} OPTIONAL {{ ?node kg:sure ?sure }} }}""",
    ):
        texts = {_text_of(row) for row in found if row["span"]}
        # Apart, for Oxigraph looks through all texts where they stand in an OPTIONAL behind the node.
        said = _batched(store, texts, "SELECT ?node ?raw WHERE {{ {values} ?node kg:raw ?raw }}")
        raw = {str(row["node"]): str(row["raw"]) for rows in said for row in rows}
        for row in found:
            out.setdefault(str(row["node"]), _quote(row, raw.get(_text_of(row), ""), named[str(row["node"])]))
    return out


def words(corpus: Corpus, table: str, named: Mapping[int, str]) -> dict[int, Quote]:
    """The words of rows of "mentions" or "results", by row; `named` gives the label of what they name."""
    columns = corpus.columns
    entry, field, start, end = (columns[table, name] for name in ("entry", "field", "start", "end"))
    known = [row for row in named if start[row] >= 0 and field[row] >= 0]
    raw = corpus.texts({(int(entry[row]), int(field[row])) for row in known})
    out = {}
    for row in known:
        text = raw.get((int(entry[row]), int(field[row])), "")
        first, last = int(start[row]), int(end[row])
        source = columns.entries.name(int(entry[row]))[len("entry:") :]
        said = context(text, first, last)
        trust = int(columns[table, "score"][row]) / WHOLE, bool(columns[table, "sure"][row])
        out[row] = Quote(source, FIELDS[field[row]], text[first:last], first, last, named[row], said, *trust)
    # Where a place is not known, the store has the words.
    nodes = {corpus.node(table, row): row for row in named if row not in out}
    said_by = quotes(corpus.store, {node: named[row] for node, row in nodes.items()}) if nodes else {}
    return out | {nodes[node]: quote for node, quote in said_by.items()}


def _batched(store: Selects, nodes: Iterable[str], sparql: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of a SELECT on ?node, which {values} in it binds, for so many nodes at a time as it may name."""
    names = sorted(nodes)
    for at in range(0, len(names), _BATCH):
        yield store.select(sparql.format(values=values("node", names[at : at + _BATCH])))


def _quote(row: dict[str, Any], raw: str, label: str) -> Quote:
    field, start, end = place_of(row["span"] or "")
    said, trust = context(raw, start, end), (round(1.0 if row["score"] is None else row["score"], 4), bool(row["sure"]))
    return Quote(entry_of(row["node"]), field, row["quote"], start, end, label, said, *trust)


def _text_of(row: dict[str, Any]) -> str:
    """The text (CURIE) that a span is of."""
    return str(row["span"] or "").partition("#char=")[0]


@lru_cache(maxsize=4096)  # what is asked again and again shows the same words
def context(raw: str, start: int, end: int) -> str:
    """The sentence around a place, white space folded; "" where no place is known."""
    if not raw or start < 0:
        return ""
    first, last = sentence_at(raw, start, end)
    return " ".join(raw[first:last].split())


def _together(quotes: list[dict[Quote, None]]) -> dict[Quote, None]:
    """The quotes of a paper's entries, each once; it has one entry nearly always."""
    return quotes[0] if len(quotes) == 1 else dict.fromkeys(chain.from_iterable(quotes))


def rows(store: Selects, lines: Iterable[Line]) -> tuple[Row, ...]:
    """The papers that lines rest on, in the order in which the lines name them, each with all its quotes."""
    evidence: dict[str, dict[Quote, None]] = {}
    for line in lines:
        for name in line.papers:
            evidence.setdefault(name, {})
        for quote in line.evidence:
            evidence.setdefault(quote.source, {})[quote] = None
    columns = Corpus.of(store).columns
    names = list(evidence)
    numbers = [columns.entries.number(f"entry:{name}") for name in names]
    papers, titles = (columns["entries", column][numbers].tolist() for column in ("paper", "title"))
    works: dict[int, tuple[list[str], list[str]]] = {}  # the entries of a paper, and the titles they give it
    for name, number, paper, title in zip(names, numbers, papers, titles, strict=True):
        if number >= 0:
            own, said = works.setdefault(paper, ([], []))
            own.append(name)
            said += [columns.texts.name(title)] if title >= 0 else []
    return tuple(
        Row(
            own[0],
            columns.papers.name(paper),
            said[0] if said else "",
            tuple(own),
            1.0,
            tuple(_together([evidence[name] for name in own])),
        )
        for paper, (own, said) in works.items()
    )
