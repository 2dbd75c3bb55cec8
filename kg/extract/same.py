"""Merges the wordings of one technique in a paper into one mention: "dynamic thresholding strategy", "... scheme".

By the rules, wordings of one technique may differ only in parts that do not change the meaning: a general noun at the
end, a general adjective at the beginning, hyphens, plural, order around "of", letters for a symbol, an acronym for its
expansion, and "the router" for a full name. Any other difference separates sibling techniques: rows from columns, -S
from -L, the second version from the first. With a tagger, a judge of pairs decides, and the rules are one of its
features.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache, lru_cache, reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kg.extract.pair_features import ARTICLE, features
from kg.model import Mention
from kg.text import fold, folded_name, greek_name
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    from kg.extract.context import DocView
    from kg.extract.judge import Features, Judge

_GREEK = re.compile(r"[\u0370-\u03ff]")
_WORD = re.compile(r"\w+|[^\w\s]")  # a word or a mark
_EVERY = re.compile(r"[a-z]+")
_PARTS = re.compile(r"\b(?!(?:of|and|for|the|with|in|to|a|via)\b)[a-z]+")
_SHORTEST = 3  # capitals of a name that cannot stand for words by chance
_TURNED = re.compile(r"(?P<head>\w+) (?:of|for) (?:the |an? )?(?P<rest>\w+(?: \w+){0,3})")


def merged(
    techniques: list[Mention], text: str, own: str, acronym_of: Mapping[str, str], vocabulary: Vocabulary
) -> None:
    """Reduce a list of techniques of a text to one mention each; the other wordings become aliases.

    The wording that equals the paper's `own` name (folded) is kept, else the fullest; `acronym_of` gives acronyms by
    their folded expansion.
    """
    kept: list[MentionWording] = []
    for mention in sorted(techniques, key=lambda m: m.start):
        wording = _wording(mention, acronym_of, vocabulary)
        mate = next((w for w in kept if _is_one(w, wording, vocabulary)), None)
        mate = mate or _named_in_full(mention, kept, text, vocabulary)
        if mate:
            kept = [w for w in kept if w is not mate]
            wording = _wording(_joined(mate.mention, mention, own), acronym_of, vocabulary)
        kept.append(wording)
    there = {id(wording.mention) for wording in kept}
    techniques[:] = [m for m in techniques if id(m) in there]


def of_one_type(mentions: list[Mention], types: Collection[str]) -> list[Mention]:
    """The mentions of a paper without those by whose name it more likely calls something of another of some types."""
    best: dict[str, str] = {}
    for mention in sorted((m for m in mentions if m.type in types), key=lambda m: -m.confidence):
        best.setdefault(fold(mention.canonical), mention.type)
    return [m for m in mentions if m.type not in types or m.type == best[fold(m.canonical)]]


def grouped(view: DocView, techniques: list[Mention], judge: Judge) -> None:
    """The same with a judge of pairs: the two groups with the highest mean log-odds are merged while that is likely."""
    groups = [[i] for i in range(len(techniques))]
    odds = _odds(view, techniques, judge)
    least = math.log(judge.threshold / (1 - judge.threshold))
    told = odds.tolist()
    links = np.where(np.tri(len(odds), dtype=bool), -np.inf, odds)  # by the first and the second group
    for _ in groups[1:]:
        # The highest link, the last one of equals.
        a, b = divmod(links.size - 1 - int(links[::-1, ::-1].argmax()), len(links))
        if links[a, b] < least:
            break
        groups[a] += groups[b]
        groups[b] = []
        links[b, :] = links[:, b] = -np.inf
        for c in (c for c, group in enumerate(groups) if group and c != a):
            one, other = min(a, c), max(a, c)
            links[one, other] = _link(groups[one], groups[other], told)
    kept = []
    for group in filter(None, groups):
        first, *rest = (techniques[i] for i in sorted(group, key=lambda i: techniques[i].start))
        kept.append(reduce(lambda one, other: _joined(one, other, view.name), rest, first))
    there = set(map(id, kept))
    techniques[:] = [m for m in techniques if id(m) in there]


def pair_features(view: DocView, techniques: list[Mention]) -> dict[tuple[int, int], Features]:
    """The features of each pair for the judge: those of `kg.extract.pair_features`, and the decision of the rules."""
    pairs = features(view, techniques)
    wordings = [_wording(technique, view.acronym_of, view.vocabulary) for technique in techniques]
    for (i, j), told in pairs.items():
        told["ruled"] = float(_is_one(wordings[i], wordings[j], view.vocabulary))
    return pairs


def _odds(view: DocView, techniques: list[Mention], judge: Judge) -> npt.NDArray[np.float64]:
    """The log-odds that two techniques are one; (techniques, techniques), symmetric."""
    out = np.zeros((len(techniques), len(techniques)))
    pairs = pair_features(view, techniques)
    likely = judge(list(pairs.values()))[:, 1].tolist() if pairs else []
    for (i, j), p in zip(pairs, likely, strict=True):
        out[i, j] = out[j, i] = math.log(max(p, 1e-6) / max(1 - p, 1e-6))
    return out


def _link(one: list[int], other: list[int], odds: list[list[float]]) -> float:
    """The mean of the log-odds of the pairs between two groups."""
    # Computed again in a fixed order, because incrementally updated means would round differently and break ties
    # differently.
    found = [odds[i][j] for i in one for j in other]
    return sum(found) / len(found)


def core(name: str, vocabulary: Vocabulary) -> str:
    """The folded name without words that do not change its meaning.

    >>> core("novel dynamic-thresholding schemes", Vocabulary.load())
    'dynamic thresholding'
    """
    return _core(name, vocabulary.cues("label-modifier"), _frames(vocabulary))


@cache
def _frames(vocabulary: Vocabulary) -> frozenset[str]:
    return vocabulary.cues("label-frame-technique") | vocabulary.cues("label-form-technique")


@lru_cache(maxsize=20_000)
def _core(name: str, before: frozenset[str], after: frozenset[str]) -> str:
    words = folded_name(_GREEK.sub(lambda found: greek_name(found[0]), unicodedata.normalize("NFKC", name))).split()
    while len(words) > 1 and words[-1] in after:
        words.pop()
    while len(words) > 1 and words[0] in before:
        words.pop(0)
    said = " ".join(words)
    turned = _TURNED.fullmatch(said)
    return f"{turned['rest']} {turned['head']}" if turned else said


def is_spelled_out(name: str, words: str) -> bool:
    """Whether a name is made of the first letters of words one after the other: its capitals or all its letters.

    Two capitals are enough where they stand for all the words.

    >>> is_spelled_out("ZaPKV", "zonal pruning of key values"), is_spelled_out("ZapKV", "zonal pruning")
    (True, False)
    >>> is_spelled_out("MoRA", "sparse mixture-of-rank adaptation"), is_spelled_out("HoE", "hierarchical experts")
    (True, True)
    """
    capitals = "".join(filter(str.isupper, name)).lower()
    letters = "".join(filter(str.isalnum, name)).lower()
    heads = "".join(word[0] for word in _PARTS.findall(words.lower()))
    every = "".join(word[0] for word in _EVERY.findall(words.lower()))
    of_many = len(capitals) >= _SHORTEST and (capitals in heads or letters in every)
    return of_many or (len(capitals) > 1 and capitals == heads)


class MentionWording(NamedTuple):
    """A mention with what it is compared by: its core, with and without blanks, the acronym of that, its concept."""

    mention: Mention
    core: str
    letters: str
    acronym: str
    concept: str


def _wording(mention: Mention, acronym_of: Mapping[str, str], vocabulary: Vocabulary) -> MentionWording:
    said, concept = core(mention.surface, vocabulary), vocabulary.find(mention.canonical, "technique")
    return MentionWording(
        mention, said, said.replace(" ", ""), fold(acronym_of.get(said, "")), concept.curie if concept else ""
    )


def _is_one(a: MentionWording, b: MentionWording, vocabulary: Vocabulary) -> bool:
    """Whether two mentions of a text refer to one technique."""
    alike = a.letters == b.letters
    if not alike and a.acronym != b.core and b.acronym != a.core:
        return False
    one, other = a.mention, b.mention
    if {one.role, other.role} >= {"proposed", "baseline"}:
        return False
    # "Pruning methods" are those of others, and so may be what a single common word refers to.
    named = " " in a.core or not one.surface.islower() or one.role == other.role
    return not alike or (named and not _differ_in_number(one, other, vocabulary))


def _differ_in_number(one: Mention, other: Mention, vocabulary: Vocabulary) -> bool:
    """Whether exactly one of two general nouns at the end is plural."""
    ends = [m.surface.split()[-1].lower() for m in (one, other)]
    framed = [fold(end) in _frames(vocabulary) for end in ends]
    return all(framed) and (ends[0] == fold(ends[0])) != (ends[1] == fold(ends[1]))


def _named_in_full(
    mention: Mention, before: list[MentionWording], text: str, vocabulary: Vocabulary
) -> MentionWording | None:
    """The mention that "the router" refers to: the only earlier one with this last word."""
    word = fold(mention.surface)
    if " " in word or not mention.surface.islower() or vocabulary.find(word, "technique"):
        return None
    if not _is_definite(text[max(0, mention.start - ARTICLE) : mention.start], vocabulary):
        return None
    found = [w for w in before if fold(w.mention.surface).endswith(f" {word}")]
    return found[0] if len(found) == 1 else None


def _is_definite(before: str, vocabulary: Vocabulary) -> bool:
    """Whether the text before a noun (and a participle) ends in a definite word: "the", "the gated"."""
    words = _WORD.findall(before.lower())
    if words and words[-1].endswith("ed"):
        words.pop()
    return bool(words) and words[-1] in vocabulary.cues("definite")


def _by_fullness(one: Mention, other: Mention, own: str) -> tuple[Mention, Mention]:
    """The two mentions, the fuller first: the paper's own name, else the one with more words, else the earlier."""
    key = [(fold(m.surface) != own, -len(fold(m.surface).split()), m.start) for m in (one, other)]
    return (one, other) if key[0] <= key[1] else (other, one)


def _joined(one: Mention, other: Mention, own: str) -> Mention:
    """The fuller of two wordings, with the names of the other as aliases, and with its role if that is "proposed"."""
    whole, part = _by_fullness(one, other, own)
    names = (part.surface, *part.aliases)
    whole.aliases = tuple(dict.fromkeys(n for n in (*whole.aliases, *names) if fold(n) != fold(whole.surface)))
    whole.confidence = max(whole.confidence, part.confidence)
    if part.role == "proposed":
        whole.role = part.role
    return whole
