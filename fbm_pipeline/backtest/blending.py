"""How far the ensemble moves from Marcel toward the contextual projection, chosen on earlier seasons only.

The weight of test season T is read off the validation rows of the folds up to T, whose seasons all lie before T.
Not here: the ensemble's rates themselves (sql/evaluation/projected_rates.sql) and their scores.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from fbm_pipeline.backtest.actuals import load_actuals
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.metrics import Floats, remove_season_means
from fbm_pipeline.backtest.tables import BLEND_WEIGHTS
from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

WEIGHTS = tuple(step / 10 for step in range(11))

# Below it a season line is mostly noise (an ERA of 40 over ten batters faced would choose the weight by itself).
MIN_OPPORTUNITIES = 50


def predicted_seasons(store: Store, settings: Settings) -> set[int]:
    """Seasons for which the folds of both player types have predictions."""
    folds = store.partitions("models.predictions")
    by_type = [{int(part["fold"]) for part in folds if part["player_type"] == name} for name in PLAYER_TYPES]
    return set.intersection(*by_type)


def blend_weights(inputs: Inputs, season: int) -> pa.Table:
    """The blend weight of every player type and statistic for test season `season`.

    The weight in {0, .1, .. 1} minimises the mean squared error weighted by opportunities, each season's mean error
    removed; a tie goes to the smaller weight, nearer Marcel. Raises EvaluationError when no fold up to `season`
    has validation rows of an earlier season.
    """
    if not inputs.partitions("models.predictions"):
        raise EvaluationError(
            f"models.predictions has no fold up to {season}: blend weights need validation rows of earlier "
            f"seasons. Next: predict the fold of {season}."
        )
    pairs = validation_pairs(inputs, season)
    rows = []
    for player_type in PLAYER_TYPES:
        for statistic in statistics(player_type):
            chosen = pairs[(pairs["player_type"] == player_type) & (pairs["statistic"] == statistic.name)]
            if chosen.empty:
                raise EvaluationError(
                    f"models.predictions holds no validation row of {player_type} {statistic.name} before "
                    f"{season} for a player with {MIN_OPPORTUNITIES} opportunities or more: no weight can be "
                    f"chosen. Next: predict the {player_type} fold of {season} (systems marcel and contextual)."
                )
            rows.append(
                {"season": season, "player_type": player_type, "statistic": statistic.name} | best_weight(chosen)
            )
    return pa.Table.from_pylist(rows, schema=BLEND_WEIGHTS.schema)


def validation_pairs(store: Store, season: int) -> pd.DataFrame:
    """Marcel, contextual and actual rates of the validation seasons before `season`, one row per player-season."""
    actuals = load_actuals(store, 0, season - 1)
    with session(store, tables=("models.predictions",), actuals=actuals) as connection:
        bounds = {"season": season, "min_opportunities": MIN_OPPORTUNITIES}
        return query(connection, "evaluation/validation_pairs", bounds).to_pandas()


def best_weight(pairs: pd.DataFrame) -> dict[str, float | int | str]:
    """The best weight of one statistic with its RMSE and Marcel's; `pairs` as from `validation_pairs`."""
    opportunities = pairs["opportunities"].to_numpy(np.float64)
    seasons = pairs["season"].to_numpy()
    marcel, contextual, actual = (pairs[name].to_numpy(np.float64) for name in ("marcel", "contextual", "actual"))

    def rmse(weight: float) -> float:
        error: Floats = remove_season_means(marcel + weight * (contextual - marcel) - actual, opportunities, seasons)
        return float(np.sqrt(opportunities @ error**2 / opportunities.sum()))

    errors = [rmse(weight) for weight in WEIGHTS]
    best = int(np.argmin(errors))  # the first of equals
    return {
        "weight": WEIGHTS[best],
        "chosen_on": ",".join(str(year) for year in sorted(set(seasons.tolist()))),
        "n": len(pairs),
        "rmse": errors[best],
        "rmse_marcel": errors[0],
    }
