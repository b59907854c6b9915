"""Minor-league season lines from StatsAPI into the data folder: one file per season, level and side of the ball.

A file holds the lines as published and the parent club of each team. A season that is not over is asked for again by
the next call. The date of today is the caller's to say. Not here: what the lines mean (statsapi_lines.py).
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from fbm_pipeline.sources.download import TIMEOUT, write_whole
from fbm_pipeline.sources.errors import SourceError
from fbm_pipeline.sources.statsapi import (
    AGAIN,
    BASE_URL,
    MAJORS,
    SPORTS,
    StatsApi,
    document_bytes,
    read_document,
    take,
    within,
)
from fbm_pipeline.sources.statsapi_lines import lines_of

GROUPS = {"batting": "hitting", "pitching": "pitching"}  # our word -> StatsAPI's
PAGE = 500  # lines asked for at once
_WORDS = {"A+": "High-A"}  # a file's name holds no plus sign
_LOGGER = logging.getLogger("fbm_pipeline.sources")
Object = dict[str, object]


@dataclass(frozen=True)
class FetchedLines:
    """One file of lines. `file` is None where the league did not play: 2020, or a season that has not begun."""

    season: int
    level: str
    side: str  # batting, pitching
    lines: int
    complete: bool  # False: asked for again by the next call
    file: str | None

    def __str__(self) -> str:
        contents = f"{self.lines} lines in {self.file}" if self.file else "no lines"
        later = "" if self.complete else " (unfinished: asked for again next time)"
        return f"{self.season} {self.level} {self.side}: {contents}{later}"


def file_name(season: int, level: str, side: str) -> str:
    """Such as `statsapi_batting_2024_AAA.json`."""
    return f"statsapi_{side}_{season}_{_WORDS.get(level, level)}.json"


def fetch_minor_leagues(
    season: int,
    folder: Path,
    *,
    today: dt.date,
    base_url: str = BASE_URL,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
    timeout: float = TIMEOUT,
) -> list[FetchedLines]:
    """Fetch one season's lines, every level and both sides of the ball, into `folder`/milb.

    Files of a season that was over when they were fetched are not asked for again. Returns one FetchedLines per level
    and side. Raises SourceError for the first file that cannot be had whole; those before it are kept, and its old
    one too. Raises ValueError for a season after `today`.
    """
    if season > today.year:
        raise ValueError(f"season {season} has not begun on {today}; give a season up to {today.year}")
    target = folder / "milb"
    target.mkdir(parents=True, exist_ok=True)
    wanted = [(level, side) for level in SPORTS for side in GROUPS]
    fetched = []
    with session or requests.Session() as http:
        season_lines = _SeasonLines(StatsApi(http, sleep, base_url, timeout), season, target, today)
        for number, (level, side) in enumerate(wanted, start=1):
            lines = season_lines.earlier_fetch(level, side)
            here = lines is not None and lines.complete
            if lines is None or not lines.complete:
                lines = season_lines.fetch(level, side, lines)
            _LOGGER.info("%d/%d %s%s", number, len(wanted), lines, " (here already)" if here else "")
            fetched.append(lines)
    return fetched


class _SeasonLines:
    """One season of the service; what several files need, such as the teams of a level, is asked for once."""

    def __init__(self, api: StatsApi, season: int, target: Path, today: dt.date) -> None:
        self.api, self.season, self.target, self.today = api, season, target, today
        self._parents: dict[str, dict[str, str]] = {}
        self._clubs: dict[int, str] = {}

    def earlier_fetch(self, level: str, side: str) -> FetchedLines | None:
        """The file of an earlier call; None for none, and for one that cannot be read, which is then replaced."""
        path = self.target / file_name(self.season, level, side)
        if not path.is_file():
            return None
        try:
            document = read_document(path, "minor-league lines")
            lines, complete = len(take(path, document, "splits", list)), take(path, document, "complete", bool)
        except SourceError as error:
            _LOGGER.warning("fetched again: %s", error)
            return None
        return FetchedLines(self.season, level, side, lines, complete, path.name)

    def fetch(self, level: str, side: str, earlier_lines: FetchedLines | None) -> FetchedLines:
        path = self.target / file_name(self.season, level, side)
        splits = self._splits(level, side)
        complete = self.today.year > self.season
        if not splits:
            if earlier_lines is not None:
                raise SourceError(
                    path,
                    f"{earlier_lines.lines} lines were published and now none are",
                    found="0 lines",
                    expected="the season's lines",
                    next_step="run the same command later",
                )
            return FetchedLines(self.season, level, side, 0, complete, None)
        document: Object = {
            "source": f"{BASE_URL}/api/v1/stats",
            "group": GROUPS[side],
            "season": self.season,
            "level": level,
            "fetched_at": self.today.isoformat(),
            "complete": complete,
            "parents": self._parents_of(level),
            "splits": splits,
        }
        lines_of(f"{BASE_URL}/api/v1/stats", document)  # what could not be read is not kept
        write_whole(path, document_bytes(document))
        return FetchedLines(self.season, level, side, len(splits), complete, path.name)

    def _splits(self, level: str, side: str) -> list[Object]:
        """All pages. Raises SourceError when they are not as many lines, each once, as StatsAPI says there are."""
        what = f"{self.season} {level} {side}"
        splits: list[Object] = []
        total = None
        while total is None or len(splits) < total:
            answer = self.api.ask(
                "stats",
                f"{what}, from line {len(splits) + 1}",
                stats="season",
                group=GROUPS[side],
                sportId=SPORTS[level],
                season=self.season,
                gameType="R",
                playerPool="ALL",
                limit=PAGE,
                offset=len(splits),
            )
            announced, page = _page(f"{self.api.base_url}/api/v1/stats", answer)
            if total not in (None, announced) or (announced and not page):
                raise _uneven(
                    what, f"a page of {len(page)} lines of {announced} after {len(splits)} of {total}", announced
                )
            total = announced
            splits += page
        seen = {_identity(split) for split in splits}
        if len(splits) != total or len(seen) != total:
            raise _uneven(what, f"{len(splits)} lines, {len(seen)} of them different", total)
        return splits

    def _parents_of(self, level: str) -> dict[str, str]:
        """Team's id, as text, to its parent club's abbreviation, for the level's teams that have one."""
        if not self._clubs:
            self._clubs = {
                team: take(url, club, "abbreviation", str) for url, team, club in self._teams(MAJORS, "the clubs")
            }
        if level not in self._parents:
            parents = {
                team: within(minor, "parentOrgId") for _, team, minor in self._teams(SPORTS[level], f"teams of {level}")
            }
            self._parents[level] = {
                str(team): self._clubs[parent]
                for team, parent in parents.items()
                if isinstance(parent, int) and parent in self._clubs
            }
        return self._parents[level]

    def _teams(self, sport: int, what: str) -> list[tuple[str, int, object]]:
        """Address, id and object of every team of a sport."""
        url = f"{self.api.base_url}/api/v1/teams"
        answer = self.api.ask("teams", f"{self.season}: {what}", sportId=sport, season=self.season)
        return [(url, take(url, team, "id", int), team) for team in take(url, answer, "teams", list)]


def _page(url: str, answer: Object) -> tuple[int, list[Object]]:
    """The number of lines that there are, and those of this page. No `stats` at all means that there are none."""
    stats = take(url, answer, "stats", list)
    if not stats:
        return 0, []
    return take(url, stats[0], "totalSplits", int), take(url, stats[0], "splits", list)


def _identity(split: object) -> tuple:
    return within(split, "player", "id"), within(split, "team", "id"), within(split, "numTeams")


def _uneven(what: str, pages: str, total: int) -> SourceError:
    return SourceError(
        f"{BASE_URL}/api/v1/stats",
        f"{what}: the pages do not add up",
        found=pages,
        expected=f"{total} lines, each once",
        next_step=f"wait until the day's games are counted, then {AGAIN}",
    )
