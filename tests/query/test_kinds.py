"""Things, claims, relations, counts and trends of a small graph: what is listed and counted, which words show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from kg.link.linker import Linker
from kg.model import Document, KgError, Record, Source, Text
from kg.query import Answer, Condition, Entity, Fact, Filter, Lexicon, Link, Query, answer, respond
from kg.query.periods import period, without_gaps
from kg.query.support import Backer, appeared, support
from kg.rdf.store import Store
from kg.records import from_json
from kg.vocabulary import Vocabulary

from .stored import put

#: id: institutions, date, abstract, techniques, problems, results, relations, hardware, topics
PAPERS: dict[str, dict[str, Any]] = {
    "910-01": {
        "title": "FastDemo: Quick Decoding",
        "date": "2025-09-30",
        "I": "Tsinghua University",
        "A": "FastDemo uses speculative decoding against slow decoding. FastDemo cuts latency by up to 45% on an H100. "
        "It outperforms SlowDemo by a wide margin.",
        "techniques": [("FastDemo", "proposed"), ("speculative decoding", "used"), ("SlowDemo", "baseline")],
        "problems": ["slow decoding"],
        "hardware": ["H100"],
        "results": [("latency by up to 45%", "latency", 45, "%", "decrease", "up_to", "SlowDemo")],
        "relations": [
            ("FastDemo", "outperforms", "SlowDemo", "It outperforms SlowDemo by a wide margin."),
            ("FastDemo", "addresses", "slow decoding", "FastDemo uses speculative decoding against slow decoding."),
        ],
        "topics": ["speculative-decoding"],
    },
    "910-02": {
        "title": "OtherDemo: Decoding Again",
        "date": "2025-10-02",
        "I": "Tsinghua University",
        "A": "OtherDemo uses speculative decoding and LoRA. OtherDemo outperforms SlowDemo.",
        "techniques": [
            ("OtherDemo", "proposed"),
            ("speculative decoding", "used"),
            ("LoRA", "used"),
            ("SlowDemo", "baseline"),
        ],
        "relations": [("OtherDemo", "outperforms", "SlowDemo", "OtherDemo outperforms SlowDemo.")],
        "topics": ["speculative-decoding"],
    },
    "910-03": {
        "title": "A Study of Adapters",
        "date": "2025-12-02",
        "I": "Peking University",
        "A": "We study LoRA at length.",
        "techniques": [("LoRA", "used")],
        "topics": ["parameter-efficient-finetuning"],
    },
}
#: The first paper again, in another source: one work.
TWICE = ("911-07", "910-01")


def made(name: str, said: dict[str, Any], number: int) -> tuple[Document, Record]:
    texts = {field: Text(said[key], said[key]) for field, key in (("T", "title"), ("A", "A"), ("I", "I"))}
    document = Document(name, name.partition("-")[0], number, texts, date=said["date"])
    return document, from_json(
        {
            "id": name,
            "title": said["title"],
            "name": said["title"].partition(":")[0] if ":" in said["title"] else "",
            "kind": "method",
            "institutions": [{"surface": said["I"], "in": "I", "name": said["I"]}],
            "techniques": [{"surface": s, "in": "A", "canonical": s, "role": r} for s, r in said["techniques"]],
            "problems": [{"surface": s, "in": "A", "canonical": s} for s in said.get("problems", ())],
            "hardware": [{"surface": s, "in": "A", "canonical": f"NVIDIA {s}"} for s in said.get("hardware", ())],
            "results": [
                {"surface": s, "in": "A", "metric": m, "value": v, "unit": u, "change": c, "bound": b, "baseline": a}
                | {"setting": ""}
                for s, m, v, u, c, b, a in said.get("results", ())
            ],
            "relations": [
                {"head": h, "type": kind, "tail": t, "evidence": e} for h, kind, t, e in said.get("relations", ())
            ],
            "topics": said["topics"],
        },
        document,
    )


@pytest.fixture(scope="module")
def graph(vocabulary: Vocabulary) -> Iterator[Store]:
    linker = Linker(vocabulary)
    with Store(None) as store:
        for source in ("910", "911"):
            store.put_source(Source(source, f"{source}.txt", "digest"))
        papers = PAPERS | {TWICE[0]: PAPERS[TWICE[1]]}
        for number, (name, said) in enumerate(papers.items(), 1):
            put(store, linker, *made(name, said, number))
        yield store


@pytest.fixture(scope="module")
def names(graph: Store, vocabulary: Vocabulary) -> Lexicon:
    return Lexicon.of(graph, vocabulary)


def thing(kind: str, concept: str, label: str = "", roles: tuple[str, ...] = ()) -> Entity:
    return Entity(kind, f"{kind}:{concept}", label or concept, (f"{kind}:{concept}",), roles)


def having(*terms: Entity | Fact, negated: bool = False) -> Filter:
    return Filter(tuple(Condition(term.label, (term,), negated) for term in terms))


SPECULATIVE = having(thing("topic", "speculative-decoding"))


def asked(graph: Store, names: Lexicon, query: Query, question: str = "?", limit: int | None = None) -> Answer:
    found = respond(graph, names, question, query, limit)
    found.to_json()
    texts = {
        (row["e"], row["f"]): row["r"]
        for row in graph.select("SELECT ?e ?f ?r { ?e kg:text [kg:field ?f ; kg:raw ?r] }")
    }
    columns, lines = (found.table.columns, found.table.lines) if found.table else ((), ())
    for line in lines:
        assert len(line.values) == len(columns)
        for quote in line.evidence:
            assert quote.source in line.papers
            assert texts[f"entry:{quote.source}", quote.field][quote.start : quote.end] == quote.quote
    return found


def cells(found: Answer, *columns: str) -> list[tuple[Any, ...]]:
    assert found.table
    return [tuple(line.values[found.table.columns.index(c)] for c in columns) for line in found.table.lines]


# Support


def test_support_counts_papers_that_share_no_institution() -> None:
    a, b = frozenset("a"), frozenset("b")
    assert support([]) == 0
    assert support([Backer("p1", "2025", a), Backer("p2", "2025", a)]) == 1
    assert support([Backer("p1", "2025", a | b), Backer("p2", "2024", a), Backer("p3", "2024", b)]) == 2
    assert support([Backer("p1", "", frozenset()), Backer("p2", "", frozenset()), Backer("p3", "", a)]) == 2


def test_paper_appeared_at_its_own_date_first() -> None:
    assert appeared(["2025-10", "2025-09-30"], [2024], ["2023"]) == "2025-09-30"
    assert appeared([], [2024], ["2023"]) == "2024"
    assert appeared([], [], ["2023-01"]) == "2023-01"
    assert appeared([], [], []) == ""


# Things


def test_techniques_by_papers_then_support_with_roles(graph: Store, names: Lexicon) -> None:
    found = asked(graph, names, Query("entities", SPECULATIVE, "technique"))
    assert found.table
    assert found.table.columns == ("technique", "papers", "support", "proposed", "used", "baseline")
    first, *others = cells(found, *found.table.columns)
    assert first == ("speculative decoding", 2, 1, 0, 2, 0)  # a work in two sources is one paper; one institution
    assert [line[0] for line in others] == ["FastDemo", "LoRA", "OtherDemo"]  # level: by label; no baseline alone
    assert found.table.lines[0].papers == ("910-01", "910-02", "911-07")
    assert {quote.quote for quote in found.table.lines[0].evidence} == {"speculative decoding"}
    assert {row.paper for row in found.rows} == {
        row["p"] for row in graph.select("SELECT ?p { ?p kg:topic topic:speculative-decoding . ?p a kg:Paper }")
    }
    assert found.table.verdict == "4 techniques; speculative decoding leads with 2 papers."


def test_support_breaks_ties_before_the_label(graph: Store, names: Lexicon) -> None:
    found = asked(graph, names, Query("entities", Filter(), "technique"))
    assert cells(found, "technique", "papers", "support")[:2] == [("LoRA", 2, 2), ("speculative decoding", 2, 1)]


def test_things_are_cut_at_the_limit_and_it_is_said(graph: Store, names: Lexicon) -> None:
    for query, limit in (
        (Query("entities", SPECULATIVE, "technique"), 2),
        (Query("entities", SPECULATIVE, "technique", most=2), None),
    ):
        found = asked(graph, names, query, limit=limit)
        assert [line[0] for line in cells(found, "technique")] == ["speculative decoding", "FastDemo"]
        assert found.table
        assert found.table.verdict.endswith("The first 2 are shown.")


def test_named_thing_is_not_its_own_company_but_a_family_is_asked_for(graph: Store, names: Lexicon) -> None:
    lora = having(thing("technique", "lora"))
    assert "LoRA" not in {
        line[0] for line in cells(asked(graph, names, Query("entities", lora, "technique")), "technique")
    }
    family = Entity("hardware", "hardware:nvidia-gpu", "NVIDIA GPU", tuple(sorted(names.family("hardware:nvidia-gpu"))))
    found = asked(graph, names, Query("entities", having(family), "hardware"))
    assert cells(found, "hardware", "papers") == [("NVIDIA H100", 1)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("institution", [("Tsinghua University", 2)]),
        ("country", [("China", 2)]),
        ("metric", [("latency", 1)]),
        ("hardware", [("NVIDIA H100", 1)]),
        ("topic", [("speculative decoding", 2)]),
        ("problem", [("sequential decoding bottleneck", 1)]),
        ("report", [("910", 2), ("911", 1)]),
        ("kind", [("method paper", 2)]),
    ],
)
def test_things_of_every_type(kind: str, expected: list[Any], graph: Store, names: Lexicon) -> None:
    filters = SPECULATIVE if kind != "topic" else having(thing("technique", "speculative-decoding"))
    assert cells(asked(graph, names, Query("entities", filters, kind)), kind, "papers") == expected


def test_labels_and_verdict_are_in_the_language_of_the_question(graph: Store, names: Lexicon) -> None:
    found = asked(graph, names, Query("entities", SPECULATIVE, "institution"), "哪些机构做推测解码？")
    assert cells(found, "institution") == [("清华大学",)]
    assert found.table
    assert found.table.verdict == "共1家机构。"


def test_type_that_is_not_counted_is_refused(graph: Store, names: Lexicon) -> None:
    with pytest.raises(KgError, match="choose one of"):
        asked(graph, names, Query("count", SPECULATIVE, "paper", over="} DROP ALL #"))


# Empty


def test_empty_answer_says_why(graph: Store, names: Lexicon) -> None:
    nobody = having(thing("topic", "speculative-decoding", "speculative decoding"), thing("dataset", "gsm8k", "GSM8K"))
    for query in (Query("entities", nobody, "technique"), Query("count", nobody), Query("trend", nobody)):
        found = asked(graph, names, query)
        assert found.empty
        assert not found.rows
        assert "'GSM8K'" in found.notes[-1]
    found = asked(graph, names, Query("entities", SPECULATIVE, "dataset"))
    assert found.empty
    assert "no datasets" in found.notes[-1]


def test_technique_that_none_uses_counts_where_it_is_compared_with(graph: Store, names: Lexicon) -> None:
    slow = having(thing("technique", "slowdemo", "SlowDemo"))
    for query in (Query("entities", slow, "institution"), Query("count", slow), Query("trend", slow)):
        found = asked(graph, names, query)
        assert not found.empty
        assert "compare" in " ".join(found.notes)


# Relations


def test_what_outperforms_a_thing_and_what_it_outperforms(graph: Store, names: Lexicon) -> None:
    slow = Link("outperforms", "tail", "technique:slowdemo", "SlowDemo", ("technique:slowdemo",))
    found = asked(graph, names, Query("relations", Filter(), link=slow))
    assert found.table
    assert found.table.columns == ("thing", "papers", "support", "relation")
    assert cells(found, *found.table.columns) == [
        ("FastDemo", 1, 1, "outperforms SlowDemo"),
        ("OtherDemo", 1, 1, "outperforms SlowDemo"),
    ]
    assert found.table.lines[0].papers == ("910-01", "911-07")
    assert "It outperforms SlowDemo by a wide margin." in {quote.quote for quote in found.table.lines[0].evidence}
    fast = replace(slow, side="head", concept="technique:fastdemo", label="FastDemo", concepts=("technique:fastdemo",))
    found = asked(graph, names, Query("relations", Filter(), link=fast), "FastDemo优于什么？")
    assert [line[0] for line in cells(found, "thing", "relation")] == ["SlowDemo"]


def test_what_a_variant_outperforms_is_said_of_the_variant(made: Any, vocabulary: Vocabulary) -> None:
    told = {
        "title": "A Paper",
        "A": "QLoRA outperforms BetaForm.",
        "I": "Peking University",
        "topics": ["pruning"],
        "techniques": [("QLoRA", "QLoRA", "proposed"), ("BetaForm", "BetaForm", "baseline")],
        "relations": [("QLoRA", "outperforms", "BetaForm", "QLoRA outperforms BetaForm")],
    }
    store = made({"900-01": told})
    for question in ("what does LoRA outperform?", "methods beaten by LoRA"):
        found = answer(store, vocabulary, question, lexicon=Lexicon.of(store, vocabulary))
        assert cells(found, "thing", "relation") == [("BetaForm", "is outperformed by QLoRA")]
    found = answer(store, vocabulary, "被LoRA超越的方法", lexicon=Lexicon.of(store, vocabulary))
    assert cells(found, "thing", "relation") == [("BetaForm", "不及QLoRA")]


def test_relation_counts_for_narrower_things_and_other_conditions(graph: Store, names: Lexicon) -> None:
    both = Link("outperforms", "tail", "technique:decoder", "decoder", ("technique:decoder", "technique:slowdemo"))
    found = asked(graph, names, Query("relations", having(thing("technique", "lora")), link=both))
    assert [line[0] for line in cells(found, "thing")] == ["OtherDemo"]
    found = asked(graph, names, Query("relations", having(thing("dataset", "gsm8k")), link=both))
    assert found.empty
    assert "another" in found.notes[-1] or "other papers say it of 2" in found.notes[-1]


def test_things_that_stand_in_a_relation(graph: Store, names: Lexicon) -> None:
    (problem,) = {row["t"] for row in graph.select("SELECT ?t { ?n kg:relationType kg:addresses ; kg:tail ?t }")}
    link = Link("addresses", "tail", str(problem), "slow decoding", (str(problem),))
    for kind in ("entities", "relations"):
        found = asked(graph, names, Query(kind, Filter(), "technique", link=link))
        assert cells(found, "technique", "papers") == [("FastDemo", 1)]
    nothing = asked(graph, names, Query("relations", Filter(), "dataset", link=link))
    assert nothing.empty
    assert nothing.notes


def test_relation_that_no_sentence_states_is_answered_by_the_papers_and_it_is_said(
    graph: Store, names: Lexicon
) -> None:
    link = Link("uses", "head", "technique:otherdemo", "OtherDemo", ("technique:otherdemo",))
    found = asked(graph, names, Query("relations", Filter(), link=link))
    assert {line[0] for line in cells(found, "technique")} == {"LoRA", "speculative decoding"}
    assert "as a whole" in found.notes[-1]
    assert asked(
        graph, names, Query("relations", Filter(), link=replace(link, relation="outperforms", side="tail"))
    ).empty


# Claims


def test_results_of_the_paper_that_proposes_a_thing(graph: Store, names: Lexicon) -> None:
    fast = thing("technique", "fastdemo", "FastDemo")
    found = asked(graph, names, Query("claims", having(fast), "result", things=(fast,)))
    (line,) = found.table.lines if found.table else ()
    said = dict(zip(found.table.columns, line.values, strict=True)) if found.table else {}
    assert (said["metric"], said["value"], said["baseline"]) == ("latency ↓", "up to 45%", "SlowDemo")
    assert said["hardware"] == ("NVIDIA H100",)  # named in the same sentence
    assert line.papers == ("910-01",)  # one result in two sources is one line
    assert found.table
    assert found.table.verdict == "1 result in 1 paper."


def test_all_claims_of_a_paper(graph: Store, names: Lexicon) -> None:
    fast = thing("technique", "fastdemo", "FastDemo")
    found = asked(graph, names, Query("claims", Filter(), things=(fast,)))
    said = cells(found, "subject", "claim", "object")
    assert said[0] == ("FastDemo", "reports", "latency ↓")
    assert said[1:4] == [
        ("FastDemo", "proposes", "FastDemo"),
        ("FastDemo", "uses", "speculative decoding"),
        ("FastDemo", "compares with", "SlowDemo"),
    ]
    assert ("FastDemo", "outperforms", "SlowDemo") in said
    assert ("FastDemo", "names hardware", "NVIDIA H100") in said
    assert len(said) == len(set(said))
    only = asked(graph, names, Query("claims", Filter(), "technique", things=(fast,)))
    assert cells(only, "claim") == [("proposes",), ("uses",), ("compares with",)]


def test_claims_of_a_thing_that_no_paper_proposes(graph: Store, names: Lexicon) -> None:
    slow = thing("technique", "slowdemo", "SlowDemo")
    found = asked(graph, names, Query("claims", having(slow), "result", things=(slow,)))
    assert not found.empty
    assert found.notes == (
        "No paper of the graph was recognized to propose SlowDemo; these papers use it, compare with it or mention it.",
    )


def test_claims_of_a_named_entry_and_of_a_filter(graph: Store, names: Lexicon) -> None:
    entry = having(Fact("paper", "910-03", "910-03", concept="entry:910-03"))
    assert cells(asked(graph, names, Query("claims", entry)), "claim", "object") == [("uses", "LoRA")]
    assert len(cells(asked(graph, names, Query("claims", SPECULATIVE, "result")), "value")) == 1
    found = asked(graph, names, Query("claims", entry, "result"))
    assert found.empty
    assert found.notes
    assert asked(graph, names, Query("claims")).empty


# Counts and trends


def test_counts_of_papers_and_things(graph: Store, names: Lexicon) -> None:
    found = asked(graph, names, Query("count", SPECULATIVE))
    assert cells(found, "count", "support") == [(2, 1)]
    assert found.table
    assert found.table.verdict == "2 papers."
    assert found.table.lines[0].evidence
    assert [set(row.sources) for row in found.rows]
    found = asked(graph, names, Query("count", SPECULATIVE, "technique"), "有多少技术？")
    assert cells(found, "count", "papers") == [(4, 2)]
    assert cells(asked(graph, names, Query("count", having(*(), negated=True))), "count") == [(3,)]
    without = Filter((Condition("LoRA", (thing("technique", "lora"),), True),))
    assert cells(asked(graph, names, Query("count", without)), "count") == [(1,)]


def test_counts_by_type_and_period(graph: Store, names: Lexicon) -> None:
    found = asked(graph, names, Query("count", over="institution"))
    assert cells(found, "institution", "papers") == [("Tsinghua University", 2), ("Peking University", 1)]
    assert found.table
    assert found.table.verdict == "3 papers over 2 institutions; Tsinghua University has most: 2 papers."
    lowest = asked(graph, names, Query("count", over="institution", order="lowest"))
    assert cells(lowest, "institution")[0] == ("Peking University",)
    found = asked(graph, names, Query("count", over="month"))
    assert cells(found, "month", "papers") == [("2025-09", 1), ("2025-10", 1), ("2025-11", 0), ("2025-12", 1)]
    assert found.table
    assert found.table.lines[0].papers == ("910-01", "911-07")


def test_trend_has_no_gaps_and_says_which_call_gives_more(graph: Store, names: Lexicon) -> None:
    found = asked(graph, names, Query("trend", over="month"))
    assert cells(found, "month", "papers") == [("2025-09", 1), ("2025-10", 1), ("2025-11", 0), ("2025-12", 1)]
    assert "kg trends --of topic --over month" in found.notes[-1]
    found = asked(graph, names, Query("trend", SPECULATIVE, "technique", over="month"))
    assert found.table
    assert found.table.columns == ("technique", "2025-09", "2025-10", "papers")
    assert found.table.lines[0].values == ("speculative decoding", 1, 1, 2)
    assert "kg trends --of technique --over month" in found.notes[-1]
    found = asked(graph, names, Query("trend", over="report"))
    assert cells(found, "report", "papers") == [("910", 3), ("911", 1)]


def test_periods() -> None:
    assert [period("2025-10-17", over) for over in ("day", "week", "month", "year")] == [
        *("2025-10-17", "2025-W42", "2025-10", "2025")
    ]
    assert period("2025", "month") == period("2025-13-40", "week") == period("", "year") == ""
    assert without_gaps(["2025-11", "2026-01"], "month") == ["2025-11", "2025-12", "2026-01"]
    assert without_gaps(["0001", "2025"], "year") == ["0001", "2025"]


def test_paper_with_two_dates_counts_once_at_its_first(vocabulary: Vocabulary) -> None:
    linker = Linker(vocabulary)
    with Store(None) as store:
        for number, (name, date) in enumerate((("912-1", "2025-10-02"), ("913-1", "2025-08-01")), 1):
            put(store, linker, *made(name, PAPERS["910-01"] | {"date": date}, number))
        found = respond(store, Lexicon.of(store, vocabulary), "?", Query("trend", over="month"))
    assert cells(found, "month", "papers") == [("2025-08", 1)]


@pytest.mark.parametrize("hostile", ['x" } DROP ALL #', "x> } ; DROP ALL #", "\\u0022 \n } #", "?x $y {{}}"])
def test_names_of_a_query_are_no_syntax(hostile: str, graph: Store, names: Lexicon) -> None:
    before = graph.graphs()
    named = Entity("technique", f"technique:{hostile}", hostile, (f"technique:{hostile}",))
    link = Link("outperforms", "tail", named.concept, hostile, named.concepts)
    for query in (
        Query("entities", having(named), "technique"),
        Query("relations", having(named), "technique", link=link),
        Query("claims", having(named), things=(named,)),
        Query("count", having(named), "technique", over="month"),
        Query("trend", having(named), "technique"),
    ):
        assert asked(graph, names, query, hostile).empty
    assert graph.graphs() == before
