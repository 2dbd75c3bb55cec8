"""The rows of a paper's tables that best match the words of a question, each with the requested cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from math import log

from kg.keptbody import cell_id
from kg.model import Document, Evidence

#: Cells of a table that are examined, rows in the answer, and the least weight of each relative to the best one.
_MOST, _ROWS, _NEARLY = 5_000, 3, 0.95
#: The least share of the weight of matched words that a row must have, and the factor for words of a caption.
_SHARE, _CAPTION = 0.6, 0.8
_NUMBER = r"\W*\d[\d.,]*(?:\s?\w{0,2}|\s[\w/]{1,8})\W*"  # 81.6, 97.2%, 1,361.84 tps


def best_cells(document: Document, question: str) -> list[tuple[str, Evidence, str]]:
    """The rows that best match the words of a question, best first: the requested column, its cell, the row."""
    wanted, cells = _pieces(question), list(_cells(document))
    said = [(wanted & _pieces(head), wanted & _pieces(row), wanted & caption) for head, _, row, caption in cells]
    held = Counter(word for own in said for word in frozenset().union(*own))
    weights = {word: log(1 + len(cells) / count) for word, count in held.items()}
    found: dict[str, tuple[float, int, tuple[str, Evidence, str]]] = {}
    for (head, place, row, _), (above, own, below) in zip(cells, said, strict=True):
        near = above | own
        score = sum(weights[word] for word in near) + _CAPTION * sum(weights[word] for word in below - near)
        if (score, len(above)) > found.get(row, (0.0, 0))[:2]:
            found[row] = score, len(above), (head if above else "", place, row)
    ranked = sorted(found.values(), key=lambda one: -one[0])[:_ROWS]
    least = max(_SHARE * sum(weights.values()), _NEARLY * ranked[0][0]) if ranked else 0
    return [one for score, _, one in ranked if score >= least]


def _cells(document: Document) -> Iterator[tuple[str, Evidence, str, frozenset[str]]]:
    """The cells with numbers: column header, cell, row with the title of its group, caption."""
    captions = {part.id: part.text.text for part in document.parts if part.kind == "caption"}
    for table in document.tables:
        caption, heads = _pieces(captions.get(f"{table.id}/caption", "")), dict[int, str]()
        group, label, in_head = "", "", False
        ordered = sorted((cell for cell in table.cells[:_MOST] if cell.text.strip()), key=lambda c: (c.row, c.column))
        for row, own in ((row, list(some)) for row, some in groupby(ordered, key=lambda cell: cell.row)):
            numbers = [c for c in own if c.column and not c.head and re.fullmatch(_NUMBER, c.text[:40])]
            label, is_head = own[0].text if not own[0].column else label, not (row and numbers)
            if row and not numbers and len(own) < 3:
                group = " ".join(cell.text for cell in own)
            elif is_head:
                spans = {n: cell.text for cell in own for n in range(cell.column, cell.column + min(cell.colspan, 50))}
                heads = {n: f"{heads.get(n, '') if in_head else ''} {text}".strip() for n, text in spans.items()}
            said = [f"{heads[c.column]}: {c.text}" if heads.get(c.column) else c.text for c in own if c.column]
            told = " | ".join(filter(None, (group, label, *said)))
            for cell in () if is_head else numbers:
                place = Evidence(cell.text, cell_id(table, cell), 0, len(cell.text))
                yield heads.get(cell.column, ""), place, told, caption
            in_head = is_head


@lru_cache(4096)
def _pieces(text: str) -> frozenset[str]:
    """The words and numbers of a text in lower case: "llama", "2", "llama2", "13b" for "Llama-2-13B"."""
    said = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    glued = re.findall(r"[a-z]+\d+(?:\.\d+)?(?![a-z\d])", re.sub(r"(?<=[a-z]{3})[ -](?=\d)", "", said))
    return frozenset((*re.findall(r"\d+(?:\.\d+)?[kmbt]?(?![a-z\d])|[a-z]{3,}|\d+", said), *glued))
