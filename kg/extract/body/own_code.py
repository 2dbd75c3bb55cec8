"""Which of the links in a paper lead to its own code: weighed by their words and places (data/models/uses.json)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from kg.extract.body.things import settings
from kg.extract.judge import Features
from kg.extract.names import HOSTS, links
from kg.model import Document

#: What a line's end may break within a link: its beginning, up to the slash behind an owner, or a hyphen in a name.
_SPLIT = (
    r"(?i)\bhttps?\s?:\s?/\s?/\s?|"
    r"\b(?:github|gitlab|bitbucket|huggingface)\s?\.\s?(?:com|org|co)\s?/\s?"
    r"(?:[\w.-]+/\s(?-i:(?=[\w.]*[-_\d]|[a-z]+[A-Z]))|(?:[\w.-]+/)?[\w.-]*-\s(?=\w))?"
)
_GLUED = r"\.[A-Z][a-z]+$|/$"  # the first word of the next sentence
_BEFORE = 150  # characters before a link that speak of it
_START = 0.12  # of a paper


def own_code(document: Document, name: str, weights: Features) -> list[str]:
    """The links to a paper's own code, the likeliest first. `name`: of what the paper proposes."""
    rows = link_features(document, name).items()
    found = {url: sum(weights.get(key, 0) * value for key, value in row.items()) for url, row in rows}
    return sorted((url for url in found if found[url] > 0), key=lambda url: -found[url])


def link_features(document: Document, name: str) -> dict[str, Features]:
    """The features of all links to repositories, by URL; of several places the highest."""
    known = _tokens(" ".join([name, *(text.text for field, text in document.texts.items() if field == "T")]))
    opening = re.sub(r"\W", "", "".join(part.text.text for part in document.parts[:3]).lower())
    out: dict[str, Features] = {}
    written: dict[str, str] = {}
    for url, kind, role, before, at in _places(document):
        _, owner, *path = url.split("//", 1)[1].split("/")
        words, tokens = re.findall(r"[a-z-]+|[\u3400-\u9fff]+", before.lower()), _tokens("".join(path[:1]))
        row = {
            **{"github": "github" in url, "owner alone": not path, "deep": len(path) > 1, "bare": not words},
            **{"data": owner in ("datasets", "spaces"), "start": at < _START, f"is {kind}": 1.0, f"in {role}": 1.0},
            "title": len(tokens & known) / max(1, len(tokens)),
            "owner": len(owner) > 3 and re.sub(r"\W", "", owner.lower()) in opening,
            **{f"says {sign}": bool({*said.split()} & {*words}) for sign, said in settings()["links"].items()},
        }
        old = out.setdefault(written.setdefault(url.lower(), url), {"bias": 1.0})
        old |= {key: max(float(value), old.get(key, 0)) for key, value in row.items()}
    return {url: row | {"many": math.log(len(out)), "only": float(len(out) == 1)} for url, row in out.items()}


def _places(document: Document) -> Iterator[tuple[str, str, str, str, float]]:
    """The links to repositories: URL, kind and role of its part, what its sentence says before, how far down."""
    parts = [("header", "abstract", text.text) for field, text in document.texts.items() if field in "AB"]
    parts += [(part.kind, part.role, part.text.text) for part in document.parts]
    for at, (kind, role, text) in enumerate(parts):
        joined = re.sub(_SPLIT, lambda found: "".join(found[0].split()), text) if "/" in text else ""
        for start, url in links(joined):
            if HOSTS.match(url.split("//", 1)[1]):
                before = re.split(r"(?<=[a-z\])])\. (?=[A-Z])", joined[max(0, start - _BEFORE) : start])[-1]
                yield re.sub(_GLUED, "", url), kind, role, before, at / len(parts)


def _tokens(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]{3,}", name.lower()))
