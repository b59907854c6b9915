"""Objective of pooling from stored embeddings to a finished checkpoint: train once, resume after a crash, read all.

Belongs here: which seasons, which checkpoint, when to save. The steps are in `query_steps`, what the trained queries
say of players in `query_reading`.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.model import pooling_query
from fbm_pipeline.nn.checkpoint import (
    WEIGHTS,
    Checkpoint,
    CorruptCheckpoint,
    load_checkpoint,
    restore_weights,
    save_checkpoint,
)
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.nn.faultpoints import crash_point
from fbm_pipeline.nn.observer import NullObserver, Observer
from fbm_pipeline.settings import Preset, Settings
from fbm_pipeline.store.engine import statement
from fbm_pipeline.store.tables import Store, inputs_key
from fbm_pipeline.training import query_reading, query_samples, query_steps
from fbm_pipeline.training.principal_components import PlayerSeasons, league_members
from fbm_pipeline.training.query_reading import describe, judge
from fbm_pipeline.training.query_samples import STATEMENT, EmbeddedSeason, load_embedded, player_rows
from fbm_pipeline.training.query_steps import QueryRun, QuerySize, new_models

MOST_STEPS = 600
THREADS = (
    1  # these matrices are small: beside other work a second thread waited so long that a step took 28 times as long
)
CHECKPOINTS = 8  # saved in one training
PROGRESS_SECONDS = 5.0

logger = logging.getLogger("fbm_pipeline.training")


@dataclass(frozen=True)
class QueryCard:
    """Finished pooling queries. `metrics` are nats per plate appearance of next seasons of players never seen."""

    hash: str  # of configuration, data and code
    folder: Path
    cutoff: int
    weights: str  # sha256 of the weights
    metrics: dict[str, float]
    skipped: bool  # already finished before this call


class NoEmbeddingsError(ValueError):
    """The encoder with this cutoff has too few embedded seasons; the message says which are there."""


def train_query(store: Store, settings: Settings, cutoff: int, observer: Observer) -> QueryCard:
    """Train the pooling queries on embedded seasons up to the cutoff, two folds of players each.

    Resumes from its checkpoint, bit for bit, and returns at once when the same training is finished already. Raises
    NoEmbeddingsError for fewer than two embedded seasons up to the cutoff, CorruptCheckpoint for a damaged checkpoint.
    """
    seasons = [season for season in embedded_seasons(store, cutoff) if season <= cutoff]
    if len(seasons) < 2:
        raise NoEmbeddingsError(
            f"pooling queries of cutoff {cutoff} need two seasons of models.pa_embeddings up to it, found {seasons} of "
            f"{embedded_seasons(store, cutoff)}; embed earlier seasons with the encoder of this cutoff"
        )
    preset = settings.preset
    key = _key(store, preset, cutoff, seasons)
    folder = settings.checkpoints / "query" / str(cutoff) / key
    checkpoint = load_checkpoint(folder)
    if checkpoint is not None and checkpoint.card["finished"]:
        logger.info("query %s of cutoff %d is finished already, nothing to train", key, cutoff)
        return _card(checkpoint, skipped=True)
    with reproducible(THREADS, preset.seed):
        held = [load_embedded(store, cutoff, season) for season in seasons]
        size = QuerySize(held[0].embeddings.shape[1], _steps(preset), THREADS, preset.seed)
        facts = {"hash": key, "size": asdict(size), "cutoff": cutoff, "seasons": seasons}
        _train(QueryRun(size, held), held, folder, checkpoint, facts, observer)
    return _card(_finished(folder), skipped=False)


def query_seasons(store: Store, settings: Settings, cutoff: int) -> Iterator[PlayerSeasons]:
    """What the queries of a cutoff say of everybody in every embedded season, trained now if they are not yet."""
    card = train_query(store, settings, cutoff, NullObserver())
    checkpoint = _finished(card.folder)
    models = new_models(checkpoint.card["size"]["width"])
    restore_weights(models, checkpoint)
    for season in embedded_seasons(store, cutoff):
        with reproducible(THREADS, settings.preset.seed):
            parts = described_season(models, load_embedded(store, cutoff, season))
        yield from parts


def described_season(models: nn.ModuleDict, part: EmbeddedSeason) -> list[PlayerSeasons]:
    """Both sides of the ball of one season, each player described by the model that never saw him."""
    held = {kind: player_rows(part, kind) for kind in PLAYER_TYPES}
    found = []
    for player_type, other in zip(PLAYER_TYPES, reversed(PLAYER_TYPES), strict=True):
        own = held[player_type]
        members = league_members(
            player_type, own.mlbam_id, own.plate_appearances, held[other].mlbam_id, held[other].plate_appearances
        )
        turns = own.plate_appearances.astype(np.float64)
        values = describe(models, part, player_type, own)
        found.append(PlayerSeasons(part.season, player_type, own.mlbam_id, turns, values, members))
    return found


def embedded_seasons(store: Store, cutoff: int) -> list[int]:
    """The seasons that the encoder with this cutoff has embedded, ascending."""
    held = store.partitions("models.pa_embeddings")
    return sorted({int(part["season"]) for part in held if part["cutoff"] == cutoff})


def contents(store: Store, settings: Settings, cutoff: int) -> Mapping[str, object]:
    """All that query_seasons depends on, for the key of what is made from it."""
    seasons = embedded_seasons(store, cutoff)
    return {"training": _key(store, settings.preset, cutoff, seasons)}


def _train(
    run: QueryRun, held: Sequence[EmbeddedSeason], folder: Path, checkpoint: Checkpoint | None,
    facts: Mapping[str, Any], observer: Observer,
) -> None:  # fmt: skip
    if checkpoint is not None:
        restore_weights(run.models, checkpoint)
        run.restore(checkpoint.card["step"], checkpoint.training_state)
        logger.info("query: resumed at step %d of %d", run.step, run.size.steps)
    observer.log_params({**facts["size"], "seasons": len(facts["seasons"]), "cutoff": facts["cutoff"]})
    every = max(1, run.size.steps // CHECKPOINTS)
    told = time.monotonic()
    while run.step < run.size.steps:
        lost = run.take_step()
        crash_point("training.step_done")
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            logger.info("query: step %d of %d, %s", run.step, run.size.steps, _said(lost))
        last = run.step == run.size.steps
        if run.step % every == 0 or last:
            metrics = judge(run.models, held) if last else lost
            card = {**facts, "step": run.step, "finished": last, "metrics": metrics}
            save_checkpoint(folder, run.models.state_dict(), run.state(), card)
            observer.log_metrics(metrics, run.step)
    finished = _finished(folder)
    logger.info("query of cutoff %d, players never seen: %s", facts["cutoff"], _said(finished.card["metrics"]))
    observer.log_artifact(finished.folder)


def _said(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())


def _steps(preset: Preset) -> int:
    return min(preset.pretrain_steps, MOST_STEPS)


def _key(store: Store, preset: Preset, cutoff: int, seasons: Sequence[int]) -> str:
    modules = (pooling_query, query_steps, query_samples, query_reading)
    return inputs_key(
        cutoff=cutoff, steps=_steps(preset), threads=THREADS, seed=preset.seed, sql=statement(STATEMENT),
        code=[Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules],
        content={
            season: [
                store.content("models.pa_embeddings", {"cutoff": cutoff, "season": season}),
                store.content("core.plate_appearances", {"season": season}),
            ]
            for season in seasons
        },
    )[:16]  # fmt: skip


def _finished(folder: Path) -> Checkpoint:
    base = folder if (folder / "latest").is_file() else folder.parent
    checkpoint = load_checkpoint(base)
    if checkpoint is None or not checkpoint.card["finished"]:
        found = "nothing" if checkpoint is None else f"step {checkpoint.card['step']}"
        raise CorruptCheckpoint(base, "finished pooling queries", found)
    return checkpoint


def _card(checkpoint: Checkpoint, *, skipped: bool) -> QueryCard:
    card = checkpoint.card
    return QueryCard(
        hash=card["hash"], folder=checkpoint.folder, cutoff=card["cutoff"], skipped=skipped,
        weights=card["files"][WEIGHTS]["sha256"], metrics=card["metrics"],
    )  # fmt: skip
