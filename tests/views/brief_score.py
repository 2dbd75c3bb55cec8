"""Score composed briefs against the sentences that the authors of the reports wrote.

A brief and its reference are parsed by the same reader (kg.extract.template) and compared slot by slot: names folded,
institutions by identity, numbers by value and unit. Everything in a brief must also occur in its paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kg.extract.numbers import quantities
from kg.extract.template import institutions, slots
from kg.link.linker import Linker
from kg.model import Document, Mention, Record
from kg.text import count_han, fold

#: Relative tolerance for equal numbers.
_NEAR = 1e-4
#: Units that Chinese writers use interchangeably: "3 points" of a rate are "3%"; steps and layers are counts.
_ALIKE: Mapping[str, str] = {"points": "%", "step": "steps", "layer": "layers"}
_LETTER = "A-Za-zÀ-ɏ"
_IN_NAME = re.compile(rf"(?<![\d%])[{_LETTER}][{_LETTER}\d.+/@-]*")
_LATIN = re.compile(rf"[{_LETTER}][{_LETTER}\d.'’+-]*")
_SEAM = re.compile(r"(?<=[A-Za-z])(?=[\u3400-\u9fff])")  # "830 MB和": a unit ends where Chinese text continues
_LOWER = re.compile(r"(?<![\w-])[a-z]{2,}(?![\w-])")
_MARK = re.compile(
    r"(?<![\d.])\d+(?:D(?![A-Za-z])|:\d+| ?[×x] ?\d+(?![\d.]*[×倍%]))"
)  # "3D", "2:4", "1024×1024" are not measurements
_BRACKET = re.compile(r"\s*[(（][^()（）]*[)）]\s*")
_KIND = re.compile(r"(?:框架|技术|方法|模型|系统)$")
_TITLE = re.compile(r"《([^》]+)》")
_QUOTED = re.compile(r"“[^“”\u3400-\u9fff]*”")  # the paper's own sentences stay in English
_NOT_WORD = re.compile(r"[\W_]+")

Number = tuple[float, str]  # value and unit


@dataclass(slots=True)
class BriefScore:
    """The score of a brief against one reference sentence; None or empty for a slot that the reference lacks."""

    id: str
    brief: str
    name: bool | None = None
    reference_name: str = ""
    institutions: dict[str, bool] = field(default_factory=dict)  # of the reference -> found in the brief
    numbers: dict[str, bool] = field(default_factory=dict)  # of the reference -> found in the brief with the unit
    foreign: list[str] = field(default_factory=list)  # numbers and names that the paper does not contain
    chinese: float = 1.0  # share of Chinese characters outside names and numbers


class Scorer:
    """Scores Chinese briefs of papers."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def score(self, document: Document, brief: str) -> BriefScore:
        """Score a brief of a paper whose reference is the paper's own Chinese sentence (field B)."""
        text = document.texts["B"].text if "B" in document.texts else ""
        own, reference = slots(brief), slots(text)
        out = BriefScore(document.id, brief, reference_name=reference.name)
        title = _TITLE.search(brief)  # a brief without institutions has no verb of publishing
        called = own.name or (title[1] if title else "")
        if reference.name:
            out.name = same_name(called, reference.name)
        if own.institution or reference.institution:
            found = {c for name in own.institution for c in self.identities(name)}
            out.institutions = {
                name: bool(self.identities(name) & found) for name in reference.institution if self.identities(name)
            }
        said = numbers(brief.partition("论文")[2], own.name)
        for value, unit in numbers(text[text.find("论文") :], reference.name):
            out.numbers[f"{value:g}{unit}"] = any(_same(value, v) and unit in ("", u) for v, u in said)
        out.foreign = list(foreign(document, brief))
        out.chinese = chinese(brief, called, own.institution)
        return out

    def identities(self, name: str) -> set[str]:
        """The institutions that a name may denote: its own identity, and those of its parts if it names two."""
        out = set()
        for part in {name, *institutions(name)}:
            mention = Mention("institution", part, part, "B")
            self.linker.link(_NOBODY, Record("", institutions=[mention]))
            out.add(mention.concept or fold(part))
        return out


_NOBODY = Document("", "", 0, {})


def same_name(one: str, other: str) -> bool:
    """Whether two names are equal apart from case, spelling, an acronym in brackets and a generic last word.

    >>> same_name("Action-Aware Dynamic Pruning", "Action-aware Dynamic Pruning (ADP)框架")
    True
    """
    return bool(_plain(one)) and _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return _NOT_WORD.sub("", fold(_KIND.sub("", _BRACKET.sub(" ", name).strip())))


def numbers(text: str, name: str = "") -> list[Number]:
    """The numbers of a text with their units, without those in names; a range gives both its ends.

    >>> numbers("GPT-4上延迟节省1.43-2.4倍，精度提升3个百分点")
    [(1.43, 'x'), (2.4, 'x'), (3.0, '%')]
    """
    text = _SEAM.sub(" ", text.replace(name, " ") if name else text)
    inside = [found.span() for mark in (_IN_NAME, _MARK) for found in mark.finditer(text)]
    out: list[Number] = []
    for quantity in quantities(text):
        if any(start <= quantity.number < end for start, end in inside):
            continue
        values = quantity.value if isinstance(quantity.value, tuple) else (quantity.value,)
        unit = _ALIKE.get(quantity.unit, quantity.unit)
        ends = [(float(value), unit) for value in values]
        if quantity.origin.strip():
            ends += [(value, unit) for value, _ in numbers(quantity.origin)]
        out += [end for end in ends if end not in out]
    return out


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _NEAR * max(1.0, abs(one))


def foreign(document: Document, brief: str) -> Iterator[str]:
    """Yield numbers and Latin words of a brief that occur in neither title, abstract nor institutions of the paper."""
    texts = [t for f in ("T", "A", "I") if f in document.texts for t in (document.texts[f].raw, document.texts[f].text)]
    whole = "\n".join(texts)
    run = _NOT_WORD.sub("", whole).lower()
    folded = set(fold(whole).split())
    there = [value for value, _ in numbers(whole)] + [
        float(n.replace(",", "")) for n in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", whole)
    ]
    for word in _LATIN.findall(brief):
        if _NOT_WORD.sub("", word).lower() not in run and not set(fold(word).split()) <= folded:
            yield word
    for number in re.findall(r"(?<![A-Za-z\d.])\d+(?:,\d{3})*(?:\.\d+)?", brief):
        value = float(number.replace(",", ""))
        if not any(_same(value, other) for other in there):
            yield number


def chinese(brief: str, name: str, institutions: Iterable[str]) -> float:
    """The share of Chinese characters among Chinese characters and letters of English words, without names
    and quoted English sentences.

    Names are those of the paper and its institutions, and words with a capital letter, a digit or a hyphen.
    """
    for known in (name, *institutions):
        brief = brief.replace(known, " ", 1) if known else brief
    brief = _QUOTED.sub(" ", brief)
    han = count_han(brief)
    letters = sum(map(len, _LOWER.findall(brief)))
    return han / (han + letters) if han + letters else 1.0


def summary(scores: Iterable[BriefScore]) -> dict[str, float]:
    """Means over all papers: shares of the references' content that briefs contain, and briefs with foreign content."""
    scores = list(scores)
    found = [hit for score in scores for hit in score.institutions.values()]
    counted = [hit for score in scores for hit in score.numbers.values()]
    named = [score.name for score in scores if score.name is not None]
    return {
        "name": _share(named),
        "institutions": _share(found),
        "numbers": _share(counted),
        "foreign": sum(bool(score.foreign) for score in scores),
        "chinese": sum(score.chinese for score in scores) / max(1, len(scores)),
        "least chinese": min((score.chinese for score in scores), default=1.0),
        "length": sum(len(score.brief) for score in scores) / max(1, len(scores)),
    }


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
