"""Two plain models of what a rate will be beyond a prior: ridge regression and gradient-boosted trees.

Both weigh rows, both standardise on their training rows only, both run on one thread, so that the same rows give the
same bytes. Not here: which rows and which columns (see `controls`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fbm_pipeline.nn.threads import one_thread

Predict = Callable[[np.ndarray], np.ndarray]

# Chosen on target seasons 2010-2017. Trees over all columns took twice as long and were no better than trees over the
# COLUMNS that go best with the residual in the training rows.
COLUMNS = 80
TREES = 100
LEARNING_RATE = 0.07
DEPTH = 4
SMALLEST_LEAF = 60
COLUMN_SHARE = 0.25  # of the columns, those that a split may choose from
LEAF_PENALTY = 100.0
BINS = 31


@dataclass(frozen=True)
class Scaling:
    """Weighted mean and spread of training columns; columns without spread are dropped."""

    mean: np.ndarray  # (k,) of the kept columns
    spread: np.ndarray  # (k,)
    kept: np.ndarray  # (p,) bool

    def __call__(self, columns: np.ndarray) -> np.ndarray:
        """(n, k) standardised columns."""
        return (columns[:, self.kept] - self.mean) / self.spread


def fit_scaling(columns: np.ndarray, weights: np.ndarray) -> Scaling:
    """Scaling of (n, p) columns under (n,) weights."""
    share = weights / weights.sum()
    mean = share @ columns
    spread = np.sqrt(share @ (columns - mean) ** 2)
    kept = spread > 1e-12
    return Scaling(mean[kept], spread[kept], kept)


def fit_ridge(
    columns: np.ndarray, residual: np.ndarray, weights: np.ndarray, penalty: float, *, intercept: bool = True
) -> Predict:
    """Ridge of a (n,) residual on standardised (n, p) columns; `penalty` in rows of mean weight.

    The intercept is not penalised. Without one, and with columns taken as deviations from the training mean, an
    average player is left where he was.
    """
    with one_thread():
        scaling = fit_scaling(columns, weights)
        x, w = scaling(columns), weights / weights.mean()
        level = float(w @ residual / w.sum()) if intercept else 0.0
        weighted = x * w[:, None]
        gram = weighted.T @ x + penalty * np.eye(x.shape[1])
        slopes = np.linalg.solve(gram, weighted.T @ (residual - level))

    def predict(rows: np.ndarray) -> np.ndarray:
        with one_thread():
            return level + scaling(rows) @ slopes

    return predict


def fit_trees(columns: np.ndarray, residual: np.ndarray, weights: np.ndarray, seed: int) -> Predict:
    """Gradient-boosted trees on the residual in units of its own spread, so that one leaf penalty serves every rate."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    share = weights / weights.sum()
    spread = float(np.sqrt(share @ (residual - share @ residual) ** 2)) or 1.0
    chosen = closest_columns(columns, residual, weights, COLUMNS)
    # Cut into bins here, because the library looks for weighted quantiles column by column in Python: half of its time.
    edges = np.quantile(columns[:, chosen], np.linspace(0.0, 1.0, BINS + 1)[1:-1], axis=0)
    model = HistGradientBoostingRegressor(
        max_iter=TREES,
        learning_rate=LEARNING_RATE,
        max_depth=DEPTH,
        min_samples_leaf=SMALLEST_LEAF,
        max_features=COLUMN_SHARE,
        l2_regularization=LEAF_PENALTY,
        max_bins=BINS,
        early_stopping=False,
        random_state=seed,
    )
    with one_thread():
        model.fit(_binned(columns[:, chosen], edges), residual / spread, sample_weight=weights / weights.mean())

    def predict(rows: np.ndarray) -> np.ndarray:
        with one_thread():
            return spread * model.predict(_binned(rows[:, chosen], edges))

    return predict


def _binned(columns: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(n, p) numbers of the bins that values fall into, by (bins - 1, p) edges."""
    return np.column_stack([np.searchsorted(edges[:, at], columns[:, at]) for at in range(columns.shape[1])])


def closest_columns(columns: np.ndarray, residual: np.ndarray, weights: np.ndarray, most: int) -> np.ndarray:
    """Numbers, in ascending order, of at most `most` columns with the largest correlation with the residual."""
    share = weights / weights.sum()
    scaling = fit_scaling(columns, weights)
    with_residual = np.abs((share * (residual - share @ residual)) @ scaling(columns))
    best = np.argsort(-with_residual, kind="stable")[:most]
    return np.sort(np.flatnonzero(scaling.kept)[best])
