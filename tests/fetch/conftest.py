"""What the tests of fetching share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fetch.services import Arxiv, Faults, Lists, Query, Repository, Service, serving


@pytest.fixture(scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory, own_cache: Callable[..., Path]) -> Path:
    return own_cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _own_cache(_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(_cache))
    for name in ("KG_ARXIV_URL", "KG_OAI_URL", "KG_S2_KEY", "KG_MAILTO", "KG_FETCH_INTERVAL", "KG_GRAPH"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def faults() -> type[Faults]:
    """Answers as they should not be."""
    return Faults


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Query], str]], Service]]:
    """Starts services; they end with the test."""
    with ExitStack() as running:
        yield lambda usual: running.enter_context(serving(usual))


@pytest.fixture
def arxiv(serve: Any) -> Callable[..., Service]:
    """Starts a service that searches so many made papers."""
    return lambda *size, **more: serve(Arxiv(*size, **more))


@pytest.fixture
def repository(serve: Any) -> Callable[..., Service]:
    """Starts a repository with so many made records."""
    return lambda *size, **more: serve(Repository(*size, **more))


@pytest.fixture
def lists(serve: Any) -> Callable[..., Service]:
    """Starts the service of this name, which lists so many made papers."""
    return lambda *said, **more: serve(Lists(*said, **more))
