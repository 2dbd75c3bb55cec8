"""Print the figures of the README: scores against annotated papers, times of whole processes, and sizes on disk.

    python scripts/figures.py [--write] [scores] [times] [sizes]

`--write` puts them between the marks in README.md; all are made where none is named. Times are medians of whole
processes from an installed state. Sizes are those of clones of this repository and of what `make demo` installs in one.
The development questions are scored where $KG_SHARED/gold holds their scorer.
"""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from marked import put

from kg.entity_types import LISTS
from kg.evaluation.components import reader
from kg.evaluation.scores import Score, evaluate
from kg.records import read_records
from kg.sources import read

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "data" / "reports"
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared")) / "gold"
QUESTIONS = (
    "KV-cache compression papers on H100",
    "在H100上做KV缓存压缩的论文",
    "Which papers report a speedup of at least 10x?",
)


def scores(gold: Path, texts: Path) -> dict[str, Score]:
    """Scores of what is extracted from texts against annotated papers, as if the tagger had never seen them."""
    wanted = read_records(gold)
    documents = [d for file in sorted(texts.iterdir()) for d in read(file).documents if d.id in wanted]
    return evaluate(wanted, documents, reader()).by_type()


def seconds(command: list[str], times: int = 5) -> float:
    """Median wall time of a whole process."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def quality() -> list[str]:
    """The table of scores: what is named, results, relations and topics; docs/evaluation.md has all."""
    found = scores(ROOT / "data" / "gold" / "dev.jsonl", REPORTS)
    lines = ["| 80 papers of the reports | precision | recall | F1 |", "|---|---:|---:|---:|"]
    for key in (*LISTS.values(), "results", "relations", "topics"):
        s = found[key]
        lines.append(f"| {key} | {s.precision:.2f} | {s.recall:.2f} | {s.f1:.2f} |")
    return [*lines, f"| **headline** (mean F1 of ten types) | | | {found['headline'].f1:.3f} |"]


def sizes(folder: Path) -> list[str]:
    """The table of sizes: a clone with all its history and one without, and what `make demo` makes in it."""
    rows = {}
    for name, options in (("all", []), ("last", ["--depth", "1"])):
        said = " ".join(["git clone", *options])
        subprocess.run(["git", "clone", "--quiet", *options, f"file://{ROOT}", folder / name], check=True)
        rows[f"`{said}`"] = megabytes(folder / name)
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    subprocess.run(["make", "demo"], cwd=folder / "last", env=own, check=True, capture_output=True)
    rows["`.venv` after `make demo`"] = megabytes(folder / "last" / ".venv")
    return ["| on disk | MB |", "|---|---:|", *(f"| {name} | {size} |" for name, size in rows.items())]


def megabytes(folder: Path) -> int:
    """The size of a folder in megabytes, as `du -sm` counts it."""
    said = subprocess.run(["du", "-sm", folder], check=True, capture_output=True, encoding="utf-8")
    return int(said.stdout.split()[0])


def questions(graph: Path) -> str:
    """The score of the development questions, by the scorer of the annotated papers."""
    scorer = SHARED / "score_questions.py"
    if not scorer.is_file():
        return ""
    command = [sys.executable, str(scorer), str(SHARED / "questions.dev.jsonl"), "--within", str(SHARED / "dev.jsonl")]
    command += ["--graph", str(graph), "--command", f"{sys.executable} -m kg ask"]
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return said.stdout.splitlines()[-1]


def speed(folder: Path) -> list[str]:
    """The table of times."""
    compileall.compile_dir(ROOT / "kg", quiet=1)  # as pip does: else each process compiles what was changed
    kg = [sys.executable, "-m", "kg"]
    graph = folder / "papers.kg"
    start = time.perf_counter()
    subprocess.run([*kg, "add", REPORTS, "--graph", graph], check=True, capture_output=True)
    adding = time.perf_counter() - start
    rows = [("kg --help", seconds([*kg, "--help"])), ("kg add, five reports, 133 papers", adding)]
    rows += [(f"kg ask “{q}”", seconds([*kg, "ask", q, "--graph", str(graph), "--format", "json"])) for q in QUESTIONS]
    rows.append(("kg mcp, start and end", seconds([*kg, "mcp", "--graph", str(graph)])))
    rows.append(("kg verify", seconds([*kg, "verify", "--graph", str(graph)], 1)))
    lines = ["| whole process | seconds |", "|---|---:|", *(f"| {name} | {taken:.2f} |" for name, taken in rows)]
    asked = questions(graph)
    return [*lines, "", f"Development questions: {asked}."] if asked else lines


def main() -> None:
    """Measure and print; with --write, into the README."""
    parts = {"scores": lambda _: quality(), "times": speed, "sizes": sizes}
    for name in [part for part in parts if part in sys.argv] or parts:
        with tempfile.TemporaryDirectory() as folder:
            text = "\n".join(parts[name](Path(folder))) + "\n"
        print(text)
        if "--write" in sys.argv:
            put(ROOT / "README.md", name, text)


if __name__ == "__main__":
    main()
