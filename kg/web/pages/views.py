"""Pages that show what `kg.views` makes of a selection: pictures, reports, trends; and its export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.identifiers import is_curie, kind_of
from kg.model import KgError
from kg.query.corpus import Corpus
from kg.serving.guard import LANGUAGES
from kg.views.answers import column
from kg.views.export.formats import export as exported
from kg.views.export.formats import formats
from kg.views.export.some import MOST, some
from kg.views.picture import COLOURS, VIEWS, picture
from kg.views.picture.drawing import KINDS
from kg.views.profile.paper_profile import described
from kg.views.reader import Served
from kg.views.report import report as reported
from kg.views.selection import clean
from kg.views.trends import OF, OVER, trend
from kg.views.trends.trend_tables import POINTS, percent, points_of, significance
from kg.views.words import PageWords
from kg.web.asked import MEDIA, Asked, Reply, Shown
from kg.web.facets import flags_of

if TYPE_CHECKING:
    from kg.api import Graph
    from kg.views.trends import Trend

#: What a page made elsewhere may do: run the scripts that bear the nonce, in a frame of ours.
_STRICT = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_DRAWN = 600  # nodes, at most


def _own(html: str, asked: Asked) -> Reply:
    """A whole page as a view makes it."""
    policy = {"Content-Security-Policy": _STRICT.replace("{nonce}", asked.nonce)}
    return Reply(html.encode("utf-8", "replace"), headers=policy)


def _served(asked: Asked, *bar: tuple[str, str], forms: tuple[str, ...] = ()) -> Served:
    def pool(dataset: str, metric: str) -> str:
        return asked.url("/tables", dataset=dataset, metric=metric, pool="1")

    return Served(asked.lead, pool, asked.nonce, bar, tuple((MEDIA[form], asked.here(form)) for form in forms))


def graph_(graph: Graph, asked: Asked) -> Shown | Reply:
    """The picture around a question, paper or concept; its frame, and its other forms."""
    words = PageWords(asked.lang)
    selection = asked.one("q", most=1000)
    view, colour = asked.choice("view", ("", *VIEWS)), asked.choice("colour", ("", *COLOURS))
    types = [kind for kind in asked.args.get("types", ()) if kind]
    is_chosen = asked.one("limit") != ""
    limit = asked.number("limit", 120, _DRAWN)
    values: dict[str, Any] = {
        "frame": asked.here("frame"),
        "still": asked.here("svg"),
        "selection": selection,
        "views": [("", words("web.view_near")), *((name, words(f"web.view_{name}")) for name in VIEWS)],
        "view": view,
        "limit": limit if is_chosen else 0,
        "types": types,
        "kinds": [(kind, words(f"type.{kind}")) for kind in KINDS],
    }
    if asked.form == "html":
        forms = {form: asked.here(form) for form in ("svg", "png", "graphml", "gexf")}
        title = (
            words("answer.condition", field=words("web.nav_graph"), label=_called(graph, selection, asked.lang))
            if selection
            else words("web.nav_graph")
        )
        return Shown("graph.html.jinja", title, {"selection": selection}, values, None, 200, forms)
    given = ("technique",) if view == "lineage" else ("institution",) if view == "collaboration" else ()
    most = None if view == "lineage" and not is_chosen else limit  # as many as can be read
    made = picture(
        graph, selection, asked.lang, most, types=types or given, view=view, colour=colour, served=_served(asked)
    )
    content = made.render("html" if asked.form == "frame" else asked.form)
    if isinstance(content, str) and asked.form == "frame":
        return _own(content, asked)
    data = content.encode() if isinstance(content, str) else content
    media = MEDIA.get(asked.form, "application/xml")
    # A picture as SVG is shown as an image alone; opened by itself it may do nothing.
    return Reply(
        data, media, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    )


def _called(graph: Graph, selection: str, lang: str) -> str:
    """What a heading calls a selection: a concept by its label, a paper by its name."""
    if not is_curie(selection):
        return selection
    if kind_of(selection) == "paper":
        return next((one["called"] for one in described(graph, [selection])), selection)
    return clean(graph.label(selection, lang))


def report(graph: Graph, asked: Asked) -> Shown | Reply:
    """The report on a question or topic."""
    words, selection = PageWords(asked.lang), asked.one("q", most=1000)
    if not selection:
        return Shown("report.form.html.jinja", words("web.report"), {}, {"topics": _topics(graph, asked)})
    other = next(lang for lang in LANGUAGES if lang != asked.lang)
    back = (
        ("kg", asked.url("/")),
        (words("web.nav_ask"), asked.url("/ask", q=selection)),
        (words("web.nav_graph"), asked.url("/graph", q=selection)),
        (PageWords(other)("web.language"), asked.here(lang=other)),
        ("JSON", asked.here("json")),
        ("Markdown", asked.here("md")),
    )
    made = reported(graph, selection, asked.lang, served=_served(asked, *back, forms=("json", "md")))
    if not made.papers:
        raise KgError(asked.error("no_report", words=selection[:80]))
    if asked.form in ("json", "md"):
        return Reply(str(made.render(asked.form)).encode("utf-8", "replace"), MEDIA[asked.form])
    return _own(str(made.render("html")), asked)


def has_report(graph: Graph, asked: Asked, selection: str) -> bool:
    """Whether there is a report on a selection, so that a page may lead to it."""
    return graph.ask(selection, 1, lang=asked.lang).total > 0


def _topics(graph: Graph, asked: Asked) -> list[dict[str, Any]]:
    most, _ = Corpus.of(graph.store).most("topic", number=60)
    return [{"concept": c, "label": graph.label(c, asked.lang), "papers": n} for c, n in most]


def trends(graph: Graph, asked: Asked) -> Shown:
    """Shares of papers by period, a small chart each, with the test of what rises and falls."""
    words = PageWords(asked.lang)
    of, over = asked.choice("of", OF, "topic"), asked.choice("over", OVER, "month")
    selection = asked.one("q", most=1000)
    made = trend(graph, of, over, selection, asked.lang, top=asked.number("top", 12, 60))
    charts = [_chart(made, key) for key in made.shown if not made.unsaid]
    moved = [] if made.silence or not made.keys else [
        {"name": words(f"trends.{name}"), "rows": [_moved(made, one) for one in found[:12]]}
        for name, found in (("rising", made.rising()), ("falling", made.falling()))
    ]  # fmt: skip
    early, late = made.ends_said() if moved else ("", "")
    values = {
        "of": of,
        "over": over,
        "selection": selection,
        "ofs": [(name, column(words, name)) for name in OF],
        "overs": [(name, words(f"trends.over_{name.replace('-', '_')}")) for name in OVER],
        "notes": [*made.notes, *([made.silence_in(asked.lang)] if made.silence else [])],
        "between": f"{early} → {late}" if early else "",
        "moved": moved,
        "test": words("trends.test", n=f"{len(made.enough):,}") if moved else "",
    }
    data = {"of": of, "over": over, "periods": made.index, "papers": made.corpus, "charts": charts, "moved": moved}
    frame = made.frame
    rows = [
        [period, int(all_), *map(int, line)]
        for period, all_, line in zip(made.index, made.corpus, frame.values, strict=True)
    ]
    return Shown(
        "trends.page.html.jinja",
        made.heading(asked.lang, made.share),
        data,
        values,
        (["period", "papers", *frame.columns], rows),
    )


def _chart(made: Trend, key: str) -> dict[str, Any]:
    """A label's share of the papers of each period, with its 95% interval."""
    low, high = made.interval(key)
    counts = made.counts[key].to_numpy()
    points = [
        {"period": name, "papers": int(n), "all": int(all_), "low": float(a), "high": float(b)}
        for name, n, all_, a, b, partial in zip(made.index, counts, made.corpus, low, high, made.partial, strict=True)
        if all_ and not partial
    ]
    tops = [float(one) for one, scales, n in zip(high, made.is_scaling, made.corpus, strict=True) if scales and n]
    return {
        "concept": key if is_curie(key) else "",
        "label": made.labels[key],
        "total": int(counts.sum()),
        "points": points,
        "top": max(tops, default=1.0),
    }


def _moved(made: Trend, one: Any) -> dict[str, Any]:
    said = {name: percent(getattr(one, name)) for name in ("early", "late")} | {"q": significance(one.q, "q ")}
    said |= {name: points_of(getattr(one, name)) for name in POINTS}
    return {"concept": one.label if is_curie(one.label) else "", "label": made.labels[one.label], **said}


def export(graph: Graph, asked: Asked) -> Reply:
    """The papers of a question in a form of `kg export`."""
    form = asked.choice("format", tuple(formats()), "bibtex")
    question, flags = asked.one("q", most=1000), flags_of(asked)
    if question or flags:
        corpus = Corpus.of(graph.store)
        after = asked.args.get("after", ())
        answer = graph.ask(question, 1, filter=flags or None, lang=asked.lang, after=after)
        papers = corpus.names(corpus.holding(answer.filter)) if answer.filter.conditions and answer.total else []
    else:
        papers = [curie for (curie,) in graph.store.rows("SELECT curie FROM papers LIMIT ?", MOST + 1)]
    if not papers:
        raise KgError(asked.error("no_export"))
    with some(graph.store, papers) as chosen:
        content = exported(chosen, form)
    named = {"Content-Disposition": f'attachment; filename="papers.{formats()[form].ending}"'}
    return Reply(content, "application/octet-stream", headers=named, is_kept=False)


PAGES = {"graph": graph_, "report": report, "trends": trends, "export": export}
