"""The signs of aging: what age takes from a player depends on what the statistic counts."""

import numpy as np
import pytest

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.aging import classic_factor, fitted_factor

GETS_WORSE_DOWNWARD = {("batter", s.name) for s in statistics("batter") if s.name != "so_rate"} | {
    ("pitcher", "so_rate")
}


@pytest.mark.parametrize(("player_type", "name"), [(t, s.name) for t in ("batter", "pitcher") for s in statistics(t)])
def test_classic_aging_makes_the_young_better_and_the_old_worse(player_type: str, name: str) -> None:
    statistic = next(s for s in statistics(player_type) if s.name == name)
    young, peak, old = classic_factor(np.array([22.0, 29.0, 36.0]), statistic, player_type)
    assert peak == 1.0
    if (player_type, name) in GETS_WORSE_DOWNWARD:
        assert young == pytest.approx(1 + 7 * 0.006)
        assert old == pytest.approx(1 - 7 * 0.003)
    else:
        assert young == pytest.approx(1 / (1 + 7 * 0.006))
        assert old == pytest.approx(1 / (1 - 7 * 0.003))


def test_an_unknown_age_changes_nothing() -> None:
    statistic = statistics("batter")[0]
    assert classic_factor(np.array([np.nan]), statistic, "batter")[0] == 1.0
    assert fitted_factor(np.array([np.nan]), 0.01)[0] == 1.0


def test_a_fitted_slope_counts_years_from_the_peak_and_stops_at_half() -> None:
    found = fitted_factor(np.array([25.0, 29.0, 33.0, 80.0]), -0.03)
    assert found == pytest.approx([1.12, 1.0, 0.88, 0.5])
