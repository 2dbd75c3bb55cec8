"""Web of Science plain text, the tagged format between FN and EF."""

from kg.sources.tagged import TaggedReader

_WHOLE = r"\A(?:\s*FN [^\r\n]*[\r\n]+VR [^\r\n]*[\r\n]+|\s*PT [A-Z][\r\n]+(?:AU|TI|CA|BA) )"
READER = TaggedReader("wos", r"PT \S", r"(?!  )(..?) ?", _WHOLE, end=r"ER\s*$", by_line="AF|AU|BA|BF|C1")
