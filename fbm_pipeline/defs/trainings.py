"""Dagster assets of declared trainings: dependencies, code version and the run in MLflow follow from the declaration.

The partition of what is trained is its cutoff, the last season that it may see. A run is found again by a key that
names all that the training depends on, so that a resumed one has one history. Not here: which trainings there are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from fbm_pipeline.defs.automation import WHEN_INPUTS_CHANGE
from fbm_pipeline.defs.code_versions import code_version
from fbm_pipeline.defs.declared_assets import dependencies, group_of
from fbm_pipeline.defs.metadata import Metadata
from fbm_pipeline.defs.network import ONCE_MORE, TRAINER_POOL
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

if TYPE_CHECKING:
    from fbm_pipeline.tracking.mlflow_observer import MlflowObserver

Train = Callable[[Store, Settings, int], tuple[dg.DataVersion, Metadata]]  # of one cutoff


def training_asset(training: Training, train: Train) -> dg.AssetsDefinition:
    """The asset of a training, one partition a cutoff. A killed one goes on from its checkpoint when it is retried."""

    @dg.asset(
        key=training.name.split("."),
        group_name=group_of(training),
        owners=OWNERS,
        kinds={"pytorch", "mlflow"},
        description=training.description,
        code_version=code_version(training.functions),
        partitions_def=SEASON,
        backfill_policy=ONE_RUN,
        deps=dependencies(training),
        automation_condition=WHEN_INPUTS_CHANGE,
        pool=TRAINER_POOL,
        retry_policy=ONCE_MORE,
    )
    def train_cutoffs(context: dg.AssetExecutionContext, workplace: Workplace) -> dg.MaterializeResult:
        store, settings = workplace.store, workplace.settings
        possible = set(resolve(training.seasons)(store, settings))
        for cutoff in seasons_of(context):
            if cutoff in possible:
                record_season(context, cutoff, *train(store, settings, cutoff))
        return seasons_recorded()

    return train_cutoffs


@contextmanager
def tracked(settings: Settings, inputs: Inputs, kind: str, name: str) -> Iterator["MlflowObserver"]:
    """The MLflow run of one training; `name` is that of its kind or arm, and begins the run's."""
    from fbm_pipeline.tracking.mlflow_observer import open_run

    cutoff = str(inputs.partition["cutoff"])
    tags = {
        "fbm.data_hash": inputs_key(reads=inputs.contents()),
        "fbm.code_hash": code_key(*inputs.table.functions),
        "fbm.season": cutoff,
    }
    key = f"{name}-{settings.preset.name}-{cutoff}-{training_key(inputs)[:12]}"
    with open_run(settings, kind=kind, run_key=key, tags=tags) as observer:
        yield observer
