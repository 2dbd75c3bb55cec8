"""BibTeX: the samples of Scopus and Web of Science, LaTeX, and what is wrong in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.latex import bare
from kg.model import Document, KgError
from kg.sources import bibtex, read
from tests.sources.made_file import read_as


def made(tmp_path: Path, text: str | bytes, name: str = "refs.bib") -> tuple[list[Document], list[str]]:
    return read_as("bibtex", tmp_path / name, text)


def one(tmp_path: Path, fields: str) -> Document:
    [document], skipped = made(tmp_path, "@article{k,\n" + fields + "\n}\n")
    assert skipped == []
    return document


def test_scopus_sample(shared):
    batch = read(shared / "data/samples/bibliography/scopus_m.bib")
    documents = list(batch.documents)
    assert (batch.source.form, len(documents), batch.skipped) == ("bibtex", 24, [])
    first = documents[0]
    assert first.id == "scopus_m-Haseli202079"
    assert first.texts["T"].raw == "Base-criterion on multi-criteria decision-making method and its applications"
    assert first.texts["A"].raw.startswith("In this paper, Base-criterion method (BCM) is proposed to solve")
    assert first.authors == ("Gholamreza Haseli", "Reza Sheikh", "Shib Sankar Sana")
    assert (first.author_count, first.year, first.doi) == (3, 2020, "10.1080/17509653.2019.1633964")
    assert first.venue == "International Journal of Management Science and Engineering Management"
    assert first.texts["I"].raw.split("; ")[0] == (
        "Department of Management, School of Industrial Engineering and Management, "
        "Shahrood University of Technology, Shahrood, Iran"
    )
    assert first.texts["K"].raw.startswith("consistency ratio; incomplete data; ")
    junior = documents[3]  # its key holds a space
    assert (junior.id, junior.authors[0]) == ("scopus_m-Carmone-Jr.1997538", "Frank J. Carmone Jr.")
    assert all(d.year and d.authors and d.texts["I"].raw and d.texts["A"].raw for d in documents)
    assert [d.id for d in documents if not d.doi] == ["scopus_m-Gomez-Ruiz2008116", "scopus_m-Garner200930"]


def test_web_of_science_sample(shared):
    batch = read(shared / "data/samples/bibliography/wos_m.bib")
    documents = list(batch.documents)
    assert (batch.source.form, len(documents), batch.skipped) == ("bibtex", 29, [])
    first = documents[0]
    assert first.id == "wos_m-WOS:000278542800018"
    assert first.texts["T"].raw == (
        "Estimation of missing judgments in AHP pairwise matrices using a neural network-based model"
    )
    assert first.authors == ("Jose Antonio Gomez-Ruiz", "Marcelo Karanik", "Jose Ignacio Pelaez")
    assert (first.date, first.year, first.doi) == ("2010-07-15", 2010, "10.1016/j.amc.2010.04.009")
    assert first.texts["I"].raw == "Universidad de Malaga"
    by_id = {d.id: d for d in documents}
    assert by_id["wos_m-WOS:000395607400076"].doi == "10.1007/978-3-642-10745-0_76"  # written "0\_76"
    assert by_id["wos_m-WOS:000365867100009"].texts["I"].raw == (
        "University of Electronic Science & Technology of China; "
        "Southwestern University of Finance & Economics - China; Western Michigan University"
    )
    assert [d.author_count for d in documents[:8]] == [3, 2, 5, 3, 3, 4, 3, 3]


def test_both_samples_agree_on_the_papers_that_they_share(shared):
    folder = shared / "data/samples/bibliography"
    scopus, wos = ({d.doi: d for d in read(folder / f"{n}_m.bib").documents if d.doi} for n in ("scopus", "wos"))
    both = scopus.keys() & wos.keys()
    assert len(both) == 18
    for doi in both:
        assert scopus[doi].author_count == wos[doi].author_count, doi
        one, other = scopus[doi].year, wos[doi].year
        assert one
        assert other
        assert abs(one - other) <= 1, doi


def test_braces_quotes_macros_and_joins_are_values(tmp_path):
    documents, skipped = made(
        tmp_path,
        '@string{acm = "ACM"}\n@comment{not a paper}\n@preamble{"\\newcommand{\\x}{y}"}\n% a note\n'
        "@InProceedings(Doe:2023,\n Title = {{Fast} {KV} Caches},\n"
        ' booktitle = acm # " Conf." # { (2023)},\n year = 2023, month = may,\n'
        ' author = "Doe, Jane and {The A, B Team}"\n)\n',
    )
    [document] = documents
    assert skipped == []
    assert (document.id, document.texts["T"].raw) == ("refs-Doe:2023", "Fast KV Caches")
    assert (document.venue, document.date, document.year) == ("ACM Conf. (2023)", "2023-05", 2023)
    assert document.authors == ("Jane Doe", "The A, B Team")


def test_biblatex_and_the_usual_ways_to_name_an_arxiv_paper(tmp_path):
    document = one(
        tmp_path, " title={T}, journaltitle={J}, date={2023-05-12}, eprint={2301.00001v2}, eprinttype={arxiv}"
    )
    assert (document.venue, document.date, document.arxiv) == ("J", "2023-05-12", "2301.00001")
    assert one(tmp_path, " title={T}, journal={arXiv preprint arXiv:2301.00002}").arxiv == "2301.00002"
    assert one(tmp_path, " title={T}, journal={CoRR}, volume={abs/1706.03762}").arxiv == "1706.03762"
    assert one(tmp_path, " title={T}, doi={10.48550/arXiv.2301.00003}").arxiv == "2301.00003"
    assert one(tmp_path, " title={T}, volume={12}, note={Best paper}, eprint={hal-01234}").arxiv == ""


def test_latex_becomes_the_characters_that_it_prints(tmp_path):
    document = one(
        tmp_path,
        r" title = {{\'E}tude of {GPU} caches: $3\times$ faster \& {\emph{cheaper}}}, "
        r"author = {Ku{\l}akowski, Konrad and Erd\H{o}s, P{\'a}l and G{\"o}del, Kurt},"
        "\n"
        r" affiliations = {Univ. M{\'a}laga, Dept. of A \& B}, abstract = {30% and 50\% of 5--6 words.}",
    )
    assert document.texts["T"].text == "Étude of GPU caches: 3× faster & cheaper"
    assert document.texts["A"].text == "30% and 50% of 5–6 words."
    assert document.authors == ("Konrad Kułakowski", "Pál Erdős", "Kurt Gödel")
    assert document.texts["I"].raw == "Univ. Málaga, Dept. of A & B"


def test_addresses_keep_their_tildes(tmp_path):
    assert bare(r"\url{https://a.b/~c--d\_e}") == "https://a.b/~c--d_e"


def test_addresses_of_web_of_science_lose_their_authors(tmp_path):
    document = one(
        tmp_path,
        "Author = {Gomez Ruiz, Jose and Kou, G. and Li, B},\nTitle = {T},\n"
        "Affiliation = {Ruiz, JG (Corresponding Author), Univ Malaga, Dept Comp Sci \\& AI, Malaga, Spain.\n"
        "   Gomez Ruiz, Jose; Kou, G., Univ Malaga, Dept Comp Sci \\& AI, Malaga, Spain.\n"
        "   Li, B, Natl Univ, Tokyo, Japan.\n   PENN STATE UNIV,YORK,PA 17403.},",
    )
    assert document.texts["I"].raw == (
        "Univ Malaga, Dept Comp Sci & AI, Malaga, Spain; Natl Univ, Tokyo, Japan; PENN STATE UNIV,YORK,PA 17403"
    )


def test_and_others_leaves_the_number_of_authors_unknown(tmp_path):
    document = one(tmp_path, " title={T}, author={Doe, Jane and others}")
    assert (document.authors, document.author_count) == (("Jane Doe",), None)


GOOD = "@article{good%d,\n title = {Good %d},\n year = {2020}\n}\n"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("@article{bad,\n title = {Unbalanced {brace},\n year = 2020\n}\n", "still open where the next entry begins"),
        ('@article{bad,\n title = "Unbalanced,\n year = 2020\n}\n', "still open where the next entry begins"),
        ("@article{bad,\n title = {A comma} year = {2020}\n}\n", "title does not end where it should"),
        ("@article{bad title = {x}}\n", "it is not BibTeX"),
        ("@article{good1,\n title = {GOOD {1}}\n}\n", 'the id "refs-good1" is already used in line 1'),
        ("@article{bad,\n year = {2020}\n}\n", "neither title nor abstract"),
        ("@article{bad,\n title = {" + "x" * 110_000 + "}\n}\n", "110,000 characters"),
        ("@article{bad,\n title = {" + "x " * 600_000 + "}\n}\n", "longer than 1,024 KB"),
        ("@article{bad,\n title = {" + "x" * 5_000_000 + "}\n}\n", "longer than 4096 KB"),
        ("@article{bad,\n title = {" + "{" * 500_000 + "\n", "still open where the next entry begins"),
        ("@article{bad,\n title = {a},\n" + "@a{" * 300_000 + "\n", "@"),
    ],
)
def test_bad_entry_is_told_in_bounded_time_and_the_rest_goes_on(tmp_path, bad, reason):
    documents, skipped = made(tmp_path, GOOD % (1, 1) + bad + GOOD % (2, 2))
    assert [d.id for d in documents] == ["refs-good1", "refs-good2"]
    assert len(skipped) >= 1
    assert all(s.startswith(f"{tmp_path / 'refs.bib'}: line ") and "\n" not in s for s in skipped)
    assert any(reason in s for s in skipped)


def test_field_given_twice_counts_once_and_macros_do_not_explode(tmp_path):
    assert one(tmp_path, " title={A}, title={B}, keywords={a; b}, keywords={c}").texts["T"].raw == "A"
    bomb = "@string{a0 = {xxxxxxxxxx}}\n" + "".join(f"@string{{a{i + 1} = a{i} # a{i}}}\n" for i in range(100))
    documents, _ = made(tmp_path, bomb + "@article{k, title = {T}, note = a99 # a99}\n" + GOOD % (1, 1))
    assert documents[-1].id == "refs-good1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encodings(tmp_path, encoding):
    text = "Scopus\nEXPORT DATE: 1\n\n@article{k,\r\n title = {Größe “zwei”},\r\n author = {Müller, Jörg}\r\n}\r\n"
    if encoding == "utf-16-le":
        with pytest.raises(KgError, match="is not text in UTF-8"):
            made(tmp_path, text.encode(encoding))  # no mark says so
        return
    [document], skipped = made(tmp_path, text.encode(encoding))
    assert skipped == []
    assert (document.texts["T"].raw, document.authors) == ("Größe “zwei”", ("Jörg Müller",))


def test_mixed_encodings_are_told_and_the_rest_goes_on(tmp_path):
    good = "@article{%s,\n title = {Größe %s}\n}\n"
    data = b"".join((good % (n, n)).encode("cp1252" if n == "c" else "utf-8") for n in "abcde")
    documents, skipped = made(tmp_path, data)
    assert [d.id for d in documents] == ["refs-a", "refs-b", "refs-d", "refs-e"]
    assert skipped == [
        f"{tmp_path / 'refs.bib'}: line 7 was skipped: line 8 is not valid UTF-8: save the file as UTF-8."
    ]
    documents, skipped = made(tmp_path, (good % ("a", "日本")).encode("euc-jp") * 2 + b"@article{b, title = {B}}\n")
    assert [d.id for d in documents] == ["refs-b"]
    assert len(skipped) == 2
    assert "line 2 is neither UTF-8 nor Windows-1252: save the file as UTF-8" in skipped[0]


def test_nul_is_cleaned(tmp_path):
    assert one(tmp_path, " title={A\0 title}").texts["T"].text == "A title"


def test_file_without_an_entry_is_refused(tmp_path):
    with pytest.raises(KgError, match="holds no paper"):
        made(tmp_path, '@string{acm = "ACM"}\n')


def test_a_file_is_read_for_volumes_only_where_an_entry_refers_to_one(tmp_path, monkeypatch):
    monkeypatch.setattr(bibtex, "_volumes", lambda file: {"v": {"booktitle": "Proceedings"}})
    documents, _ = made(tmp_path, "@inproceedings{a, title={T}, crossref={v}}\n")
    assert documents[0].venue == "Proceedings"
    monkeypatch.delattr(bibtex, "_volumes")
    documents, _ = made(tmp_path, "@inproceedings{a, title={T}}\n")
    assert documents[0].venue == ""
