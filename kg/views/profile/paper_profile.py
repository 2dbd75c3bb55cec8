"""A paper: who wrote it, what it claims and where the words of each claim stand, what it resembles."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kg.identifiers import address, kind_of
from kg.model import Paper
from kg.query.cited import CitedClaim, claims_of
from kg.query.corpus import Corpus
from kg.text import fold
from kg.trust import LIKELY
from kg.views.brief import compose
from kg.views.profile.body_profile import body_profile
from kg.views.profile.lineage import lineage
from kg.views.readable import letters
from kg.views.selection import Selection, clean, code, ids, link, named, title
from kg.views.source_summary import summary_parts

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Fields of an entry in the order in which a page shows them; the title stands above the page.
_FIELDS = ("A", "B", "S", "H", "K", "I", "T")
#: Concepts of more papers than this say little about what two papers share, and papers that are looked at.
_COMMON, _SIMILAR = 150, 8
#: What a claim may leave unsaid.
_EMPTY = {
    "mention": ("role",),
    "topic": ("role",),
    "result": ("metric", "metric_concept", "unit", "baseline", "setting"),
    "relation": ("head_concept", "tail_concept"),
}
#: By what claims of several entries say the same.
_SAME = {
    "mention": ("concept", "role"),
    "topic": ("concept",),
    "result": ("metric", "low", "high", "unit", "change", "baseline", "setting"),
    "relation": ("head", "relation", "tail"),
}


def profile(graph: GraphReader, name: str, lang: str = "en") -> dict[str, Any]:
    """The profile of the paper that an entry ("002-22") or CURIE names; KgError when unknown.

    `texts` are its fields, each in `pieces`: a text, and the numbers of the claims that rest on it.
    """
    paper = graph.paper(name)
    shown = Selection.of(graph, [paper], lang)
    shown.learn_labels()
    every = [_claim(graph, claim, lang) for claim in claims_of(graph.store, ids(paper))]
    listed, on = _numbered(every), defaultdict(list)
    for claim in every:
        on[claim["entry"], claim["field"]].append(claim)
    documents = [document for document, _ in paper.entries]
    first = documents[0]
    return {
        "id": ids(paper)[0],
        "paper": paper.id,
        "entries": [{"id": d.id, "source": d.source} for d in documents],
        "title": title(paper),
        "called": named(paper, shown.date(paper)),
        "kind": paper.entries[0][1].kind,
        "date": shown.date(paper)[:10],
        "venue": next((d.venue for d in documents if d.venue), ""),
        "year": next((d.year for d in documents if d.year), None),
        "arxiv": next((d.arxiv for d in documents if d.arxiv), ""),
        "doi": next((d.doi for d in documents if d.doi), ""),
        "link": link(paper),
        "code": code(paper),
        "authors": [clean(author) for author in next((d.authors for d in documents if d.authors), ())],
        "author_count": next((d.author_count for d in documents if d.author_count), None),
        "institutions": _things(shown, paper, "institution"),
        "topics": _things(shown, paper, "topic"),
        "brief": compose(shown, paper),
        "texts": [
            {
                "entry": d.id,
                "field": field,
                "pieces": pieces(d.texts[field].raw, on[d.id, field]),
                "parts": summary_parts(d.texts[field].raw) if field == "S" else [],
            }
            for d in documents
            for field in _FIELDS
            if field in d.texts and d.texts[field].raw.strip()
        ],
        "claims": listed,
        **body_profile(graph, paper, lang),
        **lineage(graph, paper.id, lang),
        "similar": similar(graph, paper.id, lang),
        "repairs": list(first.repairs),
    }


def _things(shown: Selection, paper: Paper, kind: str) -> list[dict[str, str]]:
    return [{"concept": thing.concept, "label": thing.label} for thing in shown.things(paper, kind)]


def _numbered(every: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims as a page lists and numbers them: what several entries say alike has one number and stands there once."""
    out: list[dict[str, Any]] = []
    first: dict[tuple[object, ...], dict[str, Any]] = {}
    for claim in every:
        said = tuple(fold(one) if isinstance(one := claim.get(name), str) else one for name in _SAME[claim["kind"]])
        same = first.setdefault((claim["kind"], *said), claim)
        if same["entry"] == claim["entry"]:
            out.append(claim)
            claim["number"] = len(out)
        else:
            at = claim["number"] = same["number"]
            out[at - 1] = max(out[at - 1], claim, key=lambda one: (one["sure"], one["score"]))
    return out


def _claim(graph: GraphReader, claim: CitedClaim, lang: str) -> dict[str, Any]:
    """A claim with its level, and labels in a language."""
    said = dict.fromkeys(_EMPTY[claim.kind], "") | claim.to_json()
    concept = said.get("concept", "")
    label = graph.label(concept, lang) if concept else ""
    for end in ("metric", "head", "tail"):
        if said.get(f"{end}_concept"):
            said[end] = clean(graph.label(said[f"{end}_concept"], lang))
    said |= {"label": clean(label)} if label else {}
    level = "sure" if claim.sure else "likely" if claim.score >= LIKELY else "weak"
    return {"level": level, "entry": claim.entry} | said


def pieces(raw: str, claims: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A text cut where claims begin and end; each piece with the numbers and the best level of its claims.

    A result or relation rests on a whole sentence: where a name stands in it, the name comes first. `shown` is the
    text without LaTeX.
    """
    spans = [(c["start"], c["end"], c) for c in claims if 0 <= c["start"] < c["end"] <= len(raw)]
    cuts = sorted({0, len(raw), *(at for start, end, _ in spans for at in (start, end))})
    begins, ends = defaultdict(list), defaultdict(list)
    for start, end, claim in spans:
        begins[start].append(claim)
        ends[end].append(claim)
    open_: dict[int, dict[str, Any]] = {}
    letter = letters(raw)
    out = []
    for start, end in pairwise(cuts):
        for claim in ends[start]:
            open_.pop(claim["number"], None)
        for claim in begins[start]:
            open_[claim["number"]] = claim
        over = sorted(open_.values(), key=lambda c: (c["end"] - c["start"], c["number"]))
        levels = [claim["level"] for claim in over]
        level = next((one for one in ("sure", "likely", "weak") if one in levels), "")
        kinds = list(dict.fromkeys("relation" if c["kind"] == "relation" else c.get("type", c["kind"]) for c in over))
        shown = "".join(letter[start:end])
        out.append(
            {
                "text": raw[start:end],
                "shown": shown,
                "claims": [c["number"] for c in over],
                "level": level,
                "kinds": kinds,
            }
        )
    return out


def similar(graph: GraphReader, paper: str, lang: str = "en") -> list[dict[str, Any]]:
    """The papers that share most with a paper (CURIE), what few papers have counting most; with what they share."""
    store, corpus = graph.store, Corpus.of(graph.store)
    most = max(_COMMON, len(corpus) // 20)
    weights: dict[str, float] = {}
    for table, column in (("mentions", "concept"), ("topics", "topic")):
        sql = f"""SELECT DISTINCT c.curie, n.papers FROM {table} x JOIN concepts c ON c.id = x.{column}
            JOIN counts n ON n.concept = c.id AND n.role = ''
            WHERE x.paper = (SELECT id FROM papers WHERE curie = ?) AND c.type <> 'institution'
            AND n.papers BETWEEN 2 AND ?"""
        found_ = store.rows(sql, paper, most)
        weights |= {curie: math.log(1 + len(corpus) / papers) for curie, papers in found_}
    rarest = sorted(weights, key=lambda curie: (-weights[curie], curie))[:60]
    found: dict[str, list[str]] = defaultdict(list)
    for table, column in (("mentions", "concept"), ("topics", "topic")):
        both = f"""SELECT DISTINCT p.curie, c.curie FROM concepts c JOIN {table} x ON x.{column} = c.id
            JOIN papers p ON p.id = x.paper WHERE c.curie IN ({{}})"""
        for other, concept in store.some(both, rarest):
            found[other].append(concept)
    found.pop(paper, None)
    score = {other: sum(weights[c] for c in set(shared)) for other, shared in found.items()}
    best = sorted(score, key=lambda other: (-score[other], other))[:_SIMILAR]
    rows = {row.paper: row for row in corpus.rows(best)}
    return [
        {
            "id": rows[other].id,
            "called": rows[other].name,
            "title": clean(rows[other].title),
            "shares": [
                {"concept": c, "label": clean(graph.label(c, lang)), "type": kind_of(c)}
                for c in _apart(graph, sorted(set(found[other]), key=lambda c: (-weights[c], c)), lang)[:4]
            ],
        }
        for other in best
    ]


def _apart(graph: GraphReader, concepts: Iterable[str], lang: str) -> list[str]:
    """Concepts, each label once: a topic and a technique may bear one."""
    return list({graph.label(concept, lang): concept for concept in reversed(list(concepts))}.values())[::-1]


def described(graph: GraphReader, papers: Iterable[str]) -> list[dict[str, Any]]:
    """Papers (CURIEs), in order, as a list shows them: title, how texts call them, when and where, by whom."""
    named = list(dict.fromkeys(papers))
    corpus = Corpus.of(graph.store)
    rows = {row.paper: row for row in corpus.rows(named)}
    sql = """SELECT p.curie, p.kind, p.appeared, p.venue, p.doi, p.arxiv, p.url, p.code_url FROM papers p
        WHERE p.curie IN ({})"""
    more = {curie: rest for curie, *rest in graph.store.some(sql, rows)}
    authors: dict[str, list[str]] = defaultdict(list)
    sql = """SELECT p.curie, a.name FROM papers p JOIN authors a ON a.entry = p.entry
        WHERE a.number <= 3 AND p.curie IN ({}) ORDER BY p.curie, a.number"""
    for curie, author in graph.store.some(sql, rows):
        authors[curie].append(clean(author))
    out = []
    for curie in named:
        if curie not in rows:
            continue
        row = rows[curie]
        kind, when, venue, doi, arxiv, url, code_url = more[curie]
        out.append(
            {
                "id": row.id,
                "paper": curie,
                "title": clean(row.title) or row.name,
                "called": row.name,
                "date": when[:10],
                "venue": clean(venue),
                "kind": kind,
                "authors": authors[curie],
                "link": address(doi, arxiv, url),
                "code": code_url if code_url.startswith("http") else "",
            }
        )
    return out
