"""Questions that no graph of papers answers, and what is said of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kg.query.filter import Filter, Phrase, Query
from kg.query.spelling import is_superlative
from kg.text import has_han

if TYPE_CHECKING:
    from kg.query.question import Parser


def is_outside(parser: Parser, query: Query, found: Filter) -> bool:
    """Whether a question asks for something that no graph of papers knows ("write me a poem about pruning")."""
    if not parser.outside or any(item.of("type:") == "paper" for item in parser.items):
        return False
    first = next((item for item in parser.items if not item.means("frame", "about")), None)
    known = any(not isinstance(term, Phrase) for condition in found.conditions for term in condition.any_of)
    return first is parser.outside[0] or not (known or query.things)


def unheld_by_papers(parser: Parser) -> str:
    """What a question asks for that no paper says: a word for such, or an amount of what nothing bears."""
    items = parser.items
    unheld = next((item.text for item in items if item.means("unheld")), "")
    asked = (before.text for before, item in pairwise(items) if item.means("how-much") and before.is_unknown)
    asks = any(item.means("asks") for item in items)  # "which is the easiest", 哪个最容易用
    ranks = (item.text for item in items if asks and item.is_unknown and not item.taken and _is_most(item.text))
    return (
        unheld or next(asked, "") or next(ranks, "") or (_unranked(parser) if asks else "")
    )  # "量化论文的平均页数是多少"


def _unranked(parser: Parser) -> str:
    """What nothing bears beside "most", which then ranks nothing: 参考文献最多."""
    items = parser.items
    for at, item in enumerate(items):
        if item.means("order:highest", "order:lowest") and not (item.asked or item.taken or item.used):
            beside = (*items[max(at - 2, 0) : at][::-1], *items[at + 1 : at + 3])
            unknown = (i.text for i in beside if i.is_unknown and i.text in parser.ignored)
            if found := next((text for text in unknown if not text.endswith("得")), ""):  # 写得最多
                return found
    return ""


def _is_most(word: str) -> bool:
    """Whether a word that nothing bears is a superlative, by which nothing can be ranked."""
    first = word.split(" ")[0]
    return is_superlative(first) or (word[0] == "最" and len(word) > 1)


def refusal(parser: Parser) -> str:
    """One sentence for such a question, with three that would work."""
    examples = [word.labels for word in parser.lexicon.words.meaning("example")]
    is_zh = parser.language == "zh"
    asked = [next(label for label in labels if has_han(label) == is_zh) for labels in examples][:3]
    if is_zh:
        return f"图谱只能回答有关论文的问题，例如：{' '.join(asked)}"
    return f"The graph only answers questions about papers, for example: {' '.join(asked)}"
