"""Plate-appearance embeddings of a season: one pass of the frozen encoder, and the table that they are stored in.

Belongs here: the pass and the bytes. Which encoder, and whether the work is due, is decided in `encoder`.
"""

import numpy as np
import pyarrow as pa
import torch

from fbm_pipeline.model.level1_pitch import OutingEncoder
from fbm_pipeline.model.pretraining import batch_tensors
from fbm_pipeline.samples.outing_batches import arrange, collate, groups
from fbm_pipeline.samples.outings import Outings

PADDED_TOKENS = 4096  # in one pass


class EncoderError(ValueError):
    """Level 1 cannot be trained or used as asked; the message says why and what to do."""


def embed(encoder: OutingEncoder, loaded: Outings) -> np.ndarray:
    """Embeddings in the order of the keys: (plate appearances, width) float16.

    Raises EncoderError when one of them is not finite in float16.
    """
    embeddings = np.zeros((loaded.plate_appearances, encoder.width), dtype="<f2")
    rows = arrange(loaded, np.arange(loaded.outings))
    with torch.inference_mode():
        for which in groups(rows, PADDED_TOKENS):
            batch = collate(loaded, rows, which)
            embeddings[loaded.pa_rows[batch.pas]] = encoder(*batch_tensors(batch)).numpy()
    wrong = int((~np.isfinite(embeddings)).any(axis=1).sum())
    if wrong:
        raise EncoderError(f"{wrong} of {len(embeddings)} embeddings are not finite in float16; train Level 1 again")
    return embeddings


def embedding_table(loaded: Outings, embeddings: np.ndarray, season: int, encoder: str) -> pa.Table:
    """Rows of models.pa_embeddings, in the order of the keys; bytes are little-endian float16."""
    n, width = embeddings.shape
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(2 * width), n, [None, pa.py_buffer(np.ascontiguousarray(embeddings))]
    )
    return pa.table(
        {
            "season": pa.array(np.full(n, season, dtype=np.int16)),
            "game_id": loaded.game_id,
            "plate_appearance": pa.array(loaded.plate_appearance),
            "encoder": pa.array([encoder] * n, pa.string()),
            "embedding": fixed.cast(pa.binary()),
        }
    )
