"""The families of methods of some papers: topics that are kinds of method, and techniques that several propose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg.query.comparable import settings
from kg.query.corpus import Corpus
from kg.query.lexicon import Lexicon
from kg.text import is_kind


def families(
    corpus: Corpus,
    lexicon: Lexicon,
    papers: Iterable[str],
    about: Iterable[str],
) -> dict[str, dict[str, bool]]:
    """The papers (CURIEs) of each family, largest first, and whether each proposes a technique of it.

    `about` are concepts that all papers are on. A family is a topic of methods that several papers surely have, or a
    technique that several propose or use and some propose: narrower than what the papers are on, or typical of them.
    Kinds of models are none, and nothing is that most papers have.
    """
    papers, known, limits = set(papers), lexicon.vocabulary, settings()["families"]
    found, among = defaultdict[str, dict[str, bool]](dict), corpus.those(papers)
    same = {lexicon.label(one): one for one in limits["topics"]}
    for paper, topic in corpus.had("topic", among, sure=True):
        if topic in limits["topics"]:
            found[topic][paper] = False
    for paper, thing in corpus.had("hardware", among, sure=True):  # an FPGA is an FPGA accelerator
        for kind in {thing, *(known.broader(thing) if thing in known else ())} & limits["devices"].keys():
            found[limits["devices"][kind]][paper] = False
    for role in ("used", "proposed"):
        for paper, thing in corpus.had("technique", among, (role,), sure=True):
            for concept in (thing, *known.broader(thing)) if thing in known else ():
                concept = same.get(lexicon.label(concept), concept)
                found[concept][paper] = role == "proposed" or found[concept].get(paper, False)
    found_as = (known.find(lexicon.label(concept), "technique") for concept in about)
    named = {*about, *(one.curie for one in found_as if one)}  # a technique has the label of its topic
    narrower = {one for concept in named for one in known.narrower(concept)}
    named = named.union(lexicon.bearers, *map(known.broader, named))
    share = len(papers) / max(1, len(corpus))  # they may be most of the graph
    often = share * min(limits["typical"], share**-0.5) if share else 0.0

    def is_family(concept: str, own: dict[str, bool]) -> bool:
        is_none = concept in named or concept in limits["none"]
        if is_none or not 1 < len(own) <= limits["most"] * len(papers):
            return False
        if concept in narrower or concept in limits["topics"]:
            return concept in limits["topics"] or is_kind(lexicon.label(concept))
        if any(topic in found for topic in known[concept].topics):  # it counts as that
            return False
        is_typical = len(own) >= often * corpus.count(corpus.papers_with([concept]))
        return sum(own.values()) > 1 and is_typical

    kept = [one for one, own in found.items() if is_family(one, own)]
    kept.sort(key=lambda one: (-len(found[one]), -sum(found[one].values()), one))
    out: dict[str, dict[str, bool]] = {}
    for one in kept:  # what has mostly the papers of another family says nothing new
        own = found[one].keys()
        if not any(len(own & had.keys()) > limits["shared"] * len(own | had.keys()) for had in out.values()):
            out[one] = found[one]
    return out
