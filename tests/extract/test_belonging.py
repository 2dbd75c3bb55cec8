"""What each number of a sentence was obtained on, scored on sentences of papers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kg
from kg.extract import extract
from kg.extract.belonging import Belonging, Extent, Numbers
from kg.model import Document, Text
from kg.records import from_json, to_json
from kg.vocabulary import Vocabulary

CASES = Path(__file__).with_name("belonging.jsonl")
RIGHT = 0.95  # share of the sentences


def _on(case: dict[str, Any], vocabulary: Vocabulary) -> set[str]:
    """What a number of a sentence was obtained on, without the types of concepts."""
    said = case["sentence"]
    start = said.index(case["number"])
    found = vocabulary.match(said)
    at = Extent(start, start + len(case["number"]))
    sentence = Belonging(Numbers(said, [at], found), at, [], vocabulary)
    things = [one for one in found if one.type == case["type"]]
    rivals = sentence.rivals(things) if case["type"] != "dataset" else set()
    own = sentence.of([one for one in things if one not in rivals])
    return {concept.partition(":")[2] for concept in own}


def test_each_number_of_a_sentence_has_what_it_was_obtained_on(vocabulary: Vocabulary) -> None:
    cases = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    wrong = [(case, on) for case in cases if (on := _on(case, vocabulary)) != set(case["on"])]
    assert len(wrong) <= (1 - RIGHT) * len(cases), wrong
    assert not [case for case, on in wrong if on and not on <= set(case["on"])], "one is given to another thing"


SAID = "We present Zorvex. We evaluate it with Qwen3-8B. It is 3x faster on an A100 and 4x faster on an H100."


def _document(text: str) -> Document:
    return Document("p-1", "p", 1, {"T": Text("Zorvex", "Zorvex"), "A": Text(text, text)})


def test_results_name_what_they_were_obtained_on_in_json_and_in_the_tables(tmp_path: Path) -> None:
    read = extract(_document(SAID))
    on = {result.value: set(result.on) for result in read.results}
    assert on == {3: {"NVIDIA A100", "Qwen3-8B"}, 4: {"NVIDIA H100", "Qwen3-8B"}}
    annotated = to_json(read)
    assert from_json(annotated, _document(SAID)).results[0].on == read.results[0].on
    papers, records = tmp_path / "papers.jsonl", tmp_path / "records.jsonl"
    papers.write_text(json.dumps({"id": "p-1", "title": "Zorvex", "abstract": SAID}))
    sql = """SELECT r.low, c.label FROM results r JOIN result_on x ON x.entry = r.entry AND x.result = r.number
        JOIN concepts c ON c.id = x.concept"""
    with kg.open(tmp_path / "p.kg", create=True) as graph:
        graph.add(papers)
        stored = sorted(graph.store.rows(sql))
        assert stored == sorted((value, name) for value, names in on.items() for name in names)
        for given, found in (("", stored), ("Qwen3-8B", [(3.0, "Qwen3-8B"), (4.0, "Qwen3-8B")])):
            for result in annotated["results"]:
                result.pop("on", None)
                result |= {"on": [given]} if given else {}
            records.write_text(json.dumps(annotated | {"id": graph.entries()[0]}))
            graph.add(records=records)
            assert sorted(graph.store.rows(sql)) == found
