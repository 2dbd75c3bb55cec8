"""Results as views show them: fields in one language, and the sentence of the paper with their words lit.

Nothing here reads language. The fields are those of the record; the sentence is verbatim, so whatever restricts a
number in it is seen beside the number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.entity_types import LISTS
from kg.model import OBTAINED
from kg.text import fold, has_han, nearest, sentence_at
from kg.views.readable import as_text
from kg.views.selection import EntryQuote, EntryResult, Selection, Thing, clean, ids, quoted
from kg.views.words import settings

if TYPE_CHECKING:
    from kg.model import Paper, Result
    from kg.views.words import PageWords

#: Fields whose words are lit in a sentence, the first one where several share words.
LIT = ("value", "baseline", "setting", "metric")
#: What a result can be obtained on, in the order of the columns.
ON = OBTAINED[::-1]
_NAME = 24  # letters of a rival's name in a short phrase
_TIMES = ("x", "orders of magnitude")  # units of a ratio: 2x faster is a rise to twice the value


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A result of a paper with its fields in the language of a selection; a field that it lacks is empty."""

    paper: Paper
    found: EntryResult
    metric: str
    change: str  # "↑ up to 1.93x"
    baseline: str
    setting: str
    on: dict[str, dict[str, str]]  # labels by identity, by the keys of ON
    quote: EntryQuote

    @property
    def result(self) -> Result:
        return self.found.result

    @property
    def high(self) -> float:
        """The better end of a range, as a number that rows of one unit are sorted by."""
        value = self.result.value
        return value if not isinstance(value, tuple) else value[1]

    @property
    def factor(self) -> float:
        """How many times better: 2 for twice as fast and for half the memory; 0 for a level."""
        if self.result.change == "absolute":
            return 0.0
        if self.result.unit in _TIMES:
            return self.high
        share = min(abs(self.high), 99.99) / 100
        return 1 / (1 - share) if self.result.change == "decrease" else 1 + share

    def cells(self) -> dict[str, Any]:
        """The fields as cells of a table, as JSON has them too."""
        result = self.result
        return {
            "metric": self.metric,
            "concept": result.metric_concept,
            "value": self.change,
            "number": list(result.value) if isinstance(result.value, tuple) else result.value,
            "unit": result.unit,
            "change": result.change,
            "bound": result.bound if result.bound != "exact" else "",
            "marks": list(result.marks),
            "baseline": self.baseline,
            "setting": self.setting,
            **{column: [{"concept": c, "label": label} for c, label in self.on[column].items()] for column in ON},
            "paper": ids(self.paper)[0],
            "papers": ids(self.paper)[:1],
            "entry": self.found.document.id,
            "sure": result.sure,
        }


def rows(shown: Selection, paper: Paper, *, sure: bool = False) -> list[ResultRow]:
    """The results of a paper (`sure`: the sure ones) in text order, each number once."""
    if paper.id not in shown.rows:  # sections of a report ask for them in turn
        shown.rows[paper.id] = [row(shown, paper, one) for one in shown.outcomes(paper)]
    return [one for one in shown.rows[paper.id] if one.result.sure or not sure]


def row(shown: Selection, paper: Paper, found: EntryResult) -> ResultRow:
    """One result with its fields."""
    result = found.result
    return ResultRow(
        paper,
        found,
        metric(shown, result),
        marked(shown.words, change(shown.words, result.change, result.value, result.unit, result.bound), result.marks),
        wording(shown, result.baseline_concept, result.baseline),
        as_text(clean(result.setting)),
        {kind: _on(shown, found, kind) for kind in ON},
        quoted(found.document, result.evidence),
    )


def metric(shown: Selection, result: Result) -> str:
    """The metric: its label in Chinese where it has one, else the paper's term."""
    if shown.lang == "zh" and result.metric_concept in shown.graph.vocabulary:
        return shown.label(result.metric_concept, result.metric)
    return as_text(clean(result.metric))


def wording(shown: Selection, concept: str, words: str) -> str:
    """The label of a concept where the words of the paper are one of its names, else these words, which say more."""
    known = shown.graph.vocabulary.concepts.get(concept)
    if known and fold(words) in map(fold, known.labels()):
        return shown.label(concept, words)
    return as_text(clean(words))


def amount(words: PageWords, value: float | tuple[float, float], unit: str) -> str:
    """A number with its unit: "41%", "1.25–2x"."""
    low, high = value if isinstance(value, tuple) else (value, value)
    number = f"{low:,.12g}" if low == high else words("statement.range", low=f"{low:,.12g}", high=f"{high:,.12g}")
    if not unit:
        return number
    key = f"unit.{unit.replace(' ', '_') if unit == 'percentage points' else unit}"
    return number + (words(key) if words.has(key) else f" {unit}")


def change(words: PageWords, way: str, value: float | tuple[float, float], unit: str, bound: str = "exact") -> str:
    """Direction, bound and number as a cell has them: "↑ up to 1.93x"."""
    mark = "" if bound in ("exact", "") else words(f"statement.{bound}")
    return words(f"statement.{way}", amount=mark + amount(words, value, unit))


def marked(words: PageWords, said: str, marks: Iterable[str]) -> str:
    """What is said of a statement, with what its sentence restricts: "↑ 2x [in some cases]"."""
    told = words("statement.also").join(words(f"mark.{mark}") for mark in marks)
    return words("statement.marked", said=said, marks=told).strip() if told else said


def stated(words: PageWords, claim: Mapping[str, Any]) -> str:
    """The same of a claim as plain data."""
    value = claim["low"], claim["high"]
    return change(words, claim["change"], value, claim.get("unit", ""), claim.get("bound", ""))


def effect(shown: Selection, result: Result, *, is_short: bool = False) -> str:
    """A result as one phrase of a fixed template: metric, change, baseline, setting.

    `is_short`: the rival where it is a short name, and that there are conditions instead of which.
    """
    words, setting = shown.words, as_text(clean(result.setting))
    baseline = wording(shown, result.baseline_concept, result.baseline)
    is_told = baseline and (not is_short or (is_name(baseline) and len(baseline) <= _NAME))
    notes = [words("statement.than", baseline=baseline)] if is_told else []
    notes += [words("statement.conditions") if is_short else setting] if setting else []
    said = _changed(shown, result)
    return words("statement.aside", effect=said, notes=words("statement.also").join(notes)) if notes else said


def is_name(words: str) -> bool:
    """Whether each word is one of a name: it has a capital letter, a digit or a Chinese character."""
    return bool(words) and all(any(c.isupper() or c.isdigit() or has_han(c) for c in word) for word in words.split())


def _changed(shown: Selection, result: Result) -> str:
    """Metric and change with what the sentence restricts; a decrease by a factor is one to a fraction."""
    words, kind, bound = shown.words, result.change, result.bound
    if result.metric_concept in settings()["brief"]["ratios"]:
        kind = "absolute"
    elif result.unit == "x" and kind != "absolute":
        kind = f"{kind}_times"
        if kind == "decrease_times" and bound == "up_to":
            bound = "up_to_fraction"
    said = words(
        f"statement.effect_{kind}",
        metric=metric(shown, result),
        bound=words(f"statement.{bound}") if bound != "exact" else "",
        amount=amount(words, result.value, result.unit),
        fraction=_fraction(words, result.value),
    )
    return marked(words, said, result.marks)


def _fraction(words: PageWords, value: float | tuple[float, float]) -> str:
    """What a decrease by a factor leaves: "1/4", "1/4–1/2"."""
    low, high = (f"1/{end:,.12g}" for end in (value if isinstance(value, tuple) else (value, value)))
    return low if low == high else words("statement.range", low=high, high=low)


def spread(words: PageWords, found: Sequence[ResultRow]) -> str:
    """The span of the changes of one metric and unit: "↑ 1.3x to 4.2x"."""
    ends = [end for one in found for end in (one.result.value if isinstance(one.result.value, tuple) else (one.high,))]
    first = found[0].result
    low, high = (amount(words, end, first.unit) for end in (min(ends), max(ends)))
    span = low if low == high else words("statement.span", low=low, high=high)
    return words(f"statement.{first.change}", amount=span)


def term(shown: Selection, thing: Thing) -> str:
    """What a text calls an entity: its label if the paper's words are one of its names, else these words."""
    return wording(shown, thing.concept, thing.quotes[0].quote) if thing.quotes else thing.label


def _on(shown: Selection, found: EntryResult, kind: str) -> dict[str, str]:
    """What of a type a result was obtained on: labels by identity."""
    named = [one for one in getattr(found.record, LISTS[kind]) if one.canonical in found.result.on]
    return {one.concept or fold(one.canonical): shown.label(one.concept, one.canonical) for one in named}


def spans(one: ResultRow) -> Iterator[tuple[int, int, str]]:
    """Where the words of the fields stand in the sentence of a row: start, end, field."""
    sentence, result, quote = one.quote.sentence, one.result, one.quote.quote
    evidence, text = result.evidence, one.found.document.texts.get(result.evidence.field)
    begin = sentence_at(text.raw, evidence.start, evidence.end)[0] if text and evidence.start >= 0 else 0
    if at := nearest(quote, sentence, evidence.start - begin):
        yield *at, "value"
    for span in sorted((span for span in result.spans if span.name in LIT[1:]), key=lambda span: LIT.index(span.name)):
        words = clean(text.raw[span.start : span.end]) if text else ""
        if at := nearest(words, sentence, span.start - begin):
            yield *at, span.name


def lit(text: str, marked: Iterable[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """A text cut into pieces (words, field); "" is the field of what is not lit. The first of overlapping spans wins.

    >>> lit("2x faster than Finch", [(0, 2, "value"), (15, 20, "baseline")])
    [('2x', 'value'), (' faster than ', ''), ('Finch', 'baseline')]
    """
    kept: list[tuple[int, int, str]] = []
    for start, end, field in marked:
        if all(end <= first or start >= last for first, last, _ in kept):
            kept.append((start, end, field))
    out, place = [], 0
    for start, end, field in sorted(kept):
        out += [(text[place:start], ""), (text[start:end], field)]
        place = end
    return [piece for piece in [*out, (text[place:], "")] if piece[0]]


def lit_sentence(sentence: str, found: Iterable[ResultRow]) -> list[tuple[str, str]]:
    """A sentence in pieces, with the words of all fields of the results that it states lit."""
    return lit(sentence, (span for one in found if one.quote.sentence == sentence for span in spans(one)))


def is_in_language(shown: Selection, label: str) -> bool:
    """Whether a label may stand in a text of the selection's language; Chinese texts may hold English terms."""
    return shown.lang == "zh" or not has_han(label)
