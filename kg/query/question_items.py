"""The pieces of a question: what each may mean, and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.query.filter import Fact, Op
from kg.query.lexicon import Sense
from kg.query.question_words import QuestionWord

#: What words for a threshold mean.
OPS: dict[str, Op] = {"faster-than": ">"}
OPS |= {"at-least": ">=", "more-than": ">", "at-most": "<=", "less-than": "<", "about-equal": "="}
#: What words beside a date mean.
TIMES: dict[str, Op] = {"after": ">", "since": ">=", "before": "<", "until": "<="}
#: A person's name: two to four words that begin with a capital, initials among them.
PERSON = re.compile(r"[A-Z][\w'’-]*\.?(?: [A-Z][\w'’-]*\.?){1,3}")
ARTICLES = ("a", "an", "the")
#: Types of what is worked on and how, which "or" joins with one another.
WORK = frozenset(("topic", "technique", "problem", "task"))
#: Types of what is used and does nothing itself.
MADE = frozenset(("hardware", "dataset"))
#: The kinds of thing that papers are counted by, one after another.
PERIODS = ("day", "week", "month", "year", "report")
#: What stands between the ends of a range.
TO = ("-", "\u2013", "~", "\u223c", "to", "到", "至")


@dataclass(slots=True)
class Item:
    """A piece of the question: what it may mean."""

    start: int
    end: int
    text: str
    senses: list[Sense] = field(default_factory=list)
    words: list[QuestionWord] = field(default_factory=list)
    value: float | None = None
    unit: str = ""
    upper: float | None = None  # the other end of a range, and how it is meant
    upper_op: Op = "<="
    fact: Fact | None = None
    mark: str = ""  # a sign or a mark that separates
    taken: bool = False
    done: bool = False  # it is a verb with what it is done to: "compress the KV cache"
    parts: list[Item] = field(default_factory=list)  # the pieces of a compound

    def means(self, *meanings: str) -> bool:
        """Whether it is a word with one of some meanings."""
        return any(not word.means.isdisjoint(meanings) for word in self.words)

    def of(self, prefix: str) -> str:
        """What follows a prefix in a meaning of it."""
        return next((said for word in self.words if (said := word.of(prefix))), "")

    @property
    def is_speed(self) -> bool:
        """Whether it says what a result is of, as "faster" does."""
        return any("metric" in word.facts for word in self.words)

    @property
    def is_measure(self) -> bool:
        """Whether it says what a number is of: a metric, or a speed-up."""
        return self.types == {"metric"} or self.is_speed

    @property
    def is_verb(self) -> bool:
        """Whether it is a verb that names something together with what it is done to."""
        return any("noun" in word.facts for word in self.words)

    @property
    def is_ordinary(self) -> bool:
        """Whether it is written as an ordinary word, and only a paper's own thing bears it."""
        is_word = self.text.isascii() and self.text.isalpha() and self.text.islower()
        return is_word and not self.words and not any(sense.known for sense in self.senses)

    @property
    def is_plain(self) -> bool:
        """Whether it is written as ordinary words, and only a paper's own thing bears it."""
        is_words = self.text.isascii() and self.text.replace(" ", "").replace("-", "").isalpha() and self.text.islower()
        return is_words and not self.words and bool(self.senses) and not any(sense.known for sense in self.senses)

    @property
    def types(self) -> set[str]:
        return {sense.type for sense in self.senses}

    @property
    def is_unknown(self) -> bool:
        return not (self.senses or self.words or self.mark or self.fact) and self.value is None


def is_gerund(item: Item) -> bool:
    """Whether a piece is one word for what is done: "pruning"."""
    return " " not in item.text and item.text.endswith("ing")


def is_second(before: list[Item]) -> bool:
    """Whether "or" and a deed stand before a piece, which is done to the same thing: "quantizing or pruning Mamba"."""
    *_, deed, joint = (None, None, *before)
    if deed is None or joint is None or not (joint.means("or", "and") or joint.mark == "/"):
        return False
    return " " not in deed.text and (is_gerund(deed) or deed.is_verb)
