"""Fonts for pictures drawn by matplotlib."""

from __future__ import annotations

from functools import cache


@cache
def han_font() -> str:
    """The name of an installed font with Chinese characters, preferably simplified ones; "" if there is none."""
    from matplotlib.font_manager import fontManager, get_font

    fonts = [font for font in fontManager.ttflist if font.style == "normal" and _weight(font.weight) <= 500]
    for font in sorted(fonts, key=lambda f: ("SC" not in f.name, "Sans" not in f.name, "Mono" in f.name, f.fname)):
        try:
            glyphs = get_font(font.fname)
            if all(glyphs.get_char_index(ord(character)) for character in "图谱论文"):
                return str(font.name)
        except (OSError, RuntimeError):  # the font file is gone, or FreeType cannot read it
            continue
    return ""


def _weight(weight: str | int) -> int:
    return weight if isinstance(weight, int) else {"bold": 700, "black": 900, "heavy": 800}.get(weight, 400)
