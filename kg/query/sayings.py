"""The sentences and phrases of answers, by key and language: data in `sayings.toml`, editable without code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from kg.entity_types import is_said, said_of
from kg.files import toml_file

_table = partial(toml_file, __file__, "sayings.toml")


class Sayings:
    """The phrases of one language; `say("path.chain", steps=...)` fills one in."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, n: object = None, **values: object) -> str:
        """The phrase for a key ("group.name"), filled in; if it has two forms, the first is for n = 1."""
        group, _, name = key.partition(".")
        said = said_of(_table()[group], name, self.language)
        form = said if isinstance(said, str) else said[0 if n == 1 else -1]
        return str(form.format(n=n, **values) if n is not None or values else form)

    def has(self, key: str) -> bool:
        """Whether a phrase exists."""
        group, _, name = key.partition(".")
        return is_said(_table().get(group, {}), name)

    def listed(self, names: Sequence[str]) -> str:
        """ "A, B and C" in the manner of the language."""
        joint = self("list.and")
        return self("list.comma").join(names[:-1]) + joint + names[-1] if len(names) > 1 else "".join(names)

    def first(self, names: Sequence[str], most: int) -> str:
        """The first names, at most `most`, with a sign if there are more: "A, B, …"."""
        return self("list.comma").join([*names[:most], *(["…"] if len(names) > most else [])])
