"""Ablation: measure the worth of each part of the extraction by reading the same papers with and without it.

A part is a component of the pipeline (kg/extract/config.cfg), named without "kg_", or one of PARTS. Components that
depend on the omitted part run without its output, so that the worth of a part includes what depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kg.build.pipeline import Pipeline, Progress
from kg.evaluation.matching import Json
from kg.evaluation.scores import Reader, Scores, evaluate
from kg.extract import TAGGER, extract, pipeline
from kg.extract.folds import OutOfFold
from kg.model import Document, KgError, Record

if TYPE_CHECKING:
    from spacy.tokens import Doc

    Component = Callable[[Doc], Doc]

LINKING = "linking"


class RemovablePart(NamedTuple):
    """Data of a Doc that can be removed: set once component `after` has run ("" for a new Doc), removed by `take`."""

    name: str
    after: str
    take: Component


def _take_labels(doc: Doc) -> Doc:
    doc._.matches = []
    return doc


#: Parts that can be left out besides whole components and linking.
PARTS = (RemovablePart("vocabulary", "", _take_labels),)


class Variant(NamedTuple):
    """The scores without one part ("" for none)."""

    without: str
    scores: Scores


def parts() -> list[str]:
    """The names of all parts, in the order in which they run."""
    out = [part.name for part in PARTS if not part.after]
    for component in pipeline().pipe_names:
        out += [_plain(component), *(part.name for part in PARTS if part.after == component)]
    return [*out, LINKING]


def _plain(component: str) -> str:
    return component.removeprefix("kg_")


def reader(without: Iterable[str] = (), tagger: Component | None = None) -> Reader:
    """The extraction with linking, without some parts.

    Without another tagger, annotated papers are read by one that was not trained on them (kg.extract.folds). Raises
    KgError for an unknown part.
    """
    left_out = frozenset(without)
    tagger = tagger or OutOfFold()
    known = parts()
    for name in sorted(left_out.difference(known)):
        raise KgError(f"There is no part {name}: choose from {', '.join(known)}.")
    takes = [part for part in PARTS if part.name in left_out]
    components = [part.take for part in takes if not part.after]
    for name, component in pipeline().pipeline:
        if _plain(name) not in left_out:
            components.append(tagger if name == TAGGER else component)
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
    progress: Progress | None = None,
) -> Iterator[Variant]:
    """Yield the scores of the whole, then without each part in turn; the parts in `without` are always left out."""
    documents, without = [d for d in documents if d.id in gold], frozenset(without)
    for done, name in enumerate(("", *(part for part in parts() if part not in without))):
        tell = partial(_tell, progress, name, done * len(documents)) if progress else None
        yield Variant(name, evaluate(gold, documents, reader(without | {name} - {""}), tell))


def _tell(progress: Progress, without: str, before: int, document: str, done: int) -> None:
    progress(f"{document} without {without}" if without else document, before + done)
