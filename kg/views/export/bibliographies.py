"""Papers for reference managers: BibTeX, RIS and CSL-JSON. An entry that was read from one of these is given back.

Its key, type, fields and names are those of its bibliography (`kg.sources.as_written`); what is missing there is taken
from what else is known of the paper. Other papers get a key of the first author, the year and a word of the title.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from kg.files import toml_file
from kg.latex import bare
from kg.model import Document, Paper
from kg.rdf.store import Store
from kg.sources.as_written import CSL, KEY, RIS, TYPE, PersonName, escaped, name_of, table
from kg.sources.bibtex import written_names
from kg.sources.people import is_group
from kg.store.contents import load_entries, works
from kg.text import has_han, one_line
from kg.views.selection import code, link, title

#: Words whose capitals a style must not lower: with capitals inside, or digits.
_KEPT = re.compile(r"(?<![\w\\{])(?=\w*[A-Z0-9]\w*)(\w+[A-Z0-9]\w*|[A-Z]{2,}\w*)(?!\w)")
_KEY = re.compile(r"[^\s,={}()\"#%~\\']{1,200}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AT_ONCE = 500


class ListedWork(NamedTuple):
    """A paper as bibliographies list it; `fields` are as they were written, in LaTeX, in their order."""

    key: str
    type: str
    fields: dict[str, str]
    authors: list[PersonName]
    title: str
    venue: str
    date: str  # ISO 8601, or a year
    abstract: str
    keywords: list[str]
    institutions: list[str]
    arxiv: str
    doi: str
    url: str
    code: str
    is_returned: bool


def references(store: Store) -> Iterator[ListedWork]:
    """A reference a paper, in the order of the sources."""
    keys: set[str] = set()
    known = list(works(store).items())
    for at in range(0, len(known), _AT_ONCE):
        some = known[at : at + _AT_ONCE]
        read = load_entries(store, (entry for _, entries in some for entry in entries))
        for paper, entries in some:
            yield reference(Paper(paper, [read[entry] for entry in entries]), keys)


def reference(paper: Paper, keys: set[str]) -> ListedWork:
    """A paper under a key that is none of `keys`, to which it is added."""
    documents = [document for document, _ in paper.entries]
    written = next((d for d in documents if d.as_written), None)
    documents = [written, *(d for d in documents if d is not written)] if written else documents
    first = next((d for d in documents if d.authors), documents[0])
    entry, texts = written.as_written if written else {}, (written or first).texts
    date = next((d.date for d in documents if d.date), "")
    year = str(next((d.year for d in documents if d.year), "") or date[:4])
    venue = next((d.venue for d in documents if d.venue), "")
    arxiv, doi, url = (
        next((getattr(d, name) for d in documents if getattr(d, name)), "") for name in ("arxiv", "doi", "url")
    )
    said = title(paper) if written is None else written.texts["T"].text
    names = list(written_names(entry.get("author", ""))) or [_marked(name) for name in first.authors]
    more = first.author_count and first.author_count > len(first.authors) and first.authors
    names += ["others"] if more and names[-1:] != ["others"] else []
    return ListedWork(
        key=_free(_key(entry.get(KEY, "")) or _made_key(first, said, year), keys),
        type=entry.get(TYPE, "article" if venue else "misc"),
        fields=entry,
        authors=[name_of(name) for name in names],
        title=said,
        venue=venue,
        date=date if date[:4] == year else year,
        abstract=texts["A"].text if "A" in texts else "",
        keywords=texts["K"].text.split("; ") if "K" in texts else [],
        institutions=texts["I"].text.split("; ") if "I" in texts else [],
        arxiv=arxiv,
        doi=doi,
        url=link(paper) if written is None else url,
        code=code(paper),
        is_returned=written is not None,
    )


def bibtex(store: Store) -> bytes:
    """BibTeX, an entry a paper."""
    return "\n".join(map(bibtex_entry, references(store))).encode()


def entry_of(paper: Paper) -> str:
    """A paper as an entry of BibTeX."""
    return bibtex_entry(reference(paper, set()))


def bibtex_entry(one: ListedWork) -> str:
    written = {name: value for name, value in one.fields.items() if name.islower()}
    is_whole = "title" in written  # read from BibTeX; of RIS and CSL some fields alone are kept
    place = "booktitle" if one.type in ("inproceedings", "incollection", "conference", "inbook") else "journal"
    made = {
        "title": _KEPT.sub(lambda found: f"{{{found[0]}}}", escaped(one.title)),
        "author": " and ".join(map(_of_name, one.authors)),
        "year": one.date[:4],
        "month": one.date[5:7].lstrip("0"),
        place: escaped(one.venue),
        "abstract": escaped(one.abstract) if one.is_returned else "",
        "keywords": escaped("; ".join(one.keywords)) if one.is_returned else "",
        "eprint": one.arxiv,
        "archiveprefix": "arXiv" if one.arxiv else "",
        "doi": one.doi,
        "url": one.url,
        "note": f"Code: \\url{{{one.code}}}" if one.code and not one.is_returned else "",
    }
    if is_whole:
        has_id = any(one.arxiv in value for value in written.values())
        made = {"doi": one.doi if not any(one.doi.lower() in value.lower() for value in written.values()) else ""}
        made |= {"eprint": one.arxiv, "archiveprefix": "arXiv"} if not has_id else {}
    fields = {**{name: value for name, value in made.items() if not written.get(name)}, **written}
    order = [*(name for name in (written if is_whole else made) if fields.get(name)), *fields]
    lines = "".join(f"  {name:<13} = {_value(name, fields[name])},\n" for name in dict.fromkeys(order) if fields[name])
    return f"@{one.type}{{{one.key},\n{lines}}}\n"


def _of_name(name: PersonName) -> str:
    """A name of BibTeX; one that holds "and", or is a group's, is kept whole."""
    if not name.given:
        is_whole = name.family != "others" and (" " in name.family or re.search(r"\band\b", name.family))
        return f"{{{escaped(name.family)}}}" if is_whole else escaped(name.family)
    parts = [name.family, name.suffix, name.given] if name.suffix else [name.family, name.given]
    return ", ".join(map(escaped, parts))


def _marked(name: str) -> str:
    """A name as it is printed, in braces if it is a group's."""
    name = one_line(name)
    return f"{{{escaped(name)}}}" if is_group(name) or re.search(r"\band\b", name) else escaped(name)


def _value(name: str, value: str) -> str:
    """The value of a field in braces, those within it in pairs; months are BibTeX's own."""
    if name == "month" and value.lower() in _MONTHS:
        return value.lower()
    depth = 0
    for at, letter in enumerate(value):
        if letter in "{}" and (at == 0 or value[at - 1] != "\\"):
            depth += 1 if letter == "{" else -1
            if depth < 0:
                break
    return f"{{{value}}}" if depth == 0 else "{" + value.replace("{", "").replace("}", "") + "}"


def ris(store: Store) -> bytes:
    """RIS, a record a paper."""
    return "\n".join(map(ris_record, references(store))).encode()


def ris_record(one: ListedWork) -> str:
    types = table()["types"]
    lines = [("TY", one.fields.get(RIS) or types.get(one.type, types["misc"])["ris"][0]), ("ID", one.key)]
    lines += [("AU", name.turned) for name in one.authors if name.family != "others"]
    lines += [("TI", one.title), ("T2", one.venue), ("PY", one.date[:4]), ("DA", one.date.replace("-", "/"))]
    given: set[str] = set()
    for name, theirs in table()["fields"].items():
        if theirs["ris"] not in given and (value := _printed(one.fields.get(name, ""))):
            given.add(theirs["ris"])
            first, _, last = value.replace("--", "–").partition("–") if name == "pages" else (value, "", "")
            lines += [(theirs["ris"], first), ("EP", last)]
    lines += [("DO", one.doi), ("UR", one.url), ("AN", _preprint(one)), *(("AD", place) for place in one.institutions)]
    lines += [("AB", one.abstract), *(("KW", word) for word in one.keywords), ("ER", "")]
    return "".join(f"{tag}  - {one_line(value)}\n" for tag, value in lines if value or tag == "ER")


def csl(store: Store) -> bytes:
    """CSL-JSON, an item a paper."""
    return (json.dumps([csl_item(one) for one in references(store)], ensure_ascii=False, indent=1) + "\n").encode()


def csl_item(one: ListedWork) -> dict[str, Any]:
    types = table()["types"]
    named = {"family": "family", "given": "given", "suffix": "suffix"}
    people = [
        {part: value for part, value in zip(named, name, strict=True) if value}
        if name.given
        else {"literal": name.family}
        for name in one.authors
        if name.family != "others"
    ]
    made: dict[str, Any] = {
        "id": one.key,
        "type": one.fields.get(CSL) or types.get(one.type, types["misc"])["csl"][0],
        "title": one_line(one.title),
        "author": people,
        "container-title": one_line(one.venue),
        "issued": {"date-parts": [[int(part) for part in one.date.split("-")]]} if one.date else {},
        "abstract": one.abstract,
        "keyword": "; ".join(one.keywords),
        "DOI": one.doi,
        "URL": one.url,
        "archive_location": _preprint(one),
    }
    for name, theirs in reversed(table()["fields"].items()):
        if value := _printed(one.fields.get(name, "")):
            made[theirs["csl"]] = value
    return {name: value for name, value in made.items() if value}


def _printed(value: str) -> str:
    return one_line(bare(value))


def _preprint(one: ListedWork) -> str:
    return f"arXiv:{one.arxiv}" if one.arxiv else ""


def _key(written: str) -> str:
    """A key as it was written; "" for one that other programs would not take."""
    return written if _KEY.fullmatch(written) else ""


def _free(key: str, keys: set[str]) -> str:
    found = next(name for name in (key, *(f"{key}-{n}" for n in range(2, len(keys) + 3))) if name not in keys)
    keys.add(found)
    return found


def _made_key(document: Document, said: str, year: str) -> str:
    """ "lovelace2026attention": the first author's name, the year, the first long word of the title."""
    family = name_of(_marked(document.authors[0])).family if document.authors else ""
    word = next((w for w in re.findall(r"\w+", said) if len(w) > 3), "")
    return _letters(_latin(family)) + year + _letters(word) or _letters(document.id) or "paper"


def _latin(family: str) -> str:
    """A Chinese name's family name in Latin letters, other names as they are."""
    known = _families()
    return known.get(family[:2]) or known.get(family[:1], "") if has_han(family) else family


@cache
def _families() -> dict[str, str]:
    rows: dict[str, str] = toml_file(__file__, "families.toml")["families"]
    return {name: latin for latin, names in rows.items() for name in names.split()}


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())[:30]
