"""Assets of Levels 2 and 3: a network and its predictions for every test season.

Trainings are tracked by MLflow under a key that names their inputs, so that a resumed one has one history.
"""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.baseball.statistics import PLAYER_TYPES
from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version
from fbm_pipeline.defs.metadata import Metadata, markdown_table
from fbm_pipeline.defs.partitions import BEFORE, ONE_RUN, SEASON, UP_TO, seasons_of
from fbm_pipeline.defs.recording import record_season, seasons_recorded
from fbm_pipeline.defs.table_assets import OWNERS, dependency, season_table
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.marcel.rates import projectable_seasons
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.tables import Store, Written

if TYPE_CHECKING:
    from fbm_pipeline.network.fold_training import FoldCard

_FOLD_CODE = ("network", "nn", "level1.embeddings", "identity.encoding")
TRAINER_POOL = "trainer"  # one training at a time: two on the same cores are slower than one after the other
# A killed training resumes from its checkpoint; one that fails twice needs a person.
ONCE_MORE = dg.RetryPolicy(max_retries=1)


def fold_seasons(store: Store, settings: Settings) -> Collection[int]:
    """The preset's test seasons and its projection season, where a prior exists."""
    wanted = {*settings.preset.network_seasons, settings.preset.projection_season}
    return wanted & set(projectable_seasons(store, settings))


def _network(player_type: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=[player_type, "network"],
        group_name="network",
        owners=OWNERS,
        kinds={"pytorch", "mlflow"},
        description="Levels 2 and 3: the network of one test season, trained on seasons before it.",
        code_version=code_version(_FOLD_CODE),
        partitions_def=SEASON,
        backfill_policy=ONE_RUN,
        automation_condition=WHEN_INPUTS_CHANGE,
        pool=TRAINER_POOL,
        retry_policy=ONCE_MORE,
        deps=[
            dependency("models/pa_embeddings", BEFORE),
            dependency("core/season_lines", BEFORE),
            dependency("core/player_games", BEFORE),
            dependency(f"{player_type}/archetypes", BEFORE),
            dependency(f"{player_type}/marcel_rates", BEFORE),
            dependency(f"{player_type}/stat_profiles", BEFORE),
        ],
    )
    def network(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:
        store, settings = workplace.store, workplace.settings
        wanted = seasons_of(context)
        possible = set(fold_seasons(store, settings))
        for season in wanted:
            if season in possible:
                card, address = _train(store, settings, player_type, season)
                record_season(context, season, _weights_version(card.folder), _network_metadata(card, address))
        context.log.info(f"{player_type}: no fold for seasons {[s for s in wanted if s not in possible]}")
        return seasons_recorded()

    return network


def _train(store: Store, settings: Settings, player_type: str, season: int) -> tuple["FoldCard", str | None]:
    from fbm_pipeline.network.fold_training import fold_folder, run_fold
    from fbm_pipeline.network.folds import TRAINING, data_hash, plan_fold, training_key
    from fbm_pipeline.store.code import code_key
    from fbm_pipeline.tracking.mlflow_observer import open_run

    network = settings.preset.network
    fold = plan_fold(store, player_type, season, settings.preset, network)
    key = training_key(store, settings, fold, network)[:12]
    tags = {
        "fbm.player_type": player_type,
        "fbm.season": str(season),
        "fbm.data_hash": data_hash(store, fold, fold.learnt_from),
        "fbm.code_hash": code_key(TRAINING),
    }
    name = f"{player_type}-{settings.preset.name}-{season}-{key}"
    folder = fold_folder(settings, player_type, season)
    with open_run(settings, kind="network", run_key=name, tags=tags) as observer:
        card = run_fold(store, settings, network, player_type, season, folder, observer)
    return card, observer.url


def _weights_version(folder: Path) -> dg.DataVersion:
    from fbm_pipeline.nn.checkpoint import WEIGHTS

    return dg.DataVersion(hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest())


def _network_metadata(card: "FoldCard", address: str | None) -> Metadata:
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
        **run_address(address),
    }


def run_address(url: str | None) -> Metadata:
    """Where a person finds the run in MLflow."""
    return {"MLflow run": dg.MetadataValue.url(url) if url else "the tracker did not answer"}


def _predictions(player_type: str) -> dg.AssetsDefinition:
    def build(store: Store, settings: Settings, season: int) -> Written:
        from fbm_pipeline.network.projection import predict_fold

        return predict_fold(store, settings, player_type, season)

    return season_table(
        f"{player_type}/predictions",
        "models.predictions",
        build,
        group="network",
        code=_FOLD_CODE,
        seasons=fold_seasons,
        kinds=("pytorch", "deltalake"),
        description="What Marcel and the network say of the validation and the test season of a fold.",
        deps=[
            dependency(f"{player_type}/network"),
            dependency("models/pa_embeddings", BEFORE),
            dependency(f"{player_type}/marcel_rates", UP_TO),
            dependency(f"{player_type}/stat_profiles", UP_TO),
            dependency(f"{player_type}/archetypes", UP_TO),
        ],
    )


ASSETS = [*(make(player_type) for player_type in PLAYER_TYPES for make in (_network, _predictions))]
