"""Masked gamestate modelling: whole plate appearances are hidden and predicted from the rest of the outing.

At a hidden plate appearance everything that tells how it went is hidden together (results, types, count, batted
ball, physics, outcome), and it stands as one token, so that its length is hidden too. The hands, the order in the
outing and the other plate appearances stay.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from fbm_pipeline.model.level1_pitch import OutingEncoder
from fbm_pipeline.samples.outing_batches import OutingBatch, ragged
from fbm_pipeline.samples.outings import Outings
from fbm_pipeline.samples.vocabulary import FIELD_SIZES, FIELDS, MASK, TELLING_FIELDS, UNKNOWN

MASKED_SHARE = 0.15
PHYSICS_DROPPED = 0.5  # share of outings that lose physics and pitch types, as seasons before Statcast have none
VISIBLE_WEIGHT = 0.2  # of the loss at visible plate appearances, where the pooled embedding must keep what happened
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
        self.heads = nn.ModuleDict({name: nn.Linear(encoder.width, classes) for name, classes in OBJECTIVES.items()})

    def initialise(self, generator: torch.Generator) -> None:
        """The encoder's weights and then the heads', from one generator; heads start near the uniform guess."""
        self.encoder.initialise(generator)
        for parameter in self.heads.parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, std=0.02, generator=generator)
            else:
                nn.init.zeros_(parameter)

    def forward(self, batch: OutingBatch) -> dict[str, Tensor]:
        """Logits per objective, each (plate appearances of the batch, classes)."""
        embeddings = self.encoder(*batch_tensors(batch))
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
    """Which plate appearances of the chosen outings to hide: (plate appearances,) bool."""
    counts = outings.outing_starts[chosen + 1] - outings.outing_starts[chosen]
    return (torch.rand(int(counts.sum()), generator=generator) < MASKED_SHARE).numpy()


def hide(batch: OutingBatch, physics_dropped: np.ndarray | None = None) -> OutingBatch:
    """The batch with its collapsed plate appearances hidden, and physics and pitch type gone from some rows.

    physics_dropped: (rows,) bool. The arguments stay as they were.
    """
    ids, numerics = batch.ids.copy(), batch.numerics.copy()
    masked = np.repeat(batch.collapsed, batch.pa_lengths)
    if physics_dropped is not None:
        dropped = np.repeat(physics_dropped, batch.row_lengths)
        ids[dropped, FIELDS.index("pitch_type")] = UNKNOWN
        numerics[dropped] = np.nan
    for field in TELLING_FIELDS:
        ids[masked, FIELDS.index(field)] = MASK
    numerics[masked] = np.nan
    return OutingBatch(ids, numerics, batch.row_lengths, batch.pa_lengths, batch.pas, batch.collapsed)


def targets_of(outings: Outings, pas: np.ndarray) -> Shares:
    """What really happened in the plate appearances `pas` (indices in outing order): shares over classes.

    `result` holds the share of each pitch result, the others have one class at one.
    """
    first = outings.pa_starts[pas]
    lengths = outings.pa_starts[pas + 1] - first
    owner = np.repeat(np.arange(len(pas)), lengths)
    results = outings.ids[ragged(first, lengths), FIELDS.index("result")]
    classes = OBJECTIVES["result"]
    counts = np.bincount(owner * classes + results, minlength=len(pas) * classes).reshape(len(pas), classes)
    return {
        "outcome": _one_hot(outings.ids[first, FIELDS.index("outcome")], OBJECTIVES["outcome"]),
        "hit_type": _one_hot(outings.ids[first, FIELDS.index("hit_type")], OBJECTIVES["hit_type"]),
        "pitch_count": _one_hot(np.minimum(lengths, MOST_COUNTED), OBJECTIVES["pitch_count"]),
        "result": (counts / lengths[:, None]).astype(np.float32),
    }


def cross_entropies(logits: dict[str, Tensor], shares: Shares) -> dict[str, Tensor]:
    """Nats per plate appearance and objective, each (plate appearances,)."""
    return {
        name: functional.cross_entropy(logits[name], torch.from_numpy(share), reduction="none")
        for name, share in shares.items()
    }


def _one_hot(classes: np.ndarray, size: int) -> np.ndarray:
    return np.eye(size, dtype=np.float32)[classes]
