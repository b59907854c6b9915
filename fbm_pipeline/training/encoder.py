"""Level 1 from core tables to stored embeddings: pre-train once, resume after a crash, embed a season in one pass.

Belongs here: which seasons, which checkpoint, when to save, what is written. The steps are in `masked_run`.
"""

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from fbm_pipeline.model import attention, frequencies, level1_pitch, pretraining
from fbm_pipeline.model.frequencies import fit_frequencies
from fbm_pipeline.model.level1_pitch import OutingEncoder
from fbm_pipeline.model.pretraining import MaskedGamestate
from fbm_pipeline.samples import outing_batches, outings, vocabulary
from fbm_pipeline.samples.outing_batches import arrange
from fbm_pipeline.samples.outings import Outings, concatenate, load_outings
from fbm_pipeline.samples.vocabulary import NUMERICS
from fbm_pipeline.settings import Preset, Settings
from fbm_pipeline.store.engine import statement
from fbm_pipeline.store.tables import Store, Written, inputs_key
from fbm_pipeline.training import masked_run
from fbm_pipeline.training.checkpoint import (
    WEIGHTS,
    Checkpoint,
    CorruptCheckpoint,
    load_checkpoint,
    restore_weights,
    save_checkpoint,
)
from fbm_pipeline.training.embedding import EncoderError, embed, embedding_table
from fbm_pipeline.training.faultpoints import crash_point
from fbm_pipeline.training.masked_run import MaskedRun, RunSize, held_out_masks, measure
from fbm_pipeline.training.observer import Observer

CHECKPOINTS = 8  # saved in one pre-training
PROGRESS_SECONDS = 5.0
STATEMENTS = ("samples/outing_plate_appearances", "samples/outing_pitches")

logger = logging.getLogger("fbm_pipeline.training")


@dataclass(frozen=True)
class EncoderCard:
    """A finished encoder. `metrics` are nats per hidden plate appearance of the held-out season."""

    hash: str  # of configuration, data and code: the name of its folder
    folder: Path
    cutoff: int  # last season it has seen, the held-out one included
    weights: str  # sha256 of the weights
    numerics_seen: tuple[str, ...]  # measurements that it may use; others are treated as absent
    metrics: dict[str, float]
    skipped: bool  # already finished before this call


def train_encoder(store: Store, settings: Settings, observer: Observer) -> EncoderCard:
    """Pre-train Level 1 on the seasons up to preset.tune_until; the last of them is held out from the gradient.

    Resumes from its checkpoint, bit for bit, and returns at once when the same run is finished already.
    Raises EncoderError for fewer than two seasons of plate appearances, CorruptCheckpoint for a damaged checkpoint.
    """
    preset = settings.preset
    seasons = _seasons(store, preset)
    size = _size(preset)
    key = inputs_key(
        size=size, tune_until=preset.tune_until, code=_code_hash(),
        content={season: _content(store, season) for season in seasons},
    )[:16]  # fmt: skip
    folder = settings.checkpoints / "level1" / key
    checkpoint = load_checkpoint(folder)
    if checkpoint is None or not checkpoint.card["finished"]:
        _prepare(preset)
        loaded = [load_outings(store, season) for season in seasons]
        run = MaskedRun(size, concatenate(loaded[:-1]))
        facts = {"hash": key, "size": asdict(size), "seasons": seasons, "cutoff": seasons[-1]}
        _pretrain(run, loaded[-1], folder, checkpoint, facts, observer)
        checkpoint = _finished(folder)
        skipped = False
    else:
        logger.info("level 1: encoder %s is finished already, nothing to train", key)
        skipped = True
    _make_current(folder)
    return _card(checkpoint, skipped)


def load_encoder(settings: Settings) -> tuple[OutingEncoder, EncoderCard]:
    """The current encoder, ready for inference.

    Raises EncoderError when none was trained or it was trained for another preset, CorruptCheckpoint for damage.
    """
    pointer = settings.checkpoints / "level1" / "current"
    if not pointer.is_file():
        raise EncoderError(f"no Level 1 encoder under {pointer.parent}; run train_encoder first")
    checkpoint = _finished(pointer.parent / pointer.read_text(encoding="utf-8").strip())
    wanted = asdict(_size(settings.preset))
    if checkpoint.card["size"] != wanted:
        raise EncoderError(
            f"{checkpoint.folder} was trained as {checkpoint.card['size']}, the preset {settings.preset.name} asks "
            f"for {wanted}; run train_encoder with this preset"
        )
    size = checkpoint.card["size"]
    model = MaskedGamestate(OutingEncoder(size["width"], size["layers"], size["heads"]))
    restore_weights(model, checkpoint)
    return model.encoder.eval(), _card(checkpoint, skipped=True)


def embed_season(store: Store, settings: Settings, season: int) -> Written:
    """Write models.pa_embeddings of one season with the current encoder, in the order of its keys.

    Raises EncoderError as load_encoder does, and for an embedding that is not finite in float16.
    """
    encoder, card = load_encoder(settings)
    inputs = inputs_key(weights=card.weights, code=_code_hash(), content=_content(store, season))

    def compute() -> pa.Table:
        _prepare(settings.preset)
        began = time.monotonic()
        loaded = load_outings(store, season)
        embeddings = embed(encoder, loaded)
        spent = time.monotonic() - began
        logger.info(
            "level 1: season %d, %d plate appearances of %d tokens embedded in %.1f s",
            season, loaded.plate_appearances, loaded.tokens, spent,
        )  # fmt: skip
        return embedding_table(loaded, embeddings, season, card.hash)

    return store.build("models.pa_embeddings", {"season": season}, inputs, compute)


def _pretrain(
    run: MaskedRun, held_out: Outings, folder: Path, checkpoint: Checkpoint | None,
    facts: Mapping[str, Any], observer: Observer,
) -> None:  # fmt: skip
    bars = _bars(run, held_out)
    if checkpoint is not None:
        restore_weights(run.model, checkpoint)
        run.restore(checkpoint.card["step"], checkpoint.training_state)
        logger.info("level 1: resumed at step %d of %d", run.step, run.size.steps)
    observer.log_params({**facts["size"], "seasons": len(facts["seasons"]), "cutoff": facts["cutoff"]})
    every = max(1, run.size.steps // CHECKPOINTS)
    began, tokens, told = time.monotonic(), 0.0, time.monotonic()
    while run.step < run.size.steps:
        sums = run.take_step()
        tokens += sums.pop("tokens")
        crash_point("training.step_done")
        now = time.monotonic()
        if now - told > PROGRESS_SECONDS:
            told = now
            logger.info(
                "level 1: step %d of %d, %.0f tokens/s, hidden outcome %.3f nats",
                run.step, run.size.steps, tokens / (now - began), sums["outcome"],
            )  # fmt: skip
        if run.step % every == 0 or run.step == run.size.steps:
            metrics = measure(run.model, held_out, run.size.seed) | bars
            save_checkpoint(folder, run.model.state_dict(), run.state(), _facts(run, facts, metrics))
            observer.log_metrics(metrics, run.step)
            logger.info("level 1: step %d, held out: %s", run.step, _lift(metrics))
    observer.log_artifact(_finished(folder).folder)


def _facts(run: MaskedRun, facts: Mapping[str, Any], metrics: Mapping[str, float]) -> dict[str, Any]:
    seen = run.model.encoder.numeric_seen.tolist()
    return {
        **facts,
        "step": run.step,
        "finished": run.step == run.size.steps,
        "metrics": dict(metrics),
        "numerics_seen": [name for name, known in zip(NUMERICS, seen, strict=True) if known],
    }


def _bars(run: MaskedRun, held_out: Outings) -> dict[str, float]:
    """What tables of frequencies score at the same hidden plate appearances, `base_outcome` and so on."""
    chosen, masked = held_out_masks(held_out, run.size.seed)
    hidden = arrange(held_out, chosen).pas[masked]
    found = fit_frequencies(run.training).cross_entropies(held_out, hidden)
    return {f"{lookup}_{name}": nats for lookup, by in found.items() for name, nats in by.items()}


def _lift(metrics: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name} {metrics[f'hidden_{name}']:.4f} (base {metrics[f'base_{name}']:.4f}, hands and order "
        f"{metrics[f'hands_order_{name}']:.4f})"
        for name in pretraining.OBJECTIVES
    )


def _seasons(store: Store, preset: Preset) -> list[int]:
    found = {int(part["season"]) for part in store.partitions("core.plate_appearances")}
    seasons = sorted(season for season in found if season <= preset.tune_until)
    if len(seasons) < 2:
        raise EncoderError(
            f"Level 1 needs two seasons of core.plate_appearances up to {preset.tune_until} (one is held out); found "
            f"{seasons} of {sorted(found)}; materialize earlier seasons or choose another preset"
        )
    return seasons


def _size(preset: Preset) -> RunSize:
    return RunSize(
        width=preset.level1_width, layers=preset.level1_layers, heads=preset.level1_heads,
        steps=preset.pretrain_steps, batch=preset.pretrain_batch, threads=preset.threads, seed=preset.seed,
    )  # fmt: skip


def _content(store: Store, season: int) -> list[str]:
    return [store.content(name, {"season": season}) for name in ("core.pitches", "core.plate_appearances")]


def _code_hash() -> str:
    modules = (attention, frequencies, level1_pitch, pretraining, outing_batches, outings, vocabulary, masked_run)
    texts = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules]
    texts += [statement(name) for name in STATEMENTS]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def _prepare(preset: Preset) -> None:
    torch.set_num_threads(preset.threads)
    torch.use_deterministic_algorithms(True)


def _finished(folder: Path) -> Checkpoint:
    checkpoint = load_checkpoint(folder)
    if checkpoint is None or not checkpoint.card["finished"]:
        found = "nothing" if checkpoint is None else f"step {checkpoint.card['step']}"
        raise CorruptCheckpoint(folder, "a finished Level 1 checkpoint", found)
    return checkpoint


def _make_current(folder: Path) -> None:
    temporary = folder.parent / ".current.tmp"
    temporary.write_text(folder.name, encoding="utf-8")
    temporary.replace(folder.parent / "current")


def _card(checkpoint: Checkpoint, skipped: bool) -> EncoderCard:
    card = checkpoint.card
    return EncoderCard(
        hash=card["hash"], folder=checkpoint.folder, cutoff=card["cutoff"], skipped=skipped,
        weights=card["files"][WEIGHTS]["sha256"], numerics_seen=tuple(card["numerics_seen"]),
        metrics=card["metrics"],
    )  # fmt: skip
