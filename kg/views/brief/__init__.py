"""The brief of a paper: who presented what, and what it is, with which technique, with which effect.

A source's own Chinese sentence or summary says it where there is one. Else each part is filled from statements of the
record by a fixed template, or left out, and the paper's own sentences on its proposal and main result follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from kg.model import KgError, Paper
from kg.safe_output import json_text
from kg.text import fold, has_han, one_line
from kg.views.readable import as_text
from kg.views.render import render
from kg.views.rendered import View
from kg.views.selection import (
    Selection,
    Thing,
    clean,
    ids,
    is_within,
    key_sentences,
    link,
    name,
    named,
    own_words,
    title,
)
from kg.views.source_summary import short, summary_of
from kg.views.statement import ResultRow, effect, is_in_language, is_name, rows, term
from kg.views.words import settings

if TYPE_CHECKING:
    from kg.views.reader import GraphReader
    from kg.views.words import PageWords

#: The texts that a brief may use.
ORIGINS: dict[str, tuple[str, ...]] = {"record": (), "abstract": ("T", "A", "I")}
_INSTITUTIONS, _LISTED, _EFFECTS = 6, 2, 3  # institutions, techniques and problems, and effects that are named
_WITHIN = str.maketrans("“”", "‘’")  # marks of a quotation within another


@dataclass(frozen=True, slots=True)
class BriefParts:
    """The four parts of a brief, the paper's title, and the key result sentence; empty where nothing fills them."""

    who: str
    title: str
    technique: str
    problem: str
    effect: str
    key: str


def brief(graph: GraphReader, paper: Paper, lang: str = "en", origin: str = "record") -> str:
    """The brief of a paper in English or Chinese.

    `origin` "record" uses all of the record, and in Chinese quotes the sentence of a source that has one. "abstract"
    uses title, abstract and institution line only: an entry with other texts is extracted again without them.
    """
    return compose(Selection.of(graph, [paper], lang), paper, origin)


def compose(shown: Selection, paper: Paper, origin: str = "record") -> str:
    """The brief of a paper of a selection; raises KgError for an unknown `origin`."""
    return str(data(shown, paper, origin)["text"])


def source_words(shown: Selection, paper: Paper, field: str) -> str:
    """What a source says of a paper in Chinese: its brief, or in short its summary; "" in another language."""
    if shown.lang != "zh":
        return ""
    if field == "S":
        return short(summary_of(paper, "zh"), settings()["brief"]["summary"])
    found = (document.texts[field].raw for document, _ in paper.entries if field in document.texts)
    return one_line(next(filter(has_han, found), ""))


def parts(shown: Selection, paper: Paper, origin: str = "record", fields: Collection[str] = ()) -> BriefParts:
    """The parts of a brief, filled from the record; `fields`: the only texts whose claims count, if any are named.

    Raises KgError for an unknown `origin`.
    """
    if origin not in ORIGINS:
        raise KgError(f"A brief is not made from {origin!r}: choose one of {', '.join(ORIGINS)}.")
    if origin != "record":
        paper = reread(shown.graph, paper, ORIGINS[origin])
    words, key = shown.words, key_sentences(paper)
    found, problems = main_results(shown, paper, fields), _sayable(shown, paper, "problem", fields)
    return BriefParts(
        who=_institutions(shown, paper) or first_author(shown, paper),
        title=as_text(title(paper)),
        technique=words("brief.join").join(techniques(shown, paper, fields)),
        problem=words("brief.join").join(_chosen(shown, paper, problems, "problem")[:_LISTED]),
        effect=words("brief.join_effects").join(effect(shown, one.result) for one in found),
        key=as_text(clean(key["result"].quote)) if "result" in key else "",
    )


def sentence(words: PageWords, found: BriefParts, *, is_titled: bool = True) -> str:
    """The parts in the fixed template of the language, without who and title where these stand elsewhere."""
    key = ("brief.presented" if found.who else "brief.paper") + ("" if found.title else "_untitled")
    what = [words(key, who=found.who, title=found.title)] if is_titled else []
    form = "part" if is_titled else "alone"
    said = [*what, *(words(f"brief.{part}_{form}", value=value) for part in PARTS if (value := getattr(found, part)))]
    text = words("brief.gap").join(said) + words("brief.stop") if said else ""
    return text + (words("brief.key_part", quote=found.key.translate(_WITHIN)) if found.key else "")


PARTS = ("technique", "problem", "effect")


def main_results(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> list[ResultRow]:
    """The results of a paper that a brief names: those of its key sentence that are likely, else its sure ones."""
    key, least = key_sentences(paper).get("result"), settings()["brief"]["least_confidence"]
    likely = (one for one in rows(shown, paper) if one.result.sure or one.result.confidence >= least)
    every = [one for one in likely if not fields or one.result.evidence.field in fields]
    main = [one for one in every if is_within(key, one.result.evidence.field, one.result.evidence.start)]
    return (main or [one for one in every if one.result.sure])[:_EFFECTS]


def who(shown: Selection, paper: Paper) -> str:
    """The first author of a paper in full, "et al.", and the institutions where they are known."""
    author, institutions = first_author(shown, paper), _institutions(shown, paper)
    if author and institutions:
        return shown.words("brief.at", author=author, institutions=institutions)
    return author or institutions


def _institutions(shown: Selection, paper: Paper) -> str:
    words, labels = shown.words, [thing.label for thing in shown.things(paper, "institution")]
    listed = words("brief.comma").join(labels[:_INSTITUTIONS])
    return words("brief.more", names=listed) if len(labels) > _INSTITUTIONS else listed


def first_author(shown: Selection, paper: Paper) -> str:
    """The first author, "et al." where there are others; "" without authors."""
    authors = next((document.authors for document, _ in paper.entries if document.authors), ())
    if not authors:
        return ""
    family, _, given = clean(authors[0]).partition(",")
    first = f"{given.strip()} {family.strip()}".strip()
    return shown.words("brief.et_al", name=first) if len(authors) > 1 else first


def techniques(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> list[str]:
    """The techniques that a paper proposes, its own name first where the title lacks it, or where it has no other."""
    called, head = name(paper), title(paper)
    proposed = [one for one in _sayable(shown, paper, "technique", fields) if one.role == "proposed"]
    others = [one for one in proposed if not _is_called(one, (called, head))]
    found = _chosen(shown, paper, others, "proposes")
    is_shown = called and len(others) < len(proposed) and not (found and fold(called) in fold(head))
    return [*([called] if is_shown else []), *found][:_LISTED]


def _is_called(one: Thing, names: Iterable[str]) -> bool:
    own = {fold(called) for called in names}
    return fold(one.label) in own or any(fold(quote.quote) in own for quote in one.quotes)


def _sayable(shown: Selection, paper: Paper, kind: str, fields: Collection[str]) -> list[Thing]:
    found = shown.things(paper, kind)
    found = [one for one in found if not fields or any(quote.field in fields for quote in one.quotes)]
    return [one for one in found if is_in_language(shown, term(shown, one))]


def _chosen(shown: Selection, paper: Paper, found: Iterable[Thing], role: str) -> list[str]:
    """The terms of those things that are sure, or in the title or the key sentence of a role; both come first."""
    key = key_sentences(paper).get(role)
    sure = {thing.concept for kind in ("technique", "problem") for thing in shown.things(paper, kind, sure=True)}

    def marks(thing: Thing) -> int:
        is_key = any(quote.field == "T" or is_within(key, quote.field, quote.start) for quote in thing.quotes)
        return is_key + (thing.concept in sure)

    kept = [thing for thing in found if marks(thing)]
    return list(dict.fromkeys(term(shown, thing) for thing in sorted(kept, key=marks, reverse=True)))


def reread(graph: GraphReader, paper: Paper, fields: Collection[str]) -> Paper:
    """The paper as extracted from these fields only; entries without other fields are unchanged."""
    from kg.build.pipeline import Pipeline  # loads all readers of files, which most views do not need

    pipeline = Pipeline(overrides=getattr(graph, "overrides", None))
    entries = []
    for document, record in paper.entries:
        if not document.texts.keys() <= set(fields):
            texts = {field: text for field, text in document.texts.items() if field in fields}
            document = replace(document, texts=texts)
            record = pipeline.record(document)
        entries.append((document, record))
    return Paper(paper.id, entries)


def data(shown: Selection, paper: Paper, origin: str = "record") -> dict[str, Any]:
    """A brief as plain data: its text, its parts, and the key sentences of the paper."""
    if origin != "record":
        parts(shown, paper, origin)  # raises for an unknown origin
        paper = reread(shown.graph, paper, ORIGINS[origin])
    found = certain(shown, paper)
    key = {role: as_text(clean(quote.quote)) for role, quote in key_sentences(paper).items()}
    own, summary = (source_words(shown, paper, field) if origin == "record" else "" for field in "BS")
    said = replace(found, key="") if not summary else BriefParts(found.who, found.title, "", "", "", "")
    text = sentence(shown.words, said)
    if summary:
        text += summary
    elif own:
        text = shown.words("brief.of_source", quote=own.translate(_WITHIN).rstrip("。"))
    else:
        roles = ("proposes", "result") if shown.lang == "en" else ("proposes",) if not found.effect else ()
        quotes = dict.fromkeys(filter(None, (own_words(paper, role) for role in roles)))
        text += "".join(shown.words("brief.key_part", quote=quote.translate(_WITHIN)) for quote in quotes)
    return {
        "papers": ids(paper),
        "text": text,
        "parts": {part: value for part, value in asdict(found).items() if part in ("who", *PARTS)},
        "key": key,
    }


def certain(shown: Selection, paper: Paper) -> BriefParts:
    """The parts with what is certain alone: a name with its kind, named problems, sure effects without marks."""
    words, found, proposal = shown.words, parts(shown, paper), own_words(paper, "proposes")
    proposed = [one for one in shown.things(paper, "technique") if one.role == "proposed"]
    own = as_text(name(paper)) if any(_is_called(one, (name(paper), title(paper))) for one in proposed) else ""
    named = (own, *filter(is_name, found.technique.split(words("brief.join"))))
    technique = next((one for one in named if one and one in f"{found.title} {proposal}"), "")
    kind = _kind(shown, paper, proposal) if technique and technique == own else ""
    if kind:
        technique = words("brief.of_kind", name=technique, kind=kind)
    elif shown.lang == "en" and technique in found.title:  # it is said already
        technique = ""
    problem, known = key_sentences(paper).get("problem"), shown.graph.vocabulary
    problems = [
        one for one in shown.things(paper, "problem", sure=True)
        if one.concept in known and any(is_within(problem, at.field, at.start) for at in one.quotes)
    ]  # fmt: skip
    sure = [one for one in main_results(shown, paper) if one.result.sure and not one.result.marks]
    sure = [one for one in sure if shown.lang != "zh" or one.result.metric_concept in known]
    effects = [effect(shown, one.result, is_short=shown.lang == "zh") for one in sure]
    beaten = [] if effects else _beaten(shown, paper)[:_LISTED]
    if beaten:
        effects = [words("brief.beats", names=words("brief.comma").join(beaten))]
    return replace(
        found,
        who=who(shown, paper),
        technique=technique,
        problem=words("brief.join").join(term(shown, one) for one in problems[:_LISTED]),
        effect=words("brief.join_effects").join(effects),
    )


def _kind(shown: Selection, paper: Paper, proposal: str) -> str:
    """The kind of a method: the first topic of the title, no application, that the proposal names; "" without one."""
    applied, said = settings()["week"]["applications"], {one.concept for one in shown.graph.vocabulary.match(proposal)}
    topics = [one for one in shown.things(paper, "topic", sure=True) if one.concept.partition(":")[2] not in applied]
    places = [(at.start, one.label) for one in topics if one.concept in said for at in one.quotes if at.field == "T"]
    return min(places, default=(0, ""))[1]


def _beaten(shown: Selection, paper: Paper) -> list[str]:
    """What a paper surely outperforms, by its own names."""
    own = {fold(name(paper)), *(fold(one.label) for one in shown.things(paper, "technique") if one.role == "proposed")}
    sure = [one for _, record in paper.entries for one in record.relations if one.sure and one.type == "outperforms"]
    rivals = (shown.label(one.tail_concept, one.tail) for one in sure if fold(one.head) in own and not one.marks)
    return list(dict.fromkeys(one for one in rivals if is_in_language(shown, one)))


def view(graph: GraphReader, selection: str, lang: str) -> View:
    """A brief of each paper of a selection."""
    shown = Selection(graph, selection, lang)
    found = [(paper, data(shown, paper)) for paper in shown.papers]
    lines = [{"name": named(p, shown.date(p)), "id": ids(p)[0], "link": link(p), "text": d["text"]} for p, d in found]
    return View(
        selection or "briefs",
        {
            "txt": lambda: "".join(f"{one['text']}\n" for _, one in found),
            "md": lambda: "".join(render("brief.md.jinja", lang, **one) for one in lines),
            "json": lambda: json_text([one for _, one in found]),
        },
        papers=len(found),
    )


VIEW = view
