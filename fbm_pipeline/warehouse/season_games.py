"""Which seasons were read; which source a season's games come from, its months, and what each is made from.

Not here: the tables made from it.
"""

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow.compute as pc

from fbm_pipeline.settings import Settings
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

PITCHES = "raw.statcast_pitches"
PLAYS = "raw.retrosheet_plays"
MINOR_LEAGUES = ("raw.milb_batting", "raw.milb_pitching")
SOURCES = {"statcast": PITCHES, "retrosheet": PLAYS}  # every table of games reads both to choose one

# Statcast is the source of a season when it holds this share of Retrosheet's games: it has the physics, but a few of
# its games are missing in most seasons (eleven of 2,429 in 2024). A few days of it never displace a season of plays.
MINIMUM_SHARE = 0.95

File = tuple[str, str, int, int]  # source, file, month, games

# By the season and the contents of both tables, whoever asks: every table of games and every check does.
_FILES: dict[tuple[int, tuple[str, ...]], tuple[File, ...]] = {}


@dataclass(frozen=True)
class SeasonGames:
    """The games of one season: their source (`statcast` or `retrosheet`), and per month the content it comes from."""

    season: int
    source: str
    months: dict[int, str]

    @property
    def table(self) -> str:
        """The raw table of the source."""
        return SOURCES[self.source]


def season_games(store: Store, season: int) -> SeasonGames:
    """The season's source and months. A season comes from one source only; without games it has no months."""
    files = _season_files(store, season)
    games = {source: sum(count for owner, _, _, count in files if owner == source) for source in SOURCES}
    source = "statcast" if games["statcast"] >= max(1, MINIMUM_SHARE * games["retrosheet"]) else "retrosheet"
    by_month: dict[int, list[str]] = {}
    for owner, file, month, _ in files:
        if owner == source:
            by_month.setdefault(month, []).append(file)
    months = {month: _content(store, season, SOURCES[source], names) for month, names in sorted(by_month.items())}
    return SeasonGames(season, source, months)


def played_seasons(store: Store, settings: Settings) -> Collection[int]:
    """Seasons of which plays or pitches were read."""
    return {int(part["season"]) for table in (PLAYS, PITCHES) for part in store.partitions(table)}


def minor_seasons(store: Store) -> list[int]:
    """Seasons of which some publisher's minor-league lines were read."""
    seasons: set[int] = set()
    for name in MINOR_LEAGUES:
        if store.exists(name):
            column = store.delta(name).to_pyarrow_dataset().to_table(columns=["season"]).column("season")
            seasons |= set(pc.unique(column).to_pylist())
    return sorted(seasons)


def published_seasons(store: Store, settings: Settings) -> Collection[int]:
    """The same, as a declaration asks for it."""
    return minor_seasons(store)


def _content(store: Store, season: int, table: str, files: list[str]) -> str:
    contents = [store.content(table, {"season": season, "source_file": file}) for file in sorted(files)]
    return inputs_key(files=contents)


def _season_files(store: Store, season: int) -> tuple[File, ...]:
    contents = tuple(store.content(table, {"season": season}) for table in SOURCES.values())
    if (season, contents) not in _FILES:
        with session(store, tables=list(SOURCES.values())) as connection:
            rows = query(connection, "staging/season_files", {"season": season}).to_pylist()
        _FILES[season, contents] = tuple(
            (row["source"], row["source_file"], row["month"], row["games"]) for row in rows
        )
    return _FILES[season, contents]
