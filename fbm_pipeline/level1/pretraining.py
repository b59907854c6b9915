"""Masked gamestate modelling: whole plate appearances are hidden and predicted from the rest of the outing.

At a hidden plate appearance everything that gives away how it went is hidden together (results, types, count, batted
ball, fielder, physics, outcome), and it stands as one token, so that its length is hidden too. From the next one on the
running state of the row (outs, bases, inning, score, pitches thrown) is hidden as well: the outs of a plate appearance
give away how the one before it went. Its own state when it began, the hands, the order in the outing and what
happened in the other plate appearances stay.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fbm_pipeline.level1.outing_batches import OutingBatch, ragged
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.level1.vocabulary import (
    FIELD_SIZES,
    FIELDS,
    MASK,
    NUMERICS,
    PHYSICS,
    RUNNING_NUMERICS,
    STATE_FIELDS,
    TELLING_FIELDS,
    UNKNOWN,
)
from fbm_pipeline.nn.device import moved

WHOLE_SHARE = 0.25  # of outings from which nothing is hidden: so they are all read once training is over
MASKED_SHARE = 0.2  # of the plate appearances of the other outings
PHYSICS_DROPPED = 0.5  # share of outings that lose physics and pitch types, as seasons before Statcast have none
VISIBLE_WEIGHT = 0.5  # of the loss at visible plate appearances, where the pooled embedding must keep what happened
PADDED_TOKENS = 4096  # in one pass: larger ones fall out of the cache and are slower
MOST_COUNTED = 10  # pitches; longer plate appearances count as this

OBJECTIVES = {
    "outcome": FIELD_SIZES["outcome"],
    "hit_type": FIELD_SIZES["hit_type"],
    "pitch_count": MOST_COUNTED + 1,
    "result": FIELD_SIZES["result"],
}


Shares = dict[str, np.ndarray]  # per objective (plate appearances, classes) float32, rows sum to one


class MaskedGamestate(nn.Module):
    """The encoder with one linear head per objective on the plate appearance's embedding."""

    def __init__(self, encoder: OutingEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleDict(
            {name: nn.Linear(encoder.shape.embedding, classes) for name, classes in OBJECTIVES.items()}
        )

    def initialise(self, generator: torch.Generator) -> None:
        """The encoder's weights and then the heads', from one generator; heads start near the uniform guess."""
        self.encoder.initialise(generator)
        for parameter in self.heads.parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, std=0.02, generator=generator)
            else:
                nn.init.zeros_(parameter)

    @property
    def device(self) -> str:
        """Where its weights are: cpu or cuda."""
        return self.encoder.words.device.type

    def forward(self, batch: OutingBatch) -> dict[str, Tensor]:
        """Logits per objective, each (plate appearances of the batch, classes)."""
        embeddings = self.encoder(*moved(batch_tensors(batch), self.device))
        return {name: head(embeddings) for name, head in self.heads.items()}


def batch_tensors(batch: OutingBatch) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The arguments of OutingEncoder.forward, sharing the batch's memory."""
    return (
        torch.from_numpy(batch.ids),
        torch.from_numpy(batch.numerics),
        torch.from_numpy(batch.row_lengths),
        torch.from_numpy(batch.pa_lengths),
    )


def draw_masked(outings: Outings, chosen: np.ndarray, generator: torch.Generator) -> np.ndarray:
    """Which plate appearances of the chosen outings to hide, from some of these none: (plate appearances,) bool."""
    counts = outings.outing_starts[chosen + 1] - outings.outing_starts[chosen]
    whole = (torch.rand(len(chosen), generator=generator) < WHOLE_SHARE).numpy()
    drawn = (torch.rand(int(counts.sum()), generator=generator) < MASKED_SHARE).numpy()
    return drawn & ~np.repeat(whole, counts)


def hide(batch: OutingBatch, physics_dropped: np.ndarray | None = None) -> OutingBatch:
    """The batch with its collapsed plate appearances hidden, and physics and pitch type gone from some rows.

    The running state of what follows a hidden plate appearance in its row is hidden with it. physics_dropped:
    (rows,) bool. The arguments stay as they were.
    """
    ids, numerics = batch.ids.copy(), batch.numerics.copy()
    masked = np.repeat(batch.collapsed, batch.pa_lengths)
    if physics_dropped is not None:
        dropped = np.repeat(physics_dropped, batch.row_lengths)
        ids[dropped, FIELDS.index("pitch_type")] = UNKNOWN
        numerics[np.ix_(dropped, _columns(PHYSICS, NUMERICS))] = np.nan
    ids[np.ix_(masked, _columns(TELLING_FIELDS, FIELDS))] = MASK
    numerics[np.ix_(masked, _columns(PHYSICS, NUMERICS))] = np.nan
    after = _after_hidden(masked, batch.row_lengths)
    ids[np.ix_(after, _columns(STATE_FIELDS, FIELDS))] = MASK
    numerics[np.ix_(after, _columns(RUNNING_NUMERICS, NUMERICS))] = np.nan
    return OutingBatch(ids, numerics, batch.row_lengths, batch.pa_lengths, batch.pas, batch.collapsed)


def targets_of(outings: Outings, pas: np.ndarray) -> Shares:
    """What really happened in the plate appearances `pas` (indices in outing order): shares over classes.

    `result` holds the share of each pitch result, the others have one class at one.
    """
    first, last = outings.pa_starts[pas], outings.pa_starts[pas + 1] - 1
    lengths = last + 1 - first
    owner = np.repeat(np.arange(len(pas)), lengths)
    results = outings.ids[ragged(first, lengths), FIELDS.index("result")]
    classes = OBJECTIVES["result"]
    counts = np.bincount(owner * classes + results, minlength=len(pas) * classes).reshape(len(pas), classes)
    return {
        "outcome": _one_hot(outings.ids[last, FIELDS.index("outcome")], OBJECTIVES["outcome"]),
        "hit_type": _one_hot(outings.ids[last, FIELDS.index("hit_type")], OBJECTIVES["hit_type"]),
        "pitch_count": _one_hot(np.minimum(lengths, MOST_COUNTED), OBJECTIVES["pitch_count"]),
        "result": (counts / lengths[:, None]).astype(np.float32),
    }


def cross_entropies(logits: dict[str, Tensor], shares: Shares) -> dict[str, Tensor]:
    """Nats per plate appearance and objective, each (plate appearances,)."""
    return {
        name: functional.cross_entropy(logits[name], torch.from_numpy(share).to(logits[name].device), reduction="none")
        for name, share in shares.items()
    }


def _columns(chosen: Sequence[str], names: Sequence[str]) -> np.ndarray:
    return np.array([names.index(name) for name in chosen])


def _after_hidden(masked: np.ndarray, row_lengths: np.ndarray) -> np.ndarray:
    """(tokens,) bool: whether a hidden token stands earlier in the token's row."""
    before = np.cumsum(masked) - masked
    row_begins = np.cumsum(row_lengths) - row_lengths
    filled = row_lengths > 0
    return before > np.repeat(before[row_begins[filled]], row_lengths[filled])


def _one_hot(classes: np.ndarray, size: int) -> np.ndarray:
    return np.eye(size, dtype=np.float32)[classes]
