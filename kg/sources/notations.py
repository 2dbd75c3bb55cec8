"""Lists of papers in LaTeX, HTML and notations of plug-ins, written as in Markdown, each line where it stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import unquote

from kg import latex
from kg.model import KgError
from kg.plugins import of_others
from kg.sources.forms import forms
from kg.sources.inputs import InputFile
from kg.sources.item_titles import bold_line, is_title
from kg.sources.layout.blocks import is_running
from kg.sources.references import names_of
from kg.sources.styles import cited
from kg.sources.web import parsed

_PAGE = re.compile(
    r"\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype (?:html|netscape-bookmark-file)|html|head|body|ol|ul|dl)\b", re.I | re.S
)
_TEX = re.compile(r"\\(?:bibitem|begin\s*\{(?:thebibliography|document)\}|item(?![a-z]))")
_NO_LIST = re.compile(r"\\begin\s*\{abstract\}|\\abstract\b")
_TEX_ITEM = re.compile(
    r"^[ \t]*\\(?:bibitem\s*(?:\[(?:[^\[\]{}]|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}){0,300}\])?\s*\{[^{}]{0,200}\}"
    r"|(?:bib)?item(?![a-z])(?:\s*\[[^\[\]]{0,50}\])?)"
    r"(.*?)(?=^[ \t]*\\(?:(?:bib)?item|end|section|subsection)(?![a-z])|\Z)",
    re.M | re.S,
)
_HREF = re.compile(r"\\href\s*\{([^{}]{1,500})\}\s*\{((?:[^{}]|\{[^{}]*\}){0,500})\}")
_HREF_OF_STYLE = re.compile(r"\\href\s*\{([^{}]{1,500})\}\s*(?=\{)")  # before what holds more braces
_URL = re.compile(r"\\(?:url|path|doi)\s*\{([^{}]{1,500})\}")
_SLANTED = re.compile(
    r"\\(?:emph|textit|textsl)\s*\{((?:[^{}]|\{[^{}]*\}){0,500})\}|\{\\(?:em|it|sl)(?![a-z])\s*((?:[^{}]|\{[^{}]*\}){0,500})\}"
)
_TITLE = re.compile(r"\\(?:bibinfo\s*\{\s*title\s*\}|showarticletitle)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_PART = re.compile(  # of a reference, as the styles of ACM and REVTeX write it
    r"\\(?:bibinfo|bibfield|Eprint)\s*\{\s*\w+\s*\}\s*(?=\{)|\\bib\w*font\s*(?=\{)|\\(?:natexlab|showDOI|BibitemShut)\s*\{[^{}]*\}"
    r"|\\BibitemOpen(?![A-Za-z])|(?<!\\)\\(?=\s)"
)
_NEW_BLOCK = re.compile(r"\\(?:penalty-?\d+|newblock|newline|hskip[^\\{}]{0,60}\\relax|,|;|\\)(?![a-z])")
_UNDERLINED = re.compile(  # a heading
    r"(?:\A|(?<=\n\n))((?:[=-]{3,}\n)?) ?((?![-*+]\s|\d{1,4}[.)]\s|[#>|<`])\S[^\n|]{2,300})\n(={3,}|-{4,})[ \t]*$", re.M
)
_NICKNAMED = re.compile(
    r"^([ \t]{0,40}(?:[-*+•]|\d{1,4}[.)])?[ \t]{0,40})(\*\*|__)[^*_\n]{1,40}\2((?:[ \t]*\n){1,2})[ \t]*"
    r"(\S[^\n]{20,2000})$",
    re.M,
)
_FENCED = re.compile(r"^[ \t]*(```|~~~)([^\n`]*)\n((?:(?![ \t]*\1)[^\n]*\n)*)[ \t]*\1[ \t]*$", re.M)
_INDENT = re.compile(r"^[ \t]*(?=\S)", re.M)
_OF_TEXT = ("", "text", "txt", "abstract")  # languages of a fence
_OF_SCHOLAR = re.compile(  # "### [Title](https://...)" above "A Fox, B Lee… - Caches, 2024"
    r"^#{1,6} (\[[^\[\]\n]{5,400}\]\([^()\s]{5,600}\))[ \t]*\n{1,4}"
    r"([^\n]{3,500}?)\s-\s([^\n]{2,150}), ((?:19|20)\d\d)\b[^\n]*$",
    re.M,
)
_REDIRECT = re.compile(r"https?://scholar\.google\.[a-z.]{2,6}/scholar_url\?(?:[^#\s]*?&)?url=([^&#\s]+).*")
_CLASS = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
_MARKS = {"em": "*", "i": "*", "cite": "*", "b": "**", "strong": "**"}
_SPACES = re.compile(r"\s+")
_DEEPEST = 100  # elements in each other


def in_markdown(file: InputFile, text: str) -> str:
    """The text of a list as in Markdown, with whole references as items; that of other files as it is."""
    text = next((made for notation in _of_others() if (made := notation(text)) is not None), text)
    if is_page(text):
        with suppress(KgError, RecursionError):
            page = "".join(_of_element(parsed(file, text.encode())))
            return _itemised(_OF_SCHOLAR.sub(_scholarly, page))
        return ""
    if is_latex(text):
        return _TEX_ITEM.sub(_of_item, latex.COMMENT.sub("", text))
    text = _UNDERLINED.sub(lambda found: f"{found[1]}{'##'[found[3][0] == '=' :]} {found[2]}\n", text)
    return _itemised(_NICKNAMED.sub(_without_nickname, _FENCED.sub(_as_quote, text)))


def _without_nickname(found: re.Match[str]) -> str:
    """A whole reference on the line of the short name in bold above it; other texts as they are."""
    is_nickname = cited(found[4]) and not bold_line(found[0].removeprefix(found[1]))
    return f"{found[1]}{found[4]}{found[3]}" if is_nickname else found[0]


def _as_quote(found: re.Match[str]) -> str:
    """A fence around a sentence as a quotation; one around code or data as it is."""
    text = found[3].rstrip()
    is_prose = is_running(text) and text[-1] in ".!?"
    return "\n" + _INDENT.sub("  > ", found[3]) + "\n" if is_prose and found[2].strip() in _OF_TEXT else found[0]


def is_page(text: str) -> bool:
    """Whether a text is a web page."""
    return _PAGE.match(text) is not None


@cache
def _of_others() -> tuple[Callable[[str], str | None], ...]:
    """Other notations (entry points "kg.lists"): each gives a text in its notation in Markdown, for others None."""
    return tuple(of_others("kg.lists").values())


def is_of_others(text: str) -> bool:
    """Whether a text is in a notation of another package."""
    return any(notation(text) is not None for notation in _of_others())


def is_latex(text: str) -> bool:
    """Whether a text is a list in LaTeX (a bibliography, a page of publications), and no paper."""
    return text.lstrip()[:1] in "\\%" and _TEX.search(text) is not None and _NO_LIST.search(text) is None


def _scholarly(found: re.Match[str]) -> str:
    """A link of Google Scholar's, in a mail or a page of results, as an item with lines of fields."""
    names = found[2].rstrip("… ")
    if not names_of(names):
        return found[0]
    names += ", et al." * (names != found[2].rstrip())
    venue = "" if "arxiv" in found[3].lower() else f"\n  Venue: {found[3]}"
    return f"- {found[1]}\n  Authors: {names}{venue}\n  Year: {found[4]}"


def _of_item(found: re.Match[str]) -> str:
    """An item of LaTeX in one line, and the lines that it had."""
    text = _TITLE.sub(r"“\1”", found[1])
    text = _HREF_OF_STYLE.sub(r" \1 ", _HREF.sub(r" [\2](\1)", _PART.sub("", text)))
    text = _URL.sub(r" \1", text)
    text = _SLANTED.sub(lambda one: f"*{(one[1] or one[2]).strip()}*", text)
    text = latex.bare(_NEW_BLOCK.sub(" ", text))
    return f"\n- {' '.join(text.split())}" + "\n" * max(1, found[0].count("\n") - 1)


_PARAGRAPH = re.compile(r"(?:^[^\n]*\S[^\n]*(?:\n|\Z))+", re.M)
_BEGINS = re.compile(r"(?:\d{1,4}:\s+)?[^\W\d_]|\[[\w+:-]{2,20}\]\s|\[[A-Z]{1,9}\]\s|[*_“\"]")
_HAS_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_SIGNS = re.compile(r"^[ \t]*(?:[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d][ \t]*)*")
_BUTTON = re.compile(r"^(?:\[[A-Z]{1,9}\]\s*)+")
_HELD = re.compile(r"(.{2,150}?),\s+((?:19|20)\d\d)\b")  # a venue and its year
_PLAIN_LINE = re.compile(r"[^\W_][^\[\]<>|*#`]{8,250}")
_LEAST = 3  # words of a title without marks
_LONGEST = 2000  # code points of a reference


def _itemised(text: str) -> str:
    """A text in which paragraphs that are whole references are items, as are lines that are some."""
    return _PARAGRAPH.sub(_as_items, text)


def _as_items(found: re.Match[str]) -> str:
    if listed := _two_lines(found[0]):
        return listed
    lines = found[0].split("\n")[:-1] if found[0].endswith("\n") else found[0].split("\n")
    if not _BEGINS.match(lines[0]) or not _HAS_YEAR.search(found[0]):
        return found[0]
    outer = [line for line in lines if not line[:1].isspace()]
    if len(outer) == len(lines) and 2 * sum(map(_is_reference, lines)) > len(lines):
        return "".join(f"- {line}\n" for line in lines)
    if len(found[0]) < _LONGEST and _is_reference(found[0]):
        return f"- {' '.join(found[0].split())}" + "\n" * len(lines)
    return found[0]


def _two_lines(text: str) -> str:
    """A title, the line of its authors and more, as an item; "" for other paragraphs."""
    title, *below = (_SIGNS.sub("", line) for line in text.rstrip("\n").split("\n"))
    title = _BUTTON.sub("", title)
    if not below or not _PLAIN_LINE.fullmatch(title) or len(title.split()) < _LEAST:
        return ""
    names = below[0].partition(":")[2] if below[0].lower().startswith(("authors:", "by:")) else below[0]
    names, *behind = re.split(r"\s[-–]\s", names, maxsplit=1)  # "A Fox, B Lee - Caches, 2024", as Google Scholar writes
    if not (signed := names_of(names)) or (len(signed) == 1 and names_of(title)):
        return ""
    held = _HELD.match(behind[0]) if behind else None
    said = [f"Venue: {held[1]}", f"Year: {held[2]}"] if held else [f"Venue: {one}" for one in behind]
    said = [line for line in said if "arxiv" not in line.lower()]
    return "\n  ".join((f"- **{title.strip()}**", f"Authors: {names}", *said, *below[1:])) + "\n"


def _is_reference(text: str) -> bool:
    return _HAS_YEAR.search(text) is not None and is_title(cited(text).get("title", ""))


def _of_element(one: Any, is_within: bool = False, depth: int = 0) -> Iterator[str]:
    """The text of an element of a page, with line ends where blocks end; `is_within` an item."""
    if not isinstance(one.tag, str) or one.tag in forms()["page"]["unshown"] or depth > _DEEPEST:
        return
    tag, names = one.tag, _classes(one)
    is_heading = tag[0] == "h" and tag[1:].isdecimal()
    is_item = tag == "li" or (not is_heading and any("title" in _classes(child) for child in one))
    is_item = is_item and not is_within
    inside = _SPACES.sub(" ", one.text or "")
    for child in one:
        inside += "".join(_of_element(child, is_within or is_item, depth + 1)) + _SPACES.sub(" ", child.tail or "")
    lines = list(filter(None, map(str.strip, inside.split("\n"))))
    flat = " ".join(lines)
    label = label_of_class(one.get("class") or "")
    if tag == "br":
        yield "\n"
    elif is_item:
        yield "\n- " + "\n  ".join(lines) + "\n"
    elif not flat:
        yield " "
    elif is_within and "title" in names and "](" not in flat:
        yield f"\n**{flat.strip('*')}**\n"
    elif is_within and label and tag != "th" and "](" not in flat and len(lines) == 1:
        yield f"\n{label}: {flat}\n"
    elif tag == "a":
        url = _REDIRECT.sub(lambda found: unquote(found[1]), one.get("href") or "")
        yield f"[{flat}]({url})" if url.startswith("http") and "](" not in flat else flat
    elif is_within and tag == "tr" and [child.tag for child in one] == ["th", "td"] and len(lines) > 1:
        yield f"\n{lines[0].rstrip(':')}: {' '.join(lines[1:])}\n"
    elif is_within and is_heading and len(lines) == 1:
        yield f"\n**{flat}**\n"
    elif tag in _MARKS and len(lines) == 1:
        yield f"{_MARKS[tag]}{flat}{_MARKS[tag]}"
    elif is_heading and not is_within:
        yield f"\n\n{'#' * int(tag[1:])} {flat}\n\n"
    else:
        end = "\n" * (1 + (tag == "p" and not is_within)) * (tag in forms()["page"]["blocks"] or tag[0] == "h")
        yield f"{end}{inside}{end}"


def label_of_class(names: str) -> str:
    """The label of a field that the class of an element names: "Abstract" of "paper-abstract"; "" for others."""
    classes = forms()["page"]["classes"]
    return next((classes[name] for name in map(str.lower, _CLASS.split(names)) if name in classes), "")


def _classes(one: Any) -> frozenset[str]:
    """The words of an element's class: "pub-title" has two."""
    return frozenset(map(str.lower, _CLASS.split(one.get("class") or "")))
