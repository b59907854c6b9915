"""`features.park_factors`: how much more of each thing happens in a park than the same club's games see elsewhere.

Per plate appearance, both sides batting, from the three seasons before the projected one, regressed towards 1.
A park keeps its id when its fences move: the old and the new fences are then averaged for three seasons. A new park
begins at 1 and stands in the table once games were played in it. Not here: players (`parks_block`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.store.code import code_of
from fbm_pipeline.store.contracts import CONTRACTS
from fbm_pipeline.store.engine import query, session, statement
from fbm_pipeline.store.tables import Store, Written, inputs_key

TABLE = "features.park_factors"
STATEMENT = "features/park_counts"
COMPONENTS = ("so", "bb", "hr", "h", "single", "double", "triple", "runs")

# Plate appearances of an average park mixed into a park's own (a season of home games has some 6,100). Least squares of
# a park's raw factor in targets 2003-2017 against the three seasons before it (`regression_trials`), the minimum flat
# around these figures; parks differ least in walks.
REGRESSION = {
    "so": 5_000.0, "bb": 25_000.0, "hr": 5_000.0, "h": 5_000.0, "single": 10_000.0, "double": 8_000.0,
    "triple": 6_000.0, "runs": 6_000.0,
}  # fmt: skip


@dataclass(frozen=True)
class ParkSample:
    """One component in n parks over some seasons: what happened there, and what elsewhere lets expect of as many PA."""

    park_id: np.ndarray  # (n,) text
    observed: np.ndarray  # (n,)
    expected: np.ndarray  # (n,)
    pa: np.ndarray  # (n,) plate appearances in the park
    elsewhere_pa: np.ndarray  # (n,)
    seasons: np.ndarray  # (n,) with games in the park
    league_rate: float  # per plate appearance, of all games in home parks

    def raw(self) -> np.ndarray:
        """(n,) observed per expected; 1 where nothing was expected."""
        return np.divide(self.observed, self.expected, out=np.ones_like(self.observed), where=self.expected > 0)

    def regressed(self, k: float) -> np.ndarray:
        """(n,) the factor with k plate appearances of an average park added on both sides."""
        added = k * self.league_rate
        if added == 0:
            return self.raw()
        return (self.observed + added) / (self.expected + added)


def build_park_factors(store: Store, season: int) -> Written:
    """The factors to be used for projecting a season: rows dated before it only; without rows where there are none."""
    before = range(season - SEASONS_BACK, season)
    key = inputs_key(
        code=code_of("marcel"),
        sql=statement(STATEMENT),
        plate_appearances={year: store.content("core.plate_appearances", {"season": year}) for year in before},
        regression=REGRESSION,
    )

    def compute() -> pa.Table:
        return factors_table(read_park_counts(store, before[0], before[-1]), season)

    return store.build(TABLE, {"season": season}, key, compute)


def read_park_counts(store: Store, first_season: int, last_season: int) -> pa.Table:
    """Rows of `features/park_counts` of both ends' seasons and those between."""
    with session(store, tables=["core.plate_appearances"]) as connection:
        return query(connection, STATEMENT, {"first_season": first_season, "last_season": last_season})


def park_sample(counts: pa.Table, component: str) -> ParkSample:
    """The parks' sums of one component over all rows of `features/park_counts`, parks in the order of their ids.

    What is expected of a park is summed season by season and club by club, each by the club's own rate elsewhere in
    that season, so that neither the quality of a club nor the level of a season counts as the park's.
    """
    parks, place = np.unique(counts.column("park_id").to_numpy(zero_copy_only=False), return_inverse=True)
    here, elsewhere = _floats(counts, component), _floats(counts, f"elsewhere_{component}")
    pa_here, pa_elsewhere = _floats(counts, "pa"), _floats(counts, "elsewhere_pa")
    expected = pa_here * elsewhere / pa_elsewhere

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, values, len(parks)).astype(np.float64)  # without rows it would count in integers

    pairs = np.unique(np.column_stack([place, _floats(counts, "season")]), axis=0)
    seasons = np.bincount(pairs[:, 0].astype(np.int64), minlength=len(parks))
    rate = float(here.sum() / pa_here.sum()) if len(parks) else 0.0
    return ParkSample(parks, total(here), total(expected), total(pa_here), total(pa_elsewhere), seasons, rate)


def factors_table(counts: pa.Table, season: int) -> pa.Table:
    """Rows of `features.park_factors` from the counts of the seasons before."""
    schema = CONTRACTS[TABLE].schema
    parts = []
    for component in COMPONENTS:
        sample = park_sample(counts, component)
        n = len(sample.park_id)
        columns = {
            "season": [season] * n, "as_of": [preseason(season)] * n, "park_id": sample.park_id,
            "component": [component] * n, "factor": sample.regressed(REGRESSION[component]), "raw_factor": sample.raw(),
            "observed": sample.observed, "expected": sample.expected, "pa": sample.pa,
            "elsewhere_pa": sample.elsewhere_pa, "seasons": sample.seasons,
        }  # fmt: skip
        arrays = [pa.array(columns[field.name]).cast(field.type) for field in schema]
        parts.append(pa.Table.from_arrays(arrays, schema=schema))
    return pa.concat_tables(parts)


def _floats(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.float64()).to_numpy()
