"""What really happened on or after the as-of date: successes and trials per horizon and statistic.

Not here: anything before the as-of date (windows), rates (counts are divided by whoever scores).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import Statistic, head_statistics
from fbm_pipeline.network.priors import Priors
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

TARGET_HORIZONS = ("next_games", "next_season")
MAIN_HORIZON = TARGET_HORIZONS.index("next_season")
NEXT_GAMES = 5
STATEMENTS = ("network/next_games", "network/next_season")  # by horizon


@dataclass(frozen=True)
class Targets:
    """`successes` and `trials` (samples, horizons, statistics) int32; no trials where the count is not known.

    `opportunities` (samples,) int32: PA or BF of the target season, 0 for those who did not play.
    """

    successes: np.ndarray
    trials: np.ndarray
    opportunities: np.ndarray


def load_targets(store: Store, priors: Priors) -> Targets:
    """The targets of every sample. Players without a line or a game get no trials, and so no part in a loss."""
    heads = head_statistics(priors.player_type)
    shape = (len(priors.season), len(TARGET_HORIZONS), len(heads))
    successes, trials = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    seasons = [int(season) for season in np.unique(priors.season)]
    parameters: dict[str, object] = {"player_type": priors.player_type, "seasons": seasons}
    opportunities = np.zeros(shape[0], np.int32)
    with session(store) as connection:
        for horizon, (name, target) in enumerate(zip(TARGET_HORIZONS, STATEMENTS, strict=True)):
            extra: dict[str, object] = {"games": NEXT_GAMES} if name == "next_games" else {}
            table = query(connection, target, parameters | extra)
            row, found = _rows(table, priors)
            for column, statistic in enumerate(heads):
                hits, tries = statistic_counts(statistic, table)
                successes[found, horizon, column] = hits[row[found]]
                trials[found, horizon, column] = tries[row[found]]
            if horizon == MAIN_HORIZON:
                opportunities[found] = _counts(table, "opportunities")[0][row[found]]
    return Targets(successes, trials, opportunities)


def statistic_counts(statistic: Statistic, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Successes and trials of a head statistic in every row; both 0 where one of its counts is null."""
    known = np.ones(table.num_rows, bool)
    sums = []
    for parts in (statistic.numerator, statistic.denominator):
        total = np.zeros(table.num_rows, np.int64)
        for name, factor in parts:
            values, present = _counts(table, name)
            total += int(factor) * values
            known &= present
        sums.append(total)
    return np.where(known, sums[0], 0), np.where(known, sums[1], 0)


def _counts(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    column = table.column(name)
    present = column.is_valid().to_numpy()
    return column.cast(pa.int64()).fill_null(0).to_numpy(), present


def _rows(table: pa.Table, priors: Priors) -> tuple[np.ndarray, np.ndarray]:
    """For each sample its row in the table, and whether it has one."""
    key = table.column("season").to_numpy().astype(np.int64) << 32 | table.column("mlbam_id").to_numpy()
    wanted = priors.season.astype(np.int64) << 32 | priors.mlbam_id
    if not len(key):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), bool)
    order = np.argsort(key, kind="stable")
    place = np.minimum(np.searchsorted(key, wanted, sorter=order), len(key) - 1)
    row = order[place]
    return row, key[row] == wanted
