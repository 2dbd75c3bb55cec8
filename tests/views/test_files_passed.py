"""A brief and a report of a topic pass through few files of the code, once what they keep is there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import kg
from kg.api import Graph
from kg.query.topic import topic_named

_CODE = f"{Path(kg.__file__).parent}/"


def _passed(do: Callable[[], object]) -> set[str]:
    files: set[str] = set()

    def seen(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(_CODE):
            files.add(frame.f_code.co_filename)

    do()
    sys.setprofile(seen)
    try:
        do()
    finally:
        sys.setprofile(None)
    return files


def test_a_report_passes_at_most_45_files_and_a_brief_12(built: Graph) -> None:
    assert len(_passed(lambda: built.report("KV cache compression").render("md"))) <= 45
    assert len(_passed(lambda: built.brief("002-22", "en"))) <= 12


def test_names_of_topics_are_no_questions(built: Graph) -> None:
    lexicon = built.lexicon()
    for concept in (one for one in built.vocabulary.concepts.values() if one.type == "topic"):
        named = topic_named(concept.label["zh"], lexicon, "zh") or topic_named(concept.label["en"], lexicon)
        assert named or concept.curie == "topic:survey", concept.curie  # which asks for a kind of papers
    chosen = {paper.id for paper in built.select("量化")}
    assert chosen == {row.paper for row in built.ask("quantization", limit=0).rows}
