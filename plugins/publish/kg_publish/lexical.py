"""How literals are written for a server that would change them.

RDF 1.1 lets a server keep the value of a number instead of its spelling. Virtuoso 7 goes further: it shows six digits
of an xsd:double, shows whole numbers beyond 32 bits as decimals, and truth values as 1 and 0. So for a server that
shows too few digits, a double of more is sent as a decimal, which is kept in full and compares as a number; and what
no decimal of fifteen places holds, as text of a datatype of our own. So is NaN: it has no place in the order of its
index, and one that was ever stored, even if it is gone again, makes later inserts fail.
"""

from __future__ import annotations

import math
import re

import pyoxigraph as ox

from kg.identifiers import PREFIXES, iri

_XSD = PREFIXES["xsd"]
_DOUBLE, _DECIMAL, _BOOLEAN, _INTEGER = (_XSD + name for name in ("double", "decimal", "boolean", "integer"))
#: Datatypes of literals that are sent as text: this and what they are, "double".
KEPT = iri("kg:kept-")
_DIGITS = 6  # of a double that survive
_PLACES = 15  # of a decimal that survive
_INT = 2**31
#: A query whose one answer tells whether a server shows all digits, and that answer.
PROBE, SHOWN = "SELECT (1234567.5e0 AS ?x) { }", 1234567.5


def sent(literal: ox.Literal) -> ox.Literal:
    """A literal as it is sent to a server that shows too few digits."""
    datatype = literal.datatype.value
    if literal.language or not datatype.startswith(_XSD):
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
    return ox.Literal(text, datatype=ox.NamedNode(KEPT + datatype.removeprefix(_XSD)))
