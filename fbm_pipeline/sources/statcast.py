"""Statcast pitches: whole files as Baseball Savant exports them, and pitches of some days of seasons without these.

Whole files are CSV of 92 to 118 columns, or Parquet with some of them. Pitches of some days have velocity, movement,
location, count and result: they know the game and both players but not the pitch's place in the game, so they show
how a pitcher throws and never what happened.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import seasons_named
from fbm_pipeline.sources.integrity import check_dates, check_one_season, check_unique
from fbm_pipeline.sources.layout import Layout, names
from fbm_pipeline.sources.reading import read_columns, with_constants, without

REQUIRED = names(
    "game_pk game_date game_type at_bat_number pitch_number inning inning_topbot outs_when_up balls strikes batter "
    "pitcher stand p_throws home_team away_team pitch_type description events bb_type"
)
# Savant's own columns that no table of ours needs; naming them in a warning would hide the truly new ones.
_NOT_NEEDED = frozenset(
    names(
        "spin_dir spin_rate_deprecated break_angle_deprecated break_length_deprecated des hit_location game_year "
        "tfs_deprecated tfs_zulu_deprecated umpire sv_id effective_speed pitcher_1 fielder_2_1 pitcher.1 fielder_2.1 "
        "fielder_3 fielder_4 fielder_5 fielder_6 fielder_7 fielder_8 fielder_9 release_pos_y babip_value iso_value "
        "launch_speed_angle pitch_name post_away_score post_home_score post_fld_score "
        "estimated_slg_using_speedangle delta_pitcher_run_exp hyper_speed home_score_diff bat_score_diff home_win_exp "
        "bat_win_exp age_pit_legacy age_bat_legacy age_pit age_bat n_thruorder_pitcher "
        "n_priorpa_thisgame_player_at_bat pitcher_days_since_prev_game batter_days_since_prev_game "
        "pitcher_days_until_next_game batter_days_until_next_game api_break_z_with_gravity api_break_x_arm "
        "api_break_x_batter_in arm_angle "
        "attack_angle attack_direction swing_path_tilt intercept_ball_minus_batter_pos_x_inches "
        "intercept_ball_minus_batter_pos_y_inches"
    )
)
LAYOUT = Layout(
    kind="Statcast pitches",
    required=REQUIRED,
    nulls=("", "NA", "null"),
    passed_over=_NOT_NEEDED,
    origin="Baseball Savant (fbm fetch statcast)",
)
SOME_DAYS = Layout(
    kind="pitches of some days",
    required=names("game_pk game_date pitcher batter p_throws pitch_type release_speed pfx_x_inches pfx_z_inches"),
    nulls=("", "NA", "null"),
)
KEY = ("game_pk", "at_bat_number", "pitch_number")


def read_statcast(path: Path, schema: pa.Schema) -> pa.Table:
    """All pitches of one file, of every type of game, in the schema of `raw.statcast_pitches`.

    Raises SourceError for a damaged file, missing required columns, a value that does not fit, a pitch that occurs
    twice, or dates that are not of the one season that the file's name has.
    """
    table = read_columns(path, LAYOUT, without(schema, "season", "source_file"))
    season = check_one_season(path, table.column("game_date"), "game_date")
    check_unique(path, table, KEY, "pitches")
    return with_constants(table, schema, season=season, source_file=path.name)


def read_partial_pitches(path: Path, schema: pa.Schema) -> pa.Table:
    """Pitches of one or several seasons, in the schema of `raw.partial_pitches`; `row` counts from 1.

    `release_speed` in mph, `pfx_*_inches` in inches from the catcher's view, `plate_*` and the zone in feet. The season
    is the year of the date. Raises SourceError for a damaged file, missing required columns, a value that does not fit,
    or a date outside the seasons in the file's name.
    """
    table = read_columns(path, SOME_DAYS, without(schema, "season", "source_file", "row"))
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
