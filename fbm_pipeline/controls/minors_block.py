"""What minor-league lines add to Marcel, as columns: by component how far they move him, and how much they weigh.

Not here: the translation itself (room `mle`), whose table is read.
"""

import numpy as np
import pandas as pd

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.marcel.season_lines import Histories
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

TABLE = "features.mle_rates"
STATEMENT = "features/minor_league_moves"
PRIOR_STATEMENT = "features/minor_league_priors"
_DERIVED = ("single_rate", "obp", "avg", "slg", "iso", "er_rate", "era", "whip")


def minors_block(store: Store, player_type: str, players: Histories) -> Block:
    """Columns per component: `minors_<statistic>`, the logarithm of the translated rate over Marcel's, and
    `minors_share`, the minors' part of the opportunities behind it; 0 for a player or season without lines there.

    The rates of a row were fitted on target seasons before the row's own. Raises FileNotFoundError when
    `features.mle_rates` was never written.
    """
    store.delta(TABLE)
    names = [item.name for item in statistics(player_type) if item.name not in _DERIVED]
    seasons = [int(season) for season in np.unique(players.season)]
    with session(store, tables=[TABLE, "features.marcel_rates"]) as connection:
        rows = query(connection, STATEMENT, {"player_type": player_type, "seasons": seasons}).to_pandas()
    index = pd.MultiIndex.from_arrays([players.season, players.mlbam_id])
    by_player = rows.set_index(["season", "mlbam_id", "statistic"])

    def spread(column: str) -> np.ndarray:
        wide = by_player[column].unstack("statistic").reindex(index=index, columns=names)
        return wide.fillna(0.0).to_numpy(np.float64)

    share = spread("share")
    columns = (*(f"minors_{name}" for name in names), *(f"minors_share_{name}" for name in names))
    return Block("minors", columns, np.column_stack([spread("move"), share]))


def minors_prior(
    store: Store, player_type: str, season: np.ndarray, mlbam_id: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(n, S) rates of `mle` before each player's target season and what the minors weigh in them, in opportunities.

    Both are NaN where they were not made.
    """
    bounds = {"player_type": player_type, "seasons": np.unique(season).tolist()}
    with session(store, tables=[TABLE]) as connection:
        rows = query(connection, PRIOR_STATEMENT, bounds).to_pandas()
    names = [item.name for item in statistics(player_type)]
    index = pd.MultiIndex.from_arrays([season, mlbam_id])
    wide = rows.pivot(index=["season", "mlbam_id"], columns="statistic", values=["rate", "minor_weight"])
    rate, weight = (
        wide[value].reindex(index=index, columns=names).to_numpy(np.float64) for value in ("rate", "minor_weight")
    )
    return rate, weight
