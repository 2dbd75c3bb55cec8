"""The quotes for a picture: sentences from a few papers for each node and edge, loaded from few entries."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.model import Paper
from kg.query.corpus import Corpus
from kg.store.contents import labels, load_entries
from kg.views.network import titles
from kg.views.picture.drawing import TOGETHER, About, Drawing, Edge
from kg.views.picture.gather import PaperFacts
from kg.views.readable import as_text
from kg.views.selection import EntryQuote, Selection, clean, ids, quoted, title
from kg.views.words import PageWords
from kg.vocabulary import in_language

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Quotes per node and edge; fewer if there are many nodes.
_QUOTES, _FEW, _MANY = 5, 2, 500
#: The end of a plural: "agents", but not "bias", "loss" or "focus".
_PLURAL = re.compile(r"^(\w{2,}[^aius\W])s$")
#: Papers that the panel lists per node; fewer if there are many nodes.
LISTED, LISTED_OF_MANY = 40, 12


def fill(graph: GraphReader, drawing: Drawing, known: PaperFacts, lang: str) -> None:
    """Set labels, papers and quotes of a drawing."""
    is_large = len(drawing.nodes) > _MANY
    most = _FEW if is_large else _QUOTES
    chosen = _chosen(drawing, most)
    read = load_entries(graph.store, (entry for name in chosen for entry in known.papers[name].entries))
    shown = {name: Paper(name, [read[entry] for entry in known.papers[name].entries]) for name in chosen}
    selection = Selection.of(graph, shown.values(), lang)
    selection.learn_labels()
    _label(graph, drawing, shown, lang)
    words = _Words(selection, shown)
    for node in drawing.nodes.values():
        if node.type != "paper":
            node.quotes = _first(words.of(node.papers, node.id), most)
    for edge in drawing.edges:
        edge.quotes = _first(words.between(edge), most)
    for papers in [one.papers for one in drawing.nodes.values()] + [one.papers for one in drawing.edges]:
        papers.sort(key=lambda paper: (known.papers[paper].when if paper in known.papers else "", paper), reverse=True)
    _tell(graph, drawing, known, shown, LISTED_OF_MANY if is_large else LISTED)


def _chosen(drawing: Drawing, most: int) -> list[str]:
    """A small set of papers with quotes for all nodes and edges."""
    out: dict[str, None] = {name: None for name, node in drawing.nodes.items() if node.type == "paper"}
    wants = [(edge.papers, 1 if most == _FEW else 2) for edge in drawing.edges]
    wants += [(node.papers, most) for node in drawing.nodes.values() if node.type != "paper"]
    for papers, number in sorted(wants, key=lambda want: len(want[0])):
        lack = min(number, len(papers)) - sum(paper in out for paper in papers[:200])
        for paper in papers:
            if lack <= 0:
                break
            if paper not in out:
                out[paper] = None
                lack -= 1
    return list(out)


class _Words:
    """The quotes of papers for entities and relations."""

    def __init__(self, selection: Selection, papers: dict[str, Paper]) -> None:
        self.papers = papers
        self.things: dict[tuple[str, str], list[EntryQuote]] = defaultdict(list)
        self.said: dict[tuple[str, str, str, str], list[EntryQuote]] = defaultdict(list)
        for name, paper in papers.items():
            for thing in selection.all_things(paper):
                self.things[name, thing.concept] += thing.quotes
            for document, record in paper.entries:
                for relation in record.relations:
                    if relation.evidence.quote:
                        key = (name, relation.head_concept, relation.type, relation.tail_concept)
                        self.said[key].append(quoted(document, relation.evidence))

    def of(self, papers: Iterable[str], concept: str) -> Iterator[EntryQuote]:
        """The quotes for an entity, one of each paper first."""
        found = [self.things[paper, concept] for paper in papers if paper in self.papers]
        for quotes in found:
            yield from quotes[:1]
        for quotes in found:
            yield from quotes[1:]

    def between(self, edge: Edge) -> Iterator[EntryQuote]:
        """The quotes for an edge; for "together", a sentence with both entities is preferred."""
        for paper in edge.papers:
            if paper not in self.papers:
                continue
            if edge.relation == TOGETHER:
                one, other = self.things[paper, edge.head], self.things[paper, edge.tail]
                sentences = {(quote.entry, quote.sentence) for quote in other}
                both = [quote for quote in one if (quote.entry, quote.sentence) in sentences]
                yield from both[:1] or [*one[:1], *other[:1]]
            elif edge.head == paper:
                yield from self.things[paper, edge.tail]
            else:
                yield from self.said[paper, edge.head, edge.relation, edge.tail]
                if edge.is_mutual:
                    yield from self.said[paper, edge.tail, edge.relation, edge.head]


def _first(quotes: Iterable[EntryQuote], most: int) -> list[EntryQuote]:
    """The first quotes of different sentences."""
    out: dict[tuple[str, str], EntryQuote] = {}
    for quote in quotes:
        out.setdefault((quote.entry, quote.sentence), quote)
        if len(out) == most:
            break
    return list(out.values())


def _label(graph: GraphReader, drawing: Drawing, shown: dict[str, Paper], lang: str) -> None:
    unknown = [name for name, node in drawing.nodes.items() if node.type != "paper" and name not in graph.vocabulary]
    minted = labels(graph.store, unknown)
    for name, node in drawing.nodes.items():
        if node.type == "paper":
            node.label = title(shown[name]) or ids(shown[name])[0]
        else:
            said = graph.vocabulary[name].label if name in graph.vocabulary else minted.get(name, {})
            node.label = as_text(in_language(said, lang) or name.partition(":")[2])
    several = Counter(alike(node.label) for node in drawing.nodes.values() if node.type != "paper")
    words = PageWords(lang)
    for node in drawing.nodes.values():  # a topic and a technique of nearly one name say which they are
        if node.type != "paper" and several[alike(node.label)] > 1:
            node.label = words("picture.of_type", label=node.label, type=words(f"type.{node.type}"))


def alike(label: str) -> str:
    """A label without case, number and hyphens: "LLM agents" and "LLM agent" are hardly told apart."""
    return " ".join(_PLURAL.sub(r"\1", word) for word in label.casefold().replace("-", " ").split())


def _tell(graph: GraphReader, drawing: Drawing, known: PaperFacts, shown: dict[str, Paper], most: int) -> None:
    """Set the facts about the papers that the panel lists."""
    listed = {paper for node in drawing.nodes.values() for paper in node.papers[:most]}
    listed |= {paper for edge in drawing.edges for paper in edge.papers[:most]}
    named = titles(graph.store, listed - shown.keys())
    rows = {row.paper: row for row in Corpus.of(graph.store).rows(listed)}
    for paper in sorted(listed & known.papers.keys()):
        own = known.papers[paper]
        said = title(shown[paper]) if paper in shown else clean(named.get(paper, ""))
        row = rows.get(paper)
        drawing.about[paper] = About(own.entries, said, own.when, row.name if row else "", row.link if row else "")
