"""The font of Chinese characters in pictures."""

from __future__ import annotations

from types import SimpleNamespace

import matplotlib.font_manager as fonts
import pytest

from kg.views.fonts import _with_han, han_font


def test_a_font_of_boxes_is_no_chinese_font() -> None:
    boxes = [font for font in fonts.fontManager.ttflist if font.name.startswith("Last Resort")]
    assert _with_han(boxes) == ""


def test_a_font_installed_since_the_list_was_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    han_font.cache_clear()
    if not (usual := han_font()):
        pytest.skip("no font with Chinese characters is installed")
    own = fonts.FontManager()
    own.ttflist = [font for font in own.ttflist if "CJK" not in font.name and font.name != usual]
    monkeypatch.setattr(fonts, "fontManager", own)
    han_font.cache_clear()
    assert han_font()
    han_font.cache_clear()
    monkeypatch.setattr(fonts, "findSystemFonts", list)
    monkeypatch.setattr(fonts, "fontManager", SimpleNamespace(ttflist=[]))
    assert han_font() == ""
    han_font.cache_clear()
