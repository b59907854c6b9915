"""Statcast pitches as Baseball Savant exports them: CSV of 92 to 118 columns, or Parquet with some of them."""

from pathlib import Path

import pyarrow as pa

from fbm_pipeline.sources.integrity import check_one_season, check_unique
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
KEY = ("game_pk", "at_bat_number", "pitch_number")


def read_statcast(path: Path, schema: pa.Schema) -> pa.Table:
    """All pitches of one file, of every type of game, in the schema of `raw.statcast_pitches`.

    Raises SourceError for a damaged file, missing required columns, a value that does not fit, a pitch that occurs
    twice, or dates that are not of the one season that the file's name tells.
    """
    table = read_columns(path, LAYOUT, without(schema, "season", "source_file"))
    season = check_one_season(path, table.column("game_date"), "game_date")
    check_unique(path, table, KEY, "pitches")
    return with_constants(table, schema, season=season, source_file=path.name)
