"""One work, one identity."""

from __future__ import annotations

from kg.link.paper_ids import identified, paper_id
from kg.model import Document, Record, Text


def document(T: str = "", A: str = "", doi: str = "", arxiv: str = "") -> Document:
    texts = {field: Text(said, said) for field, said in (("T", T), ("A", A)) if said}
    return Document("000-01", "000", 1, texts, doi=doi, arxiv=arxiv)


def test_doi_comes_first_in_lower_case() -> None:
    assert paper_id(document(doi="https://doi.org/10.1145/ABC.1", arxiv="2510.1"), Record("x")) == "paper:10.1145/abc.1"


def test_arxiv_id_has_no_version() -> None:
    assert paper_id(document(arxiv="arXiv:2510.01234v3"), Record("x")) == "paper:2510.01234"


def test_title_is_compared_by_letters_and_digits() -> None:
    one = paper_id(document(T="AsyncSpade: Test-Time Scaling"), Record("x", title="AsyncSpade: Test-Time Scaling"))
    other = paper_id(document(), Record("y", title="ASYNCSPADE — test time scaling"))
    assert one == other == "paper:asyncspadetesttimescaling"


def test_long_titles_that_differ_at_their_end_stay_apart() -> None:
    stem = "A very long title about the compression of key value caches in large language models " * 2
    one, other = (paper_id(document(), Record("x", title=stem + end)) for end in ("one", "two"))
    assert one != other
    assert len(one) < 80


def test_without_title_the_abstract_tells() -> None:
    one = identified(document(A="We do things."), Record("x"))
    assert one == identified(document(A="We do  things"), Record("y"))
    assert "abstract" in one[1]
    assert paper_id(document(), Record("x")) == "paper:entry-000-01"


def test_arxivs_own_doi_is_an_arxiv_id() -> None:
    assert paper_id(document(doi="10.48550/arXiv.2510.01234"), Record("x")) == "paper:2510.01234"
