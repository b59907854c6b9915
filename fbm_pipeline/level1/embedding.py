"""Embeddings of plate appearances: one pass of a frozen encoder over a season, and the table that they are stored in.

Belongs here: the pass, its bytes, and which months are due. Not here: which encoder there is (`encoder`), means over
a player's season (`season_embeddings`).
"""

import logging
import time
from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa
import torch

from fbm_pipeline.level1.encoder import code_hash, load_encoder
from fbm_pipeline.level1.encoder_errors import EncoderError
from fbm_pipeline.level1.level1_pitch import OutingEncoder
from fbm_pipeline.level1.outing_batches import arrange, collate, groups
from fbm_pipeline.level1.outings import TABLES, Outings, load_outings
from fbm_pipeline.level1.pretraining import PADDED_TOKENS, batch_tensors
from fbm_pipeline.nn.device import moved, prepare
from fbm_pipeline.settings import Preset, Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.engine import query, session
from fbm_pipeline.store.tables import Store, Written, inputs_key

TABLE = "models.pa_embeddings"

logger = logging.getLogger("fbm_pipeline.training")


def seasons_served(preset: Preset, cutoff: int, held: Collection[int]) -> list[int]:
    """The seasons that a cutoff's encoder embeds: all that a target season which it serves may look back on.

    The encoder of the latest cutoff serves every season to come. Another one serves the targets up to the next cutoff,
    and the network of the season after it too, which is stopped on the season of that cutoff.
    """
    later = [plan.cutoff for plan in preset.encoders if plan.cutoff > cutoff]
    return sorted(season for season in held if not later or season <= min(later))


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
    encoder, card = load_encoder(settings, cutoff)
    within: dict[str, int | str] = {"cutoff": cutoff, "season": season}
    keys = _month_keys(store, season, card.weights)
    held = {month: store.current(TABLE, {**within, "month": month}, key) for month, key in keys.items()}
    stale = [month for month, written in held.items() if written is None]
    for part in store.partitions(TABLE):
        if (part["cutoff"], part["season"]) == (cutoff, season) and part["month"] not in keys:
            store.drop(TABLE, part)
    if stale:
        prepare(settings.preset.threads, settings.device)
        began = time.monotonic()
        loaded = load_outings(store, season)
        months = _months(store, season)
        table = _embedded(encoder.to(settings.device), loaded, months, stale, within | {"encoder": card.hash})
        made = store.write_many(TABLE, within, "month", table, {month: keys[month] for month in stale})
        held.update(zip(stale, made, strict=True))
        logger.info(
            "level 1: cutoff %d, season %d, %d months, %d plate appearances embedded and written in %.1f s",
            cutoff, season, len(stale), table.num_rows, time.monotonic() - began,
        )  # fmt: skip
    return [written for written in held.values() if written is not None]


def _embedded(
    encoder: OutingEncoder, loaded: Outings, months: np.ndarray, stale: list[int], told: Mapping[str, object]
) -> pa.Table:
    due = np.isin(months, stale)  # by key
    first_keys = loaded.pa_rows[loaded.outing_starts[:-1]]  # a game, and so an outing, lies in one month
    embeddings = embed(encoder, loaded, np.flatnonzero(due[first_keys]))
    return embedding_table(loaded, embeddings, months, told).filter(pa.array(due))


def embedding_table(
    loaded: Outings, embeddings: np.ndarray, months: np.ndarray, told: Mapping[str, object]
) -> pa.Table:
    """Rows of models.pa_embeddings, in the order of the keys; bytes are little-endian float16."""
    n, width = embeddings.shape
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(2 * width), n, [None, pa.py_buffer(np.ascontiguousarray(embeddings))]
    )
    return pa.table(
        {
            "cutoff": pa.array(np.full(n, told["cutoff"], dtype=np.int16)),
            "season": pa.array(np.full(n, told["season"], dtype=np.int16)),
            "month": pa.array(months.astype(np.int8)),
            "game_id": loaded.game_id,
            "plate_appearance": pa.array(loaded.plate_appearance),
            "encoder": pa.array([told["encoder"]] * n, pa.string()),
            "embedding": fixed.cast(pa.binary()),
        }
    )


def _months(store: Store, season: int) -> np.ndarray:
    with session(store, tables=["core.plate_appearances"]) as connection:
        return query(connection, "samples/outing_months", {"season": season}).column("month").to_numpy()


def _month_keys(store: Store, season: int, weights: str) -> dict[int, str]:
    own = code_key(f"{__name__}:embed_season")
    months = sorted(
        int(part["month"]) for part in store.partitions("core.plate_appearances") if part["season"] == season
    )
    return {
        month: inputs_key(
            weights=weights, code=code_hash(), own=own,
            content=[store.content(name, {"season": season, "month": month}) for name in TABLES],
        )
        for month in months
    }  # fmt: skip
