"""Repair: what PDF extraction and typesetting did to a text, undone as edits that lead back to the raw text.

Nothing is repaired that is not told surely by the paper's own words, by how other papers write (`kg.sources.words`),
or by the form of the text (a venue's notice, a title printed twice); the rest stays as it stands.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from kg.model import Document, Text
from kg.sources.words import USUAL, Words
from kg.text import repaired

Edit = tuple[int, int, str]

_FIELDS = {"T": "title", "A": "abstract", "I": "institution line", "B": "brief", "H": "brief's title", "K": "keywords"}


def repair(document: Document, words: Words) -> Document:
    """The document with its texts repaired and a sentence for every repair; the raw texts stay."""
    raw = {field: text.raw for field, text in document.texts.items()}
    paper = _Paper(raw, words)
    texts: dict[str, Text] = {}
    said = list(document.repairs)
    for field, text in raw.items():
        edits = Edits(text)
        if field in "AI":
            _abstract(edits, paper) if field == "A" else _institutions(edits, words)
        elif field == "T":
            _title(edits, paper)
        if field != "B":
            _spaces(edits)
        texts[field] = edits.text()
        said += (f"{what.format(field=_FIELDS.get(field, field))}" for what in edits.said())
    if "T" in texts and not texts["T"].text:
        title, origin = _restored(raw, paper)
        if title:
            texts["T"] = Text(raw["T"], title, ((0, len(raw["T"]), title),))
            said.append(f"The empty title was restored from {origin}.")
    return replace(document, texts=texts, repairs=tuple(said))


class Edits:
    """Edits of one text that do not overlap, with what they were for; the first one made wins."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self._edits: list[Edit] = []
        self._said: dict[str, list[str]] = {}

    def add(self, start: int, end: int, new: str, why: str, example: str = "") -> bool:
        """Make an edit unless another is there; `why` is a sentence with {field} and perhaps {examples}."""
        if self.raw[start:end] == new:
            return False
        at = bisect_left(self._edits, (start, end, ""))
        if at and self._edits[at - 1][1] > start:
            return False
        if at < len(self._edits) and (self._edits[at][0] < end or self._edits[at][:2] == (start, end)):
            return False
        self._edits.insert(at, (start, end, new))
        self._said.setdefault(why, []).append(example)
        return True

    def taken(self, start: int, end: int) -> bool:
        """Whether an edit touches [start, end)."""
        at = bisect_left(self._edits, (end, 0, ""))
        return at > 0 and self._edits[at - 1][1] > start

    def said(self) -> Iterator[str]:
        for why, examples in self._said.items():
            distinct = list(dict.fromkeys(e for e in examples if e))
            more = f" and {len(distinct) - 5} more" if len(distinct) > 5 else ""
            yield why.replace("{examples}", ", ".join(distinct[:5]) + more)

    def text(self) -> Text:
        return repaired(self.raw, self._edits) if self._edits else Text(self.raw, self.raw)


class _Paper:
    """What the paper itself says of a word's form: its spellings, made when first asked for."""

    def __init__(self, raw: dict[str, str], words: Words) -> None:
        self.raw, self.words = raw, words
        self._spellings: dict[str, Counter[str]] | None = None
        self.abstract = raw.get("A", "").lower()
        self._text = ""
        self._asked: dict[str, list[str]] = {}
        self._compounds: dict[str, set[str]] | None = None

    def spelling(self, word: str) -> str | None:
        """How abstract and brief write a word (given in lower case) with capitals inside; "" when they do without."""
        if self._spellings is None:
            self._spellings = {}
            for field in "AB":
                for match in _UNIT.finditer(self.raw.get(field, "")):
                    for form in {match.group(), *_PART.split(match.group())}:
                        if field == "B" and form.isupper():
                            continue  # the brief repeats a title in capitals
                        self._spellings.setdefault(form.lower(), Counter())[form] += 1
        forms = self._spellings.get(word)
        if not forms:
            return None
        mixed = max(((n, f) for f, n in forms.items() if not f.isupper() and f[1:] != f[1:].lower()), default=None)
        if mixed and (mixed[0] > 1 or not self.words.is_plain(word)):  # "PolIcies", once, explains an acronym
            return mixed[1]
        capitals = forms.get(word.upper(), 0)
        return word.upper() if capitals and capitals * 2 > forms.total() else ""

    def repeats(self, word: str) -> bool:
        """Whether title and abstract have a word (lower case) more than once."""
        return sum(self.raw.get(field, "").lower().count(word) for field in "TA") > 1

    def forms(self, word: str) -> list[str]:
        """The other forms, hyphens apart, of a word (lower case) in title, abstract and brief's title."""
        if self._compounds is None:
            self._text = "\n".join(self.raw.get(field, "") for field in "TAH").lower()
            self._compounds = {}
            for compound in _COMPOUND.findall(self._text):
                self._compounds.setdefault(compound.replace("-", ""), set()).add(compound)
        if word not in self._asked:
            letters = word.replace("-", "")
            forms = self._compounds.get(letters, set()) - {word}
            # A pattern takes longer to compile than the text to search, so it is asked last.
            if letters != word and letters in self._text and re.search(rf"(?<![\w-]){letters}(?![\w-])", self._text):
                forms.add(letters)
            self._asked[word] = sorted(forms)
        return self._asked[word]


# --- words

_CHUNK = re.compile(r"(?<![\w./\\@#-])[A-Za-z]+(?:-[A-Za-z]+)*(?![\w/@\\-]|\.[a-z])")
_COMPOUND = re.compile(r"(?<![\w./\\@#-])[a-z]+(?:-[a-z]+)+(?![\w/@\\-]|\.[a-z])")
_APART = re.compile(r"(?<![\w-])([A-Za-z]{2,})- ([a-z]{2,})(?![\w-])")
_GLUED = re.compile(r"(?<=[a-z]{3})[.,;:](?=[A-Z][a-z]+ )")
_FUNCTION = re.compile(r"[A-Za-z]+")

_LONGEST = 60  # code points of a word that is looked at
_BROKEN = "Broken words in the {field} were mended: {examples}."


def _mend(edits: Edits, paper: _Paper, is_title: bool = False) -> None:
    """Hyphens that line ends left or took ("autore-gressive", "tokenbased", "net- working").

    A title keeps a form that others use too, be it rare ("Multiagent").
    """
    words, raw, sound = paper.words, edits.raw, paper.words.sound
    if "- " in raw:
        _join_apart(edits, words)
    for match in _CHUNK.finditer(raw):
        chunk = match[0]
        if chunk in sound or not 4 <= len(chunk) <= _LONGEST:
            continue
        low = chunk.lower()
        if low in sound or _is_name(chunk) or (is_title and low in words.count):
            continue
        new = words.mended(low, paper.forms(low) if "-" in low or len(low) > 7 else [])
        if new == low:
            new = words.divided(low)
        is_usual = words.count.get(new, 0) >= USUAL
        if new != low and ("-" in low or is_usual or not paper.repeats(low)):  # twice the same is written so on purpose
            _respace(edits, match.start(), chunk, new)


def _is_name(chunk: str) -> bool:
    """Whether capitals inside say that a word without hyphens is a name ("SlideLoss"); "RSDgenerated" is two words."""
    return "-" not in chunk and not re.fullmatch(r"[A-Z]*[a-z]+", chunk) and not chunk.isupper()


def _respace(edits: Edits, at: int, chunk: str, new: str) -> None:
    """Make the hyphens and spaces of `chunk`, which stands at `at`, those of `new`."""
    example = f'"{chunk}"'
    i = 0
    if " " in new and not chunk.islower():  # "Bethe" is a name
        return
    if _meets_capital(chunk, new):
        return
    for char in new:
        if i < len(chunk) and chunk[i].lower() == char:
            i += 1
        elif char in "- ":
            edits.add(at + i, at + i, char, _BROKEN, example)
        else:  # a hyphen of the chunk that the new form lacks
            edits.add(at + i, at + i + 1, "", _BROKEN, example)
            i += 2


def _meets_capital(chunk: str, new: str) -> bool:
    """Whether a capital stands where a hyphen would come or go: a name, no broken word ("OVOBench", "FUN-AD")."""
    if "-" in chunk:
        return len(new) < len(chunk) and any(part[:1].isupper() for part in chunk.split("-")[1:])
    at = [i - new[:i].count("-") for i, char in enumerate(new) if char == "-"]
    return any(chunk[i].isupper() for i in at)


def _join_apart(edits: Edits, words: Words) -> None:
    for match in _APART.finditer(edits.raw):
        joined = words.joins(match[1].lower(), match[2])
        if joined:
            hyphen = match.end(1)
            edits.add(hyphen + ("-" in joined), hyphen + 2, "", _BROKEN, f'"{match.group()}"')


def _space_sentences(edits: Edits, words: Words) -> None:
    for match in _GLUED.finditer(edits.raw):
        after = _FUNCTION.match(edits.raw, match.end())
        before = edits.raw[max(0, match.start() - 30) : match.start()].rpartition(" ")[2].lower()
        if after and words.is_plain(after.group().lower()) and words.is_plain(before):
            edits.add(match.end(), match.end(), " ", "Lost spaces in the {field} were put back.")


# --- characters

_SPACE = re.compile(r"\s{2,}|[^\S ]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u2060\ufeff]+")
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")


def _spaces(edits: Edits) -> None:
    """White space to single spaces, none at the ends; characters that print nothing go."""
    raw = edits.raw
    if raw.isascii() and raw.isprintable() and "  " not in raw and raw.strip() == raw and "&" not in raw:
        return
    why = "White space and invisible characters in the {field} were cleaned."
    start, end = len(raw) - len(raw.lstrip()), len(raw.rstrip())
    edits.add(0, start, "", why)
    edits.add(max(start, end), len(raw), "", why)
    for match in _SPACE.finditer(raw, start, max(start, end)):
        edits.add(match.start(), match.end(), " ", why)
    for match in _INVISIBLE.finditer(raw):
        edits.add(match.start(), match.end(), "", why)
    for match in _LIGATURE.finditer(raw):
        edits.add(match.start(), match.end(), unicodedata.normalize("NFKC", match.group()), why)
    for match in _ENTITY.finditer(raw):
        edits.add(match.start(), match.end(), html.unescape(match.group()), why)


# --- LaTeX

_SYMBOLS = {
    "times": "×", "sim": "∼", "approx": "≈", "geq": "≥", "ge": "≥", "leq": "≤", "le": "≤", "pm": "±", "to": "→",
    "rightarrow": "→", "cdot": "·", "ll": "≪", "gg": "≫", "infty": "∞", "ell": "ℓ", "ldots": "…", "dots": "…",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
    "theta": "θ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ", "Omega": "Ω", "Phi": "Φ",
}  # fmt: skip
_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "c": "\u0327", "v": "\u030c"}
_STYLE = re.compile(
    r"\\(?:text(?:bf|it|tt|sc|rm|sf|sl|up|md)?|emph|underline|math(?:bf|it|rm|tt|sf|cal|bb)|url)\s*\{([^{}]*)\}"
)
_STYLE_OLD = re.compile(r"\{\\(?:bf|it|em|tt|sc|rm|sf)\s+([^{}]*)\}")
_LINK = re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?![A-Za-z])(?:\{\})?")
_ESCAPED = re.compile(r"\\([%&$#_{}])")
_ACCENT = re.compile(r"\{?\\(['`^\"~])\s*\{?\\?([A-Za-z])\}?\}?|\\([cv])\s*\{([A-Za-z])\}")
_MATH = re.compile(r"(?<!\\)\$([^$]{1,200})(?<!\\)\$")
_SIMPLE = re.compile(r"(?:[^\W_]|[\s.,:;/+\-=<>~'()\[\]|*%×∼≈≥≤±→·…]|\\[A-Za-z]+(?![A-Za-z])|\\%|\{\})*")
_TEX = "LaTeX in the {field} was resolved."


def _latex(edits: Edits) -> None:
    """Styles, symbols, accents and simple formulas; a formula with structure stays."""
    raw = edits.raw
    if "\\" not in raw and "$" not in raw:
        return
    for pattern in (_LINK, _STYLE, _STYLE_OLD):
        for match in pattern.finditer(raw):
            if not edits.taken(match.start(), match.end()):
                edits.add(match.start(), match.start(1), "", _TEX)
                edits.add(match.end(1), match.end(), "", _TEX)
    for match in _MATH.finditer(raw):
        inner = match[1]
        symbols = all(m[1] in _SYMBOLS for m in _SYMBOL.finditer(inner))
        if symbols and _SIMPLE.fullmatch(inner) and re.search(r"[\w×]", inner):
            edits.add(match.start(), match.start() + 1, "", _TEX)
            edits.add(match.end() - 1, match.end(), "", _TEX)
            for symbol in _SYMBOL.finditer(raw, match.start(1), match.end(1)):
                edits.add(symbol.start(), symbol.end(), _SYMBOLS[symbol[1]], _TEX)
    for match in _ACCENT.finditer(raw):
        mark, letter = (match[1], match[2]) if match[1] else (match[3], match[4])
        edits.add(match.start(), match.end(), unicodedata.normalize("NFC", letter + _ACCENTS[mark]), _TEX)
    for match in _ESCAPED.finditer(raw):
        edits.add(match.start(), match.end(), match[1], _TEX)


# --- abstracts and institution lines

_FIGURE = re.compile(r"(?:[^.?!]{0,120}?\s)?(?:Figure|Fig\.)\s?\d{1,2}\s?[:.]\s")
_OPENING = re.compile(
    r"(?:Abstract\s*[:.—-]?\s*)?(?=(?:We|In this (?:paper|work|article|study)|This (?:paper|work|article|study))\b)"
)
_SENTENCE = re.compile(r"[.?!]\s+(?=[A-Z])")
_LABEL = re.compile(r"\s*abstract\s*(?:[:.—–-]\s*|\n\s*)(?=\w)", re.I)
_MARK = re.compile(r"(?<=[.?!)])\s\d\s*$|(?<=[a-z]{4})\s\d(?=\s\.\s*$)")
_TAIL_LENGTH = 400  # code points
_TAIL = re.compile(
    r"(?<!\s)\s+(?:[*∗†‡§]\s*(?:(?:These|The)\s[^.]{0,60})?"
    r"(?:Equal(?:ly)?\b|Corresponding\b|Co-first\b|Work done\b|Project lead)"
    r"|\d{1,3}(?:st|nd|rd|th) (?:Annual )?(?:International )?(?:Conference|Workshop) [^.]{0,150}"
    r"\b(?:19|20)\d\d\)?\.?\s*$"
    r"|Preprint\.?(?: Under review\.?)?\s*$)",
    re.I,
)


def _abstract(edits: Edits, paper: _Paper) -> None:
    raw = edits.raw
    if not raw:
        return
    label = _LABEL.match(raw)
    if label:
        edits.add(0, label.end(), "", 'The heading "Abstract" before the text was removed.')
    _figure(edits)
    tail = _TAIL.search(raw, max(0, len(raw) - _TAIL_LENGTH))
    end = tail.start() if tail else len(raw)
    if tail:
        edits.add(tail.start(), len(raw), "", "Notes of the page after the {field} were removed.")
    mark = _MARK.search(raw, max(0, end - 12), end)
    if mark:
        edits.add(mark.start(), mark.end(), "", "A footnote mark at the end of the {field} was removed.")
    _latex(edits)
    _mend(edits, paper)
    _space_sentences(edits, paper.words)


def _figure(edits: Edits) -> None:
    """A caption before the abstract goes when the abstract's own opening follows it."""
    raw = edits.raw
    caption = _FIGURE.match(raw)
    if not caption:
        return
    for stop in _SENTENCE.finditer(raw, caption.end(), caption.end() + 1500):
        opening = _OPENING.match(raw, stop.end())
        if opening and len(raw) - stop.end() > 300:
            edits.add(0, opening.end(), "", "A figure's caption before the {field} was removed.")
            return


def _institutions(edits: Edits, words: Words) -> None:
    if "- " in edits.raw:
        _join_apart(edits, words)


# --- titles

_PART = re.compile("[-'’]")
_LATIN = r"[A-Za-z0-9\u00c0-\u024f]"
_UNIT = re.compile(rf"{_LATIN}+(?:['’]{_LATIN}+)?(?:-{_LATIN}+)*")
_NOTICE = re.compile(
    r"\s*(?:(?:(?:currently\s+)?under (?:double-blind )?review"
    r"|(?:to be )?(?:published|submitted|accepted|presented)|to appear)"
    r"(?:\s+(?:as|a|an|at|in|to|by|for|the|full|short|conference|workshop|journal|paper|poster|publication))*"
    r"(?:\s+[\w&'’-]+){1,10}?[\s,]+(?:19|20)\d\d\b"
    r"|(?:a\s+)?preprint(?:[.,]?\s+(?:under review|work in progress|in submission))?"
    r"|under review|work in progress|arxiv preprint(?:\s+arxiv:\S+)?)\s*[.,;–—-]*\s+",
    re.I,
)
_AFTER = re.compile(r"\s+(?:a\s+preprint|preprint\.?(?:\s+under review\.?)?|work in progress\.?)\s*$", re.I)
_VENUE = re.compile(r"\s*([A-Z][A-Za-z]{0,6}[A-Z])[\s'’-]*(?:19|20)\d\d\s*[:,.–—-]?\s+(?=[A-Z])")
_BEFORE_MARK = re.compile(r"(?<!\s)\s+(?=[:;,?!](?:\s|$))")
_CAPS_SHARE = 0.6
_SMALL = frozenset("a an the and or nor but for of in on at to by from with via as into vs per".split())  # noqa: SIM905


def _title(edits: Edits, paper: _Paper) -> None:
    raw = edits.raw
    if not raw.strip():
        return
    _latex(edits)
    start, end = _core(edits, paper)
    if raw[start:end] and (start, end) != (0, len(raw)):
        edits.add(end, len(raw), "", "What stood after the {field} was removed.")
    in_capitals = _in_capitals(raw[start:end], paper.words)
    _head(edits, paper, start, end, in_capitals)
    for match in _BEFORE_MARK.finditer(raw, start, end):
        edits.add(match.start(), match.end(), "", "Spaces before a mark in the {field} were removed.")
    if in_capitals:
        _recase(edits, paper, start, end)
    else:
        _mend(edits, paper, is_title=True)


def _core(edits: Edits, paper: _Paper) -> tuple[int, int]:
    """Where the title itself stands: without the venue's notice, and once when it is printed twice."""
    raw = edits.raw
    start, end = 0, len(raw.rstrip())
    notice = _NOTICE.match(raw) or _venue(raw, paper)
    if notice and len(raw[notice.end() :].split()) >= 2 and not raw[notice.end() :][:1].islower():
        start = notice.end()
        edits.add(0, start, "", f'"{raw[:start].strip()}" before the {{field}} was removed.')
    after = _AFTER.search(raw, max(start, end - 60), end)
    if after and len(raw[start : after.start()].split()) >= 2:
        end = after.start()
    middle = _second(raw, start, end)
    if middle:
        first, second = raw[start:middle].rstrip(), raw[middle:end]
        why = "The {field} stood there twice and was kept once."
        if first.isupper() and not second.isupper():
            edits.add(start, middle, "", why)
            start = middle
        else:
            end = start + len(first)
            edits.add(end, len(raw), "", why)
    return start, end


def _venue(raw: str, paper: _Paper) -> re.Match[str] | None:
    """ "ICLR 2026 CAT: ..." before capitals, unless the paper is about that venue (its abstract says the name)."""
    match = _VENUE.match(raw)
    if not match or match[1] in paper.raw.get("A", ""):
        return None
    return match if _in_capitals(raw[match.end() :], paper.words) else None


def _second(raw: str, start: int, end: int) -> int | None:
    """Where the second printing of a doubled title starts."""
    letters = [(i, c.lower()) for i, c in enumerate(raw[start:end], start) if c.isalnum()]
    half, odd = divmod(len(letters), 2)
    if odd or half < 8 or any(letters[i][1] != letters[i + half][1] for i in range(half)):
        return None
    middle = letters[half][0]
    return middle if raw[middle - 1].isspace() else None


def _in_capitals(title: str, words: Words) -> bool:
    """Whether the letters' case says nothing: most words are in capitals, an ordinary one among them."""
    units = re.findall(r"[^\W\d_]{2,}", title)
    capitals = [u for u in units if u.isupper()]
    return (
        len(capitals) >= 2
        and len(capitals) >= _CAPS_SHARE * len(units)
        and any(len(u) >= 4 and words.is_plain(u.lower()) for u in capitals)
    )


def _head(edits: Edits, paper: _Paper, start: int, end: int, in_capitals: bool) -> None:
    """The name before the colon as the paper writes it ("FAST-D LLM V 2: ..." is Fast-dLLM v2)."""
    colon = edits.raw.find(":", start, end)
    head = edits.raw[start:colon].rstrip() if colon > start else ""
    letters = re.sub(r"[\W_]", "", head)
    pieces = len(re.split(r"[\s-]", head))
    if not 3 <= len(letters) <= 30 or not (
        in_capitals or letters.isupper() or (pieces > 2 and re.search(r"[A-Z]{3}", head))
    ):
        return
    if not in_capitals and head in paper.raw.get("A", ""):
        return
    spelled = re.compile(rf"(?<!{_LATIN})" + r"[\s-]?".join(map(re.escape, letters)) + rf"(?!{_LATIN})", re.I)
    for field in "AB":
        forms = Counter(m.group() for m in spelled.finditer(paper.raw.get(field, "")) if not m.group().islower())
        mixed = [(n, f) for f, n in forms.items() if not f.isupper() and (f[1:] != f[1:].lower() or " " not in f)]
        best = max(mixed, default=(0, head))[1]
        if in_capitals or letters.isupper() or len(re.split(r"[\s-]", best)) < pieces:
            edits.add(
                start, start + len(head), best, f"The name in the {{field}} was written as in the {_FIELDS[field]}."
            )
        if forms:
            return


def _recase(edits: Edits, paper: _Paper, start: int, end: int) -> None:
    """Capitals to title case; names and acronyms as paper, vocabulary and other papers write them."""
    raw = edits.raw
    for match in _UNIT.finditer(raw, start, end):
        unit = match.group()
        if any(c.islower() for c in unit.replace("'s", "").replace("’s", "")) or unit.isdecimal():
            continue
        before = raw[start : match.start()].rstrip(" \"'“‘([")
        first = not before or before[-1] in ":.?!–—-"
        last = not any(c.isalnum() for c in raw[match.end() : end])
        low = unit.lower()
        if unit.isascii() and len(low) <= _LONGEST and low not in paper.words.count and low not in paper.abstract:
            low = paper.words.mended(low, paper.forms(low))
        is_name = first and raw[match.end() : end].lstrip().startswith(":")
        new = (is_name and _named(low, paper)) or _cased(low, paper, first or last)
        edits.add(match.start(), match.end(), new, "The {field} was written in capitals and got its case back.")


def _named(low: str, paper: _Paper) -> str | None:
    """How a name before a colon is written that the paper's own text does not have."""
    if paper.spelling(low) is not None or low in paper.words.spelling:
        return None
    return low.upper() if len(low) <= 5 else paper.words.camel(low)


def _cased(low: str, paper: _Paper, edge: bool) -> str:
    known = _known(low, paper)
    if known and "-" not in known:
        return known
    if known:  # "non-IID" opens a title's word
        return "-".join(p.capitalize() if p.islower() and p not in _SMALL else p for p in known.split("-"))
    parts = low.split("-")
    last = len(parts) - 1
    return "-".join(_part(part, paper, (edge and i in (0, last)) or i == 0 < last) for i, part in enumerate(parts))


def _part(low: str, paper: _Paper, edge: bool) -> str:
    stem, mark, rest = _apostrophe(low)
    if stem in _SMALL and not edge:
        return low
    if len(stem) == 1 and stem != "a":
        return stem.upper() + mark + rest
    known = None if stem in _SMALL else _known(stem, paper)
    own = paper.spelling(stem)
    if known is None and not any(c in "aeiouy" for c in stem) and len(stem) <= 5:
        known = stem.upper()
    if known is None and re.fullmatch(r"[ivx]{2,4}", stem):
        known = stem.upper()
    if known is None and re.search(r"\d", stem):
        letters = re.match(r"[a-z]{3,}(?=\d)", stem)
        known = (
            (_known(letters[0], paper) or letters[0].capitalize()) + stem[len(letters[0]) :]
            if letters
            else stem.upper()
        )
    if known is None and own is None and stem.isascii() and stem not in paper.words.count:
        known = stem.upper() if len(stem) <= 5 else None  # no word that anybody uses: an acronym
    return (known or stem.capitalize()) + mark + rest


def _apostrophe(low: str) -> tuple[str, str, str]:
    for mark in "'’":
        if mark in low:
            return low.partition(mark)
    return low, "", ""


def _known(low: str, paper: _Paper) -> str | None:
    """A spelling with capitals inside: the paper's own, else that of other papers and the vocabulary."""
    for word, ending in ((low, ""), (low[:-1], "s")):
        if ending and not (low.endswith("s") and len(low) > 3):
            break
        own = paper.spelling(word)
        if own:
            return own + ending
        if own == "":
            return None
    return paper.words.spelling.get(low)


# --- lost titles

_NAME = r"(?:[A-Z][\w.+]*-)*[A-Za-z]*[a-z][A-Z][\w.+-]*\w|[A-Z][\w+]*[A-Z][\w.+-]*\w"
_PROPOSED = re.compile(
    rf"\b(?:propose|present|introduce|develop|release|describe)s?\s+(?:an?\s+|the\s+)?(?:[a-z-]+\s+)?({_NAME})"
    rf"(?=,|\.\s|\s\(|\s?[–—:]|\s(?:that|which|is|an?|the|to)\b)"
    rf"|\b(?:called|named|dubbed|termed)\s+[\"'“]?({_NAME})"
)
_PUBLISHED = re.compile(
    r"发布了?\s*《([^》\u3400-\u9fff]{3,300})》"
    r"|发布了?\s*([A-Za-z][A-Za-z0-9.+-]*(?:[ :]{1,2}[A-Za-z0-9.+-]+){0,30})\s*(?:框架|模型|系统|方法)?论文"
)


def _restored(raw: dict[str, str], paper: _Paper) -> tuple[str, str]:
    """A title for a paper without one: the brief's heading, a title or name in the brief, or the proposed name."""
    if raw.get("H", "").strip():
        edits = Edits(raw["H"])
        _title(edits, paper)
        _spaces(edits)
        return edits.text().text, "the title above the brief"
    brief = _PUBLISHED.search(raw.get("B", "")[:2000])
    if brief:
        return (brief[1] or brief[2]).strip(), "the brief"
    for match in _PROPOSED.finditer(raw.get("A", "")[:5000]):
        name = match[1] or match[2]
        if paper.words.count.get(name.lower(), 0) < 100:
            return name, "the name that the abstract gives"
    return "", ""
