"""Embeddings of plate appearances: one pass of a frozen encoder over a season, their table, its reader.

Belongs here: the pass, its bytes, which months are due, a few seasons as one matrix. Not here: which encoder there is
(encoder), means over a player's season (season_embeddings).
"""

import logging
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import torch

from fbm_pipeline.baseball.calendar import LAST_SEASON
from fbm_pipeline.level1.encoder import EncoderError, encoder_of
from fbm_pipeline.level1.outing_batches import arrange, collate, groups
from fbm_pipeline.level1.outings import Outings, load_outings, seasons_with_outings
from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.level1.pretraining import PADDED_TOKENS, batch_tensors
from fbm_pipeline.level1.tables import ENCODER, PA_EMBEDDINGS
from fbm_pipeline.nn.device import moved, prepare
from fbm_pipeline.presets.presets import Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.joins import MissingJoinError
from fbm_pipeline.store.making import open_inputs, partition_key
from fbm_pipeline.store.tables import Store, Written

TABLE = PA_EMBEDDINGS.name

logger = logging.getLogger("fbm_pipeline.training")


@dataclass(frozen=True)
class Embeddings:
    """`matrix` (rows, width) float16; `keys` game_id, plate_appearance, embedding_row; one encoder made them all."""

    matrix: np.ndarray
    keys: pa.Table
    encoder: str


def last_served(preset: Preset, cutoff: int) -> int:
    """The last season that a cutoff's encoder embeds: that of the next cutoff, which the network is stopped on.

    A target season is served by the latest cutoff before it, the network that projects it by the latest one before
    the season that it is stopped on. The encoder of the latest cutoff serves every season to come.
    """
    return min((plan.cutoff for plan in preset.encoders if plan.cutoff > cutoff), default=LAST_SEASON)


def seasons_served(preset: Preset, cutoff: int, stored: Collection[int]) -> list[int]:
    """The stored seasons that a cutoff's encoder embeds: all that a target it serves may look back on."""
    return sorted(season for season in stored if season <= last_served(preset, cutoff))


def cutoffs_serving(store: Store, preset: Preset, season: int) -> list[int]:
    """The cutoffs, of those whose season is stored, whose encoder embeds a season."""
    stored = seasons_with_outings(store)
    cutoffs = [plan.cutoff for plan in preset.encoders if plan.cutoff in stored]
    return [cutoff for cutoff in cutoffs if season in seasons_served(preset, cutoff, stored)]


def embed(encoder: OutingEncoder, loaded: Outings, chosen: np.ndarray | None = None) -> np.ndarray:
    """Embeddings in the order of the keys: (plate appearances, width) float16, of all outings or of the chosen ones.

    The rows of what was not chosen stay 0. Raises EncoderError when one is not finite in float16.
    """
    embeddings = np.zeros((loaded.plate_appearances, encoder.shape.embedding), dtype="<f2")
    rows = arrange(loaded, np.arange(loaded.outings) if chosen is None else chosen)
    device = encoder.words.device.type
    with torch.inference_mode():
        for which in groups(rows, PADDED_TOKENS):
            batch = collate(loaded, rows, which)
            embeddings[loaded.pa_rows[batch.pas]] = encoder(*moved(batch_tensors(batch), device)).cpu().numpy()
    wrong = int((~np.isfinite(embeddings)).any(axis=1).sum())
    if wrong:
        raise EncoderError(f"{wrong} of {len(embeddings)} embeddings are not finite in float16; train Level 1 again")
    return embeddings


def embed_season(store: Store, settings: Settings, cutoff: int, season: int) -> list[Written]:
    """Write models.pa_embeddings of a season with the encoder of a cutoff, the months whose games changed only.

    Raises EncoderError as load_encoder does, and for an embedding that is not finite in float16.
    """
    within: dict[str, int | str] = {"cutoff": cutoff, "season": season}
    inputs = open_inputs(store, PA_EMBEDDINGS, within, settings)
    keys = _month_keys(inputs)
    current = {month: store.current(TABLE, {**within, "month": month}, key) for month, key in keys.items()}
    stale = [month for month, written in current.items() if written is None]
    for part in store.partitions(TABLE):
        if (part["cutoff"], part["season"]) == (cutoff, season) and part["month"] not in keys:
            store.drop(TABLE, part)
    if stale:
        began = time.monotonic()
        table = _embedded(inputs, stale)
        made = store.write_many(TABLE, within, "month", table, {month: keys[month] for month in stale})
        current.update(zip(stale, made, strict=True))
        logger.info(
            "level 1: cutoff %d, season %d, %d months, %d plate appearances embedded and written in %.1f s",
            *(cutoff, season, len(stale), table.num_rows, time.monotonic() - began),
        )
    return [written for written in current.values() if written is not None]


def _embedded(inputs: Inputs, stale: list[int]) -> pa.Table:
    """Rows of the stale months. A game, and so an outing, lies in one month."""
    device = inputs.settings.device
    prepare(inputs.settings.threads, device)
    encoder, card = encoder_of(inputs.trained(ENCODER.name).checkpoint)
    season = int(inputs.partition["season"])
    loaded, months = load_outings(inputs, season), _months(inputs, season)
    due = np.isin(months, stale)  # by key
    first_keys = loaded.pa_rows[loaded.outing_starts[:-1]]
    embeddings = embed(encoder.to(device), loaded, np.flatnonzero(due[first_keys]))
    return embedding_table(loaded, embeddings, months, card.cutoff, season, card.hash).filter(pa.array(due))


def embedding_table(
    loaded: Outings, embeddings: np.ndarray, months: np.ndarray, cutoff: int, season: int, encoder: str
) -> pa.Table:
    """Rows of models.pa_embeddings, in the order of the keys; bytes are little-endian float16."""
    n, width = embeddings.shape
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(2 * width), n, [None, pa.py_buffer(np.ascontiguousarray(embeddings))]
    )
    return pa.table(
        {
            "cutoff": pa.array(np.full(n, cutoff, dtype=np.int16)),
            "season": pa.array(np.full(n, season, dtype=np.int16)),
            "month": pa.array(months.astype(np.int8)),
            "game_id": loaded.game_id,
            "plate_appearance": pa.array(loaded.plate_appearance),
            "encoder": pa.array([encoder] * n, pa.string()),
            "embedding": fixed.cast(pa.binary()),
        }
    )


def load_embeddings(store: Store, cutoff: int, seasons: Iterable[int]) -> Embeddings:
    """The seasons' embeddings by the encoder of a cutoff, in no promised order. About 24 MB a season at width 64.

    Raises MissingJoinError for a season without embeddings, ValueError when two encoders made them.
    """
    wanted = sorted(set(seasons))
    stored = {int(part["season"]) for part in store.partitions(TABLE) if part["cutoff"] == cutoff}
    absent = [season for season in wanted if season not in stored]
    if absent:
        raise MissingJoinError(
            TABLE,
            len(absent),
            len(wanted),
            f"seasons {absent[:5]} of cutoff {cutoff}",
            "Embed these seasons first.",
        )
    matrices, keys, encoders, first = [], [], set(), 0
    with session(store, tables=[TABLE]) as connection:
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
            f"{TABLE} of {wanted[0]}-{wanted[-1]} comes from {len(encoders)} encoders "
            f"{sorted(encoders)} and has widths {sorted(widths)}, expected one. Embed all seasons anew."
        )
    return Embeddings(np.concatenate(matrices), pa.concat_tables(keys), next(iter(encoders), ""))


def _months(store: Store, season: int) -> np.ndarray:
    with session(store, tables=["core.plate_appearances"]) as connection:
        return query(connection, "samples/outing_months", {"season": season}).column("month").to_numpy()


def _month_keys(inputs: Inputs) -> dict[int, str]:
    months = sorted({int(part["month"]) for part in inputs.partitions("core.plate_appearances")})
    return {month: partition_key(inputs.narrowed(month=month)) for month in months}


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
        raise ValueError(f"{TABLE}.embedding has rows of {lengths[:5].tolist()} bytes, expected one even length")
    flat = np.frombuffer(chunk.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return flat.view("<f2").reshape(len(chunk), int(lengths[0]) // 2)
