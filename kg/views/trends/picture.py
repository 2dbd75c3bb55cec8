"""A trend as PNG or SVG: small multiples of the most frequent labels, or one chart of the compared labels.

Direct labels, one scale per chart, intervals as bands and the size of the corpus below, after E. Tufte, "The Visual
Display of Quantitative Information" (1983), and W. Cleveland, "The Elements of Graphing Data" (1985).

Byte-identical on every run.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.text import has_han
from kg.views.columns import shortened, width
from kg.views.fonts import han_font
from kg.views.trends.trend_counts import Trend
from kg.views.trends.trend_tables import lately, percent, points_of, significance
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.query.statistics import ShareChange

#: Colour-blind safe colours (after Okabe and Ito 2008), dark enough for text on white.
_COLOURS = ("#0b6fb8", "#c8553d", "#2a8f63", "#8a5fbf", "#b57708", "#17849c", "#b0568f", "#4a5560")
_RISING, _FALLING, _FLAT = "#0b6fb8", "#c8553d", "#6c7780"
_INK, _SOFT, _LINE = "#1c2329", "#68737d", "#dde2e7"
_SIGNS = {"up": "▲ ", "down": "▼ ", "": ""}
#: Inches.
_WIDTH, _MARGIN, _PANEL, _GAP, _BELOW = 12.0, 0.55, 1.35, 0.95, 1.25
_MARKED = 24  # with more periods, single dots are left out


def draw(trend: Trend, form: str) -> bytes:
    """The picture; labels are English if no installed font has Chinese characters."""
    from matplotlib import rc_context

    han = han_font()
    settings: dict[str, Any] = {
        "font.family": ["DejaVu Sans", *([han] if han else [])],
        "font.size": 8.5,
        "text.parse_math": False,
        "axes.unicode_minus": False,
        "svg.hashsalt": "kg",  # for names of clip paths, which are random otherwise
        "text.color": _INK,
        "axes.edgecolor": _LINE,
        "xtick.color": _SOFT,
        "ytick.color": _SOFT,
    }
    with rc_context(settings):
        figure = _Drawing(trend, "zh" if trend.lang == "zh" and han else "en").figure
        out = io.BytesIO()
        metadata = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
        figure.savefig(out, format=form, metadata=metadata, facecolor="white")
    return out.getvalue()


class _Drawing:
    """One figure, laid out in inches from the top."""

    def __init__(self, trend: Trend, lang: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.trend, self.words, self.lang = trend, PageWords(lang), lang
        self.keys = trend.shown if trend.index else []
        labels = trend.labelled(lang)
        self.labels = {key: _readable(labels[key], trend.labelled("en")[key]) for key in self.keys}
        self.changes = {change.label: change for change in trend.changes} if trend.share else {}
        self.venues = trend.venues
        is_one = bool(trend.compared)
        self.columns = (
            max(1, len(self.venues)) if is_one else next(n for n in (4, 3, 2, 1) if len(self.keys) >= n or n == 1)
        )
        self.columns = min(self.columns, 6)
        rows = 1 if is_one else -(-len(self.keys) // self.columns)
        self.panel = 3.4 if is_one else _PANEL
        self.top = 1.35
        self.height = self.top + rows * (self.panel + _GAP) + _BELOW + 0.45
        self.figure = Figure(figsize=(_WIDTH, self.height), dpi=144)
        self.canvas = FigureCanvasAgg(self.figure)
        self._heading()
        if not self.keys:
            said = self.words("trends.no_date" if trend.undated else "trends.nothing", n=trend.undated)
            self._text(_MARGIN, 1.4, said, size=11, color=_SOFT)
            return
        if is_one:
            self._compared()
        else:
            for n, key in enumerate(self.keys):
                self._small(n, key)
        self._corpus(self.top + rows * (self.panel + _GAP) + 0.05)

    # Surroundings of the charts

    def _text(self, x: float, y: float, said: str, **style: Any) -> Any:
        return self.figure.text(x / _WIDTH, 1 - y / self.height, said, va="top", **style)

    def _heading(self) -> None:
        trend, words = self.trend, self.words
        title = trend.heading(self.lang, share=trend.share)
        title = shortened(_readable(title, trend.heading("en", share=trend.share)), 150)
        self._fitting(title, 0.25, 16.0, weight="bold")
        if not trend.index:
            return
        n = f"{int(trend.corpus.sum()):,}"
        ends = {"papers": n, "first": trend.index[0], "last": trend.index[-1]}
        if trend.over in ("report", "venue-year"):
            said = [words(f"trends.among_{trend.over}", papers=n, n=len(trend.index))]
        else:
            said = [words("trends.of_papers", **ends)]
        if trend.partial_key:
            said.append(words(trend.partial_key))
        said.append(words("trends.bars" if self._has_bars else "trends.band"))
        if not trend.compared and len(self.keys) > 1:
            said.append(words("trends.scales"))
        self._fitting(_joined(said, self.lang), 0.62, 9.5, color=_SOFT)
        more = [*filter(None, (trend.venues_in(self.lang), trend.sparse_in(self.lang)))]
        if self._is_by_venue and not trend.compared:
            at = _MARGIN
            for venue, colour in zip(self.venues, _COLOURS, strict=False):
                name = shortened(venue, 100 // len(self.venues))
                at += self._wide(self._text(at, 0.86, name, size=10, weight="bold", color=colour)) + 0.2
        elif trend.silence:
            more.insert(0, trend.silence_in(self.lang))
        elif not trend.compared and trend.share:
            names = {"rising": words("trends.in_rising"), "falling": words("trends.in_falling")}
            more.insert(0, words("trends.coloured", **names))
        below = 1.06 if self._is_by_venue and not trend.compared else 0.84
        if more:
            self._fitting(_joined(more, self.lang), below, 9.5, color=_SOFT)

    def _fitting(
        self, line: str, y: float, size: float, x: float = _MARGIN, wide: float = _WIDTH - 2 * _MARGIN, **style: Any
    ) -> None:
        """Draw a line as large as it fits, up to a size."""
        text = self._text(x, y, line, size=size, **style)
        text.set_fontsize(min(size, size * wide / max(self._wide(text), 0.1)))

    def _wide(self, text: Any) -> float:
        return float(text.get_window_extent(self.canvas.get_renderer()).width / self.figure.dpi)

    def _corpus(self, top: float) -> None:
        """Draw the number of papers in each period."""
        trend = self.trend
        self._text(_MARGIN, top, self.words("trends.corpus_strip"), size=9, weight="bold", color=_SOFT)
        axes = self._axes(_MARGIN, top + 0.25, _WIDTH - 2 * _MARGIN, 0.55)
        at = self._places()
        for place, papers, part in zip(at, trend.corpus, trend.partial, strict=True):
            style = {"facecolor": "none", "edgecolor": _SOFT, "linestyle": ":"} if part else {"color": "#c3cbd3"}
            axes.bar(place, papers, 0.8, **style)
        axes.set_xlim(-0.6, max(at) + 0.6)
        few = len(trend.index) <= 20
        step = max(1, -(-len(trend.index) // 10))
        for n in range(len(trend.index)):
            if few:
                axes.annotate(f"{trend.corpus[n]:,.0f}", (at[n], trend.corpus[n]), (0, 2), textcoords="offset points",
                              ha="center", color=_SOFT, size=7.5)  # fmt: skip
        ticks = [n for n in range(len(at)) if few or n % step == 0]
        wide = max(6, int(150 / max(len(ticks), 1)))
        axes.set_xticks([at[n] for n in ticks], [shortened(trend.index[n], wide) for n in ticks], size=7.5)
        axes.set_yticks([] if few else [0, int(max(trend.corpus))], [] if few else ["0", f"{max(trend.corpus):,.0f}"])
        axes.set_ylim(0, max(trend.corpus) * 1.15 or 1)
        for side in ("left", "top", "right"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0)

    def _places(self) -> list[float]:
        """The position of each period in the strip; venues are separated."""
        out, at = [], -1.0
        for n, stratum in enumerate(self.trend.strata):
            at += 1.0 if not n or stratum == self.trend.strata[n - 1] else 1.6
            out.append(at)
        return out

    def _axes(self, x: float, y: float, wide: float, high: float) -> Any:
        axes = self.figure.add_axes((x / _WIDTH, 1 - (y + high) / self.height, wide / _WIDTH, high / self.height))
        axes.set_facecolor("none")
        return axes

    # Charts

    @property
    def _is_by_venue(self) -> bool:
        return self.trend.over == "venue-year"

    @property
    def _has_bars(self) -> bool:
        return self._is_by_venue or self.trend.over == "report" or len(self.trend.index) < 3

    def _small(self, n: int, key: str) -> None:
        row, column = divmod(n, self.columns)
        gutter = 0.55
        wide = (_WIDTH - 2 * _MARGIN - (self.columns - 1) * gutter) / self.columns
        x, y = _MARGIN + column * (wide + gutter), self.top + row * (self.panel + _GAP)
        change = self.changes.get(key)
        colour = {"up": _RISING, "down": _FALLING, "": _FLAT}[change.way if change else ""]
        self._fitting(shortened(self.labels[key], int(wide * 15)), y - 0.15, 10, x, wide, weight="bold")
        said_in = _SOFT if self._is_by_venue else colour
        self._fitting(self._said(key, change), y + 0.055, 8.5, x, wide, color=said_in)
        axes = self._axes(x + 0.28, y + 0.32, wide - 0.55, self.panel - 0.05)
        if self._is_by_venue:
            lines = [
                (np.flatnonzero(np.array(self.trend.strata) == v), c)
                for v, c in zip(self.venues, _COLOURS, strict=False)
            ]
            tops = [self._line(axes, key, at, c, self.trend.scores[at]) for at, c in lines]
            parts = []
            years = sorted(set(self.trend.scores.tolist()))
            axes.set_xticks(years, [f"{year:.0f}" for year in years], size=7.5)
            axes.set_xlim(years[0] - 0.25, years[-1] + 0.25)
        else:
            at = np.arange(len(self.trend.index))
            tops, parts = [self._line(axes, key, at, colour, at.astype(float))], [(key, at, colour)]
            self._time(axes, wide)
        self._scale(axes, max(tops))
        for one in parts:
            self._parts(axes, *one)

    def _said(self, key: str, change: ShareChange | None) -> str:
        """The figures of a label's trend, shown above its chart."""
        total = int(self.trend.counts[key].sum())
        papers = self.words.count("count.paper", total)
        if change is None:
            return papers
        sign = _SIGNS[change.way]
        turned = lately(self.trend, change, self.lang)
        moved = f"{sign}{percent(change.early)} → {percent(change.late)} ({points_of(change.by)})"
        return "   ".join(filter(None, (moved, turned, papers)))

    def _line(self, axes: Any, key: str, at: Any, colour: str, x: Any) -> float:
        """Draw a line with its intervals; returns the highest value."""
        values, low, high = self._values(key, at)
        part = np.array(self.trend.partial)[at]
        values, low, high = (np.where(part, np.nan, one) for one in (values, low, high))
        if not np.isfinite(values).any():
            return float(np.nanmax(self._values(key, at)[0], initial=0.0))
        if self._has_bars:
            axes.vlines(x, low, high, color=colour, alpha=0.35, linewidth=2.2)
            style = {"marker": "o", "markersize": 4, "linewidth": 1.6}
        else:
            axes.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
            style = {"marker": "o" if len(at) <= _MARKED else "", "markersize": 2.6, "linewidth": 1.5}
        if self.trend.over == "report":
            style["linewidth"] = 0
        axes.plot(x, values, color=colour, **style)
        last = int(np.flatnonzero(np.isfinite(values))[-1])
        if len(x) <= _MARKED or last == len(x) - 1:
            axes.plot(x[last : last + 1], values[last : last + 1], marker="o", markersize=4, color=colour)
        shown = high if len(at) <= _MARKED or self._has_bars else values
        scaling = self.trend.is_scaling[at] & np.isfinite(shown)
        return float(np.nanmax(shown[scaling] if scaling.any() else shown))

    def _parts(self, axes: Any, key: str, at: Any, colour: str) -> None:
        """Draw the periods held in part, hollow: as triangles at the edge where they are above the scale."""
        values, top = self._values(key, at)[0], axes.get_ylim()[1]
        for place in np.flatnonzero(np.array(self.trend.partial)[at]):
            marker = "^" if values[place] > top else "o"
            axes.plot(place, min(values[place], top), marker, markersize=4, markerfacecolor="none", color=colour,
                      clip_on=False)  # fmt: skip

    def _values(self, key: str, at: Any) -> tuple[Any, Any, Any]:
        counts, corpus = self.trend.counts[key].to_numpy(float)[at], self.trend.corpus[at]
        low, high = (end[at] for end in self.trend.interval(key))
        if not self.trend.share:
            return counts, low * corpus, high * corpus
        with np.errstate(divide="ignore", invalid="ignore"):
            known = corpus >= self.trend.least
            return np.where(known, counts / corpus, np.nan), np.where(known, low, np.nan), np.where(known, high, np.nan)

    def _scale(self, axes: Any, top: float) -> None:
        """Draw two or three round values on the axis."""
        from matplotlib.ticker import MaxNLocator

        top = top * 1.06 or 1.0
        axes.set_ylim(0, top)
        steps = [1, 2, 2.5, 5, 10] if self.trend.share else [1, 2, 5, 10]
        ticks = [
            t for t in MaxNLocator(3, steps=steps, integer=not self.trend.share).tick_values(0, top) if 0 <= t <= top
        ]
        digits = 0 if not self.trend.share or all(round(t * 100, 6).is_integer() for t in ticks) else 1
        names = [f"{t * 100:.{digits}f}%" if self.trend.share else f"{t:,.0f}" for t in ticks]
        axes.set_yticks(ticks, names, size=7.5)
        axes.grid(axis="y", color=_LINE, linewidth=0.7)
        axes.set_axisbelow(True)
        for side in ("left", "top", "right"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0, pad=3)

    def _time(self, axes: Any, wide: float) -> None:
        """Label the first and last period, and those between that have room."""
        index = self.trend.index
        n = len(index)
        longest = min(max(width(name) for name in index), 12)
        step = max(1, -(-n // max(1, int(wide * 11 / (longest + 2)))))
        chosen = list(range(0, n, step))
        axes.set_xticks(chosen, [shortened(index[i], 12) for i in chosen], size=7.5)
        if n * longest > 30 * wide:  # half a name is wider than a step: clear of the value axis
            axes.get_xticklabels()[0].set_horizontalalignment("left")
        axes.set_xlim(-0.5 if n <= _MARKED else -n * 0.01, n - 0.5 if n <= _MARKED else n * 1.01)

    def _compared(self) -> None:
        """Draw the compared labels in one chart, or in one per venue with a common scale; lines end in labels."""
        right = 2.6
        space = _WIDTH - 2 * _MARGIN - right
        groups = self.venues[: self.columns] if self._is_by_venue else [""]
        each = (space - 0.3 * (len(groups) - 1)) / len(groups)
        charts = []
        for n, venue in enumerate(groups):
            at = np.flatnonzero(np.array(self.trend.strata) == venue)
            axes = self._axes(_MARGIN + 0.25 + n * (each + 0.3), self.top + 0.05, each - 0.25, self.panel + 0.3)
            x = self.trend.scores[at]
            tops = [self._line(axes, key, at, colour, x) for key, colour in zip(self.keys, _COLOURS, strict=False)]
            charts.append((axes, at, x, max(tops)))
            if venue:
                self._text(
                    _MARGIN + 0.25 + n * (each + 0.3), self.top - 0.3, shortened(venue, 30), size=11, weight="bold"
                )
        top = max(chart[3] for chart in charts)
        for axes, _, x, _ in charts:
            self._scale(axes, top)
            if self._is_by_venue:
                axes.set_xticks(x, [f"{year:.0f}" for year in x])
                axes.set_xlim(min(x) - 0.25, max(x) + 0.25)
            else:
                self._time(axes, each)
                for key, colour in zip(self.keys, _COLOURS, strict=False):
                    self._parts(axes, key, np.arange(len(self.trend.index)), colour)
        self._ends(charts[-1])

    def _ends(self, chart: tuple[Any, Any, Any, float]) -> None:
        """Label each line with its name and its last whole value; labels are moved apart where they would overlap."""
        axes, at = chart[:2]
        top = axes.get_ylim()[1]
        ends: list[tuple[float, str, str]] = []
        for key, colour in zip(self.keys, _COLOURS, strict=False):
            values = self._values(key, at)[0]
            known = np.flatnonzero(np.isfinite(values))
            whole = known[~np.array(self.trend.partial)[at][known]]
            known = whole if len(whole) else known
            ends.append((float(values[known[-1]]) if len(known) else 0.0, key, colour))
        ends.sort(key=lambda end: end[0])
        least, place, before = top * 0.115, -top, 0.0
        for value, key, colour in ends:
            change = self.changes.get(key)
            turned = lately(self.trend, change, self.lang) if change else ""
            high = least * (1.5 if turned else 1.0)  # three lines or two
            place, before = max(value, place + (before + high) / 2), high
            shown = percent(value) if self.trend.share else f"{value:,.0f}"
            sign = _SIGNS[change.way] if change else ""
            more = f"   {sign}{significance(change.q, 'q ')}" if change else ""
            more += f"\n{turned}" if turned else ""
            text = f"{shortened(self.labels[key], 30)}\n{shown}{more}"
            axes.annotate(text, (axes.get_xlim()[1], place), (6, 0), textcoords="offset points", va="center",
                          color=colour, size=9.5, weight="bold", annotation_clip=False)  # fmt: skip


def _joined(sentences: list[str], lang: str) -> str:
    return ("" if lang == "zh" else "  ").join(sentences)


def _readable(said: str, english: str) -> str:
    """A label, or its English form if no font has its characters."""
    return said if han_font() or not has_han(said) else english
