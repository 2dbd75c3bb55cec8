"""What a survey says of three venues, held against their titles, as scripts/trend_claims.py does it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trend_claims
import yaml


def test_titles_bear_out_most_of_what_the_survey_says(shared: Path) -> None:
    said = yaml.safe_load(Path(trend_claims.__file__).with_suffix(".yml").read_text("utf-8"))
    if not (shared / said["files"]).exists():
        pytest.skip("The accepted papers of the venues are not here.")
    tested = trend_claims.Tested(said, shared, "title")
    verdicts = {claim: verdict for claim, _, _, verdict in tested.rows()}
    assert len(tested.whole.index) == 9
    assert tested.whole.papers > 29_000
    for claim in (
        "multimodal vision-language-LLM work rises sharply",
        "around distillation",
        "and around speed",
        "NeRF gives way",
        "to Gaussian splatting",
        "CVPR has the stronger 3D footprint",
    ):
        assert verdicts[claim] == "borne out"
    assert verdicts["ICLR has the highest VLM share"].startswith("NOT borne out")
    assert "no clear trend" in verdicts["diffusion consolidates around controllability"]
