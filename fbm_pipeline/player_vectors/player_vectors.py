"""The decoder conditioned on players, from core tables to stored vectors: train once, resume, filter all seasons.

Belongs here: which seasons, which checkpoint, what is written, what a dimension means. The steps are in
`decoder_run`, the filter in `vector_filter`.

Weights see seasons up to their cutoff, without the games of its last two months; vectors of a target season see every
game before it and none of it.
"""

import datetime as dt
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch
from torch import Tensor

from fbm_pipeline.baseball.calendar import preseason
from fbm_pipeline.nn.checkpoint import (
    WEIGHTS,
    Checkpoint,
    CorruptCheckpoint,
    load_checkpoint,
    save_checkpoint,
)
from fbm_pipeline.nn.faultpoints import crash_point
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.player_vectors.decoder_run import after, first_weights, held_out_metrics, take_step
from fbm_pipeline.player_vectors.meeting_heads import HEADS
from fbm_pipeline.player_vectors.meetings import TABLES, Meetings, load_meetings
from fbm_pipeline.player_vectors.pitch_decoder import SIDES
from fbm_pipeline.player_vectors.vector_filter import State, Weights, count_season, drifted, filter_season
from fbm_pipeline.settings import EncoderPlan, Preset, Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contracts import CONTRACTS
from fbm_pipeline.store.tables import Store, Written, inputs_key

WIDTH = 16  # dimensions of a vector, fewer where the preset's embeddings are narrower
STEPS = 4  # the controls gain no more by eight, and the held-out balls in play begin to cost more
THREADS = 1  # two were no quicker, and ten times slower where the other core was busy
HELD_OUT_FROM = (8, 1)  # month and day of the cutoff season
SEASONS_BACK = 3  # a player has a vector for a target season when he played in one of so many before it

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
    width = _width(preset)
    key = inputs_key(
        width=width, steps=STEPS, heads=HEAD_WEIGHTS, cutoff=cutoff, code=_code_hash(),
        content={season: _content(store, season) for season in seasons},
    )[:16]  # fmt: skip
    folder = settings.checkpoints / "decoder" / str(cutoff) / key
    checkpoint = load_checkpoint(folder)
    skipped = checkpoint is not None and bool(checkpoint.card["finished"])
    if not skipped:
        _prepare()
        facts = {"hash": key, "cutoff": cutoff, "seasons": seasons, "width": width, "heads": HEAD_WEIGHTS}
        _train(store, checkpoint, folder, facts, observer)
    else:
        logger.info("decoder %d: %s is finished already, nothing to train", cutoff, key)
    _make_current(folder)
    return _card(_finished(folder), skipped)


def load_decoder(settings: Settings, cutoff: int) -> tuple[Weights, DecoderCard]:
    """The current weights of a cutoff. Raises DecoderError when none were trained, CorruptCheckpoint for damage."""
    pointer = settings.checkpoints / "decoder" / str(cutoff) / "current"
    if not pointer.is_file():
        raise DecoderError(f"no decoder of cutoff {cutoff} under {pointer.parent}; run train_decoder first")
    checkpoint = _finished(pointer.parent / pointer.read_text(encoding="utf-8").strip())
    return _weights_of(checkpoint), _card(checkpoint, skipped=True)


def build_player_vectors(store: Store, settings: Settings, cutoff: int) -> Written:
    """Write models.player_vectors of a cutoff: each target season's players as they were known on 1 March.

    The weights are frozen; every held season updates the vectors in order. Raises as load_decoder does.
    """
    weights, card = load_decoder(settings, cutoff)
    seasons = _held(store)
    inputs = inputs_key(
        weights=card.weights, heads=HEAD_WEIGHTS, back=SEASONS_BACK,
        code=_code_hash(), content={season: _content(store, season) for season in seasons},
    )  # fmt: skip

    def compute() -> pa.Table:
        _prepare()
        known = {name: HEAD_WEIGHTS[name] for name in weights.intercepts}  # nothing measured only after the cutoff
        state, rows, began = State(), [], time.monotonic()
        for season in seasons:
            held = load_meetings(store, season, *_whole(season), THREADS)
            filter_season(state, weights, count_season(held, known))
            rows += [_rows(state, weights, side, season + 1) for side in SIDES]
        logger.info("decoder %d: %d seasons filtered in %.1f s", cutoff, len(seasons), time.monotonic() - began)
        return _table(rows, cutoff, card.hash)

    return store.build("models.player_vectors", {"cutoff": cutoff}, inputs, compute)


def _train(
    store: Store, checkpoint: Checkpoint | None, folder: Path, facts: dict[str, Any],
    observer: Observer,
) -> None:  # fmt: skip
    cutoff = facts["cutoff"]
    loaded = _load_training(store, facts["seasons"], cutoff)
    counted = [count_season(one, HEAD_WEIGHTS) for one in loaded]
    step = 0
    if checkpoint is None:
        weights = first_weights(counted, facts["width"])
    else:
        weights, step = _weights_of(checkpoint), int(checkpoint.card["step"])
        logger.info("decoder %d: resumed at step %d of %d", cutoff, step, STEPS)
    observer.log_params({"width": facts["width"], "steps": STEPS, "seasons": len(counted), "cutoff": cutoff})
    while step < STEPS:
        began = time.monotonic()
        weights = take_step(counted, weights)
        step += 1
        logger.info("decoder %d: step %d of %d in %.1f s", cutoff, step, STEPS, time.monotonic() - began)
        crash_point("training.step_done")
        metrics = {}
        if step == STEPS:
            held_out = load_meetings(store, cutoff, _held_out_from(cutoff), _whole(cutoff)[1], THREADS)
            metrics = held_out_metrics(after(counted, weights), weights, held_out, counted[-1])
            observer.log_metrics(metrics, step)
            logger.info("decoder %d: held out: %s", cutoff, _lift(metrics))
        card = {**facts, "step": step, "finished": step == STEPS, "metrics": metrics}
        save_checkpoint(folder, _tensors(weights), {}, card)
    observer.log_artifact(_finished(folder).folder)


def _load_training(store: Store, seasons: Sequence[int], cutoff: int) -> list[Meetings]:
    loaded = []
    for season in seasons:
        begin, end = _whole(season)
        loaded.append(load_meetings(store, season, begin, _held_out_from(cutoff) if season == cutoff else end, THREADS))
    return loaded


def _rows(state: State, weights: Weights, side: str, target: int) -> dict[str, list]:
    """Columns of the players known for a target season, by their number."""
    players = {
        player: known for player, known in sorted(state.players[side].items()) if known.season >= target - SEASONS_BACK
    }
    ahead = [drifted(known, weights.persistence[side], target) for known in players.values()]
    n = len(players)
    return {
        "season": [target] * n, "player_type": [side] * n, "as_of": [preseason(target)] * n,
        "mlbam_id": list(players), "plate_appearances": [known.appearances for known in players.values()],
        "last_season": [known.season for known in players.values()],
        "mean": [one.mean[0].tolist() for one in ahead],
        "sd": [torch.diagonal(one.covariance[0]).sqrt().tolist() for one in ahead],
    }  # fmt: skip


def _table(rows: Sequence[dict[str, list]], cutoff: int, decoder: str) -> pa.Table:
    schema = CONTRACTS["models.player_vectors"].schema
    columns: dict[str, list] = {name: [value for part in rows for value in part[name]] for name in rows[0]}
    n = len(columns["season"])
    columns |= {"cutoff": [cutoff] * n, "decoder": [decoder] * n}
    return pa.Table.from_arrays([pa.array(columns[item.name], item.type) for item in schema], schema=schema)


def _tensors(weights: Weights) -> dict[str, Tensor]:
    flat = {f"intercept.{name}": values for name, values in weights.intercepts.items()}
    for side in SIDES:
        flat |= {f"loading.{side}.{name}": values for name, values in weights.loadings[side].items()}
        flat |= {f"persistence.{side}": weights.persistence[side], f"newcomer.{side}": weights.newcomer[side]}
    return flat


def _weights_of(checkpoint: Checkpoint) -> Weights:
    flat = checkpoint.weights
    heads = [name for name in HEADS if f"intercept.{name}" in flat]
    return Weights(
        {side: {name: flat[f"loading.{side}.{name}"] for name in heads} for side in SIDES},
        {side: flat[f"persistence.{side}"] for side in SIDES},
        {side: flat[f"newcomer.{side}"] for side in SIDES},
        {name: flat[f"intercept.{name}"] for name in heads},
    )


def _held(store: Store) -> list[int]:
    return sorted({int(part["season"]) for part in store.partitions("core.plate_appearances")})


def _training_seasons(store: Store, preset: Preset, cutoff: int) -> list[int]:
    plan = _plan(preset, cutoff)
    held = _held(store)
    seasons = [season for season in held if plan.first_season <= season <= cutoff]
    if cutoff not in seasons:
        raise DecoderError(
            f"the decoder of cutoff {cutoff} needs core.plate_appearances of {plan.first_season} to {cutoff}; found "
            f"{held}; materialize these seasons or choose another preset"
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


def _width(preset: Preset) -> int:
    return min(WIDTH, preset.level1_embedding)


def _whole(season: int) -> tuple[dt.date, dt.date]:
    return dt.date(season, 1, 1), dt.date(season + 1, 1, 1)


def _held_out_from(cutoff: int) -> dt.date:
    return dt.date(cutoff, *HELD_OUT_FROM)


def _content(store: Store, season: int) -> list[str]:
    return [store.content(name, {"season": season}) for name in TABLES]


def _code_hash() -> str:
    return code_key(f"{__name__}:_train", f"{__name__}:build_player_vectors")


def _prepare() -> None:
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)


def _finished(folder: Path) -> Checkpoint:
    checkpoint = load_checkpoint(folder)
    if checkpoint is None or not checkpoint.card["finished"]:
        found = "nothing" if checkpoint is None else f"step {checkpoint.card['step']}"
        raise CorruptCheckpoint(folder, "a finished decoder", found)
    return checkpoint


def _make_current(folder: Path) -> None:
    temporary = folder.parent / ".current.tmp"
    temporary.write_text(folder.name, encoding="utf-8")
    temporary.replace(folder.parent / "current")


def _card(checkpoint: Checkpoint, skipped: bool) -> DecoderCard:
    card = checkpoint.card
    return DecoderCard(
        hash=card["hash"], folder=checkpoint.folder, cutoff=card["cutoff"], weights=card["files"][WEIGHTS]["sha256"],
        metrics=card["metrics"], skipped=skipped,
    )  # fmt: skip


def _lift(metrics: dict[str, float]) -> str:
    return ", ".join(
        f"{name} {metrics[f'decoded_{name}']:.4f} (context {metrics[f'context_{name}']:.4f}, base "
        f"{metrics[f'base_{name}']:.4f})"
        for name in HEADS
        if f"decoded_{name}" in metrics
    )
