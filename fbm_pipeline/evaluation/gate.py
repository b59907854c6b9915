"""The gate that a changed system has to pass: not worse than what it replaces, season by season.

One bad season may be luck, so a statistic fails only where RMSE grew by more than the tolerance in two seasons or
more. It asks in `full` and again among the players who matter most, for a gain among many bench players has hidden a
loss among regulars before. Not here: the numbers of the rule (gate_rule), pooled
differences and their intervals (pairs).
"""

from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.backtest.metrics import score
from fbm_pipeline.backtest.universes import FULL, TOP_300, eligible, present_systems, shared, widen
from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.evaluation.gate_rule import BAD_SEASONS, TOLERANCE
from fbm_pipeline.evaluation.scoring import MIN_PLAYERS
from fbm_pipeline.evaluation.sheets import scored_statistics

UNIVERSES = (FULL, TOP_300)


@dataclass(frozen=True)
class Regression:
    """A statistic that got worse: `growth` is RMSE of the new over that of the base less 1, by season."""

    universe: str
    player_type: str
    stat: str
    growth: dict[int, float]


@dataclass(frozen=True)
class Verdict:
    """What the gate found; `seasons` are those that both systems have, `cells` the season's statistics compared."""

    seasons: tuple[int, ...]
    cells: int
    regressions: tuple[Regression, ...]

    @property
    def passed(self) -> bool:
        return not self.regressions


def ask_gate(backtest: pd.DataFrame, base: str, new: str, tolerance: float = TOLERANCE) -> Verdict:
    """Hold `new` against `base` on every season of `backtest` that both have; see gate_rule.

    Raises EvaluationError when they share fewer than two seasons, ValueError for a negative tolerance.
    """
    if tolerance < 0:
        raise ValueError(f"tolerance {tolerance} is negative: write .01 for one per cent")
    seasons: set[int] = set()
    cells = 0
    regressions: list[Regression] = []
    for player_type in PLAYER_TYPES:
        for stat in scored_statistics(player_type):
            wide = widen(backtest, player_type, stat)
            for universe in UNIVERSES:
                growth = growth_by_season(eligible(wide, universe), base, new)
                seasons |= set(growth)
                cells += len(growth)
                bad = {season: value for season, value in growth.items() if value > tolerance}
                if len(bad) >= BAD_SEASONS:
                    regressions.append(Regression(universe, player_type, stat, bad))
    if len(seasons) < BAD_SEASONS:
        raise EvaluationError(
            f"{base} and {new} share the seasons {sorted(seasons)} in the backtest, and the gate needs {BAD_SEASONS}. "
            "Next: backtest both on the same development or test seasons."
        )
    return Verdict(tuple(sorted(seasons)), cells, tuple(regressions))


def growth_by_season(players: pd.DataFrame, base: str, new: str) -> dict[int, float]:
    """RMSE of `new` over that of `base` less 1 in each season with 20 players of both. Rows as from `eligible`."""
    growth = {}
    for season, systems in present_systems(players, (base, new)).items():
        rows = shared(players[players["season"] == season], [base, new])
        if len(systems) == 2 and len(rows) >= MIN_PLAYERS:
            before, after = (
                score(rows[name], rows["actual"], rows["opportunities"], rows["season"]).rmse for name in (base, new)
            )
            growth[season] = after / before - 1 if before > 0 else (0.0 if after == 0 else float("inf"))
    return growth
