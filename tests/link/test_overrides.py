"""Decisions about names by hand: merged, split, forbidden, taken back; a stored graph follows without its papers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.build.verification import verify
from kg.entity_types import data_folder
from kg.link.overrides import Overrides, overrides_of
from kg.model import KgError
from kg.vocabulary import Vocabulary

HEAD = "".join(
    f"@prefix {name}: <https://w3id.org/paper-kg/{name}/> .\n"
    for name in ("technique", "problem", "metric", "paper", "institution", "dataset")
) + ("@prefix kg: <https://w3id.org/paper-kg/ns#> .\n@prefix ror: <https://ror.org/> .\n")
TITLE = "Frobnicated quantization of caches"
ABSTRACT = (
    "We propose Frobnicator, which uses knowledge distillation (KD) and wobble trimming. "
    "Frobnicator outperforms knowledge distillation by 12% in frobness on ImageNet."
)
RECORD = {
    "id": "p-1",
    "title": TITLE,
    "name": "Frobnicator",
    "kind": "method",
    "institutions": [],
    "techniques": [
        {"surface": "Frobnicator", "in": "A", "canonical": "Frobnicator", "role": "proposed"},
        {"surface": "KD", "in": "A", "canonical": "knowledge distillation", "role": "used"},
        {"surface": "wobble trimming", "in": "A", "canonical": "wobble trimming", "role": "used"},
    ],
    "results": [
        {
            "surface": "12%",
            "in": "A",
            "metric": "frobness",
            "value": 12,
            "unit": "%",
            "change": "increase",
            "bound": "exact",
            "baseline": "knowledge distillation",
        }
    ],
    "datasets": [{"surface": "ImageNet", "in": "A", "canonical": "ImageNet ILSVRC"}],
    "relations": [
        {"head": "Frobnicator", "type": "uses", "tail": "knowledge distillation", "evidence": "uses knowledge"},
        {"head": "Frobnicator", "type": "uses", "tail": "wobble trimming", "evidence": "and wobble trimming"},
    ],
    "topics": ["quantization"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a paper, its annotation, an empty graph, and a graph of that paper."""
    out = tmp_path_factory.mktemp("made")
    (out / "p.jsonl").write_text(json.dumps({"id": "p-1", "title": TITLE, "abstract": ABSTRACT}) + "\n")
    (out / "records.jsonl").write_text(json.dumps(RECORD) + "\n")
    kg.open(str(out / "empty.kg"), create=True).close()
    shutil.copy(out / "empty.kg", out / "g.kg")
    add(out, out / "g.kg")
    return out


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """A graph of one annotated paper."""
    return Path(shutil.copy(made / "g.kg", tmp_path / "g.kg"))


def add(made: Path, file: Path) -> None:
    with kg.open(str(file), create=True) as graph:
        report = graph.add(made / "p.jsonl", records=made / "records.jsonl")
        assert report.added == ["p-1"], report.skipped


def decide(file: Path, lines: str) -> None:
    overrides_of(file).write_text(HEAD + lines)


def dump(file: Path) -> bytes:
    with kg.open(str(file), read_only=True) as graph:
        assert graph.notes == []
        return graph.store.dump("nquads", "entry:p-1")


def links(file: Path) -> dict[str, str]:
    with kg.open(str(file), read_only=True) as graph:
        record = graph.paper("p-1").entries[0][1]
        return {m.surface: m.concept for m in record.techniques} | {r.metric: r.metric_concept for r in record.results}


DECISIONS = {
    "name": 'technique:pruning kg:merges "wobble trimming"@en .',
    "concept": "technique:frobnicator kg:merges technique:wobble-trimming .",
    "into the vocabulary": "technique:pruning kg:merges technique:wobble-trimming , technique:knowledge-distillation .",
    "split": 'technique:knowledge-distillation kg:splits "KD"@en .',
    "split from its own name": 'technique:knowledge-distillation kg:splits "knowledge distillation"@en .',
    "forbid": 'technique:knowledge-distillation kg:forbids "KD" .',
    "metric": 'metric:accuracy kg:merges "frobness" .',
    "paper": "paper:other kg:merges paper:frobnicatedquantizationofcaches .",
    "dataset": 'dataset:imagenet kg:splits "ImageNet" .',
}


@pytest.mark.parametrize("lines", DECISIONS.values(), ids=DECISIONS)
def test_following_is_the_same_as_building_anew_and_can_be_taken_back(made: Path, file: Path, lines: str) -> None:
    before = dump(file)
    decide(file, lines)
    followed = dump(file)
    assert followed != before
    anew = Path(shutil.copy(made / "empty.kg", file.parent / "anew.kg"))
    decide(anew, lines)
    add(made, anew)
    assert dump(anew) == followed
    with kg.open(str(file), read_only=True) as graph:
        assert verify(graph.store, shacl=False).faults == []
    overrides_of(file).unlink()
    assert dump(file) == before


def test_one_decision_after_another_starts_from_what_the_paper_says(file: Path) -> None:
    decide(file, DECISIONS["split"])
    assert links(file)["KD"] == "technique:kd"
    decide(file, DECISIONS["name"])
    assert links(file) == {
        "Frobnicator": "technique:frobnicator",
        "KD": "technique:knowledge-distillation",
        "wobble trimming": "technique:pruning",
        "frobness": "metric:frobness",
    }


def test_answers_follow(file: Path) -> None:
    def asked(question: str) -> list[str]:
        with kg.open(str(file), read_only=True) as graph:
            return [row.entries[0] for row in graph.ask(question).rows]

    assert asked("which papers use pruning?") == []
    decide(file, DECISIONS["name"])
    assert asked("which papers use pruning?") == ["p-1"]
    assert asked("papers that use wobble trimming") == ["p-1"]
    decide(file, DECISIONS["split"])
    assert asked("papers that use KD") == ["p-1"]


def test_relations_and_baselines_follow_and_two_names_of_one_thing_are_no_two_ends(file: Path) -> None:
    decide(file, DECISIONS["concept"] + DECISIONS["split"])
    with kg.open(str(file), read_only=True) as graph:
        record = graph.paper("p-1").entries[0][1]
    assert [(r.head_concept, r.tail, r.tail_concept) for r in record.relations] == [
        ("technique:frobnicator", "KD", "technique:kd")
    ]
    assert record.results[0].baseline_concept == "technique:kd"


def test_what_a_result_was_obtained_on_follows_and_can_be_taken_back(file: Path) -> None:
    def on() -> list[tuple[str, str]]:
        sql = "SELECT c.curie FROM result_on x JOIN concepts c ON c.id = x.concept"
        with kg.open(str(file), read_only=True) as graph:
            (result,) = graph.paper("p-1").entries[0][1].results
            return [(name, *row) for name, row in zip(result.on, graph.store.rows(sql), strict=True)]

    assert on() == [("ImageNet ILSVRC", "dataset:imagenet")]
    decide(file, DECISIONS["dataset"])
    assert on() == [("ImageNet", "dataset:imagenet-apart")]
    overrides_of(file).unlink()
    assert on() == [("ImageNet ILSVRC", "dataset:imagenet")]


def test_every_change_has_its_reason_and_the_graph_its_form(file: Path) -> None:
    decide(file, "".join(DECISIONS[key] for key in ("name", "split", "metric")))
    with kg.open(str(file), read_only=True) as graph:
        assert graph.verify().faults == []
        record = graph.paper("p-1").entries[0][1]
    assert record.techniques[1].reason == "by hand: 'KD' is not technique:knowledge-distillation: minted"
    reasons = {mention.canonical: mention.reason for mention in record.techniques}
    assert reasons["wobble trimming"] == "by hand: 'wobble trimming' is technique:pruning"
    assert record.results[0].reason == "by hand: 'frobness' is metric:accuracy"


def test_forbidden_name_goes_on_to_the_next_that_fits() -> None:
    from kg.link.linker import Linker
    from kg.model import Document, Mention, Record, Text

    text = "We use speculative decoding (SD) here."
    document = Document("p", "s", 1, {"A": Text(text, text)})

    def linked(overrides: Overrides) -> Mention:
        linker = Linker(Vocabulary.load(), overrides=overrides)
        record = Record("p", title="t", techniques=[Mention("technique", "SD", "knowledge distillation", role="used")])
        return linker.decided(document, linker.link(document, record)).techniques[0]

    assert linked(Overrides()).concept == "technique:knowledge-distillation"
    forbidden = Overrides(mark="1", forbids={("technique:knowledge-distillation", "sd")})
    assert linked(forbidden).concept == "technique:speculative-decoding"
    assert "but acronym of 'speculative decoding' in this paper" in linked(forbidden).reason


def test_the_graphs_own_file_wins_and_may_be_there_before_the_graph(tmp_path: Path) -> None:
    (tmp_path / "shipped.ttl").write_text(HEAD + 'technique:pruning kg:merges "wobble" .')
    (tmp_path / "own.ttl").write_text(HEAD + 'technique:lora kg:merges "wobble" .')
    both = Overrides.read([tmp_path / "shipped.ttl", tmp_path / "own.ttl"])
    assert both.merged("technique", ["Wobbles"]) == ("technique:lora", "Wobbles")
    decide(tmp_path / "new.kg", DECISIONS["name"])
    with kg.open(str(tmp_path / "new.kg"), create=True) as graph:
        assert graph.entries() == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("technique:a kg:merges technique:b . technique:b kg:merges technique:a .", "circle"),
        ("technique:a kg:merges technique:a .", "two concepts of one type"),
        ("technique:a kg:merges problem:b .", "two concepts of one type"),
        ('technique:a kg:merges "x" . technique:b kg:merges "X" .', "leave one of the two"),
        ('technique:a kg:merges "x" ; kg:splits "x" .', "leave one of the two"),
        ("technique:a kg:splits technique:b .", "in quotation marks"),
        ('technique:a kg:merge "x" .', "kg:merges, kg:splits or kg:forbids"),
        ('<http://a/b> kg:merges "x" .', "no concept"),
        ('technique:a kg:merges "..." .', "without letters"),
        ("technique:a kg:merges [] .", "no concept"),
        ("technique:a kg:merges", "mend the Turtle"),
    ],
)
def test_faulty_decisions_are_refused_with_the_file_and_nothing_changes(file: Path, lines: str, said: str) -> None:
    before = dump(file)
    decide(file, lines)
    with pytest.raises(KgError, match=said) as caught:
        Graph(str(file), read_only=True)
    assert "g.overrides.ttl" in str(caught.value)
    overrides_of(file).unlink()
    assert dump(file) == before


def test_reader_beside_a_writer_is_told_that_the_graph_does_not_follow_yet(file: Path) -> None:
    with kg.open(str(file), create=True):
        decide(file, DECISIONS["name"])
        with kg.open(str(file), read_only=True) as reader:
            assert "does not follow" in reader.notes[0]
            assert reader.entries() == ["p-1"]


def test_amended_vocabulary_bears_the_names_that_it_is_given() -> None:
    known = Vocabulary.load()
    overrides = Overrides(
        mark="1",
        names={("technique", "wobble"): "technique:lora", ("technique", "kd"): "technique:pruning"},
        labels=[("technique:lora", "wobble", "en"), ("technique:pruning", "KD", "en")],
        concepts={"technique:knowledge-distillation": "technique:pruning"},
        splits={("technique:quantization", "quantisation")},
    )
    amended = overrides.amended(known)
    for name, curie in (("Wobbles", "lora"), ("KD", "pruning"), ("knowledge distillation", "pruning")):
        found = amended.find(name, "technique")
        assert found is not None
        assert found.curie == f"technique:{curie}"
    assert amended.cues("propose") == known.cues("propose")
    assert "technique:knowledge-distillation" not in amended
    assert known.find("wobble", "technique") is None


def test_what_ships_decides_nothing_and_its_example_is_sound(tmp_path: Path) -> None:
    shipped = (data_folder("ontology") / "overrides.ttl").read_text("utf-8")
    assert not Overrides.load()
    example = "\n".join(line.removeprefix("#") for line in shipped.splitlines() if line.startswith("#   "))
    assert example.count("kg:") == 4
    prefixes = "\n".join(line for line in shipped.splitlines() if line.startswith("@prefix"))
    (tmp_path / "example.ttl").write_text(prefixes + "\n" + example)
    found = Overrides.read([tmp_path / "example.ttl"])
    assert found.merged("technique", ["draft-and-check decoding"])
    assert all(c in Vocabulary.load() or c == "technique:kv-dropping" for c in found.about())
