"""Players who came without a line anywhere: what a system that projects newcomers would have projected.

Before the season nobody can list them; afterwards each is given the mean of debutants of his age, which looks at
nothing of the season but that he was asked about. Not here: who has a line in the minors (room `mle`).
"""

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.universes import NEWCOMERS
from fbm_pipeline.baseball.calendar import age_on, preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.marcel.season_lines import TWO_WAY_PLATE_APPEARANCES
from fbm_pipeline.mle.debut_means import TABLE as DEBUT_MEANS
from fbm_pipeline.mle.debut_means import debut_rates
from fbm_pipeline.mle.evidence import UNKNOWN_AGE
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "evaluation/unprojected_players"


def with_debutants(store: Store, season: int, rates: pd.DataFrame) -> pd.DataFrame:
    """`rates` as from `projected_rates`, and rows of each system of NEWCOMERS among them for who else played.

    Unchanged where no such system was made for the season.
    """
    systems = [name for name in NEWCOMERS if name in set(rates["system"])]
    if not systems:
        return rates
    bounds = {"season": season, "as_of": preseason(season), "two_way": TWO_WAY_PLATE_APPEARANCES}
    with session(store, tables=("core.season_lines", "core.players", "features.mle_rates")) as connection:
        players = query(connection, STATEMENT, bounds).to_pandas()
    parts = [rates]
    for player_type in PLAYER_TYPES:
        fresh = players[players["player_type"] == player_type]
        made = any(part == {"player_type": player_type, "season": season} for part in store.partitions(DEBUT_MEANS))
        if len(fresh) and made:
            parts += [_rows(store, season, player_type, fresh).assign(system=name) for name in systems]
    return pd.concat(parts, ignore_index=True)


def _rows(store: Store, season: int, player_type: str, players: pd.DataFrame) -> pd.DataFrame:
    ages = np.array([UNKNOWN_AGE if pd.isna(born) else age_on(born, season) for born in players["birth_date"]])
    roles = np.full(len(players), "any", dtype=object)
    rates, concentrations = debut_rates(store, player_type, season, roles, ages)
    nothing = np.full(len(players), np.nan)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "player_type": player_type,
                    "mlbam_id": players["mlbam_id"].to_numpy(),
                    "statistic": name,
                    "rate": values,
                    "concentration": concentrations.get(name, nothing),
                }
            )
            for name, values in rates.items()
        ]
    )
