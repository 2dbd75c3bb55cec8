"""The words behind nodes of the graph (mentions, results, relations), and the papers that lines of a table rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain

from kg.model import FIELDS
from kg.query.answer import Line, Quote, Row
from kg.query.columns import WHOLE
from kg.query.corpus import Corpus
from kg.query.nodes import Node, nodes_at
from kg.store.file import StoreFile
from kg.text import sentence_at


def entry_of(node: str) -> str:
    """The entry ("002-22") whose graph says a node ("entry:002-22/mention/3")."""
    return node.partition(":")[2].rsplit("/", 2)[0]


def quotes(store: StoreFile, named: Mapping[str, str]) -> dict[str, Quote]:
    """The words of each node (CURIE), by node; `named` gives the label of what they name."""
    return {one.node: _quote(one, named[one.node]) for one in nodes_at(store, named) if one.start >= 0}


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
    return out


def _quote(node: Node, label: str) -> Quote:
    said, trust = context(node.raw, node.start, node.end), (round(node.score, 4), node.sure)
    quote = node.raw[node.start : node.end]
    return Quote(entry_of(node.node), node.field, quote, node.start, node.end, label, said, *trust)


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


def rows(store: StoreFile, lines: Iterable[Line]) -> tuple[Row, ...]:
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
