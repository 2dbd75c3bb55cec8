"""Papers as arXiv answers them: Atom of the API, daily feeds in Atom and RSS, metadata as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.model import Document, KgError
from kg.sources import read

RSS = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>
<title>cs.LG updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.LG</link>
<item><title>Fast Caches: Less
  Memory</title><link>https://arxiv.org/abs/2510.01234</link>
<description>arXiv:2510.01234v1 Announce Type: new
Abstract: We store &lt;less&gt; of $K$ and $V$.</description>
<guid isPermaLink="false">oai:arXiv.org:2510.01234v1</guid><category>cs.LG</category>
<pubDate>Fri, 03 Oct 2025 00:00:00 -0400</pubDate><arxiv:announce_type>new</arxiv:announce_type>
<dc:creator>Ad\\'ele G\\"odel, Jo\\~ao Silva</dc:creator></item>
<item><title>Old Pruning</title><link>https://arxiv.org/abs/2301.00001</link>
<description>arXiv:2301.00001v4 Announce Type: replace-cross
Abstract: We prune.</description>
<guid isPermaLink="false">oai:arXiv.org:2301.00001v4</guid>
<pubDate>Fri, 03 Oct 2025 00:00:00 -0400</pubDate><arxiv:announce_type>replace-cross</arxiv:announce_type>
<dc:creator>Alan Turing</dc:creator></item>
<item><title>No paper</title><link>https://blog.arxiv.org/news</link><description>News</description></item>
</channel></rss>"""

ENTRY = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>
<id>http://arxiv.org/abs/hep-th/9901001v3</id><published>1999-01-02T03:04:05Z</published><title>Strings</title>
<summary>  We tie
strings.</summary><author><name>Ada Lovelace</name><arxiv:affiliation>ETH Zurich</arxiv:affiliation></author>
<author><name>Alan Turing</name></author><arxiv:doi>10.1145/12.34</arxiv:doi>
<arxiv:journal_ref>Nature 1</arxiv:journal_ref>
</entry></feed>"""

META = {
    "id": "0704.0001",
    "submitter": "Pavel Nadolsky",
    "authors": "C. Bal\\'azs, E. L. Berger and C.-P. Yuan",
    "title": "Calculation of prompt\n  diphoton production",
    "journal-ref": "Phys.Rev.D76:013009,2007",
    "doi": "10.1103/PhysRevD.76.013009",
    "categories": "hep-ph",
    "abstract": "  A fully differential calculation\nis presented.\n",
    "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}, {"version": "v2", "created": "x"}],
    "update_date": "2008-11-26",
    "authors_parsed": [["Bal\\'azs", "C.", ""], ["Berger", "E. L.", "Jr."], ["Yuan", "C. -P.", ""]],
}


def made(folder: Path, text: str, name: str = "answer.xml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def facts(document: Document) -> tuple[object, ...]:
    return document.id, document.texts["T"].raw, document.author_count, document.date, document.doi


def test_rss_dates_the_new_by_its_day_and_the_others_by_their_id(tmp_path):
    batch = read(made(tmp_path, RSS))
    assert batch.source.form == "arxiv"
    new, old = batch.documents
    assert facts(new) == ("2510.01234", "Fast Caches: Less Memory", 2, "2025-10-03", "")
    assert new.authors == ("Adéle Gödel", "João Silva")
    assert new.texts["A"].raw == "We store <less> of $K$ and $V$."
    assert (new.arxiv, new.url, new.year) == ("2510.01234", "https://arxiv.org/abs/2510.01234", 2025)
    assert facts(old) == ("2301.00001", "Old Pruning", 1, "2023-01", "")
    assert batch.skipped == [
        f'{tmp_path}/answer.xml: paper 3 was skipped: "https://blog.arxiv.org/news" is not an arXiv id: fetch it again.'
    ]


def test_entry_of_the_api_has_all_its_fields(tmp_path):
    [document] = read(made(tmp_path, ENTRY, "odd.txt")).documents
    assert facts(document) == ("hep-th/9901001", "Strings", 2, "1999-01-02T03:04:05Z", "10.1145/12.34")
    assert document.texts["I"].raw == "ETH Zurich"
    assert document.texts["A"].raw == "We tie strings."
    assert (document.arxiv, document.venue, document.year) == ("hep-th/9901001", "Nature 1", 1999)


def test_versions_of_one_paper_are_one(tmp_path):
    first = ENTRY[ENTRY.index("<entry>") : ENTRY.index("</feed>")]
    batch = read(made(tmp_path, ENTRY.replace("</feed>", first.replace("v3<", "v2<") + "</feed>")))
    assert len(list(batch.documents)) == 1
    assert 'the id "hep-th/9901001" is already used in paper 1' in batch.skipped[0]


@pytest.mark.parametrize(
    "text",
    [
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>On https://arxiv.org/abs/1</title></entry></feed>',
        "<rss><channel><link>https://blog.org/</link><item><title>arxiv.org is down</title></item></channel></rss>",
        json.dumps({"body": RSS}, indent=1),
    ],
)
def test_other_forms_are_not_claimed(tmp_path, text):
    with pytest.raises(KgError, match="no reader knows"):
        read(made(tmp_path, text))


def test_metadata_as_json_lines(tmp_path):
    later = {**META, "id": "2510.00001", "versions": []}
    batch = read(made(tmp_path, "\n".join(map(json.dumps, (META, later))), "snapshot.json"))
    assert batch.source.form == "arxivmeta"
    document, other = batch.documents
    assert facts(document) == (
        "0704.0001",
        "Calculation of prompt diphoton production",
        3,
        "2007-04-02",
        "10.1103/PhysRevD.76.013009",
    )
    assert document.authors == ("C. Balázs", "E. L. Berger Jr.", "C.-P. Yuan")
    assert document.texts["A"].raw == "A fully differential calculation is presented."
    assert (document.arxiv, document.venue) == ("0704.0001", "Phys.Rev.D76:013009,2007")
    assert other.date == "2025-10"


# --- recorded answers


@pytest.fixture(scope="session")
def answers(shared: Path) -> Path:
    return shared / "data" / "samples" / "arxiv-atom"


def test_recorded_feed(answers):
    batch = read(answers / "arxiv_rss_example.xml")
    documents = list(batch.documents)
    assert [d.id for d in documents] == [
        "2508.13426", "2508.13428", "2508.13429", "2508.13434", "2508.13435", "2508.14001", "2508.14002",
    ]  # fmt: skip
    assert [d.author_count for d in documents] == [3, 3, 1, 7, 1, 2, 2]
    assert [d.date for d in documents] == ["2025-08"] * 5 + ["2025-08-20T00:00:00-04:00"] * 2
    assert documents[1].texts["T"].raw == "Mitigating Easy Option Bias in Multiple-Choice Question Answering"
    assert documents[1].texts["A"].raw.startswith("In this early study, we observe an Easy-Options Bias (EOB) issue")
    assert documents[2].authors == ("Paulo André Lima de Castro",)
    assert not batch.skipped


def test_recorded_search(answers):
    batch = read(answers / "q_testing_s0_m10_bc5a6c384fe9.atom.xml")
    documents = {d.id: d for d in batch.documents}
    assert len(documents) == 10
    assert [d.author_count for d in documents.values()] == [3, 4, 5, 4, 5, 2, 4, 2, 4, 2]
    assert [d.doi for d in documents.values()].count("") == 4
    fuzzing = documents["2005.14124"]
    assert facts(fuzzing)[1:] == (
        "Active Fuzzing for Testing and Securing Cyber-Physical Systems",
        5,
        "2020-05-28T16:19:50Z",
        "10.1145/3395363.3397376",
    )
    assert fuzzing.texts["A"].raw.startswith("Cyber-physical systems (CPSs) in critical infrastructure face")
    assert "I" not in fuzzing.texts
    assert documents["1202.4527"].venue.startswith("International Journal of Software Engineering & Applications")
    assert not batch.skipped


def test_recorded_single_papers(answers):
    [proceedings] = read(answers / "id_1707.08567_s0_m100_6a1afebfc6a3.atom.xml").documents
    assert (proceedings.id, proceedings.author_count, proceedings.date) == ("1707.08567", 34, "2017-07-27T08:18:33Z")
    [zero] = read(answers / "id_2104.12255v1_s0_m100_6ae69987ffe1.atom.xml").documents
    assert (zero.id, zero.texts["T"].raw, zero.authors) == ("2104.12255", "0", ("Quan Thoi Minh Nguyen",))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("id_0000.0000_s0_m100_8b51d9633a68.atom.xml", "is a response of arXiv without papers: widen the query"),
        ("id_abc_s0_m100_b79c8dcf6bc3.atom.xml", r'is an error message of arXiv \("incorrect id format for abc"\)'),
        ("id_abc_s0_m100_b79c8dcf6bc3.json", "no reader knows"),
    ],
)
def test_recorded_failures_are_told_in_a_sentence(answers, name, reason):
    with pytest.raises(KgError, match=reason):
        read(answers / name)


def test_the_primary_category_is_kept_and_other_schemes_are_not(tmp_path: Path) -> None:
    atom = ENTRY.replace("</entry>", '<arxiv:primary_category term="cs.LG"/><category term="cs.CV"/></entry>')
    lines = [
        {"id": "1", "title": "A", "cats": ["cs.CV", "cs.LG"], "src": "crawl"},
        {"id": "2", "title": "B", "categories": "stat.ML cs.LG"},
        {"id": "3", "title": "C", "category": "Computer Science"},
    ]
    texts = {
        "a.xml": atom,
        "b.xml": RSS,
        "c.jsonl": "".join(json.dumps(line) + "\n" for line in lines),
        "d.bib": "@misc{x, title={D}, author={Ada Fox}, year={2025}, eprint={2501.00001}, primaryClass={cs.AR}}",
    }
    found: dict[str, list[tuple[str, str]]] = {}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        found[name] = [(one.category, one.origin) for one in read(tmp_path / name).documents]
    assert found == {
        "a.xml": [("cs.LG", "")],
        "b.xml": [("cs.LG", ""), ("", "")],
        "c.jsonl": [("cs.CV", "crawl"), ("stat.ML", ""), ("", "")],
        "d.bib": [("cs.AR", "")],
    }
