"""The decoder's weights from core tables to a finished checkpoint: which seasons it sees, how it is found again.

Weights see seasons up to their cutoff, without the games of its last two months. Not here: a step (decoder_run), when
it is saved (nn.trainer), the vectors under finished weights (player_vectors).
"""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from fbm_pipeline.nn.checkpoint import WEIGHTS, Checkpoint
from fbm_pipeline.nn.device import default_device, prepare
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.nn.trainer import finished_checkpoint, require_finished, run_training
from fbm_pipeline.player_vectors.decoder_run import after, first_weights, held_out_metrics, lift, take_step
from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.meetings import TABLES, Meetings, load_meetings
from fbm_pipeline.player_vectors.pitch_decoder import SIDES
from fbm_pipeline.player_vectors.vector_filter import Weights, count_season
from fbm_pipeline.settings import EncoderPlan, Preset, Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.tables import Store, inputs_key

WIDTH = 16  # dimensions of a vector, fewer where the preset's embeddings are narrower
STEPS = 4  # the controls gain no more by eight, and the held-out balls in play begin to cost more
THREADS = 1  # two were no quicker, and ten times slower where the other core was busy
HELD_OUT_FROM = (8, 1)  # month and day of the cutoff season

# The heads that follow each other, each event counted once. `outcome` tells the same plate appearances a second time:
# with it, on target seasons 2010-2017, the ridge of the controls gained half as much.
HEAD_WEIGHTS = {name: 1.0 for name in HEADS if name != "outcome"}

logger = logging.getLogger("fbm_pipeline.training")


class DecoderError(ValueError):
    """The decoder cannot be trained or used as asked; the message says why and what to do."""


@dataclass(frozen=True)
class DecoderCard:
    """A finished decoder. `metrics` are nats per held-out event by head: `decoded_*`, `context_*`, `base_*`."""

    hash: str  # of configuration, data and code: the name of its folder
    folder: Path
    cutoff: int  # last season it has seen
    weights: str  # sha256 of the weights
    metrics: dict[str, float]
    skipped: bool  # already finished before this call


def train_decoder(store: Store, settings: Settings, cutoff: int, observer: Observer) -> DecoderCard:
    """Learn the shared weights on the plan's seasons; games from 1 August of the cutoff season are held out.

    Resumes from its checkpoint, bit for bit, and returns at once when the same run is finished already.
    Raises DecoderError for a cutoff without a plan or without plate appearances, CorruptCheckpoint for damage.
    """
    preset = settings.preset
    seasons = _training_seasons(store, preset, cutoff)
    width = min(WIDTH, preset.level1_embedding)
    key = inputs_key(
        width=width,
        steps=STEPS,
        heads=HEAD_WEIGHTS,
        cutoff=cutoff,
        code=code_hash(),
        content={season: content_of(store, season) for season in seasons},
        **({} if settings.device == "cpu" else {"device": settings.device}),
    )[:16]
    folder = settings.checkpoints / "decoder" / str(cutoff) / key
    skipped = finished_checkpoint(folder) is not None
    if skipped:
        logger.info("decoder %d: %s is finished already, nothing to train", cutoff, key)
    else:
        prepare(THREADS, settings.device)
        facts = {"hash": key, "cutoff": cutoff, "seasons": seasons, "width": width, "heads": HEAD_WEIGHTS}
        observer.log_params({"width": width, "steps": STEPS, "seasons": len(seasons), "cutoff": cutoff})
        with default_device(settings.device):
            run_training(DecoderTraining(store, facts, settings.device), folder, key, observer)
        observer.log_artifact(require_finished(folder).folder)
    _make_current(folder)
    return _card(require_finished(folder), skipped)


def load_decoder(settings: Settings, cutoff: int) -> tuple[Weights, DecoderCard]:
    """The current weights of a cutoff. Raises DecoderError when none were trained, CorruptCheckpoint for damage."""
    pointer = settings.checkpoints / "decoder" / str(cutoff) / "current"
    if not pointer.is_file():
        raise DecoderError(f"no decoder of cutoff {cutoff} under {pointer.parent}; run train_decoder first")
    checkpoint = require_finished(pointer.parent / pointer.read_text(encoding="utf-8").strip())
    return _weights_of(checkpoint, "cpu"), _card(checkpoint, skipped=True)


class DecoderTraining:
    """Expectation and maximization as the trainer sees it: every step is saved, the last is measured.

    `facts` stand on the card of every checkpoint: cutoff, seasons, width.
    """

    def __init__(self, store: Store, facts: dict[str, Any], device: str) -> None:
        self.store, self.facts, self.device = store, facts, device
        self.name = f"decoder {facts['cutoff']}"
        loaded = _load_training(store, facts["seasons"], facts["cutoff"])
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
        held_out = load_meetings(self.store, cutoff, dt.date(cutoff, *HELD_OUT_FROM), whole(cutoff)[1], THREADS)
        self.metrics = held_out_metrics(after(self.counted, self.decoder), self.decoder, held_out, self.counted[-1])
        observer.log_metrics(self.metrics, self.step)
        logger.info("%s: held out: %s", self.name, lift(self.metrics))

    def weights(self) -> Mapping[str, Tensor]:
        return _tensors(self.decoder)

    def state(self) -> Mapping[str, Tensor]:
        return {}

    def card(self) -> Mapping[str, object]:
        return {**self.facts, "metrics": self.metrics}

    def restore(self, checkpoint: Checkpoint) -> None:
        self._weights, self.step = _weights_of(checkpoint, self.device), int(checkpoint.card["step"])


def _load_training(store: Store, seasons: Sequence[int], cutoff: int) -> list[Meetings]:
    loaded = []
    for season in seasons:
        begin, end = whole(season)
        loaded.append(
            load_meetings(store, season, begin, dt.date(cutoff, *HELD_OUT_FROM) if season == cutoff else end, THREADS)
        )
    return loaded


def _tensors(weights: Weights) -> dict[str, Tensor]:
    flat = {f"intercept.{name}": values for name, values in weights.intercepts.items()}
    for side in SIDES:
        flat |= {f"loading.{side}.{name}": values for name, values in weights.loadings[side].items()}
        flat |= {f"persistence.{side}": weights.persistence[side], f"newcomer.{side}": weights.newcomer[side]}
    return flat


def _weights_of(checkpoint: Checkpoint, device: str) -> Weights:
    flat = {name: values.to(device) for name, values in checkpoint.weights.items()}
    heads = [name for name in HEADS if f"intercept.{name}" in flat]
    return Weights(
        {side: {name: flat[f"loading.{side}.{name}"] for name in heads} for side in SIDES},
        {side: flat[f"persistence.{side}"] for side in SIDES},
        {side: flat[f"newcomer.{side}"] for side in SIDES},
        {name: flat[f"intercept.{name}"] for name in heads},
    )


def seasons_stored(store: Store) -> list[int]:
    """The seasons with plate appearances."""
    return sorted({int(part["season"]) for part in store.partitions("core.plate_appearances")})


def _training_seasons(store: Store, preset: Preset, cutoff: int) -> list[int]:
    plan = _plan(preset, cutoff)
    stored = seasons_stored(store)
    seasons = [season for season in stored if plan.first_season <= season <= cutoff]
    if cutoff not in seasons:
        raise DecoderError(
            f"the decoder of cutoff {cutoff} needs core.plate_appearances of {plan.first_season} to {cutoff}; found "
            f"{stored}; materialize these seasons or choose another preset"
        )
    return seasons


def _plan(preset: Preset, cutoff: int) -> EncoderPlan:
    for plan in preset.encoders:
        if plan.cutoff == cutoff:
            return plan
    raise DecoderError(
        f"preset {preset.name} has no encoder of cutoff {cutoff}; choose one of "
        f"{[plan.cutoff for plan in preset.encoders]}"
    )


def whole(season: int) -> tuple[dt.date, dt.date]:
    """A season's first day and the day after its last."""
    return dt.date(season, 1, 1), dt.date(season + 1, 1, 1)


def content_of(store: Store, season: int) -> list[str]:
    """Content hashes of all that a season's meetings are made of."""
    return [store.content(name, {"season": season}) for name in TABLES]


def code_hash() -> str:
    """Hash of the code that the weights depend on."""
    return code_key(f"{__name__}:DecoderTraining")


def _make_current(folder: Path) -> None:
    temporary = folder.parent / ".current.tmp"
    temporary.write_text(folder.name, encoding="utf-8")
    temporary.replace(folder.parent / "current")


def _card(checkpoint: Checkpoint, skipped: bool) -> DecoderCard:
    card = checkpoint.card
    return DecoderCard(
        hash=card["hash"],
        folder=checkpoint.folder,
        cutoff=card["cutoff"],
        weights=card["files"][WEIGHTS]["sha256"],
        metrics=card["metrics"],
        skipped=skipped,
    )
