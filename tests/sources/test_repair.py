"""Repairs of titles and abstracts, each as the general case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import Document, Text
from kg.sources.repair import repair
from kg.wordcounts import WordCounts


def repaired(title: str = "", abstract: str = "", **texts: str) -> Document:
    raw = {"T": title, "A": abstract, **texts}
    document = Document(id="x-01", source="x", number=1, texts={f: Text(t, t) for f, t in raw.items()})
    out = repair(document, WordCounts.load())
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
        ("The rank shrink-ing step.", "The rank shrinking step."),
        ("A state-of-theart and lowrank method.", "A state-of-the-art and low-rank method."),
        ("Finegrained, tokenbased and Transformerbased.", "Fine-grained, token-based and Transformer-based."),
        ("The frame- work and pre- and post-processing.", "The framework and pre- and post-processing."),
        ("Errors ofthe model.", "Errors of the model."),
        ("It is fast.We show results.", "It is fast. We show results."),
        ("The ﬁrst eﬀect &amp; more.", "The first effect & more."),
        ("Gains of $2\\times$ at \\textbf{low} cost, 5\\% off.", "Gains of 2× at low cost, 5% off."),
        ('By Erd\\H{o}s and K\\"onig.', "By Erdős and König."),
        ("By Erd\\H{o}s, Bj{\\o}rk and $\\textbf{Lo}$RA at \\r{ho}.", "By Erdős, Bjørk and LoRA at \\r{ho}."),
        ("We use BERTlike and RSDgenerated texts.", "We use BERT-like and RSD-generated texts."),
        ("Work for future research. 1", "Work for future research."),
        ("An open source project. 1 * Equal contribution. † Corresponding author.", "An open source project."),
        ("Abstract: We prune.", "We prune."),
        ("ABSTRACT—Pruning is hard.", "Pruning is hard."),
        ("Abstract We prune.", "We prune."),
        ("arXiv:2510.12345v2 [cs.LG] 13 Oct 2025 Abstract. We prune.", "We prune."),
        ("摘要：我们剪枝。", "我们剪枝。"),
        ("MÃ¼ller and itâ€™s 5 Â± 2 \x96 donâ\x80\x99t.", "Müller and it’s 5 ± 2 – don’t."),
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
        "Airfields, breakpoints, clockwise, a livestream and a datapoint: sociopolitical, semiparametric, entrywise.",
        "A brown-field, an exo-centric view, jail-breaking, spill-over, in-formation and MM-HalBench.",
        "Crossmodal, multiagent, humanlike, blackbox and voxelwise are written so.",
        "Locust bean gum and a sticky init.",
        "Transportability, discoverability and ultra-low-bitrate UNet-style nets.",
        "At space- and time- scales.",
        "Abstract Meaning Representation and abstract art are studied.",
        "Copyright and privacy: (c) 2020 models. We extend arXiv:2510.12345.",
        "SÃO PAULO lies 5 Å–10 Å above “Ã” and „Ä“, says Ñandú.",
    ],
)
def test_sound_text_stays(raw):
    document = repaired("", raw)
    assert document.texts["A"].text == raw
    assert document.repairs == ()


@pytest.mark.parametrize(
    "notice",
    [
        "© 2023 Elsevier B.V. All rights reserved.",
        "Copyright (c) 2024 IEEE.",
        "(C) 2022 The Authors. Published by Elsevier Ltd.",
        "© The Author(s), under exclusive licence to Springer Nature Switzerland AG 2023.",
        "© 2021, The Author(s), under exclusive license to Springer Nature.",
        "Copyright © 2023, Association for Artificial Intelligence (www.aaai.org). All rights reserved.",
        "Crown Copyright © 2023 Published by Elsevier B.V. All rights reserved.",
        "© Springer-Verlag Berlin Heidelberg 2011.",
        "© 2020 by the authors. Licensee MDPI, Basel, Switzerland.",
        "All rights reserved.",
    ],
)
def test_notice_of_copyright_goes(notice):
    own = "We study the pruning of large models on many tasks. It works well."
    out = repaired("", f"{own} {notice}")
    assert out.texts["A"].text == own
    assert out.repairs == ("The publisher's notice of copyright was removed from the abstract.",)
    assert abstract(own) == own


def test_notice_of_copyright_before_an_abstract_goes():
    own = "We study the pruning of large models on many tasks. It works well."
    assert abstract(f"© 2018 IEEE.{own}") == own
    assert abstract(f"© 2023 Elsevier B.V. All rights reserved. {own}") == own


def test_only_the_name_of_an_author_is_decoded():
    document = Document(
        id="x", source="x", number=1, texts={}, authors=("JÃ¼rgen MÃ¼ller", "Å\x81ukasz", "SÃO", "å¼\xa0ä¸‰", "Ó Súil")
    )
    out = repair(document, WordCounts.load())
    assert out.authors == ("Jürgen Müller", "Łukasz", "SÃO", "张三", "Ó Súil")
    assert out.repairs == ("The wrong encoding of author names was corrected.",)


def test_name_in_capitals_before_a_title_stays_as_its_authors_write_it():
    assert title("HEBATRON: A Model of Language", "We present Hebatron.") == "HEBATRON: A Model of Language"
    assert title("As easy as PIE: A Puzzle", "AsEasyAsPIE is a puzzle.") == "As easy as PIE: A Puzzle"
    assert title("Drivel-ology: Depth and Nonsense", "Drivelology is nonsense.") == "Drivel-ology: Depth and Nonsense"


def test_stamp_and_notice_before_a_title_go():
    raw = "arXiv:2510.12345v1 [cs.LG] 13 Oct 2025 Published as a conference paper at ICLR 2026 PRUNING OF LARGE MODELS"
    assert title(raw) == "Pruning of Large Models"
    assert title("Pruning of Models arXiv:2510.12345v1") == "Pruning of Models"


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


@pytest.mark.timeout(60)
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
        "Ã¼" * 45_000,
        "© 2023 " * 12_000,
        ". (c) 2020" * 9_000,
        "arXiv:2510.12345 " * 5_000,
        "\\'{e}" * 15_000,
        "{\\bf " * 15_000,
    ],
)
def test_hostile_text_takes_little_time(raw):
    repaired(raw, raw, I=raw, H=raw, B=raw)


PIECES = """STRATE-GIES |lowrank|net- working |$2\\times$|\\textbf{x}|WORK IN PROGRESS |Preprint |\n|\x00|a.We have \
|LLMS |ICLR 2026 |: |Figure 1: x. We |ﬁ|&lt;|é|压缩| 1|state-of-theart |-|FASTGRPO: |\\"o|$\\ab$"""
pieces = st.sampled_from(PIECES.split("|"))


@given(st.lists(pieces, max_size=14).map("".join), st.lists(pieces, max_size=14).map("".join))
@settings(max_examples=150)
def test_edits_always_lead_from_raw_to_repaired(first, second):
    for text in repaired(first, second, H=first, I=second).texts.values():
        out, at = [], 0
        for start, end, new in text.edits:
            assert at <= start <= end <= len(text.raw)
            out += [text.raw[at:start], new]
            at = end
        assert "".join([*out, text.raw[at:]]) == text.text
