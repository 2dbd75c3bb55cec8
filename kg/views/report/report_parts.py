"""The parts of a report: sections of tables in groups of rows, each row with the papers that support it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from kg.model import Paper
from kg.query.comparable import Measures
from kg.query.sayings import Sayings
from kg.views.report.layout import Section
from kg.views.selection import EntryQuote, Selection, ids
from kg.views.statement import ResultRow, lit_sentence

#: A row of a table, its cells by column; `papers` (or `paper`) are the entries that support it.
Row = dict[str, Any]

_QUOTES = 3  # per row


@dataclass(slots=True)
class Group:
    """Rows under a common heading; `all` is their number before any were left out."""

    rows: list[Row]
    label: str = ""
    note: str = ""
    mark: str = ""  # the kind of group, for programs: "uses", "metric:latency"
    all: int = field(default=0)

    def __post_init__(self) -> None:
        self.all = self.all or len(self.rows)


def section(shown: Selection, part: Section, groups: Iterable[Group], note: str = "") -> dict[str, Any]:
    """A table as plain data, up to the length in the layout; the number of rows left out is stated.

    Columns that are empty in all rows are left out.
    """
    given = [group for group in groups if group.rows]
    room, kept = part.most, []
    for group in given:
        rows = group.rows[:room] if room else []
        room -= len(rows)
        if rows:
            kept.append({"label": group.label, "note": group.note, "mark": group.mark, "rows": rows})
    every, listed = sum(group.all for group in given), part.most - room
    fields = [pair for group in given for row in group.rows for pair in row.items()]
    empty = {name for name, _ in fields} - {name for name, value in fields if value} - {*part.columns[:1]}
    return {
        "kind": "table",
        "title": shown.words(f"report.{part.name}"),
        "note": note if given else shown.words("report.nothing"),
        "columns": [one for one in part.columns if one not in empty],
        "groups": kept,
        "shown": listed,
        "all": every,
        "left_out": left_out(shown, listed, every),
    }


def left_out(shown: Selection, listed: int, every: int) -> str:
    """A sentence on the rows that a table leaves out; "" if there are none."""
    return shown.words("report.left_out", shown=f"{listed:,}", all=f"{every:,}") if listed < every else ""


def cited(papers: Iterable[Paper]) -> list[str]:
    """The distinct citations of papers, by their first entries, in the given order."""
    return list(dict.fromkeys(ids(paper)[0] for paper in papers))


def said(quotes: Iterable[EntryQuote]) -> list[dict[str, Any]]:
    """A few quotes with their positions and sentences, each sentence once, from different entries if possible."""
    found: dict[str, EntryQuote] = {}
    once: dict[str, EntryQuote] = {}
    for quote in quotes:
        if found.setdefault(quote.sentence, quote) == quote:
            once.setdefault(quote.entry, quote)
    order = list(dict.fromkeys([*once.values(), *found.values()]))[:_QUOTES]
    return [asdict(quote) | {"pieces": []} for quote in order]


def lit(quotes: Iterable[EntryQuote], results: Iterable[ResultRow]) -> list[dict[str, Any]]:
    """A few quotes, each sentence in pieces with the fields of some results lit: (text, field)."""
    found = list(results)
    return [one | {"pieces": _pieces(one["sentence"], found)} for one in said(quotes)]


def _pieces(sentence: str, results: Iterable[ResultRow]) -> list[tuple[str, str]]:
    """The pieces of a sentence; none where LaTeX must be resolved over their ends, or where nothing is lit."""
    pieces = [] if "$" in sentence or "\\" in sentence else lit_sentence(sentence, results)
    return pieces if len(pieces) > 1 else []


def is_loss(shown: Selection, one: ResultRow) -> bool:
    """Whether a result states how much a known metric gets worse."""
    measures, result = Measures(shown.graph.lexicon(), Sayings(shown.lang)), one.result
    block = measures.block(result.metric_concept, result.unit, result.change)
    return bool(result.metric_concept) and measures.is_loss(block)
