"""`fbm fetch`: download what publishers offer into the data folder.

Not here: the downloads (sources). This room reads the clock and says what today is.
"""

import argparse
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fbm_pipeline.cli.errors import CommandError
from fbm_pipeline.settings import Settings
from fbm_pipeline.sources.errors import SourceError


def add_fetch(verbs: Any) -> None:
    """The verb, what it can fetch, and the options of each. `verbs` is what `add_subparsers` returns."""
    fetch = verbs.add_parser(
        "fetch", help="download pitches, minor-league lines or rosters as their publisher has them"
    )
    sources = fetch.add_subparsers(dest="source", required=True)

    statcast = sources.add_parser("statcast", help="days of pitches from Baseball Savant")
    statcast.add_argument("--start", type=dt.date.fromisoformat, required=True, help="first day, YYYY-MM-DD")
    statcast.add_argument("--end", type=dt.date.fromisoformat, required=True, help="last day, YYYY-MM-DD")

    minors = sources.add_parser("minors", help="a season's minor-league lines, AAA to A, from MLB's StatsAPI")
    minors.add_argument("--season", type=int, required=True)

    rosters = sources.add_parser("rosters", help="the clubs' 40-man rosters of one date from MLB's StatsAPI")
    rosters.add_argument("--date", type=dt.date.fromisoformat, required=True, help="YYYY-MM-DD, such as 2025-02-28")


def fetch(settings: Settings, options: argparse.Namespace) -> int:
    """Download into the data folder; print a line a day or file. Raises CommandError for dates that cannot be."""
    today = dt.datetime.now(dt.UTC).date()
    try:
        for fetched in _SOURCES[options.source](settings, options, today):
            print(fetched)
    except SourceError:
        raise
    except ValueError as error:
        raise CommandError(str(error)) from error
    return 0


def _statcast(settings: Settings, options: argparse.Namespace, today: dt.date) -> Iterable[object]:
    from fbm_pipeline.sources.savant import fetch_statcast

    return fetch_statcast(options.start, options.end, settings.data, today=today)


def _minors(settings: Settings, options: argparse.Namespace, today: dt.date) -> Iterable[object]:
    from fbm_pipeline.sources.minor_league_fetch import fetch_minor_leagues

    return fetch_minor_leagues(options.season, settings.data, today=today)


def _rosters(settings: Settings, options: argparse.Namespace, today: dt.date) -> Iterable[object]:
    from fbm_pipeline.sources.club_roster_fetch import fetch_club_rosters

    return [fetch_club_rosters(options.date, settings.data, today=today)]


_SOURCES: Mapping[str, Callable[[Settings, argparse.Namespace, dt.date], Iterable[object]]] = {
    "statcast": _statcast,
    "minors": _minors,
    "rosters": _rosters,
}
