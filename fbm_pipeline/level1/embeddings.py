"""The frozen plate-appearance embeddings of some seasons as one matrix, with the key of every row.

Belongs here: reading models.pa_embeddings. Not here: making them (training), choosing whose they are (windows).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.tables import Store


@dataclass(frozen=True)
class Embeddings:
    """`matrix` (rows, width) float16; `keys` game_id, plate_appearance, embedding_row; one encoder made them all."""

    matrix: np.ndarray
    keys: pa.Table
    encoder: str


def load_embeddings(store: Store, cutoff: int, seasons: Iterable[int]) -> Embeddings:
    """The seasons' embeddings by the encoder of a cutoff, in no promised order. About 24 MB a season at width 64.

    Raises MissingJoinError for a season without embeddings, ValueError when two encoders made them.
    """
    wanted = sorted(set(seasons))
    held = store.partitions("models.pa_embeddings")
    stored = {int(partition["season"]) for partition in held if partition["cutoff"] == cutoff}
    absent = [season for season in wanted if season not in stored]
    if absent:
        raise MissingJoinError(
            "models.pa_embeddings",
            len(absent),
            len(wanted),
            f"seasons {absent[:5]} of cutoff {cutoff}",
            "Embed these seasons first.",
        )
    matrices, keys, encoders, first = [], [], set(), 0
    with session(store) as connection:
        for season in wanted:
            table = query(connection, "samples/pa_embeddings", {"cutoff": cutoff, "season": season})
            rows = pa.array(np.arange(first, first + table.num_rows, dtype=np.int32))
            matrices.append(_matrix(table.column("embedding")))
            keys.append(table.select(["game_id", "plate_appearance"]).append_column("embedding_row", rows))
            encoders.update(table.column("encoder").unique().to_pylist())
            first += table.num_rows
    widths = {matrix.shape[1] for matrix in matrices}
    if len(encoders) > 1 or len(widths) > 1:
        raise ValueError(
            f"models.pa_embeddings of {wanted[0]}-{wanted[-1]} comes from {len(encoders)} encoders "
            f"{sorted(encoders)} and has widths {sorted(widths)}, expected one. Embed all seasons anew."
        )
    return Embeddings(np.concatenate(matrices), pa.concat_tables(keys), next(iter(encoders), ""))


def _matrix(column: pa.ChunkedArray) -> np.ndarray:
    """(rows, width) float16 from the bytes of each row, which all have one length."""
    parts = [_chunk(chunk) for chunk in column.chunks if len(chunk)]
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float16)


def _chunk(chunk: pa.Array) -> np.ndarray:
    wide = isinstance(chunk, pa.LargeBinaryArray)
    offsets = np.frombuffer(chunk.buffers()[1], np.int64 if wide else np.int32)
    offsets = offsets[chunk.offset : chunk.offset + len(chunk) + 1]
    lengths = np.unique(np.diff(offsets))
    if len(lengths) != 1 or lengths[0] % 2:
        raise ValueError(
            f"models.pa_embeddings.embedding has rows of {lengths[:5].tolist()} bytes, expected one even length"
        )
    flat = np.frombuffer(chunk.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return flat.view("<f2").reshape(len(chunk), int(lengths[0]) // 2)
