"""Whether titles bear out what a survey of 26,104 papers says of CVPR, ICLR and NeurIPS 2023-2025 (paper 004-20).

KG_SHARED=... python scripts/trend_claims.py           # a line a claim: figures with intervals, and a verdict
KG_SHARED=... python scripts/trend_claims.py -o DIR    # and the trend as a page, a picture and a table
KG_SHARED=... python scripts/trend_claims.py --in both # titles and abstracts (which are not complete)

The claims stand in scripts/trend_claims.yml, the words that are counted in data/lexicons/vision-venues.yml. A claim on
years is tested over the three venues together (Cochran-Armitage, stratified), corrected for the number of claims; a
claim on a venue by the interval of the difference to each other venue.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from kg.query.statistics import ShareChange, adjusted, difference, wilson
from kg.views.trends import FORMS, Trend, TrendLexicon
from kg.views.trends.collected import Collected, from_files
from kg.views.trends.tables import percent, significance

HERE = Path(__file__).parent
_LEVEL = 0.05

Claim = dict[str, str]


class Tested:
    """The claims, and what the titles of the venues say of them."""

    def __init__(self, said: dict[str, Any], shared: Path, texts: str) -> None:
        self.claims: list[Claim] = said["claims"]
        self.lexicon = TrendLexicon.load(HERE / said["lexicon"])
        self.papers = from_files([shared / said["files"]], "topic", "venue-year", self.lexicon, texts)
        self.trends: dict[str, Trend] = {}
        self.whole = self.trend("")

    def trend(self, within: str) -> Trend:
        """The trend among all papers, or among those with a label."""
        if within not in self.trends:
            found: Collected = self.papers.within(within) if within else self.papers
            self.trends[within] = Trend(found, "lexicon", "venue-year", share=True, forms=FORMS)
        return self.trends[within]

    def rows(self) -> Iterable[tuple[str, str, str, str]]:
        """The claim, the figures by year or venue, the change or difference, the verdict."""
        changes = [self._change(claim) for claim in self.claims]
        tested = [n for n, change in enumerate(changes) if change]
        q = dict(zip(tested, adjusted(np.array([changes[n].p for n in tested])), strict=True))  # type: ignore[union-attr]
        for n, claim in enumerate(self.claims):
            change = changes[n]
            if change:
                yield claim["says"], *self._over_years(claim, change, q[n])
            elif claim["test"] == "highest":
                yield claim["says"], *self._of_venue(claim)
            else:
                yield claim["says"], *self._of_two(claim)

    def _change(self, claim: Claim) -> ShareChange | None:
        if claim["test"] not in ("rises", "falls", "holds"):
            return None
        return next((c for c in self.trend(claim.get("within", "")).changes if c.label == claim["label"]), None)

    def _over_years(self, claim: Claim, change: ShareChange, q: float) -> tuple[str, str, str]:
        trend = self.trend(claim.get("within", ""))
        by_year = []
        for year in sorted(set(trend.scores.tolist())):
            at = trend.scores == year
            k, n = int(trend.counts[claim["label"]].to_numpy()[at].sum()), int(trend.corpus[at].sum())
            by_year.append(f"{year:.0f}: {_share(k, n)}")
        moved = (
            f"{change.by * 100:+.2f} points [{change.low * 100:+.2f}, {change.high * 100:+.2f}], q={significance(q)}"
        )
        way = "flat" if q >= _LEVEL else "rises" if change.z > 0 else "falls"
        wanted = claim["test"]
        if way == wanted or (wanted == "holds" and way != "falls"):
            return ", ".join(by_year), moved, "borne out"
        if way == "flat":
            return ", ".join(by_year), moved, "not shown: no clear trend"
        return ", ".join(by_year), moved, f"NOT borne out: it {way}"

    def _of_venue(self, claim: Claim) -> tuple[str, str, str]:
        trend = self.trend("")
        counts = {venue: self._at(trend, claim["label"], venue) for venue in dict.fromkeys(trend.strata)}
        own = counts.pop(claim["venue"])
        figures = [f"{venue}: {_share(*kn)}" for venue, kn in {claim["venue"]: own, **counts}.items()]
        ends = {venue: difference(*kn, *own) for venue, kn in counts.items()}
        apart = [
            f"{(own[0] / own[1] - k / n) * 100:+.2f} to {venue} "
            f"[{float(ends[venue][0]) * 100:+.2f}, {float(ends[venue][1]) * 100:+.2f}]"
            for venue, (k, n) in counts.items()
        ]
        if all(low > 0 for low, _ in ends.values()):
            verdict = "borne out"
        else:
            higher = [venue for venue, (_, high) in ends.items() if high < 0]
            verdict = f"NOT borne out: {' and '.join(higher)} higher" if higher else "not shown: no clear difference"
        return ", ".join(figures), ", ".join(apart), verdict

    def _of_two(self, claim: Claim) -> tuple[str, str, str]:
        trend = self.trend(claim.get("within", ""))
        n = int(trend.corpus.sum())
        one, other = (int(trend.counts[claim[name]].sum()) for name in ("label", "over"))
        low, high = (float(end) for end in difference(other, n, one, n))
        figures = f"{claim['label']}: {_share(one, n)}, {claim['over']}: {_share(other, n)}"
        apart = f"{(one - other) / n * 100:+.2f} points [{low * 100:+.2f}, {high * 100:+.2f}]"
        if low > 0:
            return figures, apart, "borne out"
        return figures, apart, "NOT borne out: it is less" if high < 0 else "not shown: no clear difference"

    @staticmethod
    def _at(trend: Trend, label: str, venue: str) -> tuple[int, int]:
        at = np.array(trend.strata) == venue
        return int(trend.counts[label].to_numpy()[at].sum()), int(trend.corpus[at].sum())


def _share(count: int, total: int) -> str:
    low, high = wilson(count, total)
    return f"{percent(count / total)} [{float(low) * 100:.1f}, {float(high) * 100:.1f}] ({count:,}/{total:,})"


def main() -> None:
    """Print the claims with their figures; with -o, write the trend beside."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in", dest="texts", default="title", choices=("title", "abstract", "both"))
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    shared = os.environ.get("KG_SHARED")
    if not shared:
        parser.exit(2, "KG_SHARED names no folder: the accepted papers that this counts do not ship.\n")
    said = yaml.safe_load((HERE / "trend_claims.yml").read_text("utf-8"))
    tested = Tested(said, Path(shared), args.texts)
    sizes = ", ".join(f"{name} {n:,.0f}" for name, n in zip(tested.whole.index, tested.whole.corpus, strict=True))
    print(f"{tested.whole.papers:,} papers: {sizes}\n")
    rows = list(tested.rows())
    for claim, figures, apart, verdict in rows:
        print(f"{verdict.upper() if verdict == 'borne out' else verdict}: {claim}\n    {figures}\n    {apart}")
    borne_out = sum(verdict == "borne out" for *_, verdict in rows)
    against = sum(verdict.startswith("NOT") for *_, verdict in rows)
    print(
        f"\n{len(rows)} claims: {borne_out} borne out, {against} not borne out, {len(rows) - borne_out - against} open."
    )
    for note in tested.papers.notes:
        print(note)
    if args.output:
        args.output.mkdir(parents=True, exist_ok=True)
        for form in ("html", "png", "csv"):
            tested.whole.save(args.output / f"venues.{form}")


if __name__ == "__main__":
    main()
