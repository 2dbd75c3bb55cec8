"""Papers as BibTeX, for LaTeX and reference managers; what the format gives a meaning is escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kg.model import Document, Paper
from kg.rdf.store import Store
from kg.store.contents import load_entries, works
from kg.text import one_line
from kg.views.selection import code, link, title

_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_"}
_SPECIAL |= {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "$": r"\$"}
_MARKED = re.compile("[" + re.escape("".join(_SPECIAL)) + "]")
#: Words whose capitals a style must not lower: with capitals inside, or digits.
_KEPT = re.compile(r"(?<![\w\\{])(?=\w*[A-Z0-9]\w*)(\w+[A-Z0-9]\w*|[A-Z]{2,}\w*)(?!\w)")
_AT_ONCE = 500


def bibtex(store: Store) -> bytes:
    """An entry a paper, in the order of the sources."""
    return "\n".join(_entries(store)).encode()


def _entries(store: Store) -> Iterator[str]:
    keys: set[str] = set()
    known = list(works(store).items())
    for at in range(0, len(known), _AT_ONCE):
        some = known[at : at + _AT_ONCE]
        read = load_entries(store, (entry for _, entries in some for entry in entries))
        for paper, entries in some:
            yield entry_of(Paper(paper, [read[entry] for entry in entries]), keys)


def entry_of(paper: Paper, keys: set[str] | None = None) -> str:
    """A paper as an entry of BibTeX, under a key that is none of `keys`, to which it is added."""
    documents = [document for document, _ in paper.entries]
    first = next((d for d in documents if d.authors), documents[0])
    date = next((d.date for d in documents if d.date), "")
    year = str(next((d.year for d in documents if d.year), "") or date[:4])
    venue = next((d.venue for d in documents if d.venue), "")
    arxiv, doi = (next((getattr(d, name) for d in documents if getattr(d, name)), "") for name in ("arxiv", "doi"))
    said = title(paper)
    fields = {
        "title": _capitals(tex_escaped(said)),
        "author": " and ".join(_author(author) for author in _authors(first)),
        "year": year,
        "month": date[5:7].lstrip("0"),
        "journal" if not arxiv or venue else "": tex_escaped(venue),
        "eprint": arxiv,
        "archiveprefix": "arXiv" if arxiv else "",
        "doi": doi,
        "url": link(paper),
        "note": f"Code: \\url{{{code(paper)}}}" if code(paper) else "",
    }
    lines = "".join(f"  {name:<13} = {{{_line(value)}}},\n" for name, value in fields.items() if name and value)
    return f"@{'article' if venue else 'misc'}{{{_key(first, said, year, keys)},\n{lines}}}\n"


def _authors(document: Document) -> tuple[str, ...]:
    more = document.author_count and document.author_count > len(document.authors)
    return (*document.authors, "others") if more and document.authors else document.authors


def _author(name: str) -> str:
    """A name; one that holds "and", or is an organisation's of several words with it, is kept whole."""
    escaped = tex_escaped(one_line(name))
    return f"{{{escaped}}}" if re.search(r"\band\b", name) else escaped


def tex_escaped(text: str) -> str:
    """A text in which TeX finds nothing to obey.

    >>> tex_escaped("40% of R&D_x")
    '40\\\\% of R\\\\&D\\\\_x'
    """
    return _MARKED.sub(lambda found: _SPECIAL[found[0]], one_line(text))


def _capitals(text: str) -> str:
    return _KEPT.sub(lambda found: f"{{{found[0]}}}", text)


def _line(value: str) -> str:
    """An address or text in braces: braces that do not pair would end the field."""
    depth = 0
    for at, letter in enumerate(value):
        if letter in "{}" and (at == 0 or value[at - 1] != "\\"):
            depth += 1 if letter == "{" else -1
            if depth < 0:
                return value.replace("{", "").replace("}", "")
    return value if depth == 0 else value.replace("{", "").replace("}", "")


def _key(document: Document, said: str, year: str, keys: set[str] | None) -> str:
    """ "lovelace2026attention": the first author's name, the year, the first long word of the title."""
    author = document.authors[0] if document.authors else ""
    family = author.partition(",")[0] if "," in author else (author.split() or [""])[-1]
    word = next((w for w in re.findall(r"\w+", said) if len(w) > 3), "")
    key = _letters(family) + year + _letters(word) or _letters(document.id) or "paper"
    if keys is None:
        return key
    found = next(name for name in (key, *(f"{key}-{n}" for n in range(2, len(keys) + 3))) if name not in keys)
    keys.add(found)
    return found


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())[:30]
