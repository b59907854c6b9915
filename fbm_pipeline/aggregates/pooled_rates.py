"""A player's deviation from his league, pooled over the seasons before the one projected and drawn to the league.

Every season is measured against its own league, so that eras, scorers and sources wash out; nothing of the season
projected or later is read. Not here: which counts a rate is made of (`sequence_rates`, `context_block`).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from fbm_pipeline.aggregates.blocks import Block
from fbm_pipeline.aggregates.sequence_counts import SequenceCounts, read_sequence_counts
from fbm_pipeline.aggregates.sequence_rates import HALF_POINT_SHARE, SequenceRate
from fbm_pipeline.marcel.season_lines import SEASONS_BACK, Histories
from fbm_pipeline.store.tables import Store


def pooled_block(
    name: str, rates: Sequence[SequenceRate], counts: SequenceCounts, players: Histories, rows: np.ndarray
) -> Block:
    """One column a rate: the sum of weighted deviations over the weighted denominators and a share of the half point.

    With counts n_s of d_s in the season s back, the league's rate L_s and the rate's weights w_s it is
    `sum(w_s (n_s - L_s d_s)) / (sum(w_s d_s) + HALF_POINT_SHARE * half)`: 0 for whoever has no denominator. `rows` is
    (players, seasons back) row numbers into the counts, -1 for none, as `rows_before` finds them.
    """
    values = np.zeros((len(players.season), len(rates)))
    for column, rate in enumerate(rates):
        above, below = (_gathered(part, rows) for part in deviations(counts, rate))
        least = HALF_POINT_SHARE * rate.half(counts.player_type)
        values[:, column] = _pooled(above, below, rate.seasons, least)
        if rate.against is not None:
            values[:, column] -= _pooled(above, below, rate.against, least)
    return Block(name, tuple(rate.name for rate in rates), values)


def _pooled(above: np.ndarray, below: np.ndarray, seasons: Sequence[float], least: float) -> np.ndarray:
    """(n,) the weighted seasons' numerators over their denominators and `least`."""
    weights = np.array(seasons)
    return (above @ weights) / (below @ weights + least)


def read_before(store: Store, player_type: str, players: Histories) -> SequenceCounts:
    """The counts of all seasons that any of the players may use. Raises FileNotFoundError when there is no table."""
    targets = players.season if len(players.season) else np.array([0])
    return read_sequence_counts(store, player_type, int(targets.min()) - SEASONS_BACK, int(targets.max()) - 1)


def rows_before(counts: SequenceCounts, players: Histories) -> np.ndarray:
    """(n, 3) row numbers of each player's counts one, two and three seasons before his target season, -1 for none."""
    back = [counts.rows(players.season - years, players.mlbam_id) for years in range(1, SEASONS_BACK + 1)]
    return np.stack(back, axis=1)


def deviations(counts: SequenceCounts, rate: SequenceRate) -> tuple[np.ndarray, np.ndarray]:
    """Numerator above what the season's league would have had, and denominator, both (n,) per player's season.

    A season whose league has no denominator (a source that does not record it) counts for nothing.
    """
    numerator = counts.counts[rate.numerator]
    denominator = total(counts.counts, rate.denominator)
    seasons, season = np.unique(counts.season, return_inverse=True)
    league = counts.of_the_league
    above = np.bincount(season[league], weights=numerator[league], minlength=len(seasons))
    below = np.bincount(season[league], weights=denominator[league], minlength=len(seasons))
    rates = np.divide(above, below, out=np.zeros(len(seasons)), where=below > 0)
    has_league = (below > 0)[season]
    return np.where(has_league, numerator - rates[season] * denominator, 0.0), np.where(has_league, denominator, 0.0)


def total(counts: Mapping[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
    """The sum of the named counts; a name with a minus before it is taken away."""
    parts = [-counts[name[1:]] if name.startswith("-") else counts[name] for name in names]
    return np.sum(parts, axis=0)


def _gathered(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(players, seasons back) values at the rows, zero where there is none."""
    return np.where(rows >= 0, values[rows], 0.0) if len(values) else np.zeros(rows.shape)
