"""The rows of models.predictions from matrices of rates. Not here: where the rates come from (projection)."""

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.network.folds import Fold
from fbm_pipeline.network.priors import Priors


def prediction_table(
    fold: Fold, priors: Priors, system: str, rates: np.ndarray, concentrations: np.ndarray, until: int
) -> pa.Table:
    """One row per sample and statistic of one system.

    rates, concentrations (samples, statistics) float64 in the order of `statistics`; NaN where there is no
    concentration. `until`: the last target season that anything in these rates was fitted on.
    """
    names = [statistic.name for statistic in statistics(fold.player_type)]
    count = rates.size
    season = np.repeat(priors.season, len(names))
    as_of = {int(s): preseason(int(s)) for s in np.unique(priors.season)}
    flat = concentrations.ravel()
    return pa.table(
        {
            "fold": pa.array(np.full(count, fold.season, np.int16)),
            "split": pa.array(np.where(season == fold.season, "test", "validation").tolist(), pa.string()),
            "season": pa.array(season),
            "player_type": pa.array([fold.player_type] * count, pa.string()),
            "as_of": pa.array([as_of[int(s)] for s in season], pa.date32()),
            "mlbam_id": pa.array(np.repeat(priors.mlbam_id, len(names))),
            "system": pa.array([system] * count, pa.string()),
            "statistic": pa.array(names * len(rates), pa.string()),
            "rate": pa.array(rates.ravel()),
            "concentration": pa.array(flat, mask=np.isnan(flat)),
            "trained_until": pa.array(np.full(count, until, np.int16)),
        }
    )
