"""Lines of affiliations as reports have them: whom they name, and what in them is nobody."""

from __future__ import annotations

import pytest

from kg.link.affiliations import organisations
from kg.link.institutions import Register


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load()


def names(line: str, register: Register, also: tuple[str, ...] = ()) -> list[str]:
    return [found.name for found in organisations(line, register, also)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("§ City University of Hong Kong, † Baidu Inc", ["City University of Hong Kong", "Baidu"]),
        ("ETH Zürich Zürich", ["ETH Zurich"]),
        ("Institute of Technology of Cambodia, Phnom Penh, Cambodia", ["Institute of Technology of Cambodia"]),
        ("Amirkabir University of Technology, Tehran, Iran", ["Amirkabir University of Technology"]),
        ("Fraunhofer ITWM, Kaiserslautern", ["Fraunhofer Institute for Industrial Mathematics"]),
        ("University of California, Riverside 92521, USA", ["University of California, Riverside"]),
        ("Faculty of Law University of Hong Kong, China", ["University of Hong Kong"]),
        ("NVIDIA NVIDIA, Sapienza University of Rome", ["NVIDIA", "Sapienza University of Rome"]),
        ("Stanford University Stanford, Department of Computer Science", ["Stanford University"]),
        ("Department of Computer Science, IBM Research Yorktown Heights", ["IBM"]),
        ("School of EEECS Queen's University Belfast", ["Queen's University Belfast"]),
        (
            "University of California, Los Angeles, Google, New York, USA",
            ["University of California, Los Angeles", "Google"],
        ),
        ("Computer Science Department University of California, Irvine", ["University of California, Irvine"]),
        ("Google, Research, Google, Google Research", ["Google"]),
        ("Institute of Semiconductors, Chinese Academy of Sciences", ["Chinese Academy of Sciences"]),
        (
            "Chengdu Institute of Computer Application Chinese Academy of Sciences",
            ["Chinese Academy of Sciences"],
        ),
        ("State Key Lab of CAD&CG, Zhejiang University", ["Zhejiang University"]),
        ("Stockholm School of Economics", ["Stockholm School of Economics"]),
        ("Lagos Business School, Pan-Atlantic University, Lagos, Nigeria", ["Pan-Atlantic University"]),
        ("IRD-University of Vienna, Austria", ["University of Vienna"]),
        ("School of Economics, Peking University", ["Peking University"]),
        ("ARC Lab, Tencent PCG", ["Tencent"]),
        ("Southeast University, AI Lab, Lenovo Research", ["Southeast University", "Lenovo"]),
        ("ROLL Team of Alibaba Hangzhou", ["Alibaba"]),
        ("University of Amsterdam, UvA-Bosch Delta Lab", ["University of Amsterdam", "UvA-Bosch Delta Lab"]),
        ("DiDi Global Inc. 4 Geely Automobile Research Institute", ["DiDi", "Geely"]),
        (
            "University of Electronic Sci- ence and Technology of China",
            ["University of Electronic Science and Technology of China"],
        ),
        (
            "Hong Kong University of Science and Technology (Guangzhou)",
            ["Hong Kong University of Science and Technology (Guangzhou)"],
        ),
        ("KAIST / LG Electronics", ["Korea Advanced Institute of Science and Technology", "LG Electronics"]),
        ("X3000 Inspection Co", ["X3000 Inspection"]),
        ("ABLE Medical Consulting Savannah", ["ABLE Medical Consulting"]),
        (
            "National Taiwan University of Science and Technology, Taipei, Taiwan",
            ["National Taiwan University of Science and Technology"],
        ),
        ("National Sun Yat-sen University, Kaohsiung, Taiwan", ["National Sun Yat-sen University"]),
        ("BARC, University of Copenhagen, Denmark", ["University of Copenhagen"]),
        ("EURECOM, Sophia Antipolis, France", ["EURECOM"]),
        ("Fondazione Bruno Kessler, Trento, Italy", ["Fondazione Bruno Kessler"]),
    ],
)
def test_line_names_its_organisations_once_each(register: Register, line: str, expected: list[str]) -> None:
    assert names(line, register) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "//github.com/UNITES-Lab/AsyncSpade",
        "huawei.com",
        "someone@cs.stanford.edu",
        "Zhiwei Huang, Wanqing Cui",
        "School of Mathematical Sciences, Department of Artificial Intelligence",
        "Guangzhou, China",
        "Inpainting OURS VAR Outpainting Super-Resolution Image Generation",
        "研究团队",
        "相关研究机构",
    ],
)
def test_url_department_city_person_and_figure_text_are_nobody(register: Register, line: str) -> None:
    assert names(line, register) == []


def test_ambiguous_name_keeps_its_surface_without_identity(register: Register) -> None:
    (found,) = organisations("Northeastern University", register)
    assert (found.name, found.concept, found.is_ambiguous) == ("Northeastern University", "", True)


def test_other_language_settles_an_ambiguous_name(register: Register) -> None:
    (chinese,) = organisations("东北大学", register)
    (found,) = organisations("Northeastern University", register, [chinese.concept])
    assert found.concept == chinese.concept == "ror:03awzbc87"


def test_chinese_list_is_read_name_by_name(register: Register) -> None:
    assert names("复旦大学与新加坡国立大学", register) == ["Fudan University", "National University of Singapore"]
    assert names("清华大学、上海AI实验室", register) == [
        "Tsinghua University",
        "Shanghai Artificial Intelligence Laboratory",
    ]
    assert names("曼彻斯特大学计算机学院", register) == ["University of Manchester"]


def test_places_point_at_the_words_of_the_line(register: Register) -> None:
    line = "Department of Physics, University of Siegen Siegen, FABU Inc"
    for found in organisations(line, register):
        assert line[found.start : found.end] == found.text
        assert found.text in ("University of Siegen", "FABU")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Google, Stanford, CA", ["Google"]),
        ("NEC Laboratories America, Princeton, NJ 08540, USA", ["NEC"]),
        ("Google, Stanford, CMU", ["Google", "Stanford University", "Carnegie Mellon University"]),
        ("Department of Computer Science, Stanford, CA, USA", ["Stanford University"]),
        ("Stanford, CA", ["Stanford University"]),
    ],
)
def test_place_in_an_address_is_a_university_only_beside_departments(
    register: Register, line: str, expected: list[str]
) -> None:
    assert [found.name for found in organisations(line, register)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Kestrel Global Biodiversity Centre, Gothenburg, Sweden; Department of Physics, ETH Zurich, Switzerland",
            ["Kestrel Global Biodiversity Centre", "ETH Zurich"],
        ),
        (
            "School of Computing, University of Waterloo, 200 University Avenue West, Waterloo, Canada",
            ["University of Waterloo"],
        ),
        ("ETH Zurich, P.O. Box 9, Observatory 7935, Zurich", ["ETH Zurich"]),
        ("University of Toronto, 389 UCB, Toronto", ["University of Toronto"]),
        ("Kestrel Biosciences of California, Inc., Menlo Park, CA 94025", ["Kestrel Biosciences of California"]),
        (
            "Centre for Research and Development in Learning, Nanyang Technological University, Singapore",
            ["Nanyang Technological University"],
        ),
        ("Laboratoire AIM, Bat. 709, Gif-sur-Yvette", ["Laboratoire AIM"]),
        ("NASA/GSFC, Mail Code 667, Greenbelt, MD 20771, USA", ["National Aeronautics and Space Administration"]),
        ("KESTREL School of Nutrition and Translational Research, ETH Zurich, Switzerland", ["ETH Zurich"]),
    ],
)
def test_an_affiliation_ends_at_a_semicolon_and_an_address_is_no_organisation(line, expected):
    assert [one.name for one in organisations(line, Register.load())] == expected


@pytest.mark.timeout(30)
def test_a_long_line_is_read_in_time_in_proportion_to_its_length(register: Register) -> None:
    organisations("(A) " * 20_000, register)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Vastryx Lunara, Lyon, France", ["Vastryx Lunara"]),
        ("Vastryx, Lyon", ["Vastryx"]),
        ("Department of Research, Vastryx, Lyon, France", ["Vastryx"]),
        ("ETH Zurich; Vastryx; Inria; Fudan University", ["ETH Zurich", "Vastryx", "Inria", "Fudan University"]),
        ("ETH Zurich; Vastryx, Lyon", ["ETH Zurich", "Vastryx"]),
        ("Oxford Vastryx plc, Oxford OX4 4ZZ, United Kingdom", ["Oxford Vastryx"]),
        ("Vastryx AI; ETH Zurich", ["Vastryx AI", "ETH Zurich"]),
        ("Zelmira Vastryx; ETH Zurich", ["ETH Zurich"]),
        ("Vastryx2; Inc; ETH Zurich", ["Vastryx", "ETH Zurich"]),
        ("Marketing, Lyon, France", []),
        ("Zelmira, USA", []),  # perhaps a region
        ("Q. Zelmira, Lyon, France", []),
        ("14319 Zelmira, Lyon, France", []),
        ("ETH Zurich, Zurich, Switzerland; Zelmira; Inria, Paris, France", ["ETH Zurich", "Inria"]),
        ("Fudan University, Saint\nZelmira, Lyon, France", ["Fudan University"]),
    ],
)
def test_name_before_an_address_or_among_organisations_is_one(
    register: Register, line: str, expected: list[str]
) -> None:
    assert names(line, register) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ETH Zurich and Samsung Electronics", ["ETH Zurich", "Samsung"]),
        ("Norwegian Computing Center, University of Oslo", ["Norwegian Computing Center", "University of Oslo"]),
        ("Institute of Zoology, Vastryx Society of London, UK", ["Vastryx Society of London"]),
        ("Institute of Biomedical Engineering, Koç University, Istanbul, Turkey", ["Koç University"]),
        ("Centre for Language Studies, Vastryx University, The Netherlands", ["Vastryx University"]),
        ("School of Design, Engineering, Mathematics and Physics, University of Oslo, Norway", ["University of Oslo"]),
        (
            "NASA Jet Propulsion Laboratory, California Institute of Technology, Pasadena, CA 91109 USA",
            ["Jet Propulsion Laboratory", "California Institute of Technology"],
        ),
        ("Koç University Hospital, Istanbul, Turkey", ["Koç University Hospital"]),
        (
            "Robert Bosch Centre for Data Science, Indian Institute of Technology Madras, India",
            ["Indian Institute of Technology Madras"],
        ),
        ("The University of Danang – University of Science and Technology, Vietnam", ["University of Da Nang"]),
        ("IBM Research, Zurich, Switzerland", ["IBM"]),
        ("Vastryx University of Technology; ETH Zurich", ["Vastryx University of Technology", "ETH Zurich"]),
        ("Vastryx National University", ["Vastryx National University"]),
        ("Medical University of Zelmira", ["Medical University of Zelmira"]),
        (
            "Department of Computing National University of Singapore",
            ["National University of Singapore"],
        ),
        ("Institute for Keys, Logs, and Maps", ["Institute for Keys, Logs, and Maps"]),
        ("Zelmira Institute of Keys, Logs and Maps, University of Oslo", ["University of Oslo"]),
    ],
)
def test_organisations_that_stand_for_themselves_are_kept_and_parts_are_not(
    register: Register, line: str, expected: list[str]
) -> None:
    assert names(line, register) == expected
