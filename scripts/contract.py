"""Print the figures that may not fall beside what they are now; exit with 1 when one has fallen.

    KG_SHARED=FOLDER python scripts/contract.py [PART ...] [--all] [--graph GRAPH] [--write]
    KG_SHARED=FOLDER python scripts/contract.py --lower PART/FIGURE --reason TEXT

scripts/contract.toml holds the figures with their tolerances. The parts are dev and unseen (extraction), reports, pdf
and questions; `make test` holds all but the last, which needs a graph of 3,146 papers and takes minutes. Without a
part, all but questions are measured, with `--all` these too; `--graph` names a graph that holds the reports and the
papers. The sizes of scripts/budget.py are checked as well.

`--write` adds new figures and raises those that have risen. Only `--lower` lowers one, to what it is now, and records
the reason in the file.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import budget
from contract_measures import GRAPHS, PAPERS, Figure, Figures, graph_of
from eval_questions import SHARED

import kg

CONTRACT = Path(__file__).resolve().with_suffix(".toml")
HEAD = """\
# The figures that may not fall by more than their tolerance; scripts/contract.py measures, checks and writes them.
# "less" marks figures of which less is better. Each [[lowered]] is a figure that was lowered, with the reason.
"""
_EXACT = 1e-6
NEEDS_SHARED = ("unseen", "pdf", "reports", "questions")

Contract = dict[str, Any]  # by part and name: value, tolerance, less; and what was lowered


class Line(NamedTuple):
    """A figure of the contract beside what it is now; None where there is none."""

    part: str
    name: str
    held: Figure | None
    now: Figure | None

    @property
    def verdict(self) -> str:
        """How the figure has moved: held, risen, FALLEN, new, or MISSING where it is no longer measured."""
        if self.held is None or self.now is None:
            return "MISSING" if self.held else "new"
        gained = (self.now.value - self.held.value) * (-1 if self.held.less_is_better else 1)
        if gained < -self.held.tolerance - _EXACT:
            return "FALLEN"
        return "risen" if gained > _EXACT else "held"


def load(path: Path = CONTRACT) -> Contract:
    """The contract as its file has it."""
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def compared(contract: Contract, part: str, now: Figures) -> list[Line]:
    """The figures of a part, those of the contract first."""
    held = {
        name: Figure(one["value"], one["tolerance"], one.get("less", False))
        for name, one in contract.get(part, {}).items()
    }
    return [Line(part, name, held.get(name), now.get(name)) for name in dict.fromkeys((*held, *now))]


def fallen(lines: Iterable[Line]) -> list[Line]:
    """The lines that break the contract."""
    return [line for line in lines if line.verdict in ("FALLEN", "MISSING")]


def table(lines: Iterable[Line]) -> str:
    """The lines as text."""
    out = [f"{'figure':<62}{'contract':>9}{'now':>9}  verdict"]
    for line in lines:
        values = (f"{one.value:.4f}" if one else "–" for one in (line.held, line.now))
        out.append(f"{f'{line.part}/{line.name}':<62}{''.join(f'{value:>9}' for value in values)}  {line.verdict}")
    return "\n".join(out)


def raised(contract: Contract, lines: Iterable[Line]) -> Contract:
    """The contract with new figures, and at their new values those that have risen."""
    out = copy.deepcopy(contract)
    for line in lines:
        if line.verdict in ("new", "risen") and line.now:
            out.setdefault(line.part, {})[line.name] = _entry(line.held or line.now, line.now.value)
    return out


def lowered(contract: Contract, line: Line, reason: str) -> Contract:
    """The contract with one figure at what it is now, and with the reason; ValueError if it has not fallen."""
    name = f"{line.part}/{line.name}"
    if not line.held or not line.now or line.verdict == "risen":
        raise ValueError(f"{name} has not fallen: there is nothing to lower.")
    out = copy.deepcopy(contract)
    out[line.part][line.name] = _entry(line.held, line.now.value)
    record = {"figure": name, "from": line.held.value, "to": round(line.now.value, 4), "reason": reason}
    out.setdefault("lowered", []).append(record)
    return out


def _entry(figure: Figure, value: float) -> dict[str, Any]:
    less = {"less": True} if figure.less_is_better else {}
    return {"value": round(value, 4), "tolerance": figure.tolerance, **less}


def as_toml(contract: Contract) -> str:
    """The file of a contract: a table a part with a line a figure, and a table for each figure that was lowered."""
    out = HEAD
    for part, figures in contract.items():
        if part != "lowered":
            out += f"\n[{part}]\n"
            for name, entry in figures.items():
                out += f"{_toml(name)} = {{ {', '.join(f'{key} = {_toml(value)}' for key, value in entry.items())} }}\n"
    for record in contract.get("lowered", []):
        out += "\n[[lowered]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in record.items())
    return out


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def measured(part: str, graph: str | None = None) -> Figures:
    """The figures of a part now; parts that need a graph make one, or read the one that is named."""
    if part in PAPERS:
        return PAPERS[part]()
    measure, files = GRAPHS[part]
    if graph and part == "questions":
        with kg.open(graph, read_only=True) as opened:
            return measure(opened)
    with graph_of(*files) as opened:
        return measure(opened)


def _lines(parts: Iterable[str], graph: str | None, contract: Contract) -> Iterator[Line]:
    for part in parts:
        if part in NEEDS_SHARED and not (SHARED / "gold").is_dir():
            print(
                f"{part} is not measured: set KG_SHARED to the folder with the data that does not ship.",
                file=sys.stderr,
            )
        else:
            yield from compared(contract, part, measured(part, graph))


def main() -> int:
    """Measure, print, and write the file when asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join((*PAPERS, *GRAPHS))}")
    parser.add_argument("--all", action="store_true", help="questions too")
    parser.add_argument("--graph", help="a graph that holds the reports and the papers on efficient AI")
    parser.add_argument("--write", action="store_true", help="add new figures, raise those that have risen")
    parser.add_argument("--lower", metavar="PART/FIGURE", help="lower a figure to what it is now")
    parser.add_argument("--reason", help="why it is lowered")
    arguments = parser.parse_args()
    known = (*PAPERS, *GRAPHS)
    parts = arguments.parts or [part for part in known if arguments.all or arguments.graph or part != "questions"]
    if arguments.lower:
        parts = [arguments.lower.partition("/")[0]]
    if unknown := set(parts).difference(known):
        parser.error(f"There is no part {min(unknown)}: choose from {', '.join(known)}.")
    if arguments.lower and not arguments.reason:
        parser.error("Give the reason with --reason.")
    contract = load()
    lines = list(_lines(parts, arguments.graph, contract))
    print(table(lines))
    if arguments.lower:
        found = [line for line in lines if f"{line.part}/{line.name}" == arguments.lower]
        if not found:
            parser.error(f"There is no figure {arguments.lower}.")
        contract = lowered(contract, found[0], arguments.reason)
    elif arguments.write:
        contract = raised(contract, lines)
    if arguments.lower or arguments.write:
        CONTRACT.write_text(as_toml(contract), "utf-8")
    sizes = budget.rows()
    print(f"\n{budget.table(sizes)}")
    broken = fallen(line for line in lines if f"{line.part}/{line.name}" != arguments.lower)
    return int(bool(broken) or any(row.is_over for row in sizes))


if __name__ == "__main__":
    sys.exit(main())
