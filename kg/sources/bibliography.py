"""What bibliography formats share: field names, and the notation of addresses, keywords and dates."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from kg.sources.dates import DAY, YEAR, iso_date
from kg.sources.forms import ONCE, folded, forms, is_database, is_other, is_thesis, quoted
from kg.sources.inputs import InputFile
from kg.sources.paper_rows import ARXIV_ID, KEYS, doi_in
from kg.sources.people import people, person, year_behind
from kg.sources.tags import HAS_TAGS, untagged

Names = Mapping[str, Any]  # of one format in fields.toml: our key, and the names of the fields that hold the value
Values = Mapping[str, Sequence[str]]  # of one paper: field name in lower case, and its lines

#: Texts that may span several lines.
_WHOLE = ("title", "subtitle", "brief_title", "abstract", "other_abstract", "venue")
_TAGGED = ("title", "subtitle", "brief_title", "abstract", "other_abstract")
_LISTS = ("authors", "institutions", "keywords")
_ARXIV_ID = rf"({ARXIV_ID})(?:v\d+)?"
_IS_ARXIV = re.compile(_ARXIV_ID, re.I)
_NAMES_ARXIV = re.compile(rf"(?:\barxiv[:.]\s*|arxiv\.org/(?:abs|pdf)/|^abs/){_ARXIV_ID}", re.I)
_AUTHORS_BEFORE = re.compile(r"(^|[;|\n])[ \t]*\[[^\[\]]*\]")  # "[Smith, J; Doe, A] Univ X, City"
_NAMED_PLACE = re.compile(
    r"(?P<name>[^();\n]{1,100})\((?P<places>[^()]*(?:\([^()]*\)[^()]*){0,20})\)[*\s]*(?:[;\n]\s*|$)"
)
_PLACED = re.compile(r"[^(),;]{3,60}\(([^()]{2,200})\)(?:\s*[,;]\s*|\s+and\s+|$)")
_ID_IN = 1000  # code points of a value that are searched for an id or a date
_NUMBERED = re.compile(r"^\(\d{1,3}\)\s*")  # before an address
_ADDRESS = re.compile(r"https?://")
_WORD = re.compile(r"[^\W\d_]+")
_MAIL = re.compile(  # behind an address
    r"(?i)[.,]?\s*(?:(?:electronic address|e-?mail)\s*:\s*)?(?<![^\s:])[\w.+-]{1,80}@[\w-]{1,80}\.[\w.-]{1,80}$"
)


def row(file: InputFile, values: Values, names: Names) -> dict[str, Any]:
    """The values of a paper under the keys of `kg.sources.paper_rows`.

    An entry is named by file and key ("refs-smith2020"), because two files may use the same key.
    """
    nothing = forms()["nothing"]
    there = {name: [value for value in each if value and not value.isspace()] for name, each in values.items()}
    there = {n: e for n, e in there.items() if e and (len(e) > 1 or e[0].strip().lower() not in nothing)}

    def held(key: str) -> dict[str, list[str]]:
        found = {name: there[name] for name in names.get(key, ()) if name in there}
        return {n: e for n, e in found.items() if not is_database(n, e[0])} if key == "venue" else found

    made: dict[str, Any] = {}
    for key in filter(names.__contains__, KEYS):
        best = next(iter(held(key).values()), None)
        if best and key not in ("date", "arxiv"):
            made[key] = " ".join(best) if key in _WHOLE else best if key in _LISTS else best[0].strip()
        if key == "doi" and best and not doi_in(made[key]):
            made[key] = next((one for each in held(key).values() for one in each if doi_in(one)), made[key])
    tagged = (key for key in _TAGGED if key in made and HAS_TAGS.search(made[key]))
    made |= {key: untagged(made[key]) for key in tagged}
    whole_year = made.get("year", "")
    if "year" in made:
        made["year"] = next(iter(YEAR.findall(made["year"])), "") or made["year"]
    if "id" in made:
        made["id"] = named(file, made["id"])
    if "institutions" not in made and any(is_thesis(kind) for each in held("kind").values() for kind in each):
        made["institutions"] = next(iter(held("school").values()), [])
    if not made.get("authors") and (first := next(iter(held("first_author").values()), None)):
        made["authors"] = [*people(first), "et al."]
    elif "authors" in made:
        written, made["authors"] = made["authors"], people(made["authors"])
        if "institutions" not in made:
            behind = _behind_names(written, made["authors"])
            behind = behind_names("; ".join(written)) if behind is written else behind
            made["institutions"] = [place for place in behind if sum(map(str.isalpha, place)) > 1]
    if "institutions" in made:
        addresses = _behind_names(made["institutions"], made.get("authors", []))
        alone = _without_names(places(addresses), made.get("authors", []))
        made["institutions"] = [place for place in alone if place.lower() not in nothing]
    if "keywords" in made:
        made["keywords"] = terms(made["keywords"])
    dates = (iso_date(each[0], made.get("year", "")) for each in held("date").values())
    made["date"] = next((date for date in dates if date), "") or (whole_year if DAY.fullmatch(whole_year) else "")
    if not made["date"] and "year" not in made:
        dated = (dated[0] for each in held("date").values() if (dated := YEAR.search(each[0][:_ID_IN])))
        made["year"] = next(dated, "") or next((year_behind(each[-1]) for each in held("authors").values()), "")
    day = next(iter(values.get("day", ())), "").strip()
    if len(made["date"]) == 7 and values.get("month") and day.isdecimal():  # a column for each part
        made["date"] = iso_date(f"{made['date']}-{day}")
    made["arxiv"] = next((found for each in held("arxiv").values() if (found := arxiv_of(each))), "")
    if not made.get("url"):
        others = (each[0].strip() for key in ("doi", "arxiv") for each in held(key).values())
        made["url"] = next((one for one in others if _ADDRESS.match(one) and not (doi_in(one) or arxiv_of([one]))), "")
    kept = {*names.get("brief_title", ()), *names.get("other_abstract", ())}
    made["unread"] = [
        name
        for key in ONCE
        for name, each in [*held(key).items()][1:]
        if name not in kept and is_other(" ".join(each), made[key])
    ]
    return made


def unstopped(title: str) -> str:
    """A title without the full stop that DBLP writes behind every one."""
    return title if title.endswith("..") else title.removesuffix(".")


def named(file: InputFile, key: str) -> str:
    """Name of an entry: the name of its file and its key; for a key that is a URL, its last part."""
    key = key.strip().rstrip("/")
    return f"{file.name}-{'-'.join(key.rpartition('/')[2].split() if _ADDRESS.match(key) else key.split())}"


def places(values: Sequence[str]) -> list[str]:
    """Addresses separated by semicolons, bars or lines, without the bracketed authors before them.

    >>> places(["[Smith, J; Doe, A] Univ X, Dept Y, City, Spain; [Li, B] Univ Z, Rome, Italy."])
    ['Univ X, Dept Y, City, Spain', 'Univ Z, Rome, Italy']
    """
    text = _AUTHORS_BEFORE.sub(r"\1", html.unescape("\n".join(_unlisted(values))))
    pieces = (_NUMBERED.sub("", " ".join(piece.split())) for piece in re.split(r"[;|\n；]", text))
    found = (_MAIL.sub("", piece).strip(" ,") for piece in pieces)
    return list(dict.fromkeys(piece.removesuffix(".") for piece in found if piece))


def _behind_names(values: Sequence[str], authors: Sequence[str]) -> Sequence[str]:
    """The addresses in "Fox, Ada (ETH; CERN); Lee, Bo ()", as Dimensions writes them, else the values as they are."""
    text = "\n".join(values)
    found = list(_NAMED_PLACE.finditer(text)) if authors and "(" in text else []
    is_whole = "".join(one[0] for one in found) == text
    return (
        [one["places"] for one in found]
        if is_whole and {person(one["name"]) for one in found} <= {*authors}
        else values
    )


def _without_names(found: Sequence[str], authors: Sequence[str]) -> list[str]:
    """Addresses without the author before them: "Fox, Ada: ETH Zurich", "A.B. Fox, ETH Zurich"; each once."""
    known = {frozenset(_WORD.findall(name.casefold())) for name in authors}

    def alone(place: str) -> str:
        ends = (at for mark in (": ", ", ") if (at := place.find(mark)) > 0)
        behind = (
            place[at + 2 :] for at in (len(place), *ends) if frozenset(_WORD.findall(place[:at].casefold())) in known
        )
        return _MAIL.sub("", next(behind, place)).strip(" ,")

    return list(dict.fromkeys(filter(None, map(alone, found))))


def behind_names(text: str) -> list[str]:
    """The institutions in brackets behind names between commas.

    >>> behind_names("Ada Fox (MIT), Bo Lee (ETH Zurich)"), behind_names("Ada Fox (eds.) et al., Bo Lee")
    (['MIT', 'ETH Zurich'], [])
    """
    found = [*_PLACED.finditer(text)]
    is_whole = bool(found) and not text[found[-1].end() :].strip() and not found[0].start()
    places = [place for one in found for place in re.split(r"\s*[;/]\s*", one[1].strip())] if is_whole else []
    return [] if any(folded(place) in _roles() for place in places) else places


@cache
def _roles() -> frozenset[str]:
    """The folded words that stand in brackets behind a name and are no institution."""
    return frozenset(map(folded, forms()["person"]["beside"]))


def _unlisted(values: Sequence[str]) -> Sequence[str]:
    """The values, or the texts of the list that the only one is written as."""
    listed = quoted(values[0]) if len(values) == 1 else None
    return [one for one in listed if isinstance(one, str)] if listed else values


def terms(values: Sequence[str]) -> list[str]:
    """Keywords separated by semicolons, bars or lines, else by commas.

    >>> terms(["cache, key-value", "pairs"]), terms(["cache, memory,", "key-value pairs"])
    (['cache, key-value', 'pairs'], ['cache', 'memory', 'key-value pairs'])
    >>> terms(["缓存、内存"])
    ['缓存', '内存']
    """
    values = _unlisted(values)
    if len(values) > 1 and all(value.rstrip().endswith(",") for value in values[:-1]):
        values = [" ".join(values)]  # one text, wrapped behind its commas
    text = html.unescape("\n".join(values))
    marks = r"[;|\n；]" if len(values) > 1 or re.search(r"[;|\n；]", text.strip()) else r"[,，、]"
    return list(dict.fromkeys(term for piece in re.split(marks, text) if (term := " ".join(piece.split()))))


def arxiv_of(values: Sequence[str]) -> str:
    """The arXiv id in a value, else "".

    >>> arxiv_of(["arXiv preprint arXiv:2301.00001"]), arxiv_of(["abs/1706.03762"]), arxiv_of(["12"])
    ('2301.00001', '1706.03762', '')
    """
    for value in values:
        if found := _IS_ARXIV.fullmatch(value.strip()) or _NAMES_ARXIV.search(value.strip()[:_ID_IN]):
            return found[1]
    return ""
