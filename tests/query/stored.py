"""Papers that a test makes by hand, linked and stored as the program does it."""

from __future__ import annotations

from kg.build.work_sets import Coming
from kg.extract.belonging import obtained
from kg.link.linker import Linker
from kg.model import Document, Record
from kg.rdf.store import Store
from kg.store.entries import Entry


def put(store: Store, linker: Linker, document: Document, record: Record) -> None:
    """Link a record and store it with its document, and with what its results were obtained on."""
    obtained(record, document, linker.vocabulary)
    entry = Entry(document, linker.link(document, record))
    named = {mention.concept for mention in entry.record.institutions}
    facts = {name: known for name in sorted(named) if (known := linker.institution_facts(name))}
    store.put(Coming.of(entry).draft, facts)
