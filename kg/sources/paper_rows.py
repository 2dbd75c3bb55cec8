"""Rows of named values: the form in which metadata readers return papers, and their conversion to documents.

A reader maps each paper to a mapping with the keys of `KEYS` (any of the names of a key): texts, lists of names, an ISO
date, identifiers. This module does what all formats need: cleaning, limits, dates, identifiers, repair, unique entry
names, and a message for each row that is skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as day_of
from functools import cache
from typing import Any, TypeVar

from kg import limits
from kg.model import Batch, Document, KgError, Source, Text
from kg.sources.comments import venue
from kg.sources.dates import iso_date
from kg.sources.forms import folded, forms, is_other
from kg.sources.inputs import READ_LIMIT, TEXT_LIMIT, InputFile
from kg.sources.people import people
from kg.sources.repair import repair
from kg.text import SURROGATE, has_han, one_line
from kg.wordcounts import WordCounts

_MOST_SENTENCES = 90  # about skipped rows; the others are only counted
_MOST_SKIPPED = 500_000  # rows, which take seconds; a file with more is not a file of papers
_ID_LIMIT = 200
_MOST_NAMES = 12  # of fields in one message

#: What a row may hold. `brief_title` is also the title in another language, `other_abstract` the abstract in one, which
#: becomes the last paragraph of the abstract. `unread` are names of fields that no rule reads: they are counted, told.
KEYS = (
    *("id", "title", "subtitle", "abstract", "other_abstract", "institutions", "brief", "brief_title", "keywords"),
    *("authors", "author_count", "venue", "comment", "year", "date", "arxiv", "doi", "url", "summary_zh"),
    *("category", "origin"),
)
_TEXTS = {"T": "title", "A": "abstract", "I": "institutions", "B": "brief", "H": "brief_title", "K": "keywords",
          "S": "summary_zh"}  # fmt: skip
_DATE = re.compile(
    r"((?:19|20)\d\d)(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?)?)?"
)
_NO_VENUE = re.compile(r"^[\d\sTZ:./+-]+$")  # a time, as "published at" may also say
_NO_DAY = re.compile(r"(?:-00)+$")  # "2020-07-00": a month
ANY_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
ARXIV_ID = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})"  # without the version
_ARXIV = re.compile(
    rf"(?:https?://(?:\w+\.)?arxiv\.org/(?:abs|pdf|html)/|(?:arxiv preprint )?arxiv:)?({ARXIV_ID})(?:v\d+)?(?:\.pdf)?",
    re.I,
)
_PATH_BEHIND = re.compile(r"(?:[?&#].*|/(?:full|fulltext|pdf|epdf|abstract|html|summary|meta|download)\b.*)$", re.I)
_WITH_YEAR = re.compile(r"(?<=\b(?:19|20)\d\d)\.$")
_TO_APPEAR = re.compile(r"\s*[(\[](?:to appear|in press|accepted|forthcoming)[)\]]$", re.I)
_IN = re.compile(r"^In:?\s+(?=[*_]\w)")  # "In *Proceedings of ...*"
_ESCAPED = re.compile(r"\\(?=[&%#])")  # of LaTeX
_EMPHASIS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)([^*_]{1,300})(?<=\S)\1(?![\w*_])")  # of Markdown
_WORDS = re.compile(r"[^\s.:/]+$|[^:/]*\s")
_IN_VOLUME = re.compile(  # "Caches (2014) 3:3 (152-160)", as Embase writes, "Caches, vol. 42 (2)"
    r"(?<=\w)(?: \((?:19|20)\d\d\) \d+\b|,\s+[Vv]ol\.?\s?\d+\b).*"
)
_URL = re.compile(r"https?://\S+")
_OLD_YEAR = re.compile(r"\s*(1[5-8]\d\d)\s*")
_NO_DOI = re.compile(r"\s*(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.", re.I)  # what is meant to be one
_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)", re.I)
_ANY_DOI = re.compile(r"(?<![\w.])10\.\d{4,9}/[^\s,;]+(?:[,;](?!\s*10\.\d{4})[^\s,;]+)*")
_NOTHING = frozenset(("nan", "nat", "<na>", "none", "null", "n/a", "unknown"))
_ID_IN = 1000  # code points of a value that are searched for a DOI
_OTHERS = re.compile(r"(?:and )?others|et\.? ?al\.?|…|\.{3,}", re.I)
_ET_AL = re.compile(r",?\s+(?:et\.? ?al\.?|…|\.{3,})$", re.I)
_TWO_IN_ONE = re.compile(r"(?<=[\w)])\+(?=[A-Z])")  # "University of Oxford+Google", as in OpenReview lists


class Skipped(Exception):
    """The reason why a row gives no entry; it completes the sentence "... was skipped: "."""


class Beside(dict[str, Any]):
    """What stands beside the papers of a file: as a row it gives no entry.

    It holds `unread`, the names of fields; `linkless`, that an item seems to be a paper and has no link to one; or
    `noted`, that a paper has a text below or beside it which is none of its fields.
    """


Made = TypeVar("Made")
Row = tuple[str, Mapping[str, Any] | Skipped]  # position ("line 3", "record 2") and values


@dataclass(frozen=True)
class RowReader:
    """A reader of a format, made of functions: `rows` gives the entries of a file, lazily where there are many."""

    name: str
    sniff: Callable[[InputFile], float]
    rows: Callable[[InputFile], Iterable[Row]]  # raises KgError when none can be read
    unit: str = "records"  # what messages call entries
    is_single: Callable[[InputFile], bool] = lambda file: False

    def read(self, file: InputFile) -> Batch:
        """Read the entries of a file; raises KgError when none can be read."""
        return batch_of(self.rows(file), file, self.name, self.unit)


def attempt(make: Callable[..., Made], *given: Any) -> Made | Skipped:
    """What `make` makes of a record, or why nothing: a record that cannot be read costs no other one."""
    try:
        return make(*given)
    except Skipped as reason:
        return reason
    except KgError:
        raise
    except Exception as error:
        if isinstance(error, limits.OverLimit):
            limits.renew()
        return Skipped(f"it cannot be read ({limits.reason(error)})")


def batch_of(rows: Iterable[Row], file: InputFile, form: str, unit: str = "records") -> Batch:
    """Make a batch from rows, which are read lazily; raises KgError when there is none.

    A KgError after the first row becomes the message why the rest of the file is skipped.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        raise KgError(f"{file.path}: holds no paper: give a file with papers.")
    batch = Batch(Source(name=file.name, file=file.file_name, form=form, sha256=file.sha256), ())
    batch.documents = documents(_to_the_end(first, rows, file), file, batch, unit)
    return batch


def _to_the_end(first: Row, rows: Iterator[Row], file: InputFile) -> Iterator[Row]:
    yield first
    try:
        yield from rows
    except KgError as error:
        yield "the rest", Skipped(str(error).removeprefix(f"{file.path}: "))
    except Exception as error:
        yield "the rest", Skipped(f"it cannot be read ({limits.reason(error)})")


def documents(rows: Iterable[Row], file: InputFile, batch: Batch, unit: str) -> Iterator[Document]:
    """Yield the repaired documents of the rows; `batch` gets a message for each row without a document, and one of all
    that the rows have and the documents lack.

    Two papers under one id are two papers: the second gets a number. A paper that is given twice counts once.
    """
    words = WordCounts.load()
    names = _Names()
    unread: Counter[str] = Counter()
    renamed: list[str] = []
    wrong: list[str] = []  # dates and DOIs that are none
    beside: dict[str, list[str]] = {"linkless": [], "noted": []}
    more = 0
    for number, (where, row) in enumerate(_of_papers(rows, unread, beside), 1):
        made = row if isinstance(row, Skipped) else attempt(_document, row, file.name, number, words)
        name = made if isinstance(made, Skipped) else attempt(names.of, made, where)
        if isinstance(row, Skipped) or isinstance(made, Skipped) or isinstance(name, Skipped):
            if len(batch.skipped) < _MOST_SENTENCES:
                batch.skipped.append(f"{file.path}: {where} was skipped: {str(name).rstrip('.')}.")
            else:
                more += 1
            if more > _MOST_SKIPPED:
                batch.skipped.append(
                    f"{file.path}: the rest was not read, because hardly any {unit} are papers: see above."
                )
                break
            continue
        if name != made.id:
            renamed.append(name)
            made.id = name
        if "body" in row:
            batch.losses += _bodied(made, row["body"], file)
        unread.update(row.get("unread", ()))
        other = _string(row.get("other_abstract"))
        unread.update(["other abstract"] * is_other(other, made.texts["A"].raw))
        unread.update(["summary"] * (bool(_string(row.get("summary_zh")).strip()) and "S" not in made.texts))
        wrong += _wrong(made, row)
        yield made
    if more:
        batch.skipped.append(f"{file.path}: {more} more {unit} were skipped.")
    if said := "; ".join(_lost(unread, renamed, wrong, **beside)):
        batch.losses.append(f"{file.path}: {said}.")


def _document(row: Mapping[str, Any], source: str, number: int, words: WordCounts) -> Document:
    return repair(document(row, source, number), words)


def _bodied(made: Document, read: Callable[[], Any], file: InputFile) -> Iterator[str]:
    """Read the body of a document; a sentence if it is not whole. The header counts all the same."""
    body = attempt(read)
    if not isinstance(body, Skipped):
        made.parts, made.tables, made.references = body.parts, body.tables, body.references
    if reason := str(body) if isinstance(body, Skipped) else body.problem:
        yield f"{file.path}: the body of {one_line(made.id)} is not whole: {reason}."


def _wrong(made: Document, row: Mapping[str, Any]) -> Iterator[str]:
    """The date and the DOI of a row of which its document has nothing."""
    when = [text for key in ("date", "year") if (text := _line(row.get(key))).strip("0-/ ")]
    yield from when[: made.year is None]
    if not made.doi and _NO_DOI.match(doi := _line(row.get("doi"))):
        yield doi


def _of_papers(rows: Iterable[Row], unread: Counter[str], beside: Mapping[str, list[str]]) -> Iterator[Row]:
    """The rows but for what stands beside them, of which the names of fields are counted, and the places kept."""
    for where, row in rows:
        if isinstance(row, Beside):
            unread.update(row.get("unread", ()))
            for kind, places in beside.items():
                places += [where] * bool(row.get(kind))
        else:
            yield where, row


class _Names:
    """The names of a file's entries, each given once."""

    def __init__(self) -> None:
        self._where: dict[tuple[str, int], str] = {}  # by id and title
        self._next: dict[str, int] = {}  # by name: the number of its next namesake

    def of(self, paper: Document, where: str) -> str:
        """The name of a paper: its id, with a number if another paper has it; raises Skipped if it was given before."""
        said = paper.texts["T"].raw if paper.texts["T"].raw.strip() else paper.texts["A"].raw
        first = self._where.setdefault((paper.id, hash(folded(said))), where)
        if first != where:
            raise Skipped(f'the id "{paper.id}" is already used in {first} for the same paper: remove one')
        name = paper.id
        while name in self._next:
            name = f"{paper.id}-{self._next[paper.id]}"
            self._next[paper.id] += 1
        self._next[name] = 2
        return name


def _lost(
    unread: Counter[str], renamed: Sequence[str], wrong: Sequence[str], linkless: Sequence[str], noted: Sequence[str]
) -> Iterator[str]:
    """What the rows have and the documents lack or have changed."""
    if unread:
        names = [f"{_shown(name)} ({count:,})" for name, count in sorted(unread.items(), key=lambda n: (-n[1], n[0]))]
        more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
        yield (
            f"no rule reads the field{'s' * (len(names) > 1)} {', '.join(names[:_MOST_NAMES])}{more}, which no record "
            "has: rename what belongs to a paper as docs/formats.md says"
        )
    if wrong:
        ones = "date or DOI" if len(wrong) == 1 else "dates or DOIs"
        names = [f'"{_shown(one)}"' for one in wrong]
        yield (f"{len(wrong):,} {ones} cannot be read ({_places(names)}): write dates as 2024-05-06, DOIs as 10.1000/1")
    if renamed:
        names = [_shown(name) for name in renamed[:3]]
        have = "paper has" if len(renamed) == 1 else "papers have"
        yield f"{len(renamed):,} {have} the id of another one and got a number ({', '.join(names)}): see the ids"
    if linkless:
        items = "item without a link to a paper was" if len(linkless) == 1 else "items without a link to a paper were"
        yield f"{len(linkless):,} {items} left out ({_places(linkless)}): add the links"
    if noted:
        yield (
            f"notes on {len(noted):,} paper{'s' * (len(noted) > 1)} were left out ({_places(noted)}): "
            "put a label such as Abstract before what is its own"
        )


def _places(where: Sequence[str]) -> str:
    return f"{', '.join(where[:3])}{', ...' * (len(where) > 3)}"


def _shown(name: str) -> str:
    """A name from a file for a message."""
    name = one_line(name[:100])
    return f"{name[:40]}…" if len(name) > 40 else name


def document(row: Mapping[str, Any], source: str, number: int) -> Document:
    """The unrepaired document of a row, named by its `id`, else by source and number.

    Raises Skipped when it has neither title nor abstract, or a text that is too long.
    """
    values = {key: row.get(key) for key in KEYS}
    texts = {field: _string(values[key]) for field, key in _TEXTS.items()}
    texts["I"], texts["K"] = _joined(values["institutions"]), _joined(values["keywords"])
    texts["S"] = texts["S"] if has_han(texts["S"]) else ""
    subtitle = _string(values["subtitle"]).strip()
    if subtitle and subtitle.lower() not in texts["T"].lower():
        texts["T"] = f"{texts['T'].rstrip().rstrip(':')}: {subtitle}" if texts["T"].strip() else subtitle
    if not texts["B"].strip() and not is_other(texts["H"], texts["T"]):  # a brief names the paper anew
        texts["H"] = ""
    other = _string(values["other_abstract"]).strip()
    if not texts["A"].strip() or (other and has_han(other) != has_han(texts["A"])):
        texts["A"] = f"{texts['A'].rstrip()}\n{other}".strip()
    if not texts["T"].strip() and not texts["A"].strip():
        raise Skipped("it has neither title nor abstract: give it one of them")
    repairs = []
    for field, text in texts.items():
        if len(text) > TEXT_LIMIT:
            raise Skipped(f"its {_TEXTS[field]} has {len(text):,} characters, more than {TEXT_LIMIT:,}: cut it")
        if len(text) > READ_LIMIT:
            texts[field] = text[:READ_LIMIT].rpartition(" ")[0] or text[:READ_LIMIT]
            repairs.append(f"The {_TEXTS[field]} has {len(text):,} characters; its first {READ_LIMIT:,} are read.")
    if (title := texts["T"].rstrip()).endswith(","):
        texts["T"] = title[:-1].rstrip()
    name = _string(values["id"]).strip() or f"{source}-{number:02d}"
    if len(name) > _ID_LIMIT or not name.isprintable():
        raise Skipped("its id is too long or holds characters that do not print: give it another")
    authors, count = _authors(values["authors"])
    date, year = _when(values["date"], values["year"])
    place = _venue(values["venue"])
    years = set() if year else {*ANY_YEAR.findall(_line(values["venue"]) if place else "")}
    return Document(
        id=name,
        source=source,
        number=number,
        texts={field: Text(texts[field], texts[field]) for field in "TAIBHKS" if texts[field] or field in "TA"},
        authors=authors,
        author_count=max(filter(None, (count, _integer(values["author_count"]))), default=None),  # lists may be cut
        venue=place or venue(_string(values["comment"])),
        year=int(years.pop()) if len(years) == 1 else year,
        date=date,
        arxiv=_identifier(_ARXIV, values["arxiv"], values["id"], values["url"], place),
        doi=_own_doi(doi_in(_line(values["doi"])) or _identifier(_DOI, values["id"], values["url"])),
        url=_address(values["url"]),
        category=_category(_string(values["category"])),
        origin=_line(values["origin"])[:_ID_LIMIT],
        repairs=tuple(repairs),
        as_written=row.get("as_written", {}),
    )


def _category(said: str) -> str:
    """The first category of arXiv in a text of one or more; "" for terms of other schemes.

    >>> _category("cs.LG stat.ML"), _category("quant-ph"), _category("Computer Science")
    ('cs.LG', 'quant-ph', '')
    """
    first = next(iter(said.replace(",", " ").split()), "")
    return first if first.partition(".")[0] in forms()["archives"] else ""


def _venue(value: Any) -> str:
    """A venue without the marks at its end; "" for a time or an address."""
    text = _EMPHASIS.sub(r"\2", _IN.sub("", _ESCAPED.sub("", _TO_APPEAR.sub("", _line(value)))))
    text = _IN_VOLUME.sub("", _WITH_YEAR.sub("", _NO_VENUE.sub("", text).rstrip(" ,;")))
    return "" if _URL.match(text) else text


def _address(value: Any) -> str:
    """The address in a text, of which other words may stand before it; "" for words alone."""
    text = _line(value)
    found = None if text.startswith("http") else _URL.search(text)
    return found[0] if found else text if text.startswith("http") or not _WORDS.match(text) else ""


def doi_in(text: str) -> str:
    """The first DOI in a text; "" for none.

    >>> doi_in("http://doi.acm.org/10.1145/1.2"), doi_in("10.1/x"), doi_in("10.1000/a(1)b 10.1000/c")
    ('10.1145/1.2', '', '10.1000/a(1)b')
    >>> doi_in("https://www.example.org/doi/10.1000/a.1/full?login=true")
    '10.1000/a.1'
    """
    text = text[:_ID_IN].replace("%2F", "/").replace("%2f", "/")
    found = _ANY_DOI.search(text)
    if found is None:
        return ""
    is_in_path = "://" in text[: found.start()] and "doi.org/" not in text[: found.start()]
    doi = (_PATH_BEHIND.sub("", found[0]) if is_in_path else found[0]).rstrip(".,;")
    return doi if "{" in doi else doi.partition("}")[0]  # of BibTeX


def _own_doi(doi: str) -> str:
    """A DOI; "" for one that stands in a template.

    >>> _own_doi("10.1145/nnnnnnn.nnnnnnn"), _own_doi("10.1145/1122445.1122456"), _own_doi("10.1145/1234567.1234567")
    ('', '', '')
    >>> _own_doi("10.1145/3600006.3613165"), _own_doi("10.1000/xyz123")
    ('10.1145/3600006.3613165', '10.1000/xyz123')
    """
    return "" if any(one.fullmatch(doi) for one in _placeholders()) else doi


@cache
def _placeholders() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, forms()["placeholders"]))


def _string(value: Any) -> str:
    """A text unchanged; a number as digits; "" for anything else, and for what programs write where nothing is."""
    if isinstance(value, str):
        if len(value) < 8 and value.strip().casefold() in _NOTHING:
            return ""
        return value if value.isascii() else SURROGATE.sub("\ufffd", value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _line(value: Any) -> str:
    """A text on one line, without characters that control a terminal or a parser."""
    return one_line(text) if (text := _string(value)) else ""


def _names(value: Any) -> list[str]:
    """The names in a list of texts or of objects with a name."""
    items = value if isinstance(value, list) else [value]
    return [name for item in items if (name := _line(item.get("name") if isinstance(item, dict) else item))]


def _joined(value: Any) -> str:
    """A text unchanged; a list as its distinct names, joined by semicolons because names may contain commas."""
    if isinstance(value, str):
        return _string(value)
    pieces = (piece.strip() for name in _names(value) for piece in _TWO_IN_ONE.split(name))
    return "; ".join(dict.fromkeys(p for p in pieces if p))


def _authors(value: Any) -> tuple[tuple[str, ...], int | None]:
    if isinstance(value, list):
        return _counted(_names(value))
    if isinstance(value, str) and not value.strip().isdecimal():
        return _counted(people([_line(value)]))
    return (), _integer(value)


def _counted(names: list[str]) -> tuple[tuple[str, ...], int | None]:
    """Names and their number, which is unknown (None) after "et al."."""
    names = [name.replace(". -", ".-") for name in names]  # "I. -L. Fox", as arXiv writes initials
    if any(map(_OTHERS.fullmatch, names)):  # a group may stand behind
        return tuple(name for name in names if not _OTHERS.fullmatch(name)), None
    if names and (cut := _ET_AL.sub("", names[-1])) != names[-1]:
        return (*names[:-1], cut), None
    return tuple(names), len(names) or None


def _integer(value: Any) -> int | None:
    text = _string(value).strip()
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def _when(date: Any, year: Any) -> tuple[str, int | None]:
    """ISO 8601 date and year, each completing the other; of an invalid date only the year is kept."""
    text, stated = _NO_DAY.sub("", _line(date)), _string(year)
    match = _DATE.fullmatch(text)
    iso = text.replace(" ", "T") if match and _is_date(match) else "" if match else iso_date(text, stated)
    number = ANY_YEAR.search(stated) or ANY_YEAR.search(iso or text) or _OLD_YEAR.fullmatch(stated or text)
    return iso, int(number.group()) if number else None


def _is_date(match: re.Match[str]) -> bool:
    try:
        day_of(*(int(part or 1) for part in match.group(1, 2, 3)))
    except ValueError:
        return False
    return True


def _identifier(form: re.Pattern[str], *values: Any) -> str:
    return next((match[1] for value in values if (match := form.fullmatch(_line(value)))), "")
