"""PDFs written by hand, for tests: text at places, in the fonts that every reader has, marks raised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kg.model import Document
from kg.sources import read

FONTS = ("Times-Roman", "Times-Bold", "Times-Italic", "Helvetica", "Helvetica-Bold", "Courier", "Times-BoldItalic")
ROMAN, BOLD, ITALIC, SANS, SANS_BOLD, MONO, BOLD_ITALIC = FONTS
ABS = (
    "Large language models need much memory for their key-value cache, which grows with the length of the "
    "context. We present a method that keeps the entries that matter and drops the rest, so that a model "
    "of seven billion parameters serves four times as many requests on one accelerator. On LongBench our "
    "method loses less than one point against the full cache, and the throughput rises by 2.4 times. Code "
    "and models will be made public for others to build on."
)
INTRO = 3 * (
    "Serving language models is expensive because every token attends to all tokens before it, and their "
    "keys and values stay in memory for as long as the request runs. Prior work evicts entries by their "
    "attention scores, or stores them in fewer bits, and each of these choices trades quality for memory "
    "in its own way. In this paper we ask what is lost when entries are dropped, and how to know in "
    "advance which of them will be needed by later tokens of the same request."
)
T1, T2 = ("Keeping What Matters: Eviction of Cache", "Entries for Long Contexts")
T = f"{T1} {T2}"
_TEXTS = {"T": T, "T1": T1, "T2": T2, "A": ABS, "I": INTRO}
_CODES = dict(zip(("R", "B", "I", "S", "SB", "M", "BI"), FONTS, strict=True))
_SLOT = re.compile(r"(?<!\^)\{(T[12]?|[AI])(?:(\d*):(\d*))?\}")
_NARROW, _WIDE = set("fijlrtI.,:;'()[]| -"), set("mwMWOQGDCAHNUK@%")
_PIECE = re.compile(r"\^\{([^}]*)\}")


def width(text: str, size: float, font: str = ROMAN) -> float:
    """About how wide a text is, in points."""
    if font == MONO:
        return 0.6 * size * len(text)
    factor = 1.06 if "Bold" in font or "Helvetica" in font else 1.0
    return factor * size * sum(0.29 if c in _NARROW else 0.78 if c in _WIDE or c.isupper() else 0.47 for c in text)


@dataclass
class Sheet:
    """A page: y counts from the top."""

    wide: float = 612.0
    high: float = 792.0
    parts: list[str] = field(default_factory=list)

    def put(self, x: float, y: float, size: float, text: str, font: str = ROMAN, turned: bool = False) -> float:
        """Text from x on, `^{...}` raised; gives the x where it ends."""
        matrix = "0 1 -1 0" if turned else "1 0 0 1"
        pieces = _PIECE.split(text)
        self.parts.append(f"BT {matrix} {x:.2f} {self.high - y:.2f} Tm")
        for at, piece in enumerate(pieces):
            if piece:
                scale, rise = (0.66, 0.36 * size) if at % 2 else (1.0, 0.0)
                self.parts.append(f"/F{FONTS.index(font)} {size * scale:.2f} Tf {rise:.2f} Ts {_string(piece)} Tj")
                x += width(piece, size * scale, font)
        self.parts.append("0 Ts ET")
        return x

    def center(self, y: float, size: float, text: str, font: str = ROMAN, at: float | None = None) -> None:
        plain = _PIECE.sub(lambda m: m[1][: (len(m[1]) + 1) // 2], text)
        self.put((at or self.wide / 2) - width(plain, size, font) / 2, y, size, text, font)

    def grid(
        self, y: float, size: float, cells: list[str], font: str = ROMAN, left: float = 72, right: float = 540
    ) -> None:
        step = (right - left) / len(cells)
        for number, cell in enumerate(cells):
            self.center(y, size, cell, font, at=left + step * (number + 0.5))

    def fill(
        self, x: float, y: float, wide: float, size: float, text: str, font: str = ROMAN, leading: float = 1.2
    ) -> float:
        """A paragraph in lines, the last of which is short; gives the y below it."""
        line = ""
        for word in text.split():
            if line and width(f"{line} {word}", size, font) > wide:
                self.put(x, y, size, line, font)
                y, line = y + leading * size, ""
            line = f"{line} {word}".strip()
        self.put(x, y, size, line, font)
        return y + leading * size


@dataclass
class Template:
    """A first page of `pages.txt`, and what is to be read from it."""

    name: str
    sheet: Sheet
    authors: int
    institutions: list[str]

    def draw(self, line: str) -> None:
        """Set a line of the file on the page."""
        x, y, size, font, text = line.split(" ", 4)
        text = _SLOT.sub(lambda m: _TEXTS[m[1]][int(m[2] or 0) : int(m[3]) if m[3] else None], text)
        if font.endswith("c"):
            at = float(x)
            for word in text.split():
                at = self.sheet.put(at, float(y), float(size), word[0].upper(), _CODES[font[:-1]])
                at = self.sheet.put(at, float(y), 0.8 * float(size), word[1:].upper() + " ", _CODES[font[:-1]])
        elif "+" in x:
            left, wide = map(float, x.split("+"))
            self.sheet.fill(left, float(y), wide, float(size), text, _CODES[font])
        else:
            self.sheet.put(float(x.rstrip("!")), float(y), float(size), text, _CODES[font], x.endswith("!"))


def templates() -> Iterator[Template]:
    """The pages of `pages.txt`."""
    made: Template | None = None
    for line in Path(__file__).with_name("pages.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            if made:
                yield made
            _, name, size, count, *rest = line.split(" ", 4)
            wide, high = map(float, size.split("x"))
            made = Template(name, Sheet(wide, high), int(count), "".join(rest).split("; "))
            made.institutions = [name for name in made.institutions if name]
        elif made and not line.startswith("#"):
            made.draw(line)
    if made:
        yield made


def layouts() -> Iterator[tuple[str, list[Sheet], dict[str, str]]]:
    """The names, pages and wanted fields of `layouts.txt`."""
    text = Path(__file__).with_name("layouts.txt").read_text("utf-8")
    for block in re.split("(?m)^== ", text)[1:]:
        name, *lines = block.splitlines()
        sheets, wanted = [Sheet()], {}
        for line in lines:
            sign, _, rest = line.partition(" ")
            if sign == "=>":
                field, _, value = rest.partition(" ")
                wanted[field] = _SLOT.sub(lambda m: _TEXTS[m[1]], value)
            elif sign == "columns":
                columns(sheets[-1], float(rest))
            elif rest == "next page":
                sheets.append(Sheet())
            elif sign == "--":
                sheets[-1].wide, sheets[-1].high = map(float, rest.split("x"))
            else:
                Template(name, sheets[-1], 0, []).draw(line)
        yield name, sheets, wanted


def columns(s: Sheet, y: float) -> None:
    """An abstract and an introduction in two columns."""
    s.center(y, 12, "Abstract", BOLD, at=174)
    low = s.fill(69, y + 20, 210, 10, ABS)
    s.put(54, low + 14, 12, "1. Introduction", BOLD)
    s.fill(54, low + 30, 240, 10, INTRO[:600])
    s.fill(316, y + 4, 240, 10, INTRO + INTRO)


def _string(text: str) -> str:
    raw = text.encode("cp1252", "replace").decode("latin-1")
    return "(" + raw.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"


def pdf(*sheets: Sheet, trailer: str = "") -> bytes:
    """The bytes of a PDF with these pages."""
    fonts = " ".join(f"/F{i} {3 + i} 0 R" for i in range(len(FONTS)))
    first = 3 + len(FONTS)
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(sheets)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode()]
    for name in FONTS:
        objects.append(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode())
    for number, sheet in enumerate(sheets):
        box = f"[0 0 {sheet.wide} {sheet.high}]"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents {first + 2 * number + 1} 0 R"
        objects.append(f"{page} /Resources << /Font << {fonts} >> >> >>".encode())
        content = "\n".join(sheet.parts).encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return assembled(objects, trailer)


def assembled(objects: list[bytes], trailer: str = "") -> bytes:
    """Numbered objects, the first of them the catalogue, as a file with its table of places."""
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    return bytes(out) + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def paper(tmp_path: Path, *sheets: Sheet, name: str = "paper.pdf") -> Document:
    path = tmp_path / name
    path.write_bytes(pdf(*sheets))
    [document] = read(path).documents
    return document


def simple(abstract: str = ABS, **texts: str) -> Sheet:
    """A page with a title, an author, an affiliation and an abstract."""
    sheet = Sheet()
    sheet.center(90, 16, texts.get("title", "A Title That Says Something"), BOLD)
    sheet.center(120, 11, texts.get("author", "Maria Keller"))
    sheet.center(134, 11, texts.get("place", "Department of Physics, University of Vienna"))
    sheet.center(170, 12, "Abstract", BOLD)
    y = sheet.fill(120, 190, 370, 10, abstract)
    sheet.put(90, y + 20, 12, "1   Introduction", BOLD)
    sheet.fill(
        90, y + 40, 430, 10, texts.get("body", "Every token attends to all tokens before it, and they stay. " * 12)
    )
    return sheet
