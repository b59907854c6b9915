"""One MLflow run for one training or backtest, found again by its key, so that a resumed training has one history.

Belongs here: the observer that training talks to. Not here: what is worth recording (training decides), Dagster.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fbm_pipeline.settings import Settings
from fbm_pipeline.tracking.mlflow_store import connect, experiment_id, run_address
from fbm_pipeline.tracking.sweep import OWNER_TAG, close_stale_runs, owner

if TYPE_CHECKING:
    from mlflow import MlflowClient

RUN_KEY_TAG = "fbm.run_key"
_PARAM_LIMIT = 6000  # MLflow cuts longer values without a word
_LAST_PAUSES = (0.5, 2.0)  # seconds: another process may hold the tracker's database for a moment
_BATCH = 100  # params or tags in one request; metrics may be 1,000

log = logging.getLogger(__name__)


class MlflowObserver:
    """Training's observer over MLflow. A run exists from the first thing that is recorded.

    Whatever the tracker refuses or cannot take now never reaches the training: it waits in a queue, is sent with
    the next record, and what is left at the end is counted in `unsent` and written to the log.
    """

    def __init__(self, settings: Settings, kind: str, run_key: str, tags: Mapping[str, str]) -> None:
        self._settings = settings
        self._tags = {
            RUN_KEY_TAG: run_key,
            "fbm.kind": kind,
            "fbm.data": settings.data_kind,
            "mlflow.runName": run_key,
            OWNER_TAG: owner(),
            **tags,
        }
        self._run_key = run_key
        self._client: MlflowClient | None = None
        self._run_id: str | None = None
        self._experiment = ""
        self._opened = False
        self._seen: dict[str, set[int]] = {}  # by metric, the steps that the run has
        self._known_metrics: set[str] = set()  # of a run that was found: their steps are asked for when one is sent
        self._known_params: dict[str, str] = {}
        self._queue: deque[tuple[str, Callable[[], None]]] = deque()
        self.problems: list[str] = []

    @property
    def url(self) -> str | None:
        """Where a person can look at the run; None when no run with this key exists or the tracker is away."""
        if self._run_id is None:
            self._guarded("find the run", self._find)
        if self._run_id is None:
            return None
        return run_address(self._experiment, self._run_id)

    @property
    def run_id(self) -> str | None:
        """MLflow's id of the run, once it is known: children name their parent by it."""
        return self._run_id

    @property
    def unsent(self) -> int:
        """Records that the tracker has not taken."""
        return len(self._queue)

    def log_params(self, params: Mapping[str, object]) -> None:
        """Record parameters. A resumed run keeps the values it has; a changed one is reported as a problem."""
        self._enqueue("parameters", lambda: self._send_params(params))

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Record all metrics of a step in one request. A step that the run has already is not sent again."""
        moment = int(time.time() * 1000)
        self._enqueue(f"metrics of step {step}", lambda: self._send_metrics(dict(metrics), step, moment))

    def log_artifact(self, path: Path) -> None:
        """Record a file, or a folder with all it holds."""
        self._enqueue(f"artifact {path.name}", lambda: self._send_artifact(path))

    def finish(self, status: str) -> None:
        """Send what waits and close the run. Without anything recorded there is no run, and nothing to close."""
        if not self._opened and not self._queue:
            return
        self._enqueue("the end of the run", lambda: self._open().set_terminated(self._run(), status))
        for pause in _LAST_PAUSES:
            if self.unsent:
                time.sleep(pause)
                self._flush()
        if self.unsent:
            log.warning(
                "MLflow did not take %d records of %s; the training is not affected. Last problem: %s",
                self.unsent,
                self._run_key,
                self.problems[-1],
            )

    # The queue: order is kept, so that a run never ends before its last epoch is in.

    def _enqueue(self, what: str, send: Callable[[], None]) -> None:
        self._queue.append((what, send))
        self._flush()

    def _flush(self) -> None:
        while self._queue:
            label, waiting = self._queue[0]
            if not self._guarded(label, waiting):
                return
            self._queue.popleft()

    def _guarded(self, what: str, action: Callable[[], Any]) -> bool:
        """Whether the tracker dealt with it. A record refused for what it holds is reported and given up."""
        try:
            action()
        except Exception as error:  # the tracker's failures are of any kind, and none may end a training
            self.problems.append(f"{what}: {error}")
            log.warning("MLflow: %s of %s was not recorded: %s", what, self._run_key, error)
            return getattr(error, "error_code", "") in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST")
        return True

    # The run: found by its key, or made.

    def _find(self) -> str | None:
        client = self._connected()
        self._experiment = experiment_id(client, self._settings)
        key = self._run_key.replace("'", "")
        runs = client.search_runs([self._experiment], f"tags.`{RUN_KEY_TAG}` = '{key}'", max_results=1)
        if runs:
            self._run_id = runs[0].info.run_id
            self._known_params = dict(runs[0].data.params)
            self._known_metrics = set(runs[0].data.metrics)
        return self._run_id

    def _open(self) -> "MlflowClient":
        client = self._connected()
        if self._opened:
            return client
        if self._run_id is None and self._find() is None:
            self._run_id = client.create_run(self._experiment).info.run_id
        client.update_run(self._run(), status="RUNNING")
        preset = {f"preset.{name}": value for name, value in asdict(self._settings.preset).items()}
        self._batch(client, params=self._new_params(preset), tags=self._tags)
        self._opened = True
        close_stale_runs(client, self._experiment)
        return client

    def _connected(self) -> "MlflowClient":
        if self._client is None:
            self._client = connect(self._settings)
        return self._client

    def _run(self) -> str:
        if self._run_id is None:
            raise RuntimeError(f"the MLflow run {self._run_key} has not been opened")
        return self._run_id

    # One request each.

    def _send_params(self, params: Mapping[str, object]) -> None:
        client = self._open()
        self._batch(client, params=self._new_params(params))

    def _new_params(self, params: Mapping[str, object]) -> dict[str, str]:
        texts = {name: str(value)[:_PARAM_LIMIT] for name, value in params.items()}
        changed = [name for name, text in texts.items() if self._known_params.get(name, text) != text]
        if changed:
            self.problems.append(f"parameters changed since the run began and were kept: {changed}")
            log.warning("MLflow: %s keeps its first values of %s", self._run_key, changed)
        return {name: text for name, text in texts.items() if name not in self._known_params}

    def _send_metrics(self, metrics: Mapping[str, float], step: int, moment: int) -> None:
        from mlflow.entities import Metric

        client = self._open()
        for name in self._known_metrics.intersection(metrics).difference(self._seen):
            self._seen[name] = {point.step for point in client.get_metric_history(self._run(), name)}
        fresh = [name for name in metrics if step not in self._seen.setdefault(name, set())]
        for start in range(0, len(fresh), 1000):
            names = fresh[start : start + 1000]
            points = [Metric(name, float(metrics[name]), moment, step) for name in names]
            client.log_batch(self._run(), metrics=points)
            for name in names:
                self._seen[name].add(step)

    def _send_artifact(self, path: Path) -> None:
        client = self._open()
        if path.is_dir():
            client.log_artifacts(self._run(), str(path), artifact_path=path.name)
        else:
            client.log_artifact(self._run(), str(path))

    def _batch(
        self, client: "MlflowClient", params: Mapping[str, str] | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        from mlflow.entities import Param, RunTag

        pairs = list((params or {}).items())
        for start in range(0, len(pairs), _BATCH):
            chunk = pairs[start : start + _BATCH]
            client.log_batch(self._run(), params=[Param(k, v) for k, v in chunk])
            self._known_params.update(chunk)
        if tags:
            client.log_batch(self._run(), tags=[RunTag(k, str(v)) for k, v in tags.items()])


@contextmanager
def open_run(settings: Settings, *, kind: str, run_key: str, tags: Mapping[str, str]) -> Iterator[MlflowObserver]:
    """An observer whose run is closed as FINISHED, or as FAILED when the body raises.

    `run_key` names the work, its inputs included: the same key finds the same run again.
    """
    observer = MlflowObserver(settings, kind, run_key, tags)
    status = "FAILED"
    try:
        yield observer
        status = "FINISHED"
    finally:
        observer.finish(status)
