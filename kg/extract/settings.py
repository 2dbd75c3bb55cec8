"""The operating point of an outcome number: the data set, device or condition that its clause names."""

from __future__ import annotations

import re

from kg.extract import respective
from kg.extract.outcomes import OutcomeLexicon, QuantityPlace
from kg.text import fold

_SETTING = re.compile(r"(?<=\s)(on(?! average)|at|with|under|for|across|in|when|using)\s")
_SETTING_END = re.compile(
    r",(?!\d{3})|[;:()]|\s[-–—]{1,3}\s|\.(?=\s|$)|\s(?:compared|relative|whil(?:e|st)|whereas|than|over|by|which|that|with|without|respectively|versus|vs\.?|to|"
    r"and(?= (?:\w+ing|\w+ed|up|even|also|an?|about|around|below|above|over|under|the|only)\b|"
    r" [$~+-]?\d[\d.,]*(?:\s?(?:%|[x×](?!\w)|\$|\\)|\s(?:times|percent|points?|on|in|at)\b))|and$|"
    r"(?:preserv|maintain|achiev|outperform|reduc|improv)(?:es?|ed|ing|s)?|"
    r"and (?:supports|enables|provides|delivers))(?=\s|$)"
)
_ELSEWHERE = re.compile(
    r"[;:]|,(?!\s*$)|\b(?:whil(?:e|st)|whereas|which|that|thus|thereby|making|and \w+ing)\b"
)  # another clause
_WHILE = re.compile(r";|\b(?:whil(?:e|st)|whereas)\b")
_SHORT = re.compile(r"\s\([^()\s]+\)(?=\sand\s)")  # "made by adversarial networks [(GAN)] and diffusion models"
_RANGE, _UPPER = re.compile(r"(?:^|\s)\d\S*$"), re.compile(r" (?:to|[-–—]) \S*\d\w*")
_COMMA = re.compile(r"[,:]\s")
_JOINED = re.compile(r",? and (?:up to |about |an? )?$")
_VALUE = re.compile(r"\bof [\d.]")
_WE = re.compile(r"\b[Ww]e\b")
_BEFORE = re.compile(r"^(?:on|for|across|in|using)\s+(?:the |an? )?")
_DANGLING = re.compile(
    r"(?:(?:^|\s+)(?:and|or|up|with|in|of|when|at|under|for|the|an?|less|more|fewer|only))+$", re.IGNORECASE
)
_BASE = re.compile(r"built|based|builds|relying|relies")  # "systems built on Plover"
_ASIDE = ("with", "using")  # before another number these begin a statement of their own: "with only a 2% loss"
#: A sentence's opening, perhaps behind an adverb, and the subject that ends it.
_OPENING = re.compile(
    r"(?:[A-Z]\w*(?: \w+){0,2}, )?(?P<link>[Oo]n|[Aa]t|[Uu]nder|[Ww]ith|[Ii]n|[Ff]or|[Ww]hen|[Aa]cross|[Bb]y)\s"
)
_SUBJECT = re.compile(r"(?:we|it|our|the|this)\b")
_RATE, _MOST_WORDS = re.compile(r"\d"), 20
_QUALITY = ("with", "at")  # "with negligible impact on quality"


def setting(place: QuantityPlace, metric: str, baseline: str, lexicon: OutcomeLexicon) -> str:
    """The condition of a number: what has it, if not the work as such ("combined with Plover"), and where."""
    parts = [_of_variant(place, lexicon), _operating_point(place, metric, baseline, lexicon)]
    opening = _opening(place, lexicon)
    if not parts[0] or parts[0] not in opening:
        parts.append(opening)
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _opening(place: QuantityPlace, lexicon: OutcomeLexicon) -> str:
    """The operating point that a sentence opens with, before its subject: "Under W4A4, ZapKV keeps 98%"."""
    opening = _OPENING.match(place.text, 0, place.quantity.start)
    if not opening:
        return ""
    for comma in _COMMA.finditer(place.text, opening.end(), place.quantity.start):
        rest = place.text[comma.end() :]
        if _SUBJECT.match(rest) or (place.sentence.name and rest.startswith(place.sentence.name)):
            said = " ".join(place.text[opening.start("link") : comma.start()].split())
            words = fold(said).split()
            is_none = any(" ".join(words[at : at + n]) in lexicon.no_setting for at in (0, 1) for n in (1, 2))
            is_means = opening["link"].lower() == "by" and not _RATE.search(said)  # how it is done, not at what rate
            return (
                "" if is_none or is_means or len(words) > _MOST_WORDS else _BEFORE.sub("", said[0].lower() + said[1:])
            )
    return ""


def _of_variant(place: QuantityPlace, lexicon: OutcomeLexicon) -> str:
    """The variant of the work, or its combination with other works, that the words before a number are about."""
    before = _WHILE.split(place.text[: place.quantity.start])[-1]
    if joined := lexicon.combined.search(before):
        return _DANGLING.sub("", " ".join(joined[0].split()))
    for part in reversed(_COMMA.split(before)):
        variant = lexicon.variant.match(part)
        if variant or (place.sentence.name and place.sentence.name in part) or _WE.search(part):
            return variant["said"] if variant else ""
    return ""


def _operating_point(place: QuantityPlace, metric: str, baseline: str, lexicon: OutcomeLexicon) -> str:
    """The operating point after a number: "LongBench", "at 5x compression"; not the metric ("reduction in time")."""
    if turn := respective.behind(place):
        words = turn.text.split()
        while words and lexicon.group(words[-1]):  # "latency improvements"
            words.pop()
        is_result = lexicon.is_metric(" ".join(words)) or any(map(_VALUE.search, turn.members))
        return "" if not words or is_result else turn.text
    for match in _SETTING.finditer(place.text, place.quantity.end, place.high):
        if _ELSEWHERE.search(place.text, place.quantity.end, match.start()):
            break
        joined = _JOINED.search(place.text, match.end(), place.high)  # "at 384x384 [and] 45 FPS at 512x512"
        stop = joined.start() if joined else len(place.text)
        behind = _SHORT.sub("", place.text[match.start(1) : stop])
        phrase = _SETTING_END.split(behind, maxsplit=1)[0]
        if _RANGE.search(phrase) and (upper := _UPPER.match(behind, len(phrase))):
            phrase += upper[0]  # "lengths ranging from 32K", before "to 128K"
        phrase = phrase.strip(" .")
        said = _DANGLING.sub("", _BEFORE.sub("", " ".join(phrase.split())))
        if match[1] in _QUALITY and " ".join(fold(said).split()[:2]) in lexicon.no_setting:
            break
        is_aside = match[1] in _ASIDE and _is_of_another(place, match.start(), match.start(1) + len(phrase), baseline)
        is_cut = said.isalpha() and said.islower() and behind.startswith(",", len(phrase))  # "small, medium and large"
        if said and not (is_aside or is_cut) and not _says_none(place, match, said, metric, lexicon):
            return said
    return ""


def _says_none(place: QuantityPlace, match: re.Match[str], said: str, metric: str, lexicon: OutcomeLexicon) -> bool:
    """Whether a phrase says no condition: "in terms of accuracy", "in comparison with", "with lower cost"."""
    words = fold(said).split()
    before = fold(place.text[: match.start()]).rpartition(" ")[2]  # "comparison" of "in comparison with"
    if (
        _BASE.fullmatch(before)
        or before in lexicon.no_setting
        or any(" ".join(words[:n]) in lexicon.no_setting for n in (1, 2))
    ):
        return True
    if fold(said).startswith(fold(metric)) or set(words) <= set(fold(metric).split()):
        return True
    is_change = match[1] in _ASIDE and any(cue.group != "keep" for cue in lexicon.cues(said))
    return is_change or (match[1] == "in" and lexicon.is_metric(said))


def _is_of_another(place: QuantityPlace, start: int, end: int, baseline: str) -> bool:
    """Whether what stands in [start, end) belongs to the next number ("with 2% loss") or to the baseline before it."""
    if end > place.high or (place.high < len(place.text) and not place.text[end : place.high].strip(" (")):
        return True
    ahead = place.text[place.quantity.end : start].strip()
    return bool(baseline) and ahead.endswith(baseline) and not ahead.startswith("of ")
