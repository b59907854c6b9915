"""What season lines add of a player beyond Marcel's own rate of the statistic: the inputs of `ridge`.

Rates are differences from the league of their season, shrunk by Marcel's own constants. Not here: anything
from plays or pitches (see `sequence_block`), and what Lahman adds to rates (see `lahman_block`).
"""

from collections.abc import Mapping

import numpy as np

from fbm_pipeline.aggregates.blocks import Block, joined
from fbm_pipeline.baseball.statistics import Statistic, statistics
from fbm_pipeline.controls.lahman_block import lahman_block
from fbm_pipeline.marcel.aging import PEAK_AGE, fitted_factor
from fbm_pipeline.marcel.constants import Fit, read_constants
from fbm_pipeline.marcel.regression import YEAR_WEIGHTS, Samples, regress, samples
from fbm_pipeline.marcel.season_lines import (
    SEASONS_BACK,
    Histories,
    MarcelError,
    SeasonLines,
    find_rows,
    histories,
    read_season_lines,
)
from fbm_pipeline.store.tables import Store

# Beside Marcel's constant k a weaker and a stronger one: their difference lets a linear model bend with the sample.
SHRINKAGES = (0.3, 1.0, 3.0)
# Prefixes of the columns that only let a straight line bend: other shrinkages, products with age and sample.
BENDING = ("rate_0.3_", "rate_3_", "aged_", "trusted_")
REGULAR = 600.0  # opportunities of a full season, so that playing time is near 1

# Rates that no control projects but that help with the others: counts above and below, and a shrinkage in denominators.
_SHARED = (
    ("hit_by_pitch", (("hbp", 1.0),), (("opportunities", 1.0),), 200.0),
    ("intentional_walks", (("ibb", 1.0),), (("opportunities", 1.0),), 200.0),
    ("sacrifice_hits", (("sh", 1.0),), (("opportunities", 1.0),), 200.0),
    ("sacrifice_flies", (("sf", 1.0),), (("opportunities", 1.0),), 500.0),
)
_COMPANIONS = {
    "batter": (
        *_SHARED,
        ("babip", (("h", 1.0), ("hr", -1.0)), (("ab", 1.0), ("hr", -1.0), ("so", -1.0), ("sf", 1.0)), 300.0),
        ("triples_of_long_hits", (("triple", 1.0),), (("double", 1.0), ("triple", 1.0)), 30.0),
        ("homers_of_hits", (("hr", 1.0),), (("h", 1.0),), 100.0),
        ("homers_of_contact", (("hr", 1.0),), (("ab", 1.0), ("so", -1.0)), 150.0),
    ),
    "pitcher": (
        *_SHARED,
        ("babip", (("h", 1.0), ("hr", -1.0)), (("outs", 1.0), ("h", 1.0), ("hr", -1.0), ("so", -1.0)), 1500.0),
        ("strikeouts_less_walks", (("so", 1.0), ("bb", -1.0)), (("opportunities", 1.0),), 150.0),
        ("homers_of_contact", (("hr", 1.0),), (("opportunities", 1.0), ("bb", -1.0), ("so", -1.0)), 800.0),
        ("doubles_of_hits", (("double", 1.0),), (("h", 1.0),), 500.0),
        ("triples_of_hits", (("triple", 1.0),), (("h", 1.0),), 500.0),
        ("runs_beyond_hits", (("er", 1.0), ("h", -0.5), ("bb", -0.3), ("hr", -1.0)), (("opportunities", 1.0),), 500.0),
    ),
}

Columns = dict[str, np.ndarray]


def lines_block(store: Store, player_type: str, players: Histories) -> Block:
    """The columns of `ridge` for the players, each from the three seasons before his own target season.

    Raises MarcelError where the lines of a player are missing or Marcel's constants were not fitted.
    """
    lines = read_season_lines(
        store, player_type, int(players.season.min()) - SEASONS_BACK, int(players.season.max()) - 1
    )
    players = _placed(lines, players)
    columns = line_columns(lines, players, read_constants(store, player_type))
    block = Block("lines", tuple(columns), np.column_stack(list(columns.values())))
    return block if player_type == "pitcher" else joined([block, lahman_block(store, players, lines)], "lines")


def _placed(lines: SeasonLines, players: Histories) -> Histories:
    """The same players with row numbers into these lines. Raises MarcelError when one of them has none."""
    everybody = histories(lines, np.unique(players.season).tolist())
    at = find_rows(everybody.season, everybody.mlbam_id, players.season, players.mlbam_id)
    lost = np.flatnonzero(at < 0)
    if len(lost):
        raise MarcelError(
            f"{len(lost)} {lines.player_type}s have no line in the three seasons before their target, such as "
            f"{players.mlbam_id[lost[0]]} for {players.season[lost[0]]}; take the players from `histories` of the same "
            "store."
        )
    return Histories(everybody.season[at], everybody.mlbam_id[at], everybody.age[at], everybody.rows[at])


def line_columns(lines: SeasonLines, players: Histories, fits: Mapping[str, Fit]) -> Columns:
    """All columns by name, (n,) each."""
    columns = {**_time(lines, players), **_rates(lines, players, fits)}
    if lines.player_type == "pitcher":
        return {**columns, **_role(lines, players)}
    # How far a rate may be trusted depends on age and sample; for pitchers these products added nothing.
    trust = np.tanh(columns["log_opportunities"] - np.log1p(REGULAR))
    for statistic in statistics(lines.player_type):
        marcel = columns[f"marcel_{statistic.name}"]
        columns[f"aged_{statistic.name}"] = marcel * columns["age"]
        columns[f"trusted_{statistic.name}"] = marcel * trust
    return columns


def _time(lines: SeasonLines, players: Histories) -> Columns:
    age = np.where(np.isnan(players.age), 0.0, players.age - PEAK_AGE)
    opportunities = players.gather(lines.counts["opportunities"])
    games = players.gather(lines.counts["g"])
    weighted = opportunities @ _weights(lines)
    columns = {
        "age": age,
        "age_squared": age**2,
        "age_over_peak": np.maximum(age, 0.0),
        "weighted_opportunities": weighted / REGULAR,
        "log_opportunities": np.log1p(weighted),
        "log_last_opportunities": np.log1p(opportunities[:, 0]),
        "last_games": games[:, 0],
        "last_per_game": opportunities[:, 0] / np.maximum(games[:, 0], 1.0),
        "per_game": opportunities.sum(axis=1) / np.maximum(games.sum(axis=1), 1.0),
    }
    for back in range(SEASONS_BACK):
        columns[f"opportunities_{back + 1}"] = opportunities[:, back] / REGULAR
        columns[f"played_{back + 1}"] = (opportunities[:, back] > 0).astype(np.float64)
    return columns


def _role(lines: SeasonLines, players: Histories) -> Columns:
    games, starts = players.gather(lines.counts["g"]), players.gather(lines.counts["gs"])
    return {
        "starts_share": starts.sum(axis=1) / np.maximum(games.sum(axis=1), 1.0),
        "last_starts_share": starts[:, 0] / np.maximum(games[:, 0], 1.0),
        "last_starts": starts[:, 0],
    }


def _rates(lines: SeasonLines, players: Histories, fits: Mapping[str, Fit]) -> Columns:
    columns: Columns = {}
    weights = _weights(lines)
    for statistic in statistics(lines.player_type):
        sample, fit = samples(lines, players, statistic), fits[statistic.name]
        marcel = regress(sample, fit.regression) * fitted_factor(players.age, fit.age_slope)
        columns[f"marcel_{statistic.name}"] = marcel - sample.latest
        k = fit.regression / sample.weights[0]
        columns[f"last_{statistic.name}"] = shrunk(sample, np.array([1.0, 0.0, 0.0]), k)
        for factor in SHRINKAGES:
            columns[f"rate_{factor:g}_{statistic.name}"] = shrunk(sample, weights, factor * k)
    for name, above, below, k in _COMPANIONS[lines.player_type]:
        sample = samples(lines, players, Statistic(name, above, below, head=False))
        columns[f"rate_{name}"] = shrunk(sample, weights, k)
    return columns


def shrunk(sample: Samples, weights: np.ndarray, k: float) -> np.ndarray:
    """(n,) rate less the league's of the same seasons, shrunk by k denominators; 0 where nothing is known."""
    beyond = (sample.numerator - sample.league * sample.denominator) @ weights
    return beyond / (sample.denominator @ weights + k)


def _weights(lines: SeasonLines) -> np.ndarray:
    weights = YEAR_WEIGHTS[lines.player_type]
    return weights / weights[0]
