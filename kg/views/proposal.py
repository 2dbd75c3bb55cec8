"""The sentence in which a paper says what it proposes, as words that a sentence on the paper goes on with.

"To cut costs, we propose Foo, a novel gate that skips blocks" is told as "Foo is a gate that skips blocks", with all
that the sentence says of it. Where its words point back to others, it is not told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from kg.extract.speech import tagged
from kg.text import fold
from kg.views.own import forms, is_own
from kg.views.proposed import LINK, is_infinitive, kinds, whole_object, without_praise
from kg.views.surface import article
from kg.views.words import PageWords, listed, pattern

_LEAST, _LEAST_KIND = 7, 5  # words of what is proposed, of what it is
_MOST = 45
_BESIDE = re.compile(r"^,(?= (?!wh|an?\b|the\b))")  # no comma but before "which" or "a gate"
_NEAR = 60  # letters of the phrase that a relative clause speaks of
_OF_OBJECT = ("CD", "DT", "PRP", "PRP$")  # tags of words that an object begins with
_LETTER = re.compile(r"[^\W\d_]")
_LETTERS, _IN_BRACKETS = re.compile(r"[^\W\d_][\w-]*"), re.compile(r"\([^()]*\)")
_COINED = r"(?:^|\(|<proposal.called> )([a-z]?[A-Z][\w-]*)\b(?=$|[),.]| \()"  # "Foo, a gate", "Late Gates (LG)"
_SHORT = r"(?:\s\([^()]*\))?"
_SUBJECT = r"\b<proposal.subjects>"
_ADVERB = r"(?:(?P<adverb><proposal.adverbs>|[a-z]+ly) )?"
_SAYS = (
    rf"(?i:(?<!which )(?<!where ){_SUBJECT} (?:<proposal.joining> )?{_ADVERB}"
    r"(?P<verb><proposal.verbs>)(?:s|d|ed)?|\bby (?P<doing><proposal.doing>)"
    r"|\band (?P<next><proposal.verbs>)s?) (?P<what>.+)"
)
_DOES = rf"(?i:(?<!which ){_SUBJECT} (?:[a-z]+ly )?(?P<verb>[a-z]+))"
_TELLS = rf"(?i:(?<!which ){_SUBJECT} (?:(?:<proposal.joining>|<proposal.adverbs>|[a-z]+ly) )?(?P<verb>[a-z]+))"
#: "an Early Gating (EG) that", which needs no article, but not "an Early Gating (EG) rule".
_ENDINGS = (
    rf",| \(| {LINK}",
    r",| \(| <proposal.clauses>\b",
    rf",| \(| {LINK}| [a-z]+ing\b",
)  # of a phrase up to its head
_CALLED = r",?(?: <proposal.called>,?)?"
#: What stands behind a name that is whole: "Late Gates, which", but not "Late Gates routing".
_ENDS = r"(?=$|,| (?:<proposal.links>|<proposal.clauses>|<proposal.relative>)\b)"
_CONCEPT = re.compile(r"^[a-z]+ of (?=[A-Z])")  # "the concept of Late Gates (LG), a rule"
_OF_KIND = re.compile(r"(?<=[a-z]), (?=[a-z]+ed (?:to|for|by|on)\b)")  # "a model, designed to"
#: Before the name of a method for which something else is proposed: "kernels that allow Foo to".
_FOR_ANOTHER = re.compile(r" (?:that|which|to) [a-z]+ (?:[a-z-]+ ){0,2}(?:[A-Z][\w-]* )*\(?$")


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
        short = rf"\({re.escape(own)}\)"
        if pattern(rf"\b[a-z][\w-]* {short}[ -][a-z]|\w {short} (?!(?i:<proposal.kinds>)\b)[A-Z]").search(self.what):
            return False  # "a block pruning (BP) framework", "Block Pruning (BP) Compression" are not called so
        named = rf"(?<![\w-]){re.escape(own)} (?:(?:via|by|with|from|of|for)\b[^,;()]*\([A-Z]|"
        if " " in own and pattern(rf"{named}(?!<proposal.kinds>|{LINK}|<proposal.relative>)[a-z])").search(self.what):
            return False  # "Block Pruning via Gates (BPG)", "a Block Pruning distillation framework"
        apart = pattern(rf"\b{LINK}").search(ahead.partition("(")[0])
        apart = apart or pattern(r"\b<proposal.relative>\b").search(_IN_BRACKETS.sub("", ahead))
        return bool(found) and (bool(self.itself) or apart is None)


def proposal(own: str, told: Iterable[str], *, is_called: bool = True, asks: bool = False) -> Proposal | None:
    """What the sentences of a paper say that it proposes, first those that name the method `own`.

    Another than the first counts only where the paper `is_called` by that name. A paper that `asks` something in its
    title and studies it does not propose what it is not called by.

    >>> found = proposal("Foo", ["To do so, we propose Foo, a novel adaptive gate that skips all blocks of few keys."])
    >>> found.what, found.itself == found.what.removeprefix("Foo, ")
    ('Foo, an adaptive gate that skips all blocks of few keys', True)
    >>> proposal("Foo", ["We propose Foo, a gate which skips all the blocks that these keys do not need at all."])
    """
    sentences = list(told)
    said = [found for one in sentences if (found := _saying(own, one)) and _is_own(own, found)]
    first = [found for found in said if not (_is_more(found) or found["next"])]
    named = [
        one
        for one in said
        if own and own in one["what"] and re.search(rf"(?<![\w-]){re.escape(own)}(?![\w-])", one["what"])
    ]
    for_it = pattern(rf"\b{LINK}")  # "we further develop a rule for Foo"
    is_named = bool(named and first) and first[0] not in named
    for_another = [one for one in named if _FOR_ANOTHER.search(one["what"].partition(own)[0])]
    named = [one for one in named if one not in for_another]
    named = [one for one in named if not (_is_more(one) and for_it.search(one["what"].partition(own)[0]))]
    named.sort(key=lambda one: one not in first)
    begins = [] if _is_but_part(sentences, said, first, asks=asks) else _rather_made(own, first)[:1]
    others = [one for one in named if one["next"] and not (is_besides(one.string) or _is_a("proposal.tools", one))]
    if is_named or begins == for_another[:1]:
        begins = []  # "we prove a theorem. Based on it, we introduce Foo"
    for found in [*named, *begins] if is_called else begins or ([] if asks else others[:1]):
        if _is_a("proposal.findings", found):
            continue  # what a paper reaches is not reached by a hypothesis
        what = whole_object(_first(found))
        made = _of_name(own, _verb(found), what) if what else None
        least = _LEAST_KIND if made and made.itself else _LEAST
        is_said = made is not None and least <= len((made.itself or made.what).split()) <= _MOST
        if made and is_said and not _is_but_name(made):
            return replace(made, sentence=found.string)
    return None


def _first(found: re.Match[str]) -> str:
    """What is proposed before another verb: "a rule", of "proposes a rule and shows its use"; "" of what is used so."""
    what, tag = found["what"].strip().rstrip("."), "VBG" if found["doing"] else "VBZ"
    words = tagged(what, 0, len(what))[0]
    for joint, verb, behind in zip(words, words[1:], words[2:], strict=False):
        if joint.text == "and" and verb.tag == tag and behind.tag in _OF_OBJECT:
            ahead = what[: joint.start].rstrip(" ,")
            if not (is_infinitive(ahead) or pattern(r"\b<proposal.relative>\b").search(ahead)):
                return "" if found["doing"] else ahead  # what is done with it tells more
    return what


def _saying(own: str, sentence: str) -> re.Match[str] | None:
    """What a sentence says first that is proposed, or the method itself: "we introduce a rule and propose Foo"."""
    found = pattern(_SAYS).search(sentence)
    again = pattern(_SAYS).search(sentence, found.start("what")) if found and own else None
    is_own = found and again and own in again["what"] and own not in sentence[found.start("what") : again.start()]
    return again if is_own else found


def _is_but_name(made: Proposal) -> bool:
    """Whether all that is said is a name: "Late Gates for Block Skipping (LGBS)"."""
    words = _LETTERS.findall(_IN_BRACKETS.sub("", made.itself or made.what))
    return all(word[:1].isupper() or word in listed("proposal.small") for word in words)


def _is_own(own: str, found: re.Match[str]) -> bool:
    """Whether it is the paper that proposes: others may be made better "by introducing a gate" too."""
    ahead = found.string[: found.start()]
    clause = pattern(r"\b<proposal.relative>\b[^,;]*$").search(ahead)  # "old gates, which skip blocks by introducing"
    of_other = clause is not None and not (own and own in ahead[: clause.start()][-_NEAR:])
    return not found["doing"] or (is_own([own], ahead) and not of_other)


def _rather_made(own: str, first: list[re.Match[str]]) -> list[re.Match[str]]:
    """What is proposed without an analysis that leads to it: "we present an analysis. Building on it, we propose".

    Nor with a tool that has not the paper's name: "To see drift, we introduce a metric. Based on it, we propose".
    """
    made = [found for found in first if not (_is_a("proposal.analyses", found) or _is_a("proposal.tools", found))]
    if not made or first[:1] == made[:1]:
        return first
    is_tool = _is_a("proposal.tools", first[0]) and not (own and own in first[0]["what"])
    return made if is_tool or _is_a("proposal.analyses", first[0]) else first


def _is_but_part(sentences: list[str], said: list[re.Match[str]], first: list[re.Match[str]], *, asks: bool) -> bool:
    """Whether what a paper first proposes may be but a part of its work.

    Before, it makes, uses or proposes something beside, or it studies something with a tool that it proposes for that.
    """
    if not first:
        return False
    ahead = sentences[: sentences.index(first[0].string)]
    nexts = [one for one in said if one["next"] and one.string in ahead and not is_besides(one.string)]
    if not all(_is_a("proposal.tools", one) for one in nexts):
        return True  # "we study gates and propose Foo. To this end, we propose to"
    is_tool = _is_a("proposal.tools", first[0]) or _is_a("proposal.analyses", first[0])
    if (asks or is_tool) and any(map(studies, ahead)):
        return True
    made = (pattern(_DOES).search(one) for one in ahead)
    return any(fold(found["verb"]) in forms("brief.making") for found in made if found)


def studies(sentence: str) -> bool:
    """Whether a sentence says what the paper studies, or begins as one that does: "In this work, we", not "this"."""
    found = pattern(_DOES).search(sentence)
    is_study = found is not None and fold(found["verb"]) in forms("proposal.studying")
    opens = pattern(r"(?i)in <proposal.subjects>\b.*?\bwe\b").match(sentence)
    return bool(opens or (found and is_study and not pattern(r"\s<proposal.pointing>\b").match(sentence, found.end())))


def _is_a(key: str, found: re.Match[str]) -> bool:
    """Whether what is proposed is of a kind, such as a tool to study something: "a practical proxy to costs"."""
    what = found["what"].strip(". ")
    again = pattern(rf"(?:(?! {LINK})[^,])*, (an?\b.*)").match(what)  # "Foo (F), a metric for"
    said = [end.split(one)[0] for one in (what, again[1] if again else "") for end in map(pattern, _ENDINGS)]
    heads = map(fold, PageWords("en")(key).split())
    return not {fold(one.rpartition(" ")[2]) for one in said}.isdisjoint(heads)


def _is_more(found: re.Match[str]) -> bool:
    """Whether what is proposed comes on top: "we then propose", "Specifically, we", "keys are few, and we propose"."""
    is_second = found.string[: found.start()].endswith(", and ") or bool(found["adverb"])
    is_vague = _verb(found) == "contribute" and not kinds(found["what"])[1]  # "contributes to", "contributes insights"
    return is_second or is_vague or is_besides(found.string)


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
    return pattern(r"(?i)(?:\(?\d\)\s)?<proposal.besides>\b").match(sentence) is not None


def proposes(sentence: str, own: str = "") -> bool:
    """Whether a sentence says what the paper proposes, no tool and nothing that comes on top.

    What is said behind "and" or "by" is what comes on top unless it is the paper's `own`: "we study gates and propose
    Foo", "our work ends this by introducing Foo".
    """
    found = pattern(_SAYS).search(sentence)
    if found is None or _is_more(found) or _is_a("proposal.tools", found):
        return False
    if found["next"]:
        return bool(own) and own in found["what"]
    return not found["doing"] or bool(own and re.match(rf"(?:(?:an?|the) )?{re.escape(own)}(?![\w-])", found["what"]))


def tells(sentence: str, verbs: Collection[str]) -> bool:
    """Whether a sentence says that the paper proposes something, or with one of some verbs what it does."""
    found = (fold(one["verb"]) for one in pattern(_TELLS).finditer(sentence))
    return pattern(_SAYS).search(sentence) is not None or not set(verbs).isdisjoint(found)


def coined(sentence: str) -> list[str]:
    """The names that a sentence gives to what it proposes.

    >>> coined("Building on gates, we propose Late Gates (LG), a rule for GPUs."), coined("We introduce Foo, a gate.")
    (['LG'], ['Foo'])
    """
    found = pattern(_SAYS).search(sentence)
    phrase = pattern(r" <proposal.relative>\b").split(found["what"])[0] if found else ""
    return pattern(_COINED).findall(phrase)


def is_put_forward(sentence: str) -> bool:
    """Whether a sentence says that something is proposed, without who does: "a gating rule is proposed"."""
    return pattern(r"\b<clause.is> (?:[a-z]+ly )?<proposal.verbs>(?:ed|d)\b").search(sentence) is not None


def _of_name(own: str, verb: str, what: str) -> Proposal:
    """A proposal with what the method `own` is, where its words say so: "Foo, a gate that", "a gate (Foo) that"."""
    if not own or own not in what:
        return Proposal(verb, what)
    if re.match(rf"{re.escape(own)}, (?!(?:an?|the|[a-z]+(?:ed|ing|ilt)|wh[a-z]+|that)\b)[a-z]+ ", what):
        return Proposal(verb, "")  # "Foo, compatible with all gates" does not say what it is
    if re.match(rf"{re.escape(own)} (?!(?:is|as|was)\b)[a-z]+s\b (?!\(|that\b|for\b)", what) and _is_verb(own, what):
        return Proposal(verb, "")  # "Foo takes gates" has lost its "which"
    name, called, ends = re.escape(own), pattern(_CALLED).pattern, pattern(_ENDS).pattern
    in_brackets = f"({own})" in what  # to compile a pattern takes longer than to see that it cannot match
    found = what.startswith((own, f"the {own}")) and re.fullmatch(
        rf"(?:the )?{name}(?P<full>{_SHORT})(?:,| [-–—]|: [^,]+,|(?<=\))) (?P<what>(?:an?|the) .+)", what
    )
    if found:
        bare = without_praise(found["what"])
        return Proposal(verb, what.replace(found["what"], bare), found["full"].strip(" ()"), bare)
    found = in_brackets and re.fullmatch(rf"(?:(?:an?|the) )?(?P<full>[^(),]+) \({name}\), (?P<what>an? .+)", what)
    if found:
        bare, full = without_praise(found["what"]), _CONCEPT.sub("", found["full"])
        return Proposal(verb, what.replace(found["what"], bare), full, bare)
    found = in_brackets and re.fullmatch(rf"(?P<what>an? [^(),]+) \({name}\)(?P<rest>.*)", what)
    if found and _is_plain(found["what"]):
        return Proposal(verb, what, itself=f"{found['what']}{found['rest']}")
    found = what.startswith("a") and re.fullmatch(
        rf"(?P<what>an? [^()]+?)(?P<called>{called}) {name}{_SHORT}{ends}(?P<rest>.*)", what
    )
    if found and (found["called"] or not pattern(rf"\b{LINK}").search(found["what"])):  # not "a gate for Foo"
        rest = _BESIDE.sub("", found["rest"])
        is_bare = found["called"] == "," or not pattern(rf"\b{LINK}").search(found["what"])
        is_clause = rest.startswith((", which", ", where", ", in which"))  # "a gate, Foo, which"
        rest = rest[1:] if found["called"] and is_bare and is_clause else rest
        return Proposal(verb, what, itself=f"{found['what'].rstrip(',')}{rest}")
    is_kind = what.startswith((f"a {own}", f"an {own}", f"the {own}"))
    found = is_kind and re.fullmatch(rf"(?:an?|the) {name}{_SHORT} (?P<what>.+)", what)
    if found and pattern(r"(?:[\w-]+ )*?<proposal.kinds>(?=[ ,]|$)").match(found["what"]):
        return Proposal(verb, what, itself=f"{article(found['what'])} {_OF_KIND.sub(' ', found['what'], count=1)}")
    return Proposal(verb, what)


def _is_verb(own: str, what: str) -> bool:
    """Whether the word behind a name is a verb: "takes", of "Foo takes gates"."""
    words = tagged(what, len(own), len(what))[0]
    return bool(words) and words[0].tag == "VBZ"


def _is_plain(said: str) -> bool:
    """Whether no word of a phrase but its first is written large as those of a name are: "Late Gate Routing"."""
    return not any(word[:1].isupper() and word[1:].islower() for word in said.split()[1:] if _LETTER.search(word))
