"""Roles of sections: cues, numbers, nesting, place, and texts that say what headings do not."""

import pytest

from kg.sources.body.roles import Heading, is_contribution, measures, numbered, roles


def of(*texts: str) -> str:
    return " ".join(roles([Heading(text) for text in texts]))


def test_subsections_are_about_what_the_section_around_them_is_about():
    headings = ("1 Introduction", "2 Related Work", "2.1 Sparse Models", "3 Fox", "3.1 Encoder", "4 Experiments")
    found = of(*headings, "4.1 Setup", "4.2 Main Results", "4.3 WikiText")
    assert found == "intro related related method method results setup results results"


def test_experiments_are_setup_where_results_have_a_section_of_their_own():
    assert of("3 Experiments", "3.1 Datasets", "4 Results", "5 Conclusion") == "setup setup results conclusion"


def test_all_behind_references_is_appendix():
    assert of("7 Conclusion", "References", "A Proofs", "A.1 Setup") == "conclusion references appendix appendix"


def test_lettered_sections_behind_the_conclusion_are_appendix():
    assert of("1 Introduction", "2 Conclusion", "A. Proof of Theorem 1", "Limitations").split()[2] == "appendix"


def test_letters_are_subsections_where_sections_have_roman_numbers():
    found = of("I. INTRODUCTION", "II. EXPERIMENTS", "A. Datasets", "III. CONCLUSION")
    assert found == "intro results setup conclusion"


def test_place_that_the_format_gives_decides():
    assert roles([Heading("Method", 1), Heading("Results", 1, place="appendix")]) == ["method", "appendix"]


def test_chinese_headings():
    headings = ("第一章 绪论", "第二章 相关工作", "第三章 方法", "第四章 实验", "4.1 实验设置", "第五章 总结与展望")
    found = of(*headings, "参考文献")
    assert found == "intro related method results setup conclusion references"


def test_headings_in_capitals_are_the_sections():
    found = of("INTRODUCTION", "SPARSE CACHES", "The Basis", "EXPERIMENTS", "The Basis again", "CONCLUSION")
    assert found == "intro method method results results conclusion"


def test_section_without_cue_behind_related_work_is_new_unless_it_cites():
    related, cites = Heading("Related Work", words=20), "Fox [1] and Lee [2] do so [3]."
    assert roles([Heading("Introduction"), related, Heading("Sparsity", 0, "", "", *measures(cites))])[2] == "related"
    assert roles([Heading("Introduction"), related, Heading("Sparsity", 0, "", "", *measures("We do."))])[2] == "method"


def test_captions_among_headings_do_not_end_a_section():
    assert of("Introduction", "Method", "TABLE 5", "Loss") == "intro method other method"


@pytest.mark.parametrize("text", ["Our main contributions are:", "本文的主要贡献如下"])
def test_paragraph_that_announces_contributions(text):
    assert is_contribution(text)


def test_number_needs_a_space_or_a_mark_behind_it():
    assert numbered("3D Location") == ("", "3D Location")
