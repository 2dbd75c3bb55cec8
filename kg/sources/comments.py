"""The venue that authors name in arXiv's comment ("Accepted at ICLR 2026; 12 pages"), which is free text.

What is only submitted or under review has no venue yet. See "Comments" in https://info.arxiv.org/help/prep.html.
"""

from __future__ import annotations

import re

_LIMIT = 1000  # characters of a comment that are read
_CLAUSES = re.compile(r"[;|]|\.(?=\s)")
_OPEN = re.compile(r"\b(?:submitted|submission|under (?:\w+ )?review|in review|manuscript|draft|rejected)\b", re.I)
_ACCEPTED = re.compile(r"\b(?:acc\w{0,3}pt\w*|published|appear\w*|presented|camera[- ]ready)\b", re.I)
#: An acronym with a year: "ICLR 2026", "CVPR'26", "ACL Findings 2026", "ACM MM 2025".
_SHORT = re.compile(
    r"(?<![\w-])(?P<name>(?:(?:ACM|IEEE) MM|(?=[A-Za-z]*[A-Z][A-Za-z]*[A-Z])[A-Z][A-Za-z]{2,11}))"
    r"(?: Workshops?| Findings| Main| \(Main\))?\)?,?\s{0,2}[-'’]{0,2}\s{0,2}(?P<year>20\d\d|(?<=['’])\d\d)(?!\d)"
)
_LONG = re.compile(
    r"\b(?:to|at|by|in|for publication in|for publication,?)\s+(?:the\s+)?"
    r"(?P<name>(?:[A-Z]|\d+(?:st|nd|rd|th))[^.;,()\[\]]{4,120})"
)
_FINDINGS = re.compile(r"\bfindings\b", re.I)
_WORKSHOP = re.compile(r"\bworkshops?\b", re.I)


def venue(comment: str) -> str:
    """The venue and its year, "ICLR 2026" or "CVPR 2026 Workshop"; "" where the comment names none.

    >>> venue("12 pages, accepted at the Conference on Machine Learning (ICML 2026)"), venue("Submitted to ICML 2026")
    ('ICML 2026', '')
    """
    for clause in _CLAUSES.split(" ".join(comment[:_LIMIT].split())):
        accepted = _ACCEPTED.search(clause)
        if _OPEN.search(clause) and not accepted:
            continue
        short = _SHORT.search(clause)
        if short:
            year = short["year"] if len(short["year"]) == 4 else f"20{short['year']}"
            kind = " Workshop" if _WORKSHOP.search(clause) else " Findings" if _FINDINGS.search(clause) else ""
            return f"{short['name']} {year}{kind}"
        long = _LONG.search(clause, accepted.end()) if accepted else None
        if long:
            return " ".join(long["name"].split())
    return ""
