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

from fbm_pipeline.level1.level1_pitch import EncoderShape, OutingEncoder, seen_from
from fbm_pipeline.level1.outing_batches import OutingBatch, arrange, collate, groups
from fbm_pipeline.level1.outing_blocks import matrix_operations
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pretraining import (
    PHYSICS_DROPPED,
    VISIBLE_WEIGHT,
    MaskedGamestate,
    batch_tensors,
    cross_entropies,
    draw_masked,
    hide,
    targets_of,
)
from fbm_pipeline.level1.vocabulary import FIELD_SIZES, NUMERICS
from fbm_pipeline.nn.checkpoint import (
    generator_tensors,
    optimizer_tensors,
    restore_generators,
    restore_optimizer,
)
from fbm_pipeline.nn.monitors import effective_rank, information_abundance

LEARNING_RATE = 2e-3  # at most; 5 % warm-up, then a cosine to zero
RATE_BY_WIDTH = 0.32  # over the width: 8e-4 at 384, where 3e-4 was still far behind after 40 steps
WARM_UP = 0.05
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0  # norm
PADDED_TOKENS = 4096  # in one pass: larger ones fall out of the cache and are slower
HELD_OUT_OUTINGS = 2000


class DivergedTraining(RuntimeError):  # noqa: N818 - what happened, not who failed
    """The loss is no longer a number; the message names the step and the next action."""


@dataclass(frozen=True)
class RunSize:
    """Everything that shapes a run, recorded with it. The same sizes, data and code give the same bits."""

    arm: str  # what is trained, see `encoder`
    width: int
    layers: int
    heads: int
    embedding: int
    precision: str
    steps: int
    batch: int  # outings in a step
    threads: int
    seed: int

    @property
    def shape(self) -> EncoderShape:
        return EncoderShape(self.width, self.layers, self.heads, self.embedding, self.precision)


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
        self.model = MaskedGamestate(OutingEncoder(size.shape))
        self.model.initialise(torch.Generator().manual_seed(size.seed + 100))
        self.model.encoder.set_seen(*seen_from(*count_seen(training)))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), weight_decay=WEIGHT_DECAY)

    def take_step(self) -> dict[str, float]:
        """One step of the optimizer. Returns nats per hidden plate appearance by objective, `tokens`, and `operations`.

        Operations are those of the matrix products on real tokens: a backward pass costs twice the forward one.

        Raises DivergedTraining when the loss is not finite.
        """
        chosen = torch.randint(self.training.outings, (self.size.batch,), generator=self.generators["outings"]).numpy()
        rows = arrange(self.training, chosen, draw_masked(self.training, chosen, self.generators["masking"]))
        dropped = torch.rand(len(rows.row_pas) - 1, generator=self.generators["physics"]) < PHYSICS_DROPPED
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        self.optimizer.zero_grad()
        hidden = int(rows.collapsed.sum())
        lengths = torch.from_numpy(np.diff(rows.row_tokens))
        operations = 3.0 * matrix_operations(self.size.width, self.size.layers, lengths)
        sums: dict[str, float] = {"tokens": float(len(rows.tokens)), "operations": operations}
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
        highest = min(LEARNING_RATE, RATE_BY_WIDTH / self.size.width)
        if done < WARM_UP:
            return highest * (self.step + 1) / (WARM_UP * self.size.steps + 1)
        return highest * 0.5 * (1.0 + math.cos(math.pi * (done - WARM_UP) / (1.0 - WARM_UP)))


def count_seen(outings: Outings) -> tuple[Tensor, dict[str, Tensor]]:
    """How often each word occurs, all fields in a row, and each numeric's n, sum and sum of squares (float64)."""
    counts = np.concatenate(
        [np.bincount(outings.ids[:, i], minlength=size) for i, size in enumerate(FIELD_SIZES.values())]
    )
    totals = {name: torch.zeros(len(NUMERICS)).double() for name in ("n", "sum", "sum_of_squares")}
    for index, name in enumerate(NUMERICS):
        values = outings.measured(name).astype(np.float64)
        totals["n"][index] = len(values)
        totals["sum"][index] = float(values.sum())
        totals["sum_of_squares"][index] = float((values**2).sum())
    return torch.from_numpy(counts), totals


def held_out_masks(outings: Outings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The outings to measure on and which of their plate appearances to hide: the same at every call."""
    generator = torch.Generator().manual_seed(seed + 200)
    chosen = torch.randperm(outings.outings, generator=generator)[:HELD_OUT_OUTINGS].sort().values.numpy()
    return chosen, draw_masked(outings, chosen, generator)


def measure(model: MaskedGamestate, outings: Outings, seed: int, *, physics: bool = True) -> dict[str, float]:
    """Mean nats per plate appearance by objective, `hidden_*` and `visible_*`, their numbers, and signs of collapse.

    Without physics every outing is read as one of a season that had none. Nothing is drawn but the masks of
    held_out_masks. `embedding_*` are of the visible plate appearances' embeddings, `words_*` of the table of words.
    """
    chosen, masked = held_out_masks(outings, seed)
    rows = arrange(outings, chosen, masked)
    dropped = np.full(len(rows.row_pas) - 1, not physics)
    sums: dict[str, float] = {}
    embeddings = []
    with torch.inference_mode():
        for which in groups(rows, PADDED_TOKENS):
            batch: OutingBatch = hide(collate(outings, rows, which), dropped[which])
            embedded = model.encoder(*batch_tensors(batch))
            nats = cross_entropies(
                {name: head(embedded) for name, head in model.heads.items()}, targets_of(outings, batch.pas)
            )
            hidden = torch.from_numpy(batch.collapsed)
            for name, value in nats.items():
                for label, part in (("hidden", hidden), ("visible", ~hidden)):
                    sums[f"{label}_{name}"] = sums.get(f"{label}_{name}", 0.0) + float(value[part].sum())
            embeddings.append(embedded[~hidden])
    counts = {"hidden": float(masked.sum()), "visible": float((~masked).sum())}
    metrics = {name: total / max(counts[name.split("_")[0]], 1.0) for name, total in sums.items()} | counts
    for name, vectors in (("embedding", torch.cat(embeddings)), ("words", model.encoder.words)):
        metrics[f"{name}_effective_rank"] = effective_rank(vectors)
        metrics[f"{name}_information_abundance"] = information_abundance(vectors)
    return metrics


def _loss(nats: dict[str, Tensor], masked: Tensor, hidden: int, visible: int) -> Tensor:
    total = torch.stack(list(nats.values())).sum(0)  # (plate appearances,)
    return total[masked].sum() / max(hidden, 1) + VISIBLE_WEIGHT * total[~masked].sum() / max(visible, 1)
