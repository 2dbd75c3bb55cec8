"""Which institutions the sentence on a paper names, and whether that leaves some out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from kg.link.lines import ENDS
from kg.link.organisation_words import OrganisationWords, fold_word
from kg.model import Mention, Paper
from kg.text import fold, has_han
from kg.views.fillers import mentions
from kg.views.selection import Selection, clean
from kg.views.wording import says

_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Publishers:
    """The names of institutions in words, and whether an affiliation has others than these."""

    names: list[str]
    are_more: bool


def publishers(shown: Selection, paper: Paper, fields: Collection[str], text: str) -> Publishers:
    """Institutions by their labels; a Latin label only if the paper contains it.

    Of an affiliation that has a sure institution, the unsure ones are its parts. In a list without such parts ("X, Y")
    all are told.
    """
    found = [*mentions(paper, "institution", fields)]
    lines = [d.texts["I"].raw for d, _ in paper.entries if "I" in d.texts and (not fields or "I" in fields)]
    parts = [part for line in lines if ENDS.search(line) for part in ENDS.split(line)]
    sure = [one for one in found if one.sure]
    whole = [one for one in found if one.sure or not any(_names(one, p) and _any_of(sure, p) for p in parts)]
    names = dict.fromkeys(_in_words(shown, whole, text))
    ends = tuple(shown.words("brief.institute_endings").split())
    told = [name for name in names if not any(_is_within(name, other, ends) for other in names)]
    are_more = any(_is_named(part) and not _any_of(found, part) for part in parts)
    return Publishers(told, bool(told) and are_more)


def _is_within(name: str, other: str, ends: tuple[str, ...]) -> bool:
    """Whether a name begins that of a part: "University of Wick", of a campus, "中国科学院", of an institute."""
    if re.fullmatch(r"(?:, .*| [A-Z][a-z]+)", other.removeprefix(name)):
        return other != name  # the campus of a university; "Academy of Maps Wick"
    return has_han(name) and other != name and other.startswith(name) and bool(ends) and other.endswith(ends)


def _names(one: Mention, part: str) -> bool:
    said = fold(part)
    return any(fold(name) in said for name in (one.surface, one.canonical, *one.aliases) if name)


def _any_of(found: Collection[Mention], part: str) -> bool:
    return any(_names(one, part) for one in found)


def _is_named(part: str) -> bool:
    """Whether an affiliation may name an institution: "Deep Plover", not "Department of Botany"."""
    words = _WORD.findall(part)
    return bool(words) and fold_word(words[0]) not in OrganisationWords.load().unit


def _in_words(shown: Selection, found: Collection[Mention], text: str) -> Iterator[str]:
    for mention in found:
        label = shown.label(mention.concept, mention.canonical) if mention.concept else ""
        if label == mention.concept.partition(":")[2]:  # no label, only the identifier itself
            label = ""
        if shown.lang == "zh" and has_han(label):
            yield label
            continue
        rest = label.removeprefix(mention.surface)
        if rest != label and len(rest.split()) == 1:
            yield label  # its source has cut the name off: "University of Hong"
            continue
        wordings = (label, mention.canonical, mention.surface)
        said = [
            clean(w) for w in wordings if w.count("(") == w.count(")") and w and (shown.lang == "zh" or not has_han(w))
        ]
        if said:
            yield next((w for w in said if says(text, w)), clean(mention.canonical) or said[-1])
