"""Who beats whom: pairs of techniques or models, each with the papers that say which one wins, and their words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from kg.extract.numbers import plain, quantities
from kg.extract.outcomes import outcome_lexicon
from kg.model import Paper, Record, Relation, Result
from kg.text import breaks_off, fold, has_han, is_kind
from kg.views import measured, outcome
from kg.views.borne import borne, is_of_own_part
from kg.views.quotation import text_of
from kg.views.report.layout import Part
from kg.views.report.table import Group, Row, cited, identity, own, said, section
from kg.views.report.won import GOES_ON, around, by_words, is_denied, is_generic, is_whole, is_won
from kg.views.selection import EntryQuote, Selection, name, quoted
from kg.views.stated import SPEED
from kg.views.surface import expanded, is_one_of, stands_for, with_names
from kg.views.wording import Wording, in_full
from kg.views.words import PageWords, listed, pattern
from kg.vocabulary import Concept

_SUCH_AS = r",? (?:<outcome.such_as>)\b"
_KINDS = ("technique:", "model:")
_QUOTES = ("“", '"')
_SHORT = re.compile(r"[A-Z][A-Z\d]+")
_SHORT_FORM = re.compile(r"(?<![A-Za-z-])[A-Z]{2,5}(?![A-Za-z\d-])", re.ASCII)
_SHARED_KIND = re.compile(r" and (?:[a-z][\w-]* ){1,5}?([a-z]+s)\b")
_DIGITS = re.compile(r"\d+")
_SHORT_WORD = 2  # letters of a Chinese word that goes without 的
_KIND_WORDS = ("label-frame-technique", "model-frame", "outcome-generic-baseline")  # cues of words behind a kind


@dataclass(frozen=True, slots=True)
class WinClaim:
    """A paper's claim about a pair: which of the two wins, and by which metric and how much, if stated."""

    winner: str
    loser: str
    paper: Paper
    quote: EntryQuote
    metric: str = ""
    measured: str = ""  # the identity of the metric
    by: str = ""  # the result in words; only its metric where the paper tells what it loses
    beaten: str = ""  # the loser as the words have it
    whole: str = ""  # the loser where its words name a kind with an example: "kernels such as Finch"


def claims(shown: Selection) -> Iterator[WinClaim]:
    """All claims of who outperforms whom: stated relations, and results against a baseline."""
    for paper in shown.papers:
        for document, record in paper.entries:
            for relation in record.relations:
                ends = (relation.head_concept, relation.tail_concept)
                wins = relation.type == "outperforms" and relation.sure
                if not wins or ends[0] == ends[1] or not all(end.startswith(_KINDS) for end in ends):
                    continue
                quote, beaten = quoted(document, relation.evidence), _surface(record, relation)
                if relation.evidence.field == "A" and breaks_off(quote.sentence):
                    continue
                ahead = around(quote.sentence, beaten)[0]
                is_part = is_of_own_part(shown.graph.vocabulary, record, relation.head, quote.sentence, ahead)
                if is_part or not is_won(shown, relation, quote.sentence, beaten):
                    continue
                by = by_words(quote.sentence, beaten)
                if by is not None:
                    key = "in_words" if _tells(shown, quote.sentence) else "unsaid"
                    by = shown.words("brief.quote", quote=by) if by else shown.words(f"report.{key}")
                    yield WinClaim(*ends, paper, quote, by=by, beaten=beaten)
        yield from _by_numbers(shown, paper)


def _tells(shown: Selection, sentence: str) -> bool:
    """Whether a sentence says in what something is better: it has a number, a metric, a data set or a task."""
    kinds = ("metric", "dataset", "task")
    return bool(quantities(plain(sentence))) or any(
        match.type in kinds for match in shown.graph.vocabulary.match(sentence)
    )


def _surface(record: Record, relation: Relation) -> str:
    """The loser of a relation as its words have it."""
    named = [m.surface for m in (*record.techniques, *record.models) if m.concept == relation.tail_concept]
    said = [name for name in (relation.tail, *named) if name and name in relation.evidence.quote]
    return max(said, key=len, default=relation.tail)


def _by_numbers(shown: Selection, paper: Paper) -> Iterator[WinClaim]:
    """A result against a baseline is a win of what the paper proposes, or a loss if the metric gets worse."""
    name = own(shown, paper)
    if not name.startswith(_KINDS):
        return
    for found, result in borne(shown, paper):
        if result is None:
            continue
        other = identity(result.baseline_concept, result.baseline)
        if result.change == "absolute" or outcome.is_on_top(result) or not other.startswith(_KINDS) or other == name:
            continue
        if _is_own_whole(shown, result):
            continue
        quote = quoted(found.document, result.evidence)
        label = shown.label(other)
        if is_generic(shown, result.baseline) or not is_whole(quote.sentence, label):
            continue
        if label in quote.sentence and is_denied(shown, quote.sentence, label):
            continue
        sizes = [set(_DIGITS.findall(said)) for said in (result.baseline, label)]
        if all(sizes) and sizes[0].isdisjoint(sizes[1]):
            continue  # "uint4 models", linked to "uint8 models"
        is_loss = measured.gets_worse(shown, result)
        metric = measured.metric(shown, result)
        concept = "" if result.metric == SPEED else result.metric_concept  # a speed of anything
        known = identity(concept, result.metric)
        by = metric if is_loss else outcome.phrase(shown, result, against=False, sentence=quote.sentence)
        pair = (other, name) if is_loss else (name, other)
        kind = "" if is_loss or not pattern(_SUCH_AS).search(result.baseline) else outcome.baseline(shown, result)
        yield WinClaim(*pair, paper, quote, metric, known, by, "" if is_loss else result.baseline, kind)


def _is_own_whole(shown: Selection, result: Result) -> bool:
    """Whether a method is only said to take less than the plain form of what it makes smaller: "the dense model".

    To be faster than that is a win.
    """
    lexicon = outcome_lexicon(shown.graph.vocabulary)
    is_less = result.change == "decrease" and measured.is_size(shown, result) and not lexicon.is_time(result.metric)
    return is_less and lexicon.is_plain_form(result.baseline)


def wins(shown: Selection, part: Part) -> dict[str, Any]:
    """Who wins: first the pairs of which papers disagree, then the winners by metric, then those without one."""
    words = shown.words
    found: dict[tuple[str, str], list[WinClaim]] = defaultdict(list)
    for claim in claims(shown):
        found[claim.winner, claim.loser].append(claim)
    contrary = {pair for pair in found if pair[::-1] in found and _disagree(found[pair], found[pair[::-1]])}

    def weight(pair: tuple[str, str]) -> tuple[Any, ...]:
        return -len({claim.paper.id for claim in found[pair]}), *(shown.label(side).casefold() for side in pair), pair

    disputed = sorted(contrary, key=lambda pair: (weight(min(pair, pair[::-1], key=weight)), weight(pair)))
    agreed: dict[str, dict[str, list[WinClaim]]] = defaultdict(lambda: defaultdict(list))
    for pair in sorted(found.keys() - contrary, key=weight):
        numbered = {claim.paper.id for claim in found[pair] if claim.measured}
        for claim in found[pair]:
            if claim.measured or claim.paper.id not in numbered:
                agreed[claim.measured][claim.winner].append(claim)
    groups = [
        Group(
            [_row(shown, found[p]) for p in disputed], words("report.contrary"), words("report.contrary_note"), "not"
        ),
        *_by_metric(shown, agreed),
    ]
    return section(shown, part, groups, words("report.wins_note"))


def _by_metric(shown: Selection, agreed: dict[str, dict[str, list[WinClaim]]]) -> Iterator[Group]:
    """A group for each metric by which several win, those of most winners first; then the others, and plain wins."""
    said = {metric: next(c.metric for made in agreed[metric].values() for c in made) for metric in agreed}
    labels = {metric: shown.label(metric, said[metric]) for metric in agreed}
    order = sorted(filter(None, agreed), key=lambda metric: (-len(agreed[metric]), labels[metric].casefold(), metric))
    others: list[Row] = []
    for metric in order:
        rows = [_row(shown, made) for made in _ordered(shown, agreed[metric])]
        if len(rows) > 1:
            yield Group(rows, labels[metric], "", metric)
        else:
            others += rows
    yield Group(others, shown.words("report.wins_others"), "", "others")
    plain = [_row(shown, made) for made in _ordered(shown, agreed.get("", {}))]
    yield Group(plain, shown.words("report.wins_plain") if order else "", "", "plain")


def _ordered(shown: Selection, made: dict[str, list[WinClaim]]) -> list[list[WinClaim]]:
    """The claims by winner, those who beat most first."""
    order = sorted(made, key=lambda winner: (-len({c.loser for c in made[winner]}), shown.label(winner).casefold()))
    return [made[winner] for winner in order]


def _disagree(first: list[WinClaim], second: list[WinClaim]) -> bool:
    """Whether two papers disagree; one paper with two metrics reports a trade-off."""
    return any(
        one.paper.id != other.paper.id or (one.metric and one.metric == other.metric)
        for one in first
        for other in second
    )


def _beaten(shown: Selection, claim: WinClaim) -> str:
    """The loser's label; where the words say that several of a kind are beaten, with that: "KV cache methods"."""
    label = shown.label(claim.loser)
    if claim.whole:
        return claim.whole
    if label.islower() and fold(label) == fold(claim.beaten) and f" {claim.beaten}" in claim.quote.sentence:
        label = claim.beaten  # "Ladder"
    is_called = _is_called(claim.beaten, shown.graph.vocabulary.concepts.get(claim.loser))
    is_said = is_called and not (is_one_of(claim.beaten, label) or _is_reworded(claim.beaten, label))
    if claim.beaten and (not is_said or _is_narrower(claim.beaten, label)):
        label = claim.beaten  # "K-means discretization" is not any clustering
    elif claim.beaten and f"{claim.beaten} baseline" in claim.quote.sentence and _names_more(label, claim.beaten):
        label = f"{claim.beaten} baseline"  # "the W4A16 baseline" is not all quantization to W4A16
    label = _as_written(_without_kind(shown, label), claim.paper)
    label = _plain(shown, claim, with_names(label, claim.quote.sentence))
    whole = label
    is_version = claim.loser.startswith("model:") and re.match(r"[A-Z]\S*\d", label) is not None  # "GPT-5 mini"
    if shown.lang == "zh" and not is_version and not has_han(label) and (not label[:1].isupper() or is_kind(label)):
        label = in_full(shown, Wording(shown.graph.vocabulary)(label) or label)
    behind = around(claim.quote.sentence, claim.beaten)[1]
    words = [word.strip(".,;:()") for word in (*claim.beaten.split()[-1:], *behind.split()[:1])]
    shared = _SHARED_KIND.match(behind) if claim.beaten[-1:].islower() and " " in claim.beaten else None
    words += [shared[1]] if shared else []  # "gate pruning and rank cutting methods"
    known = frozenset().union(*map(shown.graph.vocabulary.cues, _KIND_WORDS))
    words = [word for word in words if word not in listed("clause.apart")]  # "as well as"
    kinds = (one for one in words if one.endswith("s") and not known.isdisjoint({fold(one), fold(one).rstrip("s")}))
    word = next(kinds, "")
    rest, _, last = label.rpartition(" ")
    if word and fold(last) == fold(word):
        label = f"{rest} {word}".strip()
    elif (
        word and not (has_han(label) and fold(whole.rpartition(" ")[2]) == fold(word)) and not _is_in_short(word, whole)
    ):
        added = Wording(shown.graph.vocabulary)(word) if has_han(label) else f" {word}"
        label = label.removesuffix(added) + added
    rest, _, last = label.rpartition(" ")
    is_one = shown.lang != "zh" and bool(rest) and label.islower() and not last.endswith("s")
    if is_one and not known.isdisjoint({fold(last), last}):
        label = f"the {label}"  # "the dense model"
    is_english = (
        shown.lang == "zh"
        and bool(rest)
        and not has_han(label)
        and any(word.islower() and word.isalpha() for word in (last, label.partition(" ")[0]))
    )
    label = _spelt_out(shown, label, claim.paper) if shown.lang == "zh" else label
    if (has_han(label) or label.islower()) and _SHORT.fullmatch(claim.beaten) and claim.beaten not in label:
        return shown.words("outcome.aside", effect=label, notes=claim.beaten)  # 组相对策略优化（GRPO）
    return shown.words("brief.quote", quote=label) if is_english else label


def _is_in_short(word: str, label: str) -> bool:
    """Whether a label ends in a short form of which a word is the last: "existing RNNs", before "networks"."""
    last = label.rpartition(" ")[2].removesuffix("s")
    return len(last) > 1 and last.isupper() and last.endswith(word[:1].upper())


def _without_kind(shown: Selection, label: str) -> str:
    """A name without what it is: "Finch", of "SOTA method Finch"."""
    words, frames = label.split(), shown.graph.vocabulary.cues("label-frame-technique")
    kind = next((at for at, word in enumerate(words[:-1], 1) if at > 1 and fold(word) in frames and word.islower()), 0)
    rest = " ".join(words[kind:])
    return rest if kind and rest[:1].isupper() else label


def _is_reworded(beaten: str, label: str) -> bool:
    """Whether several words call a kind otherwise than its label: "late distillation" is not all of it."""
    said, known = (set(fold(one).replace("-", " ").split()) for one in (beaten, label))
    return label.islower() and beaten.islower() and " " in beaten and said != known


def _as_written(label: str, paper: Paper) -> str:
    """A label of small letters with the capitals that the abstract always has: "Sinter", "Kolmogorov-Arnold gates"."""
    if not label.islower():
        return label
    found = {one[0] for one in re.finditer(rf"(?<=[a-z,] ){re.escape(label)}\b", text_of(paper, "A"), re.IGNORECASE)}
    return found.pop() if len(found) == 1 else label


def _is_narrower(beaten: str, label: str) -> bool:
    """Whether words have a short form that says more than a label: "multi-agent mRAG systems"."""
    short = (word for word in beaten.split() if word.isalpha() and sum(map(str.isupper, word)) > 1)
    said = label.split()
    phrases = [" ".join(said[at:]) for at in range(len(said))]
    known = (any(fold(word) == fold(one) or stands_for(word, one) for one in phrases) for word in short)
    return label.islower() and not all(known)


def _plain(shown: Selection, claim: WinClaim, label: str) -> str:
    """A loser's label with the word that says which form is meant, as its words have it: "standard FL".

    Of a kind it also says which of it: "prior token pruning methods".
    """
    cues, concept = shown.graph.vocabulary.cues, shown.graph.vocabulary.concepts.get(claim.loser)
    known, ahead = cues("plain") - cues("compare"), around(claim.quote.sentence, claim.beaten)[0]
    earlier = cues("prior") | (cues("generic-modifier") & cues("outcome-generic-baseline"))
    last = claim.beaten.rpartition(" ")[2]
    is_frame = shown.lang != "zh" and fold(last) in cues("label-frame-technique")
    is_kind = last.islower() and (last.endswith(("s", "ing", "ion")) or is_frame)
    known = known | earlier if is_kind else known
    before = [*takewhile(lambda one: fold(one) in known, reversed(ahead.split()[-2:]))] if claim.beaten else []
    first = [one for one in claim.beaten.split()[:1] if fold(one) in known]
    word = " ".join(first or before[::-1]).lower()  # "current mainstream"
    called = fold(f"{label} {concept.label.get('en', '') if concept else ''}")
    if not word or f" {fold(word)} " in f" {called} ":
        return label
    if not has_han(label):
        return f"{word} {label}"
    said = Wording(shown.graph.vocabulary)(word)
    if len(said) > _SHORT_WORD and not said.endswith("的"):
        said += "的"  # 最先进的剪枝方法, but 现有方法
    return label if label.startswith(said) else said + label


def _is_called(beaten: str, concept: Concept | None) -> bool:
    """Whether words name a concept: they hold a word of its label, or are short for it."""
    label = concept.label.get("en", "") if concept else ""
    said = set(fold(beaten).replace("-", " ").split())
    shared = said & set(fold(label).replace("-", " ").split())
    if label and GOES_ON.match(beaten.partition(label)[2]):
        return False  # "FP16 4-step Latent Consistency Model" is not any of that precision
    return not label or bool(shared) or any(stands_for(word, label) for word in beaten.split())


def _by(shown: Selection, made: list[WinClaim], losers: dict[str, str]) -> list[str]:
    """By how much, or in what, claims say that their winner wins; over which losers, where not all are beaten so."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for claim in made:
        if claim.by:
            found[claim.by].setdefault(losers[claim.loser])
    if len(found) < 2 and not (len(losers) > 1 and made[0].metric):
        return list(found)
    than = {by: shown.words("outcome.than", baseline=shown.words.listed([*beaten])) for by, beaten in found.items()}
    is_one = len(losers) < 2
    return [by if is_one else _with_note(shown, by, notes) for by, notes in than.items()]


def _with_note(shown: Selection, said: str, note: str) -> str:
    """Words with a note, in the brackets that they end with if there are any."""
    aside = shown.words("outcome.aside", effect=said, notes=note)
    end = aside[-1:]
    return f"{said[:-1]}{shown.words('outcome.aside_comma')}{note}{end}" if said.endswith(end) else aside


def _with_shared(claim: WinClaim, others: list[WinClaim]) -> WinClaim:
    """A claim with what its sentence says of two that are beaten together: "over Finch and Wren in speed"."""
    beside = (one for one in others if one.by.startswith(_QUOTES) and not claim.by.startswith(_QUOTES))
    said = claim.quote.sentence
    shared = (one for one in beside if one.quote.sentence == said and f"{claim.beaten} and {one.beaten}" in said)
    return next((replace(claim, by=one.by) for one in shared), claim)


def _spelt_out(shown: Selection, label: str, paper: Paper) -> str:
    """A Chinese label with Chinese for the short forms that its paper spells out: 自监督学习, of "SSL"."""
    known = PageWords("en")("proposal.well_known").split()
    for short in set(_SHORT_FORM.findall(label)).difference(known) if has_han(label) else ():
        full = Wording(shown.graph.vocabulary)(expanded(short, text_of(paper, "A")) or short)
        label = label.replace(short, full) if has_han(full) else label
    return label


def _is_class(claim: WinClaim, made: list[WinClaim]) -> bool:
    """Whether the loser is a class whose members are told: "recent gates such as Finch"."""
    behind = around(claim.quote.sentence, claim.beaten)[1]
    others = (one.beaten for one in made if one is not claim and one.beaten)
    return pattern(_SUCH_AS).match(behind) is not None and any(other in behind for other in others)


def _names_more(label: str, other: str) -> bool:
    """Whether a label is another with more words behind it: "Foo baseline", "Foo基线"."""
    behind = label.removeprefix(other)
    return label.startswith(other) and (behind.startswith(" ") or (has_han(behind[:1]) and not has_han(other)))


def _winner(shown: Selection, claim: WinClaim) -> str:
    """The winner's label; where that is no name, the paper's short one: "LG-Net", of "late gate network"."""
    label, short = _as_written(shown.label(claim.winner), claim.paper), name(claim.paper)
    if has_han(label) or not label[:1].islower() or " " not in label:
        return label
    full = expanded(short, text_of(claim.paper, "A"))
    if short and stands_for(short, label) and fold(full or label) == fold(label):
        return short
    return shown.words("brief.quote", quote=label) if shown.lang == "zh" else label


def _row(shown: Selection, made: list[WinClaim]) -> Row:
    made = [_with_shared(claim, made) for claim in made if not _is_class(claim, made)]
    losers: dict[str, str] = {}
    for claim in made:
        losers.setdefault(claim.loser, _beaten(shown, claim))
    whole = [label for label in losers.values() if not any(_names_more(other, label) for other in losers.values())]
    by = _by(shown, [claim for claim in made if losers[claim.loser] in whole], losers)
    by = by or [shown.words("report.in_words")]  # a figure that the language has no words for
    spoken = {fold(claim.beaten) for claim in made if not losers[claim.loser].startswith(_QUOTES)}
    again = {c for c, label in losers.items() if label.startswith(_QUOTES) and fold(label.strip("“”")) in spoken}
    kept = ((c, label) for c, label in reversed(losers.items()) if label in whole and c not in again)
    told = {fold(label): {"concept": c, "label": label} for c, label in kept}
    return {
        "concept": made[0].winner,
        "winner": {"concept": made[0].winner, "label": _winner(shown, made[0])},
        "loser": [*told.values()][::-1],
        "metric": sorted({claim.metric for claim in made if claim.metric}),
        "by": [one for one in by if not any(other.startswith(f"{one.removesuffix('”')} ") for other in by)],
        "papers": cited(claim.paper for claim in made),
        "quote": said(claim.quote for claim in made),
    }
