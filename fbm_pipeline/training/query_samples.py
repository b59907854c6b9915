"""Player-seasons for the pooling query: whose plate appearances lie where among the embeddings, and how they ended.

Belongs here: loading, classes, the two folds of players, league shares. Not here: training (query_run).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.model.pooling_query import CLASSES, HIT_TYPE_CLASSES, OUTCOME_CLASSES
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store

STATEMENT = "samples/embedded_outcomes"
READS = ("core.plate_appearances", "models.pa_embeddings")
FOLDS = 2
_CLASS_OF = {word: index for index, words in enumerate(OUTCOME_CLASSES.values()) for word in words}


@dataclass(frozen=True)
class EmbeddedSeason:
    """One season's plate appearances in the order of the embedding table."""

    season: int
    embeddings: np.ndarray  # (n, width) float16
    mean: np.ndarray  # (width,) float32, the season's
    players: dict[str, np.ndarray]  # (n,) int64 by player type
    outcome: np.ndarray  # (n,) uint8, place in CLASSES
    hit_type: np.ndarray  # (n,) uint8, place in CLASSES


@dataclass(frozen=True)
class PlayerSeasonRows:
    """One side of the ball of one season: the plate appearances of player i are rows[starts[i]:starts[i + 1]]."""

    season: int
    mlbam_id: np.ndarray  # (players,) int64, ascending
    rows: np.ndarray  # (n,) int32 into the season's embeddings, in their order within a player
    starts: np.ndarray  # (players + 1,) int64
    counts: np.ndarray  # (players, classes) float32

    @property
    def plate_appearances(self) -> np.ndarray:
        return np.diff(self.starts)


def load_embedded(store: Store, cutoff: int, season: int) -> EmbeddedSeason:
    """One season's embeddings of an encoder beside their outcomes. Raises ValueError where there are none."""
    with session(store, tables=READS) as connection:
        table = query(connection, STATEMENT, {"cutoff": cutoff, "season": season})
    if not table.num_rows:
        raise ValueError(
            f"models.pa_embeddings of cutoff {cutoff} has no plate appearance of season {season} that "
            "core.plate_appearances knows; embed the season again"
        )
    return embedded_season(season, _unpacked(table.column("embedding")), table)


def embedded_season(season: int, embeddings: np.ndarray, rows: pa.Table) -> EmbeddedSeason:
    """A season from its embeddings (n, width) and the other columns of the statement. A null hit type is `none`."""
    hit_type = pc.fill_null(pc.index_in(rows.column("hit_type"), value_set=pa.array(HIT_TYPE_CLASSES)), 0)
    words = pc.dictionary_encode(rows.column("outcome").combine_chunks())
    unknown = [word for word in words.dictionary.to_pylist() if word not in _CLASS_OF]
    if unknown:
        raise ValueError(f"core.plate_appearances of {season} has outcomes {unknown}, expected {sorted(_CLASS_OF)}")
    place = np.array([_CLASS_OF[word] for word in words.dictionary.to_pylist()], np.uint8)
    return EmbeddedSeason(
        season, embeddings, embeddings.mean(axis=0, dtype=np.float64).astype(np.float32),
        {kind: rows.column(f"{kind}_id").to_numpy().astype(np.int64) for kind in PLAYER_TYPES},
        place[words.indices.to_numpy()], (hit_type.to_numpy() + len(OUTCOME_CLASSES)).astype(np.uint8),
    )  # fmt: skip


def player_rows(part: EmbeddedSeason, player_type: str) -> PlayerSeasonRows:
    """Every player of one side of the ball with his plate appearances and how they ended."""
    ids = part.players[player_type]
    players, index = np.unique(ids, return_inverse=True)
    order = np.argsort(index, kind="stable")
    starts = np.r_[0, np.cumsum(np.bincount(index, minlength=len(players)))]
    cells = len(players) * len(CLASSES)
    outcomes, hit_types = (
        np.bincount(index * len(CLASSES) + kind, minlength=cells) for kind in (part.outcome, part.hit_type)
    )
    counts = (outcomes + hit_types).reshape(len(players), len(CLASSES))
    return PlayerSeasonRows(
        part.season, players, order.astype(np.int32), starts.astype(np.int64), counts.astype(np.float32)
    )


def fold_of(mlbam_id: np.ndarray, folds: int = FOLDS) -> np.ndarray:
    """(n,) the fold of each player, by a hash of his id: the same in every season, table and run."""
    players, index = np.unique(mlbam_id, return_inverse=True)
    digests = [hashlib.sha256(f"player {int(player)}".encode()).digest() for player in players]
    return np.array([int.from_bytes(digest[:4], "big") % folds for digest in digests], np.int64)[index]


def league_log_shares(counts: np.ndarray) -> np.ndarray:
    """(classes,) log shares of each group from counts (players, classes); one plate appearance is spread over them."""
    totals = counts.sum(axis=0, dtype=np.float64)
    shares = np.empty(len(CLASSES))
    for group in (slice(0, len(OUTCOME_CLASSES)), slice(len(OUTCOME_CLASSES), None)):
        added = totals[group] + 1.0 / len(totals[group])
        shares[group] = np.log(added / added.sum())
    return shares


def spread_of(seasons: Sequence[EmbeddedSeason]) -> np.ndarray:
    """(width,) float32 root mean square of the embeddings about their season's mean; 1 where nothing varies."""
    total, n = np.zeros(len(seasons[0].mean)), 0
    for part in seasons:
        squares = np.square(part.embeddings, dtype=np.float32).sum(axis=0, dtype=np.float64)
        total += squares - len(part.embeddings) * part.mean.astype(np.float64) ** 2
        n += len(part.embeddings)
    spread = np.sqrt(np.maximum(total / n, 0.0))
    return np.where(spread > 1e-6, spread, 1.0).astype(np.float32)


def _unpacked(column: pa.ChunkedArray) -> np.ndarray:
    """(n, width) float16 from the bytes of each row. Raises ValueError for rows of different lengths."""
    lengths = pc.unique(pc.binary_length(column)).to_pylist()
    if len(lengths) != 1 or lengths[0] % 2:
        raise ValueError(f"embeddings have rows of {sorted(lengths)} bytes, expected one even length; embed again")
    return np.frombuffer(b"".join(column.to_pylist()), "<f2").reshape(len(column), lengths[0] // 2)
