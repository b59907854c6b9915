"""Intervals of r and RMSE by drawing players: what would other players of the same kind have given?

A player's seasons are alike, so he is drawn with all of them or not at all. Every draw weights sums kept by player
and season, so that a thousand draws are one matrix product, and season means are removed in each draw afresh: a
league-wide error of a season is itself uncertain. Not here: which systems, players and families (pairs).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

DRAWS = 2000
SEED = 20180301
CONSTANT_SPREAD = 1e-6  # of the largest value: a smaller spread is rounding, and has no r
LEVEL = 0.95


@dataclass(frozen=True)
class Resampled:
    """r and RMSE of every system: `r`, `rmse` are (systems,), `r_draws`, `rmse_draws` (draws, systems).

    r is NaN where a system or what happened does not vary.
    """

    players: int
    r: Floats
    rmse: Floats
    r_draws: Floats
    rmse_draws: Floats


@dataclass(frozen=True)
class Difference:
    """One figure of a new system less that of its base, with a 95 % interval and a two-sided p value.

    All four are None where the figure itself is unknown.
    """

    value: float | None
    low: float | None
    high: float | None
    p: float | None


def resample(
    projected: ArrayLike,
    actual: ArrayLike,
    weights: ArrayLike,
    seasons: ArrayLike,
    players: ArrayLike,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Resampled:
    """r and RMSE, season means removed, of all systems in the sample and in each draw of its players.

    `projected` is (n, systems), the others (n,); weights are opportunities. The same players in the same order get the
    same draws, whatever the statistic. Raises ValueError for lengths that differ, for no rows and for weights that
    are not positive.
    """
    values = np.asarray(projected, np.float64)
    truth, weight = np.asarray(actual, np.float64), np.asarray(weights, np.float64)
    _, season = np.unique(np.asarray(seasons), return_inverse=True)
    ids, player = np.unique(np.asarray(players), return_inverse=True)
    if values.ndim != 2 or len({len(values), len(truth), len(weight), len(season), len(player)}) != 1 or not len(ids):
        raise ValueError(
            f"cannot resample projections of shape {values.shape} with {len(truth)} actual rates, {len(weight)} "
            f"weights, {len(season)} seasons and {len(player)} players: expected (n, systems) and n of each, n above 0"
        )
    if not (weight > 0).all():
        raise ValueError(f"{int((weight <= 0).sum())} weights are not positive: drop players who did not play")
    layout = _Layout(player, season, len(ids), int(season.max()) + 1)
    counts = np.concatenate([np.ones((1, len(ids))), drawn(len(ids), draws, seed)])  # row 0: the sample itself
    y = _centred(truth, weight, season)
    total, sum_y, sum_yy = layout.drawn_sums(counts, weight, weight * y, weight * y * y)
    var_y = _spread(sum_yy, sum_y, sum_y, total)
    r, rmse = [], []
    for column in values.T:  # each by itself: in one product of all systems two equal ones differ in their last bits
        p = _centred(column, weight, season)
        sum_p, sum_pp, sum_py = layout.drawn_sums(counts, weight * p, weight * p * p, weight * p * y)
        var_p, covariance = _spread(sum_pp, sum_p, sum_p, total), _spread(sum_py, sum_p, sum_y, total)
        scale = np.sqrt(_varying(var_p, column, total) * _varying(var_y, truth, total))
        r.append(np.divide(covariance, scale, out=np.full_like(scale, np.nan), where=scale > 0))
        error = np.maximum(var_p + var_y - 2 * covariance, 0.0)
        rmse.append(np.sqrt(error / total.sum(axis=1)))
    all_r, all_rmse = np.stack(r, axis=1), np.stack(rmse, axis=1)  # (1 + draws, systems)
    return Resampled(len(ids), all_r[0], all_rmse[0], all_r[1:], all_rmse[1:])


def _varying(variance: Floats, values: Floats, total: Floats) -> Floats:
    """Sums of squares by draw, 0 where what is left of them is rounding."""
    least = total.sum(axis=1) * (CONSTANT_SPREAD * np.abs(values).max()) ** 2
    return np.where(variance > least, variance, 0.0)


@lru_cache(maxsize=64)  # the same players come again with every statistic; 2 MB for 1000 of them
def drawn(players: int, draws: int, seed: int) -> NDArray[np.uint8]:
    """How often each of `players` comes in each draw of as many with replacement, (draws, players)."""
    chosen = np.random.default_rng([seed, players]).integers(0, players, size=(draws, players), dtype=np.int32)
    flat = chosen + (players * np.arange(draws, dtype=np.int64))[:, None]
    times = np.bincount(flat.ravel(), minlength=draws * players).reshape(draws, players)
    return np.minimum(times, 255).astype(np.uint8)  # nobody is drawn 256 times: of 1000 players the mean is 1


def difference(base: float, new: float, base_draws: Sequence[float] | Floats, new_draws: Floats) -> Difference:
    """`new` less `base` with the percentile interval and p value of the paired draws.

    p is twice the share of draws on the far side of zero, the sample itself counted as one: (k + 1) / (draws + 1), at
    most 1. Draws in which either figure is unknown are left out.
    """
    value = new - base
    if not np.isfinite(value):
        return Difference(None, None, None, None)
    steps = np.asarray(new_draws) - np.asarray(base_draws)
    steps = steps[np.isfinite(steps)]
    low, high = np.percentile(steps, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    beyond = min(int((steps <= 0).sum()), int((steps >= 0).sum()))
    return Difference(float(value), float(low), float(high), min(1.0, 2 * (beyond + 1) / (len(steps) + 1)))


@dataclass(frozen=True)
class _Layout:
    """Where each row's amounts go: (players, seasons)."""

    player: NDArray[np.int64]
    season: NDArray[np.int64]
    players: int
    seasons: int

    def drawn_sums(self, counts: Floats, *amounts: Floats) -> Floats:
        """Sums of each amount by draw and season: (amounts, draws, seasons)."""
        cell = self.player * self.seasons + self.season
        sums = [np.bincount(cell, part, self.players * self.seasons).reshape(self.players, -1) for part in amounts]
        by_draw = counts @ np.concatenate(sums, axis=1, dtype=np.float64)
        return by_draw.reshape(len(counts), len(amounts), self.seasons).transpose(1, 0, 2)


def _centred(values: Floats, weight: Floats, season: NDArray[np.int64]) -> Floats:
    """Less the sample's season means: no figure changes by it, but sums of squares keep their digits.

    What is left of a constant is rounding, and is taken as none.
    """
    rest = values - (np.bincount(season, weight * values) / np.bincount(season, weight))[season]
    return np.where(np.abs(rest) > 1e-12 * np.abs(values).max(), rest, 0.0)


def _spread(products: Floats, left: Floats, right: Floats, total: Floats) -> Floats:
    """Weighted co-deviation about season means, summed over seasons, (draws,); a season nobody was drawn of adds 0."""
    means = np.divide(left * right, total, out=np.zeros_like(total), where=total > 0)
    return (products - means).sum(axis=1)
