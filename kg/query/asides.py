"""What a question says by the way: a resource that is scarce."""

from __future__ import annotations

from kg.query.lexicon import Lexicon
from kg.query.question_items import Item
from kg.text import fold


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
