"""Minor-league batting and pitching lines: StatsAPI's, FanGraphs' exports, and Savant's, which know names only."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.sources.layout import Layout, names
from fbm_pipeline.sources.reading import read_columns, with_constants, without
from fbm_pipeline.sources.statsapi_lines import read_lines

FANGRAPHS = Layout(
    kind="FanGraphs minor-league lines",
    required=("season", "level", "name", "player_id"),
    renamed={
        "Season": "season",
        "Level": "level",
        "Name": "name",
        "Team": "team",
        "Age": "age",
        "PlayerId": "player_id",
        "playerid": "player_id",
        "MLBAMID": "mlbam",
    },
    passed_over=frozenset(names("BB/K OPS ISO Spd wSB wRC wRAA wRC+")),
    origin="FanGraphs",
)
SAVANT = Layout(
    kind="Savant minor-league lines",
    required=("season", "name", "PA", "SO", "BB", "HR"),
    renamed={
        "Year": "season",
        "Player": "name",
        "Hits": "H",
        "BA": "AVG",
        "Pitches": "pitches",
        "Whiffs": "whiffs",
        "Swings": "swings",
        "EV (MPH)": "exit_velocity",
        "Hard Hit%": "hard_hit%",
        "Barrel/PA%": "barrel_per_pa%",
        "Pitch (MPH)": "release_speed",
        "Spin (RPM)": "release_spin_rate",
    },
    passed_over=frozenset(names("Total BIP xBA xOBP xSLG Barrels ISO Whiff% Barrel/BBE%")),
    nulls=("", "null", "NA"),
    origin="Baseball Savant's minor-league search",
)
_PERCENTAGES = ("K%", "BB%", "hard_hit%", "barrel_per_pa%")


def read_minor_leagues(path: Path, schema: pa.Schema) -> pa.Table:
    """Lines of one file, in the schema of `raw.milb_batting` or `raw.milb_pitching`.

    `source` is `statsapi` for JSON, `savant` for a file of that name, else `fangraphs`; `row` counts from 1. Savant
    gives no level, age or id. Rates are fractions: Savant's percentages are divided by 100. Raises SourceError for a
    damaged file, missing required columns or a value that does not fit.
    """
    if path.suffix == ".json":
        return read_lines(path, schema)
    savant = re.match(r"savant", path.name) is not None
    made = ("source_file", "source", "row")
    table = read_columns(path, SAVANT if savant else FANGRAPHS, without(schema, *made))
    if savant:
        for name in _PERCENTAGES:
            place = table.schema.get_field_index(name)
            table = table.set_column(place, schema.field(name), pc.divide(table.column(name), 100.0))
    table = table.append_column(schema.field("row"), pa.array(range(1, table.num_rows + 1), pa.int32()))
    return with_constants(table, schema, source="savant" if savant else "fangraphs", source_file=path.name)
