"""The takeaways of a report: what its papers do most, what they gain, whom they beat; each with a quotation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from typing import Any

from kg.model import Document, Mention, Paper, Record
from kg.query.corpus import Corpus
from kg.text import fold
from kg.views import measured
from kg.views.borne import KEPT
from kg.views.latex import as_text
from kg.views.own import is_own
from kg.views.quotation import by_itself, contribution, text_of
from kg.views.report.claims import claims
from kg.views.report.doing import OWN
from kg.views.report.layout import Part
from kg.views.report.methods import Told, figures, is_gain, is_quality, told
from kg.views.report.table import cited, said
from kg.views.selection import EntryQuote, Selection, ids, name, named, quoted, title
from kg.views.stated import SPEED
from kg.views.surface import places
from kg.views.wording import full_forms

_SEVERAL = 3  # papers behind a takeaway
_PART, _COMMON = 0.1, 0.2  # of the selection's papers at least, and of the graph's at most, that have a technique
_GAINS = 3  # takeaways on gains
_TELLING = 1.2  # times better, of what one paper reports
_TYPICAL, _LOOKED = 2, 20  # times as often as elsewhere, and techniques that are looked at


def takeaways(shown: Selection, part: Part, about: Set[str], names: str = "") -> dict[str, Any]:
    """Sentences made of sure claims, each with the papers that it counts and the words of one of them.

    `about`: the concepts of what the report is on, wider ones too, which say nothing new; `names`: a regular expression
    for them. Papers whose title has one come first as examples: others do it, but may gain by something else.
    """
    made = {paper.id: told(shown, paper) for paper in shown.papers}
    titled = {paper.id for paper in shown.papers if not names or re.search(names, title(paper))}
    rows = [
        row
        for row in (
            _approach(shown, about),
            *_gains(shown, made, titled),
            _quality(shown, made, titled),
            _beaten(shown),
        )
        if row
    ]
    reported = {
        paper: next(
            _in_words(shown, [one for one in figures(shown, results) if one and one.result.change != "absolute"]), None
        )
        for paper, results in made.items()
    }

    def telling(paper: Paper) -> tuple[bool, bool, bool]:
        one = reported[paper.id]
        return not one or one.factor < _TELLING, paper.id not in titled, not one or not one.result.baseline

    order = sorted(shown.papers, key=telling)
    alone = (_reported(shown, paper, reported[paper.id]) for paper in order)
    own = (_proposed(shown, paper) for paper in shown.papers)
    for row in filter(None, chain(alone, own)):  # few papers: what each of them reports, or says that it does
        if len(rows) >= part.most:
            break
        if not any(row["of"] == other["of"] for other in rows):
            rows.append(row)
    return {
        "kind": "takeaways",
        "title": shown.words("report.takeaways"),
        "note": shown.words("report.takeaways_note") if rows else shown.words("report.nothing"),
        "rows": rows[: part.most],
        "left_out": "",
    }


def _in_words(shown: Selection, results: list[Told]) -> Iterator[Told]:
    """The results that the language has words for."""
    return (one for one in results if one.in_words(shown))


def _row(text: str, papers: list[Paper], quote: EntryQuote, of: Paper, notes: str = "") -> dict[str, Any]:
    """A takeaway; `notes` are the short forms of its quotation."""
    row = {"text": text, "papers": cited(papers), "count": len(papers), "quote": said([quote]), "of": of.id}
    return row | {"short_forms": notes}


def _quote(one: Told) -> EntryQuote:
    return quoted(one.found.document, one.result.evidence)


def _called(shown: Selection, paper: Paper) -> str:
    """How a sentence calls a paper: what texts call it, or its whole title where they have no name for it."""
    said, whole = named(paper, shown.date(paper)), as_text(title(paper))
    is_titled = " …" in said or (whole in said and not name(paper))
    return shown.words("brief.titled", title=whole) if is_titled else said


def _reported(shown: Selection, paper: Paper, one: Told | None) -> dict[str, Any] | None:
    """What a paper reports."""
    if not one:
        return None
    who, what = _called(shown, paper), one.in_words(shown)
    key = "report.takeaway_states" if what.startswith("“") else "report.takeaway_one"  # no words of a language tell it
    return _row(shown.words(key, paper=who, outcome=what), [paper], _quote(one), paper)


def _proposed(shown: Selection, paper: Paper) -> dict[str, Any] | None:
    """What a paper says that it does, as its text has it."""
    texts = [(document.id, field, text.raw) for document, _ in paper.entries for field, text in document.texts.items()]
    for sentence in map(by_itself, contribution(shown, paper)[:1]):
        for entry, field, raw in texts:
            if (at := raw.find(sentence)) >= 0:
                quote = EntryQuote(entry, field, at, at + len(sentence), sentence, sentence)
                who = _called(shown, paper)
                notes = full_forms(shown, sentence, text_of(paper, ()), who)
                return _row(shown.words("report.takeaway_own", paper=who), [paper], quote, paper, notes)
    return None


def _approach(shown: Selection, about: Set[str]) -> dict[str, Any] | None:
    """The technique that most papers surely propose or use, narrower ones with it, of those typical of the selection.

    Typical is what a good part of the papers have, twice as many as elsewhere; what a good part of the whole graph has
    ("transformer") and the selection's own name say nothing new.
    """
    vocabulary, corpus = shown.graph.vocabulary, Corpus.of(shown.graph.store)
    found: dict[str, dict[str, Paper]] = defaultdict(dict)
    stated: dict[str, set[str]] = defaultdict(set)  # papers that name the technique itself, no narrower one
    proposed: dict[str, set[str]] = defaultdict(set)
    mentions: dict[str, list[tuple[Document, Record, Mention]]] = defaultdict(list)
    for paper in shown.papers:
        for document, record in paper.entries:
            for m in record.techniques:
                if m.sure and m.role in OWN and m.concept in vocabulary:
                    stated[m.concept].add(paper.id)
                    mentions[m.concept].append((document, record, m))
                    for concept in (m.concept, *vocabulary.broader(m.concept)):
                        found[concept][paper.id] = paper
                        proposed[concept] |= {paper.id} if m.role == "proposed" else set()
    topic = {
        word for label in (shown.name, *(vocabulary[c].label["en"] for c in about)) for word in fold(label).split()
    }

    def is_typical(concept: str) -> bool:
        every = corpus.count(corpus.papers_with(sorted(vocabulary.narrower(concept)))) / len(corpus)
        return len(found[concept]) >= _TYPICAL * every * len(shown.papers) and every <= _COMMON

    least = max(_SEVERAL, _PART * len(shown.papers))
    several = [c for c in found if len(found[c]) >= least and c in stated and c not in about]
    # No "KV cache", to which something is done, nor "vision transformer", which is what others work on.
    several = [c for c in several if 2 * len(stated[c]) >= len(found[c]) and 3 * len(proposed[c]) >= len(found[c])]
    kinds, plain = vocabulary.cues("model-frame"), vocabulary.cues("plain")  # full attention is what others beat
    labels_of = {c: fold(vocabulary[c].label["en"]).split() for c in several}
    telling = [
        c
        for c, said in labels_of.items()
        if not topic.issuperset(said) and said[-1] not in kinds and said[0] not in plain
    ]
    order = [c for c in sorted(telling, key=lambda c: (-len(found[c]), c))[:_LOOKED] if is_typical(c)]
    if not order:
        return None
    best = order[0]
    behind = [c for c in order[1:] if best not in vocabulary.broader(c) and c not in vocabulary.broader(best)][:2]
    words, papers = shown.words, list(found[best].values())
    others = words.listed([words("report.with_count", label=shown.label(c), n=len(found[c])) for c in behind])
    values = {"technique": shown.label(best), "n": len(papers), "all": len(shown.papers), "total": f"{len(corpus):,}"}
    key = "report.takeaway_approach" if behind else "report.takeaway_approach_only"
    quote = _in_own_words(mentions[best])
    of = next(paper for paper in shown.papers if quote.entry in ids(paper))
    return _row(words(key, others=others, **values), papers, quote, of)


def _in_own_words(mentions: list[tuple[Document, Record, Mention]]) -> EntryQuote:
    """Of all sentences that name what is mentioned the first in which a paper says most of itself."""

    def naming() -> Iterator[tuple[int, EntryQuote]]:
        for document, record, m in mentions:
            raw = document.texts[m.field].raw if m.field in document.texts else ""
            for one in (m, *(replace(m, start=start, end=end) for start, end in places(raw, m.surface))):
                quote = quoted(document, one)
                yield (m.role == "proposed") + is_own([record.name], quote.sentence), quote

    return max(naming(), key=itemgetter(0))[1]


def _middle(sayable: list[Told], titled: Set[str]) -> Told:
    """The one in the middle of sorted results, of papers with a title on the subject if there are any."""
    first = [one for one in sayable if one.paper.id in titled] or sayable
    return first[len(first) // 2]


def _gains(shown: Selection, made: dict[str, list[Told]], titled: Set[str]) -> Iterator[dict[str, Any]]:
    """The metrics for which most papers tell a gain, with one in the middle of these papers as an example."""
    by: dict[tuple[str, str, str], dict[str, Told]] = defaultdict(dict)
    for paper, results in made.items():
        for one in results:
            if is_gain(shown, one.result) and one.result.change != KEPT and one.result.metric_concept:
                key = (one.result.metric_concept, one.result.unit, one.result.change)
                if paper not in by[key] or one.high > by[key][paper].high:
                    by[key][paper] = one
    order = sorted((key for key in by if len(by[key]) >= _SEVERAL), key=lambda key: (-len(by[key]), key))
    seen: set[str] = set()
    for key in order:
        kind = _kind(shown, key[0])
        if kind in seen or len(seen) >= _GAINS:
            continue
        seen.add(kind)
        found = sorted(by[key].values(), key=lambda one: (one.high, one.paper.id))
        if sayable := [*_in_words(shown, found)]:
            yield _spread(shown, found, _middle(sayable, titled))


def _kind(shown: Selection, metric: str) -> str:
    """What a metric is one of: decoding speed and latency are both of speed, which one takeaway is enough for."""
    widest = [metric, *shown.graph.vocabulary.broader(metric)][-1]
    known = shown.graph.vocabulary.concepts.get(widest)
    return known.facts.get("gainOf", widest) if known else widest


def _spread(shown: Selection, found: list[Told], of: Told) -> dict[str, Any]:
    """What several papers tell of one metric, with an example: baselines differ, so that no mean says anything."""
    concept = of.result.metric_concept
    named_metric = next((said for one in found if (said := _unlike(shown, one))), shown.label(concept))
    text = shown.words(
        f"report.takeaway_{of.result.change}",
        more=measured.direction(shown, of.result, named_metric),
        metric=named_metric,
        n=len(found),
        paper=named(of.paper, shown.date(of.paper)),
        outcome=of.in_words(shown),
    )
    return _row(text, [one.paper for one in found], _quote(of), of.paper)


def _unlike(shown: Selection, one: Told) -> str:
    """The metric of a result in words where these say less than the label of its concept, as a speed of anything."""
    said = measured.metric(shown, one.result)
    return said if one.result.metric == SPEED else ""


def _quality(shown: Selection, made: dict[str, list[Told]], titled: Set[str]) -> dict[str, Any] | None:
    """What is kept of the quality, with the paper in the middle of those that say so as an example."""
    kept = [one for results in made.values() for one in results if one.result.change == KEPT]
    kept = sorted({one.paper.id: one for one in kept if is_quality(shown, one.result)}.values(), key=lambda o: o.high)
    sayable = [*_in_words(shown, kept)]
    if len(kept) < _SEVERAL or not sayable:
        return None
    of = _middle(sayable, titled)
    what = of.in_words(shown)
    text = shown.words("report.takeaway_kept", n=len(kept), paper=named(of.paper, shown.date(of.paper)), outcome=what)
    return _row(text, [one.paper for one in kept], _quote(of), of.paper)


def _beaten(shown: Selection) -> dict[str, Any] | None:
    """What most papers say that they beat, by its name."""
    found: dict[str, dict[str, tuple[Paper, EntryQuote]]] = defaultdict(dict)
    for claim in claims(shown):
        if fold(shown.label(claim.loser)) in fold(claim.quote.quote):
            found[claim.loser].setdefault(claim.paper.id, (claim.paper, claim.quote))
    order = sorted(found, key=lambda c: (-len(found[c]), c))
    if not order or len(found[order[0]]) < _SEVERAL:
        return None
    behind = list(found[order[0]].values())
    paper, quote = behind[0]
    who = {"loser": shown.label(order[0]), "n": len(behind), "paper": named(paper, shown.date(paper))}
    return _row(shown.words("report.takeaway_beaten", **who), [one for one, _ in behind], quote, paper)
