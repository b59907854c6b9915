"""From the heads' rates to the rows of models.predictions.

Statistics without a head of their own move as the heads moved: they are exactly Marcel's where no head moved.
Not here: where the rates come from (projection).
"""

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import head_statistics, statistics
from fbm_pipeline.network.folds import Fold
from fbm_pipeline.network.priors import Priors

_BASES = {
    "avg": (("h_rate", 1.0),),
    "slg": (("single_rate", 1.0), ("double_rate", 2.0), ("triple_rate", 3.0), ("hr_rate", 4.0)),
    "iso": (("double_rate", 1.0), ("triple_rate", 2.0), ("hr_rate", 3.0)),
}  # per at-bat statistics: what a change of each rate per plate appearance adds to their numerator
_RATIOS = {"era": ("er_rate",), "whip": ("bb_rate", "h_rate")}  # per out: scale with the rates of their numerator


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


def all_statistics(player_type: str, heads: np.ndarray, marcel: np.ndarray, league: np.ndarray) -> np.ndarray:
    """Rates of every statistic (n, statistics) from the heads' rates (n, heads) and Marcel's and the league's.

    avg, slg, iso gain what the heads gained, per at-bat instead of per plate appearance; era and whip scale with
    their numerators. Columns are ordered as `statistics` and `head_statistics` order them.
    """
    names = [statistic.name for statistic in statistics(player_type)]
    column = {name: index for index, name in enumerate(names)}
    result = marcel.copy()
    for index, statistic in enumerate(head_statistics(player_type)):
        result[:, column[statistic.name]] = heads[:, index]
    for name, parts in _BASES.items():
        if name in column:
            gained = sum(factor * (result[:, column[part]] - marcel[:, column[part]]) for part, factor in parts)
            result[:, column[name]] = marcel[:, column[name]] + gained * _appearances_per_at_bat(marcel, league, column)
    for name, counts in _RATIOS.items():
        if name in column:
            places = [column[part] for part in counts]
            result[:, column[name]] = marcel[:, column[name]] * _ratio(
                result[:, places].sum(axis=1), marcel[:, places].sum(axis=1)
            )
    return result


def _appearances_per_at_bat(marcel: np.ndarray, league: np.ndarray, column: dict[str, int]) -> np.ndarray:
    """H/AB over H/PA of Marcel's own line; the league's where Marcel expects no hit or none at bat."""
    avg, h_rate = marcel[:, column["avg"]], marcel[:, column["h_rate"]]
    usable = (avg > 0) & (h_rate > 0)
    return np.where(usable, _ratio(avg, h_rate), _ratio(league[:, column["avg"]], league[:, column["h_rate"]]))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, and 1 where there is nothing below to scale."""
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), 1.0)
