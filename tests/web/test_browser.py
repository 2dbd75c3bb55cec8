"""The way of a user through the pages, clicked in a browser: from a search in Chinese to a picture, and back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from bibtexparser.entrypoint import parse_string

import kg
from tests.views.browser import Browser

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
    with kg.open(str(place), create=True) as graph:
        graph.add(papers)
    with serving(place) as address:
        yield address


def follow(browser: Browser, link: str, condition: str) -> None:
    """Click what a CSS selector, or the text of a link, finds; wait until a condition holds on the next page."""
    found = f"document.querySelector({json.dumps(link)})" if link[:1] in ".#[" else (
        f"[...document.querySelectorAll('a')].find((a) => a.textContent.trim().startsWith({json.dumps(link)}))"
    )  # fmt: skip
    x, y = browser.evaluate(
        f"(() => {{ const e = {found}; e.scrollIntoView({{block: 'center'}}); const r = e.getClientRects()[0];"
        " return [r.x + Math.min(r.width / 2, 40), r.y + r.height / 2]; })()"
    )
    browser.click(x, y)
    browser.wait(condition)
    browser.wait("document.readyState === 'complete'")


def test_user_goes_from_a_chinese_search_to_the_picture_and_back(browser: Browser, site: str) -> None:
    browser.visit(f"{site}/?lang=zh")
    browser.evaluate("document.querySelector('.hero input').focus()")
    browser.type("KV缓存", enter=False)
    browser.wait("document.querySelectorAll('#suggestions option').length > 0")
    assert "KV缓存压缩" in browser.evaluate("[...document.querySelectorAll('#suggestions option')].map((o) => o.value)")
    browser.type("压缩")
    browser.wait("location.pathname === '/ask' && document.querySelector('.papers > li') !== null")
    assert browser.evaluate("document.documentElement.lang") == "zh-Hans"
    many = browser.evaluate("document.querySelectorAll('ol.papers > li').length")

    follow(browser, "英伟达H100", "location.search.includes('hardware=nvidia-h100')")
    follow(browser, "2025", "location.search.includes('year=2025')")
    few = browser.evaluate("document.querySelectorAll('ol.papers > li').length")
    assert 0 < few < many
    found = browser.evaluate("location.href")
    assert browser.evaluate("document.querySelectorAll('.chips a').length") == 2

    follow(browser, ".papers a[href^='/paper/z-1']", "location.pathname === '/paper/z-1'")
    claim = "[...document.querySelectorAll('.claims li')].find((li) => li.textContent.includes('优于'))"
    number = browser.evaluate(f"{claim}.dataset.c")
    words = f"document.querySelector('#abstract [data-c~=\"{number}\"]')"
    before = browser.evaluate(f"getComputedStyle({words}).backgroundColor")
    x, y = browser.evaluate(f"(() => {{ const r = {claim}.getBoundingClientRect(); return [r.x + 5, r.y + 5]; }})()")
    browser.click(x, y)
    assert browser.evaluate(f"{words}.classList.contains('lit')")
    assert browser.evaluate(f"getComputedStyle({words}).backgroundColor") != before

    browser.evaluate(f"[...{claim}.querySelectorAll('a')].find((a) => a.textContent === 'SnapKV').id = 'beaten'")
    follow(browser, "#beaten", "location.pathname.startsWith('/concept/technique:snapkv')")
    follow(browser, ".wins a.soft", "location.pathname === '/compare'")
    assert browser.evaluate("document.querySelector('.verdict').textContent").count("KV") >= 2
    assert browser.evaluate("document.querySelectorAll('main table tbody tr').length") > 1

    browser.visit(found)
    export = browser.evaluate(
        "[...document.querySelectorAll('.exports a')].find((a) => a.textContent === 'bibtex').href"
    )
    library = parse_string(httpx.get(export, trust_env=False, timeout=60).text)
    assert len(library.entries) == few
    follow(browser, ".exports a[href^='/graph']", "location.pathname === '/graph'")
    drawn = "document.querySelector('iframe').contentDocument"
    browser.wait(f"!!{drawn}?.querySelector('#graph canvas')")
    browser.evaluate(f"{drawn}.querySelector('#search input').focus()")
    browser.type("ZebraKV")
    follow_in = f"{drawn}.querySelector('#panel h2 a')"
    browser.wait(f"!!{follow_in}")
    browser.evaluate(f"{follow_in}.click()")
    browser.wait("location.pathname === '/concept/technique:zebrakv'")

    browser.visit(found)
    assert browser.evaluate("document.querySelectorAll('ol.papers > li').length") == few
    assert [url for url in browser.requests if not url.startswith((site, "data:", "blob:"))] == []
    assert browser.complaints == []


def test_query_is_written_in_the_editor_and_asks_no_other_machine(browser: Browser, site: str) -> None:
    httpx.get(f"{site}/sparql?query=ASK%20%7B%7D", trust_env=False, timeout=60)  # makes the triples
    browser.visit(f"{site}/sparql?lang=zh")
    browser.wait("!!document.querySelector('.yasqe .CodeMirror')")
    assert browser.evaluate("document.querySelector('.yasqe .parseErrorIcon')") is None  # prefixes are declared
    browser.evaluate(
        "(() => { const e = document.querySelector('.yasqe .CodeMirror').CodeMirror; e.setValue(''); e.focus() })()"
    )
    browser.type("SELECT ?paper ?title WHERE { ?paper kg:tit", enter=False)
    browser.wait("[...document.querySelectorAll('.CodeMirror-hint')].some((one) => one.textContent === 'kg:title')")
    browser.press("Enter", 13, "\r")
    browser.type(" ?title } ORDER BY ?title LIMIT 5", enter=False)
    browser.evaluate("document.querySelector('.yasqe_queryButton').click()")
    browser.wait("document.querySelectorAll('.yasr tbody tr').length === 5")
    assert "PREFIX kg:" in browser.evaluate("new URLSearchParams(location.search).get('query')")
    assert browser.evaluate("document.querySelector('.yasr .select_table').textContent.trim()") == "表格"
    assert browser.requests
    shown = browser.evaluate("[...document.querySelectorAll('.yasr tbody tr')].map((row) => row.textContent)")
    follow(browser, ".yasr a.iri", "location.pathname.startsWith('/paper/')")
    assert browser.complaints == []

    browser.evaluate("history.back()")  # the address is the whole state
    browser.wait("document.querySelectorAll('.yasr tbody tr').length === 5")
    assert browser.evaluate("[...document.querySelectorAll('.yasr tbody tr')].map((row) => row.textContent)") == shown
    assert [url for url in browser.requests if not url.startswith((site, "data:", "blob:"))] == []
    browser.visit(f"{site}/sparql?query=SELECT+nonsense")
    browser.wait("!!document.querySelector('.yasr .errorResult')")
    assert "The query is not SPARQL" in browser.evaluate("document.querySelector('.yasr .errorResult').textContent")
    assert "<" not in browser.evaluate("document.querySelector('.yasr .errorResult').textContent")


@pytest.mark.parametrize("path", ["/ask?q=which+techniques+reduce+KV+cache+memory%3F", "/compare?a=snapkv&b=zebrakv"])
def test_table_with_its_words_fits_the_page(browser: Browser, site: str, path: str) -> None:
    browser.visit(site + path)
    tables = "[...document.querySelectorAll('.wide')]"
    assert browser.evaluate(f"{tables}.length") > 0
    assert browser.evaluate(f"{tables}.every((one) => one.scrollWidth <= one.clientWidth)")


def test_what_few_lines_of_a_table_have_takes_little_room(browser: Browser, site: str) -> None:
    browser.visit(f"{site}/ask?q=which+method+has+the+highest+speedup%3F")
    widths = browser.evaluate("[...document.querySelectorAll('.broad th.seldom')].map((one) => one.offsetWidth)")
    assert widths
    assert max(widths) <= 150


def test_level_of_a_result_stands_beside_its_words_on_a_phone(browser: Browser, site: str) -> None:
    browser.visit(f"{site}/topic/kv-cache-compression", width=390, height=844)
    beside = browser.evaluate("""[...document.querySelectorAll('.stack .level')]
      .filter((one) => one.getClientRects().length)
      .map((one) => [one.getBoundingClientRect(), one.previousElementSibling.getBoundingClientRect()])
      .map(([own, words]) => own.left >= words.right && own.top < words.bottom && words.top < own.bottom)""")
    assert beside
    assert all(beside)


#: What is written in the editor and about its tabs, with its contrast to what is behind it.
CONTRASTS = """(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (v) => v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
  const ground = (one) => {
    const own = parts(getComputedStyle(one).backgroundColor);
    return own[3] === 0 ? ground(one.parentElement) : own;
  };
  const shown = '.yasqe .CodeMirror-line span span, .CodeMirror-linenumber, .yasgui .closeTab, .yasgui .addTab';
  return [...document.querySelectorAll(shown)].filter((one) => one.getClientRects().length).map((one) => {
    const both = [light(parts(getComputedStyle(one).color)), light(ground(one))];
    return [one.className, getComputedStyle(one).opacity * Math.max(...both) / Math.min(...both)];
  });
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_editor_is_read_by_light_and_in_the_dark(browser: Browser, site: str, dark: bool) -> None:
    query = 'SELECT * { ?s a kg:Paper ; kg:title "x"@en ; kg:n 5, true ; ?p <http://a.b/c> } # note\n LIMIT 3'
    httpx.get(f"{site}/sparql?query=ASK%20%7B%7D", trust_env=False, timeout=60)  # makes the triples
    browser.visit(f"{site}/sparql?query={quote(query)}", dark=dark)
    browser.wait("!!document.querySelector('.yasqe .cm-string-2') && !!document.querySelector('.addTab')")
    contrasts = browser.evaluate(CONTRASTS)
    kinds = {kind for names, _ in contrasts for kind in names.split()}
    assert kinds >= {"closeTab", "addTab", "CodeMirror-linenumber", "cm-string", "cm-string-2", "cm-comment"}
    assert [one for one in contrasts if one[1] < 4.5] == []


NARROW = ("/", "/ask?q=KV+cache", "/paper/z-1", "/topic/kv-cache-compression", "/compare?a=snapkv&b=zebrakv", "/trends")


#: What a reader of screens would have no name for.
NAMELESS = """[...document.querySelectorAll(
  'a, button, input:not([type=hidden]), select, textarea, img, iframe')].filter((one) =>
  !one.closest('[aria-hidden=true]') && ![one.getAttribute('aria-label'), one.title, one.textContent, one.alt,
  one.querySelector('[alt]')?.getAttribute('alt'), ...[...(one.labels || [])].map((label) => label.textContent)]
  .some((said) => (said || '').trim())).map((one) => one.outerHTML.slice(0, 99))"""


@pytest.mark.parametrize("path", [*NARROW, "/graph?q=KV+cache", "/sql", "/sparql", "/about"])
def test_page_fits_a_phone_and_complains_of_nothing(browser: Browser, site: str, path: str) -> None:
    browser.visit(site + path, width=390, height=844)
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    assert browser.evaluate(NAMELESS) == []
    time.sleep(0.2)
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith((site, "data:", "blob:"))] == []
