"""What an outcome number measures."""

from __future__ import annotations

from tests.extract.partly import outcomes as read


def test_a_change_is_no_metric() -> None:
    (found,) = read("Our method achieves consistent gains of 5.4% over pooled training.")
    assert "gain" not in found.metric
    (found,) = read("Our method adds less than 2% training overhead.")
    assert found.metric == "training overhead"
    (found,) = read("Our method reaches 25-50% computational savings.")
    assert found.metric != "computational"


def test_average_precision_is_no_precision() -> None:
    (found,) = read("Our method achieves up to 20% higher average precision than Alpha.")
    assert found.metric == "average precision"


def test_what_is_accelerated_is_told_as_its_speed() -> None:
    (found,) = read("Our method accelerates inference by up to 3.7x compared to dense attention.")
    assert (found.metric, found.change) == ("inference speed", "increase")


def test_the_metric_right_behind_a_level_is_its_metric() -> None:
    found = read("Our method reaches 74.47% mIoU and 83.63% mF1 with 52.2 mAP on COCO and 51.3 mIOU on ADE20K.")
    assert [(r.value, r.metric) for r in found] == [(74.47, "mIoU"), (83.63, "mF1"), (52.2, "mAP"), (51.3, "mIoU")]
    found = read("Our method reaches 84.0% top-1 accuracy on ImageNet.")
    assert [r.metric for r in found] == ["top-1 accuracy"]
