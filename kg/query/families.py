"""The families of methods of some papers: concepts of the vocabulary that they surely propose or use techniques of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.query.comparable import settings
from kg.query.corpus import Corpus
from kg.query.lexicon import Lexicon


def families(
    corpus: Corpus,
    lexicon: Lexicon,
    papers: Iterable[str],
    about: Iterable[str],
) -> dict[str, dict[str, bool]]:
    """The papers (CURIEs) of each family, largest first, and whether each proposes a technique of it.

    A family is typical: these papers have it more often than others do. `about` are concepts that all papers are on.
    """
    papers, known, found = set(papers), lexicon.vocabulary, defaultdict[str, dict[str, bool]](dict)
    for role in ("used", "proposed"):
        for paper, thing in corpus.had("technique", corpus.those(papers), (role,), sure=True):
            for concept in (thing, *known.broader(thing)) if thing in known else ():
                found[concept][paper] = role == "proposed"
    named = {*about}
    labels = {lexicon.label(concept) for concept in named}  # a technique has the label of its topic
    named |= {concept for concept in found if lexicon.label(concept) in labels}
    named = named.union(lexicon.bearers, *map(known.broader, named))
    share = len(papers) / max(1, len(corpus))  # they may be most of the graph
    often = share * min(settings()["families"]["typical"], share**-0.5) if share else 0.0
    kept = [one for one in found if one not in named and len(found[one]) > 1]
    kept = [one for one in kept if len(found[one]) >= often * corpus.count(corpus.papers_with([one]))]
    kept.sort(key=lambda one: (-len(found[one]), -sum(found[one].values()), one))
    out: dict[str, dict[str, bool]] = {}
    for one in kept:  # what shares most papers with a larger family says nothing new
        most = settings()["families"]["shared"] * len(found[one])
        if not any(len(found[one].keys() & own.keys()) > most for own in out.values()):
            out[one] = found[one]
    return out
