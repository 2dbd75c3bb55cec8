"""Resolve LaTeX in a text: styles, symbols, accents and simple formulas; a formula with structure is kept."""

from __future__ import annotations

import re

from kg.latex import ESCAPED, letters, symbols
from kg.sources.repairs.edits import Edits

_STYLE = re.compile(
    r"\\(?:text(?:bf|it|tt|sc|rm|sf|sl|up|md|subscript|superscript)?|emph|underline|math(?:bf|it|rm|tt|sf|cal|bb)|url)\s*\{([^{}]*)\}"
)
_STYLE_OLD = re.compile(r"\{\\(?:bf|it|em|tt|sc|rm|sf)\s+([^{}]*)\}")
_LINK = re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_POWER = re.compile(r"[^\W_]\\\w+\s*\{[+−-]?\d+\}")  # 10\textsuperscript{6} is not 106
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?![A-Za-z])(?:\{\})?")
_MATH = re.compile(r"(?<!\\)\$([^$]{1,200})(?<!\\)\$")
_SIMPLE = re.compile(r"(?:[^\W_]|[\s.,:;/+\-=<>~'()\[\]|*%×∼≈≥≤±→·…]|\\[A-Za-z]+(?![A-Za-z])|\\%|\{\})*")
_RESOLVED = "LaTeX in the {field} was resolved."


def latex(edits: Edits) -> None:
    """Add the edits that resolve LaTeX."""
    raw = edits.raw
    if "\\" not in raw and "$" not in raw:
        return
    known = symbols()
    for pattern in (_LINK, _STYLE, _STYLE_OLD):
        for match in pattern.finditer(raw):
            if not edits.taken(match.start(), match.end()):
                is_power = "superscript" in match[0] and _POWER.match(raw, match.start() - 1)
                edits.add(match.start(), match.start(1), "^" if is_power else "", _RESOLVED)
                edits.add(match.end(1), match.end(), "", _RESOLVED)
    for match in _MATH.finditer(raw):
        inner = match[1]
        if "{" in inner:  # "$\textbf{LoRA}$" is a word
            inner = _STYLE.sub(r"\1", inner)
        is_known = all(m[1] in known for m in _SYMBOL.finditer(inner))
        if is_known and _SIMPLE.fullmatch(inner) and re.search(r"[\w×]", inner):
            edits.add(match.start(), match.start() + 1, "", _RESOLVED)
            edits.add(match.end() - 1, match.end(), "", _RESOLVED)
            for symbol in _SYMBOL.finditer(raw, match.start(1), match.end(1)):
                if symbol[1] in known:
                    edits.add(symbol.start(), symbol.end(), known[symbol[1]], _RESOLVED)
    if "\\" in raw:
        for start, end, printed in letters(raw):
            edits.add(start, end, printed, _RESOLVED)
        for match in ESCAPED.finditer(raw):
            edits.add(match.start(), match.end(), match[1], _RESOLVED)
