"""A killed driver's run is told as failed and its pool slot freed; a living one is left alone."""

import os
import subprocess

import dagster as dg
import pytest

from fbm_pipeline.defs.dead_runs import PROCESS_TAG, HomeInUseError, bury_dead_runs, identify_process


@dg.op
def wait() -> None:
    """Nothing to do."""


@dg.job
def waiting() -> None:
    wait()


def start_run(instance: dg.DagsterInstance, process: str) -> dg.DagsterRun:
    return instance.create_run_for_job(waiting, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: process})


def test_a_dead_drivers_run_fails_and_frees_its_slot() -> None:
    child = subprocess.Popen(["sleep", "60"])
    process = identify_process(child.pid)
    child.kill()
    child.wait()
    with dg.instance_for_test() as instance:
        storage = instance.event_log_storage
        storage.set_concurrency_slots("trainer", 1)
        run = start_run(instance, process)
        storage.claim_concurrency_slot("trainer", run.run_id, "models__encoder")
        assert storage.get_concurrency_info("trainer").active_slot_count == 1
        assert bury_dead_runs(instance) == [run.run_id]
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE
        assert storage.get_concurrency_info("trainer").active_slot_count == 0
        assert bury_dead_runs(instance) == []


def test_a_living_driver_keeps_its_home() -> None:
    with dg.instance_for_test() as instance:
        run = start_run(instance, identify_process(os.getpid()))
        with pytest.raises(HomeInUseError, match=str(os.getpid())):
            bury_dead_runs(instance)
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED
