"""Pages of tables: cells with addresses, slices, pools that a reader sorts, papers with their tables folded."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lxml import html

from kg.text import has_han
from tests.cli.command import run
from tests.views.browser import Browser, chromium
from tests.web.conftest import serving


@pytest.fixture(scope="module")
def address(tables_file: Path) -> Iterator[str]:
    with serving(tables_file, "--seconds", "45") as found:
        yield found


@pytest.fixture(scope="module")
def pages(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as opened:
        yield opened


def test_a_found_number_is_lit_and_leads_to_its_words(pages: httpx.Client) -> None:
    page = html.fromstring(
        pages.get("/tables", params={"dataset": "MMLU", "model": "Llama-3-8B", "method": "GateCut"}).text
    )
    [lit] = page.xpath("//table[@class='printed']//*[contains(@class, 'lit')]")
    assert lit.text_content() == "64.8"
    assert lit.xpath(".//b/mark")
    words = pages.get(lit.xpath(".//a/@href")[0])
    assert words.status_code == 200
    [whole] = html.fromstring(words.text).xpath("//a[contains(@href, '/tables/gatecut-01/t1')]/@href")
    table = html.fromstring(pages.get(whole).text)
    assert table.get_element_by_id(whole.partition("#")[2]).text_content() == "64.8"


def test_a_pool_is_sorted_by_its_reader(pages: httpx.Client) -> None:
    asked = {"dataset": "HumanEval", "pool": "1"}

    def values(**more: str) -> list[str]:
        rows = list(csv.reader(io.StringIO(pages.get("/tables.csv", params=asked | more).text)))
        return [row[rows[0].index("text")] for row in rows[1:]]

    assert values(order="value") == sorted(values(), key=float) != values()
    page = html.fromstring(pages.get("/tables", params=asked | {"lang": "en"}).text)
    assert len(page.xpath("//table[contains(@class, 'pool')]/tbody/tr")) == 8
    assert "same number in EdgeTrim" in page.text_content()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_speaks_its_language_and_escapes_what_papers_print(pages: httpx.Client, lang: str) -> None:
    for path in ("/tables?", "/tables?paper=gatecut-01&", "/tables?q=frobnicate+XYZ-9&", "/paper/gatecut-01?"):
        answer = pages.get(f"{path}lang={lang}")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert has_han(html.fromstring(answer.text).get_element_by_id("main").text_content()) == (lang == "zh")


def test_a_slice_is_a_page_and_a_file(pages: httpx.Client) -> None:
    asked = {"paper": "gatecut-01", "model": "Qwen2.5-7B"}
    rows = list(csv.reader(io.StringIO(pages.get("/tables.csv", params=asked).text)))
    assert rows[-1] == ["GateCut (ours)", "71.0", "56.7"]
    assert pages.get("/tables.json", params=asked).json()["tables"][0]["rows"][-1] == rows[-1]
    assert pages.get("/tables/gatecut-01/t9.csv").status_code == 200
    assert pages.get("/tables/nothing").status_code == 400


@pytest.mark.skipif(not chromium(), reason="needs Chromium")
def test_the_address_of_a_cell_unfolds_its_table(address: str) -> None:
    with Browser() as browser:
        for width in (1280, 390):
            browser.visit(f"{address}/paper/gatecut-01#t1/r5c2", width)
            browser.wait("document.getElementById('t1').open")
            assert browser.evaluate("document.querySelector(':target').innerText") == "64.8"
            assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert not browser.complaints


def test_a_report_and_a_paper_lead_to_pools_and_slices(tables_file: Path, pages: httpx.Client) -> None:
    said = json.loads(run("report", "-f", "json", graph=tables_file).stdout)
    rows = said["pools"]["groups"][0]["rows"]
    assert [(row["metric"], row["numbers"], len(row["papers"])) for row in rows] == [("pass@1", 8, 2)]
    assert rows[0]["pool"] == "kg tables --dataset HumanEval --metric pass@1 --pool"
    assert "kg tables --dataset HumanEval" in run("report", "-f", "html", graph=tables_file).stdout
    report = html.fromstring(pages.get("/report", params={"q": "language models", "lang": "en"}).text)
    [pool] = report.xpath("//*[@id='pools']//td//a[contains(@href, '/tables')]/@href")
    assert len(html.fromstring(pages.get(pool).text).xpath("//table[contains(@class, 'pool')]/tbody/tr")) == 8
    paper = html.fromstring(pages.get("/paper/gatecut-01").text)
    links = paper.xpath("//*[@id='tables']/p[@class='meta']/a/@href")
    assert len(links) == 3
    for link in links:
        assert not html.fromstring(pages.get(link).text).xpath("//*[@class='none-found']"), link
    assert "pools" not in json.loads(run("report", "gatecut-01", "-f", "json", graph=tables_file).stdout)["sections"]
