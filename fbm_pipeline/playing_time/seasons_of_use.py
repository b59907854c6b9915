"""How players were used within the seasons behind them: games, starts, absences, positions, by season and player.

Not here: what of it a season's projection may see (`playing_time_inputs` takes only seasons before the target).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.marcel.season_lines import find_rows
from fbm_pipeline.playing_time.schedule import planned_games
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "features/playing_time_seasons"
TABLES = (
    "core.season_lines",
    "core.players",
    "core.games",
    "core.player_games",
    "raw.lahman_appearances",
    "raw.lahman_pitching",
    "raw.lahman_people",
)


@dataclass(frozen=True)
class SeasonsOfUse:
    """How players were used, one row per season and player, ordered by both; NaN where it is not known."""

    season: np.ndarray  # (m,) int64
    mlbam_id: np.ndarray  # (m,) int64
    team: np.ndarray  # (m,) the last club of the season
    columns: Mapping[str, np.ndarray]  # (m,) float64 each
    scheduled: Mapping[int, float]  # games a club played, by season

    def rows(self, season: np.ndarray, mlbam_id: np.ndarray) -> np.ndarray:
        """(n,) row of a player's season, -1 where he had none."""
        return find_rows(self.season, self.mlbam_id, season, mlbam_id)

    def planned(self, season: int) -> float:
        """Games that a club will play in a season not begun: the longest schedule of the three before it."""
        return planned_games(self.scheduled, season)


def read_seasons_of_use(store: Store, player_type: str, first_season: int, last_season: int) -> SeasonsOfUse:
    """The seasons from first to last. Raises FileNotFoundError when a core table was never written."""
    for name in TABLES[:4]:
        store.delta(name)
    parameters = {"player_type": player_type, "first_season": first_season, "last_season": last_season}
    with session(store, tables=TABLES) as connection:
        return seasons_of_use(query(connection, STATEMENT, parameters))


def seasons_of_use(table: pa.Table) -> SeasonsOfUse:
    """SeasonsOfUse from the rows of `features/playing_time_seasons`, in whatever order they come."""
    table = table.sort_by([("season", "ascending"), ("mlbam_id", "ascending")])
    season = table.column("season").to_numpy().astype(np.int64)
    columns = {
        name: table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
        for name in table.column_names
        if name not in ("season", "mlbam_id", "team")
    }
    scheduled = dict(zip(season.tolist(), columns["scheduled"].tolist(), strict=True))
    team = np.array(table.column("team").to_pylist(), dtype=str)
    mlbam_id = table.column("mlbam_id").to_numpy().astype(np.int64)
    return SeasonsOfUse(season, mlbam_id, team, columns, scheduled)
