"""The sheet of an audit as a self-contained page: one row per claim with its context, and verdicts to save.

Only the page's own script and styles run: its content security policy lists their hashes.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import Any

from kg.evaluation.audit import JUDGEMENTS
from kg.views.render import render


def page(lines: Sequence[Mapping[str, Any]]) -> str:
    """The sheet as HTML; `lines` are those of `kg.evaluation.audit.draw`."""
    style, script = _read("report.css") + _read("audit.css"), _read("audit.js")
    policy = f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:"
    return render(
        *("audit.html.jinja", "en"),
        policy=policy,
        style=style,
        script=script,
        rows=[dict(line) | {"pieces": _pieces(line)} for line in lines],
        lines=list(lines),
        judgements=JUDGEMENTS,
        name=sha256("".join(str(line["id"]) for line in lines).encode()).hexdigest()[:16],
    )


def _pieces(line: Mapping[str, Any]) -> tuple[str, str, str]:
    """The sentence before, inside and after the quote; nothing is highlighted if all of it is quoted."""
    said, start, end = line["sentence"], line["at"], line["at"] + len(line["quote"])
    return (said, "", "") if end - start == len(said) else (said[:start], said[start:end], said[end:])


def _read(name: str) -> str:
    return (files("kg.views") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
