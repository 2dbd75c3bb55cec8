"""Translates English phrases into Chinese part by part, with concept labels and the words of `ontology/wording.ttl`.

Names (unknown words with a capital letter or a digit) are kept as the paper writes them. The longest known parts are
matched first, as in a phrase book; prepositions and verbs determine how the parts around them are joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.entity_types import NAMED, data_folder
from kg.extract.speech import tagged
from kg.text import Token, fold, has_han, tokens
from kg.views import surface
from kg.views.joining import PhrasePart, in_order
from kg.views.selection import clean
from kg.views.words import PageWords
from kg.vocabulary import Vocabulary, read_concepts

if TYPE_CHECKING:
    from kg.views.selection import Selection

#: Types of concepts whose labels are translated. Names of the other types are kept, and the label of a problem ("low
#: inference efficiency") says more than the words that match it.
_SPOKEN = ("technique", "task", "metric", "topic")
#: Groups of `ontology/wording.ttl`; "modifier" and "noun" are both words.
_GROUPS = ("modifier", "noun", "joint", "leading", "verb", "trailing", "dropped", "plural", "whole")
_LONGEST = 6  # words of an entry
_MOST = 40  # parts of a phrase
_FINITE = ("VB", "VBZ", "VBP", "VBD", "MD")
_LOOSE = ("IN", "TO", "DT", "CC", "JJ", "JJR", "VBN", "VBZ", "VBP", "VBD", "RB", "PRP$", ",")  # no noun ends so
_HEADS = ("problem-head", "technique-head")
_SMALL = re.compile(r"\b[a-z]{2,}")  # an English word that is no name
_ENTWINED = re.compile(r"\bof\b.*\band\b.*\bof\b", re.IGNORECASE)  # parts that only the sentence tells apart
#: "forgetting and the cost of retraining": what stands behind the second of two with its own article is of that alone.
_OWN_ARTICLE = re.compile(
    r"(?P<first>(?:(?!\b(?:of|and|in|for)\b).)+?),? and (?P<second>(?:the|an?) .*\b(?:of|in|for)\b.*)"
)
_KINDS = re.compile(r"(?:both )?[a-z-]+ and [a-z-]+ (?:[\w-]+ )*[a-z-]+(?<!s)s")  # "discrete and continuous policies"
_OF_AND = re.compile(
    r"(?P<head>(?:(?!\b(?:of|and|between)\b).)+) (?:of|in|for|during) (?P<of>(?:(?!\b(?:and|both)\b|,).)+)"
    r" and (?P<second>(?:(?!\b(?:of|and|in|for)\b).)+ (?:(?!\b(?:of|and|in|for)\b).)+)"
)
_LESS = re.compile(r"(?P<loss>[a-z]+) in (?P<what>(?:(?!\b(?:of|in|and|or|for|on)\b).)+)$")
_TO_AND = re.compile(r"\b(?:to|against) .*\band\b.*\b(?:of|in|on|for|to|with)\b")  # "robustness to A and B on C"
_DOING = re.compile(r"\bof \w+ing\b.+\bof\b")  # "demands of processing sequences of tokens"
_GROWTH = re.compile(r"\b(?:growth|growing|scaling)\b.* with ")
_HANGING = re.compile(
    r"\w- (?:and|or) |[a-z][/–—][a-z]|[A-Z\d]{3}/[A-Z\d]{3}"
)  # "data- and step-dependent", "FP16/INT8"
_EXCESS = re.compile(r"\bexcessive\b")  # of tokens there are too many, of costs too much
_COMPOUND = re.compile(r"(?<![\w-])\d\w*-|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)+)")  # not "13B-parameter"
_NAMES = re.compile(r"[A-Z]\w*[a-z]\w*(?:/[A-Z]\w*[a-z]\w*)+")  # "LoRA/PiSSA"
#: The s of "B200 GPUs" and "ViTs", which Chinese has not; that of "FLOPs" and "MACs" is part of them.
PLURAL = re.compile(r"(?<=[A-Za-z][A-Z])(?<!OP)(?<!MAC)s\b", re.ASCII)
_CAUSED = re.compile(
    r"\b(?:caused|induced|incurred) by\b.*\band\b"
)  # of "overhead caused by A and delays" only A may be
_SHORT = 3  # words of a gerund that reads as a noun: "reward hacking", "training cost"
_BRACKET = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?")
_LATEX = re.compile(r"\\(?:textbf|textit|emph|texttt|textsc|mathrm|mathbf|text)|[${}\\~]")
_SIGN = re.compile(r"[A-Z0-9]")  # marks a name
_TIME = re.compile(r"时间$")
_SMALL_WORD = re.compile(r"[a-z]+ ")  # "consumer GPU" is no name
_END = re.compile(r"[.;:!?](?:\s|$)|[\"“”]")
_LATIN = re.compile(r"[A-Za-z\d][A-Za-z\d.]*")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_JOINED = " -\u2010\u2011\u2013/_.'’+&:"  # may stand between the words of one compound


class Wording:
    """Translates phrases with the words of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.words = _words()
        self.counted = frozenset(map(fold, PageWords("en")("outcome.counted").split()))
        self.losses = vocabulary.cues("outcome-loss") | vocabulary.cues("outcome-drop")
        self.heads = frozenset().union(*map(vocabulary.cues, _HEADS))

    def __call__(self, phrase: str) -> str:
        """A phrase in Chinese; "" if a word is unknown or it is not a single phrase.

        >>> Wording(Vocabulary.load())("adaptive block sizes of GPU kernels")
        'GPU内核的自适应块大小'
        """
        text = clean(_BRACKET.sub(" ", _LATEX.sub("", phrase))).strip(" ,.;:-–—")
        if has_han(text):
            return text
        if ("@" in text and " " not in text) or _NAMES.fullmatch(text):
            return text  # "AUC@20"
        if own := _OWN_ARTICLE.fullmatch(text):
            first, second = self(own["first"]), self(own["second"])
            return f"{first}以及{second}" if first and second else ""
        if (found := _LESS.match(text)) and fold(found["loss"]) in self.losses:
            text = f"{found['loss']} of {found['what']}"  # 质量的退化, not 质量中的退化
        if not text or _END.search(text) or _ENTWINED.search(text) or self._is_ambiguous(text):
            return ""
        parts = [part for part in self._parts(text) if "dropped" not in part.roles]
        if len(parts) > _MOST or any("unknown" in part.roles for part in parts) or self._has_own_compound(text):
            return ""
        said = _done_well(in_order(parts).removesuffix("的"))
        if _KINDS.fullmatch(text):  # each policy is one of them
            say = PageWords("zh")
            said = said.replace(say("brief.and_also"), say("brief.and"), 1)
        return said

    def _is_ambiguous(self, text: str) -> bool:
        """Whether only the sense tells what "of" goes with: "the cost of training and decoding latency"."""
        if _HANGING.search(text) or (_EXCESS.search(text) and fold(text).rpartition(" ")[2] in self.counted):
            return True
        if _CAUSED.search(text) or _GROWTH.search(text) or _DOING.search(text) or _TO_AND.search(text):
            return True  # "growth of tokens with resolution": not of tokens that have it
        found = _OF_AND.fullmatch(text)
        heads = self.vocabulary.cues("problem-head")
        ends = (
            [fold(found[part].rpartition(" ")[2]).rstrip("s") in heads for part in ("head", "of", "second")]
            if found
            else []
        )
        return ends == [True, False, True]

    def is_noun_phrase(self, phrase: str) -> bool:
        """Whether an English phrase reads as a noun: no verb of its own, and nothing cut off at its end."""
        text = clean(_BRACKET.sub("", phrase))
        words = tagged(text, 0, len(text))[0]
        if not words or has_han(text):
            return bool(words)
        tags = [word.tag for word in words]
        if {"how", "why", "whether"} & {word.text for word in words}:
            return False  # "limited insight into how visual information"
        if len(tags) > _SHORT and tags[0] == "RB" and words[1].text.endswith("ing") and {"TO", "DT", "IN"} & set(tags):
            return False  # "dynamically mapping physical to virtual pages", "selectively restoring these neurons"
        places = [*zip(tags, tags[1:], tags[2:], strict=False)]
        if any(a[:2] == "NN" and b == "JJ" and c in ("IN", "TO") for a, b, c in places):
            return False  # "decoder inference expensive in memory"
        if any(a == "CC" and b == "RB" and c[:2] == "NN" for a, b, c in places):
            return False  # "FedAvg and effectively initializes client models"
        pairs = zip(tags, words[1:], tags[2:], strict=False)
        if any(a[:2] == "NN" and b.tag == "RB" and b.text.endswith("ly") and c == "IN" for a, b, c in pairs):
            return False  # "the memory footprint scales linearly with length"
        is_old = fold(words[0].text) in self.vocabulary.cues("prior")  # "existing linear gates"
        is_gerund = (
            tags[0] == "VBG"
            and not is_old
            and len(tags) > _SHORT
            and (tags[1][0] in "DJPN" or tags[1] in ("RB", "VBN"))
        )
        last = words[-1].text
        if fold(last) in self.vocabulary.cues("prior") or any(a[:2] == "NN" and b == "DT" for a, b in pairwise(tags)):
            return False  # "artifacts of existing", "the prefilling stage a key bottleneck"
        is_cut = (tags[-1] in _LOOSE and fold(last) not in self.heads and not last.endswith("ing")) or tags[-2:] == [
            "TO",
            "VB",
        ]
        joint = next((i for i, tag in enumerate(tags) if tag in ("IN", "TO")), 0)
        before = [tag for word, tag in zip(words[:joint], tags, strict=False) if word.text != "due"]
        if before and set(before) <= {"JJ", "JJR", "RB"} and words[len(before) - 1].text not in self.heads:
            return False  # "expensive in memory", "expensive due to redundancy"
        if is_gerund or is_cut or {"PRP", "PRP$"} & set(tags) or any(tag in _FINITE for tag in tags[:-1]):
            return False
        parts = [part for part in self._parts(text) if "dropped" not in part.roles]
        opens = bool(parts) and "verb" in parts[0].roles and tags[0] != "VBG"
        return not opens and not any(part.roles.get("joint", "").startswith("{a}") for part in parts)

    def _has_own_compound(self, text: str) -> bool:
        """Whether a compound with a hyphen may mean more than its words: "key-only", "one-time", "FOO-SWA"."""
        known = [(match.start, match.end) for match in self.vocabulary.match(text)]
        found = tokens(text)
        for count in range(2, _LONGEST + 1):  # "cross-domain", of an entry "cross domain accuracy"
            runs = zip(*(found[at:] for at in range(count)), strict=False)
            known += [(run[0].start, run[-1].end) for run in runs if " ".join(one.fold for one in run) in self.words]
        return any(
            "trailing" not in self.words.get(fold(word[0].rpartition("-")[2]), ())
            and not any(start <= word.start() and word.end() <= end for start, end in known)
            for word in _COMPOUND.finditer(text)
            if word["word"]
        )

    def _parts(self, text: str) -> Iterator[PhrasePart]:
        """The parts of a phrase from left to right, longest matches first."""
        found = tokens(text)
        labels = self._labels(text, found)
        capitals = sum(text[token.start : token.end].istitle() for token in found)
        titled = capitals > 1 and 2 * capitals > len(found)
        at = before = 0
        while at < len(found):
            gap = text[before : found[at].start]
            tied = bool(before) and not any(c.isspace() for c in gap) and not gap.strip(_JOINED)
            if "," in gap:
                yield PhrasePart({"comma": "、"})
            taken, roles = self._known(text, found, at, labels)
            if not taken:
                taken, roles = _strange(text, found, at, gap if tied else "", titled)
                if self._is_word(text, found, at):
                    roles = {"unknown": found[at].fold}
            yield PhrasePart(roles, tied)
            at += taken
            before = found[at - 1].end

    def _is_word(self, text: str, found: Sequence[Token], at: int) -> bool:
        """Whether a strange word with a capital is but a word: "Agentic Memory framework", "Body-part-aware gate"."""
        if _goes_on(found, at):
            return False
        large = [text[token.start : token.end].istitle() and token.fold in self.words for token in found]
        if not re.fullmatch("[A-Z][a-z]+", text[found[at].start : found[at].end]) or large[at]:
            return large[at]
        behind = found[at + 1 : at + 2]
        is_tied = bool(behind) and text[found[at].end : behind[0].start] == "-" and behind[0].fold.isalpha()
        is_part = is_tied and text[behind[0].start].islower() and "trailing" not in self.words.get(behind[0].fold, {})
        beside = [found[i] for i in (at - 1, at + 1) if 0 <= i < len(found)]
        is_second = any(re.fullmatch("[A-Z][a-z]+", text[one.start : one.end]) for one in beside)
        return is_part or is_second

    def _labels(self, text: str, found: Sequence[Token]) -> dict[int, tuple[int, dict[str, str]]]:
        """Concept labels by index of their first word: number of words, and translation."""
        first = {token.start: i for i, token in enumerate(found)}
        last = {token.end: i for i, token in enumerate(found)}
        out: dict[int, tuple[int, dict[str, str]]] = {}
        for match in self.vocabulary.match(text):
            if match.start not in first or match.end not in last:
                continue
            begin, surface = first[match.start], text[match.start : match.end]
            words, said = last[match.end] - begin + 1, ""
            is_whole = surface == text or match.type != "metric" or fold(surface).rpartition(" ")[2] not in self.counted
            if match.type == "metric" and surface.isupper():
                said = surface  # Chinese keeps "PPL", and "AP" may be an access point
            elif match.type == "metric" and " " not in surface and surface != text:
                continue  # the resolution of a query is not that of an image
            elif match.type in _SPOKEN and is_whole and self._is_plain(match.concept, surface):
                said = spoken(self.vocabulary, match.concept, text)
            elif match.type in NAMED:
                said = self._named(surface) if _SIGN.search(surface) and not _SMALL_WORD.match(surface) else ""
                if not said and match.type == "model" and words > 1 and self.words.keys() >= {*fold(surface).split()}:
                    out[begin] = (words, {"unknown": surface})  # "stable diffusion" is a name in small letters
            if said and words > out.get(begin, (0, {}))[0]:
                out[begin] = (words, {"word" if has_han(said) else "name": said, "noun": ""})
        return out

    def _named(self, surface: str) -> str:
        """A name, with what kind of thing it is in Chinese: "RESIDE数据集"."""
        front, _, last = surface.rpartition(" ")
        kind = self.words.get(fold(last), {}).get("word", "") if last.islower() else ""
        return f"{front}{kind}" if kind else surface

    def _is_plain(self, concept: str, surface: str) -> bool:
        """Whether words are equivalent to a concept's preferred label; other labels may say more or less.

        "KV memory" is not the "key-value memory" of a memory network.
        """
        words = re.split("[ -]", surface)
        short = [word for word in words if word.isupper()]
        if len(words) > 1 and not all(word in self.vocabulary[concept].label.get("en", "") for word in short):
            return False
        label = self.vocabulary[concept].label.get("en", "")
        if fold(surface) == fold(label):
            return True
        bare = surface.rstrip("s")
        ends = bare[-1:].lower() == re.split("[ -]", label)[-1][:1].lower()  # "EHR" is no EHR analysis
        is_of_label = set(bare.lower()) <= set(label.lower())  # nor is "MRI" all medical imaging
        return bare.isupper() and " and " not in label and ends and is_of_label

    def _known(
        self, text: str, found: Sequence[Token], at: int, labels: Mapping[int, tuple[int, dict[str, str]]]
    ) -> tuple[int, Mapping[str, str]]:
        """The number of words from an index that are known together, and their roles; (0, {}) if there are none.

        A label takes precedence over an entry of the same length unless it is one word ("attention" is not always a
        technique) or stays as it is ("GPU memory" is also a device).
        """
        words, label = labels.get(at, (0, dict[str, str]()))
        company = _company().get(found[at].fold) if len(found) > 1 else None
        senseless = company is not None and company.isdisjoint(token.fold for token in found)
        surface = text[found[at].start : found[at].end]
        acronym = len(surface) > 1 and surface.rstrip("s").isupper() and not text.isupper()
        for count in range(min(_LONGEST, len(found) - at), max(0, words - (words == 1 or "name" in label)), -1):
            entry = self.words.get(" ".join(token.fold for token in found[at : at + count]))
            last = found[at + count - 1].end
            if _goes_on(found, at + count - 1):
                continue  # "Consistent4D" is a name
            if entry and not ((acronym or senseless) and count == 1):
                if text[:last].endswith("-time") and at + count < len(found):  # "training-time pruning"
                    return count, {role: _TIME.sub("时", said) for role, said in entry.items()}
                return count, entry
        return words, {"unknown": surface} if words > 1 and _is_of_two_senses(found, at, words) else label


def spoken(vocabulary: Vocabulary, concept: str, paper: str) -> str:
    """The first Chinese label of a concept whose Latin words and numbers are all in the paper, or ""."""
    if concept not in vocabulary:
        return ""
    known = vocabulary[concept]
    labels = [known.label.get("zh", ""), *known.alt.get("zh", ())]
    return next((label for label in labels if label and says(paper, label)), "")


def says(paper: str, said: str) -> bool:
    """Whether all Latin words and numbers of a text occur in the paper."""
    there, run = f" {fold(paper)} ", letters(paper)
    numbers = set(_DIGITS.findall(paper))
    return all(
        word in numbers if word.isdigit() else f" {fold(word)} " in there or letters(word) in run
        for word in _LATIN.findall(said)
    )


def say(shown: Selection, concept: str, wording: str, paper: str = "") -> str:
    """The localised name of a concept or wording; "" if there is no Chinese for it.

    With the words of a `paper`, the name contains no Latin word or number that they lack.
    """
    vocabulary = shown.graph.vocabulary
    if shown.lang != "zh":
        label = shown.label(concept, wording) if concept in vocabulary else clean(wording)
        return label if not paper or says(paper, label) else clean(wording)
    known = spoken(vocabulary, concept, paper) if paper else shown.label(concept) if concept in vocabulary else ""
    said = Wording(vocabulary)(wording) if not known or _says_more(vocabulary, concept, wording) else ""
    return said if has_han(said) and (not paper or says(paper, said)) else known or said


def short_forms(shown: Selection) -> dict[str, str]:
    """What Chinese says in place of short forms."""
    return dict(pair.split("=") for pair in shown.words("brief.short_forms").split())


def full_forms(shown: Selection, quote: str, text: str, *said: str) -> str:
    """What the short forms of words stand for (`kg.views.surface.short_forms`), in Chinese where that has the words."""
    words, notes = shown.words, surface.short_forms(quote, text, *said)
    if words.lang == "zh":
        told = {short: Wording(shown.graph.vocabulary)(full) for short, full in notes.items()}
        notes |= {short: said for short, said in told.items() if has_han(said) and not _SMALL.search(said)}
    return words("outcome.aside_comma").join(words.labelled([short], full) for short, full in notes.items())


def in_full(shown: Selection, said: str) -> str:
    """Chinese words with what short forms stand for: 物联网, not IoT; others as they are."""
    for short, full in short_forms(shown).items():
        said = re.sub(rf"(?<![A-Za-z-]){short}s?(?![A-Za-z-])", full, said) if has_han(said) else said
    return said


def _says_more(vocabulary: Vocabulary, concept: str, wording: str) -> bool:
    """Whether words go beyond a technique's label: "standard online adaptation" is not all of it."""
    known = vocabulary[concept]
    label = fold(known.label.get("en", ""))
    is_plain = not vocabulary.cues("plain").isdisjoint(set(fold(wording).split()) - set(label.split()))
    is_label = fold(wording) in map(fold, known.labels()) and not is_plain
    return known.type == "technique" and not is_label and f" {label} " in f" {fold(wording)} "


def _done_well(said: str) -> str:
    """What is done efficiently with the quality before the deed: 视觉语言模型高效推理, not 高效视觉语言模型推理."""
    well, deeds = PageWords("zh")("brief.done_well"), PageWords("zh")("brief.deeds").split()
    deed = next((one for one in deeds if said.endswith(one)), "")
    what = said.removeprefix(well).removesuffix(deed)
    is_moved = deed and said.startswith(well) and what and not what.endswith("的")
    return what + well + deed if is_moved else said


@lru_cache(maxsize=1000)
def letters(text: str) -> str:
    """The letters and digits of a text, small and without anything between them."""
    return re.sub(r"[\W_]", "", text).lower()


def _strange(text: str, found: Sequence[Token], at: int, gap: str, titled: bool) -> tuple[int, dict[str, str]]:
    """The role of unlisted words: a name, including the words joined to it, or an unknown word.

    With `titled`, every word is capitalised, so that an initial capital does not mark a name.
    """
    end = at + 1
    while end < len(found) and found[end].start == found[end - 1].end:
        end += 1
    surface = text[found[at].start : found[end - 1].end]
    surface += "%" if surface[-1:].isdigit() and text.startswith("%", found[end - 1].end) else ""
    if _SIGN.search(surface, int(titled)):
        return end - at, {"name": gap + surface}
    return end - at, {"unknown": surface}


def _goes_on(found: Sequence[Token], at: int) -> bool:
    """Whether a token and the next one are of one word: "Consistent" of "Consistent4D"."""
    return at + 1 < len(found) and found[at].end == found[at + 1].start


@cache
def _lists() -> dict[str, list[str]]:
    """The entries of `ontology/wording.ttl` by group."""
    found = read_concepts([data_folder("ontology") / "wording.ttl"])
    return {concept.curie.partition(":wording-")[2]: [*concept.labels()] for concept in found}


@cache
def _company() -> dict[str, frozenset[str]]:
    """Words of several senses, with those of which one tells the sense that the lists have, if any does."""
    entries = (entry.partition(" =") for entry in _lists()["company"])
    return {fold(word): frozenset(map(fold, others.split())) for word, _, others in entries}


def _is_of_two_senses(found: Sequence[Token], at: int, count: int) -> bool:
    """Whether so many words may mean another thing, as no other word of the phrase tells: "memory management"."""
    company = _company().get(" ".join(token.fold for token in found[at : at + count]))
    return company is not None and company.isdisjoint(token.fold for token in found)


@cache
def _words() -> dict[str, dict[str, str]]:
    """The entries of `ontology/wording.ttl` by folded word: the translation in each role."""
    out: dict[str, dict[str, str]] = {}
    for group in _GROUPS:
        role = "word" if group in ("modifier", "noun") else group
        for entry in _lists()[group]:
            word, _, said = entry.partition(" = ")
            out.setdefault(fold(word), {}).setdefault(role, said)
            if group == "noun":
                out[fold(word)].setdefault("noun", "")
    return out
