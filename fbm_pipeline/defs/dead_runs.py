"""Runs of the driver that were stopped or whose process is gone: they are closed, and their pool slots freed.

A killed process reports nothing, and its slot in the trainers' pool would keep every later run waiting without a word.
Not here: runs that the daemon launched; run monitoring in dagster.yaml looks after those.
"""

import os
from pathlib import Path

import dagster as dg

PROCESS_TAG = "fbm/process"


class HomeInUseError(RuntimeError):
    """Another driver is materializing into the same home; the message names its process."""


def process_tag() -> dict[str, str]:
    """The tag by which a later driver recognizes this process's run."""
    return {PROCESS_TAG: identify_process(os.getpid())}


def identify_process(process: int) -> str:
    """`pid@start`: the start, in clock ticks since boot, tells a process from a later one of the same number."""
    try:
        fields = (Path("/proc") / str(process) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return f"{process}@gone"
    return f"{process}@{fields[19]}"


def bury_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Fail the started runs whose driver no longer lives and free their slots; returns their run ids.

    Raises HomeInUseError when one of the drivers is alive.
    """
    buried = []
    started = instance.get_runs(filters=dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    for run in started:
        process = run.tags.get(PROCESS_TAG)
        if process is None:
            continue
        if identify_process(int(process.partition("@")[0])) == process:
            raise HomeInUseError(
                f"process {process.partition('@')[0]} is materializing into this home already (run {run.run_id}); "
                "wait for it, stop it, or choose another FBM_HOME"
            )
        instance.report_run_failed(run, message=f"process {process} is gone; it ended without a word")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        buried.append(run.run_id)
    return buried


def cancel_run(instance: dg.DagsterInstance, run_id: str, message: str) -> None:
    """Mark the run of this process as canceled and free its slots; nothing for a run that ended or never began."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return
    instance.report_run_canceled(run, message=message)
    instance.event_log_storage.free_concurrency_slots_for_run(run_id)
