"""What is kept between runs is made anew when what it was made from changes, or when it is damaged."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import kg
from kg.compiled import kept, stamp


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_kept_data_is_made_once_a_stamp(cache: Path) -> None:
    made: list[int] = []

    def make() -> dict[str, int]:
        made.append(1)
        return {"times": len(made)}

    assert kept("it", stamp([]), make) == kept("it", stamp([]), make) == {"times": 1}
    assert kept("it", b"x" * 32, make) == {"times": 2}


def test_damaged_file_is_made_anew(cache: Path) -> None:
    kept("it", stamp([]), lambda: [1, 2])
    (file,) = cache.rglob("it.bin")
    file.write_bytes(file.read_bytes()[:-3] + b"abc")
    assert kept("it", stamp([]), lambda: [3]) == [3]


def test_unwritable_cache_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept("it", stamp([]), lambda: [1]) == [1]


def test_stamp_tells_other_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = stamp([tmp_path / "a"])
    (tmp_path / "a").write_text("2")
    assert stamp([tmp_path / "a"]) != before


def test_no_two_caches_have_one_name() -> None:
    """Each would be made anew whenever the other was used."""
    code = [path.read_text("utf-8") for path in Path(str(kg.__file__)).parent.rglob("*.py")]
    named = [re.findall(r'\bkept\("([^"]+)"', text) for text in code if "kg.compiled import kept" in text]
    names = Counter(name for found in named for name in found)
    assert len(names) > 5
    assert [name for name, times in names.items() if times > 1] == []
