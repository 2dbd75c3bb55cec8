"""What a digest claims, held against its papers: the five reports raise no false alarm, what is changed is found."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kg.build.pipeline import Added
from kg.check import Checker, Finding
from kg.check.amounts import amounts
from kg.extract.institutions import publishers
from kg.model import Document, KgError, Text
from kg.sources import read
from kg.views.checking import check

REPORTS = sorted((Path(__file__).resolve().parents[2] / "data" / "reports").glob("*.txt"))
ABSTRACT = (
    "We propose ZapKV, a cache eviction method. It was trained on 100 million images of ten classes and 1,100 tokens, "
    "shrinks the model from 1.3 TB to 103 GB, halves memory, is 2.4x faster than SnapKV, cuts latency by 40%, "
    "raises accuracy by 3 percentage points, and is one order of magnitude cheaper on three benchmarks. "
    "It needs 12 ms, a fifth of the parameters, and reaches $10^3\\times$ on 8$\\times$ GPUs."
)
PAPER = "清华大学发布了ZapKV论文，"


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker()


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [document for path in REPORTS for document in read(path).documents]


def paper(abstract: str = ABSTRACT, line: str = "Tsinghua University, Beijing", title: str = "ZapKV") -> Document:
    texts = {"T": title, "A": abstract, "I": line}
    return Document("x-1", "x", 1, {field: Text(text, text) for field, text in texts.items()})


def said(checker: Checker, sentence: str, document: Document | None = None) -> list[tuple[str, str]]:
    return [(found.kind, found.claim) for found in checker.check_sentence(document or paper(), sentence)]


def test_five_reports_raise_no_false_alarm(checker, documents):
    found = [finding for document in documents for finding in checker.check(document)]
    assert len(documents) == 133
    # The one alarm is a true one: the paper calls itself STEPER.
    assert [(one.entry, one.kind, one.claim, one.nearest) for one in found] == [("000-18", "name", "STEPPER", "STEPER")]


@pytest.mark.parametrize(
    "claim",
    [
        "1亿张图",
        "1.0亿",
        "100M样本",
        "10类",
        "十个类别",
        "1100个token",
        "1,100+ tokens",
        "1300GB",
        "从1.3TB降至103GB",
        "内存减半",
        "内存降低一半",
        "减少50%内存",
        "加速2.4倍",
        "提速140%",
        "延迟降低40%",
        "延迟降低四成",
        "3个百分点",
        "三个百分点",
        "一个数量级",
        "10倍",
        "三个基准",
        "3个基准",
        "0.012秒",
        "12毫秒",
        "五分之一的参数",
        "20%的参数",
        "1000倍",
        "8个GPU",
        "约2倍",
        "超过2倍",
    ],
)
def test_numbers_compare_by_value(checker, claim):
    assert said(checker, f"{PAPER}达成了{claim}的效果。") == []


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("2亿张图", "2亿"),
        ("11类", "11"),
        ("1110个token", "1110"),
        ("1.4TB", "1.4TB"),
        ("103MB", "103MB"),
        ("2.5倍", "2.5倍"),
        ("2.4%", "2.4%"),
        ("40倍", "40倍"),
        ("14%", "14%"),
        ("4个百分点", "4个百分点"),
        ("两个数量级", "两个数量级"),
        ("四个基准", "四"),
        ("12秒", "12秒"),
        ("三分之一的参数", "三分之一"),
        ("2.4-2.9倍", "2.9倍"),
    ],
)
def test_another_number_or_unit_is_found(checker, claim, quote):
    assert said(checker, f"{PAPER}达成了{claim}的效果。") == [("number", quote)]


def test_what_is_looked_for_and_what_is_nearest_are_said(checker):
    (found,) = checker.check_sentence(paper(), f"{PAPER}加速2.5倍，成本低。")
    assert (found.claim, found.clause, found.looked_for) == ("2.5倍", "加速2.5倍", "2.5 x")
    assert "2.4x faster than SnapKV" in found.nearest


@pytest.mark.parametrize("name", ["ZapKV", "zapkv", "Zap-KV", "SnapKV", "KV缓存", "GPU", "SOTA", "AI"])
def test_names_of_the_paper_raise_no_alarm(checker, name):
    document = paper(f"{ABSTRACT} It is state-of-the-art for key-value caches.")
    assert said(checker, f"{PAPER}使用了{name}技术。", document) == []


@pytest.mark.parametrize("name", ["ZipKV", "ZapKV-2000B", "H2O", "LongBench", "MMLU-Pro", "vLLM"])
def test_other_names_are_found(checker, name):
    assert {kind for kind, _ in said(checker, f"{PAPER}使用了{name}技术。")} & {"name", "number"}


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("Tsinghua University", "清华大学"),
        ("Department of Computer Science, Tsinghua University", "Tsinghua University与研究团队"),
        ("Google DeepMind", "Google"),
        ("Google DeepMind", "谷歌"),
        ("Northeastern University", "东北大学"),
        ("University of Illinois", "伊利诺伊大学"),
        ("", "研究团队"),
        ("Foo Bar Labs", "Foo Bar Labs"),
    ],
)
def test_institutions_compare_by_identity(checker, line, who):
    assert said(checker, f"{who}发布了ZapKV论文。", paper(line=line)) == []


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("Tsinghua University", "北京大学"),
        ("Tsinghua University", "Peking University"),
        ("Tsinghua University", "清华大学、麻省理工学院"),
        ("", "清华大学"),
        ("Tsinghua University", "Nowhere Research Institute"),
    ],
)
def test_other_institutions_are_found(checker, line, who):
    assert [kind for kind, _ in said(checker, f"{who}发布了ZapKV论文。", paper(line=line))] == ["institution"]


def test_english_sentences_are_checked_too(checker):
    good = "Tsinghua University presents ZapKV, which is 2.4x faster than SnapKV, halving memory."
    assert said(checker, good) == []
    bad = "Peking University presents ZapKV, which is 3.4x faster than PyramidKV on four benchmarks."
    assert {kind for kind, _ in said(checker, bad)} == {"institution", "number", "name"}


def test_a_claim_that_was_changed_is_found(checker, documents):
    """Numbers, units, names and institutions of every second real brief, changed at random: 95 of 100 are found."""
    pick = random.Random(4)
    others = sorted({name for document in documents for name, _ in coined(document)})
    found = tried = 0
    missed = []
    for document in documents[::2]:
        known = {(one.kind, one.claim) for one in checker.check(document)}
        for sentence in changed(document, others, documents, pick):
            tried += 1
            new = [f for f in checker.check_sentence(document, sentence) if (f.kind, f.claim) not in known]
            found += bool(new)
            if not new:
                missed.append((document.id, sentence))
    assert tried > 250
    assert found / tried >= 0.95, missed


def changed(document: Document, others: list[str], documents: list[Document], pick: random.Random) -> Iterator[str]:
    """The brief with one claim changed, for each claim."""
    brief = " ".join(document.texts["B"].text.split())
    who = publishers(brief)
    for amount in amounts(" " * len(who) + brief[len(who) :]):
        number = re.match(r"\d+(?:\.\d+)?", brief[amount.start :])
        if not number or amount.named or re.match(r"[)）:：]|\s?×\s?\d", brief[amount.start + number.end() :]):
            continue
        before, after = brief[: amount.start], brief[amount.start + number.end() :]
        yield before + other_number(number[0], pick) + after
        for unit, swapped in (("%", "倍"), ("倍", "%"), ("×", "%"), ("GB", "MB"), ("TB", "GB"), ("ms", "s")):
            if after.startswith(unit):
                yield before + number[0] + swapped + after[len(unit) :]
                break
    text = f"{document.texts['T'].raw}{document.texts['A'].raw}{brief}".lower()
    for name, at in coined(document):
        new = pick.choice(others)
        if new.lower() not in text:
            yield brief[:at] + new + brief[at + len(name) :]
    if re.search("大学|Universit", who):
        line = document.texts["I"].raw
        another = next(
            w for d in pick.sample(documents, 133) if (w := publishers(d.texts["B"].raw)) and stands_apart(w, line)
        )
        yield brief.replace(who, another, 1)


def stands_apart(who: str, line: str) -> bool:
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,6}大学", who)) and not re.search("[\u4e00-\u9fff]", line)


def other_number(number: str, pick: random.Random) -> str:
    """17.3 -> 18.3, 40 -> 14, 2 -> 7."""
    if pick.random() < 0.4:
        return re.sub(r"^\d+", lambda whole: str(int(whole[0]) + 1), number)
    at = pick.choice([i for i, char in enumerate(number) if char.isdigit()])
    return number[:at] + pick.choice([d for d in "123456789" if d != number[at]]) + number[at + 1 :]


def coined(document: Document) -> list[tuple[str, int]]:
    """Names of a brief that nobody but the paper has: of mixed case."""
    brief = " ".join(document.texts["B"].text.split())
    begin = len(publishers(brief))
    found = re.finditer(r"(?<![\w-])[A-Z]\w*[a-z]\w*[A-Z]\w*(?![\w-])", brief[begin:], re.ASCII)
    return [(match[0], begin + match.start()) for match in found]


def test_check_of_files_gives_text_and_json(tmp_path):
    report = Added()
    view = check([str(REPORTS[0]), str(tmp_path / "none.txt")], "zh", report=report)
    said = json.loads(view.render("json"))
    assert (said["papers"], said["unsupported"], said["claims"][0]["claim"]) == (20, 1, "STEPPER")
    assert "名称“STEPPER”" in str(view.render("md"))
    assert "STEPER" in str(check([str(REPORTS[0])]).render("txt"))
    assert "none.txt" in report.skipped[0]
    with pytest.raises(KgError, match=r"none\.txt"):
        check([str(tmp_path / "none.txt")], strict=True)


def test_papers_without_a_brief_are_counted(tmp_path):
    papers = tmp_path / "p.jsonl"
    rows = [
        {"id": "a", "title": "A B", "abstract": "We."},
        {"id": "b", "title": "B", "brief": "某大学发布了B论文，提升9%。"},
    ]
    papers.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    said = json.loads(check([str(papers)]).render("json"))
    assert (said["papers"], said["without_brief"], [c["claim"] for c in said["claims"]]) == (1, 1, ["某大学", "9%"])


@pytest.mark.parametrize("text", ["1/2 ", "三", "1,", "a, ", "${", "a-", "× ", "\x00\u202e"])
def test_hostile_texts_take_little_time(checker, text):
    document = paper(text * (90_000 // len(text)), text * 200)
    assert isinstance(
        checker.check(replace(document, texts={**document.texts, "B": Text(text * 2000, text * 2000)})), list
    )


def test_findings_are_plain_values():
    assert Finding("e", "name", "c", "d", "l", "n") == Finding("e", "name", "c", "d", "l", "n")
