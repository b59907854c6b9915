"""What the pages read: rates of the test seasons, pooled, of one kind of data; the floor of luck; verdicts, counted.

A verdict is decided once, where its row is made (evaluation.families). No page decides a second time by other means:
two pages once answered one question by two rules, and differed.
Not here: where the rows come from (pages) and which of them are shown (main_page).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.bootstrap import DRAWS
from fbm_pipeline.evaluation.families import BETTER, SIGNIFICANT, UNDECIDED, WORSE
from fbm_pipeline.evaluation.learned_gains import MAIN_STATISTICS
from fbm_pipeline.evaluation.sheets import RATE
from fbm_pipeline.publish.pooled import pooled
from fbm_pipeline.results.files import ordered, rounded

MAIN_CELLS = [(player_type, stat) for player_type, names in MAIN_STATISTICS.items() for stat in names]
RULE = f"""**One rule for every verdict.** A verdict is about RMSE. It is `better` or `worse` where the p value,
adjusted by Holm over the family, is below {SIGNIFICANT:g}; else it is `undecided`. A family is all statistics of both
player types for one pair of systems, one group of players and one set of seasons. Intervals beside a verdict hold
95 % of {DRAWS} draws of players with all their seasons, and are not adjusted."""


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
        """All statistics of one pair: the family that Holm's adjustment runs over; no row where it was not tested."""
        rows = self.pairs
        chosen = rows[
            (rows["comparison"] == comparison)
            & (rows["universe"] == universe)
            & (rows["base"] == base)
            & (rows["new"] == new)
        ]
        return chosen.set_index(["player_type", "stat"])


def mean_change(cells: pd.DataFrame, system: str, base: str = "marcel") -> float:
    """Percent by which the RMSE of `system` differs from that of `base`: the mean over the main statistics.

    `cells` as from `Measured.cells`; NaN where one of the systems lacks a main statistic.
    """
    rmse = cells["rmse"].unstack("system")
    if not {system, base} <= set(rmse.columns):
        return float("nan")
    main = rmse.reindex(pd.MultiIndex.from_tuples(MAIN_CELLS, names=rmse.index.names))
    return float(np.mean(100.0 * (main[system].to_numpy() / main[base].to_numpy() - 1.0)))


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


@dataclass(frozen=True)
class VerdictCount:
    """How many statistics of a family are decided, and how."""

    better: int
    worse: int
    undecided: int

    @property
    def total(self) -> int:
        return self.better + self.worse + self.undecided

    def __str__(self) -> str:
        return f"better in {self.better}, worse in {self.worse}, undecided in {self.undecided} of {self.total}"


def count_verdicts(verdicts: pd.Series) -> VerdictCount:
    """Count a column of verdicts. Raises EvaluationError for none, and for a word that is no verdict."""
    unknown = sorted(set(verdicts.dropna()) - {BETTER, WORSE, UNDECIDED})
    if verdicts.empty or unknown or verdicts.isna().any():
        raise EvaluationError(
            f"a family of {len(verdicts)} rows has the verdicts {sorted(set(map(str, verdicts)))}, expected one of "
            f"{BETTER}, {WORSE}, {UNDECIDED} in every row. Next: materialize the table of the differences again."
        )
    counts = verdicts.value_counts()
    return VerdictCount(*(int(counts.get(word, 0)) for word in (BETTER, WORSE, UNDECIDED)))
