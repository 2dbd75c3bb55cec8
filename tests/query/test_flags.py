"""Flags that mean what a question says become the same SPARQL; what they cannot mean is an error with what is near."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import KgError
from kg.query import Entity, Filter, Lexicon, Query, answer, read
from kg.query.conditions import holding
from kg.query.corpus import Corpus
from kg.query.filter import Condition
from kg.query.flags import ASKING, CONDITIONS, Value, merged, read_flags, written
from kg.rdf.store import Store
from kg.text import has_han
from kg.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("question", "flags"),
    [
        (
            "KV cache compression papers on H100 from Tsinghua",
            {"institution": "Tsinghua University", "hardware": "H100", "topic": "kv-cache-compression"},
        ),
        ("KV缓存压缩的论文", {"topic": "KV缓存压缩"}),
        ("cut latency by at least 40%", {"result": "latency<=-40%"}),
        ("cut latency by more than 40%", {"result": "latency < −40 %"}),  # the sign of typesetting
        ("latency reduction between 40% and 50%", {"result": "-50%<=latency<=-40%"}),
        ("throughput increase of at least 20%", {"result": "throughput>=+20%"}),
        ("speedup of at least 2x", {"result": "speedup>=2x"}),
        ("加速10倍以上", {"result": "speedup≥10x"}),
        ("speedup between 2x and 3x", {"result": "2x<=speedup<=3x"}),
        ("accuracy above 90%", {"result": "accuracy>90%"}),
        ("memory under 8 GB", {"result": "memory<8GB"}),
        ("Which papers use LoRA?", {"technique": "LoRA", "role": "used"}),
        ("papers mentioning LoRA", {"technique": "technique:lora", "role": ["mentioned"]}),
        ("papers proposing LoRA", {"technique": "lora", "role": "proposed"}),
        ("papers from Tsinghua or Peking University", {"institution": "Peking University|清华大学"}),
        ("quantization and pruning", {"topic": ["pruning", "quantization"]}),
        (
            "papers from Peking University without reinforcement learning",
            {"institution": "Peking University", "not": "topic:reinforcement-learning"},
        ),
        ("surveys on speculative decoding", {"kind": "综述", "topic": "推测解码"}),
        ("papers with code on GitHub since October 2025", {"code": "GitHub", "since": "2025-10"}),
        ("papers without code", {"code": False}),
        ("papers without code", {"not": ["code"]}),
        ("papers in 2025", {"year": 2025}),
        ("papers until October 2025", {"until": "October 2025"}),
        ("2025年10月15日的论文", {"date": "2025-10-15"}),
        ("papers that outperform SkyDemo", {"relation": "outperforms:SkyDemo"}),
        ("report 900", {"source": "900"}),
        ("900-02", {"paper": "900-02"}),
        ("papers from China", {"country": "CN"}),
        ("NeurIPS 2024 papers", {"venue": "neurips", "year": 2024}),
        ("papers by author Kaiming He", {"author": "Kaiming He"}),
        ("papers from the last 2 reports", {"since": "last 2 reports"}),
        ("papers since last month", {"since": "last month"}),
        ("papers by institutions in China", {"country": "中国"}),
    ],
)
def test_flags_and_questions_that_mean_the_same_are_the_same_query(
    question: str, flags: dict[str, Any], store: Store, own: Lexicon
) -> None:
    said, flagged = read(question, own), read_flags(flags, own, store)
    assert holding(said.filter) == holding(flagged.filter)
    assert said.kind == flagged.kind
    assert not flagged.filter.notes


@pytest.mark.parametrize(
    ("flags", "kind", "said"),
    [
        ({"count": True}, "count", {"wants": "paper"}),
        ({"list": "technique", "top": 5}, "entities", {"wants": "technique", "most": 5}),
        ({"list": "机构"}, "entities", {"wants": "institution"}),
        ({"count": True, "list": "hardware"}, "count", {"wants": "hardware"}),
        ({"near": "long contexts on one GPU"}, "near", {"words": "long contexts on one GPU"}),
        ({"sort": "worst"}, "ranking", {"order": "worst", "metric": None}),
    ],
)
def test_flags_say_what_is_asked_for(
    flags: dict[str, Any], kind: str, said: dict[str, Any], store: Store, own: Lexicon
) -> None:
    query = read_flags(flags, own, store)
    assert query.kind == kind
    assert {name: getattr(query, name) for name in said} == said


def test_metric_beside_sort_is_what_is_ranked(store: Store, own: Lexicon) -> None:
    asked, flagged = (
        read("highest speedup on H100", own),
        read_flags({"metric": "speedup", "sort": "highest", "hardware": "H100"}, own, store),
    )
    assert (flagged.kind, flagged.metric, flagged.order) == (asked.kind, asked.metric, asked.order)
    assert holding(flagged.filter) == holding(asked.filter)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"topic": "H100"}, "write --hardware H100"),
        ({"topic": "zzqx"}, "knows no topic of this name"),
        ({"institution": "Peking"}, "'Peking University'"),
        ({"technique": "speculative blorbing"}, "knows no technique"),
        ({"result": "latency<="}, "write METRIC, or METRIC OP NUMBER UNIT"),
        ({"result": "latency<=4 blorbs"}, "no number with a unit"),
        ({"result": "blorb<=-4%"}, "no metric of this name"),
        ({"result": "3x<=speedup>=2x"}, "write a range"),
        ({"relation": "beats:Quest"}, "TYPE is one of uses"),
        ({"relation": "uses:"}, "write TYPE:TAIL"),
        ({"relation": "uses:zzqx"}, "knows nothing of the name 'zzqx'"),
        ({"not": "LoRA"}, "write FIELD:VALUE"),
        ({"kind": "novel"}, "choose one of method, system"),
        ({"country": "Atlantis"}, "no such country"),
        ({"year": "soon"}, "that is no year"),
        ({"since": "soon"}, "--since soon: that is no date"),
        ({"source": "901"}, "it has 900"),
        ({"paper": "901-01"}, "holds no such paper"),
        ({"paper": "paper:none"}, "holds no such paper"),
        ({"role": "used"}, "name it with --technique"),
        ({"technique": "LoRA", "role": "hero"}, "no such role"),
        ({"list": "colour"}, "no such type"),
        ({"sort": "upwards"}, "no such order"),
        ({"top": 0}, "no number from 1"),
        ({"near": "x", "count": True}, "ask for different things"),
        ({"colour": "red"}, "no flag 'colour'"),
        ({"topic": " "}, "there is no value"),
        ({"topic": "x" * 501}, "501 characters"),
        ({"topic": ["pruning"] * 61}, "61 values"),
    ],
)
def test_flag_that_means_nothing_says_what_would(flags: dict[str, Any], told: str, store: Store, own: Lexicon) -> None:
    with pytest.raises(KgError) as error:
        read_flags(flags, own, store)
    assert told in str(error.value)
    with pytest.raises(KgError) as chinese:
        read_flags(flags, own, store, "zh")
    assert has_han(str(chinese.value))
    assert set(re.findall(r"--[a-z]+", str(chinese.value))) == set(re.findall(r"--[a-z]+", str(error.value)))


def test_whole_id_of_a_topic_means_all_papers_on_it(store: Store, own: Lexicon) -> None:
    for value, narrowed in (("quantization", True), ("topic:quantization", False)):
        (condition,) = read_flags({"topic": value}, own, store).filter.conditions
        assert isinstance(condition.any_of[0], Entity)
        assert condition.named != narrowed


def test_misspelt_label_is_read_and_said(store: Store, own: Lexicon) -> None:
    query = read_flags({"topic": "kv cach compresion"}, own, store)
    assert query.filter.conditions[0].any_of[0].concept == "topic:kv-cache-compression"
    assert query.filter.notes == ("--topic 'kv cach compresion' was read as 'KV cache compression'.",)


def test_comma_inside_a_name_parts_nothing(store: Store, own: Lexicon) -> None:
    (condition,) = read_flags({"topic": "pruning, quantization"}, own, store).filter.conditions
    assert [term.label for term in condition.any_of] == ["pruning", "quantization"]
    (condition,) = read_flags({"author": "He, Kaiming"}, own, store).filter.conditions
    assert [term.label for term in condition.any_of] == ["He, Kaiming"]


def test_both_ends_of_a_relation(store: Store, vocabulary: Vocabulary, own: Lexicon) -> None:
    def found(relation: str) -> list[str]:
        return [row.id for row in answer(store, vocabulary, "", lexicon=own, filter={"relation": relation}).rows]

    assert found("LongDemo:outperforms:SkyDemo") == ["900-01"]
    assert found("LongDemo:outperforms:") == ["900-01"]
    assert found("SkyDemo:outperforms:LongDemo") == []
    assert found("LoRA:outperforms:SkyDemo") == []


def test_question_and_flags_both_hold(store: Store, vocabulary: Vocabulary, own: Lexicon) -> None:
    def found(question: str, **flags: Any) -> list[str]:
        return [row.id for row in answer(store, vocabulary, question, lexicon=own, filter=flags).rows]

    assert found("papers from Peking University") == ["900-02", "900-03"]
    assert found("papers from Peking University", hardware="A100") == ["900-03"]
    assert found("LoRA", technique="lora", institution="Tsinghua University") == []
    assert sorted(found("", hardware=["A100|H100"])) == ["900-01", "900-03"]


def test_same_condition_in_question_and_flag_counts_once(store: Store, own: Lexicon) -> None:
    both = merged(read("papers on H100", own), read_flags({"hardware": "H100"}, own, store))
    assert len(both.filter.conditions) == 1
    assert merged(Query("refused"), both).kind == "refused"


def test_filter_of_a_program_holds_too(store: Store, vocabulary: Vocabulary, own: Lexicon) -> None:
    thing = Entity("topic", "topic:speculative-decoding", "speculative decoding", ("topic:speculative-decoding",))
    wanted = Filter((Condition("it", (thing,)),))
    assert [row.id for row in answer(store, vocabulary, "", lexicon=own, filter=wanted).rows] == ["900-02"]


def test_flags_are_written_so_that_a_shell_reads_them_back() -> None:
    flags: dict[str, Value] = {
        "topic": ["KV cache"],
        "result": "latency<=-40%",
        "count": True,
        "code": False,
        "near": None,
    }
    assert written(flags) == "--topic 'KV cache' --result 'latency<=-40%' --count"


NASTY = ["<>", '"', "'", "\\", "{}", "?x", "|", ",", ":", "uses:", "-40%", "<=", "2x", "LoRA", "H100",
         "\x1b[31m", "\n", "延迟"]  # fmt: skip
values = st.text(max_size=60) | st.lists(st.sampled_from(NASTY), max_size=6).map("".join)


@settings(max_examples=200)
@given(
    flags=st.dictionaries(st.sampled_from([*CONDITIONS, *ASKING]), values | st.lists(values, max_size=3), max_size=4)
)
def test_any_value_is_a_condition_or_one_sentence(flags: dict[str, Any], store: Store, own: Lexicon) -> None:
    before = store.graphs()
    with suppress(KgError):
        Corpus.of(store).found(read_flags(flags, own, store).filter)
    assert store.graphs() == before
