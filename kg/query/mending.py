"""Rejoins words of a question that were split: a Chinese character, hyphenated words."""

from __future__ import annotations

from kg.query.chinese_words import in_english
from kg.query.question_items import PERIODS, Item
from kg.query.spelling import label_pairs
from kg.text import Token, has_han


def whole_words(items: list[Item]) -> list[Item]:
    """The pieces, with an unknown Chinese character joined to the neighbours that it forms a word with.

    轻量化 is not quantization (量化), and 自动 not "since" (自); 不需要重训练 is 不需要重训.
    """
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        if last and last.end == item.start and item.is_unknown and has_han(item.text) and _is_period(last):
            item = Item(last.start, item.end, last.text + item.text)  # 月球车 is not a month
            out.pop()
            last = out[-1] if out else None
        if last and last.end == item.start and last.text[-1:] + item.text[:1] in label_pairs():
            if item.is_unknown and len(item.text) == 1 and len(last.text) > 1:
                last.end, last.text = item.end, last.text + item.text
                continue
            is_begun = last.is_unknown and len(last.text) == 1 and (item.senses or len(item.text) == 1)
            # 动生 of 自动生成, 语言 of 多语言 and 任务 of 多任务, but not 保持 of 能保持
            is_word = bool(in_english(last.text + item.text))
            is_cut = is_word if not item.is_unknown else is_word or item.text[:2] not in label_pairs()
            is_cut = is_cut and not item.senses
            if is_begun or (is_cut and (len(last.text) == 1 or last.is_unknown) and not last.senses):
                item = Item(last.start, item.end, last.text + item.text)
                out.pop()
        out.append(item)
    return out


def _is_period(item: Item) -> bool:
    """Whether a piece is one Chinese character for a unit of time."""
    return len(item.text) == 1 and item.of("type:") in PERIODS


def hyphenated(items: list[Item], text: str) -> list[Item]:
    """The pieces, with hyphenated words joined into one unknown word if one side is unknown: GPT-7 is not GPT.

    Likewise, "near-storage" does not mean storage space.
    """
    out: list[Item] = []
    for item in items:
        last = out[-1] if out else None
        is_version = item.value is not None and not item.unit and item.text.isdigit()
        is_name = last is not None and last.text[:1].isupper() and bool(last.senses) and is_version
        is_word = last is not None and last.is_unknown and item.types == {"metric"}
        if last and (is_name or is_word) and text[last.end : item.start] == "-":
            out[-1] = Item(last.start, item.end, text[last.start : item.end])
        else:
            out.append(item)
    return out


def folds(found: list[Token]) -> str:
    """The folded words of some tokens."""
    return " ".join(token.fold for token in found)
