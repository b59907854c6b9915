"""Raw tables of other publishers: the Chadwick register, minor-league lines, clubs' rosters, public projections."""

from fbm_pipeline.store.columns import PLAYER_TYPE, SYSTEM, Column, columns, for_people, optional, optional_for_people
from fbm_pipeline.warehouse.raw import SOURCE_FILE, RawTable

_SEASON = Column("season", "i16", "season", "the season of the line")
_AS_OF = Column("as_of", "date", "date", "the date of the roster")

# First and last years played are not here on purpose: they know the future.
REGISTER = RawTable(
    "raw.register",
    grain="one row per person of the Chadwick register",
    description="The Chadwick register: who is who in every source.",
    columns=(
        *for_people((SOURCE_FILE,)),
        Column("key_person", "str", "id", "the register's own id", for_people=True),
        optional("key_mlbam", "i32", "id", "MLB Advanced Media's id"),
        optional("key_retro", "str", "id", "Retrosheet's id"),
        optional("key_bbref", "str", "id", "Baseball-Reference's id"),
        optional_for_people("key_bbref_minors", "str", "id", "Baseball-Reference's id in the minors"),
        optional("key_fangraphs", "i32", "id", "FanGraphs' id"),
        optional("name_last", "str", "name", "last name"),
        optional("name_first", "str", "name", "first name in use"),
        optional_for_people("name_given", "str", "name", "given names"),
        optional("birth_year", "i16", "year", "year of birth"),
        optional("birth_month", "i8", "month", "month of birth"),
        optional("birth_day", "i8", "day", "day of birth"),
    ),
    key=("key_person",),
    code=("fbm_pipeline.sources.public_tables:read_register",),
    files="register",
)

_MINOR_KEY = (
    SOURCE_FILE,
    Column("source", "str", "word", "the publisher: statsapi, fangraphs or savant"),
    Column("row", "i32", "rows", "number of the line in its file, from 1"),
    _SEASON,
    optional("level", "str", "word", "level of play: AAA, AA, A+, A and below; Savant leaves it out"),
    Column("name", "str", "name", "the player's name; Savant's as `Last, First`"),
    optional("team", "str", "word", "the publisher's code of the club"),
    optional("league", "str", "name", "the league"),
    optional("age", "i16", "years", "age in the season"),
    optional("player_id", "str", "id", "the publisher's id of the player"),
    optional("mlbam", "i32", "id", "the player's MLBAM id"),
)
# Each publisher's own names: unit and meaning by column. Batters' lines, allowed by pitchers in theirs.
_COUNTS = {
    "G": ("games", "games"),
    "PA": ("PA", "plate appearances"),
    "AB": ("AB", "at bats"),
    "H": ("H", "hits"),
    "1B": ("1B", "singles"),
    "2B": ("2B", "doubles"),
    "3B": ("3B", "triples"),
    "HR": ("HR", "home runs"),
    "R": ("runs", "runs"),
    "RBI": ("runs", "runs batted in"),
    "BB": ("BB", "walks"),
    "IBB": ("IBB", "intentional walks"),
    "SO": ("SO", "strikeouts"),
    "HBP": ("HBP", "batters hit by a pitch"),
    "SF": ("SF", "sacrifice flies"),
    "SH": ("SH", "sacrifice bunts"),
    "GDP": ("PA", "ground balls into double plays"),
    "SB": ("SB", "bases stolen"),
    "CS": ("CS", "runners caught stealing"),
}
_RATES = {
    "AVG": ("H per AB", "batting average"),
    "OBP": ("share of PA", "on-base percentage"),
    "SLG": ("bases per AB", "slugging percentage"),
}
_PITCHING_COUNTS = {
    "W": ("wins", "wins"),
    "L": ("losses", "losses"),
    "SV": ("saves", "saves"),
    "GS": ("games", "games started"),
    "TBF": ("BF", "batters faced"),
    "ER": ("runs", "earned runs"),
}
_PITCHING_RATES = {
    "IP": ("innings", "innings pitched as published; in lines played .1 and .2 are thirds"),
    "ERA": ("runs per 9 innings", "earned run average"),
    "FIP": ("runs per 9 innings", "fielding independent pitching"),
    "WHIP": ("BB and H per inning", "walks and hits per inning"),
}
_MINOR_RATES = {
    "BABIP": ("H per ball in play", "batting average on balls in play"),
    "wOBA": ("wOBA", "weighted on-base average"),
    "K%": ("share of PA", "strikeouts, as a fraction"),
    "BB%": ("share of PA", "walks, as a fraction"),
    "xwOBA": ("wOBA", "expected wOBA by speed and angle of the batted balls"),
    "pitches": ("pitches", "pitches"),
    "whiffs": ("pitches", "swings that missed"),
    "swings": ("pitches", "swings"),
    "exit_velocity": ("mph", "mean speed of batted balls, `EV (MPH)` in Savant's files"),
    "hard_hit%": ("share", "batted balls of 95 mph and more, as a fraction"),
    "barrel_per_pa%": ("share of PA", "barrels, as a fraction"),
}
_FANGRAPHS_RATES = {
    "GB/FB": ("ratio", "ground balls per fly ball"),
    "LD%": ("share", "line drives among batted balls, as a fraction"),
    "HR/FB": ("share", "home runs among fly balls, as a fraction"),
}


def _published(described: dict[str, tuple[str, str]], kind: str, read: str = "") -> tuple[Column, ...]:
    """Columns that a publisher may leave out; all but those named in `read` are for people."""
    made: list[Column] = []
    for name, (unit, meaning) in described.items():
        column = optional(name, kind, unit, meaning)
        made += [column] if name in read.split() else for_people((column,))
    return tuple(made)


_MINOR_LINES = (
    *_published(_COUNTS, "i32", read="G PA H 2B 3B HR BB SO"),
    *_published(_RATES, "f64"),
    *_published(_MINOR_RATES, "f64", read="K% BB%"),
)

MILB_BATTING = RawTable(
    "raw.milb_batting",
    grain="one row per line of a file of minor-league batting lines",
    description="Minor-league batting lines of every publisher: the same season may stand in several.",
    columns=(
        *_MINOR_KEY,
        *_MINOR_LINES,
        *_published(_FANGRAPHS_RATES, "f64", read="GB/FB LD% HR/FB"),
        optional_for_people("SwStr%", "f64", "share of pitches", "swings that missed, as a fraction"),
    ),
    key=("source_file", "row"),
    code=("fbm_pipeline.sources.minor_leagues:read_minor_leagues",),
    files="minor_batting",
)

MILB_PITCHING = RawTable(
    "raw.milb_pitching",
    grain="one row per line of a file of minor-league pitching lines; AB, H and so on are allowed",
    description="Minor-league pitching lines of every publisher: the same season may stand in several.",
    columns=(
        *_MINOR_KEY,
        *_MINOR_LINES,
        *_published(_PITCHING_COUNTS, "i32", read="GS TBF"),
        *_published(_PITCHING_RATES, "f64"),
        *for_people(columns("release_speed", "f64", "mph", "mean speed of pitches", nullable=True)),
        *for_people(columns("release_spin_rate", "f64", "rpm", "mean spin of pitches", nullable=True)),
    ),
    key=("source_file", "row"),
    code=("fbm_pipeline.sources.minor_leagues:read_minor_leagues",),
    files="minor_pitching",
)

CLUB_ROSTERS = RawTable(
    "raw.club_rosters",
    grain="one row per roster date, club and player: the clubs' 40-man rosters",
    description="The clubs' 40-man rosters on the dates for which they were fetched.",
    columns=(
        *for_people((SOURCE_FILE,)),
        _AS_OF,
        Column("mlbam", "i32", "id", "the player's MLBAM id"),
        Column("club", "str", "word", "the club by its code in core.games, not by the source's"),
        Column("name", "str", "name", "the player's name", for_people=True),
        optional_for_people("position", "str", "word", "position"),
        optional_for_people("status", "str", "word", "standing on the roster, such as Active"),
    ),
    key=("as_of", "mlbam"),
    code=("fbm_pipeline.sources.club_rosters:read_club_rosters",),
    files="club_rosters",
)

PUBLIC_PROJECTIONS = RawTable(
    "raw.public_projections",
    grain="one row per season, side of the ball, public system, snapshot and player",
    description="Public projections, for comparison only: never a feature.",
    columns=(
        *for_people((SOURCE_FILE,)),
        Column("season", "i16", "season", "the season that is projected"),
        PLAYER_TYPE,
        SYSTEM,
        Column("snapshot", "str", "date", "when the projections were taken, as their file says"),
        optional_for_people("source", "str", "word", "who kept the projections"),
        optional("name", "str", "name", "the player's name"),
        optional_for_people("team", "str", "word", "the publisher's code of the club"),
        Column("fangraphs_id", "str", "id", "FanGraphs' id of the player", for_people=True),
        optional("mlbam_id", "i32", "id", "the player's MLBAM id"),
        *_published(_COUNTS, "f64", read="PA AB H 2B 3B HR BB SO HBP SF"),
        *_published(_RATES, "f64", read="AVG OBP SLG"),
        *_published(_PITCHING_COUNTS, "f64", read="TBF ER"),
        *_published(_PITCHING_RATES, "f64", read="IP ERA WHIP"),
        optional_for_people("wOBA", "f64", "wOBA", "weighted on-base average"),
    ),
    key=("season", "player_type", "system", "snapshot", "fangraphs_id"),
    code=("fbm_pipeline.sources.public_tables:read_projections",),
    files="projections",
)
