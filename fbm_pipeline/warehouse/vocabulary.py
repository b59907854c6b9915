"""The closed maps of `baseball` as small tables that the statements of `sql/` join: schema `vocabulary`.

Not here: the maps themselves.
"""

import duckdb
import pyarrow as pa

from fbm_pipeline.baseball.events import (
    AUTOMATIC_RESULTS,
    BASERUNNING_EVENTS,
    OUTCOMES,
    RETROSHEET_HIT_TYPES,
    RETROSHEET_KINDS,
    RETROSHEET_PITCHES,
    STATCAST_HIT_TYPES,
    STATCAST_OUTCOMES,
    STATCAST_PITCHES,
)
from fbm_pipeline.baseball.statistics import COUNTS
from fbm_pipeline.baseball.teams import RETROSHEET_TEAMS


def vocabulary() -> dict[str, pa.Table]:
    """Every map by the name of its table; a change to any of them changes what the core tables are made from."""
    return {
        "teams": _rows("code team", list(RETROSHEET_TEAMS.items())),
        "pitch_results": _pitch_results(),
        "outcomes": _outcomes(),
        "retrosheet_kinds": _retrosheet_kinds(),
        "statcast_events": _statcast_events(),
        "hit_types": _hit_types(),
    }


def create_vocabulary(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables `vocabulary.*` in a session."""
    connection.execute("create schema if not exists vocabulary")
    for name, table in vocabulary().items():
        connection.register("vocabulary_rows", table)
        connection.execute(f"create table vocabulary.{name} as select * from vocabulary_rows")
        connection.unregister("vocabulary_rows")


def _rows(names: str, rows: list[tuple]) -> pa.Table:
    """A table of rows, its columns named in a line."""
    return pa.table({name: list(column) for name, column in zip(names.split(), zip(*rows, strict=True), strict=True)})


def _pitch_results() -> pa.Table:
    maps = {"retrosheet": RETROSHEET_PITCHES, "statcast": STATCAST_PITCHES}
    rows = [(source, code, result) for source, codes in maps.items() for code, result in codes.items()]
    return _rows("source code result is_thrown", [(*row, row[2] not in AUTOMATIC_RESULTS) for row in rows])


def _outcomes() -> pa.Table:
    counts = {name: pa.array([getattr(o, name) for o in OUTCOMES.values()], pa.int8()) for name in (*COUNTS, "ci")}
    return pa.table({"outcome": list(OUTCOMES), **counts})


def _retrosheet_kinds() -> pa.Table:
    rows = [(kind, outs, outcome) for kind, by_outs in RETROSHEET_KINDS.items() for outs, outcome in by_outs.items()]
    return _rows("kind outs outcome", rows)


def _statcast_events() -> pa.Table:
    endings = [(event, True, name, OUTCOMES[name].outs) for event, name in STATCAST_OUTCOMES.items()]
    running = [(event, False, None, outs) for event, outs in BASERUNNING_EVENTS.items()]
    return _rows("event is_plate_appearance outcome outs", [*endings, *running])


def _hit_types() -> pa.Table:
    maps = {"retrosheet": RETROSHEET_HIT_TYPES, "statcast": STATCAST_HIT_TYPES}
    rows = [(source, code, *words) for source, codes in maps.items() for code, words in codes.items()]
    return _rows("source code hit_type is_bunt", rows)
