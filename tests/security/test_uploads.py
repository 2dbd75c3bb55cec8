"""Uploads that are made to take all time and memory: each costs a sentence, and the papers sent with it are added."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import kg
from tests.web.conftest import serving

GOOD = b'{"id": "good", "title": "Okapi: A Pruning Method for Large Models", "abstract": "We propose Okapi."}\n'


def aliases() -> bytes:
    """YAML whose few lines name five million authors."""
    lines = ["a: &a [l,l,l,l,l,l,l,l,l]"]
    lines += [f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]" for old, new in zip("abcdef", "bcdefg", strict=True)]
    return "\n".join([*lines, "papers:", "- title: x", "  authors: *g", ""]).encode()


def inverted() -> bytes:
    """A record of OpenAlex of 1.5 MB whose abstract has 16 GB."""
    work = {"id": "https://openalex.org/W2", "title": "T", "display_name": "T", "publication_year": 2020}
    return json.dumps({**work, "abstract_inverted_index": {"word" * 20_000: list(range(200_000))}}).encode()


def packed() -> bytes:
    """An archive of 1.5 MB that unpacks to 1.5 GB."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("a.jsonl", "w", force_zip64=True) as file,
    ):
        for _ in range(300):
            file.write(b" " * (5 << 20))
    return out.getvalue()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, first_file: Path) -> Iterator[httpx.Client]:
    place = tmp_path_factory.mktemp("uploads") / "papers.kg"
    with kg.open(str(first_file), read_only=True) as opened:
        opened.backup(place)
    with serving(place, "--writable") as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as made:
        yield made


@pytest.mark.timeout(280)
def test_bombs_cost_no_paper_beside_them(client: httpx.Client) -> None:
    files = {
        "aliases.yaml": aliases(),
        "inverted.jsonl": inverted(),
        "packed.zip": packed(),
        "date.jsonl": b'{"id": "late", "title": "On dates", "date": "2020 99999999999999999999"}\n',
        "zebra.jsonl": GOOD,
    }
    answer = client.post("/add", files=[("files", file) for file in files.items()])
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    while (said := client.get(f"{page}.json").json())["state"] != "done":
        assert client.get("/about.json").status_code == 200
        time.sleep(0.5)
    assert "good" in said.get("added", []), said
    skipped = {sentence.partition(":")[0].partition("/")[0] for sentence in said["skipped"]}
    assert skipped >= {"aliases.yaml", "inverted.jsonl", "packed.zip"}
    assert client.get("/paper/good").status_code == 200
