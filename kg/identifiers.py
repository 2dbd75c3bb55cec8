"""Identifiers: one prefix table for RDF, the command line, URLs and reports (after the curies library)."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, unquote

from kg.entity_types import BASE, TABLE
from kg.text import unaccented

PREFIXES = {
    "kg": BASE + "ns#",
    **{kind: f"{BASE}{kind}/" for kind in TABLE},
    **{kind: f"{BASE}{kind}/" for kind in ("venue", "author", "paper", "entry", "source", "extractor", "cue")},
    "ror": "https://ror.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "schema": "https://schema.org/",
    "fabio": "http://purl.org/spar/fabio/",
    "sh": "http://www.w3.org/ns/shacl#",
}
#: The beginning of the reason of a minted concept, and the reason of one of several that bear a name.
MINTED = "minted: no concept bears this name"
NAMESAKE = f"{MINTED}, and other works call other things so"
#: Separates the name of a technique from the work that introduced it; no name contains it.
OF = "."
#: An address that a page may lead to.
WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_HEAD, _TITLE = 32, 64  # letters of a title's head, and of a title, that call a paper
_SEPARATORS = re.compile(r"[^\w]+|_+")
_PLACE = re.compile(r"#char=[0-9]+,[0-9]+\Z")  # the place of a quote, see kg/rdf/triples.py
_PLAIN = re.compile(r"[\w./-]*", re.ASCII)
_KINDS = {base: prefix for prefix, base in PREFIXES.items() if base == f"{BASE}{prefix}/"}
_TYPE_OF = {prefix: one.name for one in TABLE.values() for prefix in one.prefixes}
_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def is_curie(name: str) -> bool:
    """Whether a name has a prefix of the table, so that `iri` accepts it.

    >>> is_curie("technique:lora"), is_curie("arXiv:2501.00001"), is_curie("002-22")
    (True, False, False)
    """
    prefix, colon, _ = name.partition(":")
    return bool(colon) and prefix in PREFIXES


def called(name: str, title: str, author: str, authors: int, date: str) -> str:
    """How texts call a paper: its short name, the head of its title or its first author, with the year; "" for none.

    >>> called("", "SnapKV: LLM Knows What You are Looking for", "Yuhong Li", 8, "2024-04-22")
    'SnapKV 2024'
    >>> called("", "Attention Is All You Need to Compress a Very Long Cache", "Lovelace, Ada", 2, "2026")
    'Lovelace et al. 2026'
    """
    head, colon, _ = title.partition(":")
    said = name or (head if colon and len(head) <= _HEAD else "")
    if not said and author.strip():
        family, comma, _ = author.partition(",")
        said = (family if comma else author.split()[-1]).strip() + (" et al." if authors > 1 else "")
    said = said or (title if len(title) <= _TITLE else title[:_TITLE].rpartition(" ")[0] + " …")
    return f"{said} {date[:4]}".strip() if said else ""


def address(doi: str, arxiv: str, url: str) -> str:
    """The URL of a paper: its DOI, arXiv page or own URL; "" for none that leads to the web."""
    if doi or arxiv:
        return f"https://doi.org/{doi}" if doi else f"https://arxiv.org/abs/{arxiv}"
    return url if WEB.fullmatch(url) else ""


def plain(concept: str) -> str:
    """A concept without the work that scopes it.

    >>> plain("technique:dart.2510-01234")
    'technique:dart'
    """
    return concept.partition(OF)[0] if concept.startswith("technique:") else concept


def kind_of(concept: str) -> str:
    """The type of the concept that a CURIE identifies: its prefix, or "institution" for a ROR identifier.

    >>> kind_of("technique:lora"), kind_of("ror:03cve4549")
    ('technique', 'institution')
    """
    prefix = concept.partition(":")[0]
    return _TYPE_OF.get(prefix, prefix)


def iri(curie: str) -> str:
    """The IRI of a CURIE; characters that an IRI may not contain are percent-encoded.

    >>> iri("technique:lora"), iri("entry:a#1/text/A#char=0,2")
    ('https://w3id.org/paper-kg/technique/lora', 'https://w3id.org/paper-kg/entry/a%231/text/A#char=0,2')
    """
    prefix, _, local = curie.partition(":")
    if prefix not in PREFIXES:
        raise ValueError(f"unknown prefix in {curie!r}")
    if _PLAIN.fullmatch(local):  # nearly all are; an answer may hold thousands
        return PREFIXES[prefix] + local
    place = _PLACE.search(local)
    name = local[: place.start()] if place else local
    return PREFIXES[prefix] + quote(name, safe="-._~/!$&'()*+,;=:@", encoding="utf-8") + (place[0] if place else "")


def curie(iri: str) -> str:
    """The CURIE of an IRI, or the IRI itself when no prefix matches.

    >>> curie("https://ror.org/03cve4549")
    'ror:03cve4549'
    """
    kind = _KINDS.get(iri[: iri.find("/", len(BASE)) + 1])  # nearly all IRIs of a graph
    if kind:
        return f"{kind}:{unquote(iri[len(BASE) + len(kind) + 1 :])}"
    for prefix, base in _BY_LENGTH:
        if iri.startswith(base):
            return f"{prefix}:{unquote(iri[len(base) :])}"
    return iri


def slug(text: str) -> str:
    """A readable local name; Han and other non-Latin letters are kept, long names end in a hash.

    >>> slug("Llama-3.1-8B"), slug("KV cache eviction")
    ('llama-3-1-8b', 'kv-cache-eviction')
    """
    folded = unaccented(text).lower()
    name = _SEPARATORS.sub("-", folded).strip("-")
    if len(name) > 80:
        name = f"{name[:64].strip('-')}-{hashlib.sha256(folded.encode()).hexdigest()[:12]}"
    return name or "x" + hashlib.sha256(text.encode()).hexdigest()[:12]
