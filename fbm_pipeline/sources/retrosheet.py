"""Retrosheet's CSV downloads, and Parquet with the same names: plays, games, pitching lines, rosters.

The batted-ball supplement is keyed to the plays and so is read here too.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import seasons_named
from fbm_pipeline.sources.integrity import check_dates, check_one_season, check_unique
from fbm_pipeline.sources.layout import Layout, names
from fbm_pipeline.sources.reading import read_columns, with_constants, without

_ORIGIN = "retrosheet.org"
_UNKNOWN = ("", "?")
PLAYS = Layout(
    kind="Retrosheet plays",
    required=names(
        "gid pn event inning top_bot batteam pitteam batter pitcher bathand pithand pitches pa ab single double "
        "triple hr sh sf hbp walk iw k xi roe fc outs_pre outs_post runs date gametype"
    ),
    nulls=_UNKNOWN,
    origin=_ORIGIN,
)
GAMEINFO = Layout(
    kind="Retrosheet game information",
    required=("gid", "visteam", "hometeam", "site", "date", "number", "gametype"),
    nulls=_UNKNOWN,
    origin=_ORIGIN,
    passed_over=frozenset(names("season batteries box forfeit line lineups lteam oscorer pbp tiebreaker wteam")),
)
PITCHING = Layout(
    kind="Retrosheet pitching lines",
    required=names("gid id team stattype p_ipouts p_bfp p_h p_hr p_r p_er p_w p_iw p_k p_hbp date gametype"),
    nulls=_UNKNOWN,
    passed_over=frozenset(("season", "box", "pbp")),
    origin=_ORIGIN,
)
ROSTERS = Layout(
    kind="Retrosheet rosters",
    required=("season", "team", "retro_id", "bats", "throws"),
    renamed={"id": "retro_id", "bat": "bats", "throw": "throws"},
    nulls=_UNKNOWN,
    origin=_ORIGIN,
)
PHYSICS = Layout(
    kind="batted-ball measurements keyed to Retrosheet plays",
    required=("gid", "pn", "launch_speed", "launch_angle"),
    nulls=("", "NA", "null"),
)


def read_plays(path: Path, schema: pa.Schema) -> pa.Table:
    """All plays of one season's file, in the schema of `raw.retrosheet_plays`; empty text is null.

    Raises SourceError for a damaged file, missing required columns, a value that does not fit, a play that occurs
    twice, or dates that are not of the one season that the file's name tells.
    """
    table = read_columns(path, PLAYS, without(schema, "season", "source_file"))
    season = check_one_season(path, table.column("date"), "date")
    check_unique(path, table, ("gid", "pn"), "plays")
    return with_constants(table, schema, season=season, source_file=path.name)


def read_gameinfo(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per game, in the schema of `raw.retrosheet_gameinfo`; `season` is the year of the date."""
    return _read_dated(path, GAMEINFO, schema, ("gid",), "games")


def read_pitching(path: Path, schema: pa.Schema) -> pa.Table:
    """Pitchers' lines by game, in the schema of `raw.retrosheet_pitching`; `season` is the year of the date."""
    return _read_dated(path, PITCHING, schema, ("gid", "id", "team", "stattype"), "lines")


def read_rosters(path: Path, schema: pa.Schema) -> pa.Table:
    """Players by season, team and position, in the schema of `raw.retrosheet_rosters`."""
    table = read_columns(path, ROSTERS, without(schema, "source_file"))
    check_unique(path, table, ("season", "team", "retro_id", "pos"), "roster lines")
    return with_constants(table, schema, source_file=path.name)


def read_batted_ball_physics(path: Path, schema: pa.Schema) -> pa.Table:
    """Measured balls in play of one or several seasons, in the schema of `raw.batted_ball_physics`.

    `launch_speed` in mph, angles in degrees. The season is the year in the game's id (`ANA202007280`).
    """
    table = read_columns(path, PHYSICS, without(schema, "season", "source_file"))
    years = pc.utf8_slice_codeunits(table.column("gid"), 3, 7)
    named = pa.array([str(season) for season in seasons_named(path)])
    row = pc.index(pc.is_in(years, value_set=named), False).as_py()
    if row >= 0:
        raise SourceError(
            path,
            "a game is not of the seasons in the file's name",
            found=table.column("gid")[row].as_py(),
            expected=f"a year of {', '.join(named.to_pylist())} at characters 4 to 7",
            next_step="name the file with its first and last season",
            row=row + 1,
            column="gid",
        )
    check_unique(path, table, ("gid", "pn"), "plays")
    season = years.cast(pa.int64()).cast(schema.field("season").type)
    table = table.append_column(schema.field("season"), season)
    return with_constants(table, schema, source_file=path.name)


def _read_dated(path: Path, layout: Layout, schema: pa.Schema, key: tuple[str, ...], row_name: str) -> pa.Table:
    table = read_columns(path, layout, without(schema, "season", "source_file"))
    check_dates(path, table.column("date"), "date")
    check_unique(path, table, key, row_name)
    season = pc.year(table.column("date")).cast(schema.field("season").type)
    return with_constants(table.append_column(schema.field("season"), season), schema, source_file=path.name)
