"""Where runs are tracked: a quiet client of the settings' own MLflow store, its one experiment, a run's address.

MLflow is imported on first use: it takes more than a second, and most steps never track anything.
"""

import logging
import os
from functools import cache
from typing import TYPE_CHECKING

from fbm_pipeline.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "fbm_pipeline"


def connect(settings: Settings) -> "MlflowClient":
    """A quiet client of the settings' own tracking store: the default one depends on the working directory."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    settings.home.mkdir(parents=True, exist_ok=True)
    return _client(settings.mlflow_uri)


@cache
def _client(uri: str) -> "MlflowClient":
    """One client for all runs of a process: each would open the database and compare its schema again."""
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=uri)


def experiment_id(client: "MlflowClient", settings: Settings) -> str:
    """The one experiment, made on first use with the settings' own artifact folder."""
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is not None:
        return str(experiment.experiment_id)
    return str(client.create_experiment(EXPERIMENT, artifact_location=settings.mlflow_artifacts.as_uri()))


def run_address(experiment: str, run_id: str) -> str:
    """Where `make dev` shows a run; FBM_MLFLOW_PORT moves it."""
    port = os.environ.get("FBM_MLFLOW_PORT", "5000")
    return f"http://127.0.0.1:{port}/#/experiments/{experiment}/runs/{run_id}"
