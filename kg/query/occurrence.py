"""Which papers have which things, and when they appeared: the data of trends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from kg.identifiers import is_curie
from kg.model import KgError
from kg.query.corpus import ALL, Corpus, Papers
from kg.query.filter import Condition, Fact, Filter
from kg.query.lexicon import Lexicon
from kg.query.question_reader import about, read
from kg.query.topic import only_naming, working
from kg.query.unnamed import narrowed
from kg.store.file import StoreFile

if TYPE_CHECKING:
    from kg.vocabulary import Vocabulary

#: Up to this number of things, all are counted; beyond it, those in enough papers and those in the vocabulary.
_MANY, _LEAST = 5000, 10

Tell = Callable[[str, int], None]


class Chosen:
    """The papers of a graph selected by a question, an entry ("002-22") or a paper's CURIE; all of them for "".

    Raises KgError for a question that names nothing to select papers by.
    """

    def __init__(self, store: StoreFile, vocabulary: Vocabulary, question: str = "") -> None:
        self.store, self.vocabulary = store, vocabulary
        self.corpus, self.lexicon = Corpus.of(store), Lexicon.of(store, vocabulary)
        self.naming: list[str] = []  # the papers (CURIEs) that only name what these work on
        self._set = self._chosen(question.strip())
        self._dated = self.corpus.dated(self._set)
        self._place = {paper.curie: at for at, paper in enumerate(self._dated)}

    def __len__(self) -> int:
        return len(self._dated)

    @property
    def papers(self) -> list[str]:
        """The papers (CURIEs), sorted."""
        return [paper.curie for paper in self._dated]

    @property
    def dates(self) -> list[str]:
        """The date of each, ISO 8601 as exact as known, "" if unknown."""
        return [paper.when for paper in self._dated]

    def leaderless(self, kind: str) -> tuple[int, int] | None:
        """How many papers name a type and how many there are, if too few name it for a ranking."""
        return None if self.corpus.leads(kind, self._set) else self.corpus.covered(kind, self._set)

    def said(self, column: str) -> list[set[str]]:
        """The values of each paper in a column: "venue", "year", "source"."""
        out = [set[str]() for _ in self._dated]
        if column == "source":
            # Each column has an index; the rows themselves are long.
            papers = dict(self.store.rows("SELECT id, paper FROM entries"))
            rows = [(papers[entry], source) for entry, source in self.store.rows("SELECT id, source FROM entries")]
        else:
            rows = self.store.rows(f"SELECT curie, {column} FROM papers")
        for paper, value in rows:
            if value and (at := self._place.get(paper)) is not None:
                out[at].add(str(value))
        return out

    def occurrences(self, kind: str, tell: Tell | None = None) -> tuple[list[tuple[int, str]], bool]:
        """The things of a type that papers, by index, have: proposed or used techniques, topics that they work on.

        A paper with a concept also has the broader ones of the same type. The flag tells whether nothing is missing:
        if there are very many, rare ones that the vocabulary does not know are left out.
        """
        pairs = self.corpus.had(kind, self._set) if kind != "topic" else list(self._topics())
        counts = Counter(thing for _, thing in pairs)
        is_whole = len(counts) <= _MANY
        kept = (one for one, count in counts.items() if is_whole or count >= _LEAST or one in self.vocabulary)
        wider = {one: [one, *self._broader(one, kind)] for one in kept}
        found = {(self._place[paper], name) for paper, thing in pairs for name in wider.get(thing, ())}
        if tell:
            tell(kind, len(self))
        return sorted(found), is_whole

    def texts(self, fields: Iterable[str]) -> Iterator[tuple[int, str, str]]:
        """The raw texts in some fields ("T", "A"): (index of the paper, field, text), sorted, each once."""
        sql = "SELECT p.curie, t.field, t.raw FROM texts t JOIN papers p ON p.id = t.paper WHERE t.field IN ({})"
        rows = self.store.some(sql, fields)
        yield from sorted({(self._place[paper], *said) for paper, *said in rows if paper in self._place})

    def _topics(self) -> Iterator[tuple[str, str]]:
        """The papers of the set with the topics that they work on."""
        self.corpus.proposals()  # searched for all topics
        for topic in (one.curie for one in self.vocabulary.concepts.values() if one.type == "topic"):
            found = self.corpus.found(about(self.lexicon, topic))
            yield from ((paper, topic) for paper in found if paper in self._place)

    def _broader(self, concept: str, kind: str) -> list[str]:
        known = self.vocabulary.broader(concept) if concept in self.vocabulary else []
        return [one for one in known if one in self.vocabulary and self.vocabulary[one].type == kind]

    def _chosen(self, question: str) -> Papers:
        if not question:
            return ALL
        entry = question.removeprefix("entry:")
        if self.store.papers_of([entry]):
            return self.corpus.holding(
                Filter((Condition(question, (Fact("paper", entry, question, concept=f"entry:{entry}"),)),))
            )
        if is_curie(question) and self.corpus.count(paper := self.corpus.those([question])):
            return paper
        query = read(question, self.lexicon)
        if not query.filter.conditions and query.kind != "trend":
            raise KgError(
                f'"{question[:80]}" names nothing to choose papers by: name a topic, technique, device or year.'
            )
        wanted = narrowed(self.corpus, query.filter)
        self.naming = only_naming(self.corpus, wanted)
        return working(self.corpus, wanted)
