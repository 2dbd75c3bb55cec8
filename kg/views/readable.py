"""Texts of papers for readers: LaTeX and Markdown shown as text, long sentences cut, sentences that stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.entities import html5

from kg.latex import letters as accented
from kg.latex import unmarked
from kg.text import one_line
from kg.views.words import settings

_CITED = re.compile(r"[~ ]?\\[cC]ite[a-z]*(?:\[[^\[\]]*\])?(?:\{[^{}]*\}| ?[\w:-]+ ?(?=[,.;)]))")
_THAT_IS = re.compile(r"\\(ie|eg)\b[.,]*")
_RANGE = re.compile(r"(?:(?<=\d)|(?<=\d[A-Za-z%]))(?:\$\\sim\$|∼)(?=\d)")
_TIE = re.compile(r"(?<=[\w.])~(?=[A-Za-z(])")
_MATH = re.compile(r"\$([^$]{1,80})\$")
_MARKS = re.compile(r"\\(?![a-z]{2})|[{}^_\s]")
_FOOTNOTE = re.compile(r"\\footnote\{[^{}]*\}")
_MONEY = re.compile(r"(?<![^\s(])\$(?=\d[\d.,]*[KMB]?\s[^$\\]*[a-z]{2})")  # "from $3 to $2"
_POWER = re.compile(r"(?:(?<=\d)|(?<=(?<![A-Za-z])[a-zα-ω])|(?<=\([A-Z])(?=\^\{?\d+\}?\)))\^\{?(-?\d+)\}?")
_RAISED_NUMBER = re.compile(r"\$\^(?:\{(-?\d+)\}|(\d))\$")  # "SD$^2$"
_EXPONENT = re.compile(r"(?<=[\dA-Za-zℓ)])\^(?:\{([^{}^_]*[A-Za-z][^{}^_]*)\}|([A-Za-z]))")  # "2^n", "2^{n-1}"
_INDEX = re.compile(r"(?<![A-Za-z\\])([A-Za-z])_(?:\{([A-Za-z]+)\}|([A-Za-z])(?![A-Za-z]))")  # "S_E"
_SQUARED = re.compile(r"(?<![A-Za-z])([A-Z])\^\{?(\d+)\}?")
_SYMBOLS = {"circ": "∘", "cdot": "·"}  # commands that HTML calls otherwise
_RAISED, _LOWERED = "\ue002", "\ue003"  # stand for "^" and "_" of a formula meanwhile, which keep their sense
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = {r"^\circ": "°", r"^{\circ}": "°", r"\infty": "∞", r"\-": "-", r"^\top": "ᵀ", r"^{\top}": "ᵀ"}
_LOST = re.compile(r"(?<![A-Za-z\\])\s?(imes(?=[\s$\d])|ext(?:bf|it|tt|sc|rm|sf)\{)")  # has lost its "\t"
_OPERATOR = re.compile(r"\\(log|ln|exp|min|max|arg|lim|sup|inf|mod|sin|cos|tanh)(?![A-Za-z])")
_DOLLAR = "\ue000"  # stands for a sign of money meanwhile, which begins no formula
_SPACE = "\ue001"  # stands for a space of a text within a formula meanwhile
_WORD = 16  # letters of a word that is left out whole
_LONG = 40  # letters of a word at most
#: Emphasis, as Markdown has it: "a *gate*", "a **G**ate".
_STARS = re.compile(r"(?<![\w*])(\*{1,2})(?=[A-Za-z])([^*]*?[\w.:!?)])\1(?!\*)(?:(?<=\*\*)|(?!\w))")
_UNDERLINED = re.compile(r"(?<![\w\\^])_(?=[A-Za-z])([A-Za-z][A-Za-z -]*[A-Za-z])_(?!\w)")  # "in _wall-clock time_"
_WHOLE = 0.8  # of a sentence: a quote of so much of it is all that is shown
_SIZE = re.compile(
    r"\\(?:tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge|tt|it|bf|rm|sf|sc|em|cal)(?![A-Za-z])\s*"
)
_GREEK = re.compile(r"\\([A-Z]?[a-z]{1,10})(?![A-Za-z])")
_WRAPPED = re.compile(
    r"\\(?:emph|underline|text(?:bf|it|tt|sc|rm|sf)?|math(?:rm|bf|it|cal|bb|sf)|boldsymbol|operatorname)\{([^{}]*)\}"
)
_TORN = re.compile(r"(?<=[A-Za-z])- (?=[A-Z\d]|(?!and\b|or\b|to\b)[a-z]{4})")  # "KADID- 10k", "down- scaled"
_FORMULA, _TEXT_OF_IT = re.compile(r"\$[^$]{1,80}\$"), re.compile(r"\\(?:text[a-z]*|mbox|emph)\{[^{}]*\}")
_QUOTED = re.compile(r"(?:``|'')([^`'\"]{1,200})(?:''|\")")
_COMMAND = re.compile(
    rf"(?P<opens>\\(?:emph|underline|text(?:bf|it|tt|sc|rm|sf)?|math(?:rm|bf|it)|href\{{[^{{}}]*\}})\{{)|{_MATH.pattern}|{_SIZE.pattern}|\\[%&$#_]"
)
_LATIN = re.compile(r"[A-Za-z\d]")
_ENDS_WORD = re.compile(r"[A-Za-z\d]+(?:(?<=\d)\.)?\Z|\d+\.\Z")
_BEGINS_WORD = re.compile(r"[A-Za-z\d]+(?:\.\d+)?|(?<=\d)\.\d+")
_APART_SIGN = re.compile(r"(?<![A-Za-z])\s+(?=[×%])|\s+(?=[,;](?:\s|$))")


def as_text(said: str) -> str:
    """A text with LaTeX and Markdown shown as text: "H$_2$O" is "H2O"; tests/cases/readable.jsonl has more."""
    said = _LOST.sub(r"\\t\1", said)
    for start, end, letter in reversed(list(accented(said))):
        said = said[:start] + letter + said[end:]
    said = _TIE.sub(" ", _CITED.sub("", _FOOTNOTE.sub("", _RANGE.sub("–", said))))
    said = _THAT_IS.sub(lambda found: f"{'.'.join(found[1])}.,", said)
    for command, sign in _SIGNS.items():
        said = said.replace(command, sign)
    said = _SIZE.sub("", _MONEY.sub(_DOLLAR, said.replace(r"\$", _DOLLAR)))
    said = _FORMULA.sub(lambda found: _TEXT_OF_IT.sub(lambda text: text[0].replace(" ", _SPACE), found[0]), said)
    said = _QUOTED.sub(r"“\1”", _WRAPPED.sub(r"\1", said)).replace("{,}", ",")
    said = _GREEK.sub(_symbol, said)
    said = _POWER.sub(lambda found: found[1].translate(_SUPERSCRIPTS), said)
    said = _RAISED_NUMBER.sub(lambda found: (found[1] or found[2]).translate(_SUPERSCRIPTS), said)
    said = _MATH.sub(_formula, said)
    said = _UNDERLINED.sub(r"\1", said)
    said = _TORN.sub("-", _STARS.sub(r"\2", said))
    said = _APART_SIGN.sub("", one_line(unmarked(said))).replace("--", "–").replace(_DOLLAR, "$").replace(_SPACE, " ")
    return said.replace(_RAISED, "^").replace(_LOWERED, "_")


def caption_text(caption: str, label: str) -> str:
    """A caption as text, without the label that it begins with."""
    said = as_text(caption)
    return said[len(label) :].lstrip(" :.|–—-") if label and said.startswith(label) else said


def _formula(found: re.Match[str]) -> str:
    """A formula without its marks."""
    said = _EXPONENT.sub(
        lambda one: f"{_RAISED}({one[1]})" if one[1] and len(one[1]) > 1 else _RAISED + one[0].strip("^{}"), found[1]
    )
    said = _SQUARED.sub(lambda one: one[1] + one[2].translate(_SUPERSCRIPTS), said)
    said = _INDEX.sub(lambda one: f"{one[1]}{_LOWERED}{one[2] or one[3]}", said)
    return " ".join(_MARKS.sub("", unmarked(part)) for part in _OPERATOR.split(said))


def letters(raw: str) -> list[str]:
    r"""What is shown in the place of each letter of a text with LaTeX, so that spans of the text can be shown."""
    shown, closing = list(raw), list[bool]()
    for start, end, letter in accented(raw):
        shown[start:end] = [letter, *[""] * (end - start - 1)]
    at = 0
    while at < len(raw):
        found = _COMMAND.match(raw, at)
        end = found.end() if found else at + 1
        if found and found["opens"]:
            closing.append(True)
            shown[at:end] = [""] * (end - at)
        elif found:
            shown[at:end] = [as_text(found[0]), *[""] * (end - at - 1)]
        elif raw[at] == "{":
            closing.append(False)
        elif raw[at] == "}" and closing and closing.pop():
            shown[at] = ""
        at = end
    return shown


def _symbol(command: re.Match[str]) -> str:
    """The letter or sign of a command: "μ" for "mu"; one that HTML does not know, or that is a word, stays."""
    name = command[1].removeprefix("var")
    return _SYMBOLS.get(name) or (command[0] if _OPERATOR.match(command[0]) else html5.get(f"{name};", command[0]))


def excerpt(sentence: str, quotes: Iterable[str], most: int = 160) -> str:
    """A sentence in at most so many letters, cut so that its first quotes stay whole."""
    said = as_text(sentence)
    if len(said) <= most:
        return said
    places = sorted(_in_words(said, *place) for quote in quotes if (place := _place(sentence, said, quote)))
    first, last = places[0] if places else (0, 0)
    for _, end in places[1:]:
        if end - first <= most:
            last = max(last, end)
    begin, end = _cut(said, first, last, most)
    return ("…" if begin else "") + said[begin:end].strip() + ("…" if end < len(said) else "")


def lit(sentence: str, quote: str, most: int = 4000) -> tuple[str, str, str]:
    """A sentence cut around its quote as in `excerpt`: what stands before it, the quote, what stands behind it.

    Of a quote that the sentence lacks, or that is nearly all of it, only the quote is left.
    """
    said = as_text(sentence)
    place = _place(sentence, said, quote)
    if not place or place[1] - place[0] >= _WHOLE * len(said):
        return "", as_text(quote), ""
    first, last = _in_words(said, *place)
    begin, end = _cut(said, first, last, most)
    before, behind = said[begin:first].lstrip(), said[last:end].rstrip()
    return ("…" if begin else "") + before, said[first:last], behind + ("…" if end < len(said) else "")


def _place(sentence: str, said: str, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in a sentence as text; None if nowhere. A number is no part of a longer one.

    A quote that begins or ends within a formula is found by the text on either side of it.
    """
    own = as_text(quote)
    found = re.search(rf"(?<![\w.]){re.escape(own)}(?!\w)", said) if own else None
    at = found.start() if found else said.find(own) if own else -1
    if at >= 0:
        return at, at + len(own)
    raw = sentence.find(quote) if quote else -1
    if raw < 0:
        return None
    behind = as_text(sentence[raw + len(quote) :])
    start, end = _alike(said, as_text(sentence[:raw])), len(said) - _alike(said[::-1], behind[::-1])
    return (start, end) if start < end else None


def place_in_words(said: str, own: str) -> tuple[int, int] | None:
    """Where a quote stands in a text, in whole words: rather on its own than within a longer one; None if nowhere."""
    found = re.search(rf"(?<![\w.-]){re.escape(own)}(?![\w-])", said) or re.search(re.escape(own), said)
    return _in_words(said, *found.span()) if found and own else None


def _in_words(said: str, first: int, last: int) -> tuple[int, int]:
    """A span of a text that begins and ends with whole words and numbers: "2.5×" for "5×"."""
    head = _ENDS_WORD.search(said, max(0, first - _LONG), first)
    tail = _BEGINS_WORD.match(said, last, last + _LONG)
    first = head.start() if head and _LATIN.match(said, first) else first
    return first, tail.end() if tail and last and _LATIN.match(said, last - 1) else last


def _alike(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _cut(said: str, first: int, last: int, most: int) -> tuple[int, int]:
    """The span of so many letters, in whole words, that has a span in its middle."""
    if len(said) <= most:
        return 0, len(said)
    begin = max(0, min(first - max(0, most - (last - first)) // 2, len(said) - most))
    end = max(begin + most, last)
    if 0 < begin < first:
        begin = min(first, said.find(" ", begin, first) + 1 or begin)
    if last < end < len(said):
        end = max(last, said.rfind(" ", last, end), end - _WORD)
    return begin, end


def alone(said: str, lang: str = "en") -> str:
    """A sentence without the clauses before its main clause that only tie it to the text before."""
    bare, lead = said.strip().rstrip(";；"), settings()["plain"]["lead"][lang]
    while found := re.match(lead, bare):
        bare = bare[found.end() :]
    is_cut = not said.strip().startswith(bare)
    return bare[:1].upper() + bare[1:] if is_cut and bare.partition(" ")[0].islower() else bare


def refers(said: str, *, is_first: bool = True) -> bool:
    """Whether a sentence names something by "these gains" and the like that it does not name itself."""
    cues, text = settings()["plain"], said.lower()
    if is_first and re.match(cues["begins"], text):
        return True
    named = (
        (found[found.lastindex or 0][: cues["stem"]], found.start()) for found in re.finditer(cues["refers"], text)
    )
    return any(stem not in text[:start] for stem, start in named)
