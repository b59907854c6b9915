"""The core tables of games, made by the month: what happened in each. What each reads follows from its recipes."""

from collections.abc import Mapping

from fbm_pipeline.store.columns import GAME_KEY, MLBAM_ID, PLATE_APPEARANCE, PLAYER_TYPE, Column, for_people, optional
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.store.windows import Window, same_season
from fbm_pipeline.warehouse.core_tables import RUNS, line_counts
from fbm_pipeline.warehouse.recipes import reads_of
from fbm_pipeline.warehouse.season_games import SOURCES

_WAREHOUSE = "fbm_pipeline.warehouse"

BATTER_ID = Column("batter_id", "i32", "id", "the batter's MLBAM id")
PITCHER_ID = Column("pitcher_id", "i32", "id", "the pitcher's MLBAM id")
INNING = Column("inning", "i8", "innings", "the inning, from 1")
IS_TOP = Column("is_top", "bool", "yes/no", "whether the visitors bat")
STAND = optional("stand", "str", "word", "the side that the batter stood on: L or R")
THROWS = optional("throws", "str", "word", "the hand that the pitcher threw with: L or R")
PARK_ID = optional("park_id", "str", "id", "Retrosheet's code of the park")
OUTCOME = Column("outcome", "str", "word", "how the plate appearance ended, of baseball.events.OUTCOMES")
HIT_TYPE = optional("hit_type", "str", "word", "ground_ball, line_drive, fly_ball or popup")
IS_BUNT = Column("is_bunt", "bool", "yes/no", "whether the ball was bunted")
LAUNCH = (
    optional("launch_speed", "f32", "mph", "speed of the ball in play off the bat"),
    optional("launch_angle", "f32", "degrees", "angle of the ball in play above the ground"),
    optional("spray_deg", "f32", "degrees", "side of the field: 0 is the foul line of the pull side, 90 the other"),
)


def _recipes(table: str) -> str:
    return f"{_WAREHOUSE}.recipes:{table.removeprefix('core.').upper()}"


def _of_games(name: str, grain: str, description: str, columns: tuple[Column, ...], key: tuple[str, ...]) -> Table:
    """A table of games, made by the month (months); which raw table is its source, the contents of both decide."""
    sources: Mapping[str, Window] = {table: same_season(optional=True) for table in SOURCES.values()}
    return Table(
        name,
        grain=grain,
        description=description,
        columns=(*GAME_KEY, *columns),
        key=key,
        partition_by=("season", "month"),
        reads={**reads_of(name), **sources},
        code=(f"{_WAREHOUSE}.core:season_rows", f"{_WAREHOUSE}.season_games:season_games", _recipes(name)),
        seasons=f"{_WAREHOUSE}.season_games:played_seasons",
    )


GAMES = _of_games(
    "core.games",
    "one row per regular-season game",
    "Regular-season games; a season comes from one source.",
    (
        Column("number", "i8", "games", "0 for the day's only game, 1 and 2 in a doubleheader"),
        Column("home_team", "str", "word", "the home club, of baseball.teams"),
        Column("away_team", "str", "word", "the visitors, of baseball.teams"),
        PARK_ID,
    ),
    ("game_id",),
)

PITCHES = _of_games(
    "core.pitches",
    "one row per pitch of a regular-season game; physics is null where it was not measured",
    # Pitches to a batter whose turn the inning's end cut short are among them.
    "Pitches of both sources in one table; physics where it was measured.",
    (
        PLATE_APPEARANCE,
        Column("pitch_number", "i8", "pitches", "its number in the plate appearance, from 1"),
        BATTER_ID,
        PITCHER_ID,
        *for_people((INNING, IS_TOP)),
        STAND,
        THROWS,
        Column(
            "outs", "i8", "outs", "outs when the plate appearance or, in Statcast, the pitch began", for_people=True
        ),
        Column("balls", "i8", "pitches", "balls before the pitch, 3 at most"),
        Column("strikes", "i8", "pitches", "strikes before the pitch, 2 at most"),
        Column("result", "str", "word", "what came of the pitch, of baseball.events.PITCH_RESULTS"),
        optional("pitch_type", "str", "word", "MLB's code of the kind of pitch, such as FF or SL"),
        optional("release_speed", "f32", "mph", "speed out of the hand"),
        optional("release_spin_rate", "f32", "rpm", "spin out of the hand"),
        optional("release_extension", "f32", "feet", "how far before the rubber it was released"),
        optional("release_pos_x", "f32", "feet", "sideways place of the release, to the catcher's right"),
        optional("release_pos_z", "f32", "feet", "height of the release"),
        optional("spin_axis", "f32", "degrees", "tilt of the spin: 180 is pure backspin, 0 pure topspin"),
        optional("pfx_x", "f32", "feet", "sideways movement by spin, to the catcher's right"),
        optional("pfx_z", "f32", "feet", "upward movement by spin, gravity taken out"),
        optional("plate_x", "f32", "feet", "where it crossed the plate, to the catcher's right of its middle"),
        optional("plate_z", "f32", "feet", "height at which it crossed the plate"),
        optional("sz_top", "f32", "feet", "upper edge of the batter's strike zone"),
        optional("sz_bot", "f32", "feet", "lower edge of the batter's strike zone"),
        optional("bat_speed", "f32", "mph", "speed of the bat's sweet spot at contact"),
        optional("swing_length", "f32", "feet", "way of the bat's head from the start of the swing to contact"),
        *for_people(LAUNCH),
    ),
    ("game_id", "plate_appearance", "pitch_number"),
)

PLATE_APPEARANCES = _of_games(
    "core.plate_appearances",
    "one row per plate appearance of a regular-season game",
    "Plate appearances with outcome, counts and the pitcher's times through the order.",
    (
        PLATE_APPEARANCE,
        INNING,
        IS_TOP,
        Column("outs", "i8", "outs", "outs before its last pitch or play"),
        BATTER_ID,
        PITCHER_ID,
        STAND,
        THROWS,
        Column("batting_team", "str", "word", "the batting club, of baseball.teams"),
        Column("fielding_team", "str", "word", "the fielding club, of baseball.teams"),
        PARK_ID,
        OUTCOME,
        *line_counts("i8"),
        Column("ci", "i8", "PA", "catcher's interference"),
        HIT_TYPE,
        IS_BUNT,
        Column("runs", "i8", "runs", "runs that scored on its last pitch or play"),
        Column("outs_made", "i8", "outs", "outs made on its last pitch or play"),
        Column("pitches", "i16", "pitches", "pitches thrown; automatic balls and strikes are none"),
        Column("outing_index", "i16", "BF", "batters whom the pitcher had faced before in the game"),
        Column("times_faced", "i8", "PA", "earlier meetings of the two in the game"),
        *LAUNCH,
    ),
    ("game_id", "plate_appearance"),
)

PLATE_APPEARANCE_DETAILS = _of_games(
    "core.plate_appearance_details",
    "one row per plate appearance of a regular-season game: the state it began in",
    # Statcast has runners and score with every pitch; Retrosheet's are followed through the texts of the plays.
    "The state in which each plate appearance began: bases, score, the pitcher's pitches and rest.",
    (
        PLATE_APPEARANCE,
        optional("bases", "i8", "mask", "occupied bases: 1 first, 2 second, 4 third; null where a text made no sense"),
        optional("score_difference", "i8", "runs", "the batting club's lead, within 127"),
        Column("pitches_before", "i16", "pitches", "pitches that the pitcher had thrown in the game"),
        optional("rest_days", "i16", "days", "days since the pitcher's game before, in the season"),
        optional("hit_distance", "f32", "feet", "projected distance of the ball in play"),
    ),
    ("game_id", "plate_appearance"),
)

BATTED_BALLS = _of_games(
    "core.batted_balls",
    "one row per plate appearance that ended with a ball in play or over the fence",
    # Retrosheet names the fielder, Statcast the spray angle; either gives the side of the field.
    "Balls put in play or over the fence: who fielded each, and to which side of the field it went.",
    (
        PLATE_APPEARANCE,
        BATTER_ID,
        PITCHER_ID,
        STAND,
        HIT_TYPE,
        IS_BUNT,
        OUTCOME,
        optional("fielder", "i8", "position", "who fielded it, 1 pitcher to 9 right field"),
        optional("direction", "str", "word", "third of the field: left, middle or right"),
    ),
    ("game_id", "plate_appearance"),
)

PLAYER_GAMES = _of_games(
    "core.player_games",
    "one row per player, side of the ball and regular-season game",
    "What each player did in each game, on each side of the ball.",
    (
        PLAYER_TYPE,
        MLBAM_ID,
        Column("team", "str", "word", "his club, of baseball.teams"),
        Column("opponent", "str", "word", "the other club, of baseball.teams", for_people=True),
        Column("is_home", "bool", "yes/no", "whether his club was at home"),
        *for_people((PARK_ID,)),
        Column("role", "str", "word", "batter, starter or reliever"),
        Column("opportunities", "i32", "PA or BF", "plate appearances, or batters faced"),
        *line_counts("i32"),
        *RUNS,
    ),
    ("game_id", "player_type", "mlbam_id"),
)
