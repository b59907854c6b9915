"""What a level is worth: by component, from players who had lines in the minors and then played in the majors.

A line of n opportunities counts as `worth x n` opportunities of the majors in which the player had `factor` times his
multiple of the level's rate. They join Marcel's opportunities, so that without a line the result is exactly Marcel; a
newcomer has instead the mean of newcomers of his age, with a weight of its own. All of it is fitted by the
likelihood of what the players then did, a beta-binomial, on target seasons before the one projected.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from fbm_pipeline.mle.evidence import Evidence
from fbm_pipeline.mle.minor_lines import LEVELS

PARAMETERS = (
    "log_factor_AAA",
    "log_factor_AA",
    "log_worth_AAA",
    "log_worth_AA",
    "log_prior_weight",
    "prior_level",
    "prior_age",
    "prior_age_squared",
    "prior_age_for_level",
    "log_concentration",
)

# What the parameters are held near, and how firmly, in the same order; a line of AAA is worth about half of one in
# the majors, and nothing is assumed of a factor but that it is no wild one.
CENTRE = np.array([0.0, 0.0, np.log(0.5), np.log(0.4), np.log(300.0), 0.0, 0.0, 0.0, 0.0, 0.0])
SPREAD = np.array([0.3, 0.3, 0.5, 0.5, 1.0, 0.3, 0.3, 0.3, 0.1, 1.0])
LEVELS_APART = 0.15  # how far the two levels' factors lie apart, in logarithms
INVERSE_SPREAD = 0.15  # how far a pitcher's factor lies from the inverse of the batters'

MINIMUM_OPPORTUNITIES = 30.0  # of the target season, for a row that teaches
DRIFT = 4000.0  # opportunities beyond which more of them make nobody's coming rate surer: talent moves
MIDDLE_AGE = 25.0
TYPICAL_AGE = np.array([26.5, 24.0])  # mean ages of batters at LEVELS, 2006-2017
_EDGE = 1e-6


@dataclass(frozen=True)
class Translation:
    """One component's parameters, as fitted for a target season."""

    component: str
    values: np.ndarray  # in the order of PARAMETERS
    n: int  # player-seasons that taught
    trained_from: int
    trained_until: int

    def factor(self, level: str) -> float:
        """How many times his multiple of the level's rate a player of the level has in the majors."""
        return float(np.exp(self.values[LEVELS.index(level)]))

    def worth(self, level: str) -> float:
        """Opportunities in the majors that are as much evidence as one of the level."""
        return float(np.exp(self.values[len(LEVELS) + LEVELS.index(level)]))


@dataclass(frozen=True)
class Blend:
    """n players' rates as multiples of the league's, and the opportunities these rest on."""

    rate: np.ndarray  # (n,) Marcel or the newcomers' mean, and the minors, by their opportunities
    weight: np.ndarray  # (n,) all opportunities together
    minor_weight: np.ndarray  # (n,) those of the minors
    minor_rate: np.ndarray  # (n,) the minors alone, translated; 0 without a line
    concentration: np.ndarray  # (n,) alpha + beta of the beta distribution of the coming season's true rate


def blend(evidence: Evidence, at: int, values: np.ndarray) -> Blend:
    """The players' rates in the component number `at` under these parameters."""
    factors, worth = np.exp(values[:2]), np.exp(values[2:4])
    minor_weight = evidence.minor_pa[:, at] @ worth
    events = evidence.minors[:, at] @ (worth * factors)
    is_newcomer = evidence.is_newcomer
    prior_weight = np.where(is_newcomer, np.exp(values[4]), evidence.marcel_weight[:, at])
    prior = np.where(is_newcomer, newcomers_mean(evidence, at, values), evidence.marcel[:, at])
    weight = prior_weight + minor_weight
    minor_rate = np.divide(events, minor_weight, out=np.zeros_like(events), where=minor_weight > 0)
    concentration = np.exp(values[9]) * weight / (1.0 + weight / DRIFT)
    rate = np.where(minor_weight > 0, (prior_weight * prior + events) / weight, prior)  # to the bit Marcel without one
    return Blend(rate, weight, minor_weight, minor_rate, concentration)


def newcomers_mean(evidence: Evidence, at: int, values: np.ndarray) -> np.ndarray:
    """(n,) the mean of newcomers of the age, and of the age for the level, as a multiple of the league's rate."""
    age = (evidence.age - MIDDLE_AGE) / 5.0
    pa = evidence.minor_pa[:, at]
    older = np.nan_to_num(evidence.minor_age - TYPICAL_AGE) / 3.0
    for_level = np.divide((pa * older).sum(axis=1), pa.sum(axis=1), out=np.zeros(len(pa)), where=pa.sum(axis=1) > 0)
    level, slope, curve, relative = values[5:9]
    return np.exp(np.clip(level + slope * age + curve * age**2 + relative * for_level, -1.5, 1.5))


def teaching_rows(evidence: Evidence) -> np.ndarray:
    """(n,) which player-seasons teach: played enough, and with a line in the minors or none in the majors."""
    known = ~np.isnan(evidence.actual_league).any(axis=1)
    return known & (evidence.actual_pa >= MINIMUM_OPPORTUNITIES) & (evidence.has_minors | evidence.is_newcomer)


def fit_translations(evidence: Evidence, other_side: Sequence[Translation] = ()) -> tuple[Translation, ...]:
    """One Translation per component from all rows of `evidence` that teach.

    `other_side` are the batters' for a fit of pitchers: what a level does to batters it does to pitchers the other
    way round, which is all there is to know where few lines of pitchers were published.
    """
    rows = evidence.chosen(teaching_rows(evidence))
    inverse = {item.component: -item.values[:2] for item in other_side}
    return tuple(_fit(rows, at, inverse.get(component)) for at, component in enumerate(rows.components))


def _fit(rows: Evidence, at: int, inverse: np.ndarray | None) -> Translation:
    centre, spread = CENTRE.copy(), SPREAD.copy()
    if inverse is not None:
        centre[:2], spread[:2] = inverse, INVERSE_SPREAD

    def loss(values: np.ndarray) -> float:
        apart = (values[0] - centre[0]) - (values[1] - centre[1])
        penalty = (((values - centre) / spread) ** 2).sum() + (apart / LEVELS_APART) ** 2
        return float(0.5 * penalty - log_likelihood(rows, at, values))

    values = minimize(loss, centre, method="L-BFGS-B", options={"maxiter": 200}).x if len(rows.season) else centre
    seasons = rows.season if len(rows.season) else np.array([0])
    return Translation(rows.components[at], values, len(rows.season), int(seasons.min()), int(seasons.max()))


def log_likelihood(rows: Evidence, at: int, values: np.ndarray) -> float:
    """Of the target seasons' events under the parameters, but for a constant; the league's level is taken as known."""
    blended = blend(rows, at, values)
    mean = np.clip(blended.rate * rows.actual_league[:, at], _EDGE, 0.9)
    return float(beta_binomial(rows.actual[:, at], rows.actual_pa, mean, blended.concentration).sum())


def beta_binomial(events: np.ndarray, trials: np.ndarray, mean: np.ndarray, concentration: np.ndarray) -> np.ndarray:
    """(n,) logarithms of the beta-binomial probabilities, without the binomial coefficients."""
    alpha, beta = mean * concentration, (1.0 - mean) * concentration
    return betaln(events + alpha, trials - events + beta) - betaln(alpha, beta)
