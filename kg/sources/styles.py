"""Whole references in the styles of journals: IEEE, ACM, APA, MLA, Chicago, Vancouver, GB/T 7714, LaTeX's own.

What a style says is in the marks around the title: quotation marks, the year before it, the kind in brackets behind it
("[J]"), else the full stop behind the names. Where no style fits, `kg.sources.references.reference` looks for names.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from kg.sources.dates import YEAR
from kg.sources.links import LINK, bare
from kg.sources.references import EDITION, names_of, reference

_LONGEST = 2000  # code points
_YEAR = r"(?:1[5-9]|20)\d\d"
_NUMBER = re.compile(r"^\W{0,4}\d{1,4}(?:[.:)]\s+|\]\s*)|^\[[^\[\]\s]{1,30}\]\s+")
_ADDRESS = re.compile(
    r"\[?\b(?:(?:doi|PMID|PMCID|URL)\s?:?\s+)?(?:https?://|10\.\d{4,9}/|doi:\s?10\.)\S+|\b(?:PMID|PMCID)\s?:\s?\S+"
    r"|\(?\b(?:Available|Retrieved|Accessed)\b.{0,40}?(?:\)|(?=https?:|\.|$))|<\s*>|\bdoi\s?:\s*$",
    re.I,
)
_END = re.compile(r"[\s.;,]+\.\s*\Z")  # what an address leaves
_QUOTED = re.compile(
    rf"(?P<names>[^\"“”«»]{{2,1500}}?\.?)[\s,.:;]*(?:[(\[]?(?P<year>{_YEAR})[a-z]?[)\]]?[\s.,:]*)?"
    r"(?:[\"“«](?P<title>[^\"“”«»]{6,400})[\"”»]|‘(?P<single>[^‘\"]{6,400}?)’(?=[,.;\s])|(?<=[\s)])'(?P<straight>[^\"]{6,400}?)'(?=[,.;]))(?P<rest>.*)"
)
_KIND = re.compile(
    r"(?P<names>.{2,600}?)\s?[.．]\s?(?P<title>[^\[\]]{2,300}?)\s?\[(?P<kind>[A-Z](?:/[A-Z]{2})?)\](?P<rest>.*)"
)
_DATED = re.compile(
    rf"(?P<names>.{{2,1500}}?\.?)[\s,.]*(?:[(\[](?P<year>{_YEAR})[a-z]?(?:,[^()\[\]]{{1,25}})?[)\]][.,:]?|(?<=[\s.])(?P<plain>{_YEAR})[a-z]?\.)"
    r"\s+(?P<rest>[^\W_].*|[*_]\S.*)"
)
_TITLE_END = re.compile(
    r"(?<=[^\W_]{2})\s+(?=\*[A-Z][^*]{2,80}\*[\s.,;]*(?:[\d*(]|$))|"  # a journal without a full stop before it
    r"(?<=[^\W_]{2})[?!]?[.?!][*_]?\s+(?=[^\Wa-z_]|[*_(\[“\"]|(?:ar|bio|med)[xX]iv)|(?<=[?!])\s+(?=[*_])|[\s.,;*_]*$"
)
_BEFORE_VENUE = re.compile(
    r"^[\s,.;:”\"’»*_)/]*(?:\b[Ii]n\s?:?\s+(?:[*_]\s?)?(?=[A-Z\d*_])|//\s*|(?:presented|published) (?:at|in)\s+)", re.I
)
_NO_VENUE = re.compile(
    r"(?:ar[xX]iv|CoRR|(?:bio|med)Rxiv|Ph\.?\s?D|Doctoral|Master|M\.?Sc|Thesis|Diss|Tech(?:nical|\.) rep|"
    r"Preprint|Manuscript|https?:|doi\b|\d+\s*$)",
    re.I,
)
_THESIS = re.compile(r"(?i)\W*(?:Ph\.?\s?D|Doctoral|Master|M\.?Sc|Thesis|Diss)")
_ITALIC = re.compile(r"^[*_](?![*_])([^*_]{2,250})[*_]")
_ACRONYM = re.compile(r"^([^()\d,]{3,160}\s\([A-Z][\w ’'./-]{1,25}\))(?=[,.;:\s]|$)")
_VOLUME = re.compile(
    r"[,.]?\s+[(*]{0,3}\d+(?:[–-]\d+)?[a-z]?\*{0,2}\s?(?:[)(,:;.]|$)|[,.;]?\s+\(?(?:vol|no|pp?|pages?|volume|issue|number|art|article|eds?|ed|series|LNCS)\b[.,\s]"
    r"|[,.;]\s+(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s)?\(?(?:19|20)\d\d|\s?[;(:](?=\s?\d|vol)|,\s+\d",
    re.I,
)
_SENTENCE = re.compile(r"(?:(?<=[^\W\d_]{4})|(?<=[)\d’']))\.\s+(?=[^\W\d_])")
_ABBREVIATED = re.compile(r"\b(?:Proc|Conf|Int|Trans|Symp|Adv|Commun|Jr?|Ann|Rev|Lett|Phys|Sci|Math|Comput|Eng)\.")
_PROCEEDINGS = re.compile(r"\b(?:Proc|Conference|Conf|Symposium|Symp|Workshop|Meeting|Advances|Congress)\b")
_BOOK = re.compile(
    rf"\W*[A-ZÀ-Þ][^\W\d_][\w.'’/-]{{1,20}}(?: [\w.'’/-]{{1,20}})?(?:, [\w.]{{2,12}})?:\s[^.:\d]{{3,60}},\s{_YEAR}\W*$"
)  # "Oxford: Press, 2016."
_PUBLISHER = re.compile(r"\b(?:Press|Publish\w*|Springer|Wiley|Elsevier|Verlag|Books?)\b|出版社")
_ISSUE = re.compile(r"[^;]{0,20};\s?\d")  # behind a year
_TO_YEAR = re.compile(r"[\s,*”\"]{1,4}([A-Z][^\d\n]{5,200}?),\s+(?:19|20)\d\d\b")
_NAMES_END = re.compile(r"(?<=[^\W\d_]{2})\.\s+(?=[*_]?[A-Z])")
_LONE, _INITIAL = re.compile(r"(?<![^\W\d_])[A-Z]\Z"), re.compile(r"[A-Z]\.")
_LAST_NAME = re.compile(r"[A-ZÀ-Þ][\w’'-]+(?=,\s|\.\s|\s(?:and|&)\s)")
_BARE_INITIALS = re.compile(r"^[^.]*[^\W\d_]{2} [A-Z]{1,3}\Z")  # "Fox AB, Lee C", which no full stop ends
_STOP_BEHIND = re.compile(r"\.\s+(?=[*_]?[^\W_])")
_MOST_STOPS = 60  # of initials before a title, behind names
_MINOR = 5  # letters of a word that no name of a venue has in lower case
_SEVERAL = 2  # people, who are no title
_SHORTEST = 6  # code points of a title
_LEAST = 3  # words of a title in italics, where a journal may stand
_BEFORE_NUMBER = re.compile(r"[\W_]*\d")
_YEAR_IN = re.compile(rf"(?<![\d./–-]){_YEAR}(?![\d./]*\d|[–-]\d)")


def cited(text: str, year: str = "") -> dict[str, Any]:
    """What a whole reference says, by our keys; empty where its title cannot be told. `year` is that of its heading.

    >>> cited("Fox, A., & Lee, B. (2020). Keeping less of it. Caches, 3(2).")
    {'authors': ['A. Fox', 'B. Lee'], 'title': 'Keeping less of it', 'venue': 'Caches', 'year': '2020'}
    >>> cited('[3] A. Fox and B. Lee, "Keeping less," in Proc. IEEE Conf. Caches (CC), Rome, Jun. 2019, pp. 1-2.')
    {'authors': ['A. Fox', 'B. Lee'], 'title': 'Keeping less', 'venue': 'Proc. IEEE Conf. Caches (CC)', 'year': '2019'}
    >>> cited("Ada Fox and Bo Lee. 2008. Keeping it: less of all. Commun. ACM 51, 1 (May 2008), 1-2.")
    {'authors': ['Ada Fox', 'Bo Lee'], 'title': 'Keeping it: less of all', 'venue': 'Commun. ACM', 'year': '2008'}
    >>> cited("[1] 张伟, 李娜, 等. 缓存压缩方法[J]. 计算机学报, 2024, 47(1): 1-9.")
    {'authors': ['张伟', '李娜', 'et al.'], 'title': '缓存压缩方法', 'venue': '计算机学报', 'year': '2024'}
    >>> cited("Fox, Ada. Caches and Keys: A History. Rome: Forum, 2016.")
    {'authors': ['Ada Fox'], 'title': 'Caches and Keys: A History', 'venue': '', 'year': '2016'}
    >>> cited("A. Fox. *Keeping it all*. Forum, 2016.")
    {'authors': ['A. Fox'], 'title': 'Keeping it all', 'venue': '', 'year': '2016'}
    """
    text = _NUMBER.sub("", " ".join(text[:_LONGEST].replace("**", "").split()), count=1)
    text = _END.sub(".", _ADDRESS.sub(" ", LINK.sub(r"\1", text)))
    made = _of_kind(text) or _quoted(text) or _dated(text) or _stopped(text, year) or _plain(text)
    return {**made, "year": made["year"] or year} if made else {}


def _quoted(text: str) -> dict[str, Any]:
    found = _QUOTED.match(text)
    names = names_of(found["names"]) if found else []
    if not found or not names:
        return {}
    title, rest = (found["title"] or found["single"] or found["straight"]).rstrip(" ,."), found["rest"]
    if rest.startswith(": "):  # a title that begins with a quotation
        more, rest = _ended(rest[1:].lstrip())
        title = f"{title}: {more}"
    return _made(names, title, rest, found["year"] or "")


def _of_kind(text: str) -> dict[str, Any]:
    """GB/T 7714: names, a title, and its kind in brackets: J of a journal, C of a conference, D of a thesis."""
    found = _KIND.match(text)
    names = names_of(found["names"]) if found else []
    if not found or not names:
        return {}
    rest = found["rest"].lstrip(" .．,，/")
    place = re.split(r"[,，]|[.．](?=\s|\d{4})|\s?[:：]\s", rest)[0].strip(" .．") if found["kind"][0] in "JC" else ""
    made = _made(names, found["title"], "", next(iter(YEAR.findall(rest)), ""))
    return made | {"venue": "" if _NO_VENUE.match(place) else place}


def _dated(text: str) -> dict[str, Any]:
    found = _DATED.match(text)
    names = names_of(found["names"]) if found else []
    if not found or not names:
        return {}
    title, rest = _ended(found["rest"])
    return _made(names, title, rest, found["year"] or found["plain"]) if title else {}


def _stopped(text: str, year: str) -> dict[str, Any]:
    """Names, a title and a venue with a year, each before a full stop: Nature, Vancouver, LaTeX."""
    for found in islice(_STOP_BEHIND.finditer(text), _MOST_STOPS):
        is_initial = _LONE.search(text[max(0, found.start() - 2) : found.start()]) is not None
        if is_initial and (_INITIAL.match(text) or _INITIAL.match(text, found.end())):
            continue  # of "A. Fox and B. Lee", of "Fox, A. and Lee, B. C."
        if is_initial and _LAST_NAME.match(text, found.end()) and _names_go_on(text, found.end()):
            continue  # of "Ada C. Fox, Bo Lee"
        end = found.start() + (_BARE_INITIALS.search(text, 0, found.start()) is None)
        if names := names_of(text[:end]):
            title, rest = _ended(text[found.end() :])
            made = _made(names, title, rest, "")
            is_slanted = text[found.end()] in "*_" and len(title.split()) >= _LEAST and not _BEFORE_NUMBER.match(rest)
            is_book = is_slanted or _BOOK.match(rest) is not None
            is_whole = (
                (made["venue"] or is_book or _THESIS.match(rest)) and (made["year"] or year) and len(title) >= _SHORTEST
            )
            return made if is_whole and len(names_of(title)) < _SEVERAL else {}
    return {}


def _names_go_on(text: str, at: int) -> bool:
    """Whether there are names up to the next full stop behind a word."""
    ends = (found.start() for found in islice(_STOP_BEHIND.finditer(text, at), _MOST_STOPS))
    end = next((end for end in ends if not _LONE.search(text[max(0, end - 2) : end])), 0)
    return end > 0 and bool(names_of(text[:end]))


def _plain(text: str) -> dict[str, Any]:
    names, title = reference(bare(text))
    if not title:
        return {}
    plain = re.compile(r"[\s*_]+".join(map(re.escape, title.split())))
    found = plain.search(text)
    return _made(names, title, text[found.end() :] if found else "", "")


def _ended(text: str) -> tuple[str, str]:
    """A title up to its full stop, or in italics as of a book, and what stands behind it."""
    if text[:1] in ("*", "_") and (behind := text.find(text[0], 1)) > 0:
        return text[1:behind].rstrip(" ."), text[behind + 1 :]
    end = _TITLE_END.search(text)
    if end and end[0].strip()[:1] in ("?", "!") and (later := _goes_on(text, end.end())):
        end = later
    mark = end[0].strip(" *_.,;") if end else ""
    return (text[: end.start()].strip() + mark, text[end.end() :]) if end else (text, "")


def _goes_on(text: str, at: int) -> re.Match[str] | None:
    """The end of a title behind a question or a shout within it: a full stop before what may be a venue."""
    ends = islice(_TITLE_END.finditer(text, at), _MOST_STOPS)
    end = next((end for end in ends if end[0].strip()[:1] not in ("?", "!")), None)
    more = text[at : end.start()] if end else ""
    is_venue = any(map(str.isdigit, more)) or _BEFORE_VENUE.match(more) or _NO_VENUE.match(more)
    is_title = len(more.split()) >= _LEAST and not _ABBREVIATED.search(f"{more}.") and more[:1] not in "*_"
    return end if end and is_title and not is_venue and text[end.end() : end.end() + 1].strip("*_ ").isalpha() else None


def _made(names: list[str], title: str, rest: str, year: str) -> dict[str, Any]:
    years = [year] if year else _YEAR_IN.findall(rest)[-1:]
    place = "" if _BOOK.match(rest) else place_of(rest)
    return {"authors": names, "title": bare(title).strip(" ,;·|"), "venue": place, "year": "".join(years)}


def place_of(rest: str) -> str:
    """The venue behind the title of a reference: in italics, behind "In", or before its volume.

    >>> place_of(", *Nature Physics* 16, 1040 (2020)."), place_of(". In International Conference on Caches, pp. 4-5.")
    ('Nature Physics', 'International Conference on Caches')
    >>> place_of(". N Engl J Med. 2020 Dec 31;383(27)."), place_of(". arXiv, 2014."), place_of(" Norton, 2019.")
    ('N Engl J Med', '', '')
    """
    begin = _BEFORE_VENUE.match(rest)
    text = (rest[begin.end() :] if begin else rest).lstrip(' ,.;:”"’')
    if italic := _ITALIC.match(text):
        text, begin = italic[1], italic
    text = bare(text).lstrip(" ,.;:")
    if not text or _NO_VENUE.match(text):
        return ""
    if edition := EDITION.match(text):
        return edition[1]
    if acronym := _ACRONYM.match(text):
        return acronym[1]
    end = _VOLUME.search(text)
    place = text[: end.start()] if end else text
    if _PROCEEDINGS.search(place) or not end:
        place = place.split(",")[0]
    if not _ABBREVIATED.search(place) and (stop := _SENTENCE.search(place)):
        place = place[: stop.start()]
    is_sure = begin is not None or (
        end is not None and (not _YEAR_IN.search(end[0]) or _ISSUE.match(text, end.start() + 1))
    )
    place = place.strip(" ,;:()*_")
    if end and end[0][0] == "." and (". " in place or "," in text[end.start() : end.end() + 1]):
        place += "."
    elif ". " not in place and not (end and end[0][0] == ","):
        place = place.rstrip(".")
    if len(place) < 2 or not place[0].isalnum() or (_PUBLISHER.search(place) and not is_sure):
        return ""
    return place if is_sure or len(place.split()) > 1 or "." in place else ""


def place_behind(rest: str, authors: list[str]) -> str:
    """The venue behind the names that a text begins with and their full stop or comma, else right behind the title."""
    text = bare(rest)
    if found := _TO_YEAR.match(text[max(0, text.find(authors[-1])) :].removeprefix(authors[-1])):
        return found[1]
    for found in islice(_NAMES_END.finditer(rest), _MOST_STOPS):
        if names_of(rest[: found.start()].lstrip(" .,)]")) == authors:
            place = place_of(rest[found.start() :])
            is_named = rest[found.end()] not in "*_" or all(
                one[0].isupper() or len(one) < _MINOR for one in place.split()
            )
            return place if is_named else ""  # "*A great paper*" is a remark
    return ""
