"""What every table holds that its room does not declare yet: columns, types, grain, key and partitions.

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


_PLAYER_KEY = "season:i16 player_type:str as_of:date mlbam_id:i32"
_PLAYING_TIME = (
    f"{_PLAYER_KEY} opportunities:f64 p10:f64 p50:f64 p90:f64 if_regular:f64? outs:f64? outs_p10:f64? "
    "outs_p90:f64? role:str? starter_chance:f64? role_change:f64? "
    "trained_from:i16 trained_until:i16 n:i32"
)
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


# What features.sequence_counts counts, in the order of its columns: pitches, turns, batted balls.
_SEQUENCE_COUNTS = (
    "pitches swings whiffs fouls called_strikes balls bunt_attempts first_pitches first_pitch_strikes "
    "first_pitch_swings two_strike_pitches two_strike_swings two_strike_whiffs two_strike_fouls "
    "two_strike_called_strikes three_ball_pitches three_ball_balls ahead_pitches ahead_swings ahead_strikes "
    "late_pitches late_swings late_whiffs late_balls pa so bb ibb hbp hr h counted_pa counted_pitches counted_balls "
    "two_strike_pa two_strike_so three_ball_pa three_ball_bb left_pa left_so left_bb left_hr left_h right_pa right_so "
    "right_bb right_hr right_h known_stand_pa left_stand_pa known_throws_pa left_throws_pa late_pa late_so late_bb "
    "late_hr late_h index_0_pa index_3_pa index_6_pa index_9_pa index_12_pa index_15_pa index_18_pa index_24_pa "
    "balls_in_play hits_in_play typed_balls ground_balls line_drives fly_balls popups ground_hits "
    "fielded_ground_balls infield_hits ground_errors ground_double_plays line_hits fly_hits fly_hr air_hr "
    "air_extra_bases triples sided_balls pulled opposite sided_ground_balls ground_pulled ground_opposite "
    "sided_air_balls air_pulled air_opposite air_pulled_hr bunts bunt_hits"
)
SEQUENCE_COUNTS = tuple(_SEQUENCE_COUNTS.split())
OPPONENT_SUMS = ("opponents_so", "opponents_bb", "opponents_hr", "opponents_h")  # of the opponents' rates, by PA


def _sequence_columns() -> str:
    return " ".join([*(f"{name}:i32" for name in SEQUENCE_COUNTS), *(f"{name}:f64" for name in OPPONENT_SUMS)])


_ALL: Iterable[Table] = (
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
        "features.park_factors",
        "one row per season, park and component; from the three seasons before, both sides batting",
        "season:i16 as_of:date park_id:str component:str factor:f64 observed:f64 expected:f64 pa:i32 elsewhere_pa:i32 "
        "seasons:i8",
        "season park_id component", "season",
    ),
    contract(
        "features.physics_counts",
        "one row per season, side of the ball and player whose batted balls or pitches were measured; sums to be added",
        "season:i16 player_type:str mlbam_id:i32 balls_in_play:i32 measured:i32 speed:f64 angle:f64 "
        "at_least_80:i32 at_least_85:i32 at_least_90:i32 hard_hit:i32 at_least_100:i32 at_least_105:i32 "
        "at_least_110:i32 sweet_spot:i32 barrels:i32 air:i32 air_speed:f64 sprayed:i32 pulled:i32 opposite:i32 "
        "pulled_air:i32 pitches:i32 fastballs:i32 fastball_speed:f64 fastball_rise:f64 fastball_run:f64 "
        "fastball_spins:i32 fastball_spin:f64 breaking:i32 breaking_speed:f64 breaking_rise:f64 breaking_run:f64 "
        "offspeed:i32 offspeed_speed:f64 offspeed_rise:f64 offspeed_run:f64",
        "season player_type mlbam_id", "season",
    ),
    contract(
        "features.sequence_counts", "one row per season, side of the ball and player with a pitch or plate appearance",
        f"season:i16 player_type:str mlbam_id:i32 {_sequence_columns()}",
        "season player_type mlbam_id", "player_type season",
    ),
    contract(
        "features.control_rates", "one row per player, side of the ball, as-of date, control and statistic",
        f"{_PLAYER_KEY} system:str statistic:str rate:f64 trained_from:i16 trained_until:i16 n:i32",
        "player_type mlbam_id as_of system statistic", "player_type season",
    ),
    contract(
        "features.playing_time",
        "one row per player, side of the ball and as-of date; opportunities are PA or BF, outs and roles of pitchers",
        _PLAYING_TIME,
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
        "features.newcomer_playing_time",
        "one row per newcomer, side of the ball and as-of date; the columns of features.playing_time",
        _PLAYING_TIME,
        "player_type mlbam_id as_of", "player_type season",
    ),
    contract(
        "features.learned_blocks",
        "one row per block, encoder's cutoff, season, side of the ball and player; what the season's games say of him",
        "block:str cutoff:i16 season:i16 player_type:str mlbam_id:i32 plate_appearances:f32 vector:[f32]",
        "block cutoff season player_type mlbam_id", "block cutoff",
    ),
    contract(
        "models.pa_embeddings", "one row per encoder's cutoff and plate appearance; embedding is little-endian float16",
        "cutoff:i16 season:i16 month:i8 game_id:str plate_appearance:i16 encoder:str embedding:bin",
        "cutoff game_id plate_appearance", "cutoff season month",
    ),
    contract(
        "models.season_embeddings",
        "one row per encoder, season, side of the ball and player; the mean over his plate appearances",
        "arm:str cutoff:i16 season:i16 player_type:str mlbam_id:i32 plate_appearances:i32 encoder:str embedding:[f32]",
        "arm cutoff season player_type mlbam_id", "arm cutoff season",
    ),
    contract(
        "models.player_vectors",
        "one row per cutoff, player, side of the ball and as-of date; from plate appearances before as_of only",
        f"cutoff:i16 {_PLAYER_KEY} plate_appearances:i32 last_season:i16 mean:[f32] sd:[f32] decoder:str",
        "cutoff player_type mlbam_id as_of", "cutoff",
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
