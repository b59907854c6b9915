"""The metrics against a calculation by hand, an independent scorer's formulas, and what must hold of any numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from fbm_pipeline.backtest.metrics import (
    attainable_share,
    coverage,
    rank_correlation,
    remove_season_means,
    score,
    season_moments,
    top_overlap,
    total,
)


def by_hand(p: list[float], y: list[float], w: list[float], season: list[int]) -> dict[str, float]:
    """Plain loops and `math` only."""

    def centred(values: list[float]) -> list[float]:
        found = []
        for value, own in zip(values, season, strict=True):
            rows = [(v, weight) for v, weight, s in zip(values, w, season, strict=True) if s == own]
            found.append(value - sum(v * weight for v, weight in rows) / sum(weight for _, weight in rows))
        return found

    a, b, total_weight = centred(p), centred(y), sum(w)
    var_a = sum(x * x * k for x, k in zip(a, w, strict=True)) / total_weight
    var_b = sum(x * x * k for x, k in zip(b, w, strict=True)) / total_weight
    cov = sum(x * z * k for x, z, k in zip(a, b, w, strict=True)) / total_weight
    error = sum((x - z) ** 2 * k for x, z, k in zip(a, b, w, strict=True)) / total_weight
    raw = sum((x - z) ** 2 * k for x, z, k in zip(p, y, w, strict=True)) / total_weight
    return {
        "r": cov / math.sqrt(var_a * var_b),
        "rmse": math.sqrt(error),
        "slope": cov / var_a,
        "sd_ratio": math.sqrt(var_a / var_b),
        "rmse_raw": math.sqrt(raw),
    }


def independent(p: np.ndarray, y: np.ndarray, w: np.ndarray, g: np.ndarray) -> dict[str, float]:
    """As the project's independent scorer writes it: group means by pandas, then weighted moments."""

    def demeaned(x: np.ndarray) -> np.ndarray:
        sums = pd.DataFrame({"a": x * w, "w": w, "g": g}).groupby("g")[["a", "w"]].transform("sum")
        return x - (sums["a"] / sums["w"]).to_numpy()

    a, b, share = demeaned(p), demeaned(y), w / w.sum()
    vx, vy, c = (share * a**2).sum(), (share * b**2).sum(), (share * a * b).sum()
    return {
        "r": c / np.sqrt(vx * vy),
        "rmse_raw": np.sqrt((share * (p - y) ** 2).sum()),
        "rmse": np.sqrt((share * (a - b) ** 2).sum()),
        "slope": c / vx,
        "sd_ratio": np.sqrt(vx / vy),
    }


def test_score_equals_a_calculation_by_hand() -> None:
    p, y = [0.20, 0.25, 0.30, 0.22, 0.28], [0.18, 0.27, 0.33, 0.20, 0.21]
    w, season = [600, 300, 450, 200, 500], [2019, 2019, 2019, 2021, 2021]
    found = score(p, y, w, season)
    for name, expected in by_hand(p, y, w, season).items():
        assert getattr(found, name) == pytest.approx(expected, abs=1e-12), name
    assert found.n == 5


def test_score_equals_the_independent_scorer() -> None:
    rng = np.random.default_rng(2)
    y, w, season = rng.normal(0.2, 0.05, 300), rng.uniform(200, 700, 300), rng.choice([2018, 2019, 2021], 300)
    p = y + rng.normal(0.01, 0.03, 300) + 0.02 * (season == 2019)
    found = score(p, y, w, season)
    for name, expected in independent(p, y, w, season).items():
        assert getattr(found, name) == pytest.approx(expected, rel=1e-12), name
    assert found.rmse < found.rmse_raw - 0.001  # season means really are removed


def test_weights_count() -> None:
    p, y, season = [0.2, 0.25, 0.3], [0.2, 0.25, 0.1], [2019] * 3
    assert score(p, y, [1, 1, 500], season).rmse < score(p, y, [1, 1, 1], season).rmse  # a miss of one is a mean


def test_seasons_added_up_are_the_seasons_pooled() -> None:
    rng = np.random.default_rng(3)
    p, y, w = rng.normal(size=(90, 2)), rng.normal(size=90), rng.uniform(1, 9, 90)
    season = np.repeat([2018, 2019, 2021], 30)
    parts = [season_moments(p[season == year], y[season == year], w[season == year]) for year in (2018, 2019, 2021)]
    for place, found in enumerate(total(parts).scores()):
        expected = score(p[:, place], y, w, season)
        assert vars(found) == pytest.approx(vars(expected))


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


def test_rank_correlation_is_spearman_s_by_system() -> None:
    rng = np.random.default_rng(4)
    actual = rng.normal(size=50).round(1)  # ties
    projected = np.stack([actual**3, -actual, rng.normal(size=50), np.ones(50)], axis=1)
    found = rank_correlation(projected, actual)
    assert found[:2] == pytest.approx([1, -1])
    assert found[2] == pytest.approx(spearmanr(projected[:, 2], actual).statistic)
    assert math.isnan(found[3])


def test_top_overlap_counts_the_best_in_the_good_direction() -> None:
    actual = np.arange(10.0)
    projected = np.stack([actual, -actual, np.roll(actual, 1)], axis=1)
    assert top_overlap(projected, actual, good_when_high=True, top=3).tolist() == pytest.approx([1, 0, 2 / 3])
    low = top_overlap(projected, actual, good_when_high=False, top=3)
    assert low.tolist() == pytest.approx([1, 0, 2 / 3])  # rolled: 9 projected lowest, then 0 and 1
    half = np.array([[0.0, 1, 2, 9, 8, 7, 6, 5, 4, 3]]).T  # the lowest three are known, the highest three are not
    assert top_overlap(half, actual, good_when_high=False, top=3).item() == 1
    assert top_overlap(half, actual, good_when_high=True, top=3).item() == 0
    lopsided = np.array([[9.0, 0, 1, 2, 3]]).T  # the best is missed, the worst two are found
    assert top_overlap(lopsided, np.arange(5.0), good_when_high=True, top=2).item() == 0.5
    assert top_overlap(lopsided, np.arange(5.0), good_when_high=False, top=2).item() == 0.5


def test_attainable_share_is_one_at_the_floor_and_none_at_the_league_mean() -> None:
    league, noise = 0.0034469, 0.0003779  # strikeouts of batters, 2018-2024
    assert attainable_share([noise, league], league, noise).tolist() == [1, 0]
    assert attainable_share(0.03428**2, league, noise).item() == pytest.approx(0.74, abs=0.005)
    assert math.isnan(attainable_share([0.1], 0.2, 0.2).item())


def test_coverage_includes_the_ends() -> None:
    actual = np.array([0.1, 0.2, 0.3, 0.4])
    low, high = np.full((4, 1), 0.2), np.full((4, 1), 0.3)
    assert coverage(actual, low, high).item() == 0.5


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
    assert found.rmse_raw >= found.rmse - 1e-12
    assert score(y, y, w, season).rmse == pytest.approx(0, abs=1e-12)


@given(RATES, st.floats(0.1, 10))
def test_only_relative_weights_count(rows: list[tuple], factor: float) -> None:
    p, y, w, season = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert score(p, y, w * factor, season).rmse == pytest.approx(score(p, y, w, season).rmse, abs=1e-9)
    assert np.bincount((season - 2019).astype(int), remove_season_means(p, w, season) * w) == pytest.approx(0, abs=1e-7)
