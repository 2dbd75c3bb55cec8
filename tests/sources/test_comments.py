"""The venue in arXiv's free comment."""

from __future__ import annotations

import pytest

from kg.sources.comments import venue


@pytest.mark.parametrize(
    ("comment", "named"),
    [
        ("12 pages, 5 figures. Accepted by CGI 2026", "CGI 2026"),
        ("To appear at CVPR'26. Code is available at https://example.org", "CVPR 2026"),
        ("Accepted to Findings of ACL 2026", "ACL 2026 Findings"),
        ("Workshop on Small Things, CVPR 2026", "CVPR 2026 Workshop"),
        ("IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)\n  2025", "CVPR 2025"),
        ("This paper has been accepted by IEEE Communications Letters", "IEEE Communications Letters"),
        ("first submitted to AAAI 2025. Accepted at ICLR 2026", "ICLR 2026"),
        ("Submitted to ICML 2026", ""),
        ("Under review at NeurIPS 2026", ""),
        ("Our code will be released upon acceptance", ""),
        ("16 pages", ""),
        ("A" * 100_000 + " 2026", ""),
    ],
)
def test_venue_of_a_comment(comment: str, named: str) -> None:
    assert venue(comment) == named
