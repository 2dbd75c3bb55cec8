"""The contract of figures: what is measured now has not fallen, and the file changes only as its rules allow."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from contract import Line, as_toml, compared, fallen, load, lowered, raised, table
from contract_measures import GRAPHS, PAPERS, Figure, Figures, dev, field_truth, pdf, reports, unseen

from kg.api import Graph
from tests.evaluation.annotation import paper

pytestmark = pytest.mark.timeout(900)  # of the slowest part on a machine that many share


def hold(part: str, now: Figures) -> None:
    lines = compared(load(), part, now)
    assert len(lines) >= 5
    broken = fallen(lines)
    assert not broken, f"Figures have fallen below scripts/contract.toml:\n{table(broken)}"


# In make test: all parts but the questions about 3,146 papers, whose graph takes minutes.


def test_extraction_from_the_papers_of_the_reports() -> None:
    hold("dev", dev())


def test_extraction_from_papers_to_which_nothing_was_fitted(shared: Path) -> None:
    hold("unseen", unseen())


def test_reading_of_pdfs(shared: Path) -> None:
    hold("pdf", pdf())


def test_reports_and_questions_about_them(shared: Path, built: Graph) -> None:
    hold("reports", reports(built))


def test_every_part_is_in_the_contract() -> None:
    assert load().keys() - {"lowered"} == {*PAPERS, *GRAPHS}


# The rules of the file

HELD = {
    "dev": {
        "tasks F1": {"value": 0.5, "tolerance": 0.01},
        "false winners": {"value": 0.2, "tolerance": 0.02, "less": True},
        "gone": {"value": 0.1, "tolerance": 0.01},
    }
}


def lines(tasks: float, false_winners: float, **more: float) -> list[Line]:
    now = {"tasks F1": Figure(tasks, 0.5), "false winners": Figure(false_winners, 0.5, True)}
    return compared(HELD, "dev", now | {name: Figure(value, 0.01) for name, value in more.items()})


@pytest.mark.parametrize(
    ("tasks", "false_winners", "verdicts"),
    [
        (0.5, 0.2, ["held", "held"]),
        (0.49, 0.22, ["held", "held"]),
        (0.489, 0.221, ["FALLEN", "FALLEN"]),
        (0.51, 0.19, ["risen", "risen"]),
        (0.51, 0.3, ["risen", "FALLEN"]),
    ],
)
def test_a_figure_may_worsen_by_its_tolerance(tasks: float, false_winners: float, verdicts: list[str]) -> None:
    found = lines(tasks, false_winners, gone=0.1)
    assert [line.verdict for line in found] == [*verdicts, "held"]
    assert [line.verdict for line in fallen(found)] == [verdict for verdict in verdicts if verdict == "FALLEN"]


def test_a_figure_that_is_no_longer_measured_breaks_the_contract() -> None:
    assert [line.name for line in fallen(lines(0.5, 0.2, added=0.3))] == ["gone"]
    assert "dev/gone" in table(lines(0.5, 0.2))


def test_writing_raises_and_adds_but_never_lowers() -> None:
    found = raised(HELD, lines(0.6, 0.3, gone=0.05, added=0.3))["dev"]
    assert found["tasks F1"] == {"value": 0.6, "tolerance": 0.01}
    assert found["false winners"] == {"value": 0.2, "tolerance": 0.02, "less": True}
    assert (found["gone"]["value"], found["added"]["value"]) == (0.1, 0.3)


def test_a_figure_is_lowered_with_a_reason_that_the_file_keeps() -> None:
    first, second, gone = lines(0.4, 0.1)
    found = lowered(HELD, first, 'Phrases "of" labels')
    assert found["dev"]["tasks F1"] == {"value": 0.4, "tolerance": 0.01}
    assert found["lowered"] == [{"figure": "dev/tasks F1", "from": 0.5, "to": 0.4, "reason": 'Phrases "of" labels'}]
    assert tomllib.loads(as_toml(found)) == found
    for line in (second, gone):
        with pytest.raises(ValueError, match="has not fallen"):
            lowered(HELD, line, "none")


def test_fields_of_sure_results_are_judged_beside_the_most_similar_annotated_result() -> None:
    gold = {"metric": "latency", "value": 20, "unit": "%", "change": "decrease", "bound": "up_to", "baseline": "Quest"}
    other = gold | {"metric": "memory", "baseline": "SnapKV", "setting": "LongBench"}
    said = [
        gold | {"change": "increase", "baseline": "", "setting": "", "sure": True},
        other | {"setting": "RULER", "sure": True},
        other | {"value": 21, "sure": True},
        other | {"value": 22, "sure": False},
    ]
    found = field_truth({"x": paper(results=[gold, other])}, {"x": paper(results=said)})
    rounded = {name: round(figure.value, 2) for name, figure in found.items()}
    assert rounded["sure results, value right"] == rounded["sure results, metric right"] == 0.67
    assert rounded["sure results, change right"] == rounded["sure results, baseline right"] == 0.33
    assert rounded["sure results, baseline right where shown"] == 0.5
    assert rounded["sure results, setting right"] == 0.33
    assert rounded["sure results, setting right where shown"] == 0
