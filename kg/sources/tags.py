"""Texts that hold the tags of HTML, JATS or MathML."""

from __future__ import annotations

import html
import re

_HEADING = re.compile(r"<(?:jats:)?(?:title|h\d)\b[^<>]{0,200}>([^<>]{0,200})</(?:jats:)?(?:title|h\d)>", re.I)
_BREAK = re.compile(r"</(?:jats:)?(?:p|sec|div|li)>|<br\s*/?>", re.I)
_TAG = re.compile(
    r"</?(?:a|i|b|u|p|em|strong|sub|sup|inf|scp|tt|br|div|li|ul|ol|sec|span|italic|bold|h\d|title|(?:mml|jats):[\w-]+)\b"
    r"[^<>]{0,200}>",
    re.I,
)
_TEX = re.compile(r"<jats:tex-math\b[^<>]{0,200}>[^<>]{0,2000}</jats:tex-math>", re.I)  # beside the same in MathML
_POWER = re.compile(r"(<mml:msup>\s*<mml:m[ino]>[^<>]{0,50}</mml:m[ino]>)(?=\s*<mml:m)")
_RAISED = re.compile(  # 10<sup>3</sup> is not 103, n<sup>2</sup> not n2
    r"(?:(?<=\d)|(?<=[^\W\d_])(?<![^\W\d_]{2})|(?<=\W[^\W\d_]</i>))<(?:jats:)?sup>(?=[+−-]?\d+</)", re.I
)
_ABSTRACT = re.compile(r"(?:abstract|summary)[.:]?\s*", re.I)

#: A text with a tag that ends: "x < b and c > d" has none.
HAS_TAGS = re.compile(r"</(?:sup|sub|inf|i|b|em|strong|p|h\d|(?:mml|jats):[\w-]+)>", re.I)


def untagged(text: str) -> str:
    """A text without the tags of HTML, JATS and MathML; a heading stands before its paragraph, "^" before a power.

    >>> untagged("<jats:title>Abstract</jats:title><jats:p>Less <i>memory</i> &amp; time.</jats:p><p>Two.</p>")
    'Less memory & time.\\nTwo.'
    """
    if "<" in text:
        if "math" in text:
            text = _POWER.sub(r"\1^", _TEX.sub("", text) if "<mml:math" in text else text)
        text = _RAISED.sub("^", text)
        text = _HEADING.sub(lambda found: "" if _ABSTRACT.fullmatch(found[1].strip()) else f" {found[1]}: ", text)
        text = _TAG.sub("", _BREAK.sub("\n", text))
        text = "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())
    return html.unescape(text)
