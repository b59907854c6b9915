"""40-man rosters of StatsAPI: how they are fetched, and what `raw.club_rosters` gets of them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from fbm_pipeline.baseball.teams import TEAMS
from fbm_pipeline.sources.club_roster_fetch import FetchedRosters, fetch_club_rosters
from fbm_pipeline.sources.club_rosters import read_club_rosters
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.files import find_files
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES
from fbm_pipeline.warehouse.raw import ingest
from fbm_pipeline_tests.sources.statsapi_server import CODES, Service, person, playing

DAY = dt.date(2025, 2, 28)
NAME = "statsapi_40man_2025-02-28.json"
TABLE = "raw.club_rosters"


@pytest.fixture
def service() -> Iterator[Service]:
    with playing() as played:
        yield played


def fetch(service: Service, folder: Path, **more: object) -> FetchedRosters:
    arguments = {"today": DAY + dt.timedelta(days=1), "base_url": service.url, "sleep": lambda _: None} | more
    return fetch_club_rosters(DAY, folder, **arguments)  # type: ignore[arg-type]


def read(folder: Path) -> list[dict]:
    return read_club_rosters(folder / "rosters" / NAME, TABLES[TABLE].schema).to_pylist()


def test_every_club_is_one_request_and_all_are_one_file(service: Service, tmp_path: Path) -> None:
    service.rosters[100].append(person(1, "SS"))
    waits: list[float] = []
    fetched = fetch(service, tmp_path, sleep=waits.append)
    assert (fetched.players, fetched.complete, fetched.file) == (31, True, NAME)
    assert service.asked[0] == "/api/v1/teams?season=2025&sportId=1"
    assert service.asked[1] == "/api/v1/teams/100/roster?date=2025-02-28&rosterType=40Man"
    assert len(service.asked) == 31
    assert waits == [1.0] * 30
    assert [path.name for path in (tmp_path / "rosters").iterdir()] == [NAME]
    rows = read(tmp_path)
    assert rows[1] == {
        "source_file": NAME,
        "as_of": DAY,
        "mlbam": 1,
        "club": CODES[0],
        "name": "Player 1",
        "position": "SS",
        "status": "Active",
    }
    assert [row["club"] for row in rows[1:]] == CODES
    assert set(CODES) <= set(TEAMS)


@pytest.mark.parametrize(("theirs", "ours"), [("ARI", "AZ"), ("ANA", "LAA"), ("OAK", "OAK")])
def test_other_abbreviations_become_the_codes_of_the_games(service, tmp_path: Path, theirs: str, ours: str) -> None:
    service.clubs[0] = {**service.clubs[0], "abbreviation": theirs}
    fetch(service, tmp_path)
    assert read(tmp_path)[0]["club"] == ours


def test_a_day_that_is_over_is_not_asked_for_again_and_an_open_one_is(service: Service, tmp_path: Path) -> None:
    assert not fetch(service, tmp_path, today=DAY).complete
    service.rosters[100].append(person(1))
    assert fetch(service, tmp_path).players == 31
    service.asked.clear()
    assert fetch(service, tmp_path) == FetchedRosters("2025-02-28", 31, True, NAME)
    assert service.asked == []


def test_a_damaged_file_is_fetched_again(service: Service, tmp_path: Path) -> None:
    fetch(service, tmp_path)
    whole = (tmp_path / "rosters" / NAME).read_bytes()
    (tmp_path / "rosters" / NAME).write_bytes(whole[:-40])
    assert fetch(service, tmp_path).players == 30
    assert (tmp_path / "rosters" / NAME).read_bytes() == whole


def test_a_day_to_come_is_refused(service: Service, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lies after"):
        fetch(service, tmp_path, today=DAY - dt.timedelta(days=1))


def _unknown(service: Service) -> None:
    service.clubs[3] = {**service.clubs[3], "abbreviation": "XYZ"}


def _traded(service: Service) -> None:
    service.rosters[101].append(person(1000))


def _empty(service: Service) -> None:
    service.rosters[129] = []


def _nameless(service: Service) -> None:
    service.rosters[129].append({"person": {"id": 5}})


def _no_roster(service: Service) -> None:
    service.rosters[129] = None  # type: ignore[assignment]


def _club_gone(service: Service) -> None:
    service.clubs.pop()


BAD = {
    "unknown club.*'XYZ'": _unknown,
    "on two rosters": _traded,
    "is empty": _empty,
    "'fullName' is missing": _nameless,
    "'roster' is missing": _no_roster,
    "not all clubs.*29 teams": _club_gone,
}


@pytest.mark.parametrize("problem", BAD)
def test_rosters_that_cannot_be_read_are_one_error_and_the_old_file_stays(service, tmp_path, problem: str) -> None:
    fetch(service, tmp_path, today=DAY)
    before = (tmp_path / "rosters" / NAME).read_bytes()
    BAD[problem](service)
    with pytest.raises(SourceError, match=problem):
        fetch(service, tmp_path)
    assert [path.name for path in (tmp_path / "rosters").iterdir()] == [NAME]
    assert (tmp_path / "rosters" / NAME).read_bytes() == before


def test_one_club_that_does_not_answer_leaves_nothing(service: Service, tmp_path: Path) -> None:
    service.broken = [(404, "application/json", b"{}")]
    with pytest.raises(SourceError, match="status 404"):
        fetch(service, tmp_path)
    assert list((tmp_path / "rosters").iterdir()) == []


def test_the_raw_table_takes_every_date_and_is_empty_without_any(service, store: Store, tmp_path: Path) -> None:
    assert ingest(store, tmp_path, TABLE)[0].rows == 0
    fetch(service, tmp_path)
    assert [path.name for path in find_files(tmp_path, "club_rosters")] == [NAME]
    assert ingest(store, tmp_path, TABLE)[0].rows == 30
    text = (tmp_path / "rosters" / NAME).read_text(encoding="utf-8")
    later = tmp_path / "rosters" / "statsapi_40man_2025-03-01.json"
    later.write_text(text.replace("2025-02-28", "2025-03-01"), encoding="utf-8")
    assert ingest(store, tmp_path, TABLE)[0].rows == 60
    later.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"two files of raw\.club_rosters hold the same rows"):
        ingest(store, tmp_path, TABLE)


@pytest.mark.parametrize(
    ("text", "problem"), [("", "not JSON"), ('{"clubs": []}', "no rosters"), ("[]", "another kind")]
)
def test_a_bad_file_is_one_error(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "rosters").mkdir()
    (tmp_path / "rosters" / NAME).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=problem):
        read(tmp_path)
