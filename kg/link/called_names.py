"""What records call their concepts, and the names by which these are found."""

from __future__ import annotations

from collections.abc import Iterable

from kg.entity_types import LISTS
from kg.model import Record
from kg.text import fold, has_han
from kg.vocabulary import Vocabulary

#: Letters of a label that a misspelt word may mean.
SHORTEST, LONGEST = 4, 99


def called(record: Record) -> dict[str, list[str]]:
    """The concepts of a record with the paper's own names for each, canonical ones first, without repetition."""
    named: list[tuple[str, str]] = []
    later: list[tuple[str, str]] = []
    for mentions in LISTS.values():
        for mention in getattr(record, mentions):
            named.append((mention.concept, mention.canonical or mention.surface))
            later += [(mention.concept, name) for name in (mention.surface, *mention.aliases)]
    for result in record.results:
        later += [(result.metric_concept, result.metric), (result.baseline_concept, result.baseline)]
    for relation in record.relations:
        later += [(relation.head_concept, relation.head), (relation.tail_concept, relation.tail)]
    later += [(f"topic:{topic.id}", topic.id.replace("-", " ")) for topic in record.topics]
    out: dict[str, list[str]] = {}
    for concept, name in (*named, *later):
        known = out.setdefault(concept, []) if concept else []
        if name and name not in known:
            known.append(name)
    return out


def labels_of(record: Record) -> dict[str, list[tuple[str, int, str]]]:
    """What a record calls the concepts that the vocabulary does not know: language, whether preferred, label."""
    vocabulary = Vocabulary.load()
    return {
        concept: [("zh" if has_han(label) else "en", int(not at), label) for at, label in enumerate(wordings)]
        for concept, wordings in called(record).items()
        if concept not in vocabulary
    }


def folded_name_rows(labels: Iterable[tuple[str, bool]]) -> list[tuple[str, int, str | None, str | None]]:
    """The names by which a thing is found, of its labels and whether each is preferred.

    Folded form; whether it is that of a preferred label; its words from the last one on, where it has several; its
    first letter and length, by which names that are nearly alike are found.
    """
    forms: dict[str, bool] = {}
    for label, preferred in labels:
        if form := fold(label):
            forms[form] = forms.get(form, False) or bool(preferred)
    return [
        (
            *(form, int(preferred), " ".join(reversed(form.split(" "))) if " " in form else None),
            f"{form[0]}{len(form):02d}" if SHORTEST <= len(form) <= LONGEST else None,
        )
        for form, preferred in sorted(forms.items())
    ]
