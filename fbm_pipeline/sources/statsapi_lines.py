"""Season lines of StatsAPI under the names of the raw tables: one line per player and team.

A player of several teams at one level has a line for each and one of all together. The lines of his teams are taken,
never both. Not here: how the files come (minor_league_fetch.py).
"""

import logging
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from fbm_pipeline.sources.casting import cast_column
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.reading import with_constants, without
from fbm_pipeline.sources.statsapi import AGAIN, SPORTS, club_code, read_document, take, within

_LOGGER = logging.getLogger("fbm_pipeline.sources")
_BOTH = {
    "age": "age",
    "G": "gamesPlayed",
    "AB": "atBats",
    "H": "hits",
    "2B": "doubles",
    "3B": "triples",
    "HR": "homeRuns",
    "R": "runs",
    "BB": "baseOnBalls",
    "IBB": "intentionalWalks",
    "SO": "strikeOuts",
    "SF": "sacFlies",
    "SH": "sacBunts",
    "GDP": "groundIntoDoublePlay",
    "SB": "stolenBases",
    "CS": "caughtStealing",
    "AVG": "avg",
    "OBP": "obp",
    "SLG": "slg",
    "BABIP": "babip",
    "pitches": "numberOfPitches",
}
# Column of ours -> name in `stat`.
COLUMNS: dict[str, dict[str, str]] = {
    "hitting": _BOTH | {"PA": "plateAppearances", "HBP": "hitByPitch", "RBI": "rbi"},
    "pitching": _BOTH
    | {
        "PA": "battersFaced",
        "TBF": "battersFaced",
        "HBP": "hitBatsmen",
        "W": "wins",
        "L": "losses",
        "SV": "saves",
        "GS": "gamesStarted",
        "ER": "earnedRuns",
        "IP": "inningsPitched",
        "ERA": "era",
        "WHIP": "whip",
    },
}
_REQUIRED = {"hitting": ("PA", "AB", "H", "HR", "BB", "SO"), "pitching": ("TBF", "G", "IP", "H", "HR", "BB", "SO")}
Object = Mapping[str, object]
Line = dict[str, object]


def read_lines(path: Path, schema: pa.Schema) -> pa.Table:
    """Lines of one file, in the schema of `raw.milb_batting` or `raw.milb_pitching`; `source` is `statsapi`.

    Counts are the published ones, `1B` is H less the other hits; IP as published (.1 and .2 are thirds). Raises
    SourceError as `lines_of` does, for a file without lines or of the other side of the ball, and for a value that
    does not fit its column.
    """
    document = read_document(path, "minor-league lines")
    group = take(path, document, "group", str)
    expected = "pitching" if "TBF" in schema.names else "hitting"
    if group != expected:
        raise SourceError(
            path,
            "the file's name tells another side of the ball than what it holds",
            found=f"group {group!r}",
            expected=f"group {expected!r}",
            next_step="rename the file",
        )
    lines = lines_of(path, document)
    if not lines:
        raise SourceError(
            path, "the file holds no lines", found="0 splits", expected="minor-league lines", next_step=AGAIN
        )
    made = without(schema, "source_file", "source", "row")
    columns = [cast_column(path, _texts(lines, field), field, AGAIN) for field in made]
    table = pa.table(columns, schema=made)
    table = table.append_column(schema.field("row"), pa.array(range(1, table.num_rows + 1), pa.int32()))
    return with_constants(table, schema, source="statsapi", source_file=path.name)


def lines_of(source: Path | str, document: Object) -> list[Line]:
    """The lines of a document by our column names, values as published.

    A combined line is taken only where there are no lines of teams, or where these do not add up to it. Raises
    SourceError, naming `source` and the split, for an unknown group or level, a missing name, a line of another
    season or level, and a player with two lines for one team.
    """
    group, level = take(source, document, "group", str), take(source, document, "level", str)
    if group not in COLUMNS or level not in SPORTS:
        raise SourceError(
            source,
            "an unknown group or level",
            found=f"{group!r}, {level!r}",
            expected=f"{' or '.join(COLUMNS)}, and one of {', '.join(SPORTS)}",
            next_step=AGAIN,
        )
    season = take(source, document, "season", int)
    parents = take(source, document, "parents", dict)
    splits = {
        row: _checked(source, row, split, season, SPORTS[level])
        for row, split in enumerate(take(source, document, "splits", list), start=1)
    }
    kept = _by_team(source, splits, COLUMNS[group]["PA"])
    shared: Line = {"season": season, "level": level}
    return [shared | _line(source, row, splits[row], group, parents) for row in kept]


def _checked(source: Path | str, row: int, split: object, season: int, sport: int) -> Object:
    """The split; what it says of its own season and sport must be what was asked for."""
    if not isinstance(split, dict):
        raise SourceError(
            source, "a split is no object", row=row, found=repr(split)[:60], expected="an object", next_step=AGAIN
        )
    season_and_sport = str(split.get("season", season)), within(split, "sport", "id") or sport
    if season_and_sport != (str(season), sport):
        raise SourceError(
            source,
            "a split is of another season or level",
            row=row,
            found=f"season {season_and_sport[0]}, sport {season_and_sport[1]}",
            expected=f"season {season}, sport {sport}",
            next_step=AGAIN,
        )
    return split


def _by_team(source: Path | str, splits: Mapping[int, Object], trips: str) -> list[int]:
    """Rows of the splits to take, in their order; `trips` names the plate appearances in `stat`."""
    together: dict[int, int] = {}  # player -> row of his combined line
    teams: dict[int, dict[int, int]] = defaultdict(dict)  # player -> team -> row
    for row, split in splits.items():
        player = take(source, take(source, split, "player", dict, row), "id", int, row)
        team = within(split, "team", "id")
        combined = not isinstance(team, int) or (within(split, "numTeams") or 1) != 1
        of_player: dict[int, int] = together if combined else teams[player]
        key = player if combined else int(str(team))
        if key in of_player:
            raise SourceError(
                source,
                f"player {player} has two lines {'of all teams' if combined else f'for team {team}'}",
                row=row,
                found=f"another one in row {of_player[key]}",
                expected="one",
                next_step=AGAIN,
            )
        of_player[key] = row
    left_out = set()
    for player, row in together.items():
        team_rows = list(teams.get(player, {}).values())
        by_team = sum(_trips(source, splits, team_row, trips) for team_row in team_rows)
        if team_rows and by_team != _trips(source, splits, row, trips):
            _LOGGER.warning("%s: lines of player %d by team do not add up; the combined one is taken", source, player)
            left_out |= set(team_rows)
        elif team_rows:
            left_out.add(row)
    return [row for row in splits if row not in left_out]


def _trips(source: Path | str, splits: Mapping[int, Object], row: int, trips: str) -> int:
    return take(source, take(source, splits[row], "stat", dict, row), trips, int, row)


def _line(source: Path | str, row: int, split: Object, group: str, parents: Object) -> Line:
    stat, names = take(source, split, "stat", dict, row), COLUMNS[group]
    for name in _REQUIRED[group]:
        if stat.get(names[name]) is None:
            take(source, stat, names[name], int, row)  # says what is missing, and what is there
    player = take(source, split, "player", dict, row)
    line: Line = {name: stat.get(theirs) for name, theirs in names.items()}
    hits = [line[name] for name in ("H", "2B", "3B", "HR")]
    if all(isinstance(count, int) for count in hits):
        line["1B"] = hits[0] - hits[1] - hits[2] - hits[3]  # type: ignore[operator]
    return line | {
        "name": take(source, player, "fullName", str, row),
        "mlbam": take(source, player, "id", int, row),
        "team": _team(split, parents),
        "league": within(split, "league", "name"),
    }


def _team(split: Object, parents: Object) -> object:
    """The parent club's code where it is known, else the team's own name; None for a line of all teams together."""
    if (within(split, "numTeams") or 1) != 1:
        return None
    parent = parents.get(str(within(split, "team", "id")))
    return (club_code(str(parent)) or parent) if parent else within(split, "team", "name")


def _texts(lines: list[Line], field: pa.Field) -> pa.ChunkedArray:
    """The values as text, to be cast. StatsAPI writes `.---` and `-.--` for a rate without a denominator."""
    texts = [None if line.get(field.name) is None else str(line[field.name]) for line in lines]
    if pa.types.is_floating(field.type):
        texts = [text if text and any(sign.isdigit() for sign in text) else None for text in texts]
    return pa.chunked_array([pa.array(texts, pa.string())])
