"""How literals are written for a server that would change them, and what the changed ones meant.

RDF 1.1 lets a server keep the value of a number instead of its spelling. Virtuoso 7 goes further: it shows six digits
of an xsd:double, shows whole numbers beyond 32 bits as decimals, and truth values as 1 and 0. So for a server that
shows too few digits, a double of more is sent as a decimal, which is kept in full and compares as a number; and what
no decimal of fifteen places holds, as text of a datatype of our own. So is NaN: it has no place in the order of its
index, and one that was ever stored, even if it is gone again, makes later inserts fail.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pyoxigraph as ox

from kg.names import PREFIXES, iri

_XSD = PREFIXES["xsd"]
_DOUBLE, _DECIMAL, _BOOLEAN, _INTEGER = (_XSD + name for name in ("double", "decimal", "boolean", "integer"))
#: Datatypes of literals that are sent as text: this and what they are, "double".
_KEPT = iri("kg:kept-")
_DIGITS = 6  # of a double that survive
_PLACES = 15  # of a decimal that survive
_INT = 2**31
#: Whether an answer holds what may have to be mended.
_SUSPECT = re.compile("|".join(map(re.escape, (_DOUBLE, _DECIMAL, _BOOLEAN, _KEPT))).encode())
#: A query whose one answer tells whether a server shows all digits, and that answer.
PROBE, SHOWN = "SELECT (1234567.5e0 AS ?x) { }", 1234567.5


def sent(literal: ox.Literal, short: bool) -> ox.Literal:
    """A literal as it is sent; `short`: to a server that shows too few digits."""
    datatype = literal.datatype.value
    if not short or literal.language or not datatype.startswith(_XSD):
        return literal
    text = literal.value
    if datatype == _DOUBLE:
        return _double(literal)
    if datatype == _DECIMAL:
        return _kept(text, datatype)
    if datatype == _INTEGER and not (re.fullmatch("0|-?[1-9][0-9]{0,9}", text) and -_INT <= int(text) < _INT):
        return _kept(text, datatype)
    if datatype == _BOOLEAN and text not in ("true", "false"):
        return _kept(text, datatype)
    return literal


def _double(literal: ox.Literal) -> ox.Literal:
    try:
        number = float(literal.value)
    except ValueError:
        return _kept(literal.value, _DOUBLE)
    if math.isnan(number):
        return _kept(literal.value, _DOUBLE)
    if math.isinf(number) or float(f"{number:.{_DIGITS}g}") == number:
        return literal
    text = f"{number:.{_PLACES}f}"
    if float(text) == number and abs(number) < 10**_PLACES:
        return ox.Literal(text.rstrip("0").rstrip("."), datatype=ox.NamedNode(_DECIMAL))
    return _kept(literal.value, _DOUBLE)


def _kept(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(_KEPT + datatype.removeprefix(_XSD)))


def mended(body: bytes, short: bool) -> bytes:
    """An answer (SPARQL results in JSON) whose literals are those that were sent; ValueError for what is none."""
    if not _SUSPECT.search(body):
        return body
    said = json.loads(body)
    try:
        for row in said["results"]["bindings"]:
            for cell in row.values():
                if "datatype" in cell:
                    cell["value"], cell["datatype"] = _meant(cell["value"], cell["datatype"], short)
    except (LookupError, TypeError, AttributeError):
        raise ValueError("no SPARQL results") from None
    return json.dumps(said, ensure_ascii=False).encode()


def meant(term: Any, short: bool) -> Any:
    """A term as it was sent."""
    if not isinstance(term, ox.Literal) or term.language:
        return term
    text, datatype = _meant(term.value, term.datatype.value, short)
    return ox.Literal(text, datatype=ox.NamedNode(datatype))


def _meant(text: str, datatype: str, short: bool) -> tuple[str, str]:
    if datatype.startswith(_KEPT):
        return text, _XSD + datatype.removeprefix(_KEPT)
    if datatype == _BOOLEAN:
        return {"1": "true", "0": "false"}.get(text, text), datatype
    if datatype == _DOUBLE or (short and datatype == _DECIMAL):
        try:
            return ox.Literal(float(text)).value, _DOUBLE
        except ValueError:
            return text, datatype
    return text, datatype
