"""The training of Levels 2 and 3: one loop, deterministic for a seed and a number of threads, resumable at any step.

Belongs here: steps, schedule, early stopping, checkpoints of what is under way. Not here: which seasons are trained
on and what becomes of the network (projection).
"""

import logging
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fbm_pipeline.network.batches import Batch, assemble
from fbm_pipeline.network.heads import beta_binomial_nll, fit_log_scale
from fbm_pipeline.network.hierarchy import Hierarchy, HierarchyShape, Projection
from fbm_pipeline.network.judging import judge
from fbm_pipeline.network.targets import TARGET_HORIZONS
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.checkpoint import (
    Checkpoint,
    generator_tensors,
    load_checkpoint,
    optimizer_tensors,
    restore_generators,
    restore_optimizer,
    restore_weights,
    save_checkpoint,
)
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.nn.faultpoints import crash_point
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.settings import Preset

logger = logging.getLogger("fbm_pipeline.training")

HORIZON_WEIGHTS = {"next_games": 0.2, "next_season": 1.0}
WEIGHT_DECAY = 0.01  # of matrices; biases, norms and concentrations are left alone
WARMUP = 0.05  # share of all steps
CLIP = 1.0
CHECKPOINT_STEPS = 50


@dataclass
class Progress:
    """How far a training is. Epoch 0 is the untrained network, which is the prior: it may turn out the best one."""

    epoch: int = 0  # finished epochs
    position: int = 0  # finished batches of the epoch under way
    best_epoch: int = 0
    best_nll: float = math.inf  # on the validation season, main horizon, nats a player
    prior_nll: float = math.inf
    loss_sum: float = 0.0  # over the batches of the epoch under way
    history: list[dict[str, float]] = field(default_factory=list)

    def finished(self, preset: Preset) -> bool:
        return self.position == 0 and (self.epoch >= preset.epochs or self.epoch - self.best_epoch >= preset.patience)


@dataclass(frozen=True)
class Trained:
    """The network with the weights of its best epoch."""

    model: Hierarchy
    progress: Progress


def train(
    shape: HierarchyShape, windows: Windows, train_rows: np.ndarray, validation_rows: np.ndarray,
    preset: Preset, folder: Path, inputs: str, observer: Observer,
) -> Trained:  # fmt: skip
    """Train a network on `train_rows`, choose its epoch on `validation_rows`, resuming from `folder` if it can.

    A checkpoint made from other `inputs` is not used. Raises CorruptCheckpoint for a damaged one.
    """
    with reproducible(preset.threads, preset.seed):
        run = _Run(Hierarchy(shape), windows, np.asarray(train_rows), preset)
        found = load_checkpoint(folder)
        if found is not None and found.card["inputs"] == inputs:
            run.restore(found)
            logger.info("resuming at epoch %d, batch %d", run.progress.epoch + 1, run.progress.position)
        else:
            run.start(validation_rows, observer)
        while not run.progress.finished(preset):
            for _ in run.steps_of_epoch():
                if run.progress.position % CHECKPOINT_STEPS == 0:
                    run.save(folder, inputs)
                crash_point("training.step_done")
            run.end_epoch(validation_rows, observer)
            run.save(folder, inputs)
        run.model.load_state_dict(run.best)
    return Trained(run.model.eval(), run.progress)


def loss_of(projection: Projection, batch: Batch) -> Tensor:
    """Beta-binomial NLL summed over statistics and weighted horizons, mean over players: nats a player."""
    nll = beta_binomial_nll(projection.rate, projection.concentration, batch.successes, batch.trials)
    weights = torch.tensor([HORIZON_WEIGHTS[name] for name in TARGET_HORIZONS], dtype=nll.dtype)
    return (nll.sum(dim=2) * weights).sum(dim=1).mean()


def learning_rate_at(step: int, steps: int, peak: float) -> float:
    """Linear warm-up to `peak`, then a half cosine to zero at `steps`."""
    warm = max(round(WARMUP * steps), 1)
    if step < warm:
        return peak * (step + 1) / warm
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))


class _Run:
    """The moving parts of one training."""

    def __init__(self, model: Hierarchy, windows: Windows, rows: np.ndarray, preset: Preset) -> None:
        self.model, self.windows, self.rows, self.preset = model, windows, rows, preset
        self.progress = Progress()
        self.best: dict[str, Tensor] = {}
        self.optimizer = torch.optim.AdamW(parameter_groups(model), lr=preset.learning_rate)
        self.order = torch.zeros(0, dtype=torch.int64)  # of the epoch under way
        # Dropout draws from torch's own generator, which `reproducible` has forked for us.
        shuffle = torch.Generator().manual_seed(preset.seed)
        self.generators = {"shuffle": shuffle, "dropout": torch.default_generator}

    @property
    def batches(self) -> int:
        return -(-len(self.rows) // self.preset.batch)

    def start(self, validation_rows: np.ndarray, observer: Observer) -> None:
        windows, targets = self.windows, self.windows.targets
        scale = fit_log_scale(
            *(torch.from_numpy(part[self.rows].astype(np.float64))
              for part in (windows.prior, windows.weight, targets.successes, targets.trials))
        )  # fmt: skip
        with torch.no_grad():
            self.model.heads.log_scale.copy_(scale)
        metrics = judge(self.model, windows, validation_rows, self.preset.batch)
        self.progress.best_nll = self.progress.prior_nll = metrics["validation_nll"]
        self._keep_best()
        self._report(metrics, observer)

    def steps_of_epoch(self) -> Iterator[None]:
        """One training step at a time, from where the epoch stands."""
        if self.progress.position == 0:
            self.order = torch.randperm(len(self.rows), generator=self.generators["shuffle"])
        self.model.train()
        while self.progress.position < self.batches:
            start = self.progress.position * self.preset.batch
            chosen = self.order[start : start + self.preset.batch].numpy()
            self._step(assemble(self.windows, self.rows[chosen]))
            self.progress.position += 1
            yield

    def _step(self, batch: Batch) -> None:
        done = self.progress.epoch * self.batches + self.progress.position
        rate = learning_rate_at(done, self.preset.epochs * self.batches, self.preset.learning_rate)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss = loss_of(self.model(batch), batch)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.progress.loss_sum += float(loss.detach())

    def end_epoch(self, validation_rows: np.ndarray, observer: Observer) -> None:
        progress = self.progress
        metrics = judge(self.model, self.windows, validation_rows, self.preset.batch)
        metrics["train_loss"] = progress.loss_sum / self.batches
        progress.epoch, progress.position, progress.loss_sum = progress.epoch + 1, 0, 0.0
        if metrics["validation_nll"] < progress.best_nll:
            progress.best_nll, progress.best_epoch = metrics["validation_nll"], progress.epoch
            self._keep_best()
        self._report(metrics, observer)

    def _report(self, metrics: dict[str, float], observer: Observer) -> None:
        metrics["validation_nll_marcel"] = self.progress.prior_nll
        self.progress.history.append(metrics)
        observer.log_metrics(metrics, self.progress.epoch)
        logger.info(
            "epoch %d of %d: validation %.4f nats a player, Marcel %.4f",
            self.progress.epoch, self.preset.epochs, metrics["validation_nll"], self.progress.prior_nll,
        )  # fmt: skip

    def _keep_best(self) -> None:
        self.best = {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def save(self, folder: Path, inputs: str) -> None:
        state = {f"best.{name}": value for name, value in self.best.items()}
        state |= optimizer_tensors(self.optimizer) | generator_tensors(self.generators)
        state["order"] = self.order
        step = self.progress.epoch * self.batches + self.progress.position
        card: Mapping[str, Any] = {"step": step, "inputs": inputs, "progress": asdict(self.progress)}
        save_checkpoint(folder, self.model.state_dict(), state, card)

    def restore(self, found: Checkpoint) -> None:
        restore_weights(self.model, found)
        restore_optimizer(self.optimizer, found.training_state)
        restore_generators(self.generators, found.training_state)
        self.order = found.training_state["order"]
        self.best = {
            name.removeprefix("best."): value
            for name, value in found.training_state.items()
            if name.startswith("best.")
        }
        self.progress = Progress(**found.card["progress"])


def parameter_groups(model: nn.Module) -> list[dict[str, Any]]:
    """Matrices decay; biases, norms and concentrations do not."""
    parameters = list(model.parameters())
    return [
        {"params": [p for p in parameters if p.ndim >= 2 and p.dtype == torch.float32], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in parameters if p.ndim < 2 or p.dtype != torch.float32], "weight_decay": 0.0},
    ]
