"""`features.marcel_rates`: the prior of every player before a season, by two systems.

`marcel_classic` is Tango's published Marcel with its aging signed; `marcel` has constants fitted per statistic.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.baseball.statistics import Statistic, statistics
from fbm_pipeline.marcel.aging import classic_factor, fitted_factor
from fbm_pipeline.marcel.constants import Fit, read_constants
from fbm_pipeline.marcel.playing_time import expected_opportunities
from fbm_pipeline.marcel.regression import Samples, classic_regression, effective_opportunities, regress, samples
from fbm_pipeline.marcel.season_lines import (
    SEASONS_BACK,
    Histories,
    MarcelError,
    SeasonLines,
    histories,
    read_season_lines,
)
from fbm_pipeline.marcel.tables import MARCEL_RATES
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

SYSTEMS = ("marcel_classic", "marcel")


def projectable_seasons(store: Store, settings: Settings) -> set[int]:
    """Seasons that follow one whose lines are held: those played, and the one after the last."""
    return {int(part["season"]) + 1 for part in store.partitions("core.season_lines")}


def marcel_rates(inputs: Inputs, player_type: str, season: int) -> pa.Table:
    """The preseason rates of a season, from the three before it; both systems, every statistic.

    `rate` and `league_rate` are scaled as the statistic is (earned runs per nine innings); `weight` counts the
    statistic's denominators. A season with none before it gets a partition without rows: nobody has a prior there.
    Raises MarcelError when the constants were not fitted, or when the season just before is missing.
    """
    constants = read_constants(inputs, player_type)
    _require_season_before(inputs, season)
    lines = read_season_lines(inputs, player_type, season - SEASONS_BACK, season - 1)
    return rates_table(lines, season, constants)


def _require_season_before(store: Store, season: int) -> None:
    earlier = sorted(
        int(part["season"]) for part in store.partitions("core.season_lines") if int(part["season"]) < season
    )
    if earlier and earlier[-1] != season - 1:
        raise MarcelError(
            f"core.season_lines end with {earlier[-1]}; Marcel for {season} expects {season - 1}, the season just "
            f"before it. Materialize core.season_lines for {earlier[-1] + 1}-{season - 1} first."
        )


def rates_table(lines: SeasonLines, season: int, constants: Mapping[str, Fit]) -> pa.Table:
    """Rows of `features.marcel_rates` for every player with an opportunity in the three seasons before `season`."""
    players = histories(lines, [season])
    opportunities = expected_opportunities(lines, players)
    parts = []
    for statistic in statistics(lines.player_type):
        sample = samples(lines, players, statistic)
        fit = constants[statistic.name]
        k = classic_regression(statistic, lines.player_type)
        classic = regress(sample, k) * classic_factor(players.age, statistic, lines.player_type)
        fitted = regress(sample, fit.regression)
        fitted = fitted * fitted_factor(players.age, fit.age_slope)
        for system, rate, regression in zip(SYSTEMS, (classic, fitted), (k, fit.regression), strict=True):
            weight = effective_opportunities(sample, regression)
            parts.append(_rows(players, statistic, system, rate, weight, sample, opportunities, lines.player_type))
    return pa.concat_tables(parts)


def _rows(
    players: Histories,
    statistic: Statistic,
    system: str,
    rate: np.ndarray,
    weight: np.ndarray,
    sample: Samples,
    opportunities: np.ndarray,
    player_type: str,
) -> pa.Table:
    n = len(players.season)
    season = int(players.season[0]) if n else 0
    columns = {
        "season": players.season,
        "player_type": [player_type] * n,
        "as_of": [preseason(season)] * n if n else [],
        "mlbam_id": players.mlbam_id,
        "system": [system] * n,
        "statistic": [statistic.name] * n,
        "rate": statistic.scale * rate,
        "weight": weight,
        "league_rate": statistic.scale * sample.latest,
        "opportunities": opportunities,
    }
    schema = MARCEL_RATES.schema
    arrays = [pa.array(columns[field.name]).cast(field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
