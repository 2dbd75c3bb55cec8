"""Wins that a sentence states outright: "ZapKV outperforms Plover and Corvid", "a speedup over Plover".

The judges of relations weigh what words make likely. Where a verb of winning has a named loser as its object and the
paper's own work as its subject, nothing is left to weigh.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kg.extract.base import sentence_of
from kg.extract.context import DocView
from kg.extract.ends import FIRST, Placed
from kg.extract.phrases import TaggedWord
from kg.text import fold

_LOSERS = ("baseline", "mentioned", "")  # roles; a model has none yet
_AHEAD = 4  # words before a verb that may turn it
_NAMED = 4  # words of a member of a list
_MOST = 14  # words between a verb and a loser
_OWN = frozenset({"we", "our", "it", "its", "proposed", "this", "these"})
_EXAMPLES = frozenset({"as", "including", "like"})
_MARKS = (":", ";", "(", "%")


class _Win(NamedTuple):
    """A verb of winning: where it starts, and the words behind it."""

    start: int
    behind: Sequence[TaggedWord]


def stated(view: DocView, found: Sequence[Placed], head: int) -> set[tuple[int, int]]:
    """The pairs (winner, loser) of entities whose win a sentence states; `head` is the main entity, -1 for none."""
    out = set()
    for j, loser in enumerate(found):
        if j == head or loser.own or loser.mention.type not in FIRST or loser.mention.role not in _LOSERS:
            continue
        for _, start, _ in loser.places:
            if start < max(view.first, view.abstract[0]) or (win := _win(view, start)) is None:
                continue
            if _is_known(view, loser) and _is_class(view, win.behind):
                continue
            i = _winner(view, found, j, head, win)
            if i >= 0:
                out.add((i, j))
                break
    return out


def _win(view: DocView, at: int) -> _Win | None:
    """The verb of winning whose object, or a member of it, begins at an offset; None if it is turned."""
    phrase = view.phrase_at(*sentence_of(view.doc, at))
    words = [word for word in phrase.words if word.start < at] if phrase else []
    cues = view.vocabulary.cues
    for k in range(len(words) - 1, -1, -1):
        word = fold(words[k].text)
        before = [fold(one.text) for one in words[max(0, k - _AHEAD) : k]]
        if word in cues("win") or (word in cues("gain-over") and not cues("gain").isdisjoint(before)):
            turned = cues("negate") | cues("equate") | cues("lose") | {"or"}
            behind = words[k + 1 :]
            held = turned.isdisjoint(before) and _reaches(view, behind)
            return _Win(words[k].start, behind) if held else None
    return None


def _reaches(view: DocView, behind: Sequence[TaggedWord]) -> bool:
    """Whether the words between a verb and a name are a list that the name belongs to."""
    stops = view.vocabulary.cues("leads-away") | view.vocabulary.cues("clause")
    if len(behind) > _MOST:
        return False
    since = 0
    for word in behind:
        form = fold(word.text)
        if form in stops or word.text in _MARKS or word.tag == "CD" or word.tag.startswith(("VBZ", "VBP", "VBD", "MD")):
            return False
        since = 0 if word.text == "," or form in {"and", *_EXAMPLES} else since + 1
    return since <= _NAMED


def _is_known(view: DocView, loser: Placed) -> bool:
    """Whether a loser is a class of techniques that the vocabulary knows, as "sparse attention"."""
    name = loser.mention.canonical
    return name.islower() and view.vocabulary.find_written(name, "technique") is not None


def _is_class(view: DocView, behind: Sequence[TaggedWord]) -> bool:
    """Whether what follows is a class that the winner may be of: "existing token pruning", not "rivals such as X"."""
    forms = [fold(word.text) for word in behind]
    rivals = [k for k, form in enumerate(forms) if form in view.vocabulary.cues("rivals")]
    return bool(rivals) and _EXAMPLES.isdisjoint(forms[rivals[-1] :])


def _winner(view: DocView, found: Sequence[Placed], loser: int, head: int, win: _Win) -> int:
    """The main entity where the words before the verb name it, or say "our method" of it; else -1."""
    begin, _ = sentence_of(view.doc, win.start)
    named = [i for i, entity in enumerate(found) if i != loser and entity.mention.type in FIRST]
    named = [i for i in named if _stands_in(found[i], begin, win.start)]
    if head in named:
        return head
    others = any(found[i].mention.role not in ("baseline", "mentioned") for i in named)
    ours = head >= 0 and _is_whole(view, found[head]) and not _OWN.isdisjoint(view.words(begin, win.start))
    return head if ours and not others else -1


def _is_whole(view: DocView, entity: Placed) -> bool:
    """Whether "our method" means an entity: it has the paper's own name, or is a framework, a model, ..."""
    cues = view.vocabulary.cues
    last = fold(entity.mention.canonical).rpartition(" ")[2]
    return entity.own or last in cues("label-frame-technique") | cues("label-form-technique")


def _stands_in(entity: Placed, begin: int, end: int) -> bool:
    return any(begin <= start < end for _, start, _ in entity.places)
