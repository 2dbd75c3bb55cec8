"""A filter becomes SQL: a condition on `p`, a row of the table `papers`, and others on rows of results and relations.

Values go in as parameters: no word of a question becomes syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from kg.files import toml_file
from kg.model import NOT_OWN
from kg.query.filter import USED_BY_NAME, Compound, Condition, Entity, Fact, Filter, Link, Op, Outcome, Phrase, Term
from kg.query.patterns import letters, name_regex, name_regexes, phrase_regex, texts_regex, wording_regex
from kg.query.units import kin
from kg.store.lite import Lite
from kg.store.rows import USUAL

Value = str | float | int
#: Facts that depend on the references of a full paper.
CITED = ("cites", "builds_on")
#: The end of a range, the better one, that a threshold with each operator is compared with.
_END: dict[Op, str] = {">=": "high", ">": "high", "<=": "low", "<": "low", "=": "high"}
_ABOUT = 0.1  # how far "about 2x" reaches
#: Units of shares and differences; the largest plain number that may be a share; units of counts with their factors.
_NO_COUNTS, _MOST_SHARE = ("%", "x", "points", "K", "M", "B", "K parameters", "M parameters", "B parameters"), 100
_COUNTS = {f"{size}{of}": by for size, by in (("K", 1e-3), ("M", 1e-6), ("B", 1e-9)) for of in ("", " parameters")}
_TRIGRAM = 3
_NEWEST = (
    """SELECT name FROM sources WHERE said ->> '$.date' <> '' ORDER BY said ->> '$.date' DESC, name DESC LIMIT ?"""
)
_NEVER, _ALWAYS, _OWN_WORDS = "FALSE", "TRUE", "t.field <> 'S'"  # S: what others say of a paper
#: The condition for a result or relation `x` to be measured, and of the paper's own work.
OWN = " AND ".join(f"x.marks NOT LIKE '%{mark}%'" for mark in sorted(NOT_OWN))
#: The proposal sentences (stating what papers propose) among the texts `t` that fulfil a condition.
_FROM, _TO = (f"CAST(y.place ->> '$.{end}' AS INTEGER)" for end in ("start", "end"))
PROPOSALS = f"""SELECT y.paper, substr(y.raw, {_FROM} + 1, {_TO} - {_FROM}) AS said
    FROM (SELECT x.paper, x.field, x.raw, x.key ->> '$.proposes' AS place FROM (
        SELECT t.paper, t.field, t.raw, e.record ->> '$.key' AS key FROM texts t JOIN entries e ON e.id = t.entry
        WHERE t.field <> 'T' AND {{}}) x) y WHERE y.field = y.place ->> '$.field'"""


#: The condition, with its values, for texts `t` to contain all words (three letters or more) of one of several lists.
Near = Callable[[Iterable[tuple[str, ...]]], tuple[str, list[str]]]


class Where(NamedTuple):
    """A condition in SQL with the values of its parameters."""

    sql: str
    given: tuple[Value, ...] = ()

    def written(self) -> str:
        """The condition with its values in it."""
        first, *rest = self.sql.split("?")
        return first + "".join(literal(value) + more for value, more in zip(self.given, rest, strict=True))


def in_title(names: Iterable[str], longer: Iterable[str] = ()) -> Where:
    """The papers `p` whose title has one of some names, not as the end of a longer one."""
    others = list(longer)
    return _any(Where("regexp(?, p.title)", (name_regex(name, others),)) for name in names)


def literal(value: Value) -> str:
    """A value as SQL has it."""
    return "'" + value.replace("'", "''").replace("\0", "") + "'" if isinstance(value, str) else repr(value)


def proposing(names: tuple[str, ...], longer: tuple[str, ...], near: Near) -> Where:
    """The papers `p` whose proposal sentence has one of some names, not as the end of a longer one."""
    fits = "(?i)" + "|".join(name_regex(name, longer).removeprefix("(?i)") for name in names)
    some = _with_words(names, near)
    return _in(
        f"SELECT z.paper FROM ({PROPOSALS.format(some.sql)}) z WHERE", Where("regexp(?, z.said)", (*some.given, fits))
    )


class Search(NamedTuple):
    """How a graph searches its texts for words, and its titles and proposal sentences for names.

    Without access to sentences (`joint` is None), the parts of a compound may be anywhere in a paper.
    """

    near: Near = Lite.holding
    titled: Callable[[tuple[str, ...], tuple[str, ...]], Where] = in_title
    proposing: Callable[[tuple[str, ...], tuple[str, ...], Near], Where] = proposing
    joint: Callable[[Compound], Where] | None = None


def holding(wanted: Filter, search: Search | None = None) -> Where:
    """The condition for `p` to pass a filter; trigrams (from `search`) or some words preselect the texts to search."""
    return _all(each_holding(wanted, search))


def each_holding(wanted: Filter, search: Search | None = None) -> list[Where]:
    """The condition on `p` for each part of a filter, in a deterministic order."""
    search, is_alone = search or Search(), len(wanted.conditions) == 1
    return sorted({one_holding(one, search, is_alone) for one in wanted.conditions}, key=_by_text)


def _by_text(where: Where) -> tuple[str, str]:
    return where.sql, repr(where.given)


def is_slow(wanted: Filter) -> bool:
    """Whether a filter tests texts, names or wordings one by one, so that its result is worth caching."""
    terms = (term for condition in wanted.conditions for term in condition.terms)
    return any(
        isinstance(t, Phrase)
        or (isinstance(t, Entity) and t.is_topic)
        or (isinstance(t, Outcome) and (t.words or t.told))
        or t.field in ("author", "venue")
        for t in terms
    )


def one_holding(condition: Condition, search: Search, is_alone: bool) -> Where:
    """The condition for `p` to fulfil one condition of a filter, alone or beside others."""
    rest = list(condition.any_of)
    topics = [] if condition.negated or condition.named else [t for t in rest if isinstance(t, Entity) and t.is_topic]
    said = set()
    if topics and is_alone:
        words = [t for t in rest if isinstance(t, Compound | Phrase)]
        said = {_working(topics, [_term(t, search) for t in words], search)}
        names = {name for one in topics for name in one.titles}
        rest = [t for t in rest if t not in topics and t not in words and not is_namesake(t, names)]
    elif topics:  # beside other conditions it is enough to use a technique, or to run on such hardware
        among = [topic for one in topics if one.field == "topic" for topic in one.concepts]
        called = _saying(tuple(n for one in topics if one.field == "topic" for n in one.titles), search.near)
        named = _all([_surely_on(among, 0.0), _any([called, _showing(c for one in topics for c in one.shown)])])
        said = {_any([_surely_on(among, least_sure()), named])} if among else set()
        said |= {search.titled(one.titles, one.longer) for one in topics if one.titles}
        rest = [t for t in rest if t.field != "topic"]
    said |= {_term(term, search) for term in rest}
    found = _any(sorted(said, key=_by_text))
    return Where(f"NOT {found.sql}", found.given) if condition.negated else found


def is_namesake(term: Term, names: set[str]) -> bool:
    """Whether a term is a class of hardware that has the name of a topic."""
    return isinstance(term, Entity) and term.field == "hardware" and not names.isdisjoint(term.titles)


def _working(things: list[Entity], said: list[Where], search: Search) -> Where:
    """The papers that work on one of some things: for all answers and pages, these are a topic's papers.

    A paper works on a thing if its title or proposal sentence names it, if it is surely on the topic, or if it proposes
    the thing. A paper that names it in any role, or in words (`said`), must surely be on one of its topics: nine in ten
    papers that only name post-training quantization are on quantization, and propose a method for it.
    """
    ways = [search.titled(one.titles, one.longer) for one in things if one.titles]
    ways += [search.proposing(one.titles, one.longer, search.near) for one in things if one.titles]
    own = [one for one in things if one.field != "topic"]
    if topics := [curie for one in things if one.field == "topic" for curie in one.concepts]:
        ways.append(_surely_on(topics, least_sure()))
    if own:
        among = concepts(curie for one in own for curie in one.concepts)
        ways.append(_in("SELECT x.paper FROM mentions x WHERE x.role = 'proposed' AND x.concept IN", among))
        named = _any([_in("SELECT x.paper FROM mentions x WHERE x.concept IN", among), *said])
        ways.append(_all([_surely_on((topic for one in own for topic in one.topics), least_sure()), named]))
    return _any(ways)


def _showing(things: Iterable[str]) -> Where:
    """The papers that propose one of some things, or surely use two of them."""
    among = concepts(things)
    sql = f"""SELECT m.paper FROM mentions m WHERE (m.role = 'proposed' OR (m.role = 'used' AND m.sure = 1))
        AND m.concept IN {among.sql} GROUP BY m.paper HAVING count(DISTINCT m.concept) > 1
        OR max(CASE m.role WHEN 'proposed' THEN 1 ELSE 0 END) = 1"""
    return Where(f"p.id IN ({sql})", among.given)


def _surely_on(topics: Iterable[str], least: float) -> Where:
    among = concepts(topics)
    sure = Where(f"x.sure = 1 AND x.score >= ? AND x.topic IN {among.sql}", (least, *among.given))
    return _in("SELECT x.paper FROM topics x WHERE", sure)


def _term(term: Term, search: Search) -> Where:
    if isinstance(term, Entity):
        having = _having(term)
        having = _all([having, Where("p.appeared <= ?", (term.by,))]) if term.by else having
        named = [search.titled(term.titles, term.longer)] if term.titles else []
        if term.field == "hardware" and term.titles:  # "for UAV imagery": a paper's hardware is not always extracted
            named = [_saying(term.titles, search.near)]
        named += [Where("instr(lower(p.code_url), ?) > 0", (address,)) for address in term.owners]
        if term.signs:
            signed = Where(f"lower(x.name) IN ({marks(term.signs)})", term.signs)
            named.append(_in("SELECT x.paper FROM authors x WHERE", signed))
        return _any([having, *named])
    if isinstance(term, Outcome):
        found = _in("SELECT x.paper FROM results x WHERE", reporting(term))
        told = Where("t.field = 'A' AND regexp(?, t.raw)", (term.told,))
        return _any([found, _in_texts(told)]) if term.told else found
    if isinstance(term, Link):
        said = _in("SELECT x.paper FROM relations x WHERE", relating(term))
        better = gaining(term)
        return _any([said, _in("SELECT x.paper FROM results x WHERE", better)]) if better else said
    if isinstance(term, Phrase):
        return _saying(term.said, search.near)
    if isinstance(term, Compound) and search.joint:
        return search.joint(term)
    if isinstance(term, Compound):
        return _all(_any([_term(one, search) for one in part]) for part in term.parts)
    return _fact(term)


def _having(term: Entity) -> Where:
    """The papers that have one of some entities; techniques must have one of some roles."""
    return _any(_in(f"SELECT x.paper FROM {table} x WHERE", where) for table, where in saying(term))


def saying(term: Entity | Outcome) -> list[tuple[str, Where]]:
    """The conditions on rows `x` that express a term, by table."""
    if isinstance(term, Outcome):
        return [("results", reporting(term))]
    if term.field == "metric":
        return [("results", _among(term.concepts))]
    roles = term.roles or (USUAL if term.field == "technique" else ())
    topics = [concept for concept in term.concepts if concept.startswith("topic:")]
    among = concepts(concept for concept in term.concepts if not concept.startswith("topic:"))
    said = f"x.concept IN {among.sql}" + (f" AND x.role IN ({marks(roles)})" if roles else "")
    on = concepts(topics)
    out = [("topics", Where(f"x.topic IN {on.sql}", on.given))] if topics else []
    return [*out, ("mentions", Where(said, (*among.given, *roles)))] if among.given else out


def reporting(term: Outcome) -> Where:
    """The condition for `x`, a row of the table `results`, to fulfil a term, however the result is worded."""
    found = _any([_told_so(term), *_told_otherwise(term)])
    return _all([_over(term.against), found]) if term.against else found


def _over(baseline: Entity | Link) -> Where:
    """The results over a baseline, by its concept or its words."""
    among = concepts(baseline.concepts)
    said = Where("regexp(?, x.baseline_text)", (phrase_regex(baseline.label, any_case=True),))
    return _any([Where(f"x.baseline IN {among.sql}", among.given), said])


def _told_otherwise(term: Outcome) -> list[Where]:
    """The same gain in other words: 10x smaller is 90 % less, or 10 % kept; twice as fast is half the latency."""
    grows = term.change == "increase" or (not term.change and term.unit == "x" and bool(term.savings))
    if term.value is None or term.op not in (">=", ">") or term.limit is not None or not (grows or term.change):
        return []
    share = 1 - term.value / 100 if term.unit == "%" and not grows else 1.0
    gain = term.value if term.unit == "x" else 1 + term.value / 100 if grows else 1 / share if share > 0 else 0.0
    if term.unit not in ("x", "%") or gain <= 1:
        return []
    more = [_changed("increase", "x", gain), _changed("increase", "%", (gain - 1) * 100)]
    less = [_changed("decrease", "x", gain), _changed("decrease", "%", (1 - 1 / gain) * 100)]
    kept = [Where("(x.change = 'absolute' AND x.unit = '%' AND x.low > 0 AND x.low <= ?)", (round(100 / gain, 6),))]
    ways = [(term.gains, more), (term.savings, less) if grows else (set(term.sizes) & set(term.metrics), kept)]
    among = [(_among(metrics), forms) for metrics, forms in ways if metrics]
    if term.metrics or term.words:
        among.append((_on(term), more if grows else less))
    return [_all([one, _any(forms)]) for one, forms in among]


def _on(term: Outcome) -> Where:
    """The results on the metric of a threshold, by its concept or its words."""
    metric = [_among(term.metrics)] if term.metrics else []
    return _any([*metric, *(Where("regexp(?, x.metric_text)", (wording_regex(words),)) for words in term.words)])


def _among(metrics: Iterable[str]) -> Where:
    one = concepts(metrics)
    return Where(f"x.metric IN {one.sql}", one.given)


def _changed(change: str, unit: str, least: float) -> Where:
    """The results with such a change; "improves its latency by 260 %" is not a factor, as nothing falls below 0."""
    most = " AND x.high <= 100" if (change, unit) == ("decrease", "%") else ""
    return Where(f"(x.change = ? AND x.unit = ? AND x.high >= ?{most})", (change, unit, round(least, 6)))


def _told_so(term: Outcome) -> Where:
    out: list[Where] = []
    scales = kin(term.unit) if term.value is not None else {term.unit: 1.0}
    if term.unit and len(scales) == 1:
        out.append(Where("x.unit = ?", (term.unit,)))
    if term.change:
        out.append(Where("x.change = ?", (term.change,)))
    if term.value is not None and len(scales) > 1:  # "under 50 ms" is also said in seconds
        same = (_all([Where("x.unit = ?", (unit,)), _compared(term, by)]) for unit, by in scales.items())
        out.append(_any(same))
    elif term.value is not None and not term.unit and term.value > _MOST_SHARE:
        out.append(_counted(term))
    elif term.value is not None:
        out.append(_compared(term, 1.0))
    return _all([*out, *([_on(term)] if term.metrics or term.words else [])])


def _counted(term: Outcome) -> Where:
    """The results that meet a threshold that is a large plain number: shares do not, and "0.5 M" is 500,000."""
    plain = [Where(f"x.unit NOT IN ({marks(list(_NO_COUNTS))})", tuple(_NO_COUNTS)), _compared(term, 1.0)]
    ways = [_all(plain), *(_all([Where("x.unit = ?", (unit,)), _compared(term, by)]) for unit, by in _COUNTS.items())]
    return _all([_any(ways), *([] if term.change else [Where("x.change = 'absolute'", ())])])


def _compared(term: Outcome, factor: float) -> Where:
    """The results that meet a threshold in a unit that is smaller by a factor."""
    value = (term.value or 0.0) * factor
    if term.op == "=":
        return Where("(x.high >= ? AND x.low <= ?)", (value * (1 - _ABOUT), value * (1 + _ABOUT)))
    end = f"x.{_END[term.op]}"
    if term.limit is None:
        return Where(f"{end} {term.op} ?", (value,))
    return Where(f"({end} {term.op} ? AND {end} {term.limit_op} ?)", (value, term.limit * factor))


def relating(term: Link) -> Where:
    """The condition for `x`, a row of the table `relations`, to fulfil a term."""
    out = [Where("x.type = ?", (term.relation,)), Where("(x.head IS NOT NULL AND x.tail IS NOT NULL)")]
    other = "tail" if term.side == "head" else "head"
    return _all([*out, *(related(s, c) for s, c in ((term.side, term.concepts), (other, term.others)) if c)])


def gaining(term: Link) -> Where | None:
    """The condition for `x`, a row of `results`, to be better than the entity of a relation; None for others."""
    among = [(concepts(term.gains), "increase"), (concepts(term.savings), "decrease")] if term.gains else []
    ways = [Where(f"(x.change = ? AND x.metric IN {one.sql})", (change, *one.given)) for one, change in among]
    return _all([_over(term), _any(ways)]) if ways else None


def related(side: str, things: Iterable[str]) -> Where:
    """The condition for a relation `x` to have one of some entities as its "head" or "tail"."""
    among = concepts(things)
    return Where(f"x.{side} IN {among.sql}", among.given)


def concepts(curies: Iterable[str]) -> Where:
    """The row numbers of some concepts, as a set."""
    named = sorted(set(curies))
    return Where(f"(SELECT id FROM concepts WHERE curie IN ({marks(named)}))", tuple(named))


def _in_texts(fits: Where, some: Where | None = None) -> Where:
    """The papers with a text `t` that fits; `some` preselects the texts."""
    return _in("SELECT t.paper FROM texts t WHERE", _all([some, fits] if some else [fits]))


def _saying(wordings: tuple[str, ...], near: Near) -> Where:
    """The papers with one of some wordings in one of their texts."""
    return _in_texts(fitting(wordings), _with_words(wordings, near)) if wordings else Where("FALSE")


def fitting(wordings: tuple[str, ...]) -> Where:
    """The texts `t` of the paper itself that contain one of some wordings."""
    return Where(f"{_OWN_WORDS} AND regexp(?, t.raw)", (texts_regex(wordings),))


def _with_words(wordings: tuple[str, ...], near: Near) -> Where:
    """The texts `t` that contain all long words of one of some wordings."""
    pieces = [[letters(piece) for piece in re.findall(r"[^\W_]+\*?", words.lower())] for words in wordings]
    long = sorted({tuple(sorted({p for p in one if len(p) >= _TRIGRAM})) for one in pieces})
    if all(long):
        sql, given = near(long)
        return Where(f"({sql})", tuple(given))
    return _any([Where("instr(lower(t.raw), ?) > 0", (min(one, key=len, default=""),)) for one in pieces])


def using(term: Fact) -> Where:
    """The condition for `x`, a row of the table `uses`, to be software or a baseline with one of some names."""
    return Where(f"x.type = ? AND x.use <> 'mentioned' AND x.name IN ({marks(term.words)})", (term.field, *term.words))


def citing(term: Fact) -> Where:
    """The condition for `x`, a row of `citations`, to cite or build on a work in the graph or known by its title."""
    papers, titles = (tuple(w for w in term.words if w.startswith("paper:") == own) for own in (True, False))
    cited = Where(f"(x.cited IN ({marks(papers)}) OR CAST(x.begin AS TEXT) IN ({marks(titles)}))", (*papers, *titles))
    return _all([cited, *([Where("x.type = ?", (term.field,))] if term.field == "builds_on" else [])])


def _fact(fact: Fact) -> Where:
    value = fact.value
    if fact.field in CITED:
        return _in("SELECT x.paper FROM citations x WHERE", citing(fact))
    if fact.field in USED_BY_NAME:
        return _in("SELECT x.paper FROM uses x WHERE", using(fact))
    if fact.field == "kind":
        return Where("p.kind = ?", (value,))
    if fact.field == "code":
        has_part = Where("instr(lower(p.code_url), ?) > 0", (value.lower(),))
        return has_part if value else Where("p.code_url <> ''")
    if fact.field == "country":
        country = Where("x.concept IN (SELECT id FROM concepts WHERE country = ? AND country <> '')", (value,))
        return _in("SELECT x.paper FROM mentions x WHERE", country)
    if fact.field == "author":
        return _in("SELECT x.paper FROM authors x WHERE", _named(value))
    if fact.field == "venue":
        names = sorted({value, *fact.words})
        return _any(Where("regexp(?, p.venue)", (phrase_regex(said, any_case=True),)) for said in names)
    if fact.field == "year" and fact.op == "=":  # the year of the venue, if that is given ("ICLR 2026")
        own = Where("regexp('20[0-9][0-9]', p.venue)")
        says = Where("regexp(?, p.venue)", (rf"\b{re.escape(value)}\b",))
        other = Where(f"(NOT {own.sql} AND CAST(p.year AS TEXT) = ?)", (value,))
        return _any([_all([own, says]), other])
    if fact.field == "year":
        return Where(f"CAST(p.year AS TEXT) {fact.op} ?", (value,))
    if fact.field == "date":
        return _in_time(fact)
    if fact.field == "paper":
        named = _local(fact.concept)  # an entry name, or an arXiv id
        return Where("(p.curie = (SELECT paper FROM entries WHERE name = ?) OR p.arxiv = ?)", (named, named))
    if fact.field == "source":
        return Where("p.curie IN (SELECT paper FROM entries WHERE source = ?)", (_local(fact.concept),))
    if fact.field == "recent":
        return Where(f"p.curie IN (SELECT paper FROM entries WHERE source IN ({_NEWEST}))", (int(value),))
    raise ValueError(f"no paper has a {fact.field}")


def _named(name: str) -> Where:
    """The authors whose name has all parts of a name."""
    parts = [part for part in re.findall(r"[^\W_]+", name) if part.isascii()]
    longest = max(parts, key=len, default="")  # leaves few names to compare in full
    like = [Where("instr(lower(x.name), ?) > 0", (longest.lower(),))] if longest else []
    return _all([*like, *(Where("regexp(?, x.name)", (pattern,)) for pattern in name_regexes(name))])


def _in_time(fact: Fact) -> Where:
    """The papers of a period, as far as their dates are known: 2025 is not before 2025-10."""
    value = fact.value.removeprefix("--")
    begin = 6 if fact.value.startswith("--") else 1  # in any year
    part = f"substr(p.appeared, {begin}, {len(value)})"
    known = f"({part} = ? OR length({part}) = {len(value)} OR substr(?, 1, length({part})) <> {part})"
    return Where(f"(p.appeared <> '' AND {part} {fact.op} ? AND {known})", (value, value, value))


def _local(curie: str) -> str:
    return curie.partition(":")[2]


def _in(select: str, where: Where) -> Where:
    return Where(f"p.id IN ({select} {where.sql})", where.given)


def _all(conditions: Iterable[Where]) -> Where:
    return _joined(" AND ", _ALWAYS, conditions)


def _any(conditions: Iterable[Where]) -> Where:
    return _joined(" OR ", _NEVER, conditions)


def _joined(word: str, none: str, conditions: Iterable[Where]) -> Where:
    several = list(conditions)
    if len(several) == 1:
        return several[0]
    said = word.join(one.sql for one in several)
    return Where(f"({said})" if several else none, tuple(value for one in several for value in one.given))


def marks(values: Iterable[object]) -> str:
    """Placeholders for some parameters; one for NULL if there are none."""
    return ", ".join("?" for _ in values) or "NULL"


# Whether a ranking is meaningful


def is_often_unsaid(kind: str) -> bool:
    """Whether papers often leave a type unstated, so that counts of the others are no ranking."""
    return kind in _figures()["least"]


def least_sure() -> float:
    """The least confidence in a topic for a paper to work on it."""
    return _figures()["topic"]["sure"]


def _figures() -> dict[str, dict[str, float]]:
    return toml_file(__file__, "leading.toml")


def enough(kind: str, named: int, papers: int) -> bool:
    """Whether enough papers name a type to rank its things; the shares are in leading.toml.

    >>> enough("institution", 115, 3241), enough("institution", 90, 133), enough("hardware", 1, 100)
    (False, True, True)
    """
    return named >= _figures()["least"].get(kind, 0.0) * papers
