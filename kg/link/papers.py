"""Which work an entry describes: the same work gets the same identity wherever it is described."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from kg.model import Document, Record

_VERSION = re.compile(r"v\d+$")
_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_ARXIV = re.compile(r"^(?:https?://arxiv\.org/(?:abs|pdf)/|arxiv:\s*)", re.IGNORECASE)
_LONGEST = 64  # letters of a folded title that stand in a CURIE as they are
_MARK = 12  # digits of the hash that ends a longer one


def paper_id(document: Document, record: Record) -> str:
    """The CURIE of the work: its DOI, arXiv id, folded title or folded abstract, the first that is known.

    >>> paper_id(Document("a", "s", 1, {}, arxiv="2510.01234v2"), Record("a"))
    'paper:2510.01234'
    """
    return identified(document, record)[0]


def identified(document: Document, record: Record) -> tuple[str, str]:
    """The CURIE of the work and the reason for it, a sentence."""
    if document.doi.strip():
        doi = _DOI.sub("", document.doi.strip()).lower()
        return f"paper:{doi}", f"DOI {doi}"
    if document.arxiv.strip():
        arxiv = _VERSION.sub("", _ARXIV.sub("", document.arxiv.strip()).removesuffix(".pdf"))
        return f"paper:{arxiv}", f"arXiv id {arxiv}"
    title = folded(record.title or _text(document, "T") or record.name)
    if title:
        return f"paper:{_short(title)}", "the letters and digits of its title"
    abstract = folded(_text(document, "A"))
    if abstract:
        return f"paper:abstract-{_hash(abstract)}", "the letters and digits of its abstract, for want of a title"
    return f"paper:entry-{document.id}", "the entry's own name, for want of title and abstract"


def folded(text: str) -> str:
    """Letters and digits only, without case and accents.

    >>> folded("AsyncSpade: Test-Time Scaling")
    'asyncspadetesttimescaling'
    """
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in plain if c.isalnum())


def _text(document: Document, field: str) -> str:
    return document.texts[field].text if field in document.texts else ""


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - _MARK - 1]}-{_hash(title)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK]
