"""A paper's LaTeX source: title, authors, affiliations and abstract of its main file, with the files that it includes.

An archive as arXiv gives it is read as one paper (`kg.sources.archive`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath

from kg.latex import COMMENT, bare, plain
from kg.sources import bibliography
from kg.sources.body import latexbody
from kg.sources.inputs import HeldFile, InputFile
from kg.sources.lines import decoded
from kg.sources.paper_rows import ARXIV_ID, Row, RowReader
from kg.sources.people import people, signed
from kg.sources.tex_macros import Macro, defined, of_style, resolved

_BEGIN = re.compile(r"^[^%\n]{0,200}\\document(?:class|style)\b", re.M)
#: A command that includes a file: the name, or the folder and the name.
INPUT = re.compile(
    r"\\(?:input|include|subfile|subfileinclude)(?![A-Za-z])\s*(?:\{\s*([^{}]{1,200}?)\s*\}|(?<=\s)([^\s\\{}]{1,200}))"
    r"|\\(?:sub)?(?:import|inputfrom|includefrom)\*?\s*\{\s*([^{}]{1,200}?)\s*\}\s*\{\s*([^{}]{1,200}?)\s*\}"
)
_PACKAGE = re.compile(
    r"\\(usepackage|RequirePackage|documentclass|LoadClass)\s*(?:\[[^\[\]]{0,1000}\]\s*)?\{\s*([^{}]{1,500}?)\s*\}"
)
_INNER = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.S)  # of a file that is complete
_MOST_FILES, _DEEPEST, _INCLUDED = 200, 4, 1 << 20  # included files, levels of them, and code points of one
_LARGEST = 4 << 20  # code points of all: a book has 2 MB
_AROUND = 3  # folders of which a name may begin with one: that of the main file and those around it
_PRIVATE = (Path.home(), *Path.home().parents)
_MOST_COMMANDS = 300  # of one kind: authors of a large collaboration
_LONGEST = 50_000  # code points of an argument
_BRACE = re.compile(r"(?<!(?<!\\)\\)[{}]")
_DROPPED = re.compile(
    r"\\(?:cite[a-z]*|footnote(?:mark|text)?|thanks|label|ref|vspace|hspace|inst|orcid|orcidlink|IEEEauthorrefmark|email|ead|fnref|corref|tnoteref|IEEEmembership|"
    r"textsuperscript|orcid[A-Z]|thanksref|authornote|authornotemark|index|includegraphics|color|fontsize|setcounter|orcidID|keywords|zihao)"
    r"(?![A-Za-z])\*?\s*(?:\[[^\[\]]{0,200}\]\s*)*"
    r"(?:\{[^{}]{0,500}(?:\{[^{}]{0,200}\}[^{}]{0,500}){0,5}\})?"
)
_SHOWN = re.compile(r"\\(?:href\s*\{[^{}]{0,500}\}|textcolor\s*\{[^{}]{0,50}\}|url)\s*(?=\{)")
_STYLE = re.compile(
    r"\\(?:bf|it|sc|rm|tt|sf|em|bfseries|itshape|scshape|Large|LARGE|large|huge|Huge|small|normalsize|footnotesize|scriptsize|tiny|centering|noindent|xspace|par|maketitle|"
    r"protect|ignorespaces|textbf|textit|textsc|textrm|texttt|textsf|emph|mbox|name|Name|fnm|spfx|sur|sfx)(?![A-Za-z])\s*"
)
_XSPACE = re.compile(r"\\xspace(?:(\{\})|(?![A-Za-z])\s*(?=\w))")
_MARK = re.compile(r"\$\s*\^?\s*\{?[^$]{0,60}\$|\\(?:dag|ddag|dagger|ddagger|ast|star)\b|\^\{?[^{}\s]{0,10}\}?")
_SMALL = re.compile(  # a note in a title
    r"\{\s*\\(?:footnotesize|scriptsize|tiny)(?![A-Za-z])[^{}]{0,500}(?:\{[^{}]{0,200}\}[^{}]{0,500}){0,5}\}"
)
_GAP = re.compile(r"\\[,;:!\s]|(?<!\\)~")
_BETWEEN_TERMS = re.compile(r"\\(?:sep|and|And|quad|cdot|textbullet)(?![A-Za-z])|\\\\|\s-{2,3}\s")
_CODE = re.compile(r"\\[A-Z]{3,4}\s*(?:\[[^\]]{0,20}\])?(?![A-Za-z]).*")  # of a classification: \MSC[2020] 68T07
_WIDE = re.compile(r"\\(?:quad|qquad|enspace|hfill|hspace\s*\{[^{}]{0,20}\})(?![A-Za-z])|(?:(?:~|\\ )\s?){2,}")
_EMAIL = re.compile(r"(?:\b[Ee]-?mails?\s*:\s*)?(?:\\?\{[^{}]{0,200}\\?\}|[\w.,+-]{1,200})\s?@[\w.-]{1,100}")
_NO_NAME = re.compile(
    r"\\href\s*\{[^{}]{0,500}\}\s*\{[^{}]{0,300}\}|\\url\s*\{[^{}]{0,500}\}|https?://[^\s{}]+"
    r"|\\(?:begin|end)\s*\{(?:tabular|center|minipage)\*?\}(?:\s*\[[^\]]{0,50}\])?(?:\s*\{[^{}]{0,100}\})?"
)
_RAISED = re.compile(r"\\textsuperscript\s*\{([^{}]{0,50})\}")
_AT_MARK = re.compile(r"(?<![^\s,;}\\])(?=\$\s*\{?\s*\^)")
_NAME = re.compile(r"\\name(?![A-Za-z])")  # of JMLR: \name Ada Fox \email a@b.org \\ \addr MIT
_ADDRESS = re.compile(r"\\addr(?:ess)?(?![A-Za-z])")
_LINE_END = re.compile(r"\\(?:email(?![A-Za-z])|\\)|\n")
_BETWEEN_PEOPLE = re.compile(r"\\(?:and|AND|And)(?![A-Za-z])")
_AT = re.compile(r"\\at(?![A-Za-z])")  # of Springer's journals: A. Fox \at MIT
_MARKED = re.compile(r"\s*\{?\s*(?:\$\s*\{?\s*\^|\\textsuperscript|\^)")  # a place behind its mark
_ITS_PART = re.compile(r"\b([a-z]{4,15})\s*=\s*(?=\{)")
_PARTS = ("organization", "city", "state", "country")
_BETWEEN = re.compile(r"\\\\(?:\[[^\]]{0,20}\])?|\n\s*\n|;")
_PLACE = re.compile(
    r"(?i)universit|institut|laborator|department|school|college|academy|research|inc\b|corp|gmbh|google|microsoft|nvidia|meta\b|@"
)
_OF_FILE = re.compile(rf"(?<![\d.])({ARXIV_ID})(?:v\d+)?(?!\d)")


def _sniff(file: InputFile) -> float:
    return 0.7 if _BEGIN.search(file.start()) else 0.0


def _rows(file: InputFile) -> list[Row]:
    text = decoded(b"".join(file.chunks()))
    folder = file.path.parent if isinstance(file.path, Path) else None
    text = joined(text, lambda name: beside(folder, name))
    row = _row(text, file)
    if file.is_whole:
        held = file.path.beside.get if isinstance(file.path, HeldFile) else partial(beside, folder)
        row["body"] = lambda: latexbody.body(text, file.own_name, held)
    return [("the paper", row)]


def joined(text: str, file: Callable[[str], str | None]) -> str:
    """A LaTeX text without comments and with what it includes: files, which `file` gives by name, and their macros."""
    return COMMENT.sub("", _Joined(file).whole(text, ()))


class _Joined:
    """Puts files where they are included; LaTeX looks for them from the main file's folder, packages from their own."""

    def __init__(self, file: Callable[[str], str | None]) -> None:
        self._file, self._left = file, _MOST_FILES

    def whole(self, text: str, folders: tuple[str, ...]) -> str:
        """A text of a file that is included through files in these folders."""
        text = COMMENT.sub("", text[:_LARGEST])
        text = _PACKAGE.sub(self._with_macros, text)
        if len(folders) < _DEEPEST:
            text = INPUT.sub(lambda found: self._included(found, folders), text)
        return text[:_LARGEST]

    def _included(self, found: re.Match[str], folders: tuple[str, ...]) -> str:
        name = posixpath.join(*(one for one in found.groups() if one)).strip('"')
        for folder in ("", *reversed(folders)):
            for ending in (".tex", ""):
                path = posixpath.normpath(posixpath.join(folder, f"{name}{ending}"))
                if (inner := self._read(path)) is not None:
                    body = _INNER.search(inner) if "\\documentclass" in inner else None
                    return self.whole(body[1] if body else inner, (*folders, posixpath.dirname(path)))
        return ""

    def _with_macros(self, found: re.Match[str]) -> str:
        ending = "cls" if "lass" in found[1] else "sty"
        files = (self._read(f"{name.strip()}.{ending}") for name in found[2].split(",")[:50])
        macros = (of_style(COMMENT.sub("", inner)) for inner in files if inner)
        return "\n".join((found[0], *macros))

    def _read(self, path: str) -> str | None:
        inner = self._file(path) if self._left > 0 else None
        self._left -= inner is not None
        return None if inner is None else inner[:_INCLUDED]


def beside(folder: Path | None, name: str) -> str | None:
    """The text of a file in the folder of the main file, or below it; the name may begin with a folder around it."""
    parts = PurePosixPath(name).parts
    if folder is None or name.startswith(("/", "~")) or ".." in parts:
        return None
    with suppress(OSError, ValueError):
        home = folder.resolve()
        around = [one for one in (home, *home.parents)[:_AROUND] if one.name == parts[0] and one not in _PRIVATE]
        for top, path in ((home, home / name), *((one, one.joinpath(*parts[1:])) for one in around)):
            if path.is_file() and path.stat().st_size < _LARGEST and path.resolve().is_relative_to(top):
                return decoded(path.read_bytes())
    return None


def _row(text: str, file: InputFile) -> dict[str, object]:
    _, macros = defined(text)
    titles = [*arguments(text, r"(?:icml|twocolumn)?[tT]itle")]
    abstracts = [*_environments(text, "abstract"), *arguments(text, r"abstract")]
    if not titles and not abstracts:  # a thesis with commands and environments of its own
        titles = [one.body for name, one in macros.items() if name.lower().endswith("title") and not one.arity]
        abstracts = [*_environments(text, r"[A-Za-z]{0,20}[aA]bstract[A-Za-z]{0,20}")]
    authors, places = _authors(text)
    found = _OF_FILE.search(file.file_name.replace("_", "/")) or _OF_FILE.search(file.file_name)
    dates = next(arguments(text, r"date"), "")
    return {
        "title": _plain(_SMALL.sub("", next(iter(titles), "")), macros).replace("\n", " "),
        "subtitle": _plain(next(arguments(text, r"subtitle"), ""), macros).replace("\n", " "),
        "abstract": _plain(max(abstracts, key=len, default=""), macros),
        "authors": signed(
            [name for name in map(_name, authors) if name],
            [*map(_name, arguments(text, r"collaboration(?:\s*\{\d+\})?"))],
        ),
        "institutions": [place for place in (_name(one, is_place=True) for one in places) if place],
        "arxiv": found[1] if found else "",
        "date": bare(dates) if re.search(r"\d{4}", dates) else "",
        "year": next(arguments(text, r"acmYear"), ""),
        "doi": bare(next(arguments(text, r"(?:acmDOI|doi)"), "")),
        "venue": _name(next(arguments(text, r"(?:acmConference|journal)"), ""), is_place=True),
        "keywords": _terms(text, macros),
    }


def _terms(text: str, macros: Mapping[str, Macro]) -> list[str]:
    """The keywords of a paper; codes of a classification among them are none."""
    found = next(arguments(text, r"(?:icml)?[kK]eywords?"), "") or next(_environments(text, r"(?:IEEE)?keywords?"), "")
    terms = _BETWEEN_TERMS.sub(";", _CODE.sub("", found))
    return bibliography.terms([_plain(terms, macros).strip(" ;.")]) if found else []


def arguments(text: str, command: str) -> Iterator[str]:
    r"""The arguments of a command: `\title[short]{long}`."""
    for found in islice(re.finditer(rf"\\{command}\*?\s*(?:\[[^\[\]]{{0,300}}\]\s*)?(?=\{{)", text), _MOST_COMMANDS):
        yield _braced(text, found.end())


def _environments(text: str, name: str) -> Iterator[str]:
    for found in islice(re.finditer(rf"\\begin\s*\{{{name}\*?\}}", text), _MOST_COMMANDS):
        end = re.compile(rf"\\end\s*\{{{name}\*?\}}").search(text, found.end(), found.end() + _LONGEST)
        if end:
            yield text[found.end() : end.start()]


def _braced(text: str, at: int, longest: int = _LONGEST) -> str:
    """What stands between the brace at `at` and the one that closes it; "" when that is too far away."""
    depth = 0
    for found in _BRACE.finditer(text, at, at + longest):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return text[at + 1 : found.start()]
    return ""


def _plain(text: str, macros: Mapping[str, Macro]) -> str:
    """A text without what LaTeX does not print; formulas and styles are left to the repair of texts."""
    text = resolved(text[:_LONGEST], macros, 2 * _LONGEST)
    text = _SHOWN.sub("", _DROPPED.sub("", _XSPACE.sub(lambda found: "" if found[1] else " ", text)))
    text = _STYLE.sub("", _GAP.sub(" ", _BETWEEN_LINES.sub(" ", text)))
    paragraphs = (_BEFORE_MARK.sub("", " ".join(plain(part).split())) for part in re.split(r"\n\s*\n", text))
    return "\n".join(part for part in paragraphs if part)


_BEFORE_MARK = re.compile(r" (?=[,.;:](?:\s|$))")  # where a citation was
_BETWEEN_LINES = re.compile(r"\\\\(?:\[[^\]]{0,20}\])?|\\(?:newline|linebreak|break)\b")


def _authors(text: str) -> tuple[list[str], list[str]]:
    """The authors and their affiliations, as the classes of publishers want them written."""
    people: list[str] = []
    places: list[str] = []
    for block in map(_marked, arguments(text, r"[aA]uthor")):
        if _NAME.search(block):
            for part in _NAME.split(block)[1:]:
                name, *place = _ADDRESS.split(part)
                people.append(_LINE_END.split(name)[0])
                places += (_BETWEEN_PEOPLE.split(one)[0] for one in place)
            continue
        inner = [*arguments(block, r"IEEEauthorblockN")]
        places += arguments(block, r"IEEEauthorblockA")
        for part in inner or _BETWEEN_PEOPLE.split(block):
            lines = [line for line in _BETWEEN.split(_DROPPED.sub("", part)) if len(line) < 500 and line.strip()]
            is_one = len(_several(lines[0])) == 1 if lines else False  # what stands below a single name is its place
            for at, line in enumerate(lines):
                if _PLACE.search(line) or (at and (is_one or _MARKED.match(line))):
                    places += (one for wide in _WIDE.split(line) for one in _AT_MARK.split(wide))
                else:
                    people += _WIDE.split(line)
    people += arguments(text, r"icmlauthor")
    for command in ("affiliations?", "affil", "address", "institute"):
        for block in map(_marked, arguments(text, command)):
            institutions = [*arguments(block, r"(?:institution|orgname)")] or _of_parts(block)
            places += institutions or [
                one
                for part in re.split(r"\\and(?![A-Za-z])|\n\s*\n", block)
                for one in _AT_MARK.split(_AT.split(part)[-1])
                if one.strip()
            ]
    places += (
        _braced(text, found.end()) for found in re.finditer(r"\\icmlaffiliation\s*\{[^{}]{0,60}\}\s*(?=\{)", text)
    )
    split = (name for one in people for name in _several(one) if not name.endswith(":"))
    return list(split), [
        one for place in dict.fromkeys(places) if not (one := _EMAIL.sub("", place)).rstrip(" {}\n").endswith(":")
    ]


def _marked(block: str) -> str:
    """Authors or places without links and tables around them, and with all marks as "$^{1}$"."""
    return _RAISED.sub(lambda found: f"$^{{{found[1].replace('$', '')}}}$", _NO_NAME.sub("", block))


def _of_parts(block: str) -> list[str]:
    """The affiliation that is written in parts: organization={MIT}, city={Cambridge}."""
    found = ((one[1], _braced(block, one.end())) for one in islice(_ITS_PART.finditer(block), _MOST_COMMANDS))
    whole = ", ".join(value for name, value in found if name in _PARTS and value.strip())
    return [whole] if whole else []


def _several(line: str) -> list[str]:
    r"""The names in a line of authors: "Ada Fox$^1$, Bo Lee and Cy Day"."""
    text = plain(_GAP.sub(" ", _MARK.sub(" ", _STYLE.sub("", line)))).replace("{", "").replace("}", "")
    text = _RANK.sub("", " ".join(text.replace("\\&", "&").split()))
    text = re.sub(r"\s*,\s*(?:,\s*)*", ", ", text).strip(" ,")
    return people([text]) if text else []


_RANK = re.compile(r"^\d{1,3}\s+(?=\D)")  # "1\textsuperscript{st} Ada Fox", as IEEE's template counts


def _name(text: str, is_place: bool = False) -> str:
    """A name or an affiliation on one line; "" for what has no letters."""
    text = bare(_STYLE.sub("", _DROPPED.sub("", _MARK.sub("", _BETWEEN_LINES.sub(", ", text)))))
    text = re.sub(r"\\[A-Za-z]+\*?", " ", text)
    text = (
        re.sub(r"\s*,[\s,]*", ", ", " ".join(text.split())).strip(" ,;.&*")
        if is_place
        else " ".join(text.split()).strip(" ,;*")
    )
    return text if sum(map(str.isalpha, text)) > 1 and (is_place or len(text) < 100) else ""


#: The entry is named by its file, and by its arXiv id where the file is.
READER = RowReader("tex", _sniff, _rows)
