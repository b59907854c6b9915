"""One pre-training run of Level 1: its model, optimizer, generators and where it stands.

Belongs here: a step, the state that a checkpoint needs, and what the trainer asks of it. Not here: what is measured
on held-out games (held_out), when it is saved (nn.trainer), which seasons (encoder).
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fbm_pipeline.level1.held_out import bars, lift, measured_both_ways
from fbm_pipeline.level1.outing_batches import arrange, collate, groups
from fbm_pipeline.level1.outing_blocks import matrix_operations
from fbm_pipeline.level1.outings import Outings
from fbm_pipeline.level1.pitch_encoder import EncoderShape, OutingEncoder, seen_from
from fbm_pipeline.level1.pretraining import (
    PADDED_TOKENS,
    PHYSICS_DROPPED,
    VISIBLE_WEIGHT,
    MaskedGamestate,
    cross_entropies,
    draw_masked,
    hide,
    targets_of,
)
from fbm_pipeline.level1.vocabulary import FIELD_SIZES, NUMERICS
from fbm_pipeline.nn.checkpoint import (
    Checkpoint,
    generator_tensors,
    optimizer_tensors,
    restore_generators,
    restore_optimizer,
    restore_weights,
)
from fbm_pipeline.nn.device import moved
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.nn.schedule import learning_rate_by_share

LEARNING_RATE = 2e-3  # at most; 5 % warm-up, then a cosine to zero
RATE_BY_WIDTH = 0.32  # over the width: 8e-4 at 384, where 3e-4 was still far behind after 40 steps
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0  # norm
EPOCHS = 8  # parts of a pre-training, each ending with a measurement and a checkpoint

logger = logging.getLogger("fbm_pipeline.training")


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

    def __init__(self, size: RunSize, training: Outings, device: str = "cpu") -> None:
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
        self.model.to(device)
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
            masked = moved(torch.from_numpy(batch.collapsed), self.model.device)
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
        highest = min(LEARNING_RATE, RATE_BY_WIDTH / self.size.width)
        return learning_rate_by_share(self.step, self.size.steps, highest)


class Pretraining:
    """A run as the trainer sees it: measured on held-out games at the end of each of its EPOCHS.

    `facts` stand on the card of every checkpoint.
    """

    name = "level 1"

    def __init__(self, run: MaskedRun, measured: Outings, facts: Mapping[str, object]) -> None:
        self.run, self.measured, self.facts = run, measured, facts
        self.bars = bars(run.training, measured, run.size.seed)
        self.metrics: dict[str, float] = {}
        self.history: list[dict[str, float]] = []
        self.sums: dict[str, float] = {}
        self.began, self.tokens = time.monotonic(), 0.0

    @property
    def step(self) -> int:
        return self.run.step

    @property
    def steps(self) -> int:
        return self.run.size.steps

    @property
    def finished(self) -> bool:
        return self.step == self.steps and bool(self.history)

    def start(self, observer: Observer) -> None:
        if not self.steps:  # as it was initialised: measured all the same
            self.measure(observer)

    def take_step(self) -> None:
        self.sums = self.run.take_step()
        self.tokens += self.sums["tokens"]

    def described(self) -> str:
        rate = self.tokens / (time.monotonic() - self.began)
        return f"{rate:.0f} tokens/s, hidden outcome {self.sums['outcome']:.3f} nats"

    def measures_now(self) -> bool:
        every = max(1, -(-self.steps // EPOCHS))  # rounded up: else a ninth epoch of a few steps follows
        return self.step % every == 0 or self.step == self.steps

    def saves_now(self) -> bool:
        return False

    def measure(self, observer: Observer) -> None:
        metrics = {"step": float(self.step)} | measured_both_ways(self.run.model, self.measured, self.run.size.seed)
        self.history.append(metrics)
        self.metrics = metrics | self.bars
        observer.log_metrics(self.metrics, self.step)
        logger.info("level 1: step %d, held out: %s", self.step, lift(self.metrics))

    def weights(self) -> Mapping[str, Tensor]:
        return self.run.model.state_dict()

    def state(self) -> Mapping[str, Tensor]:
        return self.run.state()

    def card(self) -> Mapping[str, object]:
        seen = self.run.model.encoder.numeric_seen.tolist()
        names = [name for name, known in zip(NUMERICS, seen, strict=True) if known]
        return {**self.facts, "metrics": self.metrics, "history": self.history, "numerics_seen": names}

    def restore(self, checkpoint: Checkpoint) -> None:
        restore_weights(self.run.model, checkpoint)
        self.run.restore(checkpoint.card["step"], checkpoint.training_state)
        self.metrics, self.history = checkpoint.card["metrics"], checkpoint.card["history"]


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


def _loss(nats: dict[str, Tensor], masked: Tensor, hidden: int, visible: int) -> Tensor:
    total = torch.stack(list(nats.values())).sum(0)  # (plate appearances,)
    return total[masked].sum() / max(hidden, 1) + VISIBLE_WEIGHT * total[~masked].sum() / max(visible, 1)
