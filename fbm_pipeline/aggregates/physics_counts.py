"""`features.physics_counts`: what was measured of each player's batted balls and pitches, season by season, as sums.

Exit velocity in mph, angles in degrees, movement in feet. Sums and counts only, so that seasons and players may be
added; nothing is divided here. Not here: the columns for a projection (`physics_block`).
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.aggregates.tables import PHYSICS_COUNTS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import conform, query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

TABLE = PHYSICS_COUNTS.name
STATEMENTS = ("features/batted_ball_physics", "features/pitch_physics")
READS = ("core.games", "core.pitches", "core.plate_appearances", "raw.partial_pitches")
_PLAYER = ["player_type", "mlbam_id"]


def seasons_with_plate_appearances(store: Store, settings: Settings) -> set[int]:
    """Seasons that can be counted."""
    return {int(part["season"]) for part in store.partitions("core.plate_appearances")}


def physics_counts(inputs: Inputs, season: int) -> pa.Table:
    """Rows of `features.physics_counts` of a season; none where nothing was measured in it."""
    with session(inputs, tables=READS) as connection:
        balls, pitches = (query(connection, name, {"season": season}) for name in STATEMENTS)
    joined = balls.join(pitches, keys=_PLAYER, join_type="full outer")
    schema = PHYSICS_COUNTS.schema
    joined = joined.append_column("season", pa.repeat(pa.scalar(season), joined.num_rows))
    filled = [_filled(joined.column(name)) if name not in _PLAYER else joined.column(name) for name in schema.names]
    return conform(pa.table(filled, names=schema.names), schema).sort_by([(name, "ascending") for name in _PLAYER])


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Nothing measured is a sum of nothing."""
    return pc.fill_null(column.cast(pa.float64()), 0.0)


def read_physics_counts(store: Store, player_type: str, seasons: Sequence[int]) -> pa.Table:
    """The rows of one side of the ball in these seasons, by season and player.

    Raises FileNotFoundError when the table was never written.
    """
    wanted = pc.is_in(pc.field("season"), pa.array(list(seasons), pa.int16()))
    table = store.delta(TABLE).to_pyarrow_dataset().to_table(filter=wanted & (pc.field("player_type") == player_type))
    return table.sort_by([("season", "ascending"), ("mlbam_id", "ascending")])
