"""Puts the translated parts of a phrase in Chinese order, prepositions and verbs around what they join."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.text import has_han
from kg.views.words import PageWords

_OWNED = re.compile(r"^([\u4e00-\u9fff]{2,3})的(?=[\u4e00-\u9fff])")  # one 的 is enough: 中的有限改进
_BASED = re.compile(r"基于.+的$")
_BIG = {"大": "较大的", "小": "较小的"}


@dataclass(frozen=True, slots=True)
class PhrasePart:
    """A part of a phrase with its Chinese by role.

    `roles`: "word", "name", "unknown", "comma" or a group of the word lists. `tied`: joined to the part before it
    without white space.
    """

    roles: Mapping[str, str]
    tied: bool = False


def in_order(parts: Sequence[PhrasePart]) -> str:
    """Parts in Chinese order; "" if a required part is missing."""
    if not parts:
        return ""
    for split in (_clause, _beside, _opened, _led, _listed):
        said = split(parts)
        if said is not None:
            return said
    return _compound(parts)


def _clause(parts: Sequence[PhrasePart]) -> str | None:
    """A verb between two phrases."""
    return _split(parts, lambda template: template.startswith("{a}"))


def _beside(parts: Sequence[PhrasePart]) -> str | None:
    """A preposition between two phrases, or before one."""
    if parts[0].roles.keys() & {"leading", "verb"} and "word" not in parts[0].roles:
        return None
    return _split(parts, lambda template: not template.startswith("{a}"))


def _split(parts: Sequence[PhrasePart], fits: Callable[[str], bool]) -> str | None:
    for at, part in enumerate(parts):
        template = part.roles.get("joint", "")
        if not template or "word" in part.roles or not fits(template):
            continue
        before, behind = in_order(parts[:at]), in_order(parts[at + 1 :])
        if not behind or (at and not before) or (not at and fits("{a}")):
            return ""
        if "的{a}" in template:
            before = _OWNED.sub(r"\1", before)
        if "处的" in template:
            template, behind = _at(template, behind)
        return template.format(a=before, b=behind) if at else template.replace("的{a}", "").format(b=behind)
    return None


def _at(template: str, behind: str) -> tuple[str, str]:
    """How Chinese says "at" before something: a time, a condition, or else a place."""
    words = PageWords("zh")
    said = dict(pair.split("=") for pair in words("brief.at_said").split()).get(behind, "")
    if said or behind.endswith("时"):
        return template.replace("处", ""), said or behind
    is_condition = behind.endswith(tuple(words("brief.at_endings").split())) or behind[-1:].isdigit()
    return template.replace("处", "下" if is_condition else "处"), behind


def _opened(parts: Sequence[PhrasePart]) -> str | None:
    """A word that governs everything after it: "lack of flexibility"."""
    template = parts[0].roles.get("leading") or parts[0].roles.get("verb", "")
    if not template or len(parts) == 1 or "plural" in parts[1].roles:
        return None
    lists = [b for a, b in pairwise(parts) if a.roles.keys() & {"plural", "comma"}]
    if any("leading" in part.roles for part in lists):
        return None  # "insufficient memory and limited bandwidth"
    if "word" in parts[0].roles and not all(part.roles.keys() & {"noun", "name"} for part in lists):
        return (
            None if len(parts[0].roles) == 1 else in_order([PhrasePart({"word": parts[0].roles["word"]}), *parts[1:]])
        )
    behind = in_order(parts[1:])
    return template.format(b=behind) if behind else ""


def _led(parts: Sequence[PhrasePart]) -> str | None:
    """A word that governs what follows it, with words of its own before it: "high cost of retraining"."""
    at = next((i for i, part in enumerate(parts) if part.roles.get("leading", "").startswith("{b}的")), 0)
    template = parts[at].roles.get("leading", "") if at else ""
    if not at or "word" in parts[at].roles or not all("word" in part.roles for part in parts[:at]):
        return None
    before, behind = _compound(parts[:at]).removesuffix("的"), in_order(parts[at + 1 :])
    return template.replace("的", f"的{before}", 1).format(b=behind) if before and behind else ""


def _listed(parts: Sequence[PhrasePart]) -> str | None:
    """Coordinated phrases: "latency, memory and energy"."""
    for at, part in enumerate(parts):
        joint = part.roles.get("plural") or part.roles.get("comma")
        if not joint or ("comma" in part.roles and at and _is_modifier(parts[at - 1])):
            continue
        last = max(i for i, other in enumerate(parts) if "plural" in other.roles) if "plural" in part.roles else at
        if last > at and not any("comma" in other.roles for other in parts):
            at, joint = last, "以及"  # 量化和反量化以及缓存
        rest = at + 1
        while rest < len(parts) and (parts[rest].roles.keys() & {"plural", "comma"}):
            joint, rest = parts[rest].roles.get("plural", joint), rest + 1
        if _led(parts[rest:]) is not None:
            return ""  # of "memory and decoding cost of caches" only the sense tells what "of caches" goes with
        if (
            "plural" in part.roles
            and all(map(_is_quality, parts[:at]))
            and (said := _qualities(parts[:at], parts[rest:]))
        ):
            return said
        before, behind = in_order(parts[:at]), in_order(parts[rest:])
        return before + joint + behind if before and behind else ""
    return None


def _is_quality(part: PhrasePart) -> bool:
    """Whether a word only says how something is: "efficient"."""
    return "word" in part.roles and not part.roles.keys() & {"noun", "name", "verb"}


def _qualities(first: Sequence[PhrasePart], second: Sequence[PhrasePart]) -> str:
    """Two qualities of one thing: 可扩展且高效的推理, of "scalable and efficient inference"."""
    if len(second) < 2 or not _is_quality(second[0]) or second[1].tied:
        return ""
    both, thing = [_compound(first), _compound(second[:1])], in_order(second[1:])
    joint = PageWords("zh")("brief.and" if all(one.endswith("级") for one in both) else "brief.and_also")
    return joint.join(one.removesuffix("的") for one in both) + "的" + thing if all(both) and thing else ""


def _is_modifier(part: PhrasePart) -> bool:
    """Whether what stands before a comma goes with what follows it: "lightweight, trainable router"."""
    return "trailing" in part.roles or not part.roles.keys() & {"noun", "name"}


def _compound(parts: Sequence[PhrasePart]) -> str:
    """Consecutive words; a suffix such as "-based" applies to the compound that it is tied to."""
    said: list[str] = []
    begin = first = 0  # start of the current compound, with the nouns before it: "information density-based"
    is_noun = False
    for at, part in enumerate(parts):
        was_noun, is_noun = is_noun, "noun" in part.roles
        if not part.tied and not (was_noun and is_noun):
            begin, first = len(said), at
        if "comma" in part.roles:
            continue
        trailing = part.roles.get("trailing", "")
        if part.tied and trailing and said[begin:]:
            if not all("whole" in one.roles or (one.tied and "trailing" in one.roles) for one in parts[:first]):
                return ""  # of "sparse query-based gate" only the sense tells what is sparse
            if trailing.startswith("基于") and not parts[at - 1].roles.keys() & {"noun", "name"}:
                return ""  # "progressive-based"
            owned = trailing.format(a=_join(said[begin:]))
            rest = said[:begin]  # what is said of the whole goes behind: 基于图的高效框架
            is_ahead = owned.endswith("的") and not any(one.endswith("的") for one in rest)
            said = [owned, *rest] if is_ahead else [*rest, owned]
            continue
        word = next((part.roles[role] for role in ("word", "name") if role in part.roles), "")
        if not word or (part.tied and word.endswith("的")):
            return ""  # "self-growing", "detection-task-specific"
        said.append(word)
    begins = next((at for at, word in enumerate(said) if _BASED.match(word)), 0)
    if begins and not any(word.endswith("的") for word in said[:begins]):
        said.insert(0, said.pop(begins))  # 基于大语言模型的自主智能体
    if said[1:] and said[-1] == "大小" and said[-2][:1] in _BIG:
        said.pop()  # 大批量
    if said and said[0] in _BIG and said[-1].endswith("大小"):
        said[0] = _BIG[said[0]]  # 大批大小 stutters
    elif len(said) > 1 and said[0] == "大" and said[-1].endswith("数据集"):
        said[0] = "大规模"  # 大金融 is an industry
    elif len(said) > 1 and said[0] in _BIG and said[-1].endswith("模型") and (said[-1] != "模型" or len(said) > 2):
        said[0] += "型"  # 小型扩散模型
    return _join(said)


def _join(words: Sequence[str]) -> str:
    """Words written together, with a space between two that are both not Chinese."""
    out = ""
    for word in words:
        if out == "大" and word.startswith("多"):
            out = "大型"  # of 大多 it is the most of them
        if has_han(out[-1:]):
            word = word.removeprefix("-")  # "multi-SLO" is one word in Chinese too
        if len(word) > 1 and has_han(word) and out.endswith(word):
            continue  # 首词元延迟, of "time-to-first-token latency"
        apart = out and not has_han(out[-1]) and not has_han(word[:1]) and out[-1] != "-" and word[:1].isalnum()
        out += (" " if apart else "") + word
    return out
