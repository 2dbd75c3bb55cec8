"""How many papers have each topic, technique, device, ... in each day, week, month, year or report."""

from __future__ import annotations

import io
import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from kg.model import KgError, Paper
from kg.tables import csv_text
from kg.views.base import View
from kg.views.selection import TYPES, Selection, has_han
from kg.views.words import Words

if TYPE_CHECKING:
    import pandas

    from kg.api import Graph

OF = (*TYPES, "metric", "kind")
OVER = ("day", "week", "month", "report", "year")
#: A technique counts where it is proposed or used, as in questions.
_ROLES = ("proposed", "used")
_MOST_LINES = 8


def trends(
    graph: Graph, of: str = "topic", over: str = "month", selection: str = "", lang: str = "en"
) -> pandas.DataFrame:
    """Papers (works, each once a period) of each label by period, most frequent label first.

    Index: period ("2025-10-17", "2025-W42", "2025-10", "2025", or the source), without gaps; columns: labels.
    `attrs`: of, over, lang, selection, corpus (papers of the selection in each period), undated (papers without a
    date), concepts (CURIE of each label) and english (English label of each label). KgError for another `of` or `over`.
    """
    import pandas

    _check(of, over)
    shown = Selection(graph, selection, lang)
    corpus: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    undated = 0
    for paper in shown.papers:
        periods = _periods(shown, paper, over)
        undated += not periods
        corpus.update(periods)
        for concept in _concepts(shown, paper, of):
            counts[concept].update(periods)
    rows = _without_gaps(sorted(corpus), over)
    ordered = sorted(
        (c for c in counts if counts[c]), key=lambda c: (-counts[c].total(), _label(shown, c).casefold(), c)
    )
    labels = _distinct(ordered, shown)
    english = shown if lang == "en" else Selection.of(graph, shown.papers, "en")
    frame = pandas.DataFrame(
        [[counts[concept][row] for concept in ordered] for row in rows],
        index=pandas.Index(rows, name=over, dtype=object),
        columns=pandas.Index(list(labels.values()), dtype=object),
        dtype="int64",
    )
    frame.attrs = {
        "of": of,
        "over": over,
        "lang": lang,
        "selection": shown.name,
        "corpus": {row: corpus[row] for row in rows},
        "undated": undated,
        "papers": len(shown.papers),
        "concepts": {labels[concept]: concept for concept in ordered},
        "english": {labels[concept]: _label(english, concept) for concept in ordered},
    }
    return frame


def table(frame: pandas.DataFrame, limit: int | None = 20) -> str:
    """The trend as text: a line a label, a column a period, the corpus last; `limit` lines at most (None: all)."""
    words = Words(frame.attrs["lang"])
    if not len(frame):
        undated = frame.attrs["undated"]
        return words("trends.no_date" if undated else "trends.nothing", n=undated) + "\n"
    shown = list(frame.columns)[:limit]
    lines = [[_one_line(words(f"type.{frame.attrs['of']}")), *frame.index, words("trends.total")]]
    for label in shown:
        column = frame[label]
        lines.append([_one_line(label), *(str(n or "·") for n in column), str(column.sum())])
    corpus = [frame.attrs["corpus"][row] for row in frame.index]
    lines.append([words("trends.corpus"), *map(str, corpus), str(frame.attrs["papers"] - frame.attrs["undated"])])
    out = _aligned(lines)
    if len(shown) < len(frame.columns):
        out.append(words("trends.more", n=len(frame.columns) - len(shown)))
    if frame.attrs["undated"]:
        out.append(words("trends.undated", n=frame.attrs["undated"]))
    return "\n".join(out) + "\n"


def to_csv(frame: pandas.DataFrame) -> str:
    """A row a period: the period, all papers of it, and each label's papers; no cell is taken for a formula."""
    words = Words(frame.attrs["lang"])
    rows = zip(frame.index, frame.to_numpy().tolist(), strict=True)
    return csv_text(
        [frame.attrs["over"], words("trends.corpus"), *frame.columns],
        ([period, frame.attrs["corpus"][period], *counts] for period, counts in rows),
    )


def to_json(frame: pandas.DataFrame) -> str:
    """The counts by label and period, with what they are counts of."""
    kept = {key: frame.attrs[key] for key in ("of", "over", "selection", "corpus", "undated")}
    rows = [
        {"label": label, "concept": frame.attrs["concepts"][label], "papers": frame[label].to_dict()}
        for label in frame.columns
    ]
    return json.dumps(kept | {"rows": rows}, ensure_ascii=False, indent=1) + "\n"


def plot(frame: pandas.DataFrame) -> bytes:
    """A PNG of the most frequent labels by period, the corpus under each period; the same bytes on every run.

    Labels are English where no installed font has Chinese characters.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    lang, han = frame.attrs["lang"], han_font()
    words = Words(lang if lang == "en" or han else "en")
    columns = list(frame.columns)[:_MOST_LINES]
    names = [label if han or not has_han(label) else frame.attrs["english"][label] for label in columns]
    fonts = ["DejaVu Sans", *([han] if han else [])]
    with rc_context({"font.family": fonts, "font.size": 9, "axes.unicode_minus": False, "text.parse_math": False}):
        figure = Figure(figsize=(max(8.0, min(24.0, 3 + 0.9 * len(frame))), 4.8), dpi=144, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        _draw(axes, frame, columns, names)
        at = range(len(frame))
        step = max(1, len(frame) // 16)
        axes.set_xticks(list(at)[::step], [f"{p}\nn={frame.attrs['corpus'][p]}" for p in frame.index[::step]])
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel(words("trends.papers"))
        axes.set_title(_heading(frame, words), loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        if columns:
            axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def render(frame: pandas.DataFrame, form: str = "table") -> str | bytes:
    """A trend as "table" (or "txt"), "csv", "json" or "png"; KgError for another form."""
    makers: dict[str, Callable[[pandas.DataFrame], str | bytes]] = {
        "table": table,
        "txt": table,
        "csv": to_csv,
        "json": to_json,
        "png": plot,
    }
    if form not in makers:
        raise KgError(f"A trend has no form {form!r}: choose one of {', '.join(makers)}.")
    return makers[form](frame)


def view(graph: Graph, selection: str = "", lang: str = "en", of: str = "topic", over: str = "month") -> View:
    """The trend as text, CSV, JSON and PNG."""
    frame = trends(graph, of, over, selection, lang)
    forms: dict[str, Callable[[], str | bytes]] = {
        form: lambda form=form: render(frame, form)  # type: ignore[misc]
        for form in ("txt", "csv", "json", "png")
    }
    return View(_heading(frame, Words(lang)), forms, papers=frame.attrs["papers"])


def _check(of: str, over: str) -> None:
    if of not in OF:
        raise KgError(f"There are no trends of {of!r}: choose one of {', '.join(OF)}.")
    if over not in OVER:
        raise KgError(f"There are no trends over {over!r}: choose one of {', '.join(OVER)}.")


def _concepts(shown: Selection, paper: Paper, of: str) -> set[str]:
    if of == "kind":
        return {f"kind.{record.kind}" for _, record in paper.entries if record.kind}
    if of == "metric":
        return {o.result.metric_concept for o in shown.outcomes(paper) if o.result.metric_concept}
    things = shown.things(paper, of)
    return {thing.concept for thing in things if of != "technique" or thing.role in _ROLES}


def _periods(shown: Selection, paper: Paper, over: str) -> set[str]:
    if over == "report":
        return {document.source for document, _ in paper.entries}
    said = shown.date(paper)
    if over == "year":
        return {said[:4]} if said else set()
    day = _day(said)
    if day is None:
        return {said[:7]} if over == "month" and len(said) == 7 else set()
    return {_period(day, over)}


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None


def _period(day: date, over: str) -> str:
    if over == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[over]]


def _without_gaps(periods: list[str], over: str) -> list[str]:
    """Periods with those between them: a month without papers is a zero, not nothing."""
    if over == "report" or len(periods) < 2:
        return periods
    day, last = _first_day(periods[0], over), _first_day(periods[-1], over)
    found = []
    while day <= last:
        found.append(_period(day, over))
        day += timedelta(days={"day": 1, "week": 7, "month": 31, "year": 366}[over])
        day = _first_day(_period(day, over), over)
    return found


def _first_day(period: str, over: str) -> date:
    if over == "week":
        return date.fromisoformat(f"{period}-1")
    return date.fromisoformat(period + {"day": "", "month": "-01", "year": "-01-01"}[over])


def _label(shown: Selection, concept: str) -> str:
    return shown.words(concept) if concept.startswith("kind.") else shown.label(concept)


def _distinct(concepts: list[str], shown: Selection) -> dict[str, str]:
    """A label for each concept; two of the same wording are told apart by their name."""
    labels = {concept: _label(shown, concept) for concept in concepts}
    said = Counter(labels.values())
    return {c: label if said[label] == 1 else f"{label} ({c})" for c, label in labels.items()}


def _heading(frame: pandas.DataFrame, words: Words) -> str:
    of, over = words(f"type.{frame.attrs['of']}"), words(f"period.{frame.attrs['over']}")
    said = words("trends.title", of=of, over=over)
    selection = _one_line(frame.attrs["selection"])
    if selection and (han_font() or not has_han(selection) or words.lang == "zh"):
        said += f": {selection[:80]}"
    return said[:1].upper() + said[1:]


def _draw(axes: Any, frame: pandas.DataFrame, columns: list[str], names: list[str]) -> None:
    """Lines where time goes on, bars side by side for a few periods or for reports."""
    from matplotlib import colormaps

    colours = [colormaps["tab10"](i) for i in range(10)]
    if frame.attrs["over"] != "report" and len(frame) > 3:
        for i, (label, name) in enumerate(zip(columns, names, strict=True)):
            axes.plot(range(len(frame)), frame[label].to_list(), marker="o", markersize=3, label=name, color=colours[i])
        return
    width = 0.84 / max(1, len(columns))
    for i, (label, name) in enumerate(zip(columns, names, strict=True)):
        at = [x + (i - (len(columns) - 1) / 2) * width for x in range(len(frame))]
        axes.bar(at, frame[label].to_list(), width * 0.92, label=name, color=colours[i])


@cache
def han_font() -> str:
    """The name of an installed font that has Chinese characters, simplified ones first; "" when there is none."""
    from matplotlib.font_manager import fontManager, get_font

    fonts = [font for font in fontManager.ttflist if font.style == "normal" and _weight(font.weight) <= 500]
    for font in sorted(fonts, key=lambda f: ("SC" not in f.name, "Sans" not in f.name, "Mono" in f.name, f.fname)):
        try:
            glyphs = get_font(font.fname)
            if all(glyphs.get_char_index(ord(character)) for character in "图谱论文"):
                return str(font.name)
        except (OSError, RuntimeError):  # a font file that went away or that FreeType does not read
            continue
    return ""


def _weight(weight: str | int) -> int:
    return weight if isinstance(weight, int) else {"bold": 700, "black": 900, "heavy": 800}.get(weight, 400)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _aligned(lines: Iterable[list[str]]) -> list[str]:
    """Columns in line; Chinese characters are two columns wide."""
    lines = [[cell if _width(cell) <= 48 else _cut(cell) for cell in line] for line in lines]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) if not at else " " * (width - _width(cell)) + cell
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def _cut(cell: str) -> str:
    while _width(cell) > 47:
        cell = cell[:-1]
    return cell + "…"


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


VIEW = view
