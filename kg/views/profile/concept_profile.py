"""Something that papers name: what it is, who proposes, uses and beats it, when, with which results, beside what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kg.entity_types import TABLE
from kg.evidence import evidence_id
from kg.identifiers import is_curie, kind_of
from kg.model import OBTAINED, ROLES, KgError
from kg.query.conditions import marks
from kg.query.corpus import ALL, Corpus, Papers
from kg.query.filter import Entity
from kg.query.kinds import definition
from kg.query.periods import covered, folded, is_partial, without_gaps
from kg.query.question_reader import about
from kg.query.sayings import Sayings
from kg.query.shown import context
from kg.query.topic import DONE, only_naming, working
from kg.views.profile.paper_profile import described
from kg.views.selection import clean

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

_LISTED, _RESULTS, _BESIDE, _SENTENCES = 8, 30, 6, 4
#: Results of its papers that are read; those on another thing, and those that two entries repeat, are left out.
_READ = 10 * _RESULTS
#: What a result has besides, in the order of the query.
_RESULT = ("metric_concept", "metric", "change", "bound", "low", "high", "unit", "baseline_concept", "baseline",
           "setting", "date")  # fmt: skip
#: Months that a chart shows singly; more are folded to years.
_MONTHS = 48
#: What stands beside a concept, by type.
_KINDS = ("topic", "technique", "problem", "task", "hardware", "model", "dataset", "institution")


def profile(graph: GraphReader, concept: str, lang: str = "en") -> dict[str, Any]:
    """The profile of a concept or institution (CURIE); KgError for what no paper has and the vocabulary lacks."""
    if not is_curie(concept) or kind_of(concept) not in TABLE:
        raise KgError(f"{concept[:80]!r} is no name of a concept: it is written like technique:lora.")
    kind = kind_of(concept)
    store, corpus, lexicon = graph.store, Corpus.of(graph.store), graph.lexicon()
    known = graph.vocabulary.concepts.get(concept)
    if known is None and not store.rows("SELECT 1 FROM concepts WHERE curie = ?", concept):
        raise KgError(f"The graph knows nothing of {concept[:80]!r}: search for it by name.")
    family = tuple(graph.vocabulary.narrower(concept)) if kind in ("topic", "institution") else lexicon.family(concept)
    papers, naming = corpus.papers_with(family) if kind != "metric" else _measured(family), list[str]()
    if kind in DONE:
        wanted = about(lexicon, concept)
        papers, naming = working(corpus, wanted), only_naming(corpus, wanted)
    days = corpus.days(papers)[""]
    results, stated = _results(graph, family, kind, lang)
    most = corpus.most_of_each(papers, _BESIDE + min(len(family), 40))
    return {
        "concept": concept,
        "type": kind,
        "label": clean(graph.label(concept, lang)),
        "labels": {one: clean(graph.label(concept, one)) for one in ("en", "zh")},
        "others": sorted({clean(label) for label in lexicon.labels(concept)})[:12],
        "definition": clean(known.definition.get(lang) or known.definition.get("en", "")) if known else "",
        "known": known is not None,
        "broader": [_named(graph, one, lang) for one in graph.vocabulary.above(concept)],
        "narrower": _narrower(graph, corpus, concept, family, lang),
        "papers": corpus.count(papers),
        "mentioning": len(naming),
        "naming": Sayings(lang)("answer.naming", len(naming)) if naming else "",
        "support": corpus.support(corpus.dated(papers))
        if corpus.count(papers) <= 2000 and corpus.tells_support(papers)
        else None,
        "over_time": over_time(days, corpus),
        "sentences": _sentences(graph, concept, kind),
        "roles": _roles(graph, corpus, family, kind),
        "newest": described(graph, _newest(corpus, papers)),
        "beats": _compared(graph, concept, family, "head", lang),
        "beaten_by": _compared(graph, concept, family, "tail", lang),
        "results": results,
        "results_stated": stated,
        "beside": [
            _group(corpus, papers, other, things, lang)
            for other in _KINDS
            if (things := _beside(graph, most.get(other, []), other, family, lang))
        ],
        "unsaid": _unsaid(corpus, kind, ALL, lang),
    }


def _measured(metrics: Sequence[str]) -> Papers:
    """The papers that report a metric."""
    return Papers(
        f"SELECT x.paper FROM results x JOIN concepts c ON c.id = x.metric WHERE c.curie IN ({marks(metrics)})",
        tuple(metrics),
    )


def _named(graph: GraphReader, concept: str, lang: str) -> dict[str, str]:
    return {"concept": concept, "label": clean(graph.label(concept, lang))}


def _narrower(graph: GraphReader, corpus: Corpus, own: str, family: Sequence[str], lang: str) -> list[dict[str, Any]]:
    """What counts as it, by papers."""
    others = [one for one in family if one != own]
    sql = """SELECT c.curie, n.papers FROM counts n JOIN concepts c ON c.id = n.concept
        WHERE n.role = '' AND c.curie IN ({})"""
    counted = sorted(corpus.store.some(sql, others), key=lambda row: (-row[1], row[0]))
    return [_named(graph, one, lang) | {"papers": n} for one, n in counted[:12]]


def over_time(days: Counter[str], corpus: Corpus, axis: Counter[str] | None = None) -> dict[str, Any]:
    """How many papers of a corpus came when: by month, or by year where they span many; those without a date apart.

    The periods are those of `axis`, which several charts may share; else of the papers themselves. Those that the
    corpus holds in part are marked.
    """
    every = days if axis is None else axis
    by_month = folded(every, "month")
    months = without_gaps((name for name in by_month if name), "month")
    is_months = 0 < len(months) <= _MONTHS and sum(by_month[m] for m in months) >= 0.5 * every.total()
    over = "month" if is_months else "year"
    counts, ends = folded(days, over), covered(corpus.days(ALL)[""])
    periods = months if is_months else without_gaps((name for name in folded(every, "year") if name), "year")
    return {
        "over": over,
        "periods": [{"period": name, "papers": counts[name], "partial": is_partial(name, *ends)} for name in periods],
        "undated": days.total() - sum(counts[name] for name in periods),
    }


def _newest(corpus: Corpus, papers: Papers) -> list[str]:
    where = papers.of("p.id")
    sql = f"SELECT p.curie FROM papers p WHERE {where.sql} ORDER BY p.appeared DESC, p.curie LIMIT ?"
    return [curie for (curie,) in corpus.store.rows(sql, *where.given, _LISTED)]


def _roles(graph: GraphReader, corpus: Corpus, family: Sequence[str], kind: str) -> list[dict[str, Any]]:
    """The papers that propose, use or compare with it, newest first."""
    if kind not in ("technique", "model"):
        return []
    out = []
    for role in ROLES:
        sql = f"""SELECT DISTINCT p.curie, p.appeared FROM concepts c JOIN mentions x ON x.concept = c.id
            JOIN papers p ON p.id = x.paper WHERE x.role = ? AND c.curie IN ({marks(family)})
            ORDER BY p.appeared DESC, p.curie"""
        found = [curie for curie, _ in corpus.store.rows(sql, role, *family)]
        if found:
            out.append({"role": role, "total": len(found), "papers": described(graph, found[:_LISTED])})
    return out


def _sentences(graph: GraphReader, concept: str, kind: str) -> list[dict[str, Any]]:
    """The sentences of papers that say what it is, or else what it does: those of a question for it."""
    thing = Entity(kind, concept, graph.label(concept), (concept,))
    said = definition.sentences(graph.store, graph.lexicon(), thing, _SENTENCES)
    papers = graph.store.papers_of({quote.source for quote in said})
    called = _names(graph, papers.values())
    return [
        {"paper": quote.source, "sentence": quote.context, "quote": quote.quote, "evidence": quote.id}
        | {"called": called.get(papers[quote.source], quote.source)}
        for quote in said
    ]


def _names(graph: GraphReader, papers: Iterable[str]) -> dict[str, str]:
    """How texts call papers (CURIEs)."""
    return {row.paper: row.name or row.id for row in Corpus.of(graph.store).rows(sorted(set(papers)))}


def _compared(graph: GraphReader, own: str, family: Sequence[str], side: str, lang: str) -> list[dict[str, Any]]:
    """What it beats (`side` "head"), or what beats it ("tail"), as papers state: the surest first, each pair once.

    What is narrower wins and loses for itself.
    """
    other = "tail" if side == "head" else "head"
    sql = f"""SELECT e.name, p.curie, p.title, x.field, x.start, x."end", t.raw, x.score, x.sure, o.curie,
        x.{other}_text FROM concepts c JOIN relations x ON x.{side} = c.id
        JOIN entries e ON e.id = x.entry JOIN papers p ON p.id = x.paper LEFT JOIN concepts o ON o.id = x.{other}
        JOIN texts t ON t.entry = x.entry AND t.field = x.field
        WHERE x.type = 'outperforms' AND c.curie = ? ORDER BY x.sure DESC, x.score DESC, e.name"""
    out: dict[tuple[str, str], dict[str, Any]] = {}
    for row in graph.store.rows(sql, own):
        one = _cited(graph, ("label_concept", "label"), row, lang)
        one |= {"concept": one.pop("label_concept"), "sentence": context(row[6], row[4], row[5])}
        if one["concept"] in family:
            continue
        said = one["sentence"].lower()
        places = ((said.find(name.lower()), len(name)) for name in (one["label"], clean(row[-1])))
        one["words"] = next((one["sentence"][at : at + length] for at, length in places if at >= 0), "")
        out.setdefault((one["concept"] or row[-1], row[1]), one)
        if len(out) == _LISTED:
            break
    called = _names(graph, (paper for _, paper in out))
    return [one | {"called": called[paper]} for (_, paper), one in out.items()]


#: What every claim has, in the order in which a query gives it.
_CITED = ("paper", "curie", "title", "field", "start", "end", "raw", "score", "sure")


def _cited(graph: GraphReader, more: Sequence[str], row: Sequence[Any], lang: str) -> dict[str, Any]:
    """A claim as plain data: its paper, the id of its words, and `more`, of which concepts are named in a language."""
    one = dict(zip((*_CITED, *more), row, strict=True))
    field, start, end, raw = (one.pop(name) for name in ("field", "start", "end", "raw"))
    one |= {"quote": raw[start:end], "evidence": evidence_id(one["paper"], field, start, end, raw[start:end])}
    one |= {"title": clean(one["title"]), "score": round(one["score"], 3), "sure": bool(one["sure"])}
    del one["curie"]
    for name in (name.removesuffix("_concept") for name in more if name.endswith("_concept")):
        concept = one[f"{name}_concept"] = one[f"{name}_concept"] or ""
        one[name] = clean(graph.label(concept, lang) if concept else one[name])
    return one


def _results(graph: GraphReader, family: Sequence[str], kind: str, lang: str) -> tuple[list[dict[str, Any]], int]:
    """Results on a metric, device, model or data set, else of papers that propose or have it; and how many there are.

    The surest come first, of these the newest. What several entries say of one paper is one result.
    """
    in_role = " AND x.role = 'proposed'" if kind == "technique" else ""
    # Cross joins keep SQLite from going through all results.
    of_papers = (
        "papers p CROSS JOIN entries e CROSS JOIN results r WHERE e.paper = p.curie AND r.entry = e.id AND p.id IN"
    )
    if kind == "metric":
        among = "results r JOIN papers p ON p.id = r.paper WHERE r.metric IN (SELECT id FROM concepts c WHERE"
    elif kind in OBTAINED:
        among = "results r JOIN papers p ON p.id = r.paper WHERE (r.entry, r.number) IN"
        among += " (SELECT x.entry, x.result FROM result_on x JOIN concepts c ON c.id = x.concept WHERE"
    elif kind == "topic":
        among = f"{of_papers} (SELECT x.paper FROM topics x JOIN concepts c ON c.id = x.topic WHERE"
    else:
        among = f"{of_papers} (SELECT x.paper FROM mentions x JOIN concepts c ON c.id = x.concept WHERE"
    among = f"{among} c.curie IN ({marks(family)}){in_role})"
    sql = f"""SELECT e.name, p.curie, p.title, r.field, r.start, r."end", t.raw, r.score, r.sure, m.curie,
        r.metric_text, r.change, r.bound, r.low, r.high, r.unit, b.curie, r.baseline_text, r.setting, p.appeared
        FROM (SELECT r.* FROM {among} ORDER BY r.sure DESC, p.appeared DESC, r.entry, r.number LIMIT {_READ}) r
        JOIN entries e ON e.id = r.entry JOIN papers p ON p.id = r.paper
        LEFT JOIN concepts m ON m.id = r.metric LEFT JOIN concepts b ON b.id = r.baseline
        JOIN texts t ON t.entry = r.entry AND t.field = r.field
        ORDER BY r.sure DESC, p.appeared DESC, r.entry, r.number"""
    said = (
        "r.paper, r.metric, CASE WHEN r.metric IS NULL THEN r.metric_text END, r.change, r.bound, r.low, r.high, r.unit"
    )
    ((stated,),) = graph.store.rows(f"SELECT count(*) FROM (SELECT DISTINCT {said} FROM {among}) s", *family)
    first: dict[tuple[object, ...], str] = {}
    rows = graph.store.rows(sql, *family)
    own = [row for row in rows if first.setdefault((row[1], row[9] or row[10], *row[11:16]), row[0]) == row[0]]
    called = _names(graph, (row[1] for row in own[:_RESULTS]))
    out = []
    for row in own[:_RESULTS]:
        one = _cited(graph, _RESULT, row, lang)
        out.append(one | {"setting": clean(one["setting"]), "date": one["date"][:10], "called": called[row[1]]})
    return out, stated


def _beside(
    graph: GraphReader, most: Sequence[tuple[str, int]], kind: str, family: Sequence[str], lang: str
) -> list[dict[str, Any]]:
    """What most of its papers have of a type, but for itself."""
    own = set(family)
    return [
        _named(graph, thing, lang) | {"papers": count}
        for thing, count in most
        if thing not in own and (count > 1 or kind == "institution")
    ][:_BESIDE]


def _group(corpus: Corpus, papers: Papers, kind: str, things: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    """What stands beside a concept of a type; in the order of labels, with a note, where no ranking can be made."""
    if unsaid := _unsaid(corpus, kind, papers, lang):
        things = sorted(things, key=lambda one: one["label"].casefold())
    return {"type": kind, "things": things, "note": unsaid}


def _unsaid(corpus: Corpus, kind: str, papers: Papers, lang: str) -> str:
    """How many papers name a type, where they are too few for a ranking; else ""."""
    if corpus.leads(kind, papers):
        return ""
    named, n = corpus.covered(kind, papers)
    return Sayings(lang)(f"coverage.{kind}", named=f"{named:,}", n=f"{n:,}")


def author(graph: GraphReader, name: str, lang: str = "en") -> dict[str, Any]:
    """An author by the name that papers give: papers, who writes with them, what about; KgError when unknown."""
    store, corpus = graph.store, Corpus.of(graph.store)
    papers = Papers("SELECT paper FROM authors WHERE name = ?", (name,))
    number = corpus.count(papers)
    if not number:
        raise KgError(f"The graph has no paper by {name[:80]!r}, spelled so.")
    where = papers.of("p.id")
    sql = f"SELECT p.curie FROM papers p WHERE {where.sql} ORDER BY p.appeared DESC, p.curie LIMIT 100"
    listed = [curie for (curie,) in store.rows(sql, *where.given)]
    others, _ = corpus.most("author", papers, 21)
    kinds = ("topic", "technique", "institution", "hardware")
    beside = ((kind, _beside_author(graph, corpus, papers, kind, lang)) for kind in kinds)
    groups = [_group(corpus, papers, kind, things, lang) for kind, things in beside if things]
    return {
        "author": name,
        "papers": number,
        "over_time": over_time(corpus.days(papers)[""], corpus),
        "listed": described(graph, listed),
        "with": [{"author": other, "papers": count} for other, count in others if other != name][:20],
        "beside": groups,
    }


def _beside_author(graph: GraphReader, corpus: Corpus, papers: Papers, kind: str, lang: str) -> list[dict[str, Any]]:
    most, _ = corpus.most(kind, papers, _BESIDE)
    return [_named(graph, thing, lang) | {"papers": count} for thing, count in most]
