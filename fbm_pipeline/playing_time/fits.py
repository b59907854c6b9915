"""What learns playing time from inputs: an expectation, its quantiles, and the chance of a thing that is or is not.

Every fit is a pure function of its rows and of SEED. Not here: which rows and what of (`playing_time_model`,
`playing_time_role`).
"""

from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from fbm_pipeline.playing_time.hinge_ridge import HingeRidge

QUANTILES = (0.1, 0.5, 0.9)

# Chosen on target seasons 2010-2017, as was the mean of trees and ridge. Shallow changes of any of them move r by
# less than .002 there.
MEAN_TREES = {
    "learning_rate": 0.03,
    "max_iter": 250,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 40,
    "max_features": 0.3,
    "l2_regularization": 10.0,
}
QUANTILE_TREES = {
    "learning_rate": 0.05,
    "max_iter": 150,
    "max_leaf_nodes": 12,
    "min_samples_leaf": 40,
    "max_features": 0.3,
}
CHANCE_TREES = {
    "learning_rate": 0.04,
    "max_iter": 120,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 40,
    "max_features": 0.3,
}
PENALTY = 200.0
SEED = 0

Predictor = Callable[[np.ndarray], np.ndarray]


def fit_expectation(values: np.ndarray, share: np.ndarray) -> Predictor:
    """From inputs (n, k) to a mean share of at least 0 (n,): boosted trees and a ridge, averaged."""
    known = _known(values)
    ridge = HingeRidge(PENALTY).fit(values[:, known], share)
    trees = HistGradientBoostingRegressor(**MEAN_TREES, early_stopping=False, random_state=SEED)
    trees.fit(values[:, known], share)

    def expectation(rows: np.ndarray) -> np.ndarray:
        return np.maximum((trees.predict(rows[:, known]) + ridge.predict(rows[:, known])) / 2.0, 0.0)

    return expectation


def fit_quantiles(values: np.ndarray, share: np.ndarray) -> Predictor:
    """From inputs (n, k) to QUANTILES of the share (n, 3), none below 0 and each at least the one before."""
    columns = _known(values)
    fitted = [
        HistGradientBoostingRegressor(
            loss="quantile", quantile=quantile, **QUANTILE_TREES, early_stopping=False, random_state=SEED
        ).fit(values[:, columns], share)
        for quantile in QUANTILES
    ]

    def quantiles(rows: np.ndarray) -> np.ndarray:
        predicted = np.column_stack([trees.predict(rows[:, columns]) for trees in fitted])
        return np.sort(np.maximum(predicted, 0.0), axis=1)

    return quantiles


def fit_chance(values: np.ndarray, happened: np.ndarray) -> Predictor:
    """From inputs (n, k) to the probability (n,) of what `happened` (n,) bool; 0 or 1 where it always did or never.

    Log loss and shallow trees: probabilities need no second calibration (its reliability has a test of its own).
    """
    if happened.all() or not happened.any():
        certain = float(happened.all())
        return lambda rows: np.full(len(rows), certain)
    known = _known(values)
    trees = HistGradientBoostingClassifier(**CHANCE_TREES, early_stopping=False, random_state=SEED)
    trees.fit(values[:, known], happened)
    return lambda rows: trees.predict_proba(rows[:, known])[:, 1]


def _known(values: np.ndarray) -> np.ndarray:
    """Columns that somebody has: neither trees nor ridge can be fitted to one that nobody has."""
    return ~np.isnan(values).all(axis=0)
