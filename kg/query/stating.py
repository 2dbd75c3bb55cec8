"""What the words of a question ask texts to state: a property, a kind of network, that methods do without a thing."""

from __future__ import annotations

import re
from itertools import islice, takewhile
from typing import Literal

from kg.entity_types import NAMED
from kg.query.filter import Entity, Phrase, Term
from kg.query.lexicon import LINKING, Lexicon, Sense
from kg.query.patterns import deed, stem
from kg.query.question_items import Item, is_passive
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


def done_by(items: list[Item], by: int, at: int, text: str) -> tuple[Phrase, str]:
    """That something was done by what is no author ("written by LLMs", "LLM-written"), and the verb; takes the pieces.

    What nothing bears goes on as long as nothing is named: "by high school students".
    """
    ends = ("about", "narrows", "and", "or", "not")
    rest = takewhile(lambda i: not (i.senses or i.mark or i.fact or i.value or i.means(*ends)), items[at + 1 :])
    doer = [items[at], *(rest if items[at].is_unknown else ())]
    verb = items[by - 1] if by and not items[by - 1].senses else items[by]
    for item in doer:
        item.taken = True
    said, whom = text[verb.start : doer[-1].end], text[doer[0].start : doer[-1].end]
    return Phrase(said, (said, f"{whom.removesuffix('s')} {verb.text.split(' ')[0]}")), verb.text


def is_deed(items: list[Item], at: int) -> bool:
    """Whether a word is what is done to the thing before it ("speech recognition compression"), or a speed-up."""
    item = items[at]
    if not item.means("deed") or item.taken or item.asked:
        return False
    if item.is_speed:
        compared = any(other.means("outperform") for other in items)
        return not compared and any(other.types - {"metric"} for other in items)
    sides = (items[:at][::-1], items[at + 1 :] if item.is_verb else [])
    passed = ("frame", "about", "and", "or", "deed")
    stops = ((i for i in side if i.senses or not (i.means(*passed) or i.text in "、)）")) for side in sides)
    return any(bool(one.senses) for side in stops for one in islice(side, 1))


def is_made(items: list[Item], at: int, cue: str) -> bool:
    """Whether a word for a kind of paper is what the papers propose or release, and no part of a thing's name.

    A thing stands right before such a part, or right behind it ("an LLM serving system").
    """
    makes = any(item.means("makes") for item in items[max(at - 2, 0) : at])
    proposed = cue == "propose" and items[at].of("made:") != "model"  # many a method is called a model
    beside = items[max(at - 1, 0) : at] + items[at + 1 : at + 2]
    return (proposed or makes) and not any(item.senses or item.is_unknown for item in beside)


def is_denied(items: list[Item], at: int) -> bool:
    """Whether "not" stands behind a word with nothing it could deny but that: "the code is not public"."""
    for n, item in enumerate(items[at + 1 : at + 4], at + 1):
        if item.means("not"):
            rest = next((i for i in items[n + 1 :] if not (i.means("frame", "by") and not i.senses)), None)
            return rest is None or bool(rest.mark) or rest.means("about")
        if not item.means("frame") or item.senses:
            return False
    return False


def is_of(items: list[Item], at: int) -> bool:
    """Whether a metric is that of something: "the energy use of LLM inference", 大模型推理的能耗, 大模型推理能耗."""
    before, behind = items[max(at - 1, 0) : at], items[at + 1 : at + 2]
    is_own = not behind and any(one.senses and has_han(one.text) for one in before)
    return is_own or any(fold(one.text) == "of" for one in behind) or any(one.text == "的" for one in before)


def cue_behind(items: list[Item], at: int) -> str:
    """ "evaluate" for a thing that one says so of behind it: "在X上做实验"."""
    before = items[at - 1].text if at else ""
    behind = next((item for item in items[at + 1 : at + 4] if not item.means("about", "frame")), None)
    return "evaluate" if before == "在" and behind is not None and behind.means("evaluate") else ""


def side_of_win(behind: list[Item]) -> Literal["head", "tail", ""]:
    """Where a thing stands of which the words behind it say that it is better ("what does dInfer outperform?").

    It is the "tail" where it is beaten: "papers in which SnapKV is outperformed", SnapKV在哪些论文中被超越.
    """
    for at, item in enumerate(behind):
        if item.senses or item.means("outperform"):
            around = (*behind[:at], *behind[at + 1 : at + 2])  # "outperformed by whom"
            rest = behind[at:] if item.means("outperform") and not item.senses else []
            is_alone = bool(rest) and not any(one.senses or one.value is not None for one in rest)
            is_beaten = is_passive(around) or any(one.means("be") for one in behind[:at])
            return ("tail" if is_beaten else "head") if is_alone else ""
    return ""


def improvement(concept: str, said: str, lexicon: Lexicon, language: str) -> list[Term]:
    """What extends a technique: texts say so ("a variant of GRPO"), or proposals bear its name (Pro-GRPO)."""
    names = [label for label in lexicon.labels(concept) if label.isascii()]
    word = lexicon.words.meaning("improves-it")[0]
    label = next(label for label in word.labels if has_han(label) == (language == "zh"))
    forms = (form.format(n=name) for name in names[:_NAMES] for form in word.facts["stated"])
    stated = Phrase(label.format(n=said), tuple(forms))
    longer = lexicon.lengthened(concept)
    return [stated, Entity("technique", concept, f"… {said} …", longer, ("proposed",))] if longer else [stated]


def stands_over(items: list[Item], at: int) -> str:
    """The cue that "over" or "than" is before what has a name: "a 2x speedup over vLLM", "less memory than LoRA"."""
    item, before = items[at], items[max(at - 3, 0) : at]
    after = next((i for i in items[at + 1 :] if i.senses or not i.means("frame")), Item(0, 0, ""))
    if not (item.means("more-than") and {"technique", *NAMED} & after.types):
        return ""
    if item.means("about"):
        return "outperform" if any(one.taken for one in before) else ""
    changed = any(one.used and one.means("increase", "decrease", "improve") and not one.is_speed for one in before)
    return "baseline" if changed and not item.means("outperform") else ""


def is_property(item: Item, word: Item, lexicon: Lexicon) -> bool:
    """Whether "without X" says what methods do not need ("no calibration data"), and leaves no papers out.

    A topic or a name after "without" is left out; after "needs no" anything is what is not needed.
    """
    if item.value is not None or item.fact or item.mark or item.words:
        return False
    named = {"topic", "institution", *NAMED} - {"dataset"}
    return word.means("needless") or (not item.types & named and not is_name(item, lexicon))


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
