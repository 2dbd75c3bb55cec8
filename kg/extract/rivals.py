"""Classes of rivals that a paper compares itself with: "outperforms existing attention-based pruning methods".

Where a sentence states a comparison, its object is the whole phrase, not the technique that some of its words name: a
paper that beats "attention-based pruning methods" may itself be one of pruning.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.extract.comparisons import compared
from kg.extract.context import DocView, canonical
from kg.extract.outcomes import OutcomeLexicon
from kg.extract.speech import NounPhrase, TaggedWord
from kg.model import Mention
from kg.text import fold

EXTRACTOR = "rivals/1"
_RIGHT = 0.75  # the share of classes that are annotated as techniques
_LEADS = ("DT", "PRP", "RB", "JJR", "JJS", "CD", "PDT", ",")  # tags of words before those that say of which kind it is


def add_rivals(view: DocView, techniques: list[Mention], taken: list[tuple[int, int]], lexicon: OutcomeLexicon) -> None:
    """Add the classes of rivals of a Doc to its techniques, in place of those that are named by their words alone.

    A class whose kind is a technique already, as of "RNN baselines", is no other one. `taken` are the spans of entities
    of other types.
    """
    for start, core, end in rival_classes(view, lexicon):
        spans = [*taken, *((m.start, m.end) for m in techniques)]
        crossed = any(s < end and start < e and (s < start or end <= e) for s, e in spans)
        if crossed or (start, core) in taken or _is_found(view, start, core, end, techniques):
            continue
        for inner in [m for m in techniques if start <= m.start and m.end <= end]:
            apart = [place for place in view.places(inner.surface) if place[1] <= start or end <= place[0]]
            if apart:
                inner.start, inner.end = apart[0]
            else:
                techniques.remove(inner)
        surface = view.text[start:end]
        techniques.append(
            Mention(
                "technique",
                surface,
                canonical(surface),
                start=start,
                end=end,
                role="baseline",
                extractor=EXTRACTOR,
                confidence=_RIGHT,
            )
        )


def rival_classes(view: DocView, lexicon: OutcomeLexicon) -> Iterator[tuple[int, int, int]]:
    """The start and end of each class that the own work is compared with; between them the end of its kind."""
    heads = view.vocabulary.cues("rival-class")
    own = max(view.first, view.abstract[0])
    for phrase in view.doc._.phrases:
        last = phrase.words[-1]
        if phrase.start < own or last.tag != "NNS" or fold(last.text) not in heads:
            continue
        words = _kind(view, phrase, lexicon)
        if words and compared(view, words[0].start, last.end, lexicon):
            yield words[0].start, words[-1].end, last.end


def _kind(view: DocView, phrase: NounPhrase, lexicon: OutcomeLexicon) -> list[TaggedWord]:
    """The words that say of which kind a class is: "attention-based pruning" of "existing ... methods"."""
    cues = view.vocabulary.cues
    unnamed = cues("rival-unnamed") | cues("rivals")
    words = list(phrase.words[:-1])
    while words and (words[0].tag.startswith(_LEADS) or _says_nothing(words[0], unnamed | cues("win"), lexicon)):
        del words[0]
    return words if not all(_says_nothing(word, unnamed, lexicon) for word in words) else []


def _says_nothing(word: TaggedWord, forms: frozenset[str], lexicon: OutcomeLexicon) -> bool:
    """Whether a word does not say of which kind something is: it has one of some forms, or is generic."""
    return fold(word.text) in forms or lexicon.is_generic(word.text)


def _is_found(view: DocView, start: int, core: int, end: int, techniques: list[Mention]) -> bool:
    """Whether the class or its kind is a technique already, by a name of either or by its concept."""
    known = view.concept(view.text[start:core], "technique")
    forms = {view.folded(start, core), view.folded(start, end), fold(known.label["en"]) if known else ""}
    return any(fold(name) in forms for m in techniques for name in (m.canonical, m.surface, *m.aliases))
