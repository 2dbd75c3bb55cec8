"""Scores of what is read from whole papers against annotated ones: what they use, their code, roles of sections.

The annotations say for each paper what it uses by type, what it only names (`not_used`), its code and its sections.
Names pair when their letters and digits are equal, when one holds the other between words, or when three fifths of
their words are shared; numbers in them must agree. Pairs are one to one, in the order of the annotation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from kg.evaluation.matching import Json
from kg.evaluation.printed import TextTable
from kg.evaluation.scores import score_of

TYPES = ("hardware", "datasets", "models", "baselines", "software")
_SHARED = 0.6  # of the words of two names that mean one thing
_SHORT = 3  # letters of a name that may stand for too much
_ENDS = r"^https?://(www\.)?|[/.]+$|\.git$"  # of links, which do not tell them apart
_CELLS = ("numbers of tables found", "their label and head right", "their whole paths right")
_COLUMNS = ("precision", "recall", "f1", "share", "gold", "predicted")


def beside(gold: Mapping[str, Json], found: Iterable[Json]) -> dict[str, Json]:
    """What was read of annotated papers, by their ids: found by id, name of the file, or title."""
    known: dict[str, Json] = {}
    for one in found:
        for key in _keys(one):
            known.setdefault(key, one)
    hits = {name: [known[key] for key in _keys(one) if key in known] for name, one in gold.items()}
    return {name: own[0] for name, own in hits.items() if own}


def figures(gold: Mapping[str, Json], found: Mapping[str, Json]) -> dict[str, dict[str, float]]:
    """Precision, recall and f1 by type and for code; shares of mentioned names reported as used, and of sections."""
    counts = {kind: Counter[str]() for kind in (*TYPES, "code")}
    traps, sections, cells = Counter[str](), Counter[str](), Counter[str]()
    for name, annotated in gold.items():
        told = found.get(name, {})
        for kind in TYPES:
            used = [one for one in told.get(kind) or () if isinstance(one, str) or one.get("use") != "mentioned"]
            counts[kind] += _paired(annotated.get(kind) or (), used)
            trapped = [any(map(_like(trap), used)) for trap in (annotated.get("not_used") or {}).get(kind) or ()]
            traps.update(gold=len(trapped), told=sum(trapped))
        links, own = ({re.sub(_ENDS, "", one.lower()) for one in side.get("code") or ()} for side in (annotated, told))
        counts["code"].update(right=len(links & own), found=len(own), gold=len(links))
        cells += _cells(annotated.get("cells") or (), told.get("cells") or ())
        roles = {_heading(one): one["role"] for one in told.get("sections") or ()}
        for one in annotated.get("sections") or ():
            key = _heading(one)
            sections.update(gold=1, found=key in roles, right=roles.get(key) == one["role"])
    scores = {kind: score_of(n["right"], n["found"], n["gold"]) for kind, n in counts.items() if n["gold"]}
    shares = {"mentioned, reported as used": (traps, "told"), "sections found": (sections, "found")}
    shares["role of sections right"] = sections, "right"
    if cells["gold"]:
        shares |= {name: (cells, name) for name in _CELLS}
    return {kind: score.as_dict() for kind, score in scores.items()} | {
        name: {"share": n[key] / max(1, n["gold"]), "gold": n["gold"]} for name, (n, key) in shares.items()
    }


def _cells(wanted: Iterable[Json], found: Iterable[Json]) -> Counter[str]:
    """How many annotated numbers of tables are found, with their own label and head, and with their whole paths."""
    by_value: dict[str, list[Json]] = {}
    for one in found:
        by_value.setdefault(_number(one["value"]), []).append(one)
    counts: Counter[str] = Counter()
    for cell in wanted:
        near = [_paths(one) for one in by_value.get(_number(cell["value"]), ())]
        row, column = _paths(cell)
        counts.update(gold=1)
        counts["numbers of tables found"] += _number(cell["value"]) in by_value
        counts["their label and head right"] += any(one[-1:] == row[-1:] and to[-1:] == column[-1:] for one, to in near)
        counts["their whole paths right"] += (row, column) in near
    return counts


def _number(text: str) -> str:
    return re.sub(r"[^0-9a-z.]+", "", text.lower())


def _paths(cell: Json) -> tuple[list[str], list[str]]:
    """The levels of a cell's two paths, without case, blanks and signs."""
    sides = ([_folded(level).replace(" ", "") for level in cell[axis].split(" > ")] for axis in ("row", "column"))
    return next(sides), next(sides)


def figures_table(found: Mapping[str, Mapping[str, float]]) -> TextTable:
    """Figures as a table, one row a type or a share."""
    cells = ((kind, [row.get(key, "") for key in _COLUMNS]) for kind, row in found.items())
    rows = [(kind, *(f"{n:.3f}" if isinstance(n, float) else str(n) for n in numbers)) for kind, numbers in cells]
    return TextTable(("type", *_COLUMNS), rows)


def _paired(wanted: Iterable[Any], used: list[Any]) -> Counter[str]:
    """How many names are right, found and annotated; data that a model came with already may be told or not."""
    free = [one for one in wanted if not isinstance(one, str) and one.get("use") == "pretrained"]
    asked, left = [one for one in wanted if one not in free], list(used)
    for one in asked:
        if (hit := next(filter(_like(one), left), None)) is not None:
            left.remove(hit)
    beyond = sum(any(map(_like(one), free)) for one in left)
    return Counter(right=len(used) - len(left), found=len(used) - beyond, gold=len(asked))


def _like(one: Any) -> Callable[[Any], bool]:
    """Whether another thing has a name like one of a thing's names."""
    return lambda other: any(is_same(a, b) for a in _names(one) for b in _names(other))


def _names(one: Any) -> list[str]:
    return [one] if isinstance(one, str) else [one[key] for key in ("name", "surface", "canonical") if one.get(key)]


def is_same(one: str, other: str) -> bool:
    """Whether two names mean one thing.

    >>> is_same("NVIDIA A100 80GB", "A100"), is_same("Llama-2-7B", "Llama-2-13B"), is_same("LLaMA 2", "Llama-2")
    (True, False, True)
    """
    short, long = sorted((_folded(one), _folded(other)), key=len)
    if not short or short.replace(" ", "") == long.replace(" ", ""):
        return bool(short)
    few, many = (set(re.findall(r"\d+", name)) for name in (short, long))
    if len(short) > 1 and f" {short} " in f" {long} " and (few or not many or len(short) > _SHORT):
        return few <= many if few else not many
    first, second = set(short.split()), set(long.split())
    return few == many and len(first & second) >= _SHARED * len(first | second)


def _folded(name: str) -> str:
    return re.sub(r"[^0-9a-z\u4e00-\u9fff]+", " ", name.lower()).strip()


def _heading(section: Json) -> str:
    return _folded(re.sub(r"^[A-Z0-9.]+\s", "", section["head"])).replace(" ", "")


def _keys(paper: Json) -> list[str]:
    """By what a paper is found: its id (an arXiv id without its version), the name of its file, its title."""
    stem = Path(paper.get("file") or "").name.lower().split(".tei.")[0].removesuffix(".pdf").removesuffix(".tex")
    name = re.sub(r"(?<=\d{5})v\d+$", "", str(paper.get("id") or "").lower())
    return [key for key in (name, stem, _folded(paper.get("title") or "").replace(" ", "")) if key]
