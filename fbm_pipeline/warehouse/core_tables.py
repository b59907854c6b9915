"""The core tables of players and lines, made by the season or at once, and the columns that lines and games share.

What each reads follows from its recipes.
"""

from collections.abc import Iterable

from fbm_pipeline.store.columns import MLBAM_ID, PLAYER_TYPE, SEASON, Column, optional, optional_for_people
from fbm_pipeline.store.declarations import Table
from fbm_pipeline.warehouse.recipes import reads_of

_WAREHOUSE = "fbm_pipeline.warehouse"

RUNS = (
    optional("outs", "i32", "outs", "outs made while he pitched; null for batters"),
    optional("er", "i32", "runs", "official earned runs allowed; null for batters and without an official line"),
    optional_for_people("r", "i32", "runs", "official runs allowed; null for batters and without a line"),
)
_LINE = {
    "ab": ("AB", "at bats"),
    "h": ("H", "hits"),
    "single": ("1B", "singles"),
    "double": ("2B", "doubles"),
    "triple": ("3B", "triples"),
    "hr": ("HR", "home runs"),
    "bb": ("BB", "walks, intentional ones included"),
    "ibb": ("IBB", "intentional walks"),
    "so": ("SO", "strikeouts"),
    "hbp": ("HBP", "batters hit by a pitch"),
    "sf": ("SF", "sacrifice flies"),
    "sh": ("SH", "sacrifice bunts"),
}


def line_counts(kind: str, unknown: Iterable[str] = ()) -> tuple[Column, ...]:
    """The counts of a line, batters' or allowed by pitchers; those of `unknown` may be null."""
    make = {name: optional if name in unknown else Column for name in _LINE}
    return tuple(make[name](name, kind, unit, meaning) for name, (unit, meaning) in _LINE.items())


PLAYERS = Table(
    "core.players",
    grain="one row per player with an MLBAM id",
    description="Every player under his one id (MLBAM), with the ids of the other sources.",
    columns=(
        MLBAM_ID,
        Column("name", "str", "name", "first and last name"),
        optional("birth_date", "date", "date", "day of birth"),
        optional("bats", "str", "word", "L, R, or B for both"),
        optional("throws", "str", "word", "L or R"),
        optional_for_people("retro_id", "str", "id", "Retrosheet's id"),
        optional("lahman_id", "str", "id", "Lahman's id"),
        optional("fangraphs_id", "str", "id", "FanGraphs' id"),
        # Over all his seasons, so that it knows the future: never a feature.
        optional_for_people("primary_position", "str", "word", "where he played most in all his seasons"),
    ),
    key=("mlbam_id",),
    reads=reads_of("core.players"),
    build=f"{_WAREHOUSE}.core:players",
)

SEASON_LINES = Table(
    "core.season_lines",
    grain="one row per season, side of the ball and player; official lines where they exist",
    description="Season lines: the official ones where they exist, else sums of the games.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        MLBAM_ID,
        Column("source", "str", "word", "lahman for an official line, events for a sum of games"),
        Column("team", "str", "word", "his last club of the season, of baseball.teams"),
        Column("teams", "i8", "clubs", "clubs that he played for"),
        Column("g", "i32", "games", "games"),
        optional("gs", "i32", "games", "games started; null for batters"),
        Column("opportunities", "i32", "PA or BF", "plate appearances, or batters faced"),
        *line_counts("i32", unknown=("single", "double", "triple")),
        *RUNS,
    ),
    key=("season", "player_type", "mlbam_id"),
    partition_by=("season",),
    reads=reads_of("core.season_lines"),
    build=f"{_WAREHOUSE}.core:season_lines",
    seasons=f"{_WAREHOUSE}.season_games:played_seasons",
)

MINOR_LINES = Table(
    "core.minor_lines",
    grain="one row per season, side of the ball, level and minor-league player",
    description="What players did in the minors, whoever published it, under their one id.",
    columns=(
        SEASON,
        PLAYER_TYPE,
        Column("level", "str", "word", "level of play: AAA, AA, A+ or A"),
        Column("line_id", "str", "id", "the MLBAM id, or the publisher's id or name where nobody is known by it"),
        optional("mlbam_id", "i32", "id", "the player's MLBAM id; null where no id and no name leads to it"),
        Column("matched_by", "str", "word", "how he is known: id, name, several or none", for_people=True),
        Column("sources", "str", "text", "the publishers of the line, joined by +"),
        optional("age", "i16", "years", "age in the season"),
        optional("club", "str", "word", "the publisher's code of the club that he batted or pitched most for"),
        optional_for_people("league", "str", "name", "the league that he batted or pitched most in"),
        Column("pa", "i32", "PA or BF", "plate appearances, or batters faced"),
        optional("so", "f64", "SO", "strikeouts"),
        optional("bb", "f64", "BB", "walks"),
        optional("hr", "f64", "HR", "home runs; of rates, an estimate"),
        optional("hr_pa", "i32", "PA or BF", "opportunities of the line that home runs come from"),
        optional("hr_estimated", "bool", "yes/no", "whether home runs are estimated from rates"),
        optional("h_pa", "i32", "PA or BF", "opportunities of the line that hits come from"),
        optional("h", "i32", "H", "hits"),
        optional("double", "i32", "2B", "doubles"),
        optional("triple", "i32", "3B", "triples"),
        optional("games", "i32", "games", "games"),
        optional("starts", "i32", "games", "games started; null for batters"),
    ),
    key=("season", "player_type", "level", "line_id"),
    partition_by=("season",),
    reads=reads_of("core.minor_lines"),
    build=f"{_WAREHOUSE}.core:minor_lines",
    seasons=f"{_WAREHOUSE}.season_games:published_seasons",
)
