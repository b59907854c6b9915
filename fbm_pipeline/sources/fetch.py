"""Statcast days from Baseball Savant into the data folder, one file and one line of the manifest a day.

The raw bytes are kept, compressed, with their hash. Savant corrects a day for some time after it was played: until
then a day is unfinished and fetched again by the next call. The date of today is the caller's to say.
"""

import datetime as dt
import gzip
import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import requests

from fbm_pipeline.sources.download import PAUSE, TIMEOUT, write_whole
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.savant import BASE_URL, count_rows, download_day

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
        contents = f"{self.rows} pitches in {self.file}" if self.file else "no games"
        return f"{self.date}: {contents}{'' if self.complete else ' (unfinished: asked for again next time)'}"


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
