"""Records of OAI-PMH: arXiv's metadata in both forms, Dublin Core of any repository, errors, deleted records."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Batch, KgError
from kg.sources import read
from tests.sources.test_json_forms import texts

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ANSWER = f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" {XSI}
 xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
<responseDate>2025-11-03T10:00:00Z</responseDate><request verb="ListRecords" set="cs">https://oaipmh.arxiv.org/oai</request>
%s</OAI-PMH>"""
RECORD = """<record><header%s><identifier>%s</identifier><datestamp>2025-11-02</datestamp><setSpec>cs:cs:LG</setSpec>
</header>%s</record>"""
ARXIV = f"""<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/" {XSI}
 xsi:schemaLocation="http://arxiv.org/OAI/arXiv/ http://arxiv.org/OAI/arXiv.xsd">
<id>%s</id><created>%s</created><updated>2025-11-01</updated><authors>
<author><keyname>G\\"odel</keyname><forenames>Ad\\'ele</forenames><affiliation>ETH Zurich</affiliation></author>
<author><keyname>King</keyname><forenames>Martin L.</forenames><suffix>Jr.</suffix></author>
<author><keyname>The LHC Team</keyname></author></authors>
<title>Fast Caches: Less
  Memory</title><categories>cs.LG cs.CL</categories><comments>9 pages</comments>
<journal-ref>Nature 1</journal-ref><doi>10.1145/12.34 10.1145/12.35</doi>
<abstract>  We store &lt;less&gt; of $K$
and $V$.</abstract></arXiv></metadata>"""
RAW = """<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>hep-th/9901001</id><submitter>Alan</submitter>
<version version="v1"><date>Sat, 02 Jan 1999 03:04:05 GMT</date><size>12kb</size></version>
<version version="v2"><date>Tue, 02 Jan 2001 03:04:05 GMT</date><size>13kb</size><source_type>D</source_type></version>
<title>Strings</title><authors>Ada Lovelace (1), A. M. Turing (1 and 2) and Bo Xu ((1) ETH (Zurich), (2) MIT)</authors>
<categories>hep-th</categories><abstract>We tie strings.</abstract></arXivRaw></metadata>"""
DC = """<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Trees that draft</dc:title>
<dc:creator>Lovelace, Ada</dc:creator><dc:creator>King Jr., Martin L.</dc:creator><dc:creator>The LHC Team</dc:creator>
<dc:subject>Computer Science - Machine Learning</dc:subject><dc:description>We draft trees of tokens. </dc:description>
<dc:description>9 pages</dc:description><dc:date>2025-11-01</dc:date><dc:date>2025-10-03</dc:date>
%s</oai_dc:dc></metadata>"""
DELETED = RECORD % (' status="deleted"', "oai:arXiv.org:2510.09999", "")


def answer(folder: Path, *records: str, body: str = "<ListRecords>%s</ListRecords>") -> Batch:
    path = folder / "kept.txt"
    path.write_text(ANSWER % (body % "".join(records) if "%s" in body else body), "utf-8")
    return read(path)


def arxiv(name: str, created: str = "2025-10-01") -> str:
    return RECORD % ("", f"oai:arXiv.org:{name}", ARXIV % (name, created))


def dublin_core(*identifiers: str, name: str = "oai:zenodo.org:17") -> str:
    return RECORD % ("", name, DC % "".join(f"<dc:identifier>{one}</dc:identifier>" for one in identifiers))


def test_arxivs_own_form_has_all_its_fields(tmp_path):
    batch = answer(tmp_path, arxiv("2510.01234"), DELETED, "<resumptionToken>x</resumptionToken>")
    assert batch.source.form == "oai"
    (document,) = batch.documents
    assert texts(document) == {
        "T": "Fast Caches: Less Memory", "A": "We store <less> of $K$ and $V$.", "I": "ETH Zurich",
    }  # fmt: skip
    assert document.authors == ("Adéle Gödel", "Martin L. King Jr.", "The LHC Team")
    assert (document.id, document.arxiv, document.doi) == ("2510.01234", "2510.01234", "10.1145/12.34")
    assert (document.date, document.year, document.venue) == ("2025-10-01", 2025, "Nature 1")
    assert document.url == "https://arxiv.org/abs/2510.01234"
    assert not batch.skipped


@pytest.mark.parametrize(
    ("name", "created", "date"),
    [
        ("1601.04794", "2025-08-30", "2016-01"),
        ("2510.00001", "2025-09-30", "2025-09-30"),
        ("2510.00001", "", "2025-10"),
    ],
)
def test_the_date_is_never_that_of_a_later_version(tmp_path, name, created, date):
    assert [d.date for d in answer(tmp_path, arxiv(name, created)).documents] == [date]


def test_the_raw_form_dates_by_the_first_version_and_leaves_out_affiliations(tmp_path):
    (document,) = answer(tmp_path, RECORD % ("", "oai:arXiv.org:hep-th/9901001", RAW)).documents
    assert (document.id, document.date) == ("hep-th/9901001", "1999-01-02")
    assert document.authors == ("Ada Lovelace", "A. M. Turing", "Bo Xu")
    assert texts(document) == {"T": "Strings", "A": "We tie strings."}


def test_dublin_core_of_arxiv(tmp_path):
    record = dublin_core(
        "http://arxiv.org/abs/2510.01234", "Nature 1", "doi:10.1145/12.34", name="oai:arXiv.org:2510.01234"
    )
    (document,) = answer(tmp_path, record).documents
    assert (document.id, document.arxiv, document.doi) == ("2510.01234", "2510.01234", "10.1145/12.34")
    assert document.authors == ("Ada Lovelace", "Martin L. King Jr.", "The LHC Team")
    assert texts(document) == {"T": "Trees that draft", "A": "We draft trees of tokens."}
    assert (document.date, document.url) == ("2025-10-03", "https://arxiv.org/abs/2510.01234")


def test_dublin_core_of_others_is_named_by_doi_or_its_own_identifier(tmp_path):
    batch = answer(tmp_path, dublin_core("https://doi.org/10.5281/zenodo.17"), dublin_core("https://zenodo.org/17"))
    one, other = batch.documents
    assert (one.id, one.doi, one.arxiv) == ("10.5281/zenodo.17", "10.5281/zenodo.17", "")
    assert (other.id, other.url) == ("oai:zenodo.org:17", "https://zenodo.org/17")
    assert other.texts["K"].raw == "Computer Science - Machine Learning"


def test_a_single_record_is_read_too(tmp_path):
    assert [d.id for d in answer(tmp_path, arxiv("2510.01234"), body="<GetRecord>%s</GetRecord>").documents] == [
        "2510.01234"
    ]


def test_metadata_of_other_forms_and_bad_ids_are_skipped_with_a_reason(tmp_path):
    marc = "<metadata><marc xmlns='http://www.loc.gov/MARC21/slim'><record/></marc></metadata>"
    batch = answer(tmp_path, arxiv("2510.01234"), RECORD % ("", "oai:x:1", marc), arxiv("ten"))
    assert len(list(batch.documents)) == 1
    assert "of no form that is read here" in batch.skipped[0]
    assert '"ten" is not an arXiv id' in batch.skipped[-1]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            '<error code="noRecordsMatch">none</error>',
            r'is an error of an OAI-PMH repository \("noRecordsMatch: none"\)',
        ),
        (f"<ListRecords>{DELETED}</ListRecords>", "is an answer of OAI-PMH without a paper"),
    ],
)
def test_answers_without_papers_are_told(tmp_path, body, reason):
    with pytest.raises(KgError, match=reason):
        answer(tmp_path, body=body)


def test_what_is_cut_off_gives_the_papers_before_it(tmp_path):
    path = tmp_path / "cut.xml"
    path.write_text((ANSWER % f"<ListRecords>{arxiv('2510.01234')}{arxiv('2510.01235')}")[:-700], "utf-8")
    batch = read(path)
    assert [d.id for d in batch.documents] == ["2510.01234"]
    assert "the XML is damaged" in batch.skipped[0]


def test_other_xml_is_not_claimed(tmp_path):
    path = tmp_path / "other.xml"
    path.write_text("<note>On OAI-PMH and http://arxiv.org/OAI/arXiv/</note>")
    with pytest.raises(KgError, match="no reader knows"):
        read(path)
