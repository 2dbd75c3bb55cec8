"""Institutions of an entry: line and brief together, one mention an organisation."""

from __future__ import annotations

import json
import os
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import pytest
import spacy
from spacy.language import Language

from kg.extract.component import Tokenizer, make_doc, to_record
from kg.extract.institutions import Institutions
from kg.model import Document, Mention, Text
from kg.text import repaired
from kg.vocabulary import Vocabulary

REPORTS = Path(__file__).resolve().parents[2] / "data" / "reports"


@pytest.fixture(scope="module")
def component() -> Institutions:
    return Institutions()


@pytest.fixture(scope="module")
def nlp() -> Language:
    nlp = spacy.blank("xx")
    nlp.tokenizer = Tokenizer(nlp.vocab)
    return nlp


def found(component: Institutions, nlp: Language, line: str, brief: str = "") -> list[Mention]:
    texts: dict[str, Text] = {field: repaired(raw) for field, raw in (("I", line), ("B", brief)) if raw}
    document = Document("000-01", "000", 1, texts)
    return to_record(component(make_doc(nlp, document, Vocabulary.load())), document).institutions


def test_line_and_brief_are_one_mention(component: Institutions, nlp: Language) -> None:
    (mention,) = found(component, nlp, "Tsinghua University", "清华大学发布了DeepPrune论文，使用剪枝技术。")
    assert (mention.surface, mention.field, mention.aliases) == ("Tsinghua University", "I", ("清华大学",))
    assert mention.concept == "ror:03cve4549"


def test_brief_alone_gives_the_organisation(component: Institutions, nlp: Language) -> None:
    (mention,) = found(component, nlp, "", "NVlabs发布了LONGLIVE论文。")
    assert (mention.canonical, mention.field, mention.surface) == ("NVIDIA", "B", "NVlabs")


def test_brief_of_nobody_gives_nobody(component: Institutions, nlp: Language) -> None:
    assert found(component, nlp, "", "研究团队发布了FEWER WEIGHTS论文。") == []
    assert found(component, nlp, "", "发布了《Foo》论文。") == []


def test_brief_settles_an_ambiguous_line(component: Institutions, nlp: Language) -> None:
    line = "School of Computer Science and Engineering, Northeastern University, Meituan Inc"
    assert [m.concept for m in found(component, nlp, line)] == ["", "ror:0272kpg92"]
    assert found(component, nlp, line, "美团与东北大学发布了IIET论文")[0].concept == "ror:03awzbc87"


def test_unknown_chinese_name_beside_a_line_adds_nobody(component: Institutions, nlp: Language) -> None:
    assert len(found(component, nlp, "Frobnication University", "弗罗布大学发布了Foo论文")) == 1


def test_institutions_of_the_annotated_reports(component: Institutions, nlp: Language) -> None:
    shared = os.environ.get("KG_SHARED")
    if not shared:
        pytest.skip("KG_SHARED does not name the folder with the annotated papers")
    score, seeds = (module(Path(shared) / "gold" / f"{name}.py") for name in ("score", "seeds"))
    entries = seeds.load(str(REPORTS))
    right = predicted = wanted = 0
    for line in (Path(shared) / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        entry = entries[gold["id"]]
        ours = {tuple(score.org(m.canonical)) for m in found(component, nlp, entry["institutions"], entry["brief"])}
        theirs = {tuple(score.org(i["name"])) for i in gold["institutions"]}
        right, predicted, wanted = right + len(ours & theirs), predicted + len(ours), wanted + len(theirs)
    assert 2 * right / (predicted + wanted) >= 0.95


def module(path: Path) -> SimpleNamespace:
    return SimpleNamespace(**run_path(str(path)))
