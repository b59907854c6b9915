"""Partial pitch files: what is taken, and what is refused with a message that says where."""

import datetime as dt
from pathlib import Path

import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import find_files
from fbm_pipeline.sources.statcast import read_partial_pitches
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.sources.tiny_files import write_csv

SCHEMA = TABLES["raw.partial_pitches"].schema


def line(day: str = "2020-07-25", **values: object) -> dict[str, object]:
    """One pitch with the file's own names."""
    return {
        "game_pk": 630992,
        "game_date": day,
        "pitcher": 425794,
        "batter": 621028,
        "p_throws": "R",
        "stand": "R",
        "pitch_type": "FF",
        "balls": 0,
        "strikes": 1,
        "release_speed": 90.2,
        "pfx_x_inches": -12.9,
        "pfx_z_inches": 11.6,
        "plate_x": -0.41,
        "plate_z": 2.55,
        "sz_top": 3.23,
        "sz_bot": 1.52,
        "description": "called_strike",
        **values,
    }


def test_lines_are_numbered_and_their_season_is_their_date_s(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "partial_pitches_2020_2023.csv", [line(), line(), line("2023-04-01", release_speed="")])
    rows = read_partial_pitches(path, SCHEMA).to_pylist()
    assert [(row["row"], row["season"]) for row in rows] == [(1, 2020), (2, 2020), (3, 2023)]
    assert (rows[0]["game_date"], rows[0]["pfx_x_inches"]) == (dt.date(2020, 7, 25), pytest.approx(-12.9))
    assert (rows[2]["release_speed"], rows[2]["source_file"]) == (None, path.name)


def test_the_files_are_found_beside_statcast_s_own(tmp_path: Path) -> None:
    for name in ("partial_pitches_2020_2023.csv", "statcast_2024-04-02.csv"):
        write_csv(tmp_path / "statcast" / name, [line()])
    assert [path.name for path in find_files(tmp_path, "partial_pitches")] == ["partial_pitches_2020_2023.csv"]
    assert [path.name for path in find_files(tmp_path, "statcast")] == ["statcast_2024-04-02.csv"]


@pytest.mark.parametrize("column", ["pfx_z_inches", "p_throws", "game_pk"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    short = {name: value for name, value in line().items() if name != column}
    path = write_csv(tmp_path / "partial_pitches_2020_2023.csv", [short])
    with pytest.raises(SourceError, match=f"required columns are missing: {column}") as raised:
        read_partial_pitches(path, SCHEMA)
    assert path.name in str(raised.value)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"game_date": "2019-07-25"}, r"row 2, column game_date: a date is not of the seasons.*2020 to 2023"),
        ({"game_date": "2021-12-24"}, r"row 2, column game_date: a date lies outside its season"),
        ({"release_speed": "fast"}, r"row 2, column release_speed: a value does not fit"),
        ({"pitcher": ""}, r"row 2, column pitcher: 1 rows hold no value"),
    ],
)
def test_a_bad_line_is_told_by_row_and_column(tmp_path: Path, bad: dict[str, object], message: str) -> None:
    path = write_csv(tmp_path / "partial_pitches_2020_2023.csv", [line(), line(**bad)])
    with pytest.raises(SourceError, match=message):
        read_partial_pitches(path, SCHEMA)
