"""Pitches of some days of seasons without whole Statcast files: velocity, movement, location, count and result.

Such files know the game and both players but not the pitch's place in the game, so they tell how a pitcher throws and
never what happened. Not here: whole Statcast files (`statcast`).
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import seasons_named
from fbm_pipeline.sources.integrity import check_dates
from fbm_pipeline.sources.layout import Layout, names
from fbm_pipeline.sources.reading import read_columns, with_constants, without

LAYOUT = Layout(
    kind="pitches of some days",
    required=names("game_pk game_date pitcher batter p_throws pitch_type release_speed pfx_x_inches pfx_z_inches"),
    nulls=("", "NA", "null"),
)


def read_partial_pitches(path: Path, schema: pa.Schema) -> pa.Table:
    """Pitches of one or several seasons, in the schema of `raw.partial_pitches`; `row` counts from 1.

    `release_speed` in mph, `pfx_*_inches` in inches from the catcher's view, `plate_*` and the zone in feet. The season
    is the year of the date. Raises SourceError for a damaged file, missing required columns, a value that does not fit,
    or a date outside the seasons in the file's name.
    """
    table = read_columns(path, LAYOUT, without(schema, "season", "source_file", "row"))
    dates = table.column("game_date")
    named = seasons_named(path)
    years = pc.year(dates)
    row = pc.index(pc.is_in(years, value_set=pa.array(named, pa.int64())), False).as_py()
    if row >= 0:
        raise SourceError(
            path,
            "a date is not of the seasons in the file's name",
            found=str(dates[row].as_py()),
            expected=f"a date of {named[0]} to {named[-1]}",
            row=row + 1,
            column="game_date",
            next_step="name the file with its first and last season",
        )
    check_dates(path, dates, "game_date")
    table = table.append_column(schema.field("season"), years.cast(schema.field("season").type))
    table = table.append_column(schema.field("row"), pa.array(range(1, table.num_rows + 1), pa.int32()))
    return with_constants(table, schema, source_file=path.name)
