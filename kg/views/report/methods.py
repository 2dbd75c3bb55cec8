"""The table of a report: a line a paper, with what it does, what that gains and costs, and what it ran on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from kg.extract.template import what_it_does
from kg.model import Document, Mention, Paper, Result
from kg.text import sentences
from kg.views import measured, outcome
from kg.views.borne import KEPT, borne, is_bought, sentence
from kg.views.brief import sentence_of_source
from kg.views.effects import effects
from kg.views.kinds import is_vague, opening
from kg.views.latex import as_text, quotable
from kg.views.own import since_own
from kg.views.quotation import (
    by_itself,
    contribution,
    first_sentence,
    names,
    says_title,
    sentences_of,
    text_of,
    without_bracket,
)
from kg.views.report.layout import Part
from kg.views.report.obtained import devices, is_kind, obtained_on
from kg.views.report.table import Group, Row, identity, said, section, things
from kg.views.selection import EntryQuote, EntryResult, Selection, code, ids, name, quoted, title
from kg.views.slots import proposing, slots
from kg.views.stated import SPEED
from kg.views.surface import spelt_out, stands_for
from kg.views.wording import Wording, full_forms
from kg.views.words import PageWords, pattern

_NAMED = 3  # models and devices of a line
_OWN = ("used", "evaluated")  # what a paper does with a model of its own work
_CHIPS = re.compile(r"[A-Z]+")  # a kind of chip without a name: "GPU"
#: Before a model that is only started from: "building upon Foo", "the mechanism of the Foo".
_ORIGIN = (
    r"(?i)\b(?:(?:<winning.built>|building|builds?) <winning.upon>|<clause.origins> of|derived from) "
    r"(?:the |an? )?(?:pre-?trained )?$"
)
_LIKE = re.compile(r"-[a-z]{4}")
_AHEAD = 40  # letters before a model
#: What a gain leaves of the quality: "while keeping high visual fidelity", "with no loss in accuracy".
_KEEPS = (
    r"\b(?i:while (?:[a-z]+ly )?<report.keeping>|(?:with|at) (?:[a-z]+ly )?<report.hardly>|"
    r"without (?:[a-z]+ly )?(?:any|loss|[a-z]+ing))\s"
    r"(?:(?!while\b|with\b|without\b|respectively\b|and [a-z]+ing\b)[^\s,;:()]+\s+){0,7}?<report.kept>\b"
    r"(?:(?:\s(?:<report.kept>|and|of|in|on|across|over|or)\b)(?:(?!,?\s(?:while|and)\b|\.(?:\s|$))[^,;:()])*)?"
)
_GOES_ON = re.compile(r"\s(?!and\b|while\b|at\b|for\b|with\b|when\b|compared\b)[a-z]")  # "keeping the drop below 3%"
_LIST_ON, _WHERE = re.compile(r", [a-z][\w -]*,(?: and)? "), re.compile(r" (?:in|on|across|over) [^,]*$")
_TITLED = re.compile(
    r"(?P<name>[A-Z][^,;:()]*?)(?: \([^()]*\))?,? which (?:is (?=an? )|(?=(?:[a-z]+ly )?(?!is )[a-z]+s ))"
)
_BY = re.compile(r"[A-Z][^,;:]*? by [a-z]+ing\b")  # "Late Gates by skipping", of "we present Late Gates by"
_MAY_GO = ("model", "hardware", "code", "institution")  # columns that are left out where nothing stands in them


@dataclass(frozen=True, slots=True)
class Told:
    """A result that its sentence bears out and that is no loss, as a sentence may tell it."""

    paper: Paper
    found: EntryResult
    result: Result
    price: Result | None = None  # what a share is kept at, of the same sentence

    @property
    def high(self) -> float:
        return self.result.value[1] if isinstance(self.result.value, tuple) else self.result.value

    @property
    def low(self) -> float:
        return self.result.value[0] if isinstance(self.result.value, tuple) else self.result.value

    def in_words(self, shown: Selection) -> str:
        """The result as a noun phrase, see `outcome.phrase`."""
        document, result = self.found.document, self.result
        text = document.texts[result.evidence.field].text if result.evidence.field in document.texts else ""
        full = spelt_out(result.baseline, text)  # what a baseline is called for short only its paper knows
        if shown.lang == "zh":
            bare = without_bracket(full)
            full = bare if Wording(shown.graph.vocabulary)(bare) else result.baseline
        sentence = quoted(document, result.evidence).sentence
        price = outcome.phrase(shown, self.price, against=False) if self.price else ""
        return outcome.phrase(shown, replace(result, baseline=full), sentence=sentence, price=price)

    @property
    def factor(self) -> float:
        """How many times better: 2 for twice as fast and for half the memory."""
        if self.result.unit == "x":
            return self.high
        share = min(self.high, 99.99) / 100
        if self.result.change == KEPT:
            return 1 / max(self.low / 100, 0.0001)
        return 1 / (1 - share) if self.result.change == "decrease" else 1 + share


def told(shown: Selection, paper: Paper) -> list[Told]:
    """The results of a paper that can be told, in text order."""
    found = [Told(paper, one, result) for one, result in borne(shown, paper) if result]
    found = [one for one in found if not measured.gets_worse(shown, one.result)]
    priced = (_with_price(shown, one, found) for one in found)
    return [one for one in priced if one]


def _with_price(shown: Selection, told: Told, others: list[Told]) -> Told | None:
    """A result with the price that its sentence names for a share that is kept; None where that cannot be told."""
    if not is_bought(shown.graph.vocabulary, told.found, told.result):
        return told
    said = sentence(told.found)
    gains = [one.result for one in others if sentence(one.found) == said and is_gain(shown, one.result)]
    prices = [one for one in gains if one.change == "decrease"] or gains
    return replace(told, price=replace(prices[0], setting="")) if prices else None


def is_gain(shown: Selection, result: Result) -> bool:
    """Whether a result says how much smaller, faster or cheaper something is; of tokens that are kept, how few."""
    is_known = result.metric_concept in shown.graph.vocabulary or result.metric.endswith(SPEED)
    is_change = result.change in ("increase", "decrease", KEPT) and result.unit in ("x", "%")
    return is_change and (is_known or result.change != "increase") and not is_quality(shown, result)


def is_quality(shown: Selection, result: Result) -> bool:
    """Whether a result says how good the outputs are: a share kept, or a metric of quality."""
    known = shown.graph.vocabulary.concepts.get(result.metric_concept)
    if result.change == KEPT:
        return not measured.is_size(shown, result)
    words, say = set((known.label["en"] if known else result.metric).split()), PageWords("en")
    if not words.isdisjoint(say("report.quality_lower").split()):
        return True
    if not known:
        return False
    if result.unit == "x" and result.change != "absolute":
        return not {*result.metric.split()}.isdisjoint(say("report.qualities").split())  # higher "performance" is speed
    is_plain = known.facts.get("unit", "") in ("", "%", "points") and known.facts.get("better") == "higher"
    return is_plain and words.isdisjoint(say("report.no_quality").split())


def methods(shown: Selection, part: Part) -> dict[str, Any]:
    """A line a paper: those with a sure figure first, then those nearest to the selection."""
    known = {paper.id: figures(shown, told(shown, paper)) for paper in shown.papers}
    order = sorted(shown.papers, key=lambda paper: not any(known[paper.id]))[: part.most]
    rows = [_row(shown, paper, *known[paper.id]) for paper in order]
    filled = [column for column in part.columns if column not in _MAY_GO or any(row[column] for row in rows)]
    part = replace(part, columns=tuple(filled))
    made = section(shown, part, [Group(rows, all=len(shown.papers))], shown.words("report.methods_note"))
    return made | {"kind": "methods"}


def figures(shown: Selection, results: list[Told]) -> tuple[Told | None, Told | None]:
    """The surest gain among the results of a paper, and what they say of quality."""
    gains = [one for one in results if is_gain(shown, one.result)]
    quality = [one for one in results if is_quality(shown, one.result)]
    gain = max(gains, key=lambda one: one.found.result.confidence, default=None)
    kept = max(quality, key=lambda one: (one.result.change == KEPT, one.found.result.confidence), default=None)
    return gain, kept


def _row(shown: Selection, paper: Paper, gain: Told | None, kept: Told | None) -> Row:
    does, is_quote = _does(shown, paper)
    quotes = [quoted(one.found.document, one.result.evidence) for one in (gain, kept) if one]
    return {
        "method": as_text(title(paper)),
        "paper": ids(paper)[0],
        "papers": ids(paper)[:1],
        "date": shown.date(paper)[:7],
        "does": does,
        "is_quote": is_quote,
        "short_forms": full_forms(shown, does, text_of(paper, ()), name(paper)),
        "gain": gain.in_words(shown) if gain else "",
        "factor": round(gain.factor, 4) if gain else 0,
        "quality": kept.in_words(shown) if kept else _kept(shown, gain) if gain else "",
        "model": _models(shown, paper, [one for one in (gain, kept) if one]),
        "hardware": _devices(shown, paper),
        "code": code(paper),
        "institution": [{"concept": t.concept, "label": as_text(t.label)} for t in shown.things(paper, "institution")],
        "quote": said(quotes or _stated(shown, paper)),
    }


def _kept(shown: Selection, gain: Told) -> str:
    """What the sentence of a gain says of the quality without a number, quoted; "" where it says nothing."""
    said = quotable(quoted(gain.found.document, gain.found.result.evidence).sentence)
    found = pattern(_KEEPS).search(said)
    if not found or re.search(r"\d|\b(?:its|their|this|these)\b", found[0]) or _GOES_ON.match(said, found.end()):
        return ""
    kept = found[0].strip().removeprefix("while ")
    if _LIST_ON.match(said, found.end()):
        kept = _WHERE.sub("", kept)  # "with no loss in reading", before ", writing, and counting"
    return shown.words("brief.quote", quote=kept)


def _stated(shown: Selection, paper: Paper) -> list[EntryQuote]:
    """The sentence of the surest result that only its own words can tell."""
    own = effects(shown, paper, (), "").quote
    found = (quoted(one.document, one.result.evidence) for one in shown.outcomes(paper))
    found = (one for one in found if own and own.endswith(quotable(one.sentence) or "\n"))
    return [replace(one, quote=one.sentence) for one in found][:1]


def _does(shown: Selection, paper: Paper) -> tuple[str, bool]:
    """What a paper says that it proposes, or its own sentence, and whether it is that.

    A part of a method beside a problem that another part may solve would say what no paper does.
    """
    if own := sentence_of_source(shown, paper):
        return shown.words("brief.of_source", quote=what_it_does(own)).rstrip("。"), False
    found = proposing(shown, paper)
    if found.proposal:
        said = found.proposal.itself or found.proposal.what
        said = _without_name(said, found.name, name(paper), title=title(paper))
        # "Foo from the perspective of objectives", "Late Gates for maps" of LG tell little, "to skip gates" is a part
        is_less = re.match(rf"to [a-z]|{re.escape(name(paper))},? (?!an? |the )[a-z]+\b", said) is not None
        called, use, _ = said.partition(" for ")
        is_less = is_less or bool(use and called.istitle() and name(paper) and stands_for(name(paper), called))
        is_less = is_less or _BY.match(said) is not None
        if not (is_less or is_vague(shown, said)):
            return said, False
    if found.is_kind and not found.is_bare and found.technique.startswith(opening(shown)):
        return found.technique, False  # a kind without what it is for is less than its sentence
    quotes = contribution(shown, paper) or [
        quote for one in sentences_of(paper, ()) if says_title(paper, one) and (quote := quotable(one))
    ]
    if quotes:
        return by_itself(quotes[0]), True
    whole = slots(shown, paper)
    if whole.technique:
        return whole.technique, False
    return next(iter([*whole.quotes, *first_sentence(paper, ())]), ""), True


def _without_name(said: str, *called: str, title: str) -> str:
    """What a method is or does, without its names, which stand beside it: "a gate", of "Foo, a gate", "a gate, Foo"."""
    titled = _TITLED.match(said)
    if titled and (titled["name"] in title or any(stands_for(one, titled["name"]) for one in called if " " not in one)):
        said = said[titled.end() :]  # "Late Gates for Maps which skips"
    for one in filter(None, called):
        own = re.escape(one)
        said = re.sub(rf"^{own}[,:] (?=an? |the )", "", said).replace(f" ({one})", "")
        said = re.sub(rf"^{own}(?: \([^()]*\))?, which (?=(?:[a-z]+ly )?[a-z]+s )", "", said)
        said = re.sub(r"^(?:[A-Z][\w-]*(?:, | and )?)+ as (?=[a-z])", "", said)
        said = pattern(rf",? <proposal.called>,? (?:[\w-]+ )*{own}$").sub("", said)
    return said


def _models(shown: Selection, paper: Paper, results: list[Told]) -> list[dict[str, str]]:
    """The models that a paper surely uses or tests, and those that some of its results were obtained on."""
    own = (
        m
        for document, record in paper.entries
        for m in record.models
        if m.sure and m.role in _OWN and not _is_origin(document, m)
    )
    named = {identity(m.concept, m.canonical): shown.label(m.concept, m.canonical) for m in own}
    for one in results:
        named |= obtained_on(shown, one.found, names(paper), one.found.record.models)
    return things(named)[:_NAMED]


def _is_origin(document: Document, model: Mention) -> bool:
    """Whether a model is but what the work starts from, or takes a part of."""
    raw = document.texts[model.field].raw if model.field in document.texts else ""
    is_like = bool(_LIKE.match(raw, model.end))  # "Foo-aligned gates"
    return is_like or pattern(_ORIGIN).search(raw, max(0, model.start - _AHEAD), max(0, model.start)) is not None


def _devices(shown: Selection, paper: Paper) -> list[dict[str, str]]:
    """The devices that a paper surely names of its own work, no kinds of them ("edge devices", "GPU")."""
    found = {}
    for document, record in paper.entries:
        own = _since_own(document, [*names(paper), record.name])
        for m in record.hardware:
            is_named = m.sure and not is_kind(shown, m) and not _CHIPS.fullmatch(m.canonical)
            if is_named and (m.field != "A" or not own or m.surface in own):
                found[identity(m.concept, m.canonical)] = shown.label(m.concept, m.canonical)
    for one in told(shown, paper):
        found |= {one: label for one, label in devices(shown, one.found).items() if not _CHIPS.fullmatch(label)}
    return things(found)[:_NAMED]


def _since_own(document: Document, called: list[str]) -> str:
    """An abstract from where it first speaks of its work on; "" if it does so from the beginning, or never.

    "Edge devices are slow" before that is background.
    """
    raw = document.texts["A"].raw if "A" in document.texts else ""
    spans = [*sentences(raw)]
    begins = since_own(called, [raw[first:last] for first, last in spans])
    return raw[spans[begins][0] :] if begins else ""
