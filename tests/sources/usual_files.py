"""The cases of test_usual_files.py (usual_files.txt), by format; docs/formats.md counts them (scripts/formats.py)."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """A file: the format that reads it, what is odd about it, its name and bytes, and what its papers must have."""

    form: str
    what: str
    name: str
    data: bytes
    papers: Sequence[Mapping[str, Any]]
    skipped: str = ""  # within the one sentence of what was skipped, "" when nothing is
    lost: str = ""  # within the one sentence of what no record has


def _cases() -> Iterator[Case]:
    text = Path(__file__).with_name("usual_files.txt").read_text("utf-8")
    for block in text.split("\n== ")[1:]:
        said: dict[str, list[str]] = {"+": [], "-": [], "?": []}
        head, *lines = block.removesuffix("\n").split("\n")
        while (line := lines.pop(0)) not in ("text", "bytes"):
            said[line[0]].append(line[2:])
        data = base64.b64decode("".join(lines)) if line == "bytes" else "\n".join([*lines, ""]).encode()
        form, name, what = head.split(" | ", 2)
        papers = list(map(json.loads, said["+"]))
        yield Case(form, what, name, data, papers, "".join(said["-"]), "".join(said["?"]))


FILES = list(_cases())


def sheet_of(rows: Sequence[Sequence[str | int]]) -> bytes:
    """A sheet of Excel: texts are shared, numbers of five digits are dates."""
    texts: list[str] = []
    lines = ""
    for at, row in enumerate(rows, 1):
        cells = ""
        for column, value in zip("ABCDE", row, strict=False):
            if isinstance(value, int):
                cells += f'<c r="{column}{at}" s="{int(value > 9999)}"><v>{value}</v></c>'
            elif value:
                text = value.replace("&", "&amp;")
                texts += [text] * (text not in texts)
                cells += f'<c r="{column}{at}" t="s"><v>{texts.index(text)}</v></c>'
        lines += f'<row r="{at}">{cells}</row>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": "<workbook/>",
        "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{lines}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
        "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return out.getvalue()
