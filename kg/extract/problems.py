"""Extracts problems: what the paper sets out to solve, by vocabulary labels and by cue words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise, takewhile

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import matches, read_fields, sentence_of, word_places
from kg.extract.context import DocView, view_of
from kg.extract.judge import Candidate, chosen
from kg.extract.nominal import noun_phrase
from kg.extract.speech import FINITE, NounPhrase, TaggedWord
from kg.model import Mention
from kg.text import fold
from kg.vocabulary import Vocabulary

EXTRACTOR = "problems/1"
UNCLEAR = 0.5  # the score of a problem that says how something is
_PREDICATE = ("being ", "not being ")
MOST = 3  # problems per paper, as in the annotations
_CLAUSE_END = re.compile(
    r"[,.;:()!?]|\s(?:which|that|whil(?:e|st)|when|where|thereby|thus|but|whereas|by|via|we|i\.e|e\.g)\s|--|—",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"\s*(?:an?|the|its|their|this|these|such|some|any|both|two|key|major|several|severe|serious)\s+", re.IGNORECASE
)
_POINTER = re.compile(r"\s*(?:this|these|those|such|it|them|the (?:above|aforementioned))\b", re.IGNORECASE)
_EMPTY = re.compile(
    r"^(?:\w+ )?(?:challenges?|problems?|issues?|limitations?|gaps?|bottlenecks?|questions?)$", re.IGNORECASE
)
_ASKS = re.compile(r"\s+(?:how|what|when|where|whether|which|why)\b", re.IGNORECASE)
_FRAME = re.compile(
    r"(?:\w+ )?(?:issue|problem|challenge|limitation|artifact)s,? (?:such as|including|like) ", re.IGNORECASE
)
_AT_THE = re.compile(r"(?<=\bat the )(?:cost|expense|price) of ")
_WORD = re.compile(r"\S+")
_WORDS = (2, 14)  # minimum and maximum number of words
_BARE = ("DT", "PRP$", "RB", "JJ")  # between a verb and its object
_DANGLING = ("IN", "TO", "CC", "DT", "MD", "RB")  # no last words
_LEADING = ("IN", "TO", "WDT", "WP", "WP$", "WRB")
_PART_OF = ("of", "in", "for")
_PRESENT = ("VBP", "VBZ")
_PARTICIPLES = ("VBG", "VBN")
_OBJECT = ("DT", "JJ")  # after these a verb has an object
_AHEAD = 40  # characters beside a span that are considered
_ACRONYM = re.compile(r" \([A-Z][\w-]{1,8}\) ")
_EXPANDED = re.compile(r"[\w-]+ \([A-Z][\w-]{1,8}\) ")
_REST = 3  # words that complete a noun phrase
_COMMA = re.compile(r"\w, (?!and )")
_AND = re.compile(r"\b(?:and|or)\b")
_LAST = re.compile(r",? and (?:the |an? |its |their )?")
_FARTHER = re.compile(
    r"(?: (?:of|in|for|used|during|\w+ed by) [^,.;:()]{1,40}?(?: \([A-Z][\w-]{1,8}\))?)?"
    r"(?:, (?!and )[^,.;:()]{1,40}){0,3},? and (?:the |an? |its |their )?"
)
_VERBS = ("VB", "VBZ", "VBP", "VBD", "VBG")
_IN_NOUN = ("NN", "JJ", "VBN", "VBG", "CD", "RB")


class Problems:
    """Adds one to three mentions of problems, the clearest ones."""

    entity = "problem"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.groups = {
            group: _by_first(vocabulary.cues(group))
            for group in ("problem-follows", "problem-addressed", "problem-begins")
        }
        self.firsts = {word for first in self.groups.values() for word in first}
        self.limits = vocabulary.cues("limit")
        self.heads = vocabulary.cues("problem-head")
        self.proposes = vocabulary.cues("propose") - {"we", "our", "novel", "new", "present", "introduce", "build"}

    def __call__(self, doc: Doc) -> Doc:
        best: list[tuple[float, int, int]] = []
        view = view_of(doc, self.vocabulary)
        found = chosen(doc, self, 0.0)
        for start, end, score, _ in sorted(found, key=lambda c: (-c.score, c.start)):
            taken = any(start < e and s < end for _, s, e in best)
            if len(best) < MOST and not taken and not self._repeats(doc, start, end, best):
                best.append((score, start, end))
        for score, start, end in sorted(best, key=lambda c: c[1]):
            if (concept := view.concept(doc._.text[start:end], "problem")) is None:
                start, end = with_edges(view, start, end)
            surface = doc._.text[start:end]
            if concept is None and " " not in surface and (_EMPTY.match(surface) or _ASKS.match(doc._.text, end)):
                continue  # "limitations", "determining [when]"
            name = concept.label["en"] if concept else noun_phrase(surface, self.vocabulary)
            scored = view.scored(start, end, score)
            # What is so stands before the span, so that a reader may not understand it.
            likely = min(scored, UNCLEAR) if name.startswith(_PREDICATE) else scored
            doc._.mentions.append(
                Mention("problem", surface, name, start=start, end=end, extractor=EXTRACTOR, confidence=likely)
            )
        return doc

    @staticmethod
    def taken(doc: Doc) -> list[tuple[int, int]]:
        """No spans: a problem may overlap any entity."""
        return []

    @staticmethod
    def _repeats(doc: Doc, start: int, end: int, best: list[tuple[float, int, int]]) -> bool:
        words = set(fold(doc._.text[start:end]).split())
        for _, s, e in best:
            other = set(fold(doc._.text[s:e]).split())
            if words <= other or other <= words or 2 * len(words & other) >= len(words) + len(other) - 2:
                return True
        return False

    def candidates(self, doc: Doc) -> list[Candidate]:
        """Spans found by cues and by the vocabulary; a span found twice keeps its best score."""
        best: dict[tuple[int, int], float] = {}
        for points, start, end in self._candidates(doc):
            best[start, end] = max(points, best.get((start, end), points))
        return [
            Candidate(s, e, min(max(points, 0.0) / 4, 0.9), {"cue": 1.0, "headed": float(self._headed(doc, s, e))})
            for (s, e), points in best.items()
        ]

    def _candidates(self, doc: Doc) -> Iterator[tuple[float, int, int]]:
        sentences = [s for field in read_fields(doc)[:1] for s in doc._.sentences if field[0] <= s[0] < field[1]]
        turn = self._turn(doc, sentences)
        for number, (start, end) in enumerate(sentences):
            inside = word_places(doc, start, end)
            words = doc._.forms[inside]
            limited = not self.limits.isdisjoint(words)
            early = number <= turn
            for group, first, last in self._cues(words):
                begin = doc._.starts[inside][first] if group == "problem-begins" else doc._.ends[inside][last]
                span = self._span(doc, begin, end, group)
                if span is None:
                    continue
                score = 1.0 + 0.9 * early + 0.6 * limited * early - 0.08 * number
                score += 0.5 * self._headed(doc, *span) + {"problem-addressed": 0.7, "problem-begins": -0.3}.get(
                    group, 0
                )
                if early or group == "problem-addressed":
                    yield score, *span
        numbers = {sentence: number for number, sentence in enumerate(sentences)}
        for match in matches(doc, self.entity):
            sentence = sentence_of(doc, match.start)
            if sentence in numbers:
                place = numbers[sentence]
                span = self._span(doc, match.start, sentence[1], "") or (match.start, match.end)
                yield 1.6 + 0.7 * (place <= turn) - 0.08 * place, *span

    def _turn(self, doc: Doc, sentences: list[tuple[int, int]]) -> int:
        """The index of the sentence in which the paper turns to its own work."""
        for number, (start, end) in enumerate(sentences):
            words = set(doc._.forms[word_places(doc, start, end)])
            if words & {"we", "our", "paper", "work"} and (words & self.proposes or fold(doc._.name) in words):
                return number
        return len(sentences) // 2

    def _cues(self, said: list[str]) -> Iterator[tuple[str, int, int]]:
        """Yields (group, index of the first word of the cue, index of its last word)."""
        for i in [i for i, word in enumerate(said) if word in self.firsts]:
            for group, first in self.groups.items():
                for words in first.get(said[i], ()):
                    if said[i : i + len(words)] == words:
                        yield group, i, i + len(words) - 1
                        break

    def _span(self, doc: Doc, begin: int, end: int, group: str) -> tuple[int, int] | None:
        text = doc._.text
        if group != "problem-begins":
            if _POINTER.match(text, begin, end) and group == "problem-addressed":
                return None
            while article := _ARTICLE.match(text, begin, end):
                begin = article.end()
        words = [m.span() for m in islice(_WORD.finditer(text, begin, end), _WORDS[1] + 1)]
        if not words:
            return None
        begin = words[0][0]
        stop = _CLAUSE_END.search(text, begin, words[-1][1])
        end = min(words[: _WORDS[1]][-1][1], stop.start() if stop else end)
        end = begin + len(text[begin:end].rstrip(" .,;:"))
        if sum(s < end for s, _ in words) < _WORDS[0] or _EMPTY.match(text[begin:end]):
            return None
        return begin, end

    def _headed(self, doc: Doc, start: int, end: int) -> bool:
        return not self.heads.isdisjoint(doc._.forms[word_places(doc, start, end)])


def with_edges(view: DocView, start: int, end: int) -> tuple[int, int]:
    """The span of a problem from the word that says what is wrong to the end of its last phrase."""
    frame = _FRAME.match(view.text, start, end) or _AT_THE.match(view.text, start, end)
    start = frame.end() if frame else start
    start, end = _ended(view, start, end)
    start, end = _begun(view, start, _listed(view, start, end))
    return start, _before_verb(view, start, end)


def _before_verb(view: DocView, start: int, end: int) -> int:
    """The end of a trouble that is the subject of a clause: "high costs" of "high costs severely hinder it"."""
    part = view.phrase_at(start, end)
    words = list(part.words) if part else []
    troubles = view.cues["problem-head"] | view.cues["problem-sign"]
    limits = view.cues["limit"]
    for i, (one, word) in enumerate(pairwise(words), 1):
        if word.tag in _LEADING and fold(word.text) not in _PART_OF:
            behind = words[i + 1 :]
            is_whole = any(w.tag in FINITE for w in behind) or (behind and behind[0].tag in _PARTICIPLES)
            is_cut = word.tag == "WRB" and one.tag.startswith(("NN", "VBG")) and not is_whole
            return one.end if is_cut else end  # "underfitting when the rank"
        is_adverb = word.tag == "RB"
        rest = words[i + is_adverb :]
        verb = rest[0] if len(rest) > 1 else None
        acts = verb is not None and (verb.tag in _PRESENT or (verb.tag == "VB" and fold(verb.text) in limits))
        acts = acts or (is_adverb and (verb is None or verb.tag == "NN"))  # "high costs severely", "... impact it"
        if acts and verb is not None and fold(verb.text) in view.cues["finite"]:
            return end  # "costs are high"
        if i > 1 and one.tag.startswith("NN") and acts and not troubles.isdisjoint(fold(w.text) for w in words[:i]):
            return one.end
    return end


def _listed(view: DocView, start: int, end: int) -> int:
    """The end of a list that a problem breaks off: "gap between A" of "gap between A and B", "high memory and cost"."""
    said = view.text[start:end]
    joint = _LAST.match(view.text, end)
    if said.rpartition(" between ")[1] and not _AND.search(said.rpartition(" between ")[2]):
        joint = _FARTHER.match(view.text, end)
        part = view.phrase_at(end, joint.end()) if joint else None
        joint = None if part and any(word.tag in FINITE for word in part.words) else joint  # ", improves it, and"
    elif not (_COMMA.search(said) and not _AND.search(said.rpartition(", ")[2])):
        joint = joint if joint and joint[0] == " and " and _lacks_head(view, start, end, joint.end()) else None
    if not joint:
        return end
    acronym = _EXPANDED.match(view.text, joint.end())  # "low-resolution (LR) images"
    return _noun_end(view, acronym.end() if acronym else joint.end(), end)


def _lacks_head(view: DocView, start: int, end: int, at: int) -> bool:
    """Whether the head of a problem comes behind "and": "high memory" of "high memory [and compute costs]"."""
    heads = view.cues["problem-head"]
    behind = view.words(at, _noun_end(view, at, at))
    return heads.isdisjoint(view.words(start, end)) and not heads.isdisjoint(behind[-1:])


def _noun_end(view: DocView, at: int, default: int) -> int:
    """The end of the noun phrase that begins at an offset; `default` if none does."""
    part = view.phrase_at(at, min(at + _AHEAD, sentence_of(view.doc, at)[1]))
    limit = view.cues["limit"]
    run = list(takewhile(lambda word: _is_inside(word, limit), part.words)) if part else []
    while run and not run[-1].tag.startswith("NN"):
        run.pop()
    plural = next((i for i, word in enumerate(run) if word.tag == "NNS"), len(run))
    return run[: plural + 1][-1].end if run else default


def _is_inside(word: TaggedWord, verbs: frozenset[str]) -> bool:
    """Whether a word may stand in a noun phrase; the tagger takes "compute" of "compute costs" for a verb."""
    return word.tag.startswith(_IN_NOUN) or (word.tag == "VB" and fold(word.text) not in verbs)


def _ended(view: DocView, start: int, end: int) -> tuple[int, int]:
    """A problem that ends where a phrase ends: neither inside a noun phrase nor at "caused" of "caused by"."""
    end = _one_clause(view, start, end)
    for phrase in view.phrases:
        if start <= phrase.start < end < phrase.end:
            return start, _completed(view, phrase, end)
    if acronym := _ACRONYM.match(view.text, end):  # "the key-value (KV) cache"
        ends = [phrase.end for phrase in view.phrases if phrase.start == acronym.end() and len(phrase.words) <= _REST]
        return start, ends[0] if ends else end
    part = view.phrase_at(start, end)
    words = list(part.words) if part else []
    behind = view.phrase_at(end, min(end + _AHEAD, part.sentence[1])) if part else None
    follows = behind.words[0] if behind else None
    if words and follows and words[-1].tag in _VERBS and (object_ := _noun_end(view, follows.start, 0)):
        return start, object_  # "routing may yield [unbalanced loads]"
    while len(words) > _WORDS[0] and _dangles(view, words[-1], follows):
        follows = words.pop()
    return start, words[-1].end if words else end


def _one_clause(view: DocView, start: int, end: int) -> int:
    """The end of a noun phrase that a second verb follows: "high costs" of "high costs and motivate the use"."""
    part = view.phrase_at(start, end)
    words = list(part.words) if part else []
    if not words or words[0].tag.startswith("VB"):
        return end
    for one, conjunction, verb in zip(words, words[1:], words[2:], strict=False):
        if conjunction.tag == "CC" and verb.tag in ("VB", "VBP", "VBZ", "MD") and one.tag.startswith("NN"):
            return one.end
    return end


def _dangles(view: DocView, last: TaggedWord, follows: TaggedWord | None) -> bool:
    """Whether the last word of a span leads to what follows it."""
    form, tag = fold(last.text), follows.tag if follows else ""
    if last.tag in _DANGLING or form in view.vocabulary.cues("leads-away") or form in view.vocabulary.cues("contrast"):
        return True
    if follows is not None and follows.text in ("by", "to", "from") and last.tag in ("VBN", "VBD", "JJ", "VBG", "IN"):
        return True
    is_verb = last.tag in ("VBZ", "VBP", "VBD") or form in view.cues["problem-verb"]
    return is_verb and tag.startswith(_OBJECT)


def _completed(view: DocView, phrase: NounPhrase, end: int) -> int:
    """The end of a noun phrase that a problem cuts."""
    rest = [word for word in phrase.words if word.start >= end]
    joined = view.text[end] == " " and view.cues["problem-lead"].isdisjoint(fold(word.text) for word in rest)
    return phrase.end if joined and len(rest) <= _REST else end


def _begun(view: DocView, start: int, end: int) -> tuple[int, int]:
    """A problem with the verb that says what is wrong: "overlook local structure", not "local structure"."""
    part = view.phrase_at(start, end)
    if part is None or fold(part.words[-1].text) in view.cues["problem-head"]:
        return start, end
    verbs = view.cues["problem-verb"]
    for word in reversed(part.before):
        form = fold(word.text)
        if form in verbs:
            return word.start, end
        infinitive = form == "to" and part.words[0].tag.startswith("VB")
        if not (infinitive or word.tag in _BARE) or word.start < start - _AHEAD:
            break
    return start, end


def _by_first(labels: frozenset[str]) -> dict[str, list[list[str]]]:
    out: dict[str, list[list[str]]] = {}
    for label in sorted(labels, key=lambda x: (-len(x), x)):
        words = label.split(" ")
        out.setdefault(words[0], []).append(words)
    return out


@Language.factory("kg_problems")
def make_problems(nlp: Language, name: str) -> Problems:
    return Problems(Vocabulary.load())
