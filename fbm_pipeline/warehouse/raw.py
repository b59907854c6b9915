"""Source files into the raw tables: each file once, by its hash, and all new files checked before any is written.

A table of games keeps one partition per season and file, so one new day costs one day. The other tables are small:
their files are concatenated and the table replaced as a whole. An absent optional source makes an empty table.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.sources.club_rosters import read_club_rosters
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import find_files, seasons_named, sha256_of
from fbm_pipeline.sources.lahman import (
    read_appearances,
    read_batting,
    read_lahman_pitching,
    read_people,
    read_teams,
)
from fbm_pipeline.sources.minor_leagues import read_minor_leagues
from fbm_pipeline.sources.partial_pitches import read_partial_pitches
from fbm_pipeline.sources.projections import read_projections
from fbm_pipeline.sources.reading import READER_VERSION
from fbm_pipeline.sources.register import read_register
from fbm_pipeline.sources.retrosheet import (
    read_batted_ball_physics,
    read_gameinfo,
    read_pitching,
    read_plays,
    read_rosters,
)
from fbm_pipeline.sources.statcast import read_statcast
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store, Written, duplicate_keys, inputs_key

_LOGGER = logging.getLogger("fbm_pipeline.warehouse")


@dataclass(frozen=True)
class RawSource:
    """Where a raw table comes from. `game` names the game's column where a table is partitioned by season and file."""

    kind: str
    read: Callable[[Path, pa.Schema], pa.Table]
    game: str | None = None


_SOURCES: dict[str, RawSource] = {
    "raw.statcast_pitches": RawSource("statcast", read_statcast, game="game_pk"),
    "raw.retrosheet_plays": RawSource("plays", read_plays, game="gid"),
    "raw.batted_ball_physics": RawSource("batted_ball_physics", read_batted_ball_physics, game="gid"),
    "raw.partial_pitches": RawSource("partial_pitches", read_partial_pitches, game="game_pk"),
    "raw.retrosheet_gameinfo": RawSource("gameinfo", read_gameinfo),
    "raw.retrosheet_pitching": RawSource("pitching", read_pitching),
    "raw.retrosheet_rosters": RawSource("rosters", read_rosters),
    "raw.lahman_people": RawSource("people", read_people),
    "raw.lahman_batting": RawSource("batting", read_batting),
    "raw.lahman_pitching": RawSource("lahman_pitching", read_lahman_pitching),
    "raw.lahman_appearances": RawSource("appearances", read_appearances),
    "raw.lahman_teams": RawSource("teams", read_teams),
    "raw.register": RawSource("register", read_register),
    "raw.milb_batting": RawSource("minor_batting", read_minor_leagues),
    "raw.milb_pitching": RawSource("minor_pitching", read_minor_leagues),
    "raw.club_rosters": RawSource("club_rosters", read_club_rosters),
    "raw.public_projections": RawSource("projections", read_projections),
}
RAW_TABLES = tuple(_SOURCES)
SEASON_TABLES = tuple(name for name, source in _SOURCES.items() if source.game is not None)


def available_seasons(data: Path) -> list[int]:
    """Seasons for which the folder holds plays or Statcast pitches, from the files' names."""
    files = find_files(data, "plays") + find_files(data, "statcast")
    return sorted({season for path in files for season in seasons_named(path)})


def ingest(store: Store, data: Path, table: str, season: int | None = None) -> list[Written]:
    """Bring one raw table up to date with the data folder; `season` narrows a table of SEASON_TABLES.

    Returns one Written per partition, unchanged ones as skipped. Partitions of files that are gone are dropped.
    Raises SourceError for the first file that cannot be taken (see the readers) or for a game that lies in two files;
    then no table has changed. Raises KeyError for an unknown table.
    """
    source = _SOURCES[table]
    if source.game is None:
        return [_ingest_whole(store, find_files(data, source.kind), table, source)]
    return _ingest_games(store, find_files(data, source.kind), table, source, season)


def _inputs(store: Store, table: str, hashes: Sequence[tuple[str, str]]) -> str:
    """What a raw partition depends on: file names and bytes, the contract, and how a file is read."""
    return inputs_key(files=list(hashes), schema=str(store.contracts[table].schema), reader=READER_VERSION)


def _ingest_whole(store: Store, files: list[Path], table: str, source: RawSource) -> Written:
    schema = store.contracts[table].schema

    def compute() -> pa.Table:
        tables = [source.read(path, schema) for path in files]
        joined = pa.concat_tables(tables) if tables else schema.empty_table()
        repeated = duplicate_keys(joined, store.contracts[table].key) if len(tables) > 1 else []
        if repeated:
            raise SourceError(
                files[0].parent, f"two files of {table} hold the same rows", found=repeated[0],
                expected="every row in one file", next_step=f"remove one of {', '.join(p.name for p in files)}",
            )  # fmt: skip
        return joined

    written = store.build(table, {}, _inputs(store, table, [(path.name, sha256_of(path)) for path in files]), compute)
    _LOGGER.info("%s: %d rows%s", table, written.rows, " (unchanged)" if written.skipped else "")
    return written


@dataclass(frozen=True)
class _Part:
    """One partition: the rows of one season in one file."""

    path: Path
    season: int
    inputs: str

    @property
    def partition(self) -> dict[str, int | str]:
        return {"season": self.season, "source_file": self.path.name}


def _ingest_games(store: Store, files: list[Path], table: str, source: RawSource, season: int | None) -> list[Written]:
    parts = _parts(store, files, table, season)
    known = {part: store.current(table, part.partition, part.inputs) for part in parts}
    new = list(dict.fromkeys(part.path for part, written in known.items() if written is None))
    tables = {path: source.read(path, store.contracts[table].schema) for path in new}
    _check_games(store, table, source, parts, tables)
    store.create(table)
    _drop_removed(store, table, parts, season)
    results = []
    for part in parts:
        written = known[part]
        if written is None:
            rows = tables[part.path]
            rows = rows.filter(pc.equal(rows.column("season"), part.season))
            written = store.write(table, part.partition, rows, part.inputs)
            _LOGGER.info("%s: %d rows of %d from %s", table, written.rows, part.season, part.path.name)
        results.append(written)
    return results


def _parts(store: Store, files: list[Path], table: str, season: int | None) -> list[_Part]:
    parts = []
    for path in files:
        wanted = [named for named in seasons_named(path) if season in (None, named)]
        if wanted:
            inputs = _inputs(store, table, [(path.name, sha256_of(path))])
            parts += [_Part(path, named, inputs) for named in wanted]
    return parts


def _check_games(store: Store, table: str, source: RawSource, parts: list[_Part], tables: dict[Path, pa.Table]) -> None:
    """Raises SourceError when a game lies in two files, new or held: pitches of it would count twice."""
    if not tables:
        return
    games = [_games_of(new, source.game or "") for new in tables.values()]
    kept = pa.array(sorted({part.path.name for part in parts if part.path not in tables}), pa.string())
    if len(kept) and store.exists(table):
        seasons = [part.season for part in parts]
        bounds = {"first": min(seasons), "last": max(seasons)}
        with session(store, tables=[table]) as connection:
            held = query(connection, table.replace(".", "/games_of_", 1), bounds)
        games.append(held.filter(pc.is_in(held.column("source_file"), value_set=kept)).select(["game", "source_file"]))
    counts = pa.concat_tables(games).group_by("game").aggregate([("source_file", "list")])
    shared = counts.filter(pc.greater(pc.list_value_length(counts.column("source_file_list")), 1))
    if shared.num_rows:
        names = sorted(shared.column("source_file_list")[0].as_py())
        new = next(path for path in tables if path.name in names)
        raise SourceError(
            new, f"{shared.num_rows} games are in two files", column=source.game,
            found=f"game {shared.column('game')[0].as_py()} in {' and in '.join(names)}",
            expected="every game in one file", next_step=f"remove one of {' and '.join(names)}",
        )  # fmt: skip


def _games_of(table: pa.Table, column: str) -> pa.Table:
    pairs = table.select([column, "source_file"]).group_by([column, "source_file"]).aggregate([])
    return pa.table({"game": pairs.column(column).cast(pa.string()), "source_file": pairs.column("source_file")})


def _drop_removed(store: Store, table: str, parts: list[_Part], season: int | None) -> None:
    present = {(part.season, part.path.name) for part in parts}
    for held in store.partitions(table):
        if season not in (None, held["season"]) or (held["season"], held["source_file"]) in present:
            continue
        store.drop(table, held)
        _LOGGER.info("%s: %s is gone from the folder; its %s rows left", table, held["source_file"], held["season"])
