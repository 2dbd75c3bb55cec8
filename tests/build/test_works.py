"""One work, many sources: the same papers whatever comes first, and again when something goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice, permutations
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.build.work_sets import CROWD
from tests.sources.made_file import json_lines
from tests.store.graph_demo import papers_triples

pytestmark = pytest.mark.usefixtures("without_ontology")
TITLE = "AsyncZap: Efficient Test-Time Scaling with Asynchronous Sparse Decoding"
ABSTRACT = (
    "Test-time scaling boosts reasoning of large language models, but the growing key-value cache makes decoding slow. "
    "We propose AsyncZap, which filters the cache beside the decoding and predicts the next queries by regression. It "
    "cuts the time per token by 20% against Quest and by half against full attention on an A100, and loses no accuracy."
)
REPORT = f"""# AI推理加速技术论文分析报告
生成时间: 2025-10-17 10:56:25
分析论文数量: 1篇

## 论文技术简报

### 1. {TITLE.upper()}

清华大学发布了AsyncZap论文，使用异步稀疏解码技术，解决了KV缓存瓶颈问题，达成了降低20%时延的效果。

## 论文详细信息

### 1. {TITLE.upper()}

**主要机构**: Tsinghua University
**作者数量**: 2人

**摘要**:
{ABSTRACT.replace("asynchronous", "asyn- chronous")}

"""
ATOM = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/api/x</id><title>arXiv Query</title>
<entry><id>http://arxiv.org/abs/2510.07486v1</id><title>{TITLE}</title><published>2025-10-08T00:00:00Z</published>
<summary>{ABSTRACT}</summary><author><name>Ada Lovelace</name></author><author><name>Alan Turing</name></author>
</entry></feed>
"""
LISTED = {"id": "z1", "title": TITLE, "author": "Ada Lovelace;Alan Turing", "aff": "", "status": "", "track": "main"}
BIBTEX = f"""@inproceedings{{zap2026, title = {{{TITLE.partition(":")[0]}: Efficient {{T}}est-Time Scaling}},
  author = {{Lovelace, Ada and Turing, Alan}}, booktitle = {{Proc. ICML}}, year = {{2026}}, doi = {{10.1145/77.88}} }}
"""


ZOP = "Zop: A Longer Title of Another Kind"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    listed = [LISTED | {"abstract": ABSTRACT}]
    made = {"007_zap.txt": REPORT, "arxiv.xml": ATOM, "icml2026.json": json.dumps(listed), "refs.bib": BIBTEX}
    for name, text in made.items():
        (tmp_path / name).write_text(text, "utf-8")
    return [tmp_path / name for name in made]


def papers(folder: Path, name: str, *said: Mapping[str, object]) -> Path:
    return json_lines(folder / name, said)


def works(graph: Graph) -> dict[str, list[str]]:
    return {paper.id: [document.id for document, _ in paper.entries] for paper in graph}


def built(folder: Path, *files: Path) -> str:
    with kg.open(str(folder), create=True) as graph:
        for file in files:
            assert graph.add(file, fast=True).skipped == []
        return papers_triples(graph)


def test_one_work_in_four_sources_is_one_paper_in_every_order(tmp_path: Path, files: list[Path]) -> None:
    exports = {built(tmp_path / f"g{at}", *order) for at, order in enumerate(islice(permutations(files), 0, None, 5))}
    assert len(exports) == 1
    with kg.open(str(tmp_path / "g0"), create=True) as graph:
        assert list(works(graph)) == ["paper:10.1145/77.88"]
        assert len(graph.paper("007-01").entries) == 4
        reasons = [record.reason for _, record in graph.paper("007-01").entries]
        assert any("the same title" in reason for reason in reasons)


def test_what_stays_when_a_source_goes_is_what_it_would_be_without(tmp_path: Path, files: list[Path]) -> None:
    built(tmp_path / "all", *files)
    with kg.open(str(tmp_path / "all"), create=True) as graph:
        for at, file in enumerate(files):
            name = next(source.name for source in graph.sources() if source.file == file.name)
            graph.remove(name)
            rest = files[:at] + files[at + 1 :]
            assert papers_triples(graph) == built(tmp_path / f"without{at}", *rest)
            graph.add(file, fast=True)
        assert papers_triples(graph) == built(tmp_path / "again", *files)


def test_a_changed_entry_leaves_its_work(tmp_path: Path) -> None:
    one = papers(tmp_path, "one.jsonl", {"id": "a", "title": TITLE, "arxiv": "2510.00001"})
    two = {"id": "b", "title": TITLE}
    built(tmp_path / "g", one, papers(tmp_path, "two.jsonl", two))
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert works(graph) == {"paper:2510.00001": ["a", "b"]}
        graph.add(papers(tmp_path, "two.jsonl", two | {"title": TITLE + " II"}), fast=True)
        assert len(graph) == 2


def test_what_two_arxiv_ids_keep_apart_no_entry_between_joins(tmp_path: Path) -> None:
    one = papers(tmp_path, "a.jsonl", {"id": "a", "title": TITLE, "arxiv": "2510.00001"})
    two = papers(tmp_path, "b.jsonl", {"id": "b", "title": TITLE, "arxiv": "2511.00002"})
    both = papers(tmp_path, "c.jsonl", {"id": "c", "title": TITLE})
    exports = {built(tmp_path / f"g{at}", *order) for at, order in enumerate(permutations([one, two, both]))}
    assert len(exports) == 1
    with kg.open(str(tmp_path / "g0"), create=True) as graph:
        assert works(graph) == {"paper:2510.00001": ["a", "c"], "paper:2511.00002": ["b"]}
        graph.remove("a")
        assert works(graph) == {"paper:2511.00002": ["b", "c"]}


def test_works_of_one_title_are_told_apart_by_name(tmp_path: Path) -> None:
    ada = papers(tmp_path, "a.jsonl", {"id": "a", "title": "Attention", "authors": ["Ada Lovelace"]})
    alan = papers(tmp_path, "b.jsonl", {"id": "b", "title": "Attention", "authors": ["Alan Turing"]})
    assert built(tmp_path / "g", ada, alan) == built(tmp_path / "h", alan, ada)
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert works(graph) == {"paper:attention-a": ["a"], "paper:attention-b": ["b"]}
        graph.remove("a")
        assert works(graph) == {"paper:attention": ["b"]}


def test_one_id_in_two_sources_gives_two_entries_and_either_name_is_understood(tmp_path: Path) -> None:
    last = papers(tmp_path, "refs.jsonl", {"id": "2510.1", "title": TITLE, "arxiv": "2510.00001"})
    first = papers(tmp_path, "atom.jsonl", {"id": "2510.1", "title": TITLE, "abstract": ABSTRACT})
    assert built(tmp_path / "g", last, first) == built(tmp_path / "h", first, last)
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert graph.entries() == ["2510.1", "2510.1@refs"]
        for name in ("2510.1", "2510.1@atom", "2510.1@refs"):
            assert len(graph.paper(name).entries) == 2
        assert graph.add(last, first, fast=True).unchanged == ["2510.1@refs", "2510.1"]
        record = {"id": "2510.1@refs", "title": "Other"}
        assert graph.add(records=papers(tmp_path, "r.jsonl", record)).added == ["2510.1@refs"]
        assert graph.remove("2510.1@atom") == ["2510.1"]
        assert graph.entries() == ["2510.1"]
        assert graph.verify().faults == []


def test_people_decide_which_papers_are_one(tmp_path: Path) -> None:
    one = papers(tmp_path, "a.jsonl", {"id": "a", "title": "Zip", "arxiv": "2510.00001"})
    two = papers(tmp_path, "b.jsonl", {"id": "b", "title": ZOP})
    before = built(tmp_path / "g", one, two)
    decided = tmp_path / "g.overrides.ttl"
    prefixes = "".join(f"@prefix {p}: <https://w3id.org/paper-kg/{p}/> .\n" for p in ("paper",))
    prefixes += "@prefix kg: <https://w3id.org/paper-kg/ns#> .\n"
    decided.write_text(prefixes + "paper:2510.00001 kg:merges paper:zopalongertitleofanotherkind .\n", "utf-8")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert works(graph) == {"paper:2510.00001": ["a", "b"]}
        assert "by hand" in graph.paper("b").entries[1][1].reason
    decided.unlink()
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert papers_triples(graph) == before
    three = papers(tmp_path, "c.jsonl", {"id": "c", "title": ZOP, "arxiv": "2512.00001"})
    decided.write_text(prefixes + "paper:2512.00001 kg:forbids paper:zopalongertitleofanotherkind .\n", "utf-8")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.add(three, fast=True)
        assert len(graph) == 3


def test_a_crowd_of_one_title_costs_no_more_than_other_papers(tmp_path: Path) -> None:
    crowd = [{"id": f"e{at}", "title": "Editorial"} for at in range(CROWD + 40)]
    files = [papers(tmp_path, "one.jsonl", *crowd[:50]), papers(tmp_path, "two.jsonl", *crowd[50:])]
    assert built(tmp_path / "g", *files) == built(tmp_path / "h", *files[::-1])
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        graph.remove("two")
        assert papers_triples(graph) == built(tmp_path / "i", files[0])
