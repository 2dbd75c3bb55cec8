"""Classifies the kind of a paper: method, system, benchmark, dataset, survey, study, model or theory.

Evidence, strongest first: words of the title, the head noun of what the paper presents ("X, a serving system"), and
statements of the abstract. The words are in `ontology/kinds.ttl`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import field_text, word_places
from kg.extract.judge import Features, judge_for
from kg.extract.named import WORD
from kg.extract.names import whole_words, without_venue
from kg.text import fold
from kg.vocabulary import Vocabulary

_PRESENTS = re.compile(
    r"\b(?:(?P<verb>propose|introduce|present|develop|describe|design|build|release|unveil)s?|(?:is|are) (?=an? ))\b",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"\s*(?:[^,.;:]{1,80}?(?:\s*\([^)]*\))?\s*(?:,|:|—|--)\s*)??(?:an?|the(?= first| design)|our)\s+"
    r"(?P<phrase>[^,.;:()]+)",
    re.IGNORECASE,
)
_PHRASE_END = re.compile(
    r"\s(?:that|which|for|with|to|on|by|in|designed|aimed|built|tailored|featuring|where|capable|based|"
    r"using|leveraging|specialized|specifically|called|named|captured|consisting|optimized|as)\b"
)
_QUESTION = re.compile(
    r"\?|^(?:how|why|what|when|do|does|is|are|can|on the|towards? understanding|understanding)\b", re.IGNORECASE
)


#: "ZapBench, a new benchmark", behind the name; and what ends the phrase in a title.
_CALLED = re.compile(r"[}*]*(?: \([^()]*\))?(?:,| is| as|:| --?|\s?—)+ ?(?:an?|the|our) (?P<phrase>[^,.;:()]+)")
_TITLE_END = re.compile(r"\s(?:for|of|with|to|in|on|from|via|based|towards?|using)\s", re.IGNORECASE)
_SPEAKERS = frozenset({"we", "our", "paper", "work", "study", "article", "report"})
_STATED = 0.95  # the share of kinds that is right where a paper says outright what it is
_NAME_TAIL = re.compile(r"(?:net|former|unet|mamba|moe|clip|lm|vl|gan|gpt|bench|\d[bm])$", re.IGNORECASE)


class KindSigns(NamedTuple):
    """The evidence for the kind of a paper."""

    name: str
    title: str  # folded, with a space around each word
    words: list[str]  # folded words of the abstract
    phrase: str  # the noun phrase that is presented, folded
    head: str  # the kind named by that phrase
    hits: dict[str, int]  # occurrences in the abstract of the cues of each group
    named: dict[str, bool]  # whether the title contains cues of each group
    asks: bool  # whether the title is a question


class Kind:
    """Sets `doc._.kind` and, with a judge, its score; needs `doc._.name`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.cues = {
            group: vocabulary.cues("kind-" + group)
            for group in (
                *(f"{kind}-head" for kind in ("system", "model", "dataset", "benchmark", "own-survey")),
                *(f"{kind}-title" for kind in ("survey", "study", "system", "theory")),
                *(f"{kind}-text" for kind in ("survey", "own-survey", "study", "theory", "system", "method")),
            )
        }
        self.counted = [group for group in self.cues if group.endswith("text")]
        self.titles = {g: [f" {word} " for word in said] for g, said in self.cues.items() if g.endswith("title")}
        self.systems = [f" {word} " for word in self.cues["system-head"]]
        self.ends = {
            kind: tuple(f" {word}" for word in self.cues[f"{kind}-head"]) for kind in ("benchmark", "dataset", "model")
        }
        #: Cues and their groups by first word; most cues are ruled out by their first word without a search.
        self.by_first: dict[str, list[tuple[str, str]]] = {}
        for group in self.counted:
            for cue in self.cues[group]:
                self.by_first.setdefault(cue.partition(" ")[0], []).append((group, f" {cue} "))

    def __call__(self, doc: Doc) -> Doc:
        signs, judge = self._signs(doc), judge_for(doc, "kind")
        stated = self.called(doc) or ("survey" if self.is_survey(signs) else "")
        doc._.kind = stated or self.by_rules(signs)
        if judge:
            likely = dict(zip(judge.labels, judge([self._features(signs)])[0].tolist(), strict=True))
            doc._.kind = stated or max(likely, key=likely.__getitem__)
            doc._.kind_score = round(max(likely[doc._.kind], _STATED if stated else 0.0), 2)
        return doc

    def called(self, doc: Doc) -> str:
        """ "benchmark" or "dataset" where a paper calls what its title names so: "ZapBench: A Benchmark for ..."."""
        name, title, text = doc._.name, without_venue(field_text(doc, "T")), field_text(doc, "A")
        if not name or name not in title:
            return ""
        phrases = [_TITLE_END.split(title[len(name) :], maxsplit=1)[0]] if title.startswith(name) else []
        behind = (_CALLED.match(text, end) for _, end in whole_words(name, text, 0, len(text)))
        phrases += [_PHRASE_END.split(m["phrase"])[0].partition(" and ")[0] for m in behind if m]
        heads = (self.head(fold(phrase)) for phrase in phrases)
        return next((head for head in heads if head in ("benchmark", "dataset")), "")

    def _signs(self, doc: Doc) -> KindSigns:
        """The evidence for the kind of a paper."""
        title = f" {fold(without_venue(field_text(doc, 'T')))} "  # spaces, so that whole phrases are counted
        forms = doc._.forms[word_places(doc, *doc._.fields.get("A", (0, 0)))]
        abstract, hits = f" {' '.join(forms)} ", dict.fromkeys(self.counted, 0)
        for first in self.by_first.keys() & forms:
            for group, words in self.by_first[first]:
                hits[group] += abstract.count(words)
        named = {group: any(map(title.__contains__, said)) for group, said in self.titles.items()}
        phrase = presented(field_text(doc, "A"), doc._.name)
        asks = bool(_QUESTION.search(field_text(doc, "T")))
        return KindSigns(doc._.name, title, forms, phrase, self.head(phrase), hits, named, asks)

    def features(self, doc: Doc) -> Features:
        """The features for the judge: result and evidence of the rules, words of title and presented phrase."""
        return self._features(self._signs(doc))

    def _features(self, signs: KindSigns) -> Features:
        out: Features = {
            f"ruled {self.by_rules(signs)}": 1.0,
            "named": float(bool(signs.name)),
            "asks": float(signs.asks),
        }
        out |= {group: min(n, 3) / 3 for group, n in signs.hits.items()}
        out |= {group: float(said) for group, said in signs.named.items()}
        if signs.head:
            out[f"head {signs.head}"] = 1.0
        if signs.name and f" {fold(signs.name)} " in signs.title:
            out["name in title"] = 1.0
        out |= {f"{WORD}{word} in title": 1.0 for word in signs.title.split()}
        words = signs.phrase.split()
        out |= {f"{WORD}{word} presented": 1.0 for word in words}
        out |= {f"{WORD}{words[-1]} presented last": 1.0} if words else {}
        pairs = pairwise(signs.words)
        out |= {f"{WORD}{first} {second}": 1.0 for first, second in pairs if first in _SPEAKERS}
        tail = _NAME_TAIL.search(signs.name)
        return out | ({f"{WORD}{tail[0].lower()} ends name": 1.0} if tail else {})

    def by_rules(self, signs: KindSigns) -> str:
        """The likeliest kind; a paper without evidence is a method."""
        name, _, _, phrase, head, hits, named, asks = signs
        if self.is_survey(signs) or named["survey-title"] or hits["survey-text"] >= 2:
            return "survey"
        if head in ("benchmark", "dataset"):
            return head
        if name.lower().endswith("bench"):
            return "benchmark"
        if self.is_theory(hits, named, bool(name)):
            return "theory"
        if not name and self.is_study(hits, named, asks):
            return "study"
        if head == "system" or (named["system-title"] and (hits["system-text"] >= 2 or phrase.endswith("framework"))):
            return "system"
        if head == "model" and (name or hits["method-text"]):
            return "model"
        return "method"

    def is_survey(self, signs: KindSigns) -> bool:
        """Whether a paper calls itself a survey: "in this survey", "presents a high-level review of"."""
        what, of, _ = signs.phrase.partition(" of ")
        return bool(signs.hits["own-survey-text"] or (of and what.endswith(tuple(self.cues["own-survey-head"]))))

    def is_theory(self, hits: dict[str, int], named: dict[str, bool], has_name: bool) -> bool:
        if has_name:
            return False
        return hits["theory-text"] >= 3 or (named["theory-title"] and hits["theory-text"] >= 1)

    def is_study(self, hits: dict[str, int], named: dict[str, bool], asks: bool) -> bool:
        weight = hits["study-text"] + 2 * named["study-title"] + 2 * asks - 2 * hits["method-text"]
        return weight >= 2

    def head(self, phrase: str) -> str:
        """The kind named by the last words of a folded noun phrase, "" if it names none."""
        if any(map(f" {phrase} ".__contains__, self.systems)):
            return "system"
        return next((kind for kind, ends in self.ends.items() if f" {phrase}".endswith(ends)), "")


def presented(abstract: str, name: str) -> str:
    """The folded noun phrase that is presented first: "X, [a serving system] that ...", "X is [a ...]"."""
    for verb in _PRESENTS.finditer(abstract):
        own = verb["verb"] or (name and abstract[: verb.start()].rstrip().endswith(name))
        found = _PHRASE.match(abstract, verb.end()) if own else None
        if found:
            return fold(_PHRASE_END.split(found["phrase"], maxsplit=1)[0])
    return ""


@Language.factory("kg_kind")
def make_kind(nlp: Language, name: str) -> Kind:
    return Kind(Vocabulary.load())
