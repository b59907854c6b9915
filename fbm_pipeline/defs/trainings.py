"""Dagster assets of declared trainings: dependencies, code version and the run in MLflow follow from the declaration.

The partition of what is trained is its cutoff, the last season that it may see, or its fold, the first that it may not.
A run is found again by a key that names all that the training depends on, so that a resumed one has one history.
Not here: which trainings there are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version
from fbm_pipeline.defs.declared_assets import dependencies, group_of, training_key_of
from fbm_pipeline.defs.metadata import Metadata
from fbm_pipeline.defs.partitions import ONE_RUN, SEASON, seasons_of
from fbm_pipeline.defs.recording import record_season, seasons_recorded
from fbm_pipeline.defs.table_assets import OWNERS
from fbm_pipeline.defs.workplace import Workplace
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.code import code_key
from fbm_pipeline.store.contents import inputs_key
from fbm_pipeline.store.declarations import Training, resolve
from fbm_pipeline.store.inputs import Inputs
from fbm_pipeline.store.making import training_key
from fbm_pipeline.store.tables import Store
from fbm_pipeline.store.windows import season_of

if TYPE_CHECKING:
    from fbm_pipeline.tracking.mlflow_observer import MlflowObserver

Train = Callable[[Store, Settings, int], tuple[dg.DataVersion, Metadata]]  # of one cutoff or fold

TRAINER_POOL = "trainer"  # one training at a time: two on the same cores are slower than one after the other
# A killed training resumes from its checkpoint; one that fails twice needs a person.
ONCE_MORE = dg.RetryPolicy(max_retries=1)


def training_asset(training: Training, train: Train, player_type: str = "") -> dg.AssetsDefinition:
    """The asset of a training, of a player type where it has one, with a partition for each cutoff or fold."""

    @dg.asset(
        key=training_key_of(training, player_type),
        group_name=group_of(training),
        owners=OWNERS,
        kinds={"pytorch", "mlflow"},
        description=training.description,
        code_version=code_version(training.functions),
        partitions_def=SEASON,
        backfill_policy=ONE_RUN,
        deps=dependencies(training, player_type),
        automation_condition=WHEN_INPUTS_CHANGE,
        pool=TRAINER_POOL,
        retry_policy=ONCE_MORE,
    )
    def train_seasons(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:
        store, settings = workplace.store, workplace.settings
        possible = set(resolve(training.seasons)(store, settings))
        for season in seasons_of(context):
            if season in possible:
                record_season(context, season, *train(store, settings, season))
        return seasons_recorded()

    return train_seasons


@contextmanager
def tracked(settings: Settings, inputs: Inputs, kind: str, name: str) -> Iterator["MlflowObserver"]:
    """The MLflow run of one training; `name` is that of its kind, arm or player type, and begins the run's."""
    from fbm_pipeline.tracking.mlflow_observer import open_run

    season = str(season_of(inputs.partition))
    tags = {
        "fbm.data_hash": inputs_key(reads=inputs.contents()),
        "fbm.code_hash": code_key(*inputs.table.functions),
        "fbm.season": season,
        **{f"fbm.{name}": str(value) for name, value in inputs.partition.items() if name == "player_type"},
    }
    key = f"{name}-{settings.preset.name}-{season}-{training_key(inputs)[:12]}"
    with open_run(settings, kind=kind, run_key=key, tags=tags) as observer:
        yield observer


def run_address(url: str | None) -> Metadata:
    """Where a person finds the run in MLflow."""
    return {"MLflow run": dg.MetadataValue.url(url) if url else "the tracker did not answer"}
