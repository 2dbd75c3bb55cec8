"""Whose value a number is: a metric's that stands beside it, a baseline's, or both."""

from __future__ import annotations

import re

from kg.extract.outcomes import QuantityPlace, first_value

_SCORE_BEFORE = re.compile(
    r"(?:\s+scores?| values?)?\s*(?:\([\w .]+\))?\s*(?:of|by|to|at|is|:|=|\()?\s*(?:only|up to|an? average of)?\s*"
)
_SCORE = re.compile(r"\s*(?:[A-Z][\w-]+ )?(?:scores?|EM|F1)\b")
_OTHERS = re.compile(
    r"(?:\bvs\.?|\bversus|\bcompared (?:to|with)|\bthan|\bagainst|\brather than|\binstead of|\bexceed\w*|\bsurpass\w*|"
    r"\boutperform\w*)\s+(?:the |an? |its |about |only |~\s?|[\w-]+'s )*$|"
    r"\b(?:than|outperform\w*|surpass\w*|exceed\w*|over|vs\.?|versus|compared (?:to|with)|like|as)\s"
    r"[^,;()]{1,60}\((?:[A-Za-z@\d.-]+\s?[:=]?\s?){0,3}$",
    re.IGNORECASE,
)
#: What stands between numbers of one list.
SHARE = re.compile(
    r"\s*(?:,|,? and|,? or|/|\||to|,? respectively,?|versus|vs\.?)?\s*"
    r"(?:an?|up to|about|a further|over|approximately|nearly)?\s*"
)
_OPEN = re.compile(r"\(\s*$")


def is_others(place: QuantityPlace) -> bool:
    """Whether the value belongs to a baseline: "vs 85.0%", "outperforming X (FID 18.9, PSNR 17.6)"."""
    quantity, text = place.quantity, place.text
    if quantity.origin or quantity.sign:
        return False
    found = _OTHERS.search(text[max(0, quantity.start - 90) : quantity.start])
    if found:
        return "(" not in found.group() or bool(re.match(r"\s*[),;]", text[quantity.end :]))
    follows = place.index and quantity.unit != "x" and SHARE.fullmatch(place.ahead)
    return bool(follows) and is_others(QuantityPlace(place.sentence, place.index - 1))


def is_measured(place: QuantityPlace) -> bool:
    """Whether a number is adjacent to a metric: "2 BLEU", "FID by 0.34", "a PSNR of 31.2"."""
    quantity, text = place.quantity, place.text
    if first_value(quantity) > 1900 and first_value(quantity).is_integer():
        return False
    for start, end, _ in place.sentence.metrics:
        if quantity.end <= start and not text[quantity.end : start].strip():
            return True
        if end <= quantity.start and _SCORE_BEFORE.fullmatch(text, end, quantity.start):
            return True
    return bool(
        _SCORE.match(text, quantity.end)
        or re.search(r"\bscores? (?:of|=) ?$", text[max(0, quantity.start - 20) : quantity.start])
    )


def is_bracketed_score(place: QuantityPlace) -> bool:
    """A score in brackets: "temporal consistency (26.07)"."""
    brackets = _OPEN.search(place.ahead) and re.match(r"\s*\)", place.behind)
    return bool(brackets) and not first_value(place.quantity).is_integer()
