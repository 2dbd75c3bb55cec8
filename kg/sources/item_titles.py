"""The title in an item of a list of papers: the text of its link, what is bold or quoted, what stands before."""

from __future__ import annotations

import re

from kg.sources.links import IMAGE, LINK, PAPER, bare
from kg.sources.references import EDITION, INITIAL, before_italics, names_first, names_of, reference

BOLD = re.compile(r"\*\*([^*]{1,400})\*\*|__([^_]{1,400})__")
_WORD_OF_LABEL = (
    r"(?:paper|pdf|arxiv|link|code|html|abs|abstract|project(?: page)?|page|website|github|video|slides?|blog|poster|"
    r"doi|openreview|url|preprint|demo|data(?:set)?|model|tweet|bib(?:tex)?|hugging ?face|presentation|talk|"
    r"supp(?:lementary)?|tensorflow|pytorch|official|reviews?|discussions?|论文|链接|代码|原文|\d{4}\.\d{4,5}(?:v\d+)?|arxiv:\S+|(?:https?://|(?:[\w-]+\.)+[a-z]{2,4}/)\S+|10\.\d{4,9}/\S+)"
)
LABEL = re.compile(rf"(?i)\W*{_WORD_OF_LABEL}(?:\W|\d|{_WORD_OF_LABEL})*")
_NUMBER = re.compile(r"^\s*\d{1,4}[.)]\s+")
BEFORE = re.compile(
    r"^(?:[\s\W]*(?:\[[^\[\]]{1,30}\]|【[^【】]{1,30}】(?!\s*[:：])|\([^()]{1,30}\)|\d{4}[-/.]\d\d(?:[-/.]\d\d)?(?!\d))[\s:,.-]*)+"
)
_EDITION_BEHIND = re.compile(rf"\s*[(\[]\s*{EDITION.pattern}[^()\[\]]{{0,20}}[)\]]\s*$")
_YEAR_BEHIND = re.compile(r"\s*\((?:19|20)\d\d\)$")
_EDITION_AFTER = re.compile(
    rf",\s*(?:{EDITION.pattern}|[Aa]r[Xx]i[Vv](?:,\s*(?:19|20)\d\d)?)\W*$"
)  # behind a title without marks
_NICKNAMED = re.compile(r"[\W\d]{0,8}(?:\*\*|__)[^*_]{1,60}(?:\*\*|__)\s*[:–—-]{0,2}\s*[“\"]([^“”\"]{6,300})[”\"]")
_ID_BEFORE = re.compile(  # a number of arXiv, a date
    r"^(?:\[\d{4}\.\d{4,5}(?:v\d+)?\]\s+|(?:19|20)\d\d[-/.]\d\d(?:[-/.]\d\d)?\s*[·:|–—-]\s*)(?=\S)"
)
_WITHIN_QUOTES = re.compile(r"^[“\"]([^“”\"]{6,})[”\"]$")
_BRACKETED = re.compile(r"[\[(][^\[\]()]*[\])]")
_ADDRESS_FIRST = re.compile(r"^\s*<?(https?://[^\s<>]{5,300})>?\s+[-–—:]\s+(\S.*)", re.S)  # "https://... - Title"
_SIGNED = re.compile(
    r"(.{6,300}?)\s+[–—-]{1,2}\s+(\S.{4,600}?)(?:\s*\([^()]*\)?)?"
)  # "Title — Ada Fox, Bo Lee (ICLR 2024)"
_ET_AL = re.compile(r"\bet\.? al\b")
_SENTENCE = re.compile(r"[.?!]\s+(?=[A-Z]|arxiv\b)")
NEXT_LINE = re.compile(r"\s*<br\s*/?>\s*", re.I)
LONGEST = 20_000  # code points of a line, and of what is kept of a block's own text
_SIGNS = re.compile(r"^(?:[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]\s*)+")  # before a title
SHORTEST = 6  # code points of a title
LEAST_WORDS = 3  # of the title of what seems to be a paper
_TAGS = re.compile(r"^(?:[^\w`\[]*`[^`\n]{1,30}`)*")  # before links
BESIDE = re.compile(  # the text of a link to what is not the paper: its code, its data; another paper
    r"(?i)(?:\W*(?:(?:official |source |hugging ?face )?"
    r"(?:code|repo(?:sitory)?|github|data(?:set)?|model|weight|slide|video)s?|and|代码(?:地址)?))+\W*"
    r"|.{2,40}\bet\.? al\W*"
)


def title_of(text: str) -> str:
    """The title in an item: the text of its link to a paper, of another link, what is bold, what stands before them."""
    text = _ADDRESS_FIRST.sub(r"\2 \1", IMAGE.sub("", NEXT_LINE.sub("\n", text)))
    if title := bold_line(text) or before_italics(text)[1]:
        return title
    if (named := _NICKNAMED.match(text)) and is_title(named[1]):
        return bare(named[1])
    found = [  # texts of links to papers, of others and in bold: "homepage" and the like last
        (
            len((label := _SIGNS.sub("", bare(link[1]))).split()) < LEAST_WORDS,
            not PAPER.search(link[2]),
            link.start(),
            label,
        )
        for link in LINK.finditer(text)
        if not (_is_bracketed(link) or BESIDE.fullmatch(bare(link[1])))
    ]
    for bold in BOLD.finditer(text):
        label = _NUMBER.sub("", _SIGNS.sub("", bare(bold[1] or bold[2])))
        if (INITIAL.search(label) and names_of(label)) or _is_bracketed(bold) or is_rating(label):
            continue  # one's own name, a tag, "Relevance: 8/10"
        found.append((len(label.split()) < LEAST_WORDS, True, bold.start(), label))
    labels = [label for *_, label in sorted(found)]
    if own := next((one for one in labels if is_title(one) and not _BRACKETED.fullmatch(one)), ""):
        return _ID_BEFORE.sub("", _EDITION_BEHIND.sub("", _WITHIN_QUOTES.sub(r"\1", own)))
    first = text.split("\n")[0]
    if behind := _behind_links(text):  # "[[ICLR2024](...)] Title [[code](...)]"
        first = " ".join(behind.split("\n\n")[0].split())
    names, title = referred(behind or text)
    if names:
        return title
    plain = PAPER.split(LINK.split(first)[0])[0]
    is_whole = plain.rstrip().endswith(("–", "—"))  # a dash before the link ends the title
    plain = BEFORE.sub("", _SIGNS.sub("", _NUMBER.sub("", plain))).strip(" \t|[](-–—:,*_`")
    if signed := _SIGNED.fullmatch(plain):
        plain = signed[1] if names_first(signed[2]) or _ET_AL.search(signed[2]) else plain
    quoted = re.search(r"[“\"]([^“”\"]{6,300})[”\"]", plain)
    plain = (
        quoted[1]
        if quoted
        else _EDITION_AFTER.sub("", _EDITION_BEHIND.sub("", bare(plain) if is_whole else _first_sentence(bare(plain))))
    )
    plain = _YEAR_BEHIND.sub("", plain)
    return plain.strip(" ,.;:-–—([") if is_title(plain) else ""


def bold_line(text: str) -> str:
    """The title in bold that is the whole first line of several."""
    first, _, below = text.partition("\n")
    found = BOLD.fullmatch(_SIGNS.sub("", first.strip())) if below.strip() else None
    title = _NUMBER.sub("", bare(found[1] or found[2])) if found else ""
    if len(title.split()) < LEAST_WORDS or not is_title(title):
        return ""
    is_signed = below.lstrip()[:1] in ("*", "_") and below.lstrip()[1:2].isalpha()  # by names in italics
    return title if is_signed or not names_of(title) else ""


def _first_sentence(text: str) -> str:
    """A text to its first full stop; a question or a shout ends a title only before names or a venue."""
    for found in _SENTENCE.finditer(text):
        rest = text[found.end() :]
        if found[0][0] == "." or names_first(rest) or EDITION.search(rest):
            return text[: found.start() + (found[0][0] == "?")]
    return text


def _is_bracketed(found: re.Match[str]) -> bool:
    """Whether a link or bold text of a few words stands in brackets, as buttons and tags do: "[[paper list](...)]"."""
    text, start, end = found.string, found.start(), found.end()
    is_inside = text[start - 1 : start] == "[" and text[end : end + 1] == "]" and text[end + 1 : end + 2] != "("
    return is_inside and len((found[1] or found[2]).split()) < LEAST_WORDS


def is_rating(text: str) -> bool:
    """Whether a text is a label and a value without letters: "Relevance: 8/10"."""
    label, colon, value = text.replace("：", ":").partition(":")
    return bool(label and colon) and not any(map(str.isalpha, value))


def referred(text: str) -> tuple[list[str], str]:
    """The authors and the title of a reference that an item is, without marks before it."""
    whole = PAPER.split(LINK.split(" ".join(text.split("\n\n")[0].split()))[0])[0]
    names, title = reference(bare(BEFORE.sub("", _SIGNS.sub("", _NUMBER.sub("", whole)))))
    return names, _EDITION_AFTER.sub("", _EDITION_BEHIND.sub("", title))


def _behind_links(text: str) -> str:
    """What stands behind the links that a text begins with; "" if it begins otherwise."""
    at, end = len(text) - len(_TAGS.sub("", text, count=1)), 0
    while at < min(len(text), LONGEST):
        if found := LINK.match(text, at):
            at = end = found.end()
        elif text[at].isalnum():
            return text[at:] if end else ""
        else:
            at += 1
    return ""


def is_title(text: str) -> bool:
    return (
        len(text) >= SHORTEST
        and not LABEL.fullmatch(text)
        and not EDITION.fullmatch(text)
        and any(c.isalpha() for c in text)
    )
