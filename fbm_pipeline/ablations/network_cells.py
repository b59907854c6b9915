"""One cell of the network: trained, or resumed, on a fold under a configuration, then applied to the test season.

Not here: the training loop and which seasons are whose (training), what a switch does to the inputs (inputs).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from fbm_pipeline.ablations.configuration import HORIZONS_READ, Configuration, preset_with
from fbm_pipeline.ablations.inputs import base_rates, changed_windows
from fbm_pipeline.ablations.kept import Summary
from fbm_pipeline.ablations.minors_inputs import minors_contents, of_the_majors, with_mle
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.identity.encoding import Standardizer
from fbm_pipeline.level1.embeddings import load_embeddings
from fbm_pipeline.network.derived_statistics import all_statistics
from fbm_pipeline.network.folds import Fold, code_hash, data_hash, plan_fold, training_key, window_hash
from fbm_pipeline.network.hierarchy import Hierarchy, shape_for
from fbm_pipeline.network.judging import read
from fbm_pipeline.network.loop import train
from fbm_pipeline.network.priors import SYSTEMS, Priors, load_priors
from fbm_pipeline.network.projection import load_network, require_encoder_before, training_rows
from fbm_pipeline.network.windows import Windows, load_windows, stored_history
from fbm_pipeline.nn.checkpoint import load_checkpoint
from fbm_pipeline.nn.device import reproducible
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.settings import Preset, Settings
from fbm_pipeline.store.tables import Store, inputs_key

CELL_CODE = "fbm_pipeline.ablations.network_cells:network_cell"


def network_key(store: Store, configuration: Configuration, preset: Preset, player_type: str, season: int) -> str:
    """Hash of the data and the code that a network cell reads. Raises ValueError when the fold has too few seasons."""
    fold = plan_fold(store, player_type, season, preset_with(configuration, preset, preset.seed))
    return inputs_key(
        fold=fold, data=data_hash(store, fold, (*fold.train_seasons, fold.validation_season)),
        test=window_hash(store, fold, [fold.validation_season, season]), code=code_hash(CELL_CODE),
        **minors_contents(store, configuration, player_type, (*fold.train_seasons, fold.validation_season, season)),
    )  # fmt: skip


def network_cell(
    store: Store, settings: Settings, configuration: Configuration, player_type: str, season: int, seed: int,
    key: str, progress: Path, observer: Observer,
) -> tuple[pd.DataFrame, Summary]:  # fmt: skip
    """Projected rates of the test season, long (mlbam_id, statistic, rate), and how the training went.

    A training that was killed goes on from `progress`. The untouched reference is not trained again where the fold's
    own network is finished and was made from the same inputs. Raises ValueError as training.projection does.
    """
    preset = preset_with(configuration, settings.preset, seed)
    fold = plan_fold(store, player_type, season, preset)
    model, standardizer, summary = _finished(store, settings, configuration, fold, preset) or _trained(
        store, settings, configuration, fold, preset, key, progress, observer
    )
    # Read together with the validation season, as the fold's own predictions are: batches of other players would
    # move the last bits.
    seasons = sorted({fold.validation_season, season})
    windows, priors = _seen(store, configuration, fold, seasons, preset)
    windows = _standardized(windows, standardizer)
    windows = changed_windows(windows, configuration, priors, seed)
    with reproducible(preset.threads, preset.seed):
        seen = read(model, windows, np.arange(len(windows)), preset.batch)
    league = priors.league[:, SYSTEMS.index("marcel")]
    rates = all_statistics(player_type, seen.rate, base_rates(priors, configuration.prior), league)
    tested = windows.season == season
    return _long(player_type, windows.mlbam_id[tested], rates[tested]), summary


def _finished(
    store: Store, settings: Settings, configuration: Configuration, fold: Fold, preset: Preset
) -> tuple[Hierarchy, Standardizer, Summary] | None:
    """The fold's own network where it is the reference's to the last setting; None where it has to be trained."""
    switched = (configuration.sequence, configuration.identity, configuration.prior, configuration.horizons)
    if switched != ("games", "both", "marcel", HORIZONS_READ):
        return None
    found = load_checkpoint(settings.checkpoints / fold.player_type / str(fold.season) / "finished")
    if found is None or found.card["inputs"] != training_key(store, fold, preset):
        return None
    windows = _windows(store, fold, [fold.season], preset)
    names = ("best_epoch", "validation_nll", "marcel_nll", "samples")
    summary: Summary = {name: found.card[name] for name in names} | {"epochs_run": len(found.card["history"]) - 1}
    standardizer = Standardizer.from_json(found.card["standardizer"])
    return load_network(found, windows, preset), standardizer, summary | {"trained_as": "the fold's own network"}


def _trained(
    store: Store, settings: Settings, configuration: Configuration, fold: Fold, preset: Preset,
    key: str, progress: Path, observer: Observer,
) -> tuple[Hierarchy, Standardizer, Summary]:  # fmt: skip
    seasons = [*fold.train_seasons, fold.validation_season]
    windows, priors = _seen(store, configuration, fold, seasons, preset)
    require_encoder_before(settings, windows.encoder, fold.validation_season)
    rows = training_rows(windows, fold, preset)
    standardizer = Standardizer.fit(windows.profile[rows], windows.profile_names)
    priors = load_priors(store, fold.player_type, seasons)
    windows = changed_windows(_standardized(windows, standardizer), configuration, priors, preset.seed)
    validation = np.flatnonzero(windows.season == fold.validation_season)
    trained = train(shape_for(windows, preset), windows, rows, validation, preset, progress, key, observer)
    reached = trained.progress
    return trained.model, standardizer, {
        "best_epoch": reached.best_epoch, "validation_nll": reached.best_nll, "marcel_nll": reached.prior_nll,
        "samples": len(rows), "epochs_run": reached.epoch, "trained_as": "this cell",
    }  # fmt: skip


def _seen(
    store: Store, configuration: Configuration, fold: Fold, seasons: Sequence[int], preset: Preset
) -> tuple[Windows, Priors]:
    """Windows, not yet standardized, and priors, with what the configuration lets the network know of the minors."""
    windows, priors = _windows(store, fold, seasons, preset), load_priors(store, fold.player_type, seasons)
    if configuration.identity == "majors":
        windows = of_the_majors(store, windows)
    return windows, with_mle(store, priors) if configuration.prior == "mle" else priors


def _windows(store: Store, fold: Fold, seasons: Sequence[int], preset: Preset) -> Windows:
    embeddings = load_embeddings(store, fold.cutoff, stored_history(store, seasons))
    return load_windows(store, fold.player_type, seasons, preset, embeddings)


def _standardized(windows: Windows, standardizer: Standardizer) -> Windows:
    return replace(windows, profile=standardizer.transform(windows.profile, windows.profile_names))


def _long(player_type: str, mlbam_id: np.ndarray, rates: np.ndarray) -> pd.DataFrame:
    names = [item.name for item in statistics(player_type)]
    return pd.DataFrame(
        {
            "mlbam_id": np.repeat(mlbam_id, len(names)).astype(np.int32),
            "statistic": names * len(rates),
            "rate": rates.ravel(),
        }
    )
