r"""Bodies in LaTeX: macros expanded, conditions resolved, then read once from \begin{document} on.

What is printed follows latexbody.toml; a formula stays LaTeX. Nothing is run, and no file is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from kg import latex
from kg.files import toml_file
from kg.model import Cell
from kg.sources import bibtex
from kg.sources.body.bodyparts import Anchor, Body, Builder, Piece, body_of
from kg.sources.body.pdfreferences import title_in
from kg.sources.body.roles import settings
from kg.sources.inputs import HeldFile, InputFile
from kg.sources.paper_rows import Skipped

_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?(?:new)?command|providecommand|DeclareRobustCommand|[gex]?def|DeclareMathOperator)\s*\*?\s*\{?\s*\\([A-Za-z@]{1,40})\s*\}?"
    r"\s*(?:\[(\d)\]\s*)?(?:\[([^\[\]]{0,300})\]\s*)?((?:#\d)*)\s*(?=\{)"
)
_CONDITION = re.compile(
    r"\\(newif\s*\\if[A-Za-z@]+|[A-Za-z@]+(?:true|false)(?![A-Za-z@])|if[A-Za-z@]*|else|fi)(?![A-Za-z@])"
)
_TOKEN = re.compile(r"\\([A-Za-z@]+)(\*?)[ \t]*(?:\n(?!\s*\n)[ \t]*)?|\\(.)|(\$\$?)|(\n[ \t]*\n\s*)|(~|&)", re.S)
_BRACE = re.compile(r"\\.|[{}]", re.S)
_OPTION = re.compile(r"\s*\[((?:[^\[\]{}]|\{[^{}]*\}){0,1000})\]")
_COMMAND = re.compile(r"\\([A-Za-z@]+)")
_CELL = re.compile(
    r"\\(begin|end)\s*\{|(\\\\|\\tabularnewline(?![A-Za-z])|\\cr(?![A-Za-z]))(?:\*|\s*\[[^\]]{0,30}\])?|\\.|([{}&])",
    re.S,
)
_RULE = re.compile(
    r"\\(toprule|midrule|bottomrule|hline|hdashline|Xhline\s*\{[^{}]*\}|specialrule(?:\s*\{[^{}]*\}){3}|addlinespace|noalign\s*\{[^{}]*\}|endhead|endfirsthead|endfoot"
    r"|endlastfoot|cmidrule\s*(?:\([^()]*\))?\s*\{[^{}]*\}|cline\s*\{[^{}]*\}|rowcolor\s*(?:\[[^\[\]]*\])?\s*\{[^{}]*\}|arrayrulecolor\s*\{[^{}]*\})(?:\[[^\[\]]{0,30}\])?"
)
_BOLD = re.compile(r"\\(?:textbf|mathbf|bm|boldsymbol|bfseries|bf)(?![A-Za-z])")
_SPAN = re.compile(r"\\multicolumn\s*(?=\{)|\\multirow(?:cell)?\s*(?:\[[^\]]*\]\s*)?(?=\{)")
_BIBITEM = re.compile(
    r"\\bibitem\s*(?:\[(?:[^\[\]{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\[[^\[\]]*\])*\]\s*)?\{([^{}]{1,200})\}"
)
_ENTRY = re.compile(r"^[ \t]*(?:@[A-Za-z]+\s*[{(]\s*([^,\s{}]{1,200})\s*,|\\entry\{([^{}]{1,200})\})", re.M)
_CITES = ("cite", "citep", "citet", "citealp", "citealt", "citeauthor", "citeyear", "parencite", "textcite", "autocite")
_MOST_MACROS, _PASSES = 2_000, 6
_GROWTH = 1_000_000  # code points that macros add at most
_LONGEST_FORMULA = 10_000
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")
_NAMED = {
    "ref": "",
    "eqref": "",
    "autoref": "+",
    "cref": "+",
    "Cref": "+",
    "pageref": "",
    "nameref": "",
    "vref": "",
    "subref": "",
}


class _Printing(NamedTuple):
    dropped: dict[str, int]
    first: frozenset[str]
    environments: dict[str, frozenset[str]]
    arguments: dict[str, int]
    names: dict[str, str]
    primitive: frozenset[str]  # conditions of TeX itself


@cache
def _words() -> _Printing:
    told: dict[str, Any] = toml_file(__file__, "latexbody.toml")
    sets = {name: frozenset(value.split()) for name, value in told["environments"].items() if isinstance(value, str)}
    numbers, arguments = (
        {name: count for count, names in rows for name in names.split()}
        for rows in (told["dropped"]["commands"], told["environments"]["arguments"])
    )
    first, primitive = (
        frozenset(told[of][name].split()) for of, name in (("dropped", "first"), ("conditions", "primitive"))
    )
    return _Printing(numbers, first, sets, arguments, told["names"], primitive)


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
    primitive = _words().primitive
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
    macros: dict[str, tuple[int, str | None, str]] = {}
    kept: list[str] = []
    at = 0
    for found in _DEFINITION.finditer(text):
        if found.start() < at:
            continue
        body, end = braced(text, found.end())
        count = int(found[2] or len(found[4]) // 2)
        if len(macros) < _MOST_MACROS and len(body) < 5_000 and found[1] not in _LEVELS and "@" not in body:
            macros[found[1]] = (count, found[3], body)
        kept.append(text[at : found.start()])
        at = end
    text = "".join(kept) + text[at:]
    for _ in range(_PASSES if macros else 0):
        text, is_done = _pass(text, macros, most)
        if is_done:
            break
    return text


def _pass(text: str, macros: dict[str, tuple[int, str | None, str]], most: int) -> tuple[str, bool]:
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
        option = _OPTION.match(text, at)
        made, at = [option[1] if option else default], option.end() if option else at
    while len(made) < count:
        start = at + len(text[at : at + 200]) - len(text[at : at + 200].lstrip())
        if text[start : start + 1] != "{":
            break
        one, at = braced(text, start)
        made.append(one)
    return made, at


class LatexBody:
    """Reads the text of a paper, from which comments are gone, into a builder."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._words = _words()
        self._limits = settings()["limits"]
        self._pieces: list[Piece] = []
        self._text: list[str] = []
        self._kinds = ["paragraph"]
        self._notes: list[list[Piece]] = []
        self._counts: dict[str, list[int]] = {
            "section": [],
            "table": [0],
            "figure": [0],
            "algorithm": [0],
            "equation": [0],
        }
        self._place = ""
        self._float: tuple[str, str, str] = ("", "", "")  # kind, id, label
        self._last = ("section", "")  # what a label names
        self._captions, self._is_part = 0, ""  # of the open float, and the part of it that is open
        self._depth = 0
        self._top = 2
        self._is_line = False  # whether blocks are read as lines

    def whole(self, text: str) -> None:
        """Read the text of the main file with all that it includes."""
        text = without_false(text)
        text = expanded(text, len(text) + _GROWTH)
        begin = text.find("\\begin{document}")
        text = text[begin + len("\\begin{document}") if begin >= 0 else 0 :].partition("\\end{document}")[0]
        self._top = 1 if "\\chapter" in text else 2
        self._flow(text)
        self._end()

    # What was read goes into the open paragraph, and this to the builder.

    def _say(self, text: str) -> None:
        self._text.append(text)

    def _link(self, link: Anchor) -> None:
        self._settle()
        self._pieces.append(link)

    def _settle(self) -> None:
        if self._text:
            self._pieces.append(latex.plain("".join(self._text)))
            self._text = []

    def _end(self) -> None:
        """End the open paragraph; its footnotes follow it."""
        if self._is_line:
            self._say(" ")
            return
        self._settle()
        self._builder.add(self._kinds[-1], self._pieces)
        self._pieces = []
        notes, self._notes = self._notes, []
        for pieces in notes:
            self._builder.add("footnote", pieces, self._builder.named("fn"))

    def _inner(self, text: str) -> list[Piece]:
        """The pieces of a text on one line."""
        held = self._pieces, self._text, self._is_line
        self._pieces, self._text, self._is_line = [], [], True
        self._flow(text)
        self._settle()
        made = self._pieces
        self._pieces, self._text, self._is_line = held
        return made

    def _flow(self, text: str) -> None:
        if self._depth >= self._limits["depth"]:
            self._say(text)
            return
        self._depth += 1
        at = 0
        while found := _TOKEN.search(text, at):
            if found.start() > at:
                self._say(text[at : found.start()])
            name, star, sign, dollar, blank, other = found.groups()
            at = found.end()
            if name:
                at = self._command(text, at, name, star, found.start())
            elif dollar:
                at = self._dollar(text, at, dollar)
            elif blank:
                self._blank(text, at)
            elif other:
                self._say(" " if other == "~" or self._is_line else other)
            elif sign in "([":
                at = self._dollar(text, at, "\\)" if sign == "(" else "\\]")
            elif sign == "\\":
                option = _OPTION.match(text, at)
                at = option.end() if option and option[1][:1] in "-0123456789." else at
                self._say(" ")
            else:
                self._say(" " if sign in " ,;:!/\n>" else found[0])
        self._say(text[at:])
        self._depth -= 1

    def _blank(self, text: str, at: int) -> None:
        before = self._text[-1].rstrip()[-1:] if self._text else ""
        is_cut = (before.isalnum() or before == ",") and text[at : at + 1].islower()  # where a comment stood
        if is_cut or self._is_line:
            self._say(" ")
        else:
            self._end()

    def _dollar(self, text: str, at: int, sign: str) -> int:
        """Read a formula; where it does not end, its sign is a character."""
        last = at + _LONGEST_FORMULA
        end = text.find(sign, at, last)
        while end > 0 and sign == "$" and text[end - 1] == "\\":
            end = text.find(sign, end + 1, last)
        is_display = sign in ("$$", "\\]")
        if end < 0 or (not is_display and re.search(r"\n[ \t]*\n", text[at:end])):
            self._say(" ")
            return at
        inner = text[at:end]
        if is_display:
            self._formula(inner)
        elif inner.strip():
            self._say(f"${' '.join(_unlabelled(inner).split())}$")
        return end + len(sign)

    def _formula(self, inner: str) -> None:
        shown = " ".join(_unlabelled(inner).split())
        if self._is_line:
            self._say(f" {shown} ")
            return
        self._settle()
        self._builder.add(self._kinds[-1], self._pieces)
        self._pieces = []
        self._builder.add("formula", [shown])

    # Commands.

    def _command(self, text: str, at: int, name: str, star: str, start: int) -> int:
        words = self._words
        if name in _LEVELS:
            return self._section(text, at, name, star)
        if name in ("begin", "end"):
            return self._environment(text, at, name)
        if name in _CITES or (name.startswith(("cite", "Cite")) and name != "citestyle"):
            return self._citation(text, at)
        if name in _NAMED:
            label, at = self._argument(text, at)
            for one in label.split(",")[:20]:
                self._link(Anchor(f"{_NAMED[name]}{one.strip()}", "", False))
                self._say(" " * ("," in label))
            return at
        if name == "label":
            label, at = self._argument(text, at)
            kind, number = self._last
            self._builder.labels[label.strip()] = number
            self._builder.labels[f"+{label.strip()}"] = f"{words.names.get(kind, '')} {number}".strip()
            return at
        if name in ("footnote", "footnotetext", "tablefootnote", "endnote"):
            inner, at = self._argument(text, at)
            self._notes.append(self._inner(inner))
            return at
        if name in ("caption", "captionof", "subcaption", "caption*"):
            return self._caption(text, at, name)
        if name == "abstract" and text[at : at + 1] == "{":
            inner, at = self._argument(text, at)
            self._abstract(f"{inner}\n\n")
            return at
        if name == "appendix":
            self._place, self._counts["section"] = "appendix", []
        elif name in ("par", "newpage", "clearpage"):
            self._end()
        elif name == "item":
            self._end()
            option = _OPTION.match(text, at)
            at = option.end() if option else at
            self._say(f"{option[1]} " if option else "")
        elif name == "xspace":
            self._say(" " * (text[at : at + 1].isalnum() or text[at : at + 1] in ("(", "\\", "$")))
        elif name in ("verb", "lstinline") and at < len(text):
            at -= 1 if text[at - 1 : at].isspace() and text[start + len(name) + 1 : at].strip() else 0
            end = text.find(text[at], at + 1)
            if 0 < end - at < 500:
                self._say(text[at + 1 : end])
                at = end + 1
        elif name in words.first:
            at = self._options(text, at)
            _, at = self._argument(text, at)
        elif name in words.dropped:
            for _ in range(words.dropped[name]):
                at = self._options(text, at)
                _, at = self._argument(text, at)
        elif known := latex.symbols().get(name):
            self._say(f"{known}{' ' * (known.isalpha() and text[at - 1 : at].isspace())}")
        elif next(latex.letters(f"{text[start:at]}{{c}}"), None):
            self._say(text[start:at])
        elif (
            text[at : at + 1] == "["
            and (option := _OPTION.match(text, at))
            and text[option.end() : option.end() + 1] == "{"
        ):
            at = option.end()
        return at

    def _options(self, text: str, at: int) -> int:
        while option := _OPTION.match(text, at):
            at = option.end()
        return at

    def _argument(self, text: str, at: int) -> tuple[str, int]:
        """The argument in braces behind `at`, if there is one."""
        at = self._options(text, at)
        start = at + len(text[at : at + 100]) - len(text[at : at + 100].lstrip())
        return braced(text, start) if text[start : start + 1] == "{" else ("", at)

    def _section(self, text: str, at: int, name: str, star: str) -> int:
        title, at = self._argument(text, at)
        self._end()
        level = max(1, _LEVELS.index(name) - self._top + 1)
        is_inline = name in ("paragraph", "subparagraph")
        number = ""
        if not (star or is_inline or name == "part"):
            counts = self._counts["section"][:level]
            counts += [0] * (level - len(counts))
            counts[-1] += 1
            self._counts["section"] = counts
            first = chr(64 + min(counts[0], 26)) if self._place == "appendix" else str(counts[0])
            number = ".".join((first, *map(str, counts[1:])))
        self._last = ("section", number or self._last[1])
        self._builder.section(self._inner(title), level, number, self._place, is_inline)
        return at

    def _abstract(self, text: str) -> None:
        self._end()
        self._builder.section(["Abstract"], 1, "", "abstract")
        self._flow(text)
        self._end()

    def _citation(self, text: str, at: int) -> int:
        keys, at = self._argument(text, at)
        found = [key.strip() for key in keys.split(",")[:100] if key.strip()]
        self._say(" [" if found and self._text and not self._text[-1][-1:].isspace() else "[" * bool(found))
        for number, key in enumerate(found):
            self._say(", " * bool(number))
            self._link(Anchor(key))
        self._say("]" * bool(found))
        return at

    def _caption(self, text: str, at: int, name: str) -> int:
        kind = self._float[0] or "figure"
        if name == "captionof":
            kind, at = self._argument(text, at)
            kind = kind if kind in self._counts else "figure"
            self._count(kind)
        elif name == "caption" and self._is_part == "" and self._float[0]:
            self._captions += 1
            if self._captions > 1:  # a float with two numbers
                self._count(self._float[0])
        inner, at = self._argument(text, at)
        pieces = self._inner(inner)
        self._end()
        label = f"{self._float[2]}: " if self._float[2] and name != "subcaption" and not self._is_part else ""
        self._builder.add("caption", [label, *pieces], f"{self._float[1] or self._builder.named('f')}/caption")
        return at

    def _count(self, kind: str) -> None:
        """Begin a table, figure or algorithm that has a number."""
        self._counts[kind][0] += 1
        number = str(self._counts[kind][0])
        self._last = (kind, number)
        name = self._builder.named({"table": "t", "figure": "f"}.get(kind, "a"), number)
        self._float = (kind, name, f"{self._words.names[kind]} {number}")

    # Environments.

    def _environment(self, text: str, at: int, what: str) -> int:
        full, at = self._argument(text, at)
        name, sets = full.strip().rstrip("*"), self._words.environments
        if name in ("subfigure", "subtable", "subfloat"):
            self._is_part = name if what == "begin" else ""
        if what == "end":
            if name in sets["lists"] and len(self._kinds) > 1:
                self._end()
                self._kinds.pop()
            elif not self._is_line and name not in ("center", "document"):
                self._end()
            return at
        if name in sets["lists"]:
            self._end()
            if len(self._kinds) < self._limits["depth"]:
                self._kinds.append("item")
            return self._options(text, at)
        kinds = ("dropped", "formulas", "verbatim", "tables", "figures", "algorithms", "grids")
        kind = next((one for one in kinds if name in sets[one]), "abstract" * (name == "abstract"))
        if not kind and name != "thebibliography":
            for _ in range(self._words.arguments.get(full.strip(), self._words.arguments.get(name, 0))):
                _, at = self._argument(text, at)
            if not self._is_line:
                self._end()
            return self._options(text, at)
        self._builder.check()
        inner, end = self._until_end(text, at, full)
        if kind == "formulas":
            if not full.endswith("*"):
                self._counts["equation"][0] += 1
                self._last = ("equation", str(self._counts["equation"][0]))
            for label in re.findall(r"\\label\s*\{([^{}]*)\}", inner):
                self._builder.labels[label] = self._last[1]
                self._builder.labels[f"+{label}"] = f"{self._words.names['equation']} {self._last[1]}"
            self._formula(inner)
        elif kind == "verbatim":
            self._end()
            self._builder.add(self._kinds[-1], [inner[len(_OPTION.match(inner)[0]) if _OPTION.match(inner) else 0 :]])  # type: ignore[index]
        elif kind == "abstract":
            self._abstract(inner)
        elif kind == "grids" and (name != "longtable" or self._float[0]):
            self._grid(inner, full)
        elif kind in ("tables", "figures", "algorithms"):
            self._floating(inner, kind[:-1], full)
        elif name == "thebibliography":
            self.bibliography(inner)
        return end

    def _until_end(self, text: str, at: int, name: str) -> tuple[str, int]:
        """The content of an environment, and where it ends; up to the end of the text if it does not."""
        depth = 1
        for found in re.compile(rf"\\(begin|end)\s*\{{{re.escape(name)}\}}").finditer(text, at):
            depth += 1 if found[1] == "begin" else -1
            if not depth:
                return text[at : found.start()], found.end()
        return text[at:], len(text)

    def _floating(self, inner: str, kind: str, full: str) -> None:
        self._end()
        before, self._float, self._captions = self._float, (kind, "", ""), 0
        inner = inner[self._options(inner, 0) :]
        if "\\caption" in inner and "\\captionof" not in inner:
            self._count(kind)
        if full.startswith("longtable"):
            captions: list[str] = []

            def taken(found: re.Match[str]) -> str:
                captions.append(found[0])
                return ""

            inner = re.sub(
                r"\\caption\*?\s*(?:\[[^\[\]]*\])?\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\\label\s*\{[^{}]*\}",
                taken,
                inner,
            )
            self._flow(" ".join(captions))
            self._grid(inner, full)
        else:
            self._flow(inner)
        self._end()
        self._float = before

    def _grid(self, inner: str, name: str) -> None:
        for _ in range(self._words.arguments.get(name, self._words.arguments.get(name.rstrip("*"), 1))):
            argument, at = self._argument(inner, 0)
            inner = inner[at:] if argument or at else inner
        if self._is_line:
            self._flow(inner)
            return
        self._end()
        if not self._float[1]:
            self._float = (self._float[0] or "table", self._builder.named("tu"), "")
        cells = list(self._cells(_unrepeated(inner)))
        self._builder.table(self._float[1], self._float[2], cells)
        notes, self._notes = self._notes, []
        for pieces in notes:
            self._builder.add("footnote", pieces, self._builder.named("fn"))

    def _cells(self, inner: str) -> Iterator[tuple[Sequence[Piece], Cell]]:
        rows = list(_split(inner, self._limits["cells"]))
        heads = next(
            (
                at
                for at, (rules, _) in enumerate(rows)
                if at and any(not one.startswith(("cm", "cl", "row", "add")) for one in rules)
            ),
            1,
        )
        taken: dict[int, int] = {}
        for at, (_, row) in enumerate(rows):
            column = 0
            for written in row:
                if column >= self._limits["columns"]:
                    break
                content, wide, high = _spanned(written)
                wide = max(1, min(wide, self._limits["columns"] - column))
                if not content.strip() and taken.get(column, -1) >= at:
                    column += wide
                    continue
                first = max(0, at + high + 1) if high < 0 else at
                pieces = self._inner(content)
                digits = sum(map(str.isdigit, content))
                names_row = column == 0 and not digits >= sum(map(str.isalpha, content)) > 0
                is_head = (at < heads < len(rows)) or (names_row and not content.strip()[:1].isdigit())
                yield (
                    pieces,
                    Cell(first, column, "", max(1, abs(high)), wide, is_head, _BOLD.search(content) is not None),
                )
                if abs(high) > 1:
                    taken |= dict.fromkeys(range(column, column + wide), at + high - 1)
                column += wide

    def bibliography(self, text: str) -> None:
        r"""Read the entries of a bibliography as BibTeX writes it: \bibitem{key} and a text."""
        self._end()
        self._builder.section(["References"], 1, "", "references")
        found = list(_BIBITEM.finditer(text))
        ends = [one.start() for one in found[1:]] + [len(text)]
        for one, end in zip(found, ends, strict=False):
            self._builder.check()
            raw = text[one.end() : end].partition("\\end{thebibliography}")[0]
            blocks = re.split(r"\\newblock|\n[ \t]*\n", raw)
            title = (
                " ".join("".join(piece for piece in self._inner(blocks[1]) if isinstance(piece, str)).split())
                if len(blocks) > 1
                else ""
            )
            shown = "".join(piece for piece in self._inner(" ".join(blocks)) if isinstance(piece, str))
            self._builder.reference(one[1].strip(), shown, title.rstrip(" .") or title_in(shown))

    def entries(self, text: str) -> None:
        """Read those entries of BibTeX files that the paper cites, in the order of their citations."""
        found = list(_ENTRY.finditer(text))
        ends = [one.start() for one in found[1:]] + [len(text)]
        places = {one[1] or one[2]: text[one.start() : end] for one, end in zip(found, ends, strict=False)}
        wanted = [places[key] for key in self._builder.cited() if key in places]
        if not wanted:
            return
        held = HeldFile(None, "references.bib")
        held.write("\n\n".join(wanted).encode())
        self._builder.section(["References"], 1, "", "references")
        for _, row in bibtex.entries_of(InputFile(held)):
            self._builder.check()
            if isinstance(row, Skipped):
                continue
            one = {name: value for name, value in row.items() if isinstance(value, str)}
            names = [name for name in row.get("authors") or () if isinstance(name, str)]
            raw = ". ".join(filter(None, (", ".join(names), one.get("title"), one.get("venue"), one.get("year"))))
            given = (one.get(name, "") for name in ("title", "doi", "arxiv", "year"))
            self._builder.reference(one.get("id", "").removeprefix(f"{held.source}-"), raw, *given)


def body(text: str, name: str, beside: Callable[[str], str | None]) -> Body:
    """The body of a paper, with the bibliography that stands beside its main file of this name."""

    def read(builder: Builder) -> None:
        made = LatexBody(builder)
        made.whole(text)
        named = re.findall(r"\\(?:bibliography|addbibresource)\s*\{([^{}]{1,300})\}", text)[:5]
        files = [one.strip().removesuffix(".bib") for names in named for one in names.split(",")]
        printed = beside(str(PurePosixPath(name).with_suffix(".bbl"))) or beside("main.bbl") or ""
        if "\\bibitem" in printed:
            made.bibliography(printed)
        else:
            made.entries("\n".join([printed, *(beside(f"{one}.bib") or "" for one in files)]))

    return body_of(read, is_tex=True)


def _unlabelled(inner: str) -> str:
    return re.sub(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])", "", inner)


def _unrepeated(inner: str) -> str:
    """The content of a long table without the head and the foot that it repeats on each page."""
    first, mark, rest = inner.partition("\\endfirsthead")
    if mark:
        inner = first + rest.partition("\\endhead")[2]
    for name in ("\\endlastfoot", "\\endfoot"):
        if name in inner:
            begin = max(inner.find("\\endhead"), 0)
            inner = inner[:begin] + inner[inner.rfind(name) :]
    return inner


def _split(inner: str, most: int) -> Iterator[tuple[list[str], list[str]]]:
    """The rows of a table: the rules above each, and its cells as written."""
    depth = nests = count = 0
    row: list[str] = []
    start = 0

    def made(end: int) -> tuple[list[str], list[str]]:
        cells = [*row, inner[start:end]]
        rules = [one for cell in cells[:1] for one in _RULE.findall(cell)]
        return rules, [_RULE.sub("", cells[0]), *cells[1:]]

    waiting: list[str] = []
    for found in _CELL.finditer(inner):
        nest, end, sign = found.groups()
        nests += {"begin": 1, "end": -1}.get(nest, 0)
        depth += 1 if nest else {"{": 1, "}": -1}.get(sign, 0)
        if depth > 0 or nests > 0:
            continue
        if sign == "&":
            row.append(inner[start : found.start()])
            start = found.end()
            count += 1
        elif end:
            rules, cells = made(found.start())
            row, start = [], found.end()
            waiting += rules
            count += 1
            if any(cell.strip() for cell in cells):
                yield waiting, cells
                waiting = []
        if count > most:
            return
    rules, cells = made(len(inner))
    if any(cell.strip() for cell in cells):
        yield waiting + rules, cells


def _spanned(cell: str) -> tuple[str, int, int]:
    r"""What a cell holds, over how many columns, and over how many rows: negative for those above it."""
    wide, high = 1, 1
    for _ in range(4):
        found = _SPAN.search(cell)
        if found is None:
            break
        count, end = braced(cell, found.end())
        number = int(count.strip()) if count.strip().lstrip("-").isdecimal() and len(count) < 6 else 1
        is_wide = "column" in found[0]
        wide, high = (min(number, 1000), high) if is_wide else (wide, max(-1000, min(number, 1000)))
        behind = re.compile(r"\s*(?:\[[^\]]*\]\s*)?(?:\*|(?=\{))\s*").match(cell, end)
        at = behind.end() if behind else end
        if cell[at : at + 1] == "{" and "*" not in (behind[0] if behind else ""):
            _, at = braced(cell, at)
        option = re.compile(r"\s*(?:\[[^\]]*\])?\s*").match(cell, at)
        at = option.end() if option else at
        inner, last = braced(cell, at) if cell[at : at + 1] == "{" else ("", at)
        cell = f"{cell[: found.start()]}{inner}{cell[last:]}"
    return cell, wide, high
