r"""Entries of the .bbl files that biber writes for BibLaTeX (`\entry{key}{article}{}`), as fields of BibTeX."""

from __future__ import annotations

import re
from itertools import takewhile

FIRST = r"\s*\\entry\s*\{[^{}]{1,200}\}\s*\{\w+\}"
_KEY = re.compile(r"\s*\\entry\s*\{([^{}]*)\}")
_FIELD = re.compile(r"\s*\\field\s*\{((?!sort|label|extra)\w+)\}\s*\{(.*)\}\s*")
_VERBATIM = re.compile(r"\\verb\s*\{(\w+)\}\s*\\verb\s(.*)")
_LIST = re.compile(r"\\list\s*\{(institution|organization)\}\{\d+\}\{%?\s*\{([^{}]*)\}")
_PART = re.compile(r"\s*(family|given|prefix|suffix)=\{(.*?)\},?\}*%?\s*")
_DELIMITER = re.compile(r"\\bib\w*delim\w*\s*")


def entry(lines: list[str]) -> tuple[str, dict[str, str]]:
    r"""The key and the fields of an entry.

    >>> entry([r"\entry{a}{misc}{}", r"\name{author}{1}{}{%", "{{hash=1}{%", "family={Fox},", "given={Ada}}}%", "}"])
    ('a', {'author': 'family={Fox}, given={Ada}'})
    """
    text = "\n".join(lines)
    values = {found[1]: found[2] for found in map(_FIELD.fullmatch, lines) if found}
    values |= dict(_VERBATIM.findall(text)) | dict(_LIST.findall(text))
    begin = next((at for at, line in enumerate(lines) if line.lstrip().startswith(r"\name{author}")), len(lines))
    people: list[list[str]] = []
    for found in map(_PART.fullmatch, takewhile(lambda line: line.strip() != "}", lines[begin:])):
        if found and (people or found[1] == "family"):
            people += [[]] * (found[1] == "family")
            people[-1] = [*people[-1][:4], f"{found[1]}={{{_DELIMITER.sub(' ', found[2])}}}"]
    if people:
        values["author"] = " and ".join(map(", ".join, people))
    key = _KEY.match(text)
    return key[1] if key else "", values
