"""Repairs of titles and abstracts, each as the general case."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import Document, Text
from kg.sources.repair import repair
from kg.sources.words import Words


def repaired(title: str = "", abstract: str = "", **texts: str) -> Document:
    raw = {"T": title, "A": abstract, **texts}
    document = Document(id="x-01", source="x", number=1, texts={f: Text(t, t) for f, t in raw.items()})
    out = repair(document, Words.load())
    assert {f: t.raw for f, t in out.texts.items()} == raw
    return out


def title(raw: str, abstract: str = "", **texts: str) -> str:
    return repaired(raw, abstract, **texts).texts["T"].text


def abstract(raw: str, title: str = "") -> str:
    return repaired(title, raw).texts["A"].text


@pytest.mark.parametrize(
    ("raw", "said", "wanted"),
    [
        ("ASYNCSPADE: SPARSE DECODING FOR LLMS", "We present AsyncSpade.", "AsyncSpade: Sparse Decoding for LLMs"),
        ("ADAPTING LORA TO MOE AND ROPE ON GPUS", "", "Adapting LoRA to MoE and RoPE on GPUs"),
        ("PARALLEL DECODING FOR DLLMS", "Diffusion models (dLLMs) decode.", "Parallel Decoding for dLLMs"),
        ("AdaBlock-dLLM: ADAPTIVE BLOCK SIZE FOR INFERENCE", "", "AdaBlock-dLLM: Adaptive Block Size for Inference"),
        ("LIGHTWEIGHT ERROR MITIGATION STRATE-GIES", "", "Lightweight Error Mitigation Strategies"),
        ("MULTI-HEAD ATTENTION ON-THE-FLY", "", "Multi-Head Attention On-the-Fly"),
        (
            "FAST-D LLM V 2: Efficient Block Diffusion",
            "We propose Fast-dLLM v2.",
            "Fast-dLLM v2: Efficient Block Diffusion",
        ),
        ("LOW-RANK CACHES WITH OJA'S RULE", "We use Oja's rule.", "Low-Rank Caches with Oja's Rule"),
        ("LINEARSR: LINEAR ATTENTION FOR IMAGES", "", "LinearSR: Linear Attention for Images"),
        ("POLICIES FOR FASTER INFERENCE", "Training PolIcies.", "Policies for Faster Inference"),
    ],
)
def test_title_in_capitals_gets_its_case_back(raw, said, wanted):
    assert title(raw, said) == wanted


@pytest.mark.parametrize(
    "raw", ["GPT-4", "BERT", "KV Cache", "LLM vs. GPU", "OBCACHE: Pruning the Cache", "MNIST: A CNN"]
)
def test_title_with_capitals_of_its_own_stays(raw):
    assert title(raw) == raw


@pytest.mark.parametrize(
    "before",
    [
        "Under review as a conference paper at ICLR 2026",
        "Published as a conference paper at ICLR 2025",
        "Work in Progress",
        "Preprint.",
        "Accepted to the 39th Conference on Neural Information Processing Systems, 2025",
        "arXiv preprint",
    ],
)
def test_notice_before_a_title_goes(before):
    out = repaired(f"{before} Pruning of Large Models")
    assert out.texts["T"].text == "Pruning of Large Models"
    assert out.repairs == (f'"{before}" before the title was removed.',)


def test_venue_before_capitals_goes_but_not_one_that_the_paper_is_about():
    assert title("ICLR 2026 CAT: PRUNING OF LARGE MODELS") == "CAT: Pruning of Large Models"
    assert title("NTIRE 2026 Challenge on Image Enhancement") == "NTIRE 2026 Challenge on Image Enhancement"
    about = "We report on the NTIRE challenge."
    assert title("NTIRE 2026 CHALLENGE ON IMAGE ENHANCEMENT", about).startswith("NTIRE 2026")


@pytest.mark.parametrize(
    "raw", ["Preprint", "Preprints as Science", "Accepted Wisdom in 2025", "Under Review: How Models Judge"]
)
def test_title_that_only_begins_like_a_notice_stays(raw):
    assert title(raw) == raw


def test_doubled_title_is_kept_once():
    raw = "Which Heads Matter? RL-Guided Compression WHICH HEADS MATTER? RL-GUIDED COMPRESSION"
    assert title(raw) == "Which Heads Matter? RL-Guided Compression"
    turned = "WHICH HEADS MATTER? RL-GUIDED COMPRESSION Which Heads Matter? RL-Guided Compression"
    assert title(turned) == "Which Heads Matter? RL-Guided Compression"
    assert title("Bang Bang Control") == "Bang Bang Control"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("An autore-gressive model.", "An autoregressive model."),
        ("A state-of-theart and lowrank method.", "A state-of-the-art and low-rank method."),
        ("Finegrained, tokenbased and Transformerbased.", "Fine-grained, token-based and Transformer-based."),
        ("The frame- work and pre- and post-processing.", "The framework and pre- and post-processing."),
        ("Errors ofthe model.", "Errors of the model."),
        ("It is fast.We show results.", "It is fast. We show results."),
        ("The ﬁrst eﬀect &amp; more.", "The first effect & more."),
        ("Gains of $2\\times$ at \\textbf{low} cost, 5\\% off.", "Gains of 2× at low cost, 5% off."),
        ('By Erd\\H{o}s and K\\"onig.', "By Erd\\H{o}s and König."),
        ("Work for future research. 1", "Work for future research."),
        ("An open source project. 1 * Equal contribution. † Corresponding author.", "An open source project."),
        ("Abstract: We prune.", "We prune."),
    ],
)
def test_broken_text_is_mended(raw, wanted):
    assert abstract(raw) == wanted


@pytest.mark.parametrize(
    "raw",
    [
        "Multi-head, multiround, under-actuated and pretrained models on OVOBench with SlideLoss.",
        "See https://example.org/lowrank/state-of-theart.html and github.com/x/tokenbased.",
        "Bethe and ATIS are names, e.g. FUN-AD.",
        "The bound is $\\ell_1$ and $x^{2}$.",
        "Accuracy grows from 1 to 2. In 2 of 3 cases.",
        "Spiralformer and Thoughtbubbles think.",
        "使用tokenbased方法。",
    ],
)
def test_sound_text_stays(raw):
    document = repaired("", raw)
    assert document.texts["A"].text == raw
    assert document.repairs == ()


def test_word_that_the_paper_writes_twice_stays():
    assert "Livestreaming" in title("Reasoning for Livestreaming", "In livestreaming, models think.")


def test_caption_before_an_abstract_goes_only_when_its_opening_follows():
    caption = "ReSplat (Iter 3) GT Figure 1: Learning recurrent splats. "
    own = "We propose ReSplat, a network that refines splats. " * 10
    assert abstract(caption + own) == own.strip()
    only = "Figure 1. The visual comparison between models. The second row is from ours. " * 8
    assert abstract(only) == only.strip()


def test_institution_line_keeps_all_but_broken_words():
    raw = "Net- working Lab, Baidu, Inc, Sichuan Univeristy, //github.com/x/Y"
    assert repaired("A", I=raw).texts["I"].text == raw.replace("Net- working", "Networking")


def test_lost_title_is_restored():
    assert title("", H="PRUNING OF LARGE MODELS") == "Pruning of Large Models"
    assert title("", "We propose DeepPrune, a method.") == "DeepPrune"
    assert title("", "In this paper we use LLMs. We introduce a novel method.") == ""
    assert title("", B="清华大学发布了DeepPrune论文，使用剪枝技术。") == "DeepPrune"
    assert title("", B="曼彻斯特大学发布了研究趋势测量论文。") == ""
    document = repaired("", H="A Good Title")
    assert document.texts["T"] == Text("", "A Good Title", ((0, 0, "A Good Title"),))


def test_repairs_are_the_same_every_time():
    raw = "We use Brain-PoG, BrainPoG and state-of-theart lowquality data. " * 3
    assert len({repaired("BRAIN LEARNING WITH POG", raw).texts["A"].edits for _ in range(5)}) == 1


@pytest.mark.parametrize(
    "raw",
    [
        "a" * 90_000,
        " " * 90_000,
        "\n \x00" * 30_000,
        "A-" * 45_000,
        "$\\ab" * 20_000,
        "A 2025 " * 12_000,
        "\\textbf{" * 11_000,
        "AB CD: " * 12_000,
        "x- " * 30_000,
        "ICLR-2026 under review as a " * 3_000,
        "lowrank " * 11_000,
        "word.Word " * 9_000,
        "we propose AaAa-" * 5_000,
    ],
)
def test_hostile_text_takes_little_time(raw):
    start = time.process_time()
    repaired(raw, raw, I=raw, H=raw, B=raw)
    assert time.process_time() - start < 2


PIECES = """STRATE-GIES |lowrank|net- working |$2\\times$|\\textbf{x}|WORK IN PROGRESS |Preprint |\n|\x00|a.We have \
|LLMS |ICLR 2026 |: |Figure 1: x. We |ﬁ|&lt;|é|压缩| 1|state-of-theart |-|FASTGRPO: |\\"o|$\\ab$"""
pieces = st.sampled_from(PIECES.split("|"))


@given(st.lists(pieces, max_size=14).map("".join), st.lists(pieces, max_size=14).map("".join))
@settings(max_examples=150, deadline=None)
def test_edits_always_lead_from_raw_to_repaired(first, second):
    for text in repaired(first, second, H=first, I=second).texts.values():
        out, at = [], 0
        for start, end, new in text.edits:
            assert at <= start <= end <= len(text.raw)
            out += [text.raw[at:start], new]
            at = end
        assert "".join([*out, text.raw[at:]]) == text.text
