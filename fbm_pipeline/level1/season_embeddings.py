"""What a season's plate appearances look like on average, player by player: models.season_embeddings.

The arm in use reads what is stored of its embeddings; the others embed, and only their means are kept. Not here: which
encoder made them (encoder), and what becomes of the means (learned_blocks).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.level1.embeddings import embed, load_embeddings
from fbm_pipeline.level1.encoder import encoder_of
from fbm_pipeline.level1.outings import load_outings
from fbm_pipeline.level1.tables import ENCODER, SEASON_EMBEDDINGS
from fbm_pipeline.nn.device import prepare
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

STATEMENT = "samples/outing_players"


@dataclass(frozen=True)
class SeasonMeans:
    """One side of the ball: players ascending, their plate appearances and mean embeddings."""

    mlbam_id: np.ndarray  # (players,) int64
    plate_appearances: np.ndarray  # (players,) int64
    means: np.ndarray  # (players, width) float32


def season_embeddings(inputs: Inputs, arm: str, cutoff: int, season: int) -> pa.Table:
    """Rows of models.season_embeddings of one arm, cutoff and season.

    Raises MissingJoinError for the arm in use when the season is not embedded.
    """
    encoder, card = encoder_of(inputs.trained(ENCODER.name).checkpoint)
    if arm == "masked":
        embeddings = _stored(inputs, cutoff, season)
    else:
        device = inputs.settings.device
        prepare(inputs.settings.threads, device)
        embeddings = embed(encoder.to(device), load_outings(inputs, season))
    players = load_outing_players(inputs, season)
    return season_rows(arm, cutoff, season, card.hash, season_means(embeddings, *players))


def _stored(store: Store, cutoff: int, season: int) -> np.ndarray:
    """The stored embeddings in the order of the outings' keys: (plate appearances, width) float16."""
    stored = load_embeddings(store, cutoff, [season])
    keys = stored.keys.sort_by([("game_id", "ascending"), ("plate_appearance", "ascending")])
    return stored.matrix[keys.column("embedding_row").to_numpy()]


def load_outing_players(store: Store, season: int) -> tuple[np.ndarray, np.ndarray]:
    """Batter and pitcher of every plate appearance of a season, (n,) int64 each, in the order of `Outings`' keys."""
    with session(store, tables=("core.plate_appearances",)) as connection:
        rows = query(connection, STATEMENT, {"season": season})
    batters, pitchers = (rows.column(name).to_numpy().astype(np.int64) for name in ("batter_id", "pitcher_id"))
    return batters, pitchers


def season_means(embeddings: np.ndarray, batter_ids: np.ndarray, pitcher_ids: np.ndarray) -> dict[str, SeasonMeans]:
    """Means over each player's plate appearances, by player type.

    embeddings (n, width), ids (n,) in the same order. Sums are taken in float64 and in the order of the rows, so that
    they repeat to the last bit. Raises ValueError for lengths that differ.
    """
    if not len(embeddings) == len(batter_ids) == len(pitcher_ids):
        raise ValueError(
            f"{len(embeddings)} embeddings of {len(batter_ids)} batters and {len(pitcher_ids)} pitchers, expected as "
            "many of each; load the players of the same season"
        )
    return {
        player_type: _means(embeddings, ids)
        for player_type, ids in zip(PLAYER_TYPES, (batter_ids, pitcher_ids), strict=True)
    }


def season_rows(arm: str, cutoff: int, season: int, encoder: str, by_type: Mapping[str, SeasonMeans]) -> pa.Table:
    """Rows of models.season_embeddings of one arm, cutoff and season; `encoder` is its hash."""
    partition: dict[str, int | str] = {"arm": arm, "cutoff": cutoff, "season": season}
    parts = [_rows(player_type, means, partition, encoder) for player_type, means in by_type.items()]
    schema = SEASON_EMBEDDINGS.schema
    return pa.concat_tables(parts).select(schema.names).cast(schema)


def _means(embeddings: np.ndarray, ids: np.ndarray) -> SeasonMeans:
    players, index = np.unique(np.asarray(ids, np.int64), return_inverse=True)
    counts = np.bincount(index, minlength=len(players))
    means = np.empty((len(players), embeddings.shape[1]), np.float32)
    for column in range(embeddings.shape[1]):  # a column at a time: 190,000 rows in float64 need no copy of the whole
        means[:, column] = np.bincount(index, embeddings[:, column], len(players)) / counts
    return SeasonMeans(players, counts, means)


def _rows(player_type: str, season: SeasonMeans, partition: dict[str, int | str], encoder: str) -> pa.Table:
    n, width = season.means.shape
    offsets = np.arange(0, (n + 1) * width, width, dtype=np.int32) if width else np.zeros(n + 1, np.int32)
    columns = {
        "player_type": pa.array([player_type] * n, pa.string()),
        "mlbam_id": pa.array(season.mlbam_id, pa.int32()),
        "plate_appearances": pa.array(season.plate_appearances, pa.int32()),
        "encoder": pa.array([encoder] * n, pa.string()),
        "embedding": pa.ListArray.from_arrays(pa.array(offsets), pa.array(season.means.ravel(), pa.float32())),
    }
    return pa.table({name: pa.repeat(pa.scalar(value), n) for name, value in partition.items()} | columns)
