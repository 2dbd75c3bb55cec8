"""Identifiers: one prefix table for RDF, the command line, URLs and reports (after the curies library)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote, unquote

BASE = "https://w3id.org/paper-kg/"
PREFIXES = {
    "kg": BASE + "ns#",
    **{kind: f"{BASE}{kind}/" for kind in ("topic", "technique", "problem", "task", "metric")},
    **{kind: f"{BASE}{kind}/" for kind in ("hardware", "model", "dataset", "institution", "venue", "author")},
    **{kind: f"{BASE}{kind}/" for kind in ("paper", "entry", "source", "extractor", "cue")},
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
#: Between the name of a concept and the work that it is of: no name of a concept has it by itself.
OF = "."
_SEPARATORS = re.compile(r"[^\w]+|_+")
_PLACE = re.compile(r"#char=[0-9]+,[0-9]+\Z")  # the place of a quote, see kg/graph/rdf.py
_PLAIN = re.compile(r"[\w./-]*", re.ASCII)
_KINDS = {base: prefix for prefix, base in PREFIXES.items() if base == f"{BASE}{prefix}/"}
_BY_LENGTH = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


def is_curie(name: str) -> bool:
    """Whether a name begins with a prefix of the table: `iri` takes it.

    >>> is_curie("technique:lora"), is_curie("arXiv:2501.00001"), is_curie("002-22")
    (True, False, False)
    """
    prefix, colon, _ = name.partition(":")
    return bool(colon) and prefix in PREFIXES


def plain(concept: str) -> str:
    """A concept by its name alone.

    >>> plain("technique:dart.2510-01234")
    'technique:dart'
    """
    return concept.partition(OF)[0] if concept.startswith("technique:") else concept


def scoped(concept: str, paper: str) -> str:
    """A technique by its name and the work that it is of; what is no technique is known by its name alone.

    >>> scoped("technique:dart", "paper:2510.01234")
    'technique:dart.2510-01234'
    """
    return f"{concept}{OF}{slug(paper.partition(':')[2])}" if concept.startswith("technique:") else concept


def kind_of(concept: str) -> str:
    """The kind of thing that a CURIE names: its prefix, and "institution" for those of the register (ROR) too.

    >>> kind_of("technique:lora"), kind_of("ror:03cve4549")
    ('technique', 'institution')
    """
    prefix = concept.partition(":")[0]
    return "institution" if prefix == "ror" else prefix


def iri(curie: str) -> str:
    """The IRI of a CURIE; characters that an IRI may not hold are percent-encoded.

    >>> iri("technique:lora"), iri("entry:a#1/text/A#char=0,2")
    ('https://w3id.org/paper-kg/technique/lora', 'https://w3id.org/paper-kg/entry/a%231/text/A#char=0,2')
    """
    prefix, _, local = curie.partition(":")
    if prefix not in PREFIXES:
        raise ValueError(f"unknown prefix in {curie!r}")
    if _PLAIN.fullmatch(local):  # nearly all are: an answer spells thousands of names
        return PREFIXES[prefix] + local
    place = _PLACE.search(local)
    name = local[: place.start()] if place else local
    return PREFIXES[prefix] + quote(name, safe="-._~/!$&'()*+,;=:@", encoding="utf-8") + (place[0] if place else "")


def curie(iri: str) -> str:
    """The CURIE of an IRI; the IRI itself when no prefix fits.

    >>> curie("https://ror.org/03cve4549")
    'ror:03cve4549'
    """
    kind = _KINDS.get(iri[: iri.find("/", len(BASE)) + 1])  # nearly all names of a graph
    if kind:
        return f"{kind}:{unquote(iri[len(BASE) + len(kind) + 1 :])}"
    for prefix, base in _BY_LENGTH:
        if iri.startswith(base):
            return f"{prefix}:{unquote(iri[len(base) :])}"
    return iri


def slug(text: str) -> str:
    """A readable ASCII local name; Han and other letters are kept, long ones end in a hash.

    >>> slug("Llama-3.1-8B"), slug("KV cache eviction")
    ('llama-3-1-8b', 'kv-cache-eviction')
    """
    folded = text.lower()
    if not text.isascii():
        folded = unicodedata.normalize("NFKD", text).lower()
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    name = _SEPARATORS.sub("-", folded).strip("-")
    if len(name) > 80:
        name = f"{name[:64].strip('-')}-{hashlib.sha256(folded.encode()).hexdigest()[:12]}"
    return name or "x" + hashlib.sha256(text.encode()).hexdigest()[:12]
