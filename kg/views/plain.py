"""Sentences of abstracts as they stand alone: without what leads into them, or another one where they refer back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.model import Paper
from kg.text import sentences
from kg.views.readable import as_text
from kg.views.selection import MACRO, clean, key_sentences, name
from kg.views.words import settings


def alone(said: str, lang: str = "en") -> str:
    """A sentence without the clauses before its main clause that only tie it to the text before."""
    bare, lead = said.strip().rstrip(";；"), settings()["plain"]["lead"][lang]
    while found := re.match(lead, bare):
        bare = bare[found.end() :]
    is_cut = not said.strip().startswith(bare)
    return bare[:1].upper() + bare[1:] if is_cut and bare.partition(" ")[0].islower() else bare


def refers(said: str, *, is_first: bool = True) -> bool:
    """Whether a sentence names something by "these gains" and the like that it does not name itself."""
    cues, text = settings()["plain"], said.lower()
    if is_first and re.match(cues["begins"], text):
        return True
    named = (
        (found[found.lastindex or 0][: cues["stem"]], found.start()) for found in re.finditer(cues["refers"], text)
    )
    return any(stem not in text[:start] for stem, start in named)


def own_words(paper: Paper, role: str) -> str:
    """The key sentence of a role, else one behind it that begins with the paper's name, as it stands alone.

    Where each refers back, it is "", or the key sentence on what is proposed.
    """
    key = key_sentences(paper).get(role)
    if key is None:
        return ""
    idle, own, first = settings()["plain"]["idle"], as_text(name(paper)), alone(_shown(paper, key.quote))
    told = [first, *(one for one in map(alone, behind(paper, key.end)) if own and one.startswith(own))]
    fitting = (one for one in told if not refers(one, is_first=role == "proposes") and not re.search(idle, one))
    return next(fitting, first if role == "proposes" else "")


def behind(paper: Paper, begin: int | None = None) -> Iterator[str]:
    """The sentences of an abstract behind a place, by default in its second half."""
    raw = next((document.texts["A"].raw for document, _ in paper.entries if "A" in document.texts), "")
    least = len(raw) // 2 if begin is None else begin
    return (_shown(paper, raw[start:end]) for start, end in sentences(raw) if start >= least)


def _shown(paper: Paper, said: str) -> str:
    """The words of a paper as text, with its name for a macro of LaTeX that stands for it."""
    text, own = as_text(clean(said)), as_text(name(paper))
    return MACRO.sub(lambda _: own, text) if own else text
