"""The notation of people: names in one text, in objects, with the last name first."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from kg import latex
from kg.sources.forms import folded, folded_name, forms, is_lost, quoted
from kg.sources.tags import untagged
from kg.text import fold, has_han

_AND = re.compile(r" (?:and|&) ")
_INITIALS = re.compile(r"(?:[A-Z]\.?[\s-]?){1,4}")
_STARTS_WITH_INITIAL = re.compile(r"[A-Z]\.")
_BARE_INITIALS = re.compile(r" [A-Z]{1,3}, ")  # "Fox AB, Lee B."
_LAST_NAME = re.compile(r"(?:(?:de|del|della|di|da|du|dos|la|le|van|von|der|den|ter|el|al|bin|st\.?)\s)+\S+", re.I)
_FULL_WIDTH = re.compile("[，、；]")  # between Chinese names; none stands within one
_NUMBER_AFTER = re.compile(r" ?\(\d{5,}\)$|(?<=\w) \d{4}$")  # Scopus author number; DBLP's among people of one name
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|I?V|2nd|3rd|4th")
TITLES = re.compile(r"(?:(?:(?:Prof|Dr|Mr|Mrs|Ms|PD|Ing|Dipl|rer|nat|med|habil)\.(?:[- ]|(?=[A-Z]))|(?:Prof|Dr) )\s*)+")
_GLUED = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-ZÀ-ÖØ-Þ][^\W\d_]*[.\s])")
_BEHIND = re.compile(  # a name: "Ada Fox (MIT, Cambridge)*", "Fox, Ada (1)", "Fox, Ada [Univ. X (UX)] (ORCID:1)"
    r"\s{0,20}(?<=[\w.’'\s)\]])(?:\((?P<round>(?:[^()\n]|\([^()\n]{0,300}\)){0,300})\)|\[(?:[^\[\]\n]|\[[^\[\]\n]{0,300}\]){0,300}\])"
    r"(?:\s*[*†‡§¶])*(?=\s*(?:[,;；，、|\n&\[(]|$|and\b))"
)
_MARKS_BEHIND = re.compile(r"(?<=[\w.])[*†‡§¶¹²³⁴⁵⁶⁷⁸⁹⁰]+(?=\s*(?:[,;；，、|\n&]|$|and\b))")
_DIGITS_BEHIND = re.compile(  # of affiliations: "Ada Fox1,2"
    r"(?<= )([A-ZÀ-ÖØ-Þ][^\W\d_]{2,})\d{1,2}(?:,\d{1,2})*(?=\s*(?:[,;；，、|\n&]|$|and\b))"
)
_WRAPPED = re.compile(  # a line that ends at "and" or at a comma
    r"\s{0,20}\n\s{0,20}(?=(?:and|&)\s)|(?<=\sand|..\s&|[^,]{3},)[ \t]{0,20}\n"
)
_WIDE = str.maketrans("（）", "()")
_DOTS = re.compile(r"\s{1,20}[·•/]\s{1,20}")  # "Ada Fox · Bo Lee", but not "列夫·托尔斯泰"
_YEAR_BEHIND = re.compile(r"[\s,]{0,3}[(\[]((?:19|20)\d\d)[a-z]?[)\]][\s.,]{0,3}$")  # as references write it
_OF_TEAM = 4  # words of a name that no person has; fewer letters in brackets behind it are a country
_TEX_MARK = re.compile(r"\$\s?\^[^$\n]{1,40}\$")  # "Ada Fox$^\dagger$"
_TEX_FONT = re.compile(r"\\(?:text\w{2,6}|emph|underline)\{([^{}]{1,200})\}")  # "\textbf{Ada Fox}"
_LEFT_OUT = re.compile(r"(…|\.{3})\s+(?=[^\W\d_])")  # "Ada Fox, … Bo Lee"
_STOPPED = re.compile(r"(?:,.{1,1000}|^[^,;|\n]{2,60})\s([A-Z][a-zà-ÿ]+)\.$", re.S)
_GROUPS_APART = re.compile(r"\s*[,;/]\s*(?:and\s+)?|\s+(?:and|&)\s+")
_OF_GROUP = re.compile(r"^(?:(?:on\s+behalf\s+of|for|by)\s+)?(?:the\s+)?|\s+collaborations?$", re.I)
_FIRST = re.compile(r"[^\W\d_][\w.-]*(?: [A-Z]\.?)*")  # a first name, perhaps with initials
_AND_BEFORE = re.compile(r"^(?:and|&)\s+(?=\S+\s)")  # of the last name of a list
_STOP_BEHIND = re.compile(r"\s([^\W\d_]{3,})\.$")
_PARTICLE = re.compile(r"(?:^|[\s'-])(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|Al|El)$")


def people(values: Sequence[str]) -> list[str]:
    """Names of people, one per value or several in one; "Last, First" becomes "First Last".

    >>> people(["Haseli, G. (57193254400); Sana, Shib Sankar"]), people(["A. Baker, C. Diaz and E. Fox"])
    (['G. Haseli', 'Shib Sankar Sana'], ['A. Baker', 'C. Diaz', 'E. Fox'])
    >>> people(["Ada Fox, Ph.D. & Bo Lee, Jr., MD"]), people(["Fox, Jr., Ada"])
    (['Ada Fox', 'Bo Lee Jr.'], ['Ada Fox Jr.'])
    """
    if len(values) == 1:
        if (listed := quoted(values[0])) is not None:
            return of_objects(listed)
        text = _YEAR_BEHIND.sub("", _WRAPPED.sub(" ", values[0]))
        text = _LEFT_OUT.sub(r"\1, ", _TEX_MARK.sub("", _alone(text)))
        if (end := _STOPPED.search(text)) and folded(end[1]) not in _abbreviated():
            text = text[:-1]  # of a list
        if text.find(".") == len(text) - 1 and _BARE_INITIALS.search(text):
            text = text[:-1]  # as PubMed ends a list
        text = _DOTS.sub("; ", text)
        marks = [mark for mark in (";", "；", "|", "\n") if mark in text.strip(";；|\n ")]
        if marks:
            values = [name for part in re.split(f"[{''.join(marks)}]", text) for name in _AND.split(part)]
        else:
            values = [name for part in _AND.split(" ".join(text.split())) for name in _by_comma(part)]
    return [name for value in values if (name := person(value))]


def year_behind(names: str) -> str:
    """The year in brackets that ends a text of names, as in references; "" for none.

    >>> year_behind("Ada Fox and Bo Lee (2020)."), year_behind("Ada Fox (2nd)")
    ('2020', '')
    """
    found = _YEAR_BEHIND.search(names[-40:])
    return found[1] if found else ""


_NAME = 200  # code points of the longest name of a group


def _alone(text: str) -> str:
    """Names without the marks and the affiliations in brackets behind them; the letters of a group's name are kept.

    >>> _alone("Ada Fox (MIT)*, Bo Lee¹"), _alone("National Institute of Technology (NIT)")
    ('Ada Fox, Bo Lee', 'National Institute of Technology (NIT)')
    >>> _alone("Ada Fox1,2, Bo Lee2"), _alone("张三（复旦大学）")
    ('Ada Fox, Bo Lee', '张三')
    """
    text = _TEX_FONT.sub(r"\1", text.translate(_WIDE))
    text = latex.plain(text) if "\\" in text else text

    def kept(found: re.Match[str]) -> str:
        before = text[max(0, found.start() - _NAME) : found.start()]
        initials = "".join(filter(str.isupper, before))
        inside, words = found["round"] or "", _GROUPS_APART.split(before)[-1].split()
        is_own = initials.endswith(inside) or (len(words) >= _OF_TEAM and len(inside) < _OF_TEAM)
        return found[0] if inside.isupper() and is_own else ""

    text = _MARKS_BEHIND.sub("", _BEHIND.sub(kept, text) if "(" in text or "[" in text else text)
    return _DIGITS_BEHIND.sub(r"\1", text)


def _by_comma(text: str) -> list[str]:
    """Split at the commas between people.

    One in "Fox, Ada", "De Giovanni, Pietro"; two in "A. Fox, B. Lee", "Ada Fox, Bo Lee", "Fox A., Lee B.",
    "Fox, A., Lee, B.".
    """
    pieces: list[str] = []
    for piece in filter(None, map(str.strip, re.split("[,，、]", text))):
        if _SUFFIX.fullmatch(piece) and pieces and " " in pieces[-1]:  # "Ada Fox, Bo Lee, Jr."
            pieces[-1] = f"{pieces[-1]} {piece}"
        elif not ((pieces and _is_degree(pieces[-1], piece)) or (len(pieces) == 2 and folded(piece) in _degrees())):
            pieces.append(piece)
    if len(pieces) % 2 == 0 and all(_INITIALS.fullmatch(piece) for piece in pieces[1::2]):
        return [f"{last}, {first}" for last, first in zip(pieces[::2], pieces[1::2], strict=True)]
    if len(pieces) == 3 and " " not in pieces[0] and any(map(_SUFFIX.fullmatch, pieces[1:])):
        return [text]
    if (
        len(pieces) > 2
        and " " not in pieces[0]
        and _FIRST.fullmatch(pieces[1])
        and all(" " in one for one in pieces[2:])
    ):
        pieces[:2] = [f"{pieces[0]}, {pieces[1]}"]  # as MLA turns the first one
    return [text] if len(pieces) == 2 and _is_turned(*pieces) and not has_han(text) else pieces


def is_list(text: str) -> bool:
    """Whether what stands for one name holds several, between commas or semicolons as people write them.

    >>> is_list("Ada Fox, Bo Lee"), is_list("García Márquez, Gabriel José"), is_list("张三，李四")
    (True, False, True)
    """
    pieces = text.split(",")
    is_pair = len(pieces) == 2 and _are_two(pieces[0].strip(), pieces[1].strip())
    return ";" in text or len(pieces) > 2 or is_pair or _FULL_WIDTH.search(text) is not None


def _are_two(left: str, right: str) -> bool:
    """Whether the words around a comma show two people: a known first name begins the one, or a surname ends the other.

    "Di Wu, Feng Zhang", but "van Dijk, Mary Ann" and "Kumar Singh, Amit Kumar".
    """
    before, behind = left.split(), right.split()
    if len(before) < 2 or len(behind) < 2 or left[0].islower():
        return False
    family = [fold(word) in _known("family") for word in (before[0], before[-1], behind[-1])]
    return fold(before[0]) in _known("first") or (any(family[1:]) and not family[0])


def _is_surname_first(left: str, right: str) -> bool:
    """Whether a family name begins what stands before a comma, and a first name what stands behind it."""
    return fold(left.split()[0]) in _known("family") and fold(right.split()[0]) in _known("first")


@cache
def _known(kind: str) -> frozenset[str]:
    """Folded words that are first names, or family names, and seldom the other."""
    return frozenset(map(fold, forms()["names_of_people"][kind].split()))


def _is_turned(last: str, first: str) -> bool:
    """Whether two texts around a comma are one person: neither half of two people is a single word."""
    if " " not in last or " " not in first:
        return True
    if _are_two(last, first):
        return False
    return not _STARTS_WITH_INITIAL.match(last) and (
        _is_surname_first(last, first) or _LAST_NAME.fullmatch(last) is not None
    )


def person(name: str) -> str:
    """A person's name with the first name first; "" for one without a letter, as the colon after a team is listed.

    >>> person("and Bo Lee"), person("Cy Day."), person("Bo Lee Jr."), person("Day, CyP.")
    ('Bo Lee', 'Cy Day', 'Bo Lee Jr.', 'CyP. Day')
    >>> person("Smith, Jr., Jane"), person("Smith, Jane, Jr."), person("van Dijk, Anna"), person("Ada Lovelace")
    ('Jane Smith Jr.', 'Jane Smith Jr.', 'Anna van Dijk', 'Ada Lovelace')
    """
    name = untagged(name) if "<" in name else name
    name = _NUMBER_AFTER.sub("", _alone(" ".join(html.unescape(name).split()))).strip(",; *_").replace(". -", ".-")
    name = _AND_BEFORE.sub("", name)
    if "," not in name and (end := _STOP_BEHIND.search(name)) and folded(end[1]) not in _abbreviated():
        name = name[:-1]
    if not any(map(str.isalpha, name)):
        return ""
    parts = [part.strip() for part in name.split(",")]
    while len(parts) > 1 and (len(parts) > 2 or _is_degree(*parts)) and folded(parts[-1]) in _degrees():
        name = ", ".join(parts := parts[:-1])
    if len(parts) == 2:
        first, _, last = parts[1].rpartition(" ")
        if first and last != "V" and _SUFFIX.fullmatch(last):  # "Smith, Jane Jr.", but not "Lee, Bo V"
            return f"{first} {parts[0]} {last}"
        if has_han(parts[0]) and has_han(parts[1]):
            return "".join(parts)
        return f"{parts[1]} {parts[0]}".strip()
    if len(parts) == 3:
        if _SUFFIX.fullmatch(parts[2]):  # RIS: "Smith, Jane, Jr."
            parts[1:] = parts[:0:-1]
        return f"{parts[2]} {parts[0]} {parts[1]}".strip()
    return name


@cache
def _degrees() -> frozenset[str]:
    """The folded degrees that stand behind names ("Ada Fox, Ph.D.")."""
    return frozenset(map(folded, forms()["person"]["degrees"]))


@cache
def _abbreviated() -> frozenset[str]:
    """The folded words behind which a full stop belongs to a name ("Bo Lee, Jr.")."""
    return frozenset(map(folded, (*forms()["person"]["abbreviated"], *forms()["person"]["degrees"])))


def _is_degree(name: str, piece: str) -> bool:
    """Whether a text behind a whole name is a degree; behind a last name it is a first name or initials."""
    return " " in name and folded(piece) in _degrees() and _LAST_NAME.fullmatch(name) is None


def of_objects(value: Any) -> list[str]:
    """The names of people in texts or objects, a list of them or one; editors count where there is no other.

    >>> of_objects([{"given": "Ada", "family": "Lovelace"}, {"name": "The A Team"}, "Turing, Alan"])
    ['Ada Lovelace', 'The A Team', 'Alan Turing']
    """
    if isinstance(value, str):
        return people([value])
    said = forms()["person"]
    found: list[str] = []
    others: list[str] = []
    listed = value if isinstance(value, list) else [value]
    for before, one in zip([None, *listed], listed, strict=False):
        if _is_again(before, one):
            continue
        fields = {folded_name(key): part for key, part in one.items()} if isinstance(one, dict) else {}
        roles = {folded_name(str(fields.get(folded_name(name), ""))) for name in said["role"]}
        name = _of_parts(fields, said) if fields else person(one) if isinstance(one, str) else ""
        if name:
            (others if roles & {folded_name(role) for role in said["others"]} else found).append(name)
    return found or others


def _is_again(before: Any, one: Any) -> bool:
    """Whether an object names the person before it again, as Crossref does for each affiliation."""
    if not isinstance(before, dict) or not isinstance(one, dict) or before.get("sequence") is None:
        return False
    beside = {"affiliation", "sequence"}
    return {k: v for k, v in before.items() if k not in beside} == {k: v for k, v in one.items() if k not in beside}


def of_people_unread(value: Any) -> list[str]:
    """The fields of people's objects that no rule reads, as "authors.workplace"."""
    people = value if isinstance(value, list) else []
    found = {name: None for one in people if isinstance(one, dict) for name, part in one.items() if part}
    lost = (name for name in found if is_lost(name, found) and folded_name(name) not in _of_people())
    return [f"authors.{name}" for name in lost if folded_name(name).removeprefix("author") not in _of_people()]


@cache
def _of_people() -> frozenset[str]:
    """The folded names of what is read of a person, or has no place in a record."""
    said, fields = forms()["person"], forms()["any"]
    steps = (
        name.split(".")[1]
        for key in fields
        for name in fields[key]
        if name.startswith(("author", "creator")) and "." in name
    )
    return frozenset(map(folded_name, (*(name for key in said for name in said[key]), *steps)))


def _of_parts(fields: dict[str, Any], said: dict[str, list[str]]) -> str:
    """The name in an object: its parts if it has a family name, else the whole."""

    def part(kind: str) -> str:
        values = (fields.get(folded_name(name)) for name in said[kind])
        values = (" ".join(filter(None, map(_text, v))) if isinstance(v, list) else _text(v) for v in values)
        return next((" ".join(value.split()) for value in values if value), "")

    if has_han(family := part("family")) and has_han(given := part("given")):
        return family + given  # "王伟", as in all Chinese texts
    if family:
        return " ".join(filter(None, (part("given"), part("particle"), family, part("suffix"))))
    if whole := part("whole"):
        return person(whole)
    inner = fields.get("name") or fields.get("author")
    is_one = isinstance(inner, dict) and not any(isinstance(inner.get(key), dict) for key in ("name", "author"))
    return next(iter(of_objects([inner])), "") if is_one else part("given") or part("alias")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def signed(authors: Sequence[str], values: Sequence[str]) -> list[str]:
    """The authors and the groups that another field names, each once; a name without its kind is a collaboration.

    >>> signed(["G. Aad", "The CMS Collaboration"], ["ATLAS, CMS"]), signed([], ["on behalf of the Cache Study Group"])
    (['G. Aad', 'The CMS Collaboration', 'ATLAS Collaboration'], ['Cache Study Group'])
    """
    known = {fold(_OF_GROUP.sub("", name)) for name in authors}
    found = list(authors)
    for text in (text.strip("() ") for value in values for text in _GROUPS_APART.split(value)):
        name = _OF_GROUP.sub("", text)
        if name and fold(name) not in known:
            known.add(fold(name))
            found.append(name if is_group(name) else f"{name} Collaboration")
    return found


def is_group(name: str) -> bool:
    """Whether a name is that of a group: "Cache Study Consortium"."""
    words = name.split()
    return len(words) > 1 and folded(words[-1]) in _groups()


@cache
def _groups() -> frozenset[str]:
    """The folded words that end the name of a group, behind which it needs no other."""
    return frozenset(map(folded, forms()["person"]["groups"]))


def apart(text: str) -> list[str]:
    """Names that are written one after the other without separators, without titles.

    >>> apart("Prof. Rafik A. AlievProf. Dr. Janusz KacprzykAnn McIntosh-SmithJoe De Cock")
    ['Rafik A. Aliev', 'Janusz Kacprzyk', 'Ann McIntosh-Smith', 'Joe De Cock']
    """
    names, start = [], 0
    for match in _GLUED.finditer(text):
        if not _PARTICLE.search(text, start, match.start()):
            names.append(text[start : match.start()])
            start = match.start()
    return [name for part in (*names, text[start:]) if (name := TITLES.sub("", part).strip())]
