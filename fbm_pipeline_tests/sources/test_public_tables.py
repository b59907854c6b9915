"""Lahman, the register, minor-league lines and projections: what is kept, what is dropped at the door, and why."""

import datetime as dt
from pathlib import Path

import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.minor_leagues import read_minor_leagues
from fbm_pipeline.sources.public_tables import read_batting, read_people, read_projections, read_register
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.tables import RAW_TABLES
from fbm_pipeline_tests.sources.tiny_files import write_csv

FUTURE = ("final", "last_", "played", "death")
PERSON = {
    "playerID": "aaronha01",
    "birthYear": 1934,
    "birthMonth": 2,
    "birthDay": 5,
    "nameFirst": "Hank",
    "nameLast": "Aaron",
    "bats": "R",
    "throws": "R",
    "debut": "1954-04-13",
    "finalGame": "1976-10-03",
    "deathDate": "2021-01-22",
    "deathYear": 2021,
    "retroID": "aaroh101",
}
BATTING = dict.fromkeys(["G", "AB", "R", "H", "2B", "3B", "HR", "BB", "SO", "IBB", "HBP", "SH", "SF"], 1)


def schema(name: str):
    return TABLES[name].schema


def test_no_raw_table_holds_a_column_that_tells_the_future() -> None:
    for table in RAW_TABLES:
        future = [column for column in table.column_names if any(word in column.lower() for word in FUTURE)]
        assert future == [], table.name


def test_people_come_without_their_end(tmp_path: Path) -> None:
    row = read_people(write_csv(tmp_path / "People.csv", [PERSON]), schema("raw.lahman_people")).to_pylist()[0]
    assert row["debut"] == dt.date(1954, 4, 13)
    assert not {"1976-10-03", "2021-01-22", dt.date(1976, 10, 3), 2021} & set(row.values())


def test_the_national_association_is_a_league_and_not_nothing(tmp_path: Path) -> None:
    row = {"playerID": "abercda01", "yearID": 1871, "stint": 1, "teamID": "TRO", "lgID": "NA", **BATTING, "SO": "NA"}
    taken = read_batting(write_csv(tmp_path / "Batting.csv", [row]), schema("raw.lahman_batting")).to_pylist()[0]
    assert taken["lgID"] == "NA"
    assert taken["SO"] is None
    assert taken["2B"] == 1


def test_a_stint_twice_is_refused(tmp_path: Path) -> None:
    row = {"playerID": "aaronha01", "yearID": 1954, "stint": 1, "teamID": "ML1", "lgID": "NL", **BATTING}
    with pytest.raises(SourceError, match="occur more than once"):
        read_batting(write_csv(tmp_path / "Batting.csv", [row, row]), schema("raw.lahman_batting"))


def test_the_register_drops_years_played(tmp_path: Path) -> None:
    row = {
        "key_person": "000007d9",
        "key_uuid": "x",
        "key_mlbam": "472542",
        "key_retro": "",
        "name_last": "Garcia",
        "birth_year": "1985",
        "mlb_played_last": "2019",
    }
    table = read_register(write_csv(tmp_path / "people-0.csv", [row]), schema("raw.register"))
    assert table.column("key_mlbam").to_pylist() == [472542]
    assert 2019 not in table.to_pylist()[0].values()


def test_minor_league_lines_of_both_publishers_share_a_table(tmp_path: Path) -> None:
    fangraphs = {
        "Season": 2023,
        "Name": "A B",
        "Level": "AAA",
        "Age": 22,
        "PlayerId": "sa1",
        "PA": 400,
        "SO": 90,
        "BB%": 0.1,
        "mlbam": "",
    }
    savant = {"Player": "B, A", "Year": 2023, "season": 2023, "PA": 400, "SO": 90, "BB": 40, "HR": 3, "BB%": 10.0}
    table = schema("raw.milb_batting")
    one = read_minor_leagues(write_csv(tmp_path / "fangraphs_hitters_2023.csv", [fangraphs]), table).to_pylist()[0]
    two = read_minor_leagues(write_csv(tmp_path / "savant_batters_2023.csv", [savant]), table).to_pylist()[0]
    assert (one["source"], one["level"], one["player_id"], one["mlbam"]) == ("fangraphs", "AAA", "sa1", None)
    assert (two["source"], two["level"], two["name"], two["row"]) == ("savant", None, "B, A", 1)
    assert one["BB%"] == two["BB%"] == pytest.approx(0.1)


def test_projections_know_their_side_of_the_ball(tmp_path: Path) -> None:
    row = {
        "season": 2019,
        "system": "steamer",
        "snapshot": "2019-03-07",
        "name": "A",
        "fg_id": "10155",
        "mlbam": "545361",
        "IP": 65.0,
        "SO": 70.5,
    }
    path = write_csv(tmp_path / "pitchers_2019.csv", [row])
    taken = read_projections(path, schema("raw.public_projections")).to_pylist()[0]
    assert (taken["player_type"], taken["fangraphs_id"], taken["mlbam_id"]) == ("pitcher", "10155", 545361)
    assert (taken["SO"], taken["PA"]) == (70.5, None)
