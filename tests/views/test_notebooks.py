"""The notebooks ship with their outputs and run from top to bottom; what they show is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"
NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
#: What the outputs of each hold beside tables and pictures.
SHOWN = {
    "tour.ipynb": (
        "51 papers from 5 sources",
        "topic: KV cache compression",
        "independent support",
        "Shanghai Jiao Tong University",
    ),
    "trends.ipynb": ("quantization",),
}
#: The steps of the tour, by their headings.
STEPS = ["A tour", "Build", "Ask", "A table", "A report", "A trend", "A picture", "An algorithm"]


def _read(name: str) -> Any:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: notebooks are not read")
    return nbformat.read(NOTEBOOKS / name, as_version=4)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_ships_with_its_outputs(name: str) -> None:
    notebook = _read(name)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data", "stream"}
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert (NOTEBOOKS / name).stat().st_size < 800_000
    assert str(Path.home()) not in str(outputs)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_the_tour_has_every_step() -> None:
    cells = [cell for cell in _read("tour.ipynb").cells if cell.cell_type == "markdown"]
    assert [cell.source.splitlines()[0].lstrip("# ") for cell in cells] == STEPS


@pytest.mark.parametrize("name", NAMES)
def test_notebook_runs(name: str, few_reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over few papers of the reports, and without the corpus that does not ship."""
    monkeypatch.delenv("KG_SHARED", raising=False)
    pytest.importorskip("ipykernel", reason="ipykernel is not installed: notebooks are not run")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: notebooks are not run")
    notebook = _read(name)
    for cell in notebook.cells:
        cell.source = cell.source.replace('ROOT / "data" / "reports"', f'Path("{few_reports}")')
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    said = str([cell.outputs for cell in cells])
    assert "LongLive" in said
    assert "image/png" in said
    assert "<iframe" in said
    assert [words for words in SHOWN[name] if words not in said] == []
