"""kg verify: check every claim against its quote."""

from __future__ import annotations

import typer

from kg.cli.core import HERE, Location, note, reading


def command(graph: Location = HERE) -> None:
    """Check the graph against its stored texts: every quote at its offsets, every link with its reason, every shape."""
    with reading(graph) as opened:
        report = opened.verify()
    for sentence in report.faults:
        note(sentence)
    for sentence in report.notes:
        note(f"Note: {sentence}")
    checked = ", ".join(f"{number} {kind}" for kind, number in sorted(report.checked.items()))
    total = sum(report.checked.values())
    share = 100.0 if report.ok else 100 * max(0, total - len(report.faults)) / max(1, total)
    print(f"Checked {checked or 'nothing'}: {len(report.faults)} faults, {share:.2f} % right.")
    if not report.ok:
        raise typer.Exit(2)
