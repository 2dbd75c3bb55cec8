"""Regular expressions for words of a question as texts may write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kg.query.filter import Phrase
from kg.text import HAN, has_han

_HAN = re.compile(f"[{HAN}]+")
#: A regular expression that matches nothing.
_NOTHING = "x^"
_ANY_CASE = "(?i)"
_DONE = re.compile(r"(?<=\w{4})(?:ing|ation|ion)$")
_STEM = re.compile(r"(?<=\w{3})(?:ings?|ed|ations?|ions?|als?|ment|ers?|s)$")
#: A word for turning something into a state, whose stem keeps this: linearized is not linear.
_MADE = re.compile(r"(\w{3,}i)[sz](?:ations?|ing|e[ds]?|ers?)")
#: The endings that "*" stands for; a last letter may be doubled before them.
_ENDINGS = r"(?:at)?(?:e|e?s|e?d|ings?|e?rs?|ors?|ions?|ations?|als?|ments?|able|ives?|y|ies|ied)?"
_DOUBLED = "bdglmnprt"
#: The words that "…" stands for: at most three, without gerunds other than those of need or use.
#: A gerund after a hyphen is allowed: "without auxiliary load-balancing losses".
_FEW = r"(?:(?:requiring|needing|using|relying|(?!(?<!-)\w+ing\b)\w+)[\W_]+){0,3}"
#: What must not follow a match: "training-free" means without training.
_HAD = r"(?!-free\b)"
#: The start of a match, and what must not precede it: "no training" negates, "post-training" is another word.
_WORD = r"\b(?<!\bpost-)(?<!\bnon-)(?<!\bno )(?<!\bwithout )(?<!\bwithout any )"


def is_acronym(words: str) -> bool:
    """Whether a phrase is matched only in capitals ("US", which is not the pronoun)."""
    return bool(re.fullmatch(r"[A-Z]{1,5}", words))


def phrase_regex(words: str, any_case: bool = False) -> str:
    """A regular expression for words in any usual form: with hyphens or spaces, in the plural, in any case.

    An acronym is matched in capitals only, unless `any_case`. "…" between words stands for a few others, "*" after
    a stem for its endings, and after one with digits for anything ("W4A*").
    """
    parts = [[_piece(piece) for piece in re.findall(r"[^\W_]+\*?", part)] for part in words.split(" … ")]
    pieces = [piece for part in parts for piece in part]
    if not pieces:
        return _NOTHING
    if _HAN.fullmatch("".join(pieces)):
        return r"\s*".join(pieces)
    said = (r"[\W_]+" + _FEW).join(r"[\W_]+".join(part) for part in parts if part)
    return ("" if is_acronym(words) and not any_case else _ANY_CASE) + rf"{_WORD}{said}(?:s|es)?\b{_HAD}"


def name_regex(name: str, longer: Iterable[str] = ()) -> str:
    """A regular expression for a name in any case, not at the end of a longer one: "pruning", not "token pruning"."""
    ends = (other.removesuffix(f" {name}") for other in longer if other.endswith(f" {name}"))
    before = "".join(rf"(?<!\b{re.escape(words).replace(chr(92) + ' ', r'[ _-]')}[ _-])" for words in ends)
    said = phrase_regex(name, any_case=True)
    return f"{_ANY_CASE}{before}{said.removeprefix(_ANY_CASE)}"


def _piece(word: str) -> str:
    """A regular expression for a word, or for a stem with its endings; "quantiz*" includes British spelling."""
    if not word.endswith("*"):
        return re.escape(word)
    said = word[:-1]
    if any(map(str.isdigit, said)):
        return re.escape(said) + r"\w*"
    last = said[-1:].lower()
    whole = re.escape(said[:-1]) + "[sz]" if said.lower().endswith("iz") else re.escape(said)
    return whole + (f"(?:{last})?" if last in _DOUBLED else "") + _ENDINGS


def letters(word: str) -> str:
    """The letters common to all matches of a piece of a phrase, see `phrase_regex`."""
    said = word.rstrip("*")
    return said[:-1] if said != word and said.lower().endswith("iz") else said


def any_regex(wordings: Iterable[str]) -> str:
    """A regular expression for any of some phrases, each as in `phrase_regex`."""
    return _any_regex(tuple(wordings))


@lru_cache(maxsize=1024)  # the same condition is searched for in every text of an answer
def _any_regex(said: tuple[str, ...]) -> str:
    if len(said) == 1:
        return phrase_regex(said[0])
    cores: dict[str, list[str]] = {}  # the continuations of each first word, which is thus searched for once
    whole = []
    for words in said:
        core = phrase_regex(words, any_case=True).removeprefix(_ANY_CASE)
        begun, _, rest = core.rpartition(_WORD)
        if begun or rest == core or not (first := re.match(r"\w+", rest)):
            whole.append(core)
        else:
            cores.setdefault(first.group(), []).append(rest[first.end() :])
    latin = "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in cores.items())
    return _ANY_CASE + "|".join([*whole, *([f"{_WORD}(?:{latin})"] if latin else [])])


def texts_regex(wordings: Iterable[str]) -> str:
    """As `any_regex`, with a comment listing the required words, so that texts without them are skipped."""
    said = [words if is_acronym(words) else words.lower() for words in wordings]
    pieces = [[letters(piece) for piece in re.findall(r"[^\W_]+\*?", words)] for words in said]
    pattern = any_regex(said if len(said) == 1 else map(str.lower, said))
    return hinted(pattern, map(" ".join, pieces)) if all(pieces) else pattern


def hinted(pattern: str, words: Iterable[str]) -> str:
    """A regular expression with a comment that texts must contain all words of one of some phrases, in any case."""
    # Case-insensitive words are in lower case, as is the text that is searched.
    hint = f"(?#has:{'|'.join(dict.fromkeys(word.lower() for word in words))})"
    return f"{_ANY_CASE}{hint}{pattern[len(_ANY_CASE) :]}" if pattern.startswith(_ANY_CASE) else hint + pattern


def name_regexes(name: str) -> list[str]:
    """Regular expressions for a person's name, all of which must match; an initial stands for any name part."""
    parts = re.findall(r"[^\W_]+", name)
    latin = (rf"{_ANY_CASE}\b{re.escape(part)}" + (r"\b" if len(part) > 1 else "") for part in parts)
    return [part if _HAN.fullmatch(part) else said for part, said in zip(parts, latin, strict=True)] or [_NOTHING]


def wording_regex(folded: str) -> str:
    """A regular expression for a folded phrase in a metric's wording: all of its words, singular or plural."""
    words = [re.escape(word) for word in folded.split(" ")]
    if has_han(folded):
        return _ANY_CASE + "".join(words)
    return rf"{_ANY_CASE}\b" + r"[\s-]+".join(word + "(?:e?s)?" for word in words) + r"\b"


def beside(word: str, others: Iterable[str]) -> Phrase:
    """The condition that texts have a word within a few words of another, in any form: "pruned experts"."""
    own, *stems = (stem(one.split()[-1]) + "*" for one in (word, *others) if one and not has_han(one))
    ways = (way for stem in sorted(set(stems)) for way in (f"{own} … {stem}", f"{stem} … {own}"))
    return Phrase(word, tuple(ways))


def deed(word: str) -> str:
    """The stem of a word for an action: "offload" for "offloading"; "" for other words."""
    return stem(word) if _DONE.search(word.lower()) else ""


def stem(word: str) -> str:
    """A word without its ending, so that a verb and its nouns share a stem: "remov" for "removing" and "removal".

    >>> stem("quantisation"), stem("quantize"), stem("linear")
    ('quantiz', 'quantiz', 'linear')
    """
    if made := _MADE.fullmatch(word.lower()):
        return f"{made[1]}z"
    return re.sub(r"(?<=\w{3}[^e\W])e$|(?<=([bdgmnprt]))\1$", "", _STEM.sub("", word.lower()))
