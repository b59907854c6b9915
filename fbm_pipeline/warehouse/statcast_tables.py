"""Raw tables of measured pitches and batted balls: Baseball Savant's files, and what was matched to Retrosheet's plays.

Positions and movement are seen from behind the plate: x grows to the catcher's right, y toward the mound, z upward.
"""

from fbm_pipeline.store.columns import Column, columns, for_people, optional, optional_for_people
from fbm_pipeline.warehouse.raw import SEASON, SOURCE_FILE, RawTable

_BATTER = Column("batter", "i32", "id", "the batter's MLBAM id")
_PITCHER = Column("pitcher", "i32", "id", "the pitcher's MLBAM id")
_GAME_PK = Column("game_pk", "i32", "id", "MLB's number of the game")
_GAME_DATE = Column("game_date", "date", "date", "the day on which the game was played")
_STAND = optional("stand", "str", "word", "the side that the batter stood on: L or R")
_P_THROWS = optional("p_throws", "str", "word", "the hand that the pitcher threw with: L or R")
_PITCH_TYPE = optional("pitch_type", "str", "word", "MLB's code of the kind of pitch, such as FF or SL")
_RELEASE_SPEED = optional("release_speed", "f32", "mph", "speed of the pitch out of the hand")
_PLATE_X = optional("plate_x", "f32", "feet", "where the pitch crossed the plate, sideways from its middle")
_PLATE_Z = optional("plate_z", "f32", "feet", "height at which the pitch crossed the plate")
_SZ_TOP = optional("sz_top", "f32", "feet", "upper edge of the batter's strike zone")
_SZ_BOT = optional("sz_bot", "f32", "feet", "lower edge of the batter's strike zone")

STATCAST_PITCHES = RawTable(
    "raw.statcast_pitches",
    grain="one row per pitch as Baseball Savant publishes it, of every type of game",
    description="Pitches as Baseball Savant prints them, a partition per file.",
    columns=(
        SEASON,
        SOURCE_FILE,
        _GAME_PK,
        _GAME_DATE,
        Column("game_type", "str", "word", "R regular season, S spring, F D L W postseason, A all-star, E exhibition"),
        Column("at_bat_number", "i16", "PA", "number of the plate appearance in the game, from 1"),
        Column("pitch_number", "i16", "pitches", "number of the pitch in the plate appearance, from 1"),
        Column("inning", "i8", "innings", "the inning, from 1"),
        Column("inning_topbot", "str", "word", "half of the inning: Top or Bot"),
        Column("outs_when_up", "i8", "outs", "outs before the pitch"),
        Column("balls", "i8", "pitches", "balls before the pitch"),
        Column("strikes", "i8", "pitches", "strikes before the pitch"),
        _BATTER,
        _PITCHER,
        _STAND,
        _P_THROWS,
        Column("home_team", "str", "word", "Savant's code of the home club"),
        Column("away_team", "str", "word", "Savant's code of the visiting club"),
        _PITCH_TYPE,
        _RELEASE_SPEED,
        optional("release_spin_rate", "f32", "rpm", "spin of the pitch out of the hand"),
        optional("release_extension", "f32", "feet", "how far before the rubber the pitch was released"),
        optional("release_pos_x", "f32", "feet", "sideways place of the release, from the plate's middle"),
        optional("release_pos_z", "f32", "feet", "height of the release"),
        optional("spin_axis", "f32", "degrees", "tilt of the spin: 180 is pure backspin, 0 pure topspin"),
        optional("pfx_x", "f32", "feet", "sideways movement by spin"),
        optional("pfx_z", "f32", "feet", "upward movement by spin, gravity taken out"),
        _PLATE_X,
        _PLATE_Z,
        _SZ_TOP,
        _SZ_BOT,
        optional_for_people("zone", "i8", "word", "1 to 9 within the strike zone, 11 to 14 outside"),
        *columns("vx0 vy0 vz0", "f32", "ft/s", "{}: velocity 50 feet from the plate", nullable=True, for_people=True),
        *columns(
            "ax ay az", "f32", "ft/s^2", "{}: acceleration 50 feet from the plate", nullable=True, for_people=True
        ),
        optional_for_people("type", "str", "word", "B ball, S strike, X in play"),
        Column("description", "str", "word", "Savant's word for the result of the pitch"),
        optional("events", "str", "word", "Savant's word for what the pitch ended; null within a plate appearance"),
        optional("bb_type", "str", "word", "ground_ball, line_drive, fly_ball or popup"),
        optional("launch_speed", "f32", "mph", "speed of the batted ball off the bat"),
        optional("launch_angle", "f32", "degrees", "angle of the batted ball above the ground"),
        optional("hit_distance_sc", "f32", "feet", "projected distance of the batted ball"),
        optional("hc_x", "f32", "Savant's map", "where the batted ball was fielded, across; the plate is at 125.42"),
        optional("hc_y", "f32", "Savant's map", "where the batted ball was fielded, downward; the plate is at 198.27"),
        optional_for_people("estimated_woba_using_speedangle", "f32", "wOBA", "expected wOBA by speed and angle"),
        optional_for_people("estimated_ba_using_speedangle", "f32", "H per AB", "expected average by speed and angle"),
        optional_for_people("woba_value", "f32", "wOBA", "what the plate appearance adds to the numerator of wOBA"),
        optional_for_people("woba_denom", "f32", "PA", "what the plate appearance adds to the denominator of wOBA"),
        optional("bat_speed", "f32", "mph", "speed of the bat's sweet spot at contact"),
        optional("swing_length", "f32", "feet", "way of the bat's head from the start of the swing to contact"),
        *columns("on_1b on_2b on_3b", "i32", "id", "{}: the runner on that base before the pitch", nullable=True),
        optional("bat_score", "i16", "runs", "the batting club's runs before the pitch"),
        optional("fld_score", "i16", "runs", "the fielding club's runs before the pitch"),
        optional_for_people("home_score", "i16", "runs", "the home club's runs before the pitch"),
        optional_for_people("away_score", "i16", "runs", "the visitors' runs before the pitch"),
        optional("post_bat_score", "i16", "runs", "the batting club's runs after the pitch"),
        optional_for_people("fielder_2", "i32", "id", "the catcher's MLBAM id"),
        optional_for_people("player_name", "str", "name", "the pitcher as `Last, First`"),
        optional_for_people("if_fielding_alignment", "str", "word", "alignment of the infielders"),
        optional_for_people("of_fielding_alignment", "str", "word", "alignment of the outfielders"),
        optional_for_people("delta_run_exp", "f32", "runs", "change of the expected runs by the pitch"),
        optional_for_people("delta_home_win_exp", "f32", "share", "change of the home club's chance to win"),
    ),
    key=("game_pk", "at_bat_number", "pitch_number"),
    partition_by=("season", "source_file"),
    code=("fbm_pipeline.sources.statcast:read_statcast",),
    files="statcast",
    game="game_pk",
)

BATTED_BALL_PHYSICS = RawTable(
    "raw.batted_ball_physics",
    grain="one row per ball in play whose measurement was matched to a Retrosheet play",
    description="Exit velocity, launch angle and spray of balls in play, keyed to Retrosheet's plays.",
    columns=(
        SEASON,
        SOURCE_FILE,
        Column("gid", "str", "id", "Retrosheet's id of the game"),
        Column("pn", "i16", "plays", "number of the play in the game"),
        Column("launch_speed", "f32", "mph", "speed of the batted ball off the bat"),
        Column("launch_angle", "f32", "degrees", "angle of the batted ball above the ground"),
        optional("spray_deg", "f32", "degrees", "side of the field: 0 is the foul line of the pull side, 90 the other"),
        optional_for_people("cost", "f32", "1", "how badly the measurement fits the play; 0 fits"),
        optional_for_people("margin", "f32", "1", "how much worse the next best play fits"),
        optional_for_people("confident", "bool", "yes/no", "whether the match is beyond doubt"),
    ),
    key=("gid", "pn"),
    partition_by=("season", "source_file"),
    code=("fbm_pipeline.sources.retrosheet:read_batted_ball_physics",),
    files="batted_ball_physics",
    game="gid",
)

# The source numbers neither plate appearances nor pitches.
PARTIAL_PITCHES = RawTable(
    "raw.partial_pitches",
    grain="one row per line of a file of pitches of some days, without their place in the game",
    description="Velocity and movement of some days' pitches, for seasons without whole Statcast files.",
    columns=(
        SEASON,
        SOURCE_FILE,
        Column("row", "i32", "rows", "number of the line in its file, from 1", for_people=True),
        _GAME_PK,
        _GAME_DATE,
        _PITCHER,
        _BATTER,
        _P_THROWS,
        *for_people((_STAND,)),
        _PITCH_TYPE,
        optional_for_people("balls", "i8", "pitches", "balls before the pitch"),
        optional_for_people("strikes", "i8", "pitches", "strikes before the pitch"),
        _RELEASE_SPEED,
        optional("pfx_x_inches", "f32", "inches", "sideways movement by spin"),
        optional("pfx_z_inches", "f32", "inches", "upward movement by spin, gravity taken out"),
        *for_people((_PLATE_X, _PLATE_Z, _SZ_TOP, _SZ_BOT)),
        optional_for_people("description", "str", "word", "the source's word for the result of the pitch"),
    ),
    key=("source_file", "row"),
    partition_by=("season", "source_file"),
    code=("fbm_pipeline.sources.statcast:read_partial_pitches",),
    files="partial_pitches",
    game="game_pk",
)
