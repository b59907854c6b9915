"""Odds of one plate appearance: the batter's and the pitcher's log-odds add up (log5 for more than two outcomes).

Belongs here: probabilities. Not here: draws.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fbm_pipeline.simulated_league import talent
from fbm_pipeline.simulated_league.players import Player

Array = NDArray[np.float64]


def draw_parks(park_ids: list[str], extra: Mapping[str, tuple[float, ...]], rng: np.random.Generator) -> Array:
    """Log-odds (parks, 7) that each park adds; `extra` adds to home runs, singles, doubles and triples."""
    effects = np.zeros((len(park_ids), 7))
    columns = [talent.HR, talent.SINGLE, talent.DOUBLE, talent.TRIPLE]
    effects[:, columns] = rng.standard_normal((len(park_ids), 4)) * np.array([0.10, 0.02, 0.05, 0.20])
    effects -= effects.mean(axis=0)
    for row, park in enumerate(park_ids):
        effects[row, columns] += np.array(extra.get(park, (0.0, 0.0, 0.0, 0.0)))
    return effects


def same_hand(batters: list[Player], pitchers: list[Player]) -> Array:
    """Signed platoon weight (batters, pitchers): +split where the hands agree, -split where they do not."""
    agree = np.array([[batter.bats == pitcher.throws for pitcher in pitchers] for batter in batters])
    split = np.array([batter.platoon for batter in batters])[:, None]
    # Most pitchers are right-handed: the disadvantage is rarer and so weighs more, and the average stays near zero.
    return np.where(agree, 1.1, -0.9) * split


def cumulative_odds(batters: Array, pitchers: Array, platoon: Array, shared: Array) -> Array:
    """Cumulative probabilities (batters, pitchers, 7) of talent.COMPONENTS; above the last is an out in play.

    `batters` (n, 7) and `pitchers` (m, 7) are log-odds above the league's, `platoon` (n, m) signed weights,
    `shared` (7,) what the season and the park add.
    """
    total = batters[:, None, :] + pitchers[None, :, :] + platoon[:, :, None] * talent.SAME_HAND
    return np.cumsum(talent.rates(talent.LEAGUE_LOG_ODDS + shared + total), axis=-1)
