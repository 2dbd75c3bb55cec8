"""The form of personal names in a list of authors: in the font of the first, without a word of an organization."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kg.sources.layout.offices import Offices
from kg.sources.layout.page_words import HeaderLabels
from kg.sources.layout.pages import Char, TextLine
from kg.sources.layout.teams import is_team
from kg.sources.people import TITLES

JOINT = re.compile(
    r"(?<=[^\W\d_])(?:[\d*∗†‡§¶]+(?:,[\d*∗†‡§¶]+)*)(?:\s*(?:,|;|&|\band\b)\s*|\s+|$)"  # marks that are not raised
    r"|(?<![\u3400-\u9fff])\s*·\s*|·(?![\u3400-\u9fff])\s*|\s*(?:,|;|&|•|\||\band\b|\bAND\b|、|，)\s*|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|\s+\[\s+"
)
_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|['’`´.-])*\.?")
_TITLES = re.compile(
    r"(?:(?:(?:Under)?Graduate|Student|Senior|Life|Associate|Affiliate|(?:Non-?)?Member|Fellow|IEEE|ACM)\b[\s,]*)+",
    re.I,
)  # also a part of it, where a line ends
_IN_BRACKETS = re.compile(r"(.{3,}?)\s*\(([^()]+)\)?")
_BY = re.compile(r"^\W*(?i:by)\s+(?=[A-Z])")
_HAN_NAME = re.compile(r"[\u3400-\u9fff]{2,6}|[\u3400-\u9fff]{1,8}(?:·[\u3400-\u9fff]{1,8})+")
_LINK = re.compile(r"(?:^|\s)(?:for|by|from|with|at|in|on|of|to|and)\s")
_VOWEL = re.compile(r"[AEIOUY]")
LINKS = ",;|·•"  # signs between names
ON = re.compile(rf"[{LINKS}]|(?:and|&)\s")  # a list of names goes on
_INITIALED = re.compile(r"(?:[A-Z]\.\s?)+[A-Z][a-z]+")  # also names of firms: "J. P. Morgan"
LOWEST = 2  # letters of a name
_MOST = 5  # words of a name
_LIKE = 0.1  # tolerance for the sizes of names
_PARTICLE = 4  # letters of a lower-case word in a name ("van", "der")


def units(line: TextLine) -> list[str]:
    """The parts of an author list between commas, conjunctions and marks."""
    plain = "".join(", " if c.raised else (" " * c.space + c.text) for c in line.chars)
    return [_edged(part) for part in JOINT.split(_BY.sub("", plain.strip(" ,•")))]


def last_unit(line: TextLine) -> list[str]:
    """The words of the last name on a line, without titles."""
    return TITLES.sub("", units(line)[-1]).split()


def _edged(text: str) -> str:
    """A part of a list of names without signs at its ends: letters, telephones and other pictures for contact."""
    while text and (text[-1] in " *" or unicodedata.category(text[-1]) in ("So", "Sk")):
        text = text[:-1]
    return text


def listed_names(text: str, chars: Sequence[Char], first: TextLine, offices: Offices) -> tuple[list[str], str]:
    """The names at the start of a text, and the rest ("SMITH, University of X, USA")."""
    names: list[str] = []
    inside: list[str] = []  # text in brackets: "Ada Lovelace (ACME), Alan Turing (University of X)"
    at = 0
    for match in [*JOINT.finditer(text), None]:
        part = _edged((text[at : match.start()] if match else text[at:]).strip(" .,;:*∗†‡§¶"))
        part = _without_titles(part if at else _BY.sub("", part))
        bracket = _IN_BRACKETS.fullmatch(part)
        if bracket and offices.has(bracket[2]) and is_name(bracket[1], offices):
            names.append(bracket[1])
            inside.append(bracket[2])
        elif (part := part.strip("()")) and not is_title(part):
            is_alone = text[:1] in LINKS and not names and is_single_name(text, chars, first, offices)
            is_alone = is_alone or (bool(names) and _is_one_of(text, part, at, chars, first, offices))
            is_last = bool(re.search(r"(?:\band|&)\s*$", text[:at])) or (
                (bool(names) or text[:1] in LINKS) and part.startswith("the ")
            )
            if is_last and is_team(part):  # "Ada Fox, Bo Lee and the Memory Team"
                names.append(part.removeprefix("the "))
            elif not is_alone and not (is_name(part, offices) and in_font(text, part, at, chars, first)):
                return names, "; ".join([*inside, text[at:].strip(" ,;")])
            else:
                names.append(part)
        at = match.end() if match else len(text)
    return names, "; ".join(inside)


def _without_titles(text: str) -> str:
    """A name without titles and degrees: "Dr. Bo Lee MD PhD", but "Yo-Yo Ma", whose capitals are those of a name."""
    words = TITLES.sub("", text).split()
    while (
        len(words) > 2 and not words[-1].istitle() and not text.isupper() and HeaderLabels.load().is_degree(words[-1])
    ):
        words.pop()
    return " ".join(words)


def _is_one_of(text: str, part: str, at: int, chars: Sequence[Char], first: TextLine, offices: Offices) -> bool:
    """Whether a word among names is a person with one name, as names stand around it: "Ada Fox, Suharto, Bo Lee"."""
    if not is_word(part, offices) or not in_font(text, part, at, chars, first):
        return False
    behind = text[at:].lstrip()[len(part) :]
    after = next((piece.strip(" .,;:*∗†‡§¶") for piece in JOINT.split(behind) if piece.strip(" .,;:*∗†‡§¶")), "")
    if not after:
        return bool(re.search(r"(?:\band|&)\s*$", text[:at]))
    is_full = len(after.split()) > 1 and is_name(after, offices)
    return is_full and in_font(text, after, text.find(after, at), chars, first)


def is_title(text: str) -> bool:
    """Whether a part of a list of names is no name but a degree or membership."""
    return bool(_TITLES.fullmatch(text)) or HeaderLabels.load().is_degree(text)


def is_names(text: str, chars: Sequence[Char], first: TextLine, offices: Offices) -> bool:
    """Whether a text after a mark consists of names or of punctuation between names, not of an affiliation."""
    if not any(c.text.isalpha() for c in chars):
        return True
    is_after_names = bool(ON.match(text.lower()))
    if is_after_names and is_single_name(text, chars, first, offices):
        return True
    names, rest = listed_names(text.strip(f" {LINKS}"), chars, first, offices)
    return bool(names) and not rest and (is_after_names or chars[0].order > first.chars[0].order)


def is_single_name(text: str, chars: Sequence[Char], first: TextLine, offices: Offices) -> bool:
    """Whether a part of a list of names between two marks is a person with one name: ", Suharto"."""
    word = text.strip(f" &{LINKS}")
    return is_word(word, offices) and in_font(text, word, text.find(word), chars, first)


def is_word(text: str, offices: Offices) -> bool:
    """Whether a text is one word that can be a name."""
    is_able = bool(_TOKEN.fullmatch(text)) and text[0].isupper() and len(text) > LOWEST
    return is_able and not JOINT.fullmatch(text) and not offices.has(text) and not is_title(text)


def is_name(text: str, offices: Offices) -> bool:
    """Whether a text has the form of a person's name."""
    words = text.split()
    if _LINK.search(text) or not HeaderLabels.load().journals.isdisjoint(text.casefold().split()):
        return False  # "for the Memory Investigators", "REVISTA BRASILEIRA DE ENFERMAGEM"
    if len(words) < 2:
        return bool(_HAN_NAME.fullmatch(text)) and not offices.has(text)
    if len(words) > _MOST + 1 or (offices.has(text) and not _INITIALED.fullmatch(text)):
        return False
    for at, word in enumerate(words):
        bare = word.strip("()“”\"'’‘")
        if not _TOKEN.fullmatch(bare):
            return False
        if (
            bare[0].islower()
            and (at == len(words) - 1 or (len(bare) > _PARTICLE and bare not in HeaderLabels.load().particles))
            and not (bare[1:2] in ("'", "’") and bare[2:3].isupper())
        ):
            return False
    if len(words) == 2 and sorted(map(str.isupper, words)) == [False, True] and any(map(str.istitle, words)):
        family = next(word for word in words if word.isupper())
        if _VOWEL.search(family):
            return True  # "Wenjie ZHANG", "ZHANG Wenjie"
    is_capital = text.isupper()
    acronyms = [w for w in words if len(w) > 1 and w.isupper() and w.isalpha() and len(w) > 2]
    return is_capital or len(acronyms) < len(words) - 1 or not acronyms


def in_font(text: str, part: str, at: int, chars: Sequence[Char], first: TextLine) -> bool:
    """Whether a part of a text is set in the font of the first names."""
    letters = [c for c in chars if c.text.isalpha()]
    begin = sum(ch.isalpha() for ch in text[:at])
    own = letters[begin : begin + max(1, sum(ch.isalpha() for ch in part))]
    if not own:
        return True
    model = first.chars_font()
    same = sum(c.font.bold == model.bold and c.font.italic == model.italic for c in own)
    size = max(c.font.size for c in own)  # size of the capitals; small capitals are smaller
    return same >= 0.7 * len(own) and abs(size - model.size) <= _LIKE * model.size
