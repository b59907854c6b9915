"""Marcel from neutral lines, put into the coming park: the prior that knows of parks without learning of them.

The constants are tuned Marcel's own. Not here: the lines (`neutral_lines`), and whether a control uses this.
"""

from collections.abc import Mapping

import numpy as np

from fbm_pipeline.baseball.statistics import Statistic, statistics
from fbm_pipeline.marcel.aging import fitted_factor
from fbm_pipeline.marcel.constants import Fit, read_constants
from fbm_pipeline.marcel.neutral_lines import (
    KINDS_OF_HITS,
    RESTATED,
    Counts,
    read_neutral_lines,
    restated,
    with_neutral_counts,
)
from fbm_pipeline.marcel.park_exposure import read_exposure, read_factors
from fbm_pipeline.marcel.parks_block import HOME_SHARE, coming_factors
from fbm_pipeline.marcel.regression import regress, samples
from fbm_pipeline.marcel.season_lines import (
    SEASONS_BACK,
    Histories,
    MarcelError,
    SeasonLines,
    histories,
    read_season_lines,
)
from fbm_pipeline.store.tables import Store


def neutral_rates(store: Store, player_type: str, players: Histories) -> np.ndarray:
    """(n, S) rates of the players in their coming parks, scaled as the statistics are.

    Half of the games are in the coming club's park, by the hands that met him or that he batted from, half in average
    ones. Raises FileNotFoundError when `features.neutral_lines` or `features.park_factors` were never written and
    MarcelError for a player without a line in the three seasons before.
    """
    targets = [int(season) for season in np.unique(players.season)]
    bounds = min(targets) - SEASONS_BACK, max(targets) - 1
    lines = read_season_lines(store, player_type, *bounds)
    neutral = with_neutral_counts(lines, read_neutral_lines(store, player_type, *bounds))
    own = histories(neutral, targets)
    exposure = read_exposure(store, player_type, *bounds)
    factors = coming_factors(store, player_type, own, read_factors(store, targets), exposure, by_hand=True)
    found = projected(neutral, own, read_constants(store, player_type), 1.0 + HOME_SHARE * np.expm1(factors))
    return found[_rows_of(players, own)]


def projected(lines: SeasonLines, players: Histories, constants: Mapping[str, Fit], coming: np.ndarray) -> np.ndarray:
    """(n, S) tuned Marcel from lines, moved by what (n, components) multipliers make of an average line."""
    rates = np.zeros((len(players.season), len(statistics(lines.player_type))))
    for at, statistic in enumerate(statistics(lines.player_type)):
        fit = constants[statistic.name]
        rate = regress(samples(lines, players, statistic), fit.regression)
        rates[:, at] = statistic.scale * rate * fitted_factor(players.age, fit.age_slope)
    for target in np.unique(players.season):
        rows = np.flatnonzero(players.season == target)
        rates[rows] *= shifts(league_line(lines, int(target)), coming[rows], lines.player_type)
    return rates


def league_line(lines: SeasonLines, target: int) -> dict[str, float]:
    """The league's counts over the three seasons before a target; of lines that tell the kinds of hits, if any does."""
    kept = lines.of_the_league() & (lines.season < target) & (lines.season >= target - SEASONS_BACK)
    told = kept & ~np.isnan(sum(lines.counts[name] for name in KINDS_OF_HITS))
    kept = told if told.any() else kept
    return {
        name: float(np.nansum(values[kept])) if np.isfinite(values[kept]).any() else np.nan
        for name, values in lines.counts.items()
    }


def shifts(line: dict[str, float], factors: np.ndarray, player_type: str) -> np.ndarray:
    """(n, S) how many times its own rate a line has in parks with these (n, components) factors."""
    counts: Counts = {name: np.full(len(factors), value) for name, value in line.items()}
    moved = {**counts, **restated({name: counts[name] for name in RESTATED}, factors)}
    found = np.ones((len(factors), len(statistics(player_type))))
    for at, statistic in enumerate(statistics(player_type)):
        before, after = _rate(counts, statistic), _rate(moved, statistic)
        found[:, at] = np.divide(after, before, out=np.ones_like(before), where=before > 0)
    return found


def _rate(counts: Counts, statistic: Statistic) -> np.ndarray:
    numerator = np.sum([weight * counts[name] for name, weight in statistic.numerator], axis=0)
    denominator = np.sum([weight * counts[name] for name, weight in statistic.denominator], axis=0)
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _rows_of(players: Histories, held: Histories) -> np.ndarray:
    keys, wanted = (part.season * 10**9 + part.mlbam_id for part in (held, players))
    if not np.isin(wanted, keys).all():
        raise MarcelError(
            f"{int((~np.isin(wanted, keys)).sum())} of {len(wanted)} players have no line in the three seasons before "
            "their target season; ask for players whom Marcel projects."
        )
    order = np.argsort(keys, kind="stable")
    return order[np.searchsorted(keys[order], wanted)]
