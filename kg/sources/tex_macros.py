r"""Macros and conditions of LaTeX: definitions of a paper and its style files, and texts with what these stand for.

Nothing is run: a macro is a text with places for its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import NamedTuple

from kg.files import toml_file

_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?(?:new)?command|providecommand|DeclareRobustCommand|[gex]?def|DeclareMathOperator)\s*\*?\s*\{?\s*\\([A-Za-z@]{1,40})\s*\}?"
    r"\s*(?:\[(\d)\]\s*)?(?:\[([^\[\]]{0,300})\]\s*)?((?:#\d)*)\s*(?=\{)"
    r"|\\(?:New|Renew|Provide|Declare)(?:Expandable)?DocumentCommand\s*\{?\s*\\([A-Za-z]{1,40})\s*\}?"
    r"\s*\{\s*(?:O\s*\{([^{}]{0,300})\})?([m\s]{0,18})\}\s*(?=\{)"
)
_CONDITION = re.compile(
    r"\\(newif\s*\\if[A-Za-z@]+|[A-Za-z@]+(?:true|false)(?![A-Za-z@])|if[A-Za-z@]*|else|fi)(?![A-Za-z@])"
)
_BRACE = re.compile(r"\\.|[{}]", re.S)
OPTION = re.compile(r"\s*\[((?:[^\[\]{}]|\{[^{}]*\}){0,1000})\]")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_INTERNAL = re.compile(r"\\[A-Za-z]*@[A-Za-z@]|@[A-Za-z]")  # of a style: "\\@" alone is a space
_MOST_MACROS, _PASSES = 2_000, 6
_LONGEST, _LONGEST_OF_STYLE = 5_000, 300
_known = partial(toml_file, __file__, "tex_macros.toml")


class Macro(NamedTuple):
    """A command: how many arguments it takes (arity), the first if that may be left out, and what it stands for."""

    arity: int
    default: str | None
    body: str


def braced(text: str, at: int) -> tuple[str, int]:
    """What stands in the braces that open at `at`, and where they end; up to the end of the text if they do not."""
    depth = 0
    for found in _BRACE.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return text[at + 1 : found.start()], found.end()
    return text[at + 1 :], len(text)


def without_false(text: str) -> str:
    r"""A text without what \iffalse, \else of \iftrue, and flags set by \newif leave out.

    >>> without_false(r"a\iffalse b\iffalse c\fi d\else e\fi f")
    'a{} e{} f'
    >>> without_false(r"\newif\ifx@\x@false A \ifx@ B\else C\fi")
    '{}{} A {} C{}'
    """
    flags = {"iffalse": False, "iftrue": True}
    open_: list[bool | None] = []  # of each condition: whether what stands here counts, None for one that is not known
    hidden = 0  # how many of these do not
    made: list[str] = []
    at = 0
    primitive = _known()["conditions"]["primitive"].split()
    for found in _CONDITION.finditer(text):
        name = found[1]
        is_shown = not hidden
        if name in ("else", "fi") and not open_:
            continue
        is_declared = name.startswith("newif")
        flag = f"if{name[:-4] if name.endswith('true') else name[:-5]}"
        if not (is_declared or name in ("else", "fi") or name in flags or name in primitive or flag in flags):
            continue
        if is_shown:
            made.append(text[at : found.start()])
        at = found.end()
        if is_declared:
            flags[name.partition("\\")[2]] = False
        elif name == "fi":
            hidden -= open_.pop() is False
        elif name == "else":
            before, open_[-1] = open_[-1], not open_[-1] if open_[-1] is not None else False
            hidden += (open_[-1] is False) - (before is False)
        elif name in flags:
            open_.append(flags[name])
            hidden += not flags[name]
        elif name in primitive:
            open_.append(None)
        else:
            flags[flag] = name.endswith("true") if is_shown else flags[flag]
        made.append("{}" * is_shown)  # a line that holds it is not empty
    return "".join(made) + text[at:] * (not hidden)


def expanded(text: str, most: int) -> str:
    """A text without its definitions, with the commands that they define replaced by what these stand for."""
    text, macros = defined(text)
    return resolved(text, macros, most)


def defined(text: str) -> tuple[str, dict[str, Macro]]:
    """A text without its definitions, and the macros that they and known packages define, by name."""
    macros = {name: Macro(count, None, body) for name, (count, body) in _known()["packages"].items()}
    kept: list[str] = []
    at = 0
    for start, end, name, macro in _definitions(text):
        is_usable = len(macro.body) < _LONGEST and not _INTERNAL.search(macro.body)
        if is_usable and len(macros) < _MOST_MACROS and name not in _read():
            macros[name] = macro
        kept.append(text[at:start])
        at = end
    return "".join(kept) + text[at:], macros


def of_style(text: str) -> str:
    """The definitions of a style file that name what a paper prints: short ones, without internals, of new commands."""
    return "\n".join(
        text[start:end]
        for start, end, name, macro in _definitions(text)
        if name not in _read() and "@" not in name and len(macro.body) < _LONGEST_OF_STYLE
    )


@cache
def _read() -> frozenset[str]:
    return frozenset(_known()["kept"]["names"].split())


def _definitions(text: str) -> Iterator[tuple[int, int, str, Macro]]:
    end = 0
    for found in _DEFINITION.finditer(text):
        if found.start() >= end:
            body, end = braced(text, found.end())
            count = int(found[2] or len(found[4] or "") // 2)
            if found[5]:
                count = (found[6] is not None) + found[7].count("m")
            name = found[1] or found[5]
            yield found.start(), end, name, Macro(count, found[3] if found[6] is None else found[6], body)


def resolved(text: str, macros: Mapping[str, Macro], most: int) -> str:
    """A text with macros replaced by what they stand for, as long as that adds at most `most` code points."""
    for _ in range(_PASSES):
        text, is_done = _pass(text, macros, most)
        if is_done:
            break
    return text


def _pass(text: str, macros: Mapping[str, Macro], most: int) -> tuple[str, bool]:
    made: list[str] = []
    at = size = 0
    is_done = True
    for found in _COMMAND.finditer(text):
        if (
            found.start() < at
            or found[1] not in macros
            or (text[found.start() - 1 : found.start()] == "\\" and found.start())
        ):
            continue
        count, default, body = macros[found[1]]
        arguments, end = _arguments(text, found.end(), count, default)
        if len(arguments) < count or size > most:
            continue
        for number, one in enumerate(arguments, 1):
            body = body.replace(f"#{number}", one)
        if not count:
            end = end + 2 if text[end : end + 2] == "{}" else end
            behind = text[end : end + 1]
            body = f"{body}{{}}" if behind.isalpha() and body[-1:].isalpha() and "\\" in body[-30:] else body
        made += (text[at : found.start()], body)
        size += found.start() - at + len(body)
        at, is_done = end, False
    return "".join(made) + text[at:], is_done


def _arguments(text: str, at: int, count: int, default: str | None) -> tuple[list[str], int]:
    made: list[str] = []
    if default is not None and count:
        option = OPTION.match(text, at)
        made, at = [option[1] if option else default], option.end() if option else at
    while len(made) < count:
        start = at + len(text[at : at + 200]) - len(text[at : at + 200].lstrip())
        if text[start : start + 1] != "{":
            break
        one, at = braced(text, start)
        made.append(one)
    return made, at
