"""One pre-training run of Level 1: its model, optimizer, generators and where it stands.

Belongs here: a step, the held-out measurement, and the state that a checkpoint needs. Not here: files, or when to
save; see `encoder`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fbm_pipeline.model.level1_pitch import OutingEncoder, seen_from
from fbm_pipeline.model.pretraining import (
    PHYSICS_DROPPED,
    VISIBLE_WEIGHT,
    MaskedGamestate,
    batch_tensors,
    cross_entropies,
    draw_masked,
    hide,
    targets_of,
)
from fbm_pipeline.samples.outing_batches import OutingBatch, arrange, collate, groups
from fbm_pipeline.samples.outings import Outings
from fbm_pipeline.samples.vocabulary import FIELD_SIZES, NUMERICS
from fbm_pipeline.training.checkpoint import (
    generator_tensors,
    optimizer_tensors,
    restore_generators,
    restore_optimizer,
)

LEARNING_RATE = 2e-3  # of weights this small; 5 % warm-up, then a cosine to zero
WARM_UP = 0.05
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0  # norm
PADDED_TOKENS = 4096  # in one pass: larger ones fall out of a core's cache and are slower
HELD_OUT_OUTINGS = 2000


class DivergedTraining(RuntimeError):  # noqa: N818 - what happened, not who failed
    """The loss is no longer a number; the message names the step and the next action."""


@dataclass(frozen=True)
class RunSize:
    """Everything that shapes a run, recorded with it. The same sizes, data and code give the same bits."""

    width: int
    layers: int
    heads: int
    steps: int
    batch: int  # outings in a step
    threads: int
    seed: int


class MaskedRun:
    """A model in training, at `step` steps done."""

    def __init__(self, size: RunSize, training: Outings) -> None:
        self.size = size
        self.training = training
        self.step = 0
        self.generators = {
            name: torch.Generator().manual_seed(size.seed + index)
            for index, name in enumerate(("outings", "masking", "physics"))
        }
        self.model = MaskedGamestate(OutingEncoder(size.width, size.layers, size.heads))
        self.model.initialise(torch.Generator().manual_seed(size.seed + 100))
        self.model.encoder.set_seen(*seen_from(*count_seen(training)))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), weight_decay=WEIGHT_DECAY)

    def take_step(self) -> dict[str, float]:
        """One step of the optimizer. Returns nats per hidden plate appearance by objective, and `tokens`.

        Raises DivergedTraining when the loss is not finite.
        """
        chosen = torch.randint(self.training.outings, (self.size.batch,), generator=self.generators["outings"]).numpy()
        rows = arrange(self.training, chosen, draw_masked(self.training, chosen, self.generators["masking"]))
        dropped = torch.rand(len(rows.row_pas) - 1, generator=self.generators["physics"]) < PHYSICS_DROPPED
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        self.optimizer.zero_grad()
        hidden = int(rows.collapsed.sum())
        sums: dict[str, float] = {"tokens": float(len(rows.tokens))}
        for which in groups(rows, PADDED_TOKENS):
            batch = hide(collate(self.training, rows, which), dropped.numpy()[which])
            nats = cross_entropies(self.model(batch), targets_of(self.training, batch.pas))
            masked = torch.from_numpy(batch.collapsed)
            loss = _loss(nats, masked, hidden, len(rows.pas) - hidden)
            if not bool(torch.isfinite(loss)):
                raise DivergedTraining(
                    f"Level 1 loss is {float(loss.detach())} at step {self.step + 1}; lower LEARNING_RATE or look at "
                    "the data"
                )
            loss.backward()
            for name, value in nats.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach()[masked].sum()) / max(hidden, 1)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.step += 1
        return sums

    def state(self) -> dict[str, Tensor]:
        """Optimizer and generators as flat tensors; the weights and `step` are saved beside them."""
        return optimizer_tensors(self.optimizer) | generator_tensors(self.generators)

    def restore(self, step: int, tensors: Mapping[str, Tensor]) -> None:
        """Stand where a saved run stood; the weights are restored by the caller."""
        self.step = step
        restore_optimizer(self.optimizer, tensors)
        restore_generators(self.generators, tensors)

    def _learning_rate(self) -> float:
        done = self.step / max(self.size.steps, 1)
        if done < WARM_UP:
            return LEARNING_RATE * (self.step + 1) / (WARM_UP * self.size.steps + 1)
        return LEARNING_RATE * 0.5 * (1.0 + math.cos(math.pi * (done - WARM_UP) / (1.0 - WARM_UP)))


def count_seen(outings: Outings) -> tuple[Tensor, dict[str, Tensor]]:
    """How often each word occurs, all fields in a row, and each numeric's n, sum and sum of squares (float64)."""
    counts = np.concatenate(
        [np.bincount(outings.ids[:, i], minlength=size) for i, size in enumerate(FIELD_SIZES.values())]
    )
    totals = {"n": torch.zeros(len(NUMERICS)).double()}
    totals |= {"sum": totals["n"].clone(), "sum_of_squares": totals["n"].clone()}
    if outings.numerics.strides[0]:
        for index in range(len(NUMERICS)):
            column = outings.numerics[:, index].astype(np.float64)
            column = column[~np.isnan(column)]
            totals["n"][index] = len(column)
            totals["sum"][index] = float(column.sum())
            totals["sum_of_squares"][index] = float((column**2).sum())
    return torch.from_numpy(counts), totals


def held_out_masks(outings: Outings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The outings to measure on and which of their plate appearances to hide: the same at every call."""
    generator = torch.Generator().manual_seed(seed + 200)
    chosen = torch.randperm(outings.outings, generator=generator)[:HELD_OUT_OUTINGS].sort().values.numpy()
    return chosen, draw_masked(outings, chosen, generator)


def measure(model: MaskedGamestate, outings: Outings, seed: int) -> dict[str, float]:
    """Mean nats per plate appearance by objective, `hidden_*` and `visible_*`, and the embeddings' effective rank.

    Hidden outings keep their physics; nothing is drawn but the masks of held_out_masks.
    """
    chosen, masked = held_out_masks(outings, seed)
    rows = arrange(outings, chosen, masked)
    sums: dict[str, float] = {}
    embeddings = []
    with torch.inference_mode():
        for which in groups(rows, PADDED_TOKENS):
            batch: OutingBatch = hide(collate(outings, rows, which))
            embedded = model.encoder(*batch_tensors(batch))
            nats = cross_entropies(
                {name: head(embedded) for name, head in model.heads.items()}, targets_of(outings, batch.pas)
            )
            hidden = torch.from_numpy(batch.collapsed)
            for name, value in nats.items():
                for label, part in (("hidden", hidden), ("visible", ~hidden)):
                    sums[f"{label}_{name}"] = sums.get(f"{label}_{name}", 0.0) + float(value[part].sum())
            embeddings.append(embedded[~hidden])
    counts = {"hidden": int(masked.sum()), "visible": int((~masked).sum())}
    metrics = {name: total / max(counts[name.split("_")[0]], 1) for name, total in sums.items()}
    return metrics | {"effective_rank": effective_rank(torch.cat(embeddings))}


def effective_rank(embeddings: Tensor) -> float:
    """exp(entropy of the covariance's eigenvalue shares) of (n, w): w for a full sphere, 1 for a line."""
    if len(embeddings) < 2:
        return 0.0
    values = torch.linalg.eigvalsh(torch.cov(embeddings.double().T)).clamp(min=0)
    shares = values / values.sum().clamp(min=1e-12)
    return float(torch.exp(-(shares * torch.log(shares.clamp(min=1e-12))).sum()))


def _loss(nats: dict[str, Tensor], masked: Tensor, hidden: int, visible: int) -> Tensor:
    total = torch.stack(list(nats.values())).sum(0)  # (plate appearances,)
    return total[masked].sum() / max(hidden, 1) + VISIBLE_WEIGHT * total[~masked].sum() / max(visible, 1)
