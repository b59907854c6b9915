"""How much of a deviation from the league is the player's own: half points, by the method of moments.

The half points in `sequence_rates` were read off the seasons 2000-2009 by this. Not here: what is made of them.
"""

from collections.abc import Sequence

import numpy as np

from fbm_pipeline.marcel.pooled_rates import deviations
from fbm_pipeline.marcel.sequence_counts import SequenceCounts
from fbm_pipeline.marcel.sequence_rates import SequenceRate


def half_point(counts: SequenceCounts, rate: SequenceRate) -> float:
    """The denominator at which half of a deviation is the player's own; infinite where seasons do not resemble.

    Over players with consecutive seasons, x and y their deviations of n and m trials: the variance between players is
    the mean of x y under weights sqrt(n m), the variance of one trial is what n x x exceeds it by on average.
    Raises ValueError when no player has two consecutive seasons.
    """
    first, second = _consecutive(counts)
    above, below = deviations(counts, rate)
    told = (below[first] > 0) & (below[second] > 0)
    first, second = first[told], second[told]
    if not len(first):
        raise ValueError(f"{rate.name}: no player has two consecutive seasons; hand over at least two seasons")
    n, m = below[first], below[second]
    x, y = above[first] / n, above[second] / m
    between = np.average(x * y, weights=np.sqrt(n * m))
    trial = np.mean(n * x * x - n * between)
    return float(trial / between) if between > 0 else float("inf")


def season_correlation(counts: SequenceCounts, rate: SequenceRate, least: float) -> float:
    """Correlation of the rate in consecutive seasons of players with at least `least` trials in both; NaN for none."""
    first, second = _consecutive(counts)
    above, below = deviations(counts, rate)
    many = (below[first] >= max(least, 1)) & (below[second] >= max(least, 1))
    if many.sum() < 3:
        return float("nan")
    x, y = (above[at[many]] / below[at[many]] for at in (first, second))
    return float(np.corrcoef(x, y)[0, 1])


def _consecutive(counts: SequenceCounts) -> Sequence[np.ndarray]:
    """Row numbers of a season and of the same player's next one, for those of the league in both."""
    following = counts.rows(counts.season + 1, counts.mlbam_id)
    first = np.flatnonzero((following >= 0) & counts.of_the_league)
    first = first[counts.of_the_league[following[first]]]
    return first, following[first]
