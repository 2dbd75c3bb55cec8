"""Collects the data of a trend, from a graph or from files: papers with their periods and labels."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.entity_types import LISTS
from kg.identifiers import is_curie
from kg.model import Document, KgError
from kg.query.corpus import ALL, Corpus, stratum
from kg.query.occurrence import Chosen
from kg.query.periods import PERIODS, covered, period
from kg.query.support import appeared
from kg.sources import each, expand, read
from kg.store.contents import labels
from kg.text import fold, plain
from kg.views.trends.user_lexicon import Label, TrendLexicon
from kg.views.words import LANGUAGES, PageWords
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.query import Row
    from kg.query.occurrence import Tell
    from kg.views.reader import GraphReader

OF = (*LISTS, "topic", "metric", "kind")
OVER = (*PERIODS, "report", "venue-year")
#: The text fields searched with a lexicon, by option value.
TEXTS = {"title": "T", "abstract": "A", "both": "TA"}
_YEAR = re.compile(r"['’]?\b(?:19|20)\d\d\b")
#: If the shares of papers with an abstract in two periods have a lower ratio than this, counts in abstracts reflect the
#: data collection more than the field.
_UNEVEN = 0.8


class LexiconMatch(NamedTuple):
    """Words of a paper that match a label of a lexicon."""

    paper: str
    title: str
    label: str
    field: str
    words: str
    start: int
    end: int


@dataclass(slots=True)
class Collected:
    """Papers with their periods (empty if undated) and labels."""

    papers: list[str] = field(default_factory=list)
    periods: list[tuple[str, ...]] = field(default_factory=list)
    things: list[tuple[int, str]] = field(default_factory=list)  # distinct pairs (index of the paper, key)
    names: dict[str, dict[str, str]] = field(default_factory=dict)  # labels by key and language
    above: dict[str, frozenset[str]] = field(default_factory=dict)  # all broader keys
    matches: list[LexiconMatch] = field(default_factory=list)
    is_whole: bool = True  # False: rare entities were not loaded
    first: str = ""  # the first and the last day that is covered
    last: str = ""
    sources: list[frozenset[str]] = field(default_factory=list)  # of each paper, where they are known
    notes: list[str] = field(default_factory=list)
    placed: list[bool] = field(default_factory=list)  # of each paper: whether only its report has a date
    rows: Callable[[Iterable[str]], list[Row]] = lambda papers: []  # how papers of a graph are called
    unsaid: tuple[int, int] | None = None  # papers that name the type, and all, where too few do for a ranking
    strata: list[str] = field(default_factory=list)  # of each paper: what part of the collection it is of
    naming: int = 0  # papers that only name what those of the selection work on

    def keys(self, label: str) -> set[str]:
        """The keys that a label names: a key, or a name in any language."""
        wanted = fold(label)
        return {key for key, names in self.names.items() if wanted in {fold(key), *map(fold, names.values())}}

    def within(self, label: str, of: str = "") -> Collected:
        """Only the papers with a label, given by key or in any language; raises KgError if there is none.

        `of`: the type of what is counted.
        """
        named = self.keys(label)
        if not named:
            raise KgError(self._unknown(label[:80], of))
        kept = {at: n for n, at in enumerate(sorted({at for at, key in self.things if key in named}))}
        names = {self.papers[at] for at in kept}
        wider = named.union(*(self.above.get(key, ()) for key in named))
        return replace(
            self,
            papers=[self.papers[at] for at in kept],
            periods=[self.periods[at] for at in kept],
            things=[(kept[at], key) for at, key in self.things if at in kept and key not in wider],
            matches=[match for match in self.matches if match.paper in names],
            sources=[self.sources[at] for at in kept] if self.sources else [],
            placed=[self.placed[at] for at in kept] if self.placed else [],
            strata=[self.strata[at] for at in kept] if self.strata else [],
        )

    def _unknown(self, label: str, of: str) -> str:
        wanted = fold(label).split()[:1]
        near = [name for names in self.names.values() for name in names.values() if wanted and wanted[0] in fold(name)]
        what = f"the {of} {label!r}" if of and of != "lexicon" else repr(label)
        hint = f"did you mean {', '.join(sorted(set(near))[:5])}? " if near else ""
        said = f"No paper has {what} here: {hint}within takes a label of what is counted"
        # The papers of a graph can be chosen by a question about anything.
        return f"{said}; papers on anything else are chosen by a question." if self.sources else f"{said}."


def from_graph(
    graph: GraphReader, of: str, over: str, selection: str = "", lexicon: TrendLexicon | None = None,
    texts: str = "both", tell: Tell | None = None,
) -> Collected:  # fmt: skip
    """The papers of a selection, with their entities of a type, or with the lexicon matches in their texts.

    The first is kept for the next time.
    """
    check(of, over, texts)
    corpus = Corpus.of(graph.store)
    if lexicon:
        found = _collected(graph, of, over, selection, lexicon, texts, tell)
    else:
        asked = (of, over, selection)
        found = corpus.kept("trend", asked, lambda: _collected(graph, of, over, selection, None, texts, tell))
    return replace(found, rows=corpus.rows)


def _collected(
    graph: GraphReader, of: str, over: str, selection: str, lexicon: TrendLexicon | None, texts: str, tell: Tell | None
) -> Collected:
    chosen, corpus = Chosen(graph.store, graph.vocabulary, selection), Corpus.of(graph.store)
    out = Collected(chosen.papers, _graph_periods(chosen, over), sources=[frozenset(s) for s in chosen.said("source")])
    out.naming = len(chosen.naming)
    out.strata = [corpus.strata[paper] for paper in out.papers]
    if over in PERIODS:
        undated = {curie for (curie,) in graph.store.rows("SELECT curie FROM papers WHERE date = '' AND year IS NULL")}
        out.placed = [paper in undated for paper in out.papers]
    out.first, out.last = covered(chosen.corpus.days(ALL)[""])
    if lexicon:
        names = out.papers
        read = [(names[at], name, text) for at, name, text in chosen.texts({*TEXTS[texts], "T"})]
        return _matched(out, lexicon, read, texts, tell)
    (out.things, out.is_whole), out.unsaid = chosen.occurrences(of, tell), chosen.leaderless(of)
    out.names = _names(graph, {thing for _, thing in out.things}, of)
    out.above = {key: frozenset(graph.vocabulary.broader(key)) for key in out.names if key in graph.vocabulary}
    return out


def from_files(
    patterns: Iterable[str | Path], of: str, over: str, lexicon: TrendLexicon | None = None,
    texts: str = "both", tell: Tell | None = None,
) -> Collected:  # fmt: skip
    """The papers of files, with the lexicon matches in their texts; without a lexicon, with vocabulary labels.

    Several entries of one work are one paper. Raises KgError for types that are not found in texts (institutions,
    kinds).
    """
    check(of, over, texts)
    if not lexicon and of in ("institution", "kind"):
        raise KgError(
            f"Files are counted by words, which do not tell each {of}: add them to a graph with `kg add` first."
        )
    files, problems, _ = expand(patterns)
    if problems and not files:
        raise KgError(problems[0])
    out = Collected(notes=[*problems])
    works: dict[str, int] = {}
    when: list[tuple[list[str], list[str], set[str]]] = []
    said: list[tuple[str, str, str]] = []
    for file in each(files):
        try:
            batch = read(file)
        except KgError as error:
            out.notes.append(str(error))
            continue
        for document in batch.documents:
            at = works.setdefault(_work(document), len(works))
            if at == len(when):
                when.append(([], [], set()))
                out.papers.append(document.id)
                origin = document.origin or batch.source.form
                out.strata.append(stratum(origin, document.category, document.venue))
            dates, years, places = when[at]
            dates += [document.date] if document.date else []
            years += [str(document.year)] if document.year else []
            year = str(document.year or document.date[:4])
            places |= {batch.source.name} if over == "report" else _places([document.venue], [year])
            said += [(out.papers[at], name, document.texts[name].text) for name in "TA" if name in document.texts]
            if tell and len(when) % 500 == 0:
                tell(batch.source.name, len(when))
        out.notes += [*batch.skipped, *batch.losses, *batch.doubts]
    if not out.papers:
        raise KgError(out.notes[0] if out.notes else "The files hold no paper.")
    out.first, out.last = covered(Counter(day for dates, _, _ in when for day in dates))
    for dates, years, places in when:
        date = appeared(dates, years, ())
        out.periods.append(tuple(sorted(places)) if over not in PERIODS else _in_time(date, over))
    return _matched(out, lexicon or _vocabulary(of), said, texts, tell)


def check(of: str, over: str, texts: str = "both") -> None:
    """Raises KgError for values that are not supported."""
    if of not in OF:
        raise KgError(f"There are no trends of {of!r}: choose one of {', '.join(OF)}.")
    if over not in OVER:
        raise KgError(f"There are no trends over {over!r}: choose one of {', '.join(OVER)}.")
    if texts not in TEXTS:
        raise KgError(f"Words are not looked for in {texts!r}: choose one of {', '.join(TEXTS)}.")


def _graph_periods(chosen: Chosen, over: str) -> list[tuple[str, ...]]:
    if over in PERIODS:
        return [_in_time(date, over) for date in chosen.dates]
    if over == "report":
        return [tuple(sorted(names)) for names in chosen.said("source")]
    said = zip(chosen.said("venue"), chosen.said("year"), chosen.dates, strict=True)
    return [tuple(sorted(_places(venues, years or {date[:4]}))) for venues, years, date in said]


def _in_time(date: str, over: str) -> tuple[str, ...]:
    found = period(date, over)
    return (found,) if found else ()


def _places(venues: Iterable[str], years: Iterable[str]) -> set[str]:
    """Venues with their years, "ICLR 2024"."""
    names = {" ".join(_YEAR.sub(" ", venue).split()).strip(" ,;-") for venue in venues}
    return {f"{plain(name)} {year}" for name in names for year in years if name and year}


def _names(graph: GraphReader, keys: set[str], of: str) -> dict[str, dict[str, str]]:
    """Labels by language: those of the vocabulary, else the wording of papers."""
    if of == "kind":
        return {key: {lang: PageWords(lang)(f"kind.{key}") for lang in LANGUAGES} for key in sorted(keys)}
    stored = labels(graph.store, sorted(key for key in keys if key not in graph.vocabulary and is_curie(key)))
    out = {}
    for key in sorted(keys):
        said = graph.vocabulary[key].label if key in graph.vocabulary else stored.get(key, {})
        out[key] = {lang: " ".join(plain(text).split()) for lang, text in said.items()} or {"en": key.partition(":")[2]}
    return out


def _work(document: Document) -> str:
    """The key shared by the entries of a work: the title, because ids looked up by title may be wrong."""
    title = document.texts.get("T")
    return (fold(title.text) if title else "") or document.doi or document.arxiv or document.id


def _matched(
    out: Collected, lexicon: TrendLexicon, said: list[tuple[str, str, str]], texts: str, tell: Tell | None
) -> Collected:
    """The lexicon matches in the texts of papers."""
    titles = {paper: " ".join(plain(text).split()) for paper, name, text in reversed(said) if name == "T"}
    shown: dict[str, list[LexiconMatch]] = defaultdict(list)
    for n, (paper, name, text) in enumerate(said, 1):
        if name in TEXTS[texts]:
            title = titles.get(paper, "")
            shown[paper] += [
                LexiconMatch(paper, title, key, name, text[start:end], start, end)
                for key, start, end in lexicon.find(text)
            ]
        if tell and n % 1000 == 0:
            tell("words", n)
    for at, paper in enumerate(out.papers):
        has = lexicon.whole(match.label for match in shown[paper])
        out.things += [(at, key) for key in sorted(has)]
        out.matches += [match for match in shown[paper] if match.label in has]
    out.names = {key: label.names for key, label in lexicon.labels.items()}
    out.above = {key: lexicon.above(key) for key in lexicon.labels}
    if "A" in TEXTS[texts]:
        out.notes += _uneven(out, {paper for paper, name, text in said if name == "A" and text.strip()})
    return out


def _uneven(collected: Collected, with_abstract: set[str]) -> list[str]:
    """A warning if abstracts are available for most papers of one period but for few of another."""
    every, has = Counter[str](), Counter[str]()
    for paper, periods in zip(collected.papers, collected.periods, strict=True):
        every.update(periods)
        has.update(periods if paper in with_abstract else ())
    shares = {name: has[name] / every[name] for name in every}
    if not shares or min(shares.values()) >= _UNEVEN * max(shares.values()):
        return []
    least, most = (choose(shares, key=lambda name: (shares[name], name)) for choose in (min, max))
    return [
        f"Abstracts are there for {shares[least]:.0%} of {least} and {shares[most]:.0%} of {most}: shares by period "
        "are not comparable; count in titles alone."
    ]


def _vocabulary(of: str) -> TrendLexicon:
    """The vocabulary as a lexicon: the labels of a type; for topics also those of concepts that indicate them."""
    vocabulary = Vocabulary.load()
    labels, terms = {}, defaultdict[str, set[str]](set)
    for curie, concept in vocabulary.concepts.items():
        if concept.type == of:
            above = (wider for wider in concept.broader if wider in vocabulary and vocabulary[wider].type == of)
            labels[curie] = Label(dict(concept.label), (), tuple(above))
        meant = {curie} if concept.type == of else _topics(vocabulary, curie) if of == "topic" else set()
        for text in concept.labels():
            terms[text] |= meant  # labels of other types are protected: "diffusion policy" is not "diffusion"
    return TrendLexicon(labels, {text: keys & labels.keys() for text, keys in terms.items()})


def _topics(vocabulary: Vocabulary, curie: str) -> set[str]:
    """The topics that a concept indicates, directly or through a broader concept."""
    return {
        topic for one in (curie, *vocabulary.broader(curie)) if one in vocabulary for topic in vocabulary[one].topics
    }
