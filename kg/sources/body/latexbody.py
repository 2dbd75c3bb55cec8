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
from kg.sources.body.flow import is_blank, is_number, printed, with_heads
from kg.sources.body.pdfreferences import title_in
from kg.sources.body.roles import settings
from kg.sources.inputs import HeldFile, InputFile
from kg.sources.paper_rows import Skipped
from kg.sources.tex_macros import OPTION, braced, expanded, without_false

_TOKEN = re.compile(r"\\([A-Za-z@]+)(\*?)[ \t]*(?:\n(?!\s*\n)[ \t]*)?|\\(.)|(\$\$?)|(\n[ \t]*\n\s*)|(~|&)", re.S)
_CELL = re.compile(
    r"\\(begin|end)\s*\{|(\\\\|\\tabularnewline(?![A-Za-z])|\\cr(?![A-Za-z]))(?:\*|\s*\[[^\]]{0,30}\])?|\\.|([{}&])",
    re.S,
)
_RULE = re.compile(
    r"\\(toprule|midrule|bottomrule|hline|hdashline|Xhline\s*\{[^{}]*\}|specialrule(?:\s*\{[^{}]*\}){3}|addlinespace|noalign\s*\{[^{}]*\}|endhead|endfirsthead|endfoot"
    r"|endlastfoot|cmidrule\s*(?:\([^()]*\))?\s*\{[^{}]*\}|cline\s*\{[^{}]*\}|rowcolor\s*(?:\[[^\[\]]*\])?\s*\{[^{}]*\}|arrayrulecolor\s*\{[^{}]*\})(?:\[[^\[\]]{0,30}\])?"
)
_PARTIAL = ("cm", "cl", "row", "add")  # rules over some columns, and what is no rule
_MOST_HEADS = 5  # rows
_OF_RULES = 0.9  # of a table's rows, from which on a rule above one says nothing of it
_ACCENTED = re.compile(r"\s*\{?\\?[A-Za-z]")
_BOLD = re.compile(r"\\(?:textbf|mathbf|bm|boldsymbol|bfseries|bf)(?![A-Za-z])")
_SPAN = re.compile(r"\\multicolumn\s*(?=\{)|\\multirow(?:cell)?\s*(?:\[[^\]]*\]\s*)?(?=\{)")
_RAISED = re.compile(r"[+−-]?\d+|(?!(?:st|nd|rd|th)$)[A-Za-z]+|\d[\d.,]*")
_OWN_PART = re.compile(r"\\begin\s*\{(minipage|sub\w{1,20})\}.{0,20000}?\\end\s*\{\1\}", re.S)
_CAPTION = re.compile(r"\\caption(?:of\s*\{(\w+)\}|(?![A-Za-z]))(?!\*)")
_BIBITEM = re.compile(
    r"\\bibitem\s*(?:\[(?:[^\[\]{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\[[^\[\]]*\])*\]\s*)?\{([^{}]{1,200})\}"
)
_ENTRY = re.compile(r"^[ \t]*(?:@[A-Za-z]+\s*[{(]\s*([^,\s{}]{1,200})\s*,|\\entry\{([^{}]{1,200})\})", re.M)
_CITES = ("cite", "citep", "citet", "citealp", "citealt", "citeauthor", "citeyear", "parencite", "textcite", "autocite")
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


@cache
def _words() -> _Printing:
    told: dict[str, Any] = toml_file(__file__, "latexbody.toml")
    sets = {name: frozenset(value.split()) for name, value in told["environments"].items() if isinstance(value, str)}
    numbers, arguments = (
        {name: count for count, names in rows for name in names.split()}
        for rows in (told["dropped"]["commands"], told["environments"]["arguments"])
    )
    return _Printing(numbers, frozenset(told["dropped"]["first"].split()), sets, arguments, told["names"])


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
        self._floats = 0  # how many are open
        self._depth = 0
        self._top = 2
        self._chapter = ""  # its number, where there are chapters
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
                option = OPTION.match(text, at)
                at = option.end() if option and option[1][:1] in "-0123456789." else at
                self._say(" ")
            elif sign in "!-":
                continue
            elif sign in "^~" and not _ACCENTED.match(text, at):
                self._say(sign)
            else:
                self._say(" " if sign in " ,;:/\n>" else found[0])
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
        self._builder.check()
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
            option = OPTION.match(text, at)
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
            is_between = text[at : at + 1].isdigit() and "".join(self._text[-2:]).rstrip("{")[-1:].isdigit()
            self._say(" " * (name == "hspace" or is_between))  # 71.2{\scriptsize 0.3} is not 71.20.3
        elif known := latex.signs().get(name):
            self._say(f"{known}{' ' * (known.isalpha() and text[at - 1 : at].isspace())}")
        elif name == "ding":
            number, at = self._argument(text, at)
            self._say(latex.ding(number.strip()))
        elif name in ("textsuperscript", "textsubscript"):
            inner, at = self._argument(text, at)
            self._shifted(inner, "^" if "super" in name else "_")
        elif next(latex.letters(f"{text[start:at]}{{c}}"), None):
            self._say(text[start:at])
        elif (
            text[at : at + 1] == "["
            and (option := OPTION.match(text, at))
            and text[option.end() : option.end() + 1] == "{"
        ):
            at = option.end()
        return at

    def _shifted(self, inner: str, sign: str) -> None:
        """Read what is raised or lowered: 10^3 is not 103, and H_2O stays H2O."""
        before = self._text[-1][-1:] if self._text else ""
        is_number = inner.lstrip("+-−")[:1].isdigit()
        is_apart = is_number and before.isdigit() if sign == "_" else before.isalnum() and _RAISED.fullmatch(inner)
        self._say(sign * bool(is_apart))
        self._flow(inner)

    def _options(self, text: str, at: int) -> int:
        while option := OPTION.match(text, at):
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
            if level == 1 and self._top == 1:  # tables and figures are counted by chapter
                self._chapter = first
                self._counts |= {kind: [0] for kind in self._counts if kind != "section"}
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
        if name == "captionof" or (name == "caption" and self._is_part == "" and self._float[0]):
            self._captions += 1
            if self._captions > 1 or not self._float[2]:  # a float with two numbers
                self._count(kind)
        inner, at = self._argument(text, at)
        pieces = self._inner(inner)
        self._end()
        label = f"{self._float[2]}: " if self._float[2] and name != "subcaption" and not self._is_part else ""
        self._builder.add("caption", [label, *pieces], f"{self._float[1] or self._builder.named('f')}/caption")
        return at

    def _count(self, kind: str) -> None:
        """Begin a table, figure or algorithm that has a number."""
        self._counts[kind][0] += 1
        number = ".".join(filter(None, (self._chapter, str(self._counts[kind][0]))))
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
        if name in ("minipage", "center") and not self._is_line:
            part, end = self._until_end(text, at, full)
            if "\\captionof" in part or (self._floats and name == "minipage" and "\\caption" in part):
                self._floating(part, self._float[0] or "figure", full)
                return end
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
                self._last = ("equation", ".".join(filter(None, (self._chapter, str(self._counts["equation"][0])))))
            for label in re.findall(r"\\label\s*\{([^{}]*)\}", inner):
                self._builder.labels[label] = self._last[1]
                self._builder.labels[f"+{label}"] = f"{self._words.names['equation']} {self._last[1]}"
            self._formula(inner)
        elif kind == "verbatim":
            self._end()
            self._builder.add(self._kinds[-1], [inner[len(OPTION.match(inner)[0]) if OPTION.match(inner) else 0 :]])  # type: ignore[index]
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
        held = self._float, self._captions
        self._float, self._captions, self._floats = (kind, "", ""), 0, self._floats + 1
        inner = inner[self._options(inner, 0) :]
        if not full.startswith("longtable"):
            for _ in range(self._words.arguments.get(full.rstrip("*"), 0)):
                inner = inner[self._argument(inner, 0)[1] :]
        kinds = _CAPTION.findall(_OWN_PART.sub("", inner))
        if kinds or ("\\caption" in inner and "{minipage}" not in inner):
            self._count(kinds[0] if kinds and kinds[0] in self._counts else kind)
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
        self._float, self._captions = held
        self._floats -= 1

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
        cells = self._cells(_unrepeated(inner))
        if self._float[0] != "figure" or sum(not is_blank(pieces) for pieces, _ in cells) > len(cells) / 2:
            self._builder.table(self._float[1], self._float[2], cells)  # else it places pictures
        if not self._floats:
            self._float = ("", "", "")
        notes, self._notes = self._notes, []
        for pieces in notes:
            self._builder.add("footnote", pieces, self._builder.named("fn"))

    def _cells(self, inner: str) -> list[tuple[Sequence[Piece], Cell]]:
        rows = list(_split(inner, self._limits["cells"]))
        cells: list[tuple[Sequence[Piece], Cell]] = []
        for at, (_, row) in enumerate(rows):
            column = 0
            for written in row[: self._limits["columns"]]:
                content, wide, high = _spanned(written)
                wide = max(1, min(wide, self._limits["columns"] - column))
                first = max(0, at + high + 1) if high < 0 else at
                is_bold = _BOLD.search(content) is not None
                cells.append((self._inner(content), Cell(first, column, "", max(1, abs(high)), wide, False, is_bold)))
                column += wide
                if column >= self._limits["columns"]:
                    break
        return _uncovered(with_heads(cells, _head_rows([rules for rules, _ in rows], cells)))

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


def _uncovered(cells: Sequence[tuple[Sequence[Piece], Cell]]) -> list[tuple[Sequence[Piece], Cell]]:
    """Cells without empty ones over which one of another row reaches."""
    high = [cell for _, cell in cells if cell.rowspan > 1]
    covered = {(row, one.column) for one in high for row in range(one.row, one.row + one.rowspan)}
    return [one for one in cells if not is_blank(one[0]) or (one[1].row, one[1].column) not in covered]


def _head_rows(rules: Sequence[Sequence[str]], cells: Sequence[tuple[Sequence[Piece], Cell]]) -> set[int]:
    """The rows of heads: those above the first rule over the whole width, else the first, and such rows further down.

    A row of numbers is one only under a head of several columns; one further down stands between two rules, or has the
    words of one above. `rules` are those above each row.
    """
    rows: list[list[str]] = [[] for _ in rules]
    for pieces, cell in cells:
        rows[cell.row].append(printed(pieces).strip())
    wide = {cell.row for _, cell in cells if cell.colspan > 1}
    ruled = [any(not one.startswith(_PARTIAL) for one in above) for above in rules]
    is_title = len(rows) > 2 and sum(map(bool, rows[0])) == 1 and (0 in wide or bool(rows[0][0]))  # of a part
    first = 2 if is_title else 1
    last = next((at for at in range(first, min(len(rows), _MOST_HEADS + 1)) if ruled[at]), min(first, len(rows) - 1))
    for at in range(first, last):
        is_below = at - 1 in wide or any(one.startswith(_PARTIAL[:2]) for one in rules[at])
        if _has_values(rows[at]) and not is_below:
            last = at
            break
    heads = set(range(last))
    is_open = sum(ruled) < _OF_RULES * len(rows)  # not each row stands between rules
    for at in range(last + 1, len(rows) - 1):
        is_apart = is_open and (ruled[at] or ruled[at - 1]) and ruled[at + 1]
        is_head = is_apart and len(set(rows[at][1:]) - {""}) > 1 and not any(map(is_number, rows[at][1:]))
        if (is_head and _has_values(rows[at + 1])) or (len(rows[at]) > 2 and rows[at] in rows[:last]):
            heads.add(at)
    return heads


def _has_values(row: Sequence[str]) -> bool:
    return sum(map(is_number, row)) > len(row) / 2 or any(re.search(r"\d\.\d", cell) for cell in row[1:])


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
