"""What the pages read: rates of the test seasons, pooled, of one kind of data.

Not here: where the rows come from (pages) and which of them are shown (results_page).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.sheets import RATE
from fbm_pipeline.evaluation.useful_test import MAIN_STATISTICS
from fbm_pipeline.publish.pooled import pooled
from fbm_pipeline.results.score_rows import ordered, rounded

MAIN_CELLS = [(player_type, stat) for player_type, names in MAIN_STATISTICS.items() for stat in names]


@dataclass(frozen=True)
class Measured:
    """Rows as evaluation.scores and evaluation.pairs, rounded as in scores.csv, so that page and file agree."""

    scores: pd.DataFrame
    pairs: pd.DataFrame

    @classmethod
    def of_seasons(cls, scores: pd.DataFrame, pairs: pd.DataFrame, seasons: Sequence[int]) -> "Measured":
        """The rates of these seasons, pooled."""
        parts = (pooled(rows[rows["kind"] == RATE], seasons) for rows in (scores, pairs))
        return cls(*(ordered(rounded(part)) for part in parts))

    def cells(self, comparison: str, universe: str) -> pd.DataFrame:
        """All systems of a comparison among its players, by player type, statistic and system; maybe no row."""
        rows = self.scores
        chosen = rows[(rows["comparison"] == comparison) & (rows["universe"] == universe)]
        return chosen.set_index(["player_type", "stat", "system"])

    def system(self, system: str, comparison: str, universe: str) -> pd.DataFrame:
        """One system's rows by player type and statistic."""
        cells = self.cells(comparison, universe)
        return cells[cells.index.get_level_values("system") == system].droplevel("system")

    def family(self, comparison: str, universe: str, base: str, new: str) -> pd.DataFrame:
        """All statistics of one pair: the family that Holm's adjustment runs over. Raises EvaluationError for none."""
        rows = self.pairs
        chosen = rows[
            (rows["comparison"] == comparison)
            & (rows["universe"] == universe)
            & (rows["base"] == base)
            & (rows["new"] == new)
        ]
        if chosen.empty:
            raise EvaluationError(
                f"evaluation.pairs holds no difference of {new} and {base} in comparison {comparison}, universe "
                f"{universe}. Next: materialize evaluation.pairs with both systems in the backtest."
            )
        return chosen.set_index(["player_type", "stat"])

    def has_family(self, comparison: str, universe: str, base: str, new: str) -> bool:
        """Whether the pair was tested."""
        rows = self.pairs
        place = (comparison, universe, base, new)
        return bool((rows[["comparison", "universe", "base", "new"]] == place).all(axis=1).any())


def mean_change(cells: pd.DataFrame, system: str, base: str = "marcel") -> float:
    """Percent by which the RMSE of `system` differs from that of `base`: the mean over the main statistics.

    `cells` as from `Measured.cells`; NaN where one of the systems lacks a main statistic.
    """
    rmse = cells["rmse"].unstack("system")
    if not {system, base} <= set(rmse.columns):
        return float("nan")
    main = rmse.reindex(pd.MultiIndex.from_tuples(MAIN_CELLS, names=rmse.index.names))
    return float(np.mean(100.0 * (main[system].to_numpy() / main[base].to_numpy() - 1.0)))
