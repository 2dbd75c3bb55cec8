"""What a result was obtained on: the models and data sets that its sentence says it of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from kg.model import Mention
from kg.text import fold, has_han, sentence_at
from kg.views.own import subject_at
from kg.views.report.table import identity
from kg.views.selection import EntryResult, Selection, quoted
from kg.views.setting import LOSSLESS
from kg.views.words import pattern

_NAME = "\0"  # stands for a name while the words around names are looked at
_LISTED = re.compile(rf"{_NAME}(?:\s\([^()]*\))?(?:,?\s(?:and|or)\s|,\s|/){_NAME}")
_PLACED = r"(?:on|for|in|across|over|with|using|when)\s"
#: Between a number and what it holds for: " accuracy on the ", " speedup for ".
_BEHIND = re.compile(rf"(?:(?!\b(?:and|while)\b)[^,;:.()\d])*?\b{_PLACED}(?:[\w-]+\s){{0,3}}")
_BREAK = r"[,;:()\d]|\b(?:<clause.while>|and|<clause.comparing>)\b"
#: Before what others have, or what a model was made from: "outperforming Finch", "trained on Plover".
_OTHER = (
    r"(?i:\b(?:pre-?)?train(?:ed|ing)\s(?:\w+\s)?(?:on|with|from)\s(?:[\w-]+\s){0,2}$|"
    r"\b(?:<clause.comparing>|outperforming|surpassing|beating)\s"
    rf"(?:(?!{_PLACED})[\w-]+\s){{0,4}}(?:\((?:e\.g\.,?|like|such as)\s)?$)"
)
#: What is used of a device, and no device.
_USE = re.compile(r"\b[cgnt]pu (?:memory|ram|vram|hour|day|time|cost|usage|utili[sz]ation|resource)\b")


def obtained_on(
    shown: Selection, found: EntryResult, names: Collection[str], mentions: Iterable[Mention]
) -> dict[str, str]:
    """The labels by identity of those mentions that a result was obtained on; `names`: of the paper's work.

    They stand in its setting; else before the subject of its sentence ("On Plover, Foo is ..."), or beside the number
    with nothing between that says something else ("2x faster on Plover and Finch").
    """
    result, every = found.result, [m for m in mentions if not _is_baseline(found, m)]
    text = found.document.texts.get(result.evidence.field)
    start, end = sentence_at(text.raw, result.evidence.start, result.evidence.end) if text else (0, 0)
    said = text.raw[start:end] if text else ""
    is_kept = LOSSLESS.search(said.partition(result.setting)[0]) if result.setting else None
    setting = [] if is_kept else _spans(result.setting, every)
    if not setting:
        at, behind = result.evidence.start - start, result.evidence.end - start
        spans = _spans(said, every)
        setting = spans if has_han(said) else [one for one in spans if _holds(said, spans, one, at, behind, names)]
    return _labels(shown, (mention for _, _, mention in setting))


def devices(shown: Selection, found: EntryResult) -> dict[str, str]:
    """The labels by identity of the devices that a result was obtained on: those of its setting, else its sentence."""
    hardware = [m for m in found.record.hardware if m.sure and not is_kind(shown, m)]
    sentence = quoted(found.document, found.result.evidence).sentence
    return named_there(shown, (padded(found.result.setting), padded(sentence)), hardware)


def named_there(shown: Selection, places: Sequence[str], mentions: Sequence[Mention]) -> dict[str, str]:
    """The labels of the mentions that occur in the first of some `padded` texts that has any of them.

    "GPU memory" is no device.
    """
    for text in places:
        used = _USE.sub(" ", text)
        named = [m for m in mentions if any(word.strip() and word in used for word in _padded(m))]
        if named:
            return _labels(shown, named)
    return {}


def _padded(mention: Mention) -> tuple[str, str]:
    return padded(mention.surface), padded(mention.canonical)


def padded(text: str) -> str:
    """A folded text with surrounding spaces, so that it matches whole words only."""
    return f" {fold(text)} "


def _labels(shown: Selection, named: Iterable[Mention]) -> dict[str, str]:
    return {identity(m.concept, m.canonical): shown.label(m.concept, m.canonical) for m in named}


def is_kind(shown: Selection, device: Mention) -> bool:
    """Whether a device is but a kind without a name: "edge devices"."""
    known = shown.graph.vocabulary.concepts.get(device.concept)
    return (known.label["en"] if known else device.canonical)[:1].islower()


def _is_baseline(found: EntryResult, named: Mention) -> bool:
    """Whether a name is the baseline of a result, so that the result was obtained on another one."""
    result = found.result
    if named.concept and named.concept == result.baseline_concept:
        return True
    return any(padded(name) in padded(result.baseline) for name in (named.surface, named.canonical) if fold(name))


_Span = tuple[int, int, Mention]


def _spans(said: str, mentions: list[Mention]) -> list[_Span]:
    """Where mentions are named in a text, without names within longer ones."""
    words = {(word, number) for number, m in enumerate(mentions) for word in (m.surface, m.canonical) if word}
    found = [
        (one.start(), one.end(), mentions[number])
        for word, number in sorted(words)
        for one in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", said)
    ]
    found.sort(key=lambda span: (span[0] - span[1], span[0]))
    kept: list[_Span] = []
    for at, end, mention in found:
        if all(end <= first or at >= last for first, last, _ in kept):
            kept.append((at, end, mention))
    return sorted(kept, key=lambda span: span[:2])


def _holds(said: str, spans: list[_Span], one: _Span, at: int, behind: int, names: Collection[str]) -> bool:
    """Whether a sentence says its number, from `at` to `behind`, of what stands at a span."""
    first, last, _ = one
    if first >= at and last <= behind:
        return True
    if pattern(_OTHER).search(said[:first]) or LOSSLESS.search(said[:first]):
        return False
    if last <= at:
        subject = subject_at(names, said[:at])
        is_ahead = subject is not None and last <= subject
        return is_ahead or not pattern(_BREAK).search(_marked(said, spans, first, at).removeprefix(_NAME))
    return bool(_BEHIND.fullmatch(_marked(said, spans, behind, first + 1).removesuffix(_NAME)))


def _marked(said: str, spans: list[_Span], start: int, end: int) -> str:
    """A part of a sentence, one sign for each name or list of names that begins in it."""
    out, place = "", start
    for first, last, _ in spans:
        if start <= first < end:
            out, place = out + said[place:first] + _NAME, last
    out += said[place:end]
    while (shorter := _LISTED.sub(_NAME, out)) != out:
        out = shorter
    return out
