"""What a paper is called in a sentence, and which of its own sentences stand for it as quotations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice, pairwise, takewhile

from kg.extract.speech import tagged
from kg.model import Paper
from kg.text import breaks_off, fold, sentences
from kg.views.latex import quotable
from kg.views.own import forms, is_passive
from kg.views.proposal import is_besides, is_put_forward, proposes, studies, tells
from kg.views.proposed import BOTH, without_list, without_promise
from kg.views.selection import Selection, name, title
from kg.views.surface import expanded, joined, places, stands_for
from kg.views.words import listed, pattern

_HEAD = re.compile(r"(?P<head>[^:：?!]{2,60}?)\s*[:：]\s*\S")
_BRACKET = re.compile(r"\s*[(（][^()（）]*[)）](?!-?\w)")  # not "(FAIR)-Pruner"
TELLING = 11  # words of a sentence that says what a paper does, or more than its technique
_LEAST = 3  # words of any sentence
#: Letters of what is quoted whole, and of a part.
MOST, _LONG = 640, 480
_CAPITALS = re.compile(r"[A-Z][\w-]*[A-Z]\w*")  # a word that is no plain one: "OpenGate", "GATE"
_SUBJECT = re.compile(rf"(?P<name>{_CAPITALS.pattern}) [a-z]+s\b")
_UNSPACED = re.compile(r"(?<=[\w)][a-z)])\.(?=[A-Z]\w*,? \w)")  # a sentence that begins without a space
#: A command that stands for the paper's own method.
_MACRO = re.compile(
    r"\\(?:(?:our|my|the)?(?:method|model|sys(?:tem)?|framework|approach)(?:name)?|ours|name|short)(?![A-Za-z])"
    r"(?:\{\}|\s(?=[,.;]))?",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"\\([A-Za-z]{4,})(?:\\(?=\s)|\{\})?")  # a paper's own name for something
_SPELT = re.compile(r"\s?\(\\[A-Z]{2,3}\)")  # a name in letters that no one can know: "Late Gates (\LG)"
_WITHIN = r"(?:(?!\.\s+[A-Z])[^,])*"  # a sentence up to its first comma
_FRONT = (
    r"\A(?:[A-Z][a-z]+(?: [Aa]nd [A-Z]?[a-z]+)?: (?=[A-Z])|\(?\d\)\s)?"  # of an abstract in parts: "Objectives: To"
    r"(?i:(?:(?:<proposal.joining>|<proposal.besides>|<proposal.adverbs>), )?"
    rf"(?:(?!<proposal.subjects>\b)(?:{_WITHIN} )?"
    r"(?:<proposal.pointing>|both|(?:the|our) (?:(?:first|<proposal.counting>) )?<proposal.burdens>\b(?! that\b))\b"
    rf"{_WITHIN}, )?"
    r"(?:here )?(?=(?:in )?<proposal.subjects>\b|our\b)|"
    r"(?:in <proposal.subjects>, )?<proposal.subjects> [a-z]+ <proposal.pointing> <proposal.burdens> by "
    r"(?=[a-z]+ing\b)|"
    r"<proposal.thanks>(?: all)?(?: of)? <proposal.pointing> (?:[a-z]+ )?<proposal.contributions>, (?=[a-z])|"
    r"<brief.contrasts>\b(?<!despite),? (?!<proposal.pointing>\b)|"
    r"<proposal.linking>(?:, (?!<proposal.pointing>\b)| (?=we\b)))?"
)
#: What a result was got with: "By joining these kernels, we reach 2x", but not "By solving these issues".
_CONDITION = r"(?i)(?:by|combin[a-z]+|under|using|when|with)\b(?!.*\b(?:<proposal.burdens>|this <proposal.kinds>)\b)"
#: Against what the sentences before name: "a rule to overcome these limitations".
_AGAINST = r"(?:[a-z]+ly )?[a-z]+ (?:<proposal.pointing>|both|the above) (?:[a-z]+ )?<proposal.burdens>"
_AIM = r",? (?:(?:in order|designed|aimed|developed) )?to"
_BACK = (
    rf"(?:(?: as an? [a-z]+)?{_AIM} {_AGAINST}(?: in <proposal.several> [a-z]+s)?|"
    r" by (?:[a-z]+ly )?[a-z]+ing (?:this|<proposal.plural_pointing>) [a-z]+)$"
)
#: "A gate that meets these needs", but "that meets these needs by" is what it does; "a gate that breaks the trade-off".
_ELIDED = rf"(?:{_AIM}|,? (?:that|which)) (?:{_AGAINST}\b(?! by\b)|(?:[a-z]+ly )?[a-z]+ the <proposal.burdens>(?=\.?$))"
_MERE_KIND = r"an? (?:[\w-]+ )*?<proposal.kinds>$"  # "Foo, a novel framework", which says nothing of it
_TERMED = r",? <proposal.called>,? [A-Z][^,;]*$"  # "a light approach, termed Late Gate Routing (LGR)"
_OWN = r"(?i)\b(?:<proposal.subjects>|us)\b"
_OURS = r"(?i)\b(?:<proposal.subjects>|us|our)\b"
_FIRST = r"(?i)\b<proposal.subjects> (\w+)"
#: "We study this interaction", but not "we skip those that"; "a gate that resolves this dilemma by pruning".
_DANGLING = (
    r"(?i)(?:\A<proposal.subjects> (?:[a-z]+ ){1,5}<proposal.dangling> (?!(?:as|of|that|which|who)\b)[a-z]|"
    r"\A(?:\S+ ){1,12}?such an? (?!way\b|manner\b|fashion\b)|"
    r"\A<proposal.subjects> [a-z]+ (?:it\b|this (?:with|by|through|using|via)\b)|"
    r"\A<proposal.subjects> [a-z]+ the <proposal.burdens> (?:to|with|by|and)\b|\b(?:over|than|to|with) the others\b|"
    r"\A(?:(?:<proposal.linking>), )?(?:(?:on|for|in) )?the (?:former|latter)\b|"
    r"\bthe <proposal.burdens>$|\bas our (?:response|answer|solution)$|\bto [a-z]+ (?:this|these|those|them)$|"
    rf"\b<proposal.pointing> (?:[a-z]+ )?<proposal.burdens>\b|\b{BOTH}|"
    r"\b(?:towards?|for|of|on|to [a-z]+|[a-z]+ing) \((?:ii?|[12])\)(?!\s[a-z]+ing\b)|"
    r"\A(?!.*\bfirst\b).*\bthe (?:proposed )?(?:second|third) <proposal.kinds>\b)"
)
#: "A gate that mitigates this degradation", not "this paper"; further behind, the sentence itself may have named it.
_ONE = (
    r"(?i)\A(?:\S+ ){1,12}?(?!<proposal.subjects>\b)this (?!end\b|<proposal.kinds>\b)"
    r"(?:[a-z\d.%-]+ )?(?P<head>[a-z]+)\b"
)
_COUNTED = r"(?i)\b(?:all|the) (?P<number><proposal.several>) (?:[a-z-]+ )?[a-z]+s\b(?!:)"  # "joins the two paths"
_WITHIN_PHRASE = ("CD", "JJ", "JJR", "NN", "NNS", "VBG", "VBN")  # tags of words behind "these" up to what they are
#: "However, these gates are slow", "We argue that its gates are slow".
_POINTS_SOON = (
    r"(?i)(?:.{0,60}\b<proposal.pointing>\b|each [a-z]+s\b|"
    r"(?:<proposal.subjects> [a-z]+ (?:that )?|[a-z]+, |an? (?:[a-z]+ ){1,2}is that )?(?:its|their)\b)"
)
_NO_END = ("i.i.d.", "avg.")
_BETWEEN = ". "  # sentences
_FORMER = r"(?i)(?:in )?<proposal.former>\b"
_STARTS = r"(?i)\A[^:]*?\b<proposal.subjects> first(?:ly)? <proposal.verbs>\b"  # what comes next is told elsewhere
_OF_PART = r"(?i)for (?!the first\b)[^,]*, <proposal.subjects>\b"  # "For redundancy, we", one of several
_BEGINS_LIST = re.compile(
    r":\s+(?:\(?1\)(?!.*\b2\))|\(?a\)?\.?$)"
)  # "two parts: (1) a gate.", where "(2)" is the next sentence
_ITEM = re.compile(r"\(?\d\)|[A-Z][\w -]{0,40}: ")  # of a list, which the sentences before it begin
_FIRST_OF = re.compile(r"First(?:ly)?,|(?:Stage|Step|Phase) 1:|In the first (?:stage|step|phase),")
_NEXT_OF = r"(?i)(?:<proposal.counting>,|(?:stage|step|phase) \d:|in the <proposal.counting> (?:stage|step|phase),)"
_MEASURED = re.compile(r"\d\s?(?:\\?%|x\b|×|\$?\\times|times\b)")  # a result, which is told elsewhere
#: Stands for what is left out of a quotation, or for the end that its text does not have.
ELLIPSIS = "[…]"
_ANNOUNCES = re.compile(r"\bthe following (?:[a-z-]+ ){0,3}[a-z]+s\b(?![^.]*:)")  # "we use the following insights"
_AVAILABLE = re.compile(r"https?:|\bgithub\.com\b")


def what(paper: Paper) -> tuple[str, bool]:
    """The name of a paper in a sentence, and whether that is its title.

    The name is used if the title begins with it ("NAME: ..."), or its full form if the name is an acronym of that; else
    the title.
    """
    own, whole = name(paper), title(paper)
    head = _HEAD.match(whole)
    front = without_bracket(head["head"]).strip() if head else ""
    if not own:
        return whole, True
    if not whole or whole == own or (not front and fold(own) == fold(without_bracket(whole))):
        return own, False
    if fold(front) == fold(own):
        return front if own.islower() else own, False  # a name may be read from a LaTeX command of small letters
    full = joined(expanded(own, text_of(paper, "A")))
    for part in (front, without_bracket(whole.partition(" for ")[0]).strip()):
        is_full = not full or full in joined(part) or joined(part) in full
        if part != whole and ":" not in part and fold(own) != fold(part) and is_full and stands_for(own, part):
            return part, False
    if front and (f" {fold(own)} " in f" {fold(head['head'] if head else '')} "):
        return front, False
    return whole, True


def names(paper: Paper) -> list[str]:
    """The names by which its texts may speak of a paper's work."""
    return [name(paper), what(paper)[0]]


def contribution(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> list[str]:
    """The sentences in which the paper says what it does, for quotation, the most telling first.

    First what it proposes, rather under its name, then what it begins to study; what comes on top, where its code is,
    and short ones ("We propose Foo") come last.
    """
    cues, own = shown.graph.vocabulary.cues, name(paper)
    back = {*listed("proposal.pointing"), "both"} - {"this", "it"}  # "a rule that ends both these gaps" tells little
    telling = (one for one in sentences_of(paper, fields) if not says_title(paper, one))
    told = {one: [word for word in fold(one).split() if word not in back] for one in telling}
    verbs = cues("contribution") | forms("brief.telling")
    mine = [one for one in told if pattern(_OWN).search(one)]
    study = next(filter(studies, mine[:1]), "")
    made = {one for one in told if _is_made(one, own)}
    said = [one for one in told if one == study or one in made or tells(one, verbs)]
    said = said or [one for one in told if is_put_forward(one)]
    said = said or [one for one in mine if not verbs.isdisjoint(told[one])]
    said = [one for one in said if tells(one, ()) or not _AVAILABLE.search(one)]  # where its code is says nothing
    kept = {one: fold(_BRACKET.sub("", without_promise(_elided(one).rstrip(f". {ELLIPSIS}")))).split() for one in said}
    short = {one for one in said if min(map(len, (told[one], kept[one]))) < TELLING}
    named = {one for one in said if len(fold(pattern(_TERMED).sub("", one.rstrip(". "))).split()) < TELLING}
    named |= {one for one in said if _repeats(title(paper), without_bracket(by_itself(one)), _LEAST)}
    behind = dict(pairwise(told))  # what a short sentence introduces is told in the next one
    whole = {one: _introduced(one, behind) for one in said if one in short | named and tells(one, ()) and one in behind}
    mere = {one for one in named if pattern(_TERMED).search(one.rstrip(". "))}
    whole = {
        one: both for one, both in whole.items() if (one in mere or not _MEASURED.search(both)) and len(both) <= MOST
    }
    for one in said:
        is_elided = ELLIPSIS in whole.get(one, "")
        if not is_elided and len(kept[one]) > 2 * _LEAST and dangles(_by_itself(one.rstrip(". "))):
            ahead = _led_up(one, [*told])
            if ahead and not _ITEM.match(ahead[0]):
                whole[one] = _with_lead(one, ahead, whole.get(one, one))
    proposing = {one for one in said if proposes(one, own)}
    said.sort(
        key=lambda one: (
            _AVAILABLE.search(one) is not None,
            pattern(r"\b<proposal.trials>\b").search(one) is not None,
            (one in short or _ANNOUNCES.search(one) is not None) and one not in whole,
            (is_besides(one) and one not in made)
            or pattern(_OF_PART).match(one) is not None
            or pattern(_STARTS).search(one) is not None
            or any(fold(more[1]) in cues("besides") for more in pattern(_FIRST).finditer(one)),
            not (own and own in one and (one in proposing or one in made)),
            one not in proposing,
            one != study,
            not own or own not in one,
        )
    )
    unlisted = {one: without_list(one) for one in said}
    alone = {one: unlisted[one] if _BEGINS_LIST.search(one) else one for one in said}
    clauses = {one: _clause(unlisted[one]) for one in said}
    forms_of = ((whole.get(one, ""), alone[one], unlisted[one], clauses[one]) for one in said)
    limits = (MOST, MOST, _LONG, _LONG)  # what is not cut may be longer
    quotes = (next(filter(None, map(quotable, forms, limits)), "") for forms in forms_of)
    return [with_name(paper, without_promise(quote)) for quote in quotes if quote]


def _led_up(said: str, told: Sequence[str]) -> list[str]:
    """The sentences before one, as far back as they point back themselves; none where all of them do."""
    ahead: list[str] = []
    for before in reversed(told[: told.index(said)]):
        alone = pattern(_FRONT).sub("", before, count=1)  # "we skip gates", of "To solve this, we skip gates"
        if not (pattern(_POINTS_SOON).match(alone) or dangles(alone)):
            return [alone, *ahead]
        ahead.insert(0, before)
    return []


def _with_lead(said: str, ahead: Sequence[str], whole: str) -> str:
    """A sentence, `whole` with its next ones, with those ahead; where too long, without its aim, or with fewer."""
    ways = [" ".join([*ahead, end]) for end in (whole, said)]
    elided = _elided(said)
    if elided != said and len(fold(elided).split()) >= TELLING and not elided.endswith(f"{ELLIPSIS}."):
        ways.append(elided)
    begins = (at for at, before in enumerate(ahead) if not pattern(_POINTS_SOON).match(before))
    ways += [" ".join([*ahead[at:], said]) for at in begins]
    return next((way for way in ways if len(way) <= MOST), ways[-1])


def _clause(said: str) -> str:
    """The clause of a long sentence that says what is proposed, without the first of several parts: "two parts: a"."""
    whole = next(filter(proposes, said.split("; ")), "")
    ahead = whole.partition(": ")[0]
    is_cut = (whole != said and ": " in whole) or without_promise(ahead) != ahead
    return whole if not is_cut else ahead if len(ahead.split()) >= TELLING else ""


def _introduced(said: str, behind: Mapping[str, str]) -> str:
    """A sentence with what it introduces: the next ones, until they tell enough; where one says "First", all these."""
    parts = [_elided(said), behind[said]]
    while more := behind.get(parts[-1], ""):
        is_counted = _FIRST_OF.match(parts[1]) and pattern(_NEXT_OF).match(more)
        if not is_counted and sum(len(part.split()) for part in parts) >= TELLING + _LEAST:
            break
        parts.append(more)
    return " ".join(parts)


def _elided(said: str) -> str:
    """A sentence with an ellipsis for the aim that points back: "Foo, a gate that meets these needs by skipping"."""
    elided = pattern(_ELIDED).sub(f" {ELLIPSIS}", said)
    return said if pattern(r"\b<proposal.verbs>(?:s|d|ed)? \[…\]").search(elided) else elided


def dangles(said: str) -> bool:
    """Whether a sentence points to what only the ones before it name: "we drop these gates"."""
    words = tagged(said, 0, len(said))[0]
    for at, word in enumerate(words):
        if word.text.lower() in listed("proposal.plural_pointing"):
            phrase = [*takewhile(lambda one: one.tag in _WITHIN_PHRASE, words[at + 1 :])]
            plural = next((place for place, one in enumerate(phrase) if one.tag == "NNS"), -1)
            named = fold(" ".join(one.text for one in phrase[: plural + 1])).split()
            if not set(named[-1:]) <= {fold(one.text) for one in words[:at] if one.text.islower()}:
                return True
    one, counted = pattern(_ONE).search(said), pattern(_COUNTED).search(said)
    is_of_before = one is not None and one["head"] not in fold(said[: one.start("head")]).split()
    is_counted_before = counted is not None and counted["number"] not in fold(said[: counted.start()]).split()
    return is_of_before or is_counted_before or pattern(_DANGLING).search(said) is not None


def _is_made(said: str, own: str) -> bool:
    """Whether a sentence says of the paper's method that it is made: "Foo is made a gate", "Our gate, Foo, is"."""
    if own and pattern(rf"(?i)\Aour (?:\S+ ){{0,3}}<proposal.kinds>, {re.escape(own)}\b").match(said):
        return True
    return any(is_passive(said[end:].lstrip(")"), forms("brief.making")) for _, end in places(said, own))


def says_title(paper: Paper, said: str) -> bool:
    """Whether a sentence says little but the title of its paper: "We propose Foo: Late Gates for Deep Networks."."""
    return ": " in title(paper) and _repeats(title(paper), said, TELLING)


def _repeats(titled: str, said: str, least: int) -> bool:
    """Whether a sentence says a title, and fewer than so many other words."""
    words = fold(said)
    return fold(titled) in words and len(words.replace(fold(titled), "").split()) < least


def joined_up(paper: Paper, fields: Collection[str], quotes: list[str]) -> list[str]:
    """Quotations, those as one that meet or overlap in the abstract."""
    text = _BETWEEN.join(map(quotable, sentences_of(paper, fields))) if quotes[1:] else ""
    out = quotes[:1]
    for one in quotes[1:]:
        begins = text.find(out[-1]), text.find(one)
        ends = begins[0] + len(out[-1]), begins[1] + len(one)
        if min(begins) >= 0 and max(begins) <= min(ends) + len(_BETWEEN):
            out[-1] = text[min(begins) : max(ends)]
        else:
            out.append(one)
    return out


def is_lesser(said: str) -> bool:
    """Whether a sentence begins as one that tells of a lesser result: "Ablations show", "In contrast", "Stage 1:"."""
    return pattern(r"(?i)(?:<proposal.lesser>|(?:stage|step|phase) \d)\b").match(said) is not None


def points_back(said: str) -> bool:
    """Whether a sentence begins with what only the one before it names: "It also", "Given this,", not "This paper"."""
    begins = (
        r"(?i)(?:<proposal.linking>, )?(?!<proposal.subjects>\b)"
        r"(?:<proposal.pointing>|further [a-z]+s|the (?:former|latter))\b|"
        r"[^,]*\s<proposal.pointing>,|"
        r"(?:in order )?to [a-z][^,]*\s(?:its|their)\s[^,]*, [a-z]|"
        r"<clause.apart>\b[^,]*\s(?!<proposal.subjects>\b)(?:this|<proposal.plural_pointing>)\b(?! as\b)[^,]*,"
    )
    return pattern(begins).match(by_itself(said)) is not None


def with_name(paper: Paper, quote: str) -> str:
    """A quotation with the paper's name for the LaTeX commands that stand for it: of its method, or of its letters."""
    if "\\" not in quote:
        return quote
    own = what(paper)[0] if not what(paper)[1] else name(paper) or _named_by_title(paper) or _named_behind(paper)
    quote = _MACRO.sub(own or "[our method]", quote.replace("~\\", " \\"))
    if own:
        quote = re.sub(rf"\\{re.escape(own)}(?![A-Za-z])(?:\{{\}})?", lambda _: own, quote, flags=re.IGNORECASE)
    return _COMMAND.sub(r"\1", _SPELT.sub("", quote))


def _named_by_title(paper: Paper) -> str:
    """The word before the colon of a title, where its letters are those of a name: "OpenGate: On Late Gates"."""
    head = _HEAD.match(title(paper))
    return head["head"] if head and _CAPITALS.fullmatch(head["head"]) else ""


def _named_behind(paper: Paper) -> str:
    """The name that begins the sentence behind one with a command for it: "We propose \\ours. OpenGate skips"."""
    told = pairwise(sentences_of(paper, ()))
    named = (_SUBJECT.match(behind) for one, behind in told if _MACRO.search(one))
    return next((found["name"] for found in named if found), "")


def by_itself(quote: str) -> str:
    """A quotation without a beginning or end that only the sentences before it explain: "To address this, we"."""
    return _by_itself(quote) or quote


def _by_itself(quote: str) -> str:
    """The same, but all of its end where it is led up to, or would say nothing without it: "Foo, a framework to"."""
    said = pattern(_FRONT).sub("", quote, count=1)
    if _MEASURED.search(said) and pattern(_CONDITION).match(quote.removesuffix(said)):
        said = quote
    ahead = pattern(_BACK).sub("", said)
    return said if _BETWEEN in said or pattern(_MERE_KIND).search(ahead) else ahead


def first_sentence(paper: Paper, fields: Collection[str]) -> list[str]:
    """The first sentence that tells something of the paper, else any, and can be quoted: not "Figure 1."."""
    telling = [one for one in sentences_of(paper, fields) if len(fold(one).split()) >= _LEAST]
    own = name(paper) or "\n"
    telling.sort(
        key=lambda one: (
            _AVAILABLE.search(one) is not None,
            not (one.removeprefix("The ").startswith(own) or pattern(_OURS).search(one)),
            says_title(paper, one),
        )
    )
    return list(islice(filter(None, map(quotable, telling)), 1))


def sentences_of(paper: Paper, fields: Collection[str]) -> Iterator[str]:
    """The sentences of the abstracts but those on earlier work; none where other fields alone may be quoted."""
    if not fields or "A" in fields:
        for text in (document.texts["A"].text for document, _ in paper.entries if "A" in document.texts):
            begin = -1
            for start, end in sentences(text):
                if start and end == len(text.rstrip()) and breaks_off(text[start:end]):
                    begun = text[start:end].rpartition(" ")[0]  # its last word may be cut, too
                    yield from [f"{begun} {ELLIPSIS}"] if len(begun.split()) > 2 * _LEAST else []
                    continue
                is_open = text.count("(", start, end) > text.count(")", start, end) or text[:end].endswith(_NO_END)
                if begin < 0 and end < len(text) and is_open:
                    begin = start  # the full stop of "(DR. Foo)" ends no sentence, nor that of "non i.i.d. maps"
                else:
                    parts = _parts(text[start if begin < 0 else begin : end])
                    yield from (one for one in parts if not pattern(_FORMER).match(one))
                    begin = -1


def _parts(said: str) -> Iterator[str]:
    """The sentences that stand in one without a space between them: "a gate (G).Its rule is fast."."""
    begin = 0
    for found in _UNSPACED.finditer(said):
        yield said[begin : found.end()]
        begin = found.end()
    yield said[begin:]


def text_of(paper: Paper, fields: Collection[str]) -> str:
    """All texts of a paper that the sentence may use."""
    texts = [t for d, _ in paper.entries for f, t in d.texts.items() if not fields or f in fields]
    return "\n".join(part for text in texts for part in (text.raw, text.text))


def without_bracket(said: str) -> str:
    """Words without what stands in brackets: "Foo" of "Foo (a gate)"; "(FAIR)-Pruner" is one word."""
    return _BRACKET.sub("", said)
