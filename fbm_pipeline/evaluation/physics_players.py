"""Players whose rates are known before and after, and mean embeddings of the games before: input of the physics test.

Not here: what is made of them (physics_test).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.evaluation.actuals import load_actuals
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

SEASON, SPLIT = 2024, dt.date(2024, 8, 1)
EVIDENCE = 120.0  # opportunities at which a mean embedding counts half
PAIR_SEASONS = (2021, 2022, 2023, 2024)  # targets; batted balls are measured in the season before each


@dataclass(frozen=True)
class Players:
    """One side of the ball and one statistic, a row per player or player-season; `rate` is to be improved upon."""

    player_type: str
    stat: str
    season: np.ndarray  # (n,) int64, the target's
    mlbam_id: np.ndarray  # (n,) int64
    opportunities: np.ndarray  # (n,) float64, of the target: the weights
    actual: np.ndarray  # (n,) float64
    rate: np.ndarray  # (n,) float64, known before
    known: np.ndarray  # (n,) float64, opportunities that the rate and the embedding were made from


@dataclass(frozen=True)
class Arm:
    """Mean embeddings of one arm and side of the ball: rows by (season they were made of, player)."""

    season: np.ndarray  # (m,) int64
    mlbam_id: np.ndarray  # (m,) int64
    plate_appearances: np.ndarray  # (m,) float64
    means: np.ndarray  # (m, width)

    def rows(self, season: np.ndarray, mlbam_id: np.ndarray) -> np.ndarray:
        """(n,) row of each player's season, -1 where he has none."""
        place = {key: row for row, key in enumerate(zip(self.season.tolist(), self.mlbam_id.tolist(), strict=True))}
        return np.array([place.get(key, -1) for key in zip(season.tolist(), mlbam_id.tolist(), strict=True)], int)

    def columns(self) -> np.ndarray:
        """(m, width) deviations from the season's mean embedding, drawn to it by few plate appearances."""
        result = np.empty(self.means.shape)
        for season in np.unique(self.season):
            own = self.season == season
            n = self.plate_appearances[own]
            mean = np.average(self.means[own], axis=0, weights=n)
            result[own] = (self.means[own] - mean) * (n / (n + EVIDENCE))[:, None]
        return result


def load_halves(store: Store, season: int = SEASON, split: dt.date = SPLIT) -> pa.Table:
    """Counts of every player before the split date and from it on; see the statement for columns."""
    with session(store, tables=("core.plate_appearances",)) as connection:
        return query(connection, "evaluation/season_halves", {"season": season, "split": split})


def load_control_pairs(
    store: Store, system: str = "control_physics", seasons: Sequence[int] = PAIR_SEASONS
) -> list[Players]:
    """What a control projected for the seasons and what happened, by player type and statistic."""
    actual = load_actuals(store, min(seasons), max(seasons))
    found = []
    for player_type in PLAYER_TYPES:
        parameters = {"player_type": player_type, "system": system, "seasons": list(seasons)}
        with session(store, tables=("features.control_rates",), actual_rates=actual) as connection:
            rows = query(connection, "evaluation/control_pairs", parameters)
        for statistic in statistics(player_type):
            own = rows.filter(pc.field("statistic") == statistic.name)
            season, mlbam_id = (own.column(name).to_numpy().astype(np.int64) for name in ("season", "mlbam_id"))
            weights, truth, rate = (
                own.column(name).to_numpy().astype(np.float64) for name in ("opportunities", "actual", "rate")
            )
            known = np.full(len(own), np.inf)  # a control knows how much it knows
            found.append(Players(player_type, statistic.name, season, mlbam_id, weights, truth, rate, known))
    return found


def halves_of(rows: pa.Table, player_type: str, stat: str, season: int) -> Players:
    """One player type's rates after the split beside those before it; `rows` as from load_halves, of this type."""
    count = stat.removesuffix("_rate")
    early, late, early_count, late_count = (
        pc.fill_null(rows.column(name), 0).to_numpy().astype(np.float64)
        for name in ("early_opportunities", "late_opportunities", f"early_{count}", f"late_{count}")
    )
    nothing = np.full(len(early), np.nan)
    actual = np.divide(late_count, late, out=nothing.copy(), where=late > 0)
    rate = np.divide(early_count, early, out=nothing, where=early > 0)
    mlbam_id = rows.column("mlbam_id").to_numpy().astype(np.int64)
    return Players(player_type, stat, np.full(len(early), season), mlbam_id, late, actual, rate, early)


def taken(players: Players, rows: np.ndarray) -> Players:
    """Some of the rows, by places or by a mask."""
    names = ("season", "mlbam_id", "opportunities", "actual", "rate", "known")
    return Players(players.player_type, players.stat, *(getattr(players, name)[rows] for name in names))
