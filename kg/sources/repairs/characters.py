"""Repair invisible characters, ligatures, entities, and text decoded with the wrong encoding."""

from __future__ import annotations

import html
import re
import unicodedata

from kg.sources.repairs.edits import Edits

_SPACE = re.compile(r"\s{2,}|[^\S ]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u2060\ufeff\ufffe\uffff]+")
_LIGATURE = re.compile(r"[\ufb00-\ufb06]")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")
_CLEANED = "White space and invisible characters in the {field} were cleaned."

# UTF-8 bytes that were decoded as one Windows-1252 or Latin-1 character each.
_UPPER = "".join(bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d")
_NEXT = rf"[\u0080-\u00bf{_UPPER}]"
_TWICE = re.compile(rf"(?:[\u00c2-\u00df]{_NEXT}|[\u00e0-\u00ef]{_NEXT}{{2}}|[\u00f0-\u00f4]{_NEXT}{{3}})+")
# Sequences that occur in no language: a letter and a control character; bytes that lead accented letters, symbols or
# quotes, followed by such characters.
_SURE = re.compile(
    r"[\u00c2-\u00f4][\u0080-\u009f]|\u00c3(?:[\u0080-\u00bf\w]|\S(?=[a-z]))|\u00c2[\u0080-\u00bf]|\u00e2[\u0080\u20ac]"
)
_CONTROL = re.compile(r"[\x80-\x84\x86-\x9f]")
_HAN = re.compile(r"[\u3400-\u9fff]{2}")


def spaces(edits: Edits) -> None:
    """Collapse white space, strip the ends, and drop invisible characters."""
    raw = edits.raw
    if raw.isascii() and raw.isprintable() and "  " not in raw and raw.strip() == raw and "&" not in raw:
        return
    start, end = len(raw) - len(raw.lstrip()), len(raw.rstrip())
    edits.add(0, start, "", _CLEANED)
    edits.add(max(start, end), len(raw), "", _CLEANED)
    for match in _SPACE.finditer(raw, start, max(start, end)):
        edits.add(match.start(), match.end(), " ", _CLEANED)
    for match in _INVISIBLE.finditer(raw):
        edits.add(match.start(), match.end(), "", _CLEANED)
    for match in _LIGATURE.finditer(raw):
        edits.add(match.start(), match.end(), unicodedata.normalize("NFKC", match.group()), _CLEANED)
    for match in _ENTITY.finditer(raw):
        edits.add(match.start(), match.end(), html.unescape(match.group()), _CLEANED)


def encoding(edits: Edits) -> None:
    """Restore characters that were encoded twice ("MÃ¼ller") or are specific to Windows (0x92)."""
    raw = edits.raw
    if raw.isascii():
        return
    why = "Characters of the {field} in the wrong encoding were corrected: {examples}."
    for start, end, meant in _twice(raw):
        edits.add(start, end, meant, why, f'"{meant}"')
    for match in _CONTROL.finditer(raw):
        meant = bytes([ord(match[0])]).decode("cp1252", "ignore")
        if meant:
            edits.add(match.start(), match.end(), meant, why, f'"{meant}"')


def decoded(text: str) -> str:
    """A name with doubly encoded characters restored.

    >>> decoded("JÃ¼rgen MÃ¼ller"), decoded("SÃO PAULO, 5 Å–10 Å")
    ('Jürgen Müller', 'SÃO PAULO, 5 Å–10 Å')
    """
    pieces, at = [], 0
    for start, end, meant in _twice(text):
        pieces += [text[at:start], meant]
        at = end
    return "".join([*pieces, text[at:]])


def _twice(text: str) -> list[tuple[int, int, str]]:
    """The spans that were encoded twice, with the intended text; [] unless at least one of them is certain."""
    if text.isascii() or not _TWICE.search(text):
        return []
    found, is_sure = [], False
    for match in _TWICE.finditer(text):
        meant = _once(match[0]).replace("\u00a0", " ")
        if meant and meant.isprintable():
            found.append((match.start(), match.end(), meant))
            is_sure = is_sure or bool(_SURE.match(text, match.start()) or _HAN.search(meant))
    return found if is_sure else []


def _once(text: str) -> str:
    """The text whose UTF-8 bytes these characters are; "" if they are not valid UTF-8."""
    try:
        return b"".join(char.encode("latin-1" if char < "\u0100" else "cp1252") for char in text).decode()
    except UnicodeError:
        return ""
