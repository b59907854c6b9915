"""Where players batted or pitched, by park, and what those parks' factors were on average.

Not here: the factors (`park_factors`), the parks to come (`parks_block`).
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.marcel.regression import YEAR_WEIGHTS
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.parks.park_factors import COMPONENTS, TABLE
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

EXPOSURE = "features/park_exposure"
READS = ("core.plate_appearances",)

Factors = dict[tuple[int, str], np.ndarray]  # (season, park) -> logarithms, in the order of COMPONENTS


def read_exposure(store: Store, player_type: str, first_season: int, last_season: int) -> pa.Table:
    """Rows of `features/park_exposure` of both ends' seasons and those between."""
    bounds = {"first_season": first_season, "last_season": last_season, "player_type": player_type}
    with session(store, tables=READS) as connection:
        return query(connection, EXPOSURE, bounds)


def read_factors(store: Store, targets: Sequence[int]) -> Factors:
    """The natural logarithms of the regressed factors that were made for these target seasons.

    Raises FileNotFoundError when `features.park_factors` was never written.
    """
    wanted = pc.field("season").isin(list(targets))
    columns = ["season", "park_id", "component", "factor"]
    return _by_park(store.delta(TABLE).to_pyarrow_dataset().to_table(filter=wanted, columns=columns))


def recent_exposure(exposure: pa.Table, player_type: str, target: int) -> pa.Table:
    """The exposure of the three seasons before a target, its opportunities weighted as Marcel weighs their season."""
    season = exposure.column("season").to_numpy().astype(np.int64)
    kept = np.flatnonzero((season < target) & (season >= target - SEASONS_BACK))
    played = exposure.take(pa.array(kept))
    weight = played.column("opportunities").cast(pa.float64()).to_numpy()
    weight = weight * YEAR_WEIGHTS[player_type][target - 1 - season[kept]]
    return played.set_column(played.column_names.index("opportunities"), "opportunities", pa.array(weight))


def mean_factors(exposure: pa.Table, factors: Factors, target: int, ids: np.ndarray) -> np.ndarray:
    """(n, components) the players' mean logarithms over their opportunities; 0 for who has none.

    A park that is not known counts as average.
    """
    parks, place = np.unique(exposure.column("park_id").to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    average = np.zeros(len(COMPONENTS))
    known = [factors.get((target, str(park)), average) for park in parks]
    sums, total = _sums(exposure, place, len(parks), ids)
    by_park = np.array(known).reshape(-1, len(COMPONENTS))
    return np.divide(
        sums @ by_park, total[:, None], out=np.zeros((len(ids), len(COMPONENTS))), where=total[:, None] > 0
    )


def _by_park(table: pa.Table) -> Factors:
    """Rows of `features.park_factors` by season and park."""
    place = {component: at for at, component in enumerate(COMPONENTS)}
    factors: Factors = {}
    for row in table.to_pylist():
        values = factors.setdefault((row["season"], row["park_id"]), np.zeros(len(COMPONENTS)))
        values[place[row["component"]]] = np.log(row["factor"])
    return factors


def _sums(exposure: pa.Table, place: np.ndarray, places: int, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, places) opportunities of the players by place, and (n,) all of them."""
    player = exposure.column("mlbam_id").to_numpy().astype(np.int64)
    everyone, at = np.unique(player, return_inverse=True)
    sums = np.zeros((len(everyone) + 1, places))  # the last row is nobody's
    np.add.at(sums, (at, place), exposure.column("opportunities").cast(pa.float64()).to_numpy())
    player_rows = np.searchsorted(everyone, ids)
    has_exposure = np.isin(ids, everyone)
    rows = sums[np.where(has_exposure, player_rows, len(everyone))]
    return rows, rows.sum(axis=1)
