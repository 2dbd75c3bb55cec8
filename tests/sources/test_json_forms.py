"""Papers as the JSON of OpenReview, OpenAlex, Semantic Scholar, S2ORC and Paper Copilot, and JSON in a stream."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kg.model import Batch, Document, KgError
from kg.sources import inputs, json_records, read

WORK = {
    "id": "https://openalex.org/W42",
    "doi": "https://doi.org/10.48550/arXiv.2510.01234",
    "title": "Less <i>Memory</i> for <Keys>",
    "display_name": "Less Memory",
    "publication_year": 2025,
    "publication_date": "2025-10-03",
    "authorships": [
        {
            "author": {"id": "https://openalex.org/A1", "display_name": "Ada Lovelace"},
            "institutions": [{"display_name": "ETH Zurich", "ror": "https://ror.org/05a28rw58"}],
            "raw_affiliation_strings": ["Dept. X, ETHZ"],
        },
        {
            "author": {"display_name": "Alan Turing"},
            "institutions": [],
            "raw_affiliation_strings": ["Cache Labs, Oslo"],
        },
    ],
    "authors_count": 120,
    "primary_location": {
        "landing_page_url": "https://arxiv.org/abs/2510.01234",
        "source": {"display_name": "arXiv (Cornell University)", "type": "repository"},
    },
    "locations": [{"source": {"display_name": "Journal of Caches", "type": "journal"}}, None],
    "abstract_inverted_index": {"We": [0], "store": [1, 4], "less.": [2], "Then": [3], "more.": [5]},
    "keywords": [{"display_name": "Computer science"}],
}
ANSWER = {
    "paperId": "649def34f8be52c8b66281af98ae884c09aef38b",
    "externalIds": {"ArXiv": "2510.01234", "DOI": "10.1145/1234.5", "CorpusId": 1},
    "title": "Less Memory",
    "abstract": "We store less.",
    "authors": [{"authorId": "1", "name": "Ada Lovelace", "affiliations": ["ETH Zurich"]}, {"name": "Alan Turing"}],
    "venue": "",
    "journal": {"name": "Journal of Caches"},
    "year": 2025,
    "publicationDate": "2025-10-03",
    "url": "https://www.semanticscholar.org/paper/649def34f8be52c8b66281af98ae884c09aef38b",
}
NOTE: dict[str, Any] = {
    "id": "Abc12",
    "forum": "Abc12",
    "cdate": 1758369497623,
    "content": {
        "title": {"value": "Less Memory"},
        "abstract": {"value": "We store less."},
        "authors": {
            "value": [
                {"fullname": "Ada Lovelace", "institutions": [{"name": "ETH Zurich", "domain": "ethz.ch"}]},
                {"fullname": "Alan Turing"},
            ]
        },
        "keywords": {"value": ["cache", "memory"]},
        "venue": {"value": "ICLR 2026 Poster"},
    },
}
PAPER = {
    "id": "Xy9",
    "title": "Less Memory",
    "track": "main",
    "status": "Poster",
    "abstract": "We store less.",
    "keywords": "cache;memory",
    "author": "Ada Lovelace;Alan Turing;Kurt Gödel",
    "aff": "ETH Zurich+Cache Labs Inc.+nesa;;, ETH Zurich",
    "aff_domain": "ethz.ch;;",
    "site": "https://openreview.net/forum?id=Xy9",
    "bibtex": "@inproceedings{\na,\nbooktitle={Second Conference on Caches},\nyear={2025}\n}",
}


def made(folder: Path, value: Any, form: str, name: str = "answer.json") -> Batch:
    """What is read of a value, or of a text as it stands."""
    path = folder / name
    data = (value if isinstance(value, str) else json.dumps(value)).encode()
    path.write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)
    batch = read(path)
    assert batch.source.form == form
    return batch


def only(batch: Batch) -> Document:
    [document] = batch.documents
    assert not batch.skipped
    return document


def texts(document: Document) -> dict[str, str]:
    return {key: text.raw for key, text in document.texts.items()}


# --- OpenAlex


def test_openalex_work(tmp_path):
    document = only(made(tmp_path, WORK, "openalex"))
    assert texts(document) == {
        "T": "Less Memory for <Keys>",
        "A": "We store less. Then store more.",
        "I": "ETH Zurich; Cache Labs, Oslo",
    }
    assert (document.id, document.authors, document.author_count) == ("W42", ("Ada Lovelace", "Alan Turing"), 120)
    assert (document.date, document.year, document.venue) == ("2025-10-03", 2025, "Journal of Caches")
    assert (document.arxiv, document.doi) == ("2510.01234", "10.48550/arXiv.2510.01234")
    assert document.url == "https://arxiv.org/abs/2510.01234"


@pytest.mark.parametrize("indent", [None, 2])
def test_openalex_answer_of_any_layout(tmp_path, indent):
    works = [WORK | {"id": f"https://openalex.org/W{n}"} for n in range(50)]
    text = json.dumps({"meta": {"count": 2}, "results": works, "group_by": []}, indent=indent)
    batch = made(tmp_path, text, "openalex", "odd.name.gz")
    assert [d.id for d in batch.documents] == [f"W{n}" for n in range(50)]
    assert not batch.skipped


def test_openalex_snapshot(tmp_path):
    works = [WORK, {"id": "https://openalex.org/W43", "authorships": None, "title": None}]
    batch = made(tmp_path, "\n".join(map(json.dumps, works)) + "\n", "openalex")
    assert [d.id for d in batch.documents] == ["W42"]
    assert batch.skipped == [
        f"{tmp_path}/answer.json: line 2 was skipped: it has neither title nor abstract: give it one of them."
    ]


def test_openalex_index_of_nonsense_is_no_abstract(tmp_path):
    for index in ({"a": "b"}, [1], {"We": [10**30, -1, None], "x": 3}):
        document = only(made(tmp_path, WORK | {"abstract_inverted_index": index}, "openalex"))
        assert document.texts["A"].raw in ("", "We We")


# --- Semantic Scholar


@pytest.mark.parametrize(
    "form",
    [
        lambda paper: paper,
        lambda paper: [paper, None],
        lambda paper: {"total": 1, "offset": 0, "data": [paper]},
        lambda paper: {"recommendedPapers": [paper]},
        lambda paper: {"offset": 0, "data": [{"contexts": [], "citingPaper": paper}]},
        lambda paper: json.dumps(paper) + "\n",
    ],
)
def test_answers_of_semantic_scholar(tmp_path, form):
    batch = made(tmp_path, form(ANSWER), "s2")
    [document] = batch.documents
    assert texts(document) == {"T": "Less Memory", "A": "We store less.", "I": "ETH Zurich"}
    assert (document.id, document.author_count) == ("649def34f8be52c8b66281af98ae884c09aef38b", 2)
    assert (document.arxiv, document.doi, document.date) == ("2510.01234", "10.1145/1234.5", "2025-10-03")
    assert (document.venue, document.url) == ("Journal of Caches", ANSWER["url"])
    assert len(batch.skipped) == isinstance(form(ANSWER), list)


def test_data_sets_of_semantic_scholar(tmp_path):
    whole = "Less Memory\nAda Lovelace\nETH Zurich\nWe store less.\nBody"

    def span(*passages: str) -> str:
        return json.dumps([{"start": whole.index(p), "end": whole.index(p) + len(p)} for p in passages])

    full = {
        "corpusid": 7,
        "externalids": {"arxiv": "2510.01234", "doi": None},
        "content": {
            "text": whole,
            "annotations": {
                "title": span("Less Memory"),
                "author": span("Ada Lovelace"),
                "authoraffiliation": span("ETH Zurich"),
                "abstract": span("We store less."),
                "paragraph": "[[[",
            },
        },
    }
    paper = {
        "corpusid": 8,
        "externalids": {"DOI": "10.1145/8.8"},
        "title": "More",
        "authors": [{"name": "Alan Turing"}],
    }
    broken = {"corpusid": 9, "title": "T", "content": {"text": "x", "annotations": {"abstract": '[{"start": "a"}]'}}}
    batch = made(tmp_path, "\n".join(map(json.dumps, (full, paper, broken))), "s2", "s2orc.jsonl.gz")
    first, second, third = batch.documents
    assert texts(first) == {"T": "Less Memory", "A": "We store less.", "I": "ETH Zurich"}
    assert (first.id, first.authors, first.arxiv) == ("7", ("Ada Lovelace",), "2510.01234")
    assert (second.id, second.authors, second.doi) == ("8", ("Alan Turing",), "10.1145/8.8")
    assert texts(third) == {"T": "T", "A": ""}
    assert not batch.skipped


def test_full_text_is_named_by_its_file_where_its_own_name_was_cut(tmp_path):
    paper = {"paper_id": "1706", "title": "T", "abstract": "A.", "year": "", "pdf_parse": {}}
    assert only(made(tmp_path, paper, "s2", "1706.03762.json")).arxiv == "1706.03762"
    assert only(made(tmp_path, paper, "s2", "other.json")).id == "1706"
    assert only(made(tmp_path, paper, "s2", "1706.03762.json")).date == "2017-06"


# --- OpenReview and Paper Copilot


@pytest.mark.parametrize("version", [1, 2])
def test_openreview_notes(tmp_path, version):
    note = NOTE | {"pdate": 1769436696041, "signatures": []}
    if version == 1:
        content = {key: field["value"] for key, field in NOTE["content"].items()}
        note = note | {"content": content | {"authors": ["Ada Lovelace", "Alan Turing"]}}
    reply = {"id": "R1", "forum": "Abc12", "replyto": "Abc12", "content": {"title": {"value": "Review"}}}
    batch = made(tmp_path, {"notes": [note, reply], "count": 2}, "openreview")
    [document] = batch.documents
    wanted = {"T": "Less Memory", "A": "We store less.", "K": "cache; memory"}
    assert texts(document) == wanted | ({"I": "ETH Zurich"} if version == 2 else {})
    assert (document.id, document.authors) == ("Abc12", ("Ada Lovelace", "Alan Turing"))
    assert (document.date, document.year, document.venue) == ("2026-01-26", 2026, "ICLR 2026 Poster")
    assert document.url == "https://openreview.net/forum?id=Abc12"
    [sentence] = batch.skipped
    assert "record 2 (line 1) was skipped: it is a reply" in sentence


def test_paper_list(tmp_path):
    document = only(made(tmp_path, [PAPER], "paperlist"))
    assert texts(document) == {
        "T": "Less Memory",
        "A": "We store less.",
        "I": "ETH Zurich; Cache Labs Inc.; nesa",
        "K": "cache; memory",
    }
    assert (document.id, document.author_count) == ("Xy9", 3)
    assert (document.venue, document.year, document.url) == ("Second Conference on Caches", 2025, PAPER["site"])


def test_plain_papers_stay_with_their_reader(tmp_path):
    row = {
        "id": "x",
        "title": "T",
        "abstract": "A.",
        "aff": ["X"],
        "authors": ["A"],
        "status": "Poster",
        "track": "main",
    }
    only(made(tmp_path, json.dumps(row) + "\n", "papers"))


# --- JSON in a stream


def test_bad_record_among_lines_is_told_and_the_next_is_read(tmp_path):
    lines = [json.dumps(ANSWER | {"paperId": str(n)}) for n in range(5)]
    lines[1] = lines[1][:100]
    lines[3] = lines[3].replace('"venue": ""', '"venue": ,')
    batch = made(tmp_path, "\n".join(lines) + "\n", "s2")
    assert [d.id for d in batch.documents] == ["0", "2", "4"]
    assert [s.split(" was skipped: ")[0][-6:] for s in batch.skipped] == ["line 2", "line 4"]
    assert "it is not JSON (Expecting value at column " in batch.skipped[1]


@pytest.mark.parametrize("cut", ['{"title": "T', '{"title": nothing}]', "17 18", '{"a": 1} {"b": 2}]'])
def test_damaged_array_is_read_to_the_damage(tmp_path, cut):
    batch = made(tmp_path, f"[{json.dumps(ANSWER)},\n{cut}", "s2")
    assert len(list(batch.documents)) == 1
    assert "the rest was skipped: the JSON is damaged (" in batch.skipped[-1]
    assert "line 2" in batch.skipped[-1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"paperId": "x", "title": "T', "the JSON is damaged (unterminated string"),
        ('{"paperId": "x", "title": ' + "[" * 100_000, "nested too deeply"),
        ('[{"paperId": "x", "title": ' + "1" * 10_000 + "}]", "too many digits"),
        ('{"data": [], "x": {"paperId": 1, "title": 2}}', "holds no paper"),
    ],
)
def test_json_of_which_nothing_is_read_is_an_error(tmp_path, text, reason):
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    with pytest.raises(KgError) as error:
        read(path)
    assert reason in str(error.value)


def test_other_encoding_is_told(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(json.dumps([ANSWER | {"title": "Gödel"}], ensure_ascii=False).encode("latin-1"))
    with pytest.raises(KgError, match="is not UTF-8 throughout"):
        read(path)


@pytest.mark.timeout(60)
def test_record_without_end_takes_little_time(tmp_path, monkeypatch):
    monkeypatch.setattr(json_records, "_LARGEST", 1 << 20)
    for unit in ('"words and words",', '[],{"":0},'):
        path = tmp_path / "x.json.gz"
        path.write_bytes(gzip.compress(('[{"paperId": "x", "title": [' + unit * 1_000_000).encode(), 1))
        with pytest.raises(KgError, match="a value longer than 1 million characters"):
            read(path)


def test_records_come_while_the_file_is_read_and_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(json_records, "_MOST", 1000)
    text = "[" + ",\n".join(json.dumps(ANSWER | {"paperId": str(n)}) for n in range(1100)) + "]"
    batch = made(tmp_path, text, "s2")
    documents = iter(batch.documents)
    assert next(documents).id == "0"
    assert sum(1 for _ in documents) == 999
    assert "holds more than 1,000 records" in batch.skipped[-1]


def test_bomb_is_read_to_the_limit_only(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "LIMIT", 2 << 20)
    text = "\n".join(json.dumps(ANSWER | {"paperId": str(n), "abstract": "x" * 1000}) for n in range(5000))
    batch = made(tmp_path, text, "s2", "bomb.gz")
    assert 500 < len(list(batch.documents)) < 1500
    assert "the file holds more than 2 MB and was read to here" in batch.skipped[-1]


# --- samples


def test_openreview_sample(shared):
    batch = read(shared / "data" / "samples" / "openreview-api" / "iclr2026_notes_30.json")
    documents = {d.id: d for d in batch.documents}
    assert batch.source.form == "openreview"
    assert len(documents) == 30
    assert not batch.skipped
    assert [d.author_count for d in documents.values()][:12] == [4, 2, 6, 6, 6, 3, 10, 5, 3, 5, 6, 4]
    assert sum(d.date == "2026-01-26" for d in documents.values()) == 6
    assert {d.year for d in documents.values()} == {2026}
    thanos = documents["4TFfiG17ec"]
    assert (
        thanos.texts["T"].raw == "Thanos: A Block-wise Pruning Algorithm for Efficient Large Language Model Compression"
    )
    assert thanos.authors == ("Ivan Ilin", "Peter Richtárik")
    assert (thanos.date, thanos.venue) == ("2025-10-08", "Submitted to ICLR 2026")
    assert thanos.texts["K"].raw == "LLM Compression; Pruning; Wanda; SparseGPT; Deep Learning; AI"
    assert thanos.texts["A"].raw.startswith("This paper presents Thanos, a novel weight-pruning algorithm")
    assert documents["MejdcOv6Z2"].date == "2025-09-20"


def test_paper_list_sample(shared):
    batch = read(shared / "data" / "samples" / "paperlists-json" / "colm2025_efficiency.json")
    documents = {d.id: d for d in batch.documents}
    assert batch.source.form == "paperlist"
    assert len(documents) == 48
    assert not batch.skipped
    assert all(d.venue == "Second Conference on Language Modeling" and d.year == 2025 for d in documents.values())
    assert all(d.texts["A"].raw and d.texts["I"].raw and d.author_count for d in documents.values())
    assert documents["2Kl8Ztw6wk"].authors == ("Shufan Li", "Aditya Grover")
    assert documents["CJ2FmPmoDE"].texts["I"].raw == (
        "national university of singaore, National University of Singapore; ByteDance Inc.; NTU; Sea AI Lab; "
        "Singapore Management University; Harbin Institute of Technology"
    )
    assert documents["CJ2FmPmoDE"].author_count == 8
    assert documents["EfTuzTijDo"].texts["T"].text == (
        "NoWag: A Unified Framework for Shape Preserving Compression of Large Language Models"
    )
    assert documents["HAjgxcHpzc"].url == "https://openreview.net/forum?id=HAjgxcHpzc"


@pytest.mark.parametrize(
    ("name", "title", "authors", "institutions", "date", "length", "keywords"),
    [
        (
            "s2orc-json/18980380", "", None, "", "", 772,
            "Distributional robustness, Markov decision processes, parameter uncertainty",
        ),
        (
            "s2orc-json/24e6b80e338a4e543de6b49cada07156c9149d22",
            "Niche Partitioning of Marine Group I Crenarchaeota in the Euphotic and Upper Mesopelagic Zones of the "
            "East China Sea",
            4, "Chinese Academy of Sciences", "2011-11", 1698, "",
        ),
        (
            "pdf-tei-json/2020.acl-main.207",
            "SPECTER: Document-level Representation Learning using Citation-informed Transformers",
            5, "University of Washington", "", 1196, "",
        ),
        ("pdf-tei-json/N18-3011", "Construction of the Literature Graph in Semantic Scholar", 23, "", "", 793, ""),
    ],
)  # fmt: skip
def test_s2orc_samples(shared, name, title, authors, institutions, date, length, keywords):
    batch = read(shared / "data" / "samples" / f"{name}.json")
    assert batch.source.form == "s2"
    document = only(batch)
    assert document.id == name.partition("/")[2]
    found = {key: text.raw for key, text in document.texts.items()}
    assert (found["T"], found.get("I", ""), found.get("K", "")) == (title, institutions, keywords)
    assert (document.author_count, document.date) == (authors, date)
    assert len(found["A"]) == length
    if authors == 4:
        assert document.authors == ("Anyi Hu", "Nianzhi Jiao", "Rui Zhang", "Zao Yang")
