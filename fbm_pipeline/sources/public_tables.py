"""Tables that others publish, one file a table: the Lahman database, the Chadwick register, public projections.

Columns that tell the future (a player's last game and death, the last year played) are dropped here, at the door: a
feature made from one of them would know how a career ends. Projections are evaluated against and never learned from.
"""

from pathlib import Path

import pyarrow as pa

from fbm_pipeline.sources.integrity import check_unique
from fbm_pipeline.sources.layout import Layout, names
from fbm_pipeline.sources.reading import read_columns, with_constants, without

_ORIGIN = "the Lahman database"
_FUTURE = frozenset(names("finalGame deathDate deathYear deathMonth deathDay deathCountry deathState deathCity"))
PEOPLE = Layout(
    kind="Lahman's People",
    required=("playerID", "birthYear", "nameFirst", "nameLast", "bats", "throws", "retroID"),
    passed_over=_FUTURE | {"ID", "birthCity", "birthState", "birthDate"},
    origin=_ORIGIN,
)
BATTING = Layout(
    kind="Lahman's Batting",
    origin=_ORIGIN,
    passed_over=frozenset(("G_batting", "G_old")),
    required=names("playerID yearID stint teamID G AB R H 2B 3B HR BB SO IBB HBP SH SF"),
)
PITCHING = Layout(
    kind="Lahman's Pitching",
    origin=_ORIGIN,
    required=names("playerID yearID stint teamID W L G GS IPouts H ER HR BB SO BFP R"),
)
APPEARANCES = Layout(
    kind="Lahman's Appearances",
    origin=_ORIGIN,
    required=names("yearID teamID playerID G_p G_c G_1b G_2b G_3b G_ss G_lf G_cf G_rf G_of"),
)
TEAMS = Layout(
    kind="Lahman's Teams",
    origin=_ORIGIN,
    required=names("yearID teamID G W L R AB H 2B 3B HR BB name"),
    passed_over=frozenset(names("Rank Ghome DivWin WCWin LgWin WSWin SB CS ERA CG SHO SV E DP FP teamIDlahman45")),
)
_ROLES = ("pro", "mlb", "col", "pro_managed", "mlb_managed", "pro_umpired", "mlb_umpired", "col_managed")
_YEARS_PLAYED = frozenset(
    [f"{role}_{end}" for role in _ROLES for end in ("played_first", "played_last", "first", "last")]
    + ["death_year", "death_month", "death_day"]
)
REGISTER = Layout(
    kind="the Chadwick register",
    required=("key_person", "key_mlbam", "key_retro", "name_last", "birth_year"),
    passed_over=_YEARS_PLAYED.union(
        names("key_uuid key_npb key_sr_nfl key_sr_nba key_sr_nhl key_wikidata name_suffix name_matrilineal name_nick")
    ),
    origin="github.com/chadwickbureau/register",
)
PROJECTIONS = Layout(
    kind="projections of public systems",
    required=("season", "system", "snapshot", "fangraphs_id"),
    renamed={"fg_id": "fangraphs_id", "playerid": "fangraphs_id", "PlayerId": "fangraphs_id", "mlbam": "mlbam_id"},
    passed_over=frozenset(names("OPS WAR ADP bbref retro HLD QS BABIP")),
)
PLAYER_TYPES = {"hitters": "batter", "pitchers": "pitcher"}


def read_people(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per person, in the schema of `raw.lahman_people`: without the last game, without the death."""
    return _read(path, PEOPLE, schema, ("playerID",), "people")


def read_batting(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per player, season and stint, in the schema of `raw.lahman_batting`."""
    return _read(path, BATTING, schema, ("playerID", "yearID", "stint"), "lines")


def read_lahman_pitching(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per pitcher, season and stint, in the schema of `raw.lahman_pitching`."""
    return _read(path, PITCHING, schema, ("playerID", "yearID", "stint"), "lines")


def read_appearances(path: Path, schema: pa.Schema) -> pa.Table:
    """Games by position per player, season and team, in the schema of `raw.lahman_appearances`."""
    return _read(path, APPEARANCES, schema, ("yearID", "teamID", "playerID"), "lines")


def read_teams(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per season and team, in the schema of `raw.lahman_teams`."""
    return _read(path, TEAMS, schema, ("yearID", "teamID"), "teams")


def read_register(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per person, in the schema of `raw.register`; one of the official `people-0.csv` to `people-f.csv`."""
    return _read(path, REGISTER, schema, ("key_person",), "people")


def read_projections(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per season, system, snapshot and player, in the schema of `raw.public_projections`.

    The side of the ball is in the file's name (`hitters_…`, `pitchers_…`). Raises SourceError for a damaged file,
    missing required columns, a value that does not fit, or a player who occurs twice.
    """
    player_type = PLAYER_TYPES[path.name.split(".")[0].split("_")[0]]
    table = read_columns(path, PROJECTIONS, without(schema, "source_file", "player_type"))
    check_unique(path, table, ("season", "system", "snapshot", "fangraphs_id"), "projections")
    return with_constants(table, schema, player_type=player_type, source_file=path.name)


def _read(path: Path, layout: Layout, schema: pa.Schema, key: tuple[str, ...], row_name: str) -> pa.Table:
    table = read_columns(path, layout, without(schema, "source_file"))
    check_unique(path, table, key, row_name)
    return with_constants(table, schema, source_file=path.name)
