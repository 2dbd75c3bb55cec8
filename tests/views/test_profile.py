"""What a page tells of one thing: papers over time, wins of its own, a paper's text without LaTeX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kg
from kg.views.profile import concept_profile, paper_profile


def _claimed(folder: Path, said: str, head: str, tail: str) -> dict[str, Any]:
    """A profile of pruning in a graph of one paper that says who wins."""
    papers, records = folder / "papers.jsonl", folder / "records.jsonl"
    papers.write_text(json.dumps({"id": "p", "title": f"{head}: a paper", "abstract": said, "date": "2025-03-09"}))
    with kg.open(str(folder / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        techniques = ((head, "T", "proposed"), (tail, "A", "baseline"))
        made = {
            "id": graph.entries()[0],
            "techniques": [{"surface": s, "in": f, "canonical": s, "role": role} for s, f, role in techniques],
            "relations": [{"head": head, "type": "outperforms", "tail": tail, "evidence": said}],
        }
        records.write_text(json.dumps(made))
        graph.add(records=records)
        return concept_profile.profile(graph, "technique:pruning")


def test_who_beats_a_kind_of_it_does_not_beat_it(tmp_path: Path) -> None:
    for tail, beaten in (("pruning", 1), ("structured pruning", 0)):
        folder = tmp_path / tail
        folder.mkdir()
        assert len(_claimed(folder, f"Zorvex outperforms {tail}.", "Zorvex", tail)["beaten_by"]) == beaten


def test_a_period_that_the_graph_holds_in_part_is_marked(tmp_path: Path) -> None:
    found = _claimed(tmp_path, "Zorvex outperforms pruning.", "Zorvex", "pruning")["over_time"]
    assert found["periods"] == [{"period": "2025-03", "papers": 1, "partial": True}]


def test_the_text_of_a_paper_is_shown_without_latex() -> None:
    raw = r"It gains \textbf{up to $1.5\times$} on H$_2$O."
    at = raw.index("up to")
    claim = {"number": 1, "kind": "result", "level": "sure", "start": at, "end": raw.index("}")}
    made = paper_profile.pieces(raw, [claim])
    assert "".join(piece["text"] for piece in made) == raw
    assert [piece["shown"] for piece in made] == ["It gains ", "up to 1.5×", " on H2O."]


#: A paper that two files hold.
MPM = {
    "title": "MPM: Pair Merging",
    "abstract": "We propose MPM. We benchmark it on an NVIDIA H100 GPU and a Raspberry Pi 5. MPM reduces latency by "
    "60% on Raspberry Pi 5, and increases throughput by 20% on H100. It has an accuracy of 91% on ImageNet. MPM "
    "outperforms ToMe.",
    "date": "2025-03-09",
    "doi": "10.1/mpm",
}


def test_what_two_entries_of_a_paper_say_alike_is_listed_once_and_lit_in_both(tmp_path: Path) -> None:
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        for name in ("a", "b"):
            papers = tmp_path / f"{name}.jsonl"
            papers.write_text(json.dumps({"id": f"{name}-1", **MPM}))
            graph.add(papers, fast=True)
            found = paper_profile.profile(graph, "a-1")
            if name == "a":
                alone = found["claims"]
    assert [entry["id"] for entry in found["entries"]] == ["a-1", "b-1"]
    assert {claim["kind"] for claim in alone} == {"mention", "topic", "result", "relation"}
    assert [claim["number"] for claim in found["claims"]] == [claim["number"] for claim in alone]
    assert [claim["quote"] for claim in found["claims"]] == [claim["quote"] for claim in alone]
    one, other = ([t["pieces"] for t in found["texts"] if t["entry"] == entry] for entry in ("a-1", "b-1"))
    assert one == other
    assert any(piece["claims"] for text in one for piece in text)


def test_results_on_a_thing_name_it_in_their_own_setting_or_sentence(tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    papers.write_text(json.dumps({"id": "p", **MPM}))
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        for thing, metric in (
            ("hardware:nvidia-h100", "throughput"),
            ("hardware:raspberry-pi-5", "latency"),
            ("dataset:imagenet", "accuracy"),
        ):
            found = concept_profile.profile(graph, thing)["results"]
            assert [(row["metric"], row["called"]) for row in found] == [(metric, "MPM 2025")]


def test_results_on_a_thing_are_limited_and_counted(tmp_path: Path) -> None:
    """Of forty papers that have a device, each has two results: one on it, one on another device."""
    said = "We benchmark on H100 and a Raspberry Pi 5. {0} reduces latency by 6% on Raspberry Pi 5, and increases "
    said += "throughput by {1}% on H100."
    papers = tmp_path / "papers.jsonl"
    rows = [
        {
            "id": f"p{n}",
            "title": f"MPM-{n}: Pair Merging",
            "abstract": said.format(f"MPM-{n}", n + 2),
            "date": "2025-03-09",
        }
        for n in range(40)
    ]
    papers.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with kg.open(str(tmp_path / "p.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        found = concept_profile.profile(graph, "hardware:nvidia-h100")
        assert {row["metric"] for row in found["results"]} == {"throughput"}
        assert (len(found["results"]), found["results_stated"]) == (30, 40)
        throughput = concept_profile.profile(graph, "metric:throughput")
        assert (len(throughput["results"]), throughput["results_stated"]) == (30, 40)
