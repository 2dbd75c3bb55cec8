"""A name that several works have for what each proposes means a thing of each, whatever comes first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import kg
from kg.api import Graph
from kg.identifiers import iri
from tests.store.graph_demo import papers_triples

pytestmark = pytest.mark.usefixtures("without_ontology")
DART = "DART prunes the tokens of images by how often they repeat, and makes inference twice as fast."
PAPERS = [
    {"id": "2501.00001", "title": "DART: Pruning of Visual Tokens", "abstract": f"We propose DART. {DART}"},
    {
        "id": "2502.00002",
        "title": "DART: Drafting with Trees",
        "abstract": "We propose DART, which drafts trees of tokens. DART is 3x faster than EAGLE-3.",
    },
    {
        "id": "2503.00003",
        "title": "TAPS: Calm Speculation",
        "abstract": "We propose TAPS, a sampler. TAPS saves 20% of latency against DART.",
    },
    {"id": "2504.00004", "title": "TAP: Calm Pruning", "abstract": "We propose TAP, a pruner. TAP is 2x faster."},
]
APART = {
    "2501.00001": "technique:dart.2501-00001",
    "2502.00002": "technique:dart.2502-00002",
    "2503.00003": "technique:taps",
    "2504.00004": "technique:tap",
}


def file_of(folder: Path, *papers: dict[str, str], name: str = "") -> Path:
    path = folder / f"{name or papers[0]['id']}.jsonl"
    path.write_text("".join(json.dumps(p | {"arxiv": p["id"]}) + "\n" for p in papers), "utf-8")
    return path


def own(graph: Graph) -> dict[str, str]:
    """What each paper's own name means, by entry."""
    said = {document.id: record for paper in graph for document, record in paper.entries}
    return {entry: next(m.concept for m in r.techniques if m.canonical == r.name) for entry, r in said.items()}


def source_free(export: str) -> list[str]:
    """What is said of papers, without the files that they came in."""
    return sorted(line for line in export.splitlines() if "/source/" not in line and "ns#number>" not in line)


def built(folder: Path, *files: Path) -> Graph:
    graph = kg.open(str(folder), create=True)
    for file in files:
        assert graph.add(file, fast=True).skipped == []
    return graph


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [file_of(tmp_path, paper) for paper in PAPERS]


def test_one_name_of_two_works_is_two_things_in_every_order(tmp_path: Path, files: list[Path]) -> None:
    exports = set()
    for at, order in enumerate((files, files[::-1])):
        with built(tmp_path / f"g{at}", *order) as graph:
            assert own(graph) == APART
            exports.add(papers_triples(graph))
    assert len(exports) == 1


def test_a_mention_that_does_not_say_whose_it_is_stays_with_the_name(tmp_path: Path, files: list[Path]) -> None:
    said = {"surface": "DART", "in": "A", "canonical": "DART", "role": "baseline"}
    records = tmp_path / "records.jsonl"
    records.write_text(json.dumps({"id": "2503.00003", "name": "TAPS", "techniques": [said]}), "utf-8")
    with built(tmp_path / "g", *files[:2]) as graph:
        graph.add(files[2], records=records)
        (_, record), *_ = graph.paper("2503.00003").entries
        assert [m.concept for m in record.techniques] == ["technique:dart"]


def test_a_name_that_one_work_has_is_the_names(tmp_path: Path, files: list[Path]) -> None:
    with built(tmp_path / "g", *files) as graph:
        alone = papers_triples(built(tmp_path / "alone", *files[:1], *files[2:]))
        graph.remove("2502.00002")
        assert own(graph)["2501.00001"] == "technique:dart"
        assert papers_triples(graph) == alone


def test_entries_of_one_work_share_its_name(tmp_path: Path, files: list[Path]) -> None:
    again = file_of(tmp_path, PAPERS[0] | {"id": "refs-1"}, name="refs")
    again.write_text(again.read_text("utf-8").replace('"arxiv": "refs-1"', '"venue": "ICML"'), "utf-8")
    with built(tmp_path / "g", again, *files[:2]) as graph:
        assert own(graph)["refs-1"] == own(graph)["2501.00001"] == "technique:dart.2501-00001"
    with built(tmp_path / "one", files[0], again) as graph:
        assert set(own(graph).values()) == {"technique:dart"}


def test_works_that_agree_on_the_words_mean_one_thing(tmp_path: Path) -> None:
    words = "We propose Dynamic Region Tokenization (DRT). DRT is twice as fast."
    other = "We adopt dynamic region tokenisation (DRT) and gain 20% accuracy. DRT scales."
    else_ = "We propose Deep Recurrent Training (DRT). DRT is twice as fast."
    one, two, three = (
        file_of(tmp_path, {"id": f"2505.0000{at}", "title": title, "abstract": abstract})
        for at, (title, abstract) in enumerate(
            [("DRT: A Tokenizer", words), ("DRT: Seen Again", other), ("DRT: Recurrence", else_)]
        )
    )
    with built(tmp_path / "g", one, two) as graph:
        assert set(own(graph).values()) == {"technique:drt"}
    with built(tmp_path / "h", three, two, one) as graph:
        named = own(graph)
        assert named["2505.00000"] == named["2505.00001"] == "technique:drt.2505-00000"
        assert named["2505.00002"] == "technique:drt.2505-00002"


def test_many_at_once_come_to_the_same_graph(tmp_path: Path) -> None:
    many = [
        {
            "id": f"2506.{at:05}",
            "title": f"Zap{'abc'[at % 3].upper()}{at // 2}: Pruning of {at} Things",
            "abstract": f"We propose Zap{'abc'[at % 3].upper()}{at // 2}, a pruner of {at} layers.",
        }
        for at in range(20)
    ]
    whole = file_of(tmp_path, *PAPERS, *many, name="all")
    with built(tmp_path / "bulk", whole) as graph:
        bulk = papers_triples(graph)
        assert {entry: own(graph)[entry] for entry in APART} == APART
    parts = [file_of(tmp_path, paper) for paper in [*many, *PAPERS][::-1]]
    with built(tmp_path / "parts", *parts) as graph:
        assert source_free(papers_triples(graph)) == source_free(bulk)


def test_people_may_say_that_two_of_one_name_are_one(tmp_path: Path, files: list[Path]) -> None:
    built(tmp_path / "g", *files).close()
    decisions = tmp_path / "g.overrides.ttl"
    one, verb, other = map(iri, ("technique:dart.2501-00001", "kg:merges", "technique:dart.2502-00002"))
    decisions.write_text(f"<{one}> <{verb}> <{other}> .", "utf-8")
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert own(graph)["2502.00002"] == own(graph)["2501.00001"] == "technique:dart.2501-00001"
        decided = papers_triples(graph)
    shutil.copy(decisions, tmp_path / "h.overrides.ttl")
    with built(tmp_path / "h", *files[::-1]) as graph:
        assert papers_triples(graph) == decided
    decisions.unlink()
    with kg.open(str(tmp_path / "g"), create=True) as graph:
        assert own(graph) == APART


def says(entry: str, topic: str, name: str = "", role: str = "baseline") -> dict[str, object]:
    """The record of a paper on a topic that says DART, by which it calls its own work where that is the `name`."""
    said = {"surface": "DART", "in": "A", "canonical": "DART", "role": role}
    return {"id": entry, "name": name, "techniques": [said], "topics": [topic]}


USES = [
    says("2501.00001", "token-reduction", "DART", "proposed"),
    says("2502.00002", "speculative-decoding", "DART", "proposed"),
    says("2503.00003", "token-reduction"),
    says("2504.00004", "quantization"),
]
TEXTS = [
    {"id": str(use["id"]), "title": f"Paper {number}", "abstract": f"Here DART is said for the {number} time."}
    for use, number in zip(USES, ("first", "second", "third", "fourth"), strict=True)
]


def meant(folder: Path, *order: int) -> tuple[dict[str, str], str]:
    """What DART means in each of some papers, which are added one after the other, and the graph."""
    records = folder / "records.jsonl"
    records.write_text("".join(json.dumps(use) + "\n" for use in USES), "utf-8")
    with kg.open(str(folder / f"g{''.join(map(str, order))}"), create=True) as graph:
        for at in order:
            assert graph.add(file_of(folder, TEXTS[at]), records=records).added
        return concepts(graph), papers_triples(graph)


def concepts(graph: Graph) -> dict[str, str]:
    said = {document.id: record for paper in graph for document, record in paper.entries}
    return {entry: record.techniques[0].concept.partition(":")[2] for entry, record in said.items()}


def test_a_paper_that_shares_the_topic_means_the_claimed_thing(tmp_path: Path) -> None:
    assert meant(tmp_path, 0, 2)[0] == {"2501.00001": "dart", "2503.00003": "dart"}
    one = {"2501.00001": "dart.2501-00001", "2502.00002": "dart.2502-00002", "2503.00003": "dart.2501-00001"}
    assert meant(tmp_path, 0, 1, 2)[0] == one


def test_a_name_that_a_paper_of_another_topic_says_means_the_name(tmp_path: Path) -> None:
    apart = {"2501.00001": "dart.2501-00001", "2504.00004": "dart"}
    assert meant(tmp_path, 0, 3)[0] == apart
    assert meant(tmp_path, 0, 3, 2)[0] == apart | {"2503.00003": "dart.2501-00001"}
    assert meant(tmp_path, 2, 3)[0] == {"2503.00003": "dart", "2504.00004": "dart"}


def test_what_a_name_means_does_not_depend_on_what_came_first(tmp_path: Path) -> None:
    found = {meant(tmp_path, *order)[1] for order in ((0, 1, 2, 3), (2, 0, 3, 1), (3, 2, 1, 0))}
    assert len(found) == 1


def test_a_name_follows_those_that_come_and_go(tmp_path: Path) -> None:
    alone, all_three = meant(tmp_path, 0, 2), meant(tmp_path, 0, 2, 3)
    with kg.open(str(tmp_path / "g023"), create=True) as graph:
        graph.remove("2504.00004")
        assert papers_triples(graph) == alone[1]
        graph.add(tmp_path / "2504.00004.jsonl", records=tmp_path / "records.jsonl")
        assert papers_triples(graph) == all_three[1]
        graph.remove("2501.00001")
        assert concepts(graph) == {"2503.00003": "dart", "2504.00004": "dart"}


def test_own_work_that_bears_a_name_of_the_vocabulary_is_a_namesake(tmp_path: Path) -> None:
    leaves = "We propose Hydra, which sees by radar how wet leaves are. Hydra is 20% more accurate."
    heads = "We propose Hydra, draft heads for speculative decoding. Hydra is 2x faster than Medusa."
    one = {"id": "2508.02409", "title": "Hydra: Leaf Wetness Sensing by Radar", "abstract": leaves}
    again = file_of(tmp_path, one | {"id": "refs-1"}, name="refs")
    again.write_text(again.read_text("utf-8").replace('"arxiv": "refs-1"', '"venue": "MobiCom"'), "utf-8")
    known = file_of(tmp_path, {"id": "2402.05109", "title": "Hydra: Draft Heads", "abstract": heads})
    first, exports = file_of(tmp_path, one), set()
    for at, order in enumerate(((first, again, known), (known, again, first))):
        with built(tmp_path / f"g{at}", *order) as graph:
            own_one = "technique:hydra.2508-02409"
            assert own(graph) == {"2508.02409": own_one, "refs-1": own_one, "2402.05109": "technique:hydra"}
            said = graph.export("nquads").decode()
            assert f"<{iri(own_one)}> <{iri('kg:namesakeOf')}> <{iri('technique:hydra')}>" in said
            exports.add(papers_triples(graph))
    assert len(exports) == 1


@pytest.mark.parametrize("name", ["Hydra", "Zorbex"])
def test_a_namesake_that_goes_leaves_no_trace(tmp_path: Path, name: str) -> None:
    leaves = f"We propose {name}, which sees by radar how wet leaves are. {name} is 20% more accurate."
    boats = f"We propose {name}, which steers sailing boats by their sails. {name} is 30% faster."
    files = [
        file_of(tmp_path, {"id": entry, "title": f"{name}: {what}", "abstract": text})
        for entry, what, text in (("2508.02409", "Wet Leaves", leaves), ("2407.01234", "Boats", boats))
    ]
    with built(tmp_path / "one", files[0]) as graph:
        alone = papers_triples(graph)
    with built(tmp_path / "two", *files) as graph:
        assert len(set(own(graph).values())) == len(files)
        graph.remove("2407.01234")
        assert papers_triples(graph) == alone
