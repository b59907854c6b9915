"""What every table above `raw` holds: columns, types, grain, key and partitions. The raw tables are in raw_contracts.

A column's text is `name:type`; a `?` after the type allows nulls. Types are Arrow's, by their short names.
"""

from collections.abc import Iterable

from fbm_pipeline.baseball.statistics import PLAYER_TYPES, statistics
from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.declarations import Table


def contract(name: str, grain: str, columns: str, key: str, partition_by: str = "") -> Table:
    """A table from compact text, whose columns have no unit and no meaning yet. Raises KeyError for an unknown type."""
    described = []
    for column in columns.split():
        label, kind = column.split(":")
        described.append(Column(label, kind.rstrip("?"), unit="", meaning="", nullable=kind.endswith("?")))
    return Table(name, grain, tuple(described), tuple(key.split()), tuple(partition_by.split()))


_EVENT_COUNTS = "ab:i8 h:i8 single:i8 double:i8 triple:i8 hr:i8 bb:i8 ibb:i8 so:i8 hbp:i8 sf:i8 sh:i8"
_SUM_COUNTS = "ab:i32 h:i32 single:i32 double:i32 triple:i32 hr:i32 bb:i32 ibb:i32 so:i32 hbp:i32 sf:i32 sh:i32"
_GAME_KEY = "season:i16 month:i8 game_id:str game_date:date source:str"
_PLAYER_KEY = "season:i16 player_type:str as_of:date mlbam_id:i32"
HORIZONS = ("career", "three_year", "one_year", "thirty_day")


def _union_statistics(head_only: bool = False) -> list[str]:
    names: dict[str, None] = {}
    for player_type in PLAYER_TYPES:
        for statistic in statistics(player_type):
            if statistic.head or not head_only:
                names[statistic.name] = None
    return list(names)


def _profile_columns() -> str:
    columns = []
    for horizon in HORIZONS:
        columns.append(f"{horizon}_opportunities:i32")
        columns.append(f"{horizon}_supplied_by:str")  # the horizon that the rates really come from
        columns += [f"{horizon}_{name}:f64?" for name in _union_statistics(head_only=True)]
    return " ".join(columns)


RATE_COLUMNS = tuple(name for name in _union_statistics() if name != "er_rate")


def _published_rates() -> str:
    return " ".join(f"{name}:f64? {name}_p10:f64? {name}_p50:f64? {name}_p90:f64?" for name in RATE_COLUMNS)


_ALL: Iterable[Table] = (
    contract(
        "core.players", "one row per player with an MLBAM id",
        "mlbam_id:i32 name:str birth_date:date? bats:str? throws:str? retro_id:str? lahman_id:str? "
        "fangraphs_id:str? primary_position:str?",
        "mlbam_id",
    ),
    contract(
        "core.games", "one row per regular-season game",
        f"{_GAME_KEY} number:i8 home_team:str away_team:str park_id:str?",
        "game_id", "season month",
    ),
    contract(
        "core.pitches", "one row per pitch of a regular-season game; physics is null where it was not measured",
        f"{_GAME_KEY} plate_appearance:i16 pitch_number:i8 batter_id:i32 pitcher_id:i32 inning:i8 is_top:bool "
        "stand:str? throws:str? outs:i8 balls:i8 strikes:i8 result:str pitch_type:str? release_speed:f32? "
        "release_spin_rate:f32? release_extension:f32? release_pos_x:f32? release_pos_z:f32? spin_axis:f32? "
        "pfx_x:f32? pfx_z:f32? plate_x:f32? plate_z:f32? sz_top:f32? sz_bot:f32? bat_speed:f32? "
        "swing_length:f32? launch_speed:f32? launch_angle:f32? spray_deg:f32?",
        "game_id plate_appearance pitch_number", "season month",
    ),
    contract(
        "core.plate_appearances", "one row per plate appearance of a regular-season game",
        f"{_GAME_KEY} plate_appearance:i16 inning:i8 is_top:bool outs:i8 batter_id:i32 pitcher_id:i32 "
        "stand:str? throws:str? batting_team:str fielding_team:str park_id:str? outcome:str "
        f"{_EVENT_COUNTS} ci:i8 hit_type:str? is_bunt:bool runs:i8 outs_made:i8 pitches:i16 "
        "outing_index:i16 times_faced:i8 launch_speed:f32? launch_angle:f32? spray_deg:f32?",
        "game_id plate_appearance", "season month",
    ),
    contract(
        "core.plate_appearance_details", "one row per plate appearance of a regular-season game: the state it began in",
        f"{_GAME_KEY} plate_appearance:i16 bases:i8? score_difference:i8? pitches_before:i16 rest_days:i16? "
        "hit_distance:f32?",
        "game_id plate_appearance", "season month",
    ),
    contract(
        "core.player_games", "one row per player, side of the ball and regular-season game",
        f"{_GAME_KEY} player_type:str mlbam_id:i32 team:str opponent:str is_home:bool park_id:str? role:str "
        f"opportunities:i32 {_SUM_COUNTS} outs:i32? er:i32? r:i32?",
        "game_id player_type mlbam_id", "season month",
    ),
    contract(
        "core.batted_balls", "one row per plate appearance that ended with a ball in play or over the fence",
        f"{_GAME_KEY} plate_appearance:i16 batter_id:i32 pitcher_id:i32 stand:str? hit_type:str? is_bunt:bool "
        "outcome:str fielder:i8? direction:str?",
        "game_id plate_appearance", "season month",
    ),
    contract(
        "core.season_lines", "one row per season, side of the ball and player; official lines where they exist",
        "season:i16 player_type:str mlbam_id:i32 source:str team:str teams:i8 g:i32 gs:i32? opportunities:i32 "
        "ab:i32 h:i32 single:i32? double:i32? triple:i32? hr:i32 bb:i32 ibb:i32 so:i32 hbp:i32 sf:i32 sh:i32 "
        "outs:i32? er:i32? r:i32?",
        "season player_type mlbam_id", "season",
    ),
    contract(
        "core.minor_lines", "one row per season, side of the ball, level and minor-league player",
        "season:i16 player_type:str level:str line_id:str mlbam_id:i32? matched_by:str sources:str age:i16? club:str? "
        "league:str? pa:i32 so:f64? bb:f64? hr:f64? hr_pa:i32? hr_estimated:bool? h_pa:i32? h:i32? double:i32? "
        "triple:i32? games:i32? starts:i32?",
        "season player_type level line_id", "season",
    ),
    contract(
        "features.stat_profiles", "one row per player, side of the ball and as-of date; only games before as_of",
        f"{_PLAYER_KEY} age:f32 bats:str throws:str role:str identity_source:str minor_opportunities:f64 "
        f"days_since_last_game:i32? {_profile_columns()}",
        "player_type mlbam_id as_of", "player_type season",
    ),
    contract(
        "features.archetype_centroids", "one row per player type, archetype and feature",
        "player_type:str archetype:i16 feature:str centroid:f64 scaler_mean:f64 scaler_sd:f64 fitted_until:i16",
        "player_type archetype feature", "player_type",
    ),
    contract(
        "features.archetypes", "one row per player, side of the ball and as-of date",
        f"{_PLAYER_KEY} archetype:i16 distance:f32 membership:[f32]",
        "player_type mlbam_id as_of", "player_type season",
    ),
    contract(
        "features.mle_translations", "one row per season, side of the ball, component and parameter",
        "season:i16 player_type:str component:str parameter:str value:f64 n:i32 trained_from:i16 trained_until:i16",
        "season player_type component parameter", "player_type season",
    ),
    contract(
        "features.debut_means", "one row per season, side of the ball, role, age and statistic",
        "season:i16 player_type:str as_of:date role:str age:i16 statistic:str rate:f64 concentration:f64? n:i32 "
        "trained_until:i16",
        "season player_type role age statistic", "player_type season",
    ),
    contract(
        "features.mle_rates", "one row per player, side of the ball, as-of date, system and statistic",
        f"{_PLAYER_KEY} system:str statistic:str rate:f64 weight:f64 minor_weight:f64 minor_rate:f64? "
        "concentration:f64? source:str trained_until:i16",
        "player_type mlbam_id as_of system statistic", "player_type season",
    ),
    contract(
        "models.predictions", "one row per fold, season, player, side of the ball, system and statistic",
        f"fold:i16 split:str {_PLAYER_KEY} system:str statistic:str rate:f64 concentration:f64? "
        "trained_until:i16",
        "fold season player_type mlbam_id system statistic", "player_type fold",
    ),
    contract(
        "evaluation.blend_weights", "one row per season, player type and statistic",
        "season:i16 player_type:str statistic:str weight:f64 chosen_on:str n:i32 rmse:f64 rmse_marcel:f64",
        "season player_type statistic", "season",
    ),
    contract(
        "evaluation.backtest", "one row per season, player, side of the ball, statistic and system",
        "season:i16 player_type:str mlbam_id:i32 statistic:str system:str projected:f64 actual:f64 "
        "opportunities:i32 prior_opportunities:i32 luck_variance:f64? p10:f64? p90:f64? crps:f64? interval_from:str?",
        "season player_type mlbam_id statistic system", "season",
    ),
    contract(
        "evaluation.error_spread", "one row per season, player type, statistic, system and tier of history",
        "season:i16 player_type:str statistic:str system:str tier:str variance:f64 luck_scale:f64 n:i32 "
        "fitted_from:i16 fitted_until:i16",
        "season player_type statistic system tier", "season",
    ),
    contract(
        "evaluation.scores", "one row per comparison, universe, seasons, player type, kind, statistic and system",
        "data:str comparison:str universe:str seasons:str player_type:str kind:str stat:str system:str n:i32 r:f64? "
        "rmse:f64? rmse_raw:f64? slope:f64? sd_ratio:f64? attainable:f64? rank_r:f64? top20:f64? coverage:f64? "
        "width:f64? crps:f64?",
        "data comparison universe seasons player_type kind stat system",
    ),
    contract(
        "evaluation.pairs", "one row per comparison, universe, seasons, player type, kind, statistic and two systems",
        "data:str comparison:str universe:str seasons:str player_type:str kind:str stat:str base:str new:str n:i32 "
        "players:i32 d_r:f64? d_r_low:f64? d_r_high:f64? holm_r:f64? d_rmse:f64? d_rmse_low:f64? "
        "d_rmse_high:f64? holm_rmse:f64? verdict:str",
        "data comparison universe seasons player_type kind stat base new",
    ),
    contract(
        "evaluation.ablations",
        "one row per plan, ablation, universe, seasons, player type and statistic, against its reference",
        "data:str plan:str ablation:str reference:str universe:str seasons:str player_type:str stat:str seeds:i16 "
        "n:i32 players:i32 r:f64? r_reference:f64? d_r:f64? d_r_low:f64? d_r_high:f64? holm_r:f64? rmse:f64? "
        "rmse_reference:f64? d_rmse:f64? d_rmse_low:f64? d_rmse_high:f64? holm_rmse:f64? verdict:str",
        "data plan ablation reference universe seasons player_type stat",
    ),
    contract(
        "evaluation.level1", "one row per section, cutoff, arm, reference, seasons, player type, statistic and measure",
        "data:str section:str cutoff:i16 arm:str reference:str seasons:str player_type:str stat:str measure:str n:i32 "
        "value:f64 low:f64? high:f64? holm:f64? verdict:str?",
        "data section cutoff arm reference seasons player_type stat measure",
    ),
    contract(
        "publish.projections", "one row per season, player, side of the ball and system",
        "season:i16 as_of:date player_type:str mlbam_id:i32 fangraphs_id:str? name:str team:str? team_from:str? "
        "system:str opportunities:f64 opportunities_p10:f64? opportunities_p90:f64? ip:f64? ip_p10:f64? ip_p90:f64? "
        f"role:str? starter_chance:f64? role_change:f64? {_published_rates()} identity_source:str archetype:i16?",
        "season player_type mlbam_id system", "season",
    ),
)  # fmt: skip

CONTRACTS = {item.name: item for item in _ALL}
