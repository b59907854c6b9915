"""The metrics against a calculation by hand and against what must hold of any numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbm_pipeline.evaluation.metrics import remove_season_means, score


def by_hand(p: list[float], y: list[float], w: list[float], season: list[int]) -> dict[str, float]:
    """Plain loops and `math` only."""

    def centred(values: list[float]) -> list[float]:
        found = []
        for value, own in zip(values, season, strict=True):
            rows = [(v, weight) for v, weight, s in zip(values, w, season, strict=True) if s == own]
            found.append(value - sum(v * weight for v, weight in rows) / sum(weight for _, weight in rows))
        return found

    a, b, total = centred(p), centred(y), sum(w)
    var_a = sum(x * x * k for x, k in zip(a, w, strict=True)) / total
    var_b = sum(x * x * k for x, k in zip(b, w, strict=True)) / total
    cov = sum(x * z * k for x, z, k in zip(a, b, w, strict=True)) / total
    error = sum((x - z) ** 2 * k for x, z, k in zip(a, b, w, strict=True)) / total
    return {
        "r": cov / math.sqrt(var_a * var_b), "rmse": math.sqrt(error), "slope": cov / var_a,
        "sd_ratio": math.sqrt(var_a / var_b),
    }  # fmt: skip


def test_score_equals_a_calculation_by_hand() -> None:
    p, y = [0.20, 0.25, 0.30, 0.22, 0.28], [0.18, 0.27, 0.33, 0.20, 0.21]
    w, season = [600, 300, 450, 200, 500], [2019, 2019, 2019, 2021, 2021]
    found = score(p, y, w, season)
    for name, expected in by_hand(p, y, w, season).items():
        assert getattr(found, name) == pytest.approx(expected, abs=1e-12), name
    assert found.n == 5


def test_a_constant_projection_has_no_correlation_but_an_error() -> None:
    found = score([0.2, 0.2], [0.1, 0.3], [1, 1], [2019, 2019])
    assert math.isnan(found.r)
    assert math.isnan(found.slope)
    assert found.rmse == pytest.approx(0.1)


@pytest.mark.parametrize("weights", [[1, 0], [1, -2]])
def test_players_who_did_not_play_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="not positive"):
        score([0.1, 0.2], [0.1, 0.2], weights, [2019, 2019])


def test_nothing_to_score_is_refused() -> None:
    with pytest.raises(ValueError, match="lengths"):
        score([], [], [], [])


RATES = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 700), st.sampled_from([2019, 2021, 2022])),
    min_size=3,
    max_size=40,
)


@given(RATES, st.floats(-0.2, 0.2))
def test_a_season_s_mean_error_never_counts(rows: list[tuple], shift: float) -> None:
    p, y, w, season = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    moved = p + np.where(season == 2019, shift, -shift)
    before, after = score(p, y, w, season), score(moved, y, w, season)
    assert after.rmse == pytest.approx(before.rmse, abs=1e-9)


@given(RATES)
def test_bounds_and_perfection(rows: list[tuple]) -> None:
    p, y, w, season = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = score(p, y, w, season)
    assert math.isnan(found.r) or abs(found.r) <= 1 + 1e-9
    assert found.rmse >= 0
    assert score(y, y, w, season).rmse == pytest.approx(0, abs=1e-12)


@given(RATES, st.floats(0.1, 10))
def test_only_relative_weights_count(rows: list[tuple], factor: float) -> None:
    p, y, w, season = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert score(p, y, w * factor, season).rmse == pytest.approx(score(p, y, w, season).rmse, abs=1e-9)
    assert np.bincount((season - 2019).astype(int), remove_season_means(p, w, season) * w) == pytest.approx(0, abs=1e-7)
