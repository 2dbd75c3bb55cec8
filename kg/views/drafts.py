"""A draft that was checked, as text or JSON: each claim with its verdict and the words of papers."""

from __future__ import annotations

from kg.check import Checked, ClaimVerdict
from kg.safe_output import json_text
from kg.text import one_line
from kg.views.rendered import View
from kg.views.words import PageWords

_MARKS = {"supported": "✓", "contradicted": "✗", "not found": "?"}
#: Parts of a claim that differ and are no words of it.
_PARTS = ("increase", "decrease", "absolute", "exact", "about", "up_to", "at_least")
_LONGEST = 400  # characters of a quotation


def view(found: Checked, lang: str = "en") -> View:
    """A checked draft as text or JSON."""
    words = PageWords(lang)
    return View(
        words("draft.title"),
        {
            "md": lambda: _text(found, words),
            "txt": lambda: _text(found, words),
            "json": lambda: json_text(
                {"counts": found.counts(), "cut": found.cut, "claims": [one.to_json() for one in found.verdicts]}
            ),
        },
        papers=len({paper for one in found.verdicts for paper in one.claim.papers}),
    )


def _text(found: Checked, words: PageWords) -> str:
    counts = counted(found.counts())
    out = [f"# {words('draft.title')}", "", words("draft.summary", **counts) if found.verdicts else words("draft.none")]
    out += ["", words.count("draft.cut", found.cut)] if found.cut else []
    at = -1
    for one in found.verdicts:
        if one.claim.start != at:
            at = one.claim.start
            out += ["", f"> {_short(one.claim.sentence)}", ""]
        out += lines(one, words)
    return "\n".join(out) + "\n"


def counted(counts: dict[str, int]) -> dict[str, int]:
    """How many claims there are of each status, as the words of views name them."""
    return {f"n_{status.replace(' ', '_')}": n for status, n in counts.items()}


def lines(one: ClaimVerdict, words: PageWords) -> list[str]:
    """A verdict, and the sentences of papers that it rests on."""
    status = words(f"draft.{one.status.replace(' ', '_')}")
    reason = words(f"draft.reason_{one.reason}")
    shown = [words(f"draft.{part}") if part in _PARTS else f"“{_short(part)}”" for part in one.differs]
    reason += words("draft.differs", words=words("quality.join").join(shown)) if shown else ""
    out = [f"- {_MARKS[one.status]} **{status}**: {_said(one, words)}" + (f" ({reason})" if reason else "")]
    return out + [f"  - “{_short(near.sentence)}” `{near.evidence}`" for near in one.evidence]


def _said(one: ClaimVerdict, words: PageWords) -> str:
    claim = one.claim
    if claim.relation:
        said = f"{claim.relation.head} {words(f'relation.{claim.relation.type}')} {claim.relation.tail}"
        return _short(said)
    subject = f"{claim.subject}: " if claim.subject else ""
    metric = f"{claim.result.metric} = " if claim.result and claim.result.metric else ""
    return _short(f"{subject}{metric}{claim.words}")


def _short(text: str) -> str:
    said = one_line(text)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"
