"""Parses the slots of the Chinese brief: X发布了Y论文，使用了T技术，解决了P问题，达成了E效果.

Reports vary the template: clauses use other verbs, are missing, or are nested. The first verb of a clause selects its
slot. A clause without such a verb continues the previous slot, except that after the problem it belongs to the effect.
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.component import field_text
from kg.model import Brief

_OPENING = re.compile(
    r"(?P<who>[^，。；]{0,160}?)(?:联合|共同|合作)?(?:发布|发表|提出|推出|公开|介绍)了?(?:一篇|一种)?(?:题为|名为)?"
    r"(?P<what>(?:《[^》]*》|[^，。；《])*?(?:论文|文章|工作|研究|综述)(?P<after>《[^》]+》|[^，。；：]*))(?:[，。；：]|$)"
)
_ABOUT = re.compile(r"^(?:关于|有关|题为|名为|一篇)+")
_KIND_OF_PAPER = re.compile(r"(?:的|相关的?)*(?:论文|文章|工作|研究|综述)$")
_NOBODY = re.compile(
    r"^(?:相关|该|本|某|多个|一个)?的?(?:研究|科研|作者|学术)?(?:团队|机构|人员|者|单位|小组|作者|们)+$"
)

_CLAUSE = re.compile(r"[，；。]")
_OPEN, _CLOSE = "（(《【[“", "）)》】]”"

_TECHNIQUE = re.compile(
    r"(?:该(?:方法|工作|论文))?(?:使用|采用|利用|提出|应用|引入|运用|借助|基于|通过)(?:了|的是)?(?:提出了?)?"
)
_PROBLEM = re.compile(r"(?:有效|成功|从而|以|来|旨在|主要)*(?:解决|应对|克服|针对|缓解|攻克)(?:了|的是)?")
_EFFECT = re.compile(r"(?:最终|从而|并|进而|成功)*(?:达成|达到|实现|取得|获得)(?:了|的是)?")
_SWITCH = re.compile(r"(?<=[^，])(?:来|以|从而)?解决了?(?=[^方])")

_TECHNIQUE_TAIL = re.compile(r"(?:的?技术|的方式|的策略来)$")
_PROBLEM_TAIL = re.compile(r"的(?:问题|难题|挑战)$")
_EFFECT_END = re.compile(r"的?(?:显著|良好|优异)?效果(?=[，；。]|$)")

_ORGANISATION = re.compile(
    r"大学|学院|研究院|研究所|公司|实验室|集团|中心|院|universit|institut|laborator|\blabs?\b|college|school|academy|research|"
    r"cent(?:er|re)\b|hospital|\binc\b|corp|technolog(?:y|ies) (?:co|inc|group)|polytechnic|(?-i:\b[A-Z]{3,}\b)",
    re.IGNORECASE,
)
_ORGANISATION_END = re.compile(r"(?:大学|学院|研究院|研究所|公司|实验室|集团|中心|科技|[A-Za-z.)）])\s*$")
_LEGAL_FORM = re.compile(r"\s*(?:Inc|Ltd|LLC|Corp|Co|GmbH|S\.?A)(?![A-Za-z])", re.IGNORECASE)
_JOINT = re.compile(r"(?P<sure>[、；;/])|(?P<comma>[,，])|(?P<word>\s+(?:and|&)\s+)|(?P<han>以及|与|和|及)")


def slots(text: str) -> Brief:
    """The slots of one brief as verbatim spans without the words of the template; "" or () for a missing slot.

    >>> slots("清华大学、百度发布了《Foo》论文，使用剪枝技术，解决了模型过大的问题，达成了加速2倍的效果。").technique
    '剪枝'
    """
    text = " ".join(text.split())
    opening = _OPENING.match(text)
    if not opening:
        return Brief()
    technique, problem, effect = _body(text[opening.end() :])
    return Brief(institutions(opening["who"]), _name(opening["what"], opening["after"]), technique, problem, effect)


def _name(what: str, after: str) -> str:
    """The name of the paper: "X" of "关于X的论文" and of "论文X", "" for "相关论文"."""
    if after and what.startswith(("论文", "文章")):
        return after.strip(" 《》")
    name = _KIND_OF_PAPER.sub("", _ABOUT.sub("", what.strip())).strip(" 《》")
    return "" if name in ("相关", "一篇", "该", "新", "最新") else name


def _body(text: str) -> tuple[str, str, str]:
    """Technique, problem and effect in the text after the opening."""
    parts: dict[str, list[tuple[int, int]]] = {"T": [], "P": [], "E": []}
    slot = ""
    for start, end in _clauses(text):
        clause = text[start:end]
        found = _slot(clause, slot, bool(parts["P"]))
        if found:
            slot, skip = found
            start += skip
        elif not slot:
            continue
        parts[slot].append((start, end))
    if parts["T"] and not parts["P"]:
        _split_off_problem(text, parts)
    return (
        _TECHNIQUE_TAIL.sub("", _join(text, parts["T"])),
        _PROBLEM_TAIL.sub("", _join(text, parts["P"])),
        _effect(_join(text, parts["E"])),
    )


def _slot(clause: str, slot: str, has_problem: bool) -> tuple[str, int] | None:
    """The slot that a clause opens and the length of the template verb; None when it continues the previous slot."""
    problem = _PROBLEM.match(clause)
    if problem and slot != "E":
        return "P", problem.end()
    effect = _EFFECT.match(clause)
    if effect and slot != "E" and (slot or not _TECHNIQUE.match(clause)):
        return "E", effect.end()
    technique = _TECHNIQUE.match(clause)
    if technique and slot in ("", "P") and not (slot == "P" and has_problem and clause.startswith("通过")):
        return ("T", technique.end()) if slot == "" or "问题" in clause or not has_problem else ("E", 0)
    if slot == "P":  # the problem is one clause; a later clause belongs to the effect
        return "E", 0
    return None


def _split_off_problem(text: str, parts: dict[str, list[tuple[int, int]]]) -> None:
    """Split off a problem inside a technique clause ("通过A解决B的问题"); the clauses after it belong to the effect."""
    for i, (start, end) in enumerate(parts["T"]):
        switch = _SWITCH.search(text, start, end)
        if switch:
            parts["P"].append((switch.end(), end))
            parts["E"][:0] = parts["T"][i + 1 :]
            parts["T"][i:] = [(start, switch.start())]
            return


def _clauses(text: str) -> list[tuple[int, int]]:
    """Clauses separated by commas outside brackets and quotation marks; an unclosed bracket is ignored."""
    cuts = []
    depth = 0
    for i, char in enumerate(text):
        if char in _OPEN:
            depth += any(c in text[i:] for c in _CLOSE)
        elif char in _CLOSE:
            depth = max(0, depth - 1)
        elif depth == 0 and _CLAUSE.match(char):
            cuts.append(i)
    starts = [0, *(c + 1 for c in cuts)]
    return [(s, e) for s, e in zip(starts, [*cuts, len(text)], strict=True) if text[s:e].strip()]


def _join(text: str, spans: list[tuple[int, int]]) -> str:
    return text[spans[0][0] : spans[-1][1]].strip(" 。；") if spans else ""


def _effect(text: str) -> str:
    """The effect without the closing 的效果 of the template, even if a short remark follows."""
    if text.endswith("效果"):
        return _EFFECT_END.sub("", text)
    end = _EFFECT_END.search(text)
    return text[: end.start()] if end and end.start() > len(text) - end.end() else text


def institutions(text: str) -> tuple[str, ...]:
    """The organisations of a Chinese or English list; unspecific groups ("研究团队") are left out.

    >>> institutions("Nara Institute of Science and Technology与北航")
    ('Nara Institute of Science and Technology', '北航')
    """
    out: list[str] = []
    start = 0
    for joint in _JOINT.finditer(text):
        if _parts(joint, text[start : joint.start()], text[joint.end() :]):
            out.append(text[start : joint.start()])
            start = joint.end()
    out.append(text[start:])
    names = (name.strip() for name in out)
    return tuple(name for name in names if name and not _NOBODY.match(name))


def _parts(joint: re.Match[str], left: str, right: str) -> bool:
    """Whether a joint separates two organisations rather than being part of one name."""
    if joint["sure"]:
        return True
    if joint["comma"]:
        return not _LEGAL_FORM.match(right) and bool(_ORGANISATION.search(right))
    if joint["han"]:
        return bool(_ORGANISATION_END.search(left)) or len(left.strip()) <= 4
    return bool(_ORGANISATION.search(left) and _ORGANISATION.search(_JOINT.split(right)[0]))


class BriefSlots:
    """Sets `doc._.brief` from field B; see kg.model.Brief."""

    def __call__(self, doc: Doc) -> Doc:
        doc._.brief = slots(field_text(doc, "B"))
        return doc


@Language.factory("kg_brief")
def make_brief(nlp: Language, name: str) -> BriefSlots:
    return BriefSlots()
