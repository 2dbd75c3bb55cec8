"""The quality page: what was repaired, skipped, unmatched, empty, implausible or unsure in a graph, and what to do.

Depends on the graph only, is byte-identical on every run, and is self-contained.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kg.build.pipeline import version
from kg.entity_types import LISTS
from kg.identifiers import PREFIXES
from kg.link.register import Register, joined, name_tokens
from kg.model import Document, Record
from kg.rdf.store import Store
from kg.safe_output import json_text
from kg.store.contents import load_entry, works
from kg.store.fingerprints import fingerprint
from kg.text import has_han
from kg.trust import LIKELY
from kg.views.render import render
from kg.views.rendered import View
from kg.views.selection import clean
from kg.views.words import PageWords

if TYPE_CHECKING:
    from kg.views.reader import GraphReader

#: Lines of a table on the page; the number left out is stated, and the JSON format has all.
MOST = 500
#: What a paper should have, in the order of a record; "brief" is missing where a part of it is.
SLOTS = ("title", "abstract", "authors", "institutions", "name", "techniques", "problems", "tasks", "results", "topics",
         "brief")  # fmt: skip
_LONG_TITLE = 300  # code points
_SHORT_ABSTRACT = 200  # code points
_MANY_AUTHORS = 200
_NEAREST = 3  # organisations that are suggested for a name
_ALIKE = 85  # least likeness of a suggested name, in percent
_EXAMPLES = re.compile(r': ".*(?=\.$)')
_QUOTED = re.compile(r'".*"')
_READINGS = ("full", "fast", "partial", "other")
_HEADER = "# To settle a name, take away the # before the line that is right.\n"


def quality(graph: GraphReader, lang: str = "en") -> View:
    """The quality page of a graph; saves itself as .html or .json."""
    data = {"title": PageWords(lang)("quality.title"), "lang": lang, **contents(graph.store)}
    return View(
        data["title"],
        {
            "html": lambda: render("quality.html.jinja", lang, page=data, most=MOST, slots=SLOTS),
            "json": lambda: json_text(data),
        },
        papers=data["papers"],
    )


def contents(store: Store) -> dict[str, Any]:
    """The content of the page as plain data; lists are in the order of sources and entries, or by count.

    Every paper is looked at once; one at a time is held in memory.
    """
    sources = [store.source(name) for name in store.source_names()]
    dates = {source.name: source.date for source in sources}
    register, marks = Register.load(), store.marks()
    known_as = {version(way): way for way in ("full", "fast")}  # by what fingerprints are made with
    repairs: Counter[str] = Counter()
    readings: dict[str, list[str]] = defaultdict(list)
    unsure: dict[str, list[int]] = defaultdict(lambda: [0, 0])  # by annotation: unsure, all
    minted: dict[str, tuple[Counter[str], list[str]]] = {}  # names and entries of institutions that ROR lacks
    unlisted: dict[str, str] = {}
    repaired: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    shared: list[dict[str, Any]] = []
    odd: list[dict[str, Any]] = []
    papers = works(store)
    for paper, names in papers.items():
        entries = [load_entry(store, name) for name in names]
        title = clean(next((record.title for _, record in entries if record.title), ""))
        if lacking := _lacking(entries):
            empty.append({"entries": names, "title": title, "slots": lacking})
        if len({document.source for document, _ in entries}) > 1:
            places = [{"entry": document.id, "source": document.source} for document, _ in entries]
            shared.append({"paper": paper, "title": title, "entries": places})
        for document, record in entries:
            own = {"entry": document.id, "title": title}
            if document.repairs:
                repaired.append(own | {"said": [clean(sentence) for sentence in document.repairs]})
                repairs.update({kind_of(sentence) for sentence in document.repairs})
            readings[_reading(document, marks.get(document.id, ""), known_as)].append(document.id)
            values = odd_values(document, dates.get(document.source, ""))
            odd += [own | {"what": what, "value": value} for what, value in values]
            for name, score in _scores(record):
                unsure[name][0] += score < LIKELY
                unsure[name][1] += 1
            for mention in record.institutions:
                if mention.concept in register and not mention.concept.startswith("ror:"):
                    unlisted[mention.concept] = mention.canonical
                elif mention.concept not in register and mention.concept.startswith("institution:"):
                    called, where = minted.setdefault(mention.concept, (Counter(), []))
                    called[mention.canonical or mention.surface] += 1
                    where += [document.id] if document.id not in where else []
    unmatched = [_institution(concept, *one, register) for concept, one in minted.items()]
    unmatched.sort(key=lambda one: (-one["count"], one["name"].casefold(), one["concept"]))
    return {
        "papers": len(papers),
        "entries": sum(map(len, papers.values())),
        "sources": len(sources),
        "unread": [{"source": one.name, "file": one.file, "said": _by_line(one.skipped)} for one in sources
                   if one.skipped],
        "unmatched": unmatched,
        "unlisted": [clean(name) for name in sorted(unlisted.values())],
        "overrides": overrides(unmatched),
        "empty": empty,
        "empty_slots": {slot: sum(slot in one["slots"] for one in empty) for slot in SLOTS},
        "odd": odd,
        "readings": {name: readings[name] for name in _READINGS if readings.get(name)},
        "confidence_below": LIKELY,
        "confidence": [
            {"annotation": name, "unsure": low, "all": every, "share": round(low / every, 4)}
            for name, (low, every) in sorted(unsure.items())
        ],
        "shared": shared,
        "repairs": [
            {"kind": clean(kind), "count": count}
            for kind, count in sorted(repairs.items(), key=lambda item: (-item[1], item[0]))
        ],
        "repaired": repaired,
    }  # fmt: skip


def _by_line(skipped: Iterable[str]) -> list[str]:
    """The sentences on what of a source was left out, in the order of their numbers."""
    return sorted(skipped, key=lambda text: [int(p) if p.isdecimal() else p for p in re.split(r"(\d{1,9})", text)])


def kind_of(sentence: str) -> str:
    """The kind of repair that a sentence tells of: the sentence without its examples.

    >>> kind_of('Broken words in the abstract were mended: "lowrank", "auto-matic" and 2 more.')
    'Broken words in the abstract were mended.'
    """
    return _QUOTED.sub("“…”", _EXAMPLES.sub("", sentence))


def _institution(concept: str, names: Counter[str], entries: list[str], register: Register) -> dict[str, Any]:
    """An institution that the register lacks or has several times, by the name that most entries give."""
    name = min(names, key=lambda name: (-names[name], name))
    suggestions = _nearest(name, register)
    return {"name": clean(name), "concept": concept, "count": len(entries), "entries": entries,
            "suggestions": suggestions}  # fmt: skip


def _nearest(name: str, register: Register) -> list[dict[str, Any]]:
    """The organisations of ROR that a name may mean: those that have this very name, then those with one like it."""
    from rapidfuzz import fuzz, process

    own = joined(name_tokens(name, register.words))
    near = process.extract(own, [*register.index], scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_NEAREST)
    found: dict[str, dict[str, Any]] = {}
    for key in dict.fromkeys((own, *(key for key, *_ in near))):
        for one in register.candidates(key):
            known = {"name": clean(one.name), "country": one.country, "has_name": key == own}
            found.setdefault(one.curie, {"concept": one.curie, **known})
    return [one for curie, one in found.items() if curie.startswith("ror:")][:_NEAREST]


def overrides(unmatched: Iterable[dict[str, Any]]) -> str:
    """Suggested statements for the overrides of a graph, commented out; "" if there are none."""
    import pyoxigraph as ox

    lines = []
    for one in unmatched:
        name = ox.Literal(one["name"], language="zh" if has_han(one["name"]) else "en")
        for other in one["suggestions"]:
            place = f" ({other['country']})" if other["country"] else ""
            lines.append(f"# {other['concept']} kg:merges {name} .  # {other['name']}{place}")
    prefixes = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("kg", "ror"))
    return "\n".join([_HEADER + prefixes, *lines, ""]) if lines else ""


def odd_values(document: Document, source_date: str = "") -> Iterator[tuple[str, str]]:
    """What is unlikely about an entry's values: (what, the value)."""
    title, abstract = (len(document.texts[name].text) if name in document.texts else 0 for name in "TA")
    if title > _LONG_TITLE:
        yield "long_title", f"{title:,}"
    if 0 < abstract < _SHORT_ABSTRACT:
        yield "short_abstract", f"{abstract:,}"
    count = document.author_count
    if count is not None and not 0 < count <= _MANY_AUTHORS:
        yield "author_count", f"{count:,}"
    own = document.date or (str(document.year) if document.year else "")
    exact = min(len(own), len(source_date), 10)
    if exact >= 4 and own[:exact] > source_date[:exact]:
        yield "future_date", f"{own[:10]} > {source_date[:10]}"


def _lacking(entries: list[tuple[Document, Record]]) -> list[str]:
    """The slots that no entry of a paper fills."""
    filled = {slot for document, record in entries for slot in SLOTS if _has(document, record, slot)}
    parts = ("technique", "problem", "effect")
    if all(any(getattr(record.brief, part) for _, record in entries) for part in parts):
        filled.add("brief")
    return [slot for slot in SLOTS if slot not in filled]


def _has(document: Document, record: Record, slot: str) -> bool:
    if slot in ("title", "abstract"):
        text = document.texts.get(slot[0].upper())
        return bool(text and text.text)
    if slot == "authors":
        return bool(document.authors or document.author_count)
    return slot != "brief" and bool(getattr(record, slot))


def _reading(document: Document, mark: str, known_as: dict[str, str]) -> str:
    if not mark:
        return "partial"  # without a mark it is read again
    return next((name for made_with, name in known_as.items() if fingerprint(document, made_with) == mark), "other")


def _scores(record: Record) -> Iterator[tuple[str, float]]:
    for name in (*LISTS.values(), "results", "topics", "relations"):
        yield from ((name, item.confidence) for item in getattr(record, name))
