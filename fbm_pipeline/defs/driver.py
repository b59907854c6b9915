"""The driver: a job in one Dagster run, in this process, with visible progress, and its end before its time.

The run is recorded in DAGSTER_HOME like any other, so that the UI shows it. Not here: what the assets do; arguments
and signals (materialize).
"""

import logging
import os
import resource
import sys
import time
import warnings
from uuid import uuid4

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from fbm_pipeline.defs.code_location import compose
from fbm_pipeline.defs.dead_runs import bury_dead_runs, cancel_run, process_tag
from fbm_pipeline.defs.home import prepare_home
from fbm_pipeline.defs.progress import Progress, ProgressHandler, label
from fbm_pipeline.defs.run_record import write_record
from fbm_pipeline.settings import Settings
from fbm_pipeline.store.health import clear_the_way
from fbm_pipeline.store.tables import Store
from fbm_pipeline.tables import TABLES

# Standard output and error stay the terminal's: the lines that matter are in the event log already.
_OWN_OUTPUT = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}
_TOLD = 5  # of what is damaged: a store of an older version holds hundreds of memories that are none any more
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Driver:
    """One run over a range of seasons; a thread other than that of `materialize` may end it before its time."""

    def __init__(self, settings: Settings, seasons: tuple[int, int]) -> None:
        self._settings = settings
        self._seasons = seasons
        self._run_id = str(uuid4())
        self._began = time.monotonic()
        self._progress: Progress | None = None
        self._instance: dg.DagsterInstance | None = None

    def materialize(self, job_name: str, select: str | None) -> int:
        """Run the job (or the assets that `select` names); 0 when all of it succeeded.

        Raises HomeInUseError when another driver is at work in the same home.
        """
        home = prepare_home(self._settings)
        os.environ["DAGSTER_HOME"] = str(home)
        cleared = clear_the_way(Store(self._settings.store_root, TABLES))
        for fault in cleared[:_TOLD]:
            print(f"damaged, and made again: {fault}", flush=True)
        if len(cleared) > _TOLD:
            print(f"and {len(cleared) - _TOLD} more; `fbm doctor` told of all", flush=True)
        job = _job(compose(self._settings), job_name, select)
        progress = self._progress = Progress(len(job.graph.node_dict), sys.stdout)
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=_OWN_OUTPUT)) as instance:
            for dead in bury_dead_runs(instance):
                print(f"run {dead} had ended without a word: it is marked as failed, its place in the queue is free")
            self._instance = instance
            result = self._execute(job, instance, progress)
        self._write_record(progress, {"success": result.success})
        for step, message in progress.failures.items():
            print(f"\n{label(step)} failed:\n{message}", file=sys.stderr)
        if result.success:
            print(f"\nDone in {progress.spent}: {progress.steps} steps, {len(progress.unchanged)} of them unchanged.")
        return 0 if result.success else 1

    def say_stopped(self, reason: str) -> None:
        """Tell people what is finished; the run prints nothing after that."""
        progress = self._progress
        if progress is None:
            print(f"\nStopped by {reason} before the first step.", file=sys.stderr)
            return
        current = progress.current
        progress.close()
        print(
            f"\nStopped by {reason} after {progress.spent}{f', in {current}' if current else ''}.\n"
            f"Finished and kept: {progress.finished} of {progress.steps} steps"
            + ("; of the step under way, its finished seasons and checkpoints." if current else "."),
            file=sys.stderr,
        )

    def close(self, reason: str) -> None:
        """Mark the run as canceled and write its record; the caller then ends the process."""
        if self._instance is not None:
            cancel_run(self._instance, self._run_id, f"stopped by {reason}")
        if self._progress is not None:
            self._write_record(self._progress, {"success": False, "stopped": True})

    def _execute(
        self, job: dg.JobDefinition, instance: dg.DagsterInstance, progress: Progress
    ) -> dg.ExecuteInProcessResult:
        tags = {
            "dagster/asset_partition_range_start": str(self._seasons[0]),
            "dagster/asset_partition_range_end": str(self._seasons[1]),
        } | process_tag()
        handler = ProgressHandler(progress)
        _speak(handler)
        instance.add_event_listener(self._run_id, progress.see)
        try:
            return job.execute_in_process(
                instance=instance, tags=tags, run_config=_QUIET, run_id=self._run_id, raise_on_error=False
            )
        finally:
            logging.getLogger("fbm_pipeline").removeHandler(handler)

    def _write_record(self, progress: Progress, outcome: dict[str, bool]) -> None:
        record = {
            **outcome,
            "run_id": self._run_id,
            "preset": self._settings.preset.name,
            "data": self._settings.data_kind,
            "seasons": list(self._seasons),
            "steps": {label(step): seconds for step, seconds in progress.seconds.items()},
            "wall_s": round(time.monotonic() - self._began, 1),
            "peak_mb": round(_peak_mb(), 1),
        }
        write_record(self._settings.home / "run.json", record, {label(step) for step in progress.unchanged})


def _job(defs: dg.Definitions, name: str, select: str | None) -> dg.JobDefinition:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if select is None:
            return defs.resolve_job_def(name)
        selected = dg.define_asset_job("selected_assets", selection=dg.AssetSelection.from_string(select))
        return dg.Definitions.merge(defs, dg.Definitions(jobs=[selected])).resolve_job_def("selected_assets")


def _speak(handler: logging.Handler) -> None:
    logger = logging.getLogger("fbm_pipeline")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    for noisy in ("dagster", "alembic", "matplotlib"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # Linux counts kibibytes
