"""How long the way from source files to core tables takes: all of it, again with nothing new, and with one new day.

Beside it, in the same run on the same machine, the least that any such way must do: DuckDB alone reads the plays and
explodes their pitch strings into one Parquet file, without ids, checks, hashes or the other tables.
Run as `python benchmarks/core_tables.py --data FOLDER`; prints one table. Not here: the other benchmarks.
"""

import argparse
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fbm_pipeline.presets.presets import PRESETS
from fbm_pipeline.store.making import make
from fbm_pipeline.store.tables import Store, Written
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse import raw
from fbm_pipeline.warehouse.core_tables import PLAYERS, SEASON_LINES
from fbm_pipeline.warehouse.game_tables import GAMES, PITCHES, PLATE_APPEARANCES, PLAYER_GAMES
from fbm_pipeline.warehouse.months import make_months
from fbm_pipeline.warehouse.season_games import season_games
from fbm_pipeline.warehouse.tables import RAW_TABLES

_EXPLODE = r"""
copy (
    with plays as (
        select gid, pn, regexp_replace(pitches, '[+*.123>^N]', '', 'g') as letters
        from read_parquet($files) where pa = 1
    )
    select gid, pn, unnest(range(1, length(letters) + 1)) as pitch, unnest(string_split(letters, '')) as letter
    from plays
) to '{target}' (format parquet, compression zstd)
"""


def run_all(store: Store, data: Path, seasons: list[int]) -> list[Written]:
    """Files to core for these seasons, in the order in which the assets stand."""
    written: list[Written] = []
    for source in RAW_TABLES:
        for season in seasons if source.game else [None]:
            written += raw.ingest(store, data, source.name, season)
    preset = PRESETS["real"]
    written.append(make(store, PLAYERS, {}, preset))
    for season in seasons:
        for table in (GAMES, PITCHES, PLATE_APPEARANCES, PLAYER_GAMES):
            written += make_months(store, table, season)
        written.append(make(store, SEASON_LINES, {"season": season}, preset))
    return written


def timed(action: Callable[[], list[Written]]) -> tuple[float, float, list[Written]]:
    """Wall seconds, processor seconds, and what was written."""
    wall, processor = time.perf_counter(), time.process_time()
    written = action()
    return time.perf_counter() - wall, time.process_time() - processor, written


def explode(data: Path, target: Path, threads: int) -> tuple[float, float, int]:
    """DuckDB's own explode of every pitch string, as the limit: wall and processor seconds, and pitches."""
    files = [str(path) for path in sorted((data / "retrosheet").glob("plays_*.parquet"))]
    wall, processor = time.perf_counter(), time.process_time()
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {threads}")
        row = connection.execute(_EXPLODE.format(target=target), {"files": files}).fetchone()
    return time.perf_counter() - wall, time.process_time() - processor, int(row[0]) if row else 0


def withhold_day(data: Path, folder: Path) -> pa.Table | None:
    """A copy of the data folder by links, its latest Statcast day taken out; returns that day's rows."""
    for path in sorted(data.rglob("*")):
        if path.is_file():
            link = folder / path.relative_to(data)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
    latest: tuple[dt.date, Path] | None = None
    for path in sorted((folder / "statcast").glob("statcast_*.parquet")):
        regular = pq.read_table(path, columns=["game_date"], filters=[("game_type", "=", "R")])
        day = pc.max(regular.column("game_date")).as_py() if regular.num_rows else None
        if day is not None and (latest is None or day > latest[0]):
            latest = (day, path)
    if latest is None:
        return None
    day, path = latest
    table = pq.read_table(path)
    is_day = pc.equal(table.column("game_date"), pa.scalar(day, table.schema.field("game_date").type))
    path.unlink()
    pq.write_table(table.filter(pc.invert(is_day)), path)
    return table.filter(is_day)


def add_day(folder: Path, rows: pa.Table) -> None:
    day = rows.column("game_date")[0].as_py()
    pq.write_table(rows, folder / "statcast" / f"statcast_{day}.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of source files")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fbm_bench_") as name:
        print("\n".join(measure(arguments.data, Path(name), arguments.threads)))


def measure(data: Path, work: Path, threads: int) -> list[str]:
    """The lines of the table."""
    folder = work / "data"
    day = withhold_day(data, folder)
    seasons = raw.available_seasons(folder)
    store = Store(work / "store", TABLES)
    limit = explode(data, work / "exploded.parquet", threads)
    lines = [
        f"{len(seasons)} seasons, {seasons[0]}-{seasons[-1]}; wall and processor seconds",
        f"{'step':34s}{'wall':>8s}{'cpu':>8s}{'/ full':>8s}{'/ limit':>9s}  written",
        _line("limit: DuckDB explodes pitches", limit[0], limit[1], None, limit[0], f"{limit[2]:,} pitches"),
    ]
    full = timed(lambda: run_all(store, folder, seasons))
    lines.append(_line("files to core", full[0], full[1], full[0], limit[0], _told(full[2])))
    again = timed(lambda: run_all(store, folder, seasons))
    lines.append(_line("again, nothing new", again[0], again[1], full[0], limit[0], _told(again[2])))
    if day is not None:
        add_day(folder, day)
        season = day.column("game_date")[0].as_py().year
        one = timed(lambda: run_all(store, folder, [season]))
        label = f"one day more ({season}'s partitions)"
        lines.append(_line(label, one[0], one[1], full[0], limit[0], _told(one[2])))
        lines.append(f"{season} is told by {season_games(store, season).source}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*lines, f"peak memory {peak:,.0f} MB"]


def _line(label: str, wall: float, processor: float, full: float | None, limit: float, told: str) -> str:
    share = f"{wall / full:8.3f}" if full else f"{'':8s}"
    return f"{label:34s}{wall:8.1f}{processor:8.1f}{share}{wall / limit:9.2f}  {told}"


def _told(written: list[Written]) -> str:
    new = [item for item in written if not item.skipped]
    return f"{len(new)} of {len(written)} partitions, {sum(item.rows for item in new):,} rows"


if __name__ == "__main__":
    main()
