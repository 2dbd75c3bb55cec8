"""A graph folder at each moment of a change, and all that it holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.graph import swap
from kg.graph.ontology import VOCABULARY
from kg.graph.store import OxigraphStore


def dump(folder: Path) -> bytes:
    """All graphs but the vocabulary's, which is the largest by far, and always this program's."""
    with OxigraphStore(folder, read_only=True) as opened:
        return b"".join(opened.dump("nquads", name) for name in opened.graphs() if name != VOCABULARY)


def pictured(folder: Path, place: Path, patch: pytest.MonkeyPatch) -> None:
    """Copy the folder before and after each step of putting data in: what a crash leaves at that moment."""
    put_in = swap.put_in

    def picture(when: str) -> None:
        shutil.copytree(folder, place / f"{len(list(place.iterdir())):02d}-{when}")

    def steps(name: str, patch: pytest.MonkeyPatch) -> None:
        action: Callable[..., object] = getattr(Path, name)

        def act(*what: object, **how: object) -> object:
            picture(f"before-{name}")
            done = action(*what, **how)
            picture(f"after-{name}")
            return done

        patch.setattr(Path, name, act)

    def watched(new: Path, schema: int) -> None:
        with pytest.MonkeyPatch.context() as inner:
            for name in ("replace", "rename", "unlink"):
                steps(name, inner)
            put_in(new, schema)

    place.mkdir()
    patch.setattr(swap, "put_in", watched)
