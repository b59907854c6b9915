"""The heart of Marcel: three weighted seasons, regressed to the league and moved to its latest level.

Rates here are unscaled (earned runs per out, not per nine innings). Not here: aging, fitting, tables.
"""

from dataclasses import dataclass

import numpy as np

from fbm_pipeline.baseball.statistics import Statistic
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories, SeasonLines, league_rates

# Weights of one, two and three years back (Tango's Marcel).
YEAR_WEIGHTS = {"batter": np.array([5.0, 4.0, 3.0]), "pitcher": np.array([3.0, 2.0, 1.0])}


@dataclass(frozen=True)
class Samples:
    """What n players did in a statistic in the three seasons before, and what the league did."""

    numerator: np.ndarray  # (n, 3)
    denominator: np.ndarray  # (n, 3)
    league: np.ndarray  # (n, 3) the league's rate in each of the three seasons; 0 where it has none
    latest: np.ndarray  # (n,) the league's rate in the latest of the three seasons that has one
    weights: np.ndarray  # (3,)


def samples(lines: SeasonLines, players: Histories, statistic: Statistic) -> Samples:
    """Gather one statistic for every player to be projected."""
    numerator, denominator = lines.totals(statistic)
    by_season = league_rates(lines, statistic)
    league = np.zeros((len(players.season), SEASONS_BACK))
    latest = np.zeros(len(players.season))
    for target in np.unique(players.season):
        rows = players.season == target
        rates = [by_season.get(int(target) - 1 - back) for back in range(SEASONS_BACK)]
        league[rows] = [0.0 if rate is None else rate for rate in rates]
        latest[rows] = next((rate for rate in rates if rate is not None), 0.0)
    return Samples(
        players.gather(numerator), players.gather(denominator), league, latest, YEAR_WEIGHTS[lines.player_type]
    )


def regress(sample: Samples, regression: float) -> np.ndarray:
    """(n,) rates: (weighted numerator + k x league) / (weighted denominator + k), in the latest season's league.

    `regression` is k in weighted denominators: 1200 under weights of 5/4/3 are 240 plate appearances of last year.
    The league is the one the player played in: the mean of its three rates, weighted by his own denominators; the
    result is multiplied by the latest league rate over that mean.
    """
    denominator = sample.denominator @ sample.weights
    played_in = (sample.denominator * sample.league) @ sample.weights
    expected = np.divide(played_in, denominator, out=sample.latest.copy(), where=denominator > 0)
    rate = (sample.numerator @ sample.weights + regression * expected) / (denominator + regression)
    level = np.divide(sample.latest, expected, out=np.ones_like(expected), where=expected > 0)
    return rate * level


def effective_opportunities(sample: Samples, regression: float) -> np.ndarray:
    """(n,) how much the rate rests on, in the statistic's denominators of the latest year.

    The weighted sample plus k, divided by the latest year's weight: one opportunity of last year counts as one, one
    of three years ago as 3/5 (batters), and the league counts for k over that weight. As in a beta distribution's
    two parameters together: rate x weight and (1 - rate) x weight.
    """
    return (sample.denominator @ sample.weights + regression) / sample.weights[0]


def classic_regression(statistic: Statistic, player_type: str) -> float:
    """Tango's constants: 1200 for batters, 134 outs or 190 batters faced for pitchers, in weighted denominators."""
    if player_type == "batter":
        return 1200.0
    return 134.0 if statistic.denominator == (("outs", 1.0),) else 190.0
