"""Trends: papers per topic, technique, device, ... and period, with statistical tests.

`trend` counts in a graph and `trend_of_files` in files; a `Trend` is a view that saves itself in all its formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kg.query.statistics import LEAST
from kg.text import fold
from kg.views.trends import picture, trend_page, trend_tables
from kg.views.trends.collected import OF, OVER, TEXTS, from_files, from_graph
from kg.views.trends.trend_counts import SHOWN, Form, Trend
from kg.views.trends.user_lexicon import TrendLexicon
from kg.views.words import LANGUAGES, PageWords

if TYPE_CHECKING:
    import pandas

    from kg.query.occurrence import Tell
    from kg.views.reader import GraphReader
    from kg.views.trends.collected import Collected
    from kg.vocabulary import Vocabulary

__all__ = ["FORMS", "OF", "OVER", "TEXTS", "Trend", "TrendLexicon", "trend", "trend_of_files", "trends"]

#: What a trend saves itself as.
FORMS: dict[str, Form] = {
    "html": trend_page.html,
    "txt": trend_tables.text,
    "csv": trend_tables.to_csv,
    "json": trend_tables.to_json,
    "png": partial(picture.draw, form="png"),
    "svg": partial(picture.draw, form="svg"),
}


def trend(
    graph: GraphReader, of: str = "topic", over: str = "month", selection: str = "", lang: str = "en", *,
    lexicon: str | Path | TrendLexicon | None = None, texts: str = "both", within: str = "", share: bool = True,
    compare: Iterable[str] = (), least: int = LEAST, top: int = SHOWN, tell: Tell | None = None,
) -> Trend:  # fmt: skip
    """Papers of a selection by entity of a type (`of`) and period (`over`), or by lexicon matches in their texts.

    `texts`: the texts searched with a lexicon: "title", "abstract" or "both". `within`: only papers that have this
    label. `share`: pictures show shares of each period's papers, or else counts; `compare`: only these labels. Labels
    with fewer than `least` papers are not tested; pictures show the `top` labels.

    Raises KgError for another `of` or `over`, an invalid lexicon, and labels that no paper has.
    """
    made = TrendLexicon.load(lexicon) if isinstance(lexicon, str | Path) else lexicon
    found = from_graph(graph, of, over, selection, made, texts, tell)
    about = {one: _called(graph.vocabulary, selection, one) for one in LANGUAGES}
    return _made(found, "lexicon" if made else of, over, lang, selection, within, share, compare, least, top, about)


def trend_of_files(
    patterns: Iterable[str | Path], of: str = "topic", over: str = "venue-year", lang: str = "en", *,
    lexicon: str | Path | TrendLexicon | None = None, texts: str = "both", within: str = "", share: bool = True,
    compare: Iterable[str] = (), least: int = LEAST, top: int = SHOWN, tell: Tell | None = None,
) -> Trend:  # fmt: skip
    """The same for the papers of files (any format that `kg add` reads) without a graph.

    Without a lexicon the labels of the vocabulary are searched; institutions and kinds need a graph.
    """
    made = TrendLexicon.load(lexicon) if isinstance(lexicon, str | Path) else lexicon
    found = from_files(patterns, of, over, made, texts, tell)
    return _made(found, "lexicon" if made else of, over, lang, "", within, share, compare, least, top)


def trends(
    graph: GraphReader, of: str = "topic", over: str = "month", selection: str = "", lang: str = "en"
) -> pandas.DataFrame:
    """Only the counts: periods by labels, most frequent label first.

    `attrs`: of, over, lang, selection, corpus (papers of the selection in each period), undated (papers without a
    date), papers, concepts (CURIE of each label) and english (English label of each label).
    """
    return trend(graph, of, over, selection, lang).frame


def _made(
    found: Collected, of: str, over: str, lang: str, about: str, within: str, share: bool, compare: Iterable[str],
    least: int, top: int, about_in: Mapping[str, str] | None = None,
) -> Trend:  # fmt: skip
    said = dict(about_in or dict.fromkeys(LANGUAGES, about))
    if within:
        kept = found.within(within, of)
        names = found.names[min(found.keys(within))]
        about = f"{about}, {within}" if about else within
        for one in LANGUAGES:
            called = names.get(one, within)
            said[one] = PageWords(one)("report.join").join(filter(None, (said[one], called)))
        found = kept
    return Trend(
        found, of, over, lang, about=about, about_in=said, share=share, compare=compare, least=least, top=top,
        forms=FORMS,
    )  # fmt: skip


def _called(vocabulary: Vocabulary, question: str, lang: str) -> str:
    """A question in a language, where it is a label of the vocabulary; else as it was asked."""
    labels = [one.label[lang] for one in vocabulary.bearing(fold(question)) if lang in one.label]
    return labels[0] if labels else question


def view(graph: GraphReader, selection: str = "", lang: str = "en") -> Trend:
    """The topics of a selection by month."""
    return trend(graph, selection=selection, lang=lang)


VIEW = view
