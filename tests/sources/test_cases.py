"""Files that real ones were reduced to, each with what it must give (the cases of `KG_SHARED`)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import kg
from kg.model import Document
from kg.sources import read

CASES = Path(os.environ.get("KG_SHARED", "/nowhere")) / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="KG_SHARED holds no cases")


def papers(name: str) -> list[Document]:
    [path] = CASES.glob(name)
    return list(read(path).documents)


def test_a_list_that_says_how_to_cite_it_is_the_list() -> None:
    for name in ("01-*/bib1.md", "01-*/bib3.md"):
        assert [one.arxiv for one in papers(name)] == ["2401.90001", "2402.90002", "2403.90003"]


def test_a_table_of_papers_is_read_beside_a_list_of_other_links() -> None:
    found = papers("07-*/k6d.md")
    assert len(found) == 4
    assert sum(bool(one.doi) for one in found) == 2


def test_columns_with_chinese_names() -> None:
    [paper] = papers("26-*/org.md")
    assert "Sun Yat-sen University" in paper.texts["I"].text
    assert "我们在没有梯度的情况下调整模型。" in paper.texts["A"].text


def test_year_and_venue_around_a_list_are_those_of_its_papers() -> None:
    found = papers("09-*/k8.json")
    assert [(one.venue, one.year) for one in found] == [("2025 Test Conference on Vision", 2025)] * 2


def titles(name: str) -> list[str]:
    return [one.texts["T"].text for one in papers(name)]


def test_tags_ratings_buttons_and_links_within_remarks_are_no_titles() -> None:
    assert titles("02-*/k2.md") == [
        "Warmer: Keeping Prompt Caches Warm",
        "Cold Starts in Mixture Models",
        "Paging Everything for Long Prompts",
    ]
    assert [one.texts["I"].text for one in papers("02-*/k2.md")] == ["Example Lab", "Sample University", "Test Inc"]
    assert titles("48-*/d.md") == ["Warm Agents: Training for Traceable Tests", "Strategic Images for Plain Shops"]
    assert titles("55-*/rev.md") == ["Layers That Nobody Needs", "Thin Heads for Long Prompts"]
    assert [(one.venue, one.year) for one in papers("55-*/rev.md")] == [("ICLR", 2025), ("", 2025)]


def test_a_line_in_bold_is_the_title_whatever_words_it_holds() -> None:
    found = papers("04-*/badge.md")
    assert [one.texts["T"].text for one in found] == [
        "Early Exit in Test Models",
        "Simple Scaling at Test Time",
        "Fast Tuning via Decoupled and Best-of-N Guesses",
    ]
    assert [len(one.authors) for one in found] == [3, 5, 3]


def test_each_table_of_a_file_has_its_own_head() -> None:
    for name in ("46-*/all.md", "46-*/two.md"):
        found = papers(name)
        assert [(one.venue, one.year) for one in found] == [
            ("OSDI 2024", 2024),
            ("MLSys 2025", 2025),
            ("SOSP 2023", 2023),
        ]
        assert found[2].texts["I"].text == "Sample University"


def test_items_of_a_digest_and_notes_are_read_by_their_ids() -> None:
    found = papers("08-*/k7.md")
    assert [one.arxiv for one in found] == ["2608.91755", "2608.92449"]
    assert found[0].texts["A"].text == "论文揭示训练中的偏差。"
    [note] = papers("06-*/k5.md")
    assert (note.arxiv, note.authors) == ("2608.92374", ("Ada Fox", "Bo Lee"))
    assert note.texts["T"].text == "[论文解读] Warm Words: Testing Small Models on Syllogisms"
    assert note.texts["K"].text == "LLM Reasoning; 知识表示"
    [card] = papers("25-*/card.md")
    assert "K" not in card.texts


def test_a_question_or_a_shout_ends_no_title_before_its_full_stop() -> None:
    found = papers("19-*/ref.txt")
    assert [one.texts["T"].text for one in found] == [
        "Why did the token cross the link?: routing in mixtures",
        "Is caching all you need? A study of ten systems",
        "Stop! Look! Listen: three gates for streams",
    ]
    assert [one.venue for one in found] == ["", "Journal of Tests", "Proceedings of TestSys"]


def test_an_id_that_papers_with_nothing_else_in_common_bear_joins_none(tmp_path: Path) -> None:
    [folder] = CASES.glob("16-*")
    with kg.open(tmp_path / "t.kg", create=True) as graph:
        report = graph.add(folder / "*.pdf", folder / "dd.bib", fast=True)
        assert len(graph.sql("SELECT id FROM papers")) == 8
        curies = [row[0] for row in graph.store.db.execute("SELECT DISTINCT curie FROM papers")]
        assert len(curies) == 8
    assert [doubt.partition(":")[0] for doubt in report.doubts] == ["dd-ch1", "dd-w1"]
    with kg.open(tmp_path / "back.kg", create=True) as graph:  # in any order
        for path in sorted([*folder.glob("*.pdf"), folder / "dd.bib"], reverse=True):
            graph.add(path, fast=True)
        assert sorted(row[0] for row in graph.store.db.execute("SELECT curie FROM papers")) == sorted(curies)


def test_a_file_of_a_latex_project_that_is_complete_does_not_end_the_paper() -> None:
    [path] = CASES.glob("30-*/paper/main.tex")
    [paper] = read(path, is_whole=True).documents
    sections = [part.text.text for part in paper.parts if part.kind == "heading"]
    assert sections == ["Abstract", "Introduction", "Evaluation", "Related Work", "References"]
    assert [len(one.cited) for one in paper.references] == [1, 2]


def test_macros_of_latex_are_resolved_in_titles_abstracts_and_headings() -> None:
    [title], [abstract] = papers("32-*/t.tex"), papers("34-*/a.tex")
    assert title.texts["T"].text == "WarmPath: k-way Request Scheduling"
    assert abstract.texts["A"].text == "We present WarmPath, which saves half of the time and 12.5±0.4 ms on A100."
    [path] = CASES.glob("32-*/t.tex")
    [whole] = read(path, is_whole=True).documents
    assert [part.text.text for part in whole.parts if part.kind == "heading"][-1] == "WarmShort: An Extension"


def authors(name: str) -> list[tuple[str, ...]]:
    return [paper.authors for paper in papers(name)]


def test_first_names_like_particles_end_no_name() -> None:
    two = [("Di Wu", "Feng Zhang"), ("Da Li", "Le Zhang"), ("Van Nguyen", "Bo Lee"), ("Wei Di", "Bo Lee")]
    more = [("Anna De Jong",), ("Di Wu", "Feng Zhang", "Bo Lee"), ("Bin Yu", "Ben Li"), ("Le Song", "Eric Xing")]
    assert authors("12-*/names.csv") == two + more


def test_authors_between_commas_of_any_width_are_parted() -> None:
    first, *chinese, plain, two, _, _ = authors("14-*/two.bib")
    assert first == ("J. Ko", "M. Rao", "S. Ito")
    assert chinese == [("张三", "李四", "王五")] * 2
    assert (len(plain), two) == (4, ("Ada Fox", "Bo Lee"))


def test_an_author_whom_crossref_names_once_per_affiliation_is_one() -> None:
    assert authors("18-*/r16.json") == [("Lor Buhl", "Jan Lehm")]


def test_comments_and_commas_where_people_write_them_in_bibtex() -> None:
    assert len(papers("10-*/k9.bib")) == 2
    [sheet] = papers("15-*/r11.bib")
    assert (sheet.texts["T"].text, sheet.authors, sheet.year) == ("Fact Sheets as Graphs", ("Sid Dune",), 2014)
    first, tools, comment = papers("50-*/r.bib")
    assert first.authors == ("José Mario Martínez", "Francisco Rodríguez")
    assert tools.texts["T"].text == "SciKit: Tools"
    assert comment.authors == ("Ada Fox", "Bo Lee")


def whole(name: str) -> Document:
    [path] = CASES.glob(name)
    [paper] = read(path, is_whole=True).documents
    return paper


def test_venue_and_year_stand_on_covers_in_notes_and_running_heads_but_in_no_reference() -> None:
    found = [(paper.venue, paper.year) for one in ("usenix", "acm", "ieee") for paper in papers(f"51-*/{one}.pdf")]
    assert found == [
        ("TESTNIX Conference on File and Storage Technologies", 2023),
        ("TESTLOS", 2025),
        ("IEEE International Conference on Big Tests", 2023),
    ]
    assert [(paper.venue, paper.year) for one in "ab" for paper in papers(f"53-*/{one}.pdf")] == [("", None)] * 2


def test_rules_around_two_columns_of_text_frame_nothing() -> None:
    headings = [part.text.text for part in whole("36-*/alg.pdf").parts if part.kind == "heading"]
    assert headings[3:7] == ["Implementation", "Evaluation", "Experimental Setup", "Hit Ratio"]


def test_references_of_a_pdf_have_titles_years_and_the_places_that_cite_them() -> None:
    found = whole("40-*/ay.pdf").references
    assert [(one.year, len(one.cited)) for one in found] == [(year, 1) for year in (2024, 2018, 2017, 2019, 2025, 2019)]
    assert found[4].title == "In praise of plain steps"
    turned = whole("41-*/mlsys.pdf").references
    assert [one.title for one in turned] == [
        "Varina: cheap training of large models on spare machines",
        "Example Web Services",
        "Example Block Store",
        "bert-large-tests",
        "Scheduling flows that nobody knows in advance",
        "Skypath: one broker for many clouds",
        "Spots that last",
    ]
    assert [one.year for one in turned[-2:]] == [2023, 2023]
    assert [bool(one.cited) for one in whole("42-*/range.pdf").references] == [at != 4 for at in range(1, 9)]
    assert any("[1–3]" in part.text.text for part in whole("42-*/range.pdf").parts)


def test_chapters_of_a_chinese_thesis_are_its_sections() -> None:
    headings = [part.text.text for part in whole("44-*/zh.pdf").parts if part.kind == "heading"]
    assert [one for one in headings if one in ("绪论", "近存映射方法", "实验结果与分析")] == [
        "绪论",
        "近存映射方法",
        "实验结果与分析",
    ]


def test_the_cover_and_the_contents_of_a_thesis_are_no_authors_and_no_text() -> None:
    thesis = whole("44-*/zh.pdf")
    assert (thesis.authors, thesis.texts["I"].text) == (("王小明",), "某某大学")
    assert not any("....." in part.text.text or "目录" in part.text.text for part in thesis.parts)


def test_a_longer_name_and_a_city_are_no_other_university(tmp_path: Path) -> None:
    [path] = CASES.glob("20-*/aff-a.jsonl")
    with kg.open(tmp_path / "t.kg", create=True) as graph:
        graph.add(path, fast=True)
        found = graph.sql("SELECT concept FROM paper_entities WHERE type = 'institution' AND concept LIKE 'ror:%'")
    assert sorted(found["concept"]) == ["ror:00kgrkn83", "ror:01ggx4157", "ror:05nbqxr67"]
