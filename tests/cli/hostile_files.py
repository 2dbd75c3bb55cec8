"""Files that strangers make to stop a program, or that broke on their way; each with what is told of it."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

from tests.sources.made_pdf import BOLD, Sheet, assembled, pdf

GOOD = "@article{{{0}, title={{On the {0} of caches}}, year={{2024}}}}\n"


def sheet(title: str) -> Sheet:
    """The first page of a paper."""
    made = Sheet()
    made.center(100, 17, title, BOLD)
    made.center(130, 11, "Ann B. Lee and Jo Doe")
    made.fill(100, 200, 400, 10, "Abstract. We keep what was computed before, and use it again when it is asked. " * 4)
    return made


def zeros(size: int) -> bytes:
    """Raw deflate data of so many zeros, made in no time: blocks that depend on none before them repeat."""
    block = 64 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    return data * (size // block) + b"\3\0"


def zip_bomb(size: int) -> bytes:
    """A zip file of a paper, a file of so many zeros (under 4 GB), and another paper."""
    data = zeros(size)
    files = [(f"{n}.bib".encode(), GOOD.format(f"zipped{n}").encode(), 0) for n in (1, 3)]
    files.insert(1, (b"2.txt", data, 8))
    out, listing = b"", b""
    for name, stored, method in files:
        whole = size if method else len(stored)
        facts = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0, zlib.crc32(stored), len(stored), whole, len(name), 0)
        listing += b"PK\1\2" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name
        out += b"PK\3\4" + facts + name + stored
    return out + listing + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 3, 3, len(listing), len(out), 0)


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def tar_of(files: dict[str, bytes], links: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
        for name, to in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, to
            made.addfile(info)
    return out.getvalue()


def xml(form: str, declared: str, entity: str) -> bytes:
    """A file of one paper whose title is an entity that it declares itself."""
    body = {
        "tei": '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title level="a" type="main">'
        "{}</title></titleStmt></fileDesc></teiHeader></TEI>",
        "jats": "<article><front><article-meta><title-group><article-title>{}</article-title></title-group>"
        "</article-meta></front></article>",
        "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2510.00001v1</id>'
        "<title>{}</title><summary>x</summary></entry></feed>",
    }[form]
    return f'<?xml version="1.0"?><!DOCTYPE x [{declared}]>{body.format(entity)}'.encode()


_LAUGHS = '<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
_OUTSIDE = '<!ENTITY e SYSTEM "file:///etc/passwd">'
_KEYS = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"
_NONE = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
_BIB = "@article{{a, title={{{}}}, year={{2020}}}}\n@article{{b, title={{Another one}}, year={{2021}}}}\n"


def hostile(reports: Path, bomb: int) -> dict[str, tuple[bytes, str]]:
    """Files by name, each with a part of what is told of it ("" for one that is read without a word)."""
    report = (reports / "000_b034bcfaa8cc7f60.txt").read_bytes()
    latin = _BIB.format("Über große Gänge").encode("latin-1")
    inside = {"../out.bib": latin, "/out.bib": latin, "in.bib": GOOD.format("tar").encode()}
    files: dict[str, tuple[bytes, str]] = {
        "pages2000.pdf": (pdf(*[sheet("On Two Thousand Pages of Caches")] * 2000), ""),
        "pages0.pdf": (assembled(_NONE), "pdf: "),
        "encrypted.pdf": (pdf(sheet("On Keys"), trailer=_KEYS), "the PDF is encrypted: save it without"),
        "cut.pdf": (pdf(sheet("On Ends"))[:700], "pdf: "),
        "scanned.pdf": (pdf(Sheet()), "run OCR on it first"),
        "bomb.zip": (zip_bomb(bomb), "bomb.zip:2.txt: holds more than 200 MB"),
        "bomb.bib.gz": (b"\x1f\x8b\x08\0\0\0\0\0\0\3" + zeros(bomb), "no reader knows"),
        "bomb.jsonl.gz": (gzip.compress(b'{"id":1,"title":2}\n' * 5_000, 1), "more records were skipped"),
        "nested.zip": (zip_of({f"{n}.zip": zip_of({"a": bytes(9 << 20)}) for n in range(9)}), "inside an archive"),
        "cut.zip": (zip_of({"a.bib": GOOD.format("a").encode()})[:60], "the archive is damaged"),
        "word.docx": (zip_of({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "save it as PDF"),
        "out.tar": (tar_of(inside, {"l": "/etc/passwd"}), "leads out of the archive"),
        "unbalanced.bib": (b"@article{a, title={A {B}, year={2020}}\n" + GOOD.format("b").encode(), "line 1 was skip"),
        "braces.bib": (b"@article{a, title={" + b"{" * 10_000_000, "longer than"),
        "braces_lines.bib": (b"@article{a, title={" + b"{\n" * 500_000, "longer than"),
        "utf16.bib": (_BIB.format("缓存 über alles").encode("utf-16"), ""),
        "utf16.jsonl": ('{"title": "缓存"}\n'.encode("utf-16"), "save it as UTF-8"),
        "utf16_no_mark.bib": (_BIB.format("On caches").encode("utf-16-le"), "save it as UTF-8"),
        "gbk.bib": (_BIB.format("大模型缓存压缩的研究综述").encode("gbk"), ""),
        "gbk_report.txt": (report.decode().encode("gbk", "replace"), "save it as UTF-8"),
        "latin.bib": (latin, ""),
        "latin.jsonl": ('{"title": "Über große Gänge"}\n'.encode("latin-1"), "save it as UTF-8"),
        "one_bad_byte.bib": (
            _BIB.format("缓存").encode() + GOOD.format("x\xe9x").encode("latin-1"),
            "save the file as UT",
        ),
        "one_bad_byte.txt": (report[:9000] + b"\xff" + report[9000:], "is not valid UTF-8: save"),
        "one_line.json": (b'{"title": "' + b"word " * 20_000_000 + b'"}', "a value longer than"),
        "one_list.json": (b"[" + b'{"title": ""},' * 5_000 + b"{}]", "more records were skipped"),
        "nested.json": (b"[" * 5_000_000, "no reader knows"),
        "nested.jsonl": (b'{"title": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}\n", "nested too deeply"),
        "nested_s2.json": (b'[{"paperId": "x", "title": ' + b"[" * 2_000_000, "nested too deeply"),
        "field.csv": (
            b'Title,Authors,Year\nA,B,2020\n"' + b"x" * 50_000_000 + b'",B,2020\n',
            "the line is longer than",
        ),
        "field_lines.csv": (b'Title,Authors,Year\nA,B,2020\n"' + b"x y\n" * 250_000 + b'",B,2020\n', "its quotes or"),
    }
    for form in ("tei", "jats", "atom"):
        files[f"laughs.{form}.xml"] = (xml(form, _LAUGHS, "&e12;"), "declares entities of its own")
        files[f"outside.{form}.xml"] = (xml(form, _OUTSIDE, "&e;"), "declares entities of its own")
    files["000_good.jsonl"] = (json.dumps({"id": "first", "title": "The first of all"}).encode() + b"\n", "")
    files["zz_good.bib"] = (GOOD.format("last").encode(), "")
    return files
