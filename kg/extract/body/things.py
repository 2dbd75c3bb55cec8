"""The things that a body names (devices, models, data sets, software, methods), each with all places that name it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import data_folder
from kg.extract.component import SpanIndex, make_doc, sentence_of
from kg.extract.datasets import Datasets
from kg.extract.hardware import Hardware, kinds_of
from kg.extract.models import Models
from kg.files import toml_file
from kg.keptbody import cell_id
from kg.model import Document, Evidence, Part, Text
from kg.text import fold, raw_span
from kg.vocabulary import Vocabulary

_GAP = "\n\n"
_KINDS = ("caption", "heading", "footnote")  # groups of their own
#: A word with an inner capital or a capital and a digit, and its parts: "LLaMA-2-7B", "KIVI", "Quest++".
_NAME = re.compile(r"(?<![\w./@-])(?=[\w./+-]{0,30}[A-Z])[^\W_]\w{0,30}(?:[-./+]\w{1,20}){0,6}[+*]{0,2}")
_VERSION = re.compile(r" (?!(?:19|20)\d\d)[vV]?\d+(?:\.\d+)?[A-Za-z]{0,3}(?![\w.%])")
_CONTINUED = {  # what continues a name that is known, by type
    "software": r"(?: ?\[\d+\])?[ -]?(?:version |release )?[vV]?\d+(?:\.\d+){0,3}(?![\w%]|\.\d)",
    "dataset": r"[ -]?(?:[vV]\d(?:\.\d)*|(?:19|20)\d\d|\d{1,4}[kKM]?)(?![\w.%]|,? \d)",
    "model": r"-[A-Z]?\d{1,3}[A-Za-z]?(?![\w.%])",
}
_BEHIND = {kind: re.compile(form) for kind, form in _CONTINUED.items()}
#: One to three words with capitals, but no author before a year or "et al.".
_PROPER = (
    r"(?<![\w.-])[A-Z][a-z]{2,}(?:[ -][A-Z][a-z]{2,}){0,2}(?![\w-]| et al|,? (?:and [A-Z]\w+,? )?\(?(?:19|20)\d\d)"
)
_MEASURES = ("metric", "task", "problem")  # types of names that are no things
_MOST_CELL = 60  # characters of a cell that is a name
_AROUND = 40  # characters before a name that may be a part of its compound
_COMPOUND = ("technique", "model", "dataset")
_COMPOUND_BEFORE = re.compile(r"(?<![\w./@-])(?:[A-Z]\w{0,20}[-+])+$")
_COMPOUND_BEHIND = re.compile(r"(?:[-+](?:[A-Z\d]\w{0,20}|[a-z]))+(?![\w-])")
#: Between two names of one list: a citation, then a comma, "and", a slash.
_CITATION = r"\[[^\[\]]{1,30}\]|\([^()]{0,80}(?:19|20)\d\d[^()]{0,40}\)"
_BETWEEN = re.compile(
    rf"\s?(?:(?:{_CITATION})\s?)?(?:[,/|&+;]|,? (?:and|or|vs\.?|as well as)|、|和)\s?(?:(?:and|or|the) )?"
)
_MARK = r"\s*(?:\[[^\]]{0,40}\]|\((?:[^()]{0,30}\d{4}|ours?)\)|[†‡*§]+)\s*$"  # behind a name in a table
#: The cues, groups and limits of what is used.
settings = partial(toml_file, __file__, "uses.toml")


@cache
def software() -> dict[str, str]:
    """The usual names of software by all its names in small letters."""
    return {name.lower(): row[0] for row in _written() for name in row}


@cache
def _written() -> list[list[str]]:
    rows = (data_folder("ontology") / "software.tsv").read_text("utf-8").splitlines()
    return [row.split("\t") for row in rows if row and not row.startswith("#")]


Named = tuple[int, int, str, str, str]  # start, end, type, name, concept


class BodyPlace(NamedTuple):
    """Where a thing is named: offsets in the text of a piece, and those of the piece's sentence in the whole text."""

    piece: int
    start: int
    end: int
    sentence: tuple[int, int]


class Piece(NamedTuple):
    """A part of a body, or a cell of a table that names its row or column, in the text of the whole."""

    start: int
    end: int
    id: str
    group: str
    part: Part | None  # None for a cell
    axis: str = ""  # of a cell: its table, and whether it heads a row or a column: "t2/rows"


@dataclass(slots=True)
class BodyThing:
    """A thing by name; `types` are those of the vocabulary or of its form."""

    name: str
    concept: str = ""
    types: set[str] = field(default_factory=set)
    surfaces: Counter[str] = field(default_factory=Counter)
    places: list[BodyPlace] = field(default_factory=list)
    beside: Counter[str] = field(default_factory=Counter)  # types of its neighbours in lists

    @property
    def surface(self) -> str:
        """How it is written most often; of equals the last in the alphabet."""
        return max(self.surfaces, key=lambda one: (self.surfaces[one], one))


class Whole:
    """The body of a paper as one text, and the things that it names."""

    def __init__(self, nlp: Language, document: Document, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.tables = document.tables
        self.pieces: list[Piece] = []
        texts: list[str] = []
        at, most = 0, settings()["limits"]["characters"]
        groups = {role: group for group, roles in settings()["groups"].items() for role in roles.split()}
        for part in document.parts:
            if part.role != "references" and at < most:
                group = part.kind if part.kind in _KINDS else groups.get(part.role, "discussion")
                at = self._add(texts, at, part.id, group, part.text.text, part)
        for table in document.tables:
            for cell in table.cells:
                if (cell.head or not cell.column) and cell.text and len(cell.text) <= _MOST_CELL and at < most:
                    axis = f"{table.id}/{'columns' if cell.column else 'rows'}"
                    at = self._add(texts, at, cell_id(table, cell), "cell", cell.text, None, axis)
        self.text = _GAP.join(texts)
        self._starts = [piece.start for piece in self.pieces]
        title = document.texts.get("T", Text("", ""))
        self.doc = make_doc(nlp, Document("", "", 1, {"T": title, "A": Text(self.text, self.text)}), vocabulary)
        self.at = self.doc._.fields["A"][0] if self.text else 0  # of the text in the Doc
        self.lists: list[list[BodyThing]] = []  # what stands side by side: "A, B [3] and C"
        self.things = self._things()

    def raw(self, number: int) -> str:
        """The raw text of a piece; a cell has no other than its own."""
        piece = self.pieces[number]
        return piece.part.text.raw if piece.part else self.text[piece.start : piece.end]

    def _add(
        self, texts: list[str], at: int, name: str, group: str, text: str, part: Part | None, axis: str = ""
    ) -> int:
        texts.append(text)
        self.pieces.append(Piece(at, at + len(text), name, group, part, axis))
        return at + len(text) + len(_GAP)

    def _things(self) -> dict[str, BodyThing]:
        """The things by their letters and digits, in the order of their first places."""
        out: dict[str, BodyThing] = {}
        before: tuple[int, BodyThing] | None = None
        for start, end, kind, name, concept in sorted(map(self._without_opener, self._named())):
            if kind in _BEHIND and (more := _BEHIND[kind].match(self.text, end)):
                name, end = name + self.text[end : more.end()].replace(" version", ""), more.end()
            surface = self.text[start:end]
            thing = out.setdefault(_key(name), BodyThing(name, concept))
            thing.types.add(kind)
            thing.concept = thing.concept or concept
            thing.surfaces[surface] += 1
            number = bisect_right(self._starts, start) - 1
            piece = self.pieces[number]
            first, last = sentence_of(self.doc, start + self.at)
            span = (first - self.at, last - self.at) if piece.part else (piece.start, piece.end)
            thing.places.append(BodyPlace(number, start - piece.start, end - piece.start, span))
            if before and _BETWEEN.fullmatch(self.text[before[0] : start]):
                thing.beside.update(before[1].types)
                before[1].beside.update(thing.types)
                self.lists[-1].append(thing)
            else:
                self.lists.append([thing])
            before = end, thing
        return out

    def _named(self) -> Iterator[Named]:
        """Spans with type, name and concept: what the vocabulary has, software, then what has the form of a name."""
        found: dict[tuple[int, int], list[tuple[str, str, str]]] = {}
        for kind, start, end, name, concept in (*self._known(self.doc), *self._software(), *self._devices()):
            found.setdefault((start - self.at, end - self.at), []).append((kind, name, concept))
        measures = [(m.start - self.at, m.end - self.at) for m in self.doc._.matches if m.type in _MEASURES]
        taken, last = SpanIndex(measures), -1
        for (start, end), ones in sorted(found.items(), key=lambda one: (one[0][0], -one[0][1])):
            if start >= 0 and end > last:
                first, last = self._hyphenated(start, end) if ones[0][0] in _COMPOUND else (start, end)
                taken.add(first, last)
                for kind, name, concept in ones:
                    name = self.text[first:start] + name + self.text[end:last]
                    yield first, last, kind, name, concept if last - first == end - start else ""
        for match in _NAME.finditer(self.text):
            name = match[0].rstrip(".-/")
            start, end = match.start(), match.start() + len(name)
            version = _VERSION.match(self.text, end)
            if version and len(name) > 2:
                end = version.end()
            if version and name.lower() in settings()["limits"]["numbered"]:
                continue
            if (version or is_shaped(name)) and len(name) > 1 and not taken.touching(start, end):
                taken.add(start, end)
                yield start, end, *(self._broken(name) or ("", _singular(self.text[start:end]), ""))
        for start, end in self._proper():
            if not taken.touching(start, end):
                taken.add(start, end)
                yield start, end, "", self.text[start:end], ""
        for piece in self.pieces:
            if piece.part is None and (name := self._of_cell(piece)):
                begin = self.text.index(name, piece.start)
                if not taken.holds(begin, begin + len(name)):
                    yield begin, begin + len(name), "", name, ""

    def _broken(self, name: str) -> tuple[str, str, str] | None:
        """Type, name and concept of a name that is known without the hyphen of a line's end: "Ima-geNet"."""
        joined = re.sub(r"(?<=[a-z])-(?=[a-z])", "", name)
        for kind in _COMPOUND if joined != name else ():
            if concept := self.vocabulary.find_written(joined, kind):
                return kind, concept.label["en"], concept.curie
        return None

    def _of_cell(self, piece: Piece) -> str:
        """The name that a cell is as a whole, or "": without its citation, but for authors, who have no other name."""
        text = self.text[piece.start : piece.end].strip()
        name = text if "et al" in text else re.sub(_MARK, "", text).strip()
        is_word = fold(name) in settings()["limits"]["heads"] or not re.search(r"[^\W\d_]{2}", name)
        return "" if is_word or fold(name).partition(" ")[0] in settings()["limits"]["openers"] else name

    def _hyphenated(self, start: int, end: int) -> tuple[int, int]:
        """The span of the compound that a known name is a part of: "SSC-UNet" for "UNet", "MoE-256-h" for "MoE"."""
        is_behind = start > 0 and self.text[start - 1] in "-+"
        before = _COMPOUND_BEFORE.search(self.text, max(0, start - _AROUND), start) if is_behind else None
        behind = _COMPOUND_BEHIND.match(self.text, end)
        is_sized = re.search(r"\d[BM]\b", self.text[start:end])
        return (before.start() if before else start), (behind.end() if behind and not is_sized else end)

    def _without_opener(self, named: Named) -> Named:
        """A name without the word that begins its sentence: "For Qwen3-32B"."""
        start, end, kind, name, concept = named
        opener, _, rest = name.partition(" ")
        is_opener = opener.lower() in settings()["limits"]["openers"] and self.text.startswith(f"{opener} ", start)
        if rest and not concept and is_opener:
            return start + len(opener) + 1, end, kind, rest, concept
        return named

    def _proper(self) -> Iterator[tuple[int, int]]:
        """Words that are names by their capital alone: within a sentence, and never without the capital."""
        lower = set(re.findall(r"(?<![\w-])[a-z]{3,}", self.text))
        names: set[str] = set()
        found: list[tuple[int, int, str]] = []
        for match in re.finditer(_PROPER, self.text):
            words = match[0].lower().split()
            if not lower.intersection(words) and words[0] not in settings()["limits"]["numbered"]:
                found.append((*match.span(), match[0]))
                if re.search(r"[\w,(] $|\($", self.text[max(0, match.start() - 2) : match.start()]):
                    names.add(match[0])
        yield from ((start, end) for start, end, name in found if name in names)

    def _known(self, doc: Doc) -> Iterator[tuple[str, int, int, str, str]]:
        for kind in (Hardware(self.vocabulary), Models(self.vocabulary), Datasets(self.vocabulary)):
            candidates, names = kind.found(doc)
            spans = [(one.start, one.end) for one in candidates]
            spans += kind.made(doc, kinds_of(self.vocabulary)) if isinstance(kind, Hardware) else []
            for start, end in spans:
                surface = doc._.text[start:end]
                name = names.get((start, end), surface)
                found = (self.vocabulary.find_written(one, kind.entity) for one in (surface, name))
                concept = next(filter(None, found), None)
                yield kind.entity, start, end, name, concept.curie if concept else ""
        for match in doc._.matches:
            if match.type == "technique":
                yield "technique", match.start, match.end, self.vocabulary[match.concept].label["en"], match.concept

    def _software(self) -> Iterator[tuple[str, int, int, str, str]]:
        for match in re.finditer(_programs(), self.text):
            yield "software", match.start() + self.at, match.end() + self.at, software()[match[0].lower()], ""

    def _devices(self) -> Iterator[tuple[str, int, int, str, str]]:
        for match in re.finditer(settings()["forms"]["device"], self.text):
            yield "hardware", match.start() + self.at, match.end() + self.at, match[0], ""


@cache
def _programs() -> str:
    """Names of software; in any letters where two are capitals or one within, so that no word is taken for a name."""
    known = sorted({name for names in _written() for name in names}, key=len, reverse=True)
    shaped = "[A-Z].*[A-Z]|.[A-Z]"  # [aA](?i:bc) lets `re` pass over names that begin otherwise, as (?i:abc) does not
    forms = (
        f"[{n[0]}{n[0].swapcase()}](?i:{re.escape(n[1:])})" if re.search(shaped, n) else re.escape(n) for n in known
    )
    return rf"(?<![\w-])(?:{'|'.join(forms)})(?![\w]|-[A-Z])"


def evidence_of(part: Part, start: int, end: int) -> Evidence:
    """A span of the repaired text of a part as evidence, by its place in the raw text."""
    first, last = raw_span(part.text, start, end)
    return Evidence(part.text.raw[first:last], part.id, first, last)


def is_shaped(name: str) -> bool:
    """Whether a word has the form of a name: an inner capital, or a digit beside letters."""
    return any(c.isupper() for c in name[1:]) or (any(map(str.isdigit, name)) and any(map(str.isalpha, name)))


def _singular(name: str) -> str:
    """A name without the s of a plural: "CNNs", "U-Nets"."""
    return re.sub(r"(?<=[A-Z]{2})s$|(?<=Net)s$|(?<=[Ff]ormer)s$", "", name)


def _key(name: str) -> str:
    """Letters and digits of a name."""
    return fold(name).replace(" ", "") or name
