"""Try `kg gaps` on the past: what it lists at the beginning of a month, beside what papers combine in the months after.

    python scripts/gaps.py NAME=GRAPH... [--write]

Writes the table of docs/gaps.md, a row for each graph; the page says how these are made. Intervals are percentiles of a
bootstrap over months (Efron 1979, Annals of Statistics 7:1), all lists of a month together, drawn with replacement
4,000 times from a fixed seed. It is paired: what stands in both lists of a month adds nothing to their difference.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from marked import put

from kg.api import Graph
from kg.views.gaps.combined import Field
from kg.views.gaps.forecast import Forecast, Trial
from kg.views.gaps.gap_evidence import Texts

PAGE = Path(__file__).resolve().parent.parent / "docs" / "gaps.md"
SPAN, NUMBERS, DRAWN = 91, (20, 100), 4000


def months(first: str, last: str) -> Iterator[int]:
    """The first days (ordinals) of the months from one to another ("2025-09")."""
    start, end = (int(said[:4]) * 12 + int(said[5:]) - 1 for said in (first, last))
    return (date(at // 12, at % 12 + 1, 1).toordinal() for at in range(start, end + 1))


def tried(location: str, first: str, last: str) -> dict[int, list[Trial]]:
    """The trials of each month, by how many combinations are listed."""
    out: dict[int, list[Trial]] = {number: [] for number in NUMBERS}
    with Graph(location, read_only=True) as graph:
        field = Field(graph)
        forecast, texts = Forecast(field, SPAN), Texts(field)
        for day in months(first, last):
            for number in NUMBERS:
                trial = forecast.trial(day + SPAN, number, skip=partial(texts.name, before=day))
                if trial is not None:
                    out[number].append(trial)
    return out


def measured(trials: list[Trial], number: int, least: int) -> dict[str, Any]:
    """How many in a hundred came in so many papers or more: by the method, of the most frequent, at random."""
    by_month: dict[int, list[Any]] = defaultdict(list)
    for trial in trials:
        came = [sum(n >= least for n in papers.values()) for papers in (trial.came, trial.popular)]
        by_month[trial.since].append([came[0], came[1], came[0] - came[1]])
    each = np.array([np.mean(rows, 0) for _, rows in sorted(by_month.items())]) * 100 / number
    drawn = each[np.random.default_rng(0).integers(0, len(each), (DRAWN, len(each)))].mean(1)
    middle, (low, high) = each.mean(0), np.quantile(drawn, [0.025, 0.975], axis=0)
    return {
        **{name: (middle[at], low[at], high[at]) for at, name in enumerate(("likely", "popular", "more"))},
        "random": float(np.mean([t.share for t in trials]) * 100),
        "thought": float(np.mean([chance for t in trials for chance in t.chances]) * 100),
    }


def table(found: dict[str, dict[int, list[Trial]]]) -> str:
    """The table of the page, and a sentence on each graph."""
    rows = ["| graph | listed | came in papers | likely | most frequent | random | likely above most frequent |",
            "|---|---:|---|---:|---:|---:|---:|"]  # fmt: skip
    said = []
    for name, trials in found.items():
        for number in NUMBERS:
            for least in (1, 2):
                m = measured(trials[number], number, least)
                came, chance = ("one or more", f"{m['random']:.1f}%") if least == 1 else ("two or more", "")
                shown = (name, number, came, _with(m["likely"]), _with(m["popular"]), chance, _with(m["more"], "+"))
                rows.append(f"| {' | '.join(map(str, shown))} |")
        twenty = measured(trials[20], 20, 1)
        low, high = twenty["more"][1:]
        verdict = "beats popularity" if low > 0 else "does not surely beat popularity" if high > 0 else "is no better"
        thought, came = twenty["thought"], twenty["likely"][0]
        said.append(
            f"{name}: with 20 listed the method {verdict} ({len(trials[20])} lists); it thought its "
            f"combinations {thought:.0f}% likely, and {came:.0f}% came."
        )
    return "\n".join([*rows, "", *(f"- {one}" for one in said)])


def _with(figures: tuple[float, float, float], sign: str = "") -> str:
    middle, low, high = (format(figure, f"{sign}.0f") for figure in figures)
    return f"{middle}% [{low}, {high}]"


def main() -> None:
    """Measure, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graphs", nargs="+", metavar="NAME=GRAPH")
    parser.add_argument("--first", default="2025-09", help="the first month that is not known")
    parser.add_argument("--last", default="2026-04", help="the last one")
    parser.add_argument("--write", action="store_true", help="put the table into docs/gaps.md")
    asked = parser.parse_args()
    named = dict(one.split("=", 1) for one in asked.graphs)
    made = table({name: tried(location, asked.first, asked.last) for name, location in named.items()})
    print(made)
    if asked.write:
        put(PAGE, "gaps", made + "\n")


if __name__ == "__main__":
    main()
