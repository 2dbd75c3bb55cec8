"""kg show as a user runs it: by any name, on one screen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import run


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("KV cache compression", "topic:kv-cache-compression"),
        ("KV缓存压缩", "topic:kv-cache-compression"),
        ("gptq", "technique:gptq"),
        ("AWQ", "technique:awq"),
        ("NVIDIA", "ror:03jdj4y14"),
        ("清华大学", "ror:03cve4549"),
        ("h100", "hardware:nvidia-h100"),
        ("longlive: real-time interactive long video generation", "002-22"),
    ],
)
def test_a_name_is_enough(built_file: Path, name: str, said: str) -> None:
    done = run("show", name, graph=built_file)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout.split("\n")[1]
    assert len(done.stdout.splitlines()) <= 32


def test_a_paper_fits_a_screen_and_says_each_sentence_once(built_file: Path) -> None:
    done, every = run("show", "002-22", graph=built_file), run("show", "002-22", "--all", graph=built_file)
    assert len(done.stdout.splitlines()) <= 24
    assert "add --all" in done.stderr
    assert "add --all" not in every.stderr
    said = " ".join(every.stdout.split())
    assert said.count("adopts a causal, frame-level AR design") == 1
    assert "KV recaching is part of LongLive" in said
    record = json.loads(run("show", "002-22", "-f", "json", graph=built_file).stdout)[0]
    assert all(relation["tail"] in said for relation in record["relations"])


def test_things_of_one_name_are_listed(built_file: Path) -> None:
    done = run("show", "KV cache compression", graph=built_file)
    assert "technique:kv-cache-compression" in done.stderr


def test_papers_go_by_identifiers(tmp_path: Path) -> None:
    papers = [
        {"id": "a", "title": "Paging Caches", "abstract": "We prune the KV cache.", "arxiv": "2501.00001"},
        {"id": "b", "title": "Pruning Caches", "abstract": "We prune LoRA.", "doi": "10.1000/XyZ.1"},
    ]
    file, graph = tmp_path / "p.jsonl", tmp_path / "p.kg"
    file.write_text("\n".join(map(json.dumps, papers)))
    assert run("add", file, "--fast", graph=graph).returncode == 0
    for name in ("2501.00001", "arXiv:2501.00001", "https://arxiv.org/abs/2501.00001v2"):
        assert "Paging Caches" in run("show", name, graph=graph).stdout, name
    for name in ("10.1000/xyz.1", "https://doi.org/10.1000/XyZ.1"):
        assert "Pruning Caches" in run("show", name, graph=graph).stdout, name


def test_an_unknown_name_gets_the_nearest(built_file: Path) -> None:
    done = run("show", "Streaming VLM model", graph=built_file)
    assert done.returncode == 2
    assert "StreamingVLM" in done.stderr


@pytest.mark.parametrize(("locale", "said"), [("zh_CN.UTF-8", "主题"), ("en_US.UTF-8", "topic"), ("", "topic")])
def test_the_language_is_that_of_the_user(built_file: Path, locale: str, said: str) -> None:
    command = [sys.executable, "-m", "kg", "show", "002-22", "--graph", str(built_file)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env={"LANG": locale, "PYTHONUTF8": "1"}, check=True
    )
    assert said in done.stdout
