"""Score a sheet of claims (`kg.evaluation.audit`) that a person has judged: shares of correct claims with intervals.

Shares refer to the claims that are not unclear, with Wilson's score interval of 95 %. In totals over types, each claim
is weighted by the number of claims of the graph that it represents; the interval uses the effective sample size
(Kish 1965, Survey Sampling).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.evaluation.audit import JUDGEMENTS, TYPES, Json
from kg.evaluation.printed import TextTable
from kg.model import RELATION_TYPES, KgError
from kg.query.statistics import wilson
from kg.records import read_records
from kg.safe_output import csv_text

Figures = dict[str, float]

FALSE_WINNERS = "false winners"
_COUNTS = ("judged", *JUDGEMENTS)
_SHARES = ("strictly right", "95 % interval", "right or loose", "95 % interval")
_KNOWN = f"{', '.join(JUDGEMENTS[:-1])} or {JUDGEMENTS[-1]}"


def read_sheet(path: str | Path) -> list[Json]:
    """Read the lines of a sheet; raises KgError for a line of another format, and when no line is judged."""
    lines = list(read_records(path).values())
    for line in lines:
        if line.get("type") not in TYPES or not isinstance(line.get("of"), int):
            raise KgError(f"{path}: the line {line['id']} is not from a sheet written by `kg eval --audit`.")
        if line.get("judgement") not in ("", *JUDGEMENTS):
            raise KgError(f"{path}: the line {line['id']} has a judgement other than {_KNOWN}: correct it.")
    if not any(line["judgement"] for line in lines):
        raise KgError(f"{path}: no claim is judged: set the judgement of each line to {_KNOWN}.")
    return lines


def figures(lines: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Figures]]:
    """Figures of a judged sheet for "all" claims and for the "sure" ones, by type and for types together.

    `strict` is the share judged right, `lenient` the share judged right or loose. For false winners, `wrong` is the
    share of wrong claims among those that one entity outperforms another.
    """
    judged = [line for line in lines if line["judgement"]]
    parts = {"all": judged, "sure": [line for line in judged if line.get("sure")]}
    weights = _weights(judged)
    return {part: dict(_rows(some, weights)) for part, some in parts.items() if some}


def _weights(judged: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """By type: the number of claims of the graph that one judged claim represents."""
    counts: Counter[str] = Counter()
    sizes = {}
    for line in judged:
        counts[line["type"]] += line["judgement"] != "unclear"
        sizes[line["type"]] = line["of"]
    return {kind: max(sizes[kind], count) / count for kind, count in counts.items() if count}


def _rows(judged: Sequence[Mapping[str, Any]], weights: Mapping[str, float]) -> Iterator[tuple[str, Figures]]:
    groups = {kind: (kind,) for kind in TYPES} | {"relations": RELATION_TYPES, "all claims": TYPES}
    for name, kinds in groups.items():
        if own := [line for line in judged if line["type"] in kinds]:
            counts = Counter(line["judgement"] for line in own)
            clear = [line for line in own if line["judgement"] != "unclear"]
            row: Figures = {"judged": len(own), **{how: counts[how] for how in JUDGEMENTS}}
            for share, hows in (("strict", ("right",)), ("lenient", ("right", "loose"))):
                row |= _share(share, [(line["judgement"] in hows, weights[line["type"]]) for line in clear])
            yield name, row
    if clear := [line for line in judged if line["type"] == "outperforms" and line["judgement"] != "unclear"]:
        wrong = [(line["judgement"] == "wrong", 1.0) for line in clear]
        yield FALSE_WINNERS, {"judged": len(clear), **_share("wrong", wrong)}


def _share(name: str, weighed: Sequence[tuple[bool, float]]) -> Figures:
    """The weighted share that is true, with the ends of its interval; empty for no claims."""
    total = sum(weight for _, weight in weighed)
    if not total:
        return {}
    share = sum(weight for holds, weight in weighed if holds) / total
    worth = total**2 / sum(weight**2 for _, weight in weighed)
    low, high = (float(end) for end in wilson(share * worth, worth))
    return {name: share, f"{name} low": low, f"{name} high": high}


def tables(lines: Sequence[Mapping[str, Any]]) -> dict[str, TextTable]:
    """The figures of a judged sheet as tables, by title."""
    out = {}
    titles = {"all": "claims judged", "sure": "sure claims judged"}
    found = figures(lines)
    for part, rows in found.items():
        shown = [
            (kind, *(f"{row[key]:.0f}" for key in _COUNTS), *_shown(row, "strict"), *_shown(row, "lenient"))
            for kind, row in rows.items()
            if kind != FALSE_WINNERS
        ]
        out[f"{rows['all claims']['judged']:.0f} {titles[part]}"] = TextTable(("type", *_COUNTS, *_SHARES), shown)
    winners = [
        (f"{'sure ' * (part == 'sure')}outperforms", f"{row['judged']:.0f}", *_shown(row, "wrong"))
        for part, rows in found.items()
        if (row := rows.get(FALSE_WINNERS))
    ]
    if winners:
        out[FALSE_WINNERS] = TextTable(("type", "judged", "wrong", "95 % interval"), winners)
    return out


def as_csv(found: Mapping[str, Mapping[str, Figures]]) -> str:
    """The result of `figures` as CSV, one row per part and type; a missing figure is empty."""
    rows = [(part, kind, row) for part, kinds in found.items() for kind, row in kinds.items()]
    columns = list(dict.fromkeys(key for *_, row in rows for key in row))
    shown = ((part, kind, *(round(row[key], 4) if key in row else "" for key in columns)) for part, kind, row in rows)
    return csv_text(["claims", "type", *columns], shown)


def _shown(row: Figures, name: str) -> tuple[str, str]:
    if name not in row:
        return "", ""
    return f"{row[name]:.3f}", f"{row[f'{name} low']:.3f} to {row[f'{name} high']:.3f}"
