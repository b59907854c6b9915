"""Statcast days from Baseball Savant into the data folder, one file and one line of the manifest a day.

Savant answers errors with status 200 and a web page, cuts long answers without a word, and sends "Query Timeout" as a
one-column table; each is an error here. The raw bytes are kept, compressed, with their hash. Savant corrects a day for
some time after it was played: until then a day is unfinished and fetched again by the next call. The date of today is
the caller's to say. Not here: retries (download).
"""

import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from fbm_pipeline.sources.download import PAUSE, TIMEOUT, ask, write_whole
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.statcast import REQUIRED

BASE_URL = "https://baseballsavant.mlb.com"
ROW_LIMIT = 25_000  # Savant has cut answers at 25,000 and more rows; a full day of games has about 5,000
SETTLED_AFTER = dt.timedelta(days=3)
_LOGGER = logging.getLogger("fbm_pipeline.sources")


@dataclass(frozen=True)
class FetchedDay:
    """One day's line in `fetched.json`."""

    date: str
    rows: int
    sha256: str  # of the bytes as Savant sent them
    fetched_at: str  # the day of the call
    complete: bool  # False: fetched again by the next call
    file: str | None  # None for a day without games

    def __str__(self) -> str:
        content = f"{self.rows} pitches in {self.file}" if self.file else "no games"
        return f"{self.date}: {content}{'' if self.complete else ' (unfinished: asked for again next time)'}"


def fetch_statcast(
    start: dt.date,
    end: dt.date,
    folder: Path,
    *,
    today: dt.date,
    base_url: str = BASE_URL,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
    timeout: float = TIMEOUT,
) -> list[FetchedDay]:
    """Fetch the days from `start` to `end`, both included and none after `today`, into `folder`/statcast.

    One request a day. Complete days whose file is there are not asked for again. Returns every day's line. Raises
    SourceError for the first day that cannot be had whole; the days before it are kept, and its old file too.
    Raises ValueError when `start` lies after `end`.
    """
    if start > end:
        raise ValueError(f"start {start} lies after end {end}; give the earlier day first")
    target = folder / "statcast"
    target.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(target)
    days = [start + dt.timedelta(days=n) for n in range((min(end, today) - start).days + 1)]
    asked = False
    with session or requests.Session() as http:
        for number, day in enumerate(days, start=1):
            earlier = manifest.get(day.isoformat())
            if earlier is not None and earlier.complete and (earlier.file is None or (target / earlier.file).is_file()):
                _LOGGER.info("%d/%d %s (here already)", number, len(days), earlier)
                continue
            if asked:
                sleep(PAUSE)
            asked = True
            body = download_day(day, session=http, base_url=base_url, sleep=sleep, timeout=timeout)
            fetched = _keep(target, day, body, earlier, today)
            manifest[fetched.date] = fetched
            _write_manifest(target, manifest)
            _LOGGER.info("%d/%d %s", number, len(days), fetched)
    return [manifest[day.isoformat()] for day in days]


def read_manifest(target: Path) -> dict[str, FetchedDay]:
    """The lines of `fetched.json` by date; none where nothing was fetched yet."""
    file = target / "fetched.json"
    if not file.is_file():
        return {}
    lines = json.loads(file.read_text(encoding="utf-8"))["days"]
    return {line["date"]: FetchedDay(**line) for line in lines}


def _keep(target: Path, day: dt.date, body: bytes, earlier: FetchedDay | None, today: dt.date) -> FetchedDay:
    rows = count_rows(body, day)
    if rows == 0 and earlier is not None and earlier.rows > 0:
        raise SourceError(
            target / (earlier.file or "fetched.json"),
            f"{day} had {earlier.rows} pitches and now has none",
            found="a header without rows",
            expected="the day's pitches",
            next_step="run the same command later",
        )
    name = f"statcast_{day}.csv.gz" if rows else None
    if name is not None:
        write_whole(target / name, gzip.compress(body, mtime=0))
    return FetchedDay(
        date=day.isoformat(),
        rows=rows,
        sha256=hashlib.sha256(body).hexdigest(),
        fetched_at=today.isoformat(),
        complete=today - day >= SETTLED_AFTER,
        file=name,
    )


def _write_manifest(target: Path, manifest: dict[str, FetchedDay]) -> None:
    lines = [asdict(manifest[date]) for date in sorted(manifest)]
    text = json.dumps({"source": BASE_URL, "days": lines}, indent=1) + "\n"
    write_whole(target / "fetched.json", text.encode("utf-8"))


def download_day(
    day: dt.date,
    *,
    session: requests.Session,
    base_url: str = BASE_URL,
    sleep: Callable[[float], None],
    timeout: float = TIMEOUT,
) -> bytes:
    """The raw CSV of one day's regular-season pitches.

    Asks again as `download.ask` does. Raises SourceError when no attempt succeeds, for any status but 200, and for an
    answer that does not call itself CSV.
    """
    url = f"{base_url}/statcast_search/csv"
    query = {
        "all": "true",
        "type": "details",
        "hfGT": "R|",
        "player_type": "pitcher",
        "group_by": "name",
        "min_pitches": "0",
        "min_results": "0",
        "sort_col": "pitches",
        "sort_order": "desc",
        "game_date_gt": day.isoformat(),
        "game_date_lt": day.isoformat(),
    }
    response = ask(url, query, what=day.isoformat(), expected="a CSV", session=session, sleep=sleep, timeout=timeout)
    return _body(response, day)


def _body(response: requests.Response, day: dt.date) -> bytes:
    kind = response.headers.get("content-type", "").lower()
    if not ("csv" in kind or "octet-stream" in kind) or response.content.lstrip()[:1] == b"<":
        raise SourceError(
            response.url,
            f"{day}: the answer is not CSV, though its status is 200",
            found=f"content type {kind!r}, text {response.text.strip()[:60]!r}",
            expected="text/csv",
            next_step="open the address in a browser to read why; run the same command later",
        )
    return response.content


def count_rows(body: bytes, day: dt.date, url: str = BASE_URL) -> int:
    """Rows of a downloaded day, 0 for a day without games.

    Raises SourceError when required columns are missing, a row is cut, a row is of another day, or there are so many
    rows that the answer may have been cut.
    """
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    header = next(rows, [])
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise SourceError(
            url,
            f"{day}: the header has changed or is an error: missing {', '.join(missing)}",
            found=", ".join(header[:8]),
            expected="Savant's column names",
            next_step="run the same command later; if it stays, the layout in sources/statcast.py must learn the names",
        )
    place, count = header.index("game_date"), 0
    for count, row in enumerate(rows, start=1):
        if len(row) != len(header) or row[place] != day.isoformat():
            raise SourceError(
                url,
                f"{day}: a row is cut or of another day",
                row=count,
                found=f"{len(row)} values, game_date {row[place] if len(row) > place else 'absent'}",
                expected=f"{len(header)} values, game_date {day}",
                next_step="run the same command again",
            )
    if count >= ROW_LIMIT:
        raise SourceError(
            url,
            f"{day}: so many rows that the answer may have been cut",
            found=f"{count} rows",
            expected=f"fewer than {ROW_LIMIT}",
            next_step="ask for the day by hand, team by team",
        )
    return count
