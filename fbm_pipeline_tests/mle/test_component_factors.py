"""The naive factors: ratios of what the same players did above and below, and Marcel where nobody was below."""

import numpy as np
import pytest

from fbm_pipeline.mle.component_factors import factored_rates, fit_component_factors
from fbm_pipeline.mle.evidence import Evidence
from fbm_pipeline_tests.mle.hand_made import evidence, promoted

SO = 0
LEAGUE = 0.2  # of strikeouts


def pairs(**given: object) -> Evidence:
    """Two players of AAA with 1.0 and 0.5 times the level's strikeouts; above, 1.5 and 0.9 times the majors'."""
    lines = np.zeros((2, 6, 2))
    lines[:, SO, 0] = (100.0, 400.0)
    rates = np.array([1.0, 0.5])[:, None, None]
    actual = np.zeros((2, 6))
    actual[:, SO] = (LEAGUE * 1.5 * 300, LEAGUE * 0.9 * 300)
    told = {"minor_pa": lines, "minors": lines * rates, "actual": actual, "actual_pa": 300.0} | given
    return evidence(2, **told)


def test_a_factor_is_the_ratio_of_the_same_players() -> None:
    factors = fit_component_factors(pairs())
    # The first pair counts for 100 plate appearances, the second for the 300 above.
    assert factors[SO, 0] == pytest.approx((100 * 1.5 + 300 * 0.9) / (100 * 1.0 + 300 * 0.5))
    assert (factors[SO, 1], factors[1:].tolist()) == (1.0, [[1.0, 1.0]] * 5)


def test_only_rows_that_teach_count() -> None:
    few = fit_component_factors(pairs(actual_pa=np.array([300.0, 10.0])))
    assert few[SO, 0] == pytest.approx(1.5)
    assert (fit_component_factors(pairs(actual_pa=0.0)) == 1.0).all()


def test_a_season_without_the_component_tells_nothing() -> None:
    league = np.full((2, 6), 0.1)
    league[1, SO] = 0.0
    factors = fit_component_factors(pairs(actual_league=league))
    assert factors[SO, 0] == pytest.approx(3.0)  # .3 above, in a league of .1
    assert np.isfinite(factors).all()
    assert np.isfinite(fit_component_factors(pairs(actual_league=0.0))).all()


def test_a_worlds_factors_come_back() -> None:
    assert fit_component_factors(promoted(300, (1.25, 0.8)))[SO] == pytest.approx([1.25, 0.8], rel=0.05)


def test_a_newcomer_is_regressed_to_the_league() -> None:
    rows = pairs()
    rates = factored_rates(rows, SO, np.array([1.2, 1.0]), 100.0)
    assert rates == pytest.approx([(100 + 100 * 1.0 * 1.2) / 200, (100 + 400 * 0.5 * 1.2) / 500])
    assert factored_rates(evidence(2), SO, np.array([1.2, 1.0]), 100.0).tolist() == [1.0, 1.0]


def test_of_whom_marcel_knows_the_lines_join_his_weight() -> None:
    rows = pairs(is_newcomer=False, marcel=0.7, marcel_weight=300.0)
    rates = factored_rates(rows, SO, np.array([1.2, 1.0]), 100.0)
    assert rates[0] == pytest.approx((300 * 0.7 + 100 * 1.2) / 400)


def test_without_a_line_it_is_marcel_to_the_bit() -> None:
    rng = np.random.default_rng(2)
    marcel = np.repeat(rng.uniform(0.3, 2.0, (200, 1)), 6, axis=1)
    rows = evidence(200, is_newcomer=False, marcel=marcel, marcel_weight=rng.uniform(1, 900, (200, 1)))
    assert np.array_equal(factored_rates(rows, SO, np.array([1.2, 0.9]), 100.0), marcel[:, SO])
