"""What is asked of the tables is what a look through all entries finds; what writing counts stays right."""

from __future__ import annotations

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from kg.api import Graph
from kg.entity_types import LISTS
from kg.model import Document, Paper, Record
from kg.query import Condition, Entity, Fact, Filter, Link, Outcome, Phrase, Term
from kg.query.conditions import in_title, least_sure
from kg.query.corpus import ALL, Corpus
from kg.query.filter import Op
from kg.query.support import support
from kg.query.title_names import Titles
from kg.query.topic import only_naming
from kg.store.rows import USUAL

OF_TYPES = {"technique": "techniques", "dataset": "datasets", "institution": "institutions"}


@pytest.fixture(scope="module")
def papers(built: Graph) -> list[Paper]:
    return built.papers()


def _any(test: Callable[[Document, Record], bool]) -> Callable[[Paper], bool]:
    return lambda paper: any(test(*entry) for entry in paper.entries)


def _appeared(paper: Paper, dates: dict[str, str]) -> str:
    documents = [document for document, _ in paper.entries]
    said = [d.date for d in documents], [str(d.year or "") for d in documents], [dates[d.source] for d in documents]
    return next((min(filter(None, some)) for some in said if any(some)), "")


def _has(concepts: Iterable[str], roles: tuple[str, ...]) -> Callable[[Document, Record], bool]:
    own = set(concepts)
    return lambda _, record: any(m.concept in own and m.role in roles for m in record.techniques)


def _faster(document: Document, record: Record) -> bool:
    values = ((r, r.value if isinstance(r.value, tuple) else (r.value, r.value)) for r in record.results)
    return any(r.unit == "x" and r.change == "increase" and high >= 2 for r, (_, high) in values)


LORA = ("technique:lora", "technique:qlora")
TESTS: list[tuple[Term, Callable[[Document, Record], bool]]] = [
    (Entity("technique", LORA[0], "LoRA", LORA, ("used",), ("zyx",)), _has(LORA, ("used",))),  # which no title has
    (Fact("kind", "survey", "survey"), lambda d, r: r.kind == "survey"),
    (Fact("code", "", "code"), lambda d, r: bool(r.code_url)),
    (Fact("code", "GitHub", "code"), lambda d, r: "github" in r.code_url.lower()),
    (Fact("author", "Wang", "Wang"), lambda d, r: any(re.search(r"(?i)\bwang\b", name) for name in d.authors)),
    (Fact("venue", "ICLR", "ICLR"), lambda d, r: "iclr" in d.venue.lower()),
    (Fact("source", "002", "002", concept="source:002"), lambda d, r: d.source == "002"),
    (Fact("paper", "002-22", "002-22", concept="entry:002-22"), lambda d, r: d.id == "002-22"),
    (Entity("technique", LORA[0], "LoRA", LORA), _has(LORA, USUAL)),
    (Entity("technique", LORA[0], "LoRA", LORA, USUAL[1:]), _has(LORA, USUAL[1:])),
    (Entity("topic", "topic:pruning", "", ("topic:pruning",)), lambda d, r: any(t.id == "pruning" for t in r.topics)),
    (Outcome("", "", change="increase", unit="x", value=2.0), _faster),
    (
        Entity("topic", "topic:pruning", "", ("topic:pruning",), titles=("kv cache", "llm")),
        lambda d, r: (
            any(t.id == "pruning" for t in r.topics)
            or re.search(r"(?i)\b(?:kv[\W_]+cache|llm)s?\b", r.title or d.texts["T"].raw) is not None
        ),
    ),
    (Phrase("KV cache"), lambda d, r: any(re.search(r"(?i)\bkv[\W_]+caches?\b", t.raw) for t in d.texts.values())),
    (Phrase("GPU"), lambda d, r: any(re.search(r"\bGPU(s|es)?\b", t.raw) for t in d.texts.values())),
    (
        Link("outperforms", "head", "", "", ()),
        lambda d, r: any(x.type == "outperforms" and x.head_concept and x.tail_concept for x in r.relations),
    ),
]


@pytest.mark.parametrize(("term", "test"), TESTS, ids=lambda one: getattr(one, "field", ""))
def test_filter_lets_through_what_a_look_at_all_finds(
    built: Graph, papers: list[Paper], term: Term, test: Callable[[Document, Record], bool]
) -> None:
    corpus, right = Corpus.of(built.store), _any(test)
    expected = sorted(paper.id for paper in papers if right(paper))
    assert expected or term.field in ("author", "venue")  # of which reports say nothing
    assert corpus.found(Filter((Condition("x", (term,), named=True),))) == expected
    others = sorted(paper.id for paper in papers if not right(paper))
    assert corpus.found(Filter((Condition("x", (term,), True),))) == others
    one, two = TESTS[0][0], Condition("x", (term,), named=True)
    either = {*expected, *(paper.id for paper in papers if _any(TESTS[0][1])(paper))}
    assert corpus.found(Filter((Condition("x", (one, term), named=True),))) == sorted(either)
    both = Filter((Condition("x", (Phrase("cache"),)), two))  # few papers: words are looked for in the texts of each
    said = _any(lambda d, r: any(re.search(r"(?i)\bcache(s|es)?\b", t.raw) for t in d.texts.values()))
    assert corpus.found(both) == sorted(paper.id for paper in papers if right(paper) and said(paper))


def test_topic_in_passing_is_not_what_a_paper_works_on(built: Graph, papers: list[Paper]) -> None:
    topic, name = "topic:quantization", "quantization"
    asked = Entity("topic", topic, topic, (topic,), titles=(name,))
    said = {p.id: [one for _, r in p.entries for one in r.topics if f"topic:{one.id}" == topic] for p in papers}
    sure = {p.id for p in papers for one in said[p.id] if one.sure and one.confidence >= least_sure()}
    titled = {p.id for p in papers for _, r in p.entries if name in r.title.lower()}
    keys = {p.id: [r.key["proposes"].quote for _, r in p.entries if "proposes" in r.key] for p in papers}
    proposing = {paper for paper, quotes in keys.items() if any(name in quote.lower() for quote in quotes)}
    found = Corpus.of(built.store).found
    assert set(found(Filter((Condition("x", (asked,)),)))) == sure | titled | proposing
    every = {paper for paper in said if said[paper]} | titled
    assert set(found(Filter((Condition("x", (asked,), named=True),)))) == every
    assert set(found(Filter((Condition("x", (asked,), True),)))) == said.keys() - every  # left out in passing too
    assert len(sure) < len(every)


def test_technique_that_is_only_named_is_worked_on_by_papers_on_its_topic(built: Graph, papers: list[Paper]) -> None:
    topic, concept = "topic:quantization", "technique:post-training-quantization"
    asked = Entity("technique", concept, concept, (concept,), topics=(topic,))
    own = {p.id: [m for _, r in p.entries for m in r.techniques if m.concept == concept] for p in papers}
    sure = _any(
        lambda d, r: any(f"topic:{t.id}" == topic and t.sure and t.confidence >= least_sure() for t in r.topics)
    )
    named, proposed = {p for p in own if own[p]}, {p for p in own if any(m.role == "proposed" for m in own[p])}
    corpus = Corpus.of(built.store)
    wanted = Filter((Condition("x", (asked,)),))
    assert set(corpus.found(wanted)) == proposed | {p.id for p in papers if p.id in named and sure(p)}
    assert set(only_naming(corpus, wanted)) == named - set(corpus.found(wanted))


@pytest.mark.parametrize("names", [("llm",), ("kv cache", "quantization"), ("large language model",), ("zyx",), ("2",)])
@pytest.mark.parametrize("longer", [(), ("diffusion llm", "vector quantization", "post training quantization")])
def test_names_in_titles_are_those_that_sql_finds(
    built: Graph, names: tuple[str, ...], longer: tuple[str, ...]
) -> None:
    found = Titles(built.store.rows("SELECT id, title FROM papers")).having(names, longer)
    where = in_title(names, longer)
    assert found == {n for (n,) in built.store.rows(f"SELECT p.id FROM papers p WHERE {where.sql}", *where.given)}
    assert found or names in {("zyx",), ("2",)}


def test_newest_sources_are_those_with_the_last_dates(built: Graph, papers: list[Paper]) -> None:
    newest = [source.name for source in sorted(built.sources(), key=lambda one: (one.date, one.name))[-2:]]
    found = Corpus.of(built.store).found(Filter((Condition("x", (Fact("recent", "2", "2"),)),)))
    assert found == sorted(paper.id for paper in papers if _any(lambda d, r: d.source in newest)(paper))


@pytest.mark.parametrize("op", [">=", "<", "="])
@pytest.mark.parametrize("value", ["2025-10", "2025-10-15", "2025", "--10", "--10-15"])
def test_time_counts_as_far_as_dates_are_known(built: Graph, papers: list[Paper], op: Op, value: str) -> None:
    dates = {source.name: source.date for source in built.sources()}
    said = value.removeprefix("--")
    tests = {">=": str.__ge__, "<": str.__lt__, "=": str.__eq__}

    def right(paper: Paper) -> bool:
        day = _appeared(paper, dates)
        part = day[5 if value.startswith("--") else 0 :][: len(said)]
        return bool(part) and tests[op](part, said) and (part == said or not said.startswith(part))

    found = Corpus.of(built.store).found(Filter((Condition("x", (Fact("date", value, value, op),)),)))
    assert found == sorted(paper.id for paper in papers if right(paper))


@pytest.mark.parametrize("size", [0, 1, 20, 133])
def test_support_is_that_of_the_papers_one_by_one(built: Graph, size: int) -> None:
    corpus = Corpus.of(built.store)
    for turn in range(3):
        chosen = random.Random(turn).sample(corpus.dated(ALL), size)
        known = corpus.backers(paper.curie for paper in chosen)
        assert corpus.support(tuple(chosen)) == support(known.values())


@pytest.mark.parametrize("kind", OF_TYPES)
def test_what_most_papers_have_comes_first(built: Graph, papers: list[Paper], kind: str) -> None:
    corpus = Corpus.of(built.store)
    having: dict[str, set[str]] = defaultdict(set)
    for paper in papers:
        for _, record in paper.entries:
            for mention in getattr(record, OF_TYPES[kind]):
                if mention.concept and (kind != "technique" or mention.role in USUAL):
                    having[mention.concept].add(paper.id)
    expected = sorted(((thing, len(own)) for thing, own in having.items()), key=lambda one: (-one[1], one[0]))
    some = corpus.those(paper.id for paper in papers)
    for among in (ALL, some):  # counted by writing, and now
        assert corpus.most(kind, among) == (expected, len(expected))
        assert corpus.most(kind, among, 3) == (expected[:3], len(expected))
    first = expected[0][0]
    assert {paper.curie for paper in corpus.behind(kind, first, some)} == having[first]


def _counted(graph: Graph) -> Counter[tuple[str, str]]:
    """The papers of each concept in each role, counted entry by entry."""
    found: set[tuple[str, str, str]] = set()
    for paper in graph.papers():
        for _, record in paper.entries:
            for kind in LISTS.values():
                for mention in getattr(record, kind):
                    roles = {mention.role or "mentioned"} if mention.type == "technique" else {""}
                    roles |= {""} if mention.role in USUAL else set()
                    found |= {(mention.concept, role, paper.id) for role in roles if mention.concept}
            found |= {(f"topic:{topic.id}", "", paper.id) for topic in record.topics}
            found |= {(result.metric_concept, "", paper.id) for result in record.results if result.metric_concept}
    return Counter((concept, role) for concept, role, _ in found)


def test_what_writing_counts_is_right_after_each_change(reports: Path, tmp_path: Path) -> None:
    first, second, *_ = sorted(reports.glob("*.txt"))
    again = tmp_path / "again.jsonl"
    with Graph(tmp_path / "papers.kg", create=True) as graph:

        def kept() -> Counter[tuple[str, str]]:
            sql = "SELECT c.curie, n.role, n.papers FROM counts n JOIN concepts c ON c.id = n.concept"
            return Counter({(concept, role): papers for concept, role, papers in graph.store.rows(sql)})

        graph.add(first, fast=True)
        one = graph.papers()[0].entries[0][0]
        again.write_text(json.dumps({"title": one.texts["T"].raw, "abstract": "We prune the KV cache with LoRA."}))
        changes: list[Callable[[], object]] = [
            lambda: graph.add(second, fast=True),
            lambda: graph.add(again, fast=True),  # a paper with two entries
            lambda: graph.remove(one.id),
            lambda: graph.remove("001"),
            lambda: graph.store.remake(),
        ]
        for change in changes:
            change()
            assert kept() == _counted(graph)
            assert kept()
