"""The way of a user through the pages, clicked in a browser: from a search in Chinese to a picture, and back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bibtexparser.entrypoint import parse_string

import kg
from tests.views.browser import Browser, chromium

from .conftest import serving

#: Two papers beside the reports: the reports themselves are all of one year, and none on an H100 beats anything.
PAPERS = (
    {
        "id": "z-1",
        "title": "ZebraKV: Low-Rank KV Cache Compression for Long-Context Inference",
        "date": "2025-11-03",
        "authors": ["Ada Lovelace", "Mary Somerville"],
        "abstract": "Long-context inference is limited by the memory of the key-value cache. We propose ZebraKV, a KV "
        "cache compression method that stores keys in a low-rank form. On an NVIDIA H100 GPU, ZebraKV outperforms "
        "SnapKV by 12% in throughput and reduces KV cache memory by 75%.",
    },
    {
        "id": "z-2",
        "title": "QuaggaKV: KV Cache Compression by Token Eviction",
        "date": "2024-05-06",
        "authors": ["Emmy Noether"],
        "abstract": "We propose QuaggaKV, a KV cache compression method based on token eviction. QuaggaKV outperforms "
        "SnapKV on LongBench and runs on a single NVIDIA A100 GPU.",
    },
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, built_file: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    place, papers = folder / "papers.kg", folder / "more.jsonl"
    papers.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    with kg.open(str(built_file), read_only=True) as graph:
        graph.backup(place)
    with kg.open(str(place)) as graph:
        graph.add(papers)
    with serving(place) as address:
        yield address


@pytest.fixture(scope="module")
def user() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("Chromium is not installed: pages are not opened")
    with Browser() as opened:
        yield opened


def follow(user: Browser, link: str, condition: str) -> None:
    """Click what a CSS selector, or the text of a link, finds; wait until a condition holds on the next page."""
    found = f"document.querySelector({json.dumps(link)})" if link[:1] in ".#[" else (
        f"[...document.querySelectorAll('a')].find((a) => a.textContent.trim().startsWith({json.dumps(link)}))"
    )  # fmt: skip
    x, y = user.evaluate(
        f"(() => {{ const e = {found}; e.scrollIntoView({{block: 'center'}}); const r = e.getClientRects()[0];"
        " return [r.x + Math.min(r.width / 2, 40), r.y + r.height / 2]; })()"
    )
    user.click(x, y)
    user.wait(condition)
    user.wait("document.readyState === 'complete'")


def test_user_goes_from_a_chinese_search_to_the_picture_and_back(user: Browser, site: str) -> None:
    user.visit(f"{site}/?lang=zh")
    user.evaluate("document.querySelector('.hero input').focus()")
    user.type("KV缓存", enter=False)
    user.wait("document.querySelectorAll('#suggestions option').length > 0")
    assert "KV缓存压缩" in user.evaluate("[...document.querySelectorAll('#suggestions option')].map((o) => o.value)")
    user.type("压缩")
    user.wait("location.pathname === '/ask'")
    assert user.evaluate("document.documentElement.lang") == "zh-Hans"
    many = user.evaluate("document.querySelectorAll('.papers > li').length")

    follow(user, "英伟达H100", "location.search.includes('hardware=nvidia-h100')")
    follow(user, "2025", "location.search.includes('year=2025')")
    few = user.evaluate("document.querySelectorAll('.papers > li').length")
    assert 0 < few < many
    found = user.evaluate("location.href")
    assert user.evaluate("document.querySelectorAll('.chips a').length") == 2

    follow(user, ".papers a[href^='/paper/z-1']", "location.pathname === '/paper/z-1'")
    claim = "[...document.querySelectorAll('.claims li')].find((li) => li.textContent.includes('优于'))"
    number = user.evaluate(f"{claim}.dataset.c")
    words = f"document.querySelector('#abstract [data-c~=\"{number}\"]')"
    before = user.evaluate(f"getComputedStyle({words}).backgroundColor")
    x, y = user.evaluate(f"(() => {{ const r = {claim}.getBoundingClientRect(); return [r.x + 5, r.y + 5]; }})()")
    user.click(x, y)
    assert user.evaluate(f"{words}.classList.contains('lit')")
    assert user.evaluate(f"getComputedStyle({words}).backgroundColor") != before

    user.evaluate(f"[...{claim}.querySelectorAll('a')].find((a) => a.textContent === 'SnapKV').id = 'beaten'")
    follow(user, "#beaten", "location.pathname.startsWith('/concept/technique:snapkv')")
    follow(user, ".wins a.soft", "location.pathname === '/compare'")
    assert user.evaluate("document.querySelector('.verdict').textContent").count("KV") >= 2
    assert user.evaluate("document.querySelectorAll('.versus tbody tr').length") > 1

    user.visit(found)
    export = user.evaluate("[...document.querySelectorAll('.exports a')].find((a) => a.textContent === 'bibtex').href")
    library = parse_string(httpx.get(export, trust_env=False, timeout=60).text)
    assert len(library.entries) == few
    follow(user, ".exports a[href^='/graph']", "location.pathname === '/graph'")
    drawn = "document.querySelector('iframe').contentDocument"
    user.wait(f"!!{drawn}?.querySelector('#graph canvas')")
    user.evaluate(f"{drawn}.querySelector('#search input').focus()")
    user.type("ZebraKV")
    follow_in = f"{drawn}.querySelector('#panel h2 a')"
    user.wait(f"!!{follow_in}")
    user.evaluate(f"{follow_in}.click()")
    user.wait("location.pathname === '/concept/technique:zebrakv'")

    user.visit(found)
    assert user.evaluate("document.querySelectorAll('.papers > li').length") == few
    assert [url for url in user.requests if not url.startswith((site, "data:", "blob:"))] == []
    assert user.complaints == []


def test_query_is_written_in_the_editor_and_asks_no_other_machine(user: Browser, site: str) -> None:
    httpx.get(f"{site}/sparql?query=ASK%20%7B%7D", trust_env=False, timeout=60)  # makes the triples
    user.visit(f"{site}/sparql?lang=zh")
    user.wait("!!document.querySelector('.yasqe .CodeMirror')")
    assert user.evaluate("document.querySelector('.yasqe .parseErrorIcon')") is None  # prefixes are declared
    user.evaluate(
        "(() => { const e = document.querySelector('.yasqe .CodeMirror').CodeMirror; e.setValue(''); e.focus() })()"
    )
    user.type("SELECT ?paper ?title WHERE { ?paper kg:tit", enter=False)
    user.wait("[...document.querySelectorAll('.CodeMirror-hint')].some((one) => one.textContent === 'kg:title')")
    user.press("Enter", 13, "\r")
    user.type(" ?title } ORDER BY ?title LIMIT 5", enter=False)
    user.evaluate("document.querySelector('.yasqe_queryButton').click()")
    user.wait("document.querySelectorAll('.yasr tbody tr').length === 5")
    assert "PREFIX kg:" in user.evaluate("new URLSearchParams(location.search).get('query')")
    assert user.evaluate("document.querySelector('.yasr .select_table').textContent.trim()") == "表格"
    assert user.requests
    shown = user.evaluate("[...document.querySelectorAll('.yasr tbody tr')].map((row) => row.textContent)")
    follow(user, ".yasr a.iri", "location.pathname.startsWith('/paper/')")
    assert user.complaints == []

    user.evaluate("history.back()")  # the address is the whole state
    user.wait("document.querySelectorAll('.yasr tbody tr').length === 5")
    assert user.evaluate("[...document.querySelectorAll('.yasr tbody tr')].map((row) => row.textContent)") == shown
    assert [url for url in user.requests if not url.startswith((site, "data:", "blob:"))] == []
    user.visit(f"{site}/sparql?query=SELECT+nonsense")
    user.wait("!!document.querySelector('.yasr .errorResult')")
    assert "The query is not SPARQL" in user.evaluate("document.querySelector('.yasr .errorResult').textContent")
    assert "<" not in user.evaluate("document.querySelector('.yasr .errorResult').textContent")


@pytest.mark.parametrize("path", ["/ask?q=which+techniques+reduce+KV+cache+memory%3F", "/compare?a=snapkv&b=zebrakv"])
def test_table_with_its_words_fits_the_page(user: Browser, site: str, path: str) -> None:
    user.visit(site + path)
    tables = "[...document.querySelectorAll('.wide')]"
    assert user.evaluate(f"{tables}.length") > 0
    assert user.evaluate(f"{tables}.every((one) => one.scrollWidth <= one.clientWidth)")


NARROW = ("/", "/ask?q=KV+cache", "/paper/z-1", "/topic/kv-cache-compression", "/compare?a=snapkv&b=zebrakv", "/trends")


#: What a reader of screens would have no name for.
NAMELESS = """[...document.querySelectorAll(
  'a, button, input:not([type=hidden]), select, textarea, img, iframe')].filter((one) =>
  !one.closest('[aria-hidden=true]') && ![one.getAttribute('aria-label'), one.title, one.textContent, one.alt,
  one.querySelector('[alt]')?.getAttribute('alt'), ...[...(one.labels || [])].map((label) => label.textContent)]
  .some((said) => (said || '').trim())).map((one) => one.outerHTML.slice(0, 99))"""


@pytest.mark.parametrize("path", [*NARROW, "/graph?q=KV+cache", "/sql", "/sparql", "/about"])
def test_page_fits_a_phone_and_complains_of_nothing(user: Browser, site: str, path: str) -> None:
    user.visit(site + path, width=390, height=844)
    assert user.evaluate("document.documentElement.scrollWidth") <= 390
    assert user.evaluate(NAMELESS) == []
    time.sleep(0.2)
    assert user.complaints == []
    assert [url for url in user.requests if not url.startswith((site, "data:", "blob:"))] == []
