"""How far the scores of records can be trusted, measured on annotated papers, with a reliability diagram.

    kg extract data/reports -o records.jsonl
    python scripts/reliability.py records.jsonl data/gold/dev.jsonl [-o reliability.svg]

Prints by type, for all entities and for all claims: how many there are, the share that is right (paired as `kg eval`
does), the mean score, the expected calibration error with ten bins of equal width and ten of equal mass, and the area
under the ROC curve of right against wrong. -o draws share against score by bins of equal width (SVG, PNG, PDF).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kg.cli.base import console, note, table
from kg.evaluation.reliability import ScoredClaim, auroc, calibration_error, claims, equal_width
from kg.evaluation.tables import reliability_table
from kg.model import KgError
from kg.records import read_records

_ACROSS = 3  # panels side by side


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
