"""Marcel against numbers worked out by hand, and what must hold for any sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fbm_pipeline.marcel.regression import Samples, effective_opportunities, regress

WEIGHTS = np.array([5.0, 4.0, 3.0])


def sample(numerator: list[float], denominator: list[float], league: list[float]) -> Samples:
    return Samples(np.array([numerator]), np.array([denominator]), np.array([league]), np.array([league[0]]), WEIGHTS)


def test_a_rate_worked_out_by_hand() -> None:
    # 5 x 100 + 4 x 80 + 3 x 60 = 1000 strikeouts in 5 x 500 + 4 x 400 + 3 x 300 = 5000 plate appearances.
    # His league: (.25 x 2500 + .20 x 1600 + .20 x 900) / 5000 = .225.
    # (1000 + 1200 x .225) / 6200 = 1270 / 6200; to last year's level: x .25 / .225.
    found = regress(sample([100, 80, 60], [500, 400, 300], [0.25, 0.20, 0.20]), 1200.0)
    assert found[0] == pytest.approx(1270 / 6200 * 0.25 / 0.225, rel=1e-12)


def test_weight_is_the_sample_in_last_years_opportunities_plus_the_leagues() -> None:
    found = effective_opportunities(sample([100, 80, 60], [500, 400, 300], [0.25, 0.20, 0.20]), 1200.0)
    assert found[0] == pytest.approx((5000 + 1200) / 5)


def test_without_opportunities_the_rate_is_the_latest_league() -> None:
    assert regress(sample([0, 0, 0], [0, 0, 0], [0.25, 0.20, 0.0]), 400.0)[0] == 0.25


def test_a_league_without_the_event_gives_zero_and_no_division_by_it() -> None:
    assert regress(sample([0, 0, 0], [500, 400, 300], [0.0, 0.0, 0.0]), 400.0)[0] == 0.0


@given(
    hits=st.lists(st.integers(0, 200), min_size=3, max_size=3),
    extra=st.lists(st.integers(0, 500), min_size=3, max_size=3),
    league=st.floats(0.05, 0.4),
    k=st.floats(10, 5000),
)
def test_the_rate_lies_between_the_players_own_and_the_league(
    hits: list[int], extra: list[int], league: float, k: float
) -> None:
    trials = [h + e for h, e in zip(hits, extra, strict=True)]
    found = regress(sample([float(h) for h in hits], [float(t) for t in trials], [league] * 3), k)[0]
    weighted = np.array(trials) @ WEIGHTS
    own = np.array(hits) @ WEIGHTS / weighted if weighted else league
    assert min(own, league) - 1e-12 <= found <= max(own, league) + 1e-12


@given(k=st.floats(10, 5000), more=st.floats(1, 5000))
def test_more_regression_moves_the_rate_towards_the_league(k: float, more: float) -> None:
    player = sample([100, 80, 60], [300, 300, 300], [0.2, 0.2, 0.2])
    assert regress(player, k + more)[0] < regress(player, k)[0]
    assert regress(player, k + more)[0] > 0.2
