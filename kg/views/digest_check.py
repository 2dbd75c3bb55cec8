"""Checks the briefs of a digest against what is read from the other texts of their papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kg import sources
from kg.build.pipeline import Added, Pipeline
from kg.check import STATUSES, Briefs, Checked
from kg.model import Batch
from kg.safe_output import json_text
from kg.sources.digest_reader import DigestReader
from kg.text import one_line
from kg.views import drafts
from kg.views.rendered import View
from kg.views.words import PageWords


def check(
    patterns: Iterable[str],
    lang: str = "en",
    *,
    strict: bool = False,
    report: Added | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> View:
    """The claims of the briefs of files, each with what the record of its paper says of it.

    `papers` of the view counts the papers that have a brief. Unreadable files are listed in `report`; `strict` raises
    KgError at the first one.
    """
    told = report if report is not None else Added()
    found: list[tuple[str, str, str, Checked]] = []
    without = 0
    pipeline = Pipeline()
    with pipeline.workers(Briefs(pipeline).of_document, pipeline.jobs) as workers:
        for batch in pipeline.files(_with_derived, patterns):
            if not isinstance(batch, Batch):
                told.skip([str(batch)], strict)
                continue
            documents = list(batch.documents)
            briefs = [one for one in documents if "B" in one.texts and one.texts["B"].text.strip()]
            without += len(documents) - len(briefs)
            for document, checked in zip(briefs, workers.map(briefs), strict=True):
                if not isinstance(checked, Checked):
                    told.skip([str(checked)], strict)
                    continue
                found.append((batch.source.file, document.id, one_line(document.texts["T"].text), checked))
                if progress:
                    progress(document.id, len(found))
            told.read(batch, strict)
    return view(found, without, PageWords(lang))


def _with_derived(path: Path | sources.HeldFile, name: str | None, is_whole: bool = False) -> Batch:
    """A file that was read; digests written by kg include their composed briefs."""
    batch = sources.read(path, name)
    is_digest = batch.source.form == DigestReader.name
    return DigestReader(keep_derived=True).read(sources.InputFile(path, name)) if is_digest else batch


def view(found: list[tuple[str, str, str, Checked]], without: int, words: PageWords) -> View:
    """The result of a check, of files and their entries with titles, as text or JSON."""
    counts = {status: sum(one.counts()[status] for *_, one in found) for status in STATUSES}
    of_papers = {"papers": len(found), "without_brief": without, "counts": counts}

    def rows() -> list[dict[str, object]]:
        return [
            {"file": file, "entry": entry, "title": title} | verdict.to_json()
            for file, entry, title, one in found
            for verdict in one.verdicts
        ]

    def text() -> str:
        papers, told = words.count("count.paper", len(found)), drafts.counted(counts)
        out = [f"# {words('checking.title')}", "", words("checking.summary", papers=papers, **told)]
        if without:
            out.append(words("checking.without", papers=words.count("count.paper", without)))
        for _, entry, title, one in found:
            lines = [
                line
                for verdict in one.verdicts
                if verdict.status != "supported"
                for line in drafts.lines(verdict, words)
            ]
            out += ["", f"## {entry} {title}", "", *lines] if lines else []
        return "\n".join(out) + "\n"

    forms = {"md": text, "txt": text, "json": lambda: json_text(of_papers | {"claims": rows()})}
    return View(words("checking.title"), forms, papers=len(found))
