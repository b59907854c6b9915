"""Predictive distributions: quantiles and CRPS against the integrals they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, gamma

from fbm_pipeline.backtest.predictive import Predictive


def one(mean: float, variance: float, top: float | None = 1.0) -> Predictive:
    return Predictive(np.array([mean]), np.array([variance]), top)


def crps_by_integral(cdf: np.ndarray, grid: np.ndarray, actual: float) -> float:
    """The definition: the squared distance of the distribution from the step at what happened."""
    return float(np.trapezoid((cdf - (grid >= actual)) ** 2, grid))


@pytest.mark.parametrize("actual", [0.0, 0.12, 0.22, 0.5])
@pytest.mark.parametrize(("mean", "sd"), [(0.22, 0.03), (0.03, 0.01), (0.3, 0.15)])
def test_crps_of_a_beta_is_its_integral(mean: float, sd: float, actual: float) -> None:
    size = mean * (1 - mean) / sd**2 - 1
    grid = np.linspace(0, 1, 400_001)
    expected = crps_by_integral(beta.cdf(grid, mean * size, (1 - mean) * size), grid, actual)
    assert one(mean, sd**2).crps([actual])[0] == pytest.approx(expected, abs=2e-6)
    wide = one(3 * mean, 9 * sd**2, top=3.0)  # a scaled beta: everything three times as large
    assert wide.crps([3 * actual])[0] == pytest.approx(3 * expected, abs=6e-6)


@pytest.mark.parametrize("actual", [0.0, 3.5, 9.0])
def test_crps_of_a_gamma_is_its_integral(actual: float) -> None:
    mean, sd = 4.2, 1.1
    shape = (mean / sd) ** 2
    grid = np.linspace(0, 40, 400_001)
    expected = crps_by_integral(gamma.cdf(grid, shape, scale=mean / shape), grid, actual)
    assert one(mean, sd**2, top=None).crps([actual])[0] == pytest.approx(expected, abs=1e-4)


def test_a_certain_distribution_has_the_absolute_error() -> None:
    assert one(0.2, 1e-12).crps([0.25])[0] == pytest.approx(0.05, abs=1e-4)
    assert one(4.0, 1e-9, top=None).crps([3.0])[0] == pytest.approx(1.0, abs=1e-4)


def test_crps_is_smallest_for_the_true_spread() -> None:
    rng = np.random.default_rng(1)
    draws = rng.beta(22, 78, 20_000)
    truth = 0.22 * 0.78 / 101

    def mean_crps(variance: float) -> float:
        return float(Predictive(np.full(20_000, 0.22), np.full(20_000, variance)).crps(draws).mean())

    assert mean_crps(truth) < min(mean_crps(truth / 3), mean_crps(3 * truth))


@given(st.floats(0, 4), st.floats(0, 4), st.floats(0.01, 0.99), st.sampled_from([1.0, 3.0, 4.0, None]))
def test_quantiles_and_crps_are_finite_for_any_moments(
    mean: float, variance: float, level: float, top: float | None
) -> None:
    found = one(mean, variance, top)
    assert np.isfinite(found.quantile(level)).all()
    assert found.quantile(level / 2)[0] <= found.quantile(level)[0] + 1e-9
    assert np.isfinite(found.crps([mean])).all()


def test_quantiles_are_those_of_the_family() -> None:
    size = 0.22 * 0.78 / 0.03**2 - 1
    assert one(0.22, 0.03**2).quantile(0.1)[0] == pytest.approx(beta.ppf(0.1, 0.22 * size, 0.78 * size))
    assert one(4.0, 1.0, None).quantile(0.9)[0] == pytest.approx(gamma.ppf(0.9, 16, scale=0.25))
