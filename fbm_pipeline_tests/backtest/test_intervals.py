"""Intervals: ordered and finite for any input, and covering what they claim on simulated draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbm_pipeline.backtest.intervals import (
    head_predictive,
    head_variance,
    interval_of,
    intervals,
)
from fbm_pipeline.backtest.predictive import Predictive

RATE = st.floats(0, 1)


def covered(draws: np.ndarray, low: float, high: float) -> float:
    return float(((draws >= low) & (draws <= high)).mean())


@given(RATE, st.floats(0, 2000), st.floats(0.5, 1e6))
def test_head_intervals_are_ordered_and_finite(mean: float, trials: float, concentration: float) -> None:
    found = interval_of(head_predictive(np.array([mean]), np.array([trials]), np.array([concentration])))
    values = [found.p10[0], found.p50[0], found.p90[0]]
    assert np.isfinite(values).all()
    assert values == sorted(values)
    assert 0 <= values[0] <= values[-1] <= 1


@given(st.floats(0, 30), st.floats(0, 100))
def test_gamma_intervals_are_ordered_and_finite(mean: float, relative: float) -> None:
    found = interval_of(Predictive(np.array([mean]), np.array([relative * mean**2]), None))
    values = [found.p10[0], found.p50[0], found.p90[0]]
    assert np.isfinite(values).all()
    assert values == sorted(values)


def test_variance_without_talent_spread_is_binomial() -> None:
    assert head_variance(0.3, 500, 1e12) == pytest.approx(0.3 * 0.7 / 500, rel=1e-6)
    assert head_variance(0.3, 1e12, 99) == pytest.approx(0.3 * 0.7 / 100, rel=1e-6)


@pytest.mark.parametrize(("p", "n", "kappa"), [(0.22, 550, 150), (0.03, 550, 400), (0.5, 60, 30)])
def test_head_intervals_cover_beta_binomial_draws(p: float, n: int, kappa: float) -> None:
    rng = np.random.default_rng(5)
    draws = rng.binomial(n, rng.beta(p * kappa, (1 - p) * kappa, 40_000)) / n
    found = interval_of(head_predictive(np.array([p]), np.array([n]), np.array([kappa])))
    assert covered(draws, found.p10[0], found.p90[0]) == pytest.approx(0.8, abs=0.04)
    assert (draws <= found.p50[0]).mean() == pytest.approx(0.5, abs=0.06)


def batter_draws(size: int) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Season lines of one batter: talent by heads with kappa 400, then a multinomial season of 550."""
    rng = np.random.default_rng(8)
    means = {"single": 0.15, "double": 0.045, "triple": 0.004, "hr": 0.035, "walk": 0.09}
    talent = np.stack([rng.beta(p * 400, (1 - p) * 400, size) for p in means.values()], axis=1)
    rest = 1 - talent.sum(axis=1, keepdims=True)
    counts = rng.multinomial(550, np.concatenate([talent, rest], axis=1))
    single, double, triple, hr, walk, _ = counts.T
    at_bats = 550 - walk
    drawn = {
        "avg": (single + double + triple + hr) / at_bats,
        "slg": (single + 2 * double + 3 * triple + 4 * hr) / at_bats,
        "iso": (double + 2 * triple + 3 * hr) / at_bats,
    }
    return drawn, means


def test_derived_batter_intervals_cover_simulated_seasons() -> None:
    drawn, means = batter_draws(20_000)
    hits = sum(means[name] for name in ("single", "double", "triple", "hr"))
    rates = {f"{name}_rate": np.array([means[name]]) for name in ("single", "double", "triple", "hr")}
    rates |= {"h_rate": np.array([hits]), "bb_rate": np.array([0.09]), "so_rate": np.array([0.2])}
    rates |= {"obp": np.array([hits + 0.09])}
    rates |= {name: np.array([values.mean()]) for name, values in drawn.items()}
    heads = ("so_rate", "bb_rate", "hr_rate", "h_rate", "single_rate", "double_rate", "triple_rate", "obp")
    # Hits in all vary as their kinds do together; the head of h_rate is given the concentration that says so.
    kappa = {name: np.array([400.0]) for name in heads}
    found = intervals("batter", rates, kappa, np.array([550.0]))
    for name, draws in drawn.items():
        assert covered(draws, found[name].p10[0], found[name].p90[0]) == pytest.approx(0.8, abs=0.05), name


def test_derived_pitcher_intervals_cover_simulated_seasons() -> None:
    rng = np.random.default_rng(9)
    size, n, kappa = 20_000, 600, 400.0
    means = {"bb": 0.08, "h": 0.22, "er_among": 0.11}
    talent = {name: rng.beta(p * kappa, (1 - p) * kappa, size) for name, p in means.items()}
    out = 1 - talent["bb"] - talent["h"]
    scored = talent["er_among"]  # a batter faced who scores is one who reached: runner and run, or runner alone
    counts = rng.multinomial(n, np.stack([scored, 1 - out - scored, out], axis=1).clip(1e-9) / 1.0)
    earned, stranded, outs = counts.T
    drawn = {"era": 27 * earned / outs, "whip": 3 * (earned + stranded) / outs}
    rates = {
        "so_rate": 0.22,
        "bb_rate": 0.08,
        "hr_rate": 0.03,
        "h_rate": 0.22,
        "er_rate": 0.11,
        "era": float(drawn["era"].mean()),
        "whip": float(drawn["whip"].mean()),
    }
    arrays = {name: np.array([value]) for name, value in rates.items()}
    heads = ("so_rate", "bb_rate", "hr_rate", "h_rate", "er_rate")
    found = intervals("pitcher", arrays, {name: np.array([kappa]) for name in heads}, np.array([float(n)]))
    for name, draws in drawn.items():
        assert covered(draws, found[name].p10[0], found[name].p90[0]) == pytest.approx(0.8, abs=0.05), name


def test_more_opportunities_narrow_and_zero_rates_stay_finite() -> None:
    few = interval_of(head_predictive(np.array([0.2]), np.array([100.0]), np.array([300.0])))
    many = interval_of(head_predictive(np.array([0.2]), np.array([600.0]), np.array([300.0])))
    assert many.p90[0] - many.p10[0] < few.p90[0] - few.p10[0]
    nothing = interval_of(Predictive(np.array([0.0]), np.array([0.0])))
    assert np.isfinite([nothing.p10[0], nothing.p50[0], nothing.p90[0]]).all()
