"""A language model's sentence is used only where the record supports it; else the composed one is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg import endpoint as protocol
from kg.cli.digest import of_files
from kg.model import KgError
from kg.views.digest import Digest, composed
from kg.views.fluent import writer
from tests.extract.model_server import MODEL, Server, babble, completion, drip
from tests.fetch.local_server import Answer, send

PAPER = {
    "id": "p-1",
    "title": "ZapKV: Query-Aware KV Cache Eviction",
    "abstract": "Long-context inference suffers from the memory bottleneck of the KV cache. "
    "We propose ZapKV, a query-aware cache eviction method. On LongBench with Llama-3-8B, ZapKV is 2.3x faster "
    "than SnapKV. It cuts memory by 40%.",
    "institutions": ["Tsinghua University"],
    "authors": ["A B", "C D"],
}
GOOD = (
    "清华大学发布了ZapKV论文，采用查询感知的缓存淘汰方法，缓解了长上下文推理的内存瓶颈，"
    "在LongBench上比SnapKV快2.3倍，内存减少四成。"
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """A server that the environment names, and a cache of its own."""
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        for name, value in (("BASE_URL", running.url), ("MODEL", MODEL), ("TIMEOUT", "30")):
            monkeypatch.setenv(f"KG_LLM_{name}", value)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(protocol, "_folder", lambda: tmp_path / "llm")
        monkeypatch.setattr(protocol, "_PAUSE", 0.01)
        yield running
        running.shutdown()


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps(PAPER), "utf-8")
    return path


def told(server: Server, papers: Path, answer: Answer, lang: str = "zh") -> tuple[Digest, dict[str, Any]]:
    """The digest with the answer, and the brief of its paper; extraction asks nobody."""
    server.answers = [answer]
    view, _ = of_files([str(papers)], lang, writer=writer(), fast=True)
    brief = json.loads(view.render("json"))["entries"][0]["brief"]
    return view, brief


def sentence(text: str) -> Answer:
    return completion({"sentence": text})


def own(papers: Path, lang: str = "zh") -> str:
    view, _ = of_files([str(papers)], lang, writer=composed, fast=True)
    return str(json.loads(view.render("json"))["entries"][0]["brief"]["text"])


def test_good_sentence_is_used_and_marked(server, papers):
    view, brief = told(server, papers, sentence(GOOD))
    assert brief == {"text": GOOD, "derived": True, "by": f"llm:{MODEL}", "note": ""}
    assert view.notes == []
    assert f"由语言模型{MODEL}据论文记录撰写" in str(view)
    assert "(derived)" in str(view)


def test_english_sentence_is_used(server, papers):
    good = "Tsinghua University presents ZapKV, a query-aware eviction method that is 2.3x faster than SnapKV."
    assert told(server, papers, sentence(good), "en")[1]["text"] == good


def test_model_gets_the_record_alone(server, papers):
    told(server, papers, sentence(GOOD))
    sent = json.loads(server.asked[-1]["messages"][1]["content"])
    assert sent["name"] == "ZapKV"
    assert sent["language"] == "zh"
    assert "abstract" not in sent
    assert "Long-context inference suffers" not in server.asked[-1]["messages"][1]["content"]


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        (GOOD.replace("2.3", "3.2"), '"3.2倍"'),
        (GOOD.replace("四成", "14%"), '"14%"'),
        (GOOD.replace("LongBench", "RULER"), '"2.3倍"'),
        (GOOD.replace("ZapKV", "ZipKV"), '"ZipKV", which is not found'),
        (GOOD.replace("清华大学", "北京大学"), '"北京大学"'),
        (GOOD.replace("缓解", "北京大学参与，缓解"), '"北京大学"'),
        (GOOD + "很好。", "not one sentence"),
        (GOOD.replace("。", "。\n\n") * 2, "not one sentence"),
        ("清" * 501, "501 characters"),
        ("", "0 characters"),
        ("Tsinghua University presents ZapKV, which is 2.3x faster than SnapKV.", "language"),
        ("ZapKV清华 is a query aware eviction method and 2.3x faster than SnapKV", "language"),
    ],
)
def test_sentence_that_lies_or_is_none_is_not_used(server, papers, lie, why):
    view, brief = told(server, papers, sentence(lie))
    assert brief["text"] == own(papers)
    assert brief["by"] == "composed"
    assert why in brief["note"]
    assert "the composed sentence is used" in view.notes[0]
    assert view.notes[0].startswith("p-1: ")


def test_chinese_sentence_is_no_english_one(server, papers):
    assert "language" in told(server, papers, sentence(GOOD), "en")[1]["note"]


@pytest.mark.parametrize(
    "answer",
    [
        completion("no JSON at all"),
        completion({"text": "x"}),
        completion({"sentence": ["x"]}),
        completion({"sentence": GOOD}, finish="length"),
        send(b"{}", 500),
        send(b"{}", 401),
        send(b"not a completion"),
        babble,
    ],
)
def test_malformed_answer_leaves_the_composed_sentence(server, papers, answer):
    brief = told(server, papers, answer)[1]
    assert (brief["text"], brief["by"]) == (own(papers), "composed")
    assert brief["note"]


def test_slow_answer_leaves_the_composed_sentence(server, papers, monkeypatch):
    monkeypatch.setenv("KG_LLM_TIMEOUT", "0.5")
    brief = told(server, papers, drip)[1]
    assert brief["by"] == "composed"
    assert "within 0.5 s" in brief["note"]


def test_model_that_fails_three_times_is_left_alone(server, tmp_path):
    path = tmp_path / "many.jsonl"
    rows = [PAPER | {"id": f"p-{i}", "title": f"{PAPER['title']} Part {i}"} for i in range(6)]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    server.answers = [send(b"{}", 401)]
    view, _ = of_files([str(path)], writer=writer(), fast=True)
    assert view.papers == 6
    assert "was not asked" in view.notes[-1]
    assert len([one for one in server.asked if "record" in one["messages"][0]["content"][:200]]) == 3


def test_answers_are_kept(server, papers):
    told(server, papers, sentence(GOOD))
    asked = len(server.asked)
    assert told(server, papers, sentence("x"))[1]["text"] == GOOD
    assert len(server.asked) == asked


def test_without_a_model_the_user_is_told():
    with pytest.raises(KgError, match="KG_LLM_BASE_URL"):
        writer()
