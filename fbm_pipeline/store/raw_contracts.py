"""The raw tables: columns as their sources name them, typed, with the file each row came from.

Belongs here: names, types and keys of `raw.*`, and the one mapping of all tables. Not here: how a file is read.
A column keeps its source's own spelling (`2B`, `K%`); the few renamed ones are said beside them.
"""

from collections.abc import Iterable

from fbm_pipeline.store.contracts import CONTRACTS, contract
from fbm_pipeline.store.declarations import Table

_FILE_KEY = "season:i16 source_file:str"

_BATTING_COUNTS = "G PA AB H 1B 2B 3B HR R RBI BB IBB SO HBP SF SH GDP SB CS"
_PITCHING_COUNTS = "W L SV GS TBF ER"
_RATES = "AVG:f64? OBP:f64? SLG:f64?"
_PITCHING_RATES = "IP:f64? ERA:f64? FIP:f64? WHIP:f64?"  # IP as published: .1 and .2 are thirds
_MINOR_KEY = (
    "source:str row:i32 season:i16 level:str? name:str team:str? league:str? age:i16? player_id:str? mlbam:i32?"
)
_MINOR_RATES = "BABIP:f64? wOBA:f64? K%:f64? BB%:f64? xwOBA:f64? pitches:f64? whiffs:f64? swings:f64? \
    exit_velocity:f64? hard_hit%:f64? barrel_per_pa%:f64?"


def _nullable(names: str, kind: str) -> str:
    """Columns that a publisher may have left out: whole numbers in lines played, fractions in projected ones."""
    return " ".join(f"{name}:{kind}?" for name in names.split())


_MINOR_BATTING = f"{_nullable(_BATTING_COUNTS, 'i32')} {_RATES} {_MINOR_RATES}"
_PROJECTED = f"{_nullable(_BATTING_COUNTS, 'f64')} {_RATES} {_nullable(_PITCHING_COUNTS, 'f64')} {_PITCHING_RATES}"

_RAW: Iterable[Table] = (
    contract(
        "raw.statcast_pitches", "one row per pitch as Baseball Savant tells it, of every type of game",
        f"{_FILE_KEY} game_pk:i32 game_date:date game_type:str at_bat_number:i16 pitch_number:i16 inning:i8 "
        "inning_topbot:str outs_when_up:i8 balls:i8 strikes:i8 batter:i32 pitcher:i32 stand:str? p_throws:str? "
        "home_team:str away_team:str pitch_type:str? release_speed:f32? release_spin_rate:f32? "
        "release_extension:f32? release_pos_x:f32? release_pos_z:f32? spin_axis:f32? pfx_x:f32? pfx_z:f32? "
        "plate_x:f32? plate_z:f32? sz_top:f32? sz_bot:f32? zone:i8? vx0:f32? vy0:f32? vz0:f32? ax:f32? ay:f32? "
        "az:f32? type:str? description:str events:str? bb_type:str? launch_speed:f32? launch_angle:f32? "
        "hit_distance_sc:f32? hc_x:f32? hc_y:f32? estimated_woba_using_speedangle:f32? "
        "estimated_ba_using_speedangle:f32? woba_value:f32? woba_denom:f32? bat_speed:f32? swing_length:f32? "
        "on_1b:i32? on_2b:i32? on_3b:i32? bat_score:i16? fld_score:i16? home_score:i16? away_score:i16? "
        "post_bat_score:i16? fielder_2:i32? player_name:str? if_fielding_alignment:str? "
        "of_fielding_alignment:str? delta_run_exp:f32? delta_home_win_exp:f32?",
        "game_pk at_bat_number pitch_number", "season source_file",
    ),
    contract(
        "raw.retrosheet_plays", "one row per play of a game; `pa` = 1 marks the plate appearances",
        f"{_FILE_KEY} gid:str pn:i16 event:str inning:i8 top_bot:i8 vis_home:i8? site:str? batteam:str "
        "pitteam:str batter:str pitcher:str bathand:str? pithand:str? balls:i8? strikes:i8? count:str? "
        "pitches:str? pa:i8 ab:i8 single:i8 double:i8 triple:i8 hr:i8 sh:i8 sf:i8 hbp:i8 walk:i8 iw:i8 k:i8 "
        "xi:i8 roe:i8 fc:i8 loc:str? hittype:str? gdp:i8? outs_pre:i8 outs_post:i8 runs:i8 date:date gametype:str",
        "gid pn", "season source_file",
    ),
    contract(
        "raw.batted_ball_physics", "one row per ball in play whose measurement was matched to a Retrosheet play",
        f"{_FILE_KEY} gid:str pn:i16 launch_speed:f32 launch_angle:f32 spray_deg:f32? cost:f32? margin:f32? "
        "confident:bool?",
        "gid pn", "season source_file",
    ),
    # The source numbers neither plate appearances nor pitches: `row` counts its lines from 1. Movement is in inches.
    contract(
        "raw.partial_pitches", "one row per line of a file of pitches of some days, without their place in the game",
        f"{_FILE_KEY} row:i32 game_pk:i32 game_date:date pitcher:i32 batter:i32 p_throws:str? stand:str? "
        "pitch_type:str? balls:i8? strikes:i8? release_speed:f32? pfx_x_inches:f32? pfx_z_inches:f32? plate_x:f32? "
        "plate_z:f32? sz_top:f32? sz_bot:f32? description:str?",
        "source_file row", "season source_file",
    ),
    contract(
        "raw.retrosheet_gameinfo", "one row per game, of every type",
        "source_file:str season:i16 gid:str visteam:str hometeam:str site:str date:date number:i8 "
        "starttime:str? daynight:str? innings:i8? usedh:bool? htbf:bool? timeofgame:i16? attendance:i32? "
        "fieldcond:str? precip:str? sky:str? temp:i16? winddir:str? windspeed:i16? suspend:str? umphome:str? "
        "ump1b:str? ump2b:str? ump3b:str? umplf:str? umprf:str? wp:str? lp:str? save:str? gametype:str "
        "vruns:i16? hruns:i16?",
        "gid",
    ),
    contract(
        "raw.retrosheet_pitching", "one row per pitcher, team, game and kind of record (`value` is the line)",
        "source_file:str season:i16 gid:str id:str team:str p_seq:i16? stattype:str p_ipouts:i16? p_noout:i16? "
        "p_bfp:i16? p_h:i16? p_d:i16? p_t:i16? p_hr:i16? p_r:i16? p_er:i16? p_w:i16? p_iw:i16? p_k:i16? "
        "p_hbp:i16? p_wp:i16? p_bk:i16? p_sh:i16? p_sf:i16? p_sb:i16? p_cs:i16? p_pb:i16? wp:i8? lp:i8? save:i8? "
        "p_gs:i8? p_gf:i8? p_cg:i8? date:date number:i8? site:str? vishome:str? opp:str? win:i8? loss:i8? tie:i8? "
        "gametype:str",
        "gid id team stattype",
    ),
    contract(
        "raw.retrosheet_rosters", "one row per season, team, player and position",
        "source_file:str season:i16 team:str retro_id:str last:str? first:str? bats:str? throws:str? pos:str?",
        "season team retro_id pos",
    ),
    # Not here on purpose: finalGame and the columns of a player's death. They tell the future.
    contract(
        "raw.lahman_people", "one row per person",
        "source_file:str playerID:str birthYear:i16? birthMonth:i8? birthDay:i8? birthCountry:str? nameFirst:str? "
        "nameLast:str nameGiven:str? weight:i16? height:i16? bats:str? throws:str? debut:date? bbrefID:str? "
        "retroID:str?",
        "playerID",
    ),
    contract(
        "raw.lahman_batting", "one row per player, season and stint",
        "source_file:str playerID:str yearID:i16 stint:i8 teamID:str lgID:str? G:i32 AB:i32 R:i32 H:i32 2B:i32 "
        "3B:i32 HR:i32 RBI:i32? SB:i32? CS:i32? BB:i32 SO:i32? IBB:i32? HBP:i32? SH:i32? SF:i32? GIDP:i32?",
        "playerID yearID stint",
    ),
    contract(
        "raw.lahman_pitching", "one row per pitcher, season and stint",
        "source_file:str playerID:str yearID:i16 stint:i8 teamID:str lgID:str? W:i32 L:i32 G:i32 GS:i32 CG:i32 "
        "SHO:i32 SV:i32 IPouts:i32 H:i32 ER:i32 HR:i32 BB:i32 SO:i32 BAOpp:f64? ERA:f64? IBB:i32? WP:i32? HBP:i32? "
        "BK:i32? BFP:i32? GF:i32? R:i32 SH:i32? SF:i32? GIDP:i32?",
        "playerID yearID stint",
    ),
    contract(
        "raw.lahman_appearances", "one row per player, season and team: games by position",
        "source_file:str yearID:i16 teamID:str lgID:str? playerID:str G_all:i32? GS:i32? G_batting:i32? "
        "G_defense:i32? G_p:i32 G_c:i32 G_1b:i32 G_2b:i32 G_3b:i32 G_ss:i32 G_lf:i32 G_cf:i32 G_rf:i32 G_of:i32 "
        "G_dh:i32? G_ph:i32? G_pr:i32?",
        "yearID teamID playerID",
    ),
    contract(
        "raw.lahman_teams", "one row per season and team",
        "source_file:str yearID:i16 lgID:str? teamID:str franchID:str? divID:str? G:i32 W:i32 L:i32 R:i32 AB:i32 "
        "H:i32 2B:i32 3B:i32 HR:i32 BB:i32 SO:i32? HBP:i32? SF:i32? RA:i32? ER:i32? IPouts:i32? HA:i32? HRA:i32? "
        "BBA:i32? SOA:i32? name:str park:str? attendance:i32? BPF:i16? PPF:i16? teamIDBR:str? teamIDretro:str?",
        "yearID teamID",
    ),
    # First and last years played are not here either, for the same reason.
    contract(
        "raw.register", "one row per person of the Chadwick register",
        "source_file:str key_person:str key_mlbam:i32? key_retro:str? key_bbref:str? key_bbref_minors:str? "
        "key_fangraphs:i32? name_last:str? name_first:str? name_given:str? birth_year:i16? birth_month:i8? "
        "birth_day:i8?",
        "key_person",
    ),
    contract(
        "raw.milb_batting", "one row per line of a file of minor-league batting lines",
        f"source_file:str {_MINOR_KEY} {_MINOR_BATTING} GB/FB:f64? LD%:f64? HR/FB:f64? SwStr%:f64?",
        "source_file row",
    ),
    contract(
        "raw.milb_pitching", "one row per line of a file of minor-league pitching lines; AB, H and so on are allowed",
        f"source_file:str {_MINOR_KEY} {_MINOR_BATTING} {_nullable(_PITCHING_COUNTS, 'i32')} "
        f"{_PITCHING_RATES} release_speed:f64? release_spin_rate:f64?",
        "source_file row",
    ),
    # `club` is the code of core.games, the only column that is not the source's own spelling.
    contract(
        "raw.club_rosters", "one row per roster date, club and player: the clubs' 40-man rosters",
        "source_file:str as_of:date mlbam:i32 club:str name:str position:str? status:str?",
        "as_of mlbam",
    ),
    contract(
        "raw.public_projections", "one row per season, side of the ball, public system, snapshot and player",
        f"source_file:str season:i16 player_type:str system:str snapshot:str source:str? name:str? team:str? "
        f"fangraphs_id:str mlbam_id:i32? {_PROJECTED} wOBA:f64?",
        "season player_type system snapshot fangraphs_id",
    ),
)  # fmt: skip

RAW_CONTRACTS: dict[str, Table] = {item.name: item for item in _RAW}

ALL_CONTRACTS: dict[str, Table] = {**RAW_CONTRACTS, **CONTRACTS}
