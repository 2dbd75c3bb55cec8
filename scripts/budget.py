"""Print the lines and compiled patterns of each package beside what they were, the release's budget and the aim.

    python scripts/budget.py [--lower]

scripts/budget.toml holds the limits. A package may exceed the budget of the release while it shrinks, but not its
`limit`, which `make test` checks. `--lower` sets each limit to today's count where that is smaller; no option raises
one. A file counts for the row with the longest path that contains it. Lines are all lines of Python files, patterns
the calls of `re.compile` and `pattern`. The exit status is 1 when a count exceeds its limit.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LIMITS = ROOT / "scripts" / "budget.toml"
_PATTERN = re.compile(r"\bre\.compile\(|\bpattern\(")
_TITLES = {"lines": "lines of Python", "patterns": "compiled patterns"}


class Row(NamedTuple):
    """A package or a group of packages: its count, and the count in earlier and later releases (0: not given)."""

    kind: str  # lines or patterns
    name: str
    was: int
    release: int
    aim: int
    limit: int
    now: int

    @property
    def is_over(self) -> bool:
        """Whether the count exceeds the limit."""
        return self.now > self.limit


def rows(limits: Path = LIMITS, root: Path = ROOT) -> list[Row]:
    """The rows of the file of limits, each with its count; a row without paths is the sum of those of kg/."""
    table = tomllib.loads(limits.read_text("utf-8"))
    groups = {name: row["paths"] for name, row in table["lines"].items() if row["paths"]}
    by_path = {path: name for name, paths in groups.items() for path in paths}
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in _TITLES}
    for top in sorted({path.split("/")[0] for path in by_path}):
        for file in sorted((root / top).rglob("*.py")):
            place = file.relative_to(root).as_posix()
            name = by_path[max((path for path in by_path if f"{place}/".startswith(f"{path}/")), key=len)]
            text = file.read_text("utf-8")
            counts["lines"][name] += text.count("\n")
            counts["patterns"][name] += len(_PATTERN.findall(text))
    package = [name for name, paths in groups.items() if any(path.split("/")[0] == "kg" for path in paths)]
    out = []
    for kind in _TITLES:
        for name, row in table[kind].items():
            summed = [one for one in package if one != row.get("without")]
            count = counts[kind][name] if name in groups else sum(counts[kind][one] for one in summed)
            out.append(Row(kind, name, row["was"], row.get("release", 0), row.get("aim", 0), row["limit"], count))
    return out


def table(found: list[Row]) -> str:
    """The rows as text, lines before patterns."""
    out = []
    for kind, title in _TITLES.items():
        out.append(f"{title:<34}{'was':>8}{'release':>9}{'aim':>8}{'limit':>8}{'now':>8}")
        for row in (row for row in found if row.kind == kind):
            numbers = "".join(f"{number or '':>{width}}" for number, width in zip(row[3:6], (9, 8, 8), strict=True))
            over = "  over its limit" if row.is_over else ""
            out.append(f"{row.name:<34}{row.was:>8}{numbers}{row.now:>8}{over}")
        out.append("")
    return "\n".join(out).rstrip()


def lowered(text: str, found: list[Row]) -> str:
    """The file of limits with each limit at today's count where that is smaller."""
    for row in found:
        if row.now < row.limit:
            section = rf'(\[{row.kind}\."{re.escape(row.name)}"\]\n(?:(?!\[).*\n)*?limit = )\d+'
            text = re.sub(section, rf"\g<1>{row.now}", text)
    return text


def main() -> int:
    """Print the table, lower the limits when asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--lower", action="store_true", help="set limits to today's counts where these are smaller")
    lower = parser.parse_args().lower
    if lower:
        LIMITS.write_text(lowered(LIMITS.read_text("utf-8"), rows()), "utf-8")
    found = rows()
    print(table(found))
    return int(any(row.is_over for row in found))


if __name__ == "__main__":
    sys.exit(main())
