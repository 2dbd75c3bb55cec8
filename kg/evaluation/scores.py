"""Scores of records against annotated papers, by type, stored as counts per paper for resampling.

The headline is the mean F1 of ten types. Intervals are percentiles of a bootstrap over papers (Efron, 1979): whole
papers are drawn, because items of one paper are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

from kg.evaluation.matching import HEADLINE, Json, beside, paired
from kg.model import Document, Record
from kg.records import to_json

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kg.build.pipeline import Progress

Reader = Callable[[Document], Record]  # reads a paper

DRAWS, SEED = 1000, 13
CERTAINTY = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 with the underlying counts."""

    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int

    def as_dict(self) -> dict[str, float]:
        """The score as plain JSON."""
        return asdict(self)


class TypeCounts(NamedTuple):
    """Counts for one type: correct, predicted, annotated."""

    right: int
    found: int
    wanted: int


class Interval(NamedTuple):
    """Percentile interval of an F1, or of a difference of two, covering CERTAINTY of the draws."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts per paper and type."""

    papers: Mapping[str, Mapping[str, TypeCounts]]

    def types(self) -> list[str]:
        """The scored types, in the order of a record."""
        return list(next(iter(self.papers.values()), {}))

    def by_type(self) -> dict[str, Score]:
        """The score of each type over all papers, and "headline"."""
        out = {}
        for key in self.types():
            out[key] = score_of(*map(sum, zip(*(counts[key] for counts in self.papers.values()), strict=True)))
        mean = sum(out[key].f1 for key in HEADLINE) / len(HEADLINE) if out else 0.0
        gold, predicted = sum(s.gold for s in out.values()), sum(s.predicted for s in out.values())
        return {**out, "headline": Score(mean, mean, mean, gold, predicted)}

    def intervals(self) -> dict[str, Interval]:
        """The interval of the F1 of each type and of the headline."""
        return _intervals(self.types(), self._draws())

    def worth(self, other: Scores) -> dict[str, tuple[float, Interval]]:
        """The difference in F1 to other scores of the same papers, by type and "headline", with its interval.

        Both are resampled with the same draws, so that the interval is that of the paired difference.
        """
        if list(self.papers) != list(other.papers):
            raise ValueError("scores of other papers cannot be compared")
        here, there = self.by_type(), other.by_type()
        apart = _intervals(self.types(), self._draws() - other._draws())
        return {key: (here[key].f1 - there[key].f1, apart[key]) for key in here}

    def _draws(self) -> npt.NDArray[np.float64]:
        """F1 by draw and type, with the headline last: (DRAWS, types + 1)."""
        import numpy as np

        types, n = self.types(), len(self.papers)
        if not n:
            return np.zeros((DRAWS, 1))
        counts = np.array([[paper[key] for key in types] for paper in self.papers.values()])  # (papers, types, 3)
        times = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=DRAWS)
        right, found, wanted = np.moveaxis(np.tensordot(times, counts, 1), -1, 0)
        f1 = 2 * right / np.maximum(found + wanted, 1)
        headline = f1[:, [types.index(key) for key in HEADLINE]].mean(1, keepdims=True)
        return np.hstack([f1, headline])


def _intervals(types: list[str], draws: npt.NDArray[np.float64]) -> dict[str, Interval]:
    import numpy as np

    rest = (1 - CERTAINTY) / 2
    low, high = np.quantile(draws, [rest, 1 - rest], axis=0)
    return {key: Interval(float(a), float(b)) for key, a, b in zip((*types, "headline"), low, high, strict=True)}


def score_of(right: int, found: int, wanted: int) -> Score:
    """The score of counts."""
    precision, recall = right / found if found else 0.0, right / wanted if wanted else 0.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0, wanted, found)


def compare(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> Scores:
    """Counts of records by paper; a paper missing from `predicted` counts as empty, one without annotation is ignored.

    Raises KgError for an invalid record.
    """
    return Scores({name: _counts(annotated, found) for name, annotated, found in beside(gold, predicted)})


def score(gold: Mapping[str, Json], predicted: Mapping[str, Json]) -> dict[str, Score]:
    """Scores by type, with "headline"; a paper missing from `predicted` counts as an empty record."""
    return compare(gold, predicted).by_type()


def evaluate(
    gold: Mapping[str, Json], documents: Iterable[Document], read: Reader, progress: Progress | None = None
) -> Scores:
    """Read documents and score the records; documents without annotation are not read, missing ones count as empty."""
    return compare(gold, records(gold, documents, read, progress))


def records(
    gold: Mapping[str, Json], documents: Iterable[Document], read: Reader, progress: Progress | None = None
) -> dict[str, Json]:
    """The records that `read` makes of the annotated documents."""
    found: dict[str, Json] = {}
    for document in documents:
        if document.id in gold:
            found[document.id] = to_json(read(document))
            if progress:
                progress(document.id, len(found))
    return found


def _counts(gold: Json, found: Json) -> dict[str, TypeCounts]:
    return {p.type: TypeCounts(len(p.pairs), len(p.found), len(p.gold)) for p in paired(gold, found)}
