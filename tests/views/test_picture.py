"""The picture: one file, still, explorable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.api import Graph
from kg.model import KgError
from kg.views.picture import cut, gather, layout
from kg.views.selection import Selection

from .browser import Browser

TOPIC = "KV cache compression"


def test_two_runs_give_the_same_bytes(built: Graph) -> None:
    assert built.draw(TOPIC, "zh").content == built.draw(TOPIC, "zh").content


def test_nothing_is_loaded_from_elsewhere(built: Graph) -> None:
    page = str(built.draw(TOPIC).content)
    assert not re.search(r"<(?:script|img|iframe|link)[^>]*(?:src|href)\s*=\s*[\"'](?!data:)", page)
    assert "bootstrap" not in page
    assert "default-src 'none'" in page


def test_what_was_left_out_is_said(built: Graph) -> None:
    whole = gather(Selection(built, "", "en"))
    page = str(built.draw("", "en", 100).content)
    assert f"100 of {whole.all_nodes:,} nodes" in page
    assert page.count('"physics": false') == 100


def test_cut_keeps_papers_and_what_most_of_them_name(built: Graph) -> None:
    shown = Selection(built, "", "en")
    drawing = cut(gather(shown), [paper.id for paper in shown.papers], 60)
    concepts = [node for node in drawing.nodes.values() if node.type != "paper"]
    assert len(drawing.nodes) == 60
    assert len(concepts) == 30
    least = min(len(node.papers) for node in concepts)
    gone = [n for n in gather(shown).nodes.values() if n.type != "paper" and n.id not in drawing.nodes]
    assert all(len(node.papers) <= least for node in gone)
    assert all(edge.head in drawing.nodes and edge.tail in drawing.nodes for edge in drawing.edges)


def test_nodes_do_not_stand_on_one_another(built: Graph) -> None:
    places = list(layout(gather(Selection(built, TOPIC, "en"))).values())
    assert len(set(places)) == len(places)
    near = [(a, b) for i, a in enumerate(places) for b in places[:i] if abs(a[0] - b[0]) < 15 and abs(a[1] - b[1]) < 15]
    assert near == []


def test_an_empty_selection_and_a_wrong_limit_are_told(built: Graph) -> None:
    view = built.draw("papers on underwater basket weaving zzz")
    assert view.papers == 0
    assert "no paper" in str(view.content)
    with pytest.raises(KgError, match="limit of 1"):
        built.draw(TOPIC, limit=0)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_opens_quietly(built: Graph, browser: Browser, tmp_path: Path, lang: str, width: int) -> None:
    page = built.draw(TOPIC, lang).save(tmp_path / "graph.html")
    browser.open(page, width)
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []
    assert browser.evaluate("document.querySelectorAll('#legend button').length") >= 6
    assert browser.evaluate("document.querySelector('#graph canvas').width") > 300
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


def _click_node(browser: Browser, which: str) -> str:
    browser.evaluate(f"var it = GRAPH.nodes.find((node) => {which})")
    browser.evaluate("network.focus(it.id, {scale: 1.4, animation: false})")
    place = "network.canvasToDOM(network.getPosition(it.id))"
    corner = "document.getElementById('graph').getBoundingClientRect()"
    x, y = browser.evaluate(f"[{place}.x + {corner}.left, {place}.y + {corner}.top]")
    browser.click(x, y)
    return str(browser.evaluate("document.getElementById('panel').innerText"))


def test_click_on_a_node_shows_its_papers_and_quotes(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw(TOPIC).save(tmp_path / "graph.html"))
    panel = _click_node(browser, "node.id === 'hardware:nvidia-h100'")
    assert "NVIDIA H100" in panel
    assert "002-22" in panel
    assert "H100" in browser.evaluate("document.querySelector('#panel mark').textContent")


def test_click_on_a_link_shows_its_sentence(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw("002-22").save(tmp_path / "graph.html"))
    x, y, name = browser.evaluate(_FREE_LINK)
    browser.click(x, y)
    assert browser.evaluate("document.querySelector('#panel h2').textContent") == name
    assert browser.evaluate("document.querySelector('#panel mark').textContent")


#: The middle of a link that has a quote and no node over it.
_FREE_LINK = """(() => {
  for (const edge of edges.get({filter: (edge) => edge.quotes.length > 0})) {
    network.fit({nodes: [edge.from, edge.to], animation: false});
    const [a, b] = [edge.from, edge.to].map((id) => network.canvasToDOM(network.getPosition(id)));
    const middle = {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2};
    if (network.getNodeAt(middle) === undefined && network.getEdgeAt(middle) === edge.id) {
      const box = document.getElementById("graph").getBoundingClientRect();
      return [middle.x + box.left, middle.y + box.top, nodes.get(edge.from).name + " → " + nodes.get(edge.to).name];
    }
  }
})()"""


def test_legend_hides_a_type_and_search_finds_a_node(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw(TOPIC).save(tmp_path / "graph.html"))
    x, y = browser.evaluate(
        "(() => { const box = document.querySelector('#legend [data-kind=problem]').getBoundingClientRect();"
        " return [box.x + 5, box.y + 5]; })()"
    )
    browser.click(x, y)
    assert browser.evaluate("nodes.get().every((node) => !!node.hidden === (node.kind === 'problem'))")
    browser.evaluate(
        "document.querySelector('#search input').value = 'nvidia h100';"
        "document.getElementById('search').requestSubmit()"
    )
    assert browser.evaluate("document.querySelector('#panel h2').textContent") == "NVIDIA H100"


def test_hostile_names_stay_text(hostile: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(hostile.draw().save(tmp_path / "graph.html"))
    assert browser.complaints == []
    panel = _click_node(browser, "node.kind === 'technique' && node.name.includes('script')")
    assert "</script>" in panel
    assert browser.evaluate("window.hacked") is None


def test_two_thousand_nodes_open_in_time(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw("", limit=2000).save(tmp_path / "graph.html"))
    assert browser.complaints == []
    assert browser.evaluate("GRAPH.nodes.length") > 1000
