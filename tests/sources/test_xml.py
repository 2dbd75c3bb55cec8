"""XML read safely: what is hostile is refused in a sentence, what is damaged is read as far as it is sound."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kg.model import KgError
from kg.sources import read, xml
from kg.sources.inputs import InputFile

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'


def entry(number: int, summary: str = "We prune.") -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/2510.{number:05d}v1</id><title>Paper {number}</title>"
        f"<summary>{summary}</summary><author><name>Ada Lovelace</name></author></entry>"
    )


def written(folder: Path, text: str | bytes, name: str = "answer.xml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(KgError) as error:
        list(read(path).documents)
    assert str(error.value).count("\n") == 0
    assert str(error.value).startswith(f"{path}: ")
    return str(error.value)


def laughs(place: str) -> str:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f"<!DOCTYPE feed [{entities}]>{ATOM}{entry(1, place)}</feed>"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("place", ["&a11;", '<b c="&a11;"/>'])
def test_billion_laughs_are_refused(tmp_path, place):
    assert "entit" in refusal(written(tmp_path, laughs(place)))


def test_external_entity_is_refused_and_its_file_not_read(tmp_path):
    secret = written(tmp_path, "the secret words", "secret.txt")
    for entity in (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', '<!ENTITY % x SYSTEM "http://localhost:1/x.dtd"> %x;'):
        path = written(tmp_path, f"<!DOCTYPE feed [{entity}]>{ATOM}{entry(1, '&x;')}</feed>")
        assert "declares entities of its own" in refusal(path)


def test_external_dtd_is_not_fetched_and_its_characters_are_known(tmp_path):
    dtd = written(tmp_path, "<!ELEMENT", "broken.dtd").as_uri()
    path = written(
        tmp_path, f'<!DOCTYPE feed SYSTEM "{dtd}">{ATOM}{entry(1, "Two&nbsp;words, &alpha; and &x;.")}</feed>'
    )
    [document] = read(path).documents
    assert document.texts["A"].raw == "Two words, α and &x;."


def test_deep_nesting_is_refused(tmp_path):
    assert "nested more than 200 deep" in refusal(written(tmp_path, ATOM + "<a>" * 220))


@pytest.mark.timeout(60)
def test_one_text_without_end_is_refused(tmp_path):
    path = written(tmp_path, gzip.compress(f"{ATOM}<entry><summary>{'word ' * 20_000_000}".encode(), 1))
    assert "Text node too long" in refusal(path)


def test_paper_of_too_many_elements_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xml, "_MOST_IN_ONE", 1000)
    assert "one of its papers has more than 1,000 elements" in refusal(
        written(tmp_path, f"{ATOM}<entry>{'<a/>' * 1001}")
    )


def test_paper_of_too_many_bytes_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xml, "_LARGEST", 1 << 20)
    path = written(tmp_path, f"{ATOM}<entry>{'<a>' + 'x' * 99_990 + '</a>':s}" + "<a>" + "x" * 2_000_000)
    assert "one of its papers takes more than 1 MB" in refusal(path)


def test_limits_of_a_file_leave_the_papers_before_them(tmp_path, monkeypatch):
    monkeypatch.setattr(xml, "_MOST_WANTED", 3)
    batch = read(written(tmp_path, ATOM + "".join(map(entry, range(1, 9))) + "</feed>"))
    assert len(list(batch.documents)) == 3
    [sentence] = batch.skipped
    assert "the rest was skipped: the file holds more than 3 papers" in sentence


def test_what_is_sound_before_the_damage_is_read(tmp_path):
    for damage in ("<entry><id>", "</b></feed>", "<entry & </feed>", "\x01</feed>"):
        path = written(tmp_path, ATOM + entry(1) + entry(2) + damage)
        batch = read(path)
        assert [d.id for d in batch.documents] == ["2510.00001", "2510.00002"]
        [sentence] = batch.skipped
        assert sentence.startswith(f"{path}: the rest was skipped: the XML is damaged (")
        assert "line 1" in sentence


def test_damage_before_the_first_paper_is_an_error(tmp_path):
    assert "the XML is damaged" in refusal(written(tmp_path, ATOM + "<entry></feed>"))


def test_damaged_gzip_is_told(tmp_path):
    packed = gzip.compress((ATOM + "".join(entry(n) for n in range(1, 3000)) + "</feed>").encode())
    batch = read(written(tmp_path, packed[: len(packed) // 2], "answer.xml.gz"))
    assert len(list(batch.documents)) > 500
    assert "the gzip data is damaged" in batch.skipped[-1]


def test_declared_encodings_are_read(tmp_path):
    text = ATOM.replace("<feed", '<?xml version="1.0" encoding="{}"?><feed') + entry(1, "Müller's α.") + "</feed>"
    latin = text.format("ISO-8859-1").replace("α", "a").encode("latin-1")
    [document] = read(written(tmp_path, latin)).documents
    assert document.texts["A"].raw == "Müller's a."


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = written(tmp_path, ATOM + "".join(entry(n) + "<other><x/></other>" for n in range(5000)) + "</feed>")
    held = [len(element.getparent()) for element in xml.elements(InputFile(path), {"entry"})]
    assert len(held) == 5000
    assert max(held) < 1000  # those of one piece of the file


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("10<sup>3</sup> tokens", "10^3 tokens"),
        ("10<sup>-3</sup>", "10^-3"),
        ("D<sub>28k</sub> of Smith<sup>1</sup>", "D28k of Smith1"),
        ("One.<list><list-item><p>Two</p></list-item><list-item>three.</list-item></list>Four", "One. Two three. Four"),
        ("a<!-- no --> b\n\n  c <fn>note</fn>d", "a b c d"),
    ],
)
def test_text_of_an_element(tmp_path, inner, text):
    path = written(tmp_path, f"<r><q>{inner}</q></r>")
    assert [xml.text(element, ("fn",)) for element in xml.elements(InputFile(path), {"q"})] == [text]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("1706.03762.tei.xml", "1706.03762"),
        ("a.grobid.tei.xml", "a"),
        ("PMC5828200.nxml", "PMC5828200"),
        ("2020.acl-main.207.json.gz", "2020.acl-main.207"),
        ("plain", "plain"),
        (".xml", ".xml"),
    ],
)
def test_stem_of_a_file_of_one_paper(tmp_path, name, stem):
    assert xml.stem(InputFile(written(tmp_path, "<TEI/>", name))) == stem
