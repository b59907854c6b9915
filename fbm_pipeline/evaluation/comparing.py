"""One comparison from the store: its scores and its paired differences over a set of seasons.

Not here: how a cell is scored (scoring) and tested (pairs), and the files they are written to (results).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fbm_pipeline.backtest.backtest import BACKTEST, load_backtest
from fbm_pipeline.backtest.errors import EvaluationError
from fbm_pipeline.evaluation.comparisons import Comparison
from fbm_pipeline.evaluation.pairs import PAIRS, pair_rows
from fbm_pipeline.evaluation.scoring import absent_seasons, sheet_scores
from fbm_pipeline.evaluation.sheets import sheets
from fbm_pipeline.evaluation.standings import SCORES
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store


@dataclass(frozen=True)
class Compared:
    """Rows as evaluation.scores and evaluation.pairs; `seasons` are those asked for, `left_out` those in which
    systems named beside them project nobody.
    """

    comparison: Comparison
    seasons: tuple[int, ...]
    scores: pd.DataFrame
    pairs: pd.DataFrame
    left_out: dict[int, list[str]]


def compare_systems(store: Store, settings: Settings, comparison: Comparison, seasons: Sequence[int]) -> Compared:
    """Score a comparison's systems and test their differences, the seasons pooled.

    Raises EvaluationError when the backtest holds none of the seasons or not all of the systems, or when no cell has
    enough players.
    """
    backtest = load_seasons(store, seasons, comparison.systems)
    left_out = absent_seasons(backtest, comparison, seasons)
    backtest_sheets = list(sheets(backtest))
    rows = [row for sheet in backtest_sheets for row in sheet_scores(sheet, comparison, seasons)]
    if not rows:
        raise EvaluationError(
            f"comparison {comparison.name}: no season of {list(seasons)} has enough players whom all of "
            f"{', '.join(comparison.systems)} project. Next: name systems that share a season."
        )
    pairs = pair_rows(backtest_sheets, [(comparison, seasons)])
    return Compared(
        comparison,
        tuple(seasons),
        _table(store, SCORES, rows, settings),
        _table(store, PAIRS, pairs, settings),
        left_out,
    )


def load_seasons(store: Store, seasons: Sequence[int], systems: Sequence[str], *, partial: bool = True) -> pd.DataFrame:
    """Rows of the backtest for these seasons, as `universes.widen` wants them.

    Raises EvaluationError when it holds none of the seasons (or, unless `partial`, not all), when it never saw one of
    the systems, and for a system named twice.
    """
    built_seasons = sorted({int(part["season"]) for part in store.partitions(BACKTEST)})
    loaded_seasons = [season for season in seasons if season in built_seasons]
    if not loaded_seasons or (not partial and len(loaded_seasons) < len(seasons)):
        raise EvaluationError(
            f"{BACKTEST} holds the seasons {built_seasons}, asked for {list(seasons)}. Next: materialize {BACKTEST} "
            "for them."
        )
    if len(set(systems)) < len(systems):
        raise EvaluationError(f"a system is named twice in {', '.join(systems)}. Next: name each once.")
    backtest = load_backtest(store, loaded_seasons)
    backtest_systems = sorted(backtest["system"].unique())
    unknown = [name for name in systems if name not in backtest_systems]
    if unknown:
        raise EvaluationError(
            f"{BACKTEST} does not hold {', '.join(unknown)} in the seasons {loaded_seasons}; it holds "
            f"{', '.join(backtest_systems)}. "
            "Next: name systems that it holds, or a registered comparison."
        )
    return backtest


def _table(store: Store, name: str, rows: list[dict], settings: Settings) -> pd.DataFrame:
    named = [{"data": settings.data_kind, **row} for row in rows]
    return pd.DataFrame(named, columns=store.contracts[name].column_names)
