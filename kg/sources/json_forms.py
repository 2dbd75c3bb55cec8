"""JSON forms that differ in the names of their fields alone: the names are data (fields.toml), the reader is one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

from kg.model import Batch
from kg.sources import as_written, bibliography
from kg.sources.dates import DAY, iso, iso_date
from kg.sources.forms import ONCE, Form, at, folded_name, forms, is_database, is_other, is_thesis, quoted
from kg.sources.inputs import InputFile
from kg.sources.json_records import keys, rows
from kg.sources.paper_rows import batch_of, doi_in
from kg.sources.people import of_objects, of_people_unread, signed, year_behind
from kg.sources.references import WHOLE, scholar
from kg.sources.styles import cited
from kg.sources.tags import HAS_TAGS, untagged

_SURE = 0.7


class JsonReader:
    """Reads the JSON form of this name in fields.toml: an array, a list in an answer, a single record, JSON lines."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def form(self) -> Form:
        return Form.of(forms()["json"][self.name], path=".")

    def sniff(self, file: InputFile) -> float:
        said, found = self.form.settings, set(map(folded_name, keys(file)))
        has_all = found.issuperset(map(folded_name, said.get("marks", ())))
        some = set(map(folded_name, said.get("some", ())))
        if "marks" not in said and "some" not in said:  # papers of any making
            found = set(map(self.form.called, keys(file)))
            some = {place[0] for key in ONCE for place in self.form.fields[key]} | WHOLE
        has_some = not found.isdisjoint(some)
        return float(said.get("sure", _SURE)) if has_all and has_some else 0.0

    def read(self, file: InputFile) -> Batch:
        """Yield entries lazily; raises KgError when the JSON cannot be read from the start."""
        lists = frozenset(forms()["json"]["lists"])
        is_any = self.name == "papers"
        found = rows(file, partial(row_of, form=self.form, file=file), lists, is_any)
        return batch_of(found, file, self.name, "records")


def row_of(record: dict[str, Any], form: Form, file: InputFile) -> Mapping[str, Any] | None:
    """The values of a record under our keys; None if it says that it is no paper."""
    said = form.settings
    around: list[str] = []  # what stands beside the object that holds the paper
    for name in said.get("within", ()):
        if isinstance(record.get(name), dict):
            beside = {key: value for key, value in record.items() if key != name and _is_said(value)}
            around += () if said.get("merged") else beside
            record = beside | record[name] if said.get("merged") else record[name]
    if "marks" not in said and (name := _paper_named(record)):
        record = {"title" if key == name else key: value for key, value in record.items()}
    fields: dict[str, Any] = {}
    for name, called in form.named(record).items():
        if not _is_said(fields.get(called)):
            fields[called] = record[name]
    if any(fields.get(folded_name(key)) in said["leave"] for key in said.get("type", ())):
        return None
    made: dict[str, Any] = {}
    behind = ""  # the year that ends the names
    twice: list[str] = []  # what it has of the keys of ONCE beside what is taken
    for key, places in form.among(frozenset(fields)).items():
        there = [(place, value) for place in places if _is_said(value := at(fields, place))]
        if key == "venue":
            there = [(place, value) for place, value in there if not is_database(place[-1], _text(value))]
        values = iter([value for _, value in there])
        if key == "arxiv":
            made[key] = next((found for value in values if (found := bibliography.arxiv_of(_strings(value)))), "")
        elif key == "date":
            made[key] = next((day for value in values if (day := _day(value))), "")
        elif key == "doi":
            said_so = [text for value in values for text in _strings(value) if "10." in text]
            made[key] = next(filter(doi_in, said_so), next(iter(said_so), ""))
        elif key == "groups":
            made["authors"] = signed(made.get("authors") or [], _strings(next(values, [])))
        else:
            reader: Callable[[Any], Any] = _READ.get(key, _text)
            value, made[key] = next(((one, read) for one in values if (read := reader(one))), (None, ""))
            if key == "authors" and "marks" not in said:
                twice += of_people_unread(value or at(fields, places[0]))
                behind = year_behind(value) if isinstance(value, str) else ""
                made["institutions"] = made.get("institutions") or bibliography.behind_names("; ".join(_strings(value)))
            if key in ONCE and made[key]:
                rest = value[1:] if isinstance(value, list) and reader is _text else []
                twice += [key] * any(is_other(reader(one), made[key]) for one in rest)
                twice += [".".join(place) for place, one in there if is_other(reader(one), made[key])]
    for value in (text for name in said.get("addresses", ()) if (text := _address(fields.get(name)))):
        for key, found in (("arxiv", bibliography.arxiv_of([value])), ("doi", doi_in(value)), ("url", value)):
            made[key] = made.get(key) or found
    if (day := _text(fields.get("day"))) and made.get("date") == _text(fields.get("month")):  # a field for each part
        made["date"] = iso(_text(made.get("year")), made["date"], day) or made["date"]
    if not made.get("year") and not made.get("date"):
        made["year"] = behind
    if not made.get("date") and DAY.fullmatch(said_year := str(made.get("year") or "")):
        made["date"] = said_year
    if not made.get("authors") and (first := made.get("first_author")):
        made["authors"] = [*of_objects(first), "et al."]
    if made.get("abstract") and not made.get("title"):
        names = [name for name in said.get("titled", ()) if name in fields]
        made["title"] = next((_text(fields[name]) for name in names), "")
        record = {name: value for name, value in record.items() if name not in names}
    if not made.get("title") and "marks" not in said:
        name, whole = _whole_reference(record)
        made |= {key: value for key, value in whole.items() if not made.get(key)}
        record = {key: value for key, value in record.items() if key != name}
    elif not made.get("venue") and isinstance(citation := fields.get("citation"), str):
        made["venue"] = scholar(citation)
    if not made.get("url"):
        made["url"] = next(filter(None, map(_elsewhere, (fields.get("doi"), fields.get("arxiv")))), "")
    if not made.get("institutions") and is_thesis(made.get("kind", "")):
        made["institutions"] = made.get("school", "")
    for key in ("title", "subtitle", "abstract", "venue"):
        if key in made and (said.get("tagged") or HAS_TAGS.search(made[key])):
            made[key] = untagged(made[key])
    if said.get("stopped"):
        made["title"] = bibliography.unstopped(made.get("title", ""))
    if said.get("returned"):
        made["as_written"] = as_written.of_csl(record)
    if said.get("named") and made.get("id"):
        made["id"] = bibliography.named(file, str(made["id"]))
    if made.get("title") and not any(made.get(key) for key in ("authors", "venue", "year", "date")):
        twice += [name for name in record if folded_name(name) in _OF_PROSE and _is_said(record[name])]
    made["unread"] = twice + form.unread(
        dict.fromkeys([*(k for k, value in record.items() if _is_said(value)), *around])
    )
    return made


def _elsewhere(value: Any) -> str:
    """The address in a field of another purpose, which is none of arXiv or a DOI's."""
    text = value if isinstance(value, str) and value.startswith("http") else ""
    return "" if doi_in(text) or bibliography.arxiv_of([text]) else text


def _whole_reference(record: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The key of a record that holds a whole reference in one text, and what that says; ("", {}) for none."""
    for key, value in record.items():
        if folded_name(key) in WHOLE and isinstance(value, str) and (found := cited(value)):
            return key, found
    return "", {}


def _paper_named(record: Mapping[str, Any]) -> str:
    """The key "paper" of a record without a title, if it holds a name of the paper, no address."""
    named = {folded_name(key): key for key in record}
    name = named.get("paper", "") if "title" not in named else ""
    return name if name and isinstance(record[name], str) and not _IS_PLACE.match(record[name]) else ""


def _is_said(value: Any) -> bool:
    return value is not None and value != "" and value != [] and value != {}


def _text(value: Any) -> str:
    """A text unchanged; the first of a list, the name in an object, the digits of a number."""
    if isinstance(value, list):
        return next((text for one in value[:10] if (text := _text(one))), "")
    if isinstance(value, dict):
        return next((text for key in ("name", "title", "value", "text", "raw") if (text := _text(value.get(key)))), "")
    return value if isinstance(value, str) else str(value) if type(value) in (int, float) else ""


def _paragraphs(value: Any) -> str:
    """A text, or several as one a line."""
    return "\n".join(filter(None, map(_text, value))) if isinstance(value, list) else _text(value)


def _named_parts(value: dict[str, Any]) -> list[str]:
    """Texts behind their names: "method: ..."."""
    return [f"{name}: {text}" for name, one in value.items() if (text := _text(one))]


def _strings(value: Any) -> list[str]:
    return [text for one in (value if isinstance(value, list) else [value]) if (text := _text(one))]


def _places(value: Any) -> list[str] | str:
    """The addresses in a list without what stands behind them, an address and a full stop; a text as it is."""
    found = _names(value)
    return found if isinstance(found, str) else bibliography.places(found)


def _names(value: Any) -> list[str] | str:
    """The names of places or terms in a list; a text as it is, unless it is written as a list."""
    if isinstance(value, str) and (value := quoted(value) or value) and isinstance(value, str):
        return value
    return _strings(value)


def _people(value: Any) -> list[str] | int:
    return value if isinstance(value, int) else of_objects(value)


def _day(value: Any) -> str:
    """ISO 8601 date, also of CSL's parts ({"date-parts": [[2025, 10, 3]]})."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0]  # of several dates
    if isinstance(value, dict):
        parts = value.get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list):
            return iso_date("-".join(str(part) for part in parts[0][:3] if part)) or _text(parts[0][:1])
        if year := _text(value.get("year")):
            return iso(*(_text(value.get(part)) for part in ("year", "month", "day"))) or year
        return _day(value.get("raw") or value.get("literal") or value.get("date-time") or "")
    return _text(value)


def _venue(value: Any) -> str:
    """The name of a venue; "" for its address."""
    return "" if (text := _text(value)).startswith(("http://", "https://")) else text


def _address(value: Any) -> str:
    """The first address of the web in a value, of which others may be places in a folder or words."""
    texts = _strings(value)
    return next((text for text in texts if "://" in text), "")


_IS_PLACE = re.compile(r"\S*[/.]\S*$")  # an address, a file
_OF_PROSE = frozenset({"note", "notes", "citation", "reference"})  # what may say all that the fields do not
_READ: dict[str, Callable[[Any], Any]] = {
    "venue": _venue,
    "url": _address,
    "authors": _people,
    "institutions": _places,
    "keywords": _names,
    "abstract": _paragraphs,
    "summary_zh": lambda value: _paragraphs(_named_parts(value) if isinstance(value, dict) else value),
    "author_count": lambda value: len(value) if isinstance(value, list) else value,
}
