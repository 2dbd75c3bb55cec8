"""Templates of pages, filled in: those of kg/web/templates, with the filters and words of kg/views."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from kg.serving.guard import LANGUAGES
from kg.text import escaped
from kg.views.answers import column
from kg.views.render import environment
from kg.views.statement import stated
from kg.views.words import PageWords
from kg.web.asked import MEDIA, Asked, Shown, place

if TYPE_CHECKING:
    import jinja2


def draw(shown: Shown, asked: Asked) -> str:
    """A page as HTML."""
    words = PageWords(asked.lang)
    other = next(lang for lang in LANGUAGES if lang != asked.lang)
    values: dict[str, Any] = {
        "asked": asked,
        "column_name": partial(column, words),
        "title": shown.title,
        "words": words,
        "url": asked.url,
        "lead": asked.lead,
        "other": {"lang": other, "name": PageWords(other)("web.language"), "url": asked.here(lang=other)},
        "forms": _forms(shown, asked),
        "media": MEDIA,
        "page": shown.data,
        "status": shown.status,
    }
    return templates().get_template(shown.template).render(**values | dict(shown.values))


def _forms(shown: Shown, asked: Asked) -> dict[str, str]:
    """The other forms of a page, with their addresses."""
    if shown.status != 200:
        return {}
    own = {"json": asked.here("json")} | ({"csv": asked.here("csv")} if shown.table is not None else {})
    return own | dict(shown.forms)


@cache
def templates() -> jinja2.Environment:
    """The environment of kg/views, with the pages' own templates before its own."""
    import jinja2

    known = environment(False)
    loaders = [jinja2.PackageLoader("kg.web", "templates"), known.loader]
    made = known.overlay(loader=jinja2.ChoiceLoader([loader for loader in loaders if loader]))
    made.filters |= {"stated": stated, "escaped": escaped, "place": place, "number": lambda value: f"{value:,}"}
    return made
