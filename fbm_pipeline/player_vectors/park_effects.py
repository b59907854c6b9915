"""What parks do to the classes of a head, counted season by season, and the mean of it over a player's events.

Not here: the vectors (vector_filter).
"""

import numpy as np
import torch
from torch import Tensor

from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.meetings import Cells, Meetings

PARK_EVENTS = 300.0  # at which half of what a park did to a class is believed
PARK_SEASONS = 3
SMALLEST_SHARE = 1e-6  # of a class that the league never had

ParkSums = dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]  # by head and park: (K,) classes counted, and expected


def park_effects(by_season: dict[int, ParkSums], meetings: Meetings) -> dict[str, np.ndarray]:
    """(parks, K) by head: how a park's classes differ from the league's in like contexts, in three seasons to here.

    `by_season` is what earlier seasons counted; it gains this one and loses those that are too old.
    """
    here: ParkSums = {}
    for name, part in meetings.cells.items():
        if HEADS[name].parks:
            here[name] = _park_sums(part, HEADS[name].contexts, len(HEADS[name].classes), meetings.parks)
    for year in [year for year in by_season if year <= meetings.season - PARK_SEASONS]:
        del by_season[year]
    by_season[meetings.season] = here
    effects = {}
    for name in here:
        effect = np.zeros((len(meetings.parks), len(HEADS[name].classes)))
        for row, park in enumerate(meetings.parks):
            sums = [sums_of[name][park] for sums_of in by_season.values() if park in sums_of.get(name, {})]
            if not sums:
                continue
            observed, expected = np.sum([one[0] for one in sums], axis=0), np.sum([one[1] for one in sums], axis=0)
            drawn = PARK_EVENTS * (expected / expected.sum() + SMALLEST_SHARE)
            effect[row] = np.log((observed + drawn) / (expected + drawn))
        effects[name] = effect
    return effects


def _park_sums(
    part: Cells, contexts: int, classes: int, parks: tuple[str, ...]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By park: (K,) classes counted, and expected of the league in the same contexts."""
    league = np.zeros((contexts, classes))
    np.add.at(league, (part.context, part.outcome), part.n)
    share = league / np.maximum(league.sum(axis=1, keepdims=True), 1.0)
    named = part.park >= 0
    observed, contexts_of = np.zeros((len(parks), classes)), np.zeros((len(parks), contexts))
    np.add.at(observed, (part.park[named], part.outcome[named]), part.n[named])
    np.add.at(contexts_of, (part.park[named], part.context[named]), part.n[named])
    expected = contexts_of @ share
    seen = np.flatnonzero(observed.sum(axis=1) > 0)
    return {parks[row]: (observed[row], expected[row]) for row in seen}


def mean_park(part: Cells, side: str, shape: tuple[int, ...], effect: np.ndarray) -> Tensor:
    """The mean over a player's events of what their parks add, of `shape` (N, C, K)."""
    rows = (part.batter if side == "batter" else part.pitcher) * shape[1] + part.context
    events = np.bincount(rows, weights=part.n, minlength=shape[0] * shape[1])
    padded = np.concatenate([effect, np.zeros((1, effect.shape[1]))])  # an unnamed park adds nothing
    mean = np.stack(
        [np.bincount(rows, weights=part.n * padded[part.park, k], minlength=len(events)) for k in range(shape[2])],
        axis=1,
    )
    return torch.as_tensor((mean / np.maximum(events, 1.0)[:, None]).reshape(shape))
