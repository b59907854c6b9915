"""What newcomers of earlier seasons teach: the chance to play at all, how much those play who do, and the quantiles.

Not here: the columns (`newcomer_inputs`), and the table made with it (`newcomer_playing_time`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from fbm_pipeline.mle.evidence import Evidence
from fbm_pipeline.mle.translations import TranslationError
from fbm_pipeline.playing_time.fits import Predictor, fit_chance, fit_expectation, fit_quantiles
from fbm_pipeline.playing_time.model import MINIMUM_REGULARS, REGULAR, SEASONS_OF_TOTAL

MINIMUM_PLAYER_SEASONS = 50  # newcomers of earlier seasons, played or not; with so few the trees are their mean


@dataclass(frozen=True)
class Newcomers:
    """n newcomers by target season: what is known of them before it, and how much they then played."""

    season: np.ndarray  # (n,) the target season
    values: np.ndarray  # (n, k) as from `newcomer_inputs`
    share: np.ndarray  # (n,) opportunities per scheduled game, 0 for who did not play


@dataclass(frozen=True)
class Learned:
    """What was learned for one season: functions from inputs to opportunities per scheduled game, and from what."""

    expectation: Predictor  # (m, k) -> (m,)
    if_regular: Predictor | None  # (m, k) -> (m,), None where too few newcomers reached REGULAR
    quantiles: Predictor  # (m, k) -> (m, 3), in order
    total: float  # opportunities per scheduled game of all newcomers of a season together, in the latest seasons
    newcomers: float  # how many these were in a season
    trained_from: int
    trained_until: int
    n: int


def taught(evidence: Evidence, values: np.ndarray, scheduled: Mapping[int, float]) -> Newcomers:
    """Newcomers with their outcomes. Raises TranslationError for a season without games in `scheduled`."""
    unplayed = sorted(set(evidence.season.tolist()) - set(scheduled))
    if unplayed:
        raise TranslationError(
            f"core.games hold nothing of {unplayed}: playing time is counted per game of the schedule. Materialize "
            "core.games for them."
        )
    games = np.array([scheduled[int(year)] for year in evidence.season])
    return Newcomers(evidence.season, values, evidence.actual_pa / games)


def learn(newcomers: Newcomers) -> Learned:
    """Fit everything on these newcomers. Raises TranslationError for fewer than MINIMUM_PLAYER_SEASONS."""
    season, values, share = newcomers.season, newcomers.values, newcomers.share
    if len(share) < MINIMUM_PLAYER_SEASONS:
        raise TranslationError(
            f"{len(share)} newcomers of earlier seasons had a line in the minors; playing time needs at least "
            f"{MINIMUM_PLAYER_SEASONS} to learn from. Ask for a season of `buildable_seasons`."
        )
    regular = share >= REGULAR
    with threadpool_limits(1):  # one thread adds the same numbers in the same order every time
        expectation, quantiles = _fit_mean(values, share), fit_quantiles(values, share)
        enough = regular.sum() >= MINIMUM_REGULARS
        if_regular = fit_expectation(values[regular], share[regular]) if enough else None
    latest = np.unique(season)[-SEASONS_OF_TOTAL:]
    lately = np.isin(season, latest)
    return Learned(
        expectation,
        if_regular,
        quantiles,
        float(share[lately].sum() / len(latest)),
        float(lately.sum() / len(latest)),
        int(season.min()),
        int(season.max()),
        len(share),
    )


def _fit_mean(values: np.ndarray, share: np.ndarray) -> Predictor:
    """From inputs (m, k) to the mean share (m,): the chance to play, by what those have who play.

    One expectation of all is as good in r (.40 on targets 2010-2017), but a fifth of the newcomers have exactly zero
    by it, and one in thirty of these comes.
    """
    played = share > 0
    if not played.any():
        return lambda rows: np.zeros(len(rows))
    plays = fit_chance(values, played)
    playing = fit_expectation(values[played], share[played])
    return lambda rows: plays(rows) * playing(rows)
