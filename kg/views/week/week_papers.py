"""What the page of a week says of one paper: its name, a summary in the reader's language, one sure figure, a finding.

Summaries and findings are sentences of a source or of the abstract, verbatim. A figure is a sure result of the record;
where the summary states the same number, it is marked there and not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kg.views.brief import certain, sentence, who
from kg.views.readable import alone, as_text, excerpt, refers
from kg.views.selection import (
    Selection,
    behind,
    clean,
    code,
    ids,
    is_within,
    key_sentences,
    link,
    name,
    own_words,
    title,
)
from kg.views.source_summary import approach, findings, short, summary_of
from kg.views.statement import ResultRow, effect, rows
from kg.views.words import settings

if TYPE_CHECKING:
    from kg.model import Paper

_NUMBER = re.compile(r"(?<![A-Za-z\d.])(\d[\d,]*(?:\.\d+)?)(?:\s?([%％倍×xX](?![A-Za-z])|-?times\b|-?fold\b))?")
_BEGIN, _SHORT = 40, 60  # letters of a summary where the paper's own name stands, and of authors in short
_LOW = re.compile(r"\d[\d,.]*[%倍×x]?\s?[-–~～至到]\s?\Z")
_UNITS = {"％": "%"} | dict.fromkeys(("倍", "×", "X", "times", "-times", "fold", "-fold"), "x")


def week_paper(shown: Selection, paper: Paper) -> dict[str, Any]:
    """The fields of a paper of a week; what it lacks is empty."""
    sure = _sure(shown, paper)
    said, other, origin = _summaries(shown, paper, sure)
    best = next((one for one in sure if _place(said, one)), sure[0] if sure else None)
    pieces = marked(said, best)
    stated = effect(shown, best.result, is_short=True) if best else ""
    figure = stated if len(pieces) < 2 and stated not in said else ""
    finding = _finding(shown, paper, best)
    composed = stated + shown.words("brief.stop") if stated else ""
    by = who(shown, paper)
    own, head = as_text(name(paper)), as_text(title(paper)) or ids(paper)[0]
    abstract = next((d.texts["A"].text for d, _ in paper.entries if "A" in d.texts), "")
    return {
        "entries": ids(paper),
        "paper": paper.id,
        "name": own if own in head or (origin == "source" and own in said[:_BEGIN]) else "",
        "title": head,
        "short": excerpt(by or ids(paper)[0], [], _SHORT),
        "who": by,
        "date": shown.date(paper)[:10],
        "link": link(paper),
        "code": code(paper),
        "origin": origin,  # of the summary: source, abstract or composed
        "summary": pieces,  # the words, and whether they are the figure
        "other": other,  # a summary without results, where these stand on top
        "figure": figure,
        "quote": as_text(best.quote.sentence) if best and figure else "",
        "hardware": _devices(shown, paper),
        "abstract": as_text(clean(abstract)),
        "finding": marked(finding or composed, best),
        "is_cited": bool(finding),
        "negative": _negative(shown, paper),
        "strength": round(_strength(sure[0] if sure else None), 2),
    }


def _sure(shown: Selection, paper: Paper) -> list[ResultRow]:
    """The sure results, what says most first: a change before a level, without conditions, of the key sentence."""
    key, cap = key_sentences(paper).get("result"), settings()["week"]["cap"]
    sure = [one for one in rows(shown, paper, sure=True) if not one.result.marks]
    sure = [one for one in sure if shown.lang != "zh" or one.result.metric_concept in shown.graph.vocabulary]

    def rank(one: ResultRow) -> tuple[object, ...]:
        is_key = is_within(key, one.quote.field, one.quote.start)
        return bool(one.factor), not one.setting, is_key, min(one.factor, cap)

    return sorted(sure, key=rank, reverse=True)


def _strength(best: ResultRow | None) -> float:
    """How much a paper's best result says: a factor of change up to the cap, something for a level."""
    if best is None:
        return 0.0
    chosen = settings()["week"]
    strength: float = min(best.factor, chosen["cap"]) or chosen["level"]
    return strength * chosen["conditional"] if best.setting else strength


def _summaries(shown: Selection, paper: Paper, sure: list[ResultRow]) -> tuple[str, str, str]:
    """A summary of one to two lines, the same without results, and what it is taken from."""
    most = settings()["week"]["letters"][shown.lang]
    told = summary_of(paper, shown.lang)
    if said := short(told, most):
        return said, approach(told, most), "source"
    proposal = own_words(paper, "proposes")
    if shown.lang == "en" and proposal:
        main = _shortened(proposal, most)
        stated = (alone(as_text(one.quote.sentence)) for one in sure)
        result = next((one for one in stated if not refers(one, is_first=False)), "") or own_words(paper, "result")
        both = f"{main} {result}" if result and result != proposal else main
        return (both if len(both) <= most else main), main, "abstract"
    found = certain(shown, paper)
    if not (found.effect or found.problem):  # a name says no more than the title
        return "", "", ""
    composed = sentence(shown.words, replace(found, key=""), is_titled=False)
    return composed, composed, "composed"


def _shortened(said: str, most: int) -> str:
    """A sentence cut at the end of a clause if it is too long."""
    end = max(said.rfind(sign, most // 2, most) for sign in (", ", "; ", ": "))
    return f"{said[:end]} …" if len(said) > most and end > 0 else excerpt(said, [], most)


def _numbers(text: str) -> Iterator[tuple[int, int, float, str]]:
    """The numbers of a text: start, end, value, unit (% or x or none)."""
    for found in _NUMBER.finditer(text):
        unit = found[2] or ""
        yield found.start(), found.end(), float(found[1].replace(",", "")), _UNITS.get(unit, unit)


def _place(text: str, best: ResultRow) -> tuple[int, int] | None:
    """Where a text states the number of a result."""
    value = best.result.value
    ends = value if isinstance(value, tuple) else (value,)
    unit = best.result.unit if best.result.unit in ("%", "x") else ""
    for start, end, number, own in _numbers(text):
        if number in ends and (own == unit or (not unit and not own)):
            low = _LOW.search(text[:start])  # "9.1-28.0x"
            return low.start() if low else start, end
    return None


def marked(text: str, best: ResultRow | None) -> list[tuple[str, bool]]:
    """A text in pieces, with the number of a result in a piece of its own."""
    place = _place(text, best) if best and text else None
    if place is None:
        return [(text, False)] if text else []
    start, end = place
    return [piece for piece in ((text[:start], False), (text[start:end], True), (text[end:], False)) if piece[0]]


def _finding(shown: Selection, paper: Paper, best: ResultRow | None) -> str:
    """A sentence of the source's summary or of the abstract that states the best result, "" if none does."""
    if best is None:
        return ""
    most = settings()["week"]["sentence"][shown.lang]
    told = findings(summary_of(paper, shown.lang)) if shown.lang == "zh" else iter([as_text(best.quote.sentence)])
    fitting = (one for one in (alone(one, shown.lang) for one in told) if len(one) <= most and _place(one, best))
    said = next((one for one in fitting if not refers(one)), "")
    return said + shown.words("brief.stop") if said and said[-1].isalnum() else said


def _negative(shown: Selection, paper: Paper) -> str:
    """A sentence that states a negative result, "" where none does: a loss behind "but", or a cue of failure."""
    cues = settings()["week"]["negative"][shown.lang]
    key = key_sentences(paper).get("proposes")  # a study may propose nothing
    told = findings(summary_of(paper, "zh")) if shown.lang == "zh" else behind(paper, key.start if key else None)
    found = [
        one for one in (alone(one, shown.lang) for one in told) if len(one) <= cues["most"] and _is_negative(one, cues)
    ]
    return next((one for one in found if any(_numbers(one))), "")


def _is_negative(said: str, cues: dict[str, Any]) -> bool:
    text = f" {said.casefold()} "
    if any(cue in text for cue in cues["not"]):
        return False
    if any(cue in text for cue in cues["sure"]):
        return True
    behind = next((f" {text.partition(cue)[2]}" for cue in cues["but"] if cue in text), "")
    return any(cue in behind for cue in cues["loss"]) and not any(cue in behind for cue in cues["gain"])


def _devices(shown: Selection, paper: Paper) -> list[str]:
    """The devices that a paper surely names, without kinds of devices."""
    device, named = settings()["week"]["device"], shown.things(paper, "hardware", sure=True)
    return [one.label for one in named if re.search(device, shown.graph.label(one.concept, "en"))][:3]
