"""Counts of a season apart from rates and from playing time: strikeouts, walks, home runs, hits, a pitcher's innings.

A count is a rate times the playing time a system projects; with the true playing time in its place, what is left is
the rate alone. Not here: the rates and playing time themselves (backtest), and their scores (scoring).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.backtest import IF_REGULAR, OPPORTUNITIES, OUTS
from fbm_pipeline.backtest.universes import SYSTEMS, widen

RATES = {"so": "so_rate", "bb": "bb_rate", "hr": "hr_rate", "h": "h_rate"}  # count: its rate, for both player types
IP = "ip"

PROJECTED_TIME, REGULAR_TIME, TRUE_TIME = "projected", "if regular", "true"


def counts_of(player_type: str) -> tuple[str, ...]:
    """The counts of a player type."""
    return (*RATES, IP) if player_type == "pitcher" else tuple(RATES)


def widen_counts(backtest: pd.DataFrame, player_type: str, count: str, time: str) -> pd.DataFrame:
    """As `universes.widen`: projected counts by system beside the actual count of each player-season.

    With TRUE_TIME each rate is multiplied by the actual PA or BF, with PROJECTED_TIME by what the system itself
    projects, with REGULAR_TIME by what `widen_regular_time` holds; a system without a projection of either has NaN.
    Innings are a system's outs per batter faced by the same, and hold players of 1 actual opportunity or more.
    """
    systems = list(SYSTEMS)
    wide = _outs_per_batter(backtest) if count == IP else widen(backtest, player_type, RATES[count])
    if time == TRUE_TIME:
        factor = wide[["opportunities"]].to_numpy(np.float64)
    else:
        projected_time = widen_regular_time(backtest, player_type) if time == REGULAR_TIME else None
        projected_time = widen(backtest, player_type, OPPORTUNITIES) if projected_time is None else projected_time
        factor = _at(projected_time, wide)[systems].to_numpy(np.float64)
    wide[systems] = wide[systems].to_numpy(np.float64) * factor
    wide["actual"] = wide["actual"] * wide["opportunities"]
    return wide


def widen_regular_time(backtest: pd.DataFrame, player_type: str) -> pd.DataFrame:
    """As `universes.widen`: the PA or BF that a system projects of a player should he reach 200, where it
    projects both; else what it projects.
    """
    systems = list(SYSTEMS)
    time = widen(backtest, player_type, OPPORTUNITIES)
    regular = _at(widen(backtest, player_type, IF_REGULAR), time)[systems].to_numpy(np.float64)
    time[systems] = np.where(np.isnan(regular), time[systems].to_numpy(np.float64), regular)
    return time


def _outs_per_batter(backtest: pd.DataFrame) -> pd.DataFrame:
    """Innings per batter faced, projected and actual, of pitchers who faced one."""
    systems = list(SYSTEMS)
    outs = widen(backtest, "pitcher", OUTS)
    outs = outs[outs["opportunities"] >= 1].reset_index(drop=True)
    faced = _at(widen(backtest, "pitcher", OPPORTUNITIES), outs)[systems].to_numpy(np.float64)
    outs[systems] = outs[systems].to_numpy(np.float64) / np.where(faced > 0, faced, np.nan) / 3
    outs["actual"] = outs["actual"] / outs["opportunities"] / 3
    return outs


def _at(wide: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Rows of `wide` for the player-seasons of `others`, NaN where there is none."""
    key: Sequence[str] = ["season", "mlbam_id"]
    return wide.set_index(list(key)).reindex(pd.MultiIndex.from_frame(others[list(key)]))
