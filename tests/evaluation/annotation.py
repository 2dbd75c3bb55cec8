"""An annotated paper that says nothing but what a test says."""

from __future__ import annotations

from typing import Any

from kg.evaluation.matching import HEADLINE


def paper(**parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {key: [] for key in HEADLINE} | {"brief": {}}
    return empty | dict.fromkeys(("title", "name", "kind", "code_url"), "") | parts


def technique(surface: str, role: str = "used", *aliases: str, **more: Any) -> dict[str, Any]:
    return {"surface": surface, "canonical": surface, "role": role, "aliases": list(aliases)} | more
