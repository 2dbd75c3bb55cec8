"""Groups that sign a paper instead of persons: a team, a collaboration, a consortium, or a company alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.sources.layout.offices import Offices, clean
from kg.sources.layout.page_words import HeaderLabels
from kg.sources.layout.pages import TextLine, written
from kg.text import fold

_BEFORE = re.compile(r"^(?:(?:for|by|on\s+behalf\s+of)\s+(?=the\s))", re.I)
_AND = re.compile(r"\s*(?:,\s*)?(?:\band|&)\s+(?=(?:the\s+)?[A-Z])")
_FEW = 3  # lines between title and abstract, among which a group is looked for without persons
_MAIL = re.compile(r"\S@|@\S")


def is_team(text: str) -> bool:
    """Whether a text is the name of a group that signs as an author: "the Memory Working Group"."""
    return bool(HeaderLabels.load().team.fullmatch(text))


def sole_author(lines: Sequence[TextLine], affiliations: list[str]) -> tuple[list[str], list[str]]:
    """The groups that a header without persons names as authors, and its affiliations without their names.

    `lines`: those between title and abstract, from top to bottom.
    """
    texts = [clean(written([c for c in line.chars if not c.raised])) for line in lines]
    texts = [text for text in texts if text and not _MAIL.search(text)]
    for text in texts[:_FEW]:
        whole = _BEFORE.sub("", text)
        head, _, rest = whole.partition(", ")
        teams = [whole] if is_team(whole) and not _AND.search(whole) else [part for part in _AND.split(head) if part]
        if all(map(is_team, teams)):
            return teams, _without([text, *teams], rest if teams != [whole] else "", affiliations)
    if len(texts) == 1 and fold(texts[0]) in Offices.load().names:
        return texts, affiliations  # "OpenAI"
    return [], affiliations


def _without(teams: Sequence[str], rest: str, affiliations: Sequence[str]) -> list[str]:
    """The affiliations without the names of groups at their start."""
    out = []
    for affiliation in affiliations:
        for team in teams:
            if affiliation.startswith(team) and fold(team) not in Offices.load().names:  # "Qwen Team" tells the company
                affiliation = affiliation[len(team) :].strip(" ,;")
        out.append(affiliation)
    out = [rest, *out] if rest and not any(rest in affiliation for affiliation in out) else out
    return [affiliation for affiliation in out if affiliation]
