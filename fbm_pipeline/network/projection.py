"""What the finished network of a fold says of the validation and the test season, and the table of it.

Not here: its training (fold_training), blending and scoring (evaluation).
"""

from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.identity.encoding import Standardizer
from fbm_pipeline.network.configuration import Network
from fbm_pipeline.network.fold_training import fold_folder, load_fold, standardized
from fbm_pipeline.network.folds import (
    PROJECTION,
    ROWS,
    Fold,
    plan_fold,
    read_beside,
    training_key,
    window_hash,
)
from fbm_pipeline.network.hierarchy import Hierarchy, HierarchyShape, shape_for
from fbm_pipeline.network.inputs import base_rates, changed_windows
from fbm_pipeline.network.judging import Read, read
from fbm_pipeline.network.predictions import all_statistics, prediction_table
from fbm_pipeline.network.priors import PRIOR_SYSTEM, SYSTEMS, Priors
from fbm_pipeline.network.windows import Windows
from fbm_pipeline.nn.checkpoint import Checkpoint, load_checkpoint, restore_weights
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.tables import Store, Written, inputs_key


@dataclass(frozen=True)
class Projected:
    """What a network says of some samples, with what it read of them. `rates` (samples, statistics) float64."""

    windows: Windows
    priors: Priors
    read: Read
    rates: np.ndarray


class UntrainedFoldError(ValueError):
    """A fold is asked for projections before it was trained, or its network reads other inputs than are stored."""


def predict_fold(store: Store, settings: Settings, player_type: str, season: int) -> Written:
    """Write models.predictions of one fold: the validation and the test season, three systems, every statistic.

    Every player with a preseason Marcel rate gets rows. Raises UntrainedFoldError without a finished checkpoint of the
    stored inputs.
    """
    network = settings.preset.network
    fold = plan_fold(store, player_type, season, settings.preset, network)
    finished = load_checkpoint(fold_folder(settings, player_type, season) / "finished")
    if finished is None or finished.card["inputs"] != training_key(store, settings, fold, network):
        state = "never trained" if finished is None else "trained on other inputs than are stored now"
        raise UntrainedFoldError(f"{player_type} fold {season} was {state}; materialize its training first")
    partition: dict[str, int | str] = {"player_type": player_type, "fold": season}
    key = inputs_key(weights=finished.card["files"], projection=projection_key(store, settings, network, fold),
                     standardizer=finished.card["standardizer"], code=code_key(ROWS))  # fmt: skip
    return store.build("models.predictions", partition, key, lambda: fold_predictions(store, settings, fold, finished))


def projection_key(store: Store, settings: Settings, network: Network, fold: Fold) -> str:
    """Identifies what a fold's projections depend on beside the trained network."""
    seasons = [fold.validation_season, fold.season]
    beside = read_beside(store, settings, network, fold, seasons)
    return inputs_key(data=window_hash(store, fold, seasons), code=code_key(PROJECTION), **beside)


def fold_predictions(store: Store, settings: Settings, fold: Fold, finished: Checkpoint) -> pa.Table:
    """The rows of models.predictions of one fold."""
    projected = project(store, settings, settings.preset.network, fold, finished)
    priors = projected.priors
    rates = {name: priors.rates[:, index] for index, name in enumerate(SYSTEMS)} | {"contextual": projected.rates}
    heads = [item.head for item in statistics(fold.player_type)]
    learnt = np.full(projected.rates.shape, np.nan)
    learnt[:, heads] = projected.read.concentration
    concentrations = {name: np.where(heads, priors.weights[:, i], np.nan) for i, name in enumerate(SYSTEMS)}
    concentrations["contextual"] = learnt
    # Nothing in Marcel was fitted after tune_until; its rates are history up to the as-of date.
    until = {name: settings.preset.tune_until for name in SYSTEMS} | {"contextual": fold.trained_until}
    return pa.concat_tables(
        prediction_table(fold, priors, system, rates[system], concentrations[system], until[system]) for system in rates
    )


def project(store: Store, settings: Settings, network: Network, fold: Fold, finished: Checkpoint) -> Projected:
    """What a finished network says of every player of the validation and the test season.

    The two are read together: batches of other players would move the last bits. Raises UntrainedFoldError as
    load_network does.
    """
    seasons = sorted({fold.validation_season, fold.season})
    windows, priors = load_fold(store, settings, network, fold, seasons)
    model = load_network(finished, windows, settings, network)
    windows = standardized(windows, Standardizer.from_json(finished.card["standardizer"]))
    windows = changed_windows(windows, network, priors)
    with reproducible(settings.preset.threads, network.seed, settings.device):
        result = read(model, windows, np.arange(len(windows)), network.batch, settings.device)
    league = priors.league[:, SYSTEMS.index(PRIOR_SYSTEM)]
    rates = all_statistics(fold.player_type, result.rate, base_rates(priors, network.prior), league)
    return Projected(windows, priors, result, rates)


def load_network(finished: Checkpoint, windows: Windows, settings: Settings, network: Network) -> Hierarchy:
    """The network of a finished checkpoint, on the settings' device, ready to read `windows`.

    Raises UntrainedFoldError when the windows differ from what it was trained to read: names, sizes or encoder.
    """
    shape = HierarchyShape.from_json(finished.card["shape"])
    stored = {**asdict(shape_for(windows, network, settings.preset.archetypes)), "encoder": windows.encoder}
    expected = {**asdict(shape), "encoder": finished.card["encoder"]}
    differing = [f"{k}: trained {expected[k]!r}, stored {stored[k]!r}" for k in stored if stored[k] != expected[k]]
    if differing:
        raise UntrainedFoldError(f"{finished.folder} reads other inputs: {'; '.join(differing)}. Train the fold again.")
    model = Hierarchy(shape)
    restore_weights(model, finished)
    return model.to(settings.device).eval()
