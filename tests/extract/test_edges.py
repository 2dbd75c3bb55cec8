"""Where mentions may begin and end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.extract import pipeline
from kg.extract.base import make_doc
from kg.extract.context import DocView, view_of
from kg.extract.edges import barred, lists, shapes
from kg.model import Document
from kg.vocabulary import Vocabulary

Entry = Callable[..., Document]


def seen(document: Document) -> DocView:
    """What the rules see of an entry."""
    doc = make_doc(pipeline(), document, Vocabulary.load())
    for name, component in pipeline().pipeline:
        if name == "kg_tagger":
            break
        doc = component(doc)
    return view_of(doc, Vocabulary.load())


def place(view: DocView, words: str) -> tuple[int, int]:
    start = view.text.index(words)
    return start, start + len(words)


@pytest.mark.parametrize(
    ("kind", "text", "words", "none"),
    [
        ("model", "We tune BERT-Pack here.", "BERT", True),
        ("model", "We tune Post-BERT here.", "BERT", True),
        ("model", "We tune a BERT-based reader and BERT-initialized ones.", "BERT", False),
        ("model", "We add DeepSeek Sparse Attention here.", "DeepSeek", True),
        ("model", "We tune 7B here.", "7B", True),
        ("model", "We use a nuScenes-trained reader.", "nuScenes-trained", True),
        ("hardware", "We share work by CPU-GPU dispatch.", "GPU", False),
        ("dataset", "On two benchmarks-MVBench and others-we win.", "MVBench", False),
        ("dataset", "It wins on both ZER and ZE tasks.", "ZER", True),
        ("dataset", "It wins on COCO tasks.", "COCO", False),
        ("hardware", "It runs on 8 GPUs.", "8", True),
        ("technique", "It does much. (S2) To this end we cut it.", "S2", True),
        ("technique", "We present the fast rule (F2) here.", "F2", False),
        ("technique", "The code: https://github.com/corvid/token-pruning.", "token-pruning", True),
        ("technique", "The code is at github.com/corvid/token_merging.", "merging", True),
        ("technique", "We add input/token-pruning.", "token-pruning", False),
        ("technique", "We need a LoRA-free tuner.", "LoRA", True),
        ("technique", "We need a LoRA-based tuner.", "LoRA", False),
        ("model", "It runs Mamba(2)Lite here.", "Lite", True),
        ("model", "It runs Mamba (2) Lite here.", "Lite", False),
        ("technique", "The packer is fast.", "packer is fast", True),
        ("technique", "The fast packer helps.", "fast packer", False),
        ("problem", "The cost can be high.", "cost can be", True),
        ("problem", "A weakness of caches is their high cost.", "caches is their high cost", True),
        ("problem", "The gate controls how much old content to erase.", "much old content to erase", True),
        ("problem", "It shows how high costs arise.", "how high costs", True),
        ("problem", "It has a growth $O(n)$ in time.", "growth $O(n)", True),
        ("problem", "It has concerns about its cost (CO) and use.", "concerns about its cost (CO", True),
        ("technique", r"We tune a \single} lazy policy network.", "single} lazy policy network", True),
        ("technique", "We measure PESQ here.", "PESQ", True),
        ("dataset", "It reaches better BLEU-1 scores here.", "BLEU-1 scores", True),
        ("dataset", r"We train on lists \citep{dunlin2030learning,lang2031corvid} here.", "lang2031corvid", True),
        ("dataset", "It wins on the complex Corvid dataset.", "complex", True),
        ("dataset", "We release our weights on HuggingFace here.", "HuggingFace", True),
        ("dataset", "It wins on the HuggingFace dataset here.", "HuggingFace", False),
        ("hardware", "It runs on Cerebras here.", "Cerebras", False),
        ("dataset", "It wins on the imagenet dataset.", "imagenet", False),
        ("task", "It helps subject-driven or style-driven layout generation.", "subject-driven", True),
        ("task", "It helps prosthetic and robotic control.", "prosthetic", True),
        ("task", "It needs Light Detection and Ranging (LiDAR).", "Light Detection", True),
        ("task", "It helps depth estimation and planning.", "depth estimation", False),
        ("task", "Ablations on cache size and scheduling show that it helps.", "scheduling", True),
        ("task", "Experiments on cache sizing and scheduling show that it helps.", "scheduling", False),
        ("task", "It wins on audio-visual benchmarks.", "audio-visual benchmarks", True),
        ("task", "It reads pressure data collected from turbines.", "pressure data collected", True),
        ("task", "It helps with free-form tile questions.", "free-form", True),
        ("technique", "We add lazy multi-round search here.", "lazy multi-round", True),
        ("technique", "We add Fast Tile Packing here.", "Fast Tile", True),
        ("technique", "We add fast tile packing here.", "fast tile", False),
        ("technique", "It has a lazy loss and an autoregressive one.", "autoregressive one", True),
        ("technique", 'We add a "double-pass" training scheme here.', 'double-pass" training scheme', True),
        ("technique", r"We use na\"ive tuning here.", r"na\"ive tuning", False),
        ("problem", "Efficiently picking caches is hard.", "Efficiently", True),
        ("model", "It beats GPT4Rec by far.", "GPT", True),
        ("problem", "It has the best trade-off between high latency and low quality.", "high latency", True),
        ("problem", "There is no understanding of how caches behave.", "no understanding of how caches", True),
        ("problem", "There is no understanding of how caches behave.", "no understanding of how caches behave", False),
    ],
)
def test_parts_of_longer_words_and_clauses_are_no_mentions(
    entry: Entry, kind: str, text: str, words: str, none: bool
) -> None:
    view = seen(entry(text, title="Zed"))
    assert barred(view, kind, place(view, words)) == none


def test_problem_ends_at_the_trouble_and_and_joins_two(entry: Entry) -> None:
    view = seen(entry("Work halts, limiting slow cache refills and stale queue entries during decoding.", title="Zed"))
    span = place(view, "limiting slow cache refills and stale queue entries during decoding")
    found = {view.text[s:e] for s, e in shapes(view, "problem", span)}
    assert {"slow cache refills", "stale queue entries during decoding"} <= found


def test_general_word_is_no_part_of_a_models_name(entry: Entry) -> None:
    view = seen(entry("We start from Finch-7 checkpoints.", title="Zed"))
    assert [view.text[s:e] for s, e in shapes(view, "model", place(view, "Finch-7 checkpoints"))][:1] == ["Finch-7"]


def test_version_belongs_to_the_name_of_a_dataset(entry: Entry) -> None:
    view = seen(entry("We test on QuizBowl'31 alone.", title="Zed"))
    assert place(view, "QuizBowl'31") in list(shapes(view, "dataset", place(view, "QuizBowl")))


def test_a_phrase_with_its_acronym_is_the_concept_of_the_phrase(entry: Entry) -> None:
    view = seen(entry("We serve large language models (LLMs).", title="Zed"))
    concept = view.concept("large language models (LLMs)", "technique")
    assert concept is not None
    assert concept.label["en"] == "large language model"


def test_members_of_a_list_are_mates() -> None:
    text = "on Corvid, Plover, and Dunlin in part"
    spans = {name: (text.index(name), text.index(name) + len(name)) for name in ("Corvid", "Plover", "Dunlin", "part")}
    mates = lists(text, spans.values())
    assert set(mates[spans["Plover"]]) == {spans["Corvid"], spans["Dunlin"]}
    assert spans["part"] not in mates


def test_what_a_sentence_calls_a_model_is_no_dataset(entry: Entry) -> None:
    view = seen(entry("We test on MedFinch, a small domain-specific model, and on Corvid, a new benchmark of maps."))
    for name, other in (("MedFinch", "dataset"), ("Corvid", "model")):
        assert barred(view, other, place(view, name))
        assert not barred(view, {"model": "dataset", "dataset": "model"}[other], place(view, name))


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("Tree Codes", "Wide Tree Codes"),
        ("Tree Codes (WTC)", "Wide Tree Codes (WTC)"),
        ("Wide Tree Codes", "Wide Tree Codes"),
        ("Tree", "Tree"),  # does not reach the bracket
        ("flat codes", "flat codes"),
    ],
)
def test_name_before_an_acronym_has_all_words_that_it_stands_for(words: str, whole: str, entry: Entry) -> None:
    view = seen(entry("We use Wide Tree Codes (WTC) and flat codes (in part)."))
    start, end = view.spelled_out(*place(view, words))
    assert view.text[start:end] == whole
