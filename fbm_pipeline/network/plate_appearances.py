"""Where a window's plate appearances come from: the cache of embeddings, or Level 1 that encodes their pitches.

Belongs here: what is read of either, Level 1 as a part of the network, and what of it an epoch trains.
Not here: pre-training and the cache itself (Level 1), which plate appearances a window holds (windows).
Dimension letters: n tokens (flat), p plate appearances, w width, e embedding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from fbm_pipeline.level1.embeddings import Embeddings, embed, load_embeddings
from fbm_pipeline.level1.encoder import encoder_of
from fbm_pipeline.level1.outing_batches import arrange, collate, groups
from fbm_pipeline.level1.outings import Outings, concatenate, load_outings
from fbm_pipeline.level1.pitch_encoder import EncoderShape, OutingEncoder
from fbm_pipeline.level1.pretraining import batch_tensors
from fbm_pipeline.level1.tables import ENCODER
from fbm_pipeline.presets.network import trains_level1
from fbm_pipeline.store.inputs import Inputs

PADDED_TOKENS = 4096  # in one pass of the encoder, as in its pre-training

PitchGroup = tuple[Tensor, Tensor, Tensor, Tensor]  # the arguments of OutingEncoder.forward


@dataclass(frozen=True)
class Pitches:
    """The outings that plate appearances stand in, for a network that encodes them itself.

    `appearance` (plate appearances,): where the plate appearance of a row of the embeddings stands in the outings.
    """

    outings: Outings
    appearance: np.ndarray
    encoder: EncoderShape


@dataclass(frozen=True)
class Source:
    """Embeddings with their keys. Where Level 1 is trained, `pitches` stand in for the matrix, which has one row."""

    embeddings: Embeddings
    pitches: Pitches | None = None


def load_source(inputs: Inputs, seasons: Sequence[int]) -> Source:
    """What the fold's network reads of the seasons' plate appearances.

    Raises MissingJoinError for a season that the cache lacks, ValueError for a season without core tables.
    """
    network, cutoff = inputs.settings.network, inputs.settings.cutoff
    if network.encoder == "masked" and not trains_level1(network):
        return Source(load_embeddings(inputs, cutoff, seasons))
    encoder, card = encoder_of(inputs.trained(ENCODER.name).checkpoint)
    outings = concatenate([load_outings(inputs, season) for season in sorted(set(seasons))])
    keys = pa.table(
        {
            "game_id": outings.game_id,
            "plate_appearance": outings.plate_appearance,
            "embedding_row": np.arange(outings.plate_appearances, dtype=np.int32),
        }
    )
    if not trains_level1(network):
        return Source(Embeddings(embed(encoder, outings), keys, card.hash))
    matrix = np.zeros((1, encoder.shape.embedding), np.float16)
    return Source(Embeddings(matrix, keys, card.hash), pitches_of(outings, encoder.shape))


def pitches_of(outings: Outings, encoder: EncoderShape) -> Pitches:
    """The outings with the place of each plate appearance by its row."""
    appearance = np.empty(outings.plate_appearances, np.int64)
    appearance[outings.pa_rows] = np.arange(outings.plate_appearances)
    return Pitches(outings, appearance, encoder)


def pitches_for(pitches: Pitches, rows: np.ndarray) -> tuple[tuple[PitchGroup, ...], np.ndarray]:
    """What Level 1 reads to encode the embeddings' `rows`, and for each of them its place in what comes out.

    Whole outings are read: a plate appearance is understood from those around it.
    """
    wanted = pitches.appearance[rows]
    chosen = np.unique(np.searchsorted(pitches.outings.outing_starts, wanted, side="right") - 1)
    arranged = arrange(pitches.outings, chosen)
    batches = [collate(pitches.outings, arranged, which) for which in groups(arranged, PADDED_TOKENS)]
    read = np.concatenate([batch.pas for batch in batches]) if batches else np.zeros(0, np.int64)
    order = np.argsort(read)
    place = order[np.searchsorted(read, wanted, sorter=order)] if len(read) else np.zeros(len(wanted), np.int64)
    return tuple(batch_tensors(batch) for batch in batches), place


class PitchReader(OutingEncoder):
    """Level 1 within the network, with another pooling of a plate appearance's pitches where that is asked for.

    `last` puts the last pitch in the mean's place. `attention` weights the pitches by a learnt query that begins at
    zero, which is the mean.
    """

    def __init__(self, shape: EncoderShape, pitch_pooling: str) -> None:
        super().__init__(shape)
        self.pitch_pooling = pitch_pooling
        self.pitch_query = nn.Parameter(torch.zeros(shape.width)) if pitch_pooling == "attention" else None

    def start_from(self, encoder: OutingEncoder) -> None:
        """Take the weights of a pre-trained encoder of the same shape."""
        self.load_state_dict(encoder.state_dict(), strict=self.pitch_query is None)

    def free(self, freedom: str) -> None:
        """Train nothing (`frozen`), the last block with the pooling (`top`), or everything (`all`)."""
        self.requires_grad_(freedom == "all")
        if freedom == "top":
            for part in (self.blocks[-1], self.norm, self.pool, self.pool_norm):
                part.requires_grad_(True)
            if self.pitch_query is not None:
                self.pitch_query.requires_grad_(True)

    def _pooled(self, tokens: Tensor, pa_lengths: Tensor) -> Tensor:
        if self.pitch_pooling == "mean_and_last":
            return super()._pooled(tokens, pa_lengths)
        last = self._last(tokens, pa_lengths)
        weighted = last if self.pitch_query is None else _attended(tokens, pa_lengths, self.pitch_query)
        return self.pool_norm(self.pool(torch.cat([weighted, last], dim=1)))


def encoded(level1: PitchReader, pitches: Sequence[PitchGroup]) -> Tensor:
    """(p, e) of all groups, one after another. Activations are computed again for the gradient: outings are long."""
    if not pitches:
        return level1.pool.weight.new_zeros(1, level1.shape.embedding)
    trained = torch.is_grad_enabled() and any(parameter.requires_grad for parameter in level1.parameters())
    if not trained:
        return torch.cat([level1(*group) for group in pitches])
    return torch.cat([checkpoint(level1, *group, use_reentrant=False, preserve_rng_state=False) for group in pitches])


def _attended(tokens: Tensor, pa_lengths: Tensor, query: Tensor) -> Tensor:
    """(p, w): a plate appearance's tokens weighted by a softmax of their products with the query."""
    p, longest = len(pa_lengths), int(pa_lengths.max()) if len(pa_lengths) else 0
    owner = torch.repeat_interleave(torch.arange(p, device=tokens.device), pa_lengths)  # (n,)
    first = torch.cumsum(pa_lengths, 0) - pa_lengths
    slot = owner * longest + torch.arange(len(tokens), device=tokens.device) - first[owner]
    rows = tokens.new_zeros(p * longest, tokens.shape[1]).index_copy(0, slot, tokens).view(p, longest, -1)
    absent = torch.arange(longest, device=tokens.device) >= pa_lengths.unsqueeze(1)  # (p, longest)
    scores = (rows @ query * tokens.shape[1] ** -0.5).masked_fill(absent, -1e9)
    return (torch.softmax(scores, dim=1).unsqueeze(-1) * rows).sum(dim=1)
