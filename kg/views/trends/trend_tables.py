"""A trend as text, CSV and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kg.safe_output import csv_text, json_text
from kg.views.columns import shortened, width
from kg.views.trends.collected import LexiconMatch
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.query.statistics import ShareChange
    from kg.views.trends.trend_counts import Trend

_COLUMNS = 10  # maximum number of periods with a column each; more are shown as a sparkline
_BARS = "▁▂▃▄▅▆▇█"
_LINES, _LISTED, _WORDS = 20, 8, 15
_WIDEST = 48
#: What is told of a change in percentage points: of all papers and within strata, each with its interval.
POINTS = ("raw", "raw_low", "raw_high", "by", "low", "high")


def text(trend: Trend, limit: int | None = _LINES) -> str:
    """One line per label (up to `limit`; None: all) with its periods and share, the corpus last, then the changes."""
    words = trend.words
    if not trend.index:
        return words("trends.no_date" if trend.undated else "trends.nothing", n=trend.undated) + "\n"
    shown = trend.compared or trend.keys[:limit]
    few = len(trend.index) <= _COLUMNS
    heads = trend.index if few else [f"{trend.index[0]} – {trend.index[-1]}"]
    label = words("trends.label") if trend.of == "lexicon" else words(f"type.{trend.of}")
    lines = [[label, *heads, words("trends.total"), words("trends.share")]]
    every = sum(trend.corpus)
    for key in shown:
        counts = trend.counts[key].tolist()
        cells = [str(n or "·") for n in counts] if few else [_bars(counts, trend.whole_corpus)]
        lines.append([trend.labels[key], *cells, f"{sum(counts):,}", percent(sum(counts) / every)])
    corpus = [f"{n:.0f}" for n in trend.corpus] if few else [_bars(trend.corpus, None)]
    partial = [name for name, is_part in zip(trend.index, trend.partial, strict=True) if is_part]
    join = words("report.join")
    lines.append([words("trends.corpus"), *corpus, f"{every:,.0f}", percent(1.0)])
    out = [trend.title, "", *aligned([line[:-1] for line in lines] if trend.unsaid else lines)]
    if len(shown) < len(trend.keys) and not trend.compared:
        out.append(words("trends.more", n=f"{len(trend.keys) - len(shown):,}"))
    if partial:
        out.append(words("trends.partial_text", periods=join.join(partial)))
    if trend.undated:
        out.append(words("trends.undated", n=f"{trend.undated:,}"))
    if trend.outside:
        out.append(words("trends.outside", n=f"{trend.outside:,}"))
    return "\n".join([*out, *_said(trend)]) + "\n"


def _said(trend: Trend) -> list[str]:
    """The labels that rise, fall, are new, and go together."""
    words = trend.words
    if trend.silence:
        return ["", trend.silence]
    early, late = trend.ends_said()
    out = ["", words("trends.from_to", early=early, late=late)]
    if trend.compared:
        lines = [
            [f"  {trend.labels[key]}", words(f"trends.{name}"), *(_moved(change) if change else ("", "", "", ""))]
            for key, name, change in trend.verdicts()
        ]
        turned = [lately(trend, change) if change else "" for _, _, change in trend.verdicts()]
        return [*out, "", words("trends.compared"), *_with(aligned(lines), turned), "", words("trends.q_hint")]
    for name, found in (("rising", trend.rising()), ("falling", trend.falling())):
        lines = [[f"  {trend.labels[c.label]}", *_moved(c)] for c in found]
        listed = _with(aligned(lines[:_LISTED]), [lately(trend, c) for c in found[:_LISTED]])
        out += ["", words(f"trends.{name}"), *(listed or ["  " + words("trends.none")]), *_more(trend, lines)]
    if trend.first:
        lines = [[f"  {trend.labels[f.label]}", f.period, f"{f.papers:,}"] for f in trend.first]
        out += ["", words("trends.first"), *aligned(lines[:_LISTED]), *_more(trend, lines)]
    if trend.pairs:
        lines = [[f"  {trend.labels[p.one]} + {trend.labels[p.other]}", *_moved(p.change)] for p in trend.pairs]
        out += ["", words("trends.together"), *aligned(lines[:_LISTED]), *_more(trend, lines)]
    is_any = any((trend.rising(), trend.falling(), trend.pairs))
    notes = [words("trends.q_hint") if is_any else "", few(trend)]
    return [*out, *([""] if any(notes) else []), *filter(None, notes)]


def _with(lines: list[str], more: list[str]) -> list[str]:
    return [f"{line}  {said}".rstrip() for line, said in zip(lines, more, strict=True)]


def lately(trend: Trend, change: ShareChange, lang: str = "") -> str:
    """What the last whole periods say against the trend of a label: "lately falling"; "" if nothing."""
    key = trend.lately(change)
    return PageWords(lang or trend.lang)(key) if key else ""


def _more(trend: Trend, lines: list[list[str]]) -> list[str]:
    return ["  " + trend.words("trends.more", n=len(lines) - _LISTED)] if len(lines) > _LISTED else []


def few(trend: Trend, lang: str = "") -> str:
    """The number of labels that were not tested, and the reason; "" if all were."""
    words = PageWords(lang or trend.lang)
    left = len(trend.keys) - len(trend.enough)
    said = [words.count("trends.few", left, least=trend.least)] if left else []
    said += [] if trend.is_whole else [words("trends.rare", least=trend.least)]
    return words("trends.gap").join(said)


def _moved(change: ShareChange) -> list[str]:
    ends = (change.raw, change.raw_low, change.raw_high), (change.by, change.low, change.high)
    raw, within = (f"{by * 100:+.1f} [{low * 100:+.1f}, {high * 100:+.1f}]" for by, low, high in ends)
    return [f"{percent(change.early)} → {percent(change.late)}", raw, within, significance(change.q, "q ")]


def percent(share: float) -> str:
    """A share in percent with at most three significant digits.

    >>> percent(0.1234), percent(0.01234), percent(0.000123)
    ('12.3%', '1.2%', '0.01%')
    """
    return f"{share * 100:.2f}%" if 0 < share < 0.001 else f"{share * 100:.1f}%"


def points_of(difference: float) -> str:
    """A difference of shares in percentage points, with its sign as pages show it.

    >>> points_of(0.1234), points_of(-0.012)
    ('+12.3', '\N{MINUS SIGN}1.2')
    """
    return f"{difference * 100:+.1f}".replace("-", "\N{MINUS SIGN}")


def significance(q: float, name: str = "") -> str:
    """An adjusted p value, or with a name what is said of it; values below 0.0001 are not distinguished.

    >>> significance(0.00001), significance(0.00001, "q "), significance(0.012, "q ")
    ('< 0.0001', 'q < 0.0001', 'q = 0.012')
    """
    if q < 0.0001:
        return f"{name}< 0.0001"
    return f"{name}= {q:.2g}" if name else f"{q:.2g}"


def to_csv(trend: Trend) -> str:
    """One row per label and period: papers, all papers of the period, share and its interval; safe for spreadsheets."""
    names = ("label", "concept", "period", "papers", "corpus", "share", "low", "high")
    return csv_text(names, (list(row.values()) for key in _chosen(trend) for row in _rows(trend, key)))


def _chosen(trend: Trend) -> list[str]:
    return trend.compared or trend.keys


def _rows(trend: Trend, key: str) -> Iterable[dict[str, Any]]:
    low, high = trend.interval(key)
    label = trend.labels[key]
    for at, period in enumerate(trend.index):
        count, corpus = int(trend.counts[key].iloc[at]), int(trend.corpus[at])
        said = [round(float(n), 6) if corpus else None for n in (count / max(corpus, 1), low[at], high[at])]
        shares = dict(zip(("share", "low", "high"), said, strict=True))
        yield {"label": label, "concept": key, "period": period, "papers": count, "corpus": corpus} | shares


def matches_csv(trend: Trend) -> str:
    """One row per match of a label of a lexicon: the paper, the position, and the words."""
    return csv_text(LexiconMatch._fields, trend.matches)


def matches_text(trend: Trend) -> str:
    """The words matched for each label of a lexicon, most frequent first, with their numbers of papers."""
    out = []
    for key, words in matched_words(trend).items():
        named = [f"{word} {n:,}" for word, n in words.most_common(_WORDS)]
        out.append(f"{trend.labels[key]}: {', '.join(named)}")
    return "\n".join(out) + "\n"


def matched_words(trend: Trend) -> dict[str, Counter[str]]:
    """The number of papers for each matched word in lower case, by label."""
    seen: dict[str, Counter[str]] = {key: Counter() for key in _chosen(trend)}
    for label, words, _ in sorted({(m.label, " ".join(m.words.lower().split()), m.paper) for m in trend.matches}):
        if label in seen:
            seen[label][words] += 1
    return {key: words for key, words in seen.items() if words}


def to_json(trend: Trend) -> str:
    """The complete trend: counts with intervals, changes, new labels, pairs, and the matches of a lexicon."""
    early, late = ("", "") if trend.silence else trend.ends_said()
    rows = [
        {"label": trend.labels[key], "concept": key, "papers": {row["period"]: row for row in _plain(trend, key)}}
        for key in _chosen(trend)
    ]
    said = {
        "title": trend.title,
        "of": trend.of,
        "over": trend.over,
        "selection": trend.about,
        "papers": trend.papers,
        "undated": trend.undated,
        "outside": trend.outside,
        "corpus": dict(zip(trend.index, map(int, trend.corpus), strict=True)),
        "rows": rows,
        "silence": trend.silence,
        "early": early,
        "late": late,
        "least": trend.least,
        "too_few": [trend.labels[key] for key in trend.keys if key not in set(trend.enough)],
        "changes": [_change(trend, change) for change in trend.changes],
        "first": [one._asdict() | {"label": trend.labels[one.label]} for one in trend.first],
        "together": [
            {"labels": [trend.labels[p.one], trend.labels[p.other]]} | _change(trend, p.change) for p in trend.pairs
        ],
        "notes": list(trend.notes),
    }
    if trend.matches:
        said["words"] = {trend.labels[key]: dict(words.most_common()) for key, words in matched_words(trend).items()}
        said["matches"] = [match._asdict() for match in trend.matches]
    return json_text(said)


def _plain(trend: Trend, key: str) -> Iterable[dict[str, Any]]:
    for row in _rows(trend, key):
        yield {name: row[name] for name in ("period", "papers", "share", "low", "high")}


def _change(trend: Trend, change: ShareChange) -> dict[str, Any]:
    said = (
        change._asdict()
        | {"raw": change.raw}
        | {"label": trend.labels.get(change.label, change.label.replace("\n", " + "))}
    )
    verdict = {"up": "rising", "down": "falling", "": "flat"}[change.way]
    return {name: round(n, 8) if isinstance(n, float) else n for name, n in said.items()} | {"verdict": verdict}


def _bars(counts: Iterable[float], corpus: Iterable[float] | None) -> str:
    """A sparkline of shares, or of counts without a corpus; up to 40 bars."""
    values = list(counts)
    of = list(corpus) if corpus is not None else [1.0] * len(values)
    size = -(-len(values) // 40)
    groups = [(sum(values[i : i + size]), sum(of[i : i + size])) for i in range(0, len(values), size)]
    shares = [k / n if n else 0.0 for k, n in groups]
    most = max(shares, default=0) or 1
    return "".join(_BARS[round(share / most * 7)] if n else " " for share, (_, n) in zip(shares, groups, strict=True))


def aligned(lines: list[list[str]]) -> list[str]:
    """Aligned columns, the first to the left; a Chinese character takes two columns."""
    if not lines:
        return []
    lines = [[shortened(cell, _WIDEST) for cell in line] for line in lines]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell + " " * (wide - width(cell)) if not at else " " * (wide - width(cell)) + cell
            for at, (cell, wide) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
