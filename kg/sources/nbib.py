"""MEDLINE, the tagged format of PubMed and ERIC (.nbib)."""

from kg.sources.tagged import TaggedReader

_WHOLE = r"(?:^|[\r\n])(?:PMID- ?\d+|OWN - ERIC)[ \t]*[\r\n]+(?:[A-Z]{2,4} *- |\s)"
READER = TaggedReader("nbib", first=r"PMID- ?\d|OWN - ERIC", tag=r"([A-Z]{2,4}) *- ?", whole=_WHOLE)
