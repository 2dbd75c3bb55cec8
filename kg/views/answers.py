"""An answer as JSON, JSON Lines, CSV, Markdown or HTML, with localised names of columns and conditions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kg.model import Document
from kg.query import Answer, Condition, Filter, Outcome, Quote, Row
from kg.query.answer import Cell, Line, ReadPapers
from kg.query.explain import explained, lines
from kg.safe_output import csv_text, json_lines, json_text
from kg.text import fold, plain
from kg.views.readable import as_text, excerpt, place_in_words
from kg.views.render import render as fill
from kg.views.statement import lit
from kg.views.words import PageWords

FORMS = ("json", "jsonl", "csv", "md", "html")
#: The column whose text is also shown as evidence.
_QUOTED = "quote"
#: Quotes shown per line.
_SHOWN = 2
#: Sentences shown per paper, and letters of a sentence.
_PAPERS, _LETTERS = 4, 160
#: Sentences of a row, and letters of a sentence, on pages.
_SENTENCES, _SENTENCE = 4, 360
_LISTED = 300  # characters of the words that an answer leaves out
#: Characters of the words of a sentence that was shown before.
_AGAIN = 80
_HEADING = 60  # letters of a heading that names a place
_PART = re.compile(r"(s|t|f|fn)([A-Z\d][\w.]*)(?:-\d+)?(?:/|$)")  # the id of a part of a body
_NUMBER = re.compile(r"[≥≤<>~≈+-]?\s?\d[\d.,]*(?:\s?\D{1,8})?")


def as_shown(answer: Answer) -> Answer:
    """An answer for readers: LaTeX in its sentences and in the names and titles of its papers is shown as text."""

    def shown(rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(replace(row, name=_readable(row.name), title=_readable(row.title)) for row in rows)

    rows, partly, beside = map(shown, (answer.rows, answer.partly, answer.beside))
    table = replace(answer.table, verdict=_readable(answer.table.verdict)) if answer.table else None
    notes = tuple(map(_readable, answer.notes))
    return replace(answer, rows=rows, partly=partly, beside=beside, table=table, notes=notes)


def _readable(said: str) -> str:
    """A text as readers see it, which mostly has no LaTeX."""
    return as_text(said) if "$" in said or "\\" in said else said


def render(answer: Answer, form: str) -> str:
    """An answer in one of FORMS: the papers, or the table if there is one; JSON has both, as the papers have it."""
    if form == "json":
        return json_text(answer.to_json())
    if form == "jsonl":
        said = answer.to_json()
        listed = said["table"]["lines"] if answer.table else said["papers"]
        return json_lines(listed)
    if form == "html":
        from kg.views.answer_page import page

        return page(answer)
    answer = as_shown(answer)
    if form == "csv":
        return _csv(answer)

    table = answer.table
    words = PageWords(answer.language)
    columns, rows = (list(table.columns), table.lines) if table else ([], ())
    at, names = [n for n, name in enumerate(columns) if name != _QUOTED], called(answer)
    return fill(
        "answer.md.jinja",
        words.lang,
        question=answer.question,
        rows=[] if table else [(r, supported(r.evidence, words, _PAPERS) or _named(r.evidence)) for r in answer.rows],
        columns=[column(words, columns[n]) for n in at],
        right=[is_number([line.values[n] for line in rows]) for n in at],
        lines=[
            (plain(line.heading), [text(line.values[n]) for n in at], said)
            for line, said in zip(rows, quoted([line.evidence for line in rows], names, words), strict=True)
        ],
        verdict=conclusion(answer)[0],
        read_as=words("answer.read_as", question=reading(answer, words)) if reading(answer, words) else "",
        partly=[(row, lacking(row, words)) for row in answer.partly],
        partly_said=words.count("count.partly", len(answer.partly)),
        read=what_was_read(answer.read, words),
    )


def counted(answer: Answer, words: PageWords) -> str:
    """How many papers an answer has, and how many of them it lists: "20 of 704 papers"."""
    shown = len(answer.rows)
    if shown >= answer.total:
        return words.count("count.paper", shown)
    return words.count("count.paper_of", answer.total, shown=f"{shown:,}")


def conclusion(answer: Answer) -> tuple[str, list[str]]:
    """What an answer says in all, which stands first, and its other notes; without a table, why nothing was found."""
    verdict = answer.table.verdict if answer.table else ""
    notes = [*answer.notes, *(_pool_call(answer, *pool) for pool in answer.pools)]
    is_found = answer.rows and answer.query.kind == "papers"
    if not (verdict or is_found) and notes:
        verdict = notes.pop(0)
    return verdict, notes


def _pool_call(answer: Answer, dataset: str, metric: str) -> str:
    """The command that lists what the tables of an answer's papers print of a data set."""
    asked = ["kg", "tables", "--dataset", dataset, *(["--metric", metric] if metric else []), "--pool"]
    return PageWords(answer.language)("answer.pool", dataset=dataset, call=shlex.join(asked))


def reading(answer: Answer, words: PageWords) -> str:
    """How a question was read, on one line: the kind of answer, the things it is about, and its conditions."""
    things = [plain(term.said if isinstance(term, Outcome) else term.label) for _, term in answer.query.terms()]
    kind = "" if answer.query.kind == "papers" else words(f"reading.{answer.query.kind}")
    said = [kind, words("report.join").join(dict.fromkeys(things)), *conditions(answer, words)]
    return words("answer.and_then").join(filter(None, said))


def why_listed(row: Row, words: PageWords, most: int, letters: int) -> list[str]:
    """Why an answer lists a paper: what it lacks and the sentences that show the rest, else that its words fit."""
    shown, lacks = supported(row.evidence, words, most, letters), lacking(row, words)
    if lacks:
        shown = [" · ".join([lacks, *shown[:1]]), *shown[1:]]
    return shown or [words("answer.by_words")]


def lacking(row: Row, words: PageWords) -> str:
    """What a paper of the second tier lacks: "not read: on H100; only named: SnapKV"; "" for nothing."""
    lacks = {"lacks": [one for one in row.lacks if one not in row.named], "only_named": row.named}
    said = {name: words("report.join").join(map(plain, texts)) for name, texts in lacks.items() if texts}
    return words("answer.lacks_and").join(words(f"answer.{name}", conditions=texts) for name, texts in said.items())


def what_was_read(read: ReadPapers | None, words: PageWords) -> str:
    """What was read of the papers of a graph: "read: 12 whole papers, 3,229 abstracts"."""
    if read is None:
        return ""
    said = [words.count(f"count.{name}", n) for name, n in read._asdict().items() if n or name == "abstracts"]
    return words("answer.read", papers=words("answer.read_and").join(said))


def _csv(answer: Answer) -> str:
    """One row per paper or per table line; cells that a spreadsheet would run as formulas are escaped."""
    if not answer.table:
        papers = [
            (r.id, r.title, " ".join(r.sources), f"{r.score:.3f}", " | ".join(_named(r.evidence))) for r in answer.rows
        ]
        return csv_text(
            ["id", "title", "sources", "score", "evidence"], [[plain(cell) for cell in row] for row in papers]
        )
    is_headed, words = any(line.heading for line in answer.table.lines), PageWords(answer.language)
    columns = [*(["heading"] if is_headed else []), *answer.table.columns, "concept", "entries", "evidence"]
    rows = [
        [
            *(*([line.heading] if is_headed else []), *line.values, line.concept, line.papers),
            " | ".join(f"{q.source}{'' if q.sure else words('answer.unsure')}: “{q.quote}”" for q in line.evidence),
        ]
        for line in answer.table.lines
    ]
    return csv_text(map(plain, columns), [[_flat(cell) for cell in row] for row in rows])


def _flat(cell: Cell) -> str | int | float:
    if isinstance(cell, int | float):
        return cell
    return plain(" ".join(map(_readable, cell)) if isinstance(cell, tuple) else _readable(cell or ""))


def _named(quotes: tuple[Quote, ...]) -> list[str]:
    return [f"{q.entity}: “{q.quote}”" if q.quote else q.entity for q in quotes]


def supported(quotes: Iterable[Quote], words: PageWords, most: int = _SHOWN, letters: int = _LETTERS) -> list[str]:
    """The first sentences of a paper's evidence, each once, with all that it shows: "NVIDIA H100: “…”"."""
    return _as_text(sentences((q for q in quotes if q.quote), "entity", words, None, letters)[:most], words)


def _as_text(said: list[dict[str, Any]], words: PageWords, called: Mapping[str, str] | None = None) -> list[str]:
    """Sentences with their names before them, a mark of doubt between, and their place behind."""
    out = []
    for one in said:
        names = words("report.join").join(plain((called or {}).get(name, name)) for name in one["names"])
        names += "" if one["is_sure"] else words("answer.unsure")
        text = plain("".join(piece for piece, _ in one["pieces"]))
        out.append(words("answer.labelled", names=names, said=f"“{text}”{one['place']}") if text else names)
    return out


def place_in(quote: Quote, words: PageWords) -> str:
    """Where in the body of a paper a quote is: " (§4.1, p. 7)", " (Table 2)"; "" for what has no number."""
    return words("answer.in", place=place) if (place := place_of(quote.field, words, page=quote.page)) else ""


def place_of(field: str, words: PageWords, document: Document | None = None, page: int | None = None) -> str:
    """A place in a body: "§4.1, p. 7", "Table 2"; the page and the name of a section are those of its document."""
    found, parts = _PART.match(field), document.parts if document else ()
    said = words(f"answer.in_{found[1]}", n=found[2]) if found else ""
    part = next((one for one in parts if one.id == field), None)
    if document:
        tables = (one.page for one in document.tables if one.id == field.partition("/")[0])
        page = part.page if part else next(tables, None)
    if part and not said and part.headings:
        said = words("digest.abstract") if part.role == "abstract" else short(part.headings[-1], _HEADING)
    return said + (words("answer.on_page", n=page) if page and said else "")


def quoted(
    lines: Iterable[tuple[Quote, ...]], called: Mapping[str, str], words: PageWords, letters: int = _LETTERS
) -> list[list[str]]:
    """The first sentences of each line's evidence with its entry as it is called; see `sentences`."""
    seen: set[tuple[str, ...]] = set()
    found = (sentences((q for q in quotes if q.quote), "source", words, seen, letters) for quotes in lines)
    return [_as_text(said[:_SHOWN], words, called) for said in found]


def sentences(
    quotes: Iterable[Quote],
    by: str,
    words: PageWords,
    seen: set[tuple[str, ...]] | None = None,
    letters: int = _SENTENCE,
) -> list[dict[str, Any]]:
    """The distinct sentences of quotes: the quotes' `by` ("entity", "source"), pieces to highlight or not, the place.

    At most `_SENTENCES` of them. Of those in `seen`, which takes up the others, only the quoted words are given,
    and these once.
    """
    known: set[tuple[str, ...]] = seen if seen is not None else set()
    out = []
    for said in by_sentence(quotes)[:_SENTENCES]:
        key, quoted = sentence_of(said[0]), quoted_words(said)
        shown = pieces(key[1], [one.quote for one in said], letters)
        if key in known:
            shown = [] if (*key, quoted) in known else [(short(quoted, _AGAIN), False)]
        names = [short(name) for name in dict.fromkeys(str(getattr(one, by)) for one in said)]
        is_sure = any(one.sure for one in said)
        out.append({"names": names, "pieces": shown, "is_sure": is_sure, "place": place_in(said[0], words)})
        if seen is not None:
            seen |= {key, (*key, quoted)}
    return out


def pieces(sentence: str, quotes: Iterable[str], letters: int = _SENTENCE) -> list[tuple[str, bool]]:
    """A sentence in pieces, each with whether it is quoted; a long one is cut around the first quotes."""
    own = list(quotes)
    said = excerpt(sentence, own, letters)
    places = [(*place, "quoted") for quote in own if (place := place_in_words(said, as_text(quote)))]
    found = lit(said, sorted(places, key=lambda place: place[0] - place[1]))
    if all(field for _, field in found):  # highlighting everything highlights nothing
        return [(said, False)] if said else []
    return [(text, bool(field)) for text, field in found]


def quoted_words(quotes: Iterable[Quote]) -> str:
    """The quoted words of a sentence without the rest: "…H100…"."""
    words = "…".join(dict.fromkeys(plain(as_text(quote.quote)) for quote in quotes))
    return f"…{words}…"


def sentence_of(quote: Quote) -> tuple[str, str]:
    """What tells sentences apart: the entry, and the words."""
    return quote.source, quote.context or quote.quote


def called(answer: Answer) -> dict[str, str]:
    """What the entries of an answer are called: "SnapKV 2024 · 2404.14469"."""
    return {entry: f"{row.name} · {entry}" if row.name else entry for row in answer.known for entry in row.sources}


def by_sentence(quotes: Iterable[Quote]) -> list[list[Quote]]:
    """Quotes by their sentence, in order; what several entries say alike, capitals aside, is one sentence."""
    found: dict[str, list[Quote]] = {}
    for quote in quotes:
        alike = found.setdefault(fold(sentence_of(quote)[1]), [])
        if not alike or quote.quote in sentence_of(alike[0])[1]:
            alike.append(quote)
    return list(found.values())


def shown_columns(answer: Answer, lines: Sequence[Line] | None = None) -> list[int]:
    """The indices of the columns of a table that some lines (all) fill, except those shown as evidence."""
    columns, every = (answer.table.columns, answer.table.lines) if answer.table else ((), ())
    some = every if lines is None else lines
    filled = [n for n in range(len(columns)) if any(line.values[n] not in (None, "", ()) for line in some)]
    return [n for n in filled if columns[n] != _QUOTED]


def column(words: PageWords, name: str) -> str:
    """The localised name of a column; the label of an entity is kept."""
    return next((words(key) for key in (f"column.{name}", f"type.{name}") if words.has(key)), plain(_readable(name)))


def text(cell: Cell) -> str:
    """A value as text on one line."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:g}"
    if isinstance(cell, tuple):
        return plain(" ".join(("、" if "（" in "".join(cell) else ", ").join(map(_readable, cell)).split()))
    return plain(" ".join(_readable(str(cell)).split()))


def is_number(cells: list[Cell]) -> bool:
    """Whether all values of a column are numbers, with or without units."""
    said = [cell for cell in cells if cell not in (None, "", ())]
    return bool(said) and all(isinstance(c, int | float) or (isinstance(c, str) and _NUMBER.fullmatch(c)) for c in said)


def ignored(answer: Answer, words: PageWords) -> str:
    """The first line of an answer that leaves out words of the question; "" if it leaves out none."""
    key = "answer.partial" if answer.unanswered else "answer.ignored"
    return words(key, words=short(", ".join(answer.ignored), _LISTED)) if answer.ignored else ""


def conditions(answer: Answer, words: PageWords) -> list[str]:
    """One line per condition: "topic: quantization or pruning", "topic: not pruning"."""
    return [line for condition in answer.filter.conditions for line in _condition(condition, words)]


def _condition(condition: Condition, words: PageWords) -> list[str]:
    fields = Filter((condition,)).understood()
    named = {column(words, field): [plain(str(one["label"])) for one in said] for field, said in fields.items()}
    if condition.negated:  # each label is excluded separately
        return [
            words("answer.negated", field=field, label=label) for field, labels in named.items() for label in labels
        ]
    either = [words("answer.condition", field=f, label=words("answer.or").join(labels)) for f, labels in named.items()]
    return [words("answer.either").join(either)]


def short(said: str, most: int = 160) -> str:
    """The beginning of a text, on one line."""
    said = plain(" ".join(said.split()))
    return said if len(said) <= most else said[: most - 1] + "…"


def explanation(answer: Answer, form: str) -> str:
    """The interpretation of a question, as JSON or as text."""
    said: dict[str, Any] = explained(answer)
    if form in ("json", "jsonl"):
        return json_text(said) if form == "json" else json_lines([said])
    return plain("\n".join((*(plain(line) for line in lines(answer)), "", said["sql"])))
