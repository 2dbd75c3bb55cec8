"""PDFs that cannot be read, or want to do harm: each is refused with a sentence, in bounded time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from kg import apart
from kg.model import Batch, KgError
from kg.sources import inputs, read
from kg.sources.layout.numbered import without_line_numbers
from kg.sources.layout.pages import Char, Font
from tests.sources.made_pdf import ABS, BOLD, ROMAN, Sheet, T, assembled, pdf, simple

SECONDS = 10  # for any file, however it is made; most need a tenth


def cpu() -> float:
    """Seconds of this process and those that it started."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def refused(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "bad.pdf"
    path.write_bytes(data)
    start = cpu()
    with pytest.raises(KgError) as error:
        read(path)
    assert cpu() - start < SECONDS
    sentence = str(error.value)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_letters_that_a_font_maps_to_others_are_refused(tmp_path):
    def shifted(text: str) -> str:
        return "".join(chr((ord(c) - 94) % 26 + 97) if c.islower() else c for c in text)

    sheet = simple(shifted(ABS), title=shifted(T), body=shifted("Every token attends to all tokens before it. " * 12))
    assert "nonsense" in refused(tmp_path, pdf(sheet))


def test_no_pages(tmp_path):
    empty = assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])
    assert "pages" in refused(tmp_path, empty) or "damaged" in refused(tmp_path, empty)


def test_encrypted(tmp_path):
    keys = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]"
    assert "encrypted" in refused(tmp_path, pdf(simple(), trailer=keys))


@pytest.mark.parametrize("kept", [12, 300, 2000])
def test_cut_off(tmp_path, kept):
    assert "PDF" in refused(tmp_path, pdf(simple())[:kept])


def test_scanned(tmp_path):
    assert "OCR" in refused(tmp_path, pdf(Sheet(), Sheet()))


#: Reads a file in a process of its own and prints the seconds that it took, and the memory of what it started (kB).
_BOUNDED = """
import json, resource, sys
from contextlib import suppress
from kg.model import KgError
from kg.sources import read
with suppress(KgError):  # whether it can be read or not, it is bounded
    read(sys.argv[1])
own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime, others.ru_maxrss]))
"""


@pytest.mark.parametrize("unit", [b" ", b"(a) Tj ", b"(abcdefghijklmnopqrstuvwxyz) Tj ", b"0 0 m 1 1 l S "])
def test_a_stream_that_unpacks_without_end(tmp_path, unit):
    content = b"BT /F0 9 Tf 50 700 Td " + unit * ((24 << 20) // len(unit)) + b" ET"
    packed = zlib.compress(content, 9)
    font = b"/Resources << /Font << /F0 << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >> >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R %s >>" % font
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    path = tmp_path / "bomb.pdf"
    path.write_bytes(assembled([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, stream]))
    done = subprocess.run([sys.executable, "-c", _BOUNDED, path], capture_output=True, text=True, check=True)
    seconds, memory = json.loads(done.stdout)
    assert seconds < SECONDS + apart.SECONDS
    assert 0 < memory < 2 << 20


def test_the_rest_of_the_work_goes_on_when_a_file_is_too_much():
    with pytest.raises(MemoryError):
        apart.apart(lambda: bytearray(2 << 30))
    with pytest.raises(apart.Lost):
        apart.apart(os.abort)
    with pytest.raises(apart.Lost):
        apart.apart(lambda: all(True for _ in iter(int, 1)), seconds=1)
    with pytest.raises(ZeroDivisionError):
        apart.apart(lambda: 1 // 0)
    assert apart.apart(lambda: "done") == "done"


def test_two_thousand_pages(tmp_path):
    body = Sheet()
    body.fill(72, 90, 430, 10, "Serving language models is expensive because every token attends to all of them. " * 60)
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf(simple(), *[body] * 1999))
    start = cpu()
    [document] = read(path).documents
    assert cpu() - start < 3
    assert document.texts["T"].text == "A Title That Says Something"


def test_a_page_of_a_million_characters(tmp_path):
    for font, step in ((ROMAN, 0.0), (BOLD, 0.7)):
        sheet = Sheet()
        for number in range(50_000):  # at places that no line has
            sheet.put(20 + number * step % 500, 20 + number * 0.37 % 700, 9, "Any word here twice", font)
        path = tmp_path / "page.pdf"
        path.write_bytes(pdf(sheet))
        start = cpu()
        batch = read(path)
        assert list(batch.documents) or batch.skipped
        assert cpu() - start < SECONDS


def test_a_page_without_title_and_abstract_is_told(tmp_path):
    sheet = Sheet()
    for number in range(30):
        sheet.put(72, 600 + number * 5, 5, "x1 + y2 = z3 and so on for 44", ROMAN)
    path = tmp_path / "none.pdf"
    path.write_bytes(pdf(sheet))
    batch = read(path)
    assert list(batch.documents) == []
    assert "neither title nor abstract" in batch.skipped[0]


def test_it_is_told_by_its_content(tmp_path):
    path = tmp_path / "paper.txt"
    path.write_bytes(b"\n" + pdf(simple()))
    assert isinstance(read(path), Batch)
    assert inputs.InputFile(path).name == "paper"


def test_circled_numbers_in_a_column_are_no_line_numbers() -> None:
    font = Font("Roman", 9.0, False, False)
    for digits, is_kept in (("①②③④⑤⑥⑦⑧⑨", True), ("²²²²²²²²²", True), ("123456789", False)):
        column = [Char(digit, 40.0, 45.0, 100.0 + 20 * at, font) for at, digit in enumerate(digits)]
        assert (without_line_numbers(column) == column) is is_kept
