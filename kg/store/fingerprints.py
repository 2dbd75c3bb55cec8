"""What an entry was made from, as a hash: by it `add` tells what is unchanged, and `verify` what was tampered with."""

from __future__ import annotations

import hashlib
import json

from kg.model import BODY, FIELDS, Document
from kg.store.codec import plain
from kg.store.entries import local_id

#: Fields that documents of older graphs lack: they count where they are known.
_LATER = ("category", "origin", "as_written")
_SEAL = 32  # hexadecimal digits


def fingerprint(document: Document, version: str) -> str:
    """A hash of all that an entry is made from, then its `seal`; `version` names the program and its extractors."""
    details = _details(document)
    made_from = f"[{json.dumps(version)}, {details[1:]}"
    return hashlib.sha256(made_from.encode()).hexdigest() + _sealed(details)


def seal(document: Document) -> str:
    """A hash of a document alone: what is stored shows by it that it was not changed."""
    return _sealed(_details(document))


def _sealed(details: str) -> str:
    return hashlib.sha256(details.encode()).hexdigest()[:_SEAL]


def sealed(fingerprint: str) -> str:
    """The seal in a fingerprint; "" where it has none."""
    return fingerprint[64:]


def _details(document: Document) -> str:
    texts = {name: (t.raw, t.text, t.edits) for name, t in sorted(document.texts.items()) if name in FIELDS}
    rest = [getattr(document, name) for name in Document.__slots__ if name not in ("id", "texts", *_LATER, *BODY)]
    later = {name: said for name in _LATER if (said := getattr(document, name))}
    rest += [later] if later else []
    body = [plain(list(getattr(document, name))) for name in BODY] if document.parts else []
    return json.dumps([texts, [local_id(document.id, document.source), *rest], *body])
