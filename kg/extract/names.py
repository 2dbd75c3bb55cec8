"""Extracts the short name of what a paper proposes, and the URL of its code.

Names are introduced in few ways: before the colon of the title, after a verb of presentation ("we propose X"), after
"called" or "dubbed", or as an acronym in brackets after the long form; see `candidates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc

from kg.entity_types import CONCEPT_TYPES
from kg.extract.component import field_text, sentence_of
from kg.text import fold, is_kind
from kg.vocabulary import Vocabulary

_TOKEN = r"[^\W\d_](?:[\w+²³'.]|[-–/](?=\w)|\$?\^\{?\w\}?\$?)*\+*"
_CAPITAL = (
    r"(?:\d+(?:\.\d+)?-?)?(?-i:[^\W\d_a-z])(?:[\w+²³]|[-–/.](?=\w))*\+*(?:\$\^\{?\d\}?\$)?|"
    r"[a-zγ][\w-]*(?-i:[A-Z])[\w.-]*"
)
_RUN = rf"(?:{_CAPITAL})(?:[ ](?:{_CAPITAL}|v?\d[\w.]*|(?:of|for|and|as|to|in|with)(?= (?-i:[A-Z]))))*"
_PRESENT = (
    r"(?:propos|introduc|present|develop|design|describ|releas|devis|unveil|build|offer|suggest|creat|formulat|"
    r"contribut|explor|leverag|provid|launch|establish|construct|investigat|adopt|report)(?:e[sd]?|s|ing|ed)?"
)
_PRESENTED = re.compile(
    rf"(?i:\b(?:we|work|paper|authors?|article|study|report|to this end|here|to)\b[^.;]{{0,60}}?\b{_PRESENT}|"
    r"\b(?:and|then|thus|therefore|hence|thereby) (?:also |further |then |thus |\w{3,12}ly )?"
    r"(?:propose|introduce|present)|"
    rf"\b(?:is|are) (?:{_PRESENT}|built)|\b(?:this|our) (?:paper|work|report|study|article) is\b)\b"
)
#: Verbs that also introduce what others have made: "we explore LoRA".
_EXPLORED = re.compile(r"(?i:explor|leverag|investigat|adopt|report)\w*$")
_CALLED = re.compile(
    r"\b(?i:called|named|dubbed|termed|coined|namely|titled|denoted (?:as|by)|abbreviated (?:as|to)|referred? to as|"
    r"known as|which we (?:call|name|term|dub)|we (?:call|name|term|dub) (?:it|this|our \w+|the \w+(?: \w+)?)|"
    r"that we call)(?: as)?[ :]+"
    r"(?:the |a |an |[\"'“‘`{]*(?:\\(?:textbf|textit|emph|textsc|texttt|method|name)\{)?)?[\"'“‘`*]*"
    rf"(?P<name>{_RUN}|{_TOKEN})"
)
#: Every match of `_CALLED` contains one of these; they are checked first, because most abstracts contain none.
_CALLED_SIGNS = (
    *("called", "named", "dubbed", "termed", "coined", "namely", "titled", "denoted", "abbreviated", "refer", "known"),
    *("we call", "we name", "we term", "we dub"),
)
_DIRECT = re.compile(
    rf"[ :]+(?:the |a |an |our |[\"'“‘`{{]*\\?(?:textbf|textit|emph|textsc|texttt)?[{{\"'“‘`*]*)?(?P<name>{_RUN})"
)
_APPOSED = re.compile(
    rf"(?:[,:] | --? |\s?—\s?)[\"'“‘`{{*]*(?:\\\w+\{{)?(?P<name>{_RUN})[\"'”’`}}*]*(?=\s?[,.;:(—]| that | which |$)"
)
#: Around a name that stands in a list: "papers of PLOVER, FINCH, and Wren".
_LISTED, _LISTED_ON = re.compile(r"[A-Z][\w-]*, $"), re.compile(r",? (?:and |or )?[A-Z]")
_BESIDE = re.compile(rf"\b[Oo]ur (?:[a-z-]+ ){{0,3}}[a-z]+, (?P<name>{_RUN})(?=,)")  # "our method, ZapKV, adds"
#: A name mentioned in passing: "our PTQ4VM achieves", "we resolve this with RotateK, a ...".
_OURS = re.compile(rf"\b[Oo]ur (?:\\\w+\{{)?(?P<name>{_CAPITAL})\}}?(?= (?-i:[a-z]+s\b)|[,.])")
_CALLED_DATA = re.compile(r", an? (?P<said>(?:[\w-]+ ){0,5}?[\w-]+)(?=[,.;:(]| (?:of|for|with|that|to)\b)")
_WITH = re.compile(
    rf"\b(?:[Ww]e|[Oo]ur)\b[^.;]{{0,80}}? (?:with|into|of|is|called|as) "
    rf"(?:\\\w+\{{)?(?P<name>{_CAPITAL})\}}?(?=, an? | \()"
)
_LED_TO = re.compile(
    rf", (?:leading to|resulting in|yielding|culminating in) (?:the )?(?P<name>{_CAPITAL})(?=[.;]|, an? )"
)
_CLAUSE_BEGINS = (". ", ", ", "where ")
_ACTS = re.compile(r" (?:\w+ly )?[a-z]+s ")
_MOST = 100  # verbs of an abstract that may present a name
_PLURAL = re.compile(r"[A-Z]{2,}s")
_SIZE = re.compile(r"\d+(?:\.\d+)?[BMKD]?")
_BRACKET = re.compile(rf"\(\s*[\"'“*]*(?P<name>(?:{_TOKEN})(?:[ -][A-Z0-9][\w+.-]*)?)[\"'”*]*\s*(?:[,;][^()]*)?\)")
_HEAD = re.compile(r"^(?P<head>[^:?!]{2,60}?)\s*(?::|\s[–—-]\s|\s--\s)\s*\S")
_PREPRINT = re.compile(
    r"^(?:.*?\b(?:under review|published|accepted|preprint|conference paper)\b.*?\b20\d\d\b\W*|"
    r"(?:preprint|technical report)\W+)",
    re.IGNORECASE,
)
_TITLE_BRACKET = re.compile(rf"\((?P<name>{_TOKEN})\)")
_EXAMPLES = re.compile(r"\b(?:including|such as|like|e\.g\.)[\s,][^.;]*$")
_INSIDE = re.compile(r"[a-z,] ")  # the end of a word before a name inside a sentence
_SENTENCE_END = re.compile(r"[.!?](?:\s+(?=[A-Z])|$)")
_CLOSED = re.compile(r"[\"'”’`}*]*\s?(?:[,(:.]|—|--)")
_LONGER = re.compile(r"(-[A-Z]\w+)?(?![\w-])")  # "-Mem" behind "ZapKV"
_IN_A_NAME = re.compile(r"[\w-]")
_ORDINARY = re.compile(
    r"^(?:we|this|that|the|these|our|it|in|on|to|for|and|an?|by|as|its?|their|such|is|are)$", re.IGNORECASE
)

_URL_CHAR = r"[^\s<>\"'{}\[\]()|\\^`$，。；、）】」]"
_URL = re.compile(
    r"(?:https?\s?:\s?/\s?/\s?(?:www\.)?|\bwww\.|(?<![\w./@-])(?=(?:github|gitlab|huggingface|bitbucket)\.\w+/))"
    rf"(?P<rest>{_URL_CHAR}+(?:(?:(?<=[/_])\s|(?<=-)\n)(?=[\w.-]+){_URL_CHAR}+)*)",
    re.IGNORECASE,
)
#: Every match of `_URL` contains one of these; they are checked first, because most texts contain none.
_URL_SIGNS = ("http", "www.", "github", "gitlab", "huggingface", "bitbucket")
HOSTS = re.compile(
    r"^(?:www\.)?(?:github\.com|gitlab\.[\w.]+|huggingface\.co|bitbucket\.org|gitee\.com|anonymous\.4open\.science|"
    r"modelscope\.cn)/",
    re.IGNORECASE,
)
_REPOSITORY = re.compile(r"^(?:github|gitlab)\.\w+/[\w.-]+/[\w.-]+$", re.IGNORECASE)
_LOST_UNDERSCORE = re.compile(
    r" (?!(?:soon|here|now|online|later|publicly|shortly|upon|for|and|to)\b)(?P<tail>[a-z0-9]+)\s?\.?\s*$"
)
_CODE = re.compile(
    r"\b(?:codes?|codebase|implementation|repository|toolkit|library|open[- ]?sourced?)\b|代码|开源", re.IGNORECASE
)


class NameComponent:
    """Sets `doc._.name` and `doc._.code_url`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.tails = vocabulary.cues("compound-tail")

    def __call__(self, doc: Doc) -> Doc:
        doc._.name = self.short_name(doc)
        doc._.code_url = code_url(doc)
        return doc

    def short_name(self, doc: Doc) -> str:
        """The short name of what the paper proposes, in the spelling of the abstract; "" if it has none."""
        title = without_venue(field_text(doc, "T"))
        abstract = field_text(doc, "A")
        data = ""  # made besides, where the paper has a method, too
        for found, sure in candidates(title, abstract):
            name = found.strip(" .,;:'’–-")
            if not self.is_own(name) or self.is_common(name, sure) or _is_two(name):
                continue
            own = _acronym_of(name, abstract) or spelled(name, abstract)
            if name in title or not self._is_data(own, abstract):
                return own
            data = data or own
        return data

    def _is_data(self, name: str, abstract: str) -> bool:
        """Whether an abstract introduces a name as a data set's: "ZapSet, a benchmark ...", "Zap Corpus (ZapSet)"."""
        at = abstract.find(name)
        apposed = _CALLED_DATA.match(abstract, at + len(name))
        said = fold(apposed["said"] if apposed else abstract[max(0, at - 20) : at]).split()
        frame = self.vocabulary.cues("dataset-frame")
        return not frame.isdisjoint(said if apposed else said[-1:])

    def is_own(self, name: str) -> bool:
        """Whether a name may be the paper's own: no function word, size, plural or compound ("LLM-driven")."""
        if len(name) < 2 or _ORDINARY.match(name) or _PLURAL.fullmatch(name) or _SIZE.fullmatch(name):
            return False
        if HOSTS.match(f"{name.lower()}.com/"):
            return False  # "We have created a GitHub repository"
        tail = name.rpartition("-")[2]
        return tail == name or fold(tail) not in self.tails

    def is_common(self, name: str, sure: bool) -> bool:
        """Whether the vocabulary already knows the name, so that another work is its source.

        A name that is certainly presented (`sure`) may be known because of this very paper, unless it is an acronym of
        a common noun ("MoE").
        """
        known = [c for kind in CONCEPT_TYPES if (c := self.vocabulary.find(name, kind))]
        if sure:
            return name.isalpha() and any(c.type == "technique" and is_kind(c.label["en"]) for c in known)
        return bool(known)


@Language.factory("kg_names")
def make_names(nlp: Language, name: str) -> NameComponent:
    return NameComponent(Vocabulary.load())


def without_venue(title: str) -> str:
    """A title without a leading "Under review as a conference paper at ICLR 2026"."""
    return _PREPRINT.sub("", title)


def candidates(title: str, abstract: str) -> Iterator[tuple[str, bool]]:
    """Candidates for the paper's own name, likeliest first; False marks one that may belong to another work."""
    head = _HEAD.match(title)
    short = head["head"].strip() if head else ""
    if short and _one_name(short):
        yield short, True
    if short and len(short.split()) <= 6:
        yield _acronym_of(short, abstract), True
    bracket = _TITLE_BRACKET.search(title)
    if bracket and _is_name(bracket["name"]):
        yield bracket["name"], False
    introduced = [*_introduced(abstract)]
    if short and all(
        fold(name) != fold(short) for name, _ in introduced
    ):  # else the title's phrase is what is presented
        yield from islice(((name, sure) for name, sure in introduced if sure and _is_name(name)), 1)
    if short and _stands_in(short, abstract):
        yield short, True
    yield from introduced


def _is_two(name: str) -> bool:
    """Whether this is two names: "ZapSet and ZapSet-2"."""
    first, joint, second = name.partition(" and ")
    return bool(joint) and _is_name(first) and _is_name(second)


def _one_name(head: str) -> bool:
    """Whether this is a single word, or a word and its version ("Fast-dLLM v2", "Qwen 3")."""
    words = head.split()
    return len(words) == 1 or (len(words) == 2 and bool(re.fullmatch(r"[vV]?\d[\w.]*|[IVX]+|\w", words[1])))


def _is_name(token: str) -> bool:
    """Whether a token is spelled like a name: with an inner capital, a digit, or all in capitals."""
    letters = token.rstrip("s")
    if len(letters) < 2:
        return False
    return any(c.isupper() for c in letters[1:]) or (letters[0].isalpha() and any(c.isdigit() for c in letters))


def _acronym_of(phrase: str, abstract: str) -> str:
    """The acronym in brackets after a phrase."""
    at = abstract.lower().find(phrase.lower() + " (")
    bracket = _BRACKET.match(abstract, at + len(phrase) + 1) if at >= 0 else None
    return bracket["name"] if bracket and _is_name(bracket["name"]) and len(bracket["name"]) < len(phrase) else ""


def _stands_in(phrase: str, abstract: str) -> bool:
    """Whether a phrase of the title is used as a name: capitalised inside a sentence."""
    return any(_INSIDE.match(abstract, at - 2, at) and _apart(abstract, end) for at, end in _places(phrase, abstract))


def _places(name: str, text: str) -> Iterator[tuple[int, int]]:
    """The spans of verbatim occurrences of a name in a text."""
    at = text.find(name)
    while at >= 0:
        yield at, at + len(name)
        at = text.find(name, at + 1)


def whole_words(name: str, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The non-overlapping spans in [start, end) where a name occurs as a whole word."""
    at = text.find(name, start, end)
    while at >= 0:
        behind = at + len(name)
        whole = not (_is_word(text[at - 1 : at] if at else "") or _is_word(text[behind : behind + 1]))
        if whole:
            yield at, behind
        at = text.find(name, behind if whole else at + 1, end)


def _apart(text: str, at: int) -> bool:
    """Whether an offset is a word boundary; equivalent to "\\b" without compiling a pattern per name."""
    return _is_word(text[at - 1 : at]) != _is_word(text[at : at + 1])


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _introduced(abstract: str) -> Iterator[tuple[str, bool]]:
    """Names that the abstract presents, in text order, those in appositions last."""
    weak: list[str] = []
    is_called = any(map(abstract.lower().__contains__, _CALLED_SIGNS))
    for verb in islice(_PRESENTED.finditer(abstract), _MOST):
        rest = abstract[verb.end() : _sentence_end(abstract, verb.end())]
        called = _CALLED.search(rest) if is_called else None
        if called and not called["name"].islower():
            short = _short_of(called["name"], rest, called.start("name")) if " " in called["name"] else ""
            yield short or _shortest(called["name"], rest[called.end() :]), True
        direct = _DIRECT.match(rest)
        if direct:
            name = _shortest(direct["name"], rest[direct.end() :])
            closed = _CLOSED.match(rest, direct.end())
            if " " in name and not closed and (short := _short_of(direct["name"], rest, direct.start("name"))):
                name = short
            if " " in direct["name"] or _is_name(name) or closed:
                yield name, bool(closed) and not _EXPLORED.search(verb[0])
        bracket = _BRACKET.search(rest)
        if bracket and _is_name(bracket["name"]):
            if _presents(bracket["name"], rest[: bracket.start()]):
                yield bracket["name"], False
            elif _acts(bracket["name"], abstract):
                weak.append(bracket["name"])
        apposed = _APPOSED.search(rest)
        lead = rest[: apposed.start("name")] if apposed else ""
        is_listed = apposed and _LISTED.search(lead) and _LISTED_ON.match(rest, apposed.end("name"))
        if apposed and lead.count("(") <= lead.count(")") and not (_EXAMPLES.search(lead) or is_listed):
            weak.append(apposed["name"])
    called = _CALLED.search(abstract) if is_called else None
    if called and (_is_name(called["name"]) or called["name"][0].isupper()):
        yield _shortest(called["name"], abstract[called.end() :]), False
    if beside := _BESIDE.search(abstract):
        yield beside["name"], True
    weak += [found["name"] for pattern in (_WITH, _OURS, _LED_TO) for found in pattern.finditer(abstract)]
    for name in weak:
        if _is_name(name):
            yield name, False


def _shortest(name: str, after: str) -> str:
    """The acronym after a long form, else the name itself."""
    bracket = _BRACKET.match(after.lstrip("\"'”’`}* "))
    return bracket["name"] if bracket and _is_name(bracket["name"]) and len(bracket["name"]) < len(name) else name


def _short_of(name: str, text: str, start: int) -> str:
    """The acronym after the noun phrase that a name begins: "Foo Bar pruning framework (FBP)"; "" if there is none."""
    bracket = _BRACKET.search(text, start + len(name), start + len(name) + 80)
    between = text[start : bracket.start()] if bracket else ""
    capitals = "".join(c.lower() for c in bracket["name"] if c.isupper()) if bracket else ""
    initials = "".join(word[0].lower() for word in re.findall(r"[^\W_]+", between))
    fits = bracket and _is_name(bracket["name"]) and "," not in between and _abbreviates(capitals, initials)
    return bracket["name"] if bracket and fits else ""


def _presents(acronym: str, between: str) -> bool:
    """Whether a verb presents an acronym's long form: "propose Foo Bar (FB)", not "... with Foo Bar (FB)".

    `between`: the text between the verb and the bracket.
    """
    words = re.findall(r"[^\W_]+|[,:;—]", between)[-24:]
    capitals = "".join(c.lower() for c in acronym if c.isupper())
    starts = [i for i in range(len(words)) if _abbreviates(capitals, "".join(w[0].lower() for w in words[i:]))]
    if not starts:
        return False
    lead = words[: starts[-1]]
    last = max((i for i, word in enumerate(lead) if not word.isalnum()), default=-1)
    is_listed = lead[last + 1 : last + 2] == ["and"]
    # The last member of a list may be governed by what stands before the list: "integrating A, B, and C (CC)".
    said = lead if is_listed else lead[last + 1 :]
    if any(word.endswith("ing") for word in (said if is_listed else said[: int(last >= 0)])):
        return False  # ", enabling Foo Bar (FB)"
    return Vocabulary.load().cues("leads-away").isdisjoint(map(fold, said))


def _acts(name: str, abstract: str) -> bool:
    """Whether a name is the subject of a sentence, as a proposed method would be: "In this way, CLSE keeps ..."."""
    places = _places(name, abstract)
    return any(abstract.endswith(_CLAUSE_BEGINS, 0, at) and _ACTS.match(abstract, end) for at, end in places)


def _abbreviates(capitals: str, initials: str) -> bool:
    """Whether capitals are initials of words in order, all but one of them; the first must match the first word."""
    at = hits = 0
    for c in capitals:
        found = initials.find(c, at)
        if found >= 0:
            hits, at = hits + 1, found + 1
    return bool(capitals) and hits >= max(1, len(capitals) - 1) and initials[:1] == capitals[0]


def _sentence_end(text: str, at: int) -> int:
    end = _SENTENCE_END.search(text, at)
    return end.start() if end else len(text)


def spelled(name: str, abstract: str) -> str:
    """A name in the spelling of the abstract, if the title has it in capitals."""
    if longer := _lengthened(name, abstract):
        return longer
    if not (name.isupper() or name.title() == name):
        return name
    for at, end in _places(name, abstract):
        if not _is_word(abstract[at - 1 : at] if at else "") and not _is_word(abstract[end : end + 1]):
            return name
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", abstract, re.IGNORECASE)
    return found.group() if found else name


def _lengthened(name: str, abstract: str) -> str:
    """The longer name that an abstract has in the place of a title's: "ZapKV-Mem"; "" where it has the shorter one."""
    places = [(at, end) for at, end in _places(name, abstract) if not _IN_A_NAME.match(abstract[at - 1 : at])]
    found = {name + said[1] if said[1] else "" for _, end in places if (said := _LONGER.match(abstract, end))}
    return found.pop() if len(found) == 1 else ""


def code_url(doc: Doc) -> str:
    """The repaired URL of the paper's own code, or ""; a project page counts if it is said to hold code."""
    best = (0, "")
    for field in ("A", "B"):
        start, end = doc._.fields.get(field, (0, 0))
        text = doc._.text[start:end]
        coded: dict[int, bool] = {}  # whether a sentence speaks of code
        for at, url in links(text):
            begin, end_of = sentence_of(doc, start + at)
            if begin not in coded:
                coded[begin] = bool(_CODE.search(doc._.text[begin:end_of].split("http")[0]))
            says_code = coded[begin] or bool(_CODE.search(text[max(0, at - 90) : at]))
            rank = 3 + says_code if HOSTS.match(url.split("//", 1)[1]) else 2 * says_code  # repositories before pages
            if rank > best[0]:
                best = (rank, url)
    return best[1]


def links(text: str) -> list[tuple[int, str]]:
    """The repaired URLs of a text with their places."""
    has_some = any(map(text.lower().__contains__, _URL_SIGNS))
    return [(found.start(), _mended(found, text)) for found in _URL.finditer(text)] if has_some else []


def _mended(found: re.Match[str], text: str) -> str:
    """A URL without the artefacts of PDF extraction: inserted spaces and marks, lost underscores."""
    rest = re.sub(r"\s+", "", found["rest"]).rstrip(".,;:!?~*")
    scheme = "http" if found.group().lower().startswith("http:") else "https"
    if found.group().lower().startswith("www."):
        rest = "www." + rest
    lost = _LOST_UNDERSCORE.match(text, found.end())
    if lost and _REPOSITORY.match(rest) and not found.group().endswith("."):
        rest += "_" + lost["tail"]
    return f"{scheme}://{rest}"
