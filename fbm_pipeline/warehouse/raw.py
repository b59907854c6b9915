"""Source files into the raw tables: each file once, by its hash, and all new files checked before any is written.

A raw table holds rows of source files, typed, each with the file that it came from. A column keeps its source's own
spelling (`2B`, `K%`); the few renamed ones are said beside them. `for_people` marks what no statement reads: most.
A table of games keeps one partition per season and file, so one new day costs one day. The other tables are small:
their files are concatenated and the table replaced as a whole. An absent optional source makes an empty table.
Not here: the tables of each publisher.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import find_files, seasons_named, sha256_of
from fbm_pipeline.sources.reading import READER_VERSION
from fbm_pipeline.store.columns import Column
from fbm_pipeline.store.contents import duplicate_keys, inputs_key
from fbm_pipeline.store.declarations import Table, resolve
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store, Written

_LOGGER = logging.getLogger("fbm_pipeline.warehouse")

INGEST = "fbm_pipeline.warehouse.raw:ingest"

SOURCE_FILE = Column("source_file", "str", "name", "the file that the row was read from")
SEASON = Column("season", "i16", "season", "the year in which the game was played")


@dataclass(frozen=True)
class RawTable(Table):
    """A table of all files of a kind; `code` names the one function `(path, schema) -> pyarrow.Table` that reads them.

    `game` names the game's column where the table is partitioned by season and file: a new day costs one day then.
    """

    files: str = ""  # the kind of files, of `sources.files`
    game: str = ""

    @property
    def reader(self) -> str:
        """The function that reads one file."""
        return self.code[0]

    @property
    def functions(self) -> tuple[str, ...]:
        """All that the code version starts from. A partition's key has the reader's version in place of its code."""
        return (INGEST, *self.code)


def available_seasons(data: Path) -> list[int]:
    """Seasons for which the folder holds plays or Statcast pitches, from the files' names."""
    files = find_files(data, "plays") + find_files(data, "statcast")
    return sorted({season for path in files for season in seasons_named(path)})


def ingest(store: Store, data: Path, table: str, season: int | None = None) -> list[Written]:
    """Bring one raw table up to date with the data folder; `season` narrows a table that is partitioned by it.

    Returns one Written per partition, unchanged ones as skipped. Partitions of files that are gone are dropped.
    Raises SourceError for the first file that cannot be taken (see the readers) or for a game that lies in two files;
    then no table has changed. Raises KeyError for an unknown table.
    """
    source = source_of(store.contracts[table])
    if source.game:
        return _ingest_games(store, find_files(data, source.files), source, season)
    return [_ingest_whole(store, find_files(data, source.files), source)]


def source_of(table: Table) -> RawTable:
    """The table as one of source files. Raises KeyError for a table that is made of others."""
    if not isinstance(table, RawTable):
        raise KeyError(f"{table.name} is made of tables, not of source files: materialize it instead")
    return table


def _read(source: RawTable, path: Path) -> pa.Table:
    rows: pa.Table = resolve(source.reader)(path, source.schema)
    return rows


def _inputs(source: RawTable, hashes: Sequence[tuple[str, str]]) -> str:
    """What a raw partition depends on: file names and bytes, the columns, and how a file is read."""
    return inputs_key(files=list(hashes), schema=str(source.schema), reader=READER_VERSION)


def _ingest_whole(store: Store, files: list[Path], source: RawTable) -> Written:
    def compute() -> pa.Table:
        tables = [_read(source, path) for path in files]
        joined = pa.concat_tables(tables) if tables else source.schema.empty_table()
        repeated = duplicate_keys(joined, source.key) if len(tables) > 1 else []
        if repeated:
            raise SourceError(
                files[0].parent,
                f"two files of {source.name} hold the same rows",
                found=repeated[0],
                expected="every row in one file",
                next_step=f"remove one of {', '.join(path.name for path in files)}",
            )
        return joined

    inputs = _inputs(source, [(path.name, sha256_of(path)) for path in files])
    written = store.build(source.name, {}, inputs, compute)
    _LOGGER.info("%s: %d rows%s", source.name, written.rows, " (unchanged)" if written.skipped else "")
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


def _ingest_games(store: Store, files: list[Path], source: RawTable, season: int | None) -> list[Written]:
    parts = _parts(source, files, season)
    current = {part: store.current(source.name, part.partition, part.inputs) for part in parts}
    new = list(dict.fromkeys(part.path for part, written in current.items() if written is None))
    tables = {path: _read(source, path) for path in new}
    _check_games(store, source, parts, tables)
    store.create(source.name)
    _drop_removed(store, source.name, parts, season)
    results = []
    for part in parts:
        written = current[part]
        if written is None:
            rows = tables[part.path]
            rows = rows.filter(pc.equal(rows.column("season"), part.season))
            written = store.write(source.name, part.partition, rows, part.inputs)
            _LOGGER.info("%s: %d rows of %d from %s", source.name, written.rows, part.season, part.path.name)
        results.append(written)
    return results


def _parts(source: RawTable, files: list[Path], season: int | None) -> list[_Part]:
    parts = []
    for path in files:
        wanted = [named for named in seasons_named(path) if season in (None, named)]
        if wanted:
            inputs = _inputs(source, [(path.name, sha256_of(path))])
            parts += [_Part(path, named, inputs) for named in wanted]
    return parts


def _check_games(store: Store, source: RawTable, parts: list[_Part], tables: dict[Path, pa.Table]) -> None:
    """Raises SourceError when a game lies in two files, new or stored: pitches of it would count twice."""
    if not tables:
        return
    games = [_games_of(new, source.game) for new in tables.values()]
    kept = pa.array(sorted({part.path.name for part in parts if part.path not in tables}), pa.string())
    if len(kept) and store.exists(source.name):
        seasons = [part.season for part in parts]
        bounds = {"first": min(seasons), "last": max(seasons)}
        with session(store, tables=[source.name]) as connection:
            stored = query(connection, source.name.replace(".", "/games_of_", 1), bounds)
        in_kept = pc.is_in(stored.column("source_file"), value_set=kept)
        games.append(stored.filter(in_kept).select(["game", "source_file"]))
    counts = pa.concat_tables(games).group_by("game").aggregate([("source_file", "list")])
    shared = counts.filter(pc.greater(pc.list_value_length(counts.column("source_file_list")), 1))
    if shared.num_rows:
        names = sorted(shared.column("source_file_list")[0].as_py())
        raise SourceError(
            next(path for path in tables if path.name in names),
            f"{shared.num_rows} games are in two files",
            column=source.game,
            found=f"game {shared.column('game')[0].as_py()} in {' and in '.join(names)}",
            expected="every game in one file",
            next_step=f"remove one of {' and '.join(names)}",
        )


def _games_of(table: pa.Table, column: str) -> pa.Table:
    pairs = table.select([column, "source_file"]).group_by([column, "source_file"]).aggregate([])
    return pa.table({"game": pairs.column(column).cast(pa.string()), "source_file": pairs.column("source_file")})


def _drop_removed(store: Store, table: str, parts: list[_Part], season: int | None) -> None:
    present = {(part.season, part.path.name) for part in parts}
    for stored in store.partitions(table):
        if season not in (None, stored["season"]) or (stored["season"], stored["source_file"]) in present:
            continue
        store.drop(table, stored)
        _LOGGER.info("%s: %s is gone from the folder; its %s rows left", table, stored["source_file"], stored["season"])
