"""One cell of a network: trained, or resumed, on a fold, then applied to the test season.

Not here: how a fold is trained and read (network), which networks have names (registry).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from fbm_pipeline.ablations.kept import Summary
from fbm_pipeline.baseball.statistics import statistics
from fbm_pipeline.network.fold_training import fold_folder, network_inputs, run_fold
from fbm_pipeline.network.projection import project, projection_inputs
from fbm_pipeline.nn.checkpoint import load_checkpoint
from fbm_pipeline.nn.observer import Observer
from fbm_pipeline.nn.trainer import require_finished
from fbm_pipeline.presets.network import Network
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.making import partition_key, training_key
from fbm_pipeline.store.tables import Store

CELL = "fbm_pipeline.ablations.network_cells:network_cell"


def network_key(store: Store, settings: Settings, network: Network, player_type: str, season: int) -> str:
    """Hash of all that a cell depends on: the keys of the fold's training and of its projections, as the assets have
    them, and the cell's own code. Raises ValueError when the fold has too few seasons."""
    return inputs_key(
        training=training_key(network_inputs(store, settings, network, player_type, season)),
        projection=partition_key(projection_inputs(store, settings, network, player_type, season, None)),
        code=code_key(CELL),
    )


def network_cell(
    store: Store, settings: Settings, network: Network, player_type: str, season: int, folder: Path, observer: Observer
) -> tuple[pd.DataFrame, Summary]:
    """Projected rates of the test season, long (mlbam_id, statistic, rate), and how the training went.

    A training that was killed goes on from `folder`. A network that is the fold's own, finished and made from the same
    inputs, is not trained again. Raises ValueError as network.fold_training does.
    """
    fold_training = fold_folder(settings, player_type, season)
    finished = load_checkpoint(fold_training / "finished")
    key = training_key(network_inputs(store, settings, network, player_type, season))
    is_fold_network = finished is not None and finished.card["inputs"] == key
    card = run_fold(
        store, settings, network, player_type, season, fold_training if is_fold_network else folder, observer
    )
    finished = require_finished(card.folder.parent)
    projected = project(projection_inputs(store, settings, network, player_type, season, finished))
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
