"""How often `kg check` is right: the verdicts on claims whose truth is known, as tables in Markdown.

    python scripts/drafts.py [-v]                                     tests/check/claims.jsonl: true claims, and swaps
    python scripts/drafts.py --graph efficient-ai.kg claims.jsonl     other claims, with -v each with its verdict

A swap is a true claim with one thing changed (`kind`). The papers of the first are read from the five reports, and from
the folder that KG_SHARED names. A line of another file has a `text` of one sentence, its `kind`, the `sentence` of the
paper, and perhaps the text as it is `cited`. Without -v only totals are printed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import kg
from kg.api import Graph
from kg.check import STATUSES, ClaimVerdict
from kg.text import tokens

ROOT = Path(__file__).resolve().parent.parent
CLAIMS = ROOT / "tests" / "check" / "claims.jsonl"
_ALIKE = 0.6  # of the words of a sentence
CORPUS = Path("data") / "arxiv-corpus" / "efficient-ai-2025-2026.jsonl.gz"


def cases(file: Path = CLAIMS) -> list[dict[str, Any]]:
    """The claims of a file, one a line."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def graph_of(claims: Iterable[dict[str, Any]], shared: Path, folder: Path) -> Path:
    """A graph in a folder of the papers that some claims are about."""
    wanted = {claim["paper"] for claim in claims}
    with gzip.open(shared / CORPUS, "rt", encoding="utf-8") as lines:
        papers = [line for line in lines if json.loads(line)["id"] in wanted]
    (folder / "papers.jsonl").write_text("".join(papers), "utf-8")
    with kg.open(str(folder / "claims.kg"), create=True) as graph:
        graph.add(folder / "papers.jsonl", ROOT / "data" / "reports")
    return folder / "claims.kg"


def verdict(found: Iterable[ClaimVerdict]) -> str:
    """What is said of a sentence: it is as good as its numbers. "none" for one without a claim."""
    said = {one.status for one in found}
    return next((status for status in ("contradicted", "not found", "compare", "supported") if status in said), "none")


def shows(found: Iterable[ClaimVerdict], sentence: str) -> bool:
    """Whether a verdict shows a sentence of a paper, or most of it."""
    wanted = Counter(token.fold for token in tokens(sentence))
    for shown in (near.sentence for one in found for near in one.evidence):
        common = (wanted & Counter(token.fold for token in tokens(shown))).total()
        if common >= _ALIKE * wanted.total():
            return True
    return False


def score(graph: Graph, claims: Iterable[dict[str, Any]], text: str = "text") -> Counter[tuple[str, str]]:
    """How many true claims and swaps have each verdict, and with how many the paper's sentence is shown."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in claims:
        kind, found = "true" if one["kind"] == "true" else "swap", graph.check(one[text]).verdicts
        counts[kind, verdict(found)] += 1
        counts[kind, "shown"] += "sentence" in one and shows(found, one["sentence"])
    return counts


def table(counts: Counter[tuple[str, str]]) -> str:
    """Truth down, verdicts across."""
    heads = (*STATUSES, "none", "shown")
    lines = ["| truth | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]
    for truth in ("true", "swap"):
        n = sum(counts[truth, said] for said in heads[:-1])
        lines.append(f"| {truth} ({n}) | " + " | ".join(str(counts[truth, said]) for said in heads) + " |")
    return "\n".join(lines) + "\n"


def _print(graph: Graph, claims: list[dict[str, Any]], verbose: bool) -> None:
    for one in claims if verbose else ():
        print(one["kind"], "->", verdict(graph.check(one["text"]).verdicts), "|", one["text"])
    print(table(score(graph, claims)))
    cited = [one for one in claims if "cited" in one]
    if cited:
        same = [
            one for one in cited if len({verdict(graph.check(one[text]).verdicts) for text in ("text", "cited")}) == 1
        ]
        print(f"with citations ({len(same)} of {len(cited)} verdicts are the same):\n")
        print(table(score(graph, cited, "cited")))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("claims", nargs="?", type=Path)
    parser.add_argument("--graph")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each verdict")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = given.graph or graph_of(cases(), Path(os.environ["KG_SHARED"]), Path(folder))
        with kg.open(str(file), read_only=True) as graph:
            for part in ("dev", "held", "new") if not given.claims else ():
                print(f"{part}:\n")
                _print(graph, [one for one in cases() if one["part"] == part], given.verbose)
            if given.claims:
                _print(graph, cases(given.claims), given.verbose)


if __name__ == "__main__":
    main()
