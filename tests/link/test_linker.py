"""The whole linking of a record: every mention with an identity and a reason, every merge recorded."""

from __future__ import annotations

import pytest

from kg.link.linker import Linker
from kg.model import Document, Evidence, Mention, Record, Relation, Result, Text
from kg.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(Vocabulary.load())


def record() -> Record:
    return Record(
        "000-01",
        title="GTO: Group Tree Optimization",
        name="GTO",
        institutions=[
            Mention("institution", "The University of Hong", "University of Hong Kong"),
            Mention("institution", "Frobnication Institute", "Frobnication Institute"),
            Mention("institution", "Foo", "Foo", concept="institution:given"),
        ],
        techniques=[
            Mention("technique", "Group Tree Optimization", "GTO", role="proposed"),
            Mention("technique", "KD", "knowledge distillation", role="used"),
        ],
        results=[Result(Evidence("2x"), "speedup", 2.0, "x", "increase", baseline="knowledge distillation")],
        relations=[Relation("GTO", "uses", "KD", Evidence("GTO uses KD"))],
    )


def linked(linker: Linker) -> Record:
    text = "Group Tree Optimization (GTO)"
    return linker.link(Document("000-01", "000", 1, {"A": Text(text, text)}), record())


def test_every_mention_has_an_identity_and_a_reason(linker: Linker) -> None:
    out = linked(linker)
    mentions = [*out.institutions, *out.techniques]
    assert [m.concept for m in mentions] == [
        "ror:02zhqgq86",
        "institution:frobnication-institute",
        "institution:given",
        "technique:gto",
        "technique:knowledge-distillation",
    ]
    assert all(m.reason for m in mentions)
    assert all(result.reason for result in out.results)
    assert out.reason == "the letters and digits of its title"
    assert out.paper == "paper:gtogrouptreeoptimization"


def test_results_and_relations_point_at_the_mentions_concepts(linker: Linker) -> None:
    out = linked(linker)
    assert out.results[0].metric_concept.startswith("metric:")
    assert out.results[0].baseline_concept == "technique:knowledge-distillation"
    assert (out.relations[0].head_concept, out.relations[0].tail_concept) == (
        "technique:gto",
        "technique:knowledge-distillation",
    )


@pytest.mark.parametrize(
    ("quote", "concept"),
    [
        ("ToolBrain coaches tool use in agentic models.", "technique:agentic-ai"),
        ("ToolBrain is made for agentic AI.", "task:agentic-ai"),
        ("ToolBrain eases the barriers for researchers.", "task:agentic-ai"),
    ],
    ids=["only the technique stands there", "both stand there", "neither stands there"],
)
def test_end_of_a_relation_is_the_mention_of_that_name_which_stands_in_the_evidence(
    linker: Linker, quote: str, concept: str
) -> None:
    proposed = Mention("technique", "ToolBrain", "ToolBrain", role="proposed", concept="technique:toolbrain")
    used = Mention("technique", "agentic AI", "agentic AI", aliases=("agentic models",), concept="technique:agentic-ai")
    task = Mention("task", "agentic AI", "agentic AI", concept="task:agentic-ai")
    relation = Relation("ToolBrain", "applied_to", "agentic AI", Evidence(quote, "A", 0, len(quote)))
    linker.link_ends(Record("p", techniques=[proposed, used], tasks=[task], relations=[relation]))
    assert (relation.head_concept, relation.tail_concept) == ("technique:toolbrain", concept)


def test_facts_of_an_institution_are_those_of_the_register(linker: Linker) -> None:
    facts = linker.institution_facts("ror:03cve4549")
    assert facts is not None
    labels, others, country = facts
    assert labels == {"en": "Tsinghua University", "zh": "清华大学"}
    assert ("清华", "zh") in others
    assert country == "CN"
    assert linker.institution_facts("institution:frobnication-institute") is None
