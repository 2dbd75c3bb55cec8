"""Which institutions a sentence names, and that it says where it leaves some out."""

from __future__ import annotations

from kg.api import Graph
from kg.model import Document, Mention, Paper, Record, Text
from kg.views.brief import brief


def _of(line: str, *names: str, unsure: tuple[str, ...] = ()) -> Paper:
    found = [Mention("institution", one, one, field="I", sure=one not in unsure) for one in (*names, *unsure)]
    texts = {"A": Text("Gates are slow.", "Gates are slow."), "I": Text(line, line)}
    return Paper("paper:t-1", [(Document("t-1", "t", 1, texts), Record("t-1", name="Foo", institutions=found))])


def test_an_affiliation_without_a_known_name_is_counted(built: Graph) -> None:
    paper = _of("Wick University; Plover; Plover; Department of Maps", "Wick University")
    assert brief(built, paper, "en").startswith("Wick University and others present")
    assert brief(built, paper, "zh").startswith("Wick University等机构发布了")
    assert brief(built, _of("Wick University, Plover", "Wick University"), "en").startswith("Wick University presents")


def test_an_unsure_part_of_a_sure_institution_is_not_told(built: Graph) -> None:
    line = "College of Maps, Wick University; Plover Lab"
    paper = _of(line, "Wick University", unsure=("College of Maps", "Plover Lab"))
    assert brief(built, paper, "en").startswith("Wick University and Plover Lab present")
    whole = _of("Academy of Maps; Academy of Maps Wick", "Academy of Maps", "Academy of Maps Wick")
    assert brief(built, whole, "en").startswith("The Academy of Maps Wick presents")


def test_two_names_with_an_and_need_no_comma(built: Graph) -> None:
    paper = _of("Keys and Logs Institute; Wick", "Keys and Logs Institute", "Wick")
    assert brief(built, paper, "en").startswith("Keys and Logs Institute and Wick")
