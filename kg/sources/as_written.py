"""The entry of a paper in a bibliography as it was written, so that an export gives it back.

It has BibTeX's terms whatever the file was: `TYPE` and `KEY`, then its fields by name, in LaTeX. What RIS or CSL
call the type of the entry stands under `RIS` or `CSL`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from kg.files import toml_file
from kg.latex import bare
from kg.text import has_han, one_line

TYPE, KEY = "ENTRYTYPE", "ID"
RIS, CSL = "RIS", "CSL"
_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_"}
_SPECIAL |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "$": r"\$"}
_SPECIAL_SIGN = re.compile("[" + re.escape("".join(_SPECIAL)) + "]")
_LONGEST = 20_000  # code points of a field: others are lists of references

#: Kinds of papers and fields as BibTeX, RIS and CSL call them.
table = partial(toml_file, __file__, "as_written.toml")


class PersonName(NamedTuple):
    """A person's name in parts, or a group's, which is all `family`."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def turned(self) -> str:
        """The name with the family name first, as RIS has it; a group's is as it is."""
        return ", ".join(filter(None, self))


def escaped(text: str) -> str:
    """A text on one line in which TeX finds nothing to obey.

    >>> escaped("40% of R&D_x")
    '40\\\\% of R\\\\&D\\\\_x'
    """
    return _SPECIAL_SIGN.sub(lambda found: _SPECIAL[found[0]], one_line(text))


def of_bibtex(kind: str, key: str, values: Mapping[str, str]) -> dict[str, str]:
    """What is kept of an entry of BibTeX; what it refers to (crossref) is among its values."""
    kept = {name: value for name, value in values.items() if value and len(value) < _LONGEST and name != "crossref"}
    return {TYPE: kind.lower(), KEY: key.strip(), **kept}


def of_ris(said: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What is kept of a record of RIS."""
    first = {tag: values[0] for tag, values in said.items() if values and values[0]}
    made = {TYPE: _type_of("ris", first.get("TY", "")), KEY: first.get("ID", ""), RIS: first.get("TY", "")}
    made |= _fields_of("ris", first)
    if "pages" in made and first.get("EP"):
        made["pages"] += f"--{escaped(first['EP'])}"
    people = [name for tag in ("AU", "A1") for name in said.get(tag, ())]
    made["author"] = " and ".join(_bibtex_name(one) for one in people)
    return {name: value for name, value in made.items() if value}


def of_csl(record: Mapping[str, Any]) -> dict[str, str]:
    """What is kept of an item of CSL-JSON."""
    texts = {name: str(value) for name, value in record.items() if isinstance(value, str | int)}
    key = texts.get("citation-key") or texts.get("id", "")
    made = {TYPE: _type_of("csl", texts.get("type", "")), KEY: key, CSL: texts.get("type", "")}
    made |= _fields_of("csl", texts)
    authors = record.get("author")
    people = [one for one in authors if isinstance(one, dict)] if isinstance(authors, list) else []
    made["author"] = " and ".join(filter(None, map(_csl_name, people)))
    return {name: value for name, value in made.items() if value}


def _type_of(form: str, kind: str) -> str:
    types = table()["types"]
    return next((ours for ours, theirs in types.items() if kind in theirs[form]), "misc")


def _fields_of(form: str, values: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ours, theirs in table()["fields"].items():
        name = theirs[form]
        if values.get(name) and name not in found.values():
            found[ours] = name
    return {ours: escaped(values[name])[:_LONGEST] for ours, name in found.items()}


def _csl_name(person: Mapping[str, Any]) -> str:
    said = {part: value for part, value in person.items() if isinstance(value, str) and value}
    if literal := said.get("literal"):
        return f"{{{escaped(literal)}}}"
    particles = (said.get("dropping-particle", ""), said.get("non-dropping-particle", ""), said.get("family", ""))
    family = " ".join(filter(None, particles))
    return ", ".join(escaped(part) for part in (family, said.get("suffix", ""), said.get("given", "")) if part)


def _bibtex_name(turned: str) -> str:
    """A name of RIS, "Fox, Ada, Jr.", as BibTeX has it; one without a comma is a group's."""
    family, _, rest = turned.partition(",")
    given, _, suffix = rest.partition(",")
    parts = [part.strip() for part in (family, suffix, given) if part.strip()]
    return ", ".join(map(escaped, parts)) if len(parts) > 1 or has_han(turned) else f"{{{escaped(turned.strip())}}}"


def name_of(text: str) -> PersonName:
    """A name of BibTeX, or one as it is printed, in parts.

    >>> name_of("de la Cruz, Ana"), name_of("Ana de la Cruz").turned
    (PersonName(family='de la Cruz', given='Ana', suffix=''), 'de la Cruz, Ana')
    >>> name_of("O'Neil, Jr., Eric").turned, name_of("Bo Lee Jr.").turned
    ("O'Neil, Eric, Jr.", 'Lee, Bo, Jr.')
    >>> name_of("{World Health Organization}").family, name_of("张三").family
    ('World Health Organization', '张三')
    """
    text = text.strip()
    if text.startswith("{") and text.endswith("}") and text.count("{") == 1:
        return PersonName(bare(text))
    parts = [bare(part).strip() for part in text.split(",")]
    if len(parts) > 1:
        return PersonName(parts[0], parts[-1], parts[1] if len(parts) == 3 else "")
    words = bare(text).split()
    names = table()["names"]
    suffix = words.pop() if len(words) > 2 and words[-1] in names["suffixes"] else ""
    if len(words) < 2 or has_han(text):
        return PersonName(" ".join(words), "", suffix)
    at = next((at for at, word in enumerate(words[1:-1], 1) if word in names["particles"]), len(words) - 1)
    return PersonName(" ".join(words[at:]), " ".join(words[:at]), suffix)
