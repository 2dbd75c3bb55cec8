"""The words of a mention as a sentence takes them from the paper: whole, with their article, short names spelt out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache, partial
from itertools import pairwise, takewhile

from kg.extract.speech import tagged
from kg.model import Mention
from kg.text import fold
from kg.views.latex import as_text
from kg.views.selection import clean
from kg.views.words import PageWords, listed
from kg.wordcounts import WordCounts

#: Words with which another phrase begins.
_LINKS = "of|for|in|on|to|with|by|from|via|as|at|than|that|through|under|during|into|using|over|across|between|an?|the"
_ARTICLE = re.compile(
    r"\b(an?|the|our|its|their|this|these)\s+"
    rf"((?:(?!(?:{_LINKS}|named|called|termed|dubbed)\s)[a-z-]+,?\s+){{0,3}}?)[\"'“‘`]*$",
    re.IGNORECASE,
)
_BARE = re.compile(r"^(?:an?|the) ")
_OPEN = re.compile(r"\s*[(（][^()（）]*$")  # a bracket that nothing closes: "language models (VLMs"
_ACRONYM = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})\w+")  # a word with two capitals
_BACK = re.compile(r"\s+of\s+(?:these|those|this|such)\s+[\w-]+$")  # "the cost of these models"
_WITH_CLAUSE = re.compile(
    r",\s+(?=[a-z]+ing\b|particularly\b|especially\b|notably\b)"
)  # "workload imbalance, reducing throughput"
_ASIDE = re.compile(
    r"\s[-–—]+\s|\sas\s(?=(?:[a-z-]+\s){1,4}(?:scales?|grows?|increases?|expands?|lengthens?)\b)"
)  # "costs as inputs grow"
_TORN = re.compile(r"(?<=\w) -(?=\w)")  # "stream -scaled"
_SMALL = re.compile(r"(?<![A-Za-z])[a-z]{4,}(?![A-Za-z])")
_OF_NAME = re.compile(r"-(?:based|centric|guided|aware|driven|inspired|style|like|type|product|value|coset|family)\b")
_HEAD = re.compile(r"(?P<short>\s\([^()]*\))?\s(?P<word>[a-z]+)")
_SEVERAL = re.compile(r"(?<![siu])(?<!\bserie)s$")  # not "loss", "basis", "focus", "series"
_OF_SEVERAL = re.compile(r"[ -]of[ -]")  # "Mixture-of-Experts"
_BEHIND = re.compile(r" (?:of|between|in|for|from|with) ")
_HALF = re.compile(r"^[a-z][a-z-]*[ -][A-Z][a-z]")  # the first word is small, the next is not
_LETTERED = re.compile(r"(?<![\w-])[^\W\d]\w*(?:-\w+)*(?![\w-])")
_CAPITALS = re.compile(r"[A-Za-z\d][A-Z]")  # within a word
_BRACES = re.compile(r"\\[a-z]+\{|[{}]")
_MARK = re.compile(r"[^\w\s-]")
_VOWEL = re.compile(
    r"8|1[18](?![\d.])|MoE|(?!uni|us[ae]|util|eu|one\b|once\b)[aeiou]|m(?:AP|IoU)|"
    r"(?!ROUGE|METEOR|SARI|[A-Z]{2}[a-z]{3})[AEFHILMNORSX](?:[A-Z\d]|\b)"
    r"|(?!Eu|One\b)[AEIO](?:[a-z]|[A-Z][a-z]{3})|U(?:n(?!i)|[lmpr])[a-z]"
)
_MIXED = re.compile(r"[A-Z][a-z]+[A-Z][a-z]\w*")
_PLAIN = re.compile(
    r"(?![aeiou]|h(?:ei|on|our)|[Hh]\b)(?:[a-z]{2}|[A-Z][a-z])|[aAeEiI][a-z]"
)  # the sound of its first letter is sure
_OF_PERSON = re.compile(r"\b[A-Z][a-z]{3,}(?:ian|ish|ese|pean|rean)\b")  # or a nation: "Hessian", "Turkish"
_PLAIN_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,}(?![^\W\d_])")
_FIRST = re.compile(r"\bfirst\b(?!-)")
_BEGINS = re.compile(r"(?:^|[.!?:;\n•]|\(?\b(?:\d|[a-e]|[ivx]+)[).])[ \t]*$")  # of a sentence or an item of a list
_SHARED_HEAD = re.compile(r" and (?P<words>(?:(?!an?\b|the\b|its\b|our\b)[\w-]+ ?){2,5})")
_SHARES_HEAD = re.compile(rf"\ban? (?P<words>(?:(?!(?:{_LINKS})\b)[\w-]+ ){{1,4}})and $")
_SINGLE = re.compile(r"\ban?\s(?:[a-z-]+,?\s){0,2}$")
_NAMING = r"(?:dubbed|named|called|termed|denoted(?: as)?|namely|referred to as|i\.e\.,?)"
_INITIALS = re.compile(r"(?<![\w(-])[a-z]?[A-Z][\w-]*[A-Z]s?(?![\w-])")
_TO = re.compile(r"(?<=[A-Z])2(?=[A-Z])")  # of "I2T", image to text
#: Also of "LG-based", "LGs", "dLG"; not of the name "LG-SH".
_SHORT = re.compile(r"(?<![\w(])(?<![A-Z]-)[a-z]?[A-Z][A-Za-z\d]*[A-Z](?=s?(?![\w+]|-[A-Z]))")
_IS_HEAD = re.compile(rf"$|[,.;]| (?:{_LINKS}|and|that|which)\b")
_OF_OBJECT = ("NN", "JJ", "VBG", "DT")  # tags behind what may be a verb: "gates efficiency", not "gates need"
_TITLE_WORD = re.compile(r"(?<![\w-])[A-Z][a-z]")
_LEADING = ("VB", "VBZ", "VBP", "VBG", "IN", "TO")  # tags before what stands alone: "adapt SAM for maps"
_OF_LONGER = re.compile(r"\s[A-Z]|\s\([a-z]*[A-Z]|\+")
_LETTERS = 2  # of an acronym with its plural s: "VLMs", not "OS"
AHEAD = 80  # letters before a phrase in which its article may stand


def article(said: str) -> str:
    """The indefinite article of English words by how they sound.

    >>> article("accuracy"), article("utilization"), article("FID score")
    ('an', 'a', 'an')
    >>> article("8% lower rate"), article("11x"), article("1.1x")
    ('an', 'an', 'a')
    >>> article("FID"), article("mAP"), article("IoU"), article("PSNR"), article("ROUGE-L")
    ('an', 'an', 'an', 'a', 'a')
    >>> article("MUltimodal model"), article("AUtomatic gate"), article("LLaMA model")
    ('a', 'an', 'an')
    """
    return "an" if _VOWEL.match(said) else "a"


def is_one_of(name: str, kind: str) -> bool:
    """Whether a name is that of one method of a kind: "ToMe" is one token merging, "LoRA" all low-rank adaptation."""
    return kind.islower() and _MIXED.fullmatch(name) is not None


def is_plural(name: str) -> bool:
    """Whether the head noun of a name of several words is a plural, so that its verb is.

    >>> [is_plural(one) for one in ("Sparse Diffusion Models", "Mixture of Depths", "Small VLMs at Work", "Helios")]
    [True, False, True, False]
    >>> [is_plural(one) for one in ("Graph Analysis", "Inductive Bias")]
    [False, False]
    """
    words = [word for word in tagged(name, 0, len(name))[0] if any(c.isalnum() for c in word.text)]
    head = list(takewhile(lambda word: word.tag not in ("IN", "TO"), words))
    last = head[-1].text if head else ""
    short = last[:1].isupper() and last[:-1].isupper() and len(last) > _LETTERS
    if len(head) < 2 or not last.endswith("s"):
        return False
    is_noun = tagged(last.lower(), 0, len(last))[0][0].tag == "NNS"
    return short or (is_noun and WordCounts.load().is_plain(last.lower().removesuffix("s")))


def stands_for(acronym: str, phrase: str) -> bool:
    """Whether an acronym consists of letters of a phrase in order, including its first letter.

    >>> stands_for("EMoE", "Elastic MoE"), stands_for("MACC", "From Long to Lean")
    (True, False)
    """
    letters = iter(re.sub(r"[\W_]", "", phrase).lower())
    wanted = re.sub(r"[\W_]", "", _TO.sub("t", acronym)).lower()
    heads = _heads(phrase).lower()
    starts = sum(c in heads for c in wanted)
    return bool(wanted) and wanted[:1] == heads[:1] and all(c in letters for c in wanted) and 2 * starts >= len(wanted)


def whole(wording: str) -> str:
    """The words of a mention without an open bracket, a clause behind a comma, or what points back."""
    said = _BACK.sub("", _OPEN.sub("", _ASIDE.split(_WITH_CLAUSE.split(clean(wording))[0])[0]))
    said = said.rpartition("$")[0].strip() if said.count("$") % 2 else said  # a formula that nothing closes
    said = f'"{said}' if said.count('"') % 2 and not said.startswith('"') else said  # look-ahead" scheme
    return _TORN.sub("-", said)


def without_article(said: str) -> str:
    """A phrase without the article that it begins with."""
    return _BARE.sub("", said)


def joined(said: str) -> str:
    """Words as one, without article, so that "light-weight module" and "a lightweight module" are the same."""
    return "".join(fold(without_article(said)).split())


def uncapitalised(said: str, text: str) -> str:
    """Words without the capital that only the beginning of their sentence gives them: "Metal artifacts"."""
    first = said.partition(" ")[0]
    begins = all(_BEGINS.search(text[max(0, at - AHEAD) : at]) for at, _ in places(text, said))
    is_phrase = first.capitalize() == first and said in text and said[len(first) :].strip().partition(" ")[0].islower()
    is_phrase = is_phrase and not _TITLE_WORD.search(said[len(first) :])  # "Mixture of Gates"
    is_plain = is_phrase and not _OF_PERSON.search(first)
    is_plain = is_plain and all(map(WordCounts.load().is_plain, first.lower().split("-")))
    return said[:1].lower() + said[1:] if is_plain and begins else said


def without_initials(own: str, said: str) -> str:
    """Words without the capitals that only spell a name.

    >>> without_initials("LGH", "a Late Gate Hessian")
    'a late gate Hessian'
    >>> without_initials("LAGO", "a Late gAte of Good Options"), without_initials("LAGO", "a Late gate of Finch")
    ('a late gate of good options', 'a Late gate of Finch')
    """
    words = [word for word in _PLAIN_WORD.findall(said) if not word.islower() and not word.isupper()]
    persons = {*filter(_OF_PERSON.search, words)}
    letters = "".join(c for word in words for c in word if c.isupper())
    is_spelt = len(letters) > 1 and own.upper().startswith(letters) and said[:1].islower() and own not in said
    if not (is_spelt and all(WordCounts.load().is_plain(word.lower()) for word in words)):
        return said
    return _PLAIN_WORD.sub(
        lambda found: found[0].lower() if found[0] in words and found[0] not in persons else found[0], said
    )


def expanded(short: str, text: str) -> str:
    """What an acronym stands for where the paper says so: "Adaptive Gate Routing", of "Adaptive Gate Routing (AGR)".

    More than what links names (kg.link.acronyms), which must be surer: words that give no letter may stand between.

    >>> expanded("AGR", "We add Adaptive Gate Routing (AGR)."), expanded("AGR", "We use AGR.")
    ('Adaptive Gate Routing', '')
    """
    if " " in short or not sum(c.isupper() for c in short) > 1:
        return ""
    bracket = re.search(rf"\s\(\s*{re.escape(short)}s?\s*[),;]", text)
    start = max(0, bracket.start() - AHEAD) if bracket else 0
    _, line, before = text[start : bracket.start()].rpartition("\n") if bracket else ("", "", "")
    words = _BRACES.sub("", before).split()[1 if start and not line else 0 :]  # the first word may be cut
    ends = (" ".join(words[at:]) for at in range(len(words) - 1, -1, -1))
    small = {*listed("proposal.small")} - {"and"}  # "of differential equations (ODEs)" begins with none of them
    fits = [
        full
        for full in ends
        if full[:1].lower() == short[:1].lower()
        and not _MARK.search(full)
        and full.split()[0] not in small
        and ((stands_for(short, full) and len(_heads(full)) > 1) or _spells(short, full))
        and not any(
            word.tag in ("VB", "VBZ", "VBP", "MD", "PRP$") and word.text.isalpha() and word.text.islower()
            for word in tagged(full, 0, len(full))[0]
        )
    ]
    capitals = "".join(filter(str.isupper, short))
    exact = next((full for full in fits if _heads(full).upper() == capitals), "")
    if exact and not any(word[:1].isupper() for word in " ".join(words).rpartition(exact)[0].split()[-1:]):
        return exact  # "Rotary Position Embeddings (RoPE)", without the words before it
    named = [full for full in fits if _is_of_heads(short, full) and all(word[0].isupper() for word in full.split())]
    if named:
        return named[-1]  # "Cell-Specific Cross-Aware Predictor (CAP)", all of it
    found = next((full for full in fits if _is_of_heads(short, full)), fits[0] if fits else "")
    ahead = _BRACES.sub("", before).rpartition(found)[0].split()[1:] if found[:1].isupper() else []
    is_cut = bool(ahead) and ahead[-1][:1].isupper()
    return "" if is_cut else found  # "Models with Gates", of "Late Models with Gates (MiG)"


@lru_cache(maxsize=1024)
def spelt_out(said: str, text: str) -> str:
    """Words with what their short forms stand for where another sentence says it: "gates for late pruning (LP)"."""
    for short in dict.fromkeys(_INITIALS.findall(said)):
        full = "" if f"({short}" in said else _in_full(short, text)
        # "an RS", of "Rule Systems (RS)"
        is_one = re.search(rf"\b(?:an?|the) (?:[a-z-]+ )*{re.escape(short)}(?![\w-])", said)
        is_name = all(word[:1].isupper() for word in full.split()) and not is_one  # "Time Between Tokens (TBT)"
        full = full if short.endswith("s") or _OF_SEVERAL.search(full) or is_name else _SEVERAL.sub("", full)
        if full and full.lower() not in said.lower():
            ahead, behind = re.split(rf"(?<![\w-]){re.escape(short)}(?![\w-])", said, maxsplit=1)
            is_within = ahead.count("(") > ahead.count(")")
            if (
                is_within
                or behind.startswith("'")
                or behind.lower().startswith(f" {full.rpartition(' ')[2].lower()}")
                or _OF_LONGER.match(behind)
                or re.search(rf"(?<![\w-]){short}-[a-z]", said)
            ):
                continue  # "LP pruning", "Foo (Late GR)", "Late GR (LGR)", "GR++"; "an LP-based gate with LP"
            noun = re.search(rf"\({re.escape(short)}\) ([a-z]+\b(?: [a-z]+\b)?)", text)
            tags = [word.tag for word in tagged(noun[1], 0, len(noun[1]))[0]] if noun else []
            if _IS_HEAD.match(behind) and tags[:1] == ["NNS"] and not (tags[1:] and tags[1] in _OF_OBJECT):
                continue  # "late gate (LG) models": no LG is a late gate
            follows = [word.tag for word in tagged(behind, 0, len(behind))[0][:1]]
            is_quality = tagged(full, 0, len(full))[0][-1].tag == "JJ" and "-" not in full.rpartition(" ")[2]
            if noun and is_quality and not (follows and follows[0].startswith("NN")):
                continue  # "a rule for LA that skips", of "late adaptive (LA) gating"
            ahead = re.sub(r"\ban? $", f"{article(full)} ", ahead)
            before = [word.tag for word in tagged(ahead, 0, len(ahead))[0][-1:]]
            is_alone = before and before[0] in _LEADING and _IS_HEAD.match(behind)
            full = f"the {full}" if is_alone and f"the {full} ({short})".lower() in text.lower() else full
            said = f"{ahead}{full} ({short}){behind}"
    return said


def short_forms(quote: str, text: str, *said: str) -> dict[str, str]:
    """What the short forms of words stand for where neither these nor what is `said` beside spells them out.

    >>> short_forms("a rule for LG", "The late gate (LG) is old. We add a rule for LG.")
    {'LG': 'late gate'}
    """
    beside, named = joined("\n".join((quote, *said))), re.findall(r"[\w-]+", " ".join(said))
    notes = {}
    for short in dict.fromkeys(_SHORT.findall(quote)):
        full = _in_full(short, text)
        if full and short not in named and joined(full) not in beside:
            if f"({short}s" in text:
                is_several = f"{short}s" in quote
                full = full if is_several or _OF_SEVERAL.search(full) else _SEVERAL.sub("", full)
                short += "s" if is_several else ""
            notes[short] = as_text(full)
    return notes


def _in_full(short: str, text: str) -> str:
    """What a short form stands for in running text; "" for one that all know."""
    known = PageWords("en")("proposal.well_known").split()
    full = uncapitalised(expanded(short, text), text).removeprefix("and ") if short not in known else ""
    last = full.rpartition(" ")[2]
    is_one = _heads(full).upper() != short.upper() and stands_for(short, last)
    return last if is_one else full  # "autoregressive", of "Advanced autoregressive (AR)"


def _heads(phrase: str) -> str:
    """The letters that the words of a phrase begin with."""
    return "".join(word[0] for word in re.findall(r"[A-Za-z]+", phrase))


def _spells(short: str, full: str) -> bool:
    """Whether the capitals of one word are its short form: "OpenGateBench (OGB)"."""
    return "".join(filter(str.isupper, full)) == short


def _is_of_heads(short: str, full: str) -> bool:
    """Whether the letters of an acronym begin words of a phrase in order."""
    heads = iter(_heads(full).lower())
    return all(c in heads for c in short.lower() if c.isalpha())


def is_short_of(one: Mention, other: Mention, text: str) -> bool:
    """Whether one of two mentions is what the other is called for short, or the end of that, or says what it is.

    "Dynamic Learnable Scalar (DLS)", "DLS - dynamic and learnable scalar -", "a scaling rule, late gating, which".
    """
    pairs = ((one.surface, other.surface), (other.surface, one.surface))
    return any(
        f"{full} ({short}" in text
        or (" " in full and _ACRONYM.fullmatch(short) and stands_for(short, full))
        or _is_dubbed(full, short, text)
        or _explains(short, full, text)
        or re.search(rf"\b{re.escape(full)}, (?:an? )?{re.escape(short)}(?:,? (?:which|that)\b|[.;])", text)
        for full, short in pairs
    )


def _is_dubbed(full: str, short: str, text: str) -> bool:
    """Whether a phrase is given a name: "time steps sampling, dubbed Partial Sampling"."""
    return re.search(rf"{re.escape(full)},? {_NAMING} {re.escape(short)}\b", text) is not None


def _explains(short: str, full: str, text: str) -> bool:
    """Whether words behind a dash spell out an acronym and end with a phrase."""
    if " " in short or not sum(c.isupper() for c in short) > 1:
        return False
    found = re.search(rf"(?<![\w-]){re.escape(short)}\s[-–—]\s([^.;:()–—]{{0,{AHEAD}}}?{re.escape(full)})\b", text)
    return found is not None and stands_for(short, found[1])


def places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Where words stand in a text."""
    at = text.find(words)
    while at >= 0 and words:
        yield at, at + len(words)
        at = text.find(words, at + 1)


def is_word(text: str, at: int) -> bool:
    """Whether a letter, digit or underscore stands at an index of a text, which may be one beyond it."""
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


def with_names(said: str, text: str) -> str:
    """Words with the capitals of names that a paper never writes small: "Shapley-based", not "shapley-based"."""

    def spelt(found: re.Match[str]) -> str:
        word = found[0].capitalize()
        if word not in text:
            return found[0]
        within = rf"(?<![\w-])[a-z]+(?:-[a-z]+)*,? {word}[ -][a-z]"
        behind = found.string[found.end() :]
        if behind.startswith("-") and not _OF_NAME.match(behind):
            return found[0]  # "cross-model", not "Cross-model" as the first of a list
        is_name = not re.search(rf"(?<![\w/.-]){found[0]}\b", text) and re.search(within, text)
        return word if is_name else found[0]

    made = _SMALL.sub(spelt, _LETTERED.sub(partial(_lettered, text=text), said))
    is_half = (_HALF.search(made) or made.lower() != said.lower() or made != said) and made not in text
    half = re.search(re.escape(made), text, re.IGNORECASE) if is_half else None
    return half[0] if half else made  # "Information Bottleneck filter", not "information Bottleneck filter"


def _lettered(found: re.Match[str], text: str) -> str:
    """A word as the paper always writes it where that has capitals within: "i-DL-MH", not "i-dl-mh"."""
    ways = _ways(text).get(found[0].lower(), set())
    if not ways or found[0] in ways:
        return found[0]
    is_mixed = not found[0].islower() and found[0] != found.string
    if not is_mixed and any(map(_CAPITALS.search, ways)):
        return min(ways) if len(ways) == 1 else found[0]
    if not is_mixed and "-" not in found[0]:
        return found[0]
    among = rf"(?<=[a-z] )(?i:{re.escape(found[0])})(?= [a-z])"  # not "GHT-Aware Routing" for "GHT-aware routing"
    ways = {str(one[0]) for one in re.finditer(among, text)}
    return min(ways) if len(ways) == 1 else found[0]


@lru_cache(maxsize=8)
def _ways(text: str) -> dict[str, set[str]]:
    """The ways in which a text writes each word."""
    found: dict[str, set[str]] = {}
    for word in _LETTERED.finditer(text):
        found.setdefault(word[0].lower(), set()).add(word[0])
    return found


def with_article(said: str, text: str, heads: Collection[str] = (), counted: Collection[str] = ()) -> str:
    """English words with the article that they have in the paper: "a [novel] gating rule", "the cost of reuse".

    One of the `heads` is told too, for the article is its own: "a gate pruning method". Before a noun behind brackets
    it is that of what is not told: "a gate pruning (GP) layer". What ends with one of the `counted` words has an
    article even where the paper spares it.
    """
    starts = [at for at, end in places(text.lower(), said.lower()) if not is_word(text, end)]
    if not starts and said.islower() and re.search(rf"\b{re.escape(said)}s\b", text):
        return f"{said}s"  # "scaling laws", by the label of the one
    words = [_HEAD.match(text, at + len(said)) for at in starts]
    for at, behind in zip(starts, words, strict=True):
        if behind and (fold(behind["word"]) in heads or (behind["short"] and _is_noun(behind["word"]))):
            goes_on = fold(behind["word"]) in heads and not behind["short"]
            return with_article(text[at : behind.end()], text, (), counted) if goes_on else said
    found = [_ARTICLE.search(text, max(0, at - AHEAD), at) for at in starts]
    bare = any(not one and text.startswith(said, at) for one, at in zip(found, starts, strict=True))
    before = next((one for one in found if one and _modifies(one[2])), None)
    if re.match(r"(?:an?|the)\s", said) or (" " not in said and not said.islower()):
        return said
    if not before or bare:
        is_counted = " " in said and said.rpartition(" ")[2].lower() in counted
        return f"{article(said)} {said}" if is_counted else said
    if before[1].lower() == "these":
        return said
    word, is_several = before[1].lower(), bool(_SEVERAL.search(_BEHIND.split(said)[0]))
    is_first = word not in ("a", "an", "this") and bool(_FIRST.search(before[2]))
    if word not in ("the", "this") and _BEHIND.split(said)[0].endswith("ing"):
        return said  # "our rank pruning", "a rank pruning with early stopping approach"
    if word not in ("a", "an", "this") and not is_first and "proposed" not in before[2]:
        is_cut = all(text.startswith(" of ", at + len(said)) for at in starts)  # "the slow inference of LLMs"
        return said if is_cut else f"the {said}"
    if is_several:
        return said
    is_own = not before[2] and word in ("a", "an") and not _PLAIN.match(said)
    return f"{word if is_own else article(said)} {said}"


def with_shared_head(said: str, text: str, heads: Collection[str]) -> str:
    """A phrase with the words that share its article: "gate pruning", of "a gate pruning and rank cutting method".

    >>> with_shared_head("gate pruning", "We add a gate pruning and rank cutting method.", {"method"})
    'gate pruning and rank cutting method'
    >>> with_shared_head("gate pruning", "We add gate pruning and a rank cutting method.", {"method"})
    'gate pruning'
    >>> with_shared_head("rank cutting method", "We add a gate pruning and rank cutting method.", {"method"})
    'gate pruning and rank cutting method'
    """
    for at, end in places(text.lower(), said.lower()):
        behind = _SHARED_HEAD.match(text, end)
        words = behind["words"].split() if behind and _SINGLE.search(text, max(0, at - AHEAD), at) else []
        last = next((n for n, word in enumerate(words) if n and word in heads), 0)
        if last:
            return " ".join([said, "and", *words[: last + 1]])
        ahead = _SHARES_HEAD.search(text, max(0, at - AHEAD), at) if said.rpartition(" ")[2] in heads else None
        if ahead:
            return f"{ahead['words']}and {said}"
    return said


def _is_noun(word: str) -> bool:
    return tagged(word, 0, len(word))[0][0].tag == "NN"


def _modifies(between: str) -> bool:
    """Whether the words between an article and a phrase only modify it: "single, ", not "system employs "."""
    tags = [word.tag for word in tagged(between, 0, len(between))[0]]
    if "CC" in tags and (tags[0] != "JJ" or tags[-1] != "JJ"):
        return False  # "simple and efficient", not "a gate and adaptive"
    is_apart = any(b == "," and not a.startswith("JJ") for a, b in pairwise(["", *tags]))
    return not is_apart and not {"VB", "VBZ", "VBP", "VBG"} & set(tags)


def of_it(said: str, bare: str) -> str:
    """The words of a problem, with "the" just where they say of what it is: "the complexity of attention"."""
    head, _, rest = said.partition(" of ") if " of " in said else said.partition(" between ")
    words = PageWords("en")
    counted = f"{words('brief.problem_endings')} {words('brief.counted_problem')}".split()
    is_one = bare.rpartition(" ")[2] in counted and not bare.endswith("s")
    if said == f"the {bare}" and bare.islower() and not rest and not is_one:
        return bare  # "memory footprint", but "the late gate problem"
    is_bare = rest and head.islower() and not head.startswith(("a ", "an ", "the ")) and not head.endswith("s")
    return f"the {said}" if is_bare or (is_one and said == bare and " " in bare and not rest) else said


def as_written(said: str, text: str) -> str:
    """Words with the capitals that the paper gives them within a sentence: "Late Gate", not "late gate"."""
    found = [text[at:end] for at, end in places(text.lower(), said.lower())]
    return said if said in found or not found else found[-1]
