"""Statements that a question requires of texts: a property, a kind of network, the absence of a thing."""

from __future__ import annotations

import re

from kg.entity_types import NAMED
from kg.query.filter import Entity, Phrase, Term
from kg.query.lexicon import LINKING, Lexicon, Sense
from kg.query.patterns import deed, stem
from kg.query.question_items import Item
from kg.text import fold, has_han, is_kind

#: Types of what papers use, compare with, or evaluate on.
AFTER = ("technique", *NAMED)
#: The most names of a thing that are searched for.
_NAMES = 6
#: Words before the place where something is put.
_INTO = ("to", "onto", "into", "到")
#: The most wordings of a compound that are searched for.
_WAYS = 8


def stated(item: Item, language: str) -> Phrase:
    """The statement that texts must contain, in any of its wordings ("training-free")."""
    word = next(word for word in item.words if word.means & {"stated", "deed"})
    label = next((label for label in word.labels if has_han(label) == (language == "zh")), word.labels[0])
    return Phrase(label, tuple(word.facts["stated"]))


def improvement(concept: str, said: str, lexicon: Lexicon, language: str) -> list[Term]:
    """Extensions of a technique: texts say it ("a variant of GRPO"), or proposals contain its name (Pro-GRPO)."""
    names = [label for label in lexicon.labels(concept) if label.isascii()]
    word = lexicon.words.meaning("improves-it")[0]
    label = next(label for label in word.labels if has_han(label) == (language == "zh"))
    forms = (form.format(n=name) for name in names[:_NAMES] for form in word.facts["stated"])
    stated = Phrase(label.format(n=said), tuple(forms))
    longer = lexicon.lengthened(concept)
    return [stated, Entity("technique", concept, f"… {said} …", longer, ("proposed",))] if longer else [stated]


def lacking(item: Item, lexicon: Lexicon) -> Phrase:
    """The statement of texts that methods work without a thing."""
    word = lexicon.words.meaning("lacks")[0]
    concepts = [sense.concept for sense in item.senses if sense.known][:2]
    known = [label for concept in concepts for label in lexicon.labels(concept) if label.isascii()][:_NAMES]
    said = dict.fromkeys((item.text, *known) if not has_han(item.text) or not known else known)
    forms = [form.format(n=one.replace(" ", " … ")) for one in said for form in word.facts["stated"]]
    free = [word.facts["stated"][0].format(n=part) for one in said for part in one.split()]
    free = [one for one in free if not lexicon.words.bearing(fold(one))]  # "training-free" is not about training data
    return Phrase(f"no {item.text}", tuple(dict.fromkeys((*forms, *free))))


def named(item: Item, concept: str, lexicon: Lexicon) -> Phrase:
    """Texts that contain one of the names of a piece, though they state no number."""
    labels = (label for label in lexicon.labels(concept) if label.isascii())
    return Phrase(item.text, tuple(dict.fromkeys((item.text, *labels))))


def rewordings(senses: list[Sense], is_compound: bool, lexicon: Lexicon, language: str) -> list[Phrase]:
    """Wordings in sentences for the first sense of a compound, and for rare concepts in any sense."""
    kinds = [sense for sense in senses if sense.type in ("technique", "problem", "task")]
    rare = [sense for sense in kinds if sense.known and lexicon.is_rare(sense.concept)]
    among = (rare if len(kinds) == len(senses) else []) or (senses[:1] if is_compound else [])
    return [said for sense in among if (said := reworded(sense.concept, lexicon, language))]


def reworded(concept: str, lexicon: Lexicon, language: str) -> Phrase | None:
    """A compound as a sentence words it: "offloads the KV cache" is KV cache offloading.

    For rare concepts, a sentence that contains the name counts too.
    """
    labels = [label for label in lexicon.labels(concept) if label.isascii() and re.search("[ -]", label)]
    labels = [label for label in labels if not lexicon.ends_broader(label, concept)]  # "rank adaptation" ends LoRA's
    things = lexicon.label(concept).split(" ")[:-1]  # "activation" is not an action elsewhere
    parted = [one.rpartition(" ") for one in labels]
    parted = [one for one in parted if one[0].split("-")[0] not in LINKING]  # "gains in storage and computation"
    pairs = [(mods, done) for mods, _, head in parted if head not in things and (done := deed(head))]
    ways = [way for mods, done in pairs for way in (f"{mods} … {done}*", f"{done}* … {mods}")]
    plain = list(filter(is_kind, labels)) if lexicon.is_rare(concept) else []
    # a "Hadamard transform" is also a transformation, and an "object tracker" does object tracking
    own = [
        f"{mods} {stem(head)}*" for mods, _, head in parted if head.islower() and (mods.istitle() or _does(head, plain))
    ]
    said = tuple(dict.fromkeys((*plain[:_WAYS], *own[:_WAYS], *ways[:_WAYS])))
    return Phrase(lexicon.label(concept, language), said, concept=concept) if said else None


def _does(head: str, plain: list[str]) -> bool:
    """Whether a noun denotes the thing that acts: "tracker"."""
    return bool(plain) and head.removesuffix("s").endswith("er")


def is_name(item: Item, lexicon: Lexicon) -> bool:
    """Whether a piece is a proper name, and not a kind of things ("LoRA")."""
    labels = [lexicon.label(sense.concept) for sense in item.senses]
    return bool(labels) and not any(map(is_kind, labels))


def by_name(items: list[Item], at: int, senses: list[Sense], lexicon: Lexicon) -> list[Phrase]:
    """The phrases that texts may name a piece by, if naming is enough: ordinary words ("hash-based sparse attention").

    It is also enough for the thing in a topic's name, beside other things ("KV cache for video models"), and for a
    device that something is put into ("offloading to CPU memory or SSD").
    """
    item = items[at]
    of = {kind: [fold(lexicon.label(s.concept)) for s in item.senses if s.type == kind] for kind in item.types}
    is_topic = bool(senses) and senses[0].type == "topic" and any(one.senses not in ([], item.senses) for one in items)
    is_thing = any(topic.startswith(f"{one} ") for topic in of.get("topic", ()) for one in of.get("technique", ()))
    if item.is_plain or (is_topic and is_thing):
        return [Phrase(item.text)]
    before = next((i for i in items[:at][::-1] if not ("hardware" in i.types or i.means("or"))), None)
    is_put = "hardware" in item.types and before is not None and fold(before.text) in _INTO
    return [named(item, senses[0].concept, lexicon)] if is_put and senses else []


def surer(senses: list[Sense]) -> list[Sense]:
    """The senses without the graph's own ones, if the vocabulary has one for use ("GPU", also a paper's name)."""
    known = {sense.type for sense in senses if sense.known}
    if known == {"metric"}:  # "perplexity", though some paper has it as a task
        return [sense for sense in senses if sense.type in ("metric", "institution")]
    if known & set(AFTER):
        return [sense for sense in senses if sense.known or sense.type not in AFTER]
    return senses
