"""What tests share: the five reports in a graph, and the data that does not ship."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import kg
from kg.api import Graph

REPORTS = Path(__file__).parent.parent / "data" / "reports"


@pytest.fixture(scope="session", autouse=True)
def _no_language_model() -> Iterator[None]:
    """Whatever the environment names, no test but those that say so asks a language model."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KG_LLM_BASE_URL", "KG_LLM_MODEL", "KG_LLM_API_KEY"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """What tests start can be interrupted, even where they run in the background, whose processes ignore Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def reports() -> Path:
    """The folder of the five reports."""
    return REPORTS


@pytest.fixture(scope="session")
def built_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a graph over the five reports; not to be changed."""
    file = tmp_path_factory.mktemp("built") / "papers.kg"
    with kg.open(str(file)) as graph:
        report = graph.add(REPORTS)
    assert len(report.added) == 133
    assert not report.skipped
    return file


@pytest.fixture(scope="session")
def built(built_file: Path) -> Iterator[Graph]:
    """A graph over the five reports, opened for reading."""
    with kg.open(str(built_file), read_only=True) as graph:
        yield graph


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data that does not ship (environment variable KG_SHARED); skips without it."""
    folder = os.environ.get("KG_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KG_SHARED names no folder: the data that this test needs does not ship")
    return Path(folder)
