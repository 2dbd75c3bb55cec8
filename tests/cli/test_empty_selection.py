"""A selection that no paper fits is said so by the exit status of every view."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import run


@pytest.mark.parametrize("args", [["report", "zzqx"], ["draw", "zzqx"], ["trends", "--where", "zzqx"]])
def test_an_empty_selection_is_status_one(built_file: Path, tmp_path: Path, args: list[str]) -> None:
    assert (
        run(
            *args, "-o", tmp_path / "out.html" if args[0] == "draw" else tmp_path / "out.json", graph=built_file
        ).returncode
        == 1
    )
