"""Retrosheet's files: the full download and the subset by the same names, and the supplement keyed to them."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.retrosheet import (
    read_batted_ball_physics,
    read_gameinfo,
    read_pitching,
    read_plays,
    read_rosters,
)
from fbm_pipeline.store.declarations import violations
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.sources.tiny_files import plays, write_csv

PLAYS = TABLES["raw.retrosheet_plays"]
PHYSICS = TABLES["raw.batted_ball_physics"].schema
GAME = {
    "gid": "BOS202303300",
    "visteam": "BAL",
    "hometeam": "BOS",
    "site": "BOS07",
    "date": "20230330",
    "number": "0",
    "usedh": "true",
    "htbf": "",
    "temp": "38",
    "gametype": "regular",
    "attendance": "36049",
    "box": "y",
}
LINE = {
    "gid": "BOS202303300",
    "id": "klubc001",
    "team": "BOS",
    "stattype": "value",
    "p_ipouts": 10,
    "p_bfp": 20,
    "p_h": 6,
    "p_hr": 1,
    "p_r": 5,
    "p_er": 5,
    "p_w": 4,
    "p_iw": 0,
    "p_k": 4,
    "p_hbp": 0,
    "wp": "",
    "p_gs": 1,
    "date": 20230330,
    "gametype": "regular",
}


def test_the_full_download_and_the_subset_are_the_same_rows(tmp_path: Path) -> None:
    full = read_plays(write_csv(tmp_path / "2023plays.csv", plays()), PLAYS.schema)
    subset = full.drop_columns(["season", "source_file"])
    dates = pa.array(["20230330"] * 3)
    pq.write_table(
        subset.set_column(subset.schema.get_field_index("date"), "date", dates), tmp_path / "plays_2023.parquet"
    )
    parquet = read_plays(tmp_path / "plays_2023.parquet", PLAYS.schema)
    assert violations(full, PLAYS) == []
    assert parquet.drop_columns(["source_file"]).equals(full.drop_columns(["source_file"]))
    assert full.column("date").to_pylist() == [dt.date(2023, 3, 30)] * 3
    assert full.column("loc").null_count == 3


def test_empty_text_is_null_in_parquet_as_in_csv(tmp_path: Path) -> None:
    table = pa.Table.from_pylist(plays(pitches=""))
    pq.write_table(table, tmp_path / "plays_2023.parquet")
    assert read_plays(tmp_path / "plays_2023.parquet", PLAYS.schema).column("pitches").null_count == 3


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (plays() + plays(count=1), "occur more than once"),
        (plays(season=2022), "season in the file's name"),
        (plays(date="20231225"), "outside its season"),
        (plays() + plays(season=2022), "several seasons"),
        (plays(batter=""), "must be filled"),
        (plays(hr="two"), "does not fit"),
    ],
)
def test_bad_plays_are_refused(tmp_path: Path, rows: list, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        read_plays(write_csv(tmp_path / "plays_2023.csv", rows), PLAYS.schema)


def test_a_game_has_typed_facts(tmp_path: Path) -> None:
    contract = TABLES["raw.retrosheet_gameinfo"]
    table = read_gameinfo(write_csv(tmp_path / "gameinfo_2023.csv", [GAME]), contract.schema)
    row = table.to_pylist()[0]
    assert violations(table, contract) == []
    assert (row["season"], row["date"], row["usedh"], row["htbf"]) == (2023, dt.date(2023, 3, 30), True, None)
    with pytest.raises(SourceError, match="1 games occur more than once"):
        read_gameinfo(write_csv(tmp_path / "gameinfo_2023.csv", [GAME, GAME]), contract.schema)


def test_a_pitching_line_is_typed(tmp_path: Path) -> None:
    contract = TABLES["raw.retrosheet_pitching"]
    table = read_pitching(write_csv(tmp_path / "pitching_2023.csv", [LINE]), contract.schema)
    row = table.to_pylist()[0]
    assert violations(table, contract) == []
    assert (row["season"], row["wp"], row["p_gs"], row["p_bfp"]) == (2023, None, 1, 20)


def test_rosters_know_their_other_names(tmp_path: Path) -> None:
    schema = TABLES["raw.retrosheet_rosters"].schema
    row = {"season": 2023, "team": "BOS", "id": "klubc001", "last": "Kluber", "bat": "R", "throw": "R", "pos": "P"}
    table = read_rosters(write_csv(tmp_path / "rosters_2023.csv", [row]), schema)
    assert table.to_pylist()[0]["retro_id"] == "klubc001"
    assert table.to_pylist()[0]["throws"] == "R"


def test_the_supplement_takes_its_season_from_the_game(tmp_path: Path) -> None:
    rows = [
        {"gid": f"ANA{season}07280", "pn": 3, "launch_speed": 105.2, "launch_angle": -2, "confident": "True"}
        for season in (2020, 2022)
    ]
    table = read_batted_ball_physics(write_csv(tmp_path / "batted_ball_physics_2020_2022.csv", rows), PHYSICS)
    assert table.column("season").to_pylist() == [2020, 2022]
    assert table.column("confident").to_pylist() == [True, True]
    with pytest.raises(SourceError, match="seasons in the file's name") as raised:
        read_batted_ball_physics(write_csv(tmp_path / "batted_ball_physics_2020.csv", rows), PHYSICS)
    assert raised.value.row == 2
