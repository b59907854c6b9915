"""A predictive distribution of a rate by its first two moments: a beta on [0, top], or a gamma where there is no top.

Quantiles and the CRPS are exact for these families. Not here: where mean and variance come from (intervals,
error_spread).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv, betaln, gammainc, gammaincinv

Floats = NDArray[np.float64]

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
EDGE = 1e-6  # keeps means inside the open range of the beta


@dataclass(frozen=True)
class Predictive:
    """Mean and variance of the rates to come, each (n,). `top` is the largest rate there can be, None for no limit."""

    mean: Floats
    variance: Floats
    top: float | None = 1.0

    def quantile(self, level: float) -> Floats:
        """The rate below which the outcome lies with probability `level`; (n,), never NaN."""
        if self.top is None:
            shape, scale = self._gamma()
            return scale * gammaincinv(shape, level)
        a, b = self._beta()
        return self.top * betaincinv(a, b, level)

    def crps(self, actual: ArrayLike) -> Floats:
        """Continuous ranked probability score, in the rate's own unit; (n,), 0 is perfect.

        It is the mean distance of the distribution from what happened less half its own spread, and equals the
        absolute error for a distribution that is a single point. Closed forms: Jordan, Krueger and Lerch (2019).
        """
        y = np.asarray(actual, np.float64)
        if self.top is None:
            shape, scale = self._gamma()
            below, shifted = gammainc(shape, np.maximum(y / scale, 0)), gammainc(shape + 1, np.maximum(y / scale, 0))
            return y * (2 * below - 1) - shape * scale * (2 * shifted - 1) - scale / np.exp(betaln(0.5, shape))
        a, b = self._beta()
        inside = np.clip(y / self.top, 0.0, 1.0)
        mean = a / (a + b)
        spread = 2 / a * np.exp(betaln(2 * a, 2 * b) - 2 * betaln(a, b))
        return self.top * (
            y / self.top * (2 * betainc(a, b, inside) - 1) + mean * (1 - 2 * betainc(a + 1, b, inside) - spread)
        )

    def _beta(self) -> tuple[Floats, Floats]:
        top = 1.0 if self.top is None else self.top
        p = np.clip(np.asarray(self.mean, np.float64) / top, EDGE, 1 - EDGE)
        v = np.asarray(self.variance, np.float64) / top**2
        # alpha + beta, kept where its quantiles can be computed: moments that no beta has (a variance at or above
        # p (1 - p)) are taken as a very wide one, a variance of nothing as a very narrow one.
        size = np.clip(p * (1 - p) / np.maximum(v, 1e-300) - 1, 0.05, 1e7)
        return p * size, (1 - p) * size

    def _gamma(self) -> tuple[Floats, Floats]:
        m = np.maximum(np.asarray(self.mean, np.float64), EDGE)
        relative = np.maximum(np.asarray(self.variance, np.float64) / m**2, 1e-12)
        return 1 / relative, m * relative
