"""Words of a question that nothing bears, where they say what the matter is: texts must have them.

"Federated quantization", "quantization for proteins" and 蛋白质模型的量化 are what papers on quantization say of
it; they are empty where no such paper has the words.
Chinese words are looked for in English, as `ontology/wording.ttl` has them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from kg.entity_types import NAMED
from kg.query.corpus import Corpus
from kg.query.filter import Condition, Filter, Phrase
from kg.query.items import ARTICLES, Item
from kg.query.wordings import in_english, is_modifier
from kg.text import fold, has_han

#: Letters from which a word says something by itself.
_LONG = 4


def narrowed(corpus: Corpus, wanted: Filter) -> Filter:
    """The filter with words that nothing bears as conditions.

    Texts must have all of several words; where none does, the one of them that the fewest have.
    """
    out = wanted
    for words in wanted.narrowing if wanted.conditions else ():
        added = _holding(words, corpus, out)
        told = {condition.text for condition in added}
        left = (word for word in out.ignored for word in ([word] if word != words else _left(word, told)))
        out = replace(out, conditions=(*out.conditions, *added), ignored=tuple(left))
    return out


def _holding(words: str, corpus: Corpus, wanted: Filter) -> list[Condition]:
    """Conditions on texts for words; where no paper fulfils any, that they have the words as they are."""
    if english := in_english(words):
        return [Condition(words, (Phrase(words, english),))]
    each = [Condition(part, (Phrase(part),)) for part in words.split() if len(part) >= _LONG]
    if len(each) > 1:
        if corpus.count(corpus.holding(Filter((*wanted.conditions, *each)))):
            return each
        some = [(corpus.count(corpus.holding(Filter((*wanted.conditions, one)))), one) for one in each]
        if rarest := min((pair for pair in some if pair[0]), key=lambda pair: pair[0], default=None):
            return [rarest[1]]
    return [Condition(words, (Phrase(words, _forms(words)),))]


def _forms(word: str) -> tuple[str, ...]:
    """A word as texts may have it: "upcycle" in "upcycled" and "upcycling"; nothing more for several words."""
    stem = word.removesuffix("e")
    return (word, f"{stem}ed", f"{stem}ing") if word.isalpha() and word.islower() else ()  # any may be a plural


def _left(words: str, told: set[str]) -> list[str]:
    """The words that no condition has."""
    return [] if words in told else [word for word in words.split() if word not in told and len(word) >= _LONG]


def is_narrowing(items: list[Item], at: int, is_chinese: bool) -> bool:
    """Whether a piece that nothing bears says for what or of what kind the things beside it are."""
    item, behind = items[at], items[at + 1 : at + 2]
    is_of = False  # 轻量的网络, 金融领域的大模型
    if has_han(item.text):
        skipped = list(takewhile(lambda i: not i.senses and i.means("frame", "about"), items[at + 1 : at + 4]))
        is_of = any(i.text.endswith("的") for i in skipped)
        behind = items[at + 1 + len(skipped) :][:1] if is_of else behind
    before = next((i for i in items[:at][::-1] if fold(i.text) not in ARTICLES), None)
    is_epithet = any(i.senses or i.means("stated") for i in behind)  # "for long videos"
    narrows = before is not None and before.means("narrows") and not is_epithet
    of_models = any(i.of("type:") in NAMED and not i.asked for i in behind)  # 蛋白质模型
    is_long = len(item.text) > 3
    is_kind = (is_of or is_modifier(item.text)) if has_han(item.text) else is_long
    of_thing = is_epithet and is_kind and not item.text.endswith(("ing", "ly"))  # "federated quantization", 细粒度量化
    is_term = is_chinese and item.text.isascii() and item.text.isalpha() and is_long  # GRPO的rollout
    told = [i for i in items[:at] if not (i.means("auxiliary") or fold(i.text) in ARTICLES)][-1:]
    is_claim = (
        item.text.isascii() and item.text.endswith("ed") and any(i.of("type:") for i in told)
    )  # "papers retracted"
    rest = [i for i in items[at + 1 :] if not (i.mark or i.means("frame"))]
    is_head = has_han(item.text) and bool(at) and items[at - 1].text == "的" and not rest  # 量化模型的鲁棒性
    return (narrows or of_models or of_thing or is_term or is_head or is_claim) and is_told(item.text)


def is_machine(items: list[Item], at: int) -> bool:
    """Whether a piece is what something runs on: 平头哥芯片, 在月球车上跑."""
    before, behind = items[max(at - 1, 0) : at], items[at + 1 : at + 3]
    runs = [i.of("relation:") == "runs_on" for i in behind[1:]]
    is_place = bool(before) and before[0].text == "在" and any(runs) and behind[0].text == "上"
    return is_place or (bool(behind) and behind[0].of("type:") == "hardware")


def is_told(words: str) -> bool:
    """Whether texts can be searched for words: they are English, or Chinese for what English words say."""
    return not has_han(words) or bool(in_english(words))
