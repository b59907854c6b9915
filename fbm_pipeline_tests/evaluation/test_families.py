"""Holm's adjustment against a case worked by hand, and verdicts."""

import pytest

from fbm_pipeline.evaluation.families import holm, verdict


def test_holm_by_hand() -> None:
    # Four tests, sorted .005 .010 .030 .040: 4*.005 = .02, 3*.010 = .03, 2*.030 = .06, then .040 is held at .06.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_unknown_values_are_no_tests_and_none_exceeds_one() -> None:
    assert holm([None, 0.02, None, 0.9]) == [None, pytest.approx(0.04), None, pytest.approx(0.9)]
    assert holm([0.7, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize(
    ("d_rmse", "p", "word"),
    [
        (-0.1, 0.049, "better"),
        (0.1, 0.049, "worse"),
        (-0.1, 0.05, "undecided"),
        (0.0, 0.001, "undecided"),
        (None, None, "undecided"),
    ],
)
def test_verdicts(d_rmse: float | None, p: float | None, word: str) -> None:
    assert verdict(d_rmse, p) == word
