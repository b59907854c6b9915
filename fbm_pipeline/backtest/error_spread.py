"""Intervals for any system from its own earlier errors: what it missed beyond luck, by tier of history.

For season T only backtest seasons before T count. Their rates and outcomes are read from where they are made, not
from evaluation.backtest, which itself reads this table. Not here: intervals from a model's own concentration
(intervals).
"""

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.actuals import load_actuals
from fbm_pipeline.backtest.luck import is_share, load_luck, luck_scales, luck_variance
from fbm_pipeline.backtest.projected import MARCEL_RATES, own_rates
from fbm_pipeline.backtest.public import public_rates
from fbm_pipeline.backtest.tables import ERROR_SPREAD
from fbm_pipeline.backtest.universes import MIN_OPPORTUNITIES, tier_of
from fbm_pipeline.baseball.calendar import SEASONS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

TABLE = "evaluation.error_spread"

MIN_PLAYERS = 20  # too few misses to measure a spread
LEAST_SHARE = 0.01  # of the error's variance: a tier that was lucky once has not become certain

_KEY = ["player_type", "statistic", "system", "tier"]


def tested_seasons(store: Store, settings: Settings) -> list[int]:
    """The preset's development and test seasons that have both Marcel's rates and season lines."""
    preset = settings.preset
    return earlier_seasons(store, [*preset.development_seasons, *preset.test_seasons], SEASONS[-1] + 1)


def spread_seasons(store: Store, settings: Settings) -> set[int]:
    """The seasons that are tested, and the one looked ahead to."""
    return {*tested_seasons(store, settings), settings.preset.projection_season}


def earlier_seasons(store: Store, wanted: Collection[int], season: int) -> list[int]:
    """Those of the `wanted` seasons before `season` that have both Marcel's rates and season lines."""
    projected = {int(part["season"]) for part in store.partitions(MARCEL_RATES)}
    played = {int(part["season"]) for part in store.partitions("core.season_lines")}
    return sorted(year for year in set(wanted) & projected & played if year < season)


def error_spread(inputs: Inputs, season: int) -> pa.Table:
    """How far each system missed on the development and test seasons before; no rows where there is none."""
    settings = inputs.settings
    earlier = earlier_seasons(inputs, [*settings.development_seasons, *settings.test_seasons], season)
    return spread_table(inputs, season, earlier) if earlier else ERROR_SPREAD.schema.empty_table()


def load_spread(store: Store, season: int) -> pd.DataFrame:
    """The season's rows of evaluation.error_spread; empty where no earlier season exists."""
    with session(store, tables=(TABLE,)) as connection:
        return connection.execute(f"select * from {TABLE} where season = $season", {"season": season}).df()


def predictive_variance(rows: pd.DataFrame, spread: pd.DataFrame) -> pd.Series:
    """Variance of each rate still to come, luck and spread together; NaN where no spread is known.

    `rows` holds player_type, statistic, system, rate, opportunities (those the rate is asked over) and
    prior_opportunities; `spread` is from `load_spread`. For actual rates over opportunities that were not chosen by
    their outcome.
    """
    tiers = spread[[*_KEY, "variance", "luck_scale"]]
    matched = rows[["player_type", "statistic", "system"]].assign(tier=tier_of(rows["prior_opportunities"]))
    matched = matched.merge(tiers, on=_KEY, how="left")
    luck = luck_variance(
        rows["rate"].to_numpy(np.float64),
        rows["opportunities"].to_numpy(np.float64),
        matched["luck_scale"].to_numpy(np.float64),
        rows["statistic"].map(is_share).to_numpy(bool),
    )
    return pd.Series(luck + matched["variance"].to_numpy(np.float64), index=rows.index)


def spread_table(store: Store, season: int, earlier: list[int]) -> pa.Table:
    """Rows of evaluation.error_spread of a season by the errors of `earlier` seasons."""
    first, last = earlier[0], earlier[-1]
    actuals = load_actuals(store, first, last).to_pandas()
    actuals = actuals[actuals["season"].isin(earlier) & (actuals["opportunities"] >= MIN_OPPORTUNITIES)]
    actuals = actuals.merge(
        load_luck(store, first, last), on=["season", "player_type", "mlbam_id", "statistic"], how="left"
    )
    scales = luck_scales(actuals)
    actuals["tier"] = tier_of(actuals["prior_opportunities"])
    tables = {
        "projected": _projected(store, earlier),
        "actuals": pa.Table.from_pandas(actuals, preserve_index=False),
        "luck_scales": pa.Table.from_pandas(scales, preserve_index=False),
    }
    with session(store, tables=(), **tables) as connection:
        connection.execute("set threads = 1")  # two threads add up in any order, and the last bits with them
        bounds = {"min_opportunities": MIN_OPPORTUNITIES, "min_players": MIN_PLAYERS}
        errors = query(connection, "evaluation/error_spread", bounds).to_pandas()
    errors = errors.merge(scales.rename(columns={"scale": "luck_scale"}), on=["player_type", "statistic"])
    errors["variance"] = np.maximum(errors["variance"], LEAST_SHARE * errors["error_variance"])
    schema = ERROR_SPREAD.schema
    return pa.Table.from_pandas(errors.assign(season=season)[schema.names], schema, preserve_index=False)


def _projected(store: Store, seasons: list[int]) -> pa.Table:
    """Rates of all systems of these seasons; kept in Arrow, for there are millions."""
    ours = own_rates(store, seasons).drop_columns(["concentration"])
    parts = [public_rates(store, year).rates.assign(season=year)[ours.column_names] for year in seasons]
    rows = pa.concat_tables([ours, *(pa.Table.from_pandas(part, ours.schema, preserve_index=False) for part in parts)])
    return rows.sort_by([(name, "ascending") for name in ("season", "player_type", "system", "statistic", "mlbam_id")])
