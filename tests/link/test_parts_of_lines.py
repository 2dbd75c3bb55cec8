"""Organisations told by their owners, their legal form or their place, and parts that are none."""

from __future__ import annotations

import pytest

from kg.link.affiliations import organisations
from kg.link.institutions import Register

KAIST = "Korea Advanced Institute of Science and Technology"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Vastryx Nonwovens s.r.o., Znojmo", ["Vastryx Nonwovens"]),
        ("Vastryx sp. z o.o., Kraków, Poland", ["Vastryx"]),
        ("Vastryx Oy, Helsinki, Finland", ["Vastryx"]),
        (
            "Sorbonne Université, CNRS, LIP6, Paris, France",
            ["Sorbonne University", "French National Centre for Scientific Research", "LIP6"],
        ),
        ("LaBRI, Paris, France", ["Laboratoire Bordelais de Recherche en Informatique"]),
        ("i-STAT Corporation, Kanata, Ontario, Canada", ["i-STAT"]),  # not the Italian ISTAT
        (
            "INVEMAR – Marine and Coastal Research Institute, Santa Marta, Colombia",
            ["José Benito Vives de Andréis Marine and Coastal Research Institute"],
        ),
        ("Vastryx Analytics (VXA), Lyon, France", ["Vastryx Analytics"]),
        (
            "The Institute of Medical Science, The University of Tokyo, 4-6-1 Shirokanedai, Tokyo",
            ["University of Tokyo"],
        ),
        (
            "Courant Institute of Mathematical Sciences, University of Oslo",
            ["Courant Institute of Mathematical Sciences", "University of Oslo"],
        ),
        ("University Road, Galway, Ireland", []),
        ("Inria and Univ. Grenoble Alpes, France", ["Inria", "Grenoble Alpes University"]),
        ("Universidade Estadual do Vastryx/UEV, Brasil", ["Universidade Estadual do Vastryx"]),
        ("Bangladesh Univ. of Engg. and Technology", ["Bangladesh University of Engineering and Technology"]),
        ("Universiti Vastryx", ["Universiti Vastryx"]),
        ("Touch Perception for Robotics, ETH Zurich", ["ETH Zurich"]),
        ("RIKEN Center for Biosystems Dynamics Research, Yokohama, Japan", ["RIKEN"]),
        ("KAIST, Daejeon; VSX National Laboratories, Singapore", [KAIST, "VSX National Laboratories"]),
        ("Univ. Orléans & CNRS, France", ["University of Orléans", "French National Centre for Scientific Research"]),
        ("KAIST, Daejeon + Univ. Artois, Lens, France", [KAIST, "Artois University"]),
        ("Campus Universitário, Vastryx, Brasil", []),
        ("Krankenhaus Vastryx, Bamberg, Deutschland", ["Krankenhaus Vastryx"]),
        ("Allen Institute for Brain Science, Seattle, USA", ["Allen Institute for Brain Science"]),
        (
            "Kyung Hee University Hospital, Seoul, South Korea",
            ["Kyung Hee University Hospital"],
        ),  # not "... at Gangdong"
    ],
)
def test_owners_forms_and_places_tell_what_is_an_organisation(line: str, expected: list[str]) -> None:
    assert [one.name for one in organisations(line, Register.load())] == expected
