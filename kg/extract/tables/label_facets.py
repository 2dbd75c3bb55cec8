"""What the labels and the caption of a table print: data sets, metrics, models, methods, hardware, settings.

A name counts where it covers most of its label. Names are those of the vocabulary, those that the paper uses by its
record, and the paper's own. What a caption names alone of its type holds for all cells; that is left to whoever asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

from kg.model import FACETS, Document, Facet, ReadTable, Record, Table, TableCell, TableHeader
from kg.sources.body.header_paths import HeaderPath, PathCell, head_counts, header_paths, words
from kg.text import folded_name
from kg.vocabulary import Vocabulary

#: The facet that a type of the vocabulary, or of a record's uses, is.
_FACET_OF = {name: name for name in FACETS} | {"technique": "method", "baseline": "method"}


def read_tables(document: Document, record: Record, vocabulary: Vocabulary) -> list[ReadTable]:
    """The tables of a document that have numbers or a caption, in reading order."""
    captions = {part.id: part.text.text for part in document.parts if part.kind == "caption"}
    labels = LabelFacets(record, vocabulary)
    return [_read(table, captions.get(f"{table.id}/caption", ""), labels) for table in document.tables]


class LabelFacets:
    """The names that labels of one paper's tables are compared with."""

    def __init__(self, record: Record, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.names: dict[str, Facet] = {}
        for use in record.uses:
            if use.use != "mentioned" and use.type in _FACET_OF:
                for name in (use.name, use.surface):
                    self.names.setdefault(folded_name(name), Facet(_FACET_OF[use.type], use.concept, use.name))
        self.own = Facet("method", "", record.name)
        if record.name:
            self.names[folded_name(record.name)] = self.own
        self._known: dict[str, tuple[Facet, ...]] = {}

    def of_path(self, path: tuple[str, ...]) -> tuple[Facet, ...]:
        """What the levels of a path print, alone or two together: "LLaMA-2 > 7B"."""
        pairs = [f"{above} {below}" for above, below in pairwise(path) if _is_size(below)]
        found = dict.fromkeys(facet for label in (*path, *pairs) for facet in self.of_label(label))
        size = next((label for label in path if _is_size(label)), "")
        if size and not any(facet.type == "model" for facet in found):
            found[Facet("model", "", size)] = None
        sized = {facet.concept for pair in pairs for facet in self.of_label(pair) if facet.type == "model"}
        if sized - {""}:  # the family alone is no model beside one of its sizes
            return tuple(one for one in found if one.type != "model" or one.concept in sized)
        return tuple(found)

    def of_label(self, label: str) -> tuple[Facet, ...]:
        """The facets that a label prints, which its name must cover."""
        if label not in self._known:
            self._known[label] = tuple(self._of(bare_label(label)))
        return self._known[label]

    def of_caption(self, caption: str) -> tuple[Facet, ...]:
        """What the vocabulary knows of a caption, but for techniques, the paper's own name and vague metrics.

        A technique that a caption names is what the table is about, not the method of each row.
        """
        vague, own = words()["forms"]["vague"], folded_name(self.own.name)
        found = (self._facet(match.type, match.concept) for match in self.vocabulary.match(caption))
        kept = (one for one in found if one and one.type != "method" and one.concept not in vague)
        return tuple(dict.fromkeys(one for one in kept if folded_name(one.name) != own))

    def _of(self, label: str) -> Iterator[Facet]:
        whole, inner = _brackets(label)
        if self.own.name and re.search(words()["forms"]["own"], label):
            yield self.own
            return
        known = next(filter(None, map(self._known_as, dict.fromkeys((label, whole)))), None)
        yield from [known] if known else self._matched(whole)
        for text in inner:
            called = self._called(text)
            found = [called] if called else self._matched(text)
            yield from (facet for facet in found if facet.type != "method")  # in brackets it is a variant's

    def _known_as(self, text: str) -> Facet | None:
        """What a text names as a whole: to the vocabulary, else to the paper; a baseline with a size is a model."""
        named = self.names.get(folded_name(text))
        if named == self.own or not (called := self._called(text)):
            is_sized = named and named.type == "method" and re.search(words()["forms"]["sized"], text)
            return named._replace(type="model") if named and is_sized else named
        return called

    def _called(self, text: str) -> Facet | None:
        """What the vocabulary calls so, by labels too that are too short for running text ("W2")."""
        found = (self.vocabulary.find_written(text, kind) for kind in ("dataset", "model", "hardware"))
        metric = self.vocabulary.find(text, "metric") if len(text) > 1 and not _is_setup_label(text) else None
        concept = next(filter(None, found), None) or metric
        return self._facet(concept.type, concept.curie) if concept else None

    def _matched(self, text: str) -> Iterator[Facet]:
        """The types of the vocabulary whose names cover enough of a text."""
        size = len(re.sub(r"\W", "", text))
        covered: dict[str, int] = {}
        found: dict[str, Facet] = {}
        for match in self.vocabulary.match(text):
            facet = self._facet(match.type, match.concept)
            is_longer = facet and facet.type == "dataset" and re.search(r"[^\W\d_]-$", text[: match.start])  # "MT-AIME"
            if facet and not is_longer and self._is_printed(facet, text):
                letters = len(re.sub(r"\W", "", text[match.start : match.end]))
                covered[facet.type] = covered.get(facet.type, 0) + letters
                found.setdefault(facet.type, facet)
        enough = words()["limits"]["covered"] * size
        best = [kind for kind in FACETS if covered.get(kind, 0) >= max(1, enough)]
        yield from (found[kind] for kind in best[:1])

    def _is_printed(self, facet: Facet, text: str) -> bool:
        """Whether a name may be the facet of its label: no ordinary words for a method, no metric of a set-up."""
        if facet.type == "method":
            return any(c.isupper() for c in text[1:]) and " " not in text.strip()
        return facet.type != "metric" or not _is_setup_label(text)

    def _facet(self, kind: str, concept: str) -> Facet | None:
        is_class = kind == "hardware" and not any(map(str.isdigit, self.vocabulary[concept].label.get("en", "")))
        if kind not in _FACET_OF or (is_class and len(self.vocabulary.narrower(concept)) > 1):
            return None
        return Facet(_FACET_OF[kind], concept, self.vocabulary[concept].label.get("en", ""))


def bare_label(label: str) -> str:
    """A label without arrows, citation marks and signs of footnotes."""
    text = re.sub(words()["forms"]["arrow"], "", label)
    while (cut := re.sub(words()["forms"]["mark"], "", text)) != text:
        text = cut
    return " ".join(text.split()).strip(" ,:")


def _brackets(label: str) -> tuple[str, list[str]]:
    """A label without its brackets, and what is in these: "MATH500 (Acc.)" -> "MATH500", ["Acc."]."""
    bare = re.sub(r"\s*[(\[][^()\[\]]*[)\]]", "", label).strip()
    inner = [text.strip() for text in re.findall(r"[(\[]([^()\[\]]*)[)\]]", label) if text.strip()]
    return bare or label, inner if bare else []


def _is_setup_label(label: str) -> bool:
    return bool(re.search(words()["forms"]["set_up"], label))


def _is_size(label: str) -> bool:
    return bool(re.fullmatch(words()["forms"]["size"], label.strip()))


def settings_of(texts: Iterable[str], stubs: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The settings that texts print; `stubs` are the heads of the columns that they stand in, "" for others."""
    found: dict[str, str] = {}
    for text, stub in zip(texts, stubs, strict=True):
        for name, (forms, head) in _setting_forms().items():
            is_value = bool(stub) and bool(head.search(stub)) and text[:1].isdigit()
            value = text if is_value else _first(forms, text)
            if value:
                found.setdefault(name, value)
    return tuple(found.items())


@cache
def _setting_forms() -> dict[str, tuple[list[re.Pattern[str]], re.Pattern[str]]]:
    rows = words()["settings"].items()
    return {name: ([re.compile(form) for form in row["forms"]], re.compile(row["stub"])) for name, row in rows}


def _first(forms: list[re.Pattern[str]], text: str) -> str:
    return next((match[1] for form in forms if (match := form.search(text))), "")


def _read(table: Table, caption: str, labels: LabelFacets) -> ReadTable:
    caption = caption[: words()["limits"]["caption"]]
    about = labels.of_caption(caption)
    headers = [TableHeader("caption", (caption,), about, settings_of([caption], [""]))]
    numbers: dict[tuple[str, HeaderPath], int] = {}

    def number_of(axis: str, header: HeaderPath) -> int:
        if (axis, header) not in numbers:
            numbers[axis, header] = len(headers)
            path = tuple(level[: words()["limits"]["path"]] for level in header.path)
            headers.append(TableHeader(axis, path, labels.of_path(path), settings_of(path, header.stubs)))
        return numbers[axis, header]

    is_setup = bool(re.search(words()["forms"]["set_up_caption"], caption))
    cells = [
        _cell(one, is_setup or _is_setup(one), number_of("row", one.row), number_of("column", one.column))
        for one in header_paths(table)
    ]
    printed = {facet.type for header in headers[1:] for facet in header.facets}
    headers[0] = headers[0]._replace(facets=tuple(facet for facet in about if facet.type not in printed))
    return ReadTable(table.id, table.label, caption, table.page, *head_counts(table), tuple(headers), tuple(cells))


def _is_setup(one: PathCell) -> bool:
    """Whether the head right above a number, or its own label, says that it is no result."""
    own = (path[-1] for path in (one.row.path, one.column.path) if path)
    return any(map(_is_setup_label, own))


def _cell(one: PathCell, is_setup: bool, row: int, column: int) -> TableCell:
    value, unit = value_of(one.cell.text)
    cell = one.cell
    return TableCell(cell.row, cell.column, cell.text, value, unit, cell.bold, one.is_sound, is_setup, row, column)


def value_of(text: str) -> tuple[float | None, str]:
    """The first number of a cell and the unit behind it: "1,361.84 tps" -> (1361.84, "tps")."""
    bare = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    bare = re.sub(r"\s", "", bare) if re.fullmatch(r"\d{1,3}(?:\s\d{3})+", bare) else bare  # "88 657"
    found = re.search(words()["forms"]["value"], bare)
    if not found:
        return None, ""
    value, rest = float(found[0].replace("−", "-")), bare[found.end() :]
    if power := re.match(rf"\s*{words()['forms']['power']}", rest):
        exponent = int(power[1].replace("−", "-"))
        value, rest = value * 10.0 ** max(-300, min(exponent, 300)), rest[power.end() :]
    unit = re.match(r"\s?(?!to\b)([%×xµμ°$]?[^\W\d_]{0,12}(?:/[^\W\d_]{1,8})?)", rest)
    return value, unit[1] if unit else ""
