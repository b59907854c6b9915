"""The interval of every published rate: a network's from its own concentration, the others' from earlier errors.

The translation of the minors has a concentration of its own, and of newcomers every system that projects them has
it: as in the backtest, whose coverage is then that of what is published.

Where too few players of a tier have an error (a young league), Marcel and the controls take the concentration that
they are handed. Not here: how errors become a spread (evaluation.error_spread).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fbm_pipeline.backtest.error_spread import predictive_variance
from fbm_pipeline.backtest.intervals import Floats, Interval, interval_of, intervals
from fbm_pipeline.backtest.luck import TOPS
from fbm_pipeline.backtest.predictive import Predictive
from fbm_pipeline.backtest.universes import NETWORKS, NEWCOMERS

TRANSLATION = "mle"
Rates = Mapping[str, Floats]


def published_intervals(
    player_type: str, system: str, rates: Rates, concentrations: Rates, players: pd.DataFrame, spread: pd.DataFrame
) -> dict[str, Interval]:
    """Intervals by statistic over each player's projected opportunities; arrays are (n,) in the order of `players`.

    `players` holds opportunities, prior_opportunities and identity_source, `spread` the season's rows of
    evaluation.error_spread, `concentrations` the head statistics.
    """
    own = intervals(player_type, rates, concentrations, players["opportunities"].to_numpy(np.float64))
    if system in NETWORKS or system == TRANSLATION:
        return own
    is_newcomer = (players["identity_source"] == "mle").to_numpy() & (system in NEWCOMERS)
    return {
        name: _chosen(
            is_newcomer, interval, _from_errors(player_type, system, name, rates[name], players, spread, interval)
        )
        for name, interval in own.items()
    }


def _from_errors(
    player_type: str, system: str, name: str, rate: Floats, players: pd.DataFrame, spread: pd.DataFrame, other: Interval
) -> Interval:
    """Quantiles by earlier errors, `other` for players of a tier without any."""
    rows = players[["opportunities", "prior_opportunities"]].assign(
        player_type=player_type, system=system, statistic=name, rate=rate
    )
    variance = predictive_variance(rows, spread).to_numpy(np.float64)
    has_variance = np.isfinite(variance)
    by_errors = interval_of(Predictive(rate, np.where(has_variance, variance, 1.0), TOPS.get(name, 1.0)))
    return _chosen(has_variance, by_errors, other)


def _chosen(first: NDArray[np.bool_], one: Interval, other: Interval) -> Interval:
    """The quantiles of `one` under a mask, of `other` elsewhere."""
    return Interval(
        *(
            np.where(first, mine, theirs)
            for mine, theirs in zip((one.p10, one.p50, one.p90), (other.p10, other.p50, other.p90), strict=True)
        )
    )
