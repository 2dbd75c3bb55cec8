"""What the words of a question ask texts to state: a property, a kind of network, that methods do without a thing."""

from __future__ import annotations

import re

from kg.entity_types import NAMED
from kg.query.filter import Entity, Phrase, Term
from kg.query.lexicon import LINKING, Lexicon, Sense
from kg.query.patterns import deed, stem
from kg.query.question_items import Item
from kg.text import fold, has_han, is_kind

#: Types of what one uses, compares with, evaluates on.
AFTER = ("technique", *NAMED)
#: Names of a thing that are looked for.
_NAMES = 6
#: Words before where something is put.
_INTO = ("to", "onto", "into", "到")
#: Ways to say a compound that are looked for.
_WAYS = 8


def stated(item: Item, language: str) -> Phrase:
    """What texts must state, in any of its wordings ("training-free")."""
    word = next(word for word in item.words if word.means & {"stated", "deed"})
    label = next((label for label in word.labels if has_han(label) == (language == "zh")), word.labels[0])
    return Phrase(label, tuple(word.facts["stated"]))


def improvement(concept: str, said: str, lexicon: Lexicon, language: str) -> list[Term]:
    """What extends a technique: texts say so ("a variant of GRPO"), or proposals bear its name (Pro-GRPO)."""
    names = [label for label in lexicon.labels(concept) if label.isascii()]
    word = lexicon.words.meaning("improves-it")[0]
    label = next(label for label in word.labels if has_han(label) == (language == "zh"))
    forms = (form.format(n=name) for name in names[:_NAMES] for form in word.facts["stated"])
    stated = Phrase(label.format(n=said), tuple(forms))
    longer = lexicon.lengthened(concept)
    return [stated, Entity("technique", concept, f"… {said} …", longer, ("proposed",))] if longer else [stated]


def lacking(item: Item, lexicon: Lexicon) -> Phrase:
    """What texts must state where methods do without a thing."""
    word = lexicon.words.meaning("lacks")[0]
    concepts = [sense.concept for sense in item.senses if sense.known][:2]
    known = [label for concept in concepts for label in lexicon.labels(concept) if label.isascii()][:_NAMES]
    said = dict.fromkeys((item.text, *known) if not has_han(item.text) or not known else known)
    forms = [form.format(n=one.replace(" ", " … ")) for one in said for form in word.facts["stated"]]
    free = [word.facts["stated"][0].format(n=part) for one in said for part in one.split()]
    free = [one for one in free if not lexicon.words.bearing(fold(one))]  # "training-free" is not without its data
    return Phrase(f"no {item.text}", tuple(dict.fromkeys((*forms, *free))))


def named(item: Item, concept: str, lexicon: Lexicon) -> Phrase:
    """Texts that have one of the names of what a piece names, though they state no number."""
    labels = (label for label in lexicon.labels(concept) if label.isascii())
    return Phrase(item.text, tuple(dict.fromkeys((item.text, *labels))))


def rewordings(senses: list[Sense], is_compound: bool, lexicon: Lexicon, language: str) -> list[Phrase]:
    """How texts say in a sentence what a compound names in its first sense, and what few papers have in any."""
    kinds = [sense for sense in senses if sense.type in ("technique", "problem", "task")]
    rare = [sense for sense in kinds if sense.known and lexicon.is_rare(sense.concept)]
    among = (rare if len(kinds) == len(senses) else []) or (senses[:1] if is_compound else [])
    return [said for sense in among if (said := reworded(sense.concept, lexicon, language))]


def reworded(concept: str, lexicon: Lexicon, language: str) -> Phrase | None:
    """What a compound names, as texts say it in a sentence: "offloads the KV cache" is KV cache offloading.

    What few papers were read to have a sentence that has its name says too.
    """
    labels = [label for label in lexicon.labels(concept) if label.isascii() and re.search("[ -]", label)]
    labels = [label for label in labels if not lexicon.ends_broader(label, concept)]  # "rank adaptation" is in LoRA's
    things = lexicon.label(concept).split(" ")[:-1]  # "activation" of activation sparsity is no deed in another label
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
    """Whether a noun is what does something: "tracker"."""
    return bool(plain) and head.removesuffix("s").endswith("er")


def is_name(item: Item, lexicon: Lexicon) -> bool:
    """Whether a piece names one thing and no kind of things ("LoRA")."""
    labels = [lexicon.label(sense.concept) for sense in item.senses]
    return bool(labels) and not any(map(is_kind, labels))


def by_name(items: list[Item], at: int, senses: list[Sense], lexicon: Lexicon) -> list[Phrase]:
    """That texts name what a piece names, where that is enough: ordinary words ("hash-based sparse attention").

    So it is of the thing alone of a topic's name, beside other things ("KV cache for video models"), and of a device
    that something is put into ("offloading to CPU memory or SSD").
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
    """The senses without the graph's own where the vocabulary has one to use ("GPU", which a paper calls so too)."""
    known = {sense.type for sense in senses if sense.known}
    if known == {"metric"}:  # "perplexity", though a paper has a task of it
        return [sense for sense in senses if sense.type in ("metric", "institution")]
    if known & set(AFTER):
        return [sense for sense in senses if sense.known or sense.type not in AFTER]
    return senses
