"""The columns and types of every file that the simulated league writes, as the public sources name them.

Belongs here: names, types, and how a table of them reaches the disk. Not here: what the values are.
"""

import csv
import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fbm_pipeline.store.columns import TYPES

Value = TypeVar("Value")


def columns(text: str) -> pa.Schema:
    """A schema from `name:type|name:type`; names may hold blanks and signs, as FanGraphs' do."""
    pairs = (item.rsplit(":", 1) for item in text.split("|"))
    return pa.schema([pa.field(name, TYPES[kind]) for name, kind in pairs])


STATCAST = columns(
    "game_pk:i64|game_date:date|game_type:str|at_bat_number:i64|pitch_number:i64|inning:i64|"
    "inning_topbot:str|outs_when_up:i64|balls:i64|strikes:i64|batter:i64|pitcher:i64|stand:str|"
    "p_throws:str|home_team:str|away_team:str|pitch_type:str|release_speed:f64|release_spin_rate:f64|"
    "release_extension:f64|release_pos_x:f64|release_pos_z:f64|spin_axis:f64|pfx_x:f64|pfx_z:f64|"
    "plate_x:f64|plate_z:f64|sz_top:f64|sz_bot:f64|zone:f64|vx0:f64|vy0:f64|vz0:f64|ax:f64|ay:f64|"
    "az:f64|type:str|description:str|events:str|bb_type:str|launch_speed:f64|launch_angle:f64|"
    "hit_distance_sc:f64|hc_x:f64|hc_y:f64|estimated_woba_using_speedangle:f64|"
    "estimated_ba_using_speedangle:f64|woba_value:f64|woba_denom:f64|bat_speed:f64|swing_length:f64|"
    "on_1b:f64|on_2b:f64|on_3b:f64|bat_score:i64|fld_score:i64|home_score:i64|away_score:i64|"
    "post_bat_score:i64|fielder_2:i64|player_name:str|if_fielding_alignment:str|"
    "of_fielding_alignment:str|delta_run_exp:f64|delta_home_win_exp:f64"
)

PLAYS = columns(
    "gid:str|pn:i16|event:str|inning:i8|top_bot:i8|vis_home:i8|site:str|batteam:str|pitteam:str|"
    "batter:str|pitcher:str|bathand:str|pithand:str|balls:i8|strikes:i8|count:str|pitches:str|pa:i8|"
    "ab:i8|single:i8|double:i8|triple:i8|hr:i8|sh:i8|sf:i8|hbp:i8|walk:i8|iw:i8|k:i8|xi:i8|roe:i8|"
    "fc:i8|loc:str|hittype:str|gdp:i8|outs_pre:i8|outs_post:i8|runs:i8|date:str|gametype:str"
)

GAMEINFO = columns(
    "gid:str|visteam:str|hometeam:str|site:str|date:i64|number:i64|starttime:str|daynight:str|"
    "innings:f64|tiebreaker:f64|usedh:bool|htbf:str|timeofgame:i64|attendance:i64|fieldcond:str|"
    "precip:str|sky:str|temp:i64|winddir:str|windspeed:i64|oscorer:str|forfeit:f64|suspend:f64|"
    "umphome:str|ump1b:str|ump2b:str|ump3b:str|umplf:str|umprf:str|wp:str|lp:str|save:str|"
    "gametype:str|vruns:i64|hruns:i64|wteam:str|lteam:str|line:str|batteries:str|lineups:str|box:str|"
    "pbp:str|season:i64"
)

PITCHING_LINES = columns(
    "gid:str|id:str|team:str|p_seq:i64|stattype:str|p_ipouts:i64|p_noout:i64|p_bfp:i64|p_h:i64|"
    "p_d:i64|p_t:i64|p_hr:i64|p_r:i64|p_er:i64|p_w:i64|p_iw:i64|p_k:i64|p_hbp:i64|p_wp:i64|p_bk:i64|"
    "p_sh:i64|p_sf:i64|p_sb:i64|p_cs:i64|p_pb:i64|wp:f64|lp:f64|save:f64|p_gs:f64|p_gf:f64|p_cg:f64|"
    "date:i64|number:i64|site:str|vishome:str|opp:str|win:i64|loss:i64|tie:i64|gametype:str|box:str|"
    "pbp:str|season:i64"
)

ROSTERS = columns("season:i64|team:str|retro_id:str|last:str|first:str|bats:str|throws:str|pos:str")

PHYSICS = columns("gid:str|pn:i16|launch_speed:f32|launch_angle:i64|spray_deg:f32|cost:f32|margin:f32|confident:bool")

PEOPLE = columns(
    "playerID:str|birthYear:i64|birthMonth:i64|birthDay:i64|birthCity:str|birthCountry:str|"
    "birthState:str|deathYear:i64|deathMonth:i64|deathDay:i64|deathCountry:str|deathState:str|"
    "deathCity:str|nameFirst:str|nameLast:str|nameGiven:str|weight:i64|height:i64|bats:str|"
    "throws:str|debut:str|bbrefID:str|finalGame:str|retroID:str|deathDate:str|birthDate:str"
)

BATTING = columns(
    "playerID:str|yearID:i32|stint:i32|teamID:str|lgID:str|G:i32|AB:i32|R:i32|H:i32|2B:i32|3B:i32|"
    "HR:i32|RBI:i64|SB:i64|CS:i64|BB:i32|SO:i64|IBB:i64|HBP:i64|SH:i64|SF:i64|GIDP:i64"
)

PITCHING = columns(
    "playerID:str|yearID:i32|stint:i32|teamID:str|lgID:str|W:i32|L:i32|G:i32|GS:i32|CG:i32|SHO:i32|"
    "SV:i32|IPouts:i32|H:i32|ER:i32|HR:i32|BB:i32|SO:i32|BAOpp:f64|ERA:f64|IBB:i64|WP:i32|HBP:i64|"
    "BK:i32|BFP:i64|GF:i32|R:i32|SH:i64|SF:i64|GIDP:i64"
)

APPEARANCES = columns(
    "yearID:i32|teamID:str|lgID:str|playerID:str|G_all:i32|GS:i64|G_batting:i32|G_defense:i64|"
    "G_p:i32|G_c:i32|G_1b:i32|G_2b:i32|G_3b:i32|G_ss:i32|G_lf:i32|G_cf:i32|G_rf:i32|G_of:i32|"
    "G_dh:i64|G_ph:i64|G_pr:i64"
)

TEAMS = columns(
    "yearID:i32|lgID:str|teamID:str|franchID:str|divID:str|Rank:i32|G:i32|Ghome:i64|W:i32|L:i32|"
    "DivWin:str|WCWin:str|LgWin:str|WSWin:str|R:i32|AB:i32|H:i32|2B:i32|3B:i32|HR:i32|BB:i32|SO:i64|"
    "SB:i64|CS:i64|HBP:i64|SF:i64|RA:i32|ER:i32|ERA:f64|CG:i32|SHO:i32|SV:i32|IPouts:i32|HA:i32|"
    "HRA:i32|BBA:i32|SOA:i32|E:i32|DP:i32|FP:f64|name:str|park:str|attendance:i64|BPF:i32|PPF:i32|"
    "teamIDBR:str|teamIDlahman45:str|teamIDretro:str"
)

REGISTER = columns(
    "key_person:str|key_mlbam:i64|key_retro:str|key_bbref:str|key_bbref_minors:str|key_fangraphs:i64|"
    "key_npb:f64|key_sr_nfl:str|key_sr_nba:str|key_sr_nhl:str|name_last:str|name_first:str|"
    "name_given:str|birth_year:i64|birth_month:i64|birth_day:i64"
)

MILB_HITTERS = columns(
    "Season:i64|Name:str|Team:str|Level:str|Age:i64|G:i64|AB:i64|PA:i64|H:i64|1B:i64|2B:i64|3B:i64|"
    "HR:i64|R:i64|RBI:i64|BB:i64|IBB:i64|SO:i64|HBP:i64|SF:i64|SH:i64|GDP:i64|SB:i64|CS:i64|AVG:f64|"
    "PlayerId:str|BB%:f64|K%:f64|BB/K:f64|OBP:f64|SLG:f64|OPS:f64|ISO:f64|Spd:f64|BABIP:f64|wSB:f64|"
    "wRC:f64|wRAA:f64|wOBA:f64|wRC+:f64|mlbam:i64"
)

MILB_HITTER_RATES = columns(
    "Name:str|Level:str|Age:i64|PA:i64|GB/FB:f64|LD%:f64|HR/FB:f64|SwStr%:f64|BB%:f64|K%:f64|"
    "PlayerId:str|Season:i64|mlbam:i64"
)

MILB_SAVANT_BATTERS = columns(
    "Player:str|Pitches:i64|Total:i64|Pitch %:f64|PA:i64|AB:i64|BIP:i64|Hits:i64|1B:i64|2B:i64|"
    "3B:i64|HR:i64|SO:i64|K%:f64|BB:i64|BB%:f64|Whiffs:i64|Swings:i64|BA:f64|xBA:f64|OBP:f64|"
    "xOBP:f64|SLG:f64|xSLG:f64|wOBA:f64|xwOBA:f64|Barrels:i64|BABIP:f64|ISO:f64|Whiff%:f64|"
    "EV (MPH):f64|Adj. EV (MPH):f64|LA (°):i64|Dist (ft):i64|Hard Hit%:f64|Barrel/BBE%:f64|"
    "Barrel/PA%:f64|Year:i64|season:i64"
)

MILB_SAVANT_PITCHERS = columns(
    "Player:str|Pitches:i64|Total:i64|Pitch %:f64|PA:i64|AB:i64|BIP:i64|Hits:i64|1B:i64|2B:i64|"
    "3B:i64|HR:i64|SO:i64|K%:f64|BB:i64|BB%:f64|Whiffs:i64|Swings:i64|"
    "Downward Movement w/ Gravity (in):f64|Glove/Arm-Side Movement (in):str|"
    "Vertical Movement w/o Gravity (in):f64|Movement Toward/Away from Batter (in):str|BA:f64|xBA:f64|"
    "OBP:f64|xOBP:f64|SLG:f64|xSLG:f64|wOBA:f64|xwOBA:f64|Barrels:i64|BABIP:f64|ISO:f64|Whiff%:f64|"
    "Pitch (MPH):f64|Perceived Velocity:f64|Spin (RPM):i64|Vertical Release Pt (ft):f64|"
    "Horizontal Release Pt (ft):f64|Extension (ft):f64|PX (ft):f64|PZ (ft):f64|EV (MPH):f64|"
    "Adj. EV (MPH):f64|LA (°):i64|Dist (ft):i64|Hard Hit%:f64|Barrel/BBE%:f64|Barrel/PA%:f64|"
    "Year:i64|season:i64"
)

PROJECTED_HITTERS = columns(
    "season:i64|system:str|snapshot:str|source:str|name:str|team:str|fg_id:str|PA:f64|AB:f64|H:f64|"
    "2B:f64|3B:f64|HR:f64|R:f64|RBI:f64|BB:f64|SO:f64|HBP:f64|SB:f64|CS:f64|AVG:f64|OBP:f64|SLG:f64|"
    "OPS:f64|wOBA:f64|WAR:f64|G:f64|ADP:f64|IBB:f64|SF:f64|SH:f64|BABIP:f64|mlbam:i64|bbref:str|"
    "retro:str"
)

PROJECTED_PITCHERS = columns(
    "season:i64|system:str|snapshot:str|source:str|name:str|team:str|fg_id:str|W:f64|L:f64|SV:f64|"
    "GS:f64|G:f64|IP:f64|H:f64|ER:f64|HR:f64|BB:f64|SO:f64|ERA:f64|FIP:f64|WHIP:f64|WAR:f64|HLD:f64|"
    "ADP:f64|QS:f64|HBP:f64|TBF:f64|R:f64|IBB:f64|AVG:f64|BABIP:f64|mlbam:i64|bbref:str|retro:str"
)

_SAVANT_CSV = (
    "pitch_type game_date release_speed release_pos_x release_pos_z player_name batter pitcher "
    "events description spin_dir spin_rate_deprecated break_angle_deprecated break_length_deprecated "
    "zone des game_type stand p_throws home_team away_team type hit_location bb_type balls strikes "
    "game_year pfx_x pfx_z plate_x plate_z on_3b on_2b on_1b outs_when_up inning inning_topbot hc_x "
    "hc_y tfs_deprecated tfs_zulu_deprecated fielder_2 umpire sv_id vx0 vy0 vz0 ax ay az sz_top "
    "sz_bot hit_distance_sc launch_speed launch_angle effective_speed release_spin_rate "
    "release_extension game_pk pitcher_1 fielder_2_1 fielder_3 fielder_4 fielder_5 fielder_6 "
    "fielder_7 fielder_8 fielder_9 release_pos_y estimated_ba_using_speedangle "
    "estimated_woba_using_speedangle woba_value woba_denom babip_value iso_value launch_speed_angle "
    "at_bat_number pitch_number pitch_name home_score away_score bat_score fld_score post_away_score "
    "post_home_score post_bat_score post_fld_score if_fielding_alignment of_fielding_alignment "
    "spin_axis delta_home_win_exp delta_run_exp bat_speed swing_length"
)
SAVANT_CSV_HEADER = tuple(_SAVANT_CSV.split())

TRUE_TALENT = columns(
    "season:i16|player_type:str|mlbam_id:i32|name:str|age:f64|so_rate:f64|bb_rate:f64|hbp_rate:f64|"
    "hr_rate:f64|single_rate:f64|double_rate:f64|triple_rate:f64|h_rate:f64|obp:f64|platoon:f64|"
    "exit_velocity:f64|velocity:f64"
)


def renamed(counts: Mapping[str, Value], names: str) -> dict[str, Value]:
    """Counts under a file's own names, from `name:count name:count`."""
    return {name: counts[count] for name, count in (pair.split(":") for pair in names.split())}


def table(schema: pa.Schema, values: Mapping[str, object]) -> pa.Table:
    """A table of `schema`; columns without values are null. Raises KeyError for a value without a column."""
    unknown = set(values) - set(schema.names)
    if unknown:
        raise KeyError(f"columns {sorted(unknown)} are not in the format {schema.names}")
    rows = len(next(iter(values.values())))  # type: ignore[arg-type]
    arrays = []
    for field in schema:
        column = values.get(field.name)
        if column is None:
            arrays.append(pa.nulls(rows, field.type))
        else:
            arrays.append(_array(column, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: object, kind: pa.DataType) -> pa.Array:
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        array = pa.array(values, from_pandas=True)  # NaN is how the arrays say null
        return array.cast(kind)
    if isinstance(values, pa.Array):
        return values.cast(kind)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return pa.array(values).cast(kind)
    return pa.array(values, type=kind, from_pandas=True)


def write_parquet(path: Path, schema: pa.Schema, values: Mapping[str, object]) -> int:
    """Write one file; the same values always give the same bytes. Returns the number of rows."""
    made = table(schema, values)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(made, path, compression="zstd")
    return int(made.num_rows)


def write_savant_csv(path: Path, rows: pa.Table) -> int:
    """Write Statcast rows as Savant's download: every column of its header, gzip, `NA` for a missing number.

    Columns that the simulation does not know are missing throughout; a missing text is empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SAVANT_CSV_HEADER)
    filled: list[list[object]] = []
    for name in SAVANT_CSV_HEADER:
        if name not in rows.column_names:
            filled.append(["NA"] * rows.num_rows)
            continue
        missing = "" if pa.types.is_string(rows.schema.field(name).type) else "NA"
        filled.append([missing if value is None else _plain(value) for value in rows[name].to_pylist()])
    writer.writerows(zip(*filled, strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    # A fixed time in the header: the same league is the same bytes.
    path.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=6, mtime=0))
    return int(rows.num_rows)


def _plain(value: object) -> object:
    """Whole numbers without a point, as Savant writes them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
