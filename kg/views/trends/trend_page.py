"""A trend as a self-contained, bilingual HTML page: interactive charts, and all figures below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.query.statistics import ShareChange
from kg.text import plain
from kg.views.render import render
from kg.views.trends.trend_tables import POINTS, few, matched_words, percent, points_of, significance
from kg.views.words import LANGUAGES, PageWords

if TYPE_CHECKING:
    from kg.views.trends.trend_counts import Trend

#: Labels with figures in the page, lines of its lists, and words and papers per label of a lexicon.
_LABELS, _LISTED, _WORDS, _PAPERS = 150, 12, 40, 25
#: The texts of the charts, by their name in the script.
_SAID = {
    "papers": "papers",
    "max": "max_labels",
    "placed": "placed_tip",
    "lately_falling": "lately_falling",
    "lately_rising": "lately_rising",
    "band": "band",
    "bars": "bars",
    "scales": "scales",
    "find": "choose_hint",
    "gap": "gap",
}


def html(trend: Trend) -> str:
    """The page, initially in the trend's language."""
    return render("trends.html.jinja", trend.lang, **_Page(trend).values())


class _Page:
    def __init__(self, trend: Trend) -> None:
        self.trend = trend
        self.english, self.own = trend.labelled("en"), trend.labelled("zh")
        lists = [c.label for c in (*trend.rising()[:_LISTED], *trend.falling()[:_LISTED])]
        lists += [first.label for first in trend.first[:_LISTED]]
        chosen = dict.fromkeys([*trend.shown, *trend.keys[:_LABELS], *lists])
        self.keys = [key for key in trend.keys if key in chosen]
        self.place = {key: n for n, key in enumerate(self.keys)}

    def values(self) -> dict[str, Any]:
        trend = self.trend
        early, late = ("", "") if trend.silence else trend.ends_said()
        return {
            "title": trend.heading(trend.lang, trend.share),
            "headings": {lang: trend.heading(lang, trend.share) for lang in LANGUAGES},
            "both": self.both,
            "gap": self.both("trends.gap"),
            "scope": self._scope(),
            "outside": self.both("trends.outside", n=f"{trend.outside:,}") if trend.outside else "",
            "venues": self._each({lang: trend.venues_in(lang) for lang in LANGUAGES}) if trend.venues_in("en") else "",
            "silence": self._each({lang: trend.silence_in(lang) for lang in LANGUAGES}) if trend.silence else "",
            "notes": trend.notes,
            "empty": not trend.keys,
            "early": early,
            "late": late,
            "test": self.both("trends.test", n=f"{len(trend.enough):,}"),
            "few": self._each({lang: few(trend, lang) for lang in LANGUAGES}),
            "q_hint": PageWords(trend.lang)("trends.q_hint"),
            "compared": [self._compared(*one) for one in trend.verdicts()],
            "rising": [self._moved(change) for change in trend.rising()[:_LISTED]],
            "falling": [self._moved(change) for change in trend.falling()[:_LISTED]],
            "first": [self._first(n) for n in range(min(len(trend.first), _LISTED))],
            "pairs": [self._pair(n) for n in range(min(len(trend.pairs), _LISTED))],
            "said_words": self._words(),
            "newest": [{"label": self._label(key), "papers": found} for key, found in trend.newest.items() if found],
            "index": [f"{name}*" if part else name for name, part in zip(trend.index, trend.partial, strict=True)],
            "partial": self.both(trend.partial_key) if trend.partial_key else "",
            "sparse": self._each({lang: trend.sparse_in(lang) for lang in LANGUAGES}) if trend.sparse else "",
            "rows": [self._row(key) for key in self.keys],
            "corpus": [f"{n:,.0f}" for n in trend.corpus],
            "total": f"{trend.corpus.sum():,.0f}",
            "more": self._more(),
            "data": self._data(),
        }

    def both(self, key: str, **values: object) -> Any:
        """A text in both languages, of which the page shows one."""
        return self._each({lang: PageWords(lang)(key, **values) for lang in LANGUAGES})

    def _each(self, said: dict[str, str]) -> Any:
        from markupsafe import Markup

        if said["en"] == said["zh"]:
            return Markup("<bdi>{}</bdi>").format(plain(said["en"]))
        return Markup('<bdi class="en">{}</bdi><bdi class="zh">{}</bdi>').format(plain(said["en"]), plain(said["zh"]))

    def _label(self, key: str) -> Any:
        return self._each({"en": self.english[key], "zh": self.own[key]})

    def _scope(self) -> Any:
        trend = self.trend
        if not trend.index:
            return ""
        n = f"{trend.corpus.sum():,.0f}"
        if trend.over in ("report", "venue-year"):
            return self.both(f"trends.among_{trend.over}", papers=n, n=len(trend.index))
        return self.both("trends.of_papers", papers=n, first=trend.index[0], last=trend.index[-1])

    def _more(self) -> Any:
        left = len(self.trend.keys) - len(self.keys)
        return self.both("trends.more", n=f"{left:,}") if left else ""

    def _moved(self, change: ShareChange) -> dict[str, Any]:
        points = {name: points_of(getattr(change, name)) for name in POINTS}
        ends = {"early": percent(change.early), "late": percent(change.late), "q": significance(change.q)}
        known = change.label in self.english
        return points | ends | {
            "label": self._label(change.label) if known else "",
            "lately": self.both(turned) if (turned := self.trend.lately(change)) else "",
            "index": self.place.get(change.label),
        }  # fmt: skip

    def _compared(self, key: str, verdict: str, change: ShareChange | None) -> dict[str, Any]:
        """What is said of a compared label, which may not have been tested."""
        known = self._moved(change) if change else {"label": self._label(key), "index": self.place[key], "lately": ""}
        sign = change.way if change else ""
        return known | {"verdict": self.both(f"trends.{verdict}"), "way": sign, "is_tested": change is not None}

    def _pair(self, n: int) -> dict[str, Any]:
        from markupsafe import Markup

        pair = self.trend.pairs[n]
        label = Markup("{} + {}").format(self._label(pair.one), self._label(pair.other))
        return self._moved(pair.change) | {"label": label, "index": None}

    def _first(self, n: int) -> dict[str, Any]:
        first = self.trend.first[n]
        said = {"period": first.period, "papers": f"{first.papers:,}", "q": significance(first.q)}
        return said | {"label": self._label(first.label), "index": self.place.get(first.label)}

    def _row(self, key: str) -> dict[str, Any]:
        counts = self.trend.counts[key].tolist()
        return {"label": self._label(key), "total": f"{sum(counts):,}", "counts": counts}

    def _words(self) -> list[dict[str, Any]]:
        """The words matched for each label of a lexicon, and some papers that contain them."""
        papers: dict[str, dict[str, str]] = {}
        for match in self.trend.matches:
            of = papers.setdefault(match.label, {})
            if match.title and (match.title in of or len(of) < _PAPERS):
                of[match.title] = "; ".join(dict.fromkeys([*filter(None, [of.get(match.title)]), match.words]))
        return [
            {
                "label": self._label(key),
                "words": [(word, f"{n:,}") for word, n in words.most_common(_WORDS)],
                "papers": list(papers.get(key, {}).items()),
            }
            for key, words in matched_words(self.trend).items()
            if key in self.english
        ]

    def _data(self) -> dict[str, Any]:
        trend = self.trend
        changes = {
            c.label: {
                "early": c.early, "late": c.late, "way": c.way,
                "lately": trend.lately(c).removeprefix("trends."),
            }
            for c in trend.changes
        }  # fmt: skip
        return {
            "over": trend.over,
            "headings": {lang: [trend.heading(lang, share) for share in (False, True)] for lang in LANGUAGES},
            "index": trend.index,
            "corpus": [int(n) for n in trend.corpus],
            "strata": trend.strata,
            "scores": [int(n) for n in trend.scores],
            "venues": trend.venues,
            "least": trend.least,
            "share": trend.share,
            "partial": trend.partial,
            "scaling": [bool(one) for one in trend.is_scaling],
            "placed": trend.placed,
            "compared": bool(trend.compared),
            "discrete": trend.over in ("report", "venue-year") or len(trend.index) < 3,
            "shown": [self.place[key] for key in trend.shown],
            "labels": [
                {
                    "names": {"en": self.english[key], "zh": self.own[key]},
                    "counts": trend.counts[key].tolist(),
                    "total": int(trend.counts[key].sum()),
                    "change": changes.get(key),
                }
                for key in self.keys
            ],
            "words": {lang: self._said(PageWords(lang)) for lang in LANGUAGES},
        }

    def _said(self, words: PageWords) -> dict[str, str]:
        one, more = (words.count("count.paper", n).replace(str(n), "{n}") for n in (1, 2))
        return {name: words(f"trends.{key}") for name, key in _SAID.items()} | {"one": one, "papers": more}
