"""What happened in each park over some seasons, and what the same clubs' games elsewhere let expect.

Not here: how far a factor is regressed (`park_factors`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class ParkSample:
    """One component in n parks over some seasons: what happened there, and what elsewhere lets expect of as many PA."""

    park_id: np.ndarray  # (n,) text
    observed: np.ndarray  # (n,)
    expected: np.ndarray  # (n,)
    pa: np.ndarray  # (n,) plate appearances in the park
    elsewhere_pa: np.ndarray  # (n,)
    seasons: np.ndarray  # (n,) with games in the park
    league_rate: float  # per plate appearance, of all games in home parks

    def raw(self) -> np.ndarray:
        """(n,) observed per expected; 1 where nothing was expected."""
        return np.divide(self.observed, self.expected, out=np.ones_like(self.observed), where=self.expected > 0)

    def regressed(self, k: float) -> np.ndarray:
        """(n,) the factor with k plate appearances of an average park added on both sides."""
        added = k * self.league_rate
        if added == 0:
            return self.raw()
        return (self.observed + added) / (self.expected + added)


def park_sample(counts: pa.Table, component: str) -> ParkSample:
    """The parks' sums of one component over the rows of `features/park_counts`.

    The parks are in the order of their ids. What is expected of a park is summed season by season and club by club,
    each by the club's own rate elsewhere in that season, so that neither the quality of a club nor the level of a
    season counts as the park's.
    """
    parks = np.unique(counts.column("park_id").to_numpy(zero_copy_only=False))
    place = np.searchsorted(parks, counts.column("park_id").to_numpy(zero_copy_only=False))
    here, elsewhere = _floats(counts, component), _floats(counts, f"elsewhere_{component}")
    pa_here, pa_elsewhere = _floats(counts, "pa"), _floats(counts, "elsewhere_pa")
    expected = pa_here * elsewhere / pa_elsewhere

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, values, len(parks)).astype(np.float64)  # without rows it would count in integers

    pairs = np.unique(np.column_stack([place, _floats(counts, "season")]), axis=0)
    seasons = np.bincount(pairs[:, 0].astype(np.int64), minlength=len(parks))
    rate = float(here.sum() / pa_here.sum()) if len(counts) else 0.0
    return ParkSample(parks, total(here), total(expected), total(pa_here), total(pa_elsewhere), seasons, rate)


def _floats(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.float64()).to_numpy()
