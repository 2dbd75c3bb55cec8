"""The Chinese brief: the template, and the ways in which reports vary it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from runpy import run_path

import pytest

from kg.extract.slots import institutions, slots


def test_template_fills_every_slot() -> None:
    brief = slots(
        "清华大学、北京大学发布了FlashX论文，使用稀疏注意力技术，解决了长上下文推理慢的问题，达成了加速2.3倍且精度不变的效果。"
    )
    assert brief.institution == ("清华大学", "北京大学")
    assert brief.name == "FlashX"
    assert brief.technique == "稀疏注意力"
    assert brief.problem == "长上下文推理慢"
    assert brief.effect == "加速2.3倍且精度不变"


def test_effect_without_its_verb_follows_the_problem() -> None:
    brief = slots("KAIST发布了X论文，使用Y方法，解决了推理慢问题，在A和B上优于基线，显存减少30%。")
    assert brief.problem == "推理慢问题"
    assert brief.effect == "在A和B上优于基线，显存减少30%"


def test_commas_in_brackets_and_clauses_of_the_technique_do_not_end_it() -> None:
    brief = slots(
        "发布了X论文，使用Y框架（含剪枝，以及量化），通过Z替代低秩分解，解决了精度下降问题，达成了无损压缩的效果。"
    )
    assert brief.institution == ()
    assert brief.technique == "Y框架（含剪枝，以及量化），通过Z替代低秩分解"
    assert brief.problem == "精度下降问题"


def test_problem_inside_the_clause_of_the_technique_is_split_off() -> None:
    brief = slots("东北大学发布了X论文，使用SAC技术，通过选择锚定标记解决目标不匹配的问题，优于现有方法。")
    assert brief.technique == "SAC技术，通过选择锚定标记"
    assert brief.problem == "目标不匹配"
    assert brief.effect == "优于现有方法"


def test_remark_after_the_effect_is_left_out() -> None:
    brief = slots(
        "NVIDIA发布了X论文，使用Y，解决了Z瓶颈，达成了在各阶段均优于最先进基线且有效压缩的效果，并发布代码库。"
    )
    assert brief.effect == "在各阶段均优于最先进基线且有效压缩"


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        ("某大学发布了《A: B, C》论文", "A: B, C"),
        ("某大学发布了论文SimCast", "SimCast"),
        ("某大学发布了关于大规模部署的论文", "大规模部署"),
        ("某大学发布了知识蒸馏相关论文", "知识蒸馏"),
        ("某大学发布了相关论文", ""),
    ],
)
def test_name_stands_in_several_openings(opening: str, name: str) -> None:
    assert slots(opening + "，使用Y技术，解决了Z的问题，达成了W的效果").name == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("北航与香港科技大学", ("北航", "香港科技大学")),
        (
            "Johns Hopkins University和University of California",
            ("Johns Hopkins University", "University of California"),
        ),
        ("KDDI Research, Inc", ("KDDI Research, Inc",)),
        (
            "Futurewei Technologies, Inc与Northeastern University",
            ("Futurewei Technologies, Inc", "Northeastern University"),
        ),
        ("LORIA, CNRS", ("LORIA", "CNRS")),
        ("Nara Institute of Science and Technology", ("Nara Institute of Science and Technology",)),
        ("A University and B University", ("A University", "B University")),
        ("研究团队", ()),
        ("相关研究机构", ()),
    ],
)
def test_institutions_are_split_between_organisations_only(text: str, names: tuple[str, ...]) -> None:
    assert institutions(text) == names


@pytest.mark.parametrize("text", ["", "摘要缺失", "no brief here"])
def test_text_that_is_no_brief_gives_empty_slots(text: str) -> None:
    assert slots(text) == slots("")


def test_slots_are_verbatim_and_agree_with_the_annotators(shared: Path) -> None:
    gold = [json.loads(line) for line in (shared / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    briefs = _briefs(shared)
    hits = dict.fromkeys(("technique", "problem", "effect"), 0)
    for record in gold:
        found = slots(briefs[record["id"]])
        for slot in hits:
            text = getattr(found, slot)
            assert text in " ".join(briefs[record["id"]].split())
            hits[slot] += _overlap(text, record["brief"][slot]) >= 0.8
        assert list(found.institution) == record["brief"]["institution"]
    assert min(hits.values()) >= 0.95 * len(gold), hits


def _overlap(one: str, two: str) -> float:
    """F1 over characters, as the brief's slots are scored."""
    same = sum((Counter(one) & Counter(two)).values())
    return 2 * same / (len(one) + len(two)) if same else float(one == two)


def _briefs(shared: Path) -> dict[str, str]:
    """The briefs of the reports by paper id."""
    seeds = run_path(str(shared / "gold" / "seeds.py"))
    return {key: paper["brief"] for key, paper in seeds["load"](str(shared / "data" / "reports")).items()}
