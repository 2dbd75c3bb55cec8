"""What a paper proposes, as a noun phrase: whole, without praise, and without what only other sentences explain."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise

from kg.extract.speech import TaggedWord, tagged
from kg.text import has_han
from kg.views.latex import as_text
from kg.views.surface import article
from kg.views.words import listed, pattern

_ADDRESS = re.compile(r"[~\s]*\(?https?://[^\s,)]+\)?")
_CLOSE = re.compile(r"(?:\)|[a-z]{3}),(?=[a-z]{2}|an? )")  # a space is missing
_NO_COMMA = re.compile(r"^([A-Z][\w+-]*(?: [A-Z][\w+-]*){0,4}(?: \([^()]*\))?) (?=an? [a-z])")  # "Foo a gate"
_CLOSE_BRACKET = re.compile(r"(?<=[A-Za-z]{3})(?=\([A-Z][a-z])")
_LOOSE = ("IN", "TO", "DT", "CC", "WDT", "WP", "WP$", "PRP", "PRP$", "MD", "VB", "VBZ", "VBP", ",")  # end no phrase
_AGAIN_LARGE = re.compile(r"(?:, (?=An? )|(?<=[a-zA-Z)])-(?=an? [a-z]))(An?|an?) ")  # "Foo, A gate", "Foo-a gate"
_OF_TWO = re.compile(r"^([\w-]+),(?= and [\w-]+ )")  # "efficient, and light", of three
_AGAIN = re.compile(r", (?P<what>an? .*)")  # says what a name is: ", a gate that"
_NEXT = re.compile(r"\.\s+(?=[A-Z][a-z])|(?<=[\w)]{3})\.\s+(?=\$?[A-Z]|[a-z]+[A-Z])")
_SHORT_PHRASE = 3  # words in which a bare noun stands
_ARTICLE = re.compile(r"(?P<article>an?|the|one)\s(?P<rest>.*)", re.IGNORECASE)
#: "and", "it" and "that" at the beginning, the first part of a list "(1)", and signs of what is torn.
_ODD = re.compile(r": \w$|^(?:(?:and|its?|that)\b|\W)|\((?:\d|i+|a)\)|[\\$?]|\b[a-z]_[a-z]\b")
_ONLY = re.compile(r"(?i)(?:one|the (?:\w+est|first|most|only|same|\w+ of))\b")  # "the gate" that is proposed is a gate
#: What behind a colon is a list of parts, or another sentence.
_LIST = r":\s+(?=\(?(?:\d|[ivx]+|a)\)|a\.?$|[Ff]irst(?:ly)?, |<proposal.restarts>\s)"
#: "with two parts", "consisting of two key parts", before these.
_COUNTS = (
    r"(?P<ahead>.*?),? (?!.* <proposal.clauses> )<proposal.clauses>(?: <proposal.consists>| of| on| upon| around)? "
    r"(?:the following |its )?(?P<number>[a-z]+) (?:[\w-]+ ){0,2}[\w-]+s$"
)
#: ". It consists of three parts", before these.
_ANNOUNCED = r"\. [^.]+ <proposal.consists> (?P<number>[a-z]+) (?:[\w-]+ ){0,2}[\w-]+s$"
_FOLLOWING = re.compile(r",? and [a-z]+ the following [a-z]+$")
_GOES_ON = r"(?:,? and|(?P<comma>,)) (?:[a-z]+ly )?(?P<verb><proposal.goes_on>)\b(?P<object> <clause.determiners>\b)?"
_AND_VERB = re.compile(r", and (?P<verb>[a-z]+) (?P<name>[A-Z])?")
_CLAUSE = re.compile(r" (?:that|how|whether)\b")
_THEN = re.compile(r", then (?=[a-z]+ )")  # "a gate, then vary its width"
_WITH_IT = re.compile(r",? and (?:[a-z]+ly )?(?![a-z]+ing\b|how\b|that\b|wh)[a-z]+ (?:it|them)\b")  # "and test it"
_SENTENCE = re.compile(r", it (?:[a-z]+ly )?[a-z]+s\b")  # "Late Gates, it skips", which is none
_REMEDY = re.compile(
    r",? as (?:an?|our) (?:[a-z-]+ ){0,3}(?:solution|remedy|answer|response|alternative)$"
)  # to what only the sentences before say
_FOLLOWS = re.compile(r",? as follows$")
_NAMELY = re.compile(r", i\.e\.,? ([\w-]+)$")
_BY_DOING = r"\b(<proposal.kinds>) by (?=[a-z]+ing\b)"  # "a gate method by removing", of what "propose" does
_ANSWER = r"^an? (?:[a-z-]+ )*<proposal.answers>: (?=[A-Z])"  # "an orthogonal solution: Late Gates, which"
_INSPIRED = re.compile(r", (?:inspired|motivated) by [^,]*$")  # says what led to it, not what it is
_WE = r",? <proposal.joints> <proposal.subjects>\b.*"
#: Two things that only other words name: "both requirements and stays", not "both gates and maps".
BOTH = (
    r"(?<!or )both (?:(?:[a-z-]+ )?[a-z]+s\b(?!,? and\b|:|[^.;]*\bas well as\b)|<proposal.burdens>\b|"
    r"(?:through|via|by|using) (?![^.;]*\band (?:through|via|by|using)\b))"
)
_OF_BOTH = r"\A(?:(?!\band\b).)*\b(?:of|for|from) both(?=$|[.,;])"  # "a gate with the best of both"
_THEM = r"(?:<proposal.overcoming>|handl)e?(?:s|d|ing)? (?:it|them)\b"
_POINTS = rf"(?i)(?:\b(?:<proposal.points>\b(?! <proposal.unpointed>\b)|{BOTH}|{_THEM})|{_OF_BOTH})"
#: "a method, Late Gate Pruning", which says no more than the name.
_MERE_NAME = r"an? (?:(?:novel|new|simple) )*<proposal.kinds>, [A-Z][\w-]*(?: [\w-]+){0,5}(?: \([^()]*\))?"
#: "a gate that achieves higher accuracy": higher than what, only its authors may say.
_BOASTS = r"\b<proposal.attains>(?:e?s|ing)? (?:(?!than\b)[\w-]+ ){0,2}?<proposal.boasts>\b"
#: "a gate that overcomes key limitations of others": which, and how, is not said.
_MERE_AIM = (
    r"\b(?:that|which) <proposal.overcoming>e?s (?:[a-z-]+ ){0,2}<proposal.burdens>(?: (?:of|in|with|within) [^,]*)?$"
)
#: "a shift toward late gates", which says nothing of how.
_MERELY = r", an? (?:[\w-]+ )?<proposal.kinds>$"  # what is left of "Late Gates, a unified method that ends this"
_DEALT = 2  # lists of "gates and scans for maps and logs, respectively"
#: "The most comprehensive study", as only its authors may say.
_SUPERLATIVE = re.compile(r"the most [a-z]+|one of the (?:very )?(?:first|earliest)\b")
_SHIFT = re.compile(r"an? (?:[a-z]+ )?shift\b")
_FIRST_STEP = r",? <proposal.relative> first [a-z]+s\b"
_NEXT_STEP = re.compile(r"\b(?:then|next|second|finally|before|and [a-z]+s|followed by)\b")
_MEANS = re.compile(r"\b(?:by|through|via|using|with the)\b")
_PRAISE = r"(?:<proposal.praise>\b,? (?:<proposal.praise_joints> )?)+"
LINK = r"(?:<proposal.links>|<proposal.clauses>)\b"
_DOING = rf"(?:(?!{LINK}|<proposal.kinds>\b)[\w-]+ )+(?!solution|function)\w+(?:ing|ion) \([^()]*\)(?=$|,| {LINK})"
_MORE = re.compile(
    r"(?:, (?!\w+ing\b|an? |that |wh)[\w-]+(?: [\w-]+){0,3})+,? and "
)  # "for maps", before ", keys, and logs"
#: "language model (LM)-based gate", "language model (LM) framework".
_OF_SHORT = rf" \([^()]*\)(?=-| (?:(?!{LINK})[\w-]+ )*?<proposal.kinds>(?=$|[ ,]))"
_ON_SHORT = rf" \([^()]*\) (?!{LINK}|\w+(?:ing|ed)\b)[a-z]"  # "for language model (LM) use"


def without_list(sentence: str) -> str:
    """A sentence without the list of parts that it ends with: "Foo is a gate", before "that has: (1) a rule"."""
    said = pattern(_LIST).split(sentence)[0]
    return _to_noun(said) if said != sentence else said


def without_promise(said: str) -> str:
    """Words without the parts that they announce at their end: "a gate", of "a gate with two key parts"."""
    said = _FOLLOWING.sub("", said)
    announced = pattern(_ANNOUNCED).search(said)
    if announced and _is_number(announced["number"]):
        return said[: announced.start()]
    counts = pattern(_COUNTS).match(said)
    return (_to_noun(counts["ahead"]) if counts and _is_number(counts["number"]) else "") or said


def _is_number(word: str) -> bool:
    return word.endswith("fold") or tagged(word, 0, len(word))[0][0].tag == "CD"


def _to_noun(said: str) -> str:
    """Words up to their last noun: "a gate", of "a gate in"; "" where others than small ones stand behind it."""
    words = tagged(said, 0, len(said))[0]
    if len(words) > 1 and words[-1].tag == "VBZ" and words[-2].tag in ("VBG", "JJ", "NN"):
        return said  # "talking faces"
    while words and (
        words[-1].tag in _LOOSE or words[-1].text in listed("proposal.clauses") or _is_adrift(said, words)
    ):
        said = said[: words.pop().start].rstrip(" ,")
    return said if words and words[-1].tag.startswith(("NN", "VBG", "-RRB-")) else ""


def _is_adrift(said: str, words: list[TaggedWord]) -> bool:
    """Whether a gerund at an end stands apart: "a gate, arguing"."""
    return words[-1].tag == "VBG" and said[: words[-1].start].endswith(", ")


def whole_object(what: str) -> str:
    """The object of a proposal without what follows it, and without a clause that only others explain."""
    what = _ADDRESS.sub("", what)
    what = _AGAIN_LARGE.sub(lambda found: f", {found[1].lower()} ", what)
    what = _NO_COMMA.sub(r"\1, ", _CLOSE_BRACKET.sub(" ", what))
    what = _CLOSE.sub(r"\g<0> ", as_text(_NEXT.split(what)[0]))
    unlisted = without_list(what)
    is_listed = unlisted != what
    what = without_promise(unlisted) if is_listed else unlisted
    if is_listed and _is_counted(what):
        return ""  # "a gate that uses three properties", which are in the list
    verbs = {word.start for word in tagged(what, 0, len(what))[0] if word.tag in ("VB", "VBP")}
    what = next((what[: one.start()] for one in _AND_VERB.finditer(what) if _is_further(one, verbs)), what)
    goes_on = [one for one in pattern(_GOES_ON).finditer(what) if one["object"] or one.start("verb") in verbs]
    ahead = what[: goes_on[0].start()] if goes_on else ""
    is_unclear = bool(goes_on) and not (goes_on[0]["object"] or _CLAUSE.match(what, goes_on[0].end()))
    is_clause = is_infinitive(ahead) or (is_unclear and bool(pattern(r"\b<proposal.relative>\b").search(ahead)))
    if goes_on and (goes_on[0]["comma"] or is_clause):
        return ""  # "a rule, test gates and show"; "a rule that finds gates and show": is it the rule that shows?
    what = _FOLLOWS.sub("", pattern(_WE).sub("", ahead or what).rstrip(" ,;:"))
    what = _without_deed(_THEN, what)
    what = _REMEDY.sub("", _INSPIRED.sub("", what)).replace("(i.e., ", "(")
    what = _without_deed(_WITH_IT, what)
    what = _NAMELY.sub(r" (\1)", what)
    what = pattern(_ANSWER).sub("", what)
    what = (
        what
        if ":" in what or pattern(r"\b<proposal.relative>\b").search(what)
        else pattern(_BY_DOING).sub(r"\1 that works by ", what)
    )
    points = pattern(_POINTS).search(what) or pattern(r"\bthe <proposal.burdens>$").search(what)
    if points:
        clause = pattern(r",? <proposal.relative>\b").search(what, 0, points.start())
        is_less = clause is not None and 2 * clause.start() < len(what)  # what is left tells less than what goes
        what = _REMEDY.sub("", _to_noun(what[: clause.start()])) if clause and not is_less else ""
        what = "" if pattern(_MERELY).search(what) else what
    first = pattern(_FIRST_STEP).search(what)
    if first and not _NEXT_STEP.search(what, first.end()):
        what = _to_noun(what[: first.start()])  # "a gate", of "a gate that first finds keys", before ". Then, it"
    if "respectively" in what and what.count(" and ") < _DEALT:
        return ""  # "gates and scans for maps, respectively" are dealt out to what only others name
    aim = pattern(_MERE_AIM).search(what)
    if (
        (aim and not _MEANS.search(aim[0]))
        or _SHIFT.match(what)
        or _SUPERLATIVE.match(what)
        or pattern(_BOASTS).search(what)
        or pattern(_MERE_NAME).fullmatch(what)
    ):
        return ""
    if _SENTENCE.search(what):
        return ""
    is_torn = any(what.count(a) != what.count(b) for a, b in ("()", "[]", "“”")) or what.count('"') % 2
    is_odd = is_torn or has_han(what) or _ODD.search(what)
    words = tagged(what, 0, len(what))[0]
    tags = [word.tag for word in words]
    runs_on = _runs_on(words)
    is_bare = tags[:1] in (["JJ"], ["VBN"], ["NNS"]) or (tags[:1] == ["CD"] and ":" not in what)
    is_vague = is_bare and "NNS" in tags[:_SHORT_PHRASE]  # "tailored solutions", "three modules"
    is_vague = is_vague or (tags[-1:] == ["NNS"] and "CD" in tags[-1 - _SHORT_PHRASE :])  # "with three key parts"
    points_at = any(b.text == "that" and b.tag == "DT" and a.text != "such" for a, b in pairwise(words))  # "that gap"
    return "" if is_odd or is_vague or points_at or runs_on else without_praise(what)


def _without_deed(further: re.Pattern[str], what: str) -> str:
    """What is proposed without a further deed of the paper, which one in a relative clause is not: "a gate, then"."""
    found = further.search(what)
    is_own = found is not None and not pattern(r"\b<proposal.relative>\b").search(what[: found.start()])
    return what[: found.start()] if found and is_own else what


def _is_counted(said: str) -> bool:
    """Whether words count things that only a list behind them names: "three properties of gates"."""
    tags = [word.tag for word in tagged(said, 0, len(said))[0]]
    return any(a == "CD" and "NNS" in tags[at + 1 : at + 3] for at, a in enumerate(tags))


def _runs_on(words: list[TaggedWord]) -> bool:
    """Whether words begin with a verb, or with a phrase that another verb follows: "a gate for maps, skip blocks"."""
    tags = [word.tag for word in words]
    plain = [word.text.isalpha() and word.text.islower() for word in words]
    if plain[:1] == [True] and tags[0] in ("VB", "VBP", "VBZ"):
        return True
    at = next((place for place, tag in enumerate(tags) if tag in ("TO", "MD", "VB", "VBP", "VBZ")), 0)
    return at > 0 and tags[at - 1] == "," and tags[at] in ("VB", "VBP") and plain[at]


def without_praise(what: str) -> str:
    """A noun phrase without praise behind its article: "an adaptive gate", of "a novel adaptive gate"."""
    found = _ARTICLE.match(what)
    if not found:
        return _AGAIN.sub(lambda again: f", {without_praise(again['what'])}", what)
    praise, rest = pattern(_PRAISE).match(found["rest"]), found["rest"]
    is_new = praise and praise[0] == "new " and rest[praise.end() : praise.end() + 1].isupper()  # "a new GPU"
    if praise and praise[0].endswith(" ") and not is_new:  # not "new-found"
        rest = _OF_TWO.sub(r"\1", rest[praise.end() :])
    if pattern(_DOING).match(rest):
        return rest
    is_any = found["article"].lower() in ("a", "an") or (kinds(what)[0].islower() and not _ONLY.match(what))
    return f"{article(rest) if is_any else found['article']} {rest}"


def _is_further(found: re.Match[str], verbs: Collection[int]) -> bool:
    """Whether "and" brings what else the paper does, and not what its gate does: "a gate, and quantify its cost"."""
    ahead = found.string[: found.start()]
    is_verb = found.start("verb") in verbs or (found["name"] and found["verb"] in listed("proposal.verbs"))
    return bool(is_verb) and not (is_infinitive(ahead) or pattern(r"\b<proposal.relative>\b").search(ahead))


def is_infinitive(said: str) -> bool:
    return any(word.tag in ("TO", "MD") for word in tagged(said, 0, len(said))[0])


def kinds(what: str) -> tuple[str, str, str]:
    """What kind of thing is proposed: its noun phrase, the last noun of that, and what it is for, if that is all.

    >>> kinds("a fast gate framework for block skipping that keeps all"), kinds("Foo with gates")
    (('fast gate framework', 'framework', 'block skipping'), ('', '', ''))
    """
    found = _ARTICLE.match(pattern(_OF_SHORT).sub("", what))
    ends = r",| \(| (?!based (?!on\b|upon\b|around\b))<proposal.clauses>\b"  # "a language model based framework"
    said = pattern(ends).split(found["rest"])[0] if found else ""
    phrase, *rest = pattern(r" (?=<proposal.links>\b)").split(said)
    phrase = pattern(_PRAISE).sub("", phrase) if pattern(_PRAISE).match(phrase) else phrase
    head = phrase.rpartition(" ")[2]
    if head not in listed("proposal.kinds"):
        return "", "", ""
    behind = found["rest"].removeprefix(said) if found else ""
    is_whole = not (
        behind.startswith((" to ", " where ")) or _MORE.match(behind) or pattern(_ON_SHORT).match(behind)
    )  # not "for letting", before "to skip"
    use = rest[0].removeprefix("for ") if len(rest) == 1 and rest[0].startswith("for ") and is_whole else ""
    return phrase, head, use
