"""RIS, the tagged format of most reference managers and publishers."""

from kg.sources.tagged import TaggedReader

_WHOLE = r"(?:^|[\r\n])[ \t]*TY {1,2}- ?[A-Z]{3,}[^\r\n]*[\r\n]+[ \t]*(?:[A-Z][A-Z0-9] {1,2}|[A-Z]{3,4}  )-"
_TAG = r"\s*([A-Z][A-Z0-9](?= {1,2}-(?: |$))|[A-Z]{3,4}(?=  - )) {1,2}-(?: |$)"  # PsycInfo's "PMID" too
READER = TaggedReader("ris", r"\s*TY {1,2}- ?", _TAG, _WHOLE, end=r"\s*ER {1,2}-(?: |$)", by_line="..", alike="AU|A1")
