"""How a rate moves with age. Classic: one published curve, signed by what is good. Fitted: a slope per statistic.

Ages are years on 30 June of the season projected; a player of unknown age gets no correction.
"""

import numpy as np

from fbm_pipeline.baseball.statistics import Statistic

PEAK_AGE = 29.0
CLASSIC_YOUNG = 0.006  # better per year under the peak
CLASSIC_OLD = 0.003  # worse per year over it

# The fitted slopes are straight lines, and nobody's rate halves or grows by half through age alone in one projection.
FACTOR_RANGE = (0.5, 1.5)

_GOOD_WHEN_HIGH = {
    "batter": {"bb_rate", "hr_rate", "h_rate", "single_rate", "double_rate", "triple_rate", "obp", "avg", "slg", "iso"},
    "pitcher": {"so_rate"},
}


def is_good_when_high(statistic: Statistic, player_type: str) -> bool:
    """Whether more of it is better for the player: strikeouts for pitchers, all but strikeouts for batters."""
    return statistic.name in _GOOD_WHEN_HIGH[player_type]


def years_from_peak(age: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Years under and years over the peak, both >= 0; both zero where the age is NaN."""
    known = np.where(np.isnan(age), PEAK_AGE, age)
    return np.maximum(PEAK_AGE - known, 0.0), np.maximum(known - PEAK_AGE, 0.0)


def classic_factor(age: np.ndarray, statistic: Statistic, player_type: str) -> np.ndarray:
    """Tango's age factor, and its reciprocal for what a player is better with less of."""
    under, over = years_from_peak(age)
    factor = 1.0 + CLASSIC_YOUNG * under - CLASSIC_OLD * over
    return factor if is_good_when_high(statistic, player_type) else 1.0 / factor


def fitted_factor(age: np.ndarray, slope: float) -> np.ndarray:
    """1 + slope x years over the peak (negative under it), within FACTOR_RANGE: one straight line through both sides.

    A positive slope raises the rate of older players, good or bad.
    """
    under, over = years_from_peak(age)
    return np.clip(1.0 + slope * (over - under), *FACTOR_RANGE)
