"""What players really did in a season: rates of every statistic from the season lines, counts divided last.

Not here: projections, and who is scored (see universes).
"""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.universes import MIN_OPPORTUNITIES
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, Statistic, statistics
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

ACTUAL_SCHEMA = pa.schema(
    [
        ("season", pa.int16()),
        ("player_type", pa.string()),
        ("mlbam_id", pa.int32()),
        ("statistic", pa.string()),
        ("actual", pa.float64()),
        ("opportunities", pa.int32()),
        ("prior_opportunities", pa.int32()),
    ]
)


def load_actuals(store: Store, first_season: int, last_season: int) -> pa.Table:
    """Actual rates of all players of the seasons, long: one row per season, side, player and statistic.

    `opportunities` are the season's PA or BF, `prior_opportunities` those of the three seasons before. A statistic
    whose denominator is zero or unknown has no row.
    """
    with session(store, tables=("core.season_lines",)) as connection:
        bounds = {"first_season": first_season, "last_season": last_season}
        lines = query(connection, "evaluation/season_lines", bounds).to_pandas()
    return actual_rates(lines)


def load_known_players(store: Store, seasons: Sequence[int]) -> pd.DataFrame:
    """Rows of `load_actuals` of the universe `full`: 200 PA or BF, and a season in the three before."""
    actuals = load_actuals(store, min(seasons), max(seasons)).to_pandas()
    known = (actuals["opportunities"] >= MIN_OPPORTUNITIES) & (actuals["prior_opportunities"] > 0)
    return actuals[known & actuals["season"].isin(list(seasons))]


def actual_rates(lines: pd.DataFrame) -> pa.Table:
    """Season lines (counts as columns) to long rates; see `load_actuals`."""
    key = ["season", "player_type", "mlbam_id", "opportunities", "prior_opportunities"]
    parts = []
    for player_type in PLAYER_TYPES:
        chosen = lines[lines["player_type"] == player_type]
        for statistic in statistics(player_type):
            rates = chosen[key].assign(statistic=statistic.name, actual=rate_of(chosen, statistic))
            parts.append(rates[rates["actual"].notna()])
    return pa.Table.from_pandas(pd.concat(parts)[ACTUAL_SCHEMA.names], ACTUAL_SCHEMA, preserve_index=False)


def rate_of(lines: pd.DataFrame, statistic: Statistic) -> pd.Series:
    """The statistic's rate of each line; NaN where its denominator is zero or a count is unknown."""
    counts = lines.astype({name: "float64" for name, _ in statistic.numerator + statistic.denominator})
    above = sum((counts[name] * weight for name, weight in statistic.numerator), start=0.0 * counts.iloc[:, 0])
    below = sum((counts[name] * weight for name, weight in statistic.denominator), start=0.0 * counts.iloc[:, 0])
    return statistic.scale * above / below.where(below > 0)
