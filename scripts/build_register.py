"""Build data/register.tsv.gz, the register of institutions that ships, from ROR records (CC0).

    python scripts/build_register.py FOLDER_WITH_ROR [-o data/register.tsv.gz]

FOLDER_WITH_ROR holds `ror_records.jsonl.gz` (id, names with language and kind, country, city, types, status, parent)
and `ror_stubs.tsv.gz` (id and name of organisations known only from relations). Names in other scripts than Latin
and Han are left out, withdrawn records too: their names go to the record that took their place. The same input gives
the same bytes.

A row: ROR id, country, city, types (first letters), parents (ids), English name, Chinese name, other names joined by
"|" (acronyms begin with "^"), first letters of other registers that know it (Crossref's funders: fundref, ISNI,
Wikidata). Then a line "#countries" and each country's name with its code. Then a line "#keys" and, sorted, each key
with the rows that bear it: row number in base 36 followed by one digit, the rank of the name (0 label, 1 alias,
2 acronym, +3 when shortened).
"""

from __future__ import annotations

import argparse
import gzip
import json
import unicodedata
from pathlib import Path
from typing import Any

from kg.link.organisation_words import OrganisationWords, fold_word
from kg.link.register import (
    ACRONYM,
    ACRONYM_RANK,
    ALIAS_RANK,
    BRACKET,
    COUNTRIES,
    KEYS,
    LABEL_RANK,
    SHORTENED,
    joined,
    name_tokens,
    without_legal_form,
)

LISTS = ("fundref", "isni", "wikidata")  # other registers, in which organisations that are often named stand
_RANK = {"label": LABEL_RANK, "alias": ALIAS_RANK, "acronym": ACRONYM_RANK}


def keys(name: str, words: OrganisationWords, places: frozenset[str] = frozenset()) -> list[tuple[str, int]]:
    """The keys of a name, each with what it adds to the rank of the name.

    `places` are folded names of countries: "Google (United States)" also gets the key of "Google".
    """
    tokens = name_tokens(name, words)
    out = [(joined(tokens), 0)]
    bare = BRACKET.sub("", name).strip()
    bracket = name[len(bare) :].strip(" ()")
    if bare and bare != name and fold_word(bracket) in places:
        tokens = name_tokens(bare, words)
        out.append((joined(tokens), 0))
    short = joined(without_legal_form(tokens, words))
    if short and short not in {k for k, _ in out}:
        out.append((short, SHORTENED))
    return [(k, rank) for k, rank in out if len(k) > 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("data/register.tsv.gz"))
    arguments = parser.parse_args()
    text = build(read_records(arguments.folder))
    arguments.output.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{arguments.output}: {text.count(chr(10)):,} lines, {arguments.output.stat().st_size:,} bytes")


def read_records(folder: Path) -> list[dict[str, Any]]:
    """The records that count, by id; stubs have a name and nothing else."""
    records: dict[str, dict[str, Any]] = {}
    with gzip.open(folder / "ror_records.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            records[record["id"]] = record
    with gzip.open(folder / "ror_stubs.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            identifier, name = line.rstrip("\n").split("\t")[:2]
            if len(identifier) == 9 and identifier.startswith("0"):
                records.setdefault(identifier, {"id": identifier, "name": name, "names": [[name, None, "label"]]})
    inherit(records)
    return [records[i] for i in sorted(records) if not is_withdrawn(records[i])]


def inherit(records: dict[str, dict[str, Any]]) -> None:
    """Give the names of each withdrawn record to the one that took its place, as aliases."""
    for record in list(records.values()):
        heir, seen = record, set()
        while is_withdrawn(heir) and heir["id"] not in seen and len(heir.get("successor") or ()) == 1:
            seen.add(heir["id"])
            heir = records.get(heir["successor"][0], {"id": ""})
        if seen and heir["id"] and not is_withdrawn(heir):
            known = {name for name, _, _ in heir["names"]}
            names = [[n, language, "alias"] for n, language, kind in record["names"] if kind != "acronym"]
            heir["names"] = [*heir["names"], *(n for n in names if n[0] not in known)]


def is_withdrawn(record: dict[str, Any]) -> bool:
    return record.get("status") == "withdrawn"


def build(records: list[dict[str, Any]]) -> str:
    """The text of the register."""
    words = OrganisationWords.load()
    places = frozenset(fold_word(r["country_name"]) for r in records if r.get("country_name"))
    rows: list[str] = []
    index: dict[str, dict[int, int]] = {}
    for at, record in enumerate(records):
        names = [n for n in record["names"] if is_readable(n[0])] or [[record["name"], None, "label"]]
        rows.append(row(record, names, places))
        for name, kind in {(record["name"], "label"), *((name, kind) for name, _, kind in names)}:
            for key, extra in keys(name, words, places):
                ranks = index.setdefault(key, {})
                ranks[at] = min(ranks.get(at, 9), _RANK[kind] + extra)
    lines = [f"{k}\t{' '.join(f'{base36(a)}{r}' for a, r in sorted(index[k].items()))}" for k in sorted(index)]
    countries = sorted({f"{r['country_name']}\t{r['country']}" for r in records if r.get("country_name")})
    return "\n".join([*rows, COUNTRIES, *countries, KEYS, *lines]) + "\n"


def row(record: dict[str, Any], names: list[list[Any]], places: frozenset[str]) -> str:
    english = english_name(record, names)
    chinese = next((n for n, language, kind in names if language == "zh" and kind == "label"), "")
    chinese = chinese or next((n for n, language, _ in names if language == "zh" and is_han(n)), "")
    if not chinese and record.get("country") in ("CN", "TW", "HK", "MO"):
        chinese = next((n for n, language, _ in names if language is None and is_han(n)), "")
    others: dict[str, None] = {}
    for name, _, kind in names:
        if name not in (english, chinese):
            others[(ACRONYM if kind == "acronym" else "") + name.replace("|", " ")] = None
    cells = (
        record["id"],
        record.get("country") or "",
        record.get("city") or "",
        "".join(sorted(t[0].lower() for t in record.get("types") or ())),
        " ".join(record.get("parent") or ()),
        without_country(english, places),
        chinese,
        "|".join(sorted(others)),
        "".join(kind[0] for kind in LISTS if record.get(kind)),
    )
    return "\t".join(" ".join(cell.split()) for cell in cells)


def english_name(record: dict[str, Any], names: list[list[Any]]) -> str:
    """The display name when it is English (or of no language), else the English label, else the display name."""
    display = record["name"]
    languages = {language for name, language, kind in names if name == display and kind == "label"}
    if languages <= {"en", None} or "en" in languages:
        return str(display)
    return str(next((n for n, language, kind in names if language == "en" and kind == "label"), display))


def without_country(name: str, places: frozenset[str]) -> str:
    bare, bracket, place = name.rpartition(" (")
    return bare if bracket and fold_word(place.rstrip(")")) in places else name


def is_readable(name: str) -> bool:
    """Whether all letters are Latin or Han."""
    return name.isascii() or all(is_han(c) or unicodedata.name(c, "").startswith("LATIN") for c in name if c.isalpha())


def is_han(name: str) -> bool:
    return any("\u3400" <= c <= "\u9fff" for c in name)


def base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"


if __name__ == "__main__":
    main()
