"""The whole story on one screen: read, extract, link, store; ask, show, write, draw, export, verify."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

from kg.identifiers import is_curie
from kg.link.overrides import Overrides, overrides_of
from kg.model import KgError, Paper, Source
from kg.rdf.store import open_store
from kg.store import contents
from kg.store.file import StoreFile
from kg.store.place import may_be_there, shown
from kg.vocabulary import Vocabulary, in_language

if TYPE_CHECKING:
    import networkx
    import pandas

    from kg.build.engines import Engine
    from kg.build.pipeline import Added, Progress, Wanted
    from kg.build.rebuilding import Rebuilt
    from kg.build.verification import Report as Verification
    from kg.check import Checked, Drafts
    from kg.query import Answer, Filter, Lexicon
    from kg.query.cited import Passage
    from kg.query.identity import Explanation
    from kg.store.embeddings import EmbeddingModel
    from kg.views.digest import Digest
    from kg.views.rendered import View

_AT_ONCE = 200  # papers that are read at once where all are gone through


class Graph:
    """A knowledge graph of papers in a file.

    Selections, wherever a method takes one, are an entry ("002-22"), a paper's CURIE, a question or topic in English
    or Chinese, a list of these, or "" for everything.
    """

    def __init__(self, location: str | Path = "papers.kg", *, read_only: bool = False, create: bool = False) -> None:
        if not create and not may_be_there(location):
            place = shown(str(location))
            raise KgError(f"{place}: there is no graph here: make one with `kg add FILE... --graph {place}`.")
        self.read_only = read_only
        self.overrides = Overrides.load(location)
        self.store = open_store(location, read_only=read_only)
        self.vocabulary = self.overrides.amended(Vocabulary.load())
        self.notes: list[str] = []  # what a user should know, a sentence each
        self._lexicon: tuple[bytes, Lexicon] | None = None  # what its labels mean, and the stamp of the data
        self._drafts: Drafts | None = None  # what checks drafts, with the extraction that it has loaded
        self._meanings = False  # whether papers were read in full, so that their titles may be asked for
        if contents.followed(self.store)["mark"] != self.overrides.mark:
            from kg.build.relink import follow

            self.notes += follow(self.store, self.overrides, overrides_of(location))
        if not read_only:
            self._unclosed = finalize(self, StoreFile.close, self.store)

    # --- in -------------------------------------------------------------------------------------------------------

    def add(
        self,
        *patterns: str | Path,
        records: str | Path | None = None,
        name: str | None = None,
        strict: bool = False,
        fast: bool = False,
        whole: bool = True,
        jobs: int | None = 1,
        engine: Engine | None = None,
        wanted: Wanted | None = None,
        progress: Progress | None = None,
    ) -> Added:
        """Parse, extract, link and store the papers of files, globs and folders: each whole or not at all.

        With `records` (JSON lines in the form of the annotation guidelines) these are stored instead of what would
        be extracted; their texts are those of the files given, or of entries that the graph holds already.
        Entries that are unchanged are left as they are. Bad files and entries are told in `skipped`, and the others
        go on; `strict` raises KgError at the first. `fast` reads by vocabulary and rules alone, without the trained
        tagger, and leaves what was read in full; `whole` reads bodies where there are any. `jobs` processes read where
        there is much, those of an engine (`kg.build.engines.engine(NAME)`) or of this machine; None stands for one
        for each core. Entries that are not `wanted` are passed over.
        """
        from kg.build.adding import add
        from kg.build.pipeline import Pipeline
        from kg.records import read_records

        annotations = read_records(records) if records is not None else None
        self._meanings |= not fast
        return add(
            Pipeline(overrides=self.overrides, fast=fast, jobs=jobs, engine=engine, whole=whole),
            self.store,
            patterns,
            annotations=annotations,
            name=name,
            strict=strict,
            wanted=wanted,
            progress=progress,
        )

    def remove(self, *names: str) -> list[str]:
        """Remove entries ("002-22") or whole sources ("002"); gives the entries removed, each once.

        Raises KgError when the graph has nothing of a name; then nothing is removed.
        """
        from kg.build.adding import remove

        return remove(self.store, self.overrides, names)

    def embed(
        self, model: str = "", *, batch: int = 32, device: str | None = None, progress: Progress | None = None
    ) -> tuple[EmbeddingModel, int]:
        """Embed titles and abstracts with a model of sentence-transformers (name or folder), for `near` questions.

        Only what is new or changed is encoded; gives the model, and how many papers were. Raises KgError.
        """
        from kg.query.user_embeddings import embed

        return embed(self.store, model, batch, device, progress)

    def alike_names(
        self, model: str = "", least: float = 0.9, papers: int = 1, batch: int = 32, device: str | None = None
    ) -> str:
        """Names that may mean one thing, as Turtle for a file of decisions in which all is a comment; "" for none."""
        from kg.views.alike_names import alike

        return alike(self.store, model, least, papers, batch, device)

    def drop_embeddings(self) -> None:
        """Take the embeddings out of the graph."""
        from kg.store.embeddings import drop

        drop(self.store)

    def backup(self, target: str | Path) -> None:
        """Copy the graph and the decisions beside it to new files, while others write; KgError where one is there."""
        contents.backup(self.store, Path(target))

    @staticmethod
    def restore(location: str | Path, backup: str | Path) -> tuple[int, str]:
        """Put a backup, and the decisions beside it, in the place of all that a graph holds, while others read it.

        Gives how many entries there are now, and the file in which other decisions are kept that stood there; "" for
        none. KgError where the backup is not sound, or another process writes the graph.
        """
        from kg.build.rebuilding import restore

        return restore(location, Path(backup))

    @staticmethod
    def rebuild(location: str | Path = "papers.kg", *, jobs: int = 1, progress: Progress | None = None) -> Rebuilt:
        """Build the graph in a file anew from the sources that it keeps, also where the file is damaged.

        Until it is whole, the old one counts. KgError where nothing can be read, or another process writes there.
        """
        from kg.build.rebuilding import rebuild

        return rebuild(location, jobs=jobs, progress=progress)

    # --- look -----------------------------------------------------------------------------------------------------

    def entries(self, source: str | None = None) -> list[str]:
        """The names of all entries, by source and place in it."""
        return self.store.names(source)

    def entry_count(self, source: str | None = None) -> int:
        """How many entries the graph holds, or has of a source."""
        return self.store.count(source)

    def sources(self) -> list[Source]:
        """All sources, by name."""
        return [self.store.source(name) for name in self.store.source_names()]

    def paper(self, name: str) -> Paper:
        """The work that an entry ("002-22") or a paper's CURIE names, with all its entries; KgError when unknown."""
        found = self.papers([name])
        if not found:
            raise KgError(f"The graph holds no paper {name!r}: search with `kg ask`.")
        return found[0]

    def papers(self, names: Iterable[str] | None = None) -> list[Paper]:
        """Works with their documents and records, in the order of `names`, or all in the order of the sources."""
        return self._read(contents.works(self.store) if names is None else contents.works_named(self.store, names))

    def _read(self, works: Mapping[str, Sequence[str]]) -> list[Paper]:
        """Works of which the entries are known."""
        read = contents.load_entries(self.store, (entry for entries in works.values() for entry in entries))
        return [Paper(paper, [read[entry] for entry in entries]) for paper, entries in works.items()]

    def dates(self) -> set[str]:
        """The dates that papers bear, each once."""
        return {date for (date,) in self.store.rows("SELECT DISTINCT date FROM papers WHERE date <> ''")}

    def label(self, concept: str, lang: str = "en") -> str:
        """The preferred label of a concept, in a language where it has one; what is no CURIE is its own label."""
        if concept in self.vocabulary:
            labels = self.vocabulary[concept].label
        else:
            labels = contents.labels(self.store, [concept]).get(concept, {})
        return in_language(labels, lang) or (concept.partition(":")[2] if is_curie(concept) else concept)

    def ask(
        self,
        question: str = "",
        limit: int | None = None,
        *,
        filter: Filter | Mapping[str, Any] | None = None,
        lang: str = "",
        after: Answer | str | Sequence[str] = (),
    ) -> Answer:
        """Answer a question in English or Chinese from the graph alone; each row with its evidence.

        A `filter` holds beside the question or without one: the flags of `kg ask` by name, like
        {"topic": "kv-cache-compression", "result": ["latency<=-40%", "speedup>=2x"]}, or a `kg.query.Filter`.
        A question behind an answer, or behind questions in their order (`after`), carries their conditions where it
        goes on from them ("and on NPUs?").
        The answer speaks the language of the question, or `lang` ("en", "zh"). Raises KgError for a flag that names
        nothing.
        """
        from kg.query import answer

        found = answer(self.store, self.vocabulary, question, limit, self.lexicon(), filter, lang, after)
        return replace(found, cell=_cell, print=_text)

    def results(self, question: str = "", lang: str = "en", **conditions: Any) -> pandas.DataFrame:
        """Results, those that can be compared under one heading; `conditions` are flags of `kg ask`: dataset="C4"."""
        table = self.ask(question, filter={"sort": "best", **conditions}, lang=lang).table
        return table.frame if table else self.sql("SELECT '' AS heading LIMIT 0")

    def tables(self, question: str = "", *, limit: int = 20, **names: str) -> pandas.DataFrame:
        """The numbers of tables that a question and names ask for, a row each, best first; empty where none fits.

        `names` are dataset, metric, model, method, hardware, bits: dataset="C4". KgError for others.
        """
        import pandas as pd

        from kg.views.printed import tables_page
        from kg.views.printed.found_tables import COLUMNS

        return pd.DataFrame(tables_page(self, question, only=names, limit=limit).cells, columns=COLUMNS)

    def pool(self, *, limit: int = 1000, **names: str) -> pandas.DataFrame:
        """The numbers of one data set or metric over papers, a row each, unranked; empty where none prints them.

        `names` as those of `tables`; `same` lists the other papers that report the number. KgError without data set and
        metric.
        """
        import pandas as pd

        from kg.views.printed import tables_page
        from kg.views.printed.found_tables import COLUMNS

        page = tables_page(self, only=names, is_pool=True, limit=limit)
        return pd.DataFrame(page.cells, columns=[*COLUMNS, "same"])

    def lexicon(self) -> Lexicon:
        """What names mean in the graph as it is now."""
        from kg.query import Lexicon

        stamp = self.store.stamp
        if self._lexicon is None or not stamp or self._lexicon[0] != stamp:
            self._lexicon = stamp, Lexicon.of(self.store, self.vocabulary)
        return self._lexicon[1]

    def evidence(self, name: str) -> Passage:
        """The words that an evidence id names, as `Quote.id` gives it, with what the graph makes of them.

        Raises KgError for what is no id, for a text that the graph lacks, and for one that has changed since.
        """
        from kg.query.cited import passage

        return passage(self.store, name)

    def check(self, draft: str, papers: Iterable[str] = (), bib: str = "") -> Checked:
        """The claims of a draft with the papers' sentences: supported, contradicted, to compare, or not found.

        Against all papers, or against some (entries or CURIEs); `bib` is the text of a .bib file that the draft cites
        from. Raises KgError for a text of more than 100,000 characters, and for a paper that the graph lacks.
        """
        from kg.check import Drafts

        if self._drafts is None or self._drafts.lexicon is not self.lexicon():
            self._drafts = Drafts(self.store, self.lexicon())
        return self._drafts.check(draft, papers, bib)

    def labels(self) -> list[str]:
        """All that a question may name, as it is written: labels of concepts and of the graph's institutions."""
        from kg.query.naming import Naming

        return Naming(self.lexicon(), self.store).labels()

    def select(self, selection: str | Iterable[str] = "") -> list[Paper]:
        """The papers of a selection; see the class."""
        if not isinstance(selection, str):
            return self.papers([paper.id for one in selection for paper in self.select(one)])
        if not selection:
            return self.papers()
        if selection.startswith("paper:") or contents.entry_named(self.store, selection):
            return [self.paper(selection)]
        from kg.query.topic import papers_named

        named = papers_named(self.store, self.lexicon(), selection)
        return self.papers(named or [row.entries[0] for row in self.ask(selection, limit=0).rows])

    def papers_with(self, concept: str) -> list[str]:
        """The entries whose papers have a concept or institution, by any link; KgError for what is no CURIE."""
        if not is_curie(concept):
            raise KgError(f"The graph holds no paper and no concept {concept!r}: search with `kg ask`.")
        return contents.entries_with(self.store, self.vocabulary.narrower(concept))

    def explain_merge(self, one: str, other: str) -> Explanation:
        """Why two names are one thing, or why not: what each means in the papers and in the vocabulary."""
        from kg.link.linker import Linker
        from kg.query.identity import explain

        return explain(one, other, Linker(Vocabulary.load(), overrides=self.overrides), self.store)

    def counts(self) -> dict[str, int]:
        """How many papers, entries, concepts of each type, mentions, results and relations the graph holds."""
        return contents.counts(self.store)

    def quality(self) -> dict[str, int | str]:
        """What deserves a look: repairs, empty slots, institutions without ROR."""
        return contents.quality(self.store)

    def sparql(self, query: str) -> Any:
        """The result of a SPARQL query (SELECT, ASK, CONSTRUCT, DESCRIBE); the prefixes are declared.

        It sees the union of all graphs, or the dataset that it names (FROM, FROM NAMED).
        Raises KgError when the query is wrong, would change the graph, or gives more than `kg.store.user_sql` allows.
        """
        from kg.rdf.solutions import read_back, written

        return read_back(*written(self.store.query(query)))

    def sql(self, query: str, seconds: float = 30.0) -> pandas.DataFrame:
        """The result of a SELECT over the graph's tables; docs/schema.md says what they hold.

        Raises KgError for a statement that is none, and for one that takes longer than so many seconds or gives more
        rows or bytes than `kg.store.user_sql` allows.
        """
        import pandas as pd

        columns, rows = self.store.asked(query, seconds)
        return pd.DataFrame(rows, columns=columns)

    def neighbourhood(self, concept: str, limit: int = 100) -> networkx.MultiDiGraph[str]:
        """Two steps around a concept (CURIE): its papers, what they have and what they say of it, at most `limit` each.

        Nodes and edges are named as in `networkx`; see `kg.views.network`. KgError for what no paper has.
        """
        from kg.views.network import neighbourhood

        return neighbourhood(self, concept, limit)

    def networkx(self) -> networkx.MultiDiGraph[str]:
        """The typed graph for any algorithm: papers, concepts and institutions, typed edges with their entries."""
        from kg.views.network import network

        return network(self.store)

    def matrix(
        self, down: str = "institution", across: str = "topic", question: str = "", most: int = 20
    ) -> pandas.DataFrame:
        """How many papers have both: things of one type down, of another across, those of most papers first.

        Of all papers or of those that fulfil a question's conditions; labels are in its language. KgError for a type
        that papers are not counted by.
        """
        from kg.query.tally import matrix

        return matrix(self.store, self.lexicon(), down, across, question, most)

    def verify(self) -> Verification:
        """Check every quote against the kept texts, every link against its reason, all against the SHACL shapes."""
        from kg.build.verification import verify

        return verify(self.store)

    # --- out ------------------------------------------------------------------------------------------------------

    def brief(self, name: str, lang: str = "", origin: str = "record") -> str:
        """Who presented a paper, its technique, problem, effect and key sentence; see `kg.views.brief`.

        Without `lang` in the language of the user's locale, as `kg brief`.
        """
        return str(self.brief_parts(name, lang, origin)["text"])

    def brief_parts(self, name: str, lang: str = "", origin: str = "record") -> dict[str, Any]:
        """The brief of a paper as `text`, its `parts` (who, technique, problem, effect) and its `key` sentences."""
        from kg.views.brief import data
        from kg.views.selection import Selection
        from kg.views.words import language_of_user

        paper = self.paper(name)
        return data(Selection.of(self, [paper], lang or language_of_user()), paper, origin)

    def report(
        self,
        selection: str = "",
        lang: str = "en",
        *,
        layout: str | Path = "",
        sections: Iterable[str] = (),
        columns: Iterable[str] = (),
    ) -> View:
        """A report on a topic, question or paper: save it as .md, .html or .json.

        `layout` names a YAML file of sections with their columns; `sections` and `columns` ("results=metric,paper")
        choose among them. KgError for what a report has not.
        """
        from kg.views.report import report
        from kg.views.report.layout import Layout

        chosen = Layout.load(layout) if layout else Layout.usual()
        return report(self, selection, lang, chosen.chosen(sections, columns))

    def digest(
        self, selection: str | Iterable[str] = "", lang: str = "zh", *, since: str = "", now: str = "",
        llm: bool = False, interests: Iterable[str] = (),
    ) -> Digest:  # fmt: skip
        """A digest in the reports' own form; since a day ("last week"), the page of `week`: save it as .md or .html.

        With `llm` a language model writes the sentences, in the reports' form.
        """
        from kg.views.digest import digest, is_since
        from kg.views.fluent import writer

        names = selection if isinstance(selection, str) else list(selection)
        if not llm and (since or is_since(self, names)):
            return self.week(names, lang, since=since, now=now, interests=interests)
        return digest(self, names, lang, since=since, now=now, **({"writer": writer()} if llm else {}))

    def week(
        self, selection: str | Iterable[str] = "", lang: str = "zh", *, since: str = "", now: str = "",
        interests: Iterable[str] = (),
    ) -> Digest:  # fmt: skip
        """New papers as a page to forward: what matters on top, then by topic; saved as .md, .html, .eml or .json."""
        from kg.views.week import week

        return week(self, selection, lang, since=since, now=now, interests=interests)

    def trends(self, of: str = "topic", over: str = "month", selection: str = "", lang: str = "en") -> pandas.DataFrame:
        """Papers of each topic (technique, hardware, ...) by period; the frame has `.plot()`."""
        from kg.views.trends import trends

        return trends(self, of, over, selection, lang)

    def draw(
        self,
        selection: str = "",
        lang: str = "en",
        limit: int | None = None,
        *,
        depth: int | None = None,
        types: Sequence[str] = (),
        view: str = "",
        colour: str = "",
    ) -> View:
        """A picture around a question, paper or concept: a page that needs no network, or .svg, .png, .graphml, .gexf.

        `view` is "lineage" or "collaboration", `colour` "type" or "community"; see `kg.views.picture.picture`.
        """
        from kg.views.picture import picture

        return picture(self, selection, lang, limit, depth=depth, types=types, view=view, colour=colour)

    def diff(self, before: Graph, lang: str = "en") -> View:
        """What this graph has otherwise than another, in the domain's terms: save it as .txt, .md, .html or .json."""
        from kg.views.graph_diff import diff

        return diff(before, self, lang)

    def export(self, format: str, selection: str = "", of: str = "", least: int = 1) -> bytes:
        """The graph in one of `kg.views.export.formats.formats()` ("turtle", ...), or a source in its own ("digest").

        A selection (a source, a topic, a paper, a question) chooses papers. Several files come as an archive (zip). The
        network for VOSviewer is `of` "concept", "technique", ..., each with `least` papers or more.
        """
        from kg.views.export import selected

        return selected(self, format, selection, of, least)

    def close(self) -> None:
        """Close the file; what is made from it follows what was changed.

        A graph that is not closed is so when nobody holds it any more, or when Python ends.
        """
        if not self.read_only and self._unclosed.detach() and self._meanings:
            from kg.query.nearness import renew

            renew(self.store)
        self.store.close()

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Paper]:
        from itertools import islice

        found = iter(contents.works(self.store).items())
        while some := dict(islice(found, _AT_ONCE)):
            yield from self._read(some)

    def __len__(self) -> int:
        return self.store.paper_count()

    def __repr__(self) -> str:
        """One line: "papers.kg: 133 papers from 5 sources, 2025-10-15 to 2025-10-17"."""
        from kg.views.overview import line

        place = Path(self.store.path).name if self.store.path else "a graph"
        try:
            return f"{place}: {line(self)}"
        except KgError:  # it is closed, or cannot be read
            return f"{place}: cannot be read"

    def _repr_html_(self) -> str:
        """What it holds, as a notebook shows it."""
        from kg.views.overview import cell

        return cell(self)


def _cell(answer: Answer) -> str:
    """An answer as a notebook shows it."""
    from kg.views.answer_page import cell

    return cell(answer)


def _text(answer: Answer) -> str:
    """An answer as a terminal shows it."""
    from kg.views.terminal import text

    return text(answer)
