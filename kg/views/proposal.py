"""The sentence in which a paper says what it proposes, as words that a sentence on the paper goes on with.

"To cut costs, we propose Foo, a novel gate that skips blocks" is told as "Foo is a gate that skips blocks", with all
that the sentence says of it. Where its words point back to others, it is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from kg.extract.phrases import tagged
from kg.text import fold, has_han
from kg.views.latex import as_text
from kg.views.own import forms
from kg.views.surface import article
from kg.views.words import listed, pattern

_LEAST, _LEAST_KIND = 7, 5  # words of what is proposed, of what it is
_MOST = 45
_STARS = re.compile(r"\*+(\S[^*]*)\*+")
_TIE = re.compile(r"(?<=[.a-z])~(?=\w)")
_CLOSE = re.compile(r"(?:\)|[a-z]{3}),(?=[a-z]{2})")  # a space is missing
_BESIDE = re.compile(r"^,(?= (?!wh|an?\b|the\b))")  # no comma but before "which" or "a gate"
_AGAIN = re.compile(r", (?P<what>an? .*)")  # says what a name is: ", a gate that"
_NEXT = re.compile(r"\.\s+(?=[A-Z][a-z])")
_SHORT_PHRASE = 3  # words in which a bare noun stands
_ARTICLE = re.compile(r"(?P<article>an?|the|one)\s(?P<rest>.*)", re.IGNORECASE)
#: "and", "it" and "that" at the beginning, the first part of a list "(1)", and signs of what is torn.
_ODD = re.compile(r"^(?:(?:and|its?|that)\b|\W)|\((?:\d|i+|a)\)|[\\$?]")
_LETTER = re.compile(r"[^\W\d_]")
_SHORT = r"(?:\s\([^()]*\))?"
_SUBJECT = r"\b<proposal.subjects>"
_ADVERB = r"(?:(?P<adverb><proposal.adverbs>|[a-z]+ly) )?"
_SAYS = (
    rf"(?i:{_SUBJECT} {_ADVERB}(?P<verb><proposal.verbs>)(?:s|d|ed)?|\bby (?P<doing><proposal.doing>)"
    r"|\band (?P<next><proposal.verbs>)) (?P<what>.+)"
)
_DOES = rf"(?i:{_SUBJECT} (?:[a-z]+ly )?(?P<verb>[a-z]+))"
_GOES_ON = r",? and (?:[a-z]+ly )?(?P<verb><proposal.goes_on>)\b"
_WE = r",? <proposal.joints> <proposal.subjects>\b.*"
_POINTS = r"(?i)\b<proposal.points>\b(?! <proposal.unpointed>\b)"
_PRAISE = r"(?:<proposal.praise>\b,? (?:<proposal.praise_joints> )?)+"
_LINK = r"(?:<proposal.links>|<proposal.clauses>)\b"
#: "an Early Gating (EG) that", which needs no article, but not "an Early Gating (EG) rule".
_DOING = rf"(?:(?!{_LINK})[\w-]+ )+(?!solution|function)\w+(?:ing|ion) \([^()]*\)(?=$|,| {_LINK})"
_CALLED = r",?(?: <proposal.called>)?"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a paper proposes, the words behind the verb "proposes"."""

    verb: str
    what: str
    full: str = ""  # what the method's name is short for, where that stands beside it
    itself: str = ""  # what the method is, where the words say so: "a gate that", of "Foo, a gate that"
    sentence: str = ""

    def is_of(self, own: str) -> bool:
        """Whether the words propose the method of a name, and not something for it: "gates for Foo"."""
        ahead, found, _ = self.what.partition(own or "\n")
        if re.search(rf"\b[a-z][\w-]* \({re.escape(own)}\)[ -][a-z]", self.what):
            return False  # "a block pruning (BP) framework" is not called so
        return bool(found) and (bool(self.itself) or not pattern(rf"\b{_LINK}").search(ahead.partition("(")[0]))


def proposal(own: str, told: Iterable[str], *, is_called: bool = True) -> Proposal | None:
    """What the sentences of a paper say that it proposes, first those that name the method `own`.

    Another than the first counts only where the paper `is_called` by that name.

    >>> found = proposal("Foo", ["To do so, we propose Foo, a novel adaptive gate that skips all blocks of few keys."])
    >>> found.what, found.itself == found.what.removeprefix("Foo, ")
    ('Foo, an adaptive gate that skips all blocks of few keys', True)
    >>> proposal("Foo", ["We propose Foo, a gate which skips all the blocks that these keys do not need at all."])
    """
    sentences = list(told)
    said = [found for one in sentences if (found := pattern(_SAYS).search(one))]
    first = [found for found in said if not (found["adverb"] or found["next"] or is_besides(found.string))]
    named = [one for one in said if own and re.search(rf"(?<![\w-]){re.escape(own)}(?![\w-])", one["what"])]
    named.sort(key=lambda one: one not in first)
    begins = [] if _makes_before(sentences, first) else first[:1]
    others = [one for one in named if one["next"] and not is_besides(one.string)]
    for found in [*named, *begins] if is_called else begins or others[:1]:
        what = _whole(found["what"].strip().rstrip("."))
        made = _of_name(own, _verb(found), what) if what else None
        least = _LEAST_KIND if made and made.itself else _LEAST
        if made and least <= len((made.itself or made.what).split()) <= _MOST:
            return replace(made, sentence=found.string)
    return None


def _makes_before(sentences: list[str], first: list[re.Match[str]]) -> bool:
    """Whether a paper makes or uses something before it proposes anything, which may be but a part of that."""
    for one in sentences[: sentences.index(first[0].string)] if first else ():
        found = pattern(_DOES).search(one)
        if found and fold(found["verb"]) in forms("brief.making"):
            return True
    return False


def is_part(surface: str, told: Iterable[str]) -> bool:
    """Whether a paper proposes something only in sentences that tell of parts, or of what comes on top."""
    said = [found for one in told if surface in one and (found := pattern(_SAYS).search(one))]
    return bool(said) and all(found["adverb"] or is_besides(found.string) for found in said)


def _verb(found: re.Match[str]) -> str:
    """The verb of a proposal: "introduce", of "introduces" or of "by introducing"."""
    said = (found["verb"] or found["doing"] or found["next"]).lower()
    return next(verb for verb in listed("proposal.verbs") if said.startswith(verb[:-1]))


def is_besides(sentence: str) -> bool:
    """Whether a sentence begins as one that tells of a part, or of what comes on top: "Specifically, we"."""
    return pattern(r"(?i)<proposal.besides>\b").match(sentence) is not None


def _whole(what: str) -> str:
    """The object of a proposal without what follows it, and without a clause that only others explain."""
    what = _CLOSE.sub(r"\g<0> ", _STARS.sub(r"\1", _TIE.sub(" ", as_text(_NEXT.split(what)[0]))))
    verbs = {word.start for word in tagged(what, 0, len(what))[0] if word.tag in ("VB", "VBP")}
    goes_on = [found for found in pattern(_GOES_ON).finditer(what) if found.start("verb") in verbs]
    if goes_on and _is_infinitive(what[: goes_on[0].start()]):
        return ""  # "a rule to find gates and show": is it the rule that shows?
    what = pattern(_WE).sub("", what[: goes_on[0].start()] if goes_on else what).rstrip(" ,;:")
    points = pattern(_POINTS).search(what)
    if points:
        clause = pattern(r",? <proposal.relative>\b").search(what, 0, points.start())
        what = what[: clause.start()] if clause else ""
    is_torn = any(what.count(a) != what.count(b) for a, b in ("()", "[]", "“”")) or what.count('"') % 2
    is_odd = is_torn or has_han(what) or _ODD.search(what)
    words = tagged(what, 0, len(what))[0]
    tags = [word.tag for word in words]
    is_bare = tags[:1] in (["JJ"], ["VBN"], ["NNS"]) or (tags[:1] == ["CD"] and ":" not in what)
    is_vague = is_bare and "NNS" in tags[:_SHORT_PHRASE]  # "tailored solutions", "three modules"
    is_vague = is_vague or (tags[-1:] == ["NNS"] and "CD" in tags[-1 - _SHORT_PHRASE :])  # "with three key parts"
    points_at = any(b.text == "that" and b.tag == "DT" and a.text != "such" for a, b in pairwise(words))  # "that gap"
    return "" if is_odd or is_vague or points_at else _bare(what)


def _bare(what: str) -> str:
    """A noun phrase without praise behind its article: "an adaptive gate", of "a novel adaptive gate"."""
    found = _ARTICLE.match(what)
    if not found:
        return _AGAIN.sub(lambda again: f", {_bare(again['what'])}", what)
    praise, rest = pattern(_PRAISE).match(found["rest"]), found["rest"]
    is_new = praise and praise[0] == "new " and rest[praise.end() : praise.end() + 1].isupper()  # "a new GPU"
    if praise and praise[0].endswith(" ") and not is_new:  # not "new-found"
        rest = rest[praise.end() :]
    if pattern(_DOING).match(rest):
        return rest
    return f"{article(rest) if found['article'].lower() in ('a', 'an') else found['article']} {rest}"


def _is_infinitive(said: str) -> bool:
    return any(word.tag in ("TO", "MD") for word in tagged(said, 0, len(said))[0])


def _of_name(own: str, verb: str, what: str) -> Proposal:
    """A proposal with what the method `own` is, where its words say so: "Foo, a gate that", "a gate (Foo) that"."""
    name, called = re.escape(own) if own else "(?!)", pattern(_CALLED).pattern
    if found := re.fullmatch(
        rf"(?:the )?{name}(?P<full>{_SHORT})(?:,| [-–—]|: [^,]+,|(?<=\))) (?P<what>(?:an?|the) .+)", what
    ):
        bare = _bare(found["what"])
        return Proposal(verb, what.replace(found["what"], bare), found["full"].strip(" ()"), bare)
    if found := re.fullmatch(rf"(?:(?:an?|the) )?(?P<full>[^(),]+) \({name}\), (?P<what>an? .+)", what):
        bare = _bare(found["what"])
        return Proposal(verb, what.replace(found["what"], bare), found["full"], bare)
    found = re.fullmatch(rf"(?P<what>an? [^(),]+) \({name}\)(?P<rest>.*)", what)
    if found and _is_plain(found["what"]):
        return Proposal(verb, what, itself=f"{found['what']}{found['rest']}")
    found = re.fullmatch(rf"(?P<what>an? [^()]+?)(?P<called>{called}) {name}{_SHORT}(?P<rest>(?:,? .+)?)", what)
    if found and (found["called"] or not pattern(rf"\b{_LINK}").search(found["what"])):  # not "a gate for Foo"
        rest = _BESIDE.sub("", found["rest"])
        return Proposal(verb, what, itself=f"{found['what'].rstrip(',')}{rest}")
    found = re.fullmatch(rf"(?:an?|the) {name}{_SHORT} (?P<what>.+)", what)
    if found and pattern(r"(?:[\w-]+ )*?<proposal.kinds>(?=[ ,]|$)").match(found["what"]):
        return Proposal(verb, what, itself=f"{article(found['what'])} {found['what']}")
    return Proposal(verb, what)


def _is_plain(said: str) -> bool:
    """Whether no word of a phrase but its first is written large as those of a name are: "Late Gate Routing"."""
    return not any(word[:1].isupper() and word[1:].islower() for word in said.split()[1:] if _LETTER.search(word))


def kinds(what: str) -> tuple[str, str, str]:
    """What kind of thing is proposed: its noun phrase, the last noun of that, and what it is for, if that is all.

    >>> kinds("a fast gate framework for block skipping that keeps all"), kinds("Foo with gates")
    (('fast gate framework', 'framework', 'block skipping'), ('', '', ''))
    """
    found = _ARTICLE.match(what)
    said = pattern(r",| \(| <proposal.clauses>\b").split(found["rest"])[0] if found else ""
    phrase, *rest = pattern(r" (?=<proposal.links>\b)").split(said)
    head = phrase.rpartition(" ")[2]
    if head not in listed("proposal.kinds"):
        return "", "", ""
    is_whole = not (found and found["rest"].startswith(f"{said} to "))  # not "for letting blocks", before "to skip"
    use = rest[0].removeprefix("for ") if len(rest) == 1 and rest[0].startswith("for ") and is_whole else ""
    return phrase, head, use
