"""Counts of a season apart from rates and from playing time: strikeouts, walks, home runs, hits.

A count is a rate times the playing time a system projects; with the true playing time in its place, what is left is
the rate alone. Not here: the rates and playing time themselves (backtest), and their scores (scoring).
"""

import numpy as np
import pandas as pd

from fbm_pipeline.evaluation.backtest import OPPORTUNITIES
from fbm_pipeline.evaluation.universes import SYSTEMS, widen

RATES = {"so": "so_rate", "bb": "bb_rate", "hr": "hr_rate", "h": "h_rate"}  # count: its rate, for both player types


def widen_counts(backtest: pd.DataFrame, player_type: str, count: str, *, true_playing_time: bool) -> pd.DataFrame:
    """As `universes.widen`: projected counts by system beside the actual count of each player-season.

    With `true_playing_time` each rate is multiplied by the actual PA or BF, else by what the system itself projects;
    a system without a projection of either has NaN.
    """
    wide = widen(backtest, player_type, RATES[count])
    systems = list(SYSTEMS)
    if true_playing_time:
        factor = wide[["opportunities"]].to_numpy(np.float64)
    else:
        time = widen(backtest, player_type, OPPORTUNITIES).set_index(["season", "mlbam_id"])[systems]
        factor = time.reindex(pd.MultiIndex.from_frame(wide[["season", "mlbam_id"]])).to_numpy(np.float64)
    wide[systems] = wide[systems].to_numpy(np.float64) * factor
    wide["actual"] = wide["actual"] * wide["opportunities"]
    return wide
