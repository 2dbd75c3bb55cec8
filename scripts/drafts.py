"""How often `kg check` is right: the verdicts on claims whose truth is known, as a confusion table in Markdown.

    python scripts/drafts.py --graph efficient-ai.kg                  the 40 claims of data/gold/drafts.test.jsonl
    python scripts/drafts.py --graph efficient-ai.kg claims.jsonl -v  other claims, with each verdict

The graph is one over data/arxiv-corpus/efficient-ai-2025-2026.jsonl.gz. A line of a file has a `text` of one claim, its
`truth` ("supported", "contradicted", "not found") and what it is `of` ("result", "relation").
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from kg.api import Graph
from kg.query.drafts import ClaimVerdict
from kg.query.drafts.checking import STATUSES

CLAIMS = Path(__file__).resolve().parent.parent / "data" / "gold" / "drafts.test.jsonl"


def verdict(graph: Graph, text: str, of: str) -> ClaimVerdict | None:
    """The verdict on the one claim of a text that counts; None where none is read."""
    found = [one for one in graph.check(text).verdicts if (one.claim.kind == "relation") == (of == "relation")]
    return found[0] if found else None


def table(counts: Counter[tuple[str, str]]) -> str:
    """Truth down, verdicts across."""
    lines = ["| truth | " + " | ".join(STATUSES) + " |", "|---|" + "---:|" * len(STATUSES)]
    for truth in STATUSES:
        lines.append(f"| {truth} | " + " | ".join(str(counts[truth, said]) for said in STATUSES) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("claims", nargs="?", type=Path, default=CLAIMS)
    parser.add_argument("--graph", required=True)
    parser.add_argument("-v", "--verbose", action="store_true", help="print each verdict")
    given = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    with Graph(given.graph, read_only=True) as graph:
        for line in given.claims.read_text("utf-8").splitlines():
            said = json.loads(line)
            found = verdict(graph, said["text"], said["of"])
            status = found.status if found else "not found"
            counts[said["truth"], status] += 1
            if given.verbose:
                mark = " " if status == said["truth"] else "!"
                read = f"{found.reason}; {found.claim.subject}: {found.claim.says()}" if found else "no claim is read"
                near = [f"{one.says} {one.score:.2f}" for one in found.evidence[:1]] if found else []
                print(mark, said["truth"], "->", status, "|", said["text"], "|", read, *near)
    print(table(counts))


if __name__ == "__main__":
    main()
