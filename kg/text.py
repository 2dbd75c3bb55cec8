"""Text processing shared by the whole program: reversible repairs, folded tokens, sentences."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from kg.model import Text

Made = TypeVar("Made")


def repaired(raw: str, edits: Iterable[tuple[int, int, str]] = ()) -> Text:
    """Apply edits (start, end, replacement; code points of `raw`); raises ValueError if they overlap."""
    edits = tuple(sorted(edits))
    out: list[str] = []
    at = 0
    for start, end, new in edits:
        if start < at or end < start or end > len(raw):
            raise ValueError(f"edits overlap or leave the text at {start}")
        out += (raw[at:start], new)
        at = end
    out.append(raw[at:])
    return Text(raw, "".join(out), edits)


def raw_span(text: Text, start: int, end: int) -> tuple[int, int]:
    """Map [start, end) of `text.text` to `text.raw`; an edit that the span touches is included whole."""
    if not text.edits:
        return start, end
    return _raw(text, start, False), _raw(text, end, True)


def _raw(text: Text, at: int, is_end: bool) -> int:
    shift = 0  # raw offset minus repaired offset, before the current edit
    for raw_start, raw_end, new in text.edits:
        begin = raw_start - shift
        stop = begin + len(new)
        if at < begin or (is_end and at == begin):
            break
        if at < stop or (is_end and at == stop and new):
            return raw_end if is_end else raw_start
        shift += (raw_end - raw_start) - len(new)
    return at + shift


class Token(NamedTuple):
    """A folded word with its span."""

    fold: str
    start: int
    end: int


#: Tokens as three parallel lists: folded words, start offsets, end offsets.
TokenLists = tuple[list[str], list[int], list[int]]


#: Control characters that a terminal would execute, bidirectional marks that mislead a reader, lone surrogates, and the
#: two code points that no XML may hold.
HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SURROGATE = re.compile("[\ud800-\udfff]")
_HARMFUL = re.compile(rf"(?!\r\n){HARMFUL.pattern}")  # but for the end of a line
_WORD = re.compile(r"([^\W\d_][^\W_]*(?:\.\d+)*(?:\+{1,2}(?![\w+]))?|[^\W_]+(?:\.\d+)*)")
#: Han characters, for use inside the brackets of a regular expression.
HAN = r"\u3400-\u9fff\uf900-\ufaff"
_HAN = re.compile(f"[{HAN}]")
_PIECE = re.compile(f"[{HAN}]|[^{HAN}]+")
_UNITS = re.compile(r"[b-np-z]pus")  # "GPUs" is a plural, "corpus" and "opus" are not
_NAME_VERSION = re.compile(r"([a-z]{3,})(\d.*)")


def tokens(text: str) -> list[Token]:
    """Folded tokens: case, accents, hyphens, plurals and spelling variants are normalised; one token per Han character.

    "Llama3" and "Llama-3" are both ("llama", "3"); "H100" stays whole; "key-value" is "kv".

    >>> [t.fold for t in tokens("Key-value caches of Llama3 on H100s and L40S: LoRA+")]
    ['kv', 'cache', 'of', 'llama', '3', 'on', 'h100', 'and', 'l40s', 'lora+']
    """
    make = tuple.__new__  # the constructor of a NamedTuple takes twice as long
    return [make(Token, token) for token in zip(*token_lists(text), strict=True)]


def token_lists(text: str) -> TokenLists:
    """The tokens of a text as parallel lists, which take half the time of `tokens`."""
    found, starts, ends = split(_WORD, text)
    words: list[Any] = [_FOLDED[word] for word in found]
    several = [i for i, word in enumerate(words) if not isinstance(word, str)]
    for i in reversed(several):
        at = starts[i]
        pieces = words[i]
        words[i : i + 1] = [form for form, _, _ in pieces]
        starts[i : i + 1] = [at + start for _, start, _ in pieces]
        ends[i : i + 1] = [at + end for _, _, end in pieces]
    if "value" in words:
        _join_pairs(words, starts, ends)
    return words, starts, ends


def greek_name(letter: str) -> str:
    """The name of a Greek letter, which Unicode spells "lamda" in one case; another character itself.

    >>> greek_name("μ"), greek_name("Λ"), greek_name("x")
    ('mu', 'lambda', 'x')
    """
    name = unicodedata.name(letter, "")
    said = name.partition(" LETTER ")[2] if name.startswith("GREEK") else ""
    return letter if not said or " " in said else said.lower().replace("lamda", "lambda")


def has_han(text: str) -> bool:
    """Whether a text contains a Han character."""
    return not text.isascii() and _HAN.search(text) is not None


def is_kind(label: str) -> bool:
    """Whether a label names things of a kind, and nothing with a name of its own: its last word is a common noun.

    >>> is_kind("KV cache eviction"), is_kind("Budget EAGLE")
    (True, False)
    """
    return label.rpartition(" ")[2].islower()


def number_of(n: int, one: str, many: str) -> str:
    """How many there are, in English.

    >>> number_of(1, "entry", "entries"), number_of(20, "entry", "entries")
    ('1 entry', '20 entries')
    """
    return f"{n} {one if n == 1 else many}"


def count_han(text: str) -> int:
    """The number of Han characters in a text."""
    return 0 if text.isascii() else len(_HAN.findall(text))


def split(word: re.Pattern[str], text: str, start: int = 0, end: int | None = None) -> TokenLists:
    """The matches of a pattern in `text[start:end]`, as parallel lists; the pattern must consist of one group.

    `re.split` returns matches and the text between them in turn. Their lengths give all offsets without a match object.
    """
    pieces = word.split(text[start:end])
    places = list(accumulate(map(len, pieces), initial=start))
    return pieces[1::2], places[1:-1:2], places[2::2]


def _join_pairs(words: list[str], starts: list[int], ends: list[int]) -> None:
    """Merge "key" and "value" into one token "kv" when at most one character stands between them."""
    for i in [i for i, word in enumerate(words) if word == "value"][::-1]:
        if i and words[i - 1] == "key" and starts[i] - ends[i - 1] <= 1:
            words[i - 1 : i + 1], starts[i : i + 1], ends[i - 1 : i] = ["kv"], [], []


class Remembered(dict[str, Made]):
    """A cache of a function of a string; it is cleared when it is full.

    Meant for words, which repeat: a hit costs a third of a hit of `functools.lru_cache`, which maintains an order.
    """

    def __init__(self, make: Callable[[str], Made], most: int = 200_000) -> None:
        super().__init__()
        self.make, self.most = make, most

    def __missing__(self, text: str) -> Made:
        if len(self) >= self.most:
            self.clear()
        made = self[text] = self.make(text)
        return made


def _folded_word(word: str) -> str | tuple[tuple[str, int, int], ...]:
    """The folded word, or its folded pieces with their spans in it where it is not a single token."""
    if word.isascii():
        out = _folded_latin(word, 0)
    else:
        pieces: list[tuple[str, int, int]] = []
        for piece in _PIECE.finditer(word):
            if _HAN.match(piece.group()):
                pieces.append((piece.group(), piece.start(), piece.end()))
            else:
                pieces += _folded_latin(piece.group(), piece.start())
        out = tuple(pieces)
    return out[0][0] if len(out) == 1 and out[0][0] != "value" else out  # "value" may be half of "key-value"


_FOLDED = Remembered(_folded_word)


def unaccented(text: str) -> str:
    """A text with plain letters in the place of accented ones.

    >>> unaccented("Zürich, São Paulo, ﬁnal")
    'Zurich, Sao Paulo, final'
    """
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _folded_latin(word: str, at: int) -> tuple[tuple[str, int, int], ...]:
    low = unaccented(word).lower()
    end = at + len(word)
    split = _NAME_VERSION.fullmatch(low)
    if split and len(low) == len(word):
        return (split[1], at, at + len(split[1])), (split[2], at + len(split[1]), end)
    series = word[-1:] == "S" and (word[-2:-1].isdigit() or not word.isupper())  # "L40S" and "AdamS" are not plurals
    return ((low if series else _stem(low), at, end),)


def _stem(word: str) -> str:
    if len(word) > 3 and word.isascii():
        if word.endswith("ies") and len(word) > 4:
            word = word[:-3] + "y"
        elif word.endswith("s") and (_UNITS.fullmatch(word) or not word.endswith(("ss", "us", "is"))):
            word = word[:-1]
        for british, american in (("isation", "ization"), ("ising", "izing"), ("ised", "ized"), ("ise", "ize")):
            if word.endswith(british) and len(word) > len(british) + 3:
                word = word[: -len(british)] + american
                break
    if len(word) == 3 and word.endswith("s") and word[:2].isalpha():
        return word  # "gas", "vs"
    return word


def _folded_label(label: str) -> str:
    """The folded tokens of a label.

    >>> fold("KV-Cache Quantisation") == fold("key value cache quantization")
    True
    """
    folds: list[str] = []
    for word in _WORD.findall(label):
        folded = _FOLDED[word]
        if not isinstance(folded, str):
            return " ".join(token_lists(label)[0])
        folds.append(folded)
    return " ".join(folds)


_LABELS = Remembered(_folded_label, 300_000)
#: The folded form of a label, in which labels are compared and looked up; cached.
fold: Callable[[str], str] = _LABELS.__getitem__


_CAPITALS_S = re.compile(r"(?<![^\W_])[A-Z0-9]+[A-RT-Z]S(?![^\W_])")


def folded_name(name: str) -> str:
    """The folded form of a name, in which a capital S at the end of an all-capital word is not taken for a plural.

    >>> folded_name("TAP"), folded_name("TAPs"), folded_name("TAPS"), folded_name("KV CACHES"), folded_name("AdamS")
    ('tap', 'tap', 'taps', 'kv cache', 'adams')
    """
    folded = fold(name)
    for word in _CAPITALS_S.findall(name) if " " not in name or not name.isupper() else ():
        folded = re.sub(rf"(?<!\w){re.escape(fold(word))}(?!\w)", word.lower(), folded)
    return folded


def known_folds(folds: Mapping[str, str]) -> None:
    """Fill the cache of `fold` with folded labels from the compiled vocabulary, which saves computing them."""
    _LABELS.update(folds)


def lowered(text: str) -> str:
    """A text in lower case with the same offsets; returned unchanged where lower case is longer ("İ")."""
    low = text.lower()
    return low if len(low) == len(text) else text


#: The pattern starts with one of few characters, because these are found much faster than what follows them.
_STOP = re.compile(
    r"[.!?。！？；\n](?:(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*(?:[a-z]{0,2}[A-Z]|[0-9\u3400-\u9fff]))|"  # "dInfer", "vLLM"
    r"(?<=[。！？；])|(?<=\n)\n*)"
)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|et al|etc|vs|cf|Fig|Eq|Sec|No|approx|resp|Dr|Inc|St)|\b[A-Z])\.$")


#: Code points of a sentence, more than of the longest in 12,000: what looks at all pairs of its words stays fast.
_LONGEST_SENTENCE = 1_300
_PAUSE = re.compile(r"[,;:，；、\s](?!.*[,;:，；、\s])", re.S)


def _pauses(start: int, end: int, text: str) -> Iterator[int]:
    """Where a sentence that is too long is cut: behind its last comma or space before the limit."""
    while end - start > _LONGEST_SENTENCE:
        last = _PAUSE.search(text, start + _LONGEST_SENTENCE - 100, start + _LONGEST_SENTENCE)
        start = last.end() if last else start + _LONGEST_SENTENCE
        yield start


def sentences(text: str) -> list[tuple[int, int]]:
    """Sentence spans (start, end) of English and Chinese text, without surrounding white space; long ones in parts."""
    return list(chain.from_iterable(sentence_parts(text)))


def sentence_parts(text: str) -> list[list[tuple[int, int]]]:
    """The spans of each sentence: one, or those of the parts of a long one."""
    cuts = [0]
    for match in _STOP.finditer(text):
        behind = match.start() + 1
        before = text[max(0, behind - 12) : behind]
        if "\n" not in match[0] and _ABBREVIATION.search(before):
            continue
        cuts.append(match.end())
    cuts.append(len(text))
    found = []
    for start, end in pairwise(cuts):
        parts = [_stripped(*part, text) for part in pairwise((start, *_pauses(start, end, text), end))]
        found.append([(first, last) for first, last in parts if first < last])
    return [parts for parts in found if parts]


def _stripped(start: int, end: int, text: str) -> tuple[int, int]:
    """A span without the white space at its ends."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())


def nearest(words: str, text: str, at: int) -> tuple[int, int] | None:
    """Where some words stand in a text nearest to an offset, in any case."""
    found = re.finditer(re.escape(words), text, re.IGNORECASE) if words else ()
    return min((match.span() for match in found), key=lambda span: abs(span[0] - at), default=None)


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the sentence (or run of sentences) that contains [start, end)."""
    spans = _sentences(text)
    first = max(0, bisect_right(spans, start, key=itemgetter(0)) - 1)
    last = max(first, bisect_right(spans, max(start, end - 1), key=itemgetter(0)) - 1)
    return (spans[first][0], max(end, spans[last][1])) if spans else (start, end)


@lru_cache(maxsize=256)
def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    """`sentences`, cached for texts in which many offsets are looked up."""
    return tuple(sentences(text))


def plain(text: str) -> str:
    """A text without control characters, bidirectional marks and lone surrogates."""
    return HARMFUL.sub("", text)


def escaped(text: str) -> str:
    r"""A text with the characters that `plain` leaves out written as escapes of JSON and Turtle; line ends stay.

    >>> print(escaped("KV \u202ecache"))
    KV \u202ecache
    """
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    r"""A text on one line, without control characters and bidirectional marks.

    >>> one_line("KV\tcache\n \u202eH100")
    'KV cache H100'
    """
    return " ".join(plain(" ".join(text.split())).split())
