"""The decoder's weights from core tables to a finished checkpoint: which seasons it sees, how it is found again.

Not here: the training itself (decoder_training), the vectors under finished weights (player_vectors).
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from fbm_pipeline.nn.checkpoint import WEIGHTS, Checkpoint
from fbm_pipeline.nn.device import default_device, prepare
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.nn.trainer import finished_checkpoint, require_finished, run_training
from fbm_pipeline.player_vectors.decoder_training import (
    HEAD_WEIGHTS,
    STEPS,
    THREADS,
    DecoderError,
    DecoderTraining,
    weights_of,
)
from fbm_pipeline.player_vectors.meetings import seasons_with_meetings
from fbm_pipeline.player_vectors.tables import DECODER
from fbm_pipeline.player_vectors.vector_filter import Weights
from fbm_pipeline.presets.presets import EncoderPlan, Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Trained
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import open_inputs, training_key
from fbm_pipeline.store.tables import Store

WIDTH = 16  # dimensions of a vector, fewer where the preset's embeddings are narrower

logger = logging.getLogger("fbm_pipeline.training")


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
    seasons = _training_seasons(store, settings.preset, cutoff)
    inputs = decoder_inputs(store, settings, cutoff)
    key = training_key(inputs)[:16]
    folder = settings.checkpoints / "decoder" / str(cutoff) / key
    skipped = finished_checkpoint(folder) is not None
    if skipped:
        logger.info("decoder %d: %s is finished already, nothing to train", cutoff, key)
    else:
        prepare(THREADS, settings.device)
        width = inputs.settings.width
        facts = {"hash": key, "cutoff": cutoff, "seasons": seasons, "width": width, "heads": HEAD_WEIGHTS}
        observer.log_params({"width": width, "steps": STEPS, "seasons": len(seasons), "cutoff": cutoff})
        with default_device(settings.device):
            run_training(DecoderTraining(inputs, facts), folder, key, observer)
        observer.log_artifact(require_finished(folder).folder)
    _make_current(folder)
    return _card(require_finished(folder), skipped)


def decoder_inputs(store: Store, settings: Settings, cutoff: int) -> Inputs:
    """What the decoder's training is shown; its key follows. Raises DecoderError for a cutoff without a plan."""
    return open_inputs(store, DECODER, {"cutoff": cutoff}, settings)


def planned(store: Store, settings: Settings, partition: Partition) -> dict[str, object]:
    """What a cutoff has of its own; raises as decoder_inputs."""
    plan = _plan(settings.preset, int(partition["cutoff"]))
    return {"first_season": plan.first_season, "width": min(WIDTH, settings.preset.level1_embedding)}


def load_decoder(settings: Settings, cutoff: int) -> tuple[Weights, DecoderCard]:
    """The current weights of a cutoff. Raises DecoderError when none were trained, CorruptCheckpoint for damage."""
    return decoder_of(_current(settings, cutoff))


def decoder_of(checkpoint: Checkpoint) -> tuple[Weights, DecoderCard]:
    """The weights that a finished checkpoint holds."""
    return weights_of(checkpoint, "cpu"), _card(checkpoint, skipped=True)


def current_decoder(store: Store, settings: Settings, partition: Partition) -> Trained:
    """The finished training that the vectors of a cutoff are made with; raises as load_decoder does."""
    checkpoint = _current(settings, int(partition["cutoff"]))
    return Trained(_weights_hash(checkpoint), checkpoint)


def _current(settings: Settings, cutoff: int) -> Checkpoint:
    pointer = settings.checkpoints / "decoder" / str(cutoff) / "current"
    if not pointer.is_file():
        raise DecoderError(f"no decoder of cutoff {cutoff} under {pointer.parent}; run train_decoder first")
    return require_finished(pointer.parent / pointer.read_text(encoding="utf-8").strip())


def _training_seasons(store: Store, preset: Preset, cutoff: int) -> list[int]:
    plan = _plan(preset, cutoff)
    stored = seasons_with_meetings(store)
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
        weights=_weights_hash(checkpoint),
        metrics=card["metrics"],
        skipped=skipped,
    )


def _weights_hash(checkpoint: Checkpoint) -> str:
    return str(checkpoint.card["files"][WEIGHTS]["sha256"])
