"""How far the scores of records can be trusted, measured on annotated papers, with a reliability diagram.

    kg extract data/reports -o records.jsonl
    python scripts/reliability.py records.jsonl data/gold/dev.jsonl [-o reliability.svg]

Prints by type, for all entities and for all claims: how many there are, the share that is right (paired as `kg eval`
does), the mean score, the expected calibration error (Naeini, Cooper & Hauskrecht 2015) with ten bins of equal width
and ten of equal mass, and the area under the ROC curve of right against wrong. -o draws share against score by bins of
equal width (SVG, PNG, PDF).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kg.cli.core import console, note, table
from kg.entity_types import LISTS
from kg.evaluation.matching import Json, beside, paired
from kg.evaluation.printed import TextTable
from kg.evaluation.trust_scores import score_of
from kg.model import KgError
from kg.records import read_records

_ACROSS = 3  # panels side by side
BINS = 10
ENTITIES, CLAIMS = "all entities", "all claims"
_SCORED = (*LISTS.values(), "results", "relations")


class ScoredClaim(NamedTuple):
    """The score of a claim from 0 to 1, and whether it matches an annotation."""

    score: float
    right: bool


class Bin(NamedTuple):
    """Claims with similar scores: their number, mean score, and share of right claims."""

    size: int
    score: float
    right: float


def claims(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> dict[str, list[ScoredClaim]]:
    """The claims of records by type, matched as in scoring, and for all entities and all claims together.

    A claim without a score counts as certain (1). Papers without annotation are ignored. Raises KgError for an invalid
    record and for a score outside 0 to 1.
    """
    out: dict[str, list[ScoredClaim]] = {key: [] for key in _SCORED}
    for name, annotated, found in beside(gold, predicted):
        for pairing in paired(annotated, found):
            if pairing.type in out:
                right = {j for i, j in pairing.pairs if _in_role(pairing.type, pairing.gold[i], pairing.found[j])}
                out[pairing.type] += [
                    ScoredClaim(score_of(name, item), j in right) for j, item in enumerate(pairing.found)
                ]
    out[ENTITIES] = [claim for key in LISTS.values() for claim in out[key]]
    out[CLAIMS] = [claim for key in _SCORED for claim in out[key]]
    return out


def _in_role(kind: str, gold: Json, found: Json) -> bool:
    """Whether a technique has the annotated role, which its score covers too; true for types without a role."""
    return kind != "techniques" or gold.get("role") == found.get("role")


def equal_width(found: Sequence[ScoredClaim], bins: int = BINS) -> list[Bin]:
    """Bins of equal width over the scores from 0 to 1, without empty ones."""
    kept: list[list[ScoredClaim]] = [[] for _ in range(bins)]
    for claim in found:
        kept[min(int(claim.score * bins), bins - 1)].append(claim)
    return [_bin(claims) for claims in kept if claims]


def equal_mass(found: Sequence[ScoredClaim], bins: int = BINS) -> list[Bin]:
    """Bins with about equal numbers of claims, by score; claims with the same score share a bin."""
    out: list[list[ScoredClaim]] = [[]]
    left = len(found)
    for _, tied in groupby(sorted(found), key=lambda claim: claim.score):
        same = list(tied)
        rest = bins - len(out) + 1  # bins left for the remaining claims
        if out[-1] and len(out) < bins and 2 * len(out[-1]) + len(same) > 2 * left / rest:
            left -= len(out[-1])
            out.append([])
        out[-1] += same
    return [_bin(claims) for claims in out if claims]


def _bin(found: Sequence[ScoredClaim]) -> Bin:
    n = len(found)
    return Bin(n, sum(c.score for c in found) / n, sum(c.right for c in found) / n)


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance between score and share of right claims, weighted by bin size; 0 without bins."""
    total = sum(b.size for b in bins)
    return sum(b.size * abs(b.score - b.right) for b in bins) / total if total else 0.0


def auroc(found: Sequence[ScoredClaim]) -> float | None:
    """The probability that a right claim scores higher than a wrong one; None if all are right or all are wrong."""
    rights = sum(claim.right for claim in found)
    pairs = rights * (len(found) - rights)
    won, below = 0.0, 0  # wrong claims with a lower score
    for _, tied in groupby(sorted(found), key=lambda claim: claim.score):
        kinds = [claim.right for claim in tied]
        right, wrong = sum(kinds), len(kinds) - sum(kinds)
        won += right * (below + wrong / 2)
        below += wrong
    return won / pairs if pairs else None


def reliability_table(found: Mapping[str, Sequence[ScoredClaim]]) -> TextTable:
    """One row per type with claims: number, share of right claims, mean score, calibration errors and AUROC."""
    rows = []
    for key, said in found.items():
        if said:
            right, score = (sum(values) / len(said) for values in zip(*((c.right, c.score) for c in said), strict=True))
            errors = (calibration_error(bins(said)) for bins in (equal_width, equal_mass))
            area = auroc(said)
            numbers = (f"{n:.3f}" for n in (right, score, *errors))
            rows.append((key, str(len(said)), *numbers, "" if area is None else f"{area:.3f}"))
    return TextTable(("type", "claims", "right", "mean score", "ECE by width", "ECE by mass", "AUROC"), rows)


def main() -> int:
    """Print the table and draw the diagram."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, help="what `kg extract` writes")
    parser.add_argument("gold", type=Path, help="annotated papers")
    parser.add_argument("-o", "--output", type=Path, help="file for the diagram")
    given = parser.parse_args()
    try:
        gold, records = read_records(given.gold), read_records(given.records)
        found = {key: said for key, said in claims(gold, records).items() if said}
        if not found:
            raise KgError(
                f"{given.records} holds no claim about a paper of {given.gold}: give records of these papers."
            )
    except KgError as error:
        note(str(error))
        return 2
    shown = reliability_table(found)
    console().print(table(f"{len(records)} records", shown.columns, shown.rows))
    if given.output:
        draw(found, given.output)
    return 0


def _area(said: list[ScoredClaim]) -> str:
    area = auroc(said)
    return "-" if area is None else f"{area:.3f}"


def draw(found: dict[str, list[ScoredClaim]], output: Path) -> None:
    """A panel a type: share of right claims against score, a dot a bin, as large as it holds claims."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "kg"  # the same picture is the same file
    import matplotlib.pyplot as plt

    down = -(-len(found) // _ACROSS)
    figure, panels = plt.subplots(
        down, _ACROSS, figsize=(3 * _ACROSS, 3.2 * down), sharex=True, sharey=True, squeeze=False
    )
    for panel in panels.flat[len(found) :]:
        panel.set_axis_off()
    for panel, (key, said) in zip(panels.flat, found.items(), strict=False):
        bins = equal_width(said)
        panel.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        panel.plot([b.score for b in bins], [b.right for b in bins], color="tab:blue", linewidth=1)
        panel.scatter([b.score for b in bins], [b.right for b in bins], s=[10 + 150 * b.size / len(said) for b in bins])
        panel.set_title(f"{key}: ECE {calibration_error(bins):.3f}, AUROC {_area(said)}", fontsize=9)
        panel.set_xlim(0, 1.03)
        panel.set_ylim(0, 1.03)
        panel.set_aspect("equal")
    figure.supxlabel("score")
    figure.supylabel("share that is right")
    figure.tight_layout()
    figure.savefig(output, metadata={"Date": None} if output.suffix == ".svg" else None)
    plt.close(figure)
    note(f"Wrote {output}.")


if __name__ == "__main__":
    sys.exit(main())
