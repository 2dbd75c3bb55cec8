"""Paths: how two things hang together, each step shown by a paper; hubs are passed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kg.query import Answer, Entity, Lexicon, Query, answer, respond
from kg.rdf.store import Store
from kg.text import fold
from kg.vocabulary import Vocabulary


def paper(said: str, techniques: list[Any], relations: Sequence[Any] = (), **more: Any) -> dict[str, Any]:
    base = {"A": said, "I": "Peking University", "topics": [], "techniques": techniques}
    return base | {"relations": relations} | more


def used(name: str) -> tuple[str, str, str]:
    return name, name, "used"


#: AlphaDemo uses betaform, GammaDemo uses betaform: three papers, the first two of which say so.
PAPERS = {
    "900-01": paper(
        "AlphaDemo uses betaform.",
        [("AlphaDemo", "AlphaDemo", "proposed"), used("betaform")],
        [("AlphaDemo", "uses", "betaform", "AlphaDemo uses betaform")],
    ),
    "900-02": paper(
        "GammaDemo uses betaform and outperforms DeltaDemo.",
        [("GammaDemo", "GammaDemo", "proposed"), used("betaform"), ("DeltaDemo", "DeltaDemo", "baseline")],
        [
            ("GammaDemo", "uses", "betaform", "GammaDemo uses betaform"),
            ("GammaDemo", "outperforms", "DeltaDemo", "GammaDemo uses betaform and outperforms DeltaDemo"),
        ],
    ),
    "900-03": paper("We combine zetaform with etaform.", [used("zetaform"), used("etaform")]),
    "900-04": paper("We combine etaform with thetaform.", [used("etaform"), used("thetaform")]),
    # What all of these have links nothing.
    **{
        f"900-{n}": paper(f"Everything needs hubform, and thing{n}.", [used("hubform"), used(f"thing{n}")])
        for n in range(10, 30)
    },
}
PAPERS = {name: said | {"title": f"Paper {name}"} for name, said in PAPERS.items()}


@pytest.fixture
def path(world: Store, own: Lexicon) -> Callable[..., Answer]:
    def path(first: str, second: str, question: str = "?", limit: int | None = None) -> Answer:
        things = []
        for name in (first, second):
            concept = next((s.concept for s in own.senses(fold(name))), f"technique:{name.lower()}")
            things.append(Entity("technique", concept, name, (concept,)))
        return respond(world, own, question, Query("path", things=tuple(things)), limit)

    return path


def steps(found: Answer, number: int = 1) -> list[tuple[object, ...]]:
    assert found.table is not None
    return [line.values[2:6] for line in found.table.lines if line.values[0] == number]


def test_what_a_paper_states_is_a_path_of_one_step(path: Callable[..., Answer]) -> None:
    found = path("GammaDemo", "DeltaDemo")
    assert steps(found) == [("GammaDemo", "outperforms", "DeltaDemo", "900-02")]
    assert steps(path("DeltaDemo", "GammaDemo")) == [("DeltaDemo", "is outperformed by", "GammaDemo", "900-02")]


def test_two_papers_are_linked_by_what_both_use(path: Callable[..., Answer]) -> None:
    found = path("AlphaDemo", "GammaDemo")
    assert steps(found) == [
        ("AlphaDemo", "uses", "betaform", "900-01"),
        ("betaform", "is used by", "GammaDemo", "900-02"),
    ]
    assert found.table is not None
    assert found.table.verdict == "AlphaDemo —uses→ betaform —is used by→ GammaDemo."
    assert [row.id for row in found.rows] == ["900-01", "900-02"]


def test_a_paper_that_has_both_is_a_node_of_the_path(path: Callable[..., Answer]) -> None:
    assert steps(path("zetaform", "etaform")) == [
        ("zetaform", "is used in", "900-03", "900-03"),
        ("900-03", "uses", "etaform", "900-03"),
    ]


def test_four_steps_through_two_papers(path: Callable[..., Answer]) -> None:
    found = path("zetaform", "thetaform")
    assert [step[2] for step in steps(found)] == ["900-03", "etaform", "900-04", "thetaform"]


def test_every_step_has_its_words(path: Callable[..., Answer]) -> None:
    for ends in (("AlphaDemo", "DeltaDemo"), ("zetaform", "thetaform")):
        table = path(*ends).table
        assert table is not None
        assert table.lines
        for line in table.lines:
            (quote,) = line.evidence
            assert line.papers == (quote.source,)
            assert PAPERS[quote.source]["A"][quote.start : quote.end] == quote.quote == line.values[6]


def test_what_most_papers_have_is_no_link(path: Callable[..., Answer]) -> None:
    assert path("thing10", "thing11").empty


def test_no_path_says_so(path: Callable[..., Answer]) -> None:
    found = path("AlphaDemo", "zetaform")
    assert found.empty
    assert found.notes == ("No path of at most 4 steps leads from AlphaDemo to zetaform.",)
    assert path("AlphaDemo", "nothing").notes == ("No paper of the graph names nothing.",)


def test_one_thing_twice_is_the_same(path: Callable[..., Answer]) -> None:
    assert "same thing" in path("AlphaDemo", "AlphaDemo").notes[0]


def test_one_thing_is_too_few(world: Store, own: Lexicon) -> None:
    found = respond(world, own, "?", Query("path", things=(Entity("technique", "technique:x", "x", ()),)))
    assert found.empty
    assert "two things" in found.notes[0]


def test_steps_in_chinese(path: Callable[..., Answer]) -> None:
    assert steps(path("GammaDemo", "DeltaDemo", "两者有什么关系？"))[0][1] == "优于"


def test_a_limit_counts_paths(path: Callable[..., Answer]) -> None:
    found = path("AlphaDemo", "DeltaDemo", limit=1)
    assert found.table
    assert {line.values[0] for line in found.table.lines} == {1}


def test_paths_that_are_surely_read_come_first_and_papers_on_both_are_counted(
    made: Callable[[dict[str, Any]], Store], vocabulary: Vocabulary
) -> None:
    said = "AlphaDemo outperforms betaform."
    win = ("AlphaDemo", "outperforms", "betaform", said, ("score", 0.4))
    both = paper("We combine AlphaDemo with betaform.", [used("AlphaDemo"), used("betaform")], title="Both: A Paper")
    unsure = paper(said, [used("AlphaDemo"), ("betaform", "betaform", "baseline")], [win], title="Another")
    store = made({"900-01": unsure, "900-02": both})
    found = answer(store, vocabulary, "how is AlphaDemo related to betaform?", lexicon=Lexicon.of(store, vocabulary))
    assert steps(found)[0][:2] == ("AlphaDemo", "is used in")
    assert found.notes == ("1 paper works on both AlphaDemo and betaform.",)
