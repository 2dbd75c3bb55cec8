"""The paper's own name, and the URL of its code."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

from kg.extract import base
from kg.extract.names import NameComponent
from kg.model import Document
from kg.text import repaired
from kg.vocabulary import Vocabulary


def read(title: str, abstract: str, brief: str = "") -> Doc:
    nlp = spacy.blank("xx")
    nlp.tokenizer = base.Tokenizer(nlp.vocab)
    texts = {"T": title, "A": abstract, "B": brief}
    document = Document("x-1", "x", 1, {k: repaired(v) for k, v in texts.items() if v})
    vocabulary = Vocabulary.load()
    return NameComponent(vocabulary)(base.make_doc(nlp, document, vocabulary))


@pytest.mark.parametrize(
    ("title", "abstract", "name"),
    [
        ("A Study", "We collect a dataset and propose GRAM (Generalized Region-Aware Model), which is fast.", "GRAM"),
        ("A Study", "To solve this, we propose the ZAP$^{2}$ method, a fast one.", "ZAP$^{2}$"),
        ("ZapGram: Small Words", "We introduce ZapGram (Zapped Unigram), a tokenizer.", "ZapGram"),
        ("A Study", "We propose a pipeline, integrating tiles, rows, and Channel-Wise Sorting (CWS).", ""),
        ("A Study", "We present a measurement of trends across papers of PLOVERX, FINCHX, and WRENX.", ""),
        ("AsyncZed: Efficient Scaling", "Scaling is slow. We act.", "AsyncZed"),
        ("COSPADIX: COMPRESSING MODELS", "We propose CoSpaDix, a framework.", "CoSpaDix"),
        ("Under review as a conference paper at ICLR 2026 CATX: BETTER ERRORS", "We study errors.", "CATX"),
        (
            "Fast Decoding of Things",
            "Decoding is slow. We introduce dParallelX, a simple method that helps.",
            "dParallelX",
        ),
        ("Fast Decoding", "To this end, we propose a novel method called ZipZap, which helps.", "ZipZap"),
        ("Fast Decoding", "Decoding is slow. Our method, ZapKV, stores less.", "ZapKV"),
        (
            "Less Memory: Caches that Zap",
            'We propose "Less Memory", a cache. We introduce a Slow Zap strategy.',
            "Less Memory",
        ),
        ("Lazy Tiles: Faster Decoding", "Lazy Tiles are read late. We present ZapTile, which reads them.", "ZapTile"),
        ("Zap: A Memory for Robots", "Memory is scarce. Zap-Mem (Zapped Memory) keeps less.", "Zap-Mem"),
        (
            "Tracking",
            "We propose a memory module for SAM, leading to ZapSAM. We construct ZiDi, a zipped dataset.",
            "ZapSAM",
        ),
        ("Tracking", "We construct ZiDi, a zipped dataset.", "ZiDi"),
        ("Tokens", "We find that a 1D tokenizer is enough. We build a pipeline.", ""),
        ("RAG Costs", "We build a fixed pipeline (Plover dense, Lazy Rank Fusion, reranking). It is slow.", ""),
        ("Pruning for Robots", "We propose Action-Aware Dynamic Zapping (AADZ), a framework.", "AADZ"),
        ("Dual-Head Zed Distillation: Improving Accuracy", "We use Dual-Head Zed Distillation (DHZD) here.", "DHZD"),
        ("Fast Zeds", "We propose a new method for zeds, \\texttt{ZipZed}, to help.", "ZipZed"),
        ("Fast Zeds", "Tests show that our PTZ4Q achieves more.", "PTZ4Q"),
        ("Fast Zeds", "We present a Layered Zed Pruning framework (LZP) that helps.", "LZP"),
        ("Fast Zeds", "Zeds are slow and we see why and accordingly propose a Layered Zed Policy (LaZe).", "LaZe"),
        ("Collaborative Zed Models (CDZM) for Trajectories", "They are light.", "CDZM"),
        ("Zeds", "We propose a method, dubbed Gated Zed tiles for Concept Erasure (GZCE), which helps.", "GZCE"),
        ("Zeds", "The proposed model, called ZapKV, is fast.", "ZapKV"),
    ],
)
def test_name_is_what_the_paper_presents(title: str, abstract: str, name: str) -> None:
    assert read(title, abstract)._.name == name


def test_known_technique_that_is_only_used_is_no_name() -> None:
    doc = read("A Study of Adapters", "In this work we investigate adapters with low-rank adaptation (LoRA) in depth.")
    assert doc._.name == ""


@pytest.mark.parametrize(
    "text",
    [
        "We introduce an LLM-driven agent for forests.",
        "We introduce a novel method that works with integrated zed gradients (IZG) in training.",
        "We present the 3B, a small one.",
        "We introduce a framework for modalities, including X-ray, ZT, and ultrasound.",
        "We introduce a model of flow, accelerating Visual Tile Arrangement (VTA) greatly.",
        "We create ZedBox and ZedBox-1024, which span scenes.",
        "However, most zeds are hyper spectral (HZS) ones. We propose an HZS method.",
        "In our previous work, we proposed ZapCodec. It is slow.",
        "We prune zeds. We also develop the ZapLoss function.",
        "We formulate it as a Semi-Zed Decision Process (SZDP) and solve it.",
        "We have created a GitHub repository of zeds.",
        "We develop a Monte Carlo Tree Search (MCTS) protocol for zeds.",
    ],
)
def test_compound_size_and_acronym_in_passing_are_no_name(text: str) -> None:
    assert read("A Study of Zeds", text)._.name == ""


def test_paper_without_a_name_has_none() -> None:
    doc = read("Enriching Distillation with Contrastive Learning", "We add a loss to the training of the teacher.")
    assert doc._.name == ""


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Code is available at https://github.com/a/b.", "https://github.com/a/b"),
        (
            "The code is available at https://github.com/yedaotian9/GRPO speculative.",
            "https://github.com/yedaotian9/GRPO_speculative",
        ),
        ("Code is available at https://github.com/a/b soon.", "https://github.com/a/b"),
        ("Models are at https://huggingface.co/me/ My-Model-GGUF .", "https://huggingface.co/me/My-Model-GGUF"),
        ("The implementation is at: https:// github.com/Ko-Lani/GSMamba.", "https://github.com/Ko-Lani/GSMamba"),
        ("Code: https: //github.com/a/b", "https://github.com/a/b"),
        ("is publicly available via github.com/Some-One/Gamma-Quant.", "https://github.com/Some-One/Gamma-Quant"),
        ("Codes are at \\url{https://github.com/a/b_c}.", "https://github.com/a/b_c"),
        ("Code [here](https://github.com/a/b).", "https://github.com/a/b"),
        (r"Code is at $\href{https://github.com/a/b}{https://github.com/a/b}$.", "https://github.com/a/b"),
        (
            "Code is available at https://github.com/IBM/x * Equal contribution. 39th Conference",
            "https://github.com/IBM/x",
        ),
        ("More demos and code are available at https://me.github.io/4dgs/.", "https://me.github.io/4dgs/"),
        ("Project page: https://me.github.io/demo/.", ""),
        ("Models at https://huggingface.co/a/b Training Code at https://github.com/a/c", "https://github.com/a/c"),
        ("We use no code.", ""),
    ],
)
def test_code_url_is_repaired_and_told_from_project_pages(text: str, url: str) -> None:
    assert read("A title", "We do things. " + text)._.code_url == url
