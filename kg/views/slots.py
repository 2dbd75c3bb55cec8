"""Fills the slots of the sentence on a paper: institutions, name, technique, problem and effect, localised.

Only sure claims of the record fill a slot. Where its results cannot be told, or neither technique nor problem is sure,
the paper's own sentence is quoted. For Chinese, the labels of the vocabulary come first, then a wording part by part
(kg.views.wording), then the original.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from kg.model import Paper
from kg.text import fold, has_han
from kg.views.borne import KEPT, is_metric_head
from kg.views.effects import OTHERS_WORK, effects, is_setup
from kg.views.fillers import (
    InWords,
    ends_proposing,
    fill,
    is_apart,
    is_apposed,
    is_host,
    is_known,
    is_one_of_two,
    is_own_way,
    is_put_forward,
    is_resource,
    is_trouble,
    is_vague,
    is_worked_on,
    mentions,
    opens_title,
    points_back,
)
from kg.views.kinds import is_bare, kind_in_words, says_no_more
from kg.views.latex import as_text, quotable
from kg.views.outcome import phrases
from kg.views.own import addressed_by, forms, is_made, is_narrowed
from kg.views.proposal import Proposal, coined, is_part, proposal
from kg.views.publishers import publishers
from kg.views.quotation import (
    ELLIPSIS,
    TELLING,
    by_itself,
    contribution,
    first_sentence,
    joined_up,
    says_title,
    sentences_of,
    text_of,
    what,
    with_name,
    without_bracket,
)
from kg.views.selection import Selection, name, title
from kg.views.slips import has_slip
from kg.views.surface import (
    expanded,
    joined,
    spelt_out,
    stands_for,
    uncapitalised,
    with_article,
    without_article,
    without_initials,
)
from kg.views.wording import full_forms
from kg.views.words import PageWords, pattern

_MOST = {"technique": 2, "problem": 2}
_TAIL = 40  # letters by which a proposal is found in its sentence
_WORDS = re.compile(r"[a-z]{4,}")
_STEM, _FEW_MORE = 5, 1  # letters of a word without its ending; words that a title may say more
_SHORT = 60  # maximum letters of a problem that still reads as a noun
_SAYING = re.compile(r"[^\W\d_]{2,}")
_NAMED = re.compile(r"(?<![\w-])(?:[a-z]?[A-Z]+[\w-]*[A-Z]|[a-z][A-Z])[\w-]*")  # "OpenGate", "GATE", "pGate"
_ALONG = re.compile(r", (?:along|together) with\b|,? as well as (?:its|two|three|an?)\b")  # is proposed too, and not it
_GLUED = re.compile(r"(?<=[a-z]{3})\((?=[A-Z]{2}[\w-]*\))")  # "late gates(LG)"
#: Lacks its article: "Late Gate Routing (LGR) framework".
_NAMED_KIND = r"\A[A-Z][\w-]*(?: [A-Z][\w-]*)*(?: \([^()]*\))? (?:[a-z-]+ )?<proposal.kinds>\b"
_WITH_PARTS = re.compile(r"\s(?:combining|integrating|using|leveraging|based on)\s")  # a phrase that is cut somewhere
_OF_WHAT = re.compile(r"\s(?:for|to|in|on|that|which)\s")


@dataclass(slots=True)
class Slots:
    """The slots of the sentence in words; empty where the record has nothing."""

    institutions: list[str] = field(default_factory=list)
    are_more: bool = False  # whether affiliations name others
    name: str = ""
    is_title: bool = False
    title: str = ""  # of a paper that is called by the name of its method, where it says more of what that is for
    technique: str = ""
    problem: str = ""
    effect: str = ""
    quotes: list[str] = field(default_factory=list)  # sentences of the paper in place of slots that nothing sure fills
    short_forms: str = ""  # what those of all that is told stand for
    is_clause: bool = False  # whether the effect has a verb of its own
    is_level: bool = False  # whether the effect says what is reached, not what changes
    is_held: bool = False  # whether it begins with what is kept or counted
    is_speedup: bool = False  # whether it begins with a speedup, which Chinese has another verb for
    is_fewer: bool = False  # whether it begins with what there is less of, which nobody achieves
    is_proposed: bool = False  # whether the paper, under its title, is said to propose the technique
    is_several: bool = False  # whether it is more than one
    is_kind: bool = False  # whether the technique says what kind of thing it is
    is_bare: bool = False  # whether that is a kind of which many are
    is_itself: bool = False  # whether that is what the paper is called by
    is_eased: bool = False  # whether the problem is only made smaller
    proposal: Proposal | None = None  # what the paper says that it proposes, in place of technique and problem


def slots(shown: Selection, paper: Paper, fields: Collection[str] = ()) -> Slots:
    """The slots of the sentence, from these fields (all if empty)."""
    text = text_of(paper, fields)
    out = doing(shown, paper, fields)
    found = _tell_proposal(shown, paper, fields, out)
    results = effects(shown, paper, fields, text)
    told = [] if results.stated & set(out.quotes) else results.told  # what a quotation says is not said twice
    proposed = out.proposal.what.replace("×", "x") if out.proposal else ""
    told = [one for one in told if one.amount.replace("×", "x") not in proposed]
    levels = ("absolute", "count") if shown.lang == "zh" else ("absolute", "count", "kept")
    if shown.lang == "zh":  # 达成了…的效果 is said of changes, 为 of levels
        told = [one for one in told if not one.form.startswith(levels)] or told
    if all(one.form == "count" for one in told):
        told = []  # "0.5M parameters" is no result by itself
    out.effect = phrases(shown, told)
    out.is_level = any(one.form.startswith(levels) for one in told)
    out.is_clause = shown.lang == "zh" and {one.form for one in told} == {KEPT}  # Foo保留99%的性能
    out.is_held = any(one.form.startswith(("count", "kept", "from")) for one in told)
    out.is_speedup = shown.lang == "zh" and any(one.form == "speedup" for one in told[:1])
    out.is_fewer = any(one.form in ("fewer", "less") for one in told[:1])
    quote, sentence = results.quote, quotable(out.proposal.sentence) if out.proposal else ""
    if sentence and sentence in quote:  # which is told, so that only what comes next is quoted
        quote = quote.partition(sentence)[2].lstrip(". ")
    is_new = quote and not (out.effect or results.stated & set(out.quotes) or quote in out.quotes)
    is_new = is_new and not (out.proposal and out.proposal.what[-_TAIL:] in as_text(quote))
    if is_new:
        made = [out.proposal.what] if out.proposal else []
        out.quotes += [*_introducing(quote, [title(paper), name(paper), *made, *out.quotes], paper, fields), quote]
    own = [quote for quote in contribution(shown, paper, fields) if not is_setup(shown, quote)][:1]
    says = out.proposal or out.problem or out.effect
    is_whole = out.is_kind or (out.is_proposed and not (out.is_several or own))
    is_told = bool(out.effect) and shown.lang == "zh" and bool(out.institutions)
    if out.technique and not is_whole and (out.quotes or (own and (out.is_proposed or not is_told))):
        # what a method uses are parts of it, and not all of them
        out.technique, out.quotes = "", list(dict.fromkeys(own + out.quotes))
    elif not (says or out.quotes):  # a technique alone tells too little
        if " " not in out.technique and not has_han(out.technique):  # a mere name
            out.quotes = own or first_sentence(paper, fields)
        elif own and len(_SAYING.findall(own[0].replace(out.technique, ""))) >= TELLING:
            out.quotes = own
    is_telling = len(" ".join(out.quotes).split()) >= TELLING  # then one problem of several adds little
    is_quoted = is_telling and not (found or out.technique or out.institutions)
    if is_quoted or any(fold(out.problem) in fold(quote) for quote in out.quotes):
        out.problem = ""
    out.quotes = [by_itself(with_name(paper, quote)) for quote in joined_up(paper, fields, out.quotes)]
    if shown.lang == "zh" and " " in out.name and title(paper).startswith(f"{out.name} "):
        out.name, out.is_title = as_text(title(paper)), True  # a phrase of a title is not the name of a paper
    is_said = out.institutions or out.proposal or out.technique or out.problem or out.effect
    beside = " ".join([name(paper), out.technique, out.effect, *out.quotes])
    is_short = not (out.proposal or out.is_kind) and _says_more(title(paper), beside)
    is_mere = shown.lang != "zh" and beside.strip() == name(paper) != title(paper) and not (out.proposal or out.problem)
    if is_short or is_mere or (out.quotes and not is_said):
        _entitle(shown, paper, out)  # the title says what it is
    made = [out.proposal.full, out.proposal.itself or out.proposal.what] if out.proposal else []
    told_of = " ".join([out.technique, out.problem, out.effect, *made, *out.quotes])
    out.short_forms = full_forms(shown, told_of, text, "" if out.is_title else out.name)
    return out


def _introducing(quote: str, told: Sequence[str], paper: Paper, fields: Collection[str]) -> list[str]:
    """The sentence that proposes what a quotation speaks of by a name that nothing told has: "Bar is fast"."""
    named = {one for one in _NAMED.findall(quote) if not any(joined(one) in joined(said) for said in told)}
    stated = ((quotable(one), coined(one)) for one in sentences_of(paper, fields) if named)
    return [said for said, names in stated if said and said not in quote and named & {*names}][:1]


def proposing(shown: Selection, paper: Paper) -> Slots:
    """The slots of what a paper says that it proposes, without the work that a whole sentence takes."""
    out = _called(paper)
    _tell_proposal(shown, paper, (), out)
    return out


def _called(paper: Paper) -> Slots:
    """The slots with what a sentence calls a paper."""
    called, is_title = what(paper)
    return Slots(name=as_text(called), is_title=is_title)


def _tell_proposal(shown: Selection, paper: Paper, fields: Collection[str], out: Slots) -> Proposal | None:
    """Fills institutions and, where the paper says what it proposes, the slots of that; else calls it by its title."""
    text = text_of(paper, fields)
    by = publishers(shown, paper, fields, text)
    out.institutions, out.are_more = by.names, by.are_more
    is_called = not out.is_title or f" {fold(name(paper))} " in f" {fold(title(paper))} "
    asks = "?" in title(paper)
    own = [one for one in sentences_of(paper, fields) if not (says_title(paper, one) or one.endswith(ELLIPSIS))]
    found = proposal(name(paper), own, is_called=is_called, asks=asks)
    if found and _is_title(paper, found.what):
        return None
    if found and shown.lang != "zh" and has_slip(found.itself or found.what):
        found = None
    if found and shown.lang != "zh":
        _propose(shown, paper, out, found, text)
    elif found:
        _name_kind(shown, paper, fields, out, found)
    elif fold(out.name) != fold(name(paper)):
        _entitle(shown, paper, out)  # "Late Gate Networks" would need an article
    return found


def _is_title(paper: Paper, made: str) -> bool:
    """Whether what is proposed is the title once more: "Foo: Late Gates for Maps framework", "Late Gates (LG)"."""
    titled = fold(title(paper))
    return titled in fold(made) if ": " in title(paper) else titled == fold(without_bracket(made))


def _entitle(shown: Selection, paper: Paper, out: Slots) -> None:
    """Calls a paper by its title, but not in the form of the reports, which have its short name: 发布了《Foo》论文."""
    if title(paper) and not (shown.lang == "zh" and out.institutions):
        out.name, out.is_title = as_text(title(paper)), True


def _propose(shown: Selection, paper: Paper, out: Slots, found: Proposal, text: str) -> None:
    """Tells what a paper proposes: of its method if that is what it is called by, else of its title."""
    if not (found.itself and out.name == as_text(name(paper))) or _ALONG.search(found.itself):
        if title(paper) == name(paper):
            return  # "Foo proposes a gate for Foo"
        found = replace(found, itself="")
        _entitle(shown, paper, out)
    plain = partial(without_initials, name(paper))
    called = pattern(_NAMED_KIND).sub(r"the \g<0>", found.what)
    said = (_as_called(name(paper), one) for one in (called, found.itself))
    what, itself = (_GLUED.sub(" (", spelt_out(plain(one), text)) for one in said)
    out.proposal = replace(found, what=what, itself=itself)
    if itself and _says_more(title(paper), f"{name(paper)} {found.full} {itself}"):
        out.title = as_text(title(paper))
    out.technique, out.problem = "", ""
    out.quotes = []


def _says_more(titled: str, said: str) -> bool:
    """Whether a title has several words on what a paper is about that are not `said`, whatever their endings."""
    told = fold(said)
    more = {word for word in _WORDS.findall(fold(titled)) if word[:_STEM] not in told}
    return len(more) > _FEW_MORE


def _as_called(own: str, said: str) -> str:
    """Words with a paper's name as it is written elsewhere: "OpenGate", of "Open-Gate" and "OPENGATE"."""
    ways = re.compile(rf"(?<![\w-]){'-?'.join(map(re.escape, own))}(?![\w-])", re.IGNORECASE)
    is_name = re.compile(r"[A-Z].*[A-Z]").match
    return ways.sub(lambda way: own if is_name(way[0]) else way[0], said) if own else said


def _name_kind(shown: Selection, paper: Paper, fields: Collection[str], out: Slots, found: Proposal) -> None:
    """Tells in Chinese what kind of thing a paper proposes, with its name if it is called by its title."""
    text, own = text_of(paper, fields), name(paper) if found.is_of(name(paper)) else ""
    out.is_itself = bool(found.itself) and out.name == as_text(name(paper))
    kind = kind_in_words(shown, found, "", text) if out.is_itself else ""
    is_titled = bool(kind) and fold(title(paper)) != fold(name(paper))
    more = is_titled and _says_more(title(paper), f"{name(paper)} {found.full} {found.itself}")
    if out.is_itself and is_titled and (more or is_bare(shown, found, kind)):
        out.is_itself = False  # the title says what it is for
    if not out.is_itself:
        _entitle(shown, paper, out)
        kind = kind_in_words(shown, found, own if out.is_title else "", text)
    out.technique, out.is_proposed, out.is_several = kind, True, False
    out.is_bare = is_bare(shown, found, kind)
    if out.is_bare and says_no_more(found):
        out.technique = ""  # its sentence, which is quoted, says what it is for
    out.is_kind = bool(out.technique)
    if out.problem:
        problems, out.is_eased = _problems(shown, paper, fields, text, found.sentence)
        out.problem = shown.words.listed(problems)
    telling, said = contribution(shown, paper, fields), quotable(found.sentence)
    out.quotes = [next((quote for quote in telling if said in quote or quote in said), said)] if said else telling[:1]
    if out.is_kind and says_no_more(found):
        out.quotes = []  # what is told in Chinese is not said again in English


def doing(shown: Selection, paper: Paper, fields: Collection[str] = (), *, is_called: bool = False) -> Slots:
    """The slots of what a paper does: its name, technique and problem, or its own sentence in place of these.

    Where it `is_called` by its name elsewhere, the name alone is no technique.
    """
    text = text_of(paper, fields)
    called, is_title = what(paper)
    out, short = _called(paper), _proposed_name(shown, paper)
    found = _techniques(shown, paper, fields, text)
    spelt = joined(expanded(short, text))
    found = [
        (one, said)
        for one, said in found
        if not short
        or not (joined(said) in (joined(short), spelt[: len(joined(said))]) or re.match(rf"{re.escape(short)}\w", said))
    ]
    names = {short, name(paper), *([] if is_title else [called])}
    kinds = [one for one, _ in found if is_apposed(names, one, text)]
    # A title does not use what its paper proposes, nor a method what it is, nor a data set what it served to make.
    is_used = not is_title and not kinds and paper.entries[0][1].kind not in OTHERS_WORK
    told = [said for said in sentences_of(paper, fields) if not says_title(paper, said)]
    if not is_used:  # what all know is not proposed, nor what a proposal makes use of
        found = [
            (one, said)
            for one, said in found
            if one in kinds
            or (
                not (
                    is_known(shown, one)
                    or _WITH_PARTS.search(one.surface)
                    or not is_put_forward(shown, one, text, names)
                )
                and not is_part(one.surface, told)
            )
        ]
    else:
        found = [
            (one, said)
            for one, said in found
            if not (is_resource(one, text) or _WITH_PARTS.search(one.surface))
            and (one in kinds or has_han(one.surface) or is_made(names, one.surface, told))
        ]
    if not is_title and called not in text_of(paper, "A"):  # another name in the abstract is that of the same
        found = [(one, said) for one, said in found if " " in said or has_han(said)]
    techniques = [said for _, said in found]
    itself = next((at for at, (one, _) in enumerate(found) if one in kinds), None)
    problems, out.is_eased = _problems(shown, paper, fields, text)
    out.problem = shown.words.listed(problems)
    if not techniques:
        out.quotes += contribution(shown, paper, fields)[:1]
    is_other = short and fold(short) not in fold(called) and (is_title or not stands_for(short, called))
    if is_other:
        frames = shown.graph.vocabulary.cues("label-frame-technique")
        full = expanded(short, text) if shown.lang != "zh" else ""
        aside = partial(shown.words, "outcome.aside")
        if itself is not None:  # one thing: what it is, and its name
            kind = techniques.pop(itself)
            notes = shown.words("outcome.aside_comma").join(filter(None, (full, short)))
            techniques.insert(0, kind if is_called else aside(effect=kind, notes=notes))
        elif full or not is_called:
            full = with_article(uncapitalised(full, text), text, frames, shown.words("brief.counted_technique").split())
            techniques.insert(0, aside(effect=full, notes=short) if full else short)
        out.is_proposed = True
    out.is_proposed = out.is_proposed or not is_used
    out.technique = shown.words.listed(techniques)
    out.is_several = len(techniques) > 1
    if fold(without_article(without_bracket(out.technique))) == fold(out.name):
        out.technique = ""  # "Late Gates proposes late gates"
        out.quotes = out.quotes or contribution(shown, paper, fields)[:1]
    return out


def _proposed_name(shown: Selection, paper: Paper) -> str:
    """The paper's own name if its title has it, or its texts say that it is proposed: surveys name what others made."""
    own, vocabulary = name(paper), shown.graph.vocabulary
    if own in PageWords("en")("brief.fields").split() or f"{own}(" in title(paper):
        return ""  # "Bench(Foo)" is not called "Bench"
    if not own or own in title(paper) or vocabulary.find(own, "technique"):
        return own if own in title(paper) else ""
    told = (said for said in contribution(shown, paper, ()) if own in said)
    before = [said.partition(expanded(own, said) or own)[0] for said in told]
    # "present a rule for pruning, Foo", not "present an evaluation of deep learning (DL)"
    apposed = (_OF_WHAT.split(said)[0] for said in before if said.endswith((", ", "-", "– ", "— ")))
    return own if any(ends_proposing(shown, said) for said in (*before, *apposed)) else ""


def _techniques(shown: Selection, paper: Paper, fields: Collection[str], text: str) -> list[InWords]:
    """The techniques that the paper surely proposes, except those with its name; a survey sorts what others made."""
    if paper.entries[0][1].kind == "survey":
        return []
    own = {fold(name(paper)), fold(title(paper)), fold(what(paper)[0])}
    own |= {fold(m.surface) for m in mentions(paper, "model", fields)}
    found = [
        mention
        for mention in mentions(paper, "technique", fields)
        if mention.sure
        and mention.role == "proposed"
        and not {fold(mention.canonical), fold(mention.surface), *map(fold, mention.aliases)} & own
        and not stands_for(name(paper), mention.surface)
        and not is_host(mention, name(paper), text)
        and not is_metric_head(shown.graph.vocabulary, fold(mention.surface).rpartition(" ")[2])
        and not opens_title(mention, paper)
        and not is_worked_on(shown, mention, paper)
        and not is_own_way(shown, mention, text)
        and not is_vague(shown, mention)
        and not is_apart(mention, name(paper), sentences_of(paper, fields))
    ]
    told = [mention for mention in found if not points_back(mention, text)]
    return fill(shown, told, text, _MOST["technique"]) or fill(shown, found, text, _MOST["technique"])


def _problems(
    shown: Selection, paper: Paper, fields: Collection[str], text: str, until: str = ""
) -> tuple[list[str], bool]:
    """The sure problems that the paper surely addresses, short ones first, and whether it says that it eases them.

    A survey or benchmark solves none. What only stands behind a sentence `until` is of a part, or a result.
    """
    if paper.entries[0][1].kind in OTHERS_WORK:
        return [], False
    relations = [r for _, record in paper.entries for r in record.relations if r.type == "addresses"]
    addressed, surely = {r.tail for r in relations}, {r.tail for r in relations if r.sure}
    names, told = [name(paper), *([] if what(paper)[1] else [what(paper)[0]])], [*sentences_of(paper, fields)]
    at = told.index(until) + 1 if until in told else len(told)
    ahead, behind = "\n".join(told[:at]), "\n".join(told[at:])
    aims, told = bool(until), told[:at]  # beside a proposal, 旨在解决 is said only where the paper's own verb says so
    by: dict[int, str | None] = {}
    found = [
        mention
        for mention in mentions(paper, "problem", fields)
        if mention.sure
        and (said := {mention.canonical, mention.surface}) & addressed
        and is_trouble(shown, mention, text)
        and (mention.surface in ahead or mention.surface not in behind)
        and not (name(paper) and name(paper) in mention.surface.split())
        and (
            by.setdefault(
                id(mention), addressed_by(names, mention.surface, told, is_sure=bool(said & surely) and not aims)
            )
            is not None
            or has_han(mention.surface)
        )
        and not (mention.concept not in shown.graph.vocabulary and is_narrowed(mention.surface, told))
    ]
    short = [mention for mention in found if len(mention.surface) <= _SHORT]
    chosen = fill(shown, short, text, _MOST["problem"]) or fill(shown, found, text, 1)
    if aims and len(chosen) == 1 and any(is_one_of_two(said, chosen[0][0].surface) for said in told):
        return [], False  # "reduces drift and noise" says more than that it reduces noise
    easing = forms("brief.easing")
    return [said for _, said in chosen], bool(chosen) and all(by[id(mention)] in easing for mention, _ in chosen)
