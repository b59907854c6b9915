"""Minor-league lines of StatsAPI: how they are fetched, and what the raw tables get of them."""

import datetime as dt
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import find_files
from fbm_pipeline.sources.minor_league_fetch import FetchedLines, fetch_minor_leagues, file_name
from fbm_pipeline.sources.minor_leagues import read_minor_leagues
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.raw import ingest
from fbm_pipeline_tests.sources.statsapi_server import Service, playing, split

LATER = dt.date(2025, 2, 1)
DURING = dt.date(2024, 6, 1)
AAA = file_name(2024, "AAA", "batting")
BATTING, PITCHING = "raw.milb_batting", "raw.milb_pitching"


@pytest.fixture
def service() -> Iterator[Service]:
    with playing() as played:
        played.splits["hitting", "11"] = [split(player) for player in range(1, 8)]
        yield played


def fetch(service: Service, folder: Path, **more: object) -> list[FetchedLines]:
    arguments = {"today": LATER, "base_url": service.url, "sleep": lambda _: None, "timeout": 5.0} | more
    return fetch_minor_leagues(2024, folder, **arguments)  # type: ignore[arg-type]


def read(folder: Path, name: str = AAA, table: str = BATTING) -> list[dict]:
    return read_minor_leagues(folder / "milb" / name, TABLES[table].schema).to_pylist()


def lines(service: Service) -> list[str]:
    return [question for question in service.asked if question.startswith("/api/v1/stats")]


def test_pages_are_asked_for_until_all_lines_are_there(service: Service, tmp_path: Path) -> None:
    service.page = 3
    waits: list[float] = []
    fetched = fetch(service, tmp_path, sleep=waits.append)
    assert [(one.level, one.side, one.lines) for one in fetched if one.file] == [("AAA", "batting", 7)]
    assert len(fetched) == 8
    aaa = [question for question in lines(service) if "group=hitting" in question and "sportId=11" in question]
    assert [question.split("offset=")[1].split("&")[0] for question in aaa] == ["0", "3", "6"]
    assert all("playerPool=ALL" in question and "season=2024" in question for question in aaa)
    assert waits == [1.0] * (len(service.asked) - 1)
    assert [row["mlbam"] for row in read(tmp_path)] == list(range(1, 8))


def test_a_batting_line_keeps_its_counts_under_the_tables_names(service: Service, tmp_path: Path) -> None:
    fetch(service, tmp_path)
    row = read(tmp_path)[0]
    expected = {
        "source": "statsapi",
        "row": 1,
        "season": 2024,
        "level": "AAA",
        "name": "Player 1",
        "team": "LAD",
        "league": "Pacific Coast League",
        "age": 24,
        "mlbam": 1,
        "player_id": None,
        "G": 113,
        "PA": 490,
        "AB": 423,
        "H": 118,
        "1B": 73,
        "2B": 24,
        "3B": 3,
        "HR": 18,
        "BB": 55,
        "IBB": 2,
        "SO": 101,
        "HBP": 6,
        "SF": 5,
        "SH": 1,
        "GDP": 9,
        "SB": 21,
        "CS": 4,
        "OBP": 0.365,
        "pitches": 1999.0,
        "source_file": AAA,
    }
    assert {name: row[name] for name in expected} == expected


def test_a_pitching_line_has_starts_innings_and_batters_faced(service: Service, tmp_path: Path) -> None:
    nobody = split(2, group="pitching", sport=13, battersFaced=3, inningsPitched="0.0", era="-.--", whip="-")
    service.splits["pitching", "13"] = [split(1, group="pitching", sport=13, team=999), nobody]
    fetch(service, tmp_path)
    row, short = read(tmp_path, "statsapi_pitching_2024_High-A.json", PITCHING)
    expected = {
        "level": "A+",
        "team": "Team 999",
        "PA": 523,
        "TBF": 523,
        "G": 25,
        "GS": 24,
        "W": 8,
        "L": 6,
        "SV": 0,
        "ER": 54,
        "IP": 123.1,
        "ERA": 3.95,
        "WHIP": 1.25,
        "HBP": 7,
        "1B": 74,
        "RBI": None,
    }
    assert {name: row[name] for name in expected} == expected
    assert (short["IP"], short["ERA"], short["WHIP"]) == (0.0, None, None)


def test_of_a_player_with_two_teams_the_lines_of_the_teams_are_taken(service: Service, tmp_path: Path) -> None:
    service.splits["hitting", "11"] = [
        split(1, None, teams=2),
        split(1, 238, plateAppearances=300),
        split(1, 999, plateAppearances=190),
        split(2),
    ]
    assert fetch(service, tmp_path)[0].lines == 4
    taken = [(row["row"], row["mlbam"], row["team"], row["PA"]) for row in read(tmp_path)]
    assert taken == [(1, 1, "LAD", 300), (2, 1, "Team 999", 190), (3, 2, "LAD", 490)]


def test_a_combined_line_is_known_by_its_number_of_teams_too(service: Service, tmp_path: Path) -> None:
    service.splits["hitting", "11"] = [
        split(1, 999, teams=2),
        split(1, 238, plateAppearances=300),
        split(1, 999, plateAppearances=190),
    ]
    fetch(service, tmp_path)
    assert [(row["team"], row["PA"]) for row in read(tmp_path)] == [("LAD", 300), ("Team 999", 190)]


def test_a_combined_line_stands_where_those_of_the_teams_are_not_all(service: Service, tmp_path: Path, caplog) -> None:
    service.splits["hitting", "11"] = [split(1, None, teams=2), split(1, 238, plateAppearances=300), split(2, None)]
    with caplog.at_level(logging.WARNING):
        fetch(service, tmp_path)
    assert [(row["mlbam"], row["team"], row["PA"]) for row in read(tmp_path)] == [(1, None, 490), (2, None, 490)]
    assert "player 1 by team do not add up" in caplog.text


def test_a_season_that_is_over_is_not_asked_for_again_and_the_current_one_is(service: Service, tmp_path: Path) -> None:
    assert [one.complete for one in fetch(service, tmp_path, today=DURING)] == [False] * 8
    service.splits["hitting", "11"].append(split(8))
    assert fetch(service, tmp_path, today=DURING)[0].lines == 8
    assert fetch(service, tmp_path)[0].complete
    service.asked.clear()
    again = fetch(service, tmp_path)[0]
    assert (again.lines, again.complete, again.file) == (8, True, AAA)
    assert not [q for q in lines(service) if "group=hitting" in q and "sportId=11" in q]


def changed(**names: object) -> dict:
    return {**split(30), **names}


WITHOUT_HITS = {name: value for name, value in split(30)["stat"].items() if name != "hits"}  # type: ignore[attr-defined]
BAD_LINES = {
    "no player": (changed(player={}), "'id' is missing"),
    "no stat": (changed(stat=None), "'stat' is missing"),
    "a count is gone": (changed(stat=WITHOUT_HITS), "'hits' is missing"),
    "another season": (changed(season="2023"), "another season or level"),
    "another level": (changed(sport={"id": 16}), "another season or level"),
    "no object": ("gone", "pages do not add up|'player' is missing|no object"),
    "the same line twice": (split(1), "pages do not add up"),
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_line_that_cannot_be_read_is_one_error_and_the_old_file_stays(service, tmp_path: Path, case: str) -> None:
    fetch(service, tmp_path, today=DURING)
    before = (tmp_path / "milb" / AAA).read_bytes()
    line, problem = BAD_LINES[case]
    service.splits["hitting", "11"].append(line)
    with pytest.raises(SourceError, match=problem):
        fetch(service, tmp_path, today=DURING)
    assert [path.name for path in (tmp_path / "milb").iterdir()] == [AAA]
    assert (tmp_path / "milb" / AAA).read_bytes() == before


BAD_ANSWERS = {
    "refused": ((404, "application/json", b"{}"), "status 404"),
    "a web page": ((200, "text/html", b"<!DOCTYPE html>"), "not JSON"),
    "cut": ((200, "application/json", b'{"stats": [{"totalSplits": 7'), "not JSON"),
    "a list": ((200, "application/json", b"[1]"), "another kind"),
    "no stats": ((200, "application/json", b'{"messageNumber": 11}'), "'stats' is missing"),
    "no total": ((200, "application/json", b'{"stats": [{"splits": []}]}'), "'totalSplits' is missing"),
    "stats of another kind": ((200, "application/json", b'{"stats": ["none"]}'), "'totalSplits' is missing"),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
def test_a_bad_answer_is_one_error_and_nothing_is_written(service: Service, tmp_path: Path, case: str) -> None:
    answer, problem = BAD_ANSWERS[case]
    service.broken = [answer]
    with pytest.raises(SourceError, match=problem):
        fetch(service, tmp_path)
    assert not list((tmp_path / "milb").iterdir())


@pytest.mark.parametrize("totals", [[9, 9, 9, 9], [7, 8, 7], [5, 5]])
def test_pages_that_do_not_add_up_are_an_error(service: Service, tmp_path: Path, totals: list[int]) -> None:
    service.page, service.totals = 3, totals
    with pytest.raises(SourceError, match="pages do not add up"):
        fetch(service, tmp_path)
    assert not list((tmp_path / "milb").iterdir())


def test_a_busy_service_is_asked_again(service: Service, tmp_path: Path) -> None:
    service.broken = [(503, "text/plain", b"busy"), (429, "text/plain", b"slower")]
    waits: list[float] = []
    assert fetch(service, tmp_path, sleep=waits.append)[0].lines == 7
    assert waits[:2] == [2.0, 4.0]


def test_lines_do_not_vanish(service: Service, tmp_path: Path) -> None:
    fetch(service, tmp_path, today=DURING)
    service.splits.clear()
    with pytest.raises(SourceError, match="7 lines were published and now none are"):
        fetch(service, tmp_path, today=DURING)
    assert len(read(tmp_path)) == 7


def test_a_damaged_file_is_fetched_again(service: Service, tmp_path: Path) -> None:
    fetch(service, tmp_path)
    whole = (tmp_path / "milb" / AAA).read_bytes()
    (tmp_path / "milb" / AAA).write_bytes(whole[:-40])
    assert fetch(service, tmp_path)[0].lines == 7
    assert (tmp_path / "milb" / AAA).read_bytes() == whole


def test_a_season_to_come_is_refused(service: Service, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has not begun"):
        fetch(service, tmp_path, today=dt.date(2023, 12, 31))


def test_a_bad_file_is_one_error(service: Service, tmp_path: Path) -> None:
    fetch(service, tmp_path)
    path = tmp_path / "milb" / AAA
    document = json.loads(path.read_text(encoding="utf-8"))
    cases = {
        "": "not JSON",
        path.read_text(encoding="utf-8")[:-40]: "not JSON",
        json.dumps(document | {"splits": []}): "holds no lines",
        json.dumps(document | {"level": "Rk"}): "unknown",
        json.dumps(document | {"group": "pitching"}): "another side of the ball",
        json.dumps(document | {"splits": [split(1, homeRuns="many")]}): "row 1, column HR",
    }
    for text, problem in cases.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError, match=problem):
            read(tmp_path)


def test_the_raw_tables_take_the_files(service: Service, store: Store, tmp_path: Path) -> None:
    service.splits["pitching", "14"] = [split(1, group="pitching", sport=14)]
    fetch(service, tmp_path)
    assert [path.name for path in find_files(tmp_path, "minor_batting")] == [AAA]
    assert [path.name for path in find_files(tmp_path, "minor_pitching")] == [file_name(2024, "A", "pitching")]
    assert (ingest(store, tmp_path, BATTING)[0].rows, ingest(store, tmp_path, PITCHING)[0].rows) == (7, 1)
    assert ingest(store, tmp_path, BATTING)[0].skipped
