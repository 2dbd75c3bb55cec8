"""Files that are added from the page, followed, and taken back; never from another site, never without leave."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

import kg
from tests.sources.made_pdf import Sheet, pdf

from .conftest import serving

BIBTEX = b"""@article{one, title = {Zebrafish: A Pruning Method for Large Models}, year = {2025},
  abstract = {We propose Zebrafish, a pruning method. It is 2x faster than LoRA on an NVIDIA H100.}}
"""


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory, first_file: Path) -> Iterator[httpx.Client]:
    place = tmp_path_factory.mktemp("writable") / "papers.kg"
    with kg.open(str(first_file), read_only=True) as graph:
        graph.backup(place)
    with serving(place, "--writable") as address, httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        yield client


def added(client: httpx.Client, *files: tuple[str, bytes]) -> tuple[str, dict[str, Any]]:
    """The page of a reading, and what came of it."""
    answer = client.post("/add", files=[("files", file) for file in files])
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    while (said := client.get(f"{page}.json").json())["state"] != "done":
        assert 'http-equiv="refresh"' in client.get(page).text or client.get(f"{page}.json").json()["state"] == "done"
        time.sleep(0.2)
    return page, said


def test_dropped_files_are_read_told_and_taken_back(writable: httpx.Client) -> None:
    before = writable.get("/about.json").json()["counts"]["entries"]
    page, said = added(writable, ("refs.bib", BIBTEX), ("../../../evil.bin", b"\x00\x01 no paper"))
    assert len(said["added"]) == 1
    assert any(sentence.startswith("evil.bin") for sentence in said["skipped"]), said
    assert "/tmp" not in writable.get(page).text
    assert ">Zebrafish: A Pruning Method for Large Models<" in writable.get(page).text
    paper = writable.get(f"/paper/{said['added'][0]}").text
    assert "Zebrafish" in paper
    assert writable.post(f"{page}/undo").status_code == 303
    assert writable.get("/about.json").json()["counts"]["entries"] == before
    assert writable.get(f"/paper/{said['added'][0]}").status_code == 404
    assert writable.post(f"{page}/undo").status_code == 409


def test_chinese_page_tells_in_chinese_what_was_left_out_and_why(writable: httpx.Client) -> None:
    menu = Sheet()
    for line in range(12):
        menu.put(72, 90 + 20 * line, 11, f"Dish {line}: soup of the day with bread and butter, served until noon")
    page, said = added(
        writable,
        ("bad.bib", BIBTEX.replace(b"Zebrafish", b"Okapi") + b"@article{a, title = {Open\n\n@misc{b, title = 5 6}\n"),
        ("open.ris", b"TY  - JOUR\nTI  - A Pruning Method for Large Models\nAB  - We propose it.\n"),
        ("menu.pdf", pdf(menu)),
        ("cut.pdf", b"%PDF-1.4\n1 0 obj"),
        ("evil.bin", b"\x00\x01 no paper"),
        ("fields.json", b'[{"title": "Okapi: A Quantizer", "abstract": "Fast.", "<b>moon</b>": 1, "tide": 2}]'),
        ("cut.json", b'[{"title": "One", "abstract": "Two"'),
        ("gone.csv", b"title,abstract\n,\nOne,Two,Three,Four\n"),
    )  # fmt: skip
    files = {line.partition(":")[0] for line in (*said["skipped"], *said["losses"], *said["doubts"])}
    assert files >= {"bad.bib", "open.ris", "menu.pdf", "cut.pdf", "evil.bin", "fields.json", "cut.json", "gone.csv"}
    shown = re.findall("<li><bdi>(.*?)</bdi></li>", writable.get(page, params={"lang": "zh"}).text)
    assert any("字段&lt;b&gt;moon&lt;/b&gt; (1), tide (1)没有规则读取" in line for line in shown), shown
    assert len(shown) == len(said["skipped"]) + len(said["losses"]) + len(said["doubts"])
    assert [doubt.partition(":")[0] for doubt in said["doubts"]] == ["menu.pdf"]
    assert not [line for line in shown if re.search("[a-z]{2,} [a-z]{2,}", html.unescape(line))]
    assert all(re.search("[\u4e00-\u9fff].*。$", line) for line in shown)
    assert said["skipped"][0] in html.unescape(writable.get(page, params={"lang": "en"}).text)


def test_file_of_a_name_that_is_taken_takes_no_other_place(writable: httpx.Client) -> None:
    ris = b"TY  - JOUR\nTI  - Tiles of Rows for Long Inputs\nAU  - Lee, Bo\nPY  - 2024\nER  - \n"
    pair = ("pair.bib", BIBTEX.replace(b"Zebrafish", b"Okapi")), ("pair.ris", ris)
    _, one = added(writable, ("same.bib", BIBTEX), *pair)
    _, other = added(writable, ("same.bib", BIBTEX.replace(b"Zebrafish", b"Quagga")), *pair)
    assert len(one["added"]) + one["unchanged"] == 3, one
    assert (len(other["added"]), other["unchanged"], other["removed"], other["changed"]) == (1, 2, 0, [])
    assert one["skipped"] == other["skipped"] == []
    assert {writable.get(f"/paper/{name}").status_code for name in one["added"]} == {200}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_another_site_adds_nothing(writable: httpx.Client, headers: dict[str, str]) -> None:
    before = writable.get("/add.json").text
    answer = writable.post("/add", files={"files": ("x.bib", BIBTEX)}, headers=headers)
    assert answer.status_code in (403, 421)
    assert writable.get("/add.json").text == before


def test_too_large_a_file_is_refused_while_it_comes(writable: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.bib"\r\n\r\n'
        for _ in range(120):
            yield b"a" * (1 << 20)

    form = {"Content-Type": "multipart/form-data; boundary=x"}
    with suppress(httpx.WriteError):  # where the line is closed before all is sent
        assert writable.post("/add", content=endless(), headers=form).status_code == 413
    assert writable.get("/about.json").status_code == 200


def test_nothing_is_added_without_leave(client: httpx.Client) -> None:
    assert client.post("/add", files={"files": ("x.bib", BIBTEX)}).status_code in (404, 405, 415)
    assert client.get("/add").status_code == 404
