"""The pipeline as a whole: any entry is read, always in the same way, and all that it quotes is there."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from threadpoolctl import ThreadpoolController

from kg.entity_types import LISTS
from kg.extract import CONFIG, extract, pipeline
from kg.model import ENTITY_TYPES, FIELDS, KINDS, ROLES, Document, Record, Text
from kg.text import repaired

Read = Callable[..., Record]
Entry = Callable[..., Document]
Misplaced = Callable[[Document, Record], list[tuple[str, int, int, str]]]

TITLE = "ZapKV: Query-Aware KV Cache Eviction"
ABSTRACT = (
    "Long-context inference suffers from the memory bottleneck of the KV cache. "
    "To address it, we propose ZapKV, a query-aware cache eviction method. "
    "ZapKV uses low-rank adaptation (LoRA) and a novel Gated Token Router (GTR). "
    "Experiments on LongBench with Llama-3-8B on an NVIDIA A100 GPU show that ZapKV outperforms SnapKV by 2.3x in "
    "throughput. Code: https://github.com/zap/kv."
)
LINE = "Tsinghua University"
BRIEF = (
    "清华大学发布了ZapKV论文，使用KV缓存压缩技术，解决了长上下文推理显存瓶颈的问题，达成了在A100上吞吐提升2.3倍的效果。"
)
CHINESE = "我们提出ZapKV，一种KV缓存压缩方法。在A100上对Llama-3-8B进行实验，在GSM8K数据集上吞吐量提升2.3倍。"


def plain(record: Record) -> str:
    return json.dumps(asdict(record), ensure_ascii=False)


def test_every_part_of_a_record_is_filled(read_in_full: Read) -> None:
    record = read_in_full(ABSTRACT, title=TITLE, brief=BRIEF, line=LINE)
    assert (record.title, record.name, record.kind) == (TITLE, "ZapKV", "method")
    assert record.code_url == "https://github.com/zap/kv"
    assert [m.canonical for m in record.institutions] == ["Tsinghua University"]
    assert [m.canonical for m in record.hardware] == ["NVIDIA A100"]
    assert [m.canonical for m in record.models] == ["Llama-3-8B"]
    assert [m.canonical for m in record.datasets] == ["LongBench"]
    assert [(r.metric, r.value, r.unit, r.baseline) for r in record.results] == [("throughput", 2.3, "x", "SnapKV")]
    assert record.brief.technique == "KV缓存压缩"
    assert "kv-cache-compression" in {topic.id for topic in record.topics}
    assert record.techniques
    assert record.problems
    assert record.tasks
    assert record.relations


def test_chinese_abstract_is_read_as_an_english_one(read_in_full: Read) -> None:
    record = read_in_full(CHINESE)
    assert "KV cache compression" in [m.canonical for m in record.techniques]
    assert [m.canonical for m in record.hardware] == ["NVIDIA A100"]
    assert [m.canonical for m in record.models] == ["Llama-3-8B"]
    assert [m.canonical for m in record.datasets] == ["GSM8K"]
    assert [(r.value, r.unit, r.change) for r in record.results] == [(2.3, "x", "increase")]


def test_entry_with_nothing_but_a_brief_is_read_from_it(read_in_full: Read) -> None:
    record = read_in_full(brief=BRIEF)
    assert [m.canonical for m in record.institutions] == ["Tsinghua University"]
    assert [m.canonical for m in record.hardware] == ["NVIDIA A100"]
    assert [m.canonical for m in record.techniques] == ["KV cache compression"]
    assert {m.field for name in LISTS.values() for m in getattr(record, name)} == {"B"}


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"title": TITLE},
        {"abstract": ABSTRACT},
        {"line": LINE},
        {"keywords": "pruning; quantization"},
        {"title": " ", "abstract": "\n\n \t", "line": " ", "brief": "\u3000"},
        {"title": "。", "abstract": "，", "line": "；", "brief": "《》"},
        {
            "title": "a\x00b\x01 pruning",
            "abstract": "We propose \x00 Zap\x07, an \ufffe attention \u2028 kernel.\x0c\x0b",
        },
        {"abstract": "We propose Z\u0301a\u0327p 😀 attention 𝔸𝟙𝟘𝟘 \u200b\u202eGPU\u202c."},
    ],
)
def test_entry_that_lacks_or_garbles_texts_is_read(read_in_full: Read, texts: dict[str, str]) -> None:
    assert read_in_full(**texts).kind in KINDS


LONG = [("one word", "a"), ("capitals", "A"), ("Han", "中"), ("digits", "1"), ("brackets", "("),
        ("hyphens", "A-"), ("names in a list", "FooBar-10, "), ("names with sizes", "Zap-7 "),
        ("lines", "x\n"), ("numbers", "10% "), ("addresses", "https://"),
        ("organisations", "University of "), ("cues", "suffers from "),
        ("brief", "百度发布了X论文，使用了T技术，")]  # fmt: skip


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("piece", [piece for _, piece in LONG], ids=[name for name, _ in LONG])
def test_long_text_without_sense_takes_bounded_time(read_in_full: Read, piece: str) -> None:
    text = (piece * (30_000 // len(piece.encode()) + 1))[:30_000]
    field = {"University of ": "line", "百度发布了X论文，使用了T技术，": "brief"}.get(piece, "abstract")
    read_in_full(**{field: text})


@pytest.mark.timeout(60, func_only=True)
def test_hundred_kilobytes_of_one_word_in_every_field_take_bounded_time(read_in_full: Read) -> None:
    word = "Zap" * 33_334
    read_in_full(word, title=word, line=word, brief=word, keywords=word)


@pytest.mark.usefixtures("tagged_anew")
def test_same_entry_gives_the_same_record(entry: Entry) -> None:
    texts = {"abstract": ABSTRACT, "title": TITLE, "line": LINE, "brief": BRIEF}
    assert plain(extract(entry(**texts))) == plain(extract(entry(**texts)))


@pytest.mark.usefixtures("tagged_anew")
def test_record_does_not_depend_on_what_was_read_before(entry: Entry) -> None:
    entries = [
        entry(ABSTRACT, title=TITLE, id="x-1"),
        entry(CHINESE, id="x-2"),
        entry(brief=BRIEF, id="x-3"),
        entry("We study Pruning on GPUs.", title="ZAPKV", line=LINE, id="x-4"),
        entry(id="x-5"),
    ]
    first = {e.id: plain(extract(e)) for e in entries}
    for seed in range(3):
        random.Random(seed).shuffle(entries)
        assert {e.id: plain(extract(e)) for e in entries} == first


def test_reading_changes_nothing_in_the_entry(entry: Entry) -> None:
    document = entry(ABSTRACT, title=TITLE, brief=BRIEF)
    before = asdict(document)
    extract(document)
    assert asdict(document) == before


def test_quotes_are_raw_text_where_the_text_was_repaired(entry: Entry, misplaced: Misplaced) -> None:
    raw = "Figure 1. " + ABSTRACT.replace("bottleneck", "bottle-neck").replace("NVIDIA A100", "NVIDIAA100")
    cut = raw.index("bottle-neck") + 6
    glued = raw.index("NVIDIAA100") + 6
    document = entry(repaired(raw, [(0, 10, ""), (cut, cut + 1, ""), (glued, glued, " ")]), title=TITLE)
    record = extract(document)
    assert misplaced(document, record) == []
    assert [m.surface for m in record.hardware] == ["NVIDIAA100 GPU"]
    assert any("bottle-neck" in m.surface for m in record.problems)


def test_components_are_those_of_the_configuration_in_its_order() -> None:
    names = pipeline().pipe_names
    assert CONFIG.is_file()
    assert all(f'factory = "{name}"' in CONFIG.read_text() for name in names)
    needs = {"kg_phrases": ["kg_techniques", "kg_tasks", "kg_models"], "kg_techniques": ["kg_relations", "kg_topics"]}
    assert all(names.index(one) < names.index(later) for one, others in needs.items() for later in others)


@pytest.mark.parametrize("kind", ENTITY_TYPES)
def test_every_mention_says_who_found_it_and_how_sure(read_in_full: Read, kind: str) -> None:
    found = getattr(read_in_full(ABSTRACT, title=TITLE, line=LINE), LISTS[kind])
    assert found
    for mention in found:
        assert mention.type == kind
        assert mention.canonical
        assert mention.field in FIELDS
        assert re.fullmatch(r"[a-z]+/\d+", mention.extractor)
        assert 0 < mention.confidence <= 1
        assert (mention.role in ROLES) == (kind == "technique")


VOICE = (
    "We propose ZapKV , a novel ( LoRA ) GPU A100 Llama-3-8B Orca-7B ImageNet the dataset FooBar benchmarks suffers "
    "from memory bottleneck of KV cache key-value pruning 2.3x up to 40% faster than SnapKV . outperforms on in for "
    "and 清华大学 发布了 论文，使用 KV缓存压缩 解决了 显存瓶颈 的问题，达成了 提升2.3倍 。 University MIT, "
    "https://github.com/a/b $7\\times$"
)
WORDS = st.sampled_from([*VOICE.split(), "\n", " "])
ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
PASSAGES = st.one_of(ANY, st.lists(st.one_of(WORDS, WORDS, WORDS, ANY), max_size=40).map(" ".join))


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """A passage with repairs: parts left out, replaced or put in."""
    raw = draw(PASSAGES)
    cuts = sorted(draw(st.sets(st.integers(0, len(raw)), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return repaired(raw, [(a, b, draw(st.sampled_from(["", " ", "-", "KV cache", "x"]))) for a, b in pairs])


@settings(max_examples=150)
@given(found=st.fixed_dictionaries({}, optional={f: texts() for f in FIELDS}))
def test_any_text_is_read_and_every_quote_stands_at_its_offsets(misplaced: Misplaced, found: dict[str, Text]) -> None:
    document = Document("x-1", "x", 1, found)
    record = extract(document)
    assert misplaced(document, record) == []
    assert plain(extract(document)) == plain(record)


@settings(max_examples=60)
@given(abstract=PASSAGES, title=PASSAGES)
def test_any_record_keeps_the_promises_of_its_form(entry: Entry, abstract: str, title: str) -> None:
    record = extract(entry(abstract, title=title))
    assert len(record.problems) <= 3
    assert len(record.tasks) <= 4
    assert len(record.topics) <= 5
    assert {m.role for m in record.techniques} <= set(ROLES)
    for name in ("techniques", "hardware", "models", "datasets"):
        canonicals = [m.canonical for m in getattr(record, name)]
        assert all(canonicals)
        assert len(set(canonicals)) == len(canonicals)


def test_matrices_are_multiplied_in_one_thread_and_what_the_caller_set_comes_back(entry: Entry) -> None:
    matrices = ThreadpoolController().select(user_api="blas")
    threads = []

    def component(doc: Doc) -> Doc:
        threads.append([library["num_threads"] for library in matrices.info()])
        return doc

    with matrices.limit(limits=2):
        extract(entry(ABSTRACT), [component])
        after = [library["num_threads"] for library in matrices.info()]
    assert threads == [[1] * len(matrices)]
    assert after == [2] * len(matrices) != []
