"""Kinds of cases of names that are linked to identities."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from kg.link.affiliations import organisations
from kg.link.register import Register
from kg.link.wordings import Wordings
from kg.link.works import Described, same_work
from kg.vocabulary import Vocabulary

Json = Any


@cache
def _wordings() -> Wordings:
    return Wordings(Vocabulary.load())


def _registered(name: str) -> Json:
    found = Register.load().find(name)
    assert found is None or found.reason
    return found and found.concept


def _same_work(titles: list[str]) -> Json:
    one, other = (Described("x", title) for title in titles)
    found = same_work(one, other)
    assert found == same_work(other, one)
    assert not found.same or set(one.keys) & set(other.keys)
    return found.same


def _wording(given: list[str]) -> Json:
    name, kind = given
    found = _wordings().find(name, kind, {})
    assert found is None or "of the vocabulary" in found[1]
    return found[0].label["en"] if found else ""


#: The kinds by their names in case files.
LINKED: dict[str, Callable[[Any], Json]] = {
    "organisations": lambda line: [found.name for found in organisations(line, Register.load())],
    "registered": _registered,
    "same work": _same_work,
    "wording": _wording,
}
