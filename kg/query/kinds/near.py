"""Papers and concepts ranked by similarity in meaning to some words, each with its most similar words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.encoder import encoder
from kg.entity_types import NAMED
from kg.identifiers import kind_of
from kg.query.alike import Alike, alike, paper_of, worded
from kg.query.answer import Answer, Grid, Line, Quote, Row
from kg.query.corpus import Corpus
from kg.query.filter import Query
from kg.query.lexicon import Lexicon
from kg.query.nearness import Near, in_english, titles
from kg.query.sayings import Sayings
from kg.query.user_embeddings import asked, likeness, vector_of
from kg.store.embeddings import model_of
from kg.store.file import StoreFile
from kg.text import fold, is_kind, sentence_at, tokens

if TYPE_CHECKING:
    pass

#: The default numbers of papers and concepts in the answer.
_PAPERS, _CONCEPTS = 20, 5
#: Candidates for similar papers; the weight of shared entities relative to titles; shared entities that are named.
_CANDIDATES, _SHARED, _NAMED = 200, 0.5, 5
#: The weight of shared words within this score, and the least score relative to the best one.
_WORDS, _BESIDE = 0.5, 0.78
#: The cosine of titles from which papers are similar even if they share nothing else.
_TITLES = 0.6
#: Up to this number of papers with a kind of thing, all of them count as similar.
_RARE = 50
#: How many of the papers that name a thing are compared with others.
_OF = 5
#: The columns of an answer with similar papers.
_SHOWN = ("paper", "title", "similarity", "shared")
#: The cosine below which nothing counts as near.
_LEAST = 0.2


def answer(store: StoreFile, lexicon: Lexicon, question: str, query: Query, limit: int | None = None) -> Answer:
    """The papers nearest to the words of a query, at most `limit`, and the nearest concepts.

    Only papers that pass the filter count. Chinese is first translated with the vocabulary's labels.
    """
    words = query.words or question
    say = Sayings(query.language)
    like = paper_of(store, query.like) if query.like else None
    if like:
        return _alike(store, lexicon, question, query, [like], limit)
    if query.like and (named := _naming(store, lexicon, query.like)):
        return _alike(store, lexicon, question, query, named[1], limit, named[0])
    words = query.like or words
    unlike = (say("near.no_paper", words=say("empty.quoted", words=words)),) if query.like else ()
    english = in_english(words, lexicon.vocabulary)
    notes = (*query.filter.notes, *unlike)
    if english != words and english:
        notes = (*notes, say("near.read_as", words=english))
    corpus, concepts = Corpus.of(store), list[Near]()
    among = frozenset(corpus.found(query.filter)) if query.filter.conditions else None
    model = model_of(store)
    if (own := asked(store, words)) is not None:  # by the model of the graph's embeddings
        score = {one: near for one, near in likeness(store, own).items() if among is None or one in among}
        near = [Near(one, "", round(score[one], 3)) for one in _first(score, limit) if score[one] > 0]
        least, english = model.threshold if model else _LEAST, words
        reached = sum(one.similarity >= least for one in near)
        notes = notes if near else (*notes, say("near.none", words=say("empty.quoted", words=words)))
        notes = (*notes, say("near.by_model", reached, model=model.name if model else "", least=f"{least:g}"))
    else:
        notes = notes if model is None else (*notes, say("near.no_model", model=model.name))
        if not encoder() or not any(token.fold for token in tokens(english)):
            return Answer(question, query, (), (*notes, say("near.no_words")))
        found = titles(store)
        most = limit or (len(found.keys) if limit == 0 else _PAPERS)
        near = [one for one in found.nearest(encoder()(english), most, among) if one.similarity >= _LEAST]
        concepts = [one for one in lexicon.near(english, _CONCEPTS) if one.similarity >= _LEAST]
    rows = _rows(corpus, near, english, words)
    lines = [
        Line((lexicon.label(one.name, say.language), kind_of(one.name), one.similarity), concept=one.name)
        for one in concepts
    ] + [Line((row.title, "paper", row.score), row.sources, row.evidence) for row in rows]
    return Answer(question, query, rows, notes, Grid(("text", "type", "similarity"), tuple(lines)))


def _first(near: Mapping[str, float], limit: int | None) -> list[str]:
    """The nearest papers, then by name: at most `limit`, 0 for all, None for the default."""
    return sorted(near, key=lambda one: (-near[one], one))[: len(near) if limit == 0 else limit or _PAPERS]


def _alike(
    store: StoreFile, lexicon: Lexicon, question: str, query: Query, own: list[str], limit: int | None, thing: str = ""
) -> Answer:
    """The papers most similar to one, by shared entities and titles, or to those that name a thing, with these."""
    say, corpus = Sayings(query.language), Corpus.of(store)
    among = frozenset(corpus.found(query.filter)) if query.filter.conditions else None
    found: dict[str, Alike] = {}
    score: Counter[str] = Counter()
    some, lowest = own[::-1][:_OF], 0.0
    for paper in some:
        shared, near, lowest = _scored(store, lexicon, paper)
        found |= shared
        score.update({one: value / len(some) for one, value in near.items()})
    if thing:
        top = max((value for one, value in score.items() if one not in own), default=0.0)
        score.update(dict.fromkeys(some, 1.0 / len(some)))
        score.update(dict.fromkeys(_of_kind(corpus, lexicon, thing), top))
    mean = {one: round(value, 3) for one, value in score.items() if among is None or one in among}
    best = max((value for one, value in mean.items() if one not in own), default=0.0)
    least = max(_BESIDE * best, 0.0 if thing else lowest)
    order = [one for one in _first(mean, limit) if mean[one] >= least][: query.most]
    rows, lines = _shown(corpus, lexicon, order, mean, found, say.language)
    said = {"title": (itself := corpus.rows(own[:1])[0]).title, "name": itself.id}
    label = lexicon.label(thing, say.language) if thing else ""
    verdict = say("near.akin", len(own), label=label) if thing else say("near.like", **said)
    notes = query.filter.notes if lines or thing else (*query.filter.notes, say("near.unlike", **said))
    return Answer(question, query, rows, notes, Grid(_SHOWN, lines, verdict if lines else ""))


def _scored(store: StoreFile, lexicon: Lexicon, paper: str) -> tuple[dict[str, Alike], dict[str, float], float]:
    """Papers that share entities with one, the scores of similar enough papers, and the least score that counts."""
    found = {one.paper: one for one in alike(store, paper, _CANDIDATES)}
    close: dict[str, float] = {}
    if (own := vector_of(store, paper)) is not None:
        ranked = sorted(likeness(store, own).items(), key=lambda pair: (-pair[1], pair[0]))
        close = {one: max(near, 0.0) for one, near in ranked[:_CANDIDATES]}
    elif encoder():
        (itself,) = Corpus.of(store).rows([paper])
        vector = encoder()(in_english(itself.title, lexicon.vocabulary))
        close = {one.name: one.similarity for one in titles(store).nearest(vector, _CANDIDATES)}
    score = {
        one: round(_SHARED * (found[one].similarity if one in found else 0.0) + (1 - _SHARED) * close.get(one, 0.0), 3)
        for one in {*found, *close} - {paper}
        if one in found or close[one] >= _TITLES
    }
    if own is None:  # a sentence model already covers the words
        words = worded(store, paper, score)
        score = {one: round((1 - _WORDS) * near + _WORDS * words.get(one, 0.0), 3) for one, near in score.items()}
    return found, score, _LEAST * (1 if own is not None else _WORDS)


def _naming(store: StoreFile, lexicon: Lexicon, words: str) -> tuple[str, list[str]] | None:
    """The thing that words name though no paper proposes it, and the papers that name it ("SnapKV"); else None."""
    corpus = Corpus.of(store)
    for sense in lexicon.senses(fold(words)):
        is_name = sense.type in ("technique", *NAMED) and not all(map(is_kind, (words, lexicon.label(sense.concept))))
        if is_name and (papers := corpus.names(corpus.papers_with(lexicon.family(sense.concept)))):
            return sense.concept, papers
    return None


def _of_kind(corpus: Corpus, lexicon: Lexicon, thing: str) -> list[str]:
    """The papers with a thing of the same narrow kind: for QuaRot, those on rotation before quantization."""
    known = lexicon.vocabulary
    kinds = [one for one in known[thing].broader if one.startswith("technique:")] if thing in known else []
    papers = [corpus.names(corpus.papers_with(lexicon.family(kind))) for kind in kinds]
    return [one for some in papers if len(some) <= _RARE for one in some]


def _shown(
    corpus: Corpus,
    lexicon: Lexicon,
    order: list[str],
    score: Mapping[str, float],
    found: Mapping[str, Alike],
    language: str,
) -> tuple[tuple[Row, ...], tuple[Line, ...]]:
    """Papers in order, and lines with what each shares."""
    known = {row.paper: row for row in corpus.rows(order)}
    rows = tuple(replace(known[one], score=score[one]) for one in order)
    lines = []
    for row in rows:
        both = found[row.paper].shared[:_NAMED] if row.paper in found else ()
        shared = tuple(dict.fromkeys(lexicon.label(thing, language) for thing in both))
        lines.append(Line((row.id, row.title, row.score, shared), row.sources))
    return rows, tuple(lines)


def _rows(corpus: Corpus, near: list[Near], english: str, words: str) -> tuple[Row, ...]:
    """The papers, each with its title and the sentence that shares most words with the query."""
    known = {row.paper: row for row in corpus.rows(one.name for one in near)}
    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sql = "SELECT e.name, t.field, t.raw FROM entries e JOIN texts t ON t.entry = e.id WHERE e.paper IN ({})"
    for entry, field, raw in corpus.store.some(sql, known):
        texts[entry].append((field, raw))
    out = []
    for one in near:
        if row := known.get(one.name):
            quotes = (quote for name in row.sources for quote in _snippet(name, sorted(texts[name]), english, words))
            out.append(replace(row, title=one.text or row.title, score=one.similarity, evidence=tuple(quotes)))
    return tuple(out)


def _snippet(entry: str, texts: list[tuple[str, str]], english: str, words: str) -> list[Quote]:
    """The sentence of an entry's texts that shares most words with the query; ties go to the first."""
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
