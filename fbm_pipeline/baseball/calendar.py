"""Seasons and the dates that bound them."""

import datetime as dt

FIRST_SEASON = 2000
LAST_SEASON = 2026
SEASONS = tuple(range(FIRST_SEASON, LAST_SEASON + 1))
SHORT_SEASON = 2020  # 60 games: neither trained on nor tested as a target


def preseason(season: int) -> dt.date:
    """The as-of date of a season's projection: before any regular-season game (2019 opened on 20 March)."""
    return dt.date(season, 3, 1)


def midseason(season: int) -> dt.date:
    """The second as-of date: what a projection for the rest of the season may know."""
    return dt.date(season, 7, 1)


def season_bounds(season: int) -> tuple[dt.date, dt.date]:
    """First and last date on which a game of the season, postseason included, can fall."""
    return dt.date(season, 2, 15), dt.date(season, 11, 30)


def age_on(birth_date: dt.date, season: int) -> float:
    """Age in years on 30 June of the season, the game's own convention."""
    return (dt.date(season, 6, 30) - birth_date).days / 365.25
