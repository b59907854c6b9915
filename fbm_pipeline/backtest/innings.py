"""Outs of pitchers whose playing time is given in batters faced alone.

Not here: where playing time comes from (projected, public), and innings as a count (counts).
"""

import pandas as pd

from fbm_pipeline.backtest.intervals import outs_per_batter

_PITCHER = ["system", "mlbam_id"]
_READ = ("bb_rate", "h_rate", "whip")


def with_outs(time: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """`time` with `outs` of every pitcher: as they are where known, else as his own rates imply.

    `time` holds player_type, mlbam_id, system, opportunities and outs; `rates` are long, with rate and statistic. NaN
    for batters, and for a pitcher without projected walks, hits or WHIP.
    """
    components = rates[(rates["player_type"] == "pitcher") & rates["statistic"].isin(_READ)]
    wide = components.pivot(index=_PITCHER, columns="statistic", values="rate").reindex(columns=list(_READ)).dropna()
    if wide.empty:
        return time
    share = pd.Series(outs_per_batter({name: wide[name].to_numpy() for name in _READ}), wide.index)
    implied = share.reindex(pd.MultiIndex.from_frame(time[_PITCHER])).to_numpy() * time["opportunities"].to_numpy()
    outs = time["outs"].astype("float64").fillna(pd.Series(implied, time.index))
    return time.assign(outs=outs.where(time["player_type"] == "pitcher"))
