"""PDFs written by hand, for tests: text at places, in the fonts that every reader has, marks raised."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FONTS = ("Times-Roman", "Times-Bold", "Times-Italic", "Helvetica", "Helvetica-Bold", "Courier", "Times-BoldItalic")
ROMAN, BOLD, ITALIC, SANS, SANS_BOLD, MONO, BOLD_ITALIC = FONTS
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
    out, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end
