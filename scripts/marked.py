"""What scripts write into pages: it stands between `<!-- name -->` and `<!-- /name -->`, each on a line of its own."""

from __future__ import annotations

import re
from pathlib import Path


def between(page: str, name: str) -> str:
    """What stands between the marks of a page; "" where it has none."""
    found = re.search(_marks(name), page, re.DOTALL)
    return found[0] if found else ""


def filled(page: str, name: str, text: str) -> str:
    """A page with a text between its marks."""
    return re.sub(_marks(name), lambda _: text, page, flags=re.DOTALL)


def put(path: Path, name: str, text: str) -> None:
    """Write a text between the marks of a page."""
    path.write_text(filled(path.read_text("utf-8"), name, text), "utf-8")


def _marks(name: str) -> str:
    return rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)"
