"""Level 1 from core tables to a finished encoder: which seasons it sees, when it is saved, how it is found again.

An encoder belongs to a cutoff, the last season that it may see anything of, and to an arm: `masked` is the one in use,
`untrained` is `masked` as it was initialised.
Belongs here: pre-training once and resuming. The steps are in `masked_run`, the embeddings in `embeddings`.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from fbm_pipeline.level1.held_out import split_held_out
from fbm_pipeline.level1.masked_run import MaskedRun, Pretraining, RunSize
from fbm_pipeline.level1.outings import concatenate, load_outings
from fbm_pipeline.level1.pitch_encoder import OutingEncoder
from fbm_pipeline.level1.pretraining import MaskedGamestate
from fbm_pipeline.level1.tables import ENCODER
from fbm_pipeline.nn.checkpoint import WEIGHTS, Checkpoint, restore_weights
from fbm_pipeline.nn.device import prepare
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.nn.trainer import finished_checkpoint, require_finished, run_training
from fbm_pipeline.presets.presets import EncoderPlan, Preset
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.declarations import Trained
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import open_inputs, training_key
from fbm_pipeline.store.tables import Store

ARMS = ("masked", "untrained")

logger = logging.getLogger("fbm_pipeline.training")


class EncoderError(ValueError):
    """Level 1 cannot be trained or used as asked; the message says why and what to do."""


@dataclass(frozen=True)
class EncoderCard:
    """A finished encoder. `metrics` are nats per hidden plate appearance of the games held out."""

    arm: str
    hash: str  # of configuration, data and code: the name of its folder
    folder: Path
    cutoff: int  # last season it has seen, the games held out included
    weights: str  # sha256 of the weights
    numerics_seen: tuple[str, ...]  # measurements that it may use; others are treated as absent
    metrics: dict[str, float]
    history: tuple[dict[str, float], ...]  # the metrics at the end of each epoch
    skipped: bool  # already finished before this call


def train_encoder(
    store: Store, settings: Settings, cutoff: int, observer: Observer, arm: str = "masked"
) -> EncoderCard:
    """Pre-train Level 1 on the preset's seasons up to the cutoff; that season's games from August on are held out.

    Resumes from its checkpoint, bit for bit, and returns at once when the same run is finished already.
    Raises EncoderError for an unknown cutoff or arm, or when a season is missing; CorruptCheckpoint for a damaged
    checkpoint.
    """
    seasons = _seasons(store, plan_of(settings.preset, cutoff))
    inputs = encoder_inputs(store, settings, cutoff, arm)
    key = training_key(inputs)[:16]
    folder = settings.checkpoints / "level1" / key
    skipped = finished_checkpoint(folder) is not None
    if skipped:
        logger.info("level 1: encoder %s is finished already, nothing to train", key)
    else:
        prepare(settings.preset.threads, settings.device)
        size = asdict(inputs.settings.size)
        facts = {"hash": key, "size": size, "seasons": seasons, "cutoff": cutoff}
        observer.log_params({**size, "seasons": len(seasons), "cutoff": cutoff})
        run_training(pretraining_of(inputs, facts), folder, key, observer)
        observer.log_artifact(require_finished(folder).folder)
    _make_current(folder, arm, cutoff)
    return _card(require_finished(folder), skipped)


def encoder_inputs(store: Store, settings: Settings, cutoff: int, arm: str = "masked") -> Inputs:
    """What the pre-training of an arm is shown; its key follows. Raises EncoderError for an unknown cutoff or arm."""
    return open_inputs(store, ENCODER, {"cutoff": cutoff, "arm": arm}, settings)


def planned(store: Store, settings: Settings, partition: Partition) -> dict[str, object]:
    """What a cutoff and an arm have of their own; raises as encoder_inputs."""
    plan = plan_of(settings.preset, int(partition["cutoff"]))
    return {"first_season": plan.first_season, "size": _size(settings.preset, str(partition["arm"]))}


def pretraining_of(inputs: Inputs, facts: Mapping[str, Any]) -> Pretraining:
    """The pre-training on the facts' seasons, the last one's games from August on held out."""
    loaded = [load_outings(inputs, season) for season in facts["seasons"]]
    last, measured = split_held_out(inputs, facts["cutoff"], loaded[-1])
    run = MaskedRun(inputs.settings.size, concatenate([*loaded[:-1], last]), inputs.settings.device)
    return Pretraining(run, measured, facts)


def load_encoder(settings: Settings, cutoff: int, arm: str = "masked") -> tuple[OutingEncoder, EncoderCard]:
    """The current encoder of a cutoff, ready for inference.

    Raises EncoderError when none was trained or it was trained for another preset, CorruptCheckpoint for damage.
    """
    model, card = load_pretraining(settings, cutoff, arm)
    return model.encoder, card


def load_pretraining(settings: Settings, cutoff: int, arm: str = "masked") -> tuple[MaskedGamestate, EncoderCard]:
    """The encoder with the heads of its pre-training; raises as load_encoder does."""
    return pretrained_of(_current(settings, cutoff, arm))


def encoder_of(checkpoint: Checkpoint) -> tuple[OutingEncoder, EncoderCard]:
    """The encoder that a finished checkpoint holds, ready for inference."""
    model, card = pretrained_of(checkpoint)
    return model.encoder, card


def current_encoder(store: Store, settings: Settings, partition: Partition) -> Trained:
    """The finished training that the tables of a cutoff are made with; raises as load_encoder does."""
    checkpoint = _current(settings, int(partition["cutoff"]), str(partition.get("arm", ARMS[0])))
    return Trained(_weights_hash(checkpoint), checkpoint)


def _current(settings: Settings, cutoff: int, arm: str) -> Checkpoint:
    pointer = _pointer(settings.checkpoints / "level1", arm, cutoff)
    if not pointer.is_file():
        raise EncoderError(f"no Level 1 encoder {arm} of cutoff {cutoff} under {pointer.parent}; train it first")
    checkpoint = require_finished(pointer.parent / pointer.read_text(encoding="utf-8").strip())
    wanted = asdict(_size(settings.preset, arm))
    if checkpoint.card["size"] != wanted:
        raise EncoderError(
            f"{checkpoint.folder} was trained as {checkpoint.card['size']}, the preset {settings.preset.name} asks "
            f"for {wanted}; train the encoder with this preset"
        )
    return checkpoint


def pretrained_of(checkpoint: Checkpoint) -> tuple[MaskedGamestate, EncoderCard]:
    """The encoder that a finished checkpoint holds, with the heads of its pre-training."""
    model = MaskedGamestate(OutingEncoder(RunSize(**checkpoint.card["size"]).shape))
    restore_weights(model, checkpoint)
    return model.eval(), _card(checkpoint, skipped=True)


def plan_of(preset: Preset, cutoff: int) -> EncoderPlan:
    """The preset's plan of a cutoff. Raises EncoderError for a cutoff that it does not have."""
    plans = {plan.cutoff: plan for plan in preset.encoders}
    if cutoff not in plans:
        raise EncoderError(
            f"preset {preset.name} has no encoder of cutoff {cutoff}; choose one of {sorted(plans)} or add a plan"
        )
    return plans[cutoff]


def arms_of(preset: Preset, cutoff: int) -> tuple[str, ...]:
    """The arms of a cutoff, the one in use first. Raises EncoderError for a cutoff that the preset does not have."""
    return ("masked", *plan_of(preset, cutoff).arms)


def _seasons(store: Store, plan: EncoderPlan) -> list[int]:
    stored_seasons = {int(part["season"]) for part in store.partitions("core.plate_appearances")}
    seasons = sorted(season for season in stored_seasons if plan.first_season <= season <= plan.cutoff)
    if plan.cutoff not in seasons:
        raise EncoderError(
            f"an encoder of cutoff {plan.cutoff} learns from core.plate_appearances of {plan.first_season}-"
            f"{plan.cutoff}; found {seasons} of {sorted(stored_seasons)}; materialize these seasons or choose another "
            "preset"
        )
    return seasons


def _size(preset: Preset, arm: str) -> RunSize:
    if arm not in ARMS:
        raise EncoderError(f"Level 1 has no arm {arm!r}; choose one of {', '.join(ARMS)}")
    size = RunSize(
        arm=arm,
        width=preset.level1_width,
        layers=preset.level1_layers,
        heads=preset.level1_heads,
        embedding=preset.level1_embedding,
        precision=preset.level1_precision,
        steps=preset.pretrain_steps,
        batch=preset.pretrain_batch,
        threads=preset.threads,
        seed=preset.seed,
    )
    return replace(size, steps=0) if arm == "untrained" else size


def _pointer(folder: Path, arm: str, cutoff: int) -> Path:
    return folder / f"current-{arm}-{cutoff}"


def _make_current(folder: Path, arm: str, cutoff: int) -> None:
    pointer = _pointer(folder.parent, arm, cutoff)
    temporary = pointer.with_name(f".{pointer.name}.tmp")
    temporary.write_text(folder.name, encoding="utf-8")
    temporary.replace(pointer)


def _card(checkpoint: Checkpoint, skipped: bool) -> EncoderCard:
    card = checkpoint.card
    return EncoderCard(
        arm=card["size"]["arm"],
        hash=card["hash"],
        folder=checkpoint.folder,
        cutoff=card["cutoff"],
        skipped=skipped,
        weights=_weights_hash(checkpoint),
        numerics_seen=tuple(card["numerics_seen"]),
        metrics=card["metrics"],
        history=tuple(card["history"]),
    )


def _weights_hash(checkpoint: Checkpoint) -> str:
    return str(checkpoint.card["files"][WEIGHTS]["sha256"])
