"""40-man rosters of all clubs on one date, from a file of StatsAPI: the clubs' answers as published, in one object.

Not here: how the file comes (club_roster_fetch.py).
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from fbm_pipeline.sources.casting import cast_column
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.reading import with_constants, without
from fbm_pipeline.sources.statsapi import AGAIN, club_code, read_document, take, within


def read_club_rosters(path: Path, schema: pa.Schema) -> pa.Table:
    """One row per player, in the schema of `raw.club_rosters`; `club` is the code that core.games uses.

    Raises SourceError as `roster_rows` does, for a damaged file, and for a value that does not fit its column.
    """
    document = read_document(path, "club rosters")
    rows = roster_rows(path, document)
    made = without(schema, "source_file", "as_of")
    columns = [
        cast_column(
            path, pa.chunked_array([pa.array([_text(row[field.name]) for row in rows], pa.string())]), field, AGAIN
        )
        for field in made
    ]
    return with_constants(pa.table(columns, schema=made), schema, as_of=_date(path, document), source_file=path.name)


def roster_rows(source: Path | str, document: object) -> list[dict[str, object]]:
    """The players of a document, with the columns of `raw.club_rosters` but for file and date.

    Raises SourceError, naming `source`, for a missing name, a club that core.games does not know, a club without
    players, and a player who is on the rosters of two clubs.
    """
    rows: dict[int, dict[str, object]] = {}
    for entry in take(source, document, "clubs", list):
        club = _club(source, take(source, entry, "team", dict))
        roster = take(source, entry, "roster", list)
        if not roster:
            raise SourceError(
                source,
                f"the roster of {club} is empty",
                found="0 players",
                expected="up to 40",
                next_step="ask for another date: rosters before a club's first one are empty",
            )
        for player in roster:
            row = _player(source, player) | {"club": club}
            other = rows.setdefault(int(str(row["mlbam"])), row)
            if other is not row:
                raise SourceError(
                    source,
                    f"{row['name']} ({row['mlbam']}) is on two rosters of one date",
                    found=f"{other['club']} and {club}",
                    expected="one club a player",
                    next_step="ask for the day after: a player who moves may stand on both for a day",
                )
    if not rows:
        raise SourceError(source, "no rosters", found="0 clubs", expected="every club's", next_step=AGAIN)
    return list(rows.values())


def _club(source: Path | str, team: Mapping) -> str:
    abbreviation = take(source, team, "abbreviation", str)
    code = club_code(abbreviation)
    if code is None:
        raise SourceError(
            source,
            "an unknown club",
            found=f"{abbreviation!r} ({within(team, 'name')})",
            expected="a club of baseball/teams.py",
            next_step="teach the abbreviation to sources/statsapi.py",
        )
    return code


def _player(source: Path | str, player: object) -> dict[str, object]:
    person = take(source, player, "person", dict)
    return {
        "mlbam": take(source, person, "id", int),
        "name": take(source, person, "fullName", str),
        "position": within(player, "position", "abbreviation"),
        "status": within(player, "status", "description"),
    }


def _date(path: Path, document: object) -> dt.date:
    text = take(path, document, "date", str)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SourceError(
            path, "the roster's date is none", found=repr(text), expected="a date such as 2025-02-28", next_step=AGAIN
        ) from None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
