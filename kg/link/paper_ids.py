"""Identifies the work of an entry from the entry alone: by its DOI, arXiv id, title or abstract."""

from __future__ import annotations

import hashlib
import re

from kg.identifiers import OF, slug
from kg.link.titles import letters, plain
from kg.model import Document, Record, Reference

_VERSION = re.compile(r"v\d+$")
_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)
_ARXIV = re.compile(r"^(?:https?://arxiv\.org/(?:abs|pdf)/|arxiv:\s*)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"^10\.48550/arxiv\.", re.IGNORECASE)
_LONGEST = 64  # letters of a folded title that are used in a CURIE unchanged
_MARK = 12  # hex digits of the hash that ends a longer one


def paper_id(document: Document, record: Record) -> str:
    """The CURIE of the work: by DOI, arXiv id, folded title or folded abstract, the first that is present.

    >>> paper_id(Document("a", "s", 1, {}, arxiv="2510.01234v2"), Record("a"))
    'paper:2510.01234'
    """
    return own_ids(document, record)[0]


def identified(document: Document, record: Record) -> tuple[str, str]:
    """The CURIE of the work by the entry alone, and the reason."""
    own = paper_id(document, record)
    return own, reason(own, doi_of(document), arxiv_of(document))


def own_ids(document: Document, record: Record) -> tuple[str, ...]:
    """All CURIEs that an entry may give its work, best first.

    arXiv's own DOI is treated as an arXiv id, because it is not the DOI of a publication.
    """
    title = letters(plain(record.title or _text(document, "T") or record.name))
    abstract = "" if title else letters(_text(document, "A"))
    found = (doi_of(document), arxiv_of(document), _short(title), abstract and f"abstract-{_hash(abstract)}")
    return tuple(f"paper:{one}" for one in found if one) or (f"paper:entry-{document.id}",)


def reason(own: str, doi: str, arxiv: str) -> str:
    """The reason for a CURIE that `own_ids` returned."""
    name = own.partition(":")[2]
    if name == doi:
        return f"DOI {name}"
    if name == arxiv:
        return f"arXiv id {name}"
    if name.startswith("abstract-"):
        return "the letters and digits of its abstract, for want of a title"
    if name.startswith("entry-"):
        return "the entry's own name, for want of title and abstract"
    return "the letters and digits of its title"


def doi_of(document: Document | Reference) -> str:
    """The DOI of the publication in lower case, or ""."""
    doi = _DOI.sub("", document.doi.strip()).lower()
    return "" if _ARXIV_DOI.match(doi) else doi


def arxiv_of(document: Document | Reference) -> str:
    """The arXiv id without version, or ""."""
    said = document.arxiv.strip()
    if not said:
        doi = _DOI.sub("", document.doi.strip())
        said = _ARXIV_DOI.sub("", doi) if _ARXIV_DOI.match(doi) else ""
    return _VERSION.sub("", _ARXIV.sub("", said).removesuffix(".pdf"))


def _text(document: Document, field: str) -> str:
    return document.texts[field].text if field in document.texts else ""


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - _MARK - 1]}-{_hash(title)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK]


def scoped(concept: str, paper: str) -> str:
    """A technique scoped to the work that introduced it; concepts of other types are returned unchanged.

    >>> scoped("technique:dart", "paper:2510.01234")
    'technique:dart.2510-01234'
    """
    return f"{concept}{OF}{slug(paper.partition(':')[2])}" if concept.startswith("technique:") else concept
