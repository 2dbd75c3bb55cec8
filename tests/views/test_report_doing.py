"""Which papers a report takes for those that do its topic."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.api import Graph
from tests.views.telling import section_rows

_PAPERS = {
    "titled": ("Visual Token Pruning in Zorvex", "It is fast."),
    "passing": ("Brimble: a cache", "We propose Brimble. It can be combined with visual token pruning."),
    "none": ("Quandle", "It is slow."),
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """Papers that have a technique in their title, in passing, or not at all."""
    folder = tmp_path_factory.mktemp("named")
    papers = folder / "papers.jsonl"
    lines = [{"id": name, "title": title, "abstract": said} for name, (title, said) in _PAPERS.items()]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(folder / "named.kg"), create=True) as graph:
        graph.add(papers, fast=True)
        yield graph


@pytest.mark.parametrize(("selection", "lang"), [("visual token pruning", "en"), ("视觉token剪枝", "zh")])
def test_a_paper_does_what_its_title_says_in_either_language(named: Graph, selection: str, lang: str) -> None:
    data = json.loads(str(named.report(selection, lang=lang).render("json")))
    assert [row["paper"] for row in section_rows(data, "methods")] == ["titled"]
    assert [row["paper"] for row in section_rows(data, "also")] == ["passing"]


def test_one_paper_is_one_and_a_selection_that_names_nothing_done_is_not_worked_on(named: Graph) -> None:
    said = str(named.report("visual token pruning").render("md"))
    assert "1 paper works on it" in said
    assert "1 more names it" in said
    assert "1 paper fits" in str(named.report("passing").render("md"))


def test_passing_mentions_stand_apart(built: Graph) -> None:
    data = json.loads(str(built.report("KV cache compression").render("json")))
    does, also = _papers(data, "methods"), _papers(data, "also")
    assert does
    assert does.isdisjoint(also)
    assert data["mentioning"] == len(also)
    for name in does | also:
        topics = [t for _, record in built.paper(name).entries for t in record.topics if t.id == "kv-cache-compression"]
        techniques = [m for _, record in built.paper(name).entries for m in record.techniques]
        sure = any(t.sure for t in topics) or any(m.sure and m.role in ("proposed", "used") for m in techniques)
        titled = any("KV cache compression" in record.title for _, record in built.paper(name).entries)
        assert sure or titled or name in also


def test_a_topic_is_not_what_else_has_its_name(built: Graph) -> None:
    data = json.loads(str(built.report("edge deployment").render("json")))
    does = {row["paper"] for row in section_rows(data, "methods")}
    assert 0 < len(does) < data["mentioning"] + len(does) < len(built.ask("edge deployment").rows)
    for name in does:
        topics = [t for _, record in built.paper(name).entries for t in record.topics if t.id == "edge-deployment"]
        assert any(topic.sure for topic in topics), name


def _reported(
    tmp_path: Path, papers: Mapping[str, tuple[str, str]], *selections: str, fast: bool = False
) -> list[tuple[set[str], set[str]]]:
    """Of papers with titles and abstracts, those that do what each selection names, and those that only name it."""
    file = tmp_path / "papers.jsonl"
    lines = ({"id": name, "title": title, "abstract": said} for name, (title, said) in papers.items())
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(tmp_path / "papers.kg"), create=True) as graph:
        graph.add(file, fast=fast)
        found = [json.loads(str(graph.report(one).render("json"))) for one in selections]
    return [(_papers(data, "methods"), _papers(data, "also")) for data in found]


def _papers(data: Any, part: str) -> set[str]:
    return {row["paper"] for row in section_rows(data, part)} if part in data else set()


_APART = {
    "other": ("Brimble", "We propose Brimble. Unlike speculative decoding, Brimble needs no second model."),
    "own": ("Quandle", "We propose speculative decoding with Quandle, unlike speculative decoding with a large draft."),
    "more": ("Zorvex", "We propose speculative decoding with Zorvex on two devices."),
}


def test_what_a_paper_differs_from_it_does_not_do_and_one_name_has_its_id(tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    lines = [{"id": n, "title": f"Jib: {t}", "abstract": said, "date": "2025-03-01"} for n, (t, said) in _APART.items()]
    papers.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with kg.open(str(tmp_path / "apart.kg"), create=True) as graph:
        graph.add(papers)
        found = graph.report("speculative decoding")
        data = json.loads(str(found.render("json")))
        assert {row["paper"] for row in section_rows(data, "methods")} == {"own", "more"}
        assert data["called"]["own"]["name"] == "Jib 2025 (own)"
        assert "support" not in data["techniques"]["columns"]  # no institution is known
        assert "**Jib 2025 (own)**" in str(found.render("md"))


def test_what_has_the_parts_of_a_topic_does_it_where_its_title_names_what_is_done(tmp_path: Path) -> None:
    said = {f"p{n}": (f"Jib{n}: LLM quantization", f"We propose Jib{n}.") for n in range(10)}
    said["parts"] = ("Quandle: 2-Bit QAT for LLMs", "We use post-training quantization of large language models.")
    said["aside"] = ("Brimble: grading essays with LLMs", "We use large language models and quantization.")
    [(does, also)] = _reported(tmp_path, said, "quantization of large language models")
    assert does == said.keys() - {"aside"}
    assert also == {"aside"}


def test_what_is_done_to_another_thing_in_the_words_of_a_topic_is_not_it(tmp_path: Path) -> None:
    titles = {"it": "Jib: Merging of Fast Models", "other": "Brimble: Token Merging for Large Models"}
    titles["apart"] = "Tern: Many Light Models: Merging of Maps"
    [(does, _)] = _reported(tmp_path, {name: (title, "") for name, title in titles.items()}, "model merging", fast=True)
    assert does == {"it"}


def test_a_paper_is_on_a_problem_that_it_addresses_not_on_one_that_it_names(tmp_path: Path) -> None:
    aside = "Gates are slow. We propose Brimble. It is a gate. As others do, it has hallucination."
    papers = {"it": ("Jib: Less Hallucination", ""), "aside": ("Brimble: a gate", aside)}
    assert _reported(tmp_path, papers, "hallucination") == [({"it"}, {"aside"})]


_TASKS = {
    "aim": ("Zorvex", "Caches are slow. They need memory. We propose Zorvex, a gate for semantic segmentation."),
    "begins": ("Brimble", "Semantic segmentation of streets needs much memory. We propose Brimble. It is a gate."),
    "praises": ("Fenlow", "Networks excel at semantic segmentation. We propose Fenlow. It is a gate."),
    "example": ("Ostrel", "Many tasks such as semantic segmentation need memory. We propose Ostrel. It is a gate."),
    "tested": ("Quandle", "Gates are slow. They need memory. We propose Quandle. It is good at semantic segmentation."),
    "evaluated": ("Dorvin", "Gates are slow. We propose Dorvin. We evaluate Dorvin on semantic segmentation."),
}


def test_a_paper_is_on_the_task_that_it_is_for_not_on_those_that_it_is_tested_on(tmp_path: Path) -> None:
    papers = {name: (f"{title}: a gate", said) for name, (title, said) in _TASKS.items()}
    does = {"aim", "begins"}
    assert _reported(tmp_path, papers, "semantic segmentation") == [(does, _TASKS.keys() - does)]


_USES = {
    "proposes": ("Jib", "Models are slow. They need memory. We propose Jib, a rule for low-rank adaptation of models."),
    "begins": ("Brimble", "Low-rank adaptation needs a rank that is known. We propose Brimble. It finds one."),
    "part": ("Zorvex", "Models are slow. We propose Zorvex, a scan. It is trained with low-rank adaptation at last."),
    "workload": ("Fenlow", "Models are slow. We propose Fenlow. Fenlow works with low-rank adaptation and without."),
}


def test_a_paper_does_not_do_what_it_only_uses(tmp_path: Path) -> None:
    papers = {name: (f"{title}: a rule", said) for name, (title, said) in _USES.items()}
    [(does, _)] = _reported(tmp_path, papers, "LoRA")
    assert does == {"proposes", "begins"}


def test_a_topic_that_is_called_by_a_narrower_name_is_only_that(tmp_path: Path) -> None:
    papers = {
        "it": ("Jib: Less Overthinking in Reasoning Models", "We propose Jib. It stops early."),
        "wider": ("Brimble: Efficient Reasoning on a Phone", "We propose Brimble. It ends overthinking of others too."),
    }
    narrower, (wider, _) = _reported(tmp_path, papers, "overthinking", "efficient reasoning")
    assert narrower == ({"it"}, {"wider"})
    assert "wider" in wider


def test_words_that_the_vocabulary_lacks_name_what_a_paper_proposes(tmp_path: Path) -> None:
    papers = {
        "it": ("Jib", "Courts are slow. They wait. We propose Jib, a gate for zorvexing of briefs."),
        "titled": ("Brimble and Its Zorvexing", "It is a gate."),
        "aside": ("Fenlow", "Courts are slow. We propose Fenlow. Its briefs can be used for zorvexing."),
    }
    assert _reported(tmp_path, papers, "zorvexing") == [({"it", "titled"}, {"aside"})]


def test_layer_wise_pruning_of_tokens_prunes_no_layers(tmp_path: Path) -> None:
    titles = {"it": "Jib: Pruning of Redundant Layers", "other": "Brimble: Layer-Wise Pruning of Tokens"}
    [(does, _)] = _reported(tmp_path, {name: (title, "") for name, title in titles.items()}, "layer pruning", fast=True)
    assert does == {"it"}
