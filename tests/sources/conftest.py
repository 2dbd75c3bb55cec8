"""What the tests of the sources share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of annotated papers and corpora; tests that need it are skipped without it."""
    folder = os.environ.get("KG_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KG_SHARED names no folder with the annotated papers")
    return Path(folder)
