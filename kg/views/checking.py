"""Lists the claims of a digest that its papers do not support, with what was sought and the nearest text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kg import sources
from kg.build.pipeline import Added, Pipeline
from kg.check import Checker, Finding
from kg.model import Batch
from kg.sources.digest import DigestReader
from kg.tables import json_text
from kg.views.base import View
from kg.views.words import PageWords

_MOST_NEAREST = 300  # characters of the nearest text


def check(
    patterns: Iterable[str],
    lang: str = "en",
    *,
    strict: bool = False,
    report: Added | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> View:
    """The claims of the briefs of files that title, abstract and institution line do not support.

    `papers` of the view counts the papers that have a brief. Unreadable files are listed in `report`; `strict` raises
    KgError at the first one.
    """
    told = report if report is not None else Added()
    papers, without = 0, 0
    rows: list[dict[str, str]] = []
    pipeline = Pipeline()
    with pipeline.workers(Checker().check, pipeline.jobs) as workers:
        for batch in pipeline.files(_with_derived, patterns):
            if not isinstance(batch, Batch):
                told.skip([str(batch)], strict)
                continue
            documents = list(batch.documents)
            briefs = [one for one in documents if "B" in one.texts and one.texts["B"].text.strip()]
            without += len(documents) - len(briefs)
            for document, found in zip(briefs, workers.map(briefs), strict=True):
                if not isinstance(found, list):
                    told.skip([str(found)], strict)
                    continue
                papers += 1
                rows += (_row(batch.source.file, document.texts["T"].text, one) for one in found)
                if progress:
                    progress(document.id, papers)
            told.read(batch, strict)
    return view({"papers": papers, "without_brief": without, "unsupported": len(rows), "claims": rows}, lang)


def _with_derived(path: Path | sources.HeldFile, name: str | None) -> Batch:
    """A file that was read; digests written by kg include their composed briefs."""
    batch = sources.read(path, name)
    is_digest = batch.source.form == DigestReader.name
    return DigestReader(keep_derived=True).read(sources.InputFile(path, name)) if is_digest else batch


def _row(file: str, title: str, finding: Finding) -> dict[str, str]:
    return {
        "file": file,
        "entry": finding.entry,
        "title": title,
        "kind": finding.kind,
        "claim": finding.claim,
        "clause": finding.clause,
        "looked_for": finding.looked_for,
        "nearest": finding.nearest,
    }


def view(found: dict[str, Any], lang: str) -> View:
    """The result of a check, as text or JSON."""
    words = PageWords(lang)
    return View(
        words("checking.title"),
        {
            "md": lambda: _text(found, words),
            "txt": lambda: _text(found, words),
            "json": lambda: json_text(found),
        },
        papers=found["papers"],
    )


def _text(found: dict[str, Any], words: PageWords) -> str:
    papers = words.count("count.paper", found["papers"])
    claims = words.count("checking.claims", found["unsupported"])
    out = [f"# {words('checking.title')}", ""]
    out.append(words("checking.summary" if found["claims"] else "checking.sound", papers=papers, claims=claims))
    if found["without_brief"]:
        out.append(words("checking.without", papers=words.count("count.paper", found["without_brief"])))
    entry = ""
    for row in found["claims"]:
        if row["entry"] != entry:
            entry = row["entry"]
            out += ["", f"## {entry} {_line(row['title'])}", ""]
        said = words(
            "checking.line",
            kind=words(f"checking.{row['kind']}"),
            claim=_line(row["claim"]),
            clause=_line(row["clause"]),
            sought=_line(row["looked_for"]),
            nearest=_line(row["nearest"])[:_MOST_NEAREST] or words("checking.nothing"),
        )
        out.append(f"- {said}")
    return "\n".join(out) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())
