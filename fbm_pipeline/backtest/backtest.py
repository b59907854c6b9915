"""What each system projected before a season beside what happened, player by player, with intervals.

Rates have rows for players who played; `opportunities`, the playing time itself, for everybody projected, so that
those who did not play count against a system that expected them. Not here: who is scored (universes) and how
(scoring), and the systems' rates themselves (projected, public).
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.actuals import load_actuals
from fbm_pipeline.backtest.debutants import with_debutants
from fbm_pipeline.backtest.error_spread import TABLE, load_spread, predictive_variance
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.innings import with_outs
from fbm_pipeline.backtest.intervals import PREDICTIVES
from fbm_pipeline.backtest.luck import KEY, TOPS, load_luck
from fbm_pipeline.backtest.predictive import Predictive
from fbm_pipeline.backtest.projected import projected_opportunities, projected_rates
from fbm_pipeline.backtest.public import PublicRates, public_rates
from fbm_pipeline.backtest.tables import BACKTEST as BACKTEST_TABLE
from fbm_pipeline.backtest.universes import MIN_OPPORTUNITIES, NETWORKS, NEWCOMERS, TOP
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, head_statistics, statistics
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

BACKTEST = "evaluation.backtest"
# The names of playing time among the statistics: PA or BF; of those who then have 200; a pitcher's outs
OPPORTUNITIES, IF_REGULAR, OUTS = "opportunities", "opportunities_if_regular", "outs"

FROM_ERRORS, FROM_CONCENTRATION, FROM_MODEL = "earlier errors", "own concentration", "own quantiles"

_PLAYER = ["player_type", "mlbam_id", "system"]
_RATE = ["player_type", "mlbam_id", "statistic", "system"]
_PER_OPPORTUNITY = {
    item.name for name in PLAYER_TYPES for item in statistics(name) if item.denominator == (("opportunities", 1.0),)
}


def backtest(inputs: Inputs, season: int) -> pa.Table:
    """Every system's rate of every player who then played, and playing time of everybody projected.

    Raises EvaluationError when Marcel's rates or the season's lines are missing, when one of our systems leaves out
    players whom Marcel projects, or when the season's evaluation.error_spread was not made.
    """
    ours = projected_rates(inputs, season)
    public = public_rates(inputs, season)
    rates = _rates(inputs, season, with_debutants(inputs, season, ours), public)
    rows = pd.concat([rates, _playing_time(inputs, season, ours, public)], ignore_index=True)
    rows = rows.assign(season=season).sort_values(_RATE)
    schema = BACKTEST_TABLE.schema
    return pa.Table.from_pandas(rows[schema.names], schema, preserve_index=False)


def backtest_seasons(store: Store, preset: Preset) -> list[int]:
    """The preset's development and test seasons that evaluation.backtest holds."""
    built = {int(part["season"]) for part in store.partitions(BACKTEST)}
    return sorted(built & {*preset.development_seasons, *preset.test_seasons})


def load_backtest(store: Store, seasons: Sequence[int]) -> pd.DataFrame:
    """Rows of evaluation.backtest of these seasons that some universe may score, with two marks.

    `debut`: no major-league season before, on either side; `top_300`: among the 300 players of the season and player
    type with most playing time by Marcel. Rates of players below 200 opportunities are there for the latter only.
    Texts are categories, to keep a million rows small.
    """
    with session(store, tables=(BACKTEST, "core.season_lines")) as connection:
        bounds = {"seasons": list(seasons), "top": TOP, "floor": MIN_OPPORTUNITIES}
        rows = query(connection, "evaluation/scored_rows", bounds)
    return rows.to_pandas(strings_to_categorical=True)


def _rates(store: Store, season: int, ours: pd.DataFrame, public: PublicRates) -> pd.DataFrame:
    """The rates of all systems beside the actual ones, with intervals."""
    columns = [*_RATE, "rate", "concentration"]
    projected = pd.concat([ours[columns], public.rates], ignore_index=True) if len(public.rates) else ours[columns]
    actual = load_actuals(store, season, season).to_pandas().drop(columns="season")
    rows = projected.merge(actual, on=["player_type", "mlbam_id", "statistic"], how="inner")
    if rows.empty:
        raise EvaluationError(
            f"core.season_lines of {season} holds none of the {ours['mlbam_id'].nunique()} players projected: the "
            f"season has not been played or not been loaded. Next: materialize core.season_lines for {season}."
        )
    rows = rows.merge(load_luck(store, season, season).drop(columns="season"), on=KEY[1:], how="left")
    if not store.made(TABLE, {"season": season}):
        raise EvaluationError(f"{TABLE} has no season {season}. Next: materialize {TABLE} for {season}.")
    return _with_intervals(rows, load_spread(store, season)).rename(columns={"rate": "projected"})


def _with_intervals(rows: pd.DataFrame, spread: pd.DataFrame) -> pd.DataFrame:
    """`rows` with p10, p90, crps and interval_from: from the system's concentration, else from earlier errors.

    A control has concentrations for newcomers only. They are more precise than the errors of its players of few
    seasons.
    """
    intervals = rows.assign(p10=np.nan, p90=np.nan, crps=np.nan, interval_from=None).astype({"interval_from": object})
    has_concentration = rows["concentration"].notna().groupby([rows[name] for name in _PLAYER]).transform("any")
    by_concentration = (rows["system"].isin(NETWORKS) | (rows["system"].isin(NEWCOMERS) & has_concentration)).to_numpy()
    variance = predictive_variance(rows, spread).to_numpy(np.float64)
    pieces = [
        *_from_variance(rows, variance, ~by_concentration & np.isfinite(variance)),
        *_from_concentration(rows, by_concentration),
    ]
    for place, predictive, source in pieces:
        intervals.loc[place, "p10"], intervals.loc[place, "p90"] = predictive.quantile(0.1), predictive.quantile(0.9)
        intervals.loc[place, "crps"] = predictive.crps(rows.loc[place, "actual"])
        intervals.loc[place, "interval_from"] = source
    return intervals.assign(p10=_reachable(intervals, "p10"), p90=_reachable(intervals, "p90"))


def _reachable(rows: pd.DataFrame, end: str) -> pd.Series:
    """The end of an interval at a count that the player can reach: over n opportunities a rate is a whole number / n.

    Without it the lower end for triples lies between none and one, and the many without any count as missed.
    """
    reachable = (rows[end] * rows["opportunities"]).round() / rows["opportunities"]
    return rows[end].where(~rows["statistic"].isin(_PER_OPPORTUNITY), reachable)


_Piece = tuple[pd.Index, Predictive, str]


def _from_variance(rows: pd.DataFrame, variance: np.ndarray, by_errors: np.ndarray) -> Iterator[_Piece]:
    top = rows["statistic"].map(lambda name: TOPS.get(name, 1.0)).to_numpy(np.float64)  # None becomes NaN
    for limit in (1.0, 3.0, 4.0, None):
        in_limit = by_errors & (np.isnan(top) if limit is None else top == limit)
        if in_limit.any():
            mean = rows["rate"].to_numpy(np.float64)[in_limit]
            yield rows.index[in_limit], Predictive(mean, variance[in_limit], limit), FROM_ERRORS


def _from_concentration(rows: pd.DataFrame, has_head: np.ndarray) -> Iterator[_Piece]:
    """Of the systems whose heads give a concentration; rows of players without one are left without an interval."""
    for key, part in rows[has_head].groupby(["player_type", "system"]):
        player_type = str(key[0])
        heads = [item.name for item in head_statistics(player_type)]
        rate, weight = (
            part.pivot(index="mlbam_id", columns="statistic", values=value) for value in ("rate", "concentration")
        )
        is_complete = np.isfinite(np.hstack([rate.to_numpy(np.float64), weight[heads].to_numpy(np.float64)])).all(
            axis=1
        )
        players = pd.Index(rate.index.to_numpy()[is_complete])
        played = part.drop_duplicates("mlbam_id").set_index("mlbam_id")["opportunities"]
        predictives = PREDICTIVES[player_type](
            {name: rate.loc[players, name].to_numpy(np.float64) for name in rate.columns},
            {name: weight.loc[players, name].to_numpy(np.float64) for name in heads},
            played.loc[players].to_numpy(np.float64),
        )
        for name, predictive in predictives.items():
            row_index = part[part["statistic"] == name].reset_index().set_index("mlbam_id")["index"]
            yield pd.Index(row_index.loc[players]), predictive, FROM_CONCENTRATION


def _playing_time(store: Store, season: int, our_rates: pd.DataFrame, public: PublicRates) -> pd.DataFrame:
    """PA or BF, and outs, of everybody projected beside the actual ones, zero for those who did not play.

    What a system expects of a regular is there where the system has it.
    """
    our_opportunities = projected_opportunities(store, season, sorted(set(our_rates["system"])))
    expected = (
        pd.concat([our_opportunities, public.opportunities], ignore_index=True)
        if len(public.opportunities)
        else our_opportunities
    )
    expected = with_outs(
        expected, pd.concat([our_rates, public.rates], ignore_index=True) if len(public.rates) else our_rates
    )
    with session(store, tables=("core.season_lines",)) as connection:
        bounds = {"first_season": season, "last_season": season}
        lines = query(connection, "evaluation/season_lines", bounds).to_pandas()
        before = query(connection, "evaluation/prior_opportunities", {"season": season}).to_pandas()
    key = ["player_type", "mlbam_id"]
    played = lines[[*key, "opportunities", "outs"]].rename(columns={"opportunities": "faced", "outs": "made"})
    expected = expected.merge(played, on=key, how="left").merge(before, on=key, how="left")
    expected = expected.fillna({"faced": 0, "made": 0, "prior_opportunities": 0})
    outs = {"p10": expected["outs_p10"], "p90": expected["outs_p90"]}
    kinds = [
        expected.assign(statistic=OPPORTUNITIES, projected=expected["opportunities"], actual=expected["faced"]),
        expected.assign(
            statistic=IF_REGULAR, projected=expected["if_regular"], actual=expected["faced"], p10=None, p90=None
        ),
        expected.assign(statistic=OUTS, projected=expected["outs"], actual=expected["made"], **outs),
    ]
    rows = pd.concat([kind[kind["projected"].notna()] for kind in kinds], ignore_index=True)
    source = rows["p10"].notna().map({True: FROM_MODEL, False: None})
    return rows.assign(opportunities=rows["faced"], luck_variance=np.nan, crps=np.nan, interval_from=source)
