"""Links as Markdown, reStructuredText, Org and HTML write them, all as in Markdown, within the line."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

LINK = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){0,500})\]\(\s*<?([^\s()<>]{1,500}(?:\([^()\s]{0,100}\)[^\s()<>]{0,200})?)[^()]{0,200}\)"
)
#: A link to a place of papers, or arXiv's number.
PAPER = re.compile(
    r"https?://[^\s()<>\[\]|]{0,100}(?:arxiv\.org/(?:abs|pdf|html)/|doi\.org/10\.|openreview\.net/(?:forum|pdf)|aclanthology\.org/|"
    r"aclweb\.org/anthology|proceedings\.mlr\.press/|papers\.(?:nips|neurips)\.cc/|proceedings\.neurips\.cc/|"
    r"openaccess\.thecvf\.com/|cv-foundation\.org/openaccess/|proceedings\.iclr\.cc/|huggingface\.co/papers/|ieeexplore\.ieee\.org/|"
    r"dl\.acm\.org/(?:doi/|citation|authorize|ft_gateway)|biorxiv\.org/content/|"
    r"alphaxiv\.org/abs/|semanticscholar\.org/paper/|hf\.co/papers/|usenix\.org/(?:conference|system)/|mlsys\.org/|ojs\.aaai\.org/|"
    r"sciencedirect\.com/science/article/|link\.springer\.com/(?:article|chapter)/|nature\.com/articles/|jmlr\.org/papers/|"
    r"ijcai\.org/proceedings/|proceedings\.mlsys\.org/|vldb\.org/pvldb/|/10\.\d{4,9}/|/pii/S\d|"
    r"plos\w*/article\?id=10\.|mdpi\.com/\d|frontiersin\.org/articles?/|academic\.oup\.com/\w|pubmed\.ncbi\.nlm\.nih\.gov/\d|"
    r"ncbi\.nlm\.nih\.gov/pmc/|papers\.ssrn\.com/|eprint\.iacr\.org/\d|ecva\.net/papers/|isca-(?:speech|archive)\.org/|"
    r"roboticsproceedings\.org/|ceur-ws\.org/Vol|hal\.science/hal|direct\.mit\.edu/)"
    r"(?:[^\s()<>\[\]|\"'`]|\([^\s()<>\[\]|\"'`]{1,40}\)){0,300}|\barXiv(?::\s*|\s)\d{4}\.\d{4,5}|"
    r"(?:(?<=\[paper\]\()|(?<=\[pdf\]\()|(?<=\[paper\]\]\()|(?<=\[pdf\]\]\())https?://[^\s()<>\[\]|\"'`]{1,300}",
    re.I,
)
FILE = re.compile(r"(?<=\]\()https?://[^\s()<>\[\]|\"'`]{1,300}\.pdf\b", re.I)  # a link to any PDF
_LINKS = (  # of other notations: the text, the address
    re.compile(r"`(?P<text>[^`<>]{1,500}?)\s*<(?P<url>https?://[^\s<>]{1,500})>`_{0,2}"),
    re.compile(r"\[\[(?P<url>https?://[^\s\[\]]{1,500})\]\[(?P<text>[^\[\]]{1,500})\]\]"),
    re.compile(
        r"<a\b[^<>]{0,300}?\bhref\s*=\s*[\"']?(?P<url>https?://[^\s\"'<>]{1,500})[^<>]{0,300}>(?P<text>.{1,500}?)</a>",
        re.I,
    ),
)
IMAGE = re.compile(r"!\[[^\[\]]{0,300}\]\([^()]{0,500}\)|<[^<>]{0,300}>")
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)|\\(?=[_*#\[\]$])")
_STAR_BEHIND = re.compile(r"(?<=\w)\*(?=-?\w)")
_BADGE = re.compile(r"img\.shields\.io/badge/((?:[^-\s()<>\"?]|--){1,60}(?:-(?:[^-\s()<>\"?]|--){1,60})?)-[\w.]{2,20}")
TARGET = re.compile(r"^ {0,3}\[([^\[\]^]{1,200})\]:\s+<?(https?://[^\s<>]{1,500})", re.M)
_NOWHERE = re.compile(r"(?<!!)\[((?:[^\[\]]){10,500})\]\(\s*#?\s*\)")  # a title whose link is missing
_REFERENCE = re.compile(r"(?<![\]!])\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){1,500})\](?:\[([^\[\]]{0,200})\])?(?![\[(:])")
_NOTE = re.compile(r"\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\](?![(\[])")
_ROLE = re.compile(r":doi:`(10\.[^`\s]{1,200})`")  # of reStructuredText
_SLANTED = re.compile(r"<(i|em|b|strong)\b[^<>]{0,100}>([^<>]{1,300})</\1>", re.I)
_EMOJI = re.compile(r"(?<!\S):[a-z][\w+-]{1,40}:(?!\S)")  # ":star:", as GitHub shows it
_ATTRIBUTES = re.compile(r"\{:[^{}\n]{1,200}\}")  # of Jekyll: "{: .button}"
_ENTITY = re.compile(r"&(?!(?:lt|gt);)#?\w{1,10};")  # but those that would begin a tag


def linked(line: str, targets: dict[str, str]) -> str:
    """A line whose links are all written as in Markdown, within the line.

    >>> linked("`Less <https://a.org>`_, [[https://b.org][More]]", {})
    '[Less](https://a.org), [More](https://b.org)'
    """
    if "&" in line:
        line = _ENTITY.sub(lambda found: unescape(found[0]), line)
    line = line.replace("\u2011", "-")  # a hyphen that does not break
    if ":" in line:
        line = _ATTRIBUTES.sub("", _EMOJI.sub("", line))
    if "</" in line:
        line = _SLANTED.sub(
            lambda found: f"{(mark := '*' * (1 + (found[1][0] in 'bBsS')))}{found[2].strip()}{mark}", line
        )
    if "http" in line:
        for form in _LINKS:
            line = form.sub(lambda found: f"[{_edged(found['text'])}]({found['url']})", line)
    if ":doi:" in line:
        line = _ROLE.sub(r"https://doi.org/\1", line)
    line = (
        _NOWHERE.sub(lambda found: f"**{bare(found[1])}**", without_notes(line))
        if "](" in line
        else without_notes(line)
    )
    if targets and "[" in line and not TARGET.match(line):
        line = _REFERENCE.sub(lambda found: _resolved(found, targets), line)
    return line


def without_notes(text: str) -> str:
    """A text in which links to other notes, or to other pages of a wiki, are what they show.

    >>> without_notes("[[Ada Fox]], [[people/lee|Bo Lee]], [[code]](https://a.org)")
    'Ada Fox, Bo Lee, [[code]](https://a.org)'
    """
    return _NOTE.sub(lambda found: found[2] or found[1], text) if "[[" in text else text


def _edged(text: str) -> str:
    """The text of a link without brackets around it, which those of the link replace."""
    text = text.strip()
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def _resolved(found: re.Match[str], targets: dict[str, str]) -> str:
    url = targets.get((found[2] or found[1]).lower())
    return f"[{found[1]}]({url})" if url else found[0]


def badges(text: str) -> str:
    """What the badges in a text say, which are pictures that a service draws.

    >>> badges("A ![](https://img.shields.io/badge/ACL2024-orange) ![P](https://img.shields.io/badge/Conference-ICML'24-blue)")
    "ACL2024 Conference ICML'24"
    """
    found = _BADGE.findall(text) if "shields.io" in text else []
    return " ".join(
        unquote(one).replace("--", "\0").replace("-", " ").replace("\0", "-").replace("_", " ") for one in found
    )


def bare(text: str) -> str:
    """A text without the marks of Markdown."""
    text = IMAGE.sub("", text)
    if text.count("*") == 1:
        text = _STAR_BEHIND.sub("\0", text)  # of "A*-Search", which marks nothing
    return " ".join(_MARKS.sub("", text).split()).strip().replace("\0", "*")
