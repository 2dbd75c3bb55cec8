"""Composes one sentence on a paper from its record, in the form of the reports.

    机构发布了《名称》论文，使用了T技术，解决了P问题，达成了E的效果。
    INSTITUTIONS present NAME, which uses T to address P, achieving E.

Slots that the record does not fill are left out. The sentence contains no number and no name that the record lacks.
In Chinese a source's own sentence on the paper is quoted in its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kg.extract.template import slots as slots_of_brief
from kg.extract.template import without_opening
from kg.model import KgError, Paper
from kg.tables import json_text
from kg.text import has_han, one_line
from kg.views.base import View
from kg.views.latex import as_text
from kg.views.render import render
from kg.views.selection import Selection, ids, link, named, title
from kg.views.slots import Slots, slots
from kg.views.surface import is_plural
from kg.views.words import PageWords, listed, pattern

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: The texts that a sentence may use.
ORIGINS: dict[str, tuple[str, ...]] = {"record": (), "abstract": ("T", "A", "I")}
_MOST = 6  # institutions that are named
_WITHIN = str.maketrans("“”", "‘’")  # marks of a quotation within another
_LAST_BRACKET = re.compile(r"[（(][^（()）]*[)）]$")


def brief(graph: GraphReader, paper: Paper, lang: str = "zh", origin: str = "record") -> str:
    """One sentence on a paper in English or Chinese.

    `origin` "record" uses all of the record, and in Chinese quotes the sentence of a source that has one. "abstract"
    uses title, abstract and institution line only: an entry with other texts is extracted again without them.
    """
    return compose(Selection.of(graph, [paper], lang), paper, origin)


def compose(shown: Selection, paper: Paper, origin: str = "record") -> str:
    """The sentence on a paper of a selection; raises KgError for an unknown `origin`."""
    if origin not in ORIGINS:
        raise KgError(f"A brief is not made from {origin!r}: choose one of {', '.join(ORIGINS)}.")
    own = sentence_of_source(shown, paper) if origin == "record" else ""
    if own and not slots_of_brief(own).institution:  # "研究团队发布了" says nothing
        return shown.words("brief.of_source_on", title=as_text(title(paper)), quote=without_opening(own))
    if own:
        return shown.words("brief.of_source", quote=own)
    if origin != "record":
        paper = reread(shown.graph, paper, ORIGINS[origin])
    return in_words(shown.words, slots(shown, paper, ORIGINS[origin]))


def sentence_of_source(shown: Selection, paper: Paper) -> str:
    """The Chinese sentence that a source has on a paper, as it stands there; "" in another language or without one."""
    said = (document.texts["B"].raw for document, _ in paper.entries if "B" in document.texts)
    own = next(filter(has_han, said), "") if shown.lang == "zh" else ""
    return one_line(own).rstrip("。").translate(_WITHIN)


def in_words(words: PageWords, found: Slots) -> str:
    """The sentence that slots make."""
    if found.quotes and not (found.institutions or _says(found)):
        what = _what(words, found)
        quotes = _with_short_forms(words, found, _quotes(words, found))
        return words("brief.states", what=what[:1].upper() + what[1:], quotes=quotes)
    return _chinese(words, found) if words.lang == "zh" else _english(words, found)


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


def _with_articles(words: PageWords, names: list[str]) -> list[str]:
    """The names that begin an English sentence: "The University of Wick, Baidu and the University of Tarn"."""
    needs_article = pattern(r"<brief.with_article>\b").match
    first, *others = [words("brief.the", name=name) if needs_article(name) else name for name in names]
    return [first[:1].upper() + first[1:] if first != names[0] else first, *others]


def _institutions(words: PageWords, names: list[str], *, are_more: bool) -> str:
    if are_more:
        return words("brief.and_others", names=words("brief.comma").join(names[:_MOST]))
    left = max(0, len(names) - _MOST)
    if not left and words.lang != "zh":
        return words("brief.and").join(names) if len(names) == 2 else words.listed(names)
    if not left:  # a Chinese name may contain "and", so commas separate names
        return words("brief.comma").join(names)
    n = len(names) if words.lang == "zh" else left
    return words("brief.more", names=words("brief.comma").join(names[:_MOST]), n=n)


def _what(words: PageWords, found: Slots) -> str:
    if not found.name:
        return words("brief.unnamed")
    is_titled = found.is_title or (words.lang == "zh" and found.institutions)
    titled = "brief.titled_by" if found.institutions else "brief.titled"  # 百度发布了《Foo》论文
    return words(titled if is_titled else "brief.named", title=found.name)


def _chinese(words: PageWords, found: Slots) -> str:
    what = _what(words, found)
    is_reached = found.effect and not (found.technique or found.problem)
    if is_reached and found.is_title and not found.institutions:
        what = words("brief.of_method", what=what)  # no paper is faster
    says = []
    if found.technique:
        uses = "brief.proposes" if found.is_proposed else "brief.uses"
        is_name = found.is_kind or (found.is_proposed and not has_han(found.technique))
        technique = found.technique if is_name else _ended(words, "technique", found.technique)
        if not found.is_proposed:  # what a method uses are parts of it
            ends = words("brief.technique_word") if technique != found.technique else ""
            technique = words("brief.among_others", technique=found.technique) + ends
        is_one = found.is_proposed and not found.is_several
        if is_one and technique.endswith(tuple(words("brief.counted_endings").split())):
            technique = words("brief.one", technique=technique)  # 提出了一种…框架
        elif found.is_itself:
            technique = words("brief.one_thing", technique=technique)  # 是一个…数据集
        uses = "brief.is" if found.is_itself and not found.institutions else uses
        says.append(words(uses, technique=technique))
    is_reached_too = bool(found.effect) and not (found.institutions or found.is_level)  # no effect is an aim
    is_clause = any(word in found.problem for word in words("brief.clause_words").split())
    if found.problem and is_reached_too:
        says.insert(0, words("brief.against", problem=_ended(words, "problem", found.problem)))
    elif found.problem.endswith(tuple(words("brief.met_endings").split())) and not is_clause:
        says.append(words("brief.meets", problem=found.problem))
    elif found.problem:
        verb = "brief.to_ease" if found.is_eased else "brief.addresses"
        says.append(words(verb, problem=_ended(words, "problem", found.problem)))
    if found.is_clause:
        says.append(found.effect)
    elif found.effect:
        says.append(_reached(words, found, is_alone=not says))
    if found.institutions:
        says.insert(
            0, words("brief.presents", who=_institutions(words, found.institutions, are_more=found.are_more), what=what)
        )
    else:
        says = [what + "".join(says[:1]), *says[1:]]
    return _with_short_forms(words, found, "，".join(says) + _quoted(words, found)) + "。"


def _reached(words: PageWords, found: Slots, *, is_alone: bool) -> str:
    """What is reached in Chinese: in the form of the reports only behind what reaches it, 达成了…的效果."""
    if found.is_level:
        verb = "brief.has" if is_alone else "brief.levels"
    elif found.institutions and not is_alone:
        verb = "brief.achieves"
    else:
        verb = "brief.gains" if found.is_speedup else "brief.makes"
    own = words("brief.of_method", what="") if found.institutions and is_alone else ""
    return own + words(verb, effect=found.effect.removesuffix("的效果"))


def _ended(words: PageWords, slot: str, said: str) -> str:
    """The slot with the template's noun, unless it ends in such a noun."""
    endings = tuple(words(f"brief.{slot}_endings").split())
    bare = _LAST_BRACKET.sub("", said).rstrip("”")
    if bare.endswith(endings):
        return said
    is_clause = slot == "problem" and any(word in said for word in words("brief.clause_words").split())
    return said + (words("brief.clause_link") if is_clause else "") + words(f"brief.{slot}_word")


def _english(words: PageWords, found: Slots) -> str:
    what, made = _what(words, found), found.proposal
    says = partial(words.count, n=2 if not found.is_title and is_plural(found.name) else 1)
    uses = says("brief.proposes" if found.is_proposed else "brief.uses", technique=found.technique)
    uses = uses if found.technique else ""
    problem = says("brief.to_address" if uses else "brief.addresses", problem=found.problem) if found.problem else ""
    does = uses + problem
    if made:
        verb = "introduce" if found.institutions and made.verb == "present" else made.verb  # they "present" the paper
        is_titled = found.is_title or bool(found.title)
        verb = "present" if is_titled and not found.institutions and verb in listed("proposal.crafts") else verb
        name = words("proposal.known_as", name=what, full=made.full) if made.itself and made.full else what
        if made.itself and found.title:  # it says what that is for
            what = words("brief.titled", title=found.title)
            does = words.count("proposal.says", 1, verb=verb, what=f"{name}, {made.itself}")
        elif made.itself:
            what, does = name, made.itself if found.institutions else says("proposal.itself", what=made.itself)
        else:
            does = says("proposal.says", verb=verb, what=made.what)
    if found.institutions:
        who = _institutions(words, _with_articles(words, found.institutions), are_more=found.are_more)
        said = words.count("brief.presents", len(found.institutions) + found.are_more, who=who, what=what)
        said += f", {does}" if made and made.itself and not found.title else f", which {does}" if does else ""
    else:
        start = what if found.name else what[:1].upper() + what[1:]
        said = start + (f" {does}" if does else "")
    if found.effect and (made or (uses and not found.is_proposed)):  # what it uses is not all that it owes its gain to
        said += says("proposal.reports", effect=found.effect)
    elif found.effect:
        bare = not does and not found.institutions
        if bare and found.is_title and not found.is_fewer:
            said = words("brief.of_method", what=said)  # no paper is faster
            said = said[:1].upper() + said[1:]
        alone, behind = "achieves", "achieving"
        if found.is_held or found.is_fewer:  # what is kept or counted is not achieved
            alone, behind = "has" if found.is_fewer and not found.is_title else "reports", "levels"
        effect = says(f"brief.{alone if bare else behind}", effect=found.effect)
        said += f" {effect}" if bare else f", {effect}"
    said = _with_short_forms(words, found, said + _quoted(words, found))
    return said if said.endswith(".") else f"{said}."


def _says(found: Slots) -> bool:
    """Whether slots say anything of the paper in other words than its own."""
    return bool(found.proposal or found.technique or found.problem or found.effect)


def _quoted(words: PageWords, found: Slots) -> str:
    return words("brief.quoting", quotes=_quotes(words, found)) if found.quotes else ""


def _quotes(words: PageWords, found: Slots) -> str:
    """The paper's own sentences, marked as quotations."""
    within = (quote.translate(_WITHIN) for quote in found.quotes)
    return words("brief.quote_gap").join(words("brief.quote", quote=quote) for quote in within)


def _with_short_forms(words: PageWords, found: Slots, said: str) -> str:
    """A sentence without its full stop, with what its short forms stand for."""
    return words("outcome.aside", effect=said, notes=found.short_forms) if found.short_forms else said


def _line(shown: Selection, paper: Paper, text: str) -> dict[str, str]:
    """A line of a list: how texts call the paper, where it leads, and its sentence."""
    return {"name": named(paper, shown.date(paper)), "id": ids(paper)[0], "link": link(paper), "text": text}


def view(graph: GraphReader, selection: str, lang: str) -> View:
    """One sentence per paper of a selection."""

    shown = Selection(graph, selection, lang)
    said = [(paper, compose(shown, paper)) for paper in shown.papers]
    rows = [{"papers": ids(paper), "text": text} for paper, text in said]
    return View(
        selection or "briefs",
        {
            "txt": lambda: "".join(f"{text}\n" for _, text in said),
            "md": lambda: "".join(render("brief.md.jinja", lang, **_line(shown, *one)) for one in said),
            "json": lambda: json_text(rows),
        },
        papers=len(said),
    )


VIEW = view
