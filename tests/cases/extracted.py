"""Kinds of cases of what extraction reads in a sentence, an abstract, or a title and an abstract."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import spacy
from spacy.tokens import Doc

from kg.extract.baselines import Baselines
from kg.extract.body.citing import read_citations
from kg.extract.body.setup_numbers import stated_numbers
from kg.extract.comparisons import is_drawn, is_partial
from kg.extract.component import Tokenizer, make_doc
from kg.extract.edges import barred
from kg.extract.ends import Placed
from kg.extract.kind import Kind
from kg.extract.marks import Clauses, marks_of
from kg.extract.names import NameComponent
from kg.extract.nominal import noun_phrase
from kg.extract.numbers import plain, quantities
from kg.extract.outcomes import OutcomeLexicon
from kg.extract.problems import with_edges
from kg.extract.related import is_beside
from kg.extract.rivals import rival_classes
from kg.model import Document, Mention, Part, Reference, Text
from kg.vocabulary import Vocabulary
from tests.extract.comparing import beaten, compared, stated_in, viewed
from tests.extract.conftest import entry
from tests.extract.partly import outcomes
from tests.extract.test_edges import place, seen

Json = Any


def _quantity(text: str) -> Json:
    return [[found.value, found.unit, found.bound] for found in quantities(plain(text))]


def _outcome(text: str) -> Json:
    return [[one.metric, one.value, one.unit, one.change, one.bound] for one in outcomes(text)]


def _results(text: str) -> Json:
    return [
        [one.metric, one.value, one.unit, one.change, one.bound, one.baseline, one.setting] for one in outcomes(text)
    ]


def _partial(text: str) -> Json:
    view = viewed(entry, text)
    at = view.text.index("Plover")
    return is_drawn(view, at) or is_partial(view, at, at + len("Plover"))


def _marks(given: list[str]) -> Json:
    """What restricts the statement at the words in brackets: those of a rival, unless they hold a number."""
    text, start, end = _bracketed(given[0])
    view = viewed(entry, text, opens="")
    is_rival = re.fullmatch(r"[\d.,+\-–~ ]+\s?(?:\\?%|[xX]|\$?\\times\$?|GB)?\$?", text[start:end]) is None
    return list(marks_of(Clauses(view, start, end), is_rival, given[1]))


def _rivals(text: str) -> Json:
    view = viewed(entry, text)
    return [view.text[start:end] for start, _, end in rival_classes(view, OutcomeLexicon(view.vocabulary))]


def _barred(given: list[str]) -> Json:
    kind, text, words = given
    view = seen(entry(text, title="Zed"))
    return barred(view, kind, place(view, words))


def _bracketed(text: str) -> tuple[str, int, int]:
    """A text without its brackets, and the span that stood in them."""
    return text.replace("[", "").replace("]", ""), text.index("["), text.index("]") - 1


def _problem(text: str) -> Json:
    text, start, end = _bracketed(text)
    start, end = with_edges(viewed(entry, text, opens=""), start, end)
    return text[start:end]


def _tail(given: list[str]) -> Json:
    text, start, end = _bracketed(given[0])
    view = viewed(entry, text, opens="")
    places = [(0, *span) for span in view.places(text[start:end])]
    mention = Mention(given[2], text[start:end], text[start:end], start=places[0][1], end=places[0][2])
    return not is_beside(view, given[1], Placed(mention, places, own=False))


def _citation(given: list[str]) -> Json:
    role, own, text = given
    text, start, end = text.replace("⟦", "").replace("⟧", ""), text.index("⟦"), text.index("⟧") - 1
    part = Part("s1/p1", "paragraph", role, (), Text(text, text))
    cited = Reference("1", "A paper.", cited=(("s1/p1", start, end),))
    [found] = read_citations(Document("a", "a", 1, {}, parts=(part,), references=(cited,)), own)
    return found.type


def _named(given: list[str]) -> Doc:
    nlp = spacy.blank("xx")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    vocabulary = Vocabulary.load()
    return NameComponent(vocabulary)(make_doc(nlp, entry(given[1], title=given[0]), vocabulary))


#: The kinds by their names in case files.
EXTRACTED: dict[str, Callable[[Any], Json]] = {
    "quantity": _quantity,
    "outcome": _outcome,  # metric, value, unit, change and bound, as the grammar alone reads them
    "result": _results,
    "baseline": lambda text: [one.baseline for one in outcomes(text)],
    "setting": lambda text: outcomes(text)[0].setting,
    "introduced": lambda text: [one.text for one in Baselines(OutcomeLexicon(Vocabulary.load())).compared(text)],
    "losers": lambda text: sorted(beaten(entry, text)),
    "comparison": lambda text: sorted(map(list, compared(entry, text))),  # subject, type of relation and rival
    "larger": lambda text: [one.is_larger for one in stated_in(entry, text).values()],
    "partial": _partial,
    "marks": _marks,
    "rivals": _rivals,
    "barred": _barred,
    "problem": _problem,
    "tail": _tail,
    "citation": _citation,  # the type, of the role of a section, the paper's own name, and a sentence that cites ⟦so⟧
    "noun phrase": lambda text: noun_phrase(text, Vocabulary.load()),
    "name": lambda given: _named(given)._.name,
    "setup": lambda given: sorted(
        list(one[:3]) for one in stated_numbers(*given)
    ),  # name, value and unit of numbers of a set-up
    "code": lambda text: _named(["A title", f"We do things. {text}"])._.code_url,
    "kind of paper": lambda given: Kind(Vocabulary.load())(_named(given))._.kind,
}
