"""Checks drafts against a graph."""

from __future__ import annotations

from collections.abc import Iterable

from kg.check.citation_marks import Citations
from kg.check.draft_claims import claims_of, cut
from kg.check.subjects import Subject, Subjects
from kg.check.verdicts import Checked, Checker
from kg.model import KgError
from kg.query.lexicon import Lexicon
from kg.store.contents import works_named
from kg.store.file import StoreFile
from kg.text import SURROGATE

#: Characters of a draft that are read.
LONGEST = 100_000


class Drafts:
    """Checks drafts against a graph."""

    def __init__(self, store: StoreFile, lexicon: Lexicon) -> None:
        self.store, self.lexicon, self.checker = store, lexicon, Checker(lexicon.vocabulary)

    def check(self, draft: str, papers: Iterable[str] = (), bib: str = "") -> Checked:
        """Check the claims of a draft against all papers, or against some (names as everywhere).

        `bib` is the text of a .bib file that the draft cites from. Raises KgError for a text that is too long, or a
        paper that the graph lacks.
        """
        if len(draft) > LONGEST:
            raise KgError(f"The draft has {len(draft):,} characters: check at most {LONGEST:,} at a time.")
        if odd := SURROGATE.search(draft):
            raise KgError(f"The draft holds half a character at {odd.start():,} (U+{ord(odd[0]):X}): send whole ones.")
        only = []
        for name in papers:
            found = works_named(self.store, [name.removeprefix("entry:")])
            if not found:
                raise KgError(f"The graph holds no paper {name[:80]!r}: see `kg ask` and `kg show`.")
            only += list(found)
        usual = Subject(-1, -1, "", (only[0],)) if len(set(only)) == 1 else None
        subjects = Subjects(self.store, self.lexicon.vocabulary, only)
        citations = Citations(draft, subjects, bib)
        claims = claims_of(draft, subjects, citations, usual)
        return Checked(tuple(self.checker.verdicts(claims, subjects.text)), cut(draft))
