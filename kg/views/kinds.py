"""What kind of thing a paper proposes, in Chinese: 跨模态蒸馏框架, of "a novel cross-modal distillation framework"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kg.text import fold, has_han
from kg.views.fillers import has_homonym, is_generic
from kg.views.proposed import kinds
from kg.views.wording import PLURAL, Wording, in_full
from kg.views.words import PageWords, listed, pattern

if TYPE_CHECKING:
    from kg.views.proposal import Proposal
    from kg.views.selection import Selection

_KIND, _FEW_KIND = 3, 2  # words of a kind of thing that tells enough, alone and beside its name
#: A Chinese phrase with "and", a small English word, a word that is said twice: 动作模型跟踪模型; part of a name.
_UNSAID = re.compile(
    r"(?<![A-Za-z\d])-[A-Za-z]|"  # "Mixture-of-Gates", cut
    r"和|算法方法|协同设计(?=.)|(?<![A-Za-z])[a-z]{4,}(?![A-Za-z-])|([\u4e00-\u9fff]{2,})\1|自自|([\u4e00-\u9fff]{3,}).*\2|"
    r"([\u4e00-\u9fff]{2})[\u4e00-\u9fff]{2,3}\3$"
)
#: Words of which only the sense tells what goes with which: "Masked Gate Routing-based", "fully gate-free".
_ENTWINED = re.compile(
    r"(?:[\w-]+ed|[\w-]+ing) [\w-]+ \w+-(?:based|driven|guided|aware)\b|\b[a-z]+ly [\w-]+-\w|\band [a-z]+ly \w"
)
#: Where 的 stands: 组件感知的自动剪枝, 参数高效的适配, but 参数高效微调.
_AWARE = re.compile(
    r"(?:(?<!量化)(?<!高效)感知|^统一|^高效统一|^可扩展|^全自动|^预训练|^免学习|^免训练|^完全自主|^自我改进|^自我进化|^紧凑)(?=[\u4e00-\u9fff]{5}|[A-Z])(?!.*的)|"
    r"(?<=[\u4e00-\u9fff]{2})(?<!的)(?<!用于)高效(?=[A-Z]|(?!微调|的)[\u4e00-\u9fff]{4})"
)
_TWO = re.compile(r"(?P<one>[\w-]*\w) and (?P<other>(?:[a-z]+ly )?[\w-]+) (?P<rest>.+)")
_MERE = r"(?:[a-z]+ly )?<proposal.mere>"
_MERE_KIND = rf"{_MERE}(?: and {_MERE})? [a-z]+"  # "an efficient and accurate method"
_MOVED = re.compile(r"^(通用|高效|统一|轻量级)(.{1,4}(?:高效|感知))的(?=[\u4e00-\u9fff])")  # 通用的参数高效微调
_SIZED = re.compile(r"^\d[\d.]*[BM]参数(?=[\u4e00-\u9fff])")
_PILE = re.compile(r"[\u4e00-\u9fff]{15}")  # modifiers without 的
_SHORT = re.compile(r"(?<![\w-])[A-Z]{2,}s?(?![\w-])", re.ASCII)  # of a term that only its paper spells out
_ASIDE = re.compile(r"^\s\([^()]*\)")
#: Behind a kind that is whole: ", called Foo, that keeps all", but not " based on gates", " for search".
_WHOLE = r"(?:,? (?:<proposal.called>) [\w-]+(?:\s\([^()]*\))?)?(?:$|,|\s(?:that|which)\b)"
_BUT_NAMED = r"(?:,? (?:<proposal.called>) [A-Z][^,;]*)?"  # what goes on with a name at most
_SAID = ("technique", "model", "task", "hardware", "dataset")
_CAPITAL = re.compile(r"(?<![A-Za-z-])(?<!基于)[A-Z][a-z]{3,}(?![A-Za-z-])")  # a word rather than a name: 3D Earth生成


def kind_in_words(shown: Selection, found: Proposal, own: str, text: str) -> str:
    """The kind of thing that is proposed, with the name `own` of the method if it has one; "" if no words tell it.

    What it is for goes before it where neither has a clause of its own: 用于网格生成的扩散框架.
    """
    phrase, head, use = kinds(found.itself or found.what)
    phrase = _plainly(phrase.removeprefix("more "))  # than what, it does not say
    nouns, find = Wording(shown.graph.vocabulary), shown.graph.vocabulary.find
    kind, last, served = (nouns(one) if one and nouns.is_noun_phrase(one) else "" for one in (phrase, head, use))
    is_mixed = any(not (find(word, "technique") or find(word, "model")) for word in _CAPITAL.findall(kind + served))
    known = listed("proposal.well_known")[0].split()
    names = (word for word in _SHORT.findall(kind + served) if word not in known)
    is_mixed = is_mixed or not all(any(match.type in _SAID for match in shown.graph.vocabulary.match(n)) for n in names)
    kind, served = (in_full(shown, one) for one in (kind, served))
    is_odd = not has_han(kind) or _PILE.search(kind) or _UNSAID.search(kind) or _ENTWINED.search(phrase) or is_mixed
    kind = "" if is_odd or has_homonym(shown, phrase, text) else kind
    whole = kind or (last if phrase == head else "")
    # of "for learning policies" 学习策略 is a strategy; "for both" has two ends
    is_apart = use.partition(" ")[0].endswith("ing") or use.startswith("both ")
    if has_han(served) and "的" not in served + kind and has_han(whole) and not is_apart:
        is_problem = find(use, "problem") is not None
        kind = shown.words("proposal.against" if is_problem else "proposal.for", what=served, kind=whole)
    elif (
        pattern(_MERE_KIND).fullmatch(phrase)
        or is_generic(shown, phrase)
        or len(re.split("[ -]", phrase)) < (_FEW_KIND if own else _KIND)
    ):
        kind = ""
    kind = PLURAL.sub("", kind)
    for short, full in (pair.split("=") for pair in shown.words("proposal.kind_ends").split()):
        kind = kind.removesuffix(full).removesuffix(short) + full if kind.endswith(short) else kind
    kind = _SIZED.sub(r"\g<0>的", kind)
    kind = kind if "的" in kind else _AWARE.sub(r"\g<0>的", kind, count=1)
    kind = _MOVED.sub(r"\1的\2", kind)
    return shown.words("proposal.kind_named", name=own, kind=kind) if own and kind else kind


def _plainly(phrase: str) -> str:
    """A phrase without one of two qualities that only praises: "a multimodal and efficient framework"."""
    found = _TWO.match(phrase)
    if not found:
        return phrase
    vague = [pattern(_MERE).fullmatch(found[key]) is not None for key in ("one", "other")]
    return phrase if vague[0] == vague[1] else f"{found['other' if vague[0] else 'one']} {found['rest']}"


def opening(shown: Selection) -> str:
    """With what Chinese begins to say what something is for; "" in English."""
    return shown.words("proposal.for").partition("{")[0]


def is_bare(shown: Selection, found: Proposal, said: str) -> bool:
    """Whether the words of a kind only name what many papers do: "a speculative decoding framework".

    So do those that leave out what it is for, or say little of that: "a framework for LLM inference".
    """
    what = found.itself or found.what
    phrase, _, use = kinds(what)
    if said.startswith(opening(shown)):
        return bool(opening(shown)) and _telling(shown, phrase, _FEW_KIND) + _telling(shown, use, _FEW_KIND) < _KIND
    behind = _ASIDE.sub("", what.partition(phrase)[2]) if phrase else ""
    return bool(use or not pattern(_WHOLE).match(behind)) or _telling(shown, phrase, 1) < _FEW_KIND


def says_no_more(found: Proposal) -> bool:
    """Whether a proposal says no more than of what kind it is, and what it is for: "a gate framework for maps"."""
    what = found.itself or found.what
    phrase, _, use = kinds(what)
    behind = _ASIDE.sub("", what.partition(phrase)[2]).removeprefix(f" for {use}") if phrase else what
    return pattern(_BUT_NAMED).fullmatch(behind) is not None


def is_vague(shown: Selection, said: str) -> bool:
    """Whether words are but a kind of which many are: "a lightweight training framework"."""
    phrase, _, _ = kinds(said)
    is_all = bool(phrase) and pattern(_BUT_NAMED).fullmatch(said.partition(phrase)[2]) is not None
    return is_all and _telling(shown, phrase, 1) < _FEW_KIND


def _telling(shown: Selection, phrase: str, most: int) -> int:
    """How many words of a phrase tell one thing from others of its kind; of those of a concept so many at `most`."""
    cues = shown.graph.vocabulary.cues
    vague = {*fold(" ".join(map(PageWords("en"), ("brief.vague_modifiers", "brief.bare")))).split()}
    general = vague | cues("generic") | cues("generic-modifier") | cues("label-frame-technique")
    known = max(((one.start, one.end) for one in shown.graph.vocabulary.match(phrase)), key=_length, default=(0, 0))
    rest = f"{phrase[: known[0]]} {phrase[known[1] :]}".split()
    telling = [word for word in rest if not (vague if "-" in word else general).issuperset(fold(word).split())]
    return min(len(phrase[known[0] : known[1]].split()), most) + len(telling)


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]
