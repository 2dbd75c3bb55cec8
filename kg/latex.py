"""Convert LaTeX letters, symbols, braces and ties to the characters that they print.

Readers of formats written in LaTeX (BibTeX) use `plain` and `bare`. Commands and formulas, which these two leave, are
resolved in every text by `kg.sources.repairs.inline_tex`, as reversible edits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache, partial

from kg.files import toml_file

#: One character for each group of equivalent ones.
_SIGNS_OF_NUMBERS = str.maketrans("∼～≈˜‐‑‒–−✕✖╳⨯％\u00a0\u2009\u202f\n", "~~~~-----××××%    ")
_MATH = re.compile(r"((?<!\\)\$[^$]*(?<!\\)\$)")
# An accent with its letter, or a named letter: \'e, \"{o}, \v{S}, \'{\i}, \ss, \o
_LETTER = re.compile(
    r"\\(?:(?:['`^\"~=.]|[uvHcdbkr](?=[\s{]))\s*(?:\{\s*(?:\{?\\?[A-Za-z]{1,2}(?:\{\})?\}?|\\['`^\"~u]\s?\{?[A-Za-z]\}?)\s*\}|\\[ij](?![A-Za-z])|[A-Za-z])"
    r"|(?:ss|SS|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|th|TH|dh|DH|dj|DJ|ng|NG)(?![A-Za-z])(?:\{\}|\s+)?"
    r"|text(?:[a-z]{4,20}|up[a-z]{1,8})(?![A-Za-z]|\s*\{[^}])(?:\{\}|\s+)?)"  # \textgreater, but no style: \textbf{a}
)
_LOGO = re.compile(r"\\((?:[A-Za-z]{0,5}TeXe?|M[FP]|KOMAScript))(?![A-Za-z])(?:\{\}|\s+(?=\w)|\\(?= ))?")
_BRACE = re.compile(r"\\[\\{}$]|[{}]")
_COMMAND = re.compile(r"\\[A-Za-z]+\s*\Z")
_OLD_STYLE = re.compile(r"\{\\[a-z]{2}\s")
_QUOTED = re.compile(r"(?<!\w)`([^`'\n]{1,200})'(?!\w)")
_TIE = re.compile(r"(?<=[\w.,:;)}\]$%°×”’'])~(?=[\w\\({$\[])")
COMMENT = re.compile(r"(?<!(?<!\\)\\)%.*")
ESCAPED = re.compile(r"\\([%&$#_{}])")
_BRACED = re.compile(r"\{\\?([_~%#&-])\}")  # "a{\_}b" in an address, as Mendeley writes it
_STYLED = re.compile(r"\\[A-Za-z]+\s*\{([^{}]*)\}")
_ENSURED = re.compile(r"\\ensuremath\s*\{([^{}$]{0,200})\}")
_OF_MATH = re.compile(r"[\\^_{]")
_FRACTION = re.compile(r"\\[dtc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_SPACE = re.compile(r"\\[,;:!> ]|~")
_UNSEEN = re.compile(
    r"\\(?:(?:text)?color|[hv]space|[hv]?phantom|label|raisebox|scalebox|fontsize\s*\{[^{}]*\})\*?\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}"
)
_NAMED = re.compile(r"\\([A-Za-z]+)\s*")
_OF_SIGN = re.compile(r"[_^](?=\s|$|[^\w+\-−(\s])|\^(?=\()")  # of a mark: F1^†
_CHANGE = re.compile(r"(?<=\d)_(?=[+\-−(])")  # below a number: 78.1_{+0.4}
_DINGS = ((192, 0x2780), (182, 0x2776), (172, 0x2460), (33, 0x2701))  # number and sign of the first of a row
_KNOWN = partial(toml_file, __file__, "latex.toml")
_URL = re.compile(r"\s*(?:\\url\s*\{\s*)?(https?://|10\.\d{4})")


def symbols() -> dict[str, str]:
    """The commands in latex.toml and the characters that they print."""
    return _KNOWN()["symbols"]  # type: ignore[no-any-return]


def signs() -> dict[str, str]:
    """The symbols, and the commands that print a sign in tables."""
    return {**symbols(), **_KNOWN()["signs"]}


def journal(name: str) -> str:
    r"""The name of a journal that ADS writes as a command of the AAS, else the name.

    >>> journal(r"\mnras"), journal("Nature")
    ('Monthly Notices of the Royal Astronomical Society', 'Nature')
    """
    return _KNOWN()["journals"].get(name.strip("{} \\"), name) if name.lstrip("{ ").startswith("\\") else name


def letters(text: str) -> Iterator[tuple[int, int, str]]:
    r"""Accented and named letters outside formulas: (start, end, character), braces included.

    >>> list(letters(r"{\'E}cole, Erd\H{o}s"))
    [(0, 5, 'É'), (14, 19, 'ő')]
    """
    if not _LETTER.search(text):
        return
    at = 0
    for i, piece in enumerate(_MATH.split(text)):
        if i % 2 == 0 and "\\" in piece:
            for match in _LETTER.finditer(piece):
                start, end, printed = match.start(), match.end(), _letter(match.group())
                if printed == match.group() or len(unicodedata.normalize("NFC", printed)) > 2:
                    continue  # unknown letter, or not a letter at all: "\\r{ho}" was "\\rho"
                if (
                    piece[start - 1 : start] == "{"
                    and piece[end : end + 1] == "}"
                    and piece[start - 2 : start - 1] != "\\"
                ):
                    start, end = start - 1, end + 1
                yield at + start, at + end, printed
        at += len(piece)


def plain(text: str) -> str:
    r"""The text without LaTeX letters, quotes, dashes, ties and braces; what `repair` resolves is kept.

    Kept are commands with their braces, escapes ("\&") and formulas between dollar signs.

    >>> plain(r"{GPU}-based Ku{\l}akowski, B{\'e}la G\"odel: {A}~{$3\times$} faster \textbf{{KV}} cache")
    'GPU-based Kułakowski, Béla Gödel: A $3\\times$ faster \\textbf{KV} cache'
    """
    if not any(mark in text for mark in ("\\", "{", "}", "~", "--", "`")):
        return text
    pieces = _MATH.split(_ENSURED.sub(r"$\1$", text))
    kept: list[bool] = []  # for each open brace, whether it is kept
    pieces[::2] = [_unbraced(_letters(piece), kept) for piece in pieces[::2]]
    return "".join(pieces)


def formulas(text: str, is_tex: bool = True) -> str:
    r"""The text with its formulas as plain characters; where it is no LaTeX, only what has signs of LaTeX is one.

    >>> formulas(r"PPL $\downarrow$, $10^{-3}$, $H_{kv}{=}2$, 7.1$_{\pm 0.2}$"), formulas("$5 or $6", False)
    ('PPL ↓, 10^-3, H_kv=2, 7.1±0.2', '$5 or $6')
    """
    if "$" not in text:
        return text
    pieces = _MATH.split(text)
    pieces[1::2] = [formula(one) if is_tex or _OF_MATH.search(one) else one for one in pieces[1::2]]
    return "".join(pieces)


def formula(text: str) -> str:
    r"""A formula as plain characters: signs for their commands, "^" and "_" before what is raised or lowered.

    >>> formula(r"\frac{a}{b} \times 10^{3}, \mathrm{top}\text{-}k, x^{\circ}, F1^\dagger")
    'a/b ×10^3, top-k, x°, F1†'
    """
    text = _UNSEEN.sub("", text)
    text = _FRACTION.sub(r"\1/\2", _SPACE.sub(lambda found: "" if found[0] == "\\!" else " ", text.strip("$")))
    known = signs() | _KNOWN()["formulas"]
    text = _NAMED.sub(lambda found: known.get(found[1], ""), text)
    text = re.sub(r"(?<!\\)[{}]", "", ESCAPED.sub(lambda found: found[0] if found[1] in "{}" else found[1], text))
    text = _CHANGE.sub(" ", text.replace("^∘", "°").replace("\\", ""))
    return " ".join(_OF_SIGN.sub("", text).split())


def ding(number: str) -> str:
    """The sign of a number in the font Zapf Dingbats, as the package pifont names it: 51 is a check mark; "" for none.

    >>> ding("51"), ding("55"), ding("172"), ding("7")
    ('✓', '✗', '①', '')
    """
    at = int(number) if number.isdecimal() and len(number) < 4 else 0
    first, sign = next((one for one in _DINGS if one[0] <= at), (0, 0))
    return chr(sign + at - first) if sign else ""


def bare(text: str) -> str:
    r"""Like `plain`, but also without styles and escapes: for names, addresses and identifiers, which are not repaired.

    >>> bare(r"Univ. of Science \& Technology"), bare(r"10.1007/978-3-642-10745-0\_76")
    ('Univ. of Science & Technology', '10.1007/978-3-642-10745-0_76')
    """
    if _URL.match(text):  # "~" and "--" are part of a URL
        return ESCAPED.sub(r"\1", _BRACED.sub(r"\1", text.strip().removeprefix(r"\url").strip("{} ")))
    return ESCAPED.sub(r"\1", _STYLED.sub(r"\1", plain(text)))


def _letters(text: str) -> str:
    text = _TIE.sub(" ", text)
    text = _LOGO.sub(lambda match: _KNOWN()["logos"].get(match[1], match[0]), text)
    text = _LETTER.sub(lambda match: _letter(match.group()), text)
    text = text.replace("``", "“").replace("''", "”") if "``" in text else text
    text = _QUOTED.sub(r"‘\1’", text) if "`" in text else text
    return text.replace("---", "—").replace("--", "–")


@lru_cache(1000)
def _letter(command: str) -> str:
    from pylatexenc.latex2text import LatexNodes2Text

    if known := symbols().get(command.strip("\\{} \n\t")):
        return known
    try:
        return str(LatexNodes2Text().latex_to_text(command)).strip() or command
    except Exception:  # unknown letter
        return command


def _unbraced(text: str, kept: list[bool]) -> str:
    """The text without braces, except those of commands; `kept` carries over from the preceding text."""
    pieces: list[str] = []
    at = 0
    for match in _BRACE.finditer(text):
        before, mark, at = text[at : match.start()], match.group(), match.end()
        pieces.append(before)
        if mark == "{":
            is_argument = bool(_COMMAND.search(before[-40:])) or (not before and pieces[-2:-1] == ["}"])
            kept.append(is_argument or _OLD_STYLE.match(text, match.start()) is not None)
            pieces.append("{" if kept[-1] else "")
        elif mark == "}":
            pieces.append("}" if kept and kept.pop() else "")
        else:
            pieces.append(mark)
    return "".join(pieces) + text[at:]


@cache
def _forms(group: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The forms of a group of [numbers] in latex.toml, each with what it becomes, in order."""
    return tuple((re.compile(form), new) for form, new in _KNOWN()["numbers"][group].items())


def unmarked(text: str) -> str:
    """The text without LaTeX around numbers, of the same length, so that offsets stay valid."""
    text = _padded(text, "\\${}", "latex").translate(_SIGNS_OF_NUMBERS)
    return _padded(text, "*+~", "plain")


def _padded(text: str, signs: str, group: str) -> str:
    """A text with forms replaced by others of the same length, if it has any of the signs that they begin with.

    Units follow their number and move right, bounds precede it and move left.
    """
    if any(map(text.__contains__, signs)):
        for pattern, new in _forms(group):
            pad = str.rjust if new in ("×", "%") else str.ljust
            text = pattern.sub(lambda found, new=new, pad=pad: pad(new, len(found.group())), text)  # type: ignore[misc]
    return text
