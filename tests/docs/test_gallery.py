"""The gallery is true: its page shows the commands that its script runs, and their pages are fit to be seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import gallery
import pytest

ROOT = Path(__file__).parents[2]
#: Bytes that all pictures together may have.
_MOST = 2_000_000
LOOKS = [("en", 1280, False), ("zh", 1280, True), ("zh", 390, False), ("en", 390, True)]
#: What holds text wider than itself where nothing scrolls: words that a reader does not see.
_CUT = """[...document.querySelectorAll('td, th, li, p, h1, h2, h3')].filter(e =>
  e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != 'inline' && e.clientWidth > 0
  && !e.closest('.matrix, .wide, #legend')).map(e => e.textContent.slice(0, 80))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, as the script drives it; skips where it is not installed."""
    try:
        with gallery.chromium() as opened:
            yield opened
    except SystemExit as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def page(built_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any, str], Path]:
    """Makes a page of the gallery anew from the five reports, once in a language."""
    folder = tmp_path_factory.mktemp("gallery")

    @cache
    def make(piece: Any, lang: str) -> Path:
        made: Path = gallery.make(piece, lang, folder, built_file)
        return made

    return make


def test_the_page_shows_what_the_script_runs() -> None:
    text = gallery.PAGE.read_text("utf-8")
    assert text == gallery.document(), "docs/gallery.md is out of date: run `python scripts/gallery.py`."
    shown = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    assert shown == [gallery.BUILD, *(p.command(lang) for p in gallery.PIECES for lang in ("en", "zh")), "kg serve"]


def test_every_picture_is_there_and_they_are_small() -> None:
    shown = re.findall(r'<img src="gallery/([^"]+)"', gallery.PAGE.read_text("utf-8"))
    files = sorted(gallery.PICTURES.iterdir())
    assert sorted(shown) == [file.name for file in files]
    assert sum(file.stat().st_size for file in files) < _MOST


@pytest.mark.parametrize("piece", gallery.PIECES, ids=lambda piece: str(piece.name))
def test_a_picture_has_the_size_and_the_ground_that_the_script_gives_it(piece: Any) -> None:
    for shot in gallery.SHOTS:
        size, ground, _ = look(gallery.PICTURES / piece.picture(shot))
        assert size == (shot.width, shot.height)
        assert (sum(ground) < 3 * 127) is shot.dark


@pytest.mark.parametrize("piece", gallery.PIECES, ids=lambda piece: str(piece.name))
def test_a_page_is_fit_to_be_seen(piece: Any, page: Callable[[Any, str], Path], browser: Any, tmp_path: Path) -> None:
    for lang, width, dark in LOOKS:
        made = page(piece, lang)
        browser.open(made, width, dark=dark)
        seen = (piece.name, lang, width, dark)
        assert browser.requests == [made.as_uri()], seen
        assert browser.complaints == [], seen
        assert browser.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-Hans"}[lang], seen
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, seen
        assert browser.evaluate(_CUT) == [], seen
        browser.screenshot(tmp_path / "seen.png")
        _, ground, drawn = look(tmp_path / "seen.png")
        assert (sum(ground) < 3 * 127) is dark, seen
        assert drawn > 0.01, seen


@pytest.mark.parametrize("piece", gallery.PIECES, ids=lambda piece: str(piece.name))
def test_a_picture_can_be_taken_anew(
    piece: Any, page: Callable[[Any, str], Path], browser: Any, tmp_path: Path
) -> None:
    shot = gallery.SHOTS[1]
    gallery.show(browser, page(piece, shot.lang), piece, shot)
    browser.screenshot(tmp_path / "taken.png")
    gallery.keep(tmp_path / "taken.png", tmp_path / "kept.png")
    assert look(tmp_path / "kept.png")[0] == (shot.width, shot.height)
    assert browser.complaints == []
    if piece.find:
        assert piece.find in browser.evaluate("document.getElementById('panel').innerText")
    if piece.places[1]:
        top = browser.evaluate(f"document.querySelector('{piece.places[1]}').getBoundingClientRect().top")
        assert abs(top) < 60


def look(file: Path) -> tuple[tuple[int, int], tuple[int, int, int], float]:
    """The size of a picture, the colour that most of it has, and the share of it that has another."""
    from PIL import Image

    with Image.open(file) as picture:
        colours: Counter[tuple[int, int, int]] = Counter()
        for count, colour in picture.convert("RGB").getcolors(picture.width * picture.height) or []:
            assert isinstance(colour, tuple)
            red, green, blue = colour
            colours[red, green, blue] = count
        ((ground, most),) = colours.most_common(1)
        return picture.size, ground, 1 - most / (picture.width * picture.height)
