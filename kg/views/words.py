"""Localised texts of views, by key and language: data in `words.toml`, editable without touching code."""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import Any

from kg.compiled import kept, stamp
from kg.entity_types import is_said, said_of
from kg.files import toml_file
from kg.model import KgError
from kg.text import has_han

LANGUAGES = ("en", "zh")
#: What views decide by.
settings = partial(toml_file, __file__, "settings.toml")


def language_of_user(selection: str = "") -> str:
    """The language of a selection, or without one that of the user's locale ($LC_ALL, $LC_MESSAGES, $LANG)."""
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((value for name in variables if (value := os.environ.get(name))), "")
    is_chinese = has_han(selection) or (not selection and locale.lower().startswith("zh"))
    return "zh" if is_chinese else "en"


@cache
def _table() -> dict[str, dict[str, dict[str, Any]]]:
    path = Path(__file__).with_name("words.toml")
    return kept("page-words", stamp([path]), lambda: toml_file(__file__, path.name))


class PageWords:
    """The texts of one language; `words("report.scope", papers=...)` fills in a template."""

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise KgError(f"There are no words in the language {lang!r}: choose one of {', '.join(LANGUAGES)}.")
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key ("group.name"), filled in; raises KeyError for an unknown key."""
        said = self._find(key)
        form = said[0] if isinstance(said, list) else said
        return str(form.format(**values) if values else form)

    def count(self, key: str, n: int, **values: object) -> str:
        """The singular or plural form of a text: "1 paper", "3 papers"."""
        said = self._find(key)
        form = said if isinstance(said, str) else said[0 if n == 1 else -1]
        return str(form.format(n=f"{n:,}", **values))

    def has(self, key: str) -> bool:
        group, _, name = key.partition(".")
        texts = _table().get(group, {})
        return name in texts or (any("entity" in one for one in texts) and is_said(texts, name))

    def group(self, name: str) -> dict[str, str]:
        """The texts of a group by their English ones."""
        return {said_of(_table()[name], key, "en"): self(f"{name}.{key}") for key in _table()[name]}

    def listed(self, names: list[str]) -> str:
        """Names joined as "A, B and C" in the language."""
        if len(names) < 2:
            return "".join(names)
        joint, comma = self("list.and"), self("list.comma")
        if any(
            joint in name and not name.endswith(")") for name in names
        ):  # a comma tells apart what has its own "and"
            joint = self("list.and_after")
        return comma.join(names[:-1]) + joint + names[-1]

    def labelled(self, names: list[str], said: str) -> str:
        """What is said of some names: "A, B: said", "甲、乙：said"."""
        return self("answer.labelled", names=self("report.join").join(names), said=said)

    def _find(self, key: str) -> Any:
        group, _, name = key.partition(".")
        texts = _table()[group]
        return texts[name][self.lang] if name in texts else said_of(texts, name, self.lang)
