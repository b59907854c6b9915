"""What a profile takes from the minors: rates with the opportunities they weigh, and the newcomers themselves.

Not here: the translation (room `mle`), and how a profile is put together (`profiles`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics
from fbm_pipeline.marcel.playing_time import STARTER_SHARE
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

PARTS_STATEMENT = "features/minor_league_parts"
NEWCOMERS_STATEMENT = "features/newcomers"
TABLE = "features.mle_rates"

# Batters faced in the latest season of the minors from which a pitcher of unknown starts counts as a starter.
STARTER_BATTERS_FACED = 250


@dataclass(frozen=True)
class MinorsParts:
    """The players of one season with a line in the minors, by id; rates of the heads, NaN where one is not known."""

    mlbam_id: np.ndarray  # (m,) ascending
    is_newcomer: np.ndarray  # (m,) without a line in the majors
    weight: dict[str, np.ndarray]  # (m,) opportunities that the minors weigh, by head statistic
    alone: dict[str, np.ndarray]  # (m,) the minors' rate, translated
    blended: dict[str, np.ndarray]  # (m,) the season's `mle` rate, of majors and minors together
    newcomers: pa.Table  # rows of `features/newcomers`

    def weights_of(self, players: np.ndarray, statistic: str) -> tuple[np.ndarray, np.ndarray]:
        """(n,) weights and rates for players by id; both zero for who has no line or no such rate."""
        place = np.minimum(np.searchsorted(self.mlbam_id, players), max(len(self.mlbam_id) - 1, 0))
        if not len(self.mlbam_id):
            return np.zeros(len(players)), np.zeros(len(players))
        has_line = self.mlbam_id[place] == players
        rate = np.where(has_line, self.alone[statistic][place], np.nan)
        has_rate = ~np.isnan(rate)
        return np.where(has_rate, self.weight[statistic][place], 0.0), np.where(has_rate, rate, 0.0)


def read_minors_parts(store: Store, player_type: str, season: int) -> MinorsParts:
    """What `features.mle_rates` holds of a season; nobody where it was not made."""
    names = [item.name for item in head_statistics(player_type)]
    bounds = {"player_type": player_type, "season": season, "as_of": preseason(season)}
    with session(store, tables=[TABLE, "core.minor_lines", "core.players"]) as connection:
        rows = query(connection, PARTS_STATEMENT, bounds).to_pandas()
        newcomers = query(
            connection,
            NEWCOMERS_STATEMENT,
            {
                **bounds,
                "seasons_back": SEASONS_BACK,
                "starter_share": STARTER_SHARE,
                "starter_bf": STARTER_BATTERS_FACED,
            },
        )
    ids = np.unique(rows["mlbam_id"].to_numpy(np.int64))
    is_newcomer = np.isin(ids, rows.loc[rows["is_newcomer"], "mlbam_id"].to_numpy(np.int64))

    def spread(column: str) -> dict[str, np.ndarray]:
        wide = rows.pivot(index="mlbam_id", columns="statistic", values=column).reindex(index=ids, columns=names)
        return {name: wide[name].to_numpy(np.float64) for name in names}

    return MinorsParts(ids, is_newcomer, spread("minor_weight"), spread("minor_rate"), spread("rate"), newcomers)
