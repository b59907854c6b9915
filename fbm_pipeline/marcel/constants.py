"""Fit, per statistic, how far Marcel regresses to the league and how its rates age. Past seasons only.

The criterion is the squared error of next season's rate, weighted by its opportunities.
"""

from dataclasses import asdict, dataclass, fields

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import SHORT_SEASON
from fbm_pipeline.baseball.statistics import Statistic, statistics
from fbm_pipeline.marcel.aging import fitted_factor, years_from_peak
from fbm_pipeline.marcel.regression import Samples, regress, samples
from fbm_pipeline.marcel.season_lines import (
    SEASONS_BACK,
    Histories,
    MarcelError,
    SeasonLines,
    actual_rows,
    histories,
    read_season_lines,
)
from fbm_pipeline.marcel.tables import MARCEL_CONSTANTS
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

FIRST_TARGET = 2003  # the first with three seasons of play-by-play behind it
MINIMUM_PLAYER_SEASONS = 30  # below this three constants are noise
REGRESSION_RANGE = (10.0, 200_000.0)  # in weighted denominators; the upper end is the league mean for everybody
GRID_POINTS = 48
REFINEMENTS = 3  # each narrows the bracket of the best point by the grid again: far below what the data can resolve


@dataclass(frozen=True)
class Fit:
    """The constants of one statistic; rmse in its own (scaled) units, weighted by opportunities."""

    statistic: str
    regression: float
    age_slope: float
    fitted_from: int
    n: int
    rmse: float


def marcel_constants(inputs: Inputs, player_type: str) -> pa.Table:
    """Rows of `features.marcel_constants` of a player type, fitted on target seasons up to `tune_until`.

    Targets start at FIRST_TARGET or the league's second season, without the short one, and need
    `min_train_opportunities`. Raises MarcelError for a league with too few seasons or players.
    """
    until = inputs.settings.tune_until
    seasons = _seasons_until(inputs, until)
    lines = read_season_lines(inputs, player_type, seasons[0], seasons[-1])
    return _constants_table(fit_all(lines, until, inputs.settings.min_train_opportunities), player_type, until)


def _seasons_until(store: Store, tune_until: int) -> list[int]:
    seasons = sorted(int(part["season"]) for part in store.partitions("core.season_lines"))
    usable = [season for season in seasons if FIRST_TARGET - SEASONS_BACK <= season <= tune_until]
    if len(usable) < 2:
        raise MarcelError(
            f"core.season_lines hold {usable} of the seasons up to {tune_until} (found {seasons} in all); fitting "
            "Marcel's constants needs at least two, one to learn from and one to aim at. Materialize earlier seasons "
            "or choose a preset with a later tune_until."
        )
    return usable


def fit_all(lines: SeasonLines, tune_until: int, minimum_opportunities: int) -> list[Fit]:
    """Constants of every statistic of the lines' player type. Raises MarcelError for too few player-seasons."""
    first = max(FIRST_TARGET, int(lines.season.min()) + 1)
    targets = [season for season in range(first, tune_until + 1) if season != SHORT_SEASON]
    if not targets:
        raise MarcelError(
            f"no target season lies between {first} and {tune_until} (the short season {SHORT_SEASON} is none); "
            "materialize earlier seasons of core.season_lines or choose a preset with a later tune_until."
        )
    players = histories(lines, targets)
    actual = actual_rows(lines, players)
    weight = np.where(actual >= 0, lines.counts["opportunities"][actual], 0.0)
    kept = weight >= minimum_opportunities
    if kept.sum() < MINIMUM_PLAYER_SEASONS:
        raise MarcelError(
            f"{int(kept.sum())} {lines.player_type} seasons of {first}-{tune_until} have {minimum_opportunities} or "
            f"more opportunities and a season before; expected at least {MINIMUM_PLAYER_SEASONS}. Materialize more "
            "seasons of core.season_lines or lower min_train_opportunities."
        )
    chosen = players.chosen(kept)
    return [_fit(lines, chosen, actual[kept], statistic) for statistic in statistics(lines.player_type)]


def _fit(lines: SeasonLines, players: Histories, actual: np.ndarray, statistic: Statistic) -> Fit:
    numerator, denominator = lines.totals(statistic)
    known = denominator[actual] > 0
    players, actual = players.chosen(known), actual[known]
    if not len(actual):
        raise MarcelError(
            f"no {lines.player_type} season to learn from has {statistic.name}: its counts are unknown in every line "
            "of core.season_lines. Rebuild them from a source that records it."
        )
    sample = samples(lines, players, statistic)
    age, weight = players.age, lines.counts["opportunities"][actual]
    outcome = numerator[actual] / denominator[actual]
    k = best_regression(sample, age, outcome, weight)
    slope, mse = _age_slope(regress(sample, k), age, outcome, weight)
    first = int(players.season.min())
    return Fit(statistic.name, k, slope, first, len(actual), statistic.scale * mse**0.5)


def best_regression(sample: Samples, age: np.ndarray, outcome: np.ndarray, weight: np.ndarray) -> float:
    """k with the least weighted squared error, each k with the age slope that suits it best; a grid refined."""
    low, high = np.log(REGRESSION_RANGE[0]), np.log(REGRESSION_RANGE[1])
    best = low
    for _ in range(1 + REFINEMENTS):
        grid = np.linspace(low, high, GRID_POINTS)
        errors = [_age_slope(regress(sample, float(np.exp(x))), age, outcome, weight)[1] for x in grid]
        at = int(np.argmin(errors))
        best = grid[at]
        low, high = grid[max(at - 1, 0)], grid[min(at + 1, GRID_POINTS - 1)]
    return float(np.exp(best))


def _age_slope(rate: np.ndarray, age: np.ndarray, outcome: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Least-squares slope per year of age, and the mean squared error with it.

    The slope is found for unclipped factors, where it has a closed form; the error is that of what is used. It is 0
    where everybody is at the peak.
    """
    under, over = years_from_peak(age)
    column = rate * (over - under)
    spread = float(weight @ column**2)
    slope = float(weight @ (column * (outcome - rate))) / spread if spread > 0 else 0.0
    error = outcome - rate * fitted_factor(age, slope)
    return slope, float((weight * error**2).sum() / weight.sum())


def _constants_table(fits: list[Fit], player_type: str, until: int) -> pa.Table:
    rows = [{"player_type": player_type, "fitted_until": until, **asdict(fit)} for fit in fits]
    return pa.Table.from_pylist(rows, schema=MARCEL_CONSTANTS.schema)


def read_constants(store: Store, player_type: str) -> dict[str, Fit]:
    """The fitted constants by statistic. Raises MarcelError when they were not fitted for this player type."""
    table = store.delta("features.marcel_constants").to_pyarrow_table()
    rows = [row for row in table.to_pylist() if row["player_type"] == player_type]
    missing = {item.name for item in statistics(player_type)} - {row["statistic"] for row in rows}
    if missing:
        raise MarcelError(
            f"features.marcel_constants lack {sorted(missing)} for {player_type}; fit the constants of that type first"
        )
    return {row["statistic"]: Fit(**{field.name: row[field.name] for field in fields(Fit)}) for row in rows}
