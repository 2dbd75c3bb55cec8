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
    matching: frozenset[str]  # name, phrase, organisation or measure; capitals
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
#: Those whose entities are concepts of the vocabulary.
CONCEPT_TYPES = tuple(one.name for one in TABLE.values() if "organisation" not in one.matching)
#: Those whose entities have names of their own, and families by name ("Qwen" and "Qwen3-8B").
NAMED = tuple(one.name for one in TABLE.values() if "name" in one.matching)


def said_of(group: Mapping[str, Any], name: str, language: str) -> Any:
    """The text of a name in a group of texts, one form or several.

    A name with a type in it ("first_dataset") that the group lacks is said as its "first_entity" is, where {type},
    {Type}, {types}, {one} and {many} stand for the words of the type. KeyError for an unknown name.
    """
    if name in group:
        return group[name][language]
    kind = next((part for part in name.split("_") if part in TABLE), "")
    form = group[name.replace(kind, "entity", 1) if kind else name][language]
    of = TABLE[kind]
    words = {"{type}": of.text("label", language), "{types}": of.text("plural", language)}
    words |= {"{one}": of.text("one", language), "{many}": of.text("many", language)}
    words["{Type}"] = words["{type}"][:1].upper() + words["{type}"][1:]
    words["{Types}"] = words["{types}"][:1].upper() + words["{types}"][1:]

    def filled(text: str) -> str:
        for mark, word in words.items():
            text = text.replace(mark, word)
        return text

    return filled(form) if isinstance(form, str) else [filled(one) for one in form]


def is_said(group: Mapping[str, Any], name: str) -> bool:
    """Whether `said_of` finds a text."""
    kind = next((part for part in name.split("_") if part in TABLE), "")
    return name in group or bool(kind and name.replace(kind, "entity", 1) in group)
