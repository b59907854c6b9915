"""Ridge regression on columns and their hinges: a straight line that may bend at quantiles of what it was fitted on.

Not here: which columns there are, and what they predict.
"""

import numpy as np
from sklearn.linear_model import Ridge

BENDS = (0.2, 0.4, 0.6, 0.8)  # quantiles at which a line may bend


class HingeRidge:
    """Fit once, then predict; an unknown value (NaN) counts as the median of the known ones."""

    def __init__(self, penalty: float) -> None:
        self._ridge = Ridge(penalty)
        self._median = np.zeros(0)  # (k,)
        self._bends: list[np.ndarray] = []  # by column
        self._centre = np.zeros(0)  # (basis,)
        self._spread = np.ones(0)  # (basis,)
        self._range = (np.zeros(0), np.zeros(0))  # (k,) each

    def fit(self, values: np.ndarray, target: np.ndarray) -> "HingeRidge":
        """`values` (n, k) with at least one known value in each column, `target` (n,)."""
        self._median = np.nanmedian(values, axis=0)
        self._range = (np.nanmin(values, axis=0), np.nanmax(values, axis=0))
        self._bends = [np.unique(np.nanquantile(column, BENDS)) for column in values.T]
        basis = self._basis(values)
        self._centre, self._spread = basis.mean(axis=0), basis.std(axis=0)
        self._spread[self._spread == 0] = 1.0  # a column that never varies is no evidence, and stays zero
        self._ridge.fit((basis - self._centre) / self._spread, target)
        return self

    def predict(self, values: np.ndarray) -> np.ndarray:
        """(n,) predictions; values outside the fitted range count as its ends."""
        return self._ridge.predict((self._basis(values) - self._centre) / self._spread)

    def _basis(self, values: np.ndarray) -> np.ndarray:
        filled = np.where(np.isnan(values), self._median, np.clip(values, *self._range))
        hinges = [np.maximum(filled[:, [i]] - bends[None, :], 0.0) for i, bends in enumerate(self._bends)]
        return np.hstack([filled, *hinges])
