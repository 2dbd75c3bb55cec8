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


def test_notice_before_a_title_goes_and_is_told():
    before = "Under review as a conference paper at ICLR 2026"
    out = repaired(f"{before} Pruning of Large Models")
    assert out.texts["T"].text == "Pruning of Large Models"
    assert out.repairs == (f'"{before}" before the title was removed.',)


def test_only_the_name_of_an_author_is_decoded():
    document = Document(
        id="x", source="x", number=1, texts={}, authors=("JÃ¼rgen MÃ¼ller", "Å\x81ukasz", "SÃO", "å¼\xa0ä¸‰", "Ó Súil")
    )
    out = repair(document, WordCounts.load())
    assert out.authors == ("Jürgen Müller", "Łukasz", "SÃO", "张三", "Ó Súil")
    assert out.repairs == ("The wrong encoding of author names was corrected.",)


def test_caption_before_an_abstract_goes_only_when_its_opening_follows():
    caption = "ReSplat (Iter 3) GT Figure 1: Learning recurrent splats. "
    own = "We propose ReSplat, a network that refines splats. " * 10
    assert abstract(caption + own) == own.strip()
    only = "Figure 1. The visual comparison between models. The second row is from ours. " * 8
    assert abstract(only) == only.strip()


def test_institution_line_keeps_all_but_broken_words():
    raw = "Net- working Lab, Baidu, Inc, Sichuan Univeristy, //github.com/x/Y"
    assert repaired("A", I=raw).texts["I"].text == raw.replace("Net- working", "Networking")


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
