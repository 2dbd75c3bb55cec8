"""EndNote's tagged format, of Refer and of many publishers (.enw); "%0" begins an entry, or an empty line does."""

from kg.sources.tagged import TaggedReader

_WHOLE = r"(?:^|[\r\n])%0 [A-Z][^\r\n]*[\r\n]+%[A-Z0-9@+~(] |\A\s*%[TA] [^\r\n]+[\r\n]+%[A-Z0-9@+~(] "
READER = TaggedReader("enw", first=r"%0 ", tag=r"%(\S) ?", whole=_WHOLE, by_line=r"[K+]", apart=r"%[TA] ")
