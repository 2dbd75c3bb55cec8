"""Templates: HTML with autoescape, Markdown with its markup escaped."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg.text import plain
from kg.views.readable import as_text, caption_text, excerpt, lit
from kg.views.words import PageWords

if TYPE_CHECKING:
    import jinja2

_MARKS = re.compile(r"([\\`*_\[\]<>|~$])")
_LINE_MARK = re.compile(r"^(\s*)([#+=-]|\d+[.)])(?=\s|$)")


def render(template: str, lang: str, **values: Any) -> str:
    """A template of kg/views/templates, rendered; `words` are the localised texts."""
    return environment(template.endswith(".md.jinja")).get_template(template).render(words=PageWords(lang), **values)


@cache
def environment(is_markdown: bool) -> jinja2.Environment:
    """The template environment; undefined names raise an error."""
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
    made.filters |= {"latex": as_text, "caption": caption_text, "excerpt": excerpt, "lit": lit}
    made.filters["begins"] = begins
    made.filters["raw"] = Markup  # markup created by a template
    made.filters["address"] = lambda url: Markup(quote(url, safe="%/:?#[]@!$&'()*+,;=~"))
    return made


def begins(text: str, name: str) -> bool:
    """Whether a text begins with a name, not with a longer word: "EVA提出", but not "EVAL is", with "EVA"."""
    behind = text[len(name) : len(name) + 1]
    return text.startswith(name) and not (behind.isascii() and (behind.isalnum() or behind in "-_."))


def _plain(value: Any) -> Any:
    return plain(value) if type(value) is str else value


def _markdown(value: Any) -> Any:
    """Text on one line with Markdown's markup escaped; markup created by a template is kept."""
    if type(value) is not str:
        return value
    line = " ".join(plain(value).split())
    return _LINE_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\1", line))
