"""The downloader against a local server that plays Baseball Savant on good days and bad ones."""

import contextlib
import datetime as dt
import gzip
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.savant import ROW_LIMIT, FetchedDay, count_rows, fetch_statcast, read_manifest
from fbm_pipeline.sources.statcast import read_statcast
from fbm_pipeline.tables import TABLES
from fbm_pipeline_tests.sources.tiny_files import csv_text, pitches

DAY = dt.date(2024, 4, 2)
LATER = DAY + dt.timedelta(days=30)
HEADER = csv_text(pitches()).splitlines()[0]
HTML = (200, "text/html", b"<!DOCTYPE html><html>Sorry</html>")
BUSY = (503, "text/plain", b"busy")


def good(day: dt.date = DAY, **changed: object) -> tuple[int, str, bytes]:
    return 200, "text/csv; charset=utf-8", csv_text(pitches(day=day.isoformat(), **changed)).encode()


class Savant:
    """A server whose answers are set by day; the last answer of a list is given for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, str, bytes]]] = {}
        self.asked: list[str] = []
        self.slow = 0.0  # seconds before an answer
        self.cut = 0  # answers whose connection ends early
        savant = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlparse(self.path).query)
                day = query["game_date_gt"][0]
                assert query["game_date_lt"] == [day]
                savant.asked.append(day)
                time.sleep(savant.slow)
                answers = savant.answers[day]
                status, kind, body = answers.pop(0) if len(answers) > 1 else answers[0]
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the caller gave up
                    self.send_response(status)
                    self.send_header("content-type", kind)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    if savant.cut:
                        savant.cut -= 1
                        body = body[: len(body) // 2]
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def savant() -> Iterator[Savant]:
    playing = Savant()
    thread = threading.Thread(target=playing.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield playing
    playing.server.shutdown()
    playing.server.server_close()
    thread.join()


def fetch(
    savant: Savant, folder: Path, day: dt.date = DAY, end: dt.date | None = None, **more: object
) -> list[FetchedDay]:
    arguments = {"today": LATER, "base_url": savant.url, "sleep": lambda _: None, "timeout": 5.0} | more
    return fetch_statcast(day, end or day, folder, **arguments)  # type: ignore[arg-type]


def test_a_good_day_is_kept_with_its_hash_and_can_be_read(savant: Savant, tmp_path: Path) -> None:
    savant.answers["2024-04-02"] = [good()]
    (day,) = fetch(savant, tmp_path)
    path = tmp_path / "statcast" / "statcast_2024-04-02.csv.gz"
    body = gzip.decompress(path.read_bytes())
    assert body == good()[2]
    assert (day.rows, day.complete, day.sha256) == (3, True, hashlib.sha256(body).hexdigest())
    lines = json.loads((tmp_path / "statcast" / "fetched.json").read_text(encoding="utf-8"))["days"]
    assert lines == [day.__dict__]
    assert read_statcast(path, TABLES["raw.statcast_pitches"].schema).num_rows == 3
    assert sorted(p.name for p in path.parent.iterdir()) == ["fetched.json", path.name]


def test_complete_days_are_not_asked_for_again_and_unfinished_ones_are(savant: Savant, tmp_path: Path) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(4)]
    for day in days:
        savant.answers[day.isoformat()] = [good(day)]
    today = days[-1] + dt.timedelta(days=1)
    first = fetch(savant, tmp_path, DAY, days[-1], today=today)
    assert [day.complete for day in first] == [True, True, False, False]
    savant.asked.clear()
    savant.answers[days[-1].isoformat()] = [good(days[-1], count=5)]
    again = fetch(savant, tmp_path, DAY, days[-1], today=today + dt.timedelta(days=9))
    assert savant.asked == [day.isoformat() for day in days[2:]]
    assert [(day.rows, day.complete) for day in again] == [(3, True), (3, True), (3, True), (5, True)]
    (tmp_path / "statcast" / "statcast_2024-04-02.csv.gz").unlink()
    savant.asked.clear()
    fetch(savant, tmp_path)
    assert savant.asked == ["2024-04-02"]


def test_a_day_without_games_is_remembered_without_a_file(savant: Savant, tmp_path: Path) -> None:
    savant.answers["2024-04-02"] = [(200, "text/csv", HEADER.encode())]
    (day,) = fetch(savant, tmp_path)
    assert (day.rows, day.file, day.complete) == (0, None, True)
    fetch(savant, tmp_path)
    assert len(savant.asked) == 1


def test_days_after_today_are_not_asked_for(savant: Savant, tmp_path: Path) -> None:
    savant.answers["2024-04-02"] = [good()]
    assert len(fetch(savant, tmp_path, DAY, DAY + dt.timedelta(days=5), today=DAY)) == 1
    assert savant.asked == ["2024-04-02"]


BAD_ANSWERS = {
    "error page": (HTML, "not CSV"),
    "page called csv": ((200, "text/csv", HTML[2]), "not CSV"),
    "changed header": ((200, "text/csv", csv_text(pitches()).replace("batter", "hitter").encode()), "missing batter"),
    "query timeout": ((200, "text/csv", b"error\nQuery Timeout\n"), "header has changed"),
    "cut row": ((200, "text/csv", good()[2][:-25]), "row is cut"),
    "other day": (good(DAY + dt.timedelta(days=1)), "of another day"),
    "refused": ((403, "text/html", b"<html>"), "status 403"),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
def test_a_bad_answer_is_one_error_and_the_day_stays_as_it_was(savant: Savant, tmp_path: Path, case: str) -> None:
    answer, problem = BAD_ANSWERS[case]
    savant.answers["2024-04-02"] = [good(), answer]
    before = fetch(savant, tmp_path, today=DAY)
    path = tmp_path / "statcast" / "statcast_2024-04-02.csv.gz"
    content = path.read_bytes()
    with pytest.raises(SourceError, match=problem):
        fetch(savant, tmp_path, today=DAY)
    assert path.read_bytes() == content
    assert list(read_manifest(tmp_path / "statcast").values()) == before


def test_a_day_of_so_many_rows_is_refused() -> None:
    row = csv_text(pitches(count=1)).splitlines()[1]
    whole = "\n".join([HEADER] + [row] * (ROW_LIMIT - 1))
    assert count_rows(whole.encode(), DAY) == ROW_LIMIT - 1
    with pytest.raises(SourceError, match="may have been cut"):
        count_rows(f"{whole}\n{row}\n".encode(), DAY)


def test_a_busy_server_is_asked_again_after_growing_waits(savant: Savant, tmp_path: Path) -> None:
    savant.answers["2024-04-02"] = [BUSY, BUSY, good()]
    waits: list[float] = []
    assert fetch(savant, tmp_path, sleep=waits.append)[0].rows == 3
    assert waits == [2.0, 4.0]


def test_a_connection_that_ends_early_is_asked_again(savant: Savant, tmp_path: Path) -> None:
    savant.answers["2024-04-02"] = [good()]
    savant.cut = 1
    assert fetch(savant, tmp_path)[0].rows == 3
    assert len(savant.asked) == 2


def test_a_server_that_never_answers_is_given_up(savant: Savant, tmp_path: Path) -> None:
    savant.answers["2024-04-02"] = [good()]
    savant.slow = 0.5
    with pytest.raises(SourceError, match="no answer after 4 attempts"):
        fetch(savant, tmp_path, timeout=0.05)
    assert not (tmp_path / "statcast" / "fetched.json").exists()


def test_a_day_does_not_lose_its_pitches(savant: Savant, tmp_path: Path) -> None:
    savant.answers["2024-04-02"] = [good(), (200, "text/csv", HEADER.encode())]
    fetch(savant, tmp_path, today=DAY)
    with pytest.raises(SourceError, match="had 3 pitches and now has none"):
        fetch(savant, tmp_path, today=DAY)


def test_a_later_bad_day_keeps_the_days_before_it(savant: Savant, tmp_path: Path) -> None:
    savant.answers = {"2024-04-02": [good()], "2024-04-03": [HTML]}
    with pytest.raises(SourceError):
        fetch(savant, tmp_path, DAY, DAY + dt.timedelta(days=1))
    assert list(read_manifest(tmp_path / "statcast")) == ["2024-04-02"]


def test_the_days_must_be_in_order(savant: Savant, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lies after"):
        fetch(savant, tmp_path, DAY, DAY - dt.timedelta(days=1))
