"""How often `kg check` is right: the verdicts on claims whose truth is known, as tables in Markdown.

    python scripts/drafts.py [-v]                                     tests/check/claims.jsonl: true claims, and swaps
    python scripts/drafts.py --graph efficient-ai.kg claims.jsonl -v  other claims, each with its verdict

A swap is a true claim with one thing changed (`kind`). The papers of the first are read from the five reports, and from
the folder that KG_SHARED names. A line of another file has a `text` of one claim, its `truth` ("supported",
"contradicted", "not found") and what it is `of` ("result", "relation").
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

ROOT = Path(__file__).resolve().parent.parent
CLAIMS = ROOT / "tests" / "check" / "claims.jsonl"
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


def verdict(graph: Graph, claim: dict[str, Any]) -> str:
    """What is said of a claim: the worst that is said of a number of a true one, the best of one of a swap."""
    found = {one.status for one in graph.check(claim["text"]).verdicts if one.claim.kind != "relation"}
    order = ("contradicted", "not found", "supported")
    if claim["kind"] != "true":
        order = ("contradicted", "supported", "not found")
    return next((status for status in order if status in found), "not found")


def score(graph: Graph, claims: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """How many true claims and swaps have each verdict."""
    return Counter(("true" if one["kind"] == "true" else "swap", verdict(graph, one)) for one in claims)


def table(counts: Counter[tuple[str, str]], rows: Iterable[str] = STATUSES) -> str:
    """Truth down, verdicts across."""
    lines = ["| truth | " + " | ".join(STATUSES) + " |", "|---|" + "---:|" * len(STATUSES)]
    for truth in rows:
        n = sum(counts[truth, said] for said in STATUSES)
        lines.append(f"| {truth} ({n}) | " + " | ".join(str(counts[truth, said]) for said in STATUSES) + " |")
    return "\n".join(lines) + "\n"


def _print_swaps(graph: Graph, verbose: bool) -> None:
    for part in ("dev", "held", "new"):
        claims = [one for one in cases() if one["part"] == part]
        for one in claims if verbose else ():
            print(one["kind"], "->", verdict(graph, one), "|", one["text"])
        print(f"{part}:\n\n{table(score(graph, claims), ('true', 'swap'))}")


def _of(graph: Graph, text: str, of: str) -> ClaimVerdict | None:
    """The verdict on the one claim of a text that counts; None where none is read."""
    found = [one for one in graph.check(text).verdicts if (one.claim.kind == "relation") == (of == "relation")]
    return found[0] if found else None


def _print_claims(graph: Graph, file: Path, verbose: bool) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for said in cases(file):
        found = _of(graph, said["text"], said["of"])
        status = found.status if found else "not found"
        counts[said["truth"], status] += 1
        if verbose:
            read = f"{found.reason} {found.differs}; {found.claim.says()}" if found else "no claim is read"
            print(" " if status == said["truth"] else "!", said["truth"], "->", status, "|", said["text"], "|", read)
    print(table(counts))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("claims", nargs="?", type=Path)
    parser.add_argument("--graph")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each verdict")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = given.graph or graph_of(cases(), Path(os.environ["KG_SHARED"]), Path(folder))
        with kg.open(str(file), read_only=True) as graph:
            if given.claims:
                _print_claims(graph, given.claims, given.verbose)
            else:
                _print_swaps(graph, given.verbose)


if __name__ == "__main__":
    main()
