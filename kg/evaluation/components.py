"""What each part of the extraction is worth: the same papers read with and without it, all else unchanged.

A part is a component of the pipeline (kg/extract/config.cfg), under its name without "kg_", or one of PARTS. What a
later component needs of one that is left out is missing to it too: the worth of a part includes what rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kg.evaluation.matching import Json
from kg.evaluation.scores import Reader, Scores, evaluate
from kg.extract import TAGGER, extract, pipeline
from kg.extract.folds import OutOfFold
from kg.model import Document, KgError, Record
from kg.pipeline import Pipeline

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from kg.pipeline import Progress

    Component = Callable[[Doc], Doc]

LINKING = "linking"


class Part(NamedTuple):
    """Something that a Doc carries once a component ("" for the Doc as it is made) has run, and what takes it away."""

    name: str
    after: str
    take: Component


def _take_labels(doc: Doc) -> Doc:
    doc._.matches = []
    return doc


#: What can be left out beside whole components and linking.
PARTS = (Part("vocabulary", "", _take_labels),)


class Variant(NamedTuple):
    """Scores without one part, "" for none."""

    without: str
    scores: Scores


def parts() -> list[str]:
    """The names of all that can be left out, in the order in which it runs."""
    out = [part.name for part in PARTS if not part.after]
    for component in pipeline().pipe_names:
        out += [_plain(component), *(part.name for part in PARTS if part.after == component)]
    return [*out, LINKING]


def _plain(component: str) -> str:
    return component.removeprefix("kg_")


def reader(without: Iterable[str] = (), instead: Mapping[str, Component] | None = None) -> Reader:
    """The extraction with linking, without some of its parts, or with other components in the place of some.

    Annotated papers are read as if the tagger had never seen them (kg.extract.folds). `instead` holds components by
    the full name of those they replace.
    Raises KgError for a part that does not exist.
    """
    left_out = frozenset(without)
    others: dict[str, Component] = {TAGGER: OutOfFold(), **(instead or {})}
    known = parts()
    for name in sorted(left_out.difference(known)):
        raise KgError(f"There is no part {name} to leave out: choose from {', '.join(known)}.")
    takes = [part for part in PARTS if part.name in left_out]
    components = [part.take for part in takes if not part.after]
    for name, component in pipeline().pipeline:
        if _plain(name) not in left_out:
            components.append(others.get(name, component))
        components += [part.take for part in takes if part.after == name]
    linker = Pipeline().linker

    def read(document: Document) -> Record:
        record = extract(document, components)
        return record if LINKING in left_out else linker.link(document, record)

    return read


def variants(
    gold: Mapping[str, Json],
    documents: Iterable[Document],
    without: Iterable[str] = (),
    instead: Mapping[str, Component] | None = None,
    progress: Progress | None = None,
) -> Iterator[Variant]:
    """Scores without each part in turn, and always without those of `without`; the first leaves out nothing more."""
    documents, without = [d for d in documents if d.id in gold], frozenset(without)
    for done, name in enumerate(("", *(part for part in parts() if part not in without))):
        tell = partial(_tell, progress, name, done * len(documents)) if progress else None
        yield Variant(name, evaluate(gold, documents, reader(without | {name} - {""}, instead), tell))


def _tell(progress: Progress, without: str, before: int, document: str, done: int) -> None:
    progress(f"{document} without {without}" if without else document, before + done)
