"""True talent: log-odds of each outcome against a ball in play that becomes an out, and how they age.

Belongs here: what a player is worth in truth. Not here: what happens to him in a game.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COMPONENTS = ("so", "bb", "hbp", "hr", "single", "double", "triple")
SO, BB, HBP, HR, SINGLE, DOUBLE, TRIPLE = range(7)

LEAGUE_RATES = np.array([0.210, 0.080, 0.011, 0.028, 0.148, 0.045, 0.0042])
LEAGUE_LOG_ODDS = np.log(LEAGUE_RATES / (1.0 - LEAGUE_RATES.sum()))

# Runs above an out, by component.
RUN_VALUES = np.array([0.0, 0.57, 0.60, 1.65, 0.73, 1.04, 1.32])

# What one same-handed match-up does to a batter of average platoon split.
SAME_HAND = np.array([0.06, -0.08, 0.05, -0.09, -0.03, -0.05, -0.04])

# Standard deviations of talent, drift is a share of them.
BATTER_SD = np.array([0.35, 0.33, 0.45, 0.55, 0.10, 0.16, 0.50])
PITCHER_SD = np.array([0.28, 0.28, 0.35, 0.20, 0.06, 0.08, 0.15])
DRIFT_SHARE = 0.18


def draw_batter_skills(rng: np.random.Generator) -> Array:
    """One batter's log-odds (7,): power brings strikeouts, contact singles, a good eye walks, speed triples."""
    power, contact, eye, speed = rng.standard_normal(4)
    noise = rng.standard_normal(7)
    mixed = np.array(
        [
            -0.70 * contact + 0.40 * power + 0.59 * noise[SO],
            0.80 * eye + 0.25 * power + 0.54 * noise[BB],
            noise[HBP],
            0.90 * power + 0.44 * noise[HR],
            0.55 * contact + 0.35 * speed + 0.76 * noise[SINGLE],
            0.40 * power + 0.92 * noise[DOUBLE],
            0.80 * speed - 0.20 * power + 0.57 * noise[TRIPLE],
        ]
    )
    return BATTER_SD * mixed


def draw_pitcher_skills(rng: np.random.Generator) -> Array:
    """One pitcher's log-odds (7,): stuff strikes out, control keeps walks and hit batters down."""
    stuff, control = rng.standard_normal(2)
    noise = rng.standard_normal(7)
    mixed = np.array(
        [
            0.85 * stuff + 0.53 * noise[SO],
            -0.85 * control + 0.53 * noise[BB],
            -0.40 * control + 0.92 * noise[HBP],
            -0.35 * stuff - 0.25 * control + 0.90 * noise[HR],
            -0.30 * stuff + 0.95 * noise[SINGLE],
            noise[DOUBLE],
            noise[TRIPLE],
        ]
    )
    return PITCHER_SD * mixed


def aging(age: float, is_pitcher: bool) -> Array:
    """What age adds to the log-odds (7,); zero at 27 for most components."""
    young, old = max(27.0 - age, 0.0), max(age - 29.0, 0.0)
    late = max(age - 33.0, 0.0)
    if is_pitcher:
        return np.array(
            [
                -0.010 * young - 0.026 * old,
                0.030 * young + 0.010 * late,
                0.01 * young,
                0.010 * young + 0.022 * old,
                0.006 * old,
                0.006 * old,
                0.0,
            ]
        )
    return np.array(
        [
            0.022 * young + 0.012 * old,
            0.018 * (min(age, 33.0) - 27.0) - 0.02 * late,
            0.0,
            -0.045 * young - 0.035 * old - 0.03 * late,
            0.004 * young - 0.010 * old,
            -0.020 * old,
            -0.060 * (age - 27.0),
        ]
    )


def drift(is_pitcher: bool, rng: np.random.Generator) -> Array:
    """One winter's change of the log-odds (7,)."""
    spread = PITCHER_SD if is_pitcher else BATTER_SD
    return DRIFT_SHARE * spread * rng.standard_normal(7)


def season_environment(season: int, rng: np.random.Generator) -> Array:
    """What all batters share in a season (7,): strikeouts rise by the year, the ball changes from year to year."""
    shared = np.zeros(7)
    shared[SO] = 0.010 * (season - 2014)
    shared[HR] = 0.06 * rng.standard_normal()
    shared[SINGLE] = -0.003 * (season - 2014)
    return shared


def rates(log_odds: Array) -> Array:
    """Probabilities of the components (..., 7) from log-odds (..., 7) that include the league's."""
    weight = np.exp(log_odds)
    return weight / (1.0 + weight.sum(axis=-1, keepdims=True))


def true_rates(effects: Array, environment: Array) -> Array:
    """Rates per plate appearance (..., 7) against an average opponent in a neutral park."""
    return rates(LEAGUE_LOG_ODDS + environment + effects)


def run_value(effects: Array) -> float:
    """Runs per plate appearance above a plate appearance that is always an out."""
    return float(rates(LEAGUE_LOG_ODDS + effects) @ RUN_VALUES)
