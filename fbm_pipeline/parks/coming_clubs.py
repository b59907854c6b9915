"""The club that a player will play for, as far as it is known on the day of the projection, and how it is known.

A roster of the winter before the season has it; without one it is the club of his last game, and the winter's moves
are unknown. No roster dated after `as_of` is ever read. Not here: the clubs' parks (`parks_block`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.calendar import FIRST_SEASON
from fbm_pipeline.marcel.season_lines import SEASONS_BACK
from fbm_pipeline.store.contents import content_hash
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

READS = ("core.games", "core.player_games")
ROSTERS = "raw.club_rosters"
LAST_CLUBS = "features/season_clubs"
WINTER_ROSTERS = "features/winter_rosters"
ROSTER, LAST_GAME, NONE = ("roster", "last_game", "none")


@dataclass(frozen=True)
class Clubs:
    """The players' clubs: of their last game, by season, and of the roster of the winter before it."""

    played: pa.Table  # season, mlbam_id, last_club
    rosters: pa.Table  # season (the one after the winter), mlbam_id, club

    def coming(self, season: int, ids: Sequence[int] | np.ndarray) -> tuple[list[str | None], list[str]]:
        """The club of each of n players in a season as known on the 1 March before it, and how it is known.

        `roster`: the latest roster of the winter, after 1 November of the year before and up to 1 March; `last_game`:
        the club of his last game in the three seasons before; `none`: neither, and the club is None.
        """
        last: dict[int, str] = {}
        for before in range(season - SEASONS_BACK, season):
            last |= _by_player(self.played, before, "last_club")
        on_roster = _by_player(self.rosters, season, "club")
        clubs, sources = [], []
        for player in map(int, ids):
            clubs.append(on_roster.get(player, last.get(player)))
            sources.append(ROSTER if player in on_roster else LAST_GAME if player in last else NONE)
        return clubs, sources


def read_clubs(store: Store, player_type: str, targets: Sequence[int]) -> Clubs:
    """All that `Clubs.coming` asks of these target seasons, all of it dated before the last of them began."""
    bounds = {"first_season": min(targets) - SEASONS_BACK, "last_season": max(targets) - 1, "player_type": player_type}
    with session(store, tables=READS) as connection:
        played = query(connection, LAST_CLUBS, bounds)
    return Clubs(played, read_winter_rosters(store, min(targets), max(targets)))


def read_winter_rosters(store: Store, first_season: int, last_season: int) -> pa.Table:
    """Rows of `features/winter_rosters` of both ends' winters and those between; none where no roster was taken."""
    if ROSTERS not in store.contracts or not store.exists(ROSTERS):
        empty = {"season": pa.int64(), "mlbam_id": pa.int32(), "club": pa.string()}
        return pa.table({name: pa.array([], kind) for name, kind in empty.items()})
    with session(store, tables=[ROSTERS]) as connection:
        return query(connection, WINTER_ROSTERS, {"first_season": first_season, "last_season": last_season})


def rosters_content(inputs: Inputs) -> str:
    """Hash of the rosters of all winters up to that before the season made: one of a later day does not change it."""
    return content_hash(read_winter_rosters(inputs, FIRST_SEASON, int(inputs.partition["season"])))


def _by_player(table: pa.Table, season: int, column: str) -> dict[int, str]:
    rows = table.take(pa.array(np.flatnonzero(table.column("season").to_numpy() == season)))
    return dict(zip(rows.column("mlbam_id").to_pylist(), rows.column(column).to_pylist(), strict=True))
