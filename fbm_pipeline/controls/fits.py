"""The fit that every control shares: ridge and trees on what a prior missed, statistic by statistic.

Not here: the two models (`residual_models`), and which columns a control has (`controls`, `minors_controls`).
"""

from collections.abc import Sequence

import numpy as np

from fbm_pipeline.controls.frame import FAMILIES, Frame
from fbm_pipeline.controls.lines_block import BENDING
from fbm_pipeline.controls.parks_block import bears_on
from fbm_pipeline.controls.residual_models import fit_ridge, fit_trees

CONTROL = ("lines", *FAMILIES)

# Ridge penalties in rows of mean weight, chosen on target seasons 2010-2017: flat within a factor of three.
LINES_PENALTY = {"batter": 500.0, "pitcher": 60.0}
CONTROL_PENALTY = {"batter": 500.0, "pitcher": 300.0}
# Doubles are nearly all luck from one season to the next, and want four times the penalty.
OWN_PENALTY = {"double_rate": 2000.0}
SEED = 11

Rates = dict[str, np.ndarray]  # by system, (players, statistics)


def fit_both(frame: Frame, families: Sequence[str], penalty: float, seed: int | None) -> tuple[np.ndarray, np.ndarray]:
    """(players, S) rates of the season projected by ridge and by trees: Marcel plus what each expects it to miss.

    The trees see the ridge's own forecast as one more column, because a straight line costs shallow trees many splits,
    and not the columns that only let a line bend. Without a seed there are no trees: both are the ridge. No rate is
    below zero, and a statistic that no source recorded stays Marcel's. A statistic sees only what of parks bears on it.
    """
    names, every = frame.columns(families)
    straight = np.array([not name.startswith(BENDING) for name in names])
    projected = frame.projected
    by_ridge, by_trees = frame.prior[projected].copy(), frame.prior[projected].copy()
    for at, name in enumerate(frame.names):
        residual = frame.outcome[:, at] - frame.prior[:, at]
        rows = (frame.weight > 0) & ~np.isnan(residual)
        if not rows.any():
            continue
        bearing = bears_on(names, name)
        columns, plain = every[:, bearing], straight[bearing]
        line = fit_ridge(columns[rows], residual[rows], frame.weight[rows], OWN_PENALTY.get(name, penalty))(columns)
        by_ridge[:, at] += line[projected]
        if seed is not None:
            widened = np.column_stack([columns[:, plain], line])
            by_trees[:, at] += fit_trees(widened[rows], residual[rows], frame.weight[rows], seed)(widened[projected])
    by_ridge = np.maximum(by_ridge, 0.0)
    return by_ridge, by_ridge if seed is None else np.maximum(by_trees, 0.0)
