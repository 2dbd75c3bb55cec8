"""What bench.py says of its figures: tables, slopes and docs/speed.md."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench_queries import QUERIES

#: What stands before the part of docs/speed.md that bench_whole.py writes.
WHOLE = "<!-- whole papers -->\n"


def slope(points: Mapping[int, float]) -> float | None:
    """The exponent by which figures grow with size: the least squares of their logarithms; None for less than two."""
    known = [(math.log(size), math.log(value)) for size, value in points.items() if size > 0 and value > 0]
    if len(known) < 2:
        return None
    x, y = (sum(values) / len(known) for values in zip(*known, strict=True))
    return float(sum((a - x) * (b - y) for a, b in known) / sum((a - x) ** 2 for a, _ in known))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


#: The figures of building, with how they are shown and whether they grow with size in the way of a time.
FIGURES: dict[str, tuple[str, bool]] = {
    "papers/s": ("{:.0f}", False),
    "papers/s with the tagger": ("{:.0f}", False),
    "build s": ("{:.1f}", True),
    "peak MiB": ("{:.0f}", True),
    "peak MiB with the tagger": ("{:.0f}", True),
    "again": ("{:.0f} times as fast", False),
    "ten papers s": ("{:.2f}", True),
    "claims": ("{:,}", True),
    "bytes": ("{:,}", True),
    "open s": ("{:.2f}", True),
    "asking MiB": ("{:.0f}", True),
}


def told(runs: Sequence[dict[str, Any]], least: int) -> str:
    """The figures of graphs as tables, with slopes from a size on."""
    runs = sorted(runs, key=lambda run: run["papers"])
    head = [f"{run['papers']:,} papers" for run in runs]

    def line(name: str, form: str, values: Sequence[Any], grows: bool) -> list[str]:
        points = {run["papers"]: v for run, v in zip(runs, values, strict=True) if v and run["papers"] >= least}
        exponent = slope(points) if grows else None
        shown = [form.format(value) if value is not None else "" for value in values]
        return [name, *shown, f"{exponent:.2f}" if exponent is not None else ""]

    figures = [
        line(name, form, [run.get(name) for run in runs], grows)
        for name, (form, grows) in FIGURES.items()
        if any(name in run for run in runs)
    ]
    out = table(["figure", *head, "slope"], figures)
    for which, title in (("warm", "ms, median"), ("first", "ms, the first time"), ("found", "found")):
        values = {q.name: [run["queries"][q.name][which] for run in runs] for q in QUERIES}
        form = "{:,}" if which == "found" else "{:.1f}"
        rows = [line(name, form, of, which != "found") for name, of in values.items()]
        out += "\n" + table([title, *head, "slope"], rows)
    return out + _others(runs)


def _others(runs: Sequence[dict[str, Any]]) -> str:
    """What other programs take, of the largest graph that each was given."""
    out = ""
    for name, said in (("networkx", "a scan of networkx"), ("rdflib", "rdflib's own store")):
        run = next((run for run in reversed(runs) if run.get(name)), None)
        if run is None:
            continue
        size = run[name].get("papers", run["papers"])
        rows = []
        for query in QUERIES:
            ms, own = run[name].get(query.name, 0), run["queries"][query.name]["warm"]
            shown = "too long" if ms is None else f"{ms:.1f}" if ms else ""
            rows.append([query.name, f"{own:.1f}", shown, f"{ms / own:.0f}" if ms else ""])
        title = f"ms: kg with {run['papers']:,} papers, {said} with {size:,}"
        out += "\n" + table([title, "kg", name, "times"], rows)
        out += f"\nTo load these papers takes {name} {run[name]['load s']:.0f} s.\n"
    return out


def page(runs: Sequence[dict[str, Any]], least: int) -> str:
    """docs/speed.md."""
    days = sorted({run["date"] for run in runs if run.get("date")})
    machine = sorted({run["machine"] for run in runs if run.get("machine")})
    head = (
        "# Speed\n\nHow building and asking grow with the size of a graph. `scripts/bench.py` measures this and writes "
        "this page; its first\nlines say what is measured, and how. The slope is the exponent by which a figure grows "
        f"between {least:,} papers and the\nmost: 1 is in proportion. The queries are asked of an open graph through "
        "the Python API, as the notebooks do.\nWhere papers name no institution, the queries for one find nothing: "
        "such times say nothing of it, nor do their slopes.\n"
    )
    measured = f"\nMeasured {' and '.join(days)} on {' and '.join(machine)}.\n" if days else ""
    return f"{head}{measured}\n{told(runs, least)}"


def latest(history: Path, before: int = 0) -> list[dict[str, Any]]:
    """The last figures of each size in a history, or those so many runs before."""
    of: dict[int, list[dict[str, Any]]] = {}
    for line in history.read_text(encoding="utf-8").splitlines():
        run = json.loads(line)
        of.setdefault(run["papers"], []).append(run)
    return [runs[-1 - before] for runs in of.values() if len(runs) > before]


def compared(history: Path) -> str:
    """The latest figures of each size, as multiples of those before them."""
    before = {run["papers"]: run for run in latest(history, 1)}
    rows = []
    for run in sorted(latest(history), key=lambda run: run["papers"]):
        other = before.get(run["papers"])
        if other is None:
            continue
        pairs = [(name, run.get(name), other.get(name)) for name in FIGURES]
        pairs += [(q.name, run["queries"][q.name]["warm"], other["queries"][q.name]["warm"]) for q in QUERIES]
        rows += [
            [name, f"{run['papers']:,}", f"{was:,.1f}", f"{now:,.1f}", f"{now / was:.2f}"]
            for name, now, was in pairs
            if now and was
        ]
    return table(["figure", "papers", "before", "now", "ratio"], rows)
