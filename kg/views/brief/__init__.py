"""Composes the brief of a paper: who presented it, with which technique, against which problem, with which effect.

Each part is filled from statements of the record by a fixed template, or left out; behind them stands the paper's own
sentence on its main result. A source's own Chinese sentence is shown as that source's words.
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
from kg.views.selection import Selection, Thing, clean, ids, is_within, key_sentences, link, name, named, title
from kg.views.statement import ResultRow, effect, is_in_language, rows, term
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
    """What a source says of a paper in Chinese: its brief, or the first line of its summary; "" in another language."""
    found = (document.texts[field].raw for document, _ in paper.entries if field in document.texts)
    own = next(filter(has_han, found), "").strip() if shown.lang == "zh" else ""
    return one_line(own.partition("\n")[0] if field == "S" else own).translate(_WITHIN)


def parts(shown: Selection, paper: Paper, origin: str = "record", fields: Collection[str] = ()) -> BriefParts:
    """The parts of a brief, filled from the record; `fields`: the only texts whose claims count, if any are named.

    Raises KgError for an unknown `origin`.
    """
    if origin not in ORIGINS:
        raise KgError(f"A brief is not made from {origin!r}: choose one of {', '.join(ORIGINS)}.")
    if origin != "record":
        paper = reread(shown.graph, paper, ORIGINS[origin])
    words, key = shown.words, key_sentences(paper)
    found = main_results(shown, paper, fields)
    return BriefParts(
        who=who(shown, paper),
        title=as_text(title(paper)),
        technique=words("brief.join").join(techniques(shown, paper, fields)),
        problem=words("brief.join").join(_problems(shown, paper, fields)),
        effect=words("brief.join_effects").join(effect(shown, one.result) for one in found),
        key=as_text(clean(key["result"].quote)) if "result" in key else "",
    )


def sentence(words: PageWords, found: BriefParts, *, is_titled: bool = True) -> str:
    """The parts in the fixed template of the language, without who and title where these stand elsewhere."""
    key = ("brief.presented" if found.who else "brief.paper") + ("" if found.title else "_untitled")
    what = [words(key, who=found.who, title=found.title)] if is_titled else []
    said = [*what, *(words(f"brief.{part}_part", value=value) for part in PARTS if (value := getattr(found, part)))]
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
    """The institutions of a paper, else its first author "et al."."""
    words, labels = shown.words, [thing.label for thing in shown.things(paper, "institution")]
    if labels:
        listed = words("brief.comma").join(labels[:_INSTITUTIONS])
        return words("brief.more", names=listed) if len(labels) > _INSTITUTIONS else listed
    authors = next((document.authors for document, _ in paper.entries if document.authors), ())
    if not authors:
        return ""
    first = clean(authors[0])
    return words("brief.et_al", name=_family(first)) if len(authors) > 1 else first


def _family(author: str) -> str:
    """The family name of an author, as citations have it.

    >>> _family("Chen, Wei"), _family("Wei Chen"), _family("陈伟")
    ('Chen', 'Chen', '陈伟')
    """
    return author.split(",")[0].strip() if "," in author else author.split()[-1]


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


def _problems(shown: Selection, paper: Paper, fields: Collection[str]) -> list[str]:
    return _chosen(shown, paper, _sayable(shown, paper, "problem", fields), "problem")[:_LISTED]


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
    found = parts(shown, paper, origin)
    own, summary = (source_words(shown, paper, field) if origin == "record" else "" for field in "BS")
    text = sentence(shown.words, found) + (shown.words("brief.of_summary", quote=summary) if summary else "")
    return {
        "papers": ids(paper),
        "text": shown.words("brief.of_source", quote=own.rstrip("。")) if own else text,
        "parts": {part: value for part, value in asdict(found).items() if part in ("who", *PARTS)},
        "key": {role: as_text(clean(quote.quote)) for role, quote in key_sentences(paper).items()},
    }


def _line(shown: Selection, paper: Paper, text: str) -> dict[str, str]:
    """A line of a list: how texts call the paper, where it leads, and its brief."""
    return {"name": named(paper, shown.date(paper)), "id": ids(paper)[0], "link": link(paper), "text": text}


def view(graph: GraphReader, selection: str, lang: str) -> View:
    """A brief of each paper of a selection."""
    shown = Selection(graph, selection, lang)
    found = [(paper, data(shown, paper)) for paper in shown.papers]
    return View(
        selection or "briefs",
        {
            "txt": lambda: "".join(f"{one['text']}\n" for _, one in found),
            "md": lambda: "".join(render("brief.md.jinja", lang, **_line(shown, p, one["text"])) for p, one in found),
            "json": lambda: json_text([one for _, one in found]),
        },
        papers=len(found),
    )


VIEW = view
