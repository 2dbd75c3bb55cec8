"""Set-ups and limitations in the bodies of papers: values with the sentences that state them.

The papers are those that a question names or describes, if they were read in full. An extracted number of a set-up
is the value; if there is none, the matching sentences are shown alone, and no value is guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, partial, reduce

from kg.files import toml_file
from kg.model import Document, Evidence, Record
from kg.query.answer import Answer, Grid, Line, Quote
from kg.query.corpus import Corpus
from kg.query.empty import naming
from kg.query.filter import Condition, Fact, Filter, Phrase, Query
from kg.query.lexicon import Lexicon
from kg.query.patterns import stem
from kg.query.question_reader import read
from kg.query.sayings import Sayings
from kg.query.shown import rows
from kg.rdf.triples import language_of
from kg.store.contents import load_entries
from kg.store.file import StoreFile
from kg.text import raw_span, sentences

#: The most characters of a question, papers, and sentences of each: on the request, on limitations, on baselines.
_LONGEST, _PAPERS, _SAID, _LIMITS, _LISTED = 400, 5, 4, 12, 20


#: The request: a pattern for each number of a set-up, {} for limitations; and the other words of the question.
Asked = tuple[dict[str, re.Pattern[str]], str]
_words = partial(toml_file, __file__, "passages.toml")


@cache
def _form(forms: tuple[str, ...], end: str = "") -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<![A-Za-z])(?:{'|'.join(forms)}){end}")


def asks_for_papers(question: str) -> bool:
    """Whether a question asks for papers, and not for what they say."""
    return bool(_form(tuple(_words()["asked"]["papers"])).match(question))


def asks_for_result(question: str) -> bool:
    """Whether a question names a metric or asks how much something is."""
    return bool(_form(tuple(_words()["results"]["asks"])).search(question))


def asked(question: str) -> Asked | None:
    """The request of a question about bodies; None for another question."""
    said, setup = _words(), dict[str, re.Pattern[str]]()
    forms = [_form(tuple(said["limitations"]["asks"]), said["asked"]["end"])]
    if len(question) > _LONGEST or asks_for_papers(question):
        return None
    if not forms[0].search(question):
        forms = []
        for name, own in said["setup"].items():
            form = _form(tuple(own["asks"]), said["asked"]["end"])
            if found := form.search(question):
                noun = found.groupdict().get("noun") or ""
                says = [said["asked"]["english"].get(noun, ""), re.escape(noun)] if noun else own.get("says")
                setup[name] = _form(tuple(filter(None, says or own["asks"])))
                forms.append(form)
    rest = reduce(lambda text, form: form.sub(" ", text), forms, question)
    return (setup, " ".join(rest.split())) if forms else None


def answered(store: StoreFile, lexicon: Lexicon, question: str, language: str) -> Answer | None:
    """The answer to a question about set-ups or limitations; None for others, and if it selects no paper."""
    corpus, say, wanted = Corpus.of(store), Sayings(language or language_of(question)), asked(question)
    if not wanted or not corpus.read().whole:
        return None
    meant = _named(corpus, question) or _described(corpus, lexicon, wanted[1], language)
    return _told(corpus, question, wanted, *meant, say) if meant else None


def _names(corpus: Corpus) -> Iterator[tuple[str, str]]:
    """The papers that were read in full (CURIEs) with their names."""
    sql = "SELECT curie, name, title, arxiv FROM papers WHERE parts IS NOT NULL ORDER BY curie"
    for paper, name, title, arxiv in corpus.store.rows(sql):
        short = re.split(r":\s|\s(?i:technical report)", title)[0]
        yield from ((paper, one) for one in dict.fromkeys((name, short, title, arxiv)) if len(one) > 2)


def _named(corpus: Corpus, question: str) -> tuple[list[str], Filter] | None:
    """The papers whose names are in a question, except as part of a longer name."""
    text, found = question.lower(), dict[str, dict[str, str]]()
    for paper, called in corpus.kept("whole names", None, lambda: tuple(_names(corpus))):
        name = called.lower()
        if name in text and re.search(rf"(?<![a-z\d-]){re.escape(name)}(?![a-z\d]|-\w)", text):
            found.setdefault(name, {})[paper] = called
    own = [named for name, named in found.items() if not any(name in other and name != other for other in found)]
    names = {paper: called for named in own for paper, called in named.items()}
    entries = [(corpus.listed([paper])[0], called) for paper, called in names.items()]
    terms = tuple(Fact("paper", entry, called, concept=f"entry:{entry}") for entry, called in entries)
    text = " / ".join(dict.fromkeys(called for _, called in entries))
    return (list(names), Filter((Condition(text, terms),))) if terms else None


def _described(corpus: Corpus, lexicon: Lexicon, rest: str, language: str) -> tuple[list[str], Filter] | None:
    """The papers that fulfil the conditions in the rest of a question, and contain most of its other words."""
    found = read(rest, lexicon, language).filter
    words = [one for one in found.conditions if all(isinstance(term, Phrase) for term in one.any_of)]
    things = Filter(tuple(one for one in found.conditions if one not in words))
    words += [Condition(word, (Phrase(f"{stem(word)}*"),)) for word in found.ignored if len(word) > 2]
    whole = {paper for paper, _ in corpus.kept("whole names", None, lambda: tuple(_names(corpus)))}
    for wanted in (things, naming(things)) if things.conditions else ():
        holding = Counter(whole.intersection(corpus.found(wanted)))
        for one in words if holding else ():
            holding.update(holding.keys() & set(corpus.found(Filter((one,)))))
        if holding:
            return sorted(paper for paper in holding if holding[paper] == max(holding.values())), wanted
    return None


def _told(corpus: Corpus, question: str, wanted: Asked, papers: list[str], own: Filter, say: Sayings) -> Answer:
    """A line for each sentence that answers, with its value and place."""
    setup, rest = wanted
    kind = "setup" if setup else "limitations"
    labels = (term.label.lower() for condition in own.conditions for term in condition.any_of)
    text = reduce(lambda text, label: text.replace(label, " "), labels, rest.lower())
    asks = set(re.findall(r"[a-z\d][\w.-]{2,}", text)).difference(_words()["asked"]["idle"])
    stems = {stem(word).rstrip("*") for word in asks}
    entries = load_entries(corpus.store, corpus.listed(papers[:_PAPERS]))
    lines: dict[str, Line] = {}
    for entry, (document, record) in entries.items():
        for name, place, value in _setup(document, record, setup, stems) if setup else _limits(document, record):
            words, called = " ".join(place.quote.split()), say(f"passages.{name}")
            quote = Quote(entry, place.field, place.quote, place.start, place.end, called, words)
            cells = (entry, called, value or None, words) if setup else (entry, words)
            lines.setdefault(words, Line(cells, (entry,), (quote,)))
    columns = ("paper", "setup", "value", "quote") if setup else ("paper", "quote")
    held = rows(corpus.store, [*lines.values()] or [Line((), (entry,)) for entry in entries])
    notes = () if lines else (say(f"passages.none_{kind}"),)
    table = Grid(columns, tuple(lines.values())) if lines else None
    query = Query("claims", own, wants=kind, language=say.language)
    return Answer(question, query, held, notes, table, fulfilling=len(held))


def _setup(
    document: Document, record: Record, wanted: dict[str, re.Pattern[str]], stems: set[str]
) -> Iterator[tuple[str, Evidence, str]]:
    """The best sentences on each requested item, with the values that were extracted from them."""
    said = _words()
    ranks = {role: rank for rank, role in enumerate(said["asked"]["roles"])}
    roles = {part.id: part.role for part in document.parts}
    parts = [part for part in document.parts if part.kind not in ("heading", "formula") and part.role != "related"]
    for name, form in wanted.items():
        used = said["setup"][name].get("uses", "")
        values: dict[tuple[str, int], list[str]] = {}
        places = [(use.places[0], use.name) for use in record.uses if use.type == used and use.use != "mentioned"]
        for one in record.setup:
            if one.name == name:
                value = f"{one.value} × {one.unit}" if used else f"{one.value} {one.unit}".strip()
                places.append((one.place, value))
        for place, value in places:
            values.setdefault((place.field, place.start), []).append(value)
        named = bool(places) and used in ("software", "baseline")  # a name is enough, without a sentence
        some = () if named else (part for part in parts if form.search(part.text.text))
        spans = ((part, raw_span(part.text, *span)) for part in some for span in sentences(part.text.text))
        found = (Evidence(part.text.raw[start:end], part.id, start, end) for part, (start, end) in spans)
        by_place = {(one.field, one.start): one for one in (*found, *(place for place, _ in places))}
        ranked = []
        for at, place in by_place.items():
            low = re.sub(r"[\[(][^\])]*\d{4}[^\])]*[\])]|\[[\d, –-]+\]", "", place.quote.lower())
            own = dict.fromkeys(values.get(at, ()))
            value = ", ".join(one for one in own if not any(other.endswith(f" {one}") for other in own))
            if value or form.search(low):
                near = any(re.search(r"\d", low[max(0, m.start() - 25) : m.end() + 40]) for m in form.finditer(low))
                rank = ranks.get(roles.get(place.field, ""), len(ranks))
                close = sum(one in low for one in stems) - 0.4 * rank
                ranked.append(((near + bool(value), close, -len(low)), place, value))
        best = sorted(ranked, key=lambda one: one[0], reverse=True)[: _LISTED if used == "baseline" else _SAID]
        yield from ((name, place, value) for _, place, value in best)


def _limits(document: Document, record: Record) -> list[tuple[str, Evidence, str]]:
    """The sentences on limitations, those of the last such section first."""
    last = {part.headings[:1]: n for n, part in enumerate(document.parts)}
    at = {part.id: (part.role != "limitations", -last[part.headings[:1]]) for part in document.parts}
    first = sorted((one for one in record.limitations if one.field in at), key=lambda one: at[one.field])
    return [("limitations", place, "") for place in first[:_LIMITS]]
