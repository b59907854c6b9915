"""Raw tables of the Lahman database: people, and lines by season and stint.

Not here on purpose: finalGame and the columns of a player's death. They know the future.
"""

from fbm_pipeline.store.columns import Column, columns, for_people, optional
from fbm_pipeline.warehouse.raw import SOURCE_FILE, RawTable

_PLAYER = Column("playerID", "str", "id", "Lahman's id of the person")
_YEAR = Column("yearID", "i16", "season", "the season")
_STINT = Column("stint", "i8", "stints", "number of the stay with a club in the season, from 1")
_TEAM = Column("teamID", "str", "word", "Lahman's code of the club")
_LEAGUE = Column("lgID", "str", "word", "league: AL or NL", nullable=True, largest_null_share=1.0, for_people=True)
_FILE = for_people((SOURCE_FILE,))

LAHMAN_PEOPLE = RawTable(
    "raw.lahman_people",
    grain="one row per person",
    description="Who played: birth, size, handedness, and the ids of other sources.",
    columns=(
        *_FILE,
        _PLAYER,
        *for_people(
            (
                optional("birthYear", "i16", "year", "year of birth"),
                optional("birthMonth", "i8", "month", "month of birth"),
                optional("birthDay", "i8", "day", "day of birth"),
                optional("birthCountry", "str", "name", "country of birth"),
                optional("nameFirst", "str", "name", "first name in use"),
                Column("nameLast", "str", "name", "last name"),
                optional("nameGiven", "str", "name", "given first and middle names"),
                optional("weight", "i16", "pounds", "weight"),
            )
        ),
        optional("height", "i16", "inches", "height"),
        optional("bats", "str", "word", "L, R, or B for both"),
        optional("throws", "str", "word", "L or R"),
        optional("debut", "date", "date", "first game in the majors"),
        optional("bbrefID", "str", "id", "Baseball-Reference's id"),
        optional("retroID", "str", "id", "Retrosheet's id"),
    ),
    key=("playerID",),
    code=("fbm_pipeline.sources.public_tables:read_people",),
    files="people",
)

LAHMAN_BATTING = RawTable(
    "raw.lahman_batting",
    grain="one row per player, season and stint",
    description="Official batting lines.",
    columns=(
        *_FILE,
        _PLAYER,
        _YEAR,
        _STINT,
        _TEAM,
        _LEAGUE,
        Column("G", "i32", "games", "games played"),
        Column("AB", "i32", "AB", "at bats"),
        Column("R", "i32", "runs", "runs scored"),
        Column("H", "i32", "H", "hits"),
        Column("2B", "i32", "2B", "doubles"),
        Column("3B", "i32", "3B", "triples"),
        Column("HR", "i32", "HR", "home runs"),
        optional("RBI", "i32", "runs", "runs batted in"),
        optional("SB", "i32", "SB", "bases stolen"),
        optional("CS", "i32", "CS", "times caught stealing"),
        Column("BB", "i32", "BB", "walks, intentional ones included"),
        optional("SO", "i32", "SO", "strikeouts"),
        optional("IBB", "i32", "IBB", "intentional walks"),
        optional("HBP", "i32", "HBP", "times hit by a pitch"),
        optional("SH", "i32", "SH", "sacrifice bunts"),
        optional("SF", "i32", "SF", "sacrifice flies"),
        optional("GIDP", "i32", "PA", "ground balls into double plays"),
    ),
    key=("playerID", "yearID", "stint"),
    code=("fbm_pipeline.sources.public_tables:read_batting",),
    files="batting",
)

LAHMAN_PITCHING = RawTable(
    "raw.lahman_pitching",
    grain="one row per pitcher, season and stint",
    description="Official pitching lines.",
    columns=(
        *_FILE,
        _PLAYER,
        _YEAR,
        _STINT,
        _TEAM,
        _LEAGUE,
        *for_people(
            (
                Column("W", "i32", "wins", "wins"),
                Column("L", "i32", "losses", "losses"),
            )
        ),
        Column("G", "i32", "games", "games pitched"),
        Column("GS", "i32", "games", "games started"),
        *for_people(
            (
                Column("CG", "i32", "games", "complete games"),
                Column("SHO", "i32", "games", "shutouts"),
            )
        ),
        Column("SV", "i32", "saves", "saves"),
        Column("IPouts", "i32", "outs", "outs pitched: three times the innings"),
        Column("H", "i32", "H", "hits allowed"),
        Column("ER", "i32", "runs", "earned runs allowed"),
        Column("HR", "i32", "HR", "home runs allowed"),
        Column("BB", "i32", "BB", "walks, intentional ones included"),
        Column("SO", "i32", "SO", "strikeouts"),
        *for_people(
            (
                optional("BAOpp", "f64", "H per AB", "batting average of the opponents"),
                optional("ERA", "f64", "runs per 9 innings", "earned run average"),
            )
        ),
        optional("IBB", "i32", "IBB", "intentional walks"),
        *for_people((optional("WP", "i32", "pitches", "wild pitches"),)),
        optional("HBP", "i32", "HBP", "batters hit"),
        *for_people((optional("BK", "i32", "balks", "balks"),)),
        optional("BFP", "i32", "BF", "batters faced"),
        optional("GF", "i32", "games", "games finished in relief"),
        Column("R", "i32", "runs", "runs allowed"),
        optional("SH", "i32", "SH", "sacrifice bunts allowed"),
        optional("SF", "i32", "SF", "sacrifice flies allowed"),
        *for_people((optional("GIDP", "i32", "PA", "ground balls into double plays"),)),
    ),
    key=("playerID", "yearID", "stint"),
    code=("fbm_pipeline.sources.public_tables:read_lahman_pitching",),
    files="lahman_pitching",
)

LAHMAN_APPEARANCES = RawTable(
    "raw.lahman_appearances",
    grain="one row per player, season and team: games by position",
    description="Where each player stood on the field, in games.",
    columns=(
        *_FILE,
        _YEAR,
        Column("teamID", "str", "word", "Lahman's code of the club", for_people=True),
        _LEAGUE,
        _PLAYER,
        optional("G_all", "i32", "games", "all games"),
        *for_people(
            (
                optional("GS", "i32", "games", "games started"),
                optional("G_batting", "i32", "games", "games in which he was in the batting order"),
                optional("G_defense", "i32", "games", "games in the field"),
            )
        ),
        *columns("G_p G_c G_1b G_2b G_3b G_ss G_lf G_cf G_rf", "i32", "games", "{}: games at that position"),
        *for_people((Column("G_of", "i32", "games", "games in the outfield"),)),
        optional("G_dh", "i32", "games", "games as designated hitter"),
        optional("G_ph", "i32", "games", "games as pinch hitter"),
        optional("G_pr", "i32", "games", "games as pinch runner"),
    ),
    key=("yearID", "teamID", "playerID"),
    code=("fbm_pipeline.sources.public_tables:read_appearances",),
    files="appearances",
)

LAHMAN_TEAMS = RawTable(
    "raw.lahman_teams",
    grain="one row per season and team",
    description="The clubs' seasons: here for Retrosheet's code of each of Lahman's clubs.",
    columns=(
        *_FILE,
        _YEAR,
        _LEAGUE,
        _TEAM,
        *for_people(
            (
                optional("franchID", "str", "word", "Lahman's code of the franchise"),
                optional("divID", "str", "word", "division: E, C or W"),
                Column("G", "i32", "games", "games played"),
                Column("W", "i32", "wins", "wins"),
                Column("L", "i32", "losses", "losses"),
                Column("R", "i32", "runs", "runs scored"),
                Column("AB", "i32", "AB", "at bats"),
                Column("H", "i32", "H", "hits"),
                Column("2B", "i32", "2B", "doubles"),
                Column("3B", "i32", "3B", "triples"),
                Column("HR", "i32", "HR", "home runs"),
                Column("BB", "i32", "BB", "walks"),
                optional("SO", "i32", "SO", "strikeouts of its batters"),
                optional("HBP", "i32", "HBP", "times hit by a pitch"),
                optional("SF", "i32", "SF", "sacrifice flies"),
                optional("RA", "i32", "runs", "runs allowed"),
                optional("ER", "i32", "runs", "earned runs allowed"),
                optional("IPouts", "i32", "outs", "outs pitched"),
                optional("HA", "i32", "H", "hits allowed"),
                optional("HRA", "i32", "HR", "home runs allowed"),
                optional("BBA", "i32", "BB", "walks allowed"),
                optional("SOA", "i32", "SO", "strikeouts by its pitchers"),
                Column("name", "str", "name", "the club's name"),
                optional("park", "str", "name", "the home park's name"),
                optional("attendance", "i32", "people", "attendance at home"),
                optional("BPF", "i16", "percent", "Lahman's three-year park factor for batters; 100 is average"),
                optional("PPF", "i16", "percent", "Lahman's three-year park factor for pitchers; 100 is average"),
                optional("teamIDBR", "str", "word", "Baseball-Reference's code"),
            )
        ),
        optional("teamIDretro", "str", "word", "Retrosheet's code"),
    ),
    key=("yearID", "teamID"),
    code=("fbm_pipeline.sources.public_tables:read_teams",),
    files="teams",
)
