"""Templates: HTML with autoescape on, Markdown with its own marks escaped."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg.text import plain
from kg.views.words import Words

if TYPE_CHECKING:
    import jinja2

_MARKS = re.compile(r"([\\`*_\[\]<>|~$])")
_LINE_MARK = re.compile(r"^(\s*)([#+=-]|\d+[.)])(?=\s|$)")


def render(template: str, lang: str, **values: Any) -> str:
    """A template of kg/views/templates, filled in; `words` are those of the language."""
    return environment(template.endswith(".md.jinja")).get_template(template).render(words=Words(lang), **values)


@cache
def environment(is_markdown: bool) -> jinja2.Environment:
    """Where templates are: strict about names that do not exist."""
    import jinja2
    from markupsafe import Markup

    made = jinja2.Environment(
        loader=jinja2.PackageLoader("kg.views", "templates"),
        autoescape=not is_markdown,
        finalize=_markdown if is_markdown else _plain,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["raw"] = Markup  # what a template made itself
    made.filters["address"] = lambda url: Markup(quote(url, safe="%/:?#[]@!$&'()*+,;=~"))
    return made


def _plain(value: Any) -> Any:
    return plain(value) if type(value) is str else value


def _markdown(value: Any) -> Any:
    """Text with Markdown's marks escaped, on one line; markup that a template makes is left."""
    if type(value) is not str:
        return value
    line = " ".join(plain(value).split())
    return _LINE_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\1", line))
