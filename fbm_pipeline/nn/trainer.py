"""The one trainer of all that is trained: resumes or starts, takes steps, measures, saves, logs how far it is.

What is trained decides how (`Trainable`); the trainer decides when. A killed training goes on from its checkpoint to
the same bits. Not here: any model, which seasons are learnt from, what becomes of a finished checkpoint.
"""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from torch import Tensor

from fbm_pipeline.faultpoints import crash_point
from fbm_pipeline.nn.checkpoint import Checkpoint, CorruptCheckpoint, load_checkpoint, save_checkpoint
from fbm_pipeline.nn.observer import Observer

PROGRESS_SECONDS = 5.0  # between two lines of the log

logger = logging.getLogger("fbm_pipeline.training")


class Trainable(Protocol):
    """Something under way: its weights, where it stands, and how it goes on."""

    name: str  # in the log: `level 1`, `batter 2021`

    @property
    def step(self) -> int:
        """Steps taken."""

    @property
    def steps(self) -> int:
        """Steps at most."""

    @property
    def finished(self) -> bool:
        """Whether no step is left to take."""

    def start(self, observer: Observer) -> None:
        """What is done once, before the first step."""

    def take_step(self) -> None:
        """One step of the optimizer."""

    def described(self) -> str:
        """A few words on the step just taken."""

    def measures_now(self) -> bool:
        """Whether the step just taken ends an epoch."""

    def measure(self, observer: Observer) -> None:
        """What is done at the end of an epoch."""

    def saves_now(self) -> bool:
        """Whether a checkpoint is due though no epoch has ended."""

    def weights(self) -> Mapping[str, Tensor]:
        """The weights to save."""

    def state(self) -> Mapping[str, Tensor]:
        """All else that the next step depends on, as tensors."""

    def card(self) -> Mapping[str, object]:
        """All else, as plain values."""

    def restore(self, checkpoint: Checkpoint) -> None:
        """Stand where the checkpoint stood."""


def run_training(training: Trainable, folder: Path, key: str, observer: Observer) -> None:
    """Finish a training, from its checkpoint under `folder` if one with this `key` is there.

    `key` identifies all that the training depends on: a checkpoint of another one is not continued. Raises
    CorruptCheckpoint for a damaged one, and what a step raises; what was saved stays.
    """
    checkpoint = load_checkpoint(folder)
    if checkpoint is not None and checkpoint.card["key"] == key:
        training.restore(checkpoint)
        logger.info("%s: resumed at step %d of %d", training.name, training.step, training.steps)
    else:
        training.start(observer)
        if training.finished:
            save(training, folder, key)
    progress = _Progress(training)
    while not training.finished:
        training.take_step()
        crash_point("training.step_done")
        progress.log()
        ends = training.measures_now()
        if ends:
            training.measure(observer)
        if ends or training.saves_now():
            save(training, folder, key)


def save(training: Trainable, folder: Path, key: str) -> None:
    """Save where the training stands; its card gains `key`, `step` and `finished`."""
    facts = {"key": key, "step": training.step, "finished": training.finished}
    save_checkpoint(folder, training.weights(), training.state(), {**training.card(), **facts})


def finished_checkpoint(folder: Path, key: str | None = None) -> Checkpoint | None:
    """The finished checkpoint under `folder`, of this key where one is given; None where there is none.

    Raises CorruptCheckpoint for a damaged one.
    """
    checkpoint = load_checkpoint(folder)
    if checkpoint is None or not checkpoint.card["finished"]:
        return None
    return checkpoint if key is None or checkpoint.card["key"] == key else None


def require_finished(folder: Path) -> Checkpoint:
    """The finished checkpoint under `folder`. Raises CorruptCheckpoint where there is none, or a damaged one."""
    checkpoint = load_checkpoint(folder)
    if checkpoint is None or not checkpoint.card["finished"]:
        state = "nothing" if checkpoint is None else f"step {checkpoint.card['step']}"
        raise CorruptCheckpoint(folder, "a finished training", state)
    return checkpoint


class _Progress:
    """A line in the log at most every PROGRESS_SECONDS."""

    def __init__(self, training: Trainable) -> None:
        self.training, self.last = training, time.monotonic()

    def log(self) -> None:
        now = time.monotonic()
        if now - self.last < PROGRESS_SECONDS:
            return
        self.last = now
        logger.info(
            "%s: step %d of %d, %s",
            self.training.name,
            self.training.step,
            self.training.steps,
            self.training.described(),
        )
