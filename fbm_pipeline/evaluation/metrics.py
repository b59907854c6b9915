"""How close a set of rates came: weighted r, RMSE, slope and spread, all within season.

Each system's mean error of a season is removed first: a projection made in March cannot know the season's run
environment, and a league-wide miss says nothing about players. Not here: who is scored (see universes).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """Agreement of projected and actual rates of `n` player-seasons; NaN where a spread is zero.

    `rmse` is in the statistic's own unit, `slope` the regression of actual on projected (1 is calibrated, below 1
    is overconfident), `sd_ratio` the spread of the projections over the spread of the actual rates.
    """

    n: int
    r: float
    rmse: float
    slope: float
    sd_ratio: float


def remove_season_means(values: ArrayLike, weights: ArrayLike, seasons: ArrayLike) -> Floats:
    """`values` less their weighted mean within each season. Every season needs a positive total weight."""
    rates = np.asarray(values, dtype=np.float64)
    weight = np.asarray(weights, dtype=np.float64)
    _, season = np.unique(np.asarray(seasons), return_inverse=True)
    means = np.bincount(season, weights=rates * weight) / np.bincount(season, weights=weight)
    return rates - means[season]


def score(projected: ArrayLike, actual: ArrayLike, weights: ArrayLike, seasons: ArrayLike) -> Score:
    """Score one system on one statistic. All arguments are (n,); weights are opportunities.

    Raises ValueError for an empty set, for lengths that differ and for weights that are not positive.
    """
    lengths = {len(np.asarray(part)) for part in (projected, actual, weights, seasons)}
    weight = np.asarray(weights, dtype=np.float64)
    if lengths == {0} or len(lengths) != 1:
        raise ValueError(f"cannot score arrays of lengths {sorted(lengths)}: expected one length above 0")
    if not (weight > 0).all():
        raise ValueError(f"{int((weight <= 0).sum())} weights are not positive: drop players who did not play")
    p = remove_season_means(projected, weight, seasons)
    y = remove_season_means(actual, weight, seasons)
    share = weight / weight.sum()
    var_p, var_y, cov = float(share @ p**2), float(share @ y**2), float(share @ (p * y))
    spread = var_p > 0 and var_y > 0
    return Score(
        n=len(weight),
        r=cov / float(np.sqrt(var_p * var_y)) if spread else float("nan"),
        rmse=float(np.sqrt(share @ (p - y) ** 2)),
        slope=cov / var_p if var_p > 0 else float("nan"),
        sd_ratio=float(np.sqrt(var_p / var_y)) if var_y > 0 else float("nan"),
    )
