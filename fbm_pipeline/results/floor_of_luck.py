"""What a projection would score that knew every player's true rate: the error that luck alone leaves.

Not here: luck itself (evaluation.luck), which the scores hold as the attainable share of each system.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Floor:
    """r and RMSE of the true rates, in the statistic's own unit."""

    r: float
    rmse: float


def floor_of_luck(systems: pd.DataFrame) -> Floor | None:
    """The floor of one statistic from its systems' `rmse` and `attainable`; None where luck is not known.

    attainable = (league MSE - MSE) / (league MSE - floor MSE), so that MSE is a line in attainable: it is the league's
    at 0 and the floor's at 1. Two systems give the line. Least squares over all keeps rounding out of it. True rates
    spread by league MSE - floor MSE, which gives r.
    """
    known = systems.dropna(subset=["rmse", "attainable"])
    share, mse = known["attainable"].to_numpy(np.float64), known["rmse"].to_numpy(np.float64) ** 2
    if len(known) < 2 or np.ptp(share) == 0.0:
        return None
    slope, league = np.polyfit(share, mse, 1)
    floor = league + slope
    if not 0.0 < floor < league:
        return None
    return Floor(r=float(np.sqrt(1.0 - floor / league)), rmse=float(np.sqrt(floor)))
