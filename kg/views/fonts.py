"""Fonts for pictures drawn by matplotlib."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any

#: A font that matplotlib ships has a box for every character there is.
_BOXES = "Last Resort"


@cache
def han_font() -> str:
    """The name of an installed font with Chinese characters, preferably simplified ones; "" if there is none."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    if found := _with_han(fontManager.ttflist):
        return found
    for path in sorted({*findSystemFonts()} - {font.fname for font in fontManager.ttflist}):
        with suppress(OSError, RuntimeError):  # installed since matplotlib kept its list
            fontManager.addfont(path)
    return _with_han(fontManager.ttflist)


def _with_han(fonts: Iterable[Any]) -> str:
    from matplotlib.font_manager import get_font

    usual = [font for font in fonts if font.style == "normal" and _weight(font.weight) <= 500]
    named = [font for font in usual if not font.name.startswith(_BOXES)]
    for font in sorted(named, key=lambda f: ("SC" not in f.name, "Sans" not in f.name, "Mono" in f.name, f.fname)):
        with suppress(OSError, RuntimeError):  # the font file is gone, or FreeType cannot read it
            glyphs = get_font(font.fname)
            if all(glyphs.get_char_index(ord(character)) for character in "图谱论文"):
                return str(font.name)
    return ""


def _weight(weight: str | int) -> int:
    return weight if isinstance(weight, int) else {"bold": 700, "black": 900, "heavy": 800}.get(weight, 400)
