"""Who cites a paper, what it cites, what builds on it: from the references of full papers, with their sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from kg.files import toml_file
from kg.model import CITATION_TYPES
from kg.query.alike import paper_of
from kg.query.answer import Answer, Quote, Row
from kg.query.corpus import Corpus
from kg.query.empty import naming
from kg.query.filter import Condition, Fact, Filter, Query
from kg.query.lexicon import Lexicon
from kg.query.question_reader import read
from kg.query.sayings import Sayings
from kg.rdf.triples import language_of
from kg.store.file import StoreFile

_LONGEST = 300  # longest question of this kind, in characters
_SQL = """SELECT p.curie, x.cited, x.title, x.type, e.name, x.part, x.start, x.quote, x.score, x.name FROM citations x
    JOIN papers p ON p.id = x.paper JOIN entries e ON e.id = x.entry WHERE {} ORDER BY e.name, x.number"""
_BEGUN = "SELECT DISTINCT cited FROM citations WHERE begin = ? AND cited <> ''"
_MEANT = """x.cited = '' AND (lower(x.title) = ? OR substr(lower(x.title), 1, ?) = ? OR x.arxiv = ? OR x.doi = ?)"""


class Citing(NamedTuple):
    """One way in which a paper cites a work."""

    paper: str  # CURIE of the citing paper
    cited: str  # CURIE of the cited paper; "" for a work that is not in the graph
    title: str  # of the reference
    type: str  # one of CITATION_TYPES
    entry: str
    part: str
    start: int
    quote: str
    score: float
    name: str  # the paper's name for the work


def citing(store: StoreFile, where: str, *given: object) -> list[Citing]:
    """Citations, most informative first; `where` is a condition on rows `x` of citations and their papers `p`."""
    found = [Citing(*row) for row in store.rows(_SQL.format(where), *given)]
    return sorted(found, key=lambda one: (CITATION_TYPES.index(one.type), not one.cited, not one.quote))


def cited_by(store: StoreFile, question: str, form: tuple[str, str], language: str) -> Answer | None:
    """The answer to a question about the references of a paper; None for another question."""
    asked, name = form
    if asked != "cites":
        return None
    say, shown = Sayings(language or language_of(question)), question[slice(*_place(question, name))]
    paper = paper_of(store, name)
    every = _papers(store, citing(store, "p.curie = ?", paper) if paper else (), say)
    notes = [say("citing.read", Corpus.of(store).read().whole)]
    notes = notes if every else [say("citing.none" if paper else "citing.unknown", name=shown), *notes]
    query = Query(words=shown, language=say.language)
    return Answer(question, query, every, tuple(notes), fulfilling=len(every))


def citing_query(store: StoreFile, lexicon: Lexicon, question: str, language: str = "") -> Query | None:
    """The query of a question about who cites or builds on a paper, with its other conditions; None for another.

    If no reference to the paper is known, the papers that name it are used.
    """
    asked, name = form(question)
    if asked not in ("cited", "builds_on"):
        return None
    say = Sayings(language or language_of(question))
    shown, rest = question[slice(*_place(question, name))], ""
    if not (works := _works(store, name)):
        shown, _, rest = re.sub(_joins(), "\n", shown, count=1).partition("\n")
        works = _works(store, name := shown.strip().lower())
    fact = Fact("cites" if asked == "cited" else asked, name, shown, words=tuple(works))
    cites = Filter((Condition(shown, (fact,)),))
    notes = [say("citing.read", Corpus.of(store).read().whole)]
    if not Corpus.of(store).found(cites):
        if asked == "builds_on":
            return None
        cites = naming(read(shown, lexicon, say.language).filter)
        notes = [say("citing.none" if works else "citing.unknown", name=shown), *notes]
        notes += [say("citing.naming")] if cites.conditions else []
    others = read(rest, lexicon, say.language, alone=False).filter if rest.strip() else Filter()
    conditions = (*cites.conditions, *others.conditions)
    return Query(filter=replace(others, conditions=conditions, notes=tuple(notes)), language=say.language)


def _works(store: StoreFile, name: str) -> list[str]:
    """A paper with a name, or the title prefixes (their numbers) of cited works that papers call by this name."""
    if paper := paper_of(store, name):
        return [paper]
    if (begin := _called(store, name)) is None:
        found = store.rows(f"SELECT DISTINCT begin FROM citations x WHERE begin IS NOT NULL AND {_MEANT}",
                           name, len(name) + 1, f"{name}:", name, name)  # fmt: skip
        return [str(number) for (number,) in found]
    cited = (curie for (curie,) in store.rows(_BEGUN, begin))
    return [str(begin), *cited]


def _called(store: StoreFile, name: str) -> int | None:
    """The title prefix of the work that papers call by this name where they cite it: "StreamingLLM [12]".

    The name must be in the citing text, and in the key of the reference or in another citing text; None if most of
    these uses refer to other works.
    """
    sql = """SELECT begin, count(DISTINCT paper), sum(CASE WHEN lower(name) = ? THEN 1 ELSE 0 END),
        max(CASE WHEN lower(name) = ? AND instr(lower(key), ?) > 0 THEN 1 ELSE 0 END) FROM citations
        WHERE begin IS NOT NULL AND (lower(name) = ? OR instr(lower(key), ?) > 0) GROUP BY begin ORDER BY 2 DESC"""
    (begin, most, named, in_key), *others = [*store.rows(sql, *[name] * 5), (None, 0, 0, 0)]
    return begin if named and most + in_key > 1 and most > sum(papers for _, papers, *_ in others) else None


def of_paper(store: StoreFile, question: str, form: tuple[str, str]) -> tuple[str, str, Row | None]:
    """The aspect of a paper that a question asks for ("like", "code"), the paper's name in it, and its row."""
    asked, name = form
    if asked not in ("like", "code") or not (paper := paper_of(store, name)):
        return "", "", None
    (row,) = Corpus.of(store).rows([paper])
    return asked, question[slice(*_place(question, name))], row


def with_code(found: Answer, own: Row) -> Answer:
    """An answer that begins with a paper and the address of its code, or a note that none is known."""
    say = Sayings(found.language)
    told = say("citing.code" if own.code else "citing.no_code", name=own.name or own.title, address=own.code)
    others = tuple(row for row in found.rows if row.paper != own.paper)
    rows = (replace(own, score=1.0), *others) if own.code else others
    return replace(found, rows=rows, notes=(told, *found.notes), fulfilling=max(found.total, len(rows)))


def form(question: str) -> tuple[str, str]:
    """The aspect of a paper that a question asks for, and the paper's name in lower case; "" for another question."""
    text = " ".join(question[: _LONGEST + 1].lower().split()).rstrip("?？。. ")
    for asked, forms in _forms().items() if len(text) <= _LONGEST else ():
        for found in filter(None, (re.fullmatch(form, text) for form in forms)):
            name = re.sub(r" ?[(（][^()（）]*[)）]$", "", found["name"])
            return asked, name.strip(" \"'“”«»《》")
    return "", ""


def _joins() -> str:
    return str(toml_file(__file__, "citing_papers.toml")["joins"]["what"])


@cache
def _forms() -> dict[str, list[str]]:
    said = toml_file(__file__, "citing_papers.toml")["forms"]
    name = r" ?(?P<name>\S.{0,200}?) ?"
    return {asked: [form.replace("{name}", name) for form in forms] for asked, forms in said.items()}


def _place(question: str, name: str) -> tuple[int, int]:
    at = max(0, question.lower().find(name))
    return at, at + len(name)


def _papers(store: StoreFile, found: Iterable[Citing], say: Sayings) -> tuple[Row, ...]:
    """The cited papers, each with the sentences that cite it."""
    quotes: dict[str, dict[Quote, None]] = {}
    for one in found:
        said = quotes.setdefault(one.cited, {})
        if one.quote:
            place = (one.start, one.start + len(one.quote))
            said[Quote(one.entry, one.part, one.quote, *place, say(f"citing.{one.type}"), one.quote, one.score)] = None
    known = {row.paper: row for row in Corpus.of(store).rows(quotes)}
    return tuple(
        replace(known[paper], score=1.0, evidence=tuple(said)) for paper, said in quotes.items() if paper in known
    )
