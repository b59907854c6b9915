"""The hands' step of a park factor: what a park does to left- and right-handed batters, around what it does to all.

The hands' factors, weighted by what was expected of each, have the all-hands factor as their mean: a park's short porch
is divided between the hands and never counted twice. Not here: the all-hands factor (`park_factors`).
"""

from collections.abc import Mapping

import numpy as np

from fbm_pipeline.marcel.park_sample import ParkSample

ALL = "all"
HANDS = ("L", "R")  # the side that a batter stood on: a switch hitter has both
STANDS = (ALL, *HANDS)

# Plate appearances of batters on one side, in a park that treats both hands alike, mixed into a park's own (a season
# of home games has some 2,600 by left-handed batters and 3,500 by right-handed). Least squares of a park's raw factor
# by hand in targets 2003-2017, as park_factors.REGRESSION was found, with that all-hands factor (`regression_trials`).
# In walks, hits and triples the hands' difference is not to be told from luck: the largest constant tried is best.
HAND_REGRESSION = {
    "so": 20_000.0, "bb": 150_000.0, "hr": 20_000.0, "h": 150_000.0, "single": 150_000.0, "double": 30_000.0,
    "triple": 150_000.0, "runs": 30_000.0,
}  # fmt: skip


def hand_factors(hands: Mapping[str, ParkSample], whole: np.ndarray, k: float) -> dict[str, np.ndarray]:
    """(n,) factors of each hand, from the samples of HANDS of the same n parks and the parks' (n,) all-hands factors.

    What a hand did beyond what its park does to both is regressed by `k` plate appearances; a park in which nothing was
    expected of a hand gives it the all-hands factor.
    """
    observed = sum(sample.observed for sample in hands.values())
    expected = sum(sample.expected for sample in hands.values())
    both = np.divide(observed, expected, out=np.ones_like(whole), where=expected > 0)
    apart = {}
    for hand, sample in hands.items():
        added = k * sample.league_rate
        alike = sample.expected * both + added
        apart[hand] = np.divide(sample.observed + added, alike, out=np.ones_like(whole), where=alike > 0)
    mean = sum(hands[hand].expected * apart[hand] for hand in hands)
    mean = np.divide(mean, expected, out=np.ones_like(whole), where=expected > 0)
    level = np.divide(whole, mean, out=whole.copy(), where=mean > 0)
    return {hand: level * apart[hand] for hand in hands}
