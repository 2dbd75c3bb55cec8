"""The page on which claims are judged: one file that needs no network, runs no script but its own, and gives lines."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from kg.api import Graph
from kg.evaluation.audit import draw
from kg.evaluation.audit_page import page
from kg.evaluation.judged import figures, read_sheet
from kg.files import write

from .browser import Browser

_CHOOSE = "document.querySelector('#{0} [value={1}]').click()"


@pytest.mark.parametrize("width", [1280, 400])
def test_claims_are_judged_on_the_page_and_saved_as_lines(
    built: Graph, browser: Browser, tmp_path: Path, width: int
) -> None:
    lines = draw(built, 34, seed=7)
    browser.open(write(tmp_path / "sheet.html", page(lines)), width=width)
    assert browser.evaluate("document.querySelectorAll('.sheet tbody tr').length") == 34
    assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert browser.evaluate("[...document.querySelectorAll('mark')].every(m => m.textContent.length > 0)")
    first, second = lines[0]["id"], lines[1]["id"]
    browser.evaluate(_CHOOSE.format(first, "wrong"))
    browser.evaluate(_CHOOSE.format(second, "right"))
    browser.evaluate(f"document.querySelector('#{first} [name=reason]').value = 'two labs, “one” name'")
    assert browser.evaluate("document.getElementById('count').textContent") == "2 of 34 judged"
    saved = tmp_path / "judged.jsonl"
    browser._call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    browser.evaluate("document.getElementById('save').click()")
    while not (saved.exists() and saved.stat().st_size):  # the browser makes the file before it fills it
        time.sleep(0.05)
    judged = read_sheet(saved)
    assert [one | {"judgement": "", "reason": ""} for one in judged] == json.loads(json.dumps(lines))
    assert [one["judgement"] for one in judged[:3]] == ["wrong", "right", ""]
    assert judged[0]["reason"] == "two labs, “one” name"
    assert figures(judged)["all"]["all claims"]["judged"] == 2
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:", "blob:"))] == []


def test_judgements_are_there_again_when_the_page_is_opened_again(
    built: Graph, browser: Browser, tmp_path: Path
) -> None:
    lines = draw(built, 17, seed=9)
    file = write(tmp_path / "sheet.html", page(lines))
    browser.open(file)
    browser.evaluate(_CHOOSE.format(lines[4]["id"], "loose"))
    browser.open(file)
    while browser.evaluate("document.getElementById('count').textContent") != "1 of 17 judged":
        browser.open(file)  # another process may show the page before what was stored has reached it
    assert browser.evaluate(f"document.querySelector('#{lines[4]['id']} [value=loose]').checked")


def test_the_policy_lets_nothing_run_but_the_pages_own_script(built: Graph, browser: Browser, tmp_path: Path) -> None:
    html = page(draw(built, 5))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "unsafe" not in policy[1].replace("&#39;", "'")
    foreign = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'></body>"
    browser.open(write(tmp_path / "changed.html", html.replace("</body>", foreign)))
    assert browser.evaluate("window.hacked === undefined")
    assert browser.evaluate("document.querySelectorAll('.sheet tbody tr').length") == 5


def test_hostile_names_do_no_harm(hostile: Graph, browser: Browser, tmp_path: Path) -> None:
    lines = draw(hostile, 100)
    file = write(tmp_path / "evil.html", page(lines))
    browser.open(file, width=400)
    assert browser.evaluate("window.hacked === undefined")
    assert browser.complaints == []
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    assert browser.evaluate("document.querySelectorAll('script').length") == 2
    assert browser.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert "\u202e" not in file.read_text()
    assert [json.loads(one) for one in browser.evaluate("sheet()").splitlines()] == json.loads(json.dumps(lines))
