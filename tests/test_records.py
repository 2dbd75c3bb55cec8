from __future__ import annotations

import copy
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.model import KgError
from kg.records import KEYS, from_json, read_records, to_json
from tests.store.graph_demo import RECORD, demo_document, demo_record


def changed(key: str, value: Any, of: str = "") -> dict[str, Any]:
    obj = copy.deepcopy(RECORD)
    (obj[of][0] if of else obj)[key] = value
    return obj


def parts(obj: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects of a record, itself first."""
    yield obj
    for value in obj.values():
        yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict))


def test_record_is_written_as_it_was_read():
    obj = to_json(from_json(RECORD, demo_document()))
    assert obj == RECORD
    assert tuple(obj) == KEYS


def test_annotations_are_written_as_they_were_read(annotated):
    gold = Path(os.environ["KG_SHARED"]) / "gold" / "dev.jsonl"
    for line in gold.read_text(encoding="utf-8").splitlines():
        obj = json.loads(line)
        document, _ = annotated[obj["id"]]
        written = to_json(from_json(obj, document))
        assert to_json(from_json(written, document)) == written
        # Relations name things by their canonical; all else is as it was, in the same order.
        assert written | {"relations": []} == obj | {"relations": []}
        assert [list(part) for part in parts(written)] == [list(part) for part in parts(obj)]
        assert [r["evidence"] for r in written["relations"]] == [r["evidence"] for r in obj["relations"]]


def test_offsets_count_in_the_raw_text():
    document = demo_document()
    for mention in from_json(RECORD, document).techniques:
        assert document.texts["A"].raw[mention.start : mention.end] == mention.surface


def test_evidence_is_found_in_any_field():
    record = from_json(changed("evidence", "清华", "relations"), demo_document())
    assert (record.relations[0].evidence.field, record.relations[0].evidence.start) == ("I", 0)


def test_relation_named_by_alias_is_led_to_the_canonical():
    record = from_json(changed("head", "LD", "relations"), demo_document())
    assert record.relations[0].head == "LongDemo"


def test_known_identities_and_scores_are_written():
    record = demo_record()
    record.techniques[0].confidence = 0.51239
    obj = to_json(record)
    assert obj["institutions"][0]["ror"] == "03cve4549"
    assert obj["techniques"][0]["concept"] == "technique:longdemo"
    assert obj["techniques"][0]["score"] == 0.5124
    assert obj["results"][0]["concept"] == "metric:memory"


def test_how_far_a_claim_can_be_trusted_is_written_and_read():
    record = demo_record()
    weak, topic = record.relations[0], record.topics[0]
    weak.confidence, weak.sure, weak.extractor = 0.4, False, "relations/2"
    topic.confidence, topic.extractor = 0.93, "topics/2"
    record.techniques[0].extractor = "techniques/2"
    obj = to_json(record)
    assert (obj["relations"][0]["score"], obj["relations"][0]["sure"]) == (0.4, False)
    assert (obj["techniques"][0]["score"], obj["techniques"][0]["sure"]) == (1.0, True)
    assert obj["topic_scores"] == {"kv-cache-compression": {"score": 0.93, "sure": True}}
    back = from_json(obj, demo_document())
    assert (back.relations[0].confidence, back.relations[0].sure) == (0.4, False)
    assert (back.topics[0].confidence, back.topics[0].sure) == (0.93, True)


def test_spans_and_marks_of_statements_are_written_and_read():
    obj = changed("spans", {"metric": [[5, 9, 1]], "value": [[0, 4, 0.9]]}, "results")
    obj["results"][0]["marks"], obj["relations"][0]["marks"] = ["cases", "part"], ["larger"]
    record = from_json(obj, demo_document())
    assert record.results[0].spans == (("metric", 5, 9, 1), ("value", 0, 4, 0.9))
    assert (record.results[0].marks, record.relations[0].marks) == (("cases", "part"), ("larger",))
    assert from_json(to_json(record), demo_document()) == record
    for key, wrong in (("marks", ["other"]), ("spans", {"value": [[9, 4, 1]]}), ("spans", {"who": [[0, 1, 1]]})):
        with pytest.raises(KgError, match=key):
            from_json(changed(key, wrong, "results"), demo_document())


def test_the_kind_of_a_paper_has_a_score_where_it_was_judged():
    record = demo_record()
    assert "kind_score" not in to_json(record)
    record.kind_score, record.kind_sure = 0.87123, True
    obj = to_json(record)
    assert obj["kind_score"] == {"score": 0.8712, "sure": True}
    back = from_json(obj, demo_document())
    assert (back.kind_score, back.kind_sure) == (0.8712, True)


def test_what_is_annotated_is_sure_unless_it_has_a_score_or_says_otherwise():
    assert "sure" not in to_json(demo_record())["hardware"][0]
    assert from_json(RECORD, demo_document()).hardware[0].sure
    assert not from_json(changed("score", 0.9, "hardware"), demo_document()).hardware[0].sure
    assert not from_json(changed("sure", False, "hardware"), demo_document()).hardware[0].sure


def test_values_are_whole_numbers_ranges_or_fractions():
    for value in (20, 2.5, [2, 3.5]):
        assert to_json(from_json(changed("value", value, "results"), demo_document()))["results"][0]["value"] == value
    assert from_json(changed("value", [3, 2], "results"), demo_document()).results[0].value == (2, 3)


@pytest.mark.parametrize(
    ("obj", "told"),
    [
        (changed("surface", "H200", "hardware"), "'H200' does not stand in A"),
        (changed("in", "T", "hardware"), "'H100' does not stand in T"),
        (changed("in", "Z", "hardware"), "'in' is 'Z'"),
        (changed("evidence", "it loses", "relations"), "'it loses' does not stand in any text"),
        (changed("tail", "nobody", "relations"), "'nobody', which is not listed"),
        (changed("type", "beats", "relations"), "type is 'beats'"),
        (changed("role", "hero", "techniques"), "role is 'hero'"),
        (changed("value", "50", "results"), "a number was expected"),
        (changed("value", float("nan"), "results"), "a number was expected"),
        (changed("value", 10**400, "results"), "a number was expected"),
        (changed("score", 2, "hardware"), "between 0 and 1"),
        (changed("sure", "yes", "hardware"), "sure must be true or false"),
        (changed("topic_scores", [1]), "topic_scores must be"),
        (changed("kind_score", 0.9), "kind_score must be"),
        (changed("concept", "h100", "hardware"), "names no hardware"),
        (changed("concept", "hardware:\x01", "hardware"), "names no hardware"),
        (changed("surface", "", "hardware"), "does not stand"),
        (changed("kind", "poem"), "kind is 'poem'"),
        (changed("kind", ["method"]), "kind must be a text"),
        (changed("title", "\ud800"), "half a character"),
        (changed("techniques", {}), "must be a list"),
        (changed("techniques", ["LongDemo"]), "must hold objects"),
        (changed("topics", [7]), "must hold texts"),
        (changed("brief", []), "brief must be an object"),
    ],
)
def test_wrong_annotation_is_told_in_a_sentence_with_its_id(obj: dict[str, Any], told: str):
    with pytest.raises(KgError, match=told) as error:
        from_json(obj, demo_document())
    assert str(error.value).startswith("demo-01: ")
    assert "\n" not in str(error.value)


def test_file_of_records_is_read_plain_and_packed(tmp_path: Path):
    path = tmp_path / "records.jsonl"
    path.write_text("\n" + json.dumps(RECORD) + "\n")
    assert read_records(path) == {"demo-01": RECORD}
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert read_records(path) == {"demo-01": RECORD}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no record"),
        (b'{"id": "a"}\n{', "line 2 is not JSON"),
        (b'{"id": "\xff"}', "line 1 is not JSON in UTF-8"),
        (b"[1]", "line 1 holds no record with an id"),
        (b'{"id": "a"}\n{"id": "a"}', "line 2 has the id a again"),
        (b"\x1f\x8bxx", "cannot be read"),
    ],
)
def test_wrong_file_of_records_is_told(tmp_path: Path, content: bytes, told: str):
    path = tmp_path / "records.jsonl"
    path.write_bytes(content)
    with pytest.raises(KgError, match=told):
        read_records(path)
    with pytest.raises(KgError, match="cannot be read"):
        read_records(tmp_path / "none.jsonl")
