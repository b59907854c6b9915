"""A pitcher's coming role: the chance that he starts, that his role changes, and how much he pitches in either.

A starter's games of a season are starts in half or more. Not here: the learners (`playing_time_fits`), and what
becomes of an expectation (`playing_time_model`).
"""

from dataclasses import dataclass

import numpy as np

from fbm_pipeline.marcel.playing_time import STARTER_SHARE
from fbm_pipeline.marcel.season_lines import Histories, SeasonLines, actual_rows
from fbm_pipeline.playing_time.fits import Predictor, fit_chance, fit_expectation

STARTER, RELIEVER = "starter", "reliever"
MINIMUM_OF_A_ROLE = 100  # pitcher seasons that a role needs for an expectation of its own: two leaves and a half


@dataclass(frozen=True)
class Roles:
    """What is expected of n pitchers."""

    role: list[str]  # STARTER or RELIEVER, the likelier of the two
    starter_chance: np.ndarray  # (n,) that half or more of his games will be starts, given that he plays
    change: np.ndarray  # (n,) chance that the coming role is not the last season's; NaN without a last season


def season_roles(lines: SeasonLines, rows: np.ndarray) -> np.ndarray:
    """(n,) 1 for a starter's season, 0 for a reliever's, NaN where the row is -1 or its games are not known."""
    if not len(lines.season):
        return np.full(len(rows), np.nan)
    there = rows >= 0
    games = np.where(there, lines.counts["g"][rows], np.nan)
    starts = np.where(there, lines.counts["gs"][rows], np.nan)
    known = (games > 0) & ~np.isnan(starts)
    return np.where(known, (starts >= STARTER_SHARE * games).astype(np.float64), np.nan)


def learn_starter_chance(became: np.ndarray, values: np.ndarray) -> Predictor:
    """Fit the chance to start, by inputs `values` (n, k), on those with a role in their target season, `became` (n,)
    as from `season_roles`."""
    played = ~np.isnan(became)
    return fit_chance(values[played], became[played] == 1.0)


def learn_by_role(
    became: np.ndarray, values: np.ndarray, share: np.ndarray, starter_chance: Predictor
) -> Predictor | None:
    """From inputs (n, k) to the mean share (n,): the chance to play at all, by what starters and relievers have, each
    weighted by its chance. None where either role has fewer than MINIMUM_OF_A_ROLE seasons.
    """
    starters, relievers = became == 1.0, became == 0.0
    if min(starters.sum(), relievers.sum()) < MINIMUM_OF_A_ROLE:
        return None
    plays = fit_chance(values, share > 0)
    starting = fit_expectation(values[starters], share[starters])
    relieving = fit_expectation(values[relievers], share[relievers])

    def by_role(rows: np.ndarray) -> np.ndarray:
        chance = starter_chance(rows)
        return plays(rows) * (chance * starting(rows) + (1.0 - chance) * relieving(rows))

    return by_role


def roles_after(lines: SeasonLines, players: Histories) -> np.ndarray:
    """(n,) the roles that players had in their target seasons, as `season_roles`."""
    return season_roles(lines, actual_rows(lines, players))


def expected_roles(chance: np.ndarray, lines: SeasonLines, players: Histories) -> Roles:
    """Roles of players whose chance to start is `chance` (n,)."""
    last = season_roles(lines, players.rows[:, 0])
    change = np.where(last == 1.0, 1.0 - chance, np.where(last == 0.0, chance, np.nan))
    return Roles([STARTER if one >= 0.5 else RELIEVER for one in chance], chance, change)
