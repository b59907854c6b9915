"""Predictive intervals of the rate a player will show over his projected opportunities, not of his talent.

A head statistic is a beta-binomial: talent spread by its concentration kappa plus the luck of n trials. The other
statistics follow by moments (see each function). Not here: the point projections.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fbm_pipeline.backtest.predictive import EDGE, QUANTILES, Predictive
from fbm_pipeline.baseball.statistics import head_statistics

Floats = NDArray[np.float64]

MIN_TRIALS = 2.0  # over a single trial the rate is 0 or 1 and has no density to read a quantile from


@dataclass(frozen=True)
class Interval:
    """Quantiles of the observed rate, each (n,); p10 <= p50 <= p90, never NaN."""

    p10: Floats
    p50: Floats
    p90: Floats


def head_variance(mean: ArrayLike, trials: ArrayLike, concentration: ArrayLike) -> Floats:
    """Variance of an observed rate: p (1 - p) / n * (1 + (n - 1) / (kappa + 1))."""
    p, n = _mean(mean), _trials(trials)
    return p * (1 - p) / n * (1 + (n - 1) / (np.asarray(concentration, np.float64) + 1))


def talent_variance(mean: ArrayLike, concentration: ArrayLike) -> Floats:
    """Variance of the true rate alone: p (1 - p) / (kappa + 1)."""
    p = _mean(mean)
    return p * (1 - p) / (np.asarray(concentration, np.float64) + 1)


def head_predictive(mean: ArrayLike, trials: ArrayLike, concentration: ArrayLike) -> Predictive:
    """Distribution of a head statistic. All arguments broadcast to (n,); trials below 2 count as 2."""
    return Predictive(np.asarray(mean, np.float64), head_variance(mean, trials, concentration))


def interval_of(predictive: Predictive) -> Interval:
    """Its quantiles, in order: the maximum only removes rounding in the last digit."""
    p10, p50, p90 = (predictive.quantile(level) for level in QUANTILES.values())
    p50 = np.maximum(p10, p50)
    return Interval(p10, p50, np.maximum(p50, p90))


def intervals(
    player_type: str, rates: Mapping[str, Floats], concentrations: Mapping[str, Floats], opportunities: Floats
) -> dict[str, Interval]:
    """Intervals of every statistic of the player type; see `batter_predictives` and `pitcher_predictives`."""
    predictives = PREDICTIVES[player_type](rates, concentrations, opportunities)
    return {name: interval_of(item) for name, item in predictives.items()}


def batter_predictives(
    rates: Mapping[str, Floats], concentrations: Mapping[str, Floats], opportunities: Floats
) -> dict[str, Predictive]:
    """Distributions of every batter statistic; arrays are (n,), `concentrations` holds the head statistics.

    avg, slg and iso are sums of outcomes weighted by bases over at-bats. Their variance is the multinomial one of
    one at-bat over the number of at-bats, plus the talent variances of the heads they add up (taken as independent)
    times the squared weights; at-bats per plate appearance are h_rate / avg. The beta spans 0 to the most bases
    one at-bat can give.
    """
    predictives = {
        item.name: head_predictive(rates[item.name], opportunities, concentrations[item.name])
        for item in head_statistics("batter")
    }
    share = np.clip(rates["h_rate"] / np.maximum(rates["avg"], EDGE), 0.5, 1.0)
    at_bats = _trials(opportunities * share)
    bases: dict[str, dict[str, float]] = {
        "avg": {"h_rate": 1.0},
        "slg": {"single_rate": 1.0, "double_rate": 2.0, "triple_rate": 3.0, "hr_rate": 4.0},
        "iso": {"double_rate": 1.0, "triple_rate": 2.0, "hr_rate": 3.0},
    }
    for name, weights in bases.items():
        square = sum((w**2 * rates[head] / share for head, w in weights.items()), start=np.zeros_like(share))
        luck = np.maximum(square - rates[name] ** 2, EDGE) / at_bats
        talent = (
            sum(
                (w**2 * talent_variance(rates[head], concentrations[head]) for head, w in weights.items()),
                start=np.zeros_like(share),
            )
            / share**2
        )
        predictives[name] = Predictive(rates[name], luck + (1 - 1 / at_bats) * talent, top=max(weights.values()))
    return predictives


def pitcher_predictives(
    rates: Mapping[str, Floats], concentrations: Mapping[str, Floats], opportunities: Floats
) -> dict[str, Predictive]:
    """Distributions of every pitcher statistic; arrays are (n,), `concentrations` holds the head statistics.

    era and whip are ratios to outs, o outs per batter faced. By the delta method, with a batter faced being either
    an out or a runner (multinomial), the relative variance of luck is (1/x + 1/o) / n, x being earned runs or
    walks and hits per batter faced; talent adds that of earned runs, (sd / x)^2, and for whip, where a runner more
    is an out less, (1/x + 1/o)^2 times the variance of x. Gamma, as both are positive and skewed.
    """
    predictives = {
        item.name: head_predictive(rates[item.name], opportunities, concentrations[item.name])
        for item in head_statistics("pitcher")
    }
    n = _trials(opportunities)
    outs = outs_per_batter(rates)
    earned = np.maximum(rates["er_rate"], EDGE)
    talent = talent_variance(earned, concentrations["er_rate"])
    relative = (1 / earned + 1 / outs) / n + (1 - 1 / n) * talent / earned**2
    predictives["era"] = Predictive(rates["era"], relative * rates["era"] ** 2, top=None)
    runners = np.maximum(rates["bb_rate"] + rates["h_rate"], EDGE)
    talent = sum(
        (talent_variance(rates[name], concentrations[name]) for name in ("bb_rate", "h_rate")), start=np.zeros_like(n)
    )
    slope = 1 / runners + 1 / outs
    relative = slope / n + (1 - 1 / n) * talent * slope**2
    predictives["whip"] = Predictive(rates["whip"], relative * rates["whip"] ** 2, top=None)
    return predictives


PREDICTIVES = {"batter": batter_predictives, "pitcher": pitcher_predictives}


def outs_per_batter(rates: Mapping[str, Floats]) -> Floats:
    """Outs per batter faced that a pitcher's walks, hits and WHIP imply; within (0.3, 1)."""
    outs = 3 * (rates["bb_rate"] + rates["h_rate"]) / np.maximum(rates["whip"], EDGE)
    return np.clip(outs, 0.3, 1.0)


def _mean(mean: ArrayLike) -> Floats:
    return np.clip(np.asarray(mean, np.float64), EDGE, 1 - EDGE)


def _trials(trials: ArrayLike) -> Floats:
    return np.maximum(np.asarray(trials, np.float64), MIN_TRIALS)
