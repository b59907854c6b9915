"""One fold of Levels 2 and 3 trained once: from stored tables to a finished checkpoint.

The asset of a test season and an ablation's cell are both this. Not here: the steps of training (training), which
seasons are whose (folds), what a finished network says (projection).
"""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fbm_pipeline.identity.encoding import Standardizer
from fbm_pipeline.level1.encoder import load_encoder
from fbm_pipeline.network.folds import (
    TRAINING,
    Fold,
    data_hash,
    machine_parts,
    plan_fold,
    training_key,
)
from fbm_pipeline.network.hierarchy import shape_for
from fbm_pipeline.network.inputs import changed_windows
from fbm_pipeline.network.minors import of_the_majors, with_mle
from fbm_pipeline.network.plate_appearances import load_source
from fbm_pipeline.network.priors import Priors, load_priors
from fbm_pipeline.network.training import Machine, Samples, Trained, train
from fbm_pipeline.network.windows import Windows, load_windows, stored_history
from fbm_pipeline.nn.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.presets.network import Network
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.tables import Store

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


def fold_folder(settings: Settings, player_type: str, season: int) -> Path:
    """Where the network of a fold is kept."""
    return settings.checkpoints / player_type / str(season)


def run_fold(
    store: Store, settings: Settings, network: Network, player_type: str, season: int, folder: Path, observer: Observer
) -> FoldCard:
    """Train a network for one test season under `folder`, or return it when nothing it depends on has changed.

    A training that was killed goes on. Raises MissingJoinError where tables do not fit together, ValueError when too
    few seasons exist or the encoder has seen the validation season.
    """
    fold = plan_fold(store, player_type, season, settings.preset, network)
    inputs = training_key(store, settings, fold, network)
    finished = load_checkpoint(folder / "finished")
    if finished is not None and finished.card["inputs"] == inputs:
        return _card(finished, skipped=True, url=observer.url)
    result, record = trained(store, settings, network, fold, folder / "progress", inputs, observer)
    hashes = {"data_hash": data_hash(store, fold, fold.learnt_from), "code_hash": code_key(TRAINING)}
    saved = _finish(folder, result, record | hashes)
    observer.log_artifact(saved.folder)
    return _card(saved, skipped=False, url=observer.url)


def trained(
    store: Store, settings: Settings, network: Network, fold: Fold, folder: Path, inputs: str, observer: Observer
) -> tuple[Trained, dict[str, Any]]:
    """The network of a fold, and what it was trained on for its card."""
    windows, priors = load_fold(store, settings, network, fold, fold.learnt_from)
    require_encoder_before(settings, windows.encoder, fold.validation_season)
    rows = training_rows(windows, fold, network)
    standardizer = Standardizer.fit(windows.profile[rows], windows.profile_names)
    windows = changed_windows(standardized(windows, standardizer), network, priors)
    validation = np.flatnonzero(windows.season == fold.validation_season)
    shape = shape_for(windows, network, settings.preset.archetypes)
    record = {
        "inputs": inputs,
        **asdict(fold),
        "trained_until": fold.trained_until,
        "samples": len(rows),
        "settings": network.as_plain(),
        **machine_parts(settings),
        "torch": torch.__version__,
        "encoder": windows.encoder,
        "shape": asdict(shape),
        "standardizer": standardizer.to_json(),
    }
    observer.log_params(_parameters(record))
    logger.info(
        "%s %d: %d samples of %d-%d, stopped on %d of %d",
        fold.player_type,
        fold.season,
        len(rows),
        min(fold.train_seasons),
        fold.trained_until,
        len(validation),
        fold.validation_season,
    )
    encoder = load_encoder(settings, fold.cutoff, network.encoder)[0] if network.trains_level1 else None
    samples = Samples(windows, rows, validation)
    machine = Machine(settings.preset.threads, settings.device)
    return train(shape, samples, network, machine, folder, inputs, observer, encoder), record


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


def training_rows(windows: Windows, fold: Fold, network: Network) -> np.ndarray:
    """The samples that are trained on: of the training seasons, with enough opportunities to tell anything."""
    enough = windows.targets.opportunities >= network.min_opportunities
    rows = np.flatnonzero(np.isin(windows.season, fold.train_seasons) & enough)
    if not len(rows):
        raise ValueError(
            f"{fold.player_type} fold {fold.season}: no player of {fold.train_seasons} has "
            f"{network.min_opportunities} opportunities; lower min_opportunities or add seasons"
        )
    return rows


def load_fold(
    store: Store, settings: Settings, network: Network, fold: Fold, seasons: Sequence[int]
) -> tuple[Windows, Priors]:
    """Windows, not yet standardized, and priors, with what the network knows of the minors."""
    source = load_source(store, settings, network, fold.cutoff, stored_history(store, seasons))
    windows = load_windows(store, fold.player_type, seasons, network, source)
    priors = load_priors(store, fold.player_type, seasons)
    if network.identity == "majors":
        windows = of_the_majors(store, windows)
    return windows, with_mle(store, priors) if network.prior == "mle" else priors


def standardized(windows: Windows, standardizer: Standardizer) -> Windows:
    """The windows with their profile as the network reads it."""
    return replace(windows, profile=standardizer.transform(windows.profile, windows.profile_names))


def _parameters(record: dict[str, Any]) -> dict[str, object]:
    """The flat part of a card, for trackers."""
    flat = {key: value for key, value in record.items() if isinstance(value, str | int | float)}
    flat.pop("standardizer")
    return {**flat, **record["settings"], "train_seasons": len(record["train_seasons"])}


def _finish(folder: Path, result: Trained, record: dict[str, Any]) -> Checkpoint:
    """Save the finished network with its card, verified; what was under way is no longer needed."""
    progress = result.progress
    card = record | {
        "step": progress.best_epoch,
        "best_epoch": progress.best_epoch,
        "validation_nll": progress.best_nll,
        "marcel_nll": progress.prior_nll,
        "history": progress.history,
        "finished": True,
    }
    save_checkpoint(folder / "finished", result.model.state_dict(), {}, card)
    saved = load_checkpoint(folder / "finished")
    if saved is None:
        raise FileNotFoundError(f"{folder / 'finished'} vanished while it was written; train the fold again")
    shutil.rmtree(folder / "progress", ignore_errors=True)
    return saved


def _card(finished: Checkpoint, *, skipped: bool, url: str | None) -> FoldCard:
    card = finished.card
    names = (
        "player_type",
        "season",
        "validation_season",
        "trained_until",
        "inputs",
        "samples",
        "best_epoch",
        "validation_nll",
        "marcel_nll",
        "history",
    )
    return FoldCard(**{name: card[name] for name in names}, folder=finished.folder, skipped=skipped, url=url)
