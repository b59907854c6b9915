"""Many numbers of a player's season as few: measured against the season's league, turned to the directions that differ.

Belongs here: centring by season, principal components fitted on seasons up to a cutoff, unit spread. Not here: where
the numbers come from (learned_blocks), and how seasons are pooled and shrunk (whoever reads the block).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fbm_pipeline.marcel.season_lines import is_pitcher_batting
from fbm_pipeline.nn.threads import one_thread

MOST_COMPONENTS = 24  # more of them made the control no better in trials, 64 made it worse
LEAST_PLATE_APPEARANCES = 100  # of a player-season that the components are fitted on: below, chance is most of it


@dataclass(frozen=True)
class PlayerSeasons:
    """One season of one side of the ball, a row per player."""

    season: int
    player_type: str
    mlbam_id: np.ndarray  # (n,) int64, ascending
    plate_appearances: np.ndarray  # (n,) float64, above 0
    values: np.ndarray  # (n, k) float64
    of_the_league: np.ndarray  # (n,) bool: pitchers who bat do not count towards the league


@dataclass(frozen=True)
class Components:
    """Where centred values are turned to: column j of a block is `values @ axes[:, j]`, of unit spread."""

    axes: np.ndarray  # (k, components) float64; zeros for a direction in which nobody differs


def league_members(
    player_type: str,
    mlbam_id: np.ndarray,
    plate_appearances: np.ndarray,
    other_ids: np.ndarray,
    other_plate_appearances: np.ndarray,
) -> np.ndarray:
    """(n,) bool: who is of the league, given the other side's players and theirs of the same season."""
    order = np.argsort(other_ids, kind="stable")
    at = np.minimum(np.searchsorted(other_ids[order], mlbam_id), max(len(order) - 1, 0))
    if not len(order):
        return np.ones(len(mlbam_id), dtype=bool)
    same = other_ids[order][at] == mlbam_id
    elsewhere = np.where(same, other_plate_appearances[order][at], 0)
    return ~is_pitcher_batting(player_type, plate_appearances, elsewhere)


def centred(part: PlayerSeasons) -> PlayerSeasons:
    """Less the mean of the season's league by plate appearances: (n, k) deviations."""
    weight = np.where(part.of_the_league, part.plate_appearances, 0.0)
    if not weight.sum():
        raise ValueError(
            f"{part.player_type}s of {part.season}: none of {len(weight)} players is of the league, expected some; "
            "look at core.plate_appearances of the season"
        )
    mean = (weight[:, None] * part.values).sum(axis=0) / weight.sum()
    return replace(part, values=part.values - mean)


def fit_components(seasons: Sequence[PlayerSeasons], cutoff: int, most: int = MOST_COMPONENTS) -> Components:
    """The directions of largest spread among centred player-seasons up to the cutoff, weighted by plate appearances.

    An axis points to where its largest loading is positive, so that the same data give the same signs. Raises
    ValueError when fewer than two player-seasons have enough plate appearances.
    """
    values, weight = _fitted_on(seasons, cutoff)
    with one_thread():  # sums in one order, so that the components repeat to the last bit
        covariance = (values * weight[:, None]).T @ values / weight.sum()
        variances, vectors = np.linalg.eigh(covariance)
    kept = np.argsort(-variances, kind="stable")[:most]
    variances, vectors = variances[kept], vectors[:, kept]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(kept))])
    return Components(vectors * signs * _inverse_spread(variances))


def unit_spread(seasons: Sequence[PlayerSeasons], cutoff: int) -> Components:
    """The columns as they are, each of unit spread over the player-seasons that components would be fitted on.

    Raises ValueError as fit_components does, and for more columns than a block may have.
    """
    values, weight = _fitted_on(seasons, cutoff)
    if values.shape[1] > MOST_COMPONENTS:
        raise ValueError(f"a block has at most {MOST_COMPONENTS} columns, found {values.shape[1]}; turn them first")
    variances = (weight[:, None] * values**2).sum(axis=0) / weight.sum()
    return Components(np.diag(_inverse_spread(variances)))


def turned(part: PlayerSeasons, components: Components) -> np.ndarray:
    """(n, components) float32 of one centred season. Season by season: its numbers depend on no other season's."""
    with one_thread():
        return (part.values @ components.axes).astype(np.float32)


def _fitted_on(seasons: Sequence[PlayerSeasons], cutoff: int) -> tuple[np.ndarray, np.ndarray]:
    training_seasons = [part for part in seasons if part.season <= cutoff]
    enough = [part.of_the_league & (part.plate_appearances >= LEAST_PLATE_APPEARANCES) for part in training_seasons]
    player_seasons = sum(int(rows.sum()) for rows in enough)
    if player_seasons < 2:
        raise ValueError(
            f"components need two player-seasons of {LEAST_PLATE_APPEARANCES} plate appearances up to {cutoff}, found "
            f"{player_seasons} in seasons {[part.season for part in training_seasons]}; materialize earlier seasons"
        )
    values = np.concatenate([part.values[rows] for part, rows in zip(training_seasons, enough, strict=True)])
    weight = np.concatenate([part.plate_appearances[rows] for part, rows in zip(training_seasons, enough, strict=True)])
    return values, weight


def _inverse_spread(variances: np.ndarray) -> np.ndarray:
    """1 / spread; 0 where the variance is rounding only."""
    real = variances > 1e-10 * max(float(variances.max(initial=0.0)), 1e-300)
    return np.where(real, 1.0 / np.sqrt(np.where(real, variances, 1.0)), 0.0)
