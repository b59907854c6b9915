"""Assets of Levels 2 and 3: a network and its predictions for every test season."""

from functools import partial
from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.declared_assets import declared_assets
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.trainings import run_address, tracked, training_asset
from fbm_pipeline.network.tables import NETWORK, PREDICTIONS
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store

if TYPE_CHECKING:
    from fbm_pipeline.network.fold_training import FoldCard


def _train(player_type: str, store: Store, settings: Settings, season: int) -> tuple[dg.DataVersion, Metadata]:
    from fbm_pipeline.network.fold_training import fold_folder, network_inputs, run_fold
    from fbm_pipeline.nn.checkpoint import WEIGHTS
    from fbm_pipeline.nn.trainer import require_finished

    network, folder = settings.preset.network, fold_folder(settings, player_type, season)
    inputs = network_inputs(store, settings, network, player_type, season)
    with tracked(settings, inputs, "network", player_type) as observer:
        card = run_fold(store, settings, network, player_type, season, folder, observer)
        url = observer.url
    weights = require_finished(card.folder.parent).card["files"][WEIGHTS]["sha256"]
    return dg.DataVersion(weights), _described(card, url)


def _described(card: "FoldCard", url: str | None) -> Metadata:
    header = sorted({name for epoch in card.history for name in epoch})
    return {
        "written": "skipped" if card.skipped else "trained",
        "trained until": card.trained_until,
        "stopped on": card.validation_season,
        "samples": card.samples,
        "best epoch": card.best_epoch,
        "validation nats a player": card.validation_nll,
        "of Marcel": card.marcel_nll,
        "history": markdown_table(header, [[epoch.get(name, "") for name in header] for epoch in card.history]),
        "checkpoint": dg.MetadataValue.path(str(card.folder)),
        **run_address(url),
    }


ASSETS = [
    *(training_asset(NETWORK, partial(_train, player_type), player_type) for player_type in PLAYER_TYPES),
    *declared_assets(PREDICTIONS, kinds=("pytorch", "deltalake")),
]
