"""What a survey says of venues, held against the titles of their papers, as scripts/trend_claims.py does it."""

from __future__ import annotations

import json
import random

import pytest
import trend_claims

LEXICON = """
name: Themes
labels:
  fields: {en: Fields, zh: 场, terms: [field]}
  splats: {en: Splats, zh: 溅射, terms: [splat]}
  depth: {en: Depth, zh: 深度, terms: [depth]}
  noise: {en: Noise, zh: 噪声, terms: [noise]}
"""
#: How many of the hundred titles of each venue and year bear a word: by year, or by venue in the order of the names.
WORDS = {"field": (60, 40, 20), "splat": (2, 20, 45), "depth": (30, 31, 30)}
OF_VENUES = {"noise": {"A": 70, "B": 30, "C": 10}}
#: What is said, as a test of labels; and the verdict.
CLAIMS = [
    ({"label": "splats", "test": "rises"}, "borne out"),
    ({"label": "fields", "test": "falls"}, "borne out"),
    ({"label": "fields", "test": "rises"}, "NOT borne out: it falls"),
    ({"label": "fields", "test": "holds"}, "NOT borne out: it falls"),
    ({"label": "depth", "test": "rises"}, "not shown: no clear trend"),
    ({"label": "depth", "test": "holds"}, "borne out"),
    ({"label": "splats", "within": "depth", "test": "rises"}, "borne out"),
    ({"label": "noise", "venue": "A", "test": "highest"}, "borne out"),
    ({"label": "noise", "venue": "B", "test": "highest"}, "NOT borne out: A higher"),
    ({"label": "depth", "venue": "A", "test": "highest"}, "not shown: no clear difference"),
    ({"label": "fields", "over": "splats", "test": "more"}, "borne out"),
    ({"label": "splats", "over": "fields", "test": "more"}, "NOT borne out: it is less"),
    ({"label": "depth", "over": "depth", "test": "more"}, "not shown: no clear difference"),
]


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> trend_claims.Tested:
    folder = tmp_path_factory.mktemp("claims")
    (folder / "themes.yml").write_text(LEXICON, "utf-8")
    dice = random.Random(7)
    with (folder / "papers.jsonl").open("w", encoding="utf-8") as file:
        for venue in "ABC":
            for at, year in enumerate((2023, 2024, 2025)):
                counts = {word: of_years[at] for word, of_years in WORDS.items()}
                counts |= {word: of[venue] for word, of in OF_VENUES.items()}
                bearing = {word: set(dice.sample(range(100), count)) for word, count in counts.items()}
                for n in range(100):
                    said = [word for word, numbers in bearing.items() if n in numbers]
                    title = f"On {' and '.join(said) or 'nothing'}, number {venue}{year}{n}"
                    file.write(json.dumps({"venue": venue, "year": year, "title": title}) + "\n")
    claims = [{"says": f"claim {n}", **claim} for n, (claim, _) in enumerate(CLAIMS)]
    whole = {"lexicon": str(folder / "themes.yml"), "files": "papers.jsonl", "claims": claims}
    return trend_claims.Tested(whole, folder, "title")


def test_every_kind_of_claim_has_its_verdict(tested: trend_claims.Tested) -> None:
    assert (len(tested.whole.index), tested.whole.papers) == (9, 900)
    verdicts = [verdict for *_, verdict in tested.rows()]
    assert verdicts == [verdict for _, verdict in CLAIMS]


def test_figures_stand_with_their_numbers(tested: trend_claims.Tested) -> None:
    rows = {claim: (figures, apart) for claim, figures, apart, _ in tested.rows()}
    assert "2023: 2.0%" in rows["claim 0"][0]
    assert "(6/300)" in rows["claim 0"][0]
    assert "(210/300)" in rows["claim 7"][0]
    assert rows["claim 10"][1].startswith("+17.67 points [")
