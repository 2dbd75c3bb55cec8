"""The pieces of a question: their possible meanings and positions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.query.filter import Fact, Op
from kg.query.lexicon import Sense
from kg.query.question_words import QuestionWord

#: The operators of threshold words.
OPS: dict[str, Op] = {"faster-than": ">"}
OPS |= {"at-least": ">=", "more-than": ">", "at-most": "<=", "less-than": "<", "about-equal": "="}
#: The operators of words beside a date.
TIMES: dict[str, Op] = {"after": ">", "since": ">=", "before": "<", "until": "<="}
#: A person's name: two to four capitalised words, which may be initials.
PERSON = re.compile(r"[A-Z][\w'’-]*\.?(?: [A-Z][\w'’-]*\.?){1,3}")
ARTICLES = ("a", "an", "the")
#: Types of subjects and methods, which "or" may join with one another.
WORK = frozenset(("topic", "technique", "problem", "task"))
#: Types of passive resources.
MADE = frozenset(("hardware", "dataset"))
#: Ordered units by which papers are counted.
PERIODS = ("day", "week", "month", "year", "report")
#: Separators between the ends of a range.
TO = ("-", "\u2013", "~", "\u223c", "to", "到", "至")


@dataclass(slots=True)
class Item:
    """A piece of the question, with its possible meanings."""

    start: int
    end: int
    text: str
    senses: list[Sense] = field(default_factory=list)
    words: list[QuestionWord] = field(default_factory=list)
    value: float | None = None
    unit: str = ""
    upper: float | None = None  # the other end of a range, and its operator
    upper_op: Op = "<="
    fact: Fact | None = None
    mark: str = ""  # a sign or a punctuation mark
    taken: bool = False
    done: bool = False  # a verb with its object: "compress the KV cache"
    parts: list[Item] = field(default_factory=list)  # the pieces of a compound

    def means(self, *meanings: str) -> bool:
        """Whether it is a word with one of some meanings."""
        return any(not word.means.isdisjoint(meanings) for word in self.words)

    def of(self, prefix: str) -> str:
        """The rest of the first of its meanings with a prefix."""
        return next((said for word in self.words if (said := word.of(prefix))), "")

    @property
    def is_speed(self) -> bool:
        """Whether it implies a metric, as "faster" does."""
        return any("metric" in word.facts for word in self.words)

    @property
    def is_measure(self) -> bool:
        """Whether it can be what a number measures: a metric, or a speed-up."""
        return self.types == {"metric"} or self.is_speed

    @property
    def is_verb(self) -> bool:
        """Whether it is a verb that forms a name together with its object."""
        return any("noun" in word.facts for word in self.words)

    @property
    def is_ordinary(self) -> bool:
        """Whether it looks like an ordinary word, and is at most the name of some paper's own thing."""
        is_word = self.text.isascii() and self.text.isalpha() and self.text.islower()
        return is_word and not self.words and not any(sense.known for sense in self.senses)

    @property
    def is_plain(self) -> bool:
        """Whether it looks like ordinary words, and is only the name of some paper's own thing."""
        is_words = self.text.isascii() and self.text.replace(" ", "").replace("-", "").isalpha() and self.text.islower()
        return is_words and not self.words and bool(self.senses) and not any(sense.known for sense in self.senses)

    @property
    def types(self) -> set[str]:
        return {sense.type for sense in self.senses}

    @property
    def is_unknown(self) -> bool:
        return not (self.senses or self.words or self.mark or self.fact) and self.value is None


def is_gerund(item: Item) -> bool:
    """Whether a piece is a single gerund: "pruning"."""
    return " " not in item.text and item.text.endswith("ing")


def is_second(before: list[Item]) -> bool:
    """Whether a verb and "or" come before a piece, which shares their object: "quantizing or pruning Mamba"."""
    *_, deed, joint = (None, None, *before)
    if deed is None or joint is None or not (joint.means("or", "and") or joint.mark == "/"):
        return False
    return " " not in deed.text and (is_gerund(deed) or deed.is_verb)
