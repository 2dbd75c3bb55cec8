"""RefWorks' tagged format, also as CNKI and other Chinese databases export it."""

from kg.sources.tagged import TaggedReader

_TAG = (
    r"(A[1-6BDNV]|C[LNT]|D[BOS]|ED|F[DR]|I[DPS]|J[FO]|K1|L[AKL]|NO|O[LPT]|P[BP]|R[DT]|S[FNPRT]|T[1-3T]|U[1-5L]"
    r"|VO|W[PTV]|YR)(?: |$)"
)
_WHOLE = r"(?:^|[\r\n])RT [A-Z][^\r\n-]{2,40}[\r\n]+(?:SR|ID|A1|T1|JF|YR) "
READER = TaggedReader("refworks", first=r"RT ", tag=_TAG, whole=_WHOLE)
