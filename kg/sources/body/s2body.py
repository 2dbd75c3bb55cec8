"""Bodies in the JSON of S2ORC: the older format with paragraphs, the newer one with an annotated text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from kg.sources.body.bodyparts import Anchor, Builder, Piece, body_of
from kg.sources.json_records import inner, objects, text, texts

_BACK = "back_matter"
_KINDS = {
    "sectionheader": "heading",
    "paragraph": "paragraph",
    "figurecaption": "caption",
    "tablecaption": "caption",
    "formula": "formula",
}


def whole(make: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What gives the row of a paper, and its body."""

    def made(paper: dict[str, Any]) -> dict[str, Any]:
        full = inner(paper, "content") or inner(paper, "body")
        if "paper_id" in paper:
            return make(paper) | {"body": lambda: body_of(lambda builder: of_paragraphs(builder, paper))}
        return make(paper) | {"body": lambda: body_of(lambda builder: of_annotations(builder, full))}

    return made


def of_paragraphs(builder: Builder, paper: Mapping[str, Any]) -> None:
    """Read a paper of the older format: `body_text`, `back_matter`, `ref_entries`, `bib_entries`."""
    parsed = {**paper, **inner(dict(paper), "pdf_parse")} if paper.get("pdf_parse") else dict(paper)
    section = ("", "")
    for name in ("body_text", _BACK):
        for one in objects(parsed.get(name)):
            heading = (text(one.get("sec_num")), text(one.get("section")))
            if heading[1] and heading != section:
                number = heading[0].rstrip(". ")
                level = number.count(".") + 1 if number[:1].isdigit() else 0
                builder.section([heading[1]], level, number)
            section = heading
            builder.add("paragraph", _cited(text(one.get("text")), objects(one.get("cite_spans"))))
    for entry in filter(None, inner(parsed, "ref_entries").values()):
        one = entry if isinstance(entry, dict) else {}
        kind = {"table": "t", "tabref": "t", "figure": "f", "figref": "f"}.get(
            text(one.get("type")) or text(one.get("type_str")), ""
        )
        if kind:
            builder.add("caption", [text(one.get("text"))], f"{builder.named(kind)}/caption")
    entries = inner(parsed, "bib_entries")
    if entries:
        builder.section(["References"], 1, "", "references")
    for key, value in entries.items():
        one = value if isinstance(value, dict) else {}
        numbers = {name.lower(): texts(given) for name, given in inner(one, "other_ids").items()}
        year = str(one.get("year") or "")
        people = (
            " ".join((text(who.get("first")), *texts(who.get("middle")), text(who.get("last"))))
            for who in objects(one.get("authors"))
        )
        made = ". ".join(filter(None, (", ".join(people), text(one.get("title")), text(one.get("venue")), year)))
        doi, arxiv = (next(iter(numbers.get(name, ())), "") for name in ("doi", "arxiv"))
        builder.reference(key, text(one.get("raw_text")) or made, text(one.get("title")), doi, arxiv, year)


def _cited(whole: str, spans: list[dict[str, Any]]) -> Iterator[Piece]:
    """The pieces of a paragraph, of which spans cite references by `ref_id`."""
    at = 0
    for one in sorted(spans, key=lambda span: _number(span.get("start"))):
        start, end = _number(one.get("start")), _number(one.get("end"))
        if at <= start < end <= len(whole) and (key := text(one.get("ref_id"))):
            yield whole[at:start]
            yield Anchor(key, whole[start:end])
            at = end
    yield whole[at:]


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() and len(str(value)) < 12 else 0


def of_annotations(builder: Builder, full: Mapping[str, Any]) -> None:
    """Read a text with annotations: headings, paragraphs, captions, citations, entries of the bibliography."""
    whole = text(full.get("text"))
    given = inner(dict(full), "annotations")
    found = sorted(
        ((start, end, kind, about) for name, kind in _KINDS.items() for start, end, about in _spans(given, name)),
        key=lambda one: one[:2],
    )
    cites = sorted(_spans(given, "bibref"), key=lambda one: one[:2])
    at = 0
    for start, end, kind, about in found:
        while at < len(cites) and cites[at][0] < start:
            at += 1
        near = takewhile(lambda one, end=end: one[0] < end, cites[at : at + 1000])  # type: ignore[misc]
        inside = [{"start": first - start, "end": last - start, **of} for first, last, of in near]
        pieces = _cited(whole[start:end], inside)
        if kind == "heading":
            number = text(about.get("n")).rstrip(". ")
            builder.section(pieces, number.count(".") + 1 if number[:1].isdigit() else 0, number)
        else:
            builder.add(kind, pieces, f"{builder.named('f')}/caption" if kind == "caption" else "")
    titles = [(start, end) for start, end, _ in _spans(given, "bibtitle")]
    entries = list(_spans(given, "bibentry"))
    if entries:
        builder.section(["References"], 1, "", "references")
    for start, end, about in entries:
        title = next((whole[first:last] for first, last in titles if start <= first < last <= end), "")
        name = text(about.get("id")) or f"b{start}"
        builder.reference(name, whole[start:end], title, text(about.get("doi")))


def _spans(given: dict[str, Any], kind: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The annotations of a kind, which are JSON in a text: start, end, attributes."""
    for one in objects(json.loads(text(given.get(kind)) or "[]")):
        yield _number(one.get("start")), _number(one.get("end")), inner(one, "attributes")
