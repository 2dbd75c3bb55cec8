"""Papers as TEI of GROBID: what its header tells, and what of it cannot be true."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Document
from kg.sources import read
from tests.sources.made_file import read_one

HEADER = """<?xml version="1.0"?><TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader xml:lang="en"><fileDesc>
<titleStmt><title level="a" type="main">Less Memory for Keys and Values *</title></titleStmt>
<publicationStmt><publisher/><date type="published" when="2025-10-03">3 October 2025</date></publicationStmt>
<sourceDesc><biblStruct><analytic>{authors}</analytic>
<monogr><title level="j">Journal of Caches</title><imprint><date type="published"{when}>{date}</date></imprint></monogr>
{numbers}</biblStruct></sourceDesc></fileDesc>
<profileDesc><textClass><keywords><term>KV cache</term><term>inference</term></keywords></textClass>
<abstract><div><p><s>We store less.</s><s>It is 10<hi>%</hi> faster.</s></p><p>Code is free.</p></div></abstract>
</profileDesc></teiHeader><text><body><p>Body <ref>1</ref></p></body></text></TEI>"""

AUTHORS = """
<author role="corresp"><persName><forename type="first">Ada</forename><forename type="middle">K</forename>
<surname>Lovelace</surname><genName>Jr.</genName></persName><email>a@x.org</email><affiliation key="aff0">
<note type="raw_affiliation"><label>1</label> Dept. X, ETH Zurich</note>
<orgName type="department">Dept. X</orgName><orgName type="institution">ETH Zurich</orgName></affiliation></author>
<author><persName><forename>Alan</forename><surname>Turing</surname></persName><affiliation key="aff1">
<orgName type="department">Google Brain</orgName></affiliation></author>
<author><persName><surname>Turing@google</surname></persName></author>
<author><persName><forename>Kurt</forename><surname>Gödel</surname></persName><affiliation key="aff2">
<note type="raw_affiliation"><label>2</label> Institute for Advanced Study, Princeton</note>
<orgName type="laboratory">Institute</orgName></affiliation></author>
<author><affiliation key="aff3"><orgName type="department">Introduction</orgName></affiliation></author>
<author><affiliation key="aff4"><orgName type="institution">AI2 † University of Oslo</orgName></affiliation></author>"""


def made(folder: Path, name: str = "paper.tei.xml", numbers: str = "", when: str = "", date: str = "") -> Document:
    return read_one("tei", folder / name, HEADER.format(authors=AUTHORS, numbers=numbers, when=when, date=date))


def test_header_is_read(tmp_path):
    document = made(tmp_path, numbers='<idno type="MD5">00</idno><idno type="DOI">10.1145/1234.5</idno>')
    assert {key: text.raw for key, text in document.texts.items()} == {
        "T": "Less Memory for Keys and Values",
        "A": "We store less. It is 10% faster.\nCode is free.",
        "I": "ETH Zurich; Google Brain; Institute for Advanced Study, Princeton; AI2; University of Oslo",
        "K": "KV cache; inference",
    }
    assert document.authors == ("Ada K Lovelace Jr.", "Alan Turing", "Kurt Gödel")
    assert (document.id, document.doi, document.venue) == ("10.1145/1234.5", "10.1145/1234.5", "Journal of Caches")
    assert (document.date, document.year) == ("2025-10-03", 2025)


@pytest.mark.parametrize(
    ("name", "numbers", "found"),
    [
        ("x.tei.xml", '<idno type="arXiv">arXiv:2510.01234v2 [cs.LG]</idno>', ("2510.01234", "2510.01234")),
        ("2510.01234v2.grobid.tei.xml", "", ("2510.01234v2", "2510.01234")),
        ("odd", "", ("odd", "")),
    ],
)
def test_name_of_the_entry(tmp_path, name, numbers, found):
    document = made(tmp_path, name, numbers)
    assert (document.id, document.arxiv) == found


@pytest.mark.parametrize(
    ("when", "date", "found"), [(' when="2024-05"', "May 2024", ("2024-05", 2024)), ("", "", ("2025-10-03", 2025))]
)
def test_date_in_numbers_goes_before_words(tmp_path, when, date, found):
    document = made(tmp_path, when=when, date=date)
    assert (document.date, document.year) == found


def test_name_below_several_persons_is_their_affiliation(tmp_path):
    person = "<author><persName><forename>{}</forename><surname>{}</surname></persName></author>"
    names = ["Ann A", "Some Labs", "Bob B", "Some Labs", "Cid C", "Some Labs", "Wei Wang", "Wei Wang"]
    path = tmp_path / "p.tei.xml"
    authors = "".join(person.format(*name.split()) for name in names)
    path.write_text(HEADER.format(authors=authors, numbers="", when="", date=""), "utf-8")
    [document] = read(path).documents
    assert document.authors == ("Ann A", "Bob B", "Cid C", "Wei Wang", "Wei Wang")
    assert document.texts["I"].raw == "Some Labs"


def test_keywords_leave_the_abstract(tmp_path):
    text = HEADER.format(authors="", numbers="", when="", date="")
    text = (
        text.replace("Code is free.", "Index Terms-caches, memory.").replace("<term>", "<x>").replace("</term>", "</x>")
    )
    path = tmp_path / "p.tei.xml"
    path.write_text(text.replace("<keywords><x>KV cache</x><x>inference</x></keywords>", ""), "utf-8")
    [document] = read(path).documents
    assert document.texts["A"].raw == "We store less. It is 10% faster."
    assert document.texts["K"].raw == "caches, memory"


def test_header_without_title_and_abstract_is_skipped(tmp_path):
    path = tmp_path / "p.tei.xml"
    path.write_text('<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><text/></TEI>', "utf-8")
    batch = read(path)
    assert list(batch.documents) == []
    assert batch.skipped == [f"{path}: paper 1 was skipped: it has neither title nor abstract: give it one of them."]


CASIA = (
    "CASIA; University of Chinese Academy of Sciences; "
    "CAS Center for Excellence in Brain Science and Intelligence Technology"
)
MILA = (
    "Montréal Institute for Learning Algorithms (MILA); Université de Montréal; Microsoft Research Montreal; "
    "CIFAR Senior Fellow; École Polytechnique de Montréal"
)
AI2 = (
    "Allen Institute for Artificial Intelligence; Paul G. Allen School of Computer Science & Engineering; "
    "University of Washington"
)


@pytest.mark.parametrize(
    ("name", "title", "authors", "institutions", "date", "length"),
    [
        ("grobid-tei/1602.02410", "Exploring the Limits of Language Modeling", 6, "", "2016-02", 793),
        (
            "grobid-tei/1706.03762",
            "Attention Is All You Need",
            8, "University of Toronto; Google Brain", "2017-06", 1139,
        ),
        (
            "grobid-tei/1804.00079",
            "Learning General Purpose Distributed SEN- TENCE Representations via Large Scale Multi- Task Learning",
            4, MILA, "2018-04", 1221,
        ),
        (
            "grobid-tei/1901.02860",
            "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context",
            6, "Carnegie Mellon University; Google Brain", "2019-01", 1184,
        ),
        (
            "grobid-tei/C18-1121",
            "Ensure the Correctness of the Summary: Incorporate Entailment Knowledge into Abstractive Sentence "
            "Summarization",
            4, CASIA, "2018-08", 1026,
        ),
        (
            "grobid-tei/D18-1205",
            "Improving Neural Abstractive Document Summarization with Explicit Information Selection Modeling",
            4, "Chinese Academy of Sciences; Baidu Inc; University of Chinese Academy of Sciences", "2018-10", 1077,
        ),
        (
            "grobid-tei/P18-1063",
            "Fast Abstractive Summarization with Reinforce-Selected Sentence Rewriting",
            2, "UNC Chapel Hill", "2018-07", 1061,
        ),
        (
            "pdf-tei-json/2020.acl-main.207",
            "SPECTER: Document-level Representation Learning using Citation-informed Transformers",
            5, AI2, "", 1196,
        ),
        (
            "pdf-tei-json/N18-3011",
            "Construction of the Literature Graph in Semantic Scholar",
            23, "Allen Institute for Artificial Intelligence; Northwestern University", "", 793,
        ),
    ],
)  # fmt: skip
def test_samples(shared, name, title, authors, institutions, date, length):
    batch = read(shared / "data" / "samples" / f"{name}.tei.xml")
    [document] = batch.documents
    assert not batch.skipped
    assert document.id == name.partition("/")[2]
    assert document.arxiv == (document.id if date and document.id[0].isdigit() else "")
    assert document.texts["T"].text == title
    assert (document.author_count, len(document.authors)) == (authors, authors)
    assert (document.texts["I"].raw if "I" in document.texts else "") == institutions
    assert document.date == date
    assert len(document.texts["A"].raw) == length


def test_venue_of_a_sample(shared):
    [document] = read(shared / "data" / "samples" / "grobid-tei" / "D18-1205.tei.xml").documents
    assert document.venue == "Proceedings of the 2018 Conference on Empirical Methods in Natural Language Processing"
    assert document.authors == ("Wei Li", "Xinyan Xiao", "Yajuan Lyu", "Yuanzhuo Wang")
