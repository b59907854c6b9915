"""One fold of Levels 2 and 3: train it once, then write its projections of the validation and the test season.

Belongs here: from stored tables to a finished checkpoint, and from that to models.predictions. Not here: the steps of
training (loop), which seasons are whose (folds), blending and scoring (evaluation).
"""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.identity.encoding import Standardizer
from fbm_pipeline.level1.embeddings import load_embeddings
from fbm_pipeline.network.derived_statistics import all_statistics
from fbm_pipeline.network.folds import (
    Fold,
    code_hash,
    data_hash,
    network_settings,
    plan_fold,
    training_key,
    window_hash,
)
from fbm_pipeline.network.hierarchy import Hierarchy, HierarchyShape, shape_for
from fbm_pipeline.network.judging import read
from fbm_pipeline.network.loop import Trained, train
from fbm_pipeline.network.prediction_table import prediction_table
from fbm_pipeline.network.priors import PRIOR_SYSTEM, SYSTEMS, load_priors
from fbm_pipeline.network.windows import Windows, load_windows, stored_history
from fbm_pipeline.nn.checkpoint import Checkpoint, load_checkpoint, restore_weights, save_checkpoint
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.settings import Preset, Settings
from fbm_pipeline.store.tables import Store, Written, inputs_key

logger = logging.getLogger("fbm_pipeline.training")


@dataclass(frozen=True)
class FoldCard:
    """What is known of a trained fold. `nll` values are of the validation season, in nats a player."""

    player_type: str
    season: int
    validation_season: int
    trained_until: int
    inputs: str
    samples: int
    best_epoch: int
    validation_nll: float
    marcel_nll: float
    history: list[dict[str, float]]
    folder: Path
    skipped: bool
    url: str | None


class UntrainedFoldError(ValueError):
    """A fold is asked for projections before it was trained, or its network reads other inputs than are stored."""


def train_fold(store: Store, settings: Settings, player_type: str, season: int, observer: Observer) -> FoldCard:
    """Train the network of one test season, or return the finished one when nothing it depends on has changed.

    Raises MissingJoinError where tables do not fit together, ValueError when too few seasons exist or the encoder has
    seen the validation season.
    """
    preset = settings.preset
    fold = plan_fold(store, player_type, season, preset)
    inputs = training_key(store, fold, preset)
    folder = _folder(settings, player_type, season)
    finished = load_checkpoint(folder / "finished")
    if finished is not None and finished.card["inputs"] == inputs:
        return _card(finished, skipped=True, url=observer.url)
    windows = _windows(store, preset, fold, [*fold.train_seasons, fold.validation_season])
    require_encoder_before(settings, windows.encoder, fold.validation_season)
    rows = training_rows(windows, fold, preset)
    standardizer = Standardizer.fit(windows.profile[rows], windows.profile_names)
    windows = replace(windows, profile=standardizer.transform(windows.profile, windows.profile_names))
    record = _record(store, fold, preset, windows, standardizer, inputs, len(rows))
    observer.log_params(_parameters(record))
    validation = np.flatnonzero(windows.season == fold.validation_season)
    logger.info(
        "%s %d: %d samples of %d-%d, stopped on %d of %d",
        player_type, season, len(rows), min(fold.train_seasons), fold.trained_until, len(validation),
        fold.validation_season,
    )  # fmt: skip
    shape = HierarchyShape.from_json(record["shape"])
    trained = train(shape, windows, rows, validation, preset, folder / "progress", inputs, observer)
    saved = _finish(folder, trained, record)
    observer.log_artifact(saved.folder)
    return _card(saved, skipped=False, url=observer.url)


def predict_fold(store: Store, settings: Settings, player_type: str, season: int) -> Written:
    """Write models.predictions of one fold: the validation and the test season, three systems, every statistic.

    Every player with a preseason Marcel rate gets rows. Raises UntrainedFoldError without a finished checkpoint of the
    stored inputs.
    """
    preset = settings.preset
    fold = plan_fold(store, player_type, season, preset)
    finished = load_checkpoint(_folder(settings, player_type, season) / "finished")
    if finished is None or finished.card["inputs"] != training_key(store, fold, preset):
        state = "never trained" if finished is None else "trained on other inputs than are stored now"
        raise UntrainedFoldError(f"{player_type} fold {season} was {state}; materialize its training first")
    partition: dict[str, int | str] = {"player_type": player_type, "fold": season}
    key = inputs_key(
        weights=finished.card["files"],
        data=window_hash(store, fold, [fold.validation_season, season]),
        standardizer=finished.card["standardizer"],
        code=code_hash(),
    )
    return store.build("models.predictions", partition, key, lambda: fold_predictions(store, preset, fold, finished))


def fold_predictions(store: Store, preset: Preset, fold: Fold, finished: Checkpoint) -> pa.Table:
    """The rows of models.predictions of one fold."""
    seasons = sorted({fold.validation_season, fold.season})
    priors = load_priors(store, fold.player_type, seasons)
    windows = _windows(store, preset, fold, seasons)
    model = load_network(finished, windows, preset)
    standardizer = Standardizer.from_json(finished.card["standardizer"])
    windows = replace(windows, profile=standardizer.transform(windows.profile, windows.profile_names))
    with reproducible(preset.threads, preset.seed):
        seen = read(model, windows, np.arange(len(windows)), preset.batch)
    marcel = SYSTEMS.index(PRIOR_SYSTEM)
    rates = {name: priors.rates[:, index] for index, name in enumerate(SYSTEMS)}
    rates["contextual"] = all_statistics(fold.player_type, seen.rate, priors.rates[:, marcel], priors.league[:, marcel])
    heads = [item.head for item in statistics(fold.player_type)]
    learnt = np.full(rates["contextual"].shape, np.nan)
    learnt[:, heads] = seen.concentration
    concentrations = {name: np.where(heads, priors.weights[:, i], np.nan) for i, name in enumerate(SYSTEMS)}
    concentrations["contextual"] = learnt
    # Nothing in Marcel was fitted after tune_until; its rates are history up to the as-of date.
    until = {name: preset.tune_until for name in SYSTEMS} | {"contextual": fold.trained_until}
    return pa.concat_tables(
        prediction_table(fold, priors, system, rates[system], concentrations[system], until[system]) for system in rates
    )


def load_network(finished: Checkpoint, windows: Windows, preset: Preset) -> Hierarchy:
    """The network of a finished checkpoint, ready to read `windows`.

    Raises UntrainedFoldError when the windows differ from what it was trained to read: names, sizes or encoder.
    """
    shape = HierarchyShape.from_json(finished.card["shape"])
    found = {**asdict(shape_for(windows, preset)), "encoder": windows.encoder}
    expected = {**asdict(shape), "encoder": finished.card["encoder"]}
    differing = [f"{k}: trained {expected[k]!r}, stored {found[k]!r}" for k in found if found[k] != expected[k]]
    if differing:
        raise UntrainedFoldError(f"{finished.folder} reads other inputs: {'; '.join(differing)}. Train the fold again.")
    model = Hierarchy(shape)
    restore_weights(model, finished)
    return model.eval()


def require_encoder_before(settings: Settings, encoder: str, season: int) -> None:
    """Raise ValueError unless the encoder of the embeddings is known and saw nothing of `season` or later."""
    checkpoint = load_checkpoint(settings.checkpoints / "level1" / encoder)
    if checkpoint is None:
        raise ValueError(
            f"models.pa_embeddings name encoder {encoder!r}, which is not under {settings.checkpoints / 'level1'}; "
            "train the encoder and embed all seasons again"
        )
    if checkpoint.card["cutoff"] >= season:
        raise ValueError(
            f"encoder {encoder} has seen {checkpoint.card['cutoff']}, expected a season before {season}, which this "
            "fold is stopped on; give the preset an encoder of an earlier cutoff"
        )


def training_rows(windows: Windows, fold: Fold, preset: Preset) -> np.ndarray:
    """The samples that are trained on: of the training seasons, with enough opportunities to tell anything."""
    enough = windows.targets.opportunities >= preset.min_train_opportunities
    rows = np.flatnonzero(np.isin(windows.season, fold.train_seasons) & enough)
    if not len(rows):
        raise ValueError(
            f"{fold.player_type} fold {fold.season}: no player of {fold.train_seasons} has "
            f"{preset.min_train_opportunities} opportunities; lower min_train_opportunities or add seasons"
        )
    return rows


def _windows(store: Store, preset: Preset, fold: Fold, seasons: Sequence[int]) -> Windows:
    embeddings = load_embeddings(store, fold.cutoff, stored_history(store, seasons))
    return load_windows(store, fold.player_type, seasons, preset, embeddings)


def _folder(settings: Settings, player_type: str, season: int) -> Path:
    return settings.checkpoints / player_type / str(season)


def _record(
    store: Store, fold: Fold, preset: Preset, windows: Windows, standardizer: Standardizer, inputs: str, samples: int
) -> dict[str, Any]:  # fmt: skip
    """What a finished checkpoint's card says beside its weights."""
    return {
        "inputs": inputs, **asdict(fold), "trained_until": fold.trained_until, "samples": samples,
        "data_hash": data_hash(store, fold, (*fold.train_seasons, fold.validation_season)),
        "code_hash": code_hash(), "settings": network_settings(preset), "torch": torch.__version__,
        "encoder": windows.encoder, "shape": asdict(shape_for(windows, preset)),
        "standardizer": standardizer.to_json(),
    }  # fmt: skip


def _parameters(record: dict[str, Any]) -> dict[str, object]:
    """The flat part of a card, for trackers."""
    flat = {key: value for key, value in record.items() if isinstance(value, str | int | float)}
    flat.pop("standardizer")
    return {**flat, **record["settings"], "train_seasons": len(record["train_seasons"])}


def _finish(folder: Path, trained: Trained, record: dict[str, Any]) -> Checkpoint:
    """Save the finished network with its card, verified; what was under way is no longer needed."""
    progress = trained.progress
    card = record | {
        "step": progress.best_epoch, "best_epoch": progress.best_epoch, "validation_nll": progress.best_nll,
        "marcel_nll": progress.prior_nll, "history": progress.history,
    }  # fmt: skip
    save_checkpoint(folder / "finished", trained.model.state_dict(), {}, card)
    saved = load_checkpoint(folder / "finished")
    if saved is None:
        raise UntrainedFoldError(f"{folder / 'finished'} vanished while it was written; train the fold again")
    shutil.rmtree(folder / "progress", ignore_errors=True)
    return saved


def _card(finished: Checkpoint, *, skipped: bool, url: str | None) -> FoldCard:
    card = finished.card
    names = ("player_type", "season", "validation_season", "trained_until", "inputs", "samples", "best_epoch",
             "validation_nll", "marcel_nll", "history")  # fmt: skip
    return FoldCard(**{name: card[name] for name in names}, folder=finished.folder, skipped=skipped, url=url)
