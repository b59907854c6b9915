"""Partial pitch files into `raw.partial_pitches`: by season, optional, and refused whole."""

from pathlib import Path

import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.raw import available_seasons, ingest
from fbm_pipeline_tests.sources.test_partial_pitches import line
from fbm_pipeline_tests.sources.tiny_files import write_csv

TABLE = "raw.partial_pitches"


def held(store: Store) -> dict[int, int]:
    seasons = store.delta(TABLE).to_pyarrow_table().column("season").to_pylist()
    return {season: seasons.count(season) for season in seasons}


def test_one_file_is_a_partition_a_season_and_read_once(store: Store, tmp_path: Path) -> None:
    write_csv(tmp_path / "statcast" / "partial_pitches_2020_2021.csv", [line(), line(), line("2021-10-01", game_pk=2)])
    assert [written.rows for written in ingest(store, tmp_path, TABLE)] == [2, 1]
    assert all(written.skipped for written in ingest(store, tmp_path, TABLE))
    assert held(store) == {2020: 2, 2021: 1}


def test_an_absent_file_makes_nothing_and_a_removed_one_leaves(store: Store, tmp_path: Path) -> None:
    assert ingest(store, tmp_path, TABLE) == []
    path = write_csv(tmp_path / "statcast" / "partial_pitches_2020.csv", [line()])
    ingest(store, tmp_path, TABLE)
    path.unlink()
    assert ingest(store, tmp_path, TABLE) == []
    assert held(store) == {}


def test_a_file_without_a_column_leaves_the_table_as_it_was(store: Store, tmp_path: Path) -> None:
    write_csv(tmp_path / "statcast" / "partial_pitches_2020.csv", [line()])
    ingest(store, tmp_path, TABLE)
    short = {name: value for name, value in line("2021-10-01", game_pk=2).items() if name != "release_speed"}
    write_csv(tmp_path / "statcast" / "partial_pitches_2021.csv", [short])
    with pytest.raises(SourceError, match="required columns are missing: release_speed"):
        ingest(store, tmp_path, TABLE)
    assert held(store) == {2020: 1}


def test_the_same_game_in_two_files_is_refused(store: Store, tmp_path: Path) -> None:
    for name in ("partial_pitches_2020.csv", "partial_pitches_2020_copy.csv"):
        write_csv(tmp_path / "statcast" / name, [line()])
    with pytest.raises(SourceError, match="1 games are in two files"):
        ingest(store, tmp_path, TABLE)


def test_they_tell_no_season(tmp_path: Path) -> None:
    write_csv(tmp_path / "statcast" / "partial_pitches_2020.csv", [line()])
    assert available_seasons(tmp_path) == []


@pytest.mark.real
def test_the_real_file(real_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store", TABLES)
    assert {written.partition["season"]: written.rows for written in ingest(store, real_data, TABLE)} == {
        2020: 30_942,
        2021: 13_148,
        2022: 22_327,
        2023: 164_510,
    }
