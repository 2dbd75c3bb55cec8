"""Format scores and ablations as tables for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kg.evaluation.components import Variant
from kg.evaluation.scores import CERTAINTY, Interval, Scores
from kg.evaluation.trust_scores import Trust
from kg.safe_output import csv_text

_LEAST = 0.005  # smaller differences by type are omitted from tables
_WORDS = ("type", "left out", "by type")
_INTERVAL = f"{CERTAINTY:.0%} interval".replace("%", " %")


class TextTable(NamedTuple):
    """Column names, and rows of text."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table as Markdown, with numbers aligned right."""
        rule = "".join("---|" if column in _WORDS else "---:|" for column in self.columns)
        head, *rows = (f"| {' | '.join(row)} |\n" for row in (self.columns, *self.rows))
        return "".join((head, f"|{rule}\n", *rows))


def scores_table(scores: Scores) -> TextTable:
    """One row per type and one for the headline."""
    intervals = scores.intervals()
    rows = []
    for key, s in scores.by_type().items():
        own = ("", "", f"{s.f1:.3f}", _between(intervals[key]), "", "")
        if key != "headline":
            own = (f"{s.precision:.3f}", f"{s.recall:.3f}", *own[2:4], str(s.gold), str(s.predicted))
        rows.append((key, *own))
    return TextTable(("type", "precision", "recall", "F1", _INTERVAL, "gold", "predicted"), rows)


def worth_table(variants: Sequence[Variant]) -> TextTable:
    """One row per omitted part: the headline without it, its worth, and the types that it affects."""
    whole, *others = variants
    rows = []
    for without, scores in others:
        worth = whole.scores.worth(scores)
        headline, interval = worth.pop("headline")
        moved = sorted(((d, key) for key, (d, _) in worth.items() if abs(d) >= _LEAST), key=lambda m: -abs(m[0]))
        said = ", ".join(f"{key} {d:+.3f}" for d, key in moved)
        f1 = f"{scores.by_type()['headline'].f1:.3f}"
        rows.append((without, f1, f"{headline:+.3f}", _between(interval, "+"), said))
    return TextTable(("left out", "headline", "worth", _INTERVAL, "by type"), rows)


def _between(interval: Interval, sign: str = "") -> str:
    return " to ".join(f"{end:{sign}.3f}" for end in interval)


def trust_table(found: Mapping[str, Trust]) -> TextTable:
    """One row per type: claims, sure claims, and recall at two levels of precision."""
    rows = []
    for key, t in found.items():
        shares = (t.sure_precision, t.sure_recall, t.recall_at_80, t.recall_at_90)
        false = "" if t.false_winners is None else f"{t.false_winners:.3f}"
        both = (f"{t.precision:.3f}", f"{t.recall:.3f}")
        rows.append((key, str(t.predicted), *both, str(t.sure), *(f"{n:.3f}" for n in shares), false))
    names = ("type", "claims", "precision", "recall", "sure", "sure precision", "sure recall")
    return TextTable((*names, "recall at .80", "at .90", "false winners"), rows)


def scores_data(scores: Scores, trusted: Mapping[str, Trust] | None = None) -> dict[str, dict[str, float]]:
    """By type: precision, recall, f1, gold, predicted, and the ends of the interval of f1.

    With `trusted`, also its figures, and the types that occur only there.
    """
    intervals = scores.intervals()
    found = {key: s.as_dict() | intervals[key]._asdict() for key, s in scores.by_type().items()}
    for key, t in (trusted or {}).items():
        found[key] = found.get(key, {}) | t.as_dict()
    return found


def worth_data(variants: Sequence[Variant]) -> dict[str, Any]:
    """The scores of the whole, and by part and type the f1 without the part, its worth, and the worth's interval."""
    whole, *others = variants
    return {"scores": scores_data(whole.scores), "components": {name: _worth(whole.scores, s) for name, s in others}}


def _worth(whole: Scores, other: Scores) -> dict[str, dict[str, float]]:
    without = other.by_type()
    return {
        key: {"f1": without[key].f1, "worth": apart} | interval._asdict()
        for key, (apart, interval) in whole.worth(other).items()
    }


def as_csv(data: dict[str, Any]) -> str:
    """The result of `scores_data` as CSV, one row per type, or of `worth_data`, one row per part and type."""
    if "components" not in data:
        return _csv(["type"], (((key,), row) for key, row in data.items()))
    found = data["components"].items()
    return _csv(["without", "type"], (((part, key), row) for part, worth in found for key, row in worth.items()))


def _csv(keys: list[str], rows: Iterable[tuple[tuple[str, ...], dict[str, float]]]) -> str:
    rows = list(rows)
    columns = list(dict.fromkeys(column for _, row in rows for column in row))
    cells = ((round(row[column], 4) if column in row else "" for column in columns) for _, row in rows)
    return csv_text([*keys, *columns], ((*key, *row) for (key, _), row in zip(rows, cells, strict=True)))
