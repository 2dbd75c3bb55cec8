"""Regular expressions for words of a question as texts may write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kg.query.filter import Phrase
from kg.text import HAN, has_han

_HAN = re.compile(f"[{HAN}]+")
#: A regular expression that no text fits.
_NOTHING = "x^"
_ANY_CASE = "(?i)"
#: Endings that a word for what is done may change: "pruning" and "pruned", "quantization" and "quantizing".
_ENDING = re.compile(r"(?<=\w{4})(?:ings?|ed|ations?|ions?|al|s)$")
_DONE = re.compile(r"(?<=\w{4})(?:ing|ization|isation|ation|ion)$")
_STEM = re.compile(r"(?<=\w{3})(?:i[sz](?:ations?|ing|ed|e)|(?<=\w)(?:ings?|ed|ations?|ions?|als?|ment|ers?|s))$")
#: What "…" stands for between two words: at most three, of which none says what is done but that it is needed.
#: One behind a hyphen is part of a word: "without auxiliary load-balancing losses".
_FEW = r"(?:(?:requiring|needing|using|relying|(?!(?<!-)\w+ing\b)\w+)[\W_]+){0,3}"
#: What is not behind words that are found: "training-free" has no training.
_HAD = r"(?!-free\b)"


def is_acronym(words: str) -> bool:
    """Whether a phrase is matched in capitals only ("US", which is not the pronoun)."""
    return bool(re.fullmatch(r"[A-Z]{1,5}", words))


def phrase_regex(words: str, any_case: bool = False) -> str:
    """A regular expression for words as they may be written: hyphens and spaces alike, a plural, any case.

    An acronym is matched in capitals only, unless `any_case`. "…" between words stands for a few others, "*" at the
    end of one for any ending.
    """
    parts = [[_piece(piece) for piece in re.findall(r"[^\W_]+\*?", part)] for part in words.split(" … ")]
    pieces = [piece for part in parts for piece in part]
    if not pieces:
        return _NOTHING
    if _HAN.fullmatch("".join(pieces)):
        return r"\s*".join(pieces)
    said = (r"[\W_]+" + _FEW).join(r"[\W_]+".join(part) for part in parts if part)
    return ("" if is_acronym(words) and not any_case else _ANY_CASE) + rf"\b{said}(?:s|es)?\b{_HAD}"


def name_regex(name: str, longer: Iterable[str] = ()) -> str:
    """A regular expression for a name in any case that is no end of a longer one: "pruning", but no "token pruning"."""
    ends = (other.removesuffix(f" {name}") for other in longer if other.endswith(f" {name}"))
    before = "".join(rf"(?<!\b{re.escape(words).replace(chr(92) + ' ', r'[ _-]')}[ _-])" for words in ends)
    said = phrase_regex(name, any_case=True)
    return f"{_ANY_CASE}{before}{said.removeprefix(_ANY_CASE)}"


def _piece(word: str) -> str:
    return re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)


def any_regex(wordings: Iterable[str]) -> str:
    """A regular expression for any of some phrases, each as `phrase_regex` has it."""
    return _any_regex(tuple(wordings))


@lru_cache(maxsize=1024)  # a condition is looked for in each text of an answer
def _any_regex(said: tuple[str, ...]) -> str:
    if len(said) == 1:
        return phrase_regex(said[0])
    cores: dict[str, list[str]] = {}  # what follows a first word, so that this is looked for once
    for words in said:
        core = phrase_regex(words, any_case=True).removeprefix(_ANY_CASE)
        first = re.match(r"\\b\w+", core)
        cores.setdefault(first.group() if first else "", []).append(core[first.end() :] if first else core)
    return _ANY_CASE + "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in cores.items())


def texts_regex(wordings: Iterable[str]) -> str:
    """As `any_regex`, with a comment that names the words that a text must have: those without are passed over."""
    said = [words if is_acronym(words) else words.lower() for words in wordings]
    pieces = [[piece.rstrip("*") for piece in re.findall(r"[^\W_]+\*?", words)] for words in said]
    pattern = any_regex(said if len(said) == 1 else map(str.lower, said))
    return hinted(pattern, map(" ".join, pieces)) if all(pieces) else pattern


def hinted(pattern: str, words: Iterable[str]) -> str:
    """A regular expression with the comment that texts must have all words of one of some phrases, in any case."""
    # What any case fits is written in lower case, in which the text is searched.
    hint = f"(?#has:{'|'.join(dict.fromkeys(word.lower() for word in words))})"
    return f"{_ANY_CASE}{hint}{pattern[len(_ANY_CASE) :]}" if pattern.startswith(_ANY_CASE) else hint + pattern


def name_regexes(name: str) -> list[str]:
    """Regular expressions for a person's name, whose parts must all be found; an initial is any part that begins so."""
    parts = re.findall(r"[^\W_]+", name)
    latin = (rf"{_ANY_CASE}\b{re.escape(part)}" + (r"\b" if len(part) > 1 else "") for part in parts)
    return [part if _HAN.fullmatch(part) else said for part, said in zip(parts, latin, strict=True)] or [_NOTHING]


def wording_regex(folded: str) -> str:
    """A regular expression for a folded phrase inside a metric's wording: each word, or one that begins with it."""
    words = [re.escape(word) for word in folded.split(" ")]
    if has_han(folded):
        return _ANY_CASE + "".join(words)
    return rf"{_ANY_CASE}\b" + r"[\s-]+".join(word + r"\w*" for word in words)


def beside(word: str, others: Iterable[str]) -> Phrase:
    """A word that texts must have within a few words of one of some others, in whatever form: "pruned experts"."""
    own, *stems = (_ENDING.sub("", one.split()[-1]) + "*" for one in (word, *others) if one and not has_han(one))
    ways = (way for stem in sorted(set(stems)) for way in (f"{own} … {stem}", f"{stem} … {own}"))
    return Phrase(word, tuple(ways))


def deed(word: str) -> str:
    """The stem of a word for what is done: "offload" of "offloading"; "" for other words."""
    stem = _DONE.sub("", word.lower())
    return stem if stem != word.lower() else ""


def stem(word: str) -> str:
    """A word without its ending, which for a verb and its nouns is the same: "remov" of "removing" and "removal"."""
    return re.sub(r"(?<=\w{3}[^e\W])e$|(?<=([bdgmnprt]))\1$", "", _STEM.sub("", word.lower()))
