"""Files into raw tables: each file once, a new day alone, and nothing written when any new file is bad."""

import gzip
import time
from pathlib import Path

import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import KINDS
from fbm_pipeline.store.declarations import resolve
from fbm_pipeline.store.engine import session
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.raw import available_seasons, ingest
from fbm_pipeline.warehouse.tables import RAW_TABLES
from fbm_pipeline_tests.sources.tiny_files import csv_text, pitches, plays, write_csv

PITCHES = "raw.statcast_pitches"
DAYS = {"2024-04-02": 1, "2024-04-03": 2}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with two Statcast days of 2024 and the plays of 2022 and 2023."""
    for day, game in DAYS.items():
        write_csv(tmp_path / "data" / "statcast" / f"statcast_{day}.csv.gz", pitches(day=day, game=game))
    for season in (2022, 2023):
        write_csv(tmp_path / "data" / "retrosheet" / f"plays_{season}.csv", plays(season=season))
    return tmp_path / "data"


def held(store: Store, table: str = PITCHES) -> list[tuple]:
    """Rows by season and file."""
    with session(store) as connection:
        return connection.execute(
            f"select season, source_file, count(*) from {table} group by all order by all"
        ).fetchall()


def version(store: Store, table: str = PITCHES) -> int:
    return store.delta(table).version()


def test_every_raw_table_has_files_and_a_reader() -> None:
    for table in RAW_TABLES:
        assert table.files in KINDS, table.name
        assert callable(resolve(table.reader)), table.name
        assert table.partition_by == (("season", "source_file") if table.game else ()), table.name


def test_a_table_made_of_tables_is_not_read_from_files(store: Store, data: Path) -> None:
    with pytest.raises(KeyError, match="made of tables"):
        ingest(store, data, "core.games")


def test_the_folder_tells_its_seasons(data: Path) -> None:
    assert available_seasons(data) == [2022, 2023, 2024]


def test_a_second_run_writes_nothing(store: Store, data: Path) -> None:
    first = ingest(store, data, PITCHES)
    before = version(store)
    second = ingest(store, data, PITCHES)
    assert [(w.skipped, w.rows) for w in first] == [(False, 3), (False, 3)]
    assert [(w.skipped, w.rows) for w in second] == [(True, 3), (True, 3)]
    assert version(store) == before
    assert [w.content_hash for w in first] == [w.content_hash for w in second]


def test_a_new_day_is_the_only_one_read(store: Store, data: Path) -> None:
    ingest(store, data, PITCHES)
    write_csv(data / "statcast" / "statcast_2024-04-04.csv", pitches(day="2024-04-04", game=3, count=5))
    written = ingest(store, data, PITCHES, season=2024)
    assert [w.partition["source_file"] for w in written if not w.skipped] == ["statcast_2024-04-04.csv"]
    assert [rows for *_, rows in held(store)] == [3, 3, 5]


def test_a_changed_file_replaces_its_rows_and_a_removed_one_leaves(store: Store, data: Path) -> None:
    ingest(store, data, PITCHES)
    write_csv(data / "statcast" / "statcast_2024-04-02.csv.gz", pitches(day="2024-04-02", game=1, count=7))
    (data / "statcast" / "statcast_2024-04-03.csv.gz").unlink()
    ingest(store, data, PITCHES)
    assert held(store) == [(2024, "statcast_2024-04-02.csv.gz", 7)]


def test_a_season_touches_no_other(store: Store, data: Path) -> None:
    table = "raw.retrosheet_plays"
    ingest(store, data, table)
    kept = store.content(table, {"season": 2022})
    (data / "retrosheet" / "plays_2022.csv").unlink()
    write_csv(data / "retrosheet" / "plays_2023.csv", plays(season=2023, count=4))
    ingest(store, data, table, season=2023)
    assert held(store, table) == [(2022, "plays_2022.csv", 3), (2023, "plays_2023.csv", 4)]
    assert store.content(table, {"season": 2022}) == kept


def test_one_file_of_several_seasons_is_a_partition_a_season(store: Store, data: Path) -> None:
    rows = [{"gid": f"ANA{s}07280", "pn": 3, "launch_speed": 105.2, "launch_angle": -2} for s in (2020, 2022)]
    write_csv(data / "retrosheet" / "batted_ball_physics_2020_2022.csv", rows)
    written = ingest(store, data, "raw.batted_ball_physics")
    assert [(w.partition["season"], w.rows) for w in written] == [(2020, 1), (2021, 0), (2022, 1)]
    assert all(w.skipped for w in ingest(store, data, "raw.batted_ball_physics", season=2022))


GOOD = csv_text(pitches(day="2024-04-04", game=3)).encode()
BAD_FILES = {
    "truncated gzip": (".csv.gz", gzip.compress(GOOD)[:-30]),
    "web page": (".csv", b"<html>Error</html>"),
    "header only": (".csv", GOOD.splitlines()[0]),
    "duplicate pitches": (".csv", GOOD + GOOD.splitlines()[1] + b"\n"),
    "batter is no number": (".csv", GOOD.replace(b"677587", b"unknown", 1)),
    "out of season": (".csv", GOOD.replace(b"2024-04-04", b"2024-12-24")),
    "game in two files": (".csv", csv_text(pitches(day="2024-04-02", game=1)).encode()),
    "half-written Parquet": (".parquet", b"PAR1" + GOOD),
    "latin": (".csv", GOOD.replace(b"Castillo", b"Pe\xf1a")),
    "empty": (".csv", b""),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_leaves_the_table_as_it_was(store: Store, data: Path, case: str) -> None:
    ingest(store, data, PITCHES)
    before, at = held(store), version(store)
    # Both a good new file and a vanished one stand beside the bad one: neither may take effect.
    write_csv(data / "statcast" / "statcast_2024-04-01.csv", pitches(day="2024-04-01", game=9))
    (data / "statcast" / "statcast_2024-04-03.csv.gz").unlink()
    suffix, content = BAD_FILES[case]
    (data / "statcast" / f"statcast_2024-04-04{suffix}").write_bytes(content)
    with pytest.raises(SourceError):
        ingest(store, data, PITCHES)
    assert (held(store), version(store)) == (before, at)


def test_the_same_game_in_two_new_files_is_refused(store: Store, data: Path) -> None:
    write_csv(data / "statcast" / "statcast_2024-04-02_copy.csv", pitches(day="2024-04-02", game=1))
    with pytest.raises(SourceError, match="1 games are in two files") as raised:
        ingest(store, data, PITCHES)
    assert "statcast_2024-04-02.csv.gz and in statcast_2024-04-02_copy.csv" in str(raised.value)
    assert not store.exists(PITCHES)


def test_a_renamed_file_is_not_its_own_double(store: Store, data: Path) -> None:
    ingest(store, data, PITCHES)
    (data / "statcast" / "statcast_2024-04-02.csv.gz").rename(data / "statcast" / "statcast_2024-04-02b.csv.gz")
    ingest(store, data, PITCHES)
    assert [file for _, file, _ in held(store)] == ["statcast_2024-04-02b.csv.gz", "statcast_2024-04-03.csv.gz"]


def test_an_absent_source_is_an_empty_table(store: Store, tmp_path: Path) -> None:
    for table in RAW_TABLES:
        ingest(store, tmp_path, table.name)
        with session(store) as connection:
            assert connection.execute(f"select count(*) from {table.name}").fetchone() == (0,)


def test_small_tables_join_their_files_and_refuse_the_same_row_twice(store: Store, tmp_path: Path) -> None:
    person = {"key_person": "a", "key_mlbam": 1, "key_retro": "", "name_last": "A", "birth_year": 1990}
    write_csv(tmp_path / "register" / "people-0.csv", [person])
    write_csv(tmp_path / "register" / "people-1.csv", [person | {"key_person": "b", "key_mlbam": 2}])
    assert ingest(store, tmp_path, "raw.register")[0].rows == 2
    assert ingest(store, tmp_path, "raw.register")[0].skipped
    write_csv(tmp_path / "register" / "people-2.csv", [person])
    with pytest.raises(SourceError, match=r"two files of raw\.register hold the same rows"):
        ingest(store, tmp_path, "raw.register")
    with session(store) as connection:
        assert connection.execute("select count(*) from raw.register").fetchone() == (2,)


@pytest.mark.real
def test_one_real_season_and_a_second_run(real_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    first = ingest(store, real_data, "raw.retrosheet_plays", season=2020)
    physics = ingest(store, real_data, "raw.batted_ball_physics", season=2020)
    assert [w.rows for w in first + physics] == [66_987, 42_362]
    started = time.perf_counter()
    assert all(w.skipped for w in ingest(store, real_data, "raw.retrosheet_plays", season=2020))
    assert time.perf_counter() - started < 5
