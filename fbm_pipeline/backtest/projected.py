"""What our own systems projected before a season: rates with concentrations, and playing time.

Not here: public systems (public), what happened (actuals), and the two side by side (backtest).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.universes import MARCELS, NEWCOMERS, OWN_SYSTEMS
from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

MARCEL_RATES = "features.marcel_rates"
CONTROL_RATES = "features.control_rates"
MLE_RATES = "features.mle_rates"
PLAYING_TIME = "features.playing_time"
NEWCOMER_PLAYING_TIME = "features.newcomer_playing_time"
PREDICTIONS = "models.predictions"
WEIGHTS = "evaluation.blend_weights"

# What features.playing_time holds beside the expectation: PA or BF, outs, and a pitcher's role with its chances.
MODELLED = ("p10", "p90", "if_regular", "outs", "outs_p10", "outs_p90", "role", "starter_chance", "role_change")
RATE_TABLES = (MARCEL_RATES, CONTROL_RATES, MLE_RATES, PREDICTIONS, WEIGHTS)


def projected_rates(store: Store, season: int) -> pd.DataFrame:
    """Our systems' rates for a season, long, with their concentrations (null for controls).

    Systems that were not built for the season are absent. Raises EvaluationError when Marcel is, when the season has
    predictions but no blend weights, when a rate is not finite, or when a system leaves out players whom Marcel
    projects.
    """
    rates = own_rates(store, [season]).to_pandas()
    _check_present(store, rates, season)
    check_coverage(rates, season)
    return rates.drop(columns="season")


def own_rates(store: Store, seasons: Sequence[int]) -> pa.Table:
    """Rates of our systems as stored, of several seasons: season, player_type, mlbam_id, statistic, system, rate,
    concentration.
    """
    bounds = {"seasons": list(seasons), "as_of": [preseason(season) for season in seasons]}
    with session(store, tables=RATE_TABLES) as connection:
        return query(connection, "evaluation/projected_rates", bounds)


def _check_present(store: Store, rates: pd.DataFrame, season: int) -> None:
    player_types = sorted(rates.loc[rates["system"] == "marcel", "player_type"].unique())
    if player_types != sorted(PLAYER_TYPES):
        raise EvaluationError(
            f"{MARCEL_RATES} holds {player_types or 'no player type'} of season {season}, "
            f"expected {sorted(PLAYER_TYPES)}. Next: materialize {MARCEL_RATES} for {season}."
        )
    predicted = any(part["fold"] == season for part in store.partitions(PREDICTIONS))
    if predicted and not any(part["season"] == season for part in store.partitions(WEIGHTS)):
        raise EvaluationError(
            f"{WEIGHTS} has no season {season}, but {PREDICTIONS} has its fold. Next: materialize {WEIGHTS} for "
            f"{season}."
        )


def check_coverage(rates: pd.DataFrame, season: int) -> None:
    """Raises EvaluationError unless all rates are finite and each statistic's systems project Marcel's players.

    Those of NEWCOMERS may project others besides.
    """
    unknown = rates[~np.isfinite(rates["rate"])]
    if len(unknown):
        raise EvaluationError(
            f"season {season}: {len(unknown)} rates are not finite, such as {unknown.iloc[0].to_dict()}. Next: find "
            "where that system's rates lose their numbers."
        )
    key = ["player_type", "statistic", "mlbam_id"]
    marcel = rates.loc[rates["system"] == "marcel", key]
    matched = rates[[*key, "system"]].merge(marcel, on=key)
    counts = (
        pd.DataFrame(
            {
                "players": rates.groupby(["player_type", "statistic", "system"]).size(),
                "matched": matched.groupby(["player_type", "statistic", "system"]).size(),
            }
        )
        .fillna(0)
        .astype(int)
    )
    expected = marcel.groupby(["player_type", "statistic"]).size().rename("marcel")
    counts = counts.join(expected, on=["player_type", "statistic"]).fillna({"marcel": 0})
    others = (counts["players"] != counts["marcel"]) & ~counts.index.get_level_values("system").isin(NEWCOMERS)
    uneven = counts[others | (counts["matched"] != counts["marcel"])]
    if len(uneven):
        raise EvaluationError(
            f"season {season}: each own system must project the same players as marcel, found other players in "
            f"{len(uneven)} combinations of player type, statistic and system\n{uneven.head(10).to_string()}\n"
            f"Next: make these systems again from the present {MARCEL_RATES} of {season}."
        )


def projected_opportunities(store: Store, season: int, systems: Sequence[str]) -> pd.DataFrame:
    """PA or BF that each of our `systems` projects: player_type, mlbam_id, system, opportunities, and MODELLED.

    Marcel's own for both Marcels, whose MODELLED are NaN. The others use features.playing_time where the season has
    it, else Marcel's; those of NEWCOMERS also features.newcomer_playing_time. Raises EvaluationError when
    features.playing_time leaves out players whom Marcel projects.
    """
    bounds = {"season": season, "as_of": preseason(season)}
    with session(store, tables=(MARCEL_RATES, PLAYING_TIME, NEWCOMER_PLAYING_TIME)) as connection:
        everybody = query(connection, "evaluation/projected_opportunities", bounds).to_pandas()
    players = everybody[everybody["marcel"].notna()].reset_index(drop=True)
    modelled = players.loc[players["model"].notna(), "player_type"].unique()
    left_out = players[players["model"].isna() & players["player_type"].isin(modelled)]
    if len(left_out):
        raise EvaluationError(
            f"{PLAYING_TIME} of {season} leaves out {len(left_out)} of {len(players)} players whom Marcel projects, "
            f"such as {left_out.iloc[0][['player_type', 'mlbam_id']].to_dict()}. Next: materialize it again for "
            f"{season}."
        )
    parts = []
    for system in [name for name in OWN_SYSTEMS if name in set(systems)]:
        projected = everybody if system in NEWCOMERS else players
        opportunities = projected[["player_type", "mlbam_id", *MODELLED]].assign(system=system)
        if system in MARCELS:
            parts.append(opportunities.assign(opportunities=projected["marcel"], **dict.fromkeys(MODELLED, np.nan)))
        else:
            parts.append(opportunities.assign(opportunities=projected["model"].fillna(projected["marcel"])))
    return pd.concat(parts, ignore_index=True).astype({"role": object})
