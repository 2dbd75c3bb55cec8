"""What a question says by the way: other names in brackets, examples, a resource that is scarce."""

from __future__ import annotations

from itertools import takewhile

from kg.query.items import WORK, Item
from kg.query.lexicon import Lexicon
from kg.text import fold


def with_examples(items: list[Item], lexicon: Lexicon) -> list[Item]:
    """The pieces, things in brackets as joined by "or" with the one before: "4-bit weights (W4A4, FP4)", "SVD (...)".

    Most are of its type, or texts state them as they do it, or their names begin with its words. Other things in
    brackets that have no name of their own only explain, and set no condition: "(different data or devices)". Examples
    outside are joined so too.
    """
    for at in [n for n, item in enumerate(items) if n and item.mark and item.text in ("(", "（")]:
        inside = list(takewhile(lambda item: item.text not in (")", "）"), items[at + 1 :]))
        things = [item for item in inside if not item.mark and _is_said(item)]
        before = next((item for item in items[:at][::-1] if _is_said(item)), items[at - 1])
        alike = [
            i for i in things if i.types & before.types or _is_longer(i, before, lexicon) or _are_stated(i, before)
        ]
        if len(alike) > len(things) / 2 or (things and len(alike) == len(things)):
            last = inside.index(things[-1])
            for item in (items[at], *(one for one in inside[:last] if one.mark)):
                item.mark, item.words = "", lexicon.words.meaning("or")
        elif any(item.senses for item in items[:at]):
            led = any(item.means("such-as") for item in inside[:1])  # 腾讯（包括混元团队）
            for item in (one for one in things if (led or one.types <= WORK | {"metric"}) and not one.fact):
                item.aside = bool(item.senses) or item.is_unknown or item.means("stated")
    for at in [n for n, item in enumerate(items) if 0 < n < len(items) - 1 and item.means("such-as")]:
        one, other = (next(filter(_is_said, side), Item(0, 0, "")) for side in (items[:at][::-1], items[at + 1 :]))
        if not (one.senses and other.senses and (one.types & other.types or (one.types | other.types) <= WORK)):
            continue
        items[at].words = lexicon.words.meaning("or")  # "PEFT such as LoRA", LoRA等PEFT方法
        types = one.types | other.types
        for joint, listed in ((at - 2, at - 3), (at + 2, at + 3)):
            is_there = joint in range(len(items)) and listed in range(len(items))
            if is_there and items[joint].means("or", "and") and items[listed].types & types:
                items[joint].words = items[at].words
    return items


def _are_stated(*items: Item) -> bool:
    """Whether texts must state all pieces: "2-bit", "ternary"."""
    return all(item.means("stated") and not item.senses for item in items)


def _is_said(item: Item) -> bool:
    """Whether a piece says something: 等 and "for example" do not."""
    return bool(item.senses) or not item.means("frame", "about", "plain", "evaluate")


def _is_longer(item: Item, before: Item, lexicon: Lexicon) -> bool:
    """Whether what an item may name begins with the words of one before: VAR, of 视觉自回归."""
    labels = (lexicon.label(one.concept, lang) for one in item.senses for lang in ("en", "zh"))
    return bool(before.senses) and any(fold(label).startswith(fold(before.text)) for label in labels)


def without_circumstances(items: list[Item], lexicon: Lexicon) -> list[Item]:
    """The pieces, a resource and what says that it is scarce as words that set no condition: "little memory"."""
    for at in [n for n, item in enumerate(items) if item.means("scarce")]:
        ahead = next((item for item in items[:at][::-1] if item.senses or not item.means("frame")), None)
        for thing in (ahead, next(iter(items[at + 1 :]), None)):
            if thing and thing.senses and thing.types <= {"hardware", "metric"}:
                thing.senses, thing.parts, thing.words = [], [], items[at].words
                break
    for item in [one for one in items if one.types == {"problem"} and any(i.senses for i in items if i is not one)]:
        words = lexicon.words.bearing(fold(item.text.split(" ")[0]))
        if any("scarce" in word.means for word in words):  # "with limited GPU memory", though a problem is called so
            item.senses, item.parts, item.words = [], [], words
    return items
