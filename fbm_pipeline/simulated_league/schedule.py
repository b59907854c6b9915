"""The schedule: who plays whom, where and when, with a doubleheader now and then.

Belongs here: fixtures. Not here: line-ups and results.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

_SERIES = 3
_DOUBLEHEADERS = 0.05  # of the series


@dataclass(frozen=True)
class Fixture:
    """One game; `number` is 0, or 1 and 2 in a doubleheader. Clubs are positions in the league's list."""

    date: dt.date
    number: int
    home: int
    away: int
    game_type: str = "R"  # W: World Series


def opening_day(season: int) -> dt.date:
    """The first day on which games are played."""
    return dt.date(season, 4, 2)


def regular_season(season: int, clubs: int, games: int, rng: np.random.Generator) -> list[Fixture]:
    """Every club plays `games` games in series of three between opening day and the end of September.

    Raises ValueError for an odd number of clubs, which could not all play on one day, and for too many games.
    """
    if not 1 <= games <= 162:
        raise ValueError(f"{games} games a club do not fit between April and September; choose 1 to 162")
    if clubs % 2 or clubs < 2:
        raise ValueError(f"a league of {clubs} clubs cannot be paired off; choose an even number")
    last = dt.date(season, 9, 28)
    days = (last - opening_day(season)).days
    starts = np.floor(np.arange(0, games, _SERIES) * days / max(games, 1)).astype(int)
    fixtures = []
    for series, start in enumerate(starts):
        length = min(_SERIES, games - series * _SERIES)
        for home, away in _pairs(clubs, series, rng):
            first = opening_day(season) + dt.timedelta(days=int(start))
            fixtures += _series(first, length, home, away, doubleheader=rng.random() < _DOUBLEHEADERS)
    fixtures.sort(key=lambda game: (game.date, game.number, game.home))
    return _numbered(fixtures)


def _pairs(clubs: int, series: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """The circle method: one club stays, the others turn, and over the series everyone meets."""
    turning = list(range(1, clubs))
    shift = series % len(turning)
    ring = [0, *turning[shift:], *turning[:shift]]
    pairs = [(ring[i], ring[clubs - 1 - i]) for i in range(clubs // 2)]
    flip = rng.random(len(pairs)) < 0.5
    return [(b, a) if turn else (a, b) for (a, b), turn in zip(pairs, flip, strict=True)]


def _series(first: dt.date, length: int, home: int, away: int, *, doubleheader: bool) -> list[Fixture]:
    if length >= 2 and doubleheader:
        twin = [Fixture(first, number, home, away) for number in (1, 2)]
        rest = [Fixture(first + dt.timedelta(days=1 + day), 0, home, away) for day in range(length - 2)]
        return twin + rest
    return [Fixture(first + dt.timedelta(days=day), 0, home, away) for day in range(length)]


def _numbered(fixtures: list[Fixture]) -> list[Fixture]:
    """Two games of one home club on one day are a doubleheader, also where a dense schedule made them one."""
    by_day: dict[tuple[dt.date, int], list[Fixture]] = defaultdict(list)
    for game in fixtures:
        by_day[game.date, game.home].append(game)
    numbered = []
    for games in by_day.values():
        for place, game in enumerate(games, start=1):
            number = place if len(games) > 1 else 0
            numbered.append(Fixture(game.date, number, game.home, game.away, game.game_type))
    return sorted(numbered, key=lambda game: (game.date, game.number, game.home))


def world_series(season: int, home: int, away: int, games: int) -> list[Fixture]:
    """Postseason games, which regular-season tables must leave out."""
    first = dt.date(season, 10, 25)
    return [Fixture(first + dt.timedelta(days=day), 0, home, away, "W") for day in range(games)]
