"""The labels that a question may use: those of the vocabulary's concepts and of the graph's own entities."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from kg.entity_types import LENGTHENED, NAMED
from kg.identifiers import kind_of
from kg.link.called_names import SHORTEST
from kg.query.filter import Link, Outcome
from kg.query.graph_labels import Labels, lengths
from kg.query.question_words import QuestionWord, QuestionWords
from kg.query.units import kin
from kg.store.file import StoreFile
from kg.text import fold, has_han
from kg.vocabulary import Concept, Vocabulary, in_language

if TYPE_CHECKING:
    from kg.query.nearness import Near, Vectors

__all__ = ["Lexicon", "Sense"]

#: Prepositions inside a name, whose last noun is then not its head ("attack on pruning").
LINKING = ("of", "on", "for", "with", "without", "via", "by", "to", "in", "from", "using", "against")
#: The most kinds of a technique named only in papers; if it has more, they are ignored: thousands take a second.
_MOST_KINDS = 100
_MOST_VARIANTS = 64  # spellings of an organisation that are looked up
_NEAR, _AS_GOOD = 8, 4.0  # labels compared with a misspelt word; the ratio difference of equally good ones
#: The suffix that versions and sizes add to a name, folded.
_VERSION = re.compile(r"(?: ?v?\d+(?: \d+)?[bmk]?)*")
#: Types that titles name, the shortest such name, and the most names.
_WRITTEN = ("technique", *NAMED)  # types whose names may be written as one word
_TITLED, _NAME, _MOST_NAMES = ("topic", "technique", "task", "hardware", "problem"), 5, 24
#: The most papers of a rare concept.
_RARE = 50
#: How many papers must use a technique for it to be established, and the least time from proposal to use.
_KNOWN_BY, _SPREADING = 3, timedelta(days=14)
#: Plurals of two-letter words.
_SHORT_PLURAL = re.compile(r"\b[a-z]{2}s$")
_HALF = ("semi", "quasi", "pseudo", "anti", "半")


class Sense(NamedTuple):
    """One possible meaning of a phrase."""

    type: str
    concept: str
    preferred: bool  # the phrase is its preferred label
    known: bool  # it is in the vocabulary


class Lexicon:
    """Senses by folded phrase."""

    def __init__(self, vocabulary: Vocabulary, labels: Labels | None = None) -> None:
        self.vocabulary = vocabulary
        self.words = QuestionWords.load()
        self._own = labels or Labels(lambda *_: [])
        self._senses = lru_cache(maxsize=20_000)(self._all_senses)
        self.matched = lru_cache(maxsize=10_000)(vocabulary.match)  # the same sentences recur
        self.family = lru_cache(maxsize=2_000)(self._all_family)
        self.titles = lru_cache(maxsize=2_000)(self._all_titles)
        self.longer = lru_cache(maxsize=200)(self._all_longer)
        self.indicators = lru_cache(maxsize=2_000)(self._all_indicators)
        self._store: StoreFile | None = None

    @staticmethod
    def of(store: StoreFile, vocabulary: Vocabulary) -> Lexicon:
        """The lexicon of a graph, with the labels in its tables."""
        out = Lexicon(vocabulary, Labels(store.rows))
        out._store = store
        return out

    @cached_property
    def latest(self) -> str:
        """The newest date in the graph ("2025-10-15"), the reference for "last month"; "" for none."""
        return self._store.latest()[:10] if self._store else ""

    @cached_property
    def bearers(self) -> frozenset[str]:
        """Kinds and parts of models (CURIEs), which are labelled as techniques: techniques are applied to them."""
        found = (self.vocabulary.find(label, "technique") for label in self.vocabulary.cues("bearer"))
        return frozenset(concept.curie for concept in found if concept)

    def look_up(self, folds: Iterable[str]) -> None:
        """Look up the things with some folded labels in the graph at once, so that later calls are fast."""
        self._own.look_up(folds)

    def senses(self, folded: str) -> list[Sense]:
        """The possible meanings of a folded phrase; the vocabulary's senses first."""
        return list(self._senses(folded))

    def _all_senses(self, folded: str) -> list[Sense]:
        if english := self.in_english(folded):  # so that a question has one answer in both languages
            return list(dict.fromkeys(sense for label in english for sense in self._senses(label)))
        out = [
            Sense(concept.type, concept.curie, _is_preferred(concept, folded), True)
            for concept in self.vocabulary.bearing(folded)
        ]
        asked = self.words.asked.get(folded)
        if asked:
            kind = kind_of(asked)
            out = [Sense(kind, asked, True, True), *(sense for sense in out if sense.type != kind)]
        if not out and _SHORT_PLURAL.search(folded):  # "semantic IDs", which folding does not change
            out = [sense for sense in self._senses(folded[:-1]) if sense.known]
        seen = {sense.concept for sense in out}
        return out + [sense for sense in self._named(folded) if sense.concept not in seen]

    def is_joined(self, joined: str, first: str) -> bool:
        """Whether joined words are a name with a capital where the second begins: "FlashAttention"."""
        at = len(first)
        labels = (
            label for sense in self._senses(joined) if sense.type in _WRITTEN for label in self.labels(sense.concept)
        )
        return any(fold(label) == joined and label[at : at + 1].isupper() for label in labels)

    def in_english(self, folded: str) -> list[str]:
        """The folded English names of the concepts with a folded Chinese label as their preferred one."""
        bearing = self.vocabulary.bearing(folded) if has_han(folded) else []
        named = [concept.label for concept in bearing if fold(concept.label.get("zh", "")) == folded]
        return [english for label in named if (english := fold(label.get("en", ""))) and not has_han(english)]

    def label(self, concept: str, language: str = "en") -> str:
        """The preferred label in a language, else in English, else any, else the local name."""
        if concept in self.vocabulary:
            return in_language(self.vocabulary[concept].label, language) or concept
        return in_language(self._own.labels(concept), language) or concept.partition(":")[2]

    def namesakes(self, concept: str, among: Iterable[str]) -> set[str]:
        """Those of some concepts that equal a concept, or have its name as things of another type."""
        name = fold(self.label(concept))
        return {one for one in among if one == concept or fold(self.label(one)) == name}

    def versions(self, concept: str) -> tuple[str, ...]:
        """The concept, and family members whose names only add a version or a size ("EAGLE-3", "Llama-3 8B")."""
        name = fold(self.label(concept))
        return tuple(
            one for one in self.family(concept) if _VERSION.fullmatch(fold(self.label(one)).removeprefix(name))
        )

    def _all_titles(self, concept: str) -> tuple[str, ...]:
        """The English names, folded, by which titles show that their paper is about a topic, technique or task."""
        kind = kind_of(concept)
        if kind not in _TITLED or concept not in self.vocabulary:
            return ()
        narrower = () if kind == "topic" else sorted(self.vocabulary.narrower(concept))
        labels = [*self.labels(concept), *(one for same in self._sharing(concept) for one in same.labels())]
        own, others = ({fold(one) for one in some if one.isascii()} for some in (labels, map(self.label, narrower)))
        names = (name for name in own | others if len(name) >= _NAME)
        long = sorted(names, key=lambda name: (name not in own, len(name), name))
        kept: list[str] = []
        for name in long:
            if not any(f" {one} " in f" {name} " for one in kept):  # the shorter name matches it too
                kept.append(name)
        return tuple(kept[:_MOST_NAMES])

    def _sharing(self, topic: str) -> Iterator[Concept]:
        """The techniques and hardware whose preferred name is a name of a topic; none for other types."""
        names = map(fold, self.labels(topic)) if kind_of(topic) == "topic" else ()
        for name in dict.fromkeys(names):
            found = self.vocabulary.bearing(name)
            yield from (one for one in found if one.type in ("technique", "hardware") and _is_preferred(one, name))

    def _all_longer(self, topic: str) -> tuple[str, ...]:
        """The names of other topics' techniques that end in a title name of this topic: "token pruning"."""
        ends = tuple(f" {name}" for name in self.titles(topic)) or ("\n",)
        likely = (one for one in _by_label(self.vocabulary, "technique") if one[0].endswith(ends))
        found: list[str] = []
        for folded, concept in sorted(likely, key=lambda one: (len(one[0]), one)):
            if not folded.endswith(tuple(f" {one}" for one in found)):
                others = self.vocabulary[concept].topics
                found += [folded] if others and topic not in others and concept not in self.indicators(topic) else []
        return tuple(found)

    def _all_family(self, concept: str) -> tuple[str, ...]:
        """The concept, narrower concepts, and members of its family by name, sorted.

        Models, data sets and hardware belong to a family if their name begins with its name ("Qwen-Image"). Techniques
        belong if a version number follows ("EAGLE-3"), or, if only papers name them, if their name ends in it
        ("intra-class contrastive learning"). Problems and tasks belong if their name contains it.
        """
        kind = kind_of(concept)
        out = self.vocabulary.narrower(concept)
        if kind in NAMED or kind == "technique":
            for prefix in sorted({fold(label) + " " for label in self.labels(concept)}):
                for folded, other in self._beginning(prefix, kind):
                    if kind != "technique" or _is_version(folded[len(prefix) :]):
                        out |= self.vocabulary.narrower(other)
        if kind in LENGTHENED:
            out |= set(self._own.below(out))
        if kind == "technique":
            kinds = set(islice(self._kinds(concept, out), _MOST_KINDS + 1))
            out |= kinds if len(kinds) <= _MOST_KINDS else set()
        return tuple(sorted(out))

    def as_models(self, senses: list[Sense]) -> list[Sense]:
        """The models with the name of a technique, which papers may also mean by it: Mamba, and thus Mamba-2."""
        names = (one.concept.partition(":")[2] for one in senses if one.type == "technique")
        own = (f"model:{name}" for name in names if not any(one.type == "model" for one in senses))
        return [Sense("model", model, True, True) for model in own if model in self.vocabulary]

    def lengthened(self, technique: str) -> tuple[str, ...]:
        """The techniques whose names extend a short name of a technique: "Pro-GRPO", "Gated DeltaNet-2"."""
        own = self.vocabulary.narrower(technique)
        names = {fold(label) for label in self.labels(technique) if label.isascii()}
        found = {
            other for name in names for _, other in (*self._beginning(f"{name} ", "technique"), *self._own.ending(name))
        }
        return tuple(sorted(found - own))

    def _kinds(self, concept: str, narrower: Iterable[str]) -> Iterator[str]:
        """Techniques known only from papers, whose names end in a label of a technique or of a narrower one."""
        seen: set[str] = set()
        ends = {fold(label) for label in (*self.labels(concept), *map(self.label, narrower))} - {""}
        ends |= {f"{end}s" for end in ends if _SHORT_PLURAL.search(f"{end}s")}
        for end in sorted(end for end in ends if not _has_end(end, ends)):
            same = [(end, other) for other, _ in self._own.bearing(end)] if _SHORT_PLURAL.search(end) else []
            for folded, other in (*same, *self._own.ending(end)):
                rest = folded[: -len(end)].split() or [""]
                is_kind = rest[-1] not in self._denying and not set(rest) & set(LINKING)
                if is_kind and other not in seen and other not in self.vocabulary:
                    seen.add(other)
                    yield other

    def with_gains(self, wanted: Outcome) -> Outcome:
        """A threshold with other metrics for the same gain: more of `gains`, less of `savings`."""
        known, own = self.vocabulary, set(wanted.metrics)
        told = {c.curie: c.facts for c in known.concepts.values() if c.facts.get("gainOf", "") in known}
        also = {one for one, facts in told.items() if own & known.narrower(facts["gainOf"])} - own
        lower = {one for one in told if told[one].get("better") == "lower"}
        sizes = {one for one in lower if told[one].get("unit") not in kin("s") and told[one]["gainOf"] not in told}
        gains, savings, left = (self._families(ones) for ones in (also - lower, also & lower, sizes))
        return replace(wanted, gains=gains, savings=savings, sizes=left)

    def with_gains_over(self, beaten: Link) -> Link:
        """A relation that also holds if a paper reports a better result than the entity's."""
        known = [concept for concept in self.vocabulary.concepts.values() if concept.type == "metric"]
        sides = ({one.curie for one in known if one.facts.get("better") == better} for better in ("higher", "lower"))
        gains, savings = (tuple(sorted(side)) for side in sides)
        return replace(beaten, gains=gains, savings=savings)

    def _families(self, concepts: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted({narrower for one in concepts for narrower in self.family(one)}))

    @cached_property
    def _denying(self) -> frozenset[str]:
        return frozenset((*self.words.folds("not"), *_HALF))

    def _all_indicators(self, topic: str) -> frozenset[str]:
        """The concepts whose mention shows a topic."""
        shows = (concept.curie for concept in self.vocabulary.concepts.values() if topic in concept.topics)
        return frozenset(c for curie in shows for c in self.vocabulary.narrower(curie))

    def ends_broader(self, label: str, concept: str) -> bool:
        """Whether a name of a broader concept ends in a label, so that texts with it may mean the broader one."""
        wider = (fold(other) for one in self.vocabulary.broader(concept) for other in self.labels(one))
        return any(other.endswith(f" {fold(label)}") for other in wider)

    def is_rare(self, concept: str) -> bool:
        """Whether few papers of the graph have a concept, so that texts that only name it are worth reading."""
        sql = "SELECT n.papers FROM counts n JOIN concepts c ON c.id = n.concept WHERE c.curie = ? AND n.role = ''"
        return self._store is not None and sum(papers for (papers,) in self._store.rows(sql, concept)) <= _RARE

    def known_by(self, techniques: Iterable[str]) -> str:
        """The last date on which a technique may be new: some weeks before several other papers use it; "" for any.

        An apparent proposal in a later paper is a variant: "gated LoRA".
        """
        named = sorted(set(techniques))
        sql = f"""SELECT p.appeared FROM mentions x JOIN papers p ON p.id = x.paper JOIN concepts c ON c.id = x.concept
            WHERE c.curie IN ({",".join("?" * len(named))}) AND p.appeared <> ''
            GROUP BY p.id HAVING max(CASE x.role WHEN 'proposed' THEN 1 ELSE 0 END) = 0
            ORDER BY p.appeared LIMIT 1 OFFSET ?"""
        found = self._store.rows(sql, *named, _KNOWN_BY - 1) if self._store else []
        whole = re.fullmatch(r"\d{4}-\d\d-\d\d", str(found[0][0])) if found else None
        return str(date.fromisoformat(whole[0]) - _SPREADING) if whole else ""

    def is_held(self, concept: str) -> bool:
        """Whether a paper of the graph has a concept or a narrower one."""
        sql = "SELECT 1 FROM counts n JOIN concepts c ON c.id = n.concept WHERE c.curie = ? LIMIT 1"
        return self._store is not None and any(self._store.rows(sql, one) for one in self.family(concept))

    def is_written(self, word: str) -> bool:
        """Whether a text of the graph contains a word."""
        if self._store is None:
            return False
        holding, given = self._store.db.holding([(word.lower(),)])
        sql = f"SELECT 1 FROM texts t WHERE {holding} AND regexp(?, t.raw) LIMIT 1"
        return bool(self._store.rows(sql, *given, rf"(?i)\b{word}\b"))

    def organisations(self, word: QuestionWord) -> tuple[str, ...]:
        """The institutions of a kind in the graph, according to the register, else by a word in their name."""
        from kg.link.register import Register

        register, names = Register.load(), {fold(label) for label in word.labels}
        kinds = {kind[:1] for kind in word.facts["organisationType"]}  # as in the register
        rows = self._store.rows("SELECT curie, label FROM concepts WHERE type = 'institution'") if self._store else ()
        of_kind = (
            one
            for one, label in rows
            if (kinds & set(register[one].types) if one in register else names & set(fold(label).split(" ")))
        )
        return tuple(sorted(of_kind))

    def without(self, text: str) -> list[Sense]:
        """The vocabulary's techniques that are named for avoiding a thing ("draft-model-free decoding")."""
        named = dict.fromkeys((fold(text), *self.in_english(fold(text))))
        free = (concept for one in named for _, concept in self._beginning(f"{one} free ", "technique"))
        return [Sense("technique", concept, False, True) for concept in free if concept in self.vocabulary]

    def misspelt(self, folded: str, least: float = 86.0) -> str | None:
        """The folded label that a phrase misspells, if there is one; its first letter must be right."""
        if len(folded) < 5:
            return None
        from rapidfuzz import fuzz, process  # 30 ms, needed only for unknown words

        low = least - _AS_GOOD
        likely = [label for label in self._alike(folded, low) if len(label) > SHORTEST]  # "batch" is not BACH
        near = process.extract(folded, likely, scorer=fuzz.ratio, score_cutoff=low, limit=_NEAR)
        best = [label for label, ratio, _ in near if near[0][1] >= least and ratio > near[0][1] - _AS_GOOD]
        known = (label for label in best if any(sense.known for sense in self.senses(label)))
        return next(known, next(iter(best), None))

    def nearest(self, text: str, number: int = 3, least: float = 70.0) -> tuple[str, ...]:
        """The labels that are nearest to a text in spelling; none for nonsense, whose ratio is below 68."""
        from rapidfuzz import fuzz, process

        folded = fold(text)
        near = self._alike(folded, least)
        found = process.extract(folded, near, scorer=fuzz.ratio, limit=4 * number, score_cutoff=least)
        labels = dict.fromkeys(self.label(sense.concept) for name, _, _ in found for sense in self.senses(name)[:1])
        return tuple(labels)[:number]

    def near(self, text: str, number: int = 5) -> list[Near]:
        """The concepts whose labels are nearest in meaning to a text, maybe in Chinese; none without an encoder."""
        from kg.encoder import encoder
        from kg.query.nearness import in_english

        english = in_english(text, self.vocabulary)
        return self._vectors.nearest(encoder()(english), number) if encoder() and fold(english) else []

    @cached_property
    def _vectors(self) -> Vectors:
        from kg.query.nearness import concepts

        return concepts(self.vocabulary)

    def _named(self, folded: str) -> Iterator[Sense]:
        """The graph's own things with a folded label; for organisations, also with abbreviations written out."""
        found = dict(self._own.bearing(folded))
        for form in self._variants(folded):
            found |= {concept: p for concept, p in self._own.bearing(form) if kind_of(concept) == "institution"}
        for concept, preferred in found.items():
            kind = kind_of(concept)
            if kind == "institution" or concept not in self.vocabulary:
                yield Sense(kind, concept, preferred, False)

    def _variants(self, folded: str) -> list[str]:
        """Other spellings of an organisation's name, with words abbreviated or written out."""
        words = [self._spellings.get(word, (word,)) for word in folded.split(" ")]
        some = islice(product(*words), _MOST_VARIANTS)
        return [form for form in map(" ".join, some) if form != folded]

    @cached_property
    def _spellings(self) -> dict[str, tuple[str, ...]]:
        """Words in the names of organisations with all their spellings, the long one first."""
        pairs = ((fold(label), word) for word in self.words.meaning("spells") for label in word.labels)
        out: dict[str, tuple[str, ...]] = {}
        for short, word in pairs:
            if " " not in short:
                long = word.facts["spelled"][0]
                out[long] = (*out.get(long, (long,)), short)
        return out | {short: spellings for spellings in list(out.values()) for short in spellings[1:]}

    def _alike(self, folded: str, least: float) -> list[str]:
        """The labels with the first letter of a folded text and a similar length, sorted."""
        shortest, longest = lengths(len(folded), least)
        known = (label for label in self._known.get(folded[:1], ()) if shortest <= len(label) <= longest)
        return sorted({*known, *self._own.alike(folded, least)})

    @cached_property
    def _known(self) -> dict[str, list[str]]:
        """The vocabulary's folded labels by their first letter."""
        out: dict[str, list[str]] = {}
        for folded in {folded for _, folded in self.vocabulary.index() if len(folded) >= SHORTEST}:
            out.setdefault(folded[0], []).append(folded)
        return out

    def _beginning(self, prefix: str, kind: str) -> Iterator[tuple[str, str]]:
        """The folded labels of a type with a prefix, each with its concept."""
        known = _by_label(self.vocabulary, kind)
        for folded, concept in known[bisect_left(known, (prefix, "")) :]:
            if not folded.startswith(prefix):
                break
            yield folded, concept
        for folded, concept in self._own.beginning(prefix):
            if kind_of(concept) == kind:
                yield folded, concept

    def labels(self, concept: str) -> list[str]:
        """The labels of a concept in all languages; preferred ones only if it is not in the vocabulary."""
        if concept in self.vocabulary:
            return list(self.vocabulary[concept].labels())
        return list(self._own.labels(concept).values())


@lru_cache(maxsize=16)
def _by_label(vocabulary: Vocabulary, kind: str) -> list[tuple[str, str]]:
    """The folded labels of a type, sorted, each with its concept."""
    return sorted((folded, concept) for (of, folded), concept in vocabulary.index().items() if of == kind)


def _is_preferred(concept: Concept, folded: str) -> bool:
    return any(fold(label) == folded for label in concept.label.values())


def _has_end(folded: str, others: set[str]) -> bool:
    """Whether a label ends in one of the others, which covers it."""
    words = folded.split(" ")
    return any(" ".join(words[n:]) in others for n in range(1, len(words)))


def _is_version(rest: str) -> bool:
    return rest[:1].isdigit()
