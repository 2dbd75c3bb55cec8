"""Selects the baseline of an outcome number: phrases after "than" or "over", and phrases called original.

Generic baselines ("prior methods", "the state of the art") do not count. The empty text, for no baseline, is always a
candidate.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import dropwhile
from typing import NamedTuple

from kg.extract import outcomes_zh, respective
from kg.extract.outcome_judge import unit_class
from kg.extract.outcomes import NumberReading, OutcomeLexicon, QuantityPlace, Stated
from kg.extract.pointing import BASELINE, point
from kg.extract.weighing import Candidates, bucket
from kg.text import Remembered, fold

_AGAINST = re.compile(
    r"\b(?:(?P<over>over(?!\s+[~≈$]?\d)|on top of|improv(?:es|ing) (?:over|upon))|(?P<than>than)|"
    r"(?P<compared>compared (?:to|with|against)|comparing (?:to|with)|in comparison (?:to|with)|relative to|"
    r"with respect to|versus|vs\.?|against)|"
    r"(?P<win>outperform(?:s|ing|ed)?|surpass(?:es|ing|ed)?|exceed(?:s|ing|ed)?|beat(?:s|ing)?)|"
    r"(?P<par>on par with|comparable (?:to|with)|equivalent to|similar to|close to|below|above|"
    r"(?<!such )(?<!well )as(?! well| low| high| much| many| few| little)|within [^,;()]{1,24}? of)|"
    r"(?P<of>(?<=% )of|(?<=%)of|of the|that of|required by)|"
    r"(?P<match>match(?:es|ing)?(?: or (?:even )?(?:surpass|exceed|outperform)\w*)?)|(?P<speeds>accelerat(?:es|ing)))"
    r"(?:\s+(?:only |just )?[\d.]+\s?\S{0,3}\s(?:for|of|by|from|with|in|using))?"
    r"\s+(?P<phrase>(?:(?!\sand\s(?:(?:an?|up|to|by|over|about|an average of)\s){0,3}[~≈$+-]?\d)[^,;:()])+)",
    re.IGNORECASE,
)
_END = re.compile(
    r"\s(?:by|within|running|operating|relying|whil(?:e|st)|after|before|beyond|over|on|in|at|with|when|for|"
    r"and (?:(?:\w+ly|further|also|then|thus) )?(?:\d|up|reduc|improv|achiev|accelerat|outperform|decreas|increas|"
    r"lower|cuts|saves|maintain|preserv|keeps|enabl|deliver|rais|boost|shrink|halv|doubl)\w*|"
    r"under|across|without|using|during|respectively|to|where|"
    r"which|that|ranging|is|are|of|from|up|achiev\w+|reduc\w+|maintain\w+|surpass\w+|outperform\w+)\s|"
    r"(?<!such)\sas\s|\s[+-]?\d[\d.,]*\s?(?:%|[x×](?!\w)|points?\b|times\b|percent\b|dB\b|ms\b|FPS\b)|"
    r"[。，]|\.(?=\s|$)|['’]s\s|\s(?:respectively|whil(?:e|st)|demonstrates?|shows?|has|have|but|also|even)(?=\s|$)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?:^|\s)(?!an?\s|the\s)[a-z][\w-]*\s(?=\d[\d.,]*(?:\s|$))"
)  # a number after a common word: "baselines 3"; not "Gemini 1.5"
_DANGLING = re.compile(
    r"(?:\s+(?:and|or|an?|the|its|even|only|just|still|ranging|built|[a-z]+[^\We]ed|[a-z]+(?:nt|ial|ab)ly))+\s*$",
    re.IGNORECASE,
)
#: "the quality of A", "the accuracy achieved by A"
_MEASURED = re.compile(r"([^,;:()]{1,60}?)\s(?:of|(?:achieved|reached|obtained|reported) by)\s+(?=\S)")
_EXAMPLE = re.compile(r"\b(?:such as|like|i\.e\.,?|e\.g\.,?|namely|called|named|including)\s+")
_MORE = re.compile(
    r"\s*,?\s*(?:(?:i\.e\.,?|e\.g\.,?|such as|including|namely|like)\s+)?"
    r"(?P<list>[A-Z][\w.+-]*(?:[ -][A-Z0-9][\w.+-]*){0,3}(?:(?:\s*,\s*(?:and |or )?|\s+(?:and|or)\s+)"
    r"[A-Z][\w.+-]*(?:[ -][A-Z0-9][\w.+-]*){0,3})*)"
)  # "outperforming [recommenders such as P5], GPT4Rec, LlamaRec and E4SRec"
#: "the strongest baseline[, Plover] on two tasks"
_APPOSED = re.compile(
    r",\s(?P<name>[A-Z][\w.+-]*(?:[ -][A-Z0-9][\w.+-]*){0,3})"
    r"(?=[,;)]|\.(?:\s|$)|$|\s(?:by|on|in|with|whil(?:e|st)|and|across|under|at)\s)"
)
_QUANTITY = re.compile(r"[+-]?\d[\d.,]*(?:\s|%|[x×](?!\w)|$)")
_IN_BRACKETS = re.compile(r"\s*\((?:(?:i\.e\.,?|e\.g\.,?|namely|such as)\s*)?(?P<inside>[A-Z][^()]{1,60})\)")
_EDGE = re.compile(r"[,;:()'’]")
_EDGES = " .,;'\""
_CLAUSE = re.compile(r"[,;:(—]|\s[-–]{1,2}\s")
_NEXT_CLAUSE = re.compile(r",\s(?:and\s|thereby\s|thus\s)?[a-z]+ing\s|;")  # "6x faster, delivering"
_GAP = re.compile(r"\bgaps? (?:with|to|from|between|over|against|relative to) (?:the |its |an? )?$")
_OPENED = re.compile(r"[\w\s-]{0,20}\((?:[A-Z][\w-]{0,12} ?[=:]? ?)?[~≈]?(?=\d)")
_NUMBER_AFTER = re.compile(r".{0,16}\d")
_JOINT = re.compile(r"\b(?:whil(?:e|st)|whereas|with|and|or|at|by|compared|versus|vs|from|to)\b|[,;(:]")
_SHARE = re.compile(r" of (?:the |its |their )?")
#: "its [teacher]'s accuracy", "[FP16] performance"
_SHARE_OF = re.compile(r"(?:(?P<owner>[\w-]+(?: [\w-]+)?)['’]s?|(?P<name>[A-Z][\w.-]*)) (?P<said>[a-z]+(?: [a-z]+)?)")
_BY = re.compile(r"\s+by\s+(?:an? (?:average(?: of)? )?|on average )?$")
_BEATEN = ("win whole", "over whole")
_AGAINST_IT = ("over", "than", "compared")  # markers of what a number is over
_COMPARING = (*_AGAINST_IT, "win")
_MOST = 60  # candidate baselines of a sentence
_NEAREST = 12  # of these that a number is weighed against, in sentences that are no more than lists
_LONGEST = 8  # words of a baseline
_LEADING = ("or", "using", "via", "by", "reported")  # words that no baseline begins with
_NEAR = 4  # words between a number and the comparison that it belongs to
_VERB = 24  # characters before a name in which a verb and an article stand
_BETWEEN = re.compile(r",? and |, ")
_NEXT = re.compile(r",? and (?P<verb>[a-z]+(?<!ed)(?<!ing)) (?:the|its|their|an?)\b")  # "and shrinks the cache"


class Other(NamedTuple):
    """A candidate baseline in a sentence: the span [start, end) of its words, and how it is introduced."""

    start: int
    end: int
    text: str
    marker: str
    turn: tuple[int, int] = (0, 0)  # index and length of its list in "outperforms A and B by 2x and 3x, respectively"


class Baselines:
    """Generates the candidate baselines of a reading, with their features."""

    def __init__(self, lexicon: OutcomeLexicon) -> None:
        self.lexicon = lexicon
        self.references = lexicon.vocabulary.cues("outcome-reference")
        self.worked_on = lexicon.vocabulary.cues("act-on")
        self.led = lexicon.vocabulary.cues("label-modifier") | lexicon.vocabulary.cues("definite")
        self.compared = lru_cache(maxsize=16)(self._compared)  # a sentence is looked up for each number of the next one
        self.form = Remembered(self._form)

    def candidates(self, place: QuantityPlace, reading: NumberReading, last: str) -> Candidates:
        """The features of each candidate baseline; `last` is the baseline of the previous result in the sentence."""
        sentence = place.sentence
        unit = unit_class(place.quantity.unit)
        others = sentence.others
        if others is None:
            others = sentence.others = self.others(sentence)[:_MOST]
            sentence.nested = _nested(others)
        found: Candidates = {}
        if len(others) > _NEAREST:
            others = sorted(sorted(others, key=lambda o: _distance(place, o))[:_NEAREST])
        others = [o for o in others if "respectively" not in place.text or _turn(place, o) != "wrong"]
        others = [o for o in others if not (_of_a_gap(place, o) or _bracketed_apart(place, o))]
        others = [o for o in others if not (_of_the_next(place, o) or _holds_number(place, o))]
        apart = [(o.start, o.end) for o in others if _beaten_apart(place, o)]
        others = [o for o in others if not any(start <= o.start < end for start, end in apart)]
        own = _adjacent(place, others)
        others = own or others
        for other in others:
            features = self._features(place, reading, other)
            found.setdefault(other.text, set()).update(features)
            found[other.text] |= sentence.nested.get(other.text, set())
        for rank, other in enumerate(sorted(others, key=lambda o: _distance(place, o))):
            found[other.text].add(f"nearest {bucket(rank, 0, 1, 2)}")
            found[other.text].add(f"{other.marker} nearest {bucket(rank, 0, 1)}")
        if last and not own:
            joint = _joint(place)
            found.setdefault(last, set()).update({"last", f"last {reading.kind}", *(f"last {j}" for j in joint)})
        if sentence.before and not own:
            for other in self.compared(sentence.before)[:2]:
                found.setdefault(other.text, set()).add(f"sentence before {other.marker}")
        for text in () if own else sentence.rivals:
            found.setdefault(text, set()).add("rival of the paper")
            found[text].add(f"rival of the paper {bucket(len(sentence.rivals), 1, 2)} {not others}")
        first = self._first(place, reading, others)
        for text, features in found.items():
            features |= self.form[text]
            features |= {"first"} if text == first else set()
        found[""] = {
            "none",
            f"none {reading.change} {unit}",
            f"none {reading.kind}",
            f"none of {bucket(len(others), 0, 1, 2, 4)}",
            f"none last {bool(last)}",
            f"none first {not first}",
            f"none first {not first} {reading.change} {unit}",
            f"none rivals {bucket(len(sentence.rivals), 0, 1, 2)}",
            f"none own {sentence.has_name}",
            *(f"none has {marker}" for marker in {o.marker for o in others}),
            *(f"none {side}" for side in self._sides(place, others)),
            *(f"none {level} {reading.change}" for level in {_has_level(place, other) for other in others}),
        }
        point(place, found, BASELINE)
        return found

    def _sides(self, place: QuantityPlace, others: list[Other]) -> set[str]:
        """On which side of the number comparisons stand, and how many other numbers lie between."""
        out = set()
        for other in others:
            marker = other.marker.partition(" ")[0]
            if marker in (*_COMPARING, "of", "par", "match"):
                side = "behind" if other.start >= place.quantity.end else "ahead"
                low, high = sorted((place.quantity.start, other.start))
                crossed = sum(low < q.start < high for q in place.sentence.quantities)
                named = not all(map(self.lexicon.is_generic, fold(other.text).split()))
                out.add(f"{marker} {side} {bucket(crossed, 0, 1, 2)} {'named' if named else 'generic'}")
        return out

    def chosen_by_form(self, place: QuantityPlace) -> str | None:
        """The baseline given by the form of the number ("from 256 to 30 steps") or by Chinese grammar; else None."""
        quantity = place.quantity
        if quantity.origin:
            return quantity.origin if quantity.unit in quantity.origin else f"{quantity.origin} {quantity.unit}"
        if outcomes_zh.is_chinese(place):
            return outcomes_zh.baseline(place, self.lexicon)
        return respective.over(place) or self._kept(place) or self._beaten(place)

    def _kept(self, place: QuantityPlace) -> str | None:
        """What a share is of, where it is called original: "keeps 97% of [the original performance]"."""
        share = _SHARE.match(place.text, place.quantity.end) if place.quantity.unit == "%" else None
        if not share:
            return None
        whole = next((o for o in self.others(place.sentence) if o.start == share.end()), None)
        said = whole.text.partition(" and ")[0] if whole and whole.marker == "reference" else ""
        if said and self.lexicon.is_metric(said.split()[-1]):
            return said
        of = _SHARE_OF.match(place.text, share.end())
        if not of or not any(map(self.lexicon.is_metric, of["said"].split())):
            return None
        named = {place.text[start:end] for start, end, kind in place.sentence.names if kind in ("technique", "model")}
        return of["owner"] or (of["name"] if of["name"] in named or any(map(str.isdigit, of["name"])) else None)

    def _beaten(self, place: QuantityPlace) -> str | None:
        """The named baseline before the "by" of a number: "improves over B by 41%", "beats A by 3% and B by 5%"."""
        by = _BY.search(place.text, place.low, place.quantity.start)
        wholes = [other for other in self.compared(place.text) if other.marker in _BEATEN] if by else []
        for other in wholes:
            at = place.text.find(other.text, other.start)
            is_name = any(map(str.isupper, other.text)) and not any(map(self.lexicon.is_generic, other.text.split()))
            is_class = any(other.text.startswith(place.text[s:e]) for s, e, kind in place.sentence.roles if s == at)
            is_class = is_class and not _BETWEEN.search(other.text)
            if by and (is_name or is_class) and at + len(other.text) == by.start():
                return other.text
        return None

    def others(self, sentence: Stated) -> list[Other]:
        """The candidates of a sentence: compared phrases, phrases called original, named methods and models."""
        found = list(self.compared(sentence.text))
        for match in self.lexicon.references.finditer(sentence.text):
            stop = _END.search(sentence.text + " ", match.end())
            phrase = _EDGE.split(sentence.text[match.start() : stop.start() if stop else None])[0]
            phrase = _EXAMPLE.split(phrase)[0]
            words = phrase.split()[:4]
            is_metric = self.lexicon.metric(" ".join(words)) is not None  # "standard deviation"
            if not is_metric and (len(words) > 1 or "-" in phrase):
                text = _DANGLING.sub("", " ".join(words)).strip(_EDGES)
                found.append(Other(match.start(), match.start() + len(phrase), text, "reference"))
        for start, end, kind in sentence.names:
            if kind in ("technique", "model") and not sentence.is_own(start, end):
                found.append(Other(start, end, sentence.text[start:end], kind))
        for start, end, kind in sentence.roles:
            if kind.startswith(("technique", "model")) and kind != "technique proposed":
                found.append(Other(start, end, sentence.text[start:end], f"mention {kind}"))
        return [other for other in found if other.text and not self._is_none(sentence, other)]

    def _is_none(self, sentence: Stated, other: Other) -> bool:
        """Whether a candidate is data, what is worked on, or a list that the paper's own name ends: "Plover, ZapKV"."""
        own = bool(sentence.name) and sentence.name in other.text.split(", ")[1:]
        return own or self._is_data(other.text) or self._is_object(sentence.text, other)

    def _is_object(self, text: str, other: Other) -> bool:
        """Whether a named thing is what a verb before it works on: "we compress the Plover 8B model"."""
        said = fold(text[max(0, other.start - _VERB) : other.start]).split()
        verb = next((word for word in reversed(said) if word not in self.led), "")
        return text.startswith(other.text, other.start) and verb in self.worked_on

    def _is_data(self, text: str) -> bool:
        """Whether a text names nothing but datasets, which no method is compared with: "gains over COCO and ADE20K"."""
        return all(self.lexicon.vocabulary.find(part.strip(_EDGES), "dataset") for part in _BETWEEN.split(text))

    def _compared(self, text: str) -> list[Other]:
        """The phrases introduced by words of comparison."""
        found = []
        for match in _AGAINST.finditer(text):
            names = self.names(match["phrase"], text[match.end() :])
            if names and match["phrase"].rstrip().endswith(names[0]) and text[match.end() : match.end() + 1] == ",":
                is_one = match["phrase"].startswith("the ") and not names[0].endswith("s")
                apposed = _APPOSED.match(text, match.end()) if is_one else None
                names = [apposed["name"], *names] if apposed else _listed(names, _MORE.match(text, match.end()))
            marker = next(k for k, v in match.groupdict().items() if v and k != "phrase")
            parts = len(names) - 1
            for i, name in enumerate(names):
                which = f"{marker} {'whole' if i == 0 else 'part'}"
                found.append(Other(match.start(), match.end(), name, which, (i, parts)))
        return found

    def names(self, phrase: str, after: str) -> list[str]:
        """The names in the phrase after "than" or "over" without generic words: the whole, then the parts of a list.

        A phrase that consists of generic words is kept whole, because "the original model" may be meant.
        """
        measured = _MEASURED.match(phrase)
        if measured and self._is_measure(measured[1]):
            phrase = phrase[measured.end() :]
        cut = _END.split(phrase + " ", maxsplit=1)[0]
        verb = next((m for m in _NEXT.finditer(cut) if self.lexicon.group(m["verb"])), None)
        cut = cut[: verb.start()] if verb else cut
        counted = _COUNT.search(cut)
        cut = cut[: counted.end()].rstrip() if counted else cut
        example, bracket = _EXAMPLE.search(cut), _IN_BRACKETS.match(after) if len(cut) >= len(phrase.rstrip()) else None
        if example:
            cut = cut[example.end() :]
        said = _DANGLING.sub("", cut).split()
        words = list(dropwhile(self._says_nothing, said))
        if len(words) == 1 < len(said) and words[0].islower() and fold(said[-2]) in self.references:
            words = said[-2:]  # "vanilla decoding": decoding alone is done by all
        whole = " ".join(words or [w for w in said if fold(w) not in ("the", "a", "an", "its", "our", "their")])
        if not whole or _QUANTITY.match(whole) or len(whole.split()) > _LONGEST:
            return []
        names = [whole.strip(_EDGES)]
        if bracket:
            names.append(bracket["inside"].strip(_EDGES))
        names += [p.strip(_EDGES) for p in _BETWEEN.split(whole)] if _BETWEEN.search(whole) else []
        return [n for n in names if n]

    def _says_nothing(self, word: str) -> bool:
        return self.lexicon.is_generic(word) or bool(self.lexicon.group(word)) or word in _LEADING

    def _is_measure(self, phrase: str) -> bool:
        """Whether a phrase names what is compared, and not with what: "the accuracy" of a baseline."""
        words = list(dropwhile(self._says_nothing, phrase.split()))
        return not words or self.lexicon.is_metric(" ".join(words))

    def _first(self, place: QuantityPlace, reading: NumberReading, others: list[Other]) -> str:
        """The first name after a word of comparison: behind the number, before it, then anywhere in the sentence."""
        quantity, text = place.quantity, place.text
        spans = [
            (quantity.end, place.high),
            (place.low, quantity.start),
            (quantity.end, len(text)),
            (0, quantity.start),
        ]
        if reading.change == "absolute":
            spans = [(quantity.end, quantity.end + len(re.split("[,;]", place.behind)[0]))]
        for start, end in spans:
            for other in others:
                marker = other.marker.partition(" ")[0]
                governs = start == quantity.end and marker == "win" and _NUMBER_AFTER.match(text, other.end)
                named = not all(map(self.lexicon.is_generic, fold(other.text).split()))
                if start <= other.start < end and marker in _COMPARING and named and not governs:
                    return other.text
        return ""

    def _features(self, place: QuantityPlace, reading: NumberReading, other: Other) -> set[str]:
        quantity, text = place.quantity, place.text
        side = "behind" if other.start >= quantity.end else "ahead"
        between = text[quantity.end : other.start] if side == "behind" else text[other.end : quantity.start]
        low, high = min(quantity.start, other.start), max(quantity.start, other.start)
        crossed = sum(1 for q in place.sentence.quantities if low < q.start < high)
        kind = "level" if reading.change == "absolute" else "change"
        own = other.marker.startswith("win") and bool(_NUMBER_AFTER.match(text, other.end))
        clause = "clause" if _CLAUSE.search(between) else "same"
        where = f"{other.marker} {side}"
        words, level = bucket(len(between.split()), 0, 2, 5, 10, 20), _has_level(place, other)
        return {
            other.marker,
            where,
            f"{where} {kind}",
            f"{where} {unit_class(quantity.unit)}",
            f"{where} over {bucket(crossed, 0, 1, 2)}",
            f"{where} {clause}",
            f"{side} {clause} over {bucket(crossed, 0, 1)}",
            f"{where} {words}",
            f"{side} {words}",
            f"{other.marker} governs {own}",
            f"{other.marker} {reading.kind}",
            f"{where} last {place.high == len(text)}",
            f"{where} begins {other.start == 0}",
            f"{where} {clause} over {bucket(crossed, 0, 1, 2)} {kind}",
            f"{where} {self._kind_of_name(other.text)} {kind}",
            f"{where} {clause} {self._kind_of_name(other.text)}",
            f"{where} first of its side {_is_first(place, other, side)}",
            *(f"{where} across {joint}" for joint in set(_JOINT.findall(between.lower()))),
            f"{other.marker} own {place.sentence.has_name}",
            *(f"{other.marker.partition(' ')[0]} {j}" for j in (_joint(place) if side == "ahead" else ())),
            *(f"role {role}" for s, e, role in place.sentence.roles if text[s:e] in other.text),
            f"turn {_turn(place, other)} {other.turn[0] > 0}",
            f"{kind} {level}",
            f"{where} {kind} {level}",
        }

    def _kind_of_name(self, text: str) -> str:
        """Whether the words are a name, a description, or generic."""
        if any(c.isupper() or c.isdigit() for c in text):
            return "name"
        return "generic" if all(map(self.lexicon.is_generic, fold(text).split())) else "words"

    def _form(self, text: str) -> set[str]:
        words = fold(text).split()
        generic = sum(map(self.lexicon.is_generic, words))
        return {
            f"generic {'all' if generic == len(words) else 'some' if generic else 'none'}",
            f"length {bucket(len(words), 1, 2, 4, 6)}",
            f"capital {any(c.isupper() for c in text)}",
            f"digit {any(c.isdigit() for c in text)}",
            f"begins {words[0] if words else ''}",
            f"ends {words[-1] if words else ''}",
        }


def _is_first(place: QuantityPlace, other: Other, side: str) -> bool:
    """Whether no other comparison stands between the number and this candidate."""
    low, high = (place.quantity.end, other.start) if side == "behind" else (other.end, place.quantity.start)
    others = place.sentence.others or ()
    return not any(low <= o.start < high and o.marker.partition(" ")[0] in _COMPARING for o in others)


def _adjacent(place: QuantityPlace, others: list[Other]) -> list[Other]:
    """The candidates of the comparison that directly follows a number: "a 2x speedup over A" is against A alone."""
    for other in others:
        between = place.text[place.quantity.end : other.start]
        is_own = other.marker.partition(" ")[0] in _AGAINST_IT and place.quantity.end <= other.start < place.high
        if is_own and _is_near(between):
            return [
                one for one in others if one.start == other.start and one.marker.split()[0] == other.marker.split()[0]
            ]
    return []


def _of_a_gap(place: QuantityPlace, other: Other) -> bool:
    """Whether the next clause names a candidate, as what a gap to it is left: "by 1.6%, closing the gap with A"."""
    return bool(_GAP.search(_up_to_next_clause(place, other)))


def _beaten_apart(place: QuantityPlace, other: Other) -> bool:
    """Whether the next clause says that a candidate is beaten, and not by this number: "is 2x faster, beating A"."""
    is_win = other.marker.startswith("win") and bool(_up_to_next_clause(place, other))
    return is_win and not _NUMBER_AFTER.match(place.text, other.end)


def _holds_number(place: QuantityPlace, other: Other) -> bool:
    """Whether words are a clause with the number, not what it is over: "a kernel over the cache yields 2x"."""
    at = place.text.find(other.text, other.start)
    return 0 <= at <= place.quantity.start < at + len(other.text)


def _of_the_next(place: QuantityPlace, other: Other) -> bool:
    """Whether a candidate is what a number of the next clause is over: "is 6x faster, taking 2x less memory than A"."""
    between = _up_to_next_clause(place, other)
    if not between or other.marker.partition(" ")[0] not in _AGAINST_IT:
        return False
    behind = [q for q in place.sentence.quantities if place.quantity.end < q.start < q.end <= other.start]
    if not behind or not _NEXT_CLAUSE.search(place.text, place.quantity.end, behind[-1].start):
        return False
    return _is_near(place.text[behind[-1].end : other.start])


def _is_near(between: str) -> bool:
    """Whether so few words part a number and a comparison, in one clause, that the comparison is the number's."""
    return not _CLAUSE.search(between) and len(between.split()) <= _NEAR


def _up_to_next_clause(place: QuantityPlace, other: Other) -> str:
    """The text between a number and a candidate in a clause behind it; "" for any other candidate."""
    between = place.text[place.quantity.end : max(other.start, place.quantity.end)]
    return between if _CLAUSE.search(between) else ""


def _bracketed_apart(place: QuantityPlace, other: Other) -> bool:
    """Whether a candidate is what a number in brackets is against, and this number is not in them: "(1% below A)"."""
    opened = place.text.rfind("(", 0, other.start)
    closed = place.text.find(")", max(opened, 0))
    if opened < 0 or closed < other.start or opened < place.quantity.start < closed:
        return False
    return any(opened < one.start < other.start for one in place.sentence.quantities)


def _has_level(place: QuantityPlace, other: Other) -> str:
    """Which level a candidate has in brackets: that of "58.3%, outperforming A (54.0%)" is told in the same unit."""
    at = place.text.find(other.text, other.start)
    opened = _OPENED.match(place.text, at + len(other.text)) if at >= 0 else None
    levels = [q for q in place.sentence.quantities if opened and q.start <= opened.end() <= q.end]
    if not levels:
        return "without a level"
    return "with its level" if levels[0].unit == place.quantity.unit else "with another level"


def _listed(names: list[str], more: re.Match[str] | None) -> list[str]:
    """The names after a word of comparison and the rest of the list that follows: whole, then parts."""
    if not more:
        return names
    parts = [p.strip(_EDGES) for p in _BETWEEN.split(more["list"])]
    if _EXAMPLE.search(more[0]):  # "state-of-the-art methods, including A and B"
        return [more["list"].strip(_EDGES), *filter(None, parts)]
    return [names[0] + more[0].rstrip(_EDGES), names[0], *filter(None, parts)] if len(parts) > 1 else names


def _turn(place: QuantityPlace, other: Other) -> str:
    """Whether a "respectively" list pairs the candidate with this number; "none" if the lists differ in length."""
    number, parts = other.turn
    if parts < 2:
        return "none"
    same = [i for i, q in enumerate(place.sentence.quantities) if q.unit == place.quantity.unit]
    if parts != len(same):
        return "none"
    return "right" if number == same.index(place.index) + 1 else "wrong"


def _nested(others: list[Other]) -> dict[str, set[str]]:
    """For each candidate text: how the longer candidates that contain it, and its parts, are introduced."""
    out: dict[str, set[str]] = {}
    for one in others:
        for other in others:
            if other.text != one.text and one.text in other.text:
                out.setdefault(one.text, set()).add(f"inside {other.marker}")
                out.setdefault(other.text, set()).add(f"around {one.marker}")
    return out


def _joint(place: QuantityPlace) -> list[str]:
    """How a number is connected to the previous one in its sentence."""
    if not place.index:
        return ["first"]
    one = place.sentence.quantities[place.index - 1]
    word = _JOINT.search(place.ahead)
    same = "same unit" if one.unit == place.quantity.unit else "other unit"
    return [
        same,
        f"joined by {word[0].lower().strip() if word else 'nothing'}",
        f"after {bucket(len(place.ahead.split()), 1, 3, 6, 12)}",
    ]


def _distance(place: QuantityPlace, other: Other) -> int:
    quantity = place.quantity
    return other.start - quantity.end if other.start >= quantity.end else quantity.start - other.end
