"""Pre-season projections of public systems. They are evaluated against and never learned from."""

from pathlib import Path

import pyarrow as pa

from fbm_pipeline.sources.integrity import check_unique
from fbm_pipeline.sources.layout import Layout, names
from fbm_pipeline.sources.reading import read_columns, with_constants, without

LAYOUT = Layout(
    kind="projections of public systems",
    required=("season", "system", "snapshot", "fangraphs_id"),
    renamed={"fg_id": "fangraphs_id", "playerid": "fangraphs_id", "PlayerId": "fangraphs_id", "mlbam": "mlbam_id"},
    passed_over=frozenset(names("OPS WAR ADP bbref retro HLD QS BABIP")),
)
PLAYER_TYPES = {"hitters": "batter", "pitchers": "pitcher"}


def read_projections(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per season, system, snapshot and player, in the schema of `raw.public_projections`.

    The side of the ball is in the file's name (`hitters_…`, `pitchers_…`). Raises SourceError for a damaged file,
    missing required columns, a value that does not fit, or a player who occurs twice.
    """
    player_type = PLAYER_TYPES[path.name.split(".")[0].split("_")[0]]
    table = read_columns(path, LAYOUT, without(schema, "source_file", "player_type"))
    check_unique(path, table, ("season", "system", "snapshot", "fangraphs_id"), "projections")
    return with_constants(table, schema, player_type=player_type, source_file=path.name)
