"""The games of every player on one side of the ball, with the plate appearances of each, sorted by player and date.

Not here: which of them a window may see (windows).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.level1.embeddings import Embeddings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.tables import Store

MOST_PLATE_APPEARANCES = {"batter": 8, "pitcher": 45}  # of one player in one game; later ones are left out
CONTEXT_FIELDS = ("opponent_hand", "same_hand", "times_faced", "outing_part")
CONTEXT_SIZES = (3, 3, 5, 8)  # codes of each field
OUTCOME_KINDS = 6  # none, home run, strikeout, walk, other hit, out


@dataclass(frozen=True)
class PlayerGames:
    """One entry per player-game: `mlbam_id`, `day` (since 1970), `season`, `is_home`, `is_starter`.

    Game i holds the plate appearances first_plate_appearance[i]:first_plate_appearance[i + 1]; each of these has an
    `embedding_row`, a row of `context` codes (plate appearances, fields) uint8 and a kind of `outcome` uint8.
    """

    mlbam_id: np.ndarray
    day: np.ndarray
    season: np.ndarray
    is_home: np.ndarray
    is_starter: np.ndarray
    first_plate_appearance: np.ndarray
    embedding_row: np.ndarray
    context: np.ndarray
    outcome: np.ndarray


def load_player_games(store: Store, player_type: str, seasons: Sequence[int], embeddings: Embeddings) -> PlayerGames:
    """All games of the seasons, oldest first within a player.

    Raises MissingJoinError where a plate appearance has no embedding, no game or no player-game.
    """
    parameters = {"player_type": player_type, "seasons": list(seasons)}
    tables = ("core.games", "core.plate_appearances", "core.player_games")
    with session(store, tables=tables, embedding_rows=embeddings.keys) as connection:
        appearances = query(connection, "network/player_plate_appearances", parameters)
        games = query(connection, "network/player_games", parameters)
    for column, table in (("game_order", "core.games"), ("embedding_row", "models.pa_embeddings")):
        _require_none_missing(appearances, column, table)
    key = _key(appearances)
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
    counts = np.diff(np.r_[starts, len(key)])
    kept = np.arange(len(key)) - np.repeat(starts, counts) < MOST_PLATE_APPEARANCES[player_type]
    row = _game_rows(_key(games), key[starts])
    context = np.column_stack([appearances.column(name).to_numpy()[kept] for name in CONTEXT_FIELDS])
    return PlayerGames(
        mlbam_id=games.column("mlbam_id").to_numpy()[row],
        day=games.column("game_date").cast(pa.int32()).to_numpy()[row],
        season=games.column("season").to_numpy()[row],
        is_home=_flags(games, "is_home")[row],
        is_starter=_flags(games, "is_starter")[row],
        first_plate_appearance=np.r_[0, np.minimum(counts, MOST_PLATE_APPEARANCES[player_type]).cumsum()].astype(
            np.int64
        ),
        embedding_row=appearances.column("embedding_row").to_numpy()[kept],
        context=context,
        outcome=appearances.column("outcome_kind").to_numpy()[kept],
    )


def _key(table: pa.Table) -> np.ndarray:
    return table.column("mlbam_id").to_numpy().astype(np.int64) << 32 | table.column("game_order").to_numpy()


def _flags(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.uint8()).to_numpy()


def _game_rows(games: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The place of each wanted key among the sorted keys of the games."""
    place = np.minimum(np.searchsorted(games, wanted), max(len(games) - 1, 0))
    missing = games[place] != wanted if len(games) else np.ones(len(wanted), bool)
    if missing.any():
        raise MissingJoinError(
            "core.player_games",
            int(missing.sum()),
            len(wanted),
            f"player {int(wanted[missing][0] >> 32)}",
            "A player with plate appearances in a game needs a player-game; build core.player_games again.",
        )
    return place


def _require_none_missing(table: pa.Table, column: str, partner: str) -> None:
    missing = table.column(column).null_count
    if missing:
        absent = table.filter(table.column(column).is_null()).slice(0, 1)
        raise MissingJoinError(
            partner,
            missing,
            table.num_rows,
            f"a plate appearance of player {absent.column('mlbam_id')[0]}",
            f"Build {partner} for the same seasons as core.plate_appearances.",
        )
