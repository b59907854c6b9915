"""How close a set of rates came: r, RMSE, slope, spread, ranks, intervals, and how much of the error can be removed.

Each system's mean error of a season is removed first: a projection made in March cannot know the season's run
environment, and a league-wide miss is no evidence about players. Sums are kept by season and added up, so that pooled
seasons cost nothing. Not here: who is scored (see universes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]

TOP = 20  # how many of the best projected are looked for among as many of the best


@dataclass(frozen=True)
class Score:
    """Agreement of projected and actual rates of `n` player-seasons; NaN where a spread is zero.

    `rmse` (season means removed) and `rmse_raw` are in the statistic's own unit, `slope` is the regression of actual
    on projected (1 is calibrated, below 1 is overconfident), `sd_ratio` the spread of the projections over the spread
    of the actual rates.
    """

    n: int
    r: float
    rmse: float
    slope: float
    sd_ratio: float
    rmse_raw: float


@dataclass(frozen=True)
class Moments:
    """Weighted sums over player-seasons, their own season's means removed, for several systems side by side.

    `actual` is the sum of squared actual rates, and (systems,) `projected` of the projections, `product`, `error`
    (squared errors) and `raw` (squared errors before means were removed).
    """

    n: int
    weight: float
    actual: float
    projected: Floats
    product: Floats
    error: Floats
    raw: Floats

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.n + other.n,
            self.weight + other.weight,
            self.actual + other.actual,
            self.projected + other.projected,
            self.product + other.product,
            self.error + other.error,
            self.raw + other.raw,
        )

    def scores(self) -> list[Score]:
        """One score per system."""
        with np.errstate(invalid="ignore", divide="ignore"):
            r = np.where(
                (self.projected > 0) & (self.actual > 0), self.product / np.sqrt(self.projected * self.actual), np.nan
            )
            slope = np.where(self.projected > 0, self.product / self.projected, np.nan)
            spread = np.sqrt(self.projected / self.actual) if self.actual > 0 else np.full_like(r, np.nan)
        columns = zip(r, np.sqrt(self.error / self.weight), slope, spread, np.sqrt(self.raw / self.weight), strict=True)
        return [Score(self.n, *map(float, values)) for values in columns]


def remove_season_means(values: ArrayLike, weights: ArrayLike, seasons: ArrayLike) -> Floats:
    """`values` less their weighted mean within each season. Every season needs a positive total weight."""
    rates = np.asarray(values, dtype=np.float64)
    weight = np.asarray(weights, dtype=np.float64)
    _, season = np.unique(np.asarray(seasons), return_inverse=True)
    means = np.bincount(season, weights=rates * weight) / np.bincount(season, weights=weight)
    return rates - means[season]


def season_moments(projected: Floats, actual: Floats, weights: Floats) -> Moments:
    """The sums of one season: `projected` is (players, systems), the others (players,)."""
    share = weights / weights.sum()
    p, y = projected - share @ projected, actual - share @ actual
    return Moments(
        n=len(weights),
        weight=float(weights.sum()),
        actual=float(weights @ y**2),
        projected=weights @ p**2,
        product=(weights * y) @ p,
        error=weights @ (p - y[:, None]) ** 2,
        raw=weights @ (projected - actual[:, None]) ** 2,
    )


def score(projected: ArrayLike, actual: ArrayLike, weights: ArrayLike, seasons: ArrayLike) -> Score:
    """Score one system on one statistic. All arguments are (n,); weights are opportunities.

    Raises ValueError for an empty set, for lengths that differ and for weights that are not positive.
    """
    p, y, w = (np.asarray(part, dtype=np.float64) for part in (projected, actual, weights))
    season = np.asarray(seasons)
    lengths = {len(p), len(y), len(w), len(season)}
    if lengths == {0} or len(lengths) != 1:
        raise ValueError(f"cannot score arrays of lengths {sorted(lengths)}: expected one length above 0")
    if not (w > 0).all():
        raise ValueError(f"{int((w <= 0).sum())} weights are not positive: drop players who did not play")
    parts = [
        season_moments(p[in_season, None], y[in_season], w[in_season])
        for in_season in (season == year for year in np.unique(season))
    ]
    return total(parts).scores()[0]


def total(parts: Sequence[Moments]) -> Moments:
    """The sums of several seasons together. Raises IndexError for none."""
    summed = parts[0]
    for part in parts[1:]:
        summed = summed + part
    return summed


def rank_correlation(projected: Floats, actual: Floats) -> Floats:
    """Spearman's correlation of one season, unweighted, by system; NaN where ranks do not vary. Ties share a rank."""
    p, y = rankdata(projected, axis=0), rankdata(actual)
    p, y = p - p.mean(axis=0), y - y.mean()
    with np.errstate(invalid="ignore", divide="ignore"):
        return (y @ p) / np.sqrt((y @ y) * (p**2).sum(axis=0))


def top_overlap(projected: Floats, actual: Floats, good_when_high: bool, top: int = TOP) -> Floats:
    """The share of the `top` best projected who are among the `top` best of the season, by system.

    Of equal rates the earlier row counts as the better, in both.
    """
    sign = -1.0 if good_when_high else 1.0
    best = np.argsort(sign * actual, kind="stable")[:top]
    chosen = np.argsort(sign * projected, axis=0, kind="stable")[:top]
    return np.isin(chosen, best).mean(axis=0)


def attainable_share(error: ArrayLike, league: float, noise: float) -> Floats:
    """Of the error that knowing every player's true rate would remove from the league mean's, the share removed.

    (league MSE - MSE) / (league MSE - noise MSE), all with season means removed; NaN where luck alone spreads the
    actual rates as far as they are spread.
    """
    mse = np.asarray(error, dtype=np.float64)
    return (league - mse) / (league - noise) if league > noise else np.full_like(mse, np.nan)


def coverage(actual: Floats, low: Floats, high: Floats) -> Floats:
    """The share of players whose rate lies within the interval, ends included, by system; `low`, `high` (n, systems).

    Unweighted: an interval is wide where a player had few opportunities, and he counts as much as a regular.
    """
    y = actual[:, None]
    return ((y >= low) & (y <= high)).mean(axis=0)
