"""Which mentions fill a slot of the sentence on a paper, and in which words: no clause, no part, nothing told twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from itertools import dropwhile, pairwise

from kg.entity_types import LISTS
from kg.extract.speech import tagged
from kg.link.acronyms import acronyms, means_another
from kg.model import Mention, Paper
from kg.text import fold, has_han
from kg.views.latex import as_text
from kg.views.outcome import same
from kg.views.selection import Selection, title
from kg.views.surface import (
    AHEAD,
    as_written,
    expanded,
    is_short_of,
    is_word,
    joined,
    of_it,
    places,
    uncapitalised,
    whole,
    with_article,
    with_names,
    with_shared_head,
    without_article,
)
from kg.views.wording import Wording, say, says
from kg.views.words import PageWords, listed

_BEFORE = 40  # letters before a problem in which a verb may stand
_OBJECTS = ("of", "that", "how", "the", "a", "an")  # words that what a verb is done to begins with
_LAST = re.compile(r"\s(?P<word>[a-z]+)(?=[,.;)]|\s(?:and|that|which)\b)")
_OWES = re.compile(r"\b(?:in|of|for|on|to|between) [\w-]+[^\Ws]$")  # "Defense in Gaussian", before "and image fields"
_SHARED = re.compile(r" (?:and|or) [\w-]+ (?P<noun>[a-z]+s)\b")
_DETERMINERS = ("the", "a", "an", "its", "their")  # behind a noun these begin another: "of LLMs challenges the"
_BEHIND = re.compile(r"\s(?:\([^()]*\)\s)?(?P<word>[A-Za-z][\w-]*)")
_AS = re.compile(r"(?P<verbs>[^.;:]*)\bas\s+(?:(?:an?|the)\s+)?(?:[\w-]+\s+){0,3}$")
_SUBJECT = re.compile(r"(?P<word>[A-Za-z][\w-]*)\s(?:\([^()]*\)\s)?$")
_ORDER = ("first", "then", "next", "finally")  # before a verb: "our approach first partitions feature maps"
_OBJECT_BEGINS = ("JJ", "JJR", "DT", "PRP$", "CD", "RB")
_MODIFIES = re.compile(r"-(?:[Bb]ased|[Cc]entric|[Gg]uided|[Aa]ware|[Dd]riven|[Ii]nspired|[Ss]pecific)$")
_OWNED = re.compile(r"(?:\s\([^()]*\))?-\w")  # what a name goes on with: "adapter (LoRA)-based branch"
_SHORT_AHEAD = re.compile(r"\([A-Z][\w-]*\)\s$")  # "Late Gate Alignment (LGA) ", before "attention mechanism"
#: What a phrase goes on with up to the short form of all of it: "Late Gates from Human Words (LGHW)".
_NAMED_BEHIND = re.compile(r"\s(?:for|from|of|via|with)\s[A-Z][^,.;:()]*\([A-Z][\w-]*\)")
#: Where a problem's head ends: "adaptability across varying uncertainties" is no uncertainty.
_OF_HEAD = re.compile(r"\s(?:across|of|in|for|on|to|from|with|under|between|during|when)\s")
_FIRST_PART = re.compile(r"(?<![\w-])\w+-(?=\w)")  # "high-resolution" says nothing of what is too high
#: Words that part what is proposed from what that uses or serves: "we propose a rule that adapts ", "with ", "for ".
_APART = re.compile(
    r"\b(?:as|based|by|for|from|in|into|of|on|over|that|through|to|under|using|via|when|where|which|whil(?:e|st)|whose|with)\b"
)
_LOW = re.compile(r"(?<![\w-])low-\w+ \w")
_MORE = re.compile(r"(?:higher|increased|greater|larger|more|lower|longer)\s")
_PAIR = 2  # words of "selection method"
_NAMED_SUBJECT = re.compile(r"\s*([A-Z]+[a-z]+[A-Z]\w*) [a-z]+s\b")  # "OpenGate introduces"
_SENTENCE_END = re.compile(r"[.;]\s")
_SHORT_VERB = 4  # letters of "is", "has", "uses", which are no plurals
_BACK = re.compile(r"\b(?:this|these)\s$", re.IGNORECASE)
#: Between a name and what it is: "Foo, a fast and light ", "the Foo algorithm (FA) is a ".
_APPOSED = (
    r"(?: [a-z]+)?(?: \([^()]*\))?(?:,| is) (?:an?|the|one) "
    r"(?:(?!(?:that|which|to|for|of|with|by|using|in|on|from)\b)[\w-]+,? ){0,4}?"
)
_SURGES = re.compile(
    r"[a-z]{3,}s [a-z]*[^\Ws]$"
)  # a plural and what may be its verb: "costs surge", before "drastically"
_HOW = re.compile(r"\s[a-z]+ly\s(?:when|as|with|under|in|for|during)\b")
_DOES = re.compile(r"[A-Z][\w-]* [a-z]{3,}s (?P<what>[a-z][\w-]*) ")  # "Q-Former projects sparse features"
_MODIFIED = re.compile(r"(?:ed|ing)$|-")  # what an adverb stands before in a noun phrase: "jointly trained experts"
#: What begins with a gerund, up to its first preposition or further gerund.
_GOAL = re.compile(r"(?:\w+ly )?(?P<doing>[\w-]+ing)\b(?: (?!(?:to|of|in|for|on|with|from|by|and)\b|\w+ing\b)[\w-]+)*")
_LIKELY = 0.7  # confidence of mentions that stand for surer ones which a language has no words for
_FEW = 4  # maximum words of a technique kept in the original
_LINKS = (2, 1)  # maximum times that a technique or a problem says 的: with more its parts may belong otherwise
_POINTS_BACK = re.compile(r"\b(?:these|those|this|such)\b")  # what that is only the paper's own text says
_FORMULA = re.compile(r"\$[^$]*\$")
_TORN = re.compile(r"\$|\\(?!text|emph|math)|\*\*")  # outside a formula: of a command, a formula or a mark that is cut
_LISTED = re.compile(r",\s*")
_TORN_NAME = re.compile(r"[a-z][A-Z]\w*-[a-z]")  # "MultiView-conditioned", of a name that is written large
_TWO = re.compile(r"^([^,]+), and ([^,]+)$")
_SHORT_FORM = re.compile(r"[(（]([A-Z][\w-]+)[)）]")
_LOWER = re.compile(r"(?<![\w-])[a-z][a-z-]+(?![\w-])")  # a word that is no name

#: A mention, in the words of a sentence.
InWords = tuple[Mention, str]


def mentions(paper: Paper, kind: str, fields: Collection[str]) -> Iterator[Mention]:
    """The mentions of a type from these fields, one per entity."""
    met = set()
    for _, record in paper.entries:
        found: list[Mention] = getattr(record, LISTS[kind])
        for mention in found:
            identity = mention.concept or fold(mention.canonical or mention.surface)
            if identity not in met and (not fields or mention.field in fields):
                met.add(identity)
                yield mention


def opens_title(mention: Mention, paper: Paper) -> bool:
    """Whether a title says a technique before its "for": "A Cross-Stage Gate Network for Ultrasound"."""
    opened = without_article(fold(title(paper))).startswith(f"{fold(mention.surface)} for ")
    return " " in mention.surface and opened


def is_worked_on(shown: Selection, mention: Mention, paper: Paper) -> bool:
    """Whether a title says that a technique is made better, so that the paper does not propose it: "Improving LoRA"."""
    cues, words = shown.graph.vocabulary.cues, mention.surface.lower().split()
    is_framed = len(words) > 2 and fold(words[-1]) in cues("label-frame-technique")
    named = re.escape(" ".join(words[:-1] if is_framed else words))
    before = re.findall(rf"(\w+) {named}(?!\w)", title(paper).lower())
    return not (cues("help") | cues("act-on")).isdisjoint(before)


def is_trouble(shown: Selection, mention: Mention, text: str) -> bool:
    """Whether the words of a problem name what is wrong: "no open platform" may be recorded as "open platform"."""
    vocabulary = shown.graph.vocabulary
    signs = vocabulary.cues("problem-head") | vocabulary.cues("problem-sign")
    words = fold(mention.canonical or mention.surface).split()
    before = fold(text.partition(mention.surface)[0][-_BEFORE:]).split()[-3:]
    wished = vocabulary.cues("problem-solved").union(PageWords("en")("brief.slight").split())
    is_wished = not wished.isdisjoint({*words[:1], *before[-1:]})  # "achieves better", "negligible loss"
    goal = _GOAL.match(mention.surface) if " " in mention.surface else None
    if goal and signs.isdisjoint({fold(goal["doing"]), fold(goal[0]).rpartition(" ")[2]}):
        return False  # "jointly achieving high fidelity", but "training instability"
    if is_wished or not vocabulary.cues("exploit").isdisjoint(before):
        return False  # what is low is no problem, nor what a method "exploits"
    if _LOW.search(mention.surface) or _MORE.match(mention.surface):
        return False  # "low-latency serving"; "higher costs" than what?
    head = fold(_FIRST_PART.sub("", _OF_HEAD.split(mention.canonical or mention.surface)[0])).split()
    return mention.concept in vocabulary or not signs.isdisjoint(head) or has_han(mention.surface)


def is_cut(shown: Selection, mention: Mention, text: str) -> bool:
    """Whether the words of a mention go on behind it: "growth of the key-value" before "cache"."""
    ends = [end for start, end in places(text, mention.surface) if not is_word(text, start - 1)]
    if ends and all(_OWNED.match(text, end) or _NAMED_BEHIND.match(text, end) for end in ends):
        return True
    starts = [start for start, end in places(text, mention.surface) if end in ends]
    if starts and all(_SHORT_AHEAD.search(text, max(0, start - AHEAD), start) for start in starts):
        return True
    behind = (_BEHIND.match(text, end) for end in ends)
    word = next((found["word"] for found in behind if found), "")
    is_noun = word and tagged(word, 0, len(word))[0][0].tag.startswith("NN")
    is_noun = is_noun or (
        len(word) > _SHORT_VERB and word.endswith("s") and re.search(rf"\b{word} \w+ed (?:for|by|in|to|from)\b", text)
    )
    is_gerund = mention.surface.endswith("ing")  # "inadequate handling" before "of", "analysis showing" before "that"
    takes = is_gerund and word in _OBJECTS
    is_verb = " " in mention.surface and mention.surface.endswith("s") and word in _DETERMINERS
    is_verb = is_verb or (_SURGES.search(mention.surface) is not None and any(_HOW.match(text, end) for end in ends))
    last = (found["word"] for end in ends if (found := _LAST.match(text, end)))
    is_noun = is_noun or any(tagged(word, 0, len(word))[0][0].tag == "JJ" for word in last)  # "content latent and"
    is_shared = _OWES.search(mention.surface) and any(
        (found := _SHARED.match(text, end)) and tagged(found["noun"], 0, len(found["noun"]))[0][0].tag.startswith("NN")
        for end in ends
    )
    needs_of = mention.surface.rpartition(" ")[2] in PageWords("en")("brief.needing_of").split()
    takes = takes or (" between " in mention.surface and " and " not in mention.surface)
    takes = takes or (needs_of and all(text.startswith(" of ", end) for end in ends))
    return bool(is_noun or takes or is_verb or is_shared or fold(word) in Wording(shown.graph.vocabulary).heads)


def is_put_forward(shown: Selection, mention: Mention, text: str, names: Collection[str]) -> bool:
    """Whether a text proposes a mention itself, and not only something that uses it or serves it.

    "We propose a gate and a loss" proposes both, "we propose a gate that prunes by a loss" the gate alone. What is
    introduced by a name that is none of the paper's `names` is another's.
    """
    ahead = (_SENTENCE_END.split(text[max(0, at - 2 * AHEAD) : at])[-1] for at, _ in places(text, mention.surface))
    subjects = ((said, _NAMED_SUBJECT.match(said)) for said in ahead)
    return any(ends_proposing(shown, said) for said, by in subjects if not by or by[1] in names)


def ends_proposing(shown: Selection, ahead: str) -> bool:
    """Whether what stands behind some words is what they propose: "we propose a fast and light "."""
    proposal = shown.graph.vocabulary.cues("proposal")
    words = [(word, fold(word.text)) for word in tagged(ahead, 0, len(ahead))[0]]
    earlier = PageWords("en")("brief.earlier").split()  # "a previously proposed gate" is that of others
    after = zip(["", *(said for _, said in words)], words, strict=False)
    own = [place for place, (before, (_, said)) in enumerate(after) if said in proposal and before not in earlier]
    verb = max(own, default=-1)
    between = words[verb + 1 :]
    again = any(a[1] == "and" and b[0].tag.startswith("VB") for a, b in pairwise(between))
    return verb >= 0 and not again and not _APART.search(" ".join(said for _, said in between))


def is_likeness(shown: Selection, mention: Mention, text: str) -> bool:
    """Whether a mention is what something is only regarded as: "treats power caps as a control knob"."""
    verbs = shown.graph.vocabulary.cues("regard")
    before = (text[max(0, at - AHEAD) : at] for at, _ in places(text, mention.surface))
    regarded = (found["verbs"] for said in before if (found := _AS.search(said)))
    return any(not verbs.isdisjoint(fold(said).split()) for said in regarded)


def is_host(mention: Mention, own: str, text: str) -> bool:
    """Whether a mention is what the paper's method is built into: "DriveMM equipped with Foo"."""
    return bool(own) and bool(re.search(rf"{re.escape(mention.surface)} \w*\s?with {re.escape(own)}\b", text))


def points_back(mention: Mention, text: str) -> bool:
    """Whether a text has a mention only behind "this": the words are another way to say what it has told before."""
    found = [_BACK.search(text, max(0, at - AHEAD), at) for at, _ in places(text, mention.surface)]
    return bool(found) and all(found)


def is_known(shown: Selection, mention: Mention) -> bool:
    """Whether a mention is a technique that the vocabulary has by these words: "early exit", "an early exit method"."""
    vocabulary = shown.graph.vocabulary
    if mention.concept not in vocabulary:
        return False
    said, frames = fold(mention.surface), vocabulary.cues("label-frame-technique")
    first, _, last = said.rpartition(" ")
    labels = set(map(fold, vocabulary[mention.concept].labels()))
    return not labels.isdisjoint({said, first if last in frames else said, fold(mention.canonical)})


def is_modifier(mention: Mention) -> bool:
    """Whether a mention is but a word before a noun, or one of two: "Sound-Centric", "an inlier or anomaly"."""
    is_word = " " not in mention.surface and _MODIFIES.search(mention.surface) is not None
    return is_word or (mention.type == "technique" and " or " in mention.surface)


def is_one_of_two(said: str, surface: str) -> bool:
    """Whether a sentence names something beside another: "state drift", of "reduces noise and state drift"."""
    return (
        re.search(rf"\band (?:the )?{re.escape(surface)}\b|\b{re.escape(surface)},? and (?!\w+s the\b)", said)
        is not None
    )


def is_vague(shown: Selection, mention: Mention) -> bool:
    """Whether the words of a technique do not tell what it is: "executor", "algorithm-level innovations"."""
    is_bare = mention.surface.isalpha() and mention.surface.islower() and mention.concept not in shown.graph.vocabulary
    is_vague = mention.surface.rpartition(" ")[2] in PageWords("en")("brief.vague").split()
    return is_bare or is_vague or is_generic(shown, mention.surface)


def is_generic(shown: Selection, phrase: str) -> bool:
    """Whether the words of a phrase are those of many papers: "a lightweight module", "two-stage training pipeline"."""
    cues = shown.graph.vocabulary.cues
    known = cues("generic") | cues("generic-modifier") | cues("label-frame-technique")
    return set(fold(phrase).split()) <= known | set(fold(PageWords("en")("brief.vague_modifiers")).split())


def is_resource(mention: Mention, text: str) -> bool:
    """Whether a text says that a name is of something to use or to measure by: "TimeRec, the first open library"."""
    kinds = "|".join(PageWords("en")("brief.resource").split())
    named = re.escape(mention.surface)
    what = rf"{named}(?: \([^()]*\))?, (?:an?|the) (?:[\w-]+ ){{0,6}}?(?:{kinds})\b"
    before = rf"\b(?:{kinds}),? (?:called |named |dubbed |termed )?"
    return re.search(rf"(?i:{what})|(?i:{before}){named}\b", text) is not None


def is_apart(mention: Mention, own: str, told: Iterable[str]) -> bool:
    """Whether the sentences of a text speak of a technique only before they name the paper's own method."""
    behind = [*dropwhile(lambda said: own not in said, told)]
    return bool(own and behind) and not any(mention.surface in said for said in behind)


def is_own_way(shown: Selection, mention: Mention, text: str) -> bool:
    """Whether a mention is but a paper's way to speak of its work, as "our selection method" is in all places."""
    words = fold(mention.surface).split()
    is_kind = len(words) == _PAIR and words[-1] in shown.graph.vocabulary.cues("label-frame-technique")
    before = [text[max(0, at - AHEAD) : at].lower() for at, _ in places(text, mention.surface)]
    return is_kind and bool(before) and all(said.endswith("our ") for said in before)


def is_apposed(names: Iterable[str], mention: Mention, text: str) -> bool:
    """Whether a mention says what one of some names is: "Foo, a novel gating rule that ...", but not in a list."""
    heads = "|".join(re.escape(name) for name in names if name)
    phrase = re.escape(mention.surface)
    return bool(heads) and bool(re.search(rf"(?<![\w-])(?:{heads}){_APPOSED}{phrase}\b(?!,? and (?:an?|the)\b)", text))


def is_clause(mention: Mention, text: str) -> bool:
    """Whether the first word of a mention is a verb, whose subject stands before it: "LLMs demand large memory"."""
    does = _DOES.search(mention.surface)
    if does and tagged(does["what"], 0, len(does["what"]))[0][0].tag in ("JJ", "DT", "PRP$"):
        return True
    first, _, rest = mention.surface.partition(" ")
    if not rest or not first.islower():
        return False
    second = rest.partition(" ")[0]
    if first.endswith("ly") and tagged(first, 0, len(first))[0][0].tag == "RB" and not _MODIFIED.search(second):
        return tagged(second, 0, len(second))[0][0].tag in ("VB", "VBP", "NN")  # "dynamically prune branches"
    ends = ("NNS", "NNPS", "PRP", "WDT") if tagged(rest, 0, len(rest))[0][0].tag in _OBJECT_BEGINS else ()
    before = (_SUBJECT.search(text[max(0, at - _BEFORE) : at]) for at, _ in places(text, mention.surface))
    words = [found["word"] for found in before if found]
    is_order = first.endswith("s") and not set(words).isdisjoint(_ORDER)
    tags = [word.tag for word in tagged(rest, 0, len(rest))[0][:2]]
    if mention.type == "problem" and tags[0] == "VBG" and tags[-1] in _OBJECT_BEGINS and "and" in words:
        return True  # "they rely on cues and risk discarding visual information"
    return is_order or any(tagged(word, 0, len(word))[0][0].tag in (*ends, "RB") for word in words)


def has_homonym(shown: Selection, wording: str, text: str) -> bool:
    """Whether a short name in a wording is of something else in the vocabulary than the paper says."""
    defined, vocabulary = acronyms(text), shown.graph.vocabulary
    for word in wording.split():
        known = vocabulary.find(word, "technique") if word.isupper() and fold(word) in defined else None
        if known and means_another(word, defined[fold(word)], known.labels()):
            return True
    return False


def fill(shown: Selection, mentions: Iterable[Mention], text: str, most: int) -> list[InWords]:
    """The mentions of highest confidence that can be expressed, in text order and without redundancy.

    In Chinese no English phrase stands; a name is no phrase.
    """
    chosen: dict[int, str] = {}
    mentions = list(mentions)
    surest = sorted(mentions, key=lambda mention: -mention.confidence)
    if shown.lang == "zh":
        surest = [one for at, one in enumerate(surest) if at <= most or one.confidence >= _LIKELY]
    endings = tuple(shown.words("brief.problem_endings").split()) or ("\n",)  # a problem is not a technique
    for mention in surest:
        if any(is_short_of(mention, other, text) for other in mentions if id(other) in chosen):
            continue
        is_none = is_cut(shown, mention, text) or is_likeness(shown, mention, text) or is_clause(mention, text)
        is_none = is_none or is_modifier(mention)
        said = "" if is_none else as_text(_wording(shown, mention, text))
        if mention.type == "technique" and said.endswith(endings):
            continue
        if said and not any(map(partial(_is_same, said), chosen.values())):
            chosen[id(mention)] = said
        if len(chosen) == most and shown.lang != "zh":
            break
    if shown.lang == "zh":
        chosen = {key: said for key, said in chosen.items() if " " in said or has_han(said) or not said.islower()}
        spoken = [key for key, said in chosen.items() if has_han(said) or not _LOWER.search(said)]
        chosen = {key: chosen[key] for key in spoken[:most]}
    return [(mention, chosen[id(mention)]) for mention in mentions if id(mention) in chosen]


def _is_same(said: str, other: str) -> bool:
    """Whether one of two phrases says the other: "a strategy of late gating (SLG)" is "the SLG rule"."""
    one, two = joined(said), joined(other)
    short = {*_SHORT_FORM.findall(said), *_SHORT_FORM.findall(other)}
    return one in two or two in one or any(name in said.split() or name in other.split() for name in short)


def _wording(shown: Selection, mention: Mention, text: str) -> str:
    """The localised wording of a mention in the paper's words; in Chinese a short original where there is none."""
    nouns = Wording(shown.graph.vocabulary)
    frames = shown.graph.vocabulary.cues("label-frame-technique")
    for acronym in (mention.surface, mention.canonical) if mention.type == "technique" else ():
        if full := expanded(acronym, text):
            spoken = nouns(full) if shown.lang == "zh" else with_article(uncapitalised(full, text), text, frames)
            return shown.words("outcome.aside", effect=spoken, notes=acronym) if spoken else acronym
    is_torn = _TORN_NAME.search(mention.canonical) and fold(mention.canonical) == fold(mention.surface)
    wordings = [as_written(whole(w), text) for w in dict.fromkeys((mention.canonical, mention.surface)) if w]
    wordings = wordings[-1:] if is_torn or joined(mention.canonical) not in joined(mention.surface) else wordings
    if mention.type == "technique":
        heads = {*frames, *PageWords("en")("brief.counted_technique").split()}
        wordings = list(dict.fromkeys(with_shared_head(w, text, heads) for w in wordings))
    wordings = [w for w in wordings if not _POINTS_BACK.search(w) and not _TORN.search(_FORMULA.sub("", w))]
    if shown.lang != "zh":
        labels = (say(shown, same(shown, mention.concept, w), w, text) for w in wordings)
        labels = (w for w in labels if w and not has_han(w) and says(text, w))
        said = _TWO.sub(r"\1 and \2", next(filter(nouns.is_noun_phrase, labels), ""))
        parts = [] if re.search(r"\b(?:and|or) ", said) else _LISTED.split(said)
        if len(parts) > 1 and all(tagged(part, 0, len(part))[0][-1].tag.startswith("NN") for part in parts):
            return shown.words.listed(parts)
        counted = shown.words(f"brief.counted_{mention.type}").split()
        if not said:
            return ""
        told = with_article(with_names(uncapitalised(said, text), text), text, frames, counted)
        return of_it(told, said) if mention.type == "problem" else told
    known = list(filter(partial(says, text), wordings))
    if known and all(w.isupper() for w in known):  # "GLA" may be short for something else than what it was linked to
        return known[0] if mention.type == "technique" else ""
    apart = {*listed("clause.apart"), *listed("clause.narrows")} - {"of", "between"}
    known = [one for one in known if mention.type != "problem" or apart.isdisjoint(one.split())]
    for wording in (uncapitalised(one, text) for one in known):
        if has_homonym(shown, wording, text):
            continue
        said = say(shown, same(shown, mention.concept, wording), wording, text) if nouns.is_noun_phrase(wording) else ""
        if said and says(text, said) and said.count("的") <= _LINKS[mention.type == "problem"]:
            return with_names(said, text)
    short = (w for w in wordings if mention.type == "technique" and w.count(" ") < _FEW)
    return next((with_names(w, text) for w in short if nouns.is_noun_phrase(w)), "")
