"""Where players batted or pitched, by park and by the batter's side, and what those parks' factors were on average.

Not here: the factors (`park_factors`), the parks to come (`parks_block`).
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.marcel.park_factors import COMPONENTS, TABLE
from fbm_pipeline.marcel.park_hands import ALL, HANDS
from fbm_pipeline.marcel.regression import YEAR_WEIGHTS
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

EXPOSURE = "features/park_exposure"
READS = ("core.plate_appearances",)

Factors = dict[tuple[int, str, str], np.ndarray]  # (season, park, stand) -> logarithms, in the order of COMPONENTS


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
    columns = ["season", "park_id", "component", "stand", "factor"]
    return factors_by_park(store.delta(TABLE).to_pyarrow_dataset().to_table(filter=wanted, columns=columns))


def factors_by_park(table: pa.Table) -> Factors:
    """Rows of `features.park_factors` by season, park and stand."""
    place = {component: at for at, component in enumerate(COMPONENTS)}
    found: Factors = {}
    for row in table.select(["season", "park_id", "component", "stand", "factor"]).to_pylist():
        values = found.setdefault((row["season"], row["park_id"], row["stand"]), np.zeros(len(COMPONENTS)))
        values[place[row["component"]]] = np.log(row["factor"])
    return found


def recent_exposure(exposure: pa.Table, player_type: str, target: int) -> pa.Table:
    """The exposure of the three seasons before a target, its opportunities weighted as Marcel weighs their season."""
    season = exposure.column("season").to_numpy().astype(np.int64)
    kept = np.flatnonzero((season < target) & (season >= target - SEASONS_BACK))
    played = exposure.take(pa.array(kept))
    weight = played.column("opportunities").cast(pa.float64()).to_numpy()
    weight = weight * YEAR_WEIGHTS[player_type][target - 1 - season[kept]]
    return played.set_column(played.column_names.index("opportunities"), "opportunities", pa.array(weight))


def mean_factors(exposure: pa.Table, factors: Factors, target: int, ids: np.ndarray, *, by_hand: bool) -> np.ndarray:
    """(n, components) the players' mean logarithms over their opportunities; 0 for who has none.

    A park that is not known counts as average, one without a factor of the hand by that of all.
    """
    park = exposure.column("park_id").to_numpy(zero_copy_only=False)
    stand = exposure.column("stand").to_numpy(zero_copy_only=False) if by_hand else np.full(len(park), ALL)
    pairs, place = np.unique(np.array([f"{a} {b}" for a, b in zip(park, stand, strict=True)], str), return_inverse=True)
    average = np.zeros(len(COMPONENTS))
    known = [factors.get((target, *pair.rsplit(" ", 1)), average) for pair in pairs]
    sums, total = _sums(exposure, place, len(pairs), ids)
    by_pair = np.array(known).reshape(-1, len(COMPONENTS))
    return np.divide(
        sums @ by_pair, total[:, None], out=np.zeros((len(ids), len(COMPONENTS))), where=total[:, None] > 0
    )


def stand_shares(exposure: pa.Table, ids: np.ndarray) -> np.ndarray:
    """(n, 2) the shares of the players' opportunities by HANDS; half and half for who has none that is known."""
    stand = exposure.column("stand").to_numpy(zero_copy_only=False)
    known = np.flatnonzero(np.isin(stand, HANDS))
    kept = exposure.take(pa.array(known))
    place = np.array([HANDS.index(hand) for hand in stand[known]], np.int64)
    sums, total = _sums(kept, place, len(HANDS), ids)
    return np.divide(sums, total[:, None], out=np.full((len(ids), len(HANDS)), 0.5), where=total[:, None] > 0)


def _sums(exposure: pa.Table, place: np.ndarray, places: int, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, places) opportunities of the players by place, and (n,) all of them."""
    player = exposure.column("mlbam_id").to_numpy().astype(np.int64)
    everyone, at = np.unique(player, return_inverse=True)
    sums = np.zeros((len(everyone) + 1, places))  # the last row is nobody's
    np.add.at(sums, (at, place), exposure.column("opportunities").cast(pa.float64()).to_numpy())
    found = np.searchsorted(everyone, ids)
    there = np.isin(ids, everyone)
    rows = sums[np.where(there, found, len(everyone))]
    return rows, rows.sum(axis=1)
