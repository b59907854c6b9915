"""40-man rosters of every club on one date, from StatsAPI into one file of the data folder.

A date that was not over when its rosters were fetched is asked for again by the next call. The date of today is the
caller's to say. Not here: what the rosters mean (club_rosters.py).
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from fbm_pipeline.sources.club_rosters import roster_rows
from fbm_pipeline.sources.download import TIMEOUT, write_whole
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.statsapi import AGAIN, BASE_URL, MAJORS, StatsApi, document_bytes, read_document, take

CLUBS = 30  # of the majors since 1998
ROSTER_TYPE = "40Man"
_LOGGER = logging.getLogger("fbm_pipeline.sources")


@dataclass(frozen=True)
class FetchedRosters:
    """The file of one date."""

    date: str
    players: int
    complete: bool  # False: asked for again by the next call
    file: str

    def __str__(self) -> str:
        later = "" if self.complete else " (unfinished: asked for again next time)"
        return f"{self.date}: {self.players} players in {self.file}{later}"


def file_name(date: dt.date) -> str:
    """Such as `statsapi_40man_2025-02-28.json`."""
    return f"statsapi_40man_{date}.json"


def fetch_club_rosters(
    date: dt.date,
    folder: Path,
    *,
    today: dt.date,
    base_url: str = BASE_URL,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
    timeout: float = TIMEOUT,
) -> FetchedRosters:
    """Fetch the rosters of `date` into `folder`/rosters, one request a club.

    Raises SourceError when any club's roster cannot be had whole, or what came could not be read (see `roster_rows`);
    the date's old file stays then. Raises ValueError for a date after `today`.
    """
    if date > today:
        raise ValueError(f"{date} lies after {today}; rosters are known up to today")
    path = folder / "rosters" / file_name(date)
    path.parent.mkdir(parents=True, exist_ok=True)
    earlier_fetch = _earlier_fetch(path, date)
    if earlier_fetch is not None and earlier_fetch.complete:
        _LOGGER.info("%s (here already)", earlier_fetch)
        return earlier_fetch
    with session or requests.Session() as http:
        clubs = _clubs(StatsApi(http, sleep, base_url, timeout), date)
    complete = today > date
    document = {
        "source": f"{BASE_URL}/api/v1/teams",
        "rosterType": ROSTER_TYPE,
        "date": date.isoformat(),
        "fetched_at": today.isoformat(),
        "complete": complete,
        "clubs": clubs,
    }
    players = len(roster_rows(f"{BASE_URL}/api/v1/teams", document))  # what could not be read is not kept
    write_whole(path, document_bytes(document))
    return FetchedRosters(date.isoformat(), players, complete, path.name)


def _earlier_fetch(path: Path, date: dt.date) -> FetchedRosters | None:
    """The file of an earlier call; None for none, and for one that cannot be read, which is then replaced."""
    if not path.is_file():
        return None
    try:
        document = read_document(path, "club rosters")
        players, complete = len(roster_rows(path, document)), take(path, document, "complete", bool)
    except SourceError as error:
        _LOGGER.warning("fetched again: %s", error)
        return None
    return FetchedRosters(date.isoformat(), players, complete, path.name)


def _clubs(api: StatsApi, date: dt.date) -> list[dict[str, object]]:
    """Every club's own names and its roster, as published."""
    url = f"{api.base_url}/api/v1/teams"
    teams = take(url, api.ask("teams", f"{date.year}: the clubs", sportId=MAJORS, season=date.year), "teams", list)
    if len(teams) != CLUBS:
        raise SourceError(
            url,
            f"{date.year}: these are not all clubs",
            found=f"{len(teams)} teams",
            expected=f"{CLUBS}",
            next_step=AGAIN,
        )
    clubs: list[dict[str, object]] = []
    for number, team in enumerate(teams, start=1):
        club = take(url, team, "id", int)
        name = take(url, team, "abbreviation", str)
        answer = api.ask(f"teams/{club}/roster", f"{date}: {name}", rosterType=ROSTER_TYPE, date=date.isoformat())
        roster = take(f"{url}/{club}/roster", answer, "roster", list)
        _LOGGER.info("%d/%d %s: %d players", number, len(teams), name, len(roster))
        clubs.append({"team": {"id": club, "name": team.get("name"), "abbreviation": name}, "roster": roster})
    return clubs
