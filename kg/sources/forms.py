"""What formats call what a record needs, as data (fields.toml), and how values are found under these names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, partial
from typing import Any

from kg.files import toml_file

_SETTINGS = frozenset(
    {"form", "marks", "some", "glued", "breaks", "quotes", "sure", "within", "named", "tagged", "stopped", "told"}
) | {*("leave", "type", "nowhere", "merged", "titled", "numbered", "addresses", "returned")}
ONCE = ("title", "abstract")  # of which a record takes one, whatever else a file has under their names
_MOST_SHAPES = 100  # sets of names of which a form keeps what they hold
_MOST_NAMES, _LONGEST_NAME = 10_000, 60  # names that a form keeps, code points of one
_WORD = re.compile(r"[\u4e00-\u9fff]+|[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W_]")  # "authFullName_s": auth, Full, Name, s
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.S)
_CALL = re.compile(
    r"\b[A-Za-z_][\w.]{0,60}\(\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*\)", re.S
)  # how Python shows an object
_TWICE = re.compile(r"^\s*[A-Za-z ]{1,40}-(?=[\u4e00-\u9fff])|^[A-Za-z]{2,12}:(?=[A-Za-z])")  # "Title-题名", "dc:title"
_LONGEST_LIST = 100_000  # code points of a list in a text
_MOST_BRACKETS = 2_000  # in such a list: Python's parser takes space for each


#: Field names by format, and the values that mean "unknown".
forms = partial(toml_file, __file__, "fields.toml")


def folded(name: str) -> str:
    """The letters and digits of a text in lower case.

    >>> folded("Publication_Year"), folded("author(s)"), folded("论文 标题")
    ('publicationyear', 'authors', '论文标题')
    """
    return "".join(filter(str.isalnum, name.casefold()))


@lru_cache(4096)  # a file has few names of fields
def folded_name(name: str) -> str:
    """The name of a field, folded; of one in two languages the Chinese half.

    >>> folded_name("Publication_Year"), folded_name("Title-题名"), folded_name("dc:title")
    ('publicationyear', '题名', 'title')
    """
    return folded(_TWICE.sub("", name))


@cache
def nowhere() -> frozenset[str]:
    """The folded names of fields that are known to have no place in a record."""
    return frozenset(map(folded, forms()["nowhere"]))


def is_thesis(kind: str) -> bool:
    """Whether a kind of papers has its authors' institution as publisher: theses, reports."""
    return folded_name(kind) in map(folded_name, forms()["theses"])


def is_database(name: str, value: str) -> bool:
    """Whether a field of this folded name says in which database a paper was found, where others say its venue.

    >>> is_database("source", "Web of Science"), is_database("source", "Neural Networks"), is_database("journal", "Med")
    (True, False, False)
    """
    return name == "source" and folded(value) in _databases()


@cache
def _databases() -> frozenset[str]:
    return frozenset(map(folded, forms()["databases"]))


def is_lost(name: str, value: object) -> bool:
    """Whether a field that no rule reads has something to lose: a value, and no name that is known to have no place."""
    return bool(value) and value != [""] and folded_name(name) not in nowhere() and folded_name(name) != ""


def unread(values: Mapping[str, Any], names: Mapping[str, Iterable[str]]) -> list[str]:
    """The fields of a paper that are under none of a format's names."""
    wanted = {name for each in names.values() for name in each}
    return [name for name, value in values.items() if name not in wanted and is_lost(name, value)]


def is_other(text: str, taken: str) -> bool:
    """Whether a text says what the one that was taken in its place does not.

    >>> is_other("KV cache", "The KV-Cache"), is_other("Le cache KV", "The KV-Cache")
    (False, True)
    """
    return bool(text) and text != taken and folded(text) not in folded(taken)


def unread_of_service(name: str, record: Mapping[str, Any]) -> list[str]:
    """The fields of a service's record that its reader does not know."""
    known = _known_of_service(name)
    return [key for key, value in record.items() if folded_name(key) not in known and is_lost(key, value)]


@cache
def _known_of_service(name: str) -> frozenset[str]:
    return frozenset(map(folded, forms()["services"][name]))


@dataclass(frozen=True)
class Form:
    """A form of tables or of JSON: for each of our keys, where its value may stand, best first, as folded names."""

    fields: Mapping[str, tuple[tuple[str, ...], ...]]
    settings: Mapping[str, Any]
    known: frozenset[str]  # fields that need not be told when they are not read
    _kept: dict[frozenset[str], Mapping[str, tuple[tuple[str, ...], ...]]] = field(default_factory=dict, repr=False)
    _called: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, settings: Mapping[str, Any], path: str = "") -> Form:
        """The form with these names, completed from those that any form may use; `path` separates names in a path."""
        names = {**_of_any(), **{key: names for key, names in settings.items() if key not in _SETTINGS}}
        fields = {
            key: tuple(tuple(map(_step, name.split(path) if path else (name,))) for name in each)
            for key, each in names.items()
        }
        own = map(folded, (*settings.get("nowhere", ()), *settings.get("type", ()), *settings.get("within", ())))
        used = (where[0].partition("@")[0] for each in fields.values() for where in each)
        others = (folded(name.split(".")[0]) for each in forms()["any"].values() for name in each)
        return cls(fields, settings, nowhere().union(own, used, others))

    def among(self, names: frozenset[str]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The fields that a record with these folded names may have."""
        if names not in self._kept:
            if len(self._kept) > _MOST_SHAPES:
                self._kept.clear()
            there = {
                key: tuple(place for place in each if place[0].partition("@")[0] in names)
                for key, each in self.fields.items()
            }
            self._kept[names] = {key: each for key, each in there.items() if each}
        return self._kept[names]

    def called(self, name: str) -> str:
        """The folded name of a field; if only its words without those that tell nothing are known, these.

        >>> form = Form.of({})
        >>> form.called("Title of the paper"), form.called("发表会议/期刊"), form.called("title_s")
        ('title', '会议期刊', 'title')
        """
        if (found := self._called.get(name)) is None:
            if len(self._called) > _MOST_NAMES:
                self._called.clear()
            self._called[name] = found = self._without_fillers(name)
        return found

    def named(self, names: Iterable[str]) -> dict[str, str]:
        """What each of the names of a record is called; one with words around it is none where the record has another.

        >>> Form.of({}).named(["article_url", "fulltext_url"])
        {'article_url': 'articleurl', 'fulltext_url': 'fulltexturl'}
        """
        whole = {name: folded_name(name) for name in names}
        there = self.among(frozenset(whole.values()))
        made: dict[str, str] = {}
        for name, own in whole.items():
            called = self.called(name)
            has_other = called != own and any((called,) in self.fields[key] for key in there)
            made[name] = own if has_other else called
        return made

    def _without_fillers(self, name: str) -> str:
        whole = folded_name(name)
        if whole in self.known or len(name) > _LONGEST_NAME:
            return whole
        fillers, before, behind = _fillers()
        words = [behind.sub("", before.sub("", word.casefold())) for word in _WORD.findall(name)]
        words = [word for word in words if word and word not in fillers]
        if not words or (core := "".join(words)) in self.known:
            return core if words else whole
        ours = [word for word in words if word in self.of_word]
        is_one = ours and set.intersection(*(set(self.of_word[word]) for word in ours)) and self.known.issuperset(words)
        return ours[0] if is_one else whole  # "Venue / Journal", "年/期"

    @cached_property
    def of_word(self) -> dict[str, list[str]]:
        """The fields that may stand under a name of one step, in the order of the form."""
        found: dict[str, list[str]] = {}
        for key, each in self.fields.items():
            for place in each:
                if len(place) == 1:
                    found.setdefault(place[0], []).append(key)
        return found

    def unread(self, names: Iterable[str]) -> list[str]:
        """The names that no rule reads."""
        if not self.settings.get("told", True):
            return []
        return [name for name in names if self.called(name) not in self.known and folded_name(name)]


@cache
def any_form() -> Form:
    """The form of a file that is no known export."""
    return Form.of({})


@cache
def _of_any() -> dict[str, list[str]]:
    """The names of fields in any form, with those of places in the objects of authors."""
    names, places = forms()["any"], forms()["person"]["places"]
    return {
        **names,
        "institutions": [*names["institutions"], *(f"{who}.{place}" for who in names["authors"] for place in places)],
    }


@cache
def _fillers() -> tuple[frozenset[str], re.Pattern[str], re.Pattern[str]]:
    """Words that tell nothing in the name of a field, and what tells nothing before and behind one."""
    words = forms()["fillers"]
    edges = "|".join(map(re.escape, words["around"]))
    return frozenset(words["words"]), re.compile(rf"^(?:{edges})+(?=.)"), re.compile(rf"(?<=.)(?:{edges})+$")


def _step(name: str) -> str:
    """A step of a path: a folded name, also before and behind the sign of "titles@titleType=Subtitle"."""
    return "=".join(map(folded, name.split("="))) if "@" not in name else "@".join(map(_step, name.split("@")))


def at(value: Any, path: tuple[str, ...], is_folded: bool = True) -> Any:
    """The value at a path of folded names in an object with folded names.

    Lists on the way give lists, or the item of which the path has the number, or those of "titles@titletype=subtitle".
    """
    for i, step in enumerate(path):
        name, is_tested, test = step.partition("@")
        if isinstance(value, list) and name.isdecimal():
            value = value[int(name)] if int(name) < len(value) else None
            continue
        if isinstance(value, list):
            inner = (at(one, path[i:], False) for one in value)
            return [one for each in inner for one in (each if isinstance(each, list) else [each]) if one]
        if (i or not is_folded) and isinstance(value, dict):
            value = {folded_name(key): one for key, one in value.items()}
        value = value.get(name) if isinstance(value, dict) else None
        if is_tested:
            key, _, wanted = test.partition("=")
            items = value if isinstance(value, list) else [value]
            value = [
                one for one in items if isinstance(one, dict) and folded(str(at(one, (key,), False) or "")) == wanted
            ]
    return value


def quoted(text: str) -> list[Any] | None:
    """The items of a list that is written as in Python or JSON, as pandas writes lists into tables; else None.

    >>> quoted("[arxiv.Result.Author('Ada Fox')]")
    ['Ada Fox']
    >>> quoted("['Ada Lovelace', \\"O'Neil\\"]"), quoted("['a' 'b']"), quoted("[No abstract]")
    (['Ada Lovelace', "O'Neil"], ['a', 'b'], None)
    """
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]") and 2 < len(text) < _LONGEST_LIST):
        return None
    text = _CALL.sub(r"\1", text)
    if not _QUOTED.sub("", text).strip("[], \n\t"):
        return [(one[1] or one[2] or "").replace("\\'", "'").replace('\\"', '"') for one in _QUOTED.finditer(text)]
    if text.count("[") + text.count("{") + text.count("(") > _MOST_BRACKETS:
        return None
    try:
        value = ast.literal_eval(text.replace("null", "None") if "{" in text else text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
    return value if isinstance(value, list) and all(isinstance(one, str | dict) for one in value) else None
