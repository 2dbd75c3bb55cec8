"""A trend: papers of each label by period, with statistical tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kg.model import KgError
from kg.query.periods import PERIODS, is_partial, within
from kg.query.sayings import Sayings
from kg.query.statistics import LEAST, LEVEL, Cells, ShareChange, adjusted, early_and_late, late, share_changes, wilson
from kg.text import fold, plain
from kg.views.columns import shortened
from kg.views.rendered import View
from kg.views.trends import composition
from kg.views.words import PageWords
from kg.vocabulary import in_language

if TYPE_CHECKING:
    import pandas

    from kg.query import Row
    from kg.views.trends.collected import Collected

#: A label has so large a part of the papers of another one, or of all: they say the same.
_SAME = 0.8
#: Labels that a picture shows, and labels whose pairs are tested.
SHOWN, _PAIRED = 12, 40
#: Venues that a picture tells apart by colour.
_VENUES = 8
#: Papers of a label that a page leads to.
_NEWEST = 5
#: The last periods that show whether a trend has turned, and periods named one by one.
_LATELY, _NAMED = 4, 4
#: Renders a trend.
Form = Callable[["Trend"], str | bytes]


class NewLabel(NamedTuple):
    """A label whose first paper is significantly late."""

    label: str
    period: str
    papers: int
    before: int  # papers of the corpus before that period
    q: float


class Pair(NamedTuple):
    """Two labels that occur together more or less often than before: the change of both among either."""

    one: str
    other: str
    change: ShareChange


class Trend(View):
    """Papers (each once per period) of each label by period; saves itself in the given forms.

    `frame`: the counts (periods by labels, most frequent first); `corpus`: all papers by period; `members`, `things`:
    the periods and labels of each paper, by its place; `shares`, `changes`, `first`, `pairs`: derived figures. If
    `compare` is given, only its labels are shown.
    """

    def __init__(
        self, collected: Collected, of: str, over: str, lang: str = "en", *, forms: Mapping[str, Form], about: str = "",
        about_in: Mapping[str, str] | None = None, share: bool = True, compare: Iterable[str] = (), least: int = LEAST,
        top: int = SHOWN,
    ) -> None:  # fmt: skip
        import pandas

        self.of, self.over, self.lang, self.about, self.share = of, over, lang, " ".join(plain(about).split()), share
        self.least, self.top = least, top
        self._about_in = about_in or {}  # the selection as a heading calls it, by language
        self.words = PageWords(lang)
        self.names, self.matches, self.notes = collected.names, collected.matches, tuple(collected.notes)
        if collected.naming:
            self.notes = (*self.notes, Sayings(lang)("answer.naming", collected.naming))
        self.is_whole, self._above = collected.is_whole, collected.above
        self.undated = sum(not periods for periods in collected.periods)
        held = Counter(one for periods in collected.periods for one in periods)
        self.index = _ordered(held, over, least)
        self.outside = held.total() - sum(held[name] for name in self.index)  # papers far from all others in time
        place = {name: n for n, name in enumerate(self.index)}
        pairs = [(at, place[name]) for at, periods in enumerate(collected.periods) for name in periods if name in place]
        self.members = pandas.DataFrame(pairs, columns=["paper", "period"], dtype="int64")
        self.things = pandas.DataFrame(collected.things, columns=["paper", "thing"]).drop_duplicates()
        self._into_cells(collected.strata if over in PERIODS else [])
        rows = self.members.merge(self.things, on="paper").groupby(["period", "thing"], observed=True).size()
        counts = rows.unstack(fill_value=0) if len(rows) else pandas.DataFrame()
        sums = counts.sum().to_dict()
        by = 0 if collected.unsaid else -1  # without a ranking labels are in the order of the alphabet
        order = sorted(sums, key=lambda key: (by * sums[key], self.named_in(key, lang).casefold(), key))
        self.keys: list[str] = list(order)
        self.counts: pandas.DataFrame = counts.reindex(range(len(self.index)), fill_value=0)[order].astype("int64")
        self.corpus = np.bincount(self.members["period"], minlength=len(self.index)).astype(float)
        ends = collected.first, collected.last
        self.partial = [over in PERIODS and is_partial(name, *ends) for name in self.index]  # held in part only
        is_whole = ~np.array(self.partial, bool)
        self.whole_counts = self.counts.mul(is_whole, axis=0)  # what is tested: of whole periods alone
        self.whole_corpus = self.corpus * is_whole
        cells = self.members[is_whole[self.members["period"]]]["cell"]  # of whole periods
        self.cell_corpus = np.bincount(cells, minlength=len(self.cell_periods)).astype(float)
        if self.share and len(self.index) and max(self.corpus) < least:
            self.share, self.notes = False, (*self.notes, self.words("trends.few_for_shares", least=least))
        self.unsaid = collected.unsaid
        if collected.unsaid:
            self.share = False  # of all papers it says nothing
            named, n = (f"{number:,}" for number in collected.unsaid)
            self.notes = (*self.notes, Sayings(lang)(f"coverage.{of}", named=named, n=n))
        self.compared = [self.key(name) for name in compare]
        self.placed = composition.placed(self, collected.placed)
        self.notes = (*self.notes, *composition.notes(self))
        things = self.things[self.things["thing"].isin(self.shown)]
        self.newest = {key: self._newest(collected, things, key) for key in self.shown} if over in PERIODS else {}
        super().__init__(
            self.heading(lang),
            {name: partial(form, self) for name, form in forms.items()},
            papers=len(collected.papers),
        )

    # Labels

    @cached_property
    def labels(self) -> dict[str, str]:
        """The distinct label of each key in the language of the trend."""
        return self.labelled(self.lang)

    def labelled(self, lang: str) -> dict[str, str]:
        """The distinct label of each key in a language."""
        said = {key: self.named_in(key, lang) for key in self.keys}
        times = Counter(said.values())
        return {key: name if times[name] == 1 else f"{name} ({key})" for key, name in said.items()}

    def named_in(self, key: str, lang: str) -> str:
        names = self.names.get(key, {})
        return " ".join(plain(in_language(names, lang)).split()) or key

    def key(self, name: str) -> str:
        """The key of a label, given by key or in any language; raises KgError if no paper has it."""
        wanted = fold(name)
        for key in self.keys:
            if wanted in {fold(said) for said in (key, key.partition(":")[2], *self.names.get(key, {}).values())}:
                return key
        near = [label for label in self.labels.values() if wanted and wanted.split()[0] in fold(label)][:5]
        hint = f"did you mean {', '.join(near)}?" if near else "give one of the labels that are listed without compare."
        raise KgError(f"No paper has {name[:80]!r} here: {hint}")

    @cached_property
    def shown(self) -> list[str]:
        """The keys of the labels that a picture shows: the most frequent ones, none that says the same as another.

        A label of nearly all papers is flat, and one wider than a label that has most of its papers draws its line.
        """
        if self.compared:
            return self.compared
        papers, every = self.counts.sum().to_dict(), self.corpus.sum()
        same = {
            wide for key in self.keys for wide in self._above.get(key, ()) if papers[key] > _SAME * papers.get(wide, 0)
        }
        own = [key for key in self.keys if key not in same and papers[key] <= _SAME * every]
        return (own if len(own) >= self.top else self.keys)[: self.top]

    def _newest(self, collected: Collected, things: pandas.DataFrame, key: str) -> list[Row]:
        """The newest papers of a label as texts call them; none where the papers are of files."""
        having = self.members[self.members["paper"].isin(things[things["thing"] == key]["paper"])]
        order = having.sort_values(["period", "paper"], ascending=[False, True])["paper"].drop_duplicates()
        papers = [collected.papers[at] for at in order[:_NEWEST]]
        known = {row.paper: row for row in collected.rows(papers)}
        return [known[paper] for paper in papers if paper in known]

    @cached_property
    def frame(self) -> pandas.DataFrame:
        """The counts as a data frame: periods by labels; `attrs` describes them."""
        out = self.counts.copy()
        out.index = out.index.map(lambda n: self.index[n]).astype(object)
        out.index.name, out.columns = self.over, list(self.labels.values())
        english = self.labelled("en")
        out.attrs = {
            "of": self.of,
            "over": self.over,
            "lang": self.lang,
            "selection": self.about,
            "corpus": {name: int(n) for name, n in zip(self.index, self.corpus, strict=True)},
            "undated": self.undated,
            "papers": self.papers,
            "concepts": {label: key for key, label in self.labels.items()},
            "english": {label: english[key] for key, label in self.labels.items()},
        }
        return out

    @property
    def shares(self) -> pandas.DataFrame:
        """The shares of the papers of each period, periods by labels; nan for periods without papers."""
        return self.frame.div([n or np.nan for n in self.corpus], axis=0)

    def interval(self, key: str) -> tuple[Any, Any]:
        """The lower and upper bounds of a label's share in each period (95%)."""
        return wilson(self.counts[key].to_numpy(), self.corpus)

    @cached_property
    def is_scaling(self) -> Any:
        """Whether each period sets the scale of charts: it is whole, and has half of the papers of a usual one."""
        held = self.whole_corpus[self.whole_corpus > 0]
        return self.whole_corpus >= (np.median(held) / 2 if len(held) else 0.0)

    def named(self, names: list[str], lang: str) -> str:
        """Some names one by one, and how many more there are."""
        words = PageWords(lang)
        listed = words("report.join").join(names[:_NAMED])
        left = len(names) - _NAMED
        return words("trends.names_more", names=listed, n=left) if left > 0 else listed

    @cached_property
    def venues(self) -> list[str]:
        """The venues that pictures draw, by name: those of the most papers, up to eight; [""] in time.

        Where shares are drawn, papers count of the years that have enough.
        """
        enough = self.least if self.share else 0
        papers: Counter[str] = Counter()
        for venue, count in zip(self.strata, self.corpus, strict=True):
            papers[venue] += int(count >= enough) * int(count)
        return sorted(sorted(papers, key=lambda venue: (-papers[venue], venue))[:_VENUES], key=str.casefold)

    def venues_in(self, lang: str) -> str:
        """A sentence on the venues that are not drawn; "" if all are."""
        every = len(set(self.strata))
        return PageWords(lang)("trends.venues", n=_VENUES, all=every) if every > _VENUES else ""

    @cached_property
    def sparse(self) -> list[str]:
        """The periods whose share is not drawn, because they have papers, but too few."""
        few = self.share and self.over != "report"
        return [name for name, n in zip(self.index, self.corpus, strict=True) if few and 0 < n < self.least]

    def sparse_in(self, lang: str) -> str:
        """A sentence on these periods; "" for none."""
        said = {"least": self.least, "periods": self.named([shortened(name, 30) for name in self.sparse], lang)}
        return PageWords(lang)("trends.sparse", **said) if self.sparse else ""

    @property
    def partial_key(self) -> str:
        """The key of the sentence that says how periods held in part are marked; "" if there are none."""
        held = [n for n, part in zip(self.corpus, self.partial, strict=True) if part]
        if any(n >= self.least or (n and not self.share) for n in held):
            return "trends.partial"
        return "trends.partial_bar" if any(held) else "trends.partial_table" if held else ""

    # Tests

    @cached_property
    def strata(self) -> list[str]:
        """The stratum of each period: its venue, or "" in time."""
        return [name.rpartition(" ")[0] if self.over == "venue-year" else "" for name in self.index]

    @cached_property
    def scores(self) -> Any:
        """The time of each period: its year for venues, else its index."""
        years = [int(name[-4:]) if self.over == "venue-year" else n for n, name in enumerate(self.index)]
        return np.asarray(years, float)

    @property
    def silence(self) -> str:
        """The reason why changes are not tested; "" if they are."""
        return self.silence_in(self.lang)

    def silence_in(self, lang: str) -> str:
        """The same in a given language."""
        if self.unsaid:
            return PageWords(lang)("trends.unsaid", share=round(100 - 100 * self.unsaid[0] / self.unsaid[1]))
        if self.over == "report":
            return PageWords(lang)("trends.no_order")
        few = len(set(self.scores[self.whole_corpus > 0].tolist())) < 3
        return PageWords(lang)("trends.few_periods") if few else ""

    @cached_property
    def enough(self) -> list[str]:
        """The keys of labels with enough papers for a test: at least `least` with the label, and as many without."""
        totals, every = self.whole_counts.sum(), self.whole_corpus.sum()
        return [key for key in self.keys if self.least <= totals[key] <= every - self.least]

    @cached_property
    def changes(self) -> list[ShareChange]:
        """The change of the share of each label with enough papers, in the order of the labels."""
        if self.silence or not self.enough:
            return []
        counts = self._in_cells(self.enough)
        return share_changes(self.enough, counts, self.cell_corpus[:, None] + np.zeros_like(counts), self.cells)

    def rising(self) -> list[ShareChange]:
        """The labels whose share rises significantly, by size of the change."""
        return sorted((c for c in self.changes if c.way == "up"), key=lambda c: (-c.by, c.label))

    def falling(self) -> list[ShareChange]:
        """The labels whose share falls significantly, by size of the change."""
        return sorted((c for c in self.changes if c.way == "down"), key=lambda c: (c.by, c.label))

    def verdicts(self) -> list[tuple[str, str, ShareChange | None]]:
        """Of each compared label the key of what it does: rising, falling, flat, or untested (without a change)."""
        known = {change.label: change for change in self.changes}
        names = {"up": "in_rising", "down": "in_falling", "": "flat"}
        return [(key, names[known[key].way] if key in known else "untested", known.get(key)) for key in self.compared]

    def lately(self, change: ShareChange) -> str:
        """The key of what the last whole periods say against a trend: each is lower than the one before, or higher."""
        if self.over not in PERIODS or not change.way or change.label not in self.counts:
            return ""
        known = np.flatnonzero(self.whole_corpus >= self.least)[-_LATELY:]
        steps = np.diff(self.counts[change.label].to_numpy()[known] / self.corpus[known])
        if len(steps) < _LATELY - 1:
            return ""
        if change.way == "up":
            return "trends.lately_falling" if (steps < 0).all() else ""
        return "trends.lately_rising" if (steps > 0).all() else ""

    @cached_property
    def first(self) -> list[NewLabel]:
        """The significantly new labels, newest first; tests whether their papers are this late by chance."""
        if self.silence or not self.enough:
            return []
        found, times = [], self.scores[self.cell_periods]
        for key, counts in zip(self.enough, self._in_cells(self.enough).T, strict=True):
            when = times[counts > 0].min()
            name = min(self.cell_periods[(counts > 0) & (times == when)])
            parts = [np.zeros(self.cell_strata.max() + 1, int) for _ in range(3)]
            for part, held in zip(parts, (counts, self.cell_corpus * (times < when), self.cell_corpus), strict=True):
                np.add.at(part, self.cell_strata, held.astype(int))
            found.append((key, self.index[name], int(counts.sum()), int(parts[1].sum()), late(*parts), when))
        q = adjusted(np.array([one[4] for one in found]))
        new = [(one, float(p)) for one, p in zip(found, q, strict=True) if p < LEVEL]
        new.sort(key=lambda pair: (-pair[0][5], pair[1], pair[0][0]))
        return [NewLabel(*one[:4], p) for one, p in new]

    @cached_property
    def pairs(self) -> list[Pair]:
        """The pairs of labels that occur together more (first) or less often than before, among papers with either."""
        if self.silence:
            return []
        keys = [key for key in self.enough if key not in self._above or not self._is_nearly_all(key)][:_PAIRED]
        chosen = [
            (a, b)
            for a, b in combinations(range(len(keys)), 2)
            if keys[a] not in self._above.get(keys[b], ()) and keys[b] not in self._above.get(keys[a], ())
        ]
        both, own = self._together(keys), self._in_cells(keys)
        columns, totals, names = [], [], []
        for a, b in chosen:
            together = both[:, a, b]
            if together.sum() >= self.least:
                columns.append(together)
                totals.append(own[:, a] + own[:, b] - together)
                names.append(f"{keys[a]}\n{keys[b]}")
        if not names:
            return []
        found = share_changes(names, np.array(columns).T, np.array(totals).T, self.cells)
        moved = sorted((c for c in found if c.way), key=lambda c: (-np.sign(c.z), -abs(c.by), c.label))
        split = ((change.label.split("\n"), change) for change in moved)
        return [Pair(one, other, change) for (one, other), change in split]

    def _is_nearly_all(self, key: str) -> bool:
        return bool(self.counts[key].sum() > 0.5 * self.corpus.sum())

    def _together(self, keys: list[str]) -> Any:
        """The number of papers of each cell with both of two labels: cells by labels by labels."""
        column = {key: n for n, key in enumerate(keys)}
        rows = self.members.merge(self.things[self.things["thing"].isin(keys)], on="paper")
        out = np.zeros((len(self.cell_periods), len(keys), len(keys)))
        for at, of_cell in rows.groupby("cell"):
            if self.partial[self.cell_periods[int(at)]]:
                continue
            papers, place = np.unique(of_cell["paper"].to_numpy(), return_inverse=True)
            has = np.zeros((len(papers), len(keys)))
            has[place, of_cell["thing"].map(column).to_numpy()] = 1
            out[at] = has.T @ has
        return out

    def _into_cells(self, strata: list[str]) -> None:
        """Divide the papers of each period by what part of the collection they are of; over venues, by venue."""
        if strata:
            of_paper = np.unique(strata, return_inverse=True)[1]
            pairs = self.members["period"].to_numpy() * (of_paper.max() + 1) + of_paper[self.members["paper"]]
            names, cell = np.unique(pairs, return_inverse=True)
            self.cell_periods, self.cell_strata = np.divmod(names, of_paper.max() + 1)
        else:
            cell, self.cell_periods = self.members["period"], np.arange(len(self.index))
            self.cell_strata = np.unique(self.strata, return_inverse=True)[1].astype(np.int64)
        self.members["cell"], self._is_nested = cell, not strata

    @cached_property
    def cells(self) -> Cells:
        """The cells of the papers, for tests."""
        return Cells(self.cell_periods, self.cell_strata, self.scores, *self.ends, nested=self._is_nested)

    def _in_cells(self, keys: list[str]) -> Any:
        """The papers of each label in each cell of whole periods: cells by labels."""
        rows = self.members.merge(self.things[self.things["thing"].isin(keys)], on="paper")
        found = rows.groupby(["cell", "thing"], observed=True).size().unstack(fill_value=0)
        counts = found.reindex(index=range(len(self.cell_periods)), columns=keys, fill_value=0).to_numpy(float)
        return counts * (self.cell_corpus > 0)[:, None]

    @cached_property
    def ends(self) -> tuple[Any, Any]:
        """Which periods are early and late: the first and the last, or those with a quarter of the papers each."""
        return early_and_late(self.scores, self.whole_corpus)

    def ends_said(self) -> tuple[str, str]:
        """The early and the late periods in words: "2025-03 – 2025-06"."""
        said = []
        for at in self.ends:
            names = [
                n[-4:] if self.over == "venue-year" else n for n, is_in in zip(self.index, at, strict=True) if is_in
            ]
            first, last = (min(names), max(names)) if names else ("", "")
            said.append(first if first == last else f"{first} – {last}")
        return said[0], said[1]

    # Text

    def heading(self, lang: str, share: bool = False) -> str:
        """The heading in a language: "Share of papers per topic, by month"."""
        words = PageWords(lang)
        over = words(f"trends.over_{self.over.replace('-', '_')}")
        if self.compared:
            labels = words.listed([self.named_in(key, lang)[:40] for key in self.compared])
            said = words("trends.title_share_of" if share else "trends.title_of", labels=labels, over=over)
        else:
            of = words("trends.of_lexicon") if self.of == "lexicon" else words(f"type.{self.of}")
            said = words("trends.title_share" if share else "trends.title", of=of, over=over)
        about = self._about_in.get(lang, self.about)
        return said + (words("trends.among", about=about[:80]) if about else "")


def _ordered(held: Counter[str], over: str, least: int) -> list[str]:
    """The sorted periods without gaps in time, except a few papers long before or after all others."""
    if over == "venue-year":
        return sorted(held, key=lambda name: (name.rpartition(" ")[0].casefold(), name[-4:], name))
    return within(held, over, least) if over in PERIODS else sorted(held)
