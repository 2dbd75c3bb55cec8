"""Numbers of a paper's set-up: devices of which kind, batch size, learning rate, steps; precision and optimizer.

A number is read where its name stands beside it, in sentences of sections, captions and footnotes that tell of the
paper's own experiments, and in tables of two columns. Words are data (setup.toml).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

from kg.extract.body.things import Whole, evidence_of
from kg.files import toml_file
from kg.keptbody import cell_id
from kg.model import Evidence, SetupNumber, Table, Usage
from kg.text import sentences

_DIGITS = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_WEIGHTS = r"W\d{1,2}A\d{1,2}(?:KV\d{1,2})?"  # bits of weights and activations


class StatedNumber(NamedTuple):  # `surface` are the words that say so
    name: str
    value: str
    unit: str
    surface: str


words = partial(toml_file, __file__, "setup.toml")


def read_setup(whole: Whole, uses: list[Usage]) -> tuple[list[SetupNumber], list[Usage]]:
    """The numbers of a set-up with their places, each once, and the uses with how many devices there are of each."""
    groups, most, longest = (words()["read"][key] for key in ("groups", "rows", "characters"))
    used = {use.name for use in uses if use.type == "hardware" and use.use != "mentioned"}
    things = [(thing, {thing.name, thing.surface} & used) for thing in whole.things.values()]
    names = {surface: name for thing, named in things for name in named for surface in thing.surfaces}
    found: dict[tuple[str, str, str], SetupNumber] = {}
    pieces = [(groups.index(one.group), one.part) for one in whole.pieces if one.part and one.group in groups]
    told = [
        (part.text.text[start : min(end, start + longest)], evidence_of(part, start, end))
        for _, part in sorted(pieces, key=lambda piece: piece[0])
        for start, end in sentences(part.text.text)
    ]
    for sentence, place in (*_rows(whole.tables), *told):
        for stated in stated_numbers(sentence, names):
            stated = stated._replace(unit=names.get(stated.unit, stated.unit))
            if stated[:3] not in found and len(found) < most:
                found[stated[:3]] = SetupNumber(*stated, place)
    counts = {unit: int(value) for name, value, unit in reversed(found) if name == "devices"}
    counted = [replace(use, devices=counts.get(use.name, 0)) if use.type == "hardware" else use for use in uses]
    return list(found.values()), counted


def _rows(tables: Iterable[Table]) -> Iterator[tuple[str, Evidence]]:
    """The rows of tables of two columns, label and value, as sentences; each with the value as its quote."""
    for table in tables:
        cells = [cell for cell in table.cells if cell.text.strip()]
        labels = {cell.row: cell.text for cell in cells if not cell.column}
        if {cell.column for cell in cells} == {0, 1}:
            for cell in cells:
                if cell.column and cell.row in labels and len(cell.text) < words()["read"]["cell"]:
                    place = Evidence(cell.text, cell_id(table, cell), 0, len(cell.text))
                    yield f"{words()['read']['row']} {labels[cell.row].strip(' :')} {cell.text}", place


def stated_numbers(sentence: str, devices: Iterable[str]) -> Iterator[StatedNumber]:
    """The numbers of a set-up that a sentence states; `devices` are names of hardware that is used."""
    every = (*_devices(sentence, tuple(devices)), *_named(sentence), *_chosen(sentence))
    yield from {stated[:3]: stated for stated in every}.values()


def _is_of_others(sentence: str, start: int, end: int) -> bool:
    """Whether the words before a number in its clause, or just behind it, say that others set it."""
    said = words()["read"]
    before, behind = re.split(r"[,;:]\s", sentence[:start])[-1], sentence[end : end + said["behind"]]
    return re.search(rf"(?i)(?<![a-z])(?:{_any(said['others'])})(?![a-z])", f"{before}; {behind}") is not None


def _devices(sentence: str, names: tuple[str, ...]) -> Iterator[StatedNumber]:
    before, behind = _forms(names)
    for found in (*re.finditer(before, sentence), *re.finditer(behind, sentence)):
        count = _number(found["n"])
        is_year = re.fullmatch(r"(?:19|20)\d\d", count)
        is_name = re.search(rf"(?:{_any(words()['devices']['makers'])})\s?$", sentence[: found.start()])  # Ascend 910
        if 0 < float(count) <= words()["read"]["most"] and "." not in count and not (is_year or is_name):
            yield StatedNumber("devices", count, found["device"], found[0])


@cache
def _forms(names: tuple[str, ...]) -> tuple[str, str]:
    """Patterns of a number before a device, "8 x NVIDIA A100", and behind it, "A100 (x8)"."""
    said = words()["devices"]
    times, nouns, makers = (_any(said[key]) for key in ("times", "nouns", "makers"))
    device = f"(?P<device>{_any((*names, *said['nouns']))})(?![A-Za-z\\d-])"
    number = rf"(?<![A-Za-z\d.,-])(?P<n>(?:{_DIGITS})(?![\d.])|{_any(_counts())})"
    own = _any(names) if names else "(?!)"
    behind = rf"(?P<device>{own})\s?(?:{nouns})?\s?\(?\s?(?:[×*]|x(?=\s?\d))\s?(?P<n>{_DIGITS})(?![\w.])"
    return rf"(?i:{number}\s?(?:{times})?(?:\s?(?:{makers}|\d+\s?GB)\b)*\s?{device})", behind


def _named(sentence: str) -> Iterator[StatedNumber]:
    """Numbers with a name: a cue with numbers behind it, a number with its cue behind it."""
    for key in ("batch", "context", "rate", "steps", "hours"):
        said = words()[key]
        if not re.search(said.get("needs", ""), sentence):
            continue
        for found in re.finditer(_behind(key), sentence) if said["cues"] else ():
            if _is_of_others(sentence, *found.span()):
                continue
            unit = next((name for name, forms in said["units"].items() if found["unit"] in forms), said["usual"])
            for one in re.finditer(_amount(key), found["numbers"]):
                yield StatedNumber(said["name"], _number(one[0]), unit, found[0].strip())
        form = rf"(?i:(?<![\w.,-])({_amount(key)})(?:[ -]tokens?)?[ -]?(?:{_any(said['behind'])}))(?![\w-])"
        for found in re.finditer(form, sentence) if said["behind"] else ():
            number = found[1].replace(",", "")
            if not number.isdecimal() or int(number) >= said["least"]:
                yield StatedNumber(said["name"], _number(found[1]), said["usual"], found[0])


@cache
def _behind(key: str) -> str:
    said, lists = words()[key], _any(words()["between"]["lists"])
    units = _any(form for forms in said["units"].values() for form in forms)
    unit = rf"(?:\s?(?:{units})(?:\s\w+ly)?)?"
    amount = _amount(key)
    numbers = rf"{amount}(?:{unit}\s?(?:{lists})\s?(?:(?:{lists})\s?)?{amount})*"
    between = rf"(?:\s?(?:{_any(words()['between']['words'])})(?![A-Za-z]))*"
    between = rf"(?:{between}|(?:\s[A-Za-z][\w-]*){{0,4}}\s(?:{_any(words()['between']['ends'])}))"
    cues = _any(said["cues"])
    return rf"(?i:(?<![A-Za-z])(?:{cues}){between}\s?(?P<numbers>{numbers})\s?(?P<unit>{units})?(?![\w%]))"


@cache
def _amount(key: str) -> str:
    if own := words()[key].get("amount"):
        return str(own)
    large = rf"(?:{_DIGITS})\s?(?:[KkM]|million|thousand)"
    return rf"(?:(?:{large}|\d{{1,3}}(?:,\d{{3}})+|\d+)(?![A-Za-z\d%×]|\.\d)|(?:{_any(_counts())})(?![\w-]))"


def _chosen(sentence: str) -> Iterator[StatedNumber]:
    """Precisions and optimizers: a name with a cue before or behind it, where a sentence tells what was done."""
    if not re.search(rf"(?i)(?<![A-Za-z-])(?:{_any(words()['chosen']['own'])})(?![A-Za-z-])", sentence):
        return
    for kind, said in words()["chosen"]["cues"].items():
        unit = "training" if kind == "precision" and re.search(_any(words()["chosen"]["training"]), sentence) else ""
        names = {form.lower(): name for name, forms in words()[kind].items() for form in forms}
        form = rf"(?i:(?<![A-Za-z\d-])(?P<name>{_any(names)}|{_WEIGHTS})(?![A-Za-z\d-]))"
        before = rf"(?i)(?<![A-Za-z])(?:{_any(said['before'])})\s?(?:the |a |an )?$"
        behind = rf"(?i)(?:[\s-][\w-]+){{0,3}}?[\s-]?(?:{_any(said['behind'])})(?![A-Za-z])"
        for found in re.finditer(form, sentence):
            if re.search(before, sentence[: found.start()]) or re.match(behind, sentence[found.end() :]):
                yield StatedNumber(kind, names.get(found["name"].lower(), found["name"].upper()), unit, found[0])


@cache
def _counts() -> dict[str, str]:
    return {form: number for number, forms in words()["words"].items() for form in forms}


def _number(written: str) -> str:
    said = written.replace("million", "M").replace("thousand", "K").replace("k", "K")
    return _counts().get(written.strip().lower(), "".join(said.replace(",", "").split()))


def _any(forms: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
