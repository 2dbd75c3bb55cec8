"""Papers and concepts ranked by nearness in meaning to some words, each with the words of it that are nearest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from kg.encoder import encoder
from kg.names import kind_of
from kg.query.answer import Answer, Line, Quote, Row, Table
from kg.query.corpus import Corpus
from kg.query.filter import Query
from kg.query.lexicon import Lexicon
from kg.query.near import Near, in_english, titles
from kg.query.sayings import Sayings
from kg.store.file import StoreFile
from kg.text import sentence_at, tokens

#: Papers that are listed where no number is asked for, and concepts.
_PAPERS, _CONCEPTS = 20, 5
#: The cosine below which nothing is called near.
_LEAST = 0.2


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The papers nearest to the words of a query, at most `limit`, and the concepts.

    Only papers that fulfil the filter count. Chinese is put into English by the vocabulary's labels first.
    """
    words = query.words or question
    say = Sayings.of(words)
    english = in_english(words, lexicon.vocabulary)
    notes = query.filter.notes
    if english != words and english:
        notes = (*notes, say("near.read_as", words=english))
    if not encoder() or not any(token.fold for token in tokens(english)):
        return Answer(question, query, (), (*notes, say("near.no_words")))
    vector = encoder()(english)
    corpus = Corpus.of(store)
    among = frozenset(corpus.found(query.filter)) if query.filter.conditions else None
    found = titles(store)
    most = limit or (len(found.keys) if limit == 0 else _PAPERS)
    near = found.nearest(vector, most, among)
    papers = [one for one in near if one.similarity >= _LEAST]
    concepts = [one for one in lexicon.near(english, _CONCEPTS) if one.similarity >= _LEAST]
    rows = _rows(corpus, papers, english, words)
    lines = [
        Line((lexicon.label(one.name, say.language), kind_of(one.name), one.similarity), concept=one.name)
        for one in concepts
    ] + [Line((row.title, "paper", row.score), row.sources, row.evidence) for row in rows]
    table = Table(("text", "type", "similarity"), tuple(lines))
    return Answer(question, query, rows, notes, table)


def _rows(corpus: Corpus, near: list[Near], english: str, words: str) -> tuple[Row, ...]:
    """The papers, each with its title and the sentence that shares most words with what is asked."""
    known = {row.paper: row for row in corpus.rows(one.name for one in near)}
    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sql = "SELECT e.name, t.field, t.raw FROM entries e JOIN texts t ON t.entry = e.id WHERE e.paper IN ({})"
    for entry, field, raw in corpus.store.some(sql, known):
        texts[entry].append((field, raw))
    out = []
    for one in near:
        if row := known.get(one.name):
            quotes = (quote for name in row.sources for quote in _snippet(name, sorted(texts[name]), english, words))
            out.append(replace(row, title=one.text, score=one.similarity, evidence=tuple(quotes)))
    return tuple(out)


def _snippet(entry: str, texts: list[tuple[str, str]], english: str, words: str) -> list[Quote]:
    """The sentence of an entry's texts that shares most words with what is asked; the first of equals."""
    asked = {token.fold for token in tokens(english)}
    best: tuple[int, Quote] | None = None
    for field, raw in texts:
        at = 0
        while at < len(raw):
            start, end = sentence_at(raw, at, at + 1)
            end = max(end, at + 1)
            shared = len(asked & {token.fold for token in tokens(raw[start:end])})
            if shared and (best is None or shared > best[0]):
                said = raw[start:end]
                quote = Quote(entry, field, said, start, end, words, " ".join(said.split()))
                best = shared, quote
            at = end
    return [best[1]] if best else []
