"""The training of the decoder's weights as the trainer sees it: its seasons, its steps, what a checkpoint holds.

Weights see seasons up to their cutoff, without the games of its last two months. Not here: a step (decoder_run), when
it is saved (nn.trainer), which seasons and how a finished one is found again (decoder).
"""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from fbm_pipeline.nn.checkpoint import Checkpoint
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.player_vectors.decoder_run import after, first_weights, held_out_metrics, take_step
from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.meetings import Meetings, load_meetings
from fbm_pipeline.player_vectors.pitch_decoder import SIDES
from fbm_pipeline.player_vectors.vector_filter import Weights, count_season
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.tables import Store

STEPS = 4  # the controls gain no more by eight, and the held-out balls in play begin to cost more
THREADS = 1  # two were no quicker, and ten times slower where the other core was busy
HELD_OUT_FROM = (8, 1)  # month and day of the cutoff season

# The heads that follow each other, each event counted once. `outcome` has the same plate appearances a second time:
# with it, on target seasons 2010-2017, the ridge of the controls gained half as much.
HEAD_WEIGHTS = {name: 1.0 for name in HEADS if name != "outcome"}

logger = logging.getLogger("fbm_pipeline.training")


class DecoderError(ValueError):
    """The decoder cannot be trained or used as asked; the message says why and what to do."""


class DecoderTraining:
    """Expectation and maximization as the trainer sees it: every step is saved, the last is measured.

    `facts` stand on the card of every checkpoint: cutoff, seasons, width.
    """

    def __init__(self, inputs: Inputs, facts: dict[str, Any]) -> None:
        self.inputs, self.facts = inputs, facts
        self.name = f"decoder {facts['cutoff']}"
        loaded = _load_training(inputs, facts["seasons"], facts["cutoff"])
        self.counted = [count_season(one, HEAD_WEIGHTS) for one in loaded]
        self.step, self.steps = 0, STEPS
        self.metrics: dict[str, float] = {}
        self._weights: Weights | None = None

    @property
    def decoder(self) -> Weights:
        """The weights as they stand. Raises DecoderError before the training was started or restored."""
        if self._weights is None:
            raise DecoderError(f"{self.name} has no weights yet; start or restore it first")
        return self._weights

    @property
    def finished(self) -> bool:
        return self.step == self.steps

    def start(self, observer: Observer) -> None:
        self._weights = first_weights(self.counted, self.facts["width"])

    def take_step(self) -> None:
        self._weights = take_step(self.counted, self.decoder)
        self.step += 1

    def described(self) -> str:
        return f"{len(self.counted)} seasons"

    def measures_now(self) -> bool:
        return self.finished

    def saves_now(self) -> bool:
        return True

    def measure(self, observer: Observer) -> None:
        cutoff = self.facts["cutoff"]
        held_out = load_meetings(self.inputs, cutoff, dt.date(cutoff, *HELD_OUT_FROM), days_of(cutoff)[1], THREADS)
        self.metrics = held_out_metrics(after(self.counted, self.decoder), self.decoder, held_out, self.counted[-1])
        observer.log_metrics(self.metrics, self.step)
        logger.info("%s: held out: %s", self.name, _lift(self.metrics))

    def weights(self) -> Mapping[str, Tensor]:
        return tensors_of(self.decoder)

    def state(self) -> Mapping[str, Tensor]:
        return {}

    def card(self) -> Mapping[str, object]:
        return {**self.facts, "metrics": self.metrics}

    def restore(self, checkpoint: Checkpoint) -> None:
        self._weights, self.step = weights_of(checkpoint, self.inputs.settings.device), int(checkpoint.card["step"])


def _load_training(store: Store, seasons: Sequence[int], cutoff: int) -> list[Meetings]:
    loaded = []
    for season in seasons:
        begin, end = days_of(season)
        loaded.append(
            load_meetings(store, season, begin, dt.date(cutoff, *HELD_OUT_FROM) if season == cutoff else end, THREADS)
        )
    return loaded


def tensors_of(weights: Weights) -> dict[str, Tensor]:
    """The weights as a checkpoint holds them."""
    flat = {f"intercept.{name}": values for name, values in weights.intercepts.items()}
    for side in SIDES:
        flat |= {f"loading.{side}.{name}": values for name, values in weights.loadings[side].items()}
        flat |= {f"persistence.{side}": weights.persistence[side], f"newcomer.{side}": weights.newcomer[side]}
    return flat


def weights_of(checkpoint: Checkpoint, device: str) -> Weights:
    """The weights that a checkpoint holds, on a device."""
    flat = {name: values.to(device) for name, values in checkpoint.weights.items()}
    heads = [name for name in HEADS if f"intercept.{name}" in flat]
    return Weights(
        {side: {name: flat[f"loading.{side}.{name}"] for name in heads} for side in SIDES},
        {side: flat[f"persistence.{side}"] for side in SIDES},
        {side: flat[f"newcomer.{side}"] for side in SIDES},
        {name: flat[f"intercept.{name}"] for name in heads},
    )


def days_of(season: int) -> tuple[dt.date, dt.date]:
    """A season's first day and the day after its last."""
    return dt.date(season, 1, 1), dt.date(season + 1, 1, 1)


def _lift(metrics: dict[str, float]) -> str:
    return ", ".join(
        f"{name} {metrics[f'decoded_{name}']:.4f} (context {metrics[f'context_{name}']:.4f}, base "
        f"{metrics[f'base_{name}']:.4f})"
        for name in HEADS
        if f"decoded_{name}" in metrics
    )
