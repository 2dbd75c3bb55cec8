"""Selects the papers of a picture: the answer to a question, one paper, or the neighbourhood of a concept."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.identifiers import is_curie, kind_of
from kg.model import KgError
from kg.query.lexicon import Lexicon
from kg.query.naming import THINGS, Naming
from kg.store.contents import entry_named
from kg.text import fold
from kg.views.network import PaperLink, having, links, paper_of, papers

if TYPE_CHECKING:
    from kg.rdf.store import Store
    from kg.views.reader import GraphReader

#: Concepts of more papers than this do not count when nearby papers are searched.
_COMMON = 200


@dataclass(slots=True)
class Scope:
    """The papers of a picture, best first, with their links; `centre` is the paper or concept asked for."""

    papers: list[str] = field(default_factory=list)
    links: list[PaperLink] = field(default_factory=list)
    centre: str = ""


def scope(graph: GraphReader, selection: str, depth: int | None, most: int) -> Scope:
    """The papers within `depth` steps of a selection: paper to concept is one step, concept to paper another.

    Without a depth, papers and the entities they name: one step from papers, two from a concept. At most `most` papers
    are added to those of the selection. Raises KgError for a CURIE that is not in the graph.
    """
    centre, kind = _centre(graph, selection)
    store = graph.store
    if kind == "concept":
        family = sorted(graph.vocabulary.narrower(centre))
        found = having(store, family)
        named = list(dict.fromkeys(link.paper for link in found))
        steps = (2 if depth is None else depth) - 1
        out = Scope(named, found, centre)
    else:
        named = [centre] if centre else _asked(graph, selection)
        steps = 1 if depth is None else depth
        out = Scope(named, [], centre)
    if steps >= 1:
        out.links = links(store, out.papers)
    while steps >= 2:
        _widen(store, out, most, whole=steps >= 3)
        steps -= 2
    return out


def _asked(graph: GraphReader, selection: str) -> list[str]:
    if not selection.strip():
        return papers(graph.store)
    return list(dict.fromkeys(row.paper for row in graph.ask(selection, limit=0).rows))


def _centre(graph: GraphReader, selection: str) -> tuple[str, str]:
    """The paper or concept that a whole selection names, and which of the two it is; "" for a question.

    A name that is also a topic is treated as a question, whose papers are drawn.
    """
    text = selection.strip()
    if not text:
        return "", ""
    entry = entry_named(graph.store, text)
    if entry:
        return paper_of(graph.store, entry), "paper"
    if text.startswith("paper:"):
        return graph.paper(text).id, "paper"
    naming = Naming(Lexicon.of(graph.store, graph.vocabulary), graph.store)
    if is_curie(text) and kind_of(text) in THINGS:
        if not naming.exists(text):
            raise KgError(f"The graph holds no paper and no concept {text!r}: see `kg ask --list` for its names.")
        return text, "concept"
    senses = [sense for sense in naming.lexicon.senses(fold(text)) if sense.type in THINGS]
    if not senses or any(sense.type == "topic" for sense in senses):
        return "", ""
    return senses[0].concept, "concept"


def _widen(store: Store, seen: Scope, most: int, whole: bool) -> None:
    """Add the papers that share most with those of the scope; with `whole` also the entities that only they name."""
    shared: dict[str, set[str]] = defaultdict(set)
    known = {link.concept for link in seen.links}
    counts = Counter(link.concept for link in having(store, known)) if len(known) <= 20 * _COMMON else Counter()
    telling = {concept for concept in known if 1 < counts[concept] <= _COMMON}
    for link in having(store, telling):
        shared[link.paper].add(link.concept)
    score = {
        paper: sum(1 / math.log(1 + counts[concept]) for concept in sorted(concepts))
        for paper, concepts in shared.items()
    }
    near = sorted(score.keys() - set(seen.papers), key=lambda paper: (-score[paper], paper))[:most]
    more = links(store, near)
    seen.papers += near
    seen.links += [link for link in more if whole or link.concept in known]
