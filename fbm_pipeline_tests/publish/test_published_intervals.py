"""Published intervals: by earlier errors where a tier has told them, else and for networks by the concentration."""

import numpy as np
import pandas as pd
import pytest

from fbm_pipeline.backtest.intervals import intervals
from fbm_pipeline.publish.published_intervals import published_intervals

NAMES = ("so_rate", "bb_rate", "hr_rate", "h_rate", "single_rate", "double_rate", "triple_rate", "obp")
RATES = {
    name: np.full(2, rate) for name, rate in zip(NAMES, (0.22, 0.08, 0.03, 0.23, 0.14, 0.05, 0.01, 0.32), strict=True)
} | {"avg": np.full(2, 0.25), "slg": np.full(2, 0.42), "iso": np.full(2, 0.17)}
CONCENTRATIONS = {name: np.full(2, 300.0) for name in NAMES}
PLAYERS = pd.DataFrame(
    {"opportunities": [500.0, 500.0], "prior_opportunities": [1500, 200], "identity_source": ["mlb", "blended"]}
)


def spread(variance: float) -> pd.DataFrame:
    """Errors of the control's strikeouts are known for regulars only; luck is that of a share of trials."""
    return pd.DataFrame(
        {
            "player_type": ["batter"],
            "statistic": ["so_rate"],
            "system": ["control"],
            "tier": ["over_1200"],
            "variance": [variance],
            "luck_scale": [1.0],
        }
    )


def test_a_control_takes_the_spread_of_its_own_errors_where_it_is_known() -> None:
    found = published_intervals("batter", "control", RATES, CONCENTRATIONS, PLAYERS, spread(0.03**2))["so_rate"]
    fallback = intervals("batter", RATES, CONCENTRATIONS, PLAYERS["opportunities"].to_numpy())["so_rate"]
    sd = np.sqrt(0.22 * 0.78 / 500 + 0.03**2)
    assert found.p90[0] - found.p10[0] == pytest.approx(2 * 1.2816 * sd, rel=0.02)  # nearly normal here
    assert found.p10[1] == fallback.p10[1]  # a short history, of which no error was told
    assert found.p10[0] != fallback.p10[0]


def test_a_network_keeps_its_own_concentration() -> None:
    known = spread(0.03**2).assign(system="contextual")
    found = published_intervals("batter", "contextual", RATES, CONCENTRATIONS, PLAYERS, known)["so_rate"]
    own = intervals("batter", RATES, CONCENTRATIONS, PLAYERS["opportunities"].to_numpy())["so_rate"]
    np.testing.assert_array_equal(found.p10, own.p10)
    np.testing.assert_array_equal(found.p90, own.p90)


def test_of_newcomers_a_control_with_the_minors_tells_the_translations_concentration() -> None:
    newcomer = PLAYERS.assign(prior_opportunities=[1500, 0], identity_source=["mlb", "mle"])
    errors = pd.concat([spread(0.03**2), spread(0.03**2).assign(tier="under_500")]).assign(system="control_minors")
    found = published_intervals("batter", "control_minors", RATES, CONCENTRATIONS, newcomer, errors)["so_rate"]
    own = intervals("batter", RATES, CONCENTRATIONS, newcomer["opportunities"].to_numpy())["so_rate"]
    assert found.p10[1] == own.p10[1]
    assert found.p90[1] == own.p90[1]
    assert found.p10[0] != own.p10[0]  # who has a history keeps the spread of its errors


def test_the_translation_keeps_its_own_concentration() -> None:
    known = spread(0.03**2).assign(system="mle")
    found = published_intervals("batter", "mle", RATES, CONCENTRATIONS, PLAYERS, known)["so_rate"]
    own = intervals("batter", RATES, CONCENTRATIONS, PLAYERS["opportunities"].to_numpy())["so_rate"]
    np.testing.assert_array_equal(found.p10, own.p10)


def test_quantiles_stay_in_order_under_any_spread() -> None:
    for variance in (0.0, 1e-8, 0.2, 5.0):
        found = published_intervals("batter", "control", RATES, CONCENTRATIONS, PLAYERS, spread(variance))
        for name, interval in found.items():
            assert (interval.p10 <= interval.p50).all(), name
            assert (interval.p50 <= interval.p90).all(), name
