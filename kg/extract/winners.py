"""Comparisons that a sentence states outright: "ZapKV outperforms Plover", "faster than Plover", "on par with Plover".

The paper's own work is the subject, and a rival follows a verb of winning, a gain or a word of likeness. The judge of
relations weighs how likely such a comparison is meant, and nothing else is said of a pair whose comparison it believes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from kg.extract.comparisons import LIKE, WIN, Comparison, compared, is_drawn
from kg.extract.component import sentence_of
from kg.extract.context import DocView
from kg.extract.ends import FIRST, Placed
from kg.extract.outcomes import OutcomeLexicon
from kg.extract.speech import FINITE, TaggedWord
from kg.link.acronyms import acronyms
from kg.model import Result
from kg.text import fold, is_kind

_LOSERS = ("baseline", "mentioned", "")  # roles; a model has none yet
_AND = re.compile(r", and | and |, |(?<=\w)/(?=[A-Z])")
_MANY = re.compile(r"\s([a-z]{3,20}s)\b")  # "methods" behind a name
_LEAST = 0.4  # score of a result whose baseline is beaten


class StatedRelation(NamedTuple):
    """The type of a pair whose comparison is stated, and where; whether the rival is a class, and only larger."""

    kind: str
    at: int
    is_class: bool = False
    is_larger: bool = False


def stated(
    view: DocView, found: Sequence[Placed], head: int, lexicon: OutcomeLexicon, results: Sequence[Result] = ()
) -> dict[tuple[int, int], StatedRelation]:
    """The pairs (subject, rival) of entities that a sentence or result compares.

    `head` is the main entity, -1 for none.
    """
    out: dict[tuple[int, int], StatedRelation] = {}
    for j, rival in enumerate(found):
        if j == head or rival.own or rival.mention.type not in FIRST or lexicon.is_generic(rival.mention.canonical):
            continue
        for _, start, end in rival.places:
            if start < max(view.first, view.abstract[0]) or _is_narrowed(view, start, end, lexicon):
                continue
            start -= _expanded(view, start, end)
            said = compared(view, start, end, lexicon)
            if said is None or _goes_on(view, end, said):
                continue
            is_won = not view.vocabulary.cues("win").isdisjoint(view.words(said.start, start)[:1])
            if said.kind == WIN and not is_won and lexicon.is_full_width(rival.mention.canonical):
                said = said._replace(kind=LIKE)
            is_class = _may_be_of(view, rival, end, said)
            is_broad = rival.mention.canonical.islower() and " " not in rival.mention.canonical  # "pruning"
            is_wide = is_class and (rival.mention.role == "proposed" or is_broad)
            i = -1 if is_wide else _subject(view, found, j, head, said)
            is_larger = _is_smaller(view, said, start, lexicon)
            before = out.get((i, j))
            if i >= 0 and (before is None or (said.kind == WIN and not (is_larger and before.kind == WIN))):
                out[i, j] = StatedRelation(said.kind, start, is_class, is_larger)
    told = {j: sentence_of(view.doc, said.at) for (_, j), said in out.items()}
    for pair, measured in _measured(view, found, head, lexicon, results):
        begin, end = told.get(pair[1], (0, 0))
        if not end or (measured.kind == WIN and found[head].own and not begin <= measured.at < end):
            out[pair] = measured
    return out


def _expanded(view: DocView, start: int, end: int) -> int:
    """The length of the expansion before an acronym in brackets: "Lazy Tile Cache (" of "Lazy Tile Cache (LTC)"."""
    said = acronyms(view.text).get(fold(view.text[start:end]), "") + " ("
    return len(said) if view.text.startswith(said, start - len(said)) else 0


def _is_smaller(view: DocView, said: Comparison, end: int, lexicon: OutcomeLexicon) -> bool:
    """Whether a gain is only that there is less of a thing, as not all call a win: "fewer parameters than Plover".

    Not where more is better: "lower latency and fewer parameters", "higher accuracy with fewer parameters".
    """
    cues, words = view.vocabulary.cues, view.words(said.start, end)
    what = [*takewhile(lambda word: word not in cues("gain-over") | cues("set-beside"), words)]
    is_size = what != words and "and" not in what and lexicon.is_size(" ".join(what))
    return is_size and not any(cue.is_comparative for cue in lexicon.cues(view.text[said.begin : said.start]))


def _may_be_of(view: DocView, rival: Placed, end: int, said: Comparison) -> bool:
    """Whether the subject may belong to what it is compared with: "existing DFQ methods" where it is a DFQ method."""
    used = rival.mention.role not in _LOSERS and rival.mention.surface.islower()
    behind = _MANY.match(view.text, end)
    cues = view.vocabulary.cues
    framed = behind is not None and fold(behind[1]) in cues("label-frame-technique") | cues("model-frame")
    is_wide = used or framed or _is_known(view, rival)
    return _calls_itself_class(view, rival) or (is_wide and _is_class(view, said.behind))


def _calls_itself_class(view: DocView, rival: Placed) -> bool:
    """Whether a rival's own words name the others of a class: "SOTA caching methods"."""
    words, cues = view.words(rival.mention.start, rival.mention.end), view.vocabulary.cues
    frames = cues("label-frame-technique") | cues("model-frame")
    return not cues("rivals").isdisjoint(words) and not frames.isdisjoint(words[-1:])


def _goes_on(view: DocView, end: int, said: Comparison) -> bool:
    """Whether what looks like the last member of a list is the subject of the next clause: "..., and Plover wins"."""
    phrase = view.phrase_at(*sentence_of(view.doc, end - 1))
    behind = next((word for word in (phrase.words if phrase else ()) if word.start >= end), None)
    joined = any(word.text == "," or fold(word.text) == "and" for word in said.behind)
    return joined and behind is not None and behind.tag in FINITE


def _measured(
    view: DocView, found: Sequence[Placed], head: int, lexicon: OutcomeLexicon, results: Sequence[Result]
) -> Iterator[tuple[tuple[int, int], StatedRelation]]:
    """The main entity and the named baselines of the results.

    What costs less than the plain form of a thing ("the full cache") does not win, nor what has "a drop of 0.3%" too.
    """
    if head < 0:
        return
    ends = [(j, e.mention) for j, e in reversed([*enumerate(found)]) if e.mention.type in FIRST]
    named = {fold(name): j for j, mention in ends for name in mention.aliases}
    named |= {fold(name): j for j, mention in ends for name in (mention.canonical, mention.surface)}
    costly = {sentence_of(view.doc, result.evidence.start)[0] for result in results if lexicon.is_worse(result)}
    for result in results:
        if result.confidence < _LEAST or lexicon.is_generic(result.baseline):
            continue
        lower = lexicon.is_lower_better(result.metric)
        for name in _AND.split(result.baseline):
            j = named.get(fold(name), head)
            if j == head:
                j = named.get(_bare(view, name, lexicon), head)
            begin = sentence_of(view.doc, result.evidence.start)[0]
            if _is_of_another(view, found[head], begin, result.evidence.start):
                continue
            if j == head or found[j].mention.role == "proposed" or _is_short_for(view, name, found[head], lexicon):
                continue
            better = result.change == ("decrease" if lower else "increase")
            is_plain = lexicon.is_full_width(name) or (lower and lexicon.is_plain_form(name))
            drawn = any(is_drawn(view, at) for _, at, _ in found[j].places if sentence_of(view.doc, at)[0] == begin)
            wins = better and not (is_plain or drawn or begin in costly)
            is_class = found[j].mention.type == "technique" and _is_known(view, found[j])
            is_class = is_class or _calls_itself_class(view, found[j])
            is_smaller = better and lexicon.is_size(result.metric)
            said = StatedRelation(WIN if wins else LIKE, result.evidence.start, is_class, is_smaller)
            yield (head, j), said


def _is_of_another(view: DocView, entity: Placed, begin: int, end: int) -> bool:
    """Whether a sentence up to a result or verb is of something else that is ours: of "our rule", not of our cache."""
    if _stands_in(entity, begin, end):
        return False
    cues = view.vocabulary.cues
    meant = cues("label-frame-technique") | cues("label-form-technique") | cues("generic")
    meant |= {*view.words(entity.mention.start, entity.mention.end), *fold(entity.mention.canonical).split()}
    ours = (p for p in view.phrases if begin <= p.start < end and p.before)
    first = next((p for p in ours if fold(p.before[-1].text) in ("our", "proposed")), None)
    return first is not None and meant.isdisjoint(fold(word.text) for word in first.words)


def _is_short_for(view: DocView, name: str, entity: Placed, lexicon: OutcomeLexicon) -> bool:
    """Whether a baseline is a shorter wording of an entity: "the lazy scheme" of "lazy tile scheduling"."""
    short, whole = _bare(view, name, lexicon).split(), fold(entity.mention.canonical).split()
    return short[:1] == whole[:1] and set(short) <= set(whole)


def _bare(view: DocView, name: str, lexicon: OutcomeLexicon) -> str:
    """The folded name of a baseline without what stands around it: "the teacher Plover", "Plover baseline"."""
    cues = view.vocabulary.cues
    around = cues("plain") | cues("rivals") | cues("model-frame") | cues("label-frame-technique")
    words = fold(name).split()
    while len(words) > 1 and (words[0] in around or words[0] in cues("label-modifier")):
        del words[0]
    while len(words) > 1 and (words[-1] in around or lexicon.metric(words[-1])):
        del words[-1]
    return " ".join(words)


def _is_narrowed(view: DocView, start: int, end: int, lexicon: OutcomeLexicon) -> bool:
    """Whether a place is part of a longer phrase, which names something narrower: "SSM quantization", "LLaVA-style".

    "Its teacher Plover" and "the Plover baseline" are Plover, and "Plover quality" is what Plover has.
    """
    cues = view.vocabulary.cues
    frames = cues("label-frame-technique") | cues("label-form-technique") | cues("model-frame") | cues("rival-class")
    plain = cues("plain") | cues("rivals")
    for phrase in view.phrases:
        if phrase.start <= start and end <= phrase.end:
            before, behind = view.words(phrase.start, start), view.words(end, phrase.end)
            apart = frames.isdisjoint(before[-1:]) and not plain.issuperset(before)
            if apart or any(word not in frames and not lexicon.metric(word) for word in behind):
                return True
    return bool(view.text.startswith("-", end))


def _is_known(view: DocView, loser: Placed) -> bool:
    """Whether a loser is a class of techniques that the vocabulary knows, as "KV cache quantization"."""
    name = loser.mention.canonical
    return is_kind(name) and view.concept(name, "technique") is not None


def _is_class(view: DocView, behind: Sequence[TaggedWord]) -> bool:
    """Whether what follows is a class that the winner may be of: "existing token pruning", not "rivals such as X"."""
    cues = view.vocabulary.cues
    said, before = False, ""
    for form in (fold(word.text) for word in behind):
        if form in cues("examples") or (form == "and" and before in cues("label-frame-technique")):
            said = False  # of "other methods and X" X is one of its own
        said, before = said or form in cues("rivals"), form
    return said


def _subject(view: DocView, found: Sequence[Placed], loser: int, head: int, said: Comparison) -> int:
    """The main entity where the words before the verb name it, or say "our method" of it; else -1."""
    named = [i for i, entity in enumerate(found) if i != loser and entity.mention.type in FIRST]
    named = [i for i in named if _stands_in(found[i], said.begin, said.start)]
    words = f" {view.folded(said.begin, said.start)} "
    if head in named or (head >= 0 and f" {fold(found[head].mention.surface)} " in words):  # in any case
        return head
    near = [i for i in named if _stands_in(found[i], _clause_start(view, said), said.start)]
    proposed = [i for i in near if found[i].mention.role == "proposed"]
    if len(proposed) == 1:
        return proposed[0]
    begin = max(said.begin, view.text.rfind(" that ", said.begin, said.start))
    subject = view.words(begin, said.start)  # of "we show that pruning beats ..." it is "pruning"
    named = [i for i in named if _stands_in(found[i], begin, said.start)]
    others = any(found[i].mention.role not in ("baseline", "mentioned") for i in named)
    if head < 0 or _is_of_another(view, found[head], said.begin, said.start):
        return -1
    if _says_our_method(view, subject):
        return head
    ours = _is_whole(view, found[head]) and not view.vocabulary.cues("own-work").isdisjoint(subject)
    return head if ours and not others else -1


def _says_our_method(view: DocView, subject: Sequence[str]) -> bool:
    """Whether the words of a subject call the own work by a general word: "our method", or "the framework" first."""
    cues = view.vocabulary.cues
    frames = cues("label-frame-technique") | cues("rival-class")
    pairs = [*pairwise(subject)]
    is_first = any(one == "the" and frame in frames for one, frame in pairs[:1])
    return is_first or any(one in cues("own-work") and frame in frames for one, frame in pairs)


def _clause_start(view: DocView, said: Comparison) -> int:
    """The offset where the clause of a comparison begins: behind a comma, "that", "while", ...

    A relative clause is of what stands before it: "a uniform budget, which beats ...".
    """
    phrase = view.phrase_at(said.begin, said.start)
    words = list(phrase.words) if phrase else []
    ends = view.vocabulary.cues("clause") | {"that", ","}
    bounds = [i for i, word in enumerate(words) if fold(word.text) in ends or word.text == ","]
    told = {i for i in bounds if {i, i + 1} <= {*bounds} and fold(words[i + 1].text) == "which"}
    told |= {i + 1 for i in told}
    return max((words[i].end for i in bounds if i not in told), default=said.begin)


def _is_whole(view: DocView, entity: Placed) -> bool:
    """Whether "our method" means an entity: it has the paper's own name, or is a framework, a model, ..."""
    cues = view.vocabulary.cues
    last = fold(entity.mention.canonical).rpartition(" ")[2]
    return entity.own or last in cues("label-frame-technique") | cues("label-form-technique")


def _stands_in(entity: Placed, begin: int, end: int) -> bool:
    return any(begin <= start < end for _, start, _ in entity.places)
