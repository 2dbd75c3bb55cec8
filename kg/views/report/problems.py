"""What the papers of a report struggle with: problems that they address, and what they call open."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from kg.model import Paper
from kg.text import sentences
from kg.views.latex import quotable
from kg.views.report.doing import naming
from kg.views.report.layout import Part
from kg.views.report.table import Group, by_label, cited, said, section
from kg.views.selection import EntryQuote, Selection, ids, quoted
from kg.views.words import PageWords


def problems(shown: Selection, part: Part) -> dict[str, Any]:
    """The problems that papers surely name, those of most papers first."""
    papers: dict[str, dict[str, Paper]] = defaultdict(dict)
    quotes: dict[str, list[EntryQuote]] = defaultdict(list)
    for paper in shown.papers:
        for document, record in paper.entries:
            for m in record.problems:
                if m.sure and m.concept in shown.graph.vocabulary:
                    papers[m.concept][paper.id] = paper
                    quotes[m.concept].append(quoted(document, m))
    order = sorted(papers, key=lambda c: (-len(papers[c]), *by_label(shown, c)))
    rows = [
        {
            "problem": {"concept": c, "label": shown.label(c)},
            "count": len(papers[c]),
            "papers": cited(papers[c].values()),
            "quote": said(quotes[c][:3]),
        }
        for c in order[: part.most]
    ]
    return section(shown, part, [Group(rows, all=len(order))], shown.words("report.problems_note"))


def unsolved(shown: Selection, part: Part, selection: str) -> dict[str, Any]:
    """Sentences in which papers call something open, newest first, those that name what the report is about."""
    cues, names = PageWords("en")("report.open_cues").split(", "), naming(shown, selection)
    rows = []
    for paper in sorted(shown.papers, key=lambda paper: (shown.date(paper), paper.id), reverse=True):
        texts = (d.texts["A"].text for d, _ in paper.entries if "A" in d.texts)
        telling = (text for text in texts if any(cue in text.lower() for cue in cues))
        found = (text[a:b] for text in telling for a, b in sentences(text))
        about = (one for one in found if any(cue in one.lower() for cue in cues))
        said_open = next((one for one in about if (not names or re.search(names, one)) and quotable(one)), "")
        if said_open:
            rows.append({"sentence": quotable(said_open), "paper": ids(paper)[0], "papers": ids(paper)[:1]})
    return section(shown, part, [Group(rows)], shown.words("report.open_note"))
