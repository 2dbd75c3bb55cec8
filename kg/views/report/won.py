"""What the words of a win say: whether they tell of one at all, and by how much, in what and where it is won."""

from __future__ import annotations

import re

from kg.extract.numbers import plain, quantities
from kg.model import Relation
from kg.text import fold
from kg.views.borne import is_metric_head, is_variant
from kg.views.clause import is_any
from kg.views.latex import as_text, quotable
from kg.views.selection import Selection
from kg.views.surface import stands_for
from kg.views.wording import Wording
from kg.views.words import listed, pattern

GOES_ON = re.compile(r" (?:\d+-[a-z]|[A-Z][a-z]+\b)")  # the name of a loser does
_BUILT_ON = r"\b<winning.built>\s<winning.upon>\s(?:<clause.determiners>\s)?$"
_OF_SIZES = r"\b\d[\d.]*[BM](?:(?:,|,? and) \d[\d.]*[BM])* (?:models?|variants?|versions?) (?:\w+ )?<clause.beating>\b"
_THAN = r"\b(?:<clause.comparing>)(?: <clause.determiners>)? $"
_BEATS = r"(?i)\b(?:<clause.beating>|<winning.better>)\b"
#: Behind a loser and others beside it, in what it is beaten: " and Wren by 2%"; ahead: "superior recall over "
_IN_WHAT = r"(?:by|in|on|at|under|for|across|when|with)\b"
_NO_MORE = (
    r", (?:[a-z]+ing|while|which|but|and [a-z]+(?:s|ed))\b|, with (?:an? )?\d| and (?:[\w-]+ ){0,8}by [~+]?\d|"
    r", [a-z]+s [a-z]+ly\b| while | and (?:[a-z]+s (?:the|an?|its)|[A-Z][\w.-]* by|<clause.beating>) |"
    r"\.(?: |$|[A-Z][a-z])"
)
_LIST_OF = r"(?:(?:,| and|, and|/) [A-Z][\w.-]*(?: [A-Z\d][\w.-]*)*|\s\([^()]*\)|\s[a-z-]+s)*?"
_BEHIND = rf"{_LIST_OF}\s(?P<said>{_IN_WHAT}(?:(?!{_NO_MORE})[^;])*)"
_AHEAD = (
    r"(?<![\dx×%] )\b(?P<said>(?:better|superior|higher|lower|faster|stronger|smaller|improved) [^,;:()]*?) "
    r"<clause.comparing> (?:[\w-]+ ){0,4}$"
)
#: Stands between the number of a win and the loser.
_MEASURED = r"(?! (?:<clause.comparing>)\b)(?:(?!<clause.beating>)[^,;:()])*"
_METRIC = re.compile(r"\bin [a-zA-Z]")
_MERE_NUMBER = re.compile(r"[~+]?\d[\d.,]*\s?(?:%|percent|x|×)?")
_OUR_WHOLE = r"(?i).*\bour (?:[\w-]+ ){0,3}<proposal.kinds>\b"
_BARE = re.compile(r"\bby [^\d]{0,20}\d[\d.,]*(?:$| (?:on|for|at|over|across|with)\b)")
_COMPARED = r"\b(?:<clause.comparing>)(?:\s|$)"
_MEAN = re.compile(r"\b(?:an? )?(?:average|mean) (?:of )?$")
_BESIDE = re.compile(r"(?: \w+)?(?:,| and|, and) ")  # between the numbers of a list
_TELLS_WHAT = r"\b(?:by|in|with|<winning.better>|<winning.gains>)\b"  # not only where: "under fair comparison"
_RESULTS_OF = r"\b<winning.results>(?: \(|, | )(?:including|such as|like|e\.g\.,?)\b[^.;]*$"  # of Finch among others
_KIND_WITH = re.compile(r"^ [a-z]+(?= with )")
#: What a sentence on a win begins with that says where it is won, and a clause that does.
_OPENING = re.compile(r"(?:Across|At|For|On|Under|When|With|Within)\b[^,]*(?=,)")
_SHORT = re.compile(r"[^():;]{1,60}")
_LISTED = re.compile(r", (?:[\w-]+(?: [\w-]+)?, )*and ")  # "On Plover, Wren, and"
_PLACED = re.compile(r"\d.*\bon [A-Z]")  # "by 2% on Plover"
_WHERE = re.compile(r"\bwhere\b[^,;]*$")
_CUT = r" <winning.built>\b"  # narrows a kind: "systems built on Foo"
_SETTING = r"\b<clause.at> (?:\S+ <winning.joints> )?$"  # "beats others at W4A4 and W4A8 precision"
_KIND = re.compile(r" (\w+), [A-Z]")
_NARROWED = re.compile(r"\b([a-z]\w*-[a-z-]+) (?:[A-Z][\w.-]*(?:,|,? and) )*$")
_NEXT = r" (\w+ing|<winning.reaching>)\b"
_DENIED = r"(?:\b<winning.denying>|n't) (?!<clause.only>\b)"
_EXCEPT = re.compile(r"\b(?:except|excluding|other than)\b[^,.;]*$")  # "beats all gates except Finch"
_ASKED = r"\b<winning.asking> (?:when|whether|why|how|if)\b"  # "reveals when gates improve over Finch"
_HEDGED = r"\b<winning.hedging> (?:\w+ )?(?:<clause.beating>|<winning.better>)\b"
_THEORY = re.compile(r"(?i)(?:theoretically|in theory|in principle)\b")
_ENABLED = r"\benabl(?:es?|ing) [^,;.]* to (?:[a-z]+ly )?<clause.beating>\b"  # another than the paper's method
_ALSO = r",? <winning.joints> (?:<clause.determiners> )?$"
_AGAINST = r"(?i)\b(?:compared (?:to|with)|relative to|versus|unlike)(?: <clause.determiners>)? (?:[\w-]+ ){0,3}$"
_DOING_IT = re.compile(r"\bof (?:[a-z]+ly )?[a-z]+ing (?:an? |the )?(?:[a-z-]+ )?$")
_WINS_OF, _HALF = re.compile(r"\b(\d+)\s?/\s?(\d+) win"), 0.5
_WORD = re.compile(r"\w+")
_BESIDE_IT = re.compile(r"with (?!.*\d)")  # "with fewer parameters", which says what a win costs
#: "In downstream tasks", "across ratios": where it is won, not in what.
_ONLY_WHERE = r"in (?!terms of)(?:[\w-]+ )*(?:<outcome.everywhere>)(?: with(?:out)? \D*)?|(?:across|under|when|at) \D*"
_BY_NUMBER = re.compile(r"\bby (?:up to )?[~+]?\d")
_TORN = re.compile(r"\d\s$")
_NEAR = 5  # words before a loser
_FEW = 4  # words before a loser behind "than"
_FAR = 200  # letters before a loser in which a number may be one over it


def by_words(sentence: str, beaten: str) -> str | None:
    """By how much, in what and where a sentence says that a loser is beaten.

    "" where no few words say so, None where it does not say that it is beaten.
    """
    if beaten not in sentence:
        return "" if pattern(_BEATS).search(sentence) else None
    ahead, behind = around(sentence, beaten)
    is_plain = pattern(_BEATS).search(sentence) and not _is_behind_a_clause(ahead)
    said = _in_what(ahead, beaten, behind) if is_plain else quotable(_figure(ahead, _as_baseline(beaten, behind)))
    return _where(ahead, said) if is_plain or said else None


def _is_behind_a_clause(ahead: str) -> bool:
    """Whether only a later clause names a loser: "Foo beats others, cutting costs compared to" it."""
    *_, said = ("", *pattern(_BEATS).split(ahead)) if pattern(_THAN).search(ahead) else ("",)
    return "," in said and not pattern(_AHEAD).search(ahead)


def _as_baseline(beaten: str, behind: str) -> str:
    """A loser with the noun that its words end in: "the Finch baseline"."""
    return f"{beaten} baseline" if behind.startswith(" baseline ") else beaten


def _in_what(ahead: str, beaten: str, behind: str) -> str:
    """In what a paper says that it wins: "by 2% on Plover", "superior recall"; else ""."""
    named = _as_baseline(beaten, behind)
    behind = behind.removeprefix(named.removeprefix(beaten))
    better, more = pattern(_AHEAD).search(ahead), pattern(_BEHIND).match(behind)
    gain = f"{ahead[better.start('said') :]}{named}" if better else _figure(ahead, named)
    said = better["said"] if better else gain
    if more:
        said = f"{gain}{more[0]}" if gain else more["said"]
    if len(_BY_NUMBER.findall(said)) > 1:
        return ""  # "by 2%, Wren by 3%", of which one is another's
    if _BARE.search(said) and not _METRIC.search(said):
        return ""  # "by 7.76", of which nothing says what it is
    is_beside = said.startswith("with ") and bool(quantities(plain(ahead)))  # "has a recall of 9, beating it with 2x"
    if _MERE_NUMBER.fullmatch(said) or is_beside:
        return ""
    is_told = pattern(_TELLS_WHAT).search(said) and not pattern(r"\b<clause.dealt_out>\b").search(said)
    is_told = is_told and not (_BESIDE_IT.match(said) or pattern(_ONLY_WHERE).fullmatch(said))
    return quotable(said) if is_told and said.count("(") == said.count(")") else ""


def _where(ahead: str, said: str) -> str:
    """Words of a win with what its sentence begins with where that says where it is won: "On Plover … by 2%".

    "" where a clause or a list says so.
    """
    opening = _OPENING.match(ahead)
    if opening and pattern(r"<proposal.linking>$").match(opening[0].lower()):
        opening = None  # "For instance, Foo beats"
    if opening and _LISTED.match(ahead, opening.end()):
        return ""  # "On Plover, Finch, and Wren", of which it is the first
    if not said or _WHERE.search(ahead) or (opening and not _SHORT.fullmatch(opening[0])):
        return ""
    is_placed = _PLACED.search(said) is not None  # "Across nine tests … by 2% on Plover" holds for that one
    return f"{quotable(opening[0])} … {said}" if opening and not is_placed else said


def _figure(ahead: str, beaten: str) -> str:
    """The words from a number up to a loser: "3x fewer parameters than Finch"; else "".

    "" too where another may be the loser's: "2x and 3x faster than Wren and Finch".
    """
    ahead = as_text(ahead).rstrip()
    numbers = quantities(plain(ahead))
    if not numbers or numbers[-1].start < len(ahead) - _FAR:
        return ""
    *others, last = numbers
    if _TORN.search(ahead[: last.start]):
        return ""  # "1 4%", of a range that has lost its dash
    is_one_of_list = others and _BESIDE.fullmatch(ahead, others[-1].end, last.start)
    if is_one_of_list or not pattern(_MEASURED).fullmatch(ahead, last.end):
        return ""
    *_, behind = pattern(_COMPARED).split(ahead[last.end :])
    if len(behind.split()) > _FEW or ". " in behind:
        return ""  # "9% fewer maps than dense gates. Finch"
    if not pattern(r"\b<winning.gains>\b").search(ahead, last.end):
        return ""  # of "reduces 4x costs compared to Finch" the number says nothing alone
    mean = _MEAN.search(ahead[: last.start])
    return f"{ahead[mean.start() if mean else last.start :]} {beaten}"


def is_whole(text: str, name: str) -> bool:
    """Whether a name stands in a text on its own, or not at all; "EMA" is but a part of "VQ-EMA"."""
    return name not in text or bool(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w+]|-[\w,])", text))


def around(text: str, name: str) -> tuple[str, str]:
    """What stands before and behind a name, which is no part of a longer one: "LoRA", not in "pLoRA"."""
    found = re.search(rf"(?<!\w){re.escape(name)}", text) if name else None
    at = found.start() if found else text.find(name) if name in text and name else len(text)
    return text[:at], text[at + len(name) :]


def is_generic(shown: Selection, name: str) -> bool:
    """Whether a name says nothing of what is beaten: "SOTA methods", "baseline learning methods"."""
    cues = shown.graph.vocabulary.cues
    is_baseline = name.islower() and "baseline" in fold(name).split()
    is_role = fold(name) in map(fold, listed("winning.roles"))
    return is_baseline or is_role or is_any(name, cues("outcome-generic-baseline") | cues("label-frame-technique"))


def is_denied(shown: Selection, sentence: str, beaten: str) -> bool:
    """Whether a sentence has a win only in "did not", "may improve over Finch", or a loser in "without caching"."""
    ahead, negate = around(sentence, beaten)[0], shown.graph.vocabulary.cues("negate")
    hedges = (_DENIED, _HEDGED, _ASKED, _ENABLED)
    is_denied = any(pattern(one).search(ahead) for one in hedges) or _EXCEPT.search(ahead) or _THEORY.match(sentence)
    return bool(is_denied) or not negate.isdisjoint(fold(ahead).split()[-1:])


def _is_outvoted(sentence: str) -> bool:
    """Whether a sentence tells of wins in less than half of the cases: "a 2/8 win rate"."""
    shares = (int(one) / max(1, int(all_)) for one, all_ in _WINS_OF.findall(sentence))
    return any(share < _HALF for share in shares)


def is_won(shown: Selection, relation: Relation, sentence: str, beaten: str) -> bool:
    """Whether the words of a win say nothing else: no part of a name, no loss before the loser."""
    cues = shown.graph.vocabulary.cues
    words = fold(relation.evidence.quote).split()
    if is_generic(shown, beaten) or not cues("equate").isdisjoint(words):
        return False
    front, rest = around(sentence, beaten)
    is_place = (
        pattern(_BEATS).search(rest)
        and not _figure(front, beaten)
        and not (pattern(_BEATS).search(front) or pattern(_AHEAD).search(front) or pattern(_AGAINST).search(front))
    )
    if not is_whole(sentence, relation.head) or rest.startswith(" alone"):
        return False  # "Foo-guided pruning beats Finch", "beats Finch alone"
    kind = fold(beaten).removesuffix("s")
    if beaten.islower() and " " in beaten and fold(relation.head).removesuffix("s").endswith(f" {kind}"):
        return False  # "our gated reward model beats others", of which it is one
    subject = pattern(_BEATS).split(front)[0]
    if pattern(_OUR_WHOLE).match(subject) and relation.head in sentence and relation.head not in subject:
        return False  # "our final system beats Finch and gates" is no win of gates
    if is_place or _DOING_IT.search(front) or _is_outvoted(sentence):
        return False  # "8% on Finch, surpassing others"; "the baseline of tuning Finch"; "wins 2/8"
    if is_denied(shown, sentence, beaten) or pattern(_RESULTS_OF).search(front):
        return False
    if beaten not in sentence and not any(stands_for(word, beaten) for word in _WORD.findall(sentence)):
        return False  # linked to what other words of the paper name
    if any(word.endswith("ing") and word in cues("outperform") for word in beaten.split()[1:]):
        return False  # "rules surpassing others"
    if pattern(_OF_SIZES).search(sentence):
        return False  # "The 7B and 30B models outperform Finch", of a family
    if beaten.rpartition(" ")[2] in listed("clause.apart"):
        return False  # "decoder LMs as", of "decoder LMs as well as"
    if (beaten.islower() or " " in beaten) and not Wording(shown.graph.vocabulary).is_noun_phrase(beaten):
        return False  # "adaptive", of "adaptive LoRA variants"
    if any(part and not is_whole(relation.evidence.quote, part) for part in (relation.head, beaten)):
        return False
    if not is_whole(relation.evidence.quote, shown.label(relation.tail_concept)):
        return False  # "vLLM", of "vLLM-disaggregation"
    ahead, _ = around(relation.evidence.quote, beaten)
    before = fold(ahead).split()
    verb = next((word for word in reversed(before) if word not in cues("definite")), "")
    if is_variant(shown.graph.vocabulary, _KIND_WITH.sub("", rest)):
        return False  # "Finch", of "Finch with a pruning step", "Finch backbone with pruning"
    narrowed = _NARROWED.search(ahead) if beaten[:1].isupper() or rest.startswith(" baseline") else None
    modifier = fold(narrowed[1]) if narrowed else ""
    if modifier not in cues("rivals") and not {*modifier.split()} <= cues("plain"):
        return False  # "vLLM", of "the single-model vLLM baseline", "small-cache Finch, vLLM"
    if pattern(_BUILT_ON).search(ahead) or verb in cues("act-on"):
        return False  # what a rival is built on is no rival, nor what is made faster
    if GOES_ON.match(rest) or (beaten.endswith("s") and pattern(_CUT).match(rest)) or pattern(_SETTING).search(ahead):
        return False  # "FP16", of "the FP16 4-step Latent Consistency Model"
    word = pattern(_NEXT).match(rest) if pattern(_ALSO).search(ahead) else None
    if word and word[1] not in listed("winning.no_verbs"):
        return False  # the subject of what follows: "over B, and C achieving twice that"
    if front.endswith("- and "):
        return False  # "GAN-based gates", of "CNN- and GAN-based gates"
    if rest.startswith((" (", "(", ")-")) or _KIND.match(rest):
        return False  # a kind, with the one of it that is beaten rest: "token eviction (SnapKV)", "a MoLE method, MoLA"
    if ahead.endswith("(") and before and is_metric_head(shown.graph.vocabulary, before[-1]):
        return False  # the short form of a metric: "in terms of Critical Success Index (CSI)"
    losses = cues("outcome-loss") | cues("outcome-drop")
    return not any(word in losses or word.removesuffix("s") in losses for word in before[-_NEAR:])
