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
from fbm_pipeline.level1.encoder import encoder_of
from fbm_pipeline.level1.tables import ENCODER
from fbm_pipeline.network.folds import Fold, fold_of
from fbm_pipeline.network.hierarchy import shape_for
from fbm_pipeline.network.inputs import changed_windows
from fbm_pipeline.network.minors import of_the_majors, with_mle
from fbm_pipeline.network.plate_appearances import load_source
from fbm_pipeline.network.priors import Priors, load_priors
from fbm_pipeline.network.tables import training_of
from fbm_pipeline.network.training import Machine, Samples, TrainedHierarchy, train
from fbm_pipeline.network.windows import Windows, load_windows, stored_history
from fbm_pipeline.nn.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.presets.network import Network, trains_level1
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.declarations import Trained
from fbm_pipeline.store.held_tables import Partition
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import open_inputs, training_key
from fbm_pipeline.store.tables import Store

logger = logging.getLogger("fbm_pipeline.training")


class UntrainedFoldError(ValueError):
    """A fold is asked for projections before it was trained, or its network reads other inputs than are stored."""


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
    few seasons exist or the encoder has seen the validation season, EncoderError when there is none.
    """
    inputs = network_inputs(store, settings, network, player_type, season)
    key = training_key(inputs)
    finished = load_checkpoint(folder / "finished")
    if finished is not None and finished.card["inputs"] == key:
        return _card(finished, skipped=True, url=observer.url)
    result, record = trained(inputs, folder / "progress", key, observer)
    hashes = {"data_hash": inputs_key(reads=inputs.contents()), "code_hash": code_key(*inputs.table.functions)}
    saved = _finish(folder, result, record | hashes)
    observer.log_artifact(saved.folder)
    return _card(saved, skipped=False, url=observer.url)


def network_inputs(store: Store, settings: Settings, network: Network, player_type: str, season: int) -> Inputs:
    """What the training of a fold's network is shown; its key follows. Raises ValueError for too few seasons."""
    partition: dict[str, int | str] = {"player_type": player_type, "fold": season}
    return open_inputs(store, training_of(network), partition, with_network(settings, network))


def with_network(settings: Settings, network: Network) -> Settings:
    """The settings with another network in the preset's place."""
    return replace(settings, preset=replace(settings.preset, network=network))


def current_network(store: Store, settings: Settings, partition: Partition) -> Trained:
    """The finished network of a fold, for its projections. Raises UntrainedFoldError where it is not of the inputs."""
    player_type, season = str(partition["player_type"]), int(partition["fold"])
    finished = load_checkpoint(fold_folder(settings, player_type, season) / "finished")
    inputs = network_inputs(store, settings, settings.preset.network, player_type, season)
    if finished is None or finished.card["inputs"] != training_key(inputs):
        state = "never trained" if finished is None else "trained on other inputs than are stored now"
        raise UntrainedFoldError(f"{player_type} fold {season} was {state}; materialize its training first")
    return trained_network(finished)


def trained_network(finished: Checkpoint) -> Trained:
    """A finished network, as its projections are made with it: weights, and the scales of what it reads."""
    weights = inputs_key(files=finished.card["files"], standardizer=finished.card["standardizer"])
    return Trained(weights, finished)


def trained(inputs: Inputs, folder: Path, key: str, observer: Observer) -> tuple[TrainedHierarchy, dict[str, Any]]:
    """The network of a fold, and what it was trained on for its card."""
    fold, settings = fold_of(inputs), inputs.settings
    network: Network = settings.network
    level1 = inputs.trained(ENCODER.name).checkpoint
    windows, priors = load_fold(inputs, fold.learnt_from)
    require_encoder_before(level1, windows.encoder, fold.validation_season)
    rows = training_rows(windows, fold, network)
    standardizer = Standardizer.fit(windows.profile[rows], windows.profile_names)
    windows = changed_windows(standardized(windows, standardizer), network, priors)
    validation = np.flatnonzero(windows.season == fold.validation_season)
    shape = shape_for(windows, network, settings.archetypes)
    record = {
        "inputs": key,
        **asdict(fold),
        "trained_until": fold.trained_until,
        "samples": len(rows),
        "settings": network.as_plain(),
        **{name: getattr(settings, name) for name in ("archetypes", "threads", "device")},
        "torch": torch.__version__,
        "encoder": windows.encoder,
        "shape": asdict(shape),
        "standardizer": standardizer.to_json(),
    }
    observer.log_params(_parameters(record))
    _log_samples(fold, len(rows), len(validation))
    encoder = encoder_of(level1)[0] if trains_level1(network) else None
    samples = Samples(windows, rows, validation)
    machine = Machine(settings.threads, settings.device)
    return train(shape, samples, network, machine, folder, key, observer, encoder), record


def _log_samples(fold: Fold, samples: int, validation: int) -> None:
    logger.info(
        "%s %d: %d samples of %d-%d, stopped on %d of %d",
        fold.player_type,
        fold.season,
        samples,
        min(fold.train_seasons),
        fold.trained_until,
        validation,
        fold.validation_season,
    )


def require_encoder_before(encoder: Checkpoint, embedded_by: str, season: int) -> None:
    """Raise ValueError unless the embeddings are of the cutoff's encoder, and it saw nothing of `season` or later."""
    if encoder.card["hash"] != embedded_by:
        raise ValueError(
            f"models.pa_embeddings name encoder {embedded_by!r}, the one in use is {encoder.card['hash']!r}; embed all "
            "seasons again"
        )
    if encoder.card["cutoff"] >= season:
        raise ValueError(
            f"encoder {embedded_by} has seen {encoder.card['cutoff']}, expected a season before {season}, which this "
            "fold is stopped on; give the preset an encoder of an earlier cutoff"
        )


def training_rows(windows: Windows, fold: Fold, network: Network) -> np.ndarray:
    """The samples that are trained on: of the training seasons, with enough opportunities to learn from."""
    enough = windows.targets.opportunities >= network.min_opportunities
    rows = np.flatnonzero(np.isin(windows.season, fold.train_seasons) & enough)
    if not len(rows):
        raise ValueError(
            f"{fold.player_type} fold {fold.season}: no player of {fold.train_seasons} has "
            f"{network.min_opportunities} opportunities; lower min_opportunities or add seasons"
        )
    return rows


def load_fold(inputs: Inputs, seasons: Sequence[int], *, outcomes: bool = True) -> tuple[Windows, Priors]:
    """Windows, not yet standardized, and priors, with what the network knows of the minors."""
    network, player_type = inputs.settings.network, str(inputs.partition["player_type"])
    source = load_source(inputs, stored_history(inputs, seasons))
    windows = load_windows(inputs, player_type, seasons, network, source, outcomes=outcomes)
    priors = load_priors(inputs, player_type, seasons)
    if network.identity == "majors":
        windows = of_the_majors(inputs, windows)
    return windows, with_mle(inputs, priors) if network.prior == "mle" else priors


def standardized(windows: Windows, standardizer: Standardizer) -> Windows:
    """The windows with their profile as the network reads it."""
    return replace(windows, profile=standardizer.transform(windows.profile, windows.profile_names))


def _parameters(record: dict[str, Any]) -> dict[str, object]:
    """The flat part of a card, for trackers."""
    flat = {key: value for key, value in record.items() if isinstance(value, str | int | float)}
    flat.pop("standardizer")
    return {**flat, **record["settings"], "train_seasons": len(record["train_seasons"])}


def _finish(folder: Path, result: TrainedHierarchy, record: dict[str, Any]) -> Checkpoint:
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
