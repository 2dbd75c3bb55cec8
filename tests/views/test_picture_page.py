"""The page of the picture in a browser: it opens quietly, and what is clicked, searched and dragged shows."""

from __future__ import annotations

import json
import re
import shutil
from itertools import product
from pathlib import Path

import pytest

import kg
import kg.views.picture.picture_evidence
from kg.api import Graph
from kg.views.picture import drawn
from kg.views.picture.picture_page import vis_network

from .browser import Browser

TOPIC = "KV cache compression"


def test_nothing_is_loaded_from_elsewhere(built: Graph) -> None:
    page = str(built.draw(TOPIC).content)
    assert not re.search(r"<(?:script|img|iframe|link)[^>]*(?:src|href)\s*=\s*[\"'](?!data:)", page)
    assert "bootstrap" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace(str(vis_network()), "").replace("http-equiv", "")


@pytest.mark.parametrize(
    ("view", "lang", "width"),
    [("", "en", 1280), ("", "zh", 390), ("lineage", "zh", 1280), ("collaboration", "en", 390)],
)
def test_page_opens_quietly(built: Graph, browser: Browser, tmp_path: Path, view: str, lang: str, width: int) -> None:
    page = built.draw(TOPIC, lang, view=view).save(tmp_path / "graph.html")
    browser.open(page, width)
    assert browser.requests == [page.as_uri()]
    assert browser.complaints == []
    assert browser.evaluate("document.body.dataset.ready") == "yes"
    assert browser.evaluate("document.querySelectorAll('#legend button').length") >= 3
    if view and width < 800:
        assert browser.evaluate("document.querySelectorAll('#graph.outline .chip').length") > 2
    else:
        assert browser.evaluate("document.querySelector('#graph canvas').width") > 300
    assert browser.evaluate(_OVERFLOWING) == []


#: The labels and dots that stand beyond the drawing, whoever resized it.
_CUT = """(() => {
  const {clientWidth: width, clientHeight: height} = box;
  const outside = (left, top, right, bottom) => left < 0 || top < 0 || right > width || bottom > height;
  const labels = view.labels.filter(({id, r, wide, high, spot}) => {
    const {x, y} = view.screen(id);
    const left = {left: x - r - 3 - wide, right: x + r + 3}[spot] ?? x - wide / 2;
    const top = {below: y + r, above: y - r - high}[spot] ?? y - high / 2;
    return outside(left, top, left + wide, top + high);
  });
  const dots = IDS.map((id) => view.screen(id)).filter(({x, y}) => outside(x, y, x, y));
  return [labels.map(({text}) => text), dots.length];
})()"""


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 1280), ("en", 390), ("zh", 390)])
def test_no_label_is_cut_when_a_picture_opens_or_its_window_changes(
    built: Graph, browser: Browser, tmp_path: Path, lang: str, width: int
) -> None:
    browser.open(built.draw("", lang).save(tmp_path / "graph.html"), width, 844)
    assert browser.evaluate(_CUT) == [[], 0]
    assert browser.evaluate("view.labels.length") > 10
    browser.evaluate("document.getElementById('graph').style.height = '400px'")
    browser.wait("box.clientHeight <= 400 && view.network.canvas.frame.canvas.clientHeight === box.clientHeight")
    browser.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert browser.evaluate(_CUT) == [[], 0]
    first = _text(browser, "#panel h2")
    browser.evaluate("choose(IDS.at(-1)); document.getElementById('whole').click()")
    assert browser.evaluate(_CUT) == [[], 0]
    assert _text(browser, "#panel h2") == first  # as it opened
    assert browser.evaluate("chosen") is None


#: What stands beyond the page's right edge, or holds more than it shows.
_OVERFLOWING = """[...document.querySelectorAll('header *, main, #graph, #panel, #panel *')].filter((it) => {
  const {left, right} = it.getBoundingClientRect();
  return right > innerWidth + 1 || left < -1;
}).map((it) => it.outerHTML.slice(0, 80))"""


def _place(browser: Browser, node: str) -> tuple[float, float]:
    browser.evaluate(f"view.focus({json.dumps(node)})")
    browser.evaluate(_FRAMES)
    x, y = browser.evaluate(
        "(() => { const {left, top} = box.getBoundingClientRect();"
        f" const {{x, y}} = view.screen({json.dumps(node)}); return [x + left, y + top]; }})()"
    )
    return x, y


_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"


def _text(browser: Browser, selector: str = "#panel") -> str:
    return str(browser.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))


def _click(browser: Browser, selector: str) -> None:
    found = f"document.querySelector({json.dumps(selector)})"
    x, y = browser.evaluate(f"(() => {{ const b = {found}.getBoundingClientRect(); return [b.x + 8, b.y + 8]; }})()")
    browser.click(x, y)


def test_a_click_on_a_node_shows_its_papers_and_quotes(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw(TOPIC, limit=200).save(tmp_path / "graph.html"))
    browser.click(*_place(browser, "hardware:nvidia-h100"))
    assert "NVIDIA H100" in _text(browser)
    assert "004-16" in _text(browser)
    assert "H100" in _text(browser, "#panel mark")
    _click(browser, "#panel .links .soft")  # a link's name leads to its sentence
    assert "→" in _text(browser, "#panel h2")


def test_a_click_on_a_line_shows_its_sentence(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw("002-22").save(tmp_path / "graph.html"))
    x, y, at = browser.evaluate(_FREE_LINE)
    browser.click(x, y)
    head, tail = browser.evaluate(f"ends({at}).map((id) => NODES[id].name)")
    assert _text(browser, "#panel h2") == f"{head} → {tail}"
    assert _text(browser, "#panel mark")


#: The middle of a line that has a quote and no node over it.
_FREE_LINE = """(() => {
  const {left, top} = box.getBoundingClientRect();
  for (let at = 0; at < LINES.length; at++) {
    if (!EDGES[at].quotes.length) continue;
    view.network.fit({nodes: [LINES[at].from, LINES[at].to], animation: false});
    const [a, b] = [view.screen(LINES[at].from), view.screen(LINES[at].to)];
    const middle = {x: (a.x + b.x) / 2, y: (a.y + b.y) / 2};
    if (view.network.getNodeAt(middle) === undefined && view.network.getEdgeAt(middle) === at)
      return [middle.x + left, middle.y + top, at];
  }
})()"""


def test_legend_colours_and_search(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw(TOPIC, limit=200).save(tmp_path / "graph.html"))
    _click(browser, "#legend [data-kind=problem]")
    hidden = "IDS.filter((id) => view.nodes.get(id).hidden).map((id) => NODES[id].kind)"
    assert set(browser.evaluate(hidden)) == {"problem"}
    colours = "IDS.map((id) => view.nodes.get(id).color.background)"
    by_type = browser.evaluate(colours)
    browser.evaluate(
        "document.getElementById('colour').value = 'community'; document.getElementById('colour').onchange()"
    )
    assert browser.evaluate(colours) != by_type
    _click(browser, "#search input")
    browser.type("h100", enter=False)
    assert "NVIDIA H100" in _text(browser, "#panel .found")
    browser.type("", enter=True)
    assert _text(browser, "#panel h2") == "NVIDIA H100"


def test_the_keyboard_reaches_the_search(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw(TOPIC).save(tmp_path / "graph.html"))
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.name") == "text"
    browser.type("no such thing at all")
    assert "No node has this name" in _text(browser)


def test_years_filter_nodes_and_lines(built: Graph, browser: Browser, tmp_path: Path) -> None:
    # The reports are of one year: some nodes are given another.
    page = str(built.draw("", limit=60).content).replace('<div class="controls">', f'<div class="controls">{_YEARS}')
    (tmp_path / "graph.html").write_text(page)
    browser.open(tmp_path / "graph.html")
    browser.evaluate("IDS.slice(0, 10).forEach((id) => { NODES[id].years = ['2024']; })")
    assert browser.evaluate("IDS.every((id) => seen.get(id))")
    browser.evaluate("years.to.value = '2024'; years.to.onchange()")
    assert browser.evaluate("IDS.filter((id) => seen.get(id)).length") == 10
    assert browser.evaluate("IDS.filter((id) => !view.nodes.get(id).hidden).every((id) => seen.get(id))")
    assert browser.evaluate("LINES.every((line, at) => view.edges.get(at).hidden || seesEdge(at))")


_YEARS = '<select id="from"><option>2024<option>2025</select><select id="to"><option>2024<option selected>2025</select>'


def test_hostile_names_stay_text(hostile: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(hostile.draw().save(tmp_path / "graph.html"))
    assert browser.complaints == []
    node = browser.evaluate("IDS.find((id) => NODES[id].kind === 'technique' && NODES[id].name.includes('script'))")
    browser.click(*_place(browser, node))
    assert "</script>" in _text(browser)
    assert browser.evaluate("window.hacked") is None
    assert browser.evaluate(_OVERFLOWING) == []


# --- many nodes -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(built_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of two thousand nodes, some of them of papers beside the reports."""
    folder = tmp_path_factory.mktemp("large")
    words = ("Zap", "Fold", "Skim", "Drift", "Loom", "Vane", "Nest", "Moss", "Reed", "Silk")
    papers = [
        {
            "id": f"{one}{two}KV",
            "title": f"{one}{two}KV: Query-Aware KV Cache Eviction",
            "abstract": f"We propose {one}{two}KV. It uses {one}Gate{two}, {one}Mill{two} and {one}Sieve{two}.",
        }
        for one, two in product(words, words)
    ]
    (folder / "more.jsonl").write_text("".join(f"{json.dumps(paper)}\n" for paper in papers), encoding="utf-8")
    with kg.open(str(shutil.copy(built_file, folder / "papers.kg")), create=True) as graph:
        graph.add(folder / "more.jsonl", fast=True)
        return graph.draw("", limit=2000).save(folder / "graph.html")


def _opens_quietly(large: Path, browser: Browser, width: int) -> None:
    browser.open(large, width)
    assert browser.requests == [large.as_uri()]
    assert browser.complaints == []
    assert browser.evaluate("view.sigma.getGraph().order") > 1700
    assert browser.evaluate(_OVERFLOWING) == []


def test_two_thousand_nodes_open_quietly_on_a_phone(large: Path, browser: Browser) -> None:
    _opens_quietly(large, browser, 390)


def test_two_thousand_nodes_open_quietly_and_have_the_same_controls(large: Path, browser: Browser) -> None:
    _opens_quietly(large, browser, 1280)
    browser.click(*_place(browser, "hardware:nvidia-h100"))
    assert _text(browser, "#panel h2") == "NVIDIA H100"
    assert "H100" in _text(browser, "#panel mark")
    _click(browser, "#panel .links .soft")
    assert _text(browser, "#panel mark")
    _click(browser, "#whole")
    _click(browser, "#legend ul:not([hidden]) [data-group='0']")
    hidden = "IDS.filter((id) => view.sigma.getNodeDisplayData(id).hidden).map((id) => NODES[id].group)"
    assert set(browser.evaluate(hidden)) == {0}
    _click(browser, "#legend ul:not([hidden]) [data-group='0']")
    assert browser.evaluate(hidden) == []
    _click(browser, "#search input")
    browser.type("nvidia a100")
    assert _text(browser, "#panel h2") == "NVIDIA A100"


#: Drags the picture to the left, and gives what had a label before and has one after, with its place.
_DRAG = """new Promise((done) => {
  const old = view.room, {left, top, width, height} = box.getBoundingClientRect();
  const on = (name) => name === "mousedown" ? [...box.querySelectorAll("canvas")].at(-1) : document;
  const send = (name, step) => on(name).dispatchEvent(new MouseEvent(name,
    {clientX: left + width / 2 - 15 * step, clientY: top + height / 2, bubbles: true, button: 0}));
  let step = 0;
  send("mousedown", 0);
  const frame = () => {
    if (++step > 20) {
      send("mouseup", step);
      const shown = () => [...view.room.keys()].map((id) => [id, view.screen(id).x]);
      const late = () => view.room === old || shown().some(([, x]) => x < -50 || x > width + 50);
      const wait = (times) => times && late() ? setTimeout(wait, 50, times - 1) : done([[...old.keys()], shown()]);
      wait(200);
      return;
    }
    send("mousemove", step);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""


def test_labels_follow_when_two_thousand_nodes_are_dragged(large: Path, browser: Browser) -> None:
    browser.open(large)
    before, after = browser.evaluate(_DRAG)
    assert browser.complaints == []
    width = browser.evaluate("box.clientWidth")
    assert len(after) > 20
    assert all(-50 < x < width + 50 for _, x in after)
    assert {name for name, _ in after} != set(before)
    label = "view.sigma.getNodeDisplayData(%s).label"
    assert all(browser.evaluate(label % json.dumps(name)) for name, _ in after[:5])


def test_a_line_among_two_thousand_nodes_is_hit(large: Path, browser: Browser) -> None:
    browser.open(large)
    ends = "IDS.filter((id) => NEAR.get(id).length && EDGES[NEAR.get(id)[0]].quotes.length).slice(0, 8)"
    hits = [_is_line_hit(browser, node) for node in browser.evaluate(ends)]
    assert any(hits)  # over the others another node may lie


def _is_line_hit(browser: Browser, node: str) -> bool:
    place = f"const {{x, y}} = view.sigma.getNodeDisplayData({node!r})"
    browser.evaluate(f"{{ {place}; view.sigma.getCamera().setState({{x, y, ratio: 0.03}}); 0 }}")
    browser.evaluate(_FRAMES)
    x, y, at = browser.evaluate(_MIDDLE % json.dumps(node))
    assert at is not None
    browser.click(x, y)
    return bool(browser.evaluate(f"chosen && chosen.edge === {at}"))


_MIDDLE = """(() => {
  const {left, top} = box.getBoundingClientRect();
  const [at] = NEAR.get(%s);
  const [a, b] = [view.screen(LINES[at].from), view.screen(LINES[at].to)];
  const far = Math.hypot(b.x - a.x, b.y - a.y), part = Math.min(0.5, 60 / far);
  const [near, other] = Math.hypot(a.x - box.clientWidth / 2, a.y - box.clientHeight / 2) < 5 ? [a, b] : [b, a];
  return [near.x + (other.x - near.x) * part + left, near.y + (other.y - near.y) * part + top, at];
})()"""


#: Boxes of a lineage beyond the drawing or the window, or on one another.
_BOXES_CUT = """(() => {
  const boxes = IDS.map((id) => {
    const {left, top, right, bottom} = view.network.getBoundingBox(id);
    const [a, b] = [view.network.canvasToDOM({x: left, y: top}), view.network.canvasToDOM({x: right, y: bottom})];
    return {id, left: a.x, top: a.y, right: b.x, bottom: b.y};
  });
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const {clientWidth: width, clientHeight: height} = box.parentNode;
  return boxes.filter((one) => one.left < 0 || one.top < 0 || one.right > width || one.bottom > height
    || boxes.some((other) => other !== one && meet(one, other))).map(({id}) => id);
})()"""
#: Lines of a lineage that run behind a box they do not lead to, with that box.
_BOXES_CROSSED = """LINES.flatMap((line, at) => IDS.filter((id) => {
  if (id === line.from || id === line.to) return false;
  const {left, top, right, bottom} = view.network.getBoundingBox(id);
  return view.routes[at].some(([x, y], place, way) => {
    const [u, v] = way[place + 1] || [x, y];
    return y === v && y > top && y < bottom && Math.max(x, u) > left && Math.min(x, u) < right;
  });
}).map((id) => [line.from, line.to, id]))"""


def test_a_line_of_a_lineage_is_hit(built: Graph, browser: Browser, tmp_path: Path) -> None:
    browser.open(built.draw(view="lineage").save(tmp_path / "lineage.html"), 1280)
    x, y = browser.evaluate(
        "(() => { const [a] = view.routes[0], {x, y} = view.network.canvasToDOM({x: a[0] + 6, y: a[1]});"
        " const {left, top} = box.getBoundingClientRect(); return [x + left, y + top]; })()"
    )
    browser.click(x, y)
    assert browser.evaluate("chosen && LINES[chosen.edge]?.from") == browser.evaluate("LINES[0].from")


def test_a_lineage_opens_whole_and_its_panel_on_the_most_important_node(
    built: Graph, browser: Browser, tmp_path: Path
) -> None:
    shown = drawn(built, "", view="lineage", limit=40)
    narrower = built.vocabulary.narrower
    assert not [edge for edge in shown.edges if edge.tail in narrower(edge.head)]  # quantization does not use GPTQ
    page = built.draw(view="lineage").save(tmp_path / "lineage.html")
    for height in (900, 800):
        browser.open(page, 1280, height)
        assert browser.evaluate("document.documentElement.scrollHeight") == height
        assert browser.evaluate(_BOXES_CUT) == []
        assert browser.evaluate("view.network.getScale()") >= 0.6
    assert browser.evaluate("IDS.length") <= 40
    assert browser.evaluate(_BOXES_CROSSED) == []
    assert browser.evaluate("view.nodes.get().some(({label}) => label.includes('…'))") is False
    first = browser.evaluate("NODES[DATA.about.first].name")
    assert _text(browser, "#panel h2") == first
    assert browser.evaluate("chosen") is None


def test_a_picture_in_a_box_without_height_waits_for_room(built: Graph, browser: Browser, tmp_path: Path) -> None:
    page = built.draw(TOPIC).save(tmp_path / "graph.html")
    browser.open(page, 1280, 100)
    assert not browser.complaints


def test_on_a_phone_the_panel_opens_under_the_picture(browser: Browser, built: Graph, tmp_path: Path) -> None:
    browser.open(built.draw(TOPIC).save(tmp_path / "graph.html"), 390, 844)
    assert browser.evaluate("panel.querySelector('h2').textContent") == "KV cache compression (topic)"
    assert browser.evaluate("document.documentElement.scrollHeight / innerHeight") < 3


def test_a_lineage_on_a_phone_is_a_list_that_can_be_read(browser: Browser, built: Graph, tmp_path: Path) -> None:
    browser.open(built.draw(view="lineage").save(tmp_path / "lineage.html"), 390, 844)
    heads = "[...document.querySelectorAll('#graph section h2 button')].map((one) => one.textContent)"
    most = (
        "IDS.map((id) => [LINES.filter((line) => line.from === id).length, NODES[id].name]).sort((a, b) => b[0] - a[0])"
    )
    assert browser.evaluate(heads)[0] == browser.evaluate(f"{most}[0][1]")
    lines = browser.evaluate("document.querySelectorAll('#graph section p button').length")
    assert lines == browser.evaluate("LINES.length")
    wide = "Math.max(...[...document.querySelectorAll('.chip')].map((one) => one.getBoundingClientRect().right))"
    assert browser.evaluate(wide) <= 390
    browser.evaluate("document.querySelector('#graph section p button').click()")
    assert _text(browser, "#panel h2") == _text(browser, "#graph section p button")
    assert browser.evaluate("document.querySelectorAll('.chip.faint').length") > 0
    browser.evaluate("document.querySelector('#legend [data-line]').click()")
    assert 0 < browser.evaluate("document.querySelectorAll('#graph section p button:not([hidden])').length") < lines
    assert not browser.complaints


def test_the_panel_explains_support_and_lists_the_newest_papers_first(
    built: Graph, browser: Browser, tmp_path: Path
) -> None:
    browser.open(built.draw("", "zh").save(tmp_path / "graph.html"))
    assert "彼此没有共同机构" in browser.evaluate("document.querySelector('#legend .size').title")
    assert "新近在前" in _text(browser)
    dates = browser.evaluate("IDS.map((id) => NODES[id].papers.map((place) => PAPERS[place][2]))")
    assert all(list(some) == sorted(some, reverse=True) for some in dates)


def test_a_dot_without_a_name_is_shown_when_it_is_chosen_or_one_zooms(
    built: Graph, browser: Browser, tmp_path: Path
) -> None:
    browser.open(built.draw("").save(tmp_path / "graph.html"), 390, 844)
    hidden = "IDS.filter((id) => view.nodes.get(id).hidden)"
    first = browser.evaluate(hidden)
    assert first
    assert browser.evaluate("view.labels.length") + len(first) == len(browser.evaluate("IDS"))
    browser.evaluate(f"choose({json.dumps(first[0])})")
    browser.wait(f"!view.nodes.get({json.dumps(first[0])}).hidden")
    browser.evaluate("document.getElementById('whole').click()")
    browser.evaluate("view.network.moveTo({scale: 3 * view.network.getScale(), animation: false}); view.relabel()")
    assert len(browser.evaluate(hidden)) < len(first) or browser.evaluate("view.labels.length") > 0
