"""A draft that was checked, as text or JSON: each claim with its verdict and the words of papers."""

from __future__ import annotations

from kg.check import Checked, ClaimVerdict
from kg.query.cited import CitedClaim
from kg.safe_output import json_text
from kg.text import one_line
from kg.views.rendered import View
from kg.views.words import PageWords

_MARKS = {"supported": "✓", "contradicted": "✗", "compare": "≈", "not found": "?"}
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
    shown = [f"“{_short(part)}”" for part in one.differs]
    reason += words("draft.differs", words=words("quality.join").join(shown)) if shown else ""
    out = [f"- {_MARKS[one.status]} **{status}**: {_said(one)}" + (f" ({reason})" if reason else "")]
    return out + [f"  - “{_lit(near)}” `{near.evidence}`" for near in one.evidence]


def _lit(near: CitedClaim) -> str:
    """The paper's sentence with its number in bold."""
    quote, sentence = one_line(near.quote), one_line(near.sentence)
    return _short(sentence.replace(quote, f"**{quote}**", 1) if quote != sentence else sentence)


def _said(one: ClaimVerdict) -> str:
    subject = f"{one.claim.subject}: " if one.claim.subject and one.claim.amount else ""
    return _short(f"{subject}{one.claim.words}")


def _short(text: str) -> str:
    said = one_line(text)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"
