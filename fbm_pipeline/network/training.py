"""The training of Levels 2 and 3, and of Level 1 where an epoch frees it: steps, early stopping, what is kept of it.

Deterministic for a seed, a device and a number of threads. Not here: when it is saved and resumed (nn.trainer), which
seasons are trained on and what becomes of the network (projection), the loss (judging).
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.network.batches import Batch, assemble
from fbm_pipeline.network.heads import fit_log_scale
from fbm_pipeline.network.hierarchy import Hierarchy, HierarchyShape
from fbm_pipeline.network.judging import judge, loss_of
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.checkpoint import (
    Checkpoint,
    generator_tensors,
    optimizer_tensors,
    restore_generators,
    restore_optimizer,
    restore_weights,
)
from fbm_pipeline.nn.device import dropout_generator, moved, reproducible
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.nn.schedule import learning_rate_at
from fbm_pipeline.nn.trainer import run_training
from fbm_pipeline.presets.network import Network, freedom_of_level1

logger = logging.getLogger("fbm_pipeline.training")

WEIGHT_DECAY = 0.01  # of matrices; biases, norms and concentrations are left alone
CLIP = 1.0  # norm of the gradient
CHECKPOINT_STEPS = 50


@dataclass(frozen=True)
class Machine:
    """What a network is trained on. It moves the last bits of a float, never more."""

    threads: int
    device: str = "cpu"


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


@dataclass(frozen=True)
class TrainedHierarchy:
    """The network with the weights of its best epoch."""

    model: Hierarchy
    progress: Progress


@dataclass(frozen=True)
class Samples:
    """What is trained on, and what the epoch is chosen on: rows of the windows."""

    windows: Windows
    train: np.ndarray
    validation: np.ndarray


def train(
    shape: HierarchyShape,
    samples: Samples,
    network: Network,
    machine: Machine,
    folder: Path,
    key: str,
    observer: Observer,
    encoder: OutingEncoder | None = None,
) -> TrainedHierarchy:
    """Train a network, choose its epoch on the validation rows, resuming from `folder` if it can.

    `encoder` is what Level 1 starts from where the network trains it. A checkpoint made from another `key` is not
    used. Raises CorruptCheckpoint for a damaged one.
    """
    with reproducible(machine.threads, network.seed, machine.device):
        model = Hierarchy(shape)
        if model.level1 is not None:
            if encoder is None:
                raise ValueError("a network that trains Level 1 needs the encoder that it starts from")
            model.level1.start_from(encoder)
        training = NetworkTraining(model, samples, network, machine.device)
        run_training(training, folder, key, observer)
        model.load_state_dict(training.best)
    return TrainedHierarchy(model.eval(), training.progress)


class NetworkTraining:
    """The moving parts of one training."""

    def __init__(self, model: Hierarchy, samples: Samples, network: Network, device: str) -> None:
        self.model, self.samples, self.network, self.device = model.to(device), samples, network, device
        self.name = f"{samples.windows.player_type}, network"
        self.progress = Progress()
        self.best: dict[str, Tensor] = {}
        self.optimizer = torch.optim.AdamW(parameter_groups(model, network.level1_rate), lr=network.learning_rate)
        self.order = torch.zeros(0, dtype=torch.int64)  # of the epoch under way
        # Dropout draws from torch's own generator, which `reproducible` has forked for us.
        shuffle = torch.Generator().manual_seed(network.seed)
        self.generators = {"shuffle": shuffle, "dropout": dropout_generator(device)}

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return -(-len(self.samples.train) // self.network.batch)

    @property
    def step(self) -> int:
        return self.progress.epoch * self.batches + self.progress.position

    @property
    def steps(self) -> int:
        return self.network.epochs * self.batches

    @property
    def finished(self) -> bool:
        progress, network = self.progress, self.network
        idle = progress.epoch - progress.best_epoch
        return progress.position == 0 and (progress.epoch >= network.epochs or idle >= network.patience)

    def start(self, observer: Observer) -> None:
        windows, rows = self.samples.windows, self.samples.train
        scale = fit_log_scale(
            *(
                torch.from_numpy(part[rows].astype(np.float64))
                for part in (windows.prior, windows.weight, windows.targets.successes, windows.targets.trials)
            )
        )
        with torch.no_grad():
            self.model.heads.log_scale.copy_(scale)
        metrics = self._judged()
        self.progress.best_nll = self.progress.prior_nll = metrics["validation_nll"]
        self._keep_best()
        self._report(metrics, observer)

    def take_step(self) -> None:
        if self.progress.position == 0:
            self.order = torch.randperm(len(self.samples.train), generator=self.generators["shuffle"])
        self.model.train()
        if self.model.level1 is not None:
            self.model.level1.free(freedom_of_level1(self.network, self.progress.epoch))
        start = self.progress.position * self.network.batch
        chosen = self.order[start : start + self.network.batch].numpy()
        self._learn(moved(assemble(self.samples.windows, self.samples.train[chosen]), self.device))
        self.progress.position += 1

    def _learn(self, batch: Batch) -> None:
        rate = learning_rate_at(self.step, self.steps, self.network.learning_rate)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self.optimizer.zero_grad(set_to_none=True)
        loss = loss_of(self.model(batch), batch, self.network)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.progress.loss_sum += float(loss.detach())

    def described(self) -> str:
        return f"loss {self.progress.loss_sum / max(self.progress.position, 1):.3f}"

    def measures_now(self) -> bool:
        return self.progress.position == self.batches

    def saves_now(self) -> bool:
        return self.progress.position % CHECKPOINT_STEPS == 0

    def measure(self, observer: Observer) -> None:
        progress = self.progress
        metrics = self._judged()
        metrics["train_loss"] = progress.loss_sum / self.batches
        progress.epoch, progress.position, progress.loss_sum = progress.epoch + 1, 0, 0.0
        if metrics["validation_nll"] < progress.best_nll:
            progress.best_nll, progress.best_epoch = metrics["validation_nll"], progress.epoch
            self._keep_best()
        self._report(metrics, observer)

    def _judged(self) -> dict[str, float]:
        samples = self.samples
        return judge(self.model, samples.windows, samples.validation, self.network.batch, self.device)

    def _report(self, metrics: dict[str, float], observer: Observer) -> None:
        metrics["validation_nll_marcel"] = self.progress.prior_nll
        self.progress.history.append(metrics)
        observer.log_metrics(metrics, self.progress.epoch)
        logger.info(
            "epoch %d of %d: validation %.4f nats a player, Marcel %.4f",
            self.progress.epoch,
            self.network.epochs,
            metrics["validation_nll"],
            self.progress.prior_nll,
        )

    def _keep_best(self) -> None:
        self.best = {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def weights(self) -> Mapping[str, Tensor]:
        return self.model.state_dict()

    def state(self) -> Mapping[str, Tensor]:
        state = {f"best.{name}": value for name, value in self.best.items()}
        return state | optimizer_tensors(self.optimizer) | generator_tensors(self.generators) | {"order": self.order}

    def card(self) -> Mapping[str, object]:
        return {"progress": asdict(self.progress)}

    def restore(self, checkpoint: Checkpoint) -> None:
        state = checkpoint.training_state
        restore_weights(self.model, checkpoint)
        restore_optimizer(self.optimizer, state)
        restore_generators(self.generators, state)
        self.order = state["order"]
        best = {name.removeprefix("best."): value for name, value in state.items() if name.startswith("best.")}
        self.best = {name: value.to(self.device) for name, value in best.items()}
        self.progress = Progress(**checkpoint.card["progress"])


def parameter_groups(model: nn.Module, level1_rate: float) -> list[dict[str, Any]]:
    """Matrices decay; biases, norms and concentrations do not. `share` of the learning rate: 1, and Level 1's own."""
    above = [parameter for name, parameter in model.named_parameters() if not name.startswith("level1.")]
    below = [parameter for name, parameter in model.named_parameters() if name.startswith("level1.")]
    groups = [(above, 1.0), *([(below, level1_rate)] if below else [])]
    made = []
    for parameters, share in groups:
        matrices = [p for p in parameters if p.ndim >= 2 and p.dtype == torch.float32]
        others = [p for p in parameters if p.ndim < 2 or p.dtype != torch.float32]
        made.append({"params": matrices, "weight_decay": WEIGHT_DECAY, "share": share})
        made.append({"params": others, "weight_decay": 0.0, "share": share})
    return made
