"""What a paper is called in a sentence, and which of its own sentences stand for it as quotations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from kg.model import Paper
from kg.text import fold, sentences
from kg.views.borne import quotable
from kg.views.proposal import is_besides
from kg.views.selection import Selection, name, title
from kg.views.surface import expanded, stands_for, without_article
from kg.views.words import PageWords, pattern

_HEAD = re.compile(r"(?P<head>[^:：?!]{2,60}?)\s*[:：]\s*\S")
_BRACKET = re.compile(r"\s*[(（][^()（）]*[)）](?!-?\w)")  # not "(FAIR)-Pruner"
TELLING = 11  # words of a sentence that says what a paper does, or more than its technique
_LEAST = 3  # words of any sentence
#: A command that stands for the paper's own method.
_MACRO = re.compile(
    r"\\(?:(?:our|my|the)?(?:method|model|system|framework|approach)(?:name)?|ours|name)(?![A-Za-z])(?:\{\}|\s(?=[,.;]))?"
)
_COMMAND = re.compile(r"\\([A-Za-z]{4,})(?:\\(?=\s)|\{\})?")  # a paper's own name for something
_FRONT = (
    r"\A(?:[A-Z][a-z]+(?: [Aa]nd [A-Z]?[a-z]+)?: (?=[A-Z]))?"  # of an abstract in parts: "Objectives: To"
    r"(?i:(?:<proposal.joining>, )?(?:(?:[^,]* )?<proposal.pointing>\b[^,]*, )?(?=<proposal.subjects>\b))?"
)
_OWN = re.compile(r"\b(?:we|us|this (?:paper|work|study|article|survey|report))\b", re.IGNORECASE)


def what(paper: Paper) -> tuple[str, bool]:
    """The name of a paper in a sentence, and whether that is its title.

    The name is used if the title begins with it ("NAME: ..."), or its full form if the name is an acronym of that; else
    the title.
    """
    own, whole = name(paper), title(paper)
    head = _HEAD.match(whole)
    front = without_bracket(head["head"]).strip() if head else ""
    if not own:
        return whole, True
    if not whole or whole == own or (not front and fold(own) == fold(without_bracket(whole))):
        return own, False
    if fold(front) == fold(own):
        return front if own.islower() else own, False  # a name may be read from a LaTeX command of small letters
    full = joined(expanded(own, text_of(paper, "A")))
    for part in (front, without_bracket(whole.partition(" for ")[0]).strip()):
        is_full = not full or full in joined(part) or joined(part) in full
        if part != whole and ":" not in part and fold(own) != fold(part) and is_full and stands_for(own, part):
            return part, False
    if front and (f" {fold(own)} " in f" {fold(head['head'] if head else '')} "):
        return front, False
    return whole, True


def contribution(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> list[str]:
    """The sentences in which the paper says what it does, for quotation.

    Those with its name come first, of these those that say what is proposed; short ones ("We propose Foo") come last.
    """
    cues = shown.graph.vocabulary.cues
    words = {one: fold(one).split() for one in sentences_of(paper, fields) if _OWN.search(one)}
    said = [one for one, found in words.items() if not cues("contribution").isdisjoint(found)]
    telling = set(map(fold, PageWords("en")("brief.telling").split()))
    said = said or [one for one, found in words.items() if not telling.isdisjoint(found)]
    said.sort(
        key=lambda one: (
            len(words[one]) < TELLING,
            is_besides(one) or not cues("besides").isdisjoint(words[one]),
            name(paper) not in one,
            cues("proposal").isdisjoint(words[one]),
        )
    )
    return [with_name(paper, quote) for quote in map(quotable, said) if quote]


def with_name(paper: Paper, quote: str) -> str:
    """A quotation with the paper's name for the LaTeX commands that stand for it: of its method, or of its letters."""
    own = what(paper)[0] if not what(paper)[1] else name(paper)
    quote = _MACRO.sub(lambda found: own or found[0], quote)
    if own:
        quote = re.sub(rf"\\{re.escape(own)}(?![A-Za-z])(?:\{{\}})?", lambda _: own, quote, flags=re.IGNORECASE)
    return _COMMAND.sub(r"\1", quote)


def by_itself(quote: str) -> str:
    """A quotation without a beginning that only the sentences before it explain: "To address this, we"."""
    return pattern(_FRONT).sub("", quote, count=1) or quote


def first_sentence(paper: Paper, fields: Collection[str]) -> list[str]:
    """The first sentence of the abstract that tells something and can be quoted: not "Figure 1."."""
    telling = (one for one in sentences_of(paper, fields) if len(fold(one).split()) >= _LEAST)
    return list(islice(filter(None, map(quotable, telling)), 1))


def sentences_of(paper: Paper, fields: Collection[str]) -> Iterator[str]:
    """The sentences of the abstracts, none where the fields that may be quoted leave abstracts out."""
    if not fields or "A" in fields:
        for text in (document.texts["A"].text for document, _ in paper.entries if "A" in document.texts):
            yield from (text[start:end] for start, end in sentences(text))


def text_of(paper: Paper, fields: Collection[str]) -> str:
    """All texts of a paper that the sentence may use."""
    texts = [t for d, _ in paper.entries for f, t in d.texts.items() if not fields or f in fields]
    return "\n".join(part for text in texts for part in (text.raw, text.text))


def without_bracket(said: str) -> str:
    """Words without what stands in brackets: "Foo" of "Foo (a gate)"; "(FAIR)-Pruner" is one word."""
    return _BRACKET.sub("", said)


def joined(said: str) -> str:
    """Words as one, without article, so that "light-weight module" and "a lightweight module" are the same."""
    return "".join(fold(without_article(said)).split())
