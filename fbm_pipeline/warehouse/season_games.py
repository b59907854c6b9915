"""Which source tells a season's games, which months it has, and what each month is made from.

Not here: the tables made from it.
"""

from dataclasses import dataclass
from functools import lru_cache

from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store, inputs_key

PITCHES = "raw.statcast_pitches"
PLAYS = "raw.retrosheet_plays"
_TABLES = {"statcast": PITCHES, "retrosheet": PLAYS}

# Statcast tells a season when it holds this share of Retrosheet's games: it has the physics, but a few of its games
# are missing in most seasons (eleven of 2,429 in 2024). A few days of Statcast never displace a season of plays.
MINIMUM_SHARE = 0.95


@dataclass(frozen=True)
class SeasonGames:
    """The games of one season: their source (`statcast` or `retrosheet`), and per month the content it comes from."""

    season: int
    source: str
    months: dict[int, str]

    @property
    def table(self) -> str:
        return _TABLES[self.source]


def season_games(store: Store, season: int) -> SeasonGames:
    """The season's source and months. A season comes from one source only; without games it has no months."""
    contents = tuple(store.content(table, {"season": season}) for table in _TABLES.values())
    files = _files(store, season, contents)
    games = {source: sum(row[3] for row in files if row[0] == source) for source in _TABLES}
    source = "statcast" if games["statcast"] >= max(1, MINIMUM_SHARE * games["retrosheet"]) else "retrosheet"
    by_month: dict[int, list[str]] = {}
    for owner, file, month, _ in files:
        if owner == source:
            by_month.setdefault(month, []).append(file)
    table = _TABLES[source]
    months = {
        month: inputs_key(
            files=[store.content(table, {"season": season, "source_file": file}) for file in sorted(names)]
        )
        for month, names in sorted(by_month.items())
    }
    return SeasonGames(season, source, months)


@lru_cache(maxsize=256)
def _files(store: Store, season: int, contents: tuple[str, ...]) -> tuple[tuple[str, str, int, int], ...]:
    """(source, file, month, games) of a season. Remembered by content: every core table of a season asks for it."""
    with session(store, tables=list(_TABLES.values())) as connection:
        rows = query(connection, "staging/season_files", {"season": season}).to_pylist()
    return tuple((row["source"], row["source_file"], row["month"], row["games"]) for row in rows)
