"""`features.park_factors`: how much more of each thing happens in a park than the same club's games see elsewhere.

Per plate appearance, both sides batting, from the three seasons before the projected one, regressed towards 1.
Factors by the batter's side were tried and were no better (docs/experiments.md).
A park keeps its id when its fences move: the old and the new fences are then averaged for three seasons. A new park
begins at 1 and is in the table once games were played in it. Not here: players (`parks_block`).
"""

import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.parks.park_sample import park_sample
from fbm_pipeline.parks.tables import PARK_FACTORS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

TABLE = PARK_FACTORS.name
STATEMENT = "features/park_counts"
COMPONENTS = ("so", "bb", "hr", "h", "single", "double", "triple", "runs")

# Plate appearances of an average park mixed into a park's own (a season of home games has some 6,100). Least squares of
# a park's raw factor in targets 2003-2017 against the three seasons before it (docs/experiments.md), the minimum flat
# around these figures; parks differ least in walks.
REGRESSION = {
    "so": 5_000.0,
    "bb": 25_000.0,
    "hr": 5_000.0,
    "h": 5_000.0,
    "single": 10_000.0,
    "double": 8_000.0,
    "triple": 6_000.0,
    "runs": 6_000.0,
}


def seasons_after_games(store: Store, settings: Settings) -> set[int]:
    """Seasons that follow one whose plate appearances are held."""
    return {int(part["season"]) + 1 for part in store.partitions("core.plate_appearances")}


def park_factors(inputs: Inputs, season: int) -> pa.Table:
    """Rows of `features.park_factors` for projecting a season; none where nobody played in the three before it."""
    return factors_table(read_park_counts(inputs, season - SEASONS_BACK, season - 1), season)


def read_park_counts(store: Store, first_season: int, last_season: int) -> pa.Table:
    """Rows of `features/park_counts` of both ends' seasons and those between."""
    with session(store, tables=["core.plate_appearances"]) as connection:
        return query(connection, STATEMENT, {"first_season": first_season, "last_season": last_season})


def factors_table(counts: pa.Table, season: int) -> pa.Table:
    """Rows of `features.park_factors` from the counts of the seasons before."""
    return pa.concat_tables([_rows(counts, season, component) for component in COMPONENTS])


def _rows(counts: pa.Table, season: int, component: str) -> pa.Table:
    sample = park_sample(counts, component)
    n = len(sample.park_id)
    columns = {
        "season": [season] * n,
        "as_of": [preseason(season)] * n,
        "park_id": sample.park_id,
        "component": [component] * n,
        "factor": sample.regressed(REGRESSION[component]),
        "observed": sample.observed,
        "expected": sample.expected,
        "pa": sample.pa,
        "elsewhere_pa": sample.elsewhere_pa,
        "seasons": sample.seasons,
    }
    schema = PARK_FACTORS.schema
    return pa.Table.from_arrays([pa.array(columns[field.name]).cast(field.type) for field in schema], schema=schema)
