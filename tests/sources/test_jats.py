"""Papers as JATS: the front matter of articles of PubMed Central and of publishers."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.model import Document
from kg.sources import read
from tests.sources.made_file import read_one

META = Path(__file__).with_name("meta.nxml").read_text("utf-8")
FRONT = f"<front><journal-meta><journal-title>Caches</journal-title></journal-meta>{META}</front>"
ARTICLE = f"<article>{FRONT}<body><p>x</p></body></article>"


def only(folder: Path, text: str, name: str = "paper.nxml") -> Document:
    return read_one("jats", folder / name, text)


def test_front_matter_is_read(tmp_path):
    document = only(tmp_path, ARTICLE)
    assert {key: text.raw for key, text in document.texts.items()} == {
        "T": "Less Memory for Keys: A Study",
        "A": "Background: Caches take 10^9 bytes.\nResults: We save x and \\alpha of them.\nMore.",
        "I": "Baidu, Beijing; ETH Zurich; Institute of Science, Oslo",
        "K": "cache; H2",
    }
    assert document.authors == ("Ada K. Lovelace Jr", "Mao Lin", "The Cache Group")
    assert (document.id, document.doi) == ("10.1000/less.memory", "10.1000/less.memory")
    assert (document.venue, document.date, document.year) == ("Caches", "2025-10-03", 2025)


@pytest.mark.parametrize(
    "written",
    [
        "<trans-title-group><trans-title>少用内存</trans-title><trans-subtitle>研究</trans-subtitle></trans-title-group>",
        "<trans-title>少用内存</trans-title><trans-subtitle>研究</trans-subtitle>",
    ],
)
def test_title_and_abstract_in_another_language_are_kept(tmp_path, written):
    abstract = "<trans-abstract><title>摘要</title><p>内存更少。</p></trans-abstract>"
    meta = META.replace("</title-group>", f"{written}</title-group>").replace("<kwd-group", f"{abstract}<kwd-group", 1)
    document = only(tmp_path, f"<article><front>{meta}</front></article>")
    assert document.texts["T"].text == "Less Memory for Keys: A Study"
    assert document.texts["H"].text == "少用内存: 研究"
    assert document.texts["A"].text.endswith("More. 内存更少。")


def test_every_namespace_is_the_same(tmp_path):
    document = only(
        tmp_path, ARTICLE.replace("<article>", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/">')
    )
    assert document.texts["T"].raw == "Less Memory for Keys: A Study"
    assert document.author_count == 3


def test_reviews_within_an_article_are_no_papers(tmp_path):
    review = f"<sub-article article-type='review'>{FRONT.replace('Less', 'Review of Less')}</sub-article>"
    assert only(tmp_path, ARTICLE.replace("</article>", f"{review}</article>")).texts["T"].raw.startswith("Less Memory")


def test_set_of_articles_gives_each(tmp_path):
    path = tmp_path / "set.xml"
    path.write_text(f"<pmc-articleset>{ARTICLE}{ARTICLE.replace('less.memory', 'more')}</pmc-articleset>", "utf-8")
    assert [d.id for d in read(path).documents] == ["10.1000/less.memory", "10.1000/more"]


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        ("<pub-date iso-8601-date='2025-02-03'><year>2025</year></pub-date>", "2025-02-03"),
        ("<pub-date><season>Spring</season><year>2025</year></pub-date>", "2025"),
        ("<pub-date><month>May</month><year>2025</year></pub-date><pub-date><year>2024</year></pub-date>", "2025-05"),
        ("<pub-date><year>25</year></pub-date>", ""),
    ],
)
def test_most_exact_date_counts(tmp_path, dates, found):
    text = f"<article><front><article-meta><title-group><article-title>T</article-title></title-group>{dates}"
    document = only(tmp_path, text + "</article-meta></front></article>", "2510.01234.xml")
    assert (document.date, document.id, document.arxiv) == (found, "2510.01234", "2510.01234")


def test_sample(shared):
    [path] = (shared / "data" / "samples" / "jats").glob("*.nxml")
    batch = read(path)
    [document] = batch.documents
    assert not batch.skipped
    assert (document.id, document.doi, document.date) == (
        "10.18632/oncotarget.24369",
        "10.18632/oncotarget.24369",
        "2018-01-31",
    )
    assert document.texts["T"].raw == (
        "Curcuminoid submicron particle ameliorates cognitive deficits and decreases amyloid pathology in "
        "Alzheimer’s disease mouse model"
    )
    assert document.authors == (
        "Yi-Heng Tai", "Yu-Yi Lin", "Kai-Chen Wang", "Chao-Lin Chang", "Ru-Yin Chen", "Chia-Chu Wu", "Irene H. Cheng",
    )  # fmt: skip
    assert document.texts["I"].raw.split("; ") == [
        "Institute of Brain Science, National Yang-Ming University, Taipei, Taiwan",
        "Department of Neurology, Cheng-Hsin General Hospital, Taipei, Taiwan",
        "Food Industry Research and Development Institute, Hsinchu, Taiwan",
        "Brain Research Center, National Yang-Ming University, Taipei, Taiwan",
    ]
    abstract = document.texts["A"].raw
    assert abstract.startswith("Alzheimer's disease (AD) is the most prevalent neurodegenerative disorder")
    assert "calbindin-D28k in the hippocampus" in abstract
    assert len(abstract) == 1096
    assert document.texts["K"].raw == (
        "Alzheimer’s disease; curcuminoid submicron particle; APP transgenic mouse; amyloid; curcumin"
    )
    assert document.venue == "Oncotarget"


@pytest.mark.timeout(60)
def test_many_editors_and_affiliations_take_little_time(tmp_path):
    editors = '<contrib contrib-type="editor"><aff>A</aff></contrib>' * 30_000
    formulas = "<tex-math>x</tex-math>" * 50_000
    abstract = f"<abstract><p>{formulas}</p>{'<p>' * 100}{'word ' * 10_000}{'</p>' * 100}</abstract>"
    document = only(
        tmp_path,
        f"<article><front><article-meta><contrib-group>{editors}</contrib-group>{abstract}"
        "<title-group><article-title>T</article-title></title-group></article-meta></front></article>",
    )
    assert "I" not in document.texts
    assert len(document.texts["A"].raw) == 30_000  # what is read of a long text
