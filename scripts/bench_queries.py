"""The ten queries of bench.py: asked of a graph, in SPARQL, and of the same papers in networkx."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.api import Graph

#: Asked for where no paper names an institution: Tsinghua University.
UNIVERSITY = "ror:03cve4549"
TOPIC, HARDWARE, TECHNIQUE = "topic:kv-cache-compression", "hardware:nvidia-h100", "technique:lora"
#: What the graph's edges from a paper to the techniques of its own are called.
_OWN = ("proposes", "usesTechnique")


class Subjects:
    """What the queries ask about, of the graph they are asked of: the first institution and a paper."""

    def __init__(self, graph: Graph) -> None:
        first = graph.ask(filter={"list": "institution", "top": 1}).table
        self.institution = first.lines[0].concept if first and first.lines else UNIVERSITY
        asked = graph.ask(filter={"list": "topic", "top": 1})
        self.paper = asked.rows[0].id if asked.rows else ""
        self.family = sorted(graph.vocabulary.narrower(TECHNIQUE))
        speed = graph.vocabulary.find("speedup", "metric")
        self.metrics = sorted(graph.vocabulary.narrower(speed.curie)) if speed else []


@dataclass(frozen=True, slots=True)
class Named:
    """A query: how it is asked, how much it finds, and the same in SPARQL and of networkx (None: it cannot say)."""

    name: str
    ask: Callable[[Graph, Subjects], Any]
    found: Callable[[Any], int]
    sparql: Callable[[Subjects], str]
    scan: Callable[[Any, Subjects], Any] | None = None


def _rows(answer: Any) -> int:
    return len(answer.rows)


def _lines(answer: Any) -> int:
    return len(answer.table.lines) if answer.table else 0


def _values(concepts: Iterable[str]) -> str:
    from kg.identifiers import iri

    return " ".join(f"<{iri(concept)}>" for concept in concepts)


def _edges(network: Any, *relations: str) -> Iterator[tuple[str, str]]:
    """The ends of the edges of some relations."""
    return ((head, tail) for head, tail, relation in network.edges(keys=True) if relation in relations)


def _papers_with(network: Any, concepts: Iterable[str], *relations: str) -> set[str]:
    return {
        head
        for concept in concepts
        if concept in network
        for head, _, relation in network.in_edges(concept, keys=True)
        if relation in relations
    }


def _having(network: Any, papers: Iterable[str], *relations: str) -> Counter[str]:
    """How many of some papers have each thing by some relations."""
    return Counter(
        thing
        for paper in papers
        for thing in {tail for _, tail, relation in network.out_edges(paper, keys=True) if relation in relations}
    )


def _counted(network: Any, *relations: str) -> Counter[str]:
    return Counter(tail for _, tail in set(_edges(network, *relations)))


def _matrix(network: Any) -> Counter[tuple[str, str]]:
    at: dict[str, list[str]] = {}
    for paper, institution in _edges(network, "institution"):
        at.setdefault(paper, []).append(institution)
    topics = _edges(network, "topic")
    return Counter((institution, topic) for paper, topic in topics for institution in at.get(paper, ()))


def _around(network: Any, family: Iterable[str]) -> set[str]:
    own = {concept for concept in family if concept in network}
    papers = {head for concept in own for head, _ in network.in_edges(concept) if head.startswith("paper:")}
    return papers | {tail for paper in papers for _, tail in network.out_edges(paper)}


QUERIES = (
    Named(
        "papers of a topic on a hardware",
        lambda graph, s: graph.ask(filter={"topic": TOPIC, "hardware": HARDWARE}),
        _rows,
        lambda s: f"SELECT DISTINCT ?p {{ ?p kg:topic {TOPIC} ; kg:hardware {HARDWARE} }}",
        lambda n, s: _papers_with(n, [TOPIC], "topic") & _papers_with(n, [HARDWARE], "hardware"),
    ),
    Named(
        "papers of an institution",
        lambda graph, s: graph.ask(filter={"institution": s.institution}),
        _rows,
        lambda s: f"SELECT DISTINCT ?p {{ ?p kg:institution {_values([s.institution])} }}",
        lambda n, s: _papers_with(n, [s.institution], "institution"),
    ),
    Named(
        "techniques by papers and by independent support",
        lambda graph, s: graph.ask(filter={"list": "technique"}),
        _lines,
        lambda s: (
            "SELECT ?t (COUNT(DISTINCT ?p) AS ?n) { ?p kg:proposes|kg:usesTechnique ?t } "
            "GROUP BY ?t ORDER BY DESC(?n) LIMIT 20"
        ),
        lambda n, s: _counted(n, *_OWN),
    ),
    Named(
        "what outperforms a technique",
        lambda graph, s: graph.ask("what outperforms LoRA?"),
        _lines,
        lambda s: (
            f"SELECT ?x (COUNT(DISTINCT ?e) AS ?n) {{ VALUES ?tail {{ {_values(s.family)} }} ?r kg:tail ?tail ; "
            "kg:relationType kg:outperforms ; kg:head ?x . ?e kg:relation ?r } GROUP BY ?x"
        ),
        lambda n, s: _papers_with(n, s.family, "outperforms"),
    ),
    Named(
        "results of a metric above a value, with their baselines",
        lambda graph, s: graph.ask(filter={"metric": "speedup", "result": "speedup>=10x", "sort": "highest"}),
        _lines,
        lambda s: (
            f"SELECT ?p ?high ?baseline {{ VALUES ?metric {{ {_values(s.metrics)} }} ?r kg:metric ?metric ; "
            'kg:unit "x" ; kg:high ?high . ?p kg:result ?r FILTER(?high >= 10) '
            "OPTIONAL { ?r kg:baselineText ?baseline } } ORDER BY DESC(?high)"
        ),
    ),
    Named(
        "topics a month",
        lambda graph, s: graph.ask("which topics grow by month?"),
        _lines,
        lambda s: (
            "SELECT ?t ?month (COUNT(DISTINCT ?p) AS ?n) { ?p a kg:Paper ; kg:topic ?t ; kg:date ?day "
            "BIND(SUBSTR(STR(?day), 1, 7) AS ?month) } GROUP BY ?t ?month"
        ),
        lambda n, s: _counted(n, "topic"),
    ),
    Named(
        "techniques that go with a concept",
        lambda graph, s: graph.ask(filter={"list": "technique", "technique": TECHNIQUE}),
        _lines,
        lambda s: (
            f"SELECT ?t (COUNT(DISTINCT ?p) AS ?n) {{ VALUES ?own {{ {_values(s.family)} }} "
            "?p kg:proposes|kg:usesTechnique ?own . ?p kg:proposes|kg:usesTechnique ?t } "
            "GROUP BY ?t ORDER BY DESC(?n) LIMIT 20"
        ),
        lambda n, s: _having(n, _papers_with(n, s.family, *_OWN), *_OWN),
    ),
    Named(
        "institution × topic matrix",
        lambda graph, s: graph.matrix("institution", "topic"),
        lambda table: int(table.size),
        lambda s: "SELECT ?i ?t (COUNT(DISTINCT ?p) AS ?n) { ?p kg:institution ?i ; kg:topic ?t } GROUP BY ?i ?t",
        lambda n, s: _matrix(n),
    ),
    Named(
        "all evidence of a paper",
        lambda graph, s: graph.paper(s.paper),
        lambda paper: sum(1 for _, record in paper.entries for _ in evidence(record)),
        lambda s: (
            f"SELECT ?node ?quote ?span {{ VALUES ?e {{ {_values(['entry:' + s.paper])} }} "
            "{ ?e kg:mentions|kg:relation ?node } UNION { ?p kg:entry ?e ; kg:result ?node } "
            "?node kg:quote ?quote OPTIONAL { ?node kg:span ?span } }"
        ),
    ),
    Named(
        "two-hop neighbourhood of a technique",
        lambda graph, s: graph.neighbourhood(TECHNIQUE),
        len,
        lambda s: (
            f"SELECT DISTINCT ?x {{ VALUES ?own {{ {_values(s.family)} }} ?p ?has ?own . ?p a kg:Paper ; ?link ?x "
            "FILTER(ISIRI(?x)) }"
        ),
        lambda n, s: _around(n, s.family),
    ),
)


def evidence(record: Any) -> Iterator[Any]:
    """All that a record says with words: mentions, topics, results, relations."""
    from kg.entity_types import LISTS

    for kind in LISTS.values():
        yield from getattr(record, kind)
    yield from (*record.topics, *record.results, *record.relations)
