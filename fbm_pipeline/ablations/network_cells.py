"""One cell of a network: trained, or resumed, on a fold, then applied to the test season.

Not here: how a fold is trained and read (network), which networks have names (registry).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from fbm_pipeline.ablations.kept import Summary
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.network.fold_training import fold_folder, run_fold
from fbm_pipeline.network.folds import (
    TRAINING,
    data_hash,
    machine_parts,
    plan_fold,
    read_beside,
    training_key,
)
from fbm_pipeline.network.projection import project, projection_key
from fbm_pipeline.nn.checkpoint import load_checkpoint
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.nn.trainer import require_finished
from fbm_pipeline.presets.network import Network
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.tables import Store

CELL = "fbm_pipeline.ablations.network_cells:network_cell"


def network_key(store: Store, settings: Settings, network: Network, player_type: str, season: int) -> str:
    """Hash of the data and the code that a cell reads. Raises ValueError when the fold has too few seasons."""
    fold = plan_fold(store, player_type, season, settings.preset, network)
    return inputs_key(
        fold=fold,
        data=data_hash(store, fold, fold.learnt_from),
        code=code_key(TRAINING, CELL),
        projection=projection_key(store, settings, network, fold),
        **machine_parts(settings),
        **read_beside(store, settings, network, fold, fold.learnt_from),
    )


def network_cell(
    store: Store, settings: Settings, network: Network, player_type: str, season: int, folder: Path, observer: Observer
) -> tuple[pd.DataFrame, Summary]:
    """Projected rates of the test season, long (mlbam_id, statistic, rate), and how the training went.

    A training that was killed goes on from `folder`. A network that is the fold's own, finished and made from the same
    inputs, is not trained again. Raises ValueError as network.fold_training does.
    """
    fold = plan_fold(store, player_type, season, settings.preset, network)
    fold_training = fold_folder(settings, player_type, season)
    finished = load_checkpoint(fold_training / "finished")
    is_fold_network = finished is not None and finished.card["inputs"] == training_key(store, settings, fold, network)
    card = run_fold(
        store, settings, network, player_type, season, fold_training if is_fold_network else folder, observer
    )
    projected = project(store, settings, network, fold, require_finished(card.folder.parent))
    tested = projected.windows.season == season
    summary: Summary = {
        "best_epoch": card.best_epoch,
        "validation_nll": card.validation_nll,
        "marcel_nll": card.marcel_nll,
        "samples": card.samples,
        "epochs_run": len(card.history) - 1,
        "trained_as": "the fold's own network" if is_fold_network else "this cell",
    }
    return _long(player_type, projected.windows.mlbam_id[tested], projected.rates[tested]), summary


def _long(player_type: str, mlbam_id: np.ndarray, rates: np.ndarray) -> pd.DataFrame:
    names = [item.name for item in statistics(player_type)]
    return pd.DataFrame(
        {
            "mlbam_id": np.repeat(mlbam_id, len(names)).astype(np.int32),
            "statistic": names * len(rates),
            "rate": rates.ravel(),
        }
    )
