"""Official season lines as arrays, the league's rates, and the three seasons behind each player to be projected.

Not here: any projecting; that begins with `regression`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import COUNTS, Statistic
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

SEASONS_BACK = 3
STATEMENT = "features/marcel_inputs"

# A pitcher who bats is a batter only from this many plate appearances on: of those who faced more batters than they
# had plate appearances, only true two-way players reach it.
TWO_WAY_PLATE_APPEARANCES = 200

_COLUMNS = (*COUNTS, "g", "gs", "outs", "er")


class MarcelError(ValueError):
    """A league that Marcel cannot be computed from; the message says what is missing and what to do."""


@dataclass(frozen=True)
class SeasonLines:
    """One player type's season lines, ordered by season and player; counts are NaN where they are not known."""

    player_type: str
    season: np.ndarray  # (n,) int64
    mlbam_id: np.ndarray  # (n,) int64
    birth_date: np.ndarray  # (n,) datetime64[D], NaT where unknown
    counts: Mapping[str, np.ndarray]  # (n,) float64 each
    other_opportunities: np.ndarray  # (n,) opportunities on the other side of the ball

    def totals(self, statistic: Statistic) -> tuple[np.ndarray, np.ndarray]:
        """Numerator and denominator per line, both (n,); zero in both where either is not known."""
        numerator = sum(weight * self.counts[name] for name, weight in statistic.numerator)
        denominator = sum(weight * self.counts[name] for name, weight in statistic.denominator)
        unknown = np.isnan(numerator) | np.isnan(denominator)
        return np.where(unknown, 0.0, numerator), np.where(unknown, 0.0, denominator)

    def since(self, season: int) -> "SeasonLines":
        """The lines of a season and later ones."""
        kept = self.season >= season
        counts = {name: values[kept] for name, values in self.counts.items()}
        return SeasonLines(
            self.player_type,
            self.season[kept],
            self.mlbam_id[kept],
            self.birth_date[kept],
            counts,
            self.other_opportunities[kept],
        )

    def of_the_league(self) -> np.ndarray:
        """(n,) whether a line counts towards the league's rates: pitchers who bat do not."""
        return ~is_pitcher_batting(self.player_type, self.counts["opportunities"], self.other_opportunities)


@dataclass(frozen=True)
class Histories:
    """Players to be projected for a season: where their lines of one, two and three years back are.

    `rows` holds row numbers into the SeasonLines, -1 where there is no line.
    """

    season: np.ndarray  # (n,) the season projected
    mlbam_id: np.ndarray  # (n,)
    age: np.ndarray  # (n,) years on 30 June of that season, NaN where the birth date is unknown
    rows: np.ndarray  # (n, 3)

    def gather(self, values: np.ndarray) -> np.ndarray:
        """(n, 3) values of the three seasons, zero where there is no line or the value is not known."""
        gathered = np.zeros(self.rows.shape)
        has_line = self.rows >= 0
        gathered[has_line] = values[self.rows[has_line]]
        return np.nan_to_num(gathered, nan=0.0)

    def chosen(self, kept: np.ndarray) -> "Histories":
        """The players under a mask."""
        return Histories(self.season[kept], self.mlbam_id[kept], self.age[kept], self.rows[kept])


def is_pitcher_batting(player_type: str, opportunities: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Which batting lines belong to pitchers: more batters faced than plate appearances, and few of those."""
    if player_type == "pitcher":
        return np.zeros(len(opportunities), dtype=bool)
    return (other > opportunities) & (opportunities < TWO_WAY_PLATE_APPEARANCES)


def read_season_lines(store: Store, player_type: str, first_season: int, last_season: int) -> SeasonLines:
    """The lines of both ends' seasons and those between. Raises FileNotFoundError when a table was never written."""
    for name in ("core.season_lines", "core.players"):
        store.delta(name)
    parameters = {"player_type": player_type, "first_season": first_season, "last_season": last_season}
    with session(store) as connection:
        return season_lines(query(connection, STATEMENT, parameters), player_type)


def season_lines(table: pa.Table, player_type: str) -> SeasonLines:
    """SeasonLines from the rows of `features/marcel_inputs`, in whatever order they come."""
    table = table.sort_by([("season", "ascending"), ("mlbam_id", "ascending")])
    counts = {name: _floats(table, name) for name in _COLUMNS}
    counts["opportunities"] = _floats(table, "opportunities")
    return SeasonLines(
        player_type=player_type,
        season=table.column("season").to_numpy().astype(np.int64),
        mlbam_id=table.column("mlbam_id").to_numpy().astype(np.int64),
        birth_date=table.column("birth_date").to_numpy().astype("datetime64[D]"),
        counts=counts,
        other_opportunities=_floats(table, "other_opportunities"),
    )


def _floats(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)


def histories(lines: SeasonLines, targets: Sequence[int]) -> Histories:
    """Everybody with an opportunity in the three seasons before a target, by target (at least one) and player.

    Pitchers who bat are left out (see `is_pitcher_batting`), over the three seasons together.
    """
    parts = [_history(lines, target) for target in targets]
    return Histories(
        np.concatenate([part.season for part in parts]),
        np.concatenate([part.mlbam_id for part in parts]),
        np.concatenate([part.age for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )


def _history(lines: SeasonLines, target: int) -> Histories:
    recent = (lines.season >= target - SEASONS_BACK) & (lines.season < target)
    ids = np.unique(lines.mlbam_id[recent])
    rows = np.full((len(ids), SEASONS_BACK), -1, dtype=np.int64)
    for back in range(SEASONS_BACK):
        season_rows = np.flatnonzero(lines.season == target - 1 - back)
        rows[np.searchsorted(ids, lines.mlbam_id[season_rows]), back] = season_rows
    history = Histories(np.full(len(ids), target), ids, _ages(lines, rows, target), rows)
    opportunities = history.gather(lines.counts["opportunities"]).sum(axis=1)
    other_opportunities = history.gather(lines.other_opportunities).sum(axis=1)
    return history.chosen(
        (opportunities > 0) & ~is_pitcher_batting(lines.player_type, opportunities, other_opportunities)
    )


def _ages(lines: SeasonLines, rows: np.ndarray, target: int) -> np.ndarray:
    latest = rows.max(axis=1)  # lines are ordered by season, so the largest row number is the latest line
    middle = np.datetime64(f"{target:04d}-06-30", "D")
    days = (middle - lines.birth_date[latest]).astype("timedelta64[D]")
    return np.where(np.isnat(days), np.nan, days.astype(np.float64) / 365.25)


def actual_rows(lines: SeasonLines, players: Histories) -> np.ndarray:
    """(n,) row number of the season projected itself, -1 where the player had no line in it."""
    return find_rows(lines.season, lines.mlbam_id, players.season, players.mlbam_id)


def find_rows(season: np.ndarray, mlbam_id: np.ndarray, of_season: np.ndarray, of_player: np.ndarray) -> np.ndarray:
    """Row number of each wanted season and player among rows ordered by both, -1 where there is none."""
    if not len(season):
        return np.full(np.shape(of_season), -1)
    keys = season * 10**9 + mlbam_id
    wanted = of_season * 10**9 + of_player
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, at, -1)


def league_rates(lines: SeasonLines, statistic: Statistic) -> dict[int, float]:
    """The league's rate per season, unscaled; a season in which the denominator is unknown is absent."""
    numerator, denominator = lines.totals(statistic)
    league = lines.of_the_league()
    rates = {}
    for season in np.unique(lines.season):
        within = league & (lines.season == season)
        if denominator[within].sum() > 0:
            rates[int(season)] = float(numerator[within].sum() / denominator[within].sum())
    return rates
