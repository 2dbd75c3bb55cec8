"""References as people write them in lists, without marks around the title: who and what, in the common orders."""

from __future__ import annotations

import re
from itertools import takewhile

from kg.sources.layout.offices import Offices
from kg.sources.layout.personal_names import is_name
from kg.sources.links import bare
from kg.sources.paper_rows import ANY_YEAR
from kg.sources.people import is_group, people
from kg.text import has_han

EDITION = re.compile(
    r"\b(?<!-)((?:Findings of (?:the )?)?[A-Z][A-Za-z]{2,12}(?:/[A-Z][A-Za-z]{2,12})?(?: Findings| Workshop)?"
    r"|[A-Z]{1,6}-[A-Z]{1,6}|(?<=\()[A-Z]{2}(?= (?:19|20)\d\d\)))(?: Main)?"
    r"(?:(?<=[A-Z]{3}), ?|[ -]?)(?:(?:[’'] ?)?((?:19|20)\d\d)|[’'] ?(\d\d))\b"
)
_NAMED = re.compile(
    r"^[\s,.–—\"”-]{0,5}([^\W\d_][^\d\[\]():*_|]{5,500}?)\s*(?:$|(?<![^\w][A-Z])\.|[(\[|]|,\s*(?:[\d*_]|ar[xX]iv:|https?:))"
)  # perhaps names
_ENUMERATED = re.compile(
    r"^[\s,.–—\"”-]{0,5}([^\W\d_][^\d\[\]():*_|]{5,500}?\s(?:and|&)\s[^,.\d]{3,40}),\s"
)  # before more
_HELD = re.compile(r",?\s+(?:accepted\s+)?(?:in|at)(?:\s+(?=[A-Z\d])|$)")  # names, in a venue
_HELD_ALONE = re.compile(
    rf"(\S.{{9,300}}?)(?:\s*[(（]\s*([^()（）]{{0,60}}?)[\s,]*(?:19|20)\d\d\b[^()（）]{{0,30}}[)）]|,\s+{EDITION.pattern})\W*"
)
_IN = re.compile(r"(?:^|[.,])\s{0,3}[Ii]n:?\s{1,3}([A-Z][^,.\n]{5,150})(?=,|\.\s{0,3}(?:\d|http|$|[A-Z]{2,}\b))", re.M)
_BEFORE_NUMBER = re.compile(r"^[\s.,;:”\"]{0,5}([A-ZÀ-Þ][^\d.,;:()\[\]\n*_]{2,120}?)[,\s]{1,3}(?:[Vv]ol\.?\s)?(\d+)")
_IN_ITALICS = re.compile(r"^[\s.,]{0,4}(?:[Ii]n:?\s{1,3})?(?<!\*)[*_]([^\W_a-z][^*_\[\]\n]{4,200})[*_](?![*_])")
_SCHOLAR = re.compile(r"([A-ZÀ-Þ].{3,150}?)(?: \d+(?: \([^()]{1,20}\))?)?(?:, [^,]{1,40}){0,2}, (?:19|20)\d\d")
#: The full stop behind names, which is not that of an initial.
_STOP = re.compile(r"(?<=[a-zà-ÿ]{2})\.$")
#: The folded names of fields that may hold a whole reference in one text.
WHOLE = frozenset({"citation", "reference", "fullcitation", "fullreference", "apa"})
_BEFORE_VOLUME = re.compile(r"^[\s.,;:”\"*_]{0,6}([A-ZÀ-Þ][^\d,;:()\[\]\n*_]{2,120}?)[,\s]{1,3}(\d+)\s?[(:]")
_WRAPPED = re.compile(r"\n[ \t]+(?=\S)")
_IN_BOLD = re.compile(  # "**Fox, Lee & Day (2020)** — *A title.*"
    r"\W{0,6}(?:\*\*|__)([^*_\d()]{2,600}?)\s*\((?:19|20)\d\d[a-z]?\)(?:\*\*|__)\W{0,5}[*_](?![*_])([^*_]{6,400})[*_](?![*_])"
)
_BETWEEN = re.compile(r",?\s+(?:&|and)\s+|,\s+|\s+(?=et\.? al\b)")
_LONGEST = 1000  # code points
_BEHIND_NAMES = (
    re.compile(r"[\s,]{0,3}[(\[](?:19|20)\d\d[a-z]?[)\]][.,:]?\s+(?=[^\W_])"),  # "Fox, A., Lee, B. (2020). Title."
    re.compile(r"(?<=[^\W_]{2})\.\s+(?=[^\W_])|(?<=\s[A-Z])\.\s+(?=[A-Z][^\W_A-Z])"),  # "Ada Fox, Bo Lee. Title."
    re.compile(r":\s+(?=[^\W_])"),  # "A. Fox, B. Lee: Title"
)
_HELD_BEHIND = re.compile(  # ". STOC 2015: 1-12", as DBLP writes it
    r"[.?!]\s+[A-Z](?:[^.?!]|\.(?=[\s\d])){1,150}\b(?:19|20)\d\d\b[^.?!]{0,40}\W?$"
)
_COLON = len(_BEHIND_NAMES) - 1
_ET_AL = re.compile(r"(?:,\s*|\s+)(?:and\s+)?[*_]?(?:et\.? ?al\b\.?|others\b)[*_]?\.?$|[,，]?\s*等[.．]?$", re.I)
_LEFT_OUT = re.compile(r",?\s+(?:…|\.{3})\s+(?=[^\W\d_])")  # names, before the last one
_EDITORS = re.compile(r",?\s*\(?\beds?\.\)?$", re.I)
_NO_NAMES = re.compile(r"[\"“”]|://")
_BY = re.compile(r"(?i)^[\s,.–—-]{0,5}by\s+")
_JOINED = re.compile(r"\b[A-ZÀ-Þ]\.|\s(?:and|&)\s")  # what a title between commas lacks: an initial, "and"
_END = re.compile(r"(?<=[^\W_]{2})[?!]?[.?!]\s+(?=[^\Wa-z_]|[*_(\[“\"]|(?:ar|bio|med)[xX]iv)|[\s.,;]*$")
_NO_PLACE = re.compile(
    r"(?:vol|no|pages?|pp|accessed|retrieved|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|"
    r"march|april|august|(?:sept|nov|dec)ember|october|arxiv|corr|preprint|submission|submitted)\.?",
    re.I,
)
_YEAR = re.compile(r"\(?(?:19|20)\d\d\)?\.?")
_NAME_BEFORE = re.compile(  # the words of a venue's name before its last one
    r"(?:^|[(\[,;.]|\b[Ii]n\b)\s*((?:[A-Z][\w&/-]*\s+(?:(?:and|on|of|in|for|the|&)\s+){0,2}){1,8})\Z", re.M
)
_MARKS = re.compile(  # around and behind names
    r"\\[*]|\*\*|(?<=\w)\*(?=,)|[†‡§¶]|[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]\s*"
)
_BRACKETED = re.compile(
    r"[\s,.–—]{0,5}\(([^()\[\]\d*_|]{5,500})\)(\s{0,3},\s{0,3}(?:[*_]|[A-Z][^,\d]{3,80},\s?(?:19|20)\d\d))?"
)
_LEADS = re.compile(r"(?:^|(?<=[\s,\]-]))([^\W\d_](?:(?!\s-)[^\[\]():*`\d\n–—]){0,80}?),?\s+et\.? ?al\b")
_SLANTED = re.compile(  # names before a title in italics, or in bold behind "et al."
    r"(?:\W{0,6}\d{1,4}\W{1,4}|\W{0,6})(?P<names>[^\W\d_][^*_\[\]\d“”\"\n]{1,600}?)(?:\s*\((?:19|20)\d\d[a-z]?\))?"
    r"[\s,:.–—-]+[*_](?![*_])(?P<title>[^*_]{6,400})[*_](?![*_])"
)
_NEAR = 30  # code points behind names, where a year shows that a venue stands between
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
#: The short name of a venue: "CVPR", "NeurIPS".
ACRONYM = re.compile(r"[A-Z][A-Za-z]*[A-Z]{2,}[a-z]?")
_INITIALED = re.compile(r"(?:[A-ZÀ-Þ]\.[ -]?)+[A-ZÀ-Þ][^\W\d_]\S+")
_LONE_INITIAL, INITIAL = re.compile(r"[\s.][A-Z]$"), re.compile(r"\b[A-Z]\.")
_MOST = 20  # pieces that may be names
_SURE = 3  # names between commas that are no part of a title
_LEAST = 3  # words of a title
_LEAST_NAMED = 2  # a name and "et al."
_PLACE = re.compile(
    r"(?<!\*)[*_]([^\W\d][^*_\[\]\n]{2,120})[*_](?![*_])[\s,]{0,4}(?:\*\*)?[\[(]?(\d+)"
)  # before a number
_IN_ITALICS_WITH_YEAR = re.compile(
    r"(?<![\w*_])[*_]((?=[^*_]*[A-Z]{2})[A-Z][^*_\n\d]{1,80}?) (?:19|20)\d\d[*_](?![\w*_])"
)
_ITALIC = re.compile(r"^\s*[*_]{1,2}([^*_\[\]\n]{5,3000})[*_]{1,2}\W*$", re.M)  # a line of its own, perhaps names


def reference(text: str) -> tuple[list[str], str]:
    """The authors and the title of a reference; without a title where it cannot be told from names.

    >>> reference("Fox, A., & Lee, B. (2020). Keeping less of it. Caches, 3(2).")
    (['A. Fox', 'B. Lee'], 'Keeping less of it')
    >>> reference("Ada Fox and Bo Lee, Keeping Less of It, Caches, 2020")
    (['Ada Fox', 'Bo Lee'], 'Keeping Less of It')
    >>> reference("Graph Networks: A Survey of the Field"), reference("Vision, Language and Memory. A Study")
    (([], ''), ([], ''))
    >>> reference("Ada Fox, Bo Lee, Cy Day, Cache Proofs: A Study of Them All")
    (['Ada Fox', 'Bo Lee', 'Cy Day'], '')
    """
    text = " ".join(text[:_LONGEST].split())
    for number, mark in enumerate(_BEHIND_NAMES):
        found = mark.search(text)
        names = _names(text[: found.start()], 1 if number == 0 else 2) if found else []
        at = found.start() if found else 0
        is_told = _JOINED.search(text[:at]) or _HELD_BEHIND.search(text, at)
        is_sure = number < _COLON or (is_told and max(map(_words, names), default=0) <= _SURE)
        if found and names and is_sure:
            title = text[found.end() :]
            end = _END.search(title)
            title = title[: end.start()] + "?" * ("?" in end[0]) if end else title
            return _whole(names, title, _LEAST - (number == 0))
    return _between_commas(text)


def _between_commas(text: str) -> tuple[list[str], str]:
    """Names, a title and perhaps a venue and a year, with commas between them all."""
    pieces = [piece.strip() for piece in text.split(",")]
    last = next((n for n, piece in enumerate(pieces) if f" {piece}".find(" and ") >= 0), len(pieces) - 2)  # name
    for at in range(min(last + 1, len(pieces) - 1, _MOST), 0, -1):
        names = _names(before := ", ".join(pieces[:at]), 2)
        if names and (len(names) >= _SURE or _JOINED.search(before) or _ET_AL.search(before)):
            rest = pieces[at:]
            if not _JOINED.search(before) and _names(rest[0].partition(":")[0], 1):
                return names, ""
            year = next((n for n, piece in enumerate(rest) if _YEAR.fullmatch(piece)), len(rest))
            return _whole(names, ", ".join(rest[: year - 1] if 1 < year < len(rest) else rest[:year]))
    return [], ""


def _words(name: str) -> int:
    return len(name.split())


def _whole(names: list[str], title: str, least: int = _LEAST) -> tuple[list[str], str]:
    title = title.strip(" ,.;:–—-")
    return (names, title) if len(title.split()) >= least else ([], "")


def _names(text: str, least: int) -> list[str]:
    """The names in a text, if it holds nothing else: `least` of them, or one before "et al."."""
    names = names_of(f"{text}." if _LONE_INITIAL.search(text) and INITIAL.search(text) else text)
    return names if len(names) >= (_LEAST_NAMED if names[-1:] == ["et al."] else least) else []


def names_of(text: str) -> list[str]:
    """The names that a text consists of; [] if it holds anything else."""
    text = _EDITORS.sub("", bare(text).strip(" ,;:"))
    if _NO_NAMES.search(text):
        return []
    others, (text, left_out) = _ET_AL.search(text), _LEFT_OUT.subn(", ", text)
    text = text[: others.start()] if others else _STOP.sub("", text)
    names = people([text.rstrip(" ,")])
    offices = Offices.load()
    if not names or not all(is_name(n, offices) or is_group(n) or (has_han(n) and len(n) < 5) for n in names):
        return []
    return [*names, "et al."] if others or left_out else names


def before_italics(text: str) -> tuple[list[str], str]:
    """The names and the title of an item that begins with names, in bold with a year or not, and a title in italics.

    >>> before_italics("**Fox, van Lee & Day (2020)** — *Keeping less of\\n  it.* Caches 36(4):1-2.")
    (['Fox', 'van Lee', 'Day'], 'Keeping less of it')
    >>> before_italics("[5] Fox, A. et al. — *Keeping less of it*, Caches."), before_italics("See the *whole list*.")
    ((['A. Fox', 'et al.'], 'Keeping less of it'), ([], ''))
    """
    if found := _IN_BOLD.match(text):
        return _BETWEEN.split(" ".join(found[1].split())), " ".join(found[2].split()).rstrip(".")
    found = _SLANTED.match(text)
    names = led_by(found["names"]) or _names(found["names"], 1) if found else []
    return (names, " ".join(found["title"].split()).rstrip(".,")) if found and names else ([], "")


def place_in(text: str) -> str:
    """The venue in italics behind a title, before its volume or year; names may stand so before a year too.

    >>> place_in(" *Journal of Caches*, 12, 2020"), place_in(" *Ada Fox, Bo Lee*, 2020")
    ('Journal of Caches', '')
    """
    found = _PLACE.search(text)
    if found is None and (edition := _IN_ITALICS_WITH_YEAR.search(text)):
        return edition[1]
    if found is None or (_YEAR.fullmatch(found[2]) and names_of(found[1])):
        return ""
    return found[1].strip(" ,")


def held_in(text: str) -> str:
    """The venue behind "In", or behind a title and before its volume.

    >>> held_in(". A. Fox. In Conference on Caches, pages 1-2, 2019."), held_in(". In this paper, we")
    ('Conference on Caches', '')
    >>> held_in(". Journal of Caches, 3(2), 1-9."), held_in(", Ada Fox, 2020")
    ('Journal of Caches', '')
    """
    text = _WRAPPED.sub(" ", text)
    if found := _IN.search(text):
        return found[1].strip()
    found = _BEFORE_NUMBER.match(text) or _BEFORE_VOLUME.match(text)
    name = found[1].strip() if found else ""
    is_other = found is not None and _YEAR.fullmatch(found[2]) and _names(name, 1)
    return "" if is_other or _NO_PLACE.fullmatch(name) else name


def held_alone(text: str) -> dict[str, str]:
    """What a text says that is a title with its venue and year behind it and nothing else.

    >>> held_alone("Keeping Caches Small Again (SIGMOD 2021, best demo)"), held_alone("A cache (SIGMOD 2021)")
    ({'title': 'Keeping Caches Small Again', 'venue': 'SIGMOD', 'year': '2021'}, {})
    >>> held_alone("Keeping Caches Small Again (arXiv 2021)"), held_alone("Keeping Caches Small, Big Caches 2021")
    ({'title': 'Keeping Caches Small Again', 'venue': '', 'year': '2021'}, {})
    """
    found = _HELD_ALONE.fullmatch(text)
    if found is None or len(found[1].split()) <= _LEAST:
        return {}
    behind = text[found.end(1) :]
    edition, year = edition_in(behind), ANY_YEAR.search(behind)
    place = "" if _NO_PLACE.fullmatch(found[2] or "") else found[2] or ""
    years = year_of(edition) if edition else year[0] if year else ""
    return {"title": found[1].rstrip(" .,"), "venue": venue_of(edition) if edition else place, "year": years}


def scholar(text: str) -> str:
    """The venue that begins a citation as Google Scholar writes it, of venue, volume, pages and year; "" for others.

    >>> scholar("Caches: Memory 4 (1), 145, 2026"), scholar("Journal of Caches, J-25, 2026"), scholar("Caches, A Study")
    ('Caches: Memory', 'Journal of Caches', '')
    """
    found = _SCHOLAR.fullmatch(" ".join(text[:_LONGEST].split()))
    return "" if found is None or found[1].lower().startswith("arxiv") else found[1]


def in_italics(text: str) -> list[str]:
    """The authors on a line of their own in italics."""
    for found in _ITALIC.finditer(text):
        if names := _names(" ".join(found[1].strip("*_ ").split()), 1):
            return names
    return []


def led_by(before: str) -> list[str]:
    """The first of several authors before a title: "Fox et al., [Title](...)"."""
    found = _LEADS.search(before)
    return [*people([found[1]]), "et al."] if found else []


def names_first(text: str) -> list[str]:
    """The authors that a text begins with, two at least in the form of names, or one with initials.

    >>> names_first('", Ada Fox, Bo Lee, in CACHES 2019.'), names_first(" Ada Fox, Cy Day and Bo Lee,  The 12th Days")
    (['Ada Fox', 'Bo Lee'], ['Ada Fox', 'Cy Day', 'Bo Lee'])
    >>> names_first(", A. Fox"), names_first(", Ada Fox")
    (['A. Fox'], [])
    >>> names_first(" (Ada Fox), *Caches*, 2020"), names_first(" (Best Paper), 2020"), names_first(" (Ada Fox, Bo Lee)")
    (['Ada Fox'], [], ['Ada Fox', 'Bo Lee'])
    >>> names_first(", Ada Fox, Bo Lee, Cy Day, IEEE Transactions on Caches, 2019")
    ['Ada Fox', 'Bo Lee', 'Cy Day']
    """
    first = _BY.sub("", _MARKS.sub("", text.lstrip("*_ \t\n").split("\n")[0].split("\t")[0]))
    edition = EDITION.search(first)
    first = _HELD.split(first[: edition.start()].rstrip(" ,(") if edition else first)[0].strip("*_ \t")
    if found := _BRACKETED.match(first):  # "**A Title** (Ada Fox), *Caches*"
        names = people([found[1]])
        if (len(names) > 1 or found[2]) and all(is_name(name, Offices.load()) for name in names):
            return names
    for form in (_NAMED, _ENUMERATED):
        names = people([bare(found[1])]) if (found := form.match(first)) else []
        leading = _leading(names)
        is_sure = len(leading) > 1 or any(map(_INITIALED.fullmatch, names))
        is_dated = found is not None and ANY_YEAR.search(first, found.end() - 1, found.end() + _NEAR) is not None
        is_whole = all(map(ACRONYM.fullmatch, names[len(leading) :]))  # but for a venue
        if (is_sure and is_whole) or (is_dated and len(leading) >= _SURE):
            return leading
    return []


def _leading(names: list[str]) -> list[str]:
    """The names before the first text that is none: a venue stands behind "Ada Fox, Bo Lee, ACM Caches Review"."""
    is_shouted = any(map(_CAPITALS.search, names[:1]))
    return list(
        takewhile(lambda name: is_name(name, Offices.load()) and (is_shouted or not _CAPITALS.match(name)), names)
    )


def in_italics_behind(text: str) -> str:
    """The venue in italics right behind the title of a reference that begins with its names.

    >>> in_italics_behind(". In *Proceedings of 2022 Caches* (pp. 6-9)."), in_italics_behind(". *arXiv preprint*")
    ('Proceedings of 2022 Caches', '')
    """
    found = _IN_ITALICS.match(text)
    return found[1].strip(" ,.") if found else ""


def edition_in(text: str) -> re.Match[str] | None:
    """The first venue with its year in a text; that behind a preprint and its date: "ArXiv 2022/09/22, TKDE 2023"."""
    found = EDITION.search(text)
    behind = EDITION.match(text[found.end() :].lstrip("/-.0123456789 ,;")) if found and not venue_of(found) else None
    return behind or found


def venue_of(edition: re.Match[str] | None) -> str:
    """The venue of "ICLR 2024", of "Big Data Research 2021"; "" of a month.

    >>> [venue_of(EDITION.search(text)) for text in ("(Big Data Research 2021)", "Best Paper, ICLR 2024", "Dec 2024")]
    ['Big Data Research', 'ICLR', '']
    """
    if edition is None or _NO_PLACE.fullmatch(edition[1]):
        return ""
    before = _NAME_BEFORE.search(edition.string[: edition.start()]) if edition[1][1:].islower() else None
    return f"{before[1] if before else ''}{edition[1]}"


def year_of(edition: re.Match[str]) -> str:
    """The year of "ICLR 2024" or "ICLR'24"."""
    return edition[2] or f"{20 if edition[3] < '50' else 19}{edition[3]}"
