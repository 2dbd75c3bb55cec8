"""Print how fast whole papers are read, by form, and how a graph of them grows: time, disk, questions.

    KG_SHARED=FOLDER python scripts/bench_whole.py [--forms] [--sizes 200 600 2000] [--folder FOLDER] [--write]

Seconds are those of the processor, of `kg` and all processes that it starts, for machines are shared. `--forms` adds
the papers of data/fulltext form by form, and lets another program read the same files: lxml parses XML, pypdfium2
gives the text of PDFs, pylatexenc walks through LaTeX. `--sizes` adds so many papers made of data/fulltext/orkg-tdm,
each with a title and a name of its own, and references to the others. `--write` writes the tables into docs/speed.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench_page import WHOLE, slope, table

from kg.store.lite import cache_of

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "speed.md"
TEXTS = Path(os.environ.get("KG_SHARED", "/nowhere")) / "data" / "fulltext"
PAPERS = TEXTS / "orkg-tdm" / "efficient-titles-428.jsonl.gz"
#: Papers by form: the files that `kg add` is given, and whose forms the other program reads.
FORMS = {"TEI": "tei/*.xml", "JATS": "jats/*.nxml", "LaTeX": "tex/**/*.tex", "PDF": "pdf/*.pdf"}
_REFERENCES = 40  # of a paper
_SYLLABLES = re.findall("..", "bacodifugahokilumanopirasutivowexizu")
QUESTIONS = (
    "papers on A100",
    "papers that evaluate on ImageNet",
    "which papers compare with ResNet?",
    "pruning papers with CIFAR-10",
    "what builds on MobileNet?",
    "papers from 2018 about quantization",
)


def used() -> float:
    """Seconds of the processor that processes which this one started, and which are done, have had."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def run(*words: str | Path) -> tuple[float, str]:
    """Seconds of the processor of a `kg` command, and what it prints."""
    start = used()
    done = subprocess.run([sys.executable, "-m", "kg", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(done.stderr)
    return used() - start, done.stdout


# Papers of many forms


def forms(folder: Path) -> Iterator[list[str]]:
    """A row for each form: papers, papers/s of a core fast and in full, of the other program, and the ratio to it."""
    for form, pattern in FORMS.items():
        files = sorted(TEXTS.glob(pattern))
        if form == "LaTeX":
            files = [file for file in files if r"\begin{document}" in file.read_text("utf-8", "replace")]
        times = []
        for options in (["--fast"], []):
            graph = folder / f"{form}.kg"
            times.append(run("add", *files, "--graph", graph, "--jobs", "2", *options)[0])
            papers = len(
                json.loads(run("sql", "SELECT 1 FROM papers WHERE parts > 0", "--format", "json", "--graph", graph)[1])
            )
            remove(graph)
        start = time.process_time()
        for file in files:
            _OTHERS[form](file)
        other = time.process_time() - start
        speeds = [papers / seconds for seconds in (*times, other)]
        yield [form, str(papers), *(f"{speed:.1f}" for speed in speeds), f"{speeds[2] / speeds[0]:.0f}"]


def _parsed(file: Path) -> object:
    from lxml import etree

    parser = etree.XMLParser(load_dtd=False, resolve_entities=False, no_network=True)
    return " ".join(etree.parse(str(file), parser).getroot().itertext())


def _walked(file: Path) -> object:
    from pylatexenc.latexwalker import LatexWalker

    return LatexWalker(file.read_text("utf-8", "replace"), tolerant_parsing=True).get_latex_nodes()


def _extracted(file: Path) -> object:
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    return [page.get_textpage().get_text_range() for page in document]


_OTHERS: dict[str, Callable[[Path], object]] = {"TEI": _parsed, "JATS": _parsed, "LaTeX": _walked, "PDF": _extracted}

# Many papers


def made(size: int) -> Iterator[dict[str, Any]]:
    """So many papers in the JSON of S2ORC: those at hand, and again under other titles and names."""
    with gzip.open(PAPERS, "rt", encoding="utf-8") as lines:
        known = [json.loads(line) for line in lines]
    titles = [_title(known, at) for at in range(size)]
    for at, title in enumerate(titles):
        paper, chance = known[at % len(known)], random.Random(at)
        cited = chance.sample(range(size), min(_REFERENCES, size))
        name = titles[at].partition(":")[0]
        yield {
            "paper_id": f"whole-{at}",
            "title": title,
            "year": 2015 + at % 10,
            "authors": [],
            "abstract": [{"text": f"We propose {name}. {_mixed(known, at, 'abstract', '. ')}"}],
            "body_text": [
                {"section": heading, "text": text, "cite_spans": list(_cites(text))}
                for heading, texts in paper["sections"]
                for text in texts
            ],
            "ref_entries": {
                f"F{number}": {"type": kind, "text": f"{label} {text}"}
                for number, (kind, label, text) in enumerate(paper["figures"])
            },
            "bib_entries": {
                f"B{number}": {"title": titles[other], "year": 2015 + other % 10, "authors": []}
                for number, other in enumerate(cited)
            },
        }


def _title(known: list[dict[str, Any]], at: int) -> str:
    """A title with a name of its own."""
    name = "".join(random.Random(-at - 1).choices(_SYLLABLES, k=4)).capitalize() + "Net"
    return f"{name}: {_mixed(known, at, 'title', ' ')}"


def _mixed(known: list[dict[str, Any]], at: int, field: str, between: str) -> str:
    """A text of a paper; from the second time on, half of its words or sentences are those of another paper."""
    own = known[at % len(known)][field].split(between)
    if at < len(known):
        return between.join(own)
    other = known[(at * 7 + at // len(known)) % len(known)][field].split(between)
    return between.join([*other[1::2], *own[::2]])


def _cites(text: str) -> Iterator[dict[str, Any]]:
    for found in re.finditer(r"\[(\d{1,2})\]", text):
        if int(found[1]) < _REFERENCES:
            yield {"start": found.start(), "end": found.end(), "ref_id": f"B{found[1]}"}


def growth(sizes: list[int], folder: Path) -> Iterator[dict[str, float]]:
    """The figures of graphs of so many papers."""
    for size in sorted(sizes):
        papers, graph = folder / f"whole-{size}.jsonl", folder / f"whole-{size}.kg"
        with papers.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(paper) + "\n" for paper in made(size))
        seconds, _ = run("add", papers, "--graph", graph, "--fast", "--jobs", "2")
        bytes_of = graph.stat().st_size
        run("ask", QUESTIONS[0], "--graph", graph)  # makes the files beside the graph
        asked = [run("ask", question, "--graph", graph)[0] for question in QUESTIONS]
        yield {"papers": size, "add s": seconds, "bytes": bytes_of, "ask s": median(asked), "slowest ask s": max(asked)}


def remove(graph: Path) -> None:
    """Take a graph away."""
    import shutil

    graph.unlink()
    shutil.rmtree(cache_of(graph), ignore_errors=True)


def grown(runs: list[dict[str, float]]) -> str:
    """The figures of graphs as a table, with slopes."""
    rows = []
    for name, shown in {"add s": "{:.1f}", "ask s": "{:.2f}", "slowest ask s": "{:.2f}"}.items():
        exponent = slope({int(one["papers"]): one[name] for one in runs})
        rows.append([name, *(shown.format(one[name]) for one in runs), f"{exponent:.2f}" if exponent else ""])
    first, last = runs[0], runs[-1]
    more = (last["bytes"] - first["bytes"]) / (last["papers"] - first["papers"] or 1) / 1000
    rows.insert(1, ["MB", *(f"{one['bytes'] / 1e6:.1f}" for one in runs), f"{more:.0f} KB a paper"])
    return table(["seconds of the processor", *(f"{one['papers']:,.0f} papers" for one in runs), "slope"], rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--forms", action="store_true", help="papers/s by form, beside another program")
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="papers of the graphs to build")
    parser.add_argument("--folder", type=Path, help="where graphs are built and kept; a temporary one")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/speed.md")
    options = parser.parse_args()
    if not TEXTS.is_dir():
        print(f"{TEXTS}: there is no such folder: name the one with data/fulltext with KG_SHARED.")
        return 2
    out = ""
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        if options.forms:
            head = ["papers/s of one core", "papers", "kg add --fast", "kg add", "text alone", "times as long, fast"]
            out += table(head, forms(folder))
        if options.sizes:
            out += "\n" * bool(out) + grown(list(growth(options.sizes, folder)))
    print(out)
    if options.write:
        before = PAGE.read_text("utf-8").partition(WHOLE)[0].rstrip("\n")
        said = "Seconds are those of the processor, all processes together. `scripts/bench_whole.py` measures this."
        PAGE.write_text(f"{before}\n\n{WHOLE}\n## Whole papers\n\n{said}\n\n{out}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
