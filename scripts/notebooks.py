"""Run the notebooks and keep what they show, but for pages too large to be kept: `python scripts/notebooks.py`."""

from __future__ import annotations

import os
from pathlib import Path

import nbclient
import nbformat

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
#: Characters of the largest page that is kept; a larger one leaves its line of text.
LARGEST = 200_000


def main() -> None:
    """Run each notebook from top to bottom, without the corpora that do not ship."""
    os.environ.pop("KG_SHARED", None)
    for file in sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
        at = {"metadata": {"path": str(NOTEBOOKS)}}
        nbclient.NotebookClient(notebook, timeout=300, record_timing=False, resources=at).execute()
        notebook.metadata.pop("language_info", None)  # the version of the Python that ran it
        for cell in notebook.cells:
            outputs = [one for one in cell.get("outputs", ()) if one.get("name") != "stderr"]
            for output in outputs:
                if len(output.get("data", {}).get("text/html", "")) > LARGEST:
                    del output["data"]["text/html"]
            if cell.cell_type == "code":
                cell.outputs = outputs
        nbformat.write(notebook, file)  # type: ignore[no-untyped-call]
        print(f"{file}: run.")


if __name__ == "__main__":
    main()
