"""Wordings of one technique are one mention, siblings are not."""

from __future__ import annotations

import pytest

from kg.extract.same import merged, of_one_type
from kg.model import Mention
from kg.text import fold
from kg.vocabulary import Vocabulary


def left(text: str, *names: str, own: str = "", acronyms: dict[str, str] | None = None) -> list[Mention]:
    found = [Mention("technique", n, n, start=text.index(n), role="proposed") for n in names]
    merged(found, text, fold(own), acronyms or {}, Vocabulary.load())
    return found


@pytest.mark.parametrize(
    "names",
    [
        ("zonal thresholding strategy", "Zonal Thresholding Scheme", "zonal-thresholding mechanism"),
        ("compression of zonal maps", "zonal map compression"),
        ("µBrindle", "MuBrindle"),
        ("zonal router", "zonal routers"),
    ],
)
def test_wordings_are_one(names: tuple[str, ...]) -> None:
    (only,) = left("; ".join(names), *names)
    assert {fold(only.surface), *map(fold, only.aliases)} >= {fold(names[0])}


@pytest.mark.parametrize(
    "names",
    [
        ("row thresholding strategy", "column thresholding strategy"),
        ("plain zonal router", "lazy zonal router"),
        ("Brindle-S", "Brindle-L"),
        ("Brindle 2", "Brindle 3"),
        ("token-to-expert zoning", "expert-to-token zoning"),
        ("TAP", "TAPS"),
    ],
)
def test_siblings_are_two(names: tuple[str, ...]) -> None:
    assert len(left("; ".join(names), *names)) == len(names)


def test_the_fullest_stays_with_the_others_as_aliases() -> None:
    names = ("zonal gating", "zonal gating mechanism")
    (only,) = left("We add zonal gating. The zonal gating mechanism helps.", *names)
    assert (only.surface, only.aliases) == ("zonal gating mechanism", ("zonal gating",))


def test_own_name_stays_before_its_words() -> None:
    text = "We propose Group Zone Optimization (GZO). GZO is fast."
    (only,) = left(text, "Group Zone Optimization", "GZO", own="GZO", acronyms={"group zone optimization": "GZO"})
    assert (only.surface, only.aliases) == ("GZO", ("Group Zone Optimization",))


@pytest.mark.parametrize(
    ("before", "is_same"),
    [
        *((one, True) for one in ("The", "Our", "The gated")),
        *((one, False) for one in ("A", "Any gated", "Beyond this,")),
    ],
)
def test_a_head_noun_is_what_was_named_in_full_if_it_has_its_article(before: str, is_same: bool) -> None:
    text = f"We train a zonal zapper. {before} zapper is small."
    found = [
        Mention("technique", "zonal zapper", "zonal zapper", start=text.index("zonal zapper")),
        Mention("technique", "zapper", "zapper", start=text.rindex("zapper")),
    ]
    merged(found, text, "", {}, Vocabulary.load())
    assert [m.surface for m in found] == ["zonal zapper", *["zapper"] * (not is_same)]


def test_another_zapper_is_none_of_two() -> None:
    text = "We train a zonal zapper and a modal zapper. The zapper is small."
    names = ("zonal zapper", "modal zapper")
    found = [Mention("technique", n, n, start=text.index(n)) for n in names]
    found.append(Mention("technique", "zapper", "zapper", start=text.rindex("zapper")))
    merged(found, text, "", {}, Vocabulary.load())
    assert len(found) == len(names) + 1


def test_a_phrase_has_the_likelier_of_two_types_and_an_institution_may_lend_its_name() -> None:
    said = [("technique", "Wobbling", 0.4), ("task", "wobbling", 0.6), ("task", "Plover", 0.3)]
    said += [("institution", "Plover", 0.2)]
    mentions = [Mention(kind, name, name, confidence=score) for kind, name, score in said]
    assert of_one_type(mentions, ("technique", "task")) == mentions[1:]
