"""Reconstruct a missing title from the other texts of the paper."""

from __future__ import annotations

import re

from kg.sources.repairs.characters import spaces
from kg.sources.repairs.edits import Edits, PaperSpellings
from kg.sources.repairs.titles import title

_NAME = r"(?:[A-Z][\w.+]*-)*[A-Za-z]*[a-z][A-Z][\w.+-]*\w|[A-Z][\w+]*[A-Z][\w.+-]*\w"
_PROPOSED = re.compile(
    rf"\b(?:propose|present|introduce|develop|release|describe)s?\s+(?:an?\s+|the\s+)?(?:[a-z-]+\s+)?({_NAME})"
    rf"(?=,|\.\s|\s\(|\s?[–—:]|\s(?:that|which|is|an?|the|to)\b)"
    rf"|\b(?:called|named|dubbed|termed)\s+[\"'“]?({_NAME})"
)
_PUBLISHED = re.compile(
    r"发布了?\s*《([^》\u3400-\u9fff]{3,300})》"
    r"|发布了?\s*([A-Za-z][A-Za-z0-9.+-]*(?:[ :]{1,2}[A-Za-z0-9.+-]+){0,30})\s*(?:框架|模型|系统|方法)?论文"
)


def restored(raw: dict[str, str], paper: PaperSpellings) -> tuple[str, str]:
    """A title and its origin: the brief's heading, a title or name in the brief, or the name given in the abstract."""
    if raw.get("H", "").strip():
        edits = Edits(raw["H"])
        title(edits, paper)
        spaces(edits)
        return edits.text().text, "the title above the brief"
    brief = _PUBLISHED.search(raw.get("B", "")[:2000])
    if brief:
        return (brief[1] or brief[2]).strip(), "the brief"
    for match in _PROPOSED.finditer(raw.get("A", "")[:5000]):
        name = match[1] or match[2]
        if paper.words.count.get(name.lower(), 0) < 100:
            return name, "the name that the abstract gives"
    return "", ""
