"""The one rule for every verdict that a page shows. The results and Level 1 both count verdicts here.

A verdict is decided once, where its row is made (evaluation.families). No page decides a second time by other means:
two pages once answered one question by two rules, and differed.
"""

from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.bootstrap import DRAWS
from fbm_pipeline.evaluation.families import BETTER, SIGNIFICANT, UNDECIDED, WORSE

RULE = f"""**One rule for every verdict.** A verdict is about RMSE. It is `better` or `worse` where the p value,
adjusted by Holm over the family, is below {SIGNIFICANT:g}; else it is `undecided`. A family is all statistics of both
player types for one pair of systems, one group of players and one set of seasons. Intervals beside a verdict hold
95 % of {DRAWS} draws of players with all their seasons, and are not adjusted."""


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
