"""The picture: one file, still, explorable; and the same drawing as SVG, PNG and for other tools."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx
import pytest
from lxml import etree
from PIL import Image

import kg
import kg.views.picture.picture_evidence
from kg.api import Graph
from kg.model import Document, KgError, Record
from kg.rdf.store import Store
from kg.store.contents import load_entries
from kg.text import HARMFUL
from kg.views.columns import shortened
from kg.views.picture import drawn
from kg.views.picture.drawing import Drawing, DrawnNode, Edge
from kg.views.picture.force_layout import places
from kg.views.picture.gather import merged
from kg.views.picture.layers import ahead, column_of, layered
from kg.views.picture.look import LABEL, Look
from kg.views.picture.picture_evidence import alike
from kg.views.picture.sheet import sheet, width_of
from kg.views.rendered import View
from kg.views.words import PageWords

from .hostile import EVIL

TOPIC = "KV cache compression"
FORMS = ("html", "svg", "png", "graphml", "gexf", "json")

# --- what is drawn --------------------------------------------------------------------------------------------------


def test_other_runs_give_the_same_bytes(built: Graph, built_file: Path) -> None:
    script = (
        "import sys, hashlib, kg\n"
        "from kg.api import Graph\n"
        "view = Graph(sys.argv[1], read_only=True).draw(sys.argv[2], 'zh', 80)\n"
        "print(*(hashlib.sha256(repr(view.render(form)).encode()).hexdigest() for form in sys.argv[3:]))\n"
    )
    run = [sys.executable, "-c", script, str(built_file), TOPIC, *FORMS]
    other = subprocess.run(run, env={**os.environ, "PYTHONHASHSEED": "77"}, capture_output=True, text=True, check=True)
    view = built.draw(TOPIC, "zh", 80)
    assert other.stdout.split() == [hashlib.sha256(repr(view.render(form)).encode()).hexdigest() for form in FORMS]


def test_what_was_left_out_is_said(built: Graph) -> None:
    page = str(built.draw(TOPIC, "en", 100).content)
    whole = drawn(built, TOPIC, limit=1000)
    assert f"100 of {whole.all_nodes:,} nodes" in page
    assert f"from {len(built.ask(TOPIC, limit=0).rows)} papers" in page
    assert page.count('"physics": false') == 100


def test_a_topic_is_called_in_the_language_of_the_picture(built: Graph) -> None:
    assert built.draw("KV cache compression", lang="zh").title == "图谱：KV缓存压缩"


def test_few_papers_are_drawn_and_many_listed(built: Graph) -> None:
    assert "paper" in {node.type for node in drawn(built, TOPIC, limit=100).nodes.values()}
    many = drawn(built, "", limit=100)
    assert "paper" not in {node.type for node in many.nodes.values()}
    assert many.all_papers == 133
    assert "Click a node for its papers" in str(built.draw("", limit=100).content)
    assert "lick a node" not in str(built.draw("", limit=100).render("svg"))  # which stands still


def test_the_limit_keeps_what_most_independent_papers_name(built: Graph) -> None:
    whole = drawn(built, "", limit=2000, types=["technique"])
    some = drawn(built, "", limit=40, types=["technique"])
    assert len(some.nodes) == 40
    best = sorted(whole.nodes.values(), key=lambda node: -node.support)[:15]
    assert {node.id for node in best} <= some.nodes.keys()
    linked = {end for edge in some.edges for end in (edge.head, edge.tail)}
    assert linked == some.nodes.keys()  # nothing stands alone


def test_only_types_asked_for_are_drawn(built: Graph) -> None:
    found = drawn(built, "", limit=60, types=["technique", "hardware"])
    assert {node.type for node in found.nodes.values()} == {"technique", "hardware"}
    with_papers = drawn(built, TOPIC, types=["paper", "hardware"])
    papers = Counter(node.type for node in with_papers.nodes.values())["paper"]
    assert papers == len(built.ask(TOPIC, limit=0).rows)


def test_a_concept_draws_its_neighbourhood(built: Graph) -> None:
    near = drawn(built, "hardware:nvidia-h100", depth=1)
    assert near.centre == "hardware:nvidia-h100"
    assert {node.type for node in near.nodes.values()} == {"paper", "hardware"}
    farther = drawn(built, "hardware:nvidia-h100")
    assert near.nodes.keys() < farther.nodes.keys()
    assert farther.all_papers == near.all_papers
    by_name = drawn(built, "NVIDIA H100")
    assert by_name.nodes.keys() == farther.nodes.keys()


def test_depth_leads_from_a_paper_to_others(built: Graph) -> None:
    one, two, three = (drawn(built, "002-22", depth=depth, limit=400) for depth in (1, 2, 3))
    assert (one.all_papers, len({n.id for n in one.nodes.values() if n.type == "paper"})) == (1, 1)
    assert two.all_papers > 1
    assert two.all_nodes - two.all_papers == one.all_nodes - one.all_papers  # others, but nothing new that they name
    assert three.all_nodes - three.all_papers > two.all_nodes - two.all_papers


def test_large_graphs_are_not_read_whole(built: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(store: Store, names: Iterable[str]) -> dict[str, tuple[Document, Record]]:
        read.extend(names := list(names))
        return load_entries(store, names)

    monkeypatch.setattr(kg.views.picture.picture_evidence, "load_entries", noted)
    found = drawn(built, "", limit=8)
    assert all(node.quotes for node in found.nodes.values())
    assert len(read) == len(set(read)) < 60


def test_every_edge_has_its_sentence(built: Graph) -> None:
    found = drawn(built, "", limit=60)
    without = [edge for edge in found.edges if not edge.quotes]
    assert len(without) <= 0.02 * len(found.edges)
    said = [edge for edge in found.edges if edge.relation in ("uses", "part_of", "applied_to")]
    assert said
    assert all(quote.quote in quote.sentence for edge in said for quote in edge.quotes)


@pytest.mark.parametrize(("limit", "types"), [(200, ()), (60, ("technique",))])
def test_nodes_do_not_stand_on_one_another(built: Graph, limit: int, types: tuple[str, ...]) -> None:
    found = list(places(drawn(built, "", limit=limit, types=types)).values())
    near = [(a, b) for i, a in enumerate(found) for b in found[:i] if abs(a[0] - b[0]) < 9 and abs(a[1] - b[1]) < 9]
    assert near == []


def test_a_lineage_leads_from_older_to_newer_methods_with_names(built: Graph) -> None:
    found = drawn(built, "", limit=40, view="lineage")
    at = layered(found)
    assert len(found.edges) > 15
    assert {edge.relation for edge in found.edges} <= {"uses", "part_of", "outperforms"}
    for one, other in map(ahead, found.edges):
        assert at[one][0] <= at[other][0]
        assert found.nodes[one].since[:10] <= found.nodes[other].since[:10]
        assert found.nodes[other].since
    assert len(set(at.values())) == len(at)
    assert {column_of(x) for x, _ in at.values()} <= set(range(len(found.periods)))
    assert not {"technique:fp16", "technique:bf16", "technique:quantization"} & found.nodes.keys()
    svg = built.draw("", view="lineage").render("svg")
    assert all(period in svg for period in found.periods)
    assert "earlier" in svg


def test_a_map_has_regions_with_names_and_no_dot_without_one(built: Graph) -> None:
    for lang in ("en", "zh"):
        drawing = drawn(built, "", lang, limit=120)
        look = Look.of(drawing, PageWords(lang), "", "community")
        assert drawing.is_map
        assert len(look.regions) > 2
        assert set(look.regions.values()) <= {node.label for node in drawing.nodes.values()}
        assert len(set(look.regions.values())) == len(look.regions)
        page = sheet(look)
        assert len(page.regions) == len(look.regions)
        texts = [word.text for word in page.words]
        assert all(shortened(name, LABEL) in texts for name in look.regions.values())
        nodes = [dot for dot in page.dots if dot.said]
        assert len([word for word in page.words if not (word.is_bold or word.is_soft or word.is_white)]) >= len(nodes)
        degrees = Counter(end for edge in drawing.edges for end in (edge.head, edge.tail))
        assert degrees.total() / 2 < 3.5 * len(drawing.nodes)


def test_a_lineage_holds_no_high_band_without_a_node(built: Graph) -> None:
    for topic in ("", TOPIC):
        rows = sorted({y for _, y in layered(drawn(built, topic, limit=40, view="lineage")).values()})
        steps = [below - above for above, below in pairwise(rows)]
        assert max(steps) < 2 * 34  # two rows of boxes


def test_collaboration_is_by_papers_in_common(built: Graph) -> None:
    found = drawn(built, "", limit=150, view="collaboration")
    assert {node.type for node in found.nodes.values()} == {"institution"}
    for edge in found.edges:
        assert set(edge.papers) == set(found.nodes[edge.head].papers) & set(found.nodes[edge.tail].papers)


def test_wrong_wishes_and_an_empty_selection_are_told(built: Graph) -> None:
    view = built.draw("papers on underwater basket weaving zzz")
    assert view.papers == 0
    assert "no paper" in str(view.content)
    for form in FORMS[1:]:
        assert view.render(form)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"limit": 0}, "limit of 1"),
        ({"limit": 100_000}, "too large"),
        ({"depth": 9}, "1 to 6"),
        ({"types": ["gadget"]}, "no type 'gadget'"),
        ({"view": "tree"}, "no view 'tree'"),
        ({"colour": "mood"}, "no colour 'mood'"),
        ({"selection": "technique:no-such-thing"}, "technique:no-such-thing"),
    )
    for wish, said in wrong:
        with pytest.raises(KgError, match=said):
            built.draw(**{"selection": TOPIC, **wish})


# --- still pictures, and files for other tools ----------------------------------------------------------------------


def _svg(graph: Graph, selection: str = "", **wishes: Any) -> etree._Element:
    return etree.fromstring(str(graph.draw(selection, **wishes).render("svg")).encode())


def _file(view: View, form: str) -> io.BytesIO:
    """A form of a view that is no text."""
    data = view.render(form)
    assert isinstance(data, bytes)
    return io.BytesIO(data)


def test_labels_of_a_drawing_do_not_collide(built: Graph) -> None:
    svg = _svg(built, limit=200)
    boxes = []
    for text in svg.iter("{*}text"):
        size, wide = float(text.get("font-size")), width_of(text.text, float(text.get("font-size")))
        x = float(text.get("x")) - {"middle": wide / 2, "end": wide}.get(text.get("text-anchor"), 0)
        boxes.append((x, float(text.get("y")) - 0.7 * size, x + wide, float(text.get("y"))))
    assert len(boxes) > 80
    meeting = [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert meeting == []
    width, height = float(svg.get("width")), float(svg.get("height"))
    assert all(box[0] >= 0 and box[2] <= width and box[3] <= height for box in boxes)


def test_a_drawing_needs_nothing_else_and_hostile_names_stay_text(hostile: Graph) -> None:
    for view in ("", "lineage"):
        svg = _svg(hostile, view=view)
        assert {etree.QName(it).localname for it in svg.iter(tag=etree.Element)} <= _TAGS
        assert not [name for it in svg.iter() for name in it.attrib if name.startswith("on") or "href" in name]
    assert any(EVIL[:20] in (text.text or "") for text in _svg(hostile).iter("{*}title"))
    assert Image.open(_file(hostile.draw(), "png")).size[0] > 500


_TAGS = {"svg", "title", "desc", "style", "path", "polygon", "circle", "rect", "text"}


def test_png_has_the_size_of_the_drawing(built: Graph) -> None:
    svg = _svg(built, TOPIC, lang="zh")
    with Image.open(_file(built.draw(TOPIC, "zh"), "png")) as image:
        assert image.width == pytest.approx(1.5 * float(svg.get("width")), abs=2)
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 50


def test_other_tools_read_what_is_drawn(built: Graph) -> None:
    view = built.draw(TOPIC, limit=80)
    whole = json.loads(str(view.render("json")))
    for form, read in (("graphml", networkx.read_graphml), ("gexf", networkx.read_gexf)):
        graph = read(_file(view, form))
        assert set(graph) == {node["id"] for node in whole["nodes"]}
        assert graph.number_of_edges() == len(whole["edges"])
        assert graph.nodes["technique:kv-cache"]["label"] == "KV cache"
    assert whole["drawn"]["nodes"] == 80 < whole["drawn"]["of"]
    assert all(node["papers"] for node in whole["nodes"])


@pytest.mark.parametrize("form", FORMS[:2] + FORMS[3:])
def test_hostile_names_do_no_harm_in_any_form(hostile: Graph, form: str) -> None:
    for view in ("", "lineage"):
        text = hostile.draw("", view=view).render(form)
        text = text.decode() if isinstance(text, bytes) else text
        data = text.partition('id="data"')[2].partition("</script>")[0] if form == "html" else text
        assert HARMFUL.search(data) is None
        assert form == "json" or "<script>window.hacked" not in text


def test_labels_are_cut_by_their_width() -> None:
    assert shortened("KV cache", 8) == "KV cache"
    assert shortened("KV cache compression", 8) == "KV cach…"
    assert shortened("键值缓存压缩", 8) == "键值缓…"
    assert shortened("a\u202eb", 8) == "ab"


def test_collaboration_says_how_many_papers_name_institutions(built: Graph) -> None:
    named = sum(any(record.institutions for _, record in paper.entries) for paper in built.papers())
    said = f"from the {named:,} of {len(built):,} papers that name institutions"
    assert (said in str(built.draw(view="collaboration").render("html"))) is (named < len(built))


def test_a_topic_and_a_technique_of_one_name_say_which_they_are(built: Graph) -> None:
    labels = Counter(node.label.casefold() for node in drawn(built, TOPIC).nodes.values() if node.type != "paper")
    assert max(labels.values()) == 1
    assert {"kv cache compression (topic)", "kv cache compression (technique)"} <= labels.keys()


def test_the_panel_opens_on_what_the_heading_names_and_not_on_the_end_of_its_name(built: Graph) -> None:
    shown = replace(drawn(built, ""), centre="")
    least = min((node for node in shown.nodes.values() if node.type != "paper"), key=shown.measure)
    named, longer = (Look.of(shown, PageWords("en"), f"Graph: {said}{least.label}", "type") for said in ("", "un"))
    assert named.first == least.id
    assert longer.first != least.id


def test_a_long_label_keeps_the_type_that_tells_it_apart(built: Graph) -> None:
    look = Look.of(drawn(built, TOPIC), PageWords("en"), "", "type")
    node = replace(next(iter(look.drawing.nodes.values())), type="topic", label=f"{'a' * 60} (topic)")
    assert look.short(node, 20) == "aaaaaaaaaaa… (topic)"
    assert look.name(node) == "a" * 60


def test_labels_that_differ_in_number_or_case_are_alike() -> None:
    assert alike("LLM agents") == alike("LLM agent")
    assert alike("Fine-Tuning") == alike("fine tuning")
    assert alike("bias") == "bias"
    assert alike("loss") == "loss"


def test_a_relation_stated_both_ways_has_no_direction() -> None:
    both = [Edge("a", "b", "uses", ["1"]), Edge("b", "a", "uses", ["2", "3"]), Edge("a", "c", "uses", ["1"])]
    found = [(edge.head, edge.tail, edge.is_mutual, sorted(edge.papers)) for edge in merged(both)]
    assert found == [("b", "a", True, ["1", "2", "3"]), ("a", "c", False, ["1"])]


def test_a_lineage_relates_general_concepts_only_where_two_papers_do(built: Graph) -> None:
    found = drawn(built, "", view="lineage", limit=300)
    label = {name: built.vocabulary[name].label["en"] for name in found.nodes if name in built.vocabulary}
    general = {name for name, said in label.items() if said.split(" ")[-1].islower()}
    alone = [edge for edge in found.edges if len(edge.papers) == 1 and {edge.head, edge.tail} <= general]
    assert alone == []


def test_the_panel_opens_on_the_node_drawn_largest() -> None:
    nodes = {
        name: DrawnNode(name, "institution", label, papers)
        for name, label, papers in (("a", "Zeta", ["1", "2"]), ("b", "Eta", ["1", "2"]), ("c", "Beta", ["1"]))
    }
    drawing = Drawing(nodes, [Edge("a", "c", "together", ["1"])], view="collaboration")
    assert Look.of(drawing, PageWords("en"), "", "type").first == "a"  # of two as large, that of more relations
    drawing.edges = []
    assert Look.of(drawing, PageWords("en"), "", "type").first == "b"
