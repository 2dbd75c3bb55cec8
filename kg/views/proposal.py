"""The sentence in which a paper says what it proposes, as words that a sentence on the paper goes on with.

"To cut costs, we propose Foo, a novel gate that skips blocks" is told as "Foo is a gate that skips blocks", with all
that the sentence says of it. Where its words point back to others, it is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from kg.extract.phrases import tagged
from kg.text import fold, has_han
from kg.views.latex import as_text
from kg.views.own import forms
from kg.views.surface import article
from kg.views.words import PageWords

_LEAST, _LEAST_KIND, _LEAST_CUT = 7, 5, 5  # words of what is proposed, of what it is, of either beside a quotation
_MOST = 45
_NEXT = re.compile(r"\.\s+(?=[A-Z][a-z])")
_SHORT_PHRASE = 3  # words in which a bare noun stands
_ARTICLE = re.compile(r"(?P<article>an?|the|one)\s(?P<rest>.*)", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_SHORT = r"(?:\s\([^()]*\))?"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a paper proposes, the words behind the verb "proposes"."""

    verb: str
    what: str
    full: str = ""  # what the method's name is short for, where that stands beside it
    itself: str = ""  # what the method is, where the words say so: "a gate that", of "Foo, a gate that"
    sentence: str = ""  # to be quoted, where something that points back is left out

    def is_of(self, own: str) -> bool:
        """Whether the words propose the method of a name, and not something for it: "gates for Foo"."""
        ahead, found, _ = self.what.partition(own or "\n")
        links = rf"\b(?:{_any_of('links')}|{_any_of('clauses')})\b"
        return bool(found) and (bool(self.itself) or not re.search(links, ahead.partition("(")[0]))


@cache
def _any_of(key: str) -> str:
    """A pattern of the phrases of a list, which are parted by commas."""
    return "|".join(map(re.escape, PageWords("en")(f"proposal.{key}").split(", ")))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The patterns made of word lists."""
    says = rf"\b(?:{_any_of('subjects')}) (?:(?P<adverb>{_any_of('adverbs')}|[a-z]+ly) )?(?P<verb>{_any_of('verbs')})"
    doing = "|".join(f"{verb.removesuffix('e')}ing" for verb in PageWords("en")("proposal.verbs").split(", "))
    return {
        "says": re.compile(rf"(?i:{says}(?:s|d|ed)?|\bby (?P<doing>{doing})) (?P<what>.+)"),
        "does": re.compile(rf"(?i:\b(?:{_any_of('subjects')}) (?:[a-z]+ly )?(?P<verb>[a-z]+))"),
        "clause": re.compile(rf",? (?:{_any_of('relative')})\b"),
        "besides": re.compile(rf"(?:{_any_of('besides')})\b", re.IGNORECASE),
        "goes_on": re.compile(rf",? and (?:[a-z]+ly )?(?:{_any_of('goes_on')})\b.*"),
        "we": re.compile(rf",? (?:and|while|where|whereas|but) (?:{_any_of('subjects')})\b.*"),
        "points": re.compile(rf"\b(?:{_any_of('points')})\b(?! (?:{_any_of('unpointed')})\b)", re.IGNORECASE),
        "praise": re.compile(rf"(?:(?:{_any_of('praise')})\b,? (?:(?:and|yet|but) )?)+"),
        # "an Early Gating (EG) that", which needs no article, but not "an Early Gating (EG) rule"
        "doing": re.compile(
            rf"(?:(?!(?:{_any_of('links')}|{_any_of('clauses')})\b)[\w-]+ )+(?!solution|function)\w+(?:ing|ion)"
            rf" \([^()]*\)(?=$|,| (?:{_any_of('links')}|{_any_of('clauses')})\b)"
        ),
        "called": re.compile(rf",?(?: (?:{_any_of('called')}))?"),
        "kinds": re.compile(rf"(?:[\w-]+ )*?(?:{_any_of('kinds')})(?=[ ,]|$)"),
    }


def proposal(own: str, told: Iterable[str], *, is_called: bool = True) -> Proposal | None:
    """What the sentences of a paper say that it proposes, first those that name the method `own`.

    Another than the first counts only where the paper `is_called` by that name.

    >>> found = proposal("Foo", ["To do so, we propose Foo, a novel adaptive gate that skips all blocks of few keys."])
    >>> found.what, found.itself == found.what.removeprefix("Foo, ")
    ('Foo, an adaptive gate that skips all blocks of few keys', True)
    >>> proposal("Foo", ["We propose Foo, a gate which skips all the blocks that these keys do not need at all."])
    """
    sentences = list(told)
    said = [found for one in sentences if (found := _patterns()["says"].search(one))]
    first = [found for found in said if not (found["adverb"] or is_besides(found.string))]
    named = [one for one in said if own and re.search(rf"(?<![\w-]){re.escape(own)}(?![\w-])", one["what"])]
    named.sort(key=lambda one: one not in first)
    for found in [*(one for one in named if is_called or one in first), *first[: not _makes_before(sentences, first)]]:
        what, is_cut = _whole(found["what"].strip().rstrip("."))
        made = _of_name(own, _verb(found), what) if what else None
        least = _LEAST_CUT if is_cut else _LEAST_KIND if made and made.itself else _LEAST
        if made and least <= len((made.itself or made.what).split()) <= _MOST:
            return replace(made, sentence=found.string if is_cut else "")
    return None


def _makes_before(sentences: list[str], first: list[re.Match[str]]) -> bool:
    """Whether a paper makes or uses something before it proposes anything, which may be but a part of that."""
    for one in sentences[: sentences.index(first[0].string)] if first else ():
        found = _patterns()["does"].search(one)
        if found and fold(found["verb"]) in forms("brief.making"):
            return True
    return False


def is_part(surface: str, told: Iterable[str]) -> bool:
    """Whether a paper proposes something only in sentences that tell of parts, or of what comes on top."""
    said = [found for one in told if surface in one and (found := _patterns()["says"].search(one))]
    return bool(said) and all(found["adverb"] or is_besides(found.string) for found in said)


def _verb(found: re.Match[str]) -> str:
    """The verb of a proposal: "introduce", of "introduces" or of "by introducing"."""
    if found["verb"]:
        return found["verb"].lower()
    return next(verb for verb in PageWords("en")("proposal.verbs").split(", ") if found["doing"].startswith(verb[:-1]))


def is_besides(sentence: str) -> bool:
    """Whether a sentence begins as one that tells of a part, or of what comes on top: "Specifically, we"."""
    return _patterns()["besides"].match(sentence) is not None


def _whole(what: str) -> tuple[str, bool]:
    """The object of a proposal without what follows it, and whether it lacks a clause that only others explain."""
    what, patterns = as_text(_NEXT.split(what)[0]), _patterns()
    if (goes_on := patterns["goes_on"].search(what)) and _is_infinitive(what[: goes_on.start()]):
        return "", False  # "a rule to find gates and show": is it the rule that shows?
    what = patterns["we"].sub("", patterns["goes_on"].sub("", what)).rstrip(" ,;:")
    points = patterns["points"].search(what)
    if points:
        clause = patterns["clause"].search(what, 0, points.start())
        what = what[: clause.start()] if clause else ""
    is_torn = any(what.count(a) != what.count(b) for a, b in ("()", "[]", "“”")) or what.count('"') % 2
    is_odd = is_torn or has_han(what) or re.search(r"^(?:and|its?)\b|[\\$?]", what)
    words = tagged(what, 0, len(what))[0]
    tags = [word.tag for word in words]
    is_bare = tags[:1] in (["JJ"], ["VBN"], ["NNS"]) or (tags[:1] == ["CD"] and ":" not in what)
    is_vague = is_bare and "NNS" in tags[:_SHORT_PHRASE]  # "tailored solutions", "three modules"
    points_at = any(b.text == "that" and b.tag == "DT" and a.text != "such" for a, b in pairwise(words))  # "that gap"
    return "" if is_odd or is_vague or points_at else _bare(what), bool(points)


def _bare(what: str) -> str:
    """A noun phrase without praise behind its article: "an adaptive gate", of "a novel adaptive gate"."""
    found = _ARTICLE.match(what)
    if not found:
        return what
    praise, rest = _patterns()["praise"].match(found["rest"]), found["rest"]
    if praise and praise[0].endswith(" "):  # not "new-found"
        rest = rest[praise.end() :]
    if _patterns()["doing"].match(rest):
        return rest
    if rest == found["rest"]:
        return what
    return f"{article(rest) if found['article'].lower() in ('a', 'an') else found['article']} {rest}"


def _is_infinitive(said: str) -> bool:
    return any(word.tag in ("TO", "MD") for word in tagged(said, 0, len(said))[0])


def _of_name(own: str, verb: str, what: str) -> Proposal:
    """A proposal with what the method `own` is, where its words say so: "Foo, a gate that", "a gate (Foo) that"."""
    name, called = re.escape(own) if own else "(?!)", _patterns()["called"].pattern
    if found := re.fullmatch(rf"(?:the )?{name}(?P<full>{_SHORT})(?:,| [-–—]|: [^,]+,) (?P<what>(?:an?|the) .+)", what):
        bare = _bare(found["what"])
        return Proposal(verb, what.replace(found["what"], bare), found["full"].strip(" ()"), bare)
    if found := re.fullmatch(rf"(?:(?:an?|the) )?(?P<full>[^(),]+) \({name}\), (?P<what>an? .+)", what):
        bare = _bare(found["what"])
        return Proposal(verb, what.replace(found["what"], bare), found["full"], bare)
    found = re.fullmatch(rf"(?P<what>an? [^(),]+) \({name}\)(?P<rest>.*)", what)
    if found and _is_plain(found["what"]):
        return Proposal(verb, what, itself=f"{found['what']}{found['rest']}")
    if found := re.fullmatch(rf"(?P<what>an? [^()]+?){called} {name}{_SHORT}(?P<rest>(?:,? .+)?)", what):
        rest = found["rest"].removeprefix(",") if found["rest"].startswith(", to ") else found["rest"]
        return Proposal(verb, what, itself=f"{found['what'].rstrip(',')}{rest}")
    found = re.fullmatch(rf"(?:an?|the) {name}{_SHORT} (?P<what>.+)", what)
    if found and _patterns()["kinds"].match(found["what"]):
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
    said = re.split(rf",| \(| (?:{_any_of('clauses')})\b", found["rest"])[0] if found else ""
    phrase, *rest = re.split(rf" (?=(?:{_any_of('links')})\b)", said)
    head = phrase.rpartition(" ")[2]
    if head not in _any_of("kinds").split("|"):
        return "", "", ""
    use = rest[0].removeprefix("for ") if len(rest) == 1 and rest[0].startswith("for ") else ""
    return phrase, head, use
