"""Raw tables of Retrosheet: plays, games, pitching lines and rosters."""

from fbm_pipeline.store.columns import Column, columns, for_people, optional
from fbm_pipeline.warehouse.raw import SEASON, SOURCE_FILE, RawTable

_GID = Column("gid", "str", "id", "the game: home club, date, and number of the day")
_DATE = Column("date", "date", "date", "the day on which the game was played")
_GAMETYPE = Column("gametype", "str", "word", "`regular`, or the name of what else it was")

RETROSHEET_PLAYS = RawTable(
    "raw.retrosheet_plays",
    grain="one row per play of a game; `pa` = 1 marks the plate appearances",
    description="Plays as Retrosheet prints them, a partition per file.",
    columns=(
        SEASON,
        SOURCE_FILE,
        _GID,
        Column("pn", "i16", "plays", "number of the play in the game, from 1"),
        Column("event", "str", "text", "the play in Retrosheet's scoring language, such as 64(1)3/GDP"),
        Column("inning", "i8", "innings", "the inning, from 1"),
        Column("top_bot", "i8", "word", "half of the inning: 0 top, 1 bottom"),
        *for_people((optional("vis_home", "i8", "word", "who bats: 0 the visitors, 1 the home club"),)),
        optional("site", "str", "id", "Retrosheet's code of the park"),
        Column("batteam", "str", "word", "Retrosheet's code of the batting club"),
        Column("pitteam", "str", "word", "Retrosheet's code of the fielding club"),
        Column("batter", "str", "id", "Retrosheet's id of the batter"),
        Column("pitcher", "str", "id", "Retrosheet's id of the pitcher"),
        optional("bathand", "str", "word", "the side that the batter stood on: L or R"),
        optional("pithand", "str", "word", "the hand that the pitcher threw with: L or R"),
        *for_people(
            (
                optional("balls", "i8", "pitches", "balls when the play happened"),
                optional("strikes", "i8", "pitches", "strikes when the play happened"),
                optional("count", "str", "text", "balls and strikes as two digits"),
            )
        ),
        optional("pitches", "str", "text", "the turn's pitches so far, a letter each, with marks between"),
        Column("pa", "i8", "PA", "1 when the play ended a plate appearance"),
        Column("ab", "i8", "AB", "1 for an at bat"),
        Column("single", "i8", "1B", "1 for a single"),
        Column("double", "i8", "2B", "1 for a double"),
        Column("triple", "i8", "3B", "1 for a triple"),
        Column("hr", "i8", "HR", "1 for a home run"),
        Column("sh", "i8", "SH", "1 for a sacrifice bunt"),
        Column("sf", "i8", "SF", "1 for a sacrifice fly"),
        Column("hbp", "i8", "HBP", "1 for a batter hit by a pitch"),
        Column("walk", "i8", "BB", "1 for a walk"),
        Column("iw", "i8", "IBB", "1 for an intentional walk"),
        Column("k", "i8", "SO", "1 for a strikeout"),
        Column("xi", "i8", "PA", "1 for catcher's interference"),
        Column("roe", "i8", "PA", "1 for a batter who reached on an error"),
        Column("fc", "i8", "PA", "1 for a fielder's choice"),
        *for_people((optional("loc", "str", "word", "Retrosheet's zone of the field that the ball went to"),)),
        optional("hittype", "str", "word", "kind of batted ball: G, L, F, P, or a bunt's BG, BL, BP"),
        *for_people((optional("gdp", "i8", "PA", "1 for a ground ball into a double play"),)),
        Column("outs_pre", "i8", "outs", "outs before the play"),
        Column("outs_post", "i8", "outs", "outs after the play"),
        Column("runs", "i8", "runs", "runs that scored on the play"),
        _DATE,
        _GAMETYPE,
    ),
    key=("gid", "pn"),
    partition_by=("season", "source_file"),
    code=("fbm_pipeline.sources.retrosheet:read_plays",),
    files="plays",
    game="gid",
)

RETROSHEET_GAMEINFO = RawTable(
    "raw.retrosheet_gameinfo",
    grain="one row per game, of every type",
    description="Retrosheet's description of each game: park, schedule, weather, umpires, score.",
    columns=(
        *for_people((SOURCE_FILE,)),
        SEASON,
        _GID,
        *for_people(
            (
                Column("visteam", "str", "word", "Retrosheet's code of the visitors"),
                Column("hometeam", "str", "word", "Retrosheet's code of the home club"),
            )
        ),
        Column("site", "str", "id", "Retrosheet's code of the park"),
        *for_people(
            (
                _DATE,
                Column("number", "i8", "games", "0 for the day's only game, 1 and 2 in a doubleheader"),
                optional("starttime", "str", "local time", "when the game began"),
                optional("daynight", "str", "word", "day or night"),
            )
        ),
        optional("innings", "i8", "innings", "innings for which the game was scheduled"),
        *for_people(
            (
                optional("usedh", "bool", "yes/no", "whether a designated hitter was allowed"),
                optional("htbf", "bool", "yes/no", "whether the home club batted first"),
                optional("timeofgame", "i16", "minutes", "how long the game took"),
                optional("attendance", "i32", "people", "paid attendance"),
                optional("fieldcond", "str", "word", "condition of the field"),
                optional("precip", "str", "word", "precipitation"),
                optional("sky", "str", "word", "sky"),
                optional("temp", "i16", "Fahrenheit", "temperature at the start"),
                optional("winddir", "str", "word", "where the wind blew to or from"),
                optional("windspeed", "i16", "mph", "speed of the wind"),
                optional("suspend", "str", "text", "where and when a suspended game was finished"),
                *columns("umphome ump1b ump2b ump3b umplf umprf", "str", "id", "{}: the umpire there", nullable=True),
                optional("wp", "str", "id", "the winning pitcher"),
                optional("lp", "str", "id", "the losing pitcher"),
                optional("save", "str", "id", "the pitcher with the save"),
            )
        ),
        _GAMETYPE,
        *for_people(
            (
                optional("vruns", "i16", "runs", "the visitors' runs"),
                optional("hruns", "i16", "runs", "the home club's runs"),
            )
        ),
    ),
    key=("gid",),
    code=("fbm_pipeline.sources.retrosheet:read_gameinfo",),
    files="gameinfo",
)

RETROSHEET_PITCHING = RawTable(
    "raw.retrosheet_pitching",
    grain="one row per pitcher, team, game and kind of record (`value` is the line)",
    description="Official pitching lines by game: outs, runs and earned runs that no play tells.",
    columns=(
        *for_people((SOURCE_FILE,)),
        SEASON,
        _GID,
        Column("id", "str", "id", "Retrosheet's id of the pitcher"),
        Column("team", "str", "word", "Retrosheet's code of his club", for_people=True),
        *for_people((optional("p_seq", "i16", "pitchers", "his place in the order of the club's pitchers, from 1"),)),
        Column("stattype", "str", "word", "`value` for the line; other records bound what is unknown"),
        optional("p_ipouts", "i16", "outs", "outs made while he pitched"),
        *for_people((optional("p_noout", "i16", "BF", "batters faced in his last inning when he got no out in it"),)),
        optional("p_bfp", "i16", "BF", "batters faced"),
        optional("p_h", "i16", "H", "hits allowed"),
        *for_people(
            (
                optional("p_d", "i16", "2B", "doubles allowed"),
                optional("p_t", "i16", "3B", "triples allowed"),
            )
        ),
        optional("p_hr", "i16", "HR", "home runs allowed"),
        optional("p_r", "i16", "runs", "runs allowed"),
        optional("p_er", "i16", "runs", "earned runs allowed"),
        optional("p_w", "i16", "BB", "walks, intentional ones included"),
        optional("p_iw", "i16", "IBB", "intentional walks"),
        optional("p_k", "i16", "SO", "strikeouts"),
        optional("p_hbp", "i16", "HBP", "batters hit"),
        *for_people(
            (
                optional("p_wp", "i16", "pitches", "wild pitches"),
                optional("p_bk", "i16", "balks", "balks"),
            )
        ),
        optional("p_sh", "i16", "SH", "sacrifice bunts allowed"),
        optional("p_sf", "i16", "SF", "sacrifice flies allowed"),
        *for_people(
            (
                optional("p_sb", "i16", "SB", "bases stolen while he pitched"),
                optional("p_cs", "i16", "CS", "runners caught stealing while he pitched"),
                optional("p_pb", "i16", "pitches", "passed balls while he pitched"),
                optional("wp", "i8", "wins", "1 for the winning pitcher"),
                optional("lp", "i8", "losses", "1 for the losing pitcher"),
                optional("save", "i8", "saves", "1 for the pitcher with the save"),
                optional("p_gs", "i8", "games", "1 when he started"),
                optional("p_gf", "i8", "games", "1 when he finished in relief"),
                optional("p_cg", "i8", "games", "1 for a complete game"),
            )
        ),
        _DATE,
        *for_people((optional("number", "i8", "games", "0 for the day's only game, 1 and 2 in a doubleheader"),)),
        optional("site", "str", "id", "Retrosheet's code of the park"),
        *for_people(
            (
                optional("vishome", "str", "word", "his club: v visitors, h home"),
                optional("opp", "str", "word", "Retrosheet's code of the other club"),
                optional("win", "i8", "games", "1 when his club won"),
                optional("loss", "i8", "games", "1 when his club lost"),
                optional("tie", "i8", "games", "1 for a tie"),
            )
        ),
        _GAMETYPE,
    ),
    key=("gid", "id", "team", "stattype"),
    code=("fbm_pipeline.sources.retrosheet:read_pitching",),
    files="pitching",
)

RETROSHEET_ROSTERS = RawTable(
    "raw.retrosheet_rosters",
    grain="one row per season, team, player and position",
    description="Retrosheet's rosters of a season: handedness of those whom Lahman does not know.",
    columns=(
        *for_people((SOURCE_FILE,)),
        Column("season", "i16", "season", "the season of the roster"),
        Column("team", "str", "word", "Retrosheet's code of the club", for_people=True),
        Column("retro_id", "str", "id", "Retrosheet's id of the player, `id` in its files"),
        *for_people(
            (
                optional("last", "str", "name", "last name"),
                optional("first", "str", "name", "first name"),
            )
        ),
        optional("bats", "str", "word", "L, R, or B for both; `bat` in some files"),
        optional("throws", "str", "word", "L or R; `throw` in some files"),
        *for_people((optional("pos", "str", "word", "position"),)),
    ),
    key=("season", "team", "retro_id", "pos"),
    code=("fbm_pipeline.sources.retrosheet:read_rosters",),
    files="rosters",
)
