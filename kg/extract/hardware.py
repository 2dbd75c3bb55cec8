"""Extracts hardware: devices and device classes of the vocabulary, and names formed like theirs.

Whether a class ("GPU", "edge device") is what the paper runs on or is mentioned in passing ("GPU kernels") is decided
by the judge, from its context in the sentence and the other devices of the paper.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Set
from functools import cache
from itertools import islice
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import SpanIndex, first_matches, inside, read_fields
from kg.extract.context import DocView, view_of
from kg.extract.judge import Candidate, Features
from kg.extract.named import WORD, NamedEntities
from kg.extract.speech import NounPhrase
from kg.text import Token, fold
from kg.vocabulary import Match, Vocabulary

EXTRACTOR = "hardware/6"
_MEMORY = "hardware:memory"  # "GPU memory" is what a method saves, rarely a device that it runs on
#: A device in a unit of measurement ("32 GPU-days", "1,000 GPU hours") is not where something runs.
_MEASURE = re.compile(r"[- ](?:days?|hours?|years?|weeks?)\b", re.IGNORECASE)
#: The continuation of a family's or maker's name to a product's: "950PR", "Orin NX", "8 Gen 3", "A100-40GB".
_MODEL = re.compile(
    r"(?:[ -](?:[A-Z]{1,4}-?\d{1,5}[A-Z]{0,3}|\d{1,5}[A-Z]{1,3}|\d{3,5}|\d Gen \d|[A-Z][a-z]{2,7})"
    r"(?![\w%×]|\.\w)){1,4}"
)
_CODE = re.compile(r"\d")
_VERSION = re.compile(r" \d{1,2}[A-Z]?(?![\w%×]|\.\d)")  # "5" of "Raspberry Pi 5", or the count of something else
_SIZED = re.compile(r"(?<![\w.-])\d{1,4} ?-?(?:GB|GiB|G) ?-?(?:consumer |of )?(?:GPU|VRAM)s?\b")
_COUNTED = re.compile(r"\d(?<![\w.].)\d{0,3}[xX]([A-Z][\w-]*\d[\w-]*?)s?(?![\w-])")
_MARK = re.compile(r" ?[®™] ?")
#: Joins a class to its makers ("CPUs from ARM"), and makers to each other ("ARM ®, Intel, and AMD").
_BY = re.compile(r" (?:from|by|made by) ")
_AND = re.compile(r" ?[®™]? ?(?:(?:,|/|&) ?(?:and |or )?|and |or )")
_LETTERS = re.compile(r"[^\W\d_]+")


class Kinds(NamedTuple):
    """Statistics of the devices of a vocabulary."""

    wide: dict[str, float]  # logarithm of the number of narrower concepts
    makers: frozenset[str]  # folded
    spelt: dict[str, str]  # makers in their own spelling, by folded form
    heads: dict[str, float]  # last words of class names ("device", "server"), with their frequency from 0 to 1
    bare: dict[str, str]  # concepts by folded single words that seldom mean a device ("camera", "mobile")


@cache
def kinds_of(vocabulary: Vocabulary) -> Kinds:
    """The statistics of the devices of a vocabulary."""
    devices = [c for c in vocabulary.concepts.values() if c.type == "hardware"]
    wide = {c.curie: math.log(len(vocabulary.narrower(c.curie))) / 5 for c in devices}
    plain = {c.curie for c in devices if "maker" not in c.facts}
    ends: dict[str, list[str]] = {}
    for device in devices:
        for label in device.labels() if device.curie in plain else ():
            last = label.rpartition(" ")[2]
            if label.isascii() and (last.islower() or last.isupper()):  # "Pi" and "TurtleBot" are names
                ends.setdefault(fold(label).rpartition(" ")[2], []).append(device.curie)
    heads = {
        word: min(1.0, math.log2(len(bearers)) / 4)
        for word, bearers in ends.items()
        if len(set(bearers)) > 1 and word.isalpha()
    }
    spelt = {fold(c.facts["maker"]): c.facts["maker"] for c in devices if "maker" in c.facts}
    makers = frozenset(maker for maker in spelt if " " not in maker)
    bare = {fold(label): c.curie for c in devices for label in c.hidden if " " not in fold(label)}
    return Kinds(wide, makers, spelt, heads, bare)


class Hardware(NamedEntities):
    """Adds one mention per device; "H100 GPU" is one device, and not a mention of the class GPU."""

    entity = "hardware"
    extractor = EXTRACTOR

    def taken(self, doc: Doc) -> list[tuple[int, int]]:
        """Spans that name no device: in units of measure ("32 GPU-days"), and makers marked before a product."""
        found = [m for m in doc._.matches if m.type == self.entity]
        out = [(m.start, m.end) for m in found if _MEASURE.match(doc._.text, m.end)]
        starts = {m.start for m in found}
        for token in _words_among(doc, kinds_of(self.vocabulary).makers):
            mark = _MARK.match(doc._.text, token.end)
            if mark and mark.end() in starts:
                out.append((token.start, token.end))
        return out

    def found(self, doc: Doc) -> tuple[list[Candidate], dict[tuple[int, int], str]]:
        """Vocabulary labels of devices and device classes, and phrases formed like such names."""
        kinds = kinds_of(self.vocabulary)
        found = first_matches(doc, self.entity)
        is_judged = doc._.tags is not None
        for match in self._counted(doc):
            found.setdefault(match.concept, []).append(match)
        bare = self._bare(doc, kinds, found)
        for match in bare:
            found.setdefault(match.concept, []).append(match)
        joined = self._joined(doc, [m for places in found.values() for m in places])
        features = self._features(doc, kinds, found, bare) if is_judged else {}
        out: list[Candidate] = []
        names: dict[tuple[int, int], str] = {}
        for concept, places in found.items():
            label = self.vocabulary[concept].label["en"]
            sure = 0.2 if _MEMORY in self.vocabulary.broader(concept) else 0.9
            for match in places:
                span = (match.start, match.end)
                if (
                    joined.get(match.start) == match.end
                    or _MEASURE.match(doc._.text, match.end)
                    or not self._is_name(doc, match)
                ):
                    continue
                for end, score in self._ends(doc, match, sure if match not in bare else 0.2):
                    coded = {"coded": 1.0} if end > match.end else {}
                    names[match.start, _with(joined, end)] = label + doc._.text[match.end : end]
                    told = {**features[concept, span], **coded} if is_judged else {}
                    out.append(Candidate(match.start, _with(joined, end), score, told))
        view = view_of(doc, self.vocabulary)
        for start, end, name in self._listed(doc, kinds, [m for places in found.values() for m in places]):
            names[start, end] = name
            out.append(Candidate(start, end, 0.9, {"maker's": 1.0, "product": 1.0} | _around(view, start, end)))
        named = SpanIndex(names)
        for start, end, told in self._built(doc, view, kinds) if is_judged else ():
            if not named.holds(start, end):
                out.append(Candidate(start, end, 0.2, told | _around(view, start, end)))
        return out, names

    def _features(
        self, doc: Doc, kinds: Kinds, found: dict[str, list[Match]], bare: list[Match]
    ) -> dict[tuple[str, tuple[int, int]], Features]:
        """The features of each span of each concept for the judge."""
        view = view_of(doc, self.vocabulary)
        company = self._company(found)
        others = SpanIndex((m.start, m.end) for m in doc._.matches if m.type != self.entity)
        out: dict[tuple[str, tuple[int, int]], Features] = {}
        for concept, places in found.items():
            around = {(m.start, m.end): _around(view, m.start, m.end) for m in places}
            told = {
                "product": float("maker" in self.vocabulary[concept].facts),
                "often": min(len(places), 3) / 3,
                "wide": kinds.wide[concept],
                **company[concept],
                "bound": sum(a.get("bound", 0.0) for a in around.values()) / len(places),
                **_tagged(doc, places),
                "in title": float(any(view.title[0] <= m.start < view.title[1] for m in places)),
            }
            for match in places:
                span = (match.start, match.end)
                mine = out[concept, span] = {**told, **around[span]}
                if others.holds(match.start, match.end):
                    mine["in other"] = 1.0
                if match in bare:
                    mine["bare"] = 1.0
        return out

    def _counted(self, doc: Doc) -> Iterator[Match]:
        """Devices whose number is written in one word with them: "8xH200", "48xGH200"."""
        for start, end in read_fields(doc):
            for match in _COUNTED.finditer(doc._.text, start, end):
                device = self.vocabulary.find_written(match[1], self.entity)
                if device:
                    yield Match(device.curie, self.entity, *match.span(1))

    def _bare(self, doc: Doc, kinds: Kinds, found: dict[str, list[Match]]) -> list[Match]:
        """Single words that seldom mean a device class, outside of longer device names."""
        longer = SpanIndex((m.start, m.end) for places in found.values() for m in places)
        fields = read_fields(doc)
        return [
            Match(kinds.bare[t.fold], self.entity, t.start, t.end)
            for t in _words_among(doc, kinds.bare.keys())
            if inside((t.start, t.end), fields) and not longer.holds(t.start, t.end)
        ]

    def _ends(self, doc: Doc, match: Match, score: float) -> Iterator[tuple[int, float]]:
        """The possible ends of a device name, with the scores of the rules."""
        yield match.end, score
        coded = self._coded(doc, match)
        if coded > match.end:
            yield coded, 0.92
        elif "maker" in self.vocabulary[match.concept].facts:
            version = _VERSION.match(doc._.text, match.end)
            if version and not _CODE.search(doc._.text, match.start, match.end):
                yield version.end(), 0.2

    def _company(self, found: dict[str, list[Match]]) -> dict[str, Features]:
        """For each concept, whether the paper names a narrower concept, a product of it, or a broader concept."""
        above = {concept: set(self.vocabulary.broader(concept)) for concept in found}
        out: dict[str, Features] = {}
        for concept in found:
            below = [c for c in found if concept in above[c]]
            features = {
                "narrower named": bool(below),
                "product named": any("maker" in self.vocabulary[c].facts for c in below),
                "products": any("maker" in self.vocabulary[c].facts for c in found if c != concept),
                "broader named": bool(above[concept] & found.keys()),
            }
            out[concept] = {k: float(v) for k, v in features.items() if v}
        return out

    def _built(self, doc: Doc, view: DocView, kinds: Kinds) -> Iterator[tuple[int, int, Features]]:
        """Spans formed like device names: by a class head word, a maker, or a memory size."""
        text, fields = doc._.text, read_fields(doc)
        for start, end in fields if "GPU" in text or "VRAM" in text else ():
            for sized in _SIZED.finditer(text, start, end):
                yield *sized.span(), {"memory size": 1.0}
        for start, end in self.made(doc, kinds):
            yield start, end, {"maker's": 1.0, "coded": 1.0}
        for phrase in view.phrases:
            head = kinds.heads.get(fold(phrase.words[-1].text), 0.0)
            if head and len(phrase.words) < 5 and inside((phrase.start, phrase.end), fields):
                yield phrase.start, phrase.end, {"class head": head}

    def made(self, doc: Doc, kinds: Kinds) -> list[tuple[int, int]]:
        """Spans of a maker's name and a product's: "NVIDIA P6000"."""
        text, fields, out = doc._.text, read_fields(doc), []
        for token in _words_among(doc, kinds.makers):
            if text[token.start].isupper() and inside((token.start, token.end), fields):
                model = _MODEL.match(text, token.end)
                if model and _CODE.search(model.group()):
                    out.append((token.start, model.end()))
        return out

    def _listed(self, doc: Doc, kinds: Kinds, found: list[Match]) -> Iterator[tuple[int, int, str]]:
        """Makers after the name of a class ("CPUs from ARM and Intel"), each with the canonical name of its product."""
        makers = [(t.start, t.end) for t in _words_among(doc, kinds.makers) if doc._.text[t.start].isupper()]
        for match in found:
            if "maker" in self.vocabulary[match.concept].facts:
                continue
            by = _BY.match(doc._.text, match.end)
            for start, end in _chain(doc._.text, makers, by.end()) if by else ():
                maker = fold(doc._.text[start:end])
                yield start, end, f"{kinds.spelt[maker]} {self.vocabulary[match.concept].label['en']}"

    def _is_name(self, doc: Doc, match: Match) -> bool:
        """Whether a match is a name: no product is a single lower-case word such as "ascend" or "hopper"."""
        surface = doc._.text[match.start : match.end]
        ordinary = surface.islower() and surface.isascii() and surface.isalpha()
        return not (ordinary and "maker" in self.vocabulary[match.concept].facts)

    def _joined(self, doc: Doc, found: list[Match]) -> dict[int, int]:
        """The class words that complete the name of a device ("GPU" in "A100 GPU"): their ends by their starts."""
        ending: dict[int, list[Match]] = {}
        for device in found:
            for end in {device.end, self._coded(doc, device)}:
                ending.setdefault(end, []).append(device)
        return {
            match.start: match.end
            for match in found
            if doc._.text[match.start - 1 : match.start] in (" ", "-")
            and any(match.concept in self.vocabulary.broader(d.concept) for d in ending.get(match.start - 1, ()))
        }

    def _coded(self, doc: Doc, match: Match) -> int:
        """The end of a product name whose family is known ("Jetson" of "Jetson T9000"), else the end of the label."""
        model = _MODEL.match(doc._.text, match.end) if "maker" in self.vocabulary[match.concept].facts else None
        return model.end() if model and _CODE.search(model.group()) else match.end


def _chain(text: str, spans: list[tuple[int, int]], at: int) -> Iterator[tuple[int, int]]:
    """The spans (sorted) that begin at an offset and follow each other, joined by commas and "and"."""
    for start, end in islice(spans, bisect_left(spans, (at, at)), None):
        if start != at:
            return
        yield start, end
        joint = _AND.match(text, end)
        at = joint.end() if joint else -1


def _words_among(doc: Doc, among: Set[str]) -> list[Token]:
    """The words of a Doc whose folded form is in `among`."""
    parts = doc._
    if among.isdisjoint(parts.forms):
        return []
    return [Token(form, parts.starts[i], parts.ends[i]) for i, form in enumerate(parts.forms) if form in among]


def _tagged(doc: Doc, places: list[Match]) -> Features:
    """The tagger's likelihood for the surest span of a device."""
    means = [doc._.tags.mean("hardware", m.start, m.end) for m in places]
    told = [mean for mean in means if mean is not None]
    return {"surest place": max(told)} if told else {}


def _with(joined: Mapping[int, int], end: int) -> int:
    """The end of a name including the class word that completes it ("GPU" in "A100 GPU")."""
    return joined.get(end) or joined.get(end + 1, end)


def _around(view: DocView, start: int, end: int) -> Features:
    """Features of a span in its sentence: what it is joined to, whether it is counted, the words next to it."""
    text = view.text
    phrase = view.phrase_at(start, end)
    tag, behind = _next(view, phrase, end)
    out = {
        "hyphen before": text[max(0, start - 1) : start] == "-",
        "hyphen behind": text[end : end + 1] == "-",
        "slash": "/" in (text[max(0, start - 1) : start], text[end : end + 1]),
        "noun behind": tag.startswith("NN"),
        "number before": bool(phrase and phrase.before and phrase.before[-1].tag == "CD"),
        "plural": text[end - 1 : end] == "s",
    }
    out["bound"] = out["hyphen behind"] or out["noun behind"]
    return {k: float(v) for k, v in out.items() if v} | _words(view, phrase, start, end, behind if out["bound"] else "")


def _words(view: DocView, phrase: NounPhrase | None, start: int, end: int, behind: str) -> Features:
    """Features of the words in a span, the noun it is joined to, and the last preposition or verb before it."""
    out = {f"{WORD}{word}": 1.0 for word in view.words(start, end) if word.isalpha()}
    if behind:
        out[f"{WORD}{behind} behind"] = 1.0
    if phrase:
        for word in reversed(phrase.before):
            if word.tag in ("IN", "TO") or word.tag.startswith("VB"):
                out[f"{WORD}{fold(word.text)} before"] = 1.0
            if word.tag in ("IN", "TO"):
                break
    return out


def _next(view: DocView, phrase: NounPhrase | None, end: int) -> tuple[str, str]:
    """Part of speech and folded form of the word right after a span, "" where there is none."""
    joint = view.text[end : end + 1]
    follower = view.phrase_at(end + 1, end + 30) if phrase and joint in (" ", "-") else None
    if follower and follower.words[0].start == end + 1:
        return follower.words[0].tag if joint == " " else "", fold(follower.words[0].text)
    part = _LETTERS.match(view.text, end + 1) if joint == "-" else None
    return "", fold(part.group()) if part else ""


@Language.factory("kg_hardware")
def make_hardware(nlp: Language, name: str) -> Hardware:
    return Hardware(Vocabulary.load())
