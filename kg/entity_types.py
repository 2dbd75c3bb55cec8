"""The types of what papers name, as the classes of `ontology/kg.ttl` describe them: the table that says which exist.

A class with `kg:matching` is a type, a class with `kg:list` one whose mentions a record holds. Records, tables, RDF,
questions, the command line and views read this table, so that a new type is one class there and one component.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox

BASE = "https://w3id.org/paper-kg/"
_NS = BASE + "ns#"
#: Properties of a class, and of the table, that hold a text by language.
_TEXTS = ("label", "comment", "plural", "one", "many", "flag", "claim")


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of entities. Texts are by language."""

    name: str  # "hardware": its prefix in CURIEs, its flag, its word in `--list`, `--of` and SQL
    cls: str  # "Hardware", the class
    list: str  # the key of a record that holds its mentions; "" for what papers have without mentions
    property: str  # "hardware", the property from a paper to an entity
    colour: str
    matching: frozenset[str]  # name, phrase, organisation or measure; capitals, within
    prefixes: tuple[str, ...]  # of identifiers, its own first
    reached_by: str  # the relation that a paper's technique usually has to it, "runs_on"; "" for none
    texts: Mapping[str, Mapping[str, str]] = field(hash=False)

    def text(self, name: str, language: str) -> str:
        """Its label, comment, plural, one or many (as in "3 pieces of hardware"), flag or claim."""
        said = self.texts[name]
        return said.get(language) or said["en"]


def data_folder(name: str) -> Path:
    """A data folder ("ontology", "data"): inside the installed package, or beside the package in a checkout."""
    inside = Path(str(files("kg"))) / name
    folder = inside if inside.is_dir() else Path(__file__).resolve().parent.parent / name
    if not folder.is_dir():
        raise FileNotFoundError(f"The folder {name} of the package is missing: install kg again.")
    return folder


def _read(path: Path) -> tuple[dict[str, EntityType], dict[str, tuple[str, ...]]]:
    """The types of a Turtle file by name, in the order of their classes, and those that relations may lead to."""
    said: dict[str, dict[str, list[Any]]] = {}
    for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode):
            name = quad.predicate.value.rpartition("#")[2]
            said.setdefault(quad.subject.value, {}).setdefault(name, []).append(quad.object)
    types = [_type(iri.removeprefix(_NS), of) for iri, of in said.items() if "matching" in of]
    names = {_NS + one.cls: one.name for one in types}
    tails = {_snake(iri.removeprefix(_NS)): [names[c.value] for c in of.get("leadsTo", ())] for iri, of in said.items()}
    for one in types:
        if one.reached_by and one.name not in tails[one.reached_by]:
            tails[one.reached_by].append(one.name)
    return {one.name: one for one in types}, {relation: tuple(of) for relation, of in tails.items() if of}


def _type(cls: str, said: Mapping[str, list[Any]]) -> EntityType:
    def values(name: str) -> list[str]:
        return [term.value.removeprefix(_NS) for term in said.get(name, ())]

    texts = {name: {term.language or "en": term.value for term in said.get(name, ())} for name in _TEXTS}
    name = cls[:1].lower() + cls[1:]
    label = texts["label"]
    plural = texts["plural"] = {**label, "en": f"{label['en']}s"} | texts["plural"]
    texts["one"] = label | texts["one"]
    texts["many"] = plural | texts["many"]
    texts["flag"] = {"en": f"A {label['en']}."} | texts["flag"]
    texts["claim"] = {"en": f"The paper names the {label['en']} {{name}}."} | texts["claim"]
    return EntityType(
        name=name,
        cls=cls,
        list=next(iter(values("list")), ""),
        property=next(iter(values("link")), name),
        colour=next(iter(values("colour")), "#75808a"),
        matching=frozenset(values("matching")),
        prefixes=(name, *values("prefix")),
        reached_by=next(map(_snake, values("reachedBy")), ""),
        texts=texts,
    )


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


#: All types by name, and the types that a relation may lead to, likeliest first.
TABLE, TAILS = _read(data_folder("ontology") / "kg.ttl")
#: Those whose mentions a record holds, with the attribute of a record that holds them.
LISTS = {one.name: one.list for one in TABLE.values() if one.list}
_BY_NAME = {name: one for one in TABLE.values() for name in (one.name, one.list) if name}
#: Those whose entities are concepts of the vocabulary.
CONCEPT_TYPES = tuple(one.name for one in TABLE.values() if "organisation" not in one.matching)
#: Those whose entities have names of their own, and families by name ("Qwen" and "Qwen3-8B").
NAMED = tuple(one.name for one in TABLE.values() if "name" in one.matching)
#: Those of which a longer name is that of a narrower entity: "medical question answering".
LENGTHENED = tuple(one.name for one in TABLE.values() if "within" in one.matching)


def said_of(group: Mapping[str, Any], name: str, language: str) -> Any:
    """The text of a name in a group of texts, one form or several.

    A name with a type or its list in it ("first_dataset", "datasets") that the group lacks is said as with "entity" in
    its place, where {type}, {Type}, {types}, {Types}, {one} and {many} stand for the words of the type. KeyError for an
    unknown name.
    """
    if name in group:
        return group[name][language]
    usual, of = _usual(name)
    form = group[usual][language]
    if of is None:
        return form
    words = {"type": of.text("label", language), "types": of.text("plural", language)}
    words |= {key.capitalize(): word[:1].upper() + word[1:] for key, word in words.items()}
    words |= {"one": of.text("one", language), "many": of.text("many", language)}

    def filled(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda mark: words.get(mark[1], mark[0]), text)

    return filled(form) if isinstance(form, str) else [filled(one) for one in form]


def is_said(group: Mapping[str, Any], name: str) -> bool:
    """Whether `said_of` finds a text."""
    return name in group or _usual(name)[0] in group


def _usual(name: str) -> tuple[str, EntityType | None]:
    """A name with "entity" in the place of a type or its list, and the type."""
    for part in name.split("_"):
        if part in _BY_NAME:
            return name.replace(part, "entity", 1), _BY_NAME[part]
    return name, None
