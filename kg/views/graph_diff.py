"""The differences between two graphs: counts, then papers, first uses, claims and identities, one line each.

Depends on the two graphs only and is byte-identical on every run; the page is self-contained.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kg.model import Document, Evidence, Relation
from kg.safe_output import json_text
from kg.text import plain
from kg.views.answers import short
from kg.views.difference import FIRST, ClaimChange, Difference, First, Identity, PaperChange, Relinked, Work, difference
from kg.views.render import render
from kg.views.rendered import View
from kg.views.selection import Selection, clean, quoted
from kg.views.statement import effect

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Lines shown per section; the number left out is stated, and the JSON format has all.
MOST = 500
#: The sections in order, by content.
SECTIONS = (
    *("new", "removed", "changed"),
    *(f"first_{kind}" for kind in FIRST),
    *(f"gone_{kind}" for kind in FIRST),
    *(f"claims_{kind}" for kind in ("changed", "withdrawn", "new")),
    *("merged", "split", "renamed", "relinked"),
)
_NAMED = 8  # entities or papers that a line names
_LONG = 80  # characters of a detail
_SIGN = {"before": "-", "after": "+", "": " "}
Row = dict[str, Any]


def diff(before: GraphReader, after: GraphReader, lang: str = "en") -> View:
    """The differences of the second graph from the first; `papers` counts the lines, 0 if there is no difference.

    Saves itself as .txt, .md, .html or .json.
    """
    data = contents(Selection.of(before, [], lang), Selection.of(after, [], lang))
    shown = {"diff": data, "most": MOST, "cited": cited, "sign": _SIGN}
    return View(
        data["title"],
        {
            "txt": lambda: _text(data),
            "md": lambda: render("diff.md.jinja", lang, **shown),
            "html": lambda: render("diff.html.jinja", lang, **shown),
            "json": lambda: json_text(data),
        },
        papers=sum(data["counts"].values()),
    )


def contents(before: Selection, after: Selection) -> dict[str, Any]:
    """The content of the view as plain data; the lines of a section are in the order of sources and entries."""
    found = difference(before.graph.store, after.graph.store)
    for shown in (before, after):
        shown.learn(_concepts(found))
    words = after.words
    rows = _SectionLines(before, after).of(found)
    counts = {name: len(rows[name]) for name in SECTIONS}
    told = [words.count(f"diff.count_{name}", n) for name, n in counts.items() if n]
    return {
        "title": words("diff.title"),
        "lang": after.lang,
        "scope": words("diff.scope", **dict(zip(("before", "after"), _papers(after, found.papers), strict=True))),
        "summary": words("diff.join").join(told) or words("diff.nothing"),
        "counts": counts,
        "sections": [
            {"name": name, "title": words(f"diff.{name}"), "rows": rows[name], "left_out": _left_out(after, n)}
            for name, n in counts.items()
            if n
        ],
    }


def _papers(shown: Selection, numbers: Iterable[int]) -> list[str]:
    return [shown.words.count("count.paper", n) for n in numbers]


def _left_out(shown: Selection, n: int) -> str:
    return shown.words("diff.left_out", shown=f"{MOST:,}", all=f"{n:,}") if n > MOST else ""


def _concepts(found: Difference) -> set[str]:
    """The concepts whose labels are needed."""
    named = {one.concept for one in (*found.first, *found.gone)}
    return named | {concept for change in found.changed for _, concept in (*change.gained, *change.lost)}


class _SectionLines:
    """Builds the lines of each section."""

    def __init__(self, before: Selection, after: Selection) -> None:
        self.before, self.after, self.words = before, after, after.words

    def of(self, found: Difference) -> dict[str, list[Row]]:
        out: dict[str, list[Row]] = {name: [] for name in SECTIONS}
        out["new"] = [self._work(work) for work in found.new]
        out["removed"] = [self._work(work) for work in found.removed]
        out["changed"] = [self._change(change) for change in found.changed]
        for name, shown, things in (("first", self.after, found.first), ("gone", self.before, found.gone)):
            for one in things:
                out[f"{name}_{one.type}"].append(self._first(shown, one))
        for claim in found.claims:
            out[f"claims_{claim.kind}"].append(self._claim(claim))
        for identity in found.identities:
            out[identity.kind].append(self._identity(identity))
        out["relinked"] = [self._relinked(one) for one in found.relinked]
        return out

    def _work(self, work: Work) -> Row:
        return {"paper": work.id, "entries": list(work.entries), "text": self._title(work), "why": "", "quotes": []}

    def _title(self, work: Work) -> str:
        return clean(work.title) or self.words("diff.untitled")

    def _change(self, change: PaperChange) -> Row:
        words = self.words
        said = [
            words("diff.detail", name=words(f"diff.detail_{name}"), before=_detail(old), after=_detail(new))
            for name, old, new in change.details
        ]
        if change.texts:
            said.append(
                words("diff.texts", fields=words.listed([words(f"diff.field_{name}") for name in change.texts]))
            )
        for key, things, shown in (("gained", change.gained, self.after), ("lost", change.lost, self.before)):
            if things:
                said.append(words(f"diff.{key}", things=self._listed([shown.label(c) for _, c in things])))
        for key, entries in (("entries_gained", change.entries_gained), ("entries_lost", change.entries_lost)):
            if entries:
                said.append(words(f"diff.{key}", entries=self._listed(entries)))
        if change.claims:
            said.append(words.count("diff.claims", change.claims))
        return self._work(change.work) | {
            "text": words("diff.line", paper=self._title(change.work), said=words("diff.then").join(said)),
            "gained": [concept for _, concept in change.gained],
            "lost": [concept for _, concept in change.lost],
        }

    def _listed(self, names: Sequence[str]) -> str:
        """A list of names; a long one is shortened, with the number left out."""
        more = len(names) - _NAMED
        shown = self.words("diff.join").join(clean(name) for name in names[:_NAMED])
        return self.words("diff.more", names=shown, n=f"{more:,}") if more > 0 else shown

    def _first(self, shown: Selection, one: First) -> Row:
        papers = self.words.count("count.paper", len(one.entries))
        return {
            "concept": one.concept,
            "entries": list(one.entries),
            "text": self.words("diff.first", label=shown.label(one.concept), papers=papers),
            "why": "",
            "quotes": [_quote("", one.quote)] if one.quote else [],
        }

    def _claim(self, claim: ClaimChange) -> Row:
        sides = [
            (when, shown, said)
            for when, shown, said in (("before", self.before, claim.before), ("after", self.after, claim.after))
            if said
        ]
        said = self.words("diff.to").join(_said(shown, one) for _, shown, (_, one) in sides)
        return self._work(claim.work) | {
            "kind": "relation" if isinstance(sides[0][2][1], Relation) else "result",
            "text": self.words("diff.line", paper=self._title(claim.work), said=said),
            "quotes": [_quote(when, (document, one.evidence)) for when, _, (document, one) in sides],
        }

    def _identity(self, one: Identity) -> Row:
        before, after = (self._listed([self._named(work) for work in works]) for works in (one.before, one.after))
        reasons = dict.fromkeys(clean(reason) for _, reason in one.reasons if reason)
        return {
            "before": [work.id for work in one.before],
            "after": [work.id for work in one.after],
            "entries": [entry for work in one.after for entry in work.entries],
            "text": self.words(f"diff.said_{one.kind}", before=before, after=after),
            "reasons": {entry: clean(reason) for entry, reason in one.reasons},
            "why": self.words("diff.then").join(reasons),
            "quotes": [],
        }

    def _named(self, work: Work) -> str:
        return self.words("diff.work", title=short(self._title(work), _LONG), paper=work.id)

    def _relinked(self, one: Relinked) -> Row:
        names = {"type": self.words(f"type.{one.type}"), "name": clean(one.name)}
        return {
            "before": one.before,
            "after": one.after,
            "entries": one.entries,
            "text": self.words("diff.said_relinked", **names, before=one.before, after=one.after),
            "why": clean(one.reason),
            "quotes": [],
        }


def _detail(said: str) -> str:
    return short(said, _LONG)


def _said(shown: Selection, claim: Any) -> str:
    """A claim in words."""
    if not isinstance(claim, Relation):
        return effect(shown, claim)
    head, tail = shown.label(claim.head_concept, claim.head), shown.label(claim.tail_concept, claim.tail)
    return shown.words("diff.relation", head=head, relation=shown.words(f"relation.{claim.type}"), tail=tail)


def _quote(when: str, said: tuple[Document, Evidence]) -> dict[str, Any]:
    """The quote of a claim with its position; `when` is "before", "after" or ""."""
    quote = asdict(quoted(*said))
    del quote["sentence"]
    return {"when": when} | quote


def _text(data: dict[str, Any]) -> str:
    """The view as plain text; each text of a graph is on one line."""
    out = [data["title"], data["scope"], data["summary"]]
    for section in data["sections"]:
        out += ["", f"{section['title']} ({len(section['rows']):,})"]
        for row in section["rows"][:MOST]:
            why = f" ({row['why']})" if row["why"] else ""
            out.append(f"  {cited(row['entries'])}  {row['text']}{why}")
            out += (f"    {_SIGN[quote['when']]} {quote['entry']} “{quote['quote']}”" for quote in row["quotes"])
        out += [section["left_out"]] if section["left_out"] else []
    return "".join(f"{plain(line).rstrip()}\n" for line in out)


def cited(entries: Sequence[str]) -> str:
    """The entries of a line; a long list is shortened."""
    return " ".join([*entries[:_NAMED], *(["…"] if len(entries) > _NAMED else [])])
