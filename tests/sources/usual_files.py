"""The cases of test_usual_files.py, by format; docs/formats.md counts them (scripts/formats.py)."""
# ruff: noqa: E501  # a file of a format is easier to read as it stands

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """A file: the format that reads it, what is odd about it, its name and bytes, and what its papers must have."""

    form: str
    what: str
    name: str
    data: str | bytes
    papers: Sequence[Mapping[str, Any]]
    skipped: str = ""  # within the one sentence of what was skipped, "" when nothing is
    lost: str = ""  # within the one sentence of what no record has


def _jats(within: str) -> str:
    return f"<article><front><article-meta>{within}</article-meta></front></article>"


def _written(*rows: str) -> str:
    return "\n".join(rows) + "\n"


_TITLE = "<title-group><article-title>Less Memory</article-title></title-group>"
_SCOPUS = "Authors,Title,Year,Source title,Abstract,EID"


def _mended() -> Iterator[Case]:
    """Structured forms that were once read wrongly, each as the general case."""
    yield Case(
        "bibtex",
        "two papers under one key",
        "refs.bib",
        "@article{k, title={One}, year=2020}\n@article{k, title={Two}, year=2021}\n@article{k, title={{ONE}}}\n",
        [{"id": "refs-k", "title": "One", "year": 2020}, {"id": "refs-k-2", "title": "Two", "year": 2021}],
        skipped='line 3 was skipped: the id "refs-k" is already used in line 1 for the same paper.',
        lost="1 paper has the id of another one and got a number (refs-k-2)",
    )
    for doi in (
        "http://doi.acm.org/10.1145/1.2",
        "https://dl.acm.org/doi/10.1145/1.2",
        "DOI 10.1145/1.2",
        "10.1145/1.2.",
    ):
        yield Case(
            "bibtex", f"doi = {doi}", "r.bib", f"@article{{k, title={{T}}, doi={{{doi}}}}}", [{"doi": "10.1145/1.2"}]
        )
    yield Case(
        "bibtex",
        "a subtitle, and fields of one's own",
        "r.bib",
        "@article{k, title={Less}, subtitle={On Memory}, mood={good}, pages={1--2}}",
        [{"title": "Less: On Memory"}],
        lost="no rule reads the field mood (1), which no record has",
    )
    text = "@article{k,\n title = {缓存压缩的方法},\n author = {张三 and 李四},\n journal = {计算机学报}\n}\n"
    paper = {"title": "缓存压缩的方法", "authors": ["张三", "李四"], "venue": "计算机学报"}
    yield Case("bibtex", "Chinese in GBK", "r.bib", text.encode("gbk"), [paper])
    for names, wanted in (
        ("De Giovanni, Pietro", ["Pietro De Giovanni"]),
        ("van der Berg, Anna Maria", ["Anna Maria van der Berg"]),
        ("Garcia Marquez, Gabriel J.", ["Gabriel J. Garcia Marquez"]),
        ("Ada Lovelace, Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("A. Lovelace, A. M. Turing", ["A. Lovelace", "A. M. Turing"]),
        ("['Ada Lovelace', \"Rory O'Neil\"]", ["Ada Lovelace", "Rory O'Neil"]),
        ("[{'name': 'Ada Lovelace'}, {'name': 'Alan Turing'}]", ["Ada Lovelace", "Alan Turing"]),
    ):
        quoted = names.replace('"', '""')
        table = f'title,authors,year\nT,"{quoted}",2020\n'
        yield Case("table", f"authors {names}", "p.csv", table, [{"authors": wanted}])
        yield Case(
            "papers",
            f"authors {names}",
            "p.json",
            json.dumps([{"title": "T", "authors": names}]),
            [{"authors": wanted}],
        )
    yield Case(
        "table",
        "lists of Python in cells",
        "p.csv",
        "title,keywords,affiliations\nT,\"['cache', 'memory']\",\"['ETH Zurich', 'MIT, Cambridge']\"\n",
        [{"keywords": "cache; memory", "institutions": "ETH Zurich; MIT, Cambridge"}],
    )
    yield Case(
        "table",
        "IEEE with underscores in its columns",
        "ieee.csv",
        "Document_Title,Authors,Publication_Title,Publication_Year,Document_Identifier,DOI\n"
        "Less Memory,A. Fox; B. Lee,IEEE Micro,2021,IEEE Journals,10.1109/1.2\n",
        [
            {
                "title": "Less Memory",
                "authors": ["A. Fox", "B. Lee"],
                "year": 2021,
                "venue": "IEEE Micro",
                "doi": "10.1109/1.2",
            }
        ],
    )
    yield Case(
        "table",
        "Springer with columns that were added",
        "s.csv",
        "Item Title,Publication Title,Item DOI,Authors,Publication Year,Abstract,Mood\n"
        "Less Memory,J. Caches,10.1007/1.2,Ada FoxBo Lee,2022,We store less.,good\n",
        [{"abstract": "We store less.", "authors": ["Ada Fox", "Bo Lee"], "year": 2022}],
        lost="no rule reads the field Mood (1)",
    )
    good = "Fox A.,Title {0},2020,J. Caches,We store {0}.,2-s2.0-{0}"
    yield Case(
        "table",
        "a stray quote",
        "scopus.csv",
        _written(_SCOPUS, good.format(1), 'Fox A.,"Stray,2020,J,We,2-s2.0-x', *(good.format(n) for n in range(2, 58))),
        [{"title": f"Title {n}", "id": f"scopus-2-s2.0-{n}"} for n in range(1, 58)],
        skipped="line 3 was skipped: its quotes or cells are wrong",
    )
    yield Case(
        "table",
        "a stray quote within a cell of several lines",
        "scopus.csv",
        _written(
            _SCOPUS,
            good.format(1),
            'Fox A.,"Stray "odd" title","2020","J","We store',
            'more, and more","2-s2.0-x"',
            *(f'"Fox A.","Title {n}","2020","J","We ""store""\nless.","2-s2.0-{n}"' for n in (2, 3)),
        ),
        [{"title": f"Title {n}"} for n in (1, 2, 3)],
        skipped="line 3 was skipped: its quotes or cells are wrong",
    )
    yield Case(
        "papers",
        "conf and published_date",
        "p.jsonl",
        _written(
            *(
                json.dumps({"title": t, "conf": "NeurIPS", "published_date": "2024-12-10", "mood": 1})
                for t in ("A", "B")
            )
        ),
        [{"title": t, "venue": "NeurIPS", "date": "2024-12-10", "year": 2024} for t in ("A", "B")],
        lost="no rule reads the field mood (2)",
    )
    listed = {
        "title": "Less Memory",
        "author": "Ada Fox;Bo Lee",
        "status": "Poster",
        "track": "main",
        "keywords": "a;b",
    }
    for name, more, venue, year in (
        ("iclr2024.json", {}, "ICLR", 2024),
        ("papers.json", {"site": "https://openaccess.thecvf.com/content/CVPR2023/html/Fox.html"}, "CVPR", 2023),
        ("x.json", {"openreview": "https://openreview.net/group?id=ICLR.cc/2025/Conference"}, "ICLR", 2025),
    ):
        paper = {"authors": ["Ada Fox", "Bo Lee"], "venue": venue, "year": year, "keywords": "a; b"}
        yield Case("paperlist", f"no affiliations, edition of {name}", name, json.dumps([listed | more]), [paper])
    for kind in ("standard", "structured"):
        abstract = "<abstract abstract-type='graphical'><p>A picture.</p></abstract>"
        abstract += f"<abstract abstract-type='{kind}'><p>We.</p></abstract>"
        yield Case("jats", f"abstract of type {kind}", "p.xml", _jats(_TITLE + abstract), [{"abstract": "We."}])
    yield Case(
        "jats",
        "names in parts without spaces between them",
        "p.xml",
        _jats(
            f"{_TITLE}<contrib-group><contrib contrib-type='author'><string-name><given-names>Yu</given-names>"
            "<surname>Fang</surname></string-name></contrib><contrib contrib-type='author'><string-name>"
            "<surname>Lee</surname>, <given-names>Bo</given-names></string-name></contrib>"
            "<contrib contrib-type='author'>"
            "<string-name>Ada Fox</string-name></contrib></contrib-group>"
        ),
        [{"authors": ["Yu Fang", "Bo Lee", "Ada Fox"]}],
    )
    preamble = r"\documentclass[12pt]{minimal}\usepackage{amsmath}\begin{document}$$\alpha$$\end{document}"
    yield Case(
        "jats",
        "a preamble in the title, a month with the day 00, a university after its department",
        "p.xml",
        _jats(
            f"<title-group><article-title>On <inline-formula><tex-math>{preamble}</tex-math></inline-formula> Caches"
            "</article-title></title-group><contrib-group><aff><institution>Department of Physics</institution>, "
            "University of Oslo, Norway</aff></contrib-group>"
            "<pub-date iso-8601-date='2020-07-00'><year>2020</year></pub-date>"
        ),
        [
            {
                "title": r"On \alpha Caches",
                "date": "2020-07",
                "institutions": "Department of Physics, University of Oslo, Norway",
            }
        ],
    )
    yield Case(
        "ris",
        "junk before the first entry",
        "r.ris",
        b"\x93Exported\x94 by a \xe9 library\n\xff\xfe\nProvider: x\n\n"
        b"TY  - JOUR\nT1  - Gr\xc3\xb6\xc3\x9fe\nXX  - odd\nER  - \n",
        [{"title": "Größe"}],
        lost="no rule reads the field XX (1)",
    )
    record = (
        '<record><header><identifier>oai:x:1</identifier></header><metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.'
        'org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Less Memory</dc:title>'
        "<dc:creator>Fox, Ada</dc:creator><dc:identifier>https://doi.org/10.1000/a 10.1000/b</dc:identifier>"
        "<dc:date>2021-03-04</dc:date></oai_dc:dc></metadata></record>"
    )
    paper = {"title": "Less Memory", "authors": ["Ada Fox"], "doi": "10.1000/a", "date": "2021-03-04"}
    yield Case("oai", "a bare record, two DOIs in one field", "r.xml", record, [paper])
    yield Case("oai", "bare records", "r.xml", f"<?xml version='1.0'?><records>{record}</records>", [paper])
    yield Case(
        "tei",
        "a title in the analytic part alone",
        "p.tei.xml",
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title/></titleStmt><sourceDesc><biblStruct>'
        "<analytic><title>Less Memory</title></analytic></biblStruct></sourceDesc></fileDesc></teiHeader></TEI>",
        [{"title": "Less Memory"}],
    )


_PEOPLE = ["Ada Fox", "Bo Lee"]
_ALL = {"title": "Less Memory", "authors": _PEOPLE, "abstract": "We store less.", "year": 2024}
_CITED = {"given": "Ada", "family": "Fox"}, {"given": "Bo", "family": "Lee"}
_NAMED = {"firstName": "Ada", "lastName": "Fox"}, {"firstName": "Bo", "lastName": "Lee"}


def _json() -> Iterator[Case]:
    """JSON of services and programs."""
    plain = {"title": "Less Memory", "authors": "Ada Fox, Bo Lee", "abstract": "We store less.", "date": "2024-05-06"}
    paper = _ALL | {"date": "2024-05-06"}
    for what, value in (
        ("an array", [plain, plain | {"title": "More"}]),
        ("a list in an object", {"total": 2, "papers": [plain, plain | {"title": "More"}]}),
        ("a list in an object in an object", {"response": 1, "message": {"items": [plain, plain | {"title": "More"}]}}),
        ("a map from ids", {"a1": plain, "a2": plain | {"title": "More"}}),
    ):
        for indent in (None, 1):
            yield Case(
                "papers",
                f"{what}, indent {indent}",
                "p.json",
                json.dumps(value, indent=indent),
                [paper, {"title": "More"}],
            )
    yield Case("papers", "one object of several lines", "p.json", json.dumps(plain, indent=2), [paper])
    yield Case(
        "papers",
        "names in other cases, authors as objects",
        "p.json",
        json.dumps(
            [
                {
                    "Title": "Less Memory",
                    "Authors": _NAMED,
                    "Summary": "We store less.",
                    "PublicationYear": 2024,
                    "Affiliations": [{"name": "MIT"}],
                }
            ]
        ),
        [_ALL | {"institutions": "MIT"}],
    )
    yield Case(
        "csl",
        "an array",
        "refs.json",
        json.dumps(
            [
                {
                    "id": "fox2024",
                    "type": "article-journal",
                    "title": "Less <i>Memory</i>",
                    "abstract": "We store less.",
                    "author": [*_CITED, {"literal": "The Cache Team"}],
                    "editor": [{"given": "Cy", "family": "Ed"}],
                    "container-title": "J. Caches",
                    "issued": {"date-parts": [[2024, 5, 6]]},
                    "DOI": "10.1000/1",
                    "URL": "https://arxiv.org/abs/2405.00001",
                    "keyword": "cache, memory",
                    "volume": "3",
                    "mood": "good",
                }
            ]
        ),
        [
            _ALL
            | {
                "id": "refs-fox2024",
                "date": "2024-05-06",
                "venue": "J. Caches",
                "doi": "10.1000/1",
                "arxiv": "2405.00001",
            }
            | {"authors": [*_PEOPLE, "The Cache Team"], "keywords": "cache, memory"}
        ],
        lost="no rule reads the field mood (1)",
    )
    work = {
        "DOI": "10.1000/1",
        "title": ["Less Memory"],
        "subtitle": ["On Caches"],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We store less.</jats:p>",
        "author": [
            {**_CITED[0], "affiliation": [{"name": "MIT"}]},
            {**_CITED[1], "sequence": "additional", "affiliation": []},
        ],
        "container-title": ["J. Caches"],
        "issued": {"date-parts": [[2024, 5]]},
        "created": {"date-time": "2025-01-01T00:00:00Z"},
        "reference-count": 3,
        "type": "journal-article",
    }
    crossref = _ALL | {
        "title": "Less Memory: On Caches",
        "date": "2024-05",
        "venue": "J. Caches",
        "doi": "10.1000/1",
        "institutions": "MIT",
    }
    yield Case(
        "crossref",
        "an answer",
        "a.json",
        json.dumps({"status": "ok", "message-type": "work-list", "message": {"total-results": 1, "items": [work]}}),
        [crossref],
    )
    yield Case("crossref", "one work", "a.json", json.dumps({"status": "ok", "message": work}), [crossref])
    yield Case(
        "crossref",
        "lines",
        "a.jsonl",
        _written(json.dumps(work), json.dumps(work | {"DOI": "10.1000/2"})),
        [crossref, {"id": "10.1000/2"}],
    )
    item = {
        "key": "AB12",
        "itemType": "journalArticle",
        "title": "Less Memory",
        "abstractNote": "We store less.",
        "creators": [
            {"creatorType": "editor", "lastName": "Ed"},
            *({"creatorType": "author", **one} for one in _NAMED),
        ],
        "publicationTitle": "J. Caches",
        "date": "May 6, 2024",
        "DOI": "10.1000/1",
        "tags": [{"tag": "cache"}, {"tag": "memory", "type": 1}],
    }
    zotero = _ALL | {"date": "2024-05-06", "venue": "J. Caches", "doi": "10.1000/1", "keywords": "cache; memory"}
    note = {"key": "N1", "itemType": "attachment", "title": "Full Text PDF", "dateAdded": "x"}
    yield Case(
        "zotero",
        "an answer of the API",
        "a.json",
        json.dumps([{"key": "AB12", "version": 3, "library": {}, "data": one} for one in (item, note)]),
        [zotero | {"id": "a-AB12"}],
    )
    yield Case(
        "zotero",
        "Better BibTeX",
        "a.json",
        json.dumps({"config": {}, "items": [item | {"citationKey": "fox"}, note]}),
        [zotero | {"id": "a-fox"}],
    )
    europepmc = {
        "id": "123",
        "source": "MED",
        "pmid": "123",
        "doi": "10.1000/1",
        "title": "Less Memory",
        "authorString": "Fox A, Lee B.",
        "authorList": {
            "author": [
                {
                    "fullName": "Fox A",
                    "firstName": "Ada",
                    "lastName": "Fox",
                    "authorAffiliationDetailsList": {"authorAffiliation": [{"affiliation": "MIT"}]},
                },
                {"firstName": "Bo", "lastName": "Lee"},
            ]
        },
        "journalInfo": {"journal": {"title": "J. Caches"}, "yearOfPublication": 2024},
        "pubYear": "2024",
        "firstPublicationDate": "2024-05-06",
        "abstractText": "<h4>Background</h4>We store less.",
        "keywordList": {"keyword": ["cache"]},
    }
    yield Case(
        "europepmc",
        "an answer",
        "a.json",
        json.dumps({"version": "6.9", "hitCount": 1, "resultList": {"result": [europepmc]}}),
        [
            _ALL
            | {
                "abstract": "Background: We store less.",
                "date": "2024-05-06",
                "venue": "J. Caches",
                "institutions": "MIT",
                "keywords": "cache",
                "id": "123",
            }
        ],
    )
    preprint = {
        "doi": "10.1101/1",
        "title": "Less Memory",
        "authors": "Fox, A.; Lee, B.",
        "author_corresponding": "Ada Fox",
        "author_corresponding_institution": "MIT",
        "date": "2024-05-06",
        "version": "1",
        "jatsxml": "https://x",
        "abstract": "We store less.",
        "published": "NA",
        "server": "bioRxiv",
    }
    yield Case(
        "biorxiv",
        "an answer",
        "a.json",
        json.dumps({"messages": [{"status": "ok"}], "collection": [preprint]}),
        [
            _ALL
            | {
                "authors": ["A. Fox", "B. Lee"],
                "doi": "10.1101/1",
                "venue": "bioRxiv",
                "institutions": "MIT",
                "date": "2024-05-06",
            }
        ],
    )
    daily = {
        "paper": {
            "id": "2405.00001",
            "authors": [{"_id": "x", "name": "Ada Fox", "hidden": False}, {"name": "Bo Lee"}],
            "publishedAt": "2024-05-06T00:00:00.000Z",
            "title": "Less Memory",
            "summary": "We store less.",
            "upvotes": 3,
        },
        "publishedAt": "2024-05-07T00:00:00.000Z",
        "title": "Less Memory",
        "numComments": 1,
    }
    yield Case("huggingface", "daily papers", "a.json", json.dumps([daily]), [_ALL | {"arxiv": "2405.00001"}])
    code = {
        "paper_url": "https://paperswithcode.com/paper/less-memory",
        "arxiv_id": "2405.00001",
        "title": "Less Memory",
        "abstract": "We store less.",
        "url_abs": "https://arxiv.org/abs/2405.00001v1",
        "url_pdf": "x",
        "proceeding": "ICLR 2024",
        "authors": _PEOPLE,
        "tasks": ["Caching"],
        "date": "2024-05-06",
        "methods": [],
    }
    yield Case(
        "paperswithcode",
        "a dump",
        "p.json",
        json.dumps([code], indent=1),
        [_ALL | {"arxiv": "2405.00001", "venue": "ICLR 2024", "id": "p-less-memory"}],
    )


_TAGGED = {"doi": "10.1000/1", "venue": "J. Caches", "keywords": "cache; memory"}


def _xml() -> Iterator[Case]:
    """XML and tagged text of services and programs."""
    yield Case(
        "acl",
        "a volume",
        "2024.acl.xml",
        '<?xml version="1.0"?><collection id="2024.acl"><volume id="long"><meta><booktitle>Proc. of the ACL</booktitle><year>2024</year></meta>'
        "<frontmatter><url>x</url></frontmatter>"
        + "".join(
            f'<paper id="{n}"><title><fixed-case>L</fixed-case>ess Memory</title><author><first>Ada</first><last>Fox</last><affiliation>MIT</affiliation></author>'
            f"<author><first>Bo</first><last>Lee</last></author><abstract>We store less.</abstract><doi>10.1000/{n}</doi><bibkey>fox-{n}</bibkey><mood>x</mood></paper>"
            for n in (1, 2)
        )
        + "</volume></collection>",
        [
            _ALL
            | {"id": f"2024.acl-fox-{n}", "venue": "Proc. of the ACL", "doi": f"10.1000/{n}", "institutions": "MIT"}
            for n in (1, 2)
        ],
        lost="no rule reads the field mood (2)",
    )
    yield Case(
        "dblp",
        "a dump with its entities",
        "dblp.xml",
        '<?xml version="1.0"?><!DOCTYPE dblp SYSTEM "dblp.dtd"><dblp><article key="journals/x/Fox24" mdate="2024-01-01"><author>Ada Fox</author>'
        "<author>Bo Lee 0003</author><author>Kurt G&ouml;del</author><title>Less <i>Memory</i>.</title><year>2024</year><journal>CoRR</journal><volume>abs/2405.00001</volume>"
        "<ee>https://doi.org/10.48550/arXiv.2405.00001</ee></article><www key='homepages/1'><author>Ada Fox</author><title>Home Page</title></www></dblp>",
        [
            {
                "title": "Less Memory.",
                "authors": [*_PEOPLE, "Kurt Gödel"],
                "year": 2024,
                "venue": "CoRR",
                "arxiv": "2405.00001",
                "id": "dblp-journals/x/Fox24",
            }
        ],
    )
    yield Case(
        "dblp",
        "an answer of the search",
        "a.xml",
        "<result><hits><hit><info><authors><author>Ada Fox</author><author>Bo Lee</author></authors><title>Less Memory.</title><venue>ICLR</venue><year>2024</year><doi>10.1000/1</doi><key>conf/iclr/Fox24</key></info></hit></hits></result>",
        [{"authors": _PEOPLE, "venue": "ICLR", "year": 2024, "doi": "10.1000/1"}],
    )
    yield Case(
        "pubmed",
        "an answer",
        "a.xml",
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>123</PMID><Article><Journal><JournalIssue><PubDate><Year>2024</Year><Month>May</Month></PubDate></JournalIssue><Title>J. Caches</Title></Journal>"
        '<ArticleTitle>Less Memory</ArticleTitle><ELocationID EIdType="pii">x</ELocationID><ELocationID EIdType="doi">10.1000/1</ELocationID><Abstract><AbstractText Label="METHODS">We store less.</AbstractText><AbstractText Label="RESULTS">It is less.</AbstractText></Abstract>'
        "<AuthorList><Author><LastName>Fox</LastName><ForeName>Ada</ForeName><Initials>A</Initials><AffiliationInfo><Affiliation>MIT</Affiliation></AffiliationInfo></Author><Author><CollectiveName>The Cache Team</CollectiveName></Author></AuthorList></Article>"
        "<KeywordList><Keyword>cache</Keyword><Keyword>memory</Keyword></KeywordList></MedlineCitation></PubmedArticle></PubmedArticleSet>",
        [
            _TAGGED
            | {
                "title": "Less Memory",
                "abstract": "Methods: We store less. Results: It is less.",
                "authors": ["Ada Fox", "The Cache Team"],
                "date": "2024-05",
                "institutions": "MIT",
                "id": "a-123",
            }
        ],
    )
    yield Case(
        "endnote",
        "an export",
        "a.xml",
        '<xml><records><record><source-app name="EndNote">EndNote</source-app><rec-number>7</rec-number><ref-type name="Journal Article">17</ref-type><contributors><authors><author><style face="normal">Fox, Ada</style></author><author>Lee, Bo</author></authors></contributors>'
        "<titles><title><style>Less Memory</style></title><secondary-title>J. Caches</secondary-title></titles><keywords><keyword>cache</keyword><keyword>memory</keyword></keywords><dates><year>2024</year></dates>"
        "<abstract>We store less.</abstract><electronic-resource-num>https://doi.org/10.1000/1</electronic-resource-num><auth-address>MIT</auth-address></record></records></xml>",
        [_ALL | _TAGGED | {"id": "a-7", "institutions": "MIT"}],
    )
    yield Case(
        "nbib",
        "an export of PubMed",
        "a.nbib",
        "\nPMID- 123\nOWN - NLM\nTI  - Less\n      Memory\nLID - 10.1000/1 [doi]\nAB  - We store\n      less.\nFAU - Fox, Ada\nAU  - Fox A\nAD  - MIT\nFAU - Lee, Bo\nDP  - 2024 May 6\nJT  - J. Caches\nOT  - cache\nOT  - memory\nXX  - odd\n\nPMID- 124\nTI  - More\n",
        [_ALL | _TAGGED | {"id": "a-123", "date": "2024-05-06", "institutions": "MIT"}, {"title": "More"}],
        lost="no rule reads the field XX (1)",
    )
    yield Case(
        "enw",
        "an export",
        "a.enw",
        "%0 Journal Article\n%A Fox, Ada\n%A Bo Lee\n%T Less Memory\n%J J. Caches\n%D 2024\n%X We store less.\n%R 10.1000/1\n%K cache\nmemory\n%+ MIT\n\n%0 Book\n%T More\n",
        [_ALL | _TAGGED | {"institutions": "MIT", "keywords": "cache memory"}, {"title": "More"}],
    )
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:bib="http://purl.org/net/biblio#"'
        ' xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        '<bib:Article rdf:about="#item_1"><z:itemType>journalArticle</z:itemType><dcterms:isPartOf rdf:resource="urn:issn:1"/><bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Fox</foaf:surname><foaf:givenName>Ada</foaf:givenName></foaf:Person></rdf:li>'
        "<rdf:li><foaf:Person><foaf:surname>Lee</foaf:surname><foaf:givenName>Bo</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors><dc:title>Less Memory</dc:title><dcterms:abstract>We store less.</dcterms:abstract><dc:date>2024-05-06</dc:date><dc:subject>cache</dc:subject><dc:subject>memory</dc:subject></bib:Article>"
        '<z:Attachment rdf:about="#item_2"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title></z:Attachment>'
        '<bib:Journal rdf:about="urn:issn:1"><dc:title>J. Caches</dc:title><dc:identifier>DOI 10.1000/1</dc:identifier></bib:Journal></rdf:RDF>'
    )
    yield Case("zoterordf", "an export", "a.rdf", rdf, [_ALL | _TAGGED | {"date": "2024-05-06"}])


def _pages() -> Iterator[Case]:
    """Pages, lists, sources."""
    tags = {
        "title": "Less Memory",
        "author": "Fox, Ada",
        "author ": "Lee, Bo",
        "author_institution": "MIT",
        "journal_title": "J. Caches",
        "publication_date": "2024/05/06",
        "doi": "10.1000/1",
        "abstract": "We store less.",
        "keywords": "cache; memory",
        "mood": "good",
    }
    meta = "".join(f'<meta name="citation_{name.strip()}" content="{value}">' for name, value in tags.items())
    page = _ALL | _TAGGED | {"date": "2024-05-06", "institutions": "MIT"}
    yield Case(
        "web",
        "citation tags",
        "a.html",
        f"<!DOCTYPE html><html><head><title>x</title>{meta}</head><body><p>Text</body></html>",
        [page],
        lost="citation_mood (1)",
    )
    linked = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebPage", "name": "x"},
            {
                "@type": "ScholarlyArticle",
                "headline": "Less Memory",
                "abstract": "We store less.",
                "author": [
                    {"@type": "Person", "name": "Ada Fox", "affiliation": {"name": "MIT"}},
                    {"givenName": "Bo", "familyName": "Lee"},
                ],
                "datePublished": "2024-05-06",
                "isPartOf": {"@type": "PublicationIssue", "isPartOf": {"name": "J. Caches"}},
                "sameAs": "https://doi.org/10.1000/1",
                "keywords": "cache, memory",
            },
        ],
    }
    yield Case(
        "web",
        "JSON-LD",
        "a.html",
        f'<html><head><script type="application/ld+json">{json.dumps(linked)}</script></head></html>',
        [page],
    )
    cff = "cff-version: 1.2.0\nmessage: Cite it\ntitle: kv-tools\nauthors:\n  - family-names: Other\npreferred-citation:\n  type: article\n  title: Less Memory\n  abstract: We store less.\n  journal: J. Caches\n  doi: 10.1000/1\n  year: 2024\n  month: 5\n  authors:\n    - family-names: Fox\n      given-names: Ada\n      affiliation: MIT\n    - family-names: Lee\n      given-names: Bo\n  keywords: [cache, memory]\n"
    yield Case(
        "cff",
        "a preferred citation",
        "CITATION.cff",
        cff,
        [_ALL | _TAGGED | {"date": "2024-05", "institutions": "MIT"}],
    )
    yield Case(
        "cff",
        "the software itself",
        "CITATION.cff",
        "cff-version: 1.2.0\ntitle: kv-tools\nauthors:\n  - name: The Cache Team\ndate-released: 2024-05-06\n",
        [{"title": "kv-tools", "authors": ["The Cache Team"], "date": "2024-05-06"}],
    )
    awesome = "# Awesome Caches\n\nA list, see [this site](https://example.org).\n\n## Papers\n\n- [Less Memory](https://arxiv.org/abs/2405.00001) [[code](https://github.com/a/b)] (ICLR 2024)\n- **More Memory for Keys**, NeurIPS 2023 [[paper](https://openreview.net/forum?id=Ab1)]\n- Caches of Others. Ada Fox, Bo Lee. 2022. [[pdf]](https://arxiv.org/pdf/2205.00001v2.pdf)\n- https://arxiv.org/abs/2301.00009\n- [A tool](https://github.com/a/c)\n"
    yield Case(
        "markdown",
        "an awesome list",
        "README.md",
        awesome,
        [
            {"title": "Less Memory", "arxiv": "2405.00001", "venue": "ICLR", "year": 2024},
            {
                "title": "More Memory for Keys",
                "venue": "NeurIPS",
                "year": 2023,
                "url": "https://openreview.net/forum?id=Ab1",
            },
            {"title": "Caches of Others", "arxiv": "2205.00001", "year": 2022},
        ],
        skipped="line 10 was skipped: it is a link (https://arxiv.org/abs/2301.00009) without a title: fetch it with `kg fetch arxiv id:2301.00009`",
    )
    digest = "# Papers of 2024-05-06\n\n### 1. Less Memory\n\n**Authors:** Ada Fox, Bo Lee\n\n**Link:** [2405.00001](https://arxiv.org/abs/2405.00001)\n\n**Abstract:** We store less.\n\n## [More Memory](http://arxiv.org/abs/2405.00002v1)\n\n*Ada Fox, Bo Lee*\n\n- **Summary**: We store more.\n- **Published**: 2024-05-07\n"
    yield Case(
        "markdown",
        "a digest of sections",
        "d.md",
        digest,
        [
            _ALL | {"arxiv": "2405.00001", "title": "Less Memory", "year": None},
            {
                "title": "More Memory",
                "abstract": "We store more.",
                "authors": _PEOPLE,
                "date": "2024-05-07",
                "arxiv": "2405.00002",
            },
        ],
    )
    table = "| Date | Title | Authors | PDF | Code |\n|---|---|---|---|---|\n|**2024-05-06**|**Less Memory**|Ada Fox, Bo Lee|[2405.00001](http://arxiv.org/abs/2405.00001)|null|\n|2024-05-07|More Memory|Bo Lee et al.|[2405.00002](http://arxiv.org/abs/2405.00002)|null|\n"
    yield Case(
        "markdown",
        "a table",
        "d.md",
        table,
        [
            {"title": "Less Memory", "authors": _PEOPLE, "date": "2024-05-06", "arxiv": "2405.00001"},
            {"title": "More Memory", "arxiv": "2405.00002"},
        ],
    )
    tex = "% a comment\n\\documentclass{article}\n\\newcommand{\\method}{FlashKV\\xspace}\n\\title{Less Memory:\\\\ \\method for Keys\\thanks{Funded.}}\n\\author{Ada Fox\\textsuperscript{1} \\and Bo Lee$^{1,2}$\\\\ MIT, University of Tests}\n\\begin{document}\\maketitle\n\\input{parts/abstract}\n\\end{document}\n"
    abstract = "\\begin{abstract}\nWe store less \\cite{a,b} with \\method{}, % no\nby 5\\%.\n\\end{abstract}"
    source = {"title": "Less Memory: FlashKV for Keys", "authors": _PEOPLE, "institutions": "MIT, University of Tests"}
    yield Case(
        "tex",
        "a main file",
        "paper.tex",
        tex.replace("\\input{parts/abstract}", abstract),
        [source | {"abstract": "We store less with FlashKV, by 5%."}],
    )
    files = {
        "main.tex": tex,
        "parts/abstract.tex": abstract,
        "refs.bib": "@article{a, title={Other}}",
        "fig/plot.pdf": "%PDF-1.4",
    }
    yield Case(
        "tex",
        "an archive of arXiv",
        "2405.00001v2.tar.gz",
        _tar(files),
        [source | {"abstract": "We store less with FlashKV, by 5%.", "arxiv": "2405.00001"}],
    )
    acm = "\\documentclass[sigconf]{acmart}\n\\title[Short]{Less Memory}\n\\author{Ada Fox}\\affiliation{\\institution{MIT}\\city{Cambridge}}\\email{a@mit.edu}\n\\author{Bo Lee}\\affiliation{\\institution{ETH Zurich}}\n\\begin{abstract}We store less.\\end{abstract}"
    yield Case("tex", "the class of the ACM", "p.tex", acm, [_ALL | {"institutions": "MIT; ETH Zurich", "year": None}])
    icml = "\\documentclass{article}\n\\icmltitle{Less Memory}\n\\icmlauthor{Ada Fox}{mit}\n\\icmlauthor{Bo Lee}{eth}\n\\icmlaffiliation{mit}{MIT}\\icmlaffiliation{eth}{ETH Zurich}\\begin{abstract}We store less.\\end{abstract}"
    yield Case("tex", "the class of ICML", "p.tex", icml, [_ALL | {"institutions": "MIT; ETH Zurich", "year": None}])


def _services() -> Iterator[Case]:
    """Answers and files of services, each as its maker writes it; more of each stands in the test of its reader."""
    day = {"date": "2024-05-06"}
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry><id>http://arxiv.org/abs/2405.00001v2</id><title>Less Memory</title><summary>We store less.</summary>'
        "<published>2024-05-06T00:00:00Z</published><author><name>Ada Fox</name></author><author><name>Bo Lee</name></author><arxiv:journal_ref>J. Caches</arxiv:journal_ref><arxiv:doi>10.1000/1</arxiv:doi></entry></feed>"
    )
    paper = _ALL | {"venue": "J. Caches", "doi": "10.1000/1"}
    yield Case("arxiv", "an answer", "a.atom", atom, [paper | {"arxiv": "2405.00001", "date": "2024-05-06T00:00:00Z"}])
    meta = {
        "id": "2405.00001",
        "submitter": "A",
        "title": "Less Memory",
        "abstract": "We store less.",
        "authors_parsed": [["Fox", "Ada", ""], ["Lee", "Bo", ""]],
        "journal-ref": "J. Caches",
        "doi": "10.1000/1",
        "update_date": "2025-01-01",
        "versions": [{"created": "Mon, 6 May 2024 00:00:00 GMT"}],
    }
    yield Case("arxivmeta", "lines", "a.json", json.dumps(meta) + "\n", [paper | day | {"arxiv": "2405.00001"}])
    work = {
        "id": "https://openalex.org/W1",
        "title": "Less Memory",
        "publication_date": "2024-05-06",
        "publication_year": 2024,
        "doi": "https://doi.org/10.1000/1",
        "authorships": [
            {"author": {"display_name": name}, "institutions": [{"display_name": "MIT"}]} for name in _PEOPLE
        ],
        "abstract_inverted_index": {"We": [0], "store": [1], "less.": [2]},
        "primary_location": {"source": {"display_name": "J. Caches", "type": "journal"}},
    }
    yield Case(
        "openalex",
        "an answer",
        "a.json",
        json.dumps({"meta": {}, "results": [work]}),
        [paper | day | {"institutions": "MIT", "id": "W1"}],
    )
    answer = {
        "paperId": "ab",
        "externalIds": {"DOI": "10.1000/1", "ArXiv": "2405.00001"},
        "title": "Less Memory",
        "abstract": "We store less.",
        "authors": [{"name": name} for name in _PEOPLE],
        "venue": "J. Caches",
        "year": 2024,
        "publicationDate": "2024-05-06",
    }
    yield Case(
        "s2", "an answer", "a.json", json.dumps({"total": 1, "data": [answer]}), [paper | day | {"arxiv": "2405.00001"}]
    )
    note = {
        "id": "N1",
        "forum": "N1",
        "pdate": 1714953600000,
        "content": {
            "title": {"value": "Less Memory"},
            "abstract": {"value": "We store less."},
            "authors": {"value": _PEOPLE},
            "venue": {"value": "ICLR 2024"},
            "keywords": {"value": ["cache"]},
        },
    }
    yield Case(
        "openreview",
        "an answer",
        "a.json",
        json.dumps({"notes": [note]}),
        [_ALL | day | {"venue": "ICLR 2024", "keywords": "cache"}],
    )
    wos = "FN Clarivate\nVR 1.0\nPT J\nAU Fox, A\n   Lee, B\nAF Fox, Ada\n   Lee, Bo\nTI Less\n   Memory\nSO J. Caches\nAB We store less.\nC3 MIT\nPD MAY 6\nPY 2024\nDI 10.1000/1\nUT WOS:1\nER\n\nEF\n"
    yield Case("wos", "an export", "a.txt", wos, [paper | day | {"institutions": "MIT"}])
    report = "# AI推理加速技术论文分析报告\n\n生成时间: 2024-05-06\n分析论文数量: 1\n\n## 论文技术简报\n\n### 1. 少用内存\n\n麻省理工发布了论文。\n\n## 论文详细信息\n\n### 1. Less Memory\n\n**主要机构**: MIT\n**作者数量**: 2\n\n**摘要**: We store less.\n"
    yield Case(
        "digest",
        "a report",
        "007_x.txt",
        report,
        [{"title": "Less Memory", "abstract": "We store less.", "institutions": "MIT", "id": "007-01"}],
    )


def _exported() -> Iterator[Case]:
    """Exports of programs and services, with what each has of its own."""
    yield Case(
        "bibtex",
        "a text whose LaTeX Zotero escaped",
        "z.bib",
        r"@misc{k, title={{LoRA}: {Less}}, abstract={Up to \${\textbackslash}sim\$4x {\textgreater} 3 \& {\textquotedblleft}more{\textquotedblright}.}}",
        [{"title": "LoRA: Less", "abstract": "Up to ∼4x > 3 & “more”."}],
    )
    yield Case(
        "bibtex",
        "names by their parts, as BibLaTeX writes them",
        "b.bib",
        "@online{k, title={T}, author={given=Jan, prefix=van den, useprefix=true, family=Berg and {The A Team} and King, Jr., Lee}}",
        [{"authors": ["Jan van den Berg", "The A Team", "Lee King Jr."]}],
    )
    yield Case(
        "bibtex",
        "a paper that refers to its volume, and a year with a sorting key",
        "d.bib",
        "@inproceedings{DBLP:x, title={Child}, author={A. Fox}, crossref={DBLP:v}}\n"
        "@inproceedings{y, title={Other}, year={{\\noop{1999}2021}}}\n"
        "@proceedings{DBLP:v, title={Proc. of Caches, {C} 2023}, booktitle={{C} 2023}, year=2023}\n",
        [
            {"title": "Child", "venue": "C 2023", "year": 2023},
            {"title": "Other", "venue": "", "year": 2021},
            {"title": "Proc. of Caches, C 2023"},
        ],
    )
    yield Case(
        "ris",
        "a chapter of Springer, a suffix, the heading of the abstract",
        "s.ris",
        "TY  - CHAP\nAU  - Fox,A.,III\nED  - Lee, Bo\nBT  - Proc. of Caches\nTI  - Less Memory\nAB  - Abstract\nWe store less.\n"
        "PY  - 2022\nID  - 10.1007/978-3-031-1_2\nER  - \n",
        [
            {
                "title": "Less Memory",
                "authors": ["A. Fox III"],
                "venue": "Proc. of Caches",
                "abstract": "We store less.",
                "doi": "10.1007/978-3-031-1_2",
            }
        ],
    )
    yield Case(
        "table",
        "Publish or Perish, with lists of authors that are cut",
        "PoPCites.csv",
        "Cites,Authors,Title,Year,Source,ArticleURL,GSRank,ECC\n"
        '3,"A Fox, B Lee, ...",Less Memory,2024,J. Caches,https://x.org/1,1,3\n',
        [{"title": "Less Memory", "authors": ["A Fox", "B Lee"], "venue": "J. Caches", "url": "https://x.org/1"}],
    )
    yield Case(
        "table",
        "a database of Notion, and a row without anything",
        "n.csv",
        '\ufeffName,Authors,Tags,Link,Published\nLess Memory,"Ada Fox, Bo Lee","cache, llm",https://arxiv.org/abs/2405.00001,"May 6, 2024"\n,,,,\n',
        [
            {
                "title": "Less Memory",
                "authors": _PEOPLE,
                "keywords": "cache; llm",
                "arxiv": "2405.00001",
                "date": "2024-05-06",
            }
        ],
    )
    yield Case(
        "table",
        "year, month and day in columns, authors between wide semicolons",
        "r.csv",
        "title,authors,year,month,day\nLess Memory,张三；李四,2024,5,6\n",
        [{"authors": ["张三", "李四"], "date": "2024-05-06"}],
    )
    yield Case(
        "acl",
        "a formula, the month of the volume, a whole address",
        "a.xml",
        '<collection id="2023.acl"><volume id="long"><meta><booktitle>Proc.</booktitle><month>July</month><year>2023</year></meta>'
        "<paper id='1'><title><tex-math>O(n)</tex-math> Memory</title><author><first>Ada</first><last>Fox</last></author>"
        r"<abstract>It takes <tex-math>10\times</tex-math> less.</abstract><url>2023.acl-long.1</url></paper></volume></collection>",
        [
            {
                "title": "O(n) Memory",
                "abstract": "It takes 10× less.",
                "date": "2023-07",
                "url": "https://aclanthology.org/2023.acl-long.1",
            }
        ],
    )
    yield Case(
        "nbib",
        "a group among the authors, a suffix",
        "p.nbib",
        "PMID- 1\nTI  - Less Memory.\nFAU - Fox, Ada Jr\nAU  - Fox A Jr\nCN  - The Cache Group\nDP  - 2024 May 6\n",
        [{"authors": ["Ada Fox Jr", "The Cache Group"], "date": "2024-05-06"}],
    )
    mathml = "<mml:math><mml:msup><mml:mi>n</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>"
    work = {
        "DOI": "10.1000/1",
        "title": ["Less Memory"],
        "reference-count": 1,
        "abstract": f"<jats:p>In <jats:alternatives><jats:tex-math>$$n^2$$</jats:tex-math>{mathml}</jats:alternatives> steps, 10<jats:sup>6</jats:sup> bytes.</jats:p>",
    }
    yield Case(
        "crossref",
        "a formula in TeX and MathML, powers",
        "w.json",
        json.dumps(work),
        [{"abstract": "In n^2 steps, 10^6 bytes."}],
    )
    info = {
        "authors": {"author": [{"@pid": "1/2-1", "text": "Ada Fox 0001"}, {"@pid": "3", "text": "Bo Lee"}]},
        "title": "Less &amp; Less Memory.",
        "venue": "CoRR",
        "volume": "abs/2405.00001",
        "year": "2024",
        "type": "Informal",
        "access": "open",
        "key": "journals/corr/abs-2405-00001",
        "ee": "https://doi.org/10.48550/arXiv.2405.00001",
        "url": "https://dblp.org/rec/x",
    }
    hits = {"@total": "1", "hit": [{"@score": "1", "@id": "9", "info": info, "url": "URL#9"}]}
    yield Case(
        "dblpapi",
        "an answer of the search",
        "d.json",
        json.dumps({"result": {"query": "less", "status": {"@code": "200"}, "hits": hits}}),
        [
            {
                "title": "Less & Less Memory.",
                "authors": _PEOPLE,
                "venue": "CoRR",
                "year": 2024,
                "arxiv": "2405.00001",
                "doi": "10.48550/arXiv.2405.00001",
            }
        ],
    )
    record = {
        "doi": "10.5281/zenodo.5",
        "creators": [
            {"name": "Fox, Ada", "givenName": "Ada", "familyName": "Fox", "affiliation": ["MIT"]},
            {"name": "The Cache Group", "nameType": "Organizational", "affiliation": []},
        ],
        "titles": [{"title": "Less Memory"}],
        "publisher": "Zenodo",
        "publicationYear": 2024,
        "dates": [{"date": "2024-05-06", "dateType": "Issued"}],
        "descriptions": [{"description": "<p>We store less.</p>", "descriptionType": "Abstract"}],
        "subjects": [{"subject": "cache"}],
        "types": {"resourceTypeGeneral": "JournalArticle"},
    }
    yield Case(
        "datacite",
        "an answer",
        "z.json",
        json.dumps({"data": [{"id": "10.5281/zenodo.5", "type": "dois", "attributes": record}]}),
        [
            {
                "title": "Less Memory",
                "authors": ["Ada Fox", "The Cache Group"],
                "institutions": "MIT",
                "abstract": "We store less.",
                "date": "2024-05-06",
                "doi": "10.5281/zenodo.5",
                "keywords": "cache",
                "venue": "Zenodo",
            }
        ],
    )
    kaggle = {
        "id": "2405.00001",
        "submitter": "A",
        "title": "Less Memory",
        "abstract": "We store less.",
        "versions": [{"version": "v1", "created": "Mon, 6 May 2024 10:00:00 GMT"}],
        "update_date": "2024-06-01",
        "authors_parsed": [["Fox", "Ada", "", "1 and 2"], ["Lee", "Bo", "", "ETH Zurich"], ["King", "Cy", "Jr."]],
    }
    yield Case(
        "arxivmeta",
        "affiliations behind names",
        "k.jsonl",
        json.dumps(kaggle) + "\n",
        [{"authors": ["Ada Fox", "Bo Lee", "Cy King Jr."], "institutions": "ETH Zurich"}],
    )
    yield Case(
        "oai",
        "a description that is HTML",
        "o.xml",
        "<OAI-PMH><ListRecords><record><header><identifier>oai:z:1</identifier></header><metadata>"
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Less Memory</dc:title><dc:description>&lt;p&gt;We &lt;em&gt;store&lt;/em&gt; less.&lt;/p&gt;</dc:description>"
        "</oai_dc:dc></metadata></record></ListRecords></OAI-PMH>",
        [{"abstract": "We store less."}],
    )
    span = (
        "rft_val_fmt=info%3Aofi%2Ffmt%3Akev%3Amtx%3Ajournal&amp;rft_id=info%3Adoi%2F10.1000%2F1&amp;rft.atitle=Less%20Memory"
        "&amp;rft.jtitle=J.%20Caches&amp;rft.au=Ada%20Fox&amp;rft.au=Bo%20Lee&amp;rft.date=2024-05-06"
    )
    yield Case(
        "web",
        "references in spans, as Zotero writes them (COinS)",
        "b.html",
        f'<!DOCTYPE html><html><body><div>Fox (2024).</div><span class="Z3988" title="{span}"></span></body></html>',
        [{"title": "Less Memory", "authors": _PEOPLE, "venue": "J. Caches", "doi": "10.1000/1", "date": "2024-05-06"}],
    )
    rows = [
        ["Author Full Names", "Article Title", "Source Title", "Publication Year", "Published"],
        ["Fox, Ada; Lee, Bo", "Less & Less Memory", "J. Caches", 2024, 45418],
        [],
        ["", "Title alone"],
    ]
    yield Case(
        "xlsx",
        "an export to Excel, with a date and an empty row",
        "savedrecs.xlsx",
        sheet_of(rows),
        [
            {
                "title": "Less & Less Memory",
                "authors": _PEOPLE,
                "venue": "J. Caches",
                "year": 2024,
                "date": "2024-05-06",
            },
            {"title": "Title alone"},
        ],
    )
    yield Case(
        "markdown",
        "buttons, lines in an item, authors below the title in a table",
        "awesome.md",
        "- Less Memory for All Models <br> NeurIPS 2022 [[Paper]](https://arxiv.org/abs/2405.00001) [[Code (PyTorch)]](https://github.com/x/y)\n"
        "- [2023/06] [More Memory](https://arxiv.org/abs/2306.00002), Ada Fox et al., arXiv\n\n"
        "| Title & Authors | Links |\n|:--|:--|\n"
        "|[![Star](https://img.shields.io/x.svg)](https://github.com/x/z)<br>[One \\| Two Memories](https://arxiv.org/abs/2405.00003) <br> Ada Fox, Bo Lee|[Github](https://github.com/x/z)|\n",
        [
            {"title": "Less Memory for All Models", "arxiv": "2405.00001", "venue": "NeurIPS", "year": 2022},
            {"title": "More Memory", "authors": ["Ada Fox"], "year": 2023},
            {"title": "One | Two Memories", "authors": _PEOPLE, "arxiv": "2405.00003"},
        ],
    )
    neurips = r"""\documentclass{article}
\title{Less Memory\\{\footnotesize \textsuperscript{*}Note: a sub-title}}
\author{1\textsuperscript{st} Ada Fox$^{1}$ \quad \textbf{Bo Lee}\footnotemark[1] \\
  $^{1}$MIT University \quad $^{2}$UC Berkeley University \\ \texttt{\{fox,lee\}@x.edu} \And Cy Day \\ Stanford University}
\begin{document}
\begin{abstract}We store $4\times$ less~\cite{x}, 1\,bit.\end{abstract}
\begin{keyword}one \sep two \MSC[2020] 68T07\end{keyword}
\end{document}
"""
    yield Case(
        "tex",
        "names apart by spaces, small print in the title, gaps, codes among keywords",
        "n.tex",
        neurips,
        [
            {
                "title": "Less Memory",
                "authors": ["Ada Fox", "Bo Lee", "Cy Day"],
                "institutions": "MIT University; UC Berkeley University; Stanford University",
                "abstract": "We store 4× less, 1 bit.",
                "keywords": "one; two",
            }
        ],
    )
    llncs = r"""\documentclass{llncs}
\title{Less Memory}\subtitle{And Faster}
\author{Eva M\"uller\inst{1}\orcidID{0000-0001} \and Jan {\v{S}}t{\v{e}}p{\'a}n\inst{2}}
\acmDOI{10.1145/1.2}\acmYear{2024}
\begin{document}
\begin{abstract}We store less.\keywords{Small \and Nets}\end{abstract}
\end{document}
"""
    yield Case(
        "tex",
        "accents in braces, keywords within the abstract, a subtitle",
        "l.tex",
        llncs,
        [
            {
                "title": "Less Memory: And Faster",
                "authors": ["Eva Müller", "Jan Štěpán"],
                "abstract": "We store less.",
                "keywords": "Small; Nets",
                "doi": "10.1145/1.2",
                "year": 2024,
            }
        ],
    )


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


def _tar(files: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            made.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


FILES: list[Case] = [*_mended(), *_json(), *_xml(), *_pages(), *_services(), *_exported()]
